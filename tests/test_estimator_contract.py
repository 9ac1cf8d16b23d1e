"""The contract of every public estimator: estimators are found, not listed; the table only says what they eat."""

import copy
import inspect
import pickle
import re
from functools import cache

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

import tdainv
from tdainv._base import CollectionTransformer

ESTIMATORS = {
    name: getattr(tdainv, name)
    for name in tdainv.__all__
    if name[0].isupper() and issubclass(getattr(tdainv, name), BaseEstimator)
}

DATA_FREE_CHECKS = [
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_estimator_tags_renamed,
    estimator_checks.check_valid_tag_types,
    estimator_checks.check_estimator_repr,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_mixin_order,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
]


def height(cloud):
    return cloud[:, -1]


def two_functions(cloud):
    return np.column_stack([cloud[:, 0], np.abs(cloud[:, 1])])


def mean_distance(filtration):
    return filtration.distances.mean(axis=1)


def mean_row(distances):
    return distances.mean(axis=1)


def square_weight(births, persistences):
    return persistences**2


def distance_of_finite_bars(first, second):
    return tdainv.sliced_wasserstein_distance(first, second, essential="drop", n_directions=5)


def cosine_bump(differences):
    return np.cos(np.clip(differences, -1.5, 1.5)).prod(axis=-1)


def total_persistence(first, second):
    return float(first.deaths[np.isfinite(first.deaths)].sum() * second.deaths[np.isfinite(second.deaths)].sum())


def number_of_births(module):
    return np.diff(module.birth_offsets)


SHAPES = ((4, 3), (2, 5), (3, 3), (6, 2), (1, 4))


@cache
def inputs(kind):
    """Five items of different sizes; never changed by a test."""
    rng = np.random.default_rng(0)
    clouds = [rng.normal(size=(n, 2)) for n in (9, 12, 7, 15, 10)]
    make = {
        "clouds": lambda: clouds,
        "distances": lambda: [cdist(cloud, cloud) for cloud in clouds],
        "pairs": lambda: [(cloud, np.abs(cloud[:, 0])) for cloud in clouds],
        "images": lambda: [rng.integers(0, 5, shape).astype(float) for shape in SHAPES],
        "graphs": lambda: [np.where(cdist(c, c) < 1.5, 1.0, 0.0) for c in clouds],
        "valued graphs": lambda: [(graph, graph.sum(axis=1)) for graph in inputs("graphs")],
        "meshes": lambda: [
            ([*np.eye(3), *rng.normal(size=(n, 3))], np.array([[0, 1, 2], [1, 2, 3]])) for n in (1, 2, 3, 4, 5)
        ],
        "valued meshes": lambda: [(mesh, np.arange(len(mesh[0]))) for mesh in inputs("meshes")],
        "binary": lambda: [rng.random(shape) < 0.5 for shape in SHAPES],
        "series": lambda: [np.cumsum(rng.normal(size=n)) for n in (30, 41, 28, 35, 30)],
        "multiseries": lambda: [np.cumsum(rng.normal(size=(n, 2)), axis=0) for n in (30, 41, 28, 35, 30)],
        "channels": lambda: [rng.normal(size=(*shape, 2)) for shape in SHAPES],
        "grids": lambda: [tdainv.cubical(image) for image in inputs("images")],
        "filtrations": lambda: [tdainv.rips(cloud) for cloud in clouds],
        "functions": lambda: [(f, np.arange(f.n_vertices)) for f in inputs("filtrations")],
        "bifiltrations": lambda: [tdainv.codensity_rips(cloud) for cloud in clouds],
        "measures": lambda: [tuple(tdainv.hilbert_signed_measures(f, (0, 1))) for f in inputs("bifiltrations")],
        "barcodes": lambda: [tuple(tdainv.barcodes(f, (0, 1))) for f in inputs("filtrations")],
        "modules": lambda: tdainv.ModuleApproximation(n_lines=20).fit_transform(inputs("bifiltrations")),
        "attributed graphs": lambda: tdainv.VectorAttributes().fit_transform(inputs("decorated graphs")),
        "decorated graphs": lambda: tdainv.ReebGraph(n_bins=3).fit_transform(clouds),
        "outlines": lambda: [(cloud, np.array([[0, i] for i in range(1, len(cloud))])) for cloud in clouds],
    }
    return make[kind]()


BAD_ITEMS = {
    "clouds": np.array([[0.0, np.nan]]),
    "distances": np.array([[0.0, 1.0], [2.0, 0.0]]),
    "pairs": (np.zeros((2, 2)), [0.0], "too long"),
    "images": np.array([[0.0, np.nan]]),
    "channels": np.zeros((3, 0, 2)),
    "graphs": np.array([[0.0, 1.0], [2.0, 0.0]]),
    "valued graphs": (np.zeros((2, 2)), [0.0], "too long"),
    "meshes": (np.eye(3), np.array([[0, 1, 3]])),
    "valued meshes": ((np.eye(3), np.array([[0, 1, 2]])), [0.0], "too long"),
    "binary": np.array([[0.0, 2.0]]),
    "series": np.array([0.0, np.nan]),
    "multiseries": np.zeros((3, 0)),
    "grids": np.zeros((3, 2)),
    "filtrations": np.zeros((3, 2)),
    "functions": (np.zeros((3, 2)), np.zeros(3)),
    "bifiltrations": np.zeros((3, 2)),
    "measures": (np.zeros((3, 2)), np.zeros((3, 2))),
    "barcodes": (np.zeros((3, 2)), np.zeros((3, 2))),
    "modules": (np.zeros((3, 2)), np.zeros((3, 2))),
    "attributed graphs": np.zeros((3, 2)),
    "decorated graphs": np.zeros((3, 2)),
    "outlines": (np.zeros((3, 2)), [[0, 3]]),
}

# Estimator and what its items are. The name before the hyphen is that of the class.
TABLE = {
    "Rips": (tdainv.Rips(), "clouds"),
    "Rips-precomputed": (tdainv.Rips(metric="precomputed", max_edge=1.5), "distances"),
    "FunctionRips": (tdainv.FunctionRips(), "clouds"),
    "FunctionRips-callable": (tdainv.FunctionRips(function=two_functions, metric="l1"), "clouds"),
    "FunctionRips-pairs": (tdainv.FunctionRips(function=None), "pairs"),
    "CodensityRips": (tdainv.CodensityRips(), "clouds"),
    "CodensityRips-mass": (tdainv.CodensityRips(mass=0.3), "clouds"),
    "CodensityRips-neighbors": (tdainv.CodensityRips(n_neighbors=2, metric="precomputed"), "distances"),
    "WeightedRips": (tdainv.WeightedRips(mass=0.3), "clouds"),
    "WeightedRips-pairs": (tdainv.WeightedRips(weights=None), "pairs"),
    "DegreeRips": (tdainv.DegreeRips(), "clouds"),
    "DegreeRips-rows": (tdainv.DegreeRips(n_neighbors=(0, 3), metric="precomputed"), "distances"),
    "Cubical": (tdainv.Cubical(cells="top"), "images"),
    "Cubical-channels": (tdainv.Cubical(channels=True), "channels"),
    "ImageFilter": (tdainv.ImageFilter(), "binary"),
    "ImageFilter-channels": (tdainv.ImageFilter(["dilation", "radial", tdainv.images.codensity]), "binary"),
    "ImageFilter-grey": (tdainv.ImageFilter("erosion", threshold=2), "images"),
    "DelayEmbedding": (tdainv.DelayEmbedding(dimension=2, delay=3), "series"),
    "DelayEmbedding-learned": (tdainv.DelayEmbedding(), "series"),
    "DelayEmbedding-channels": (tdainv.DelayEmbedding(delay=1, stride=2), "multiseries"),
    "SlidingWindows": (tdainv.SlidingWindows(width=5, stride=2), "series"),
    "SeriesSublevel": (tdainv.SeriesSublevel(), "series"),
    "SeriesSublevel-time": (tdainv.SeriesSublevel(time="backward"), "series"),
    "SeriesSublevel-channels": (tdainv.SeriesSublevel(superlevel=True), "multiseries"),
    "SparseRips": (tdainv.SparseRips(), "clouds"),
    "SparseRips-precomputed": (tdainv.SparseRips(epsilon=0.5, metric="precomputed", max_edge=1.5), "distances"),
    "WeightedRips-exponent": (tdainv.WeightedRips(mass=0.3, exponent=2), "clouds"),
    "GraphLowerStar": (tdainv.GraphLowerStar(functions=("degree", "heat_kernel_signature")), "graphs"),
    "GraphLowerStar-edges": (
        tdainv.GraphLowerStar(functions=(), edge_functions="ollivier_ricci", max_dimension=2),
        "graphs",
    ),
    "GraphLowerStar-pairs": (tdainv.GraphLowerStar(functions=None), "valued graphs"),
    "Alpha": (tdainv.Alpha(max_radius=1.5), "clouds"),
    "Delaunay": (tdainv.Delaunay(), "clouds"),
    "FunctionDelaunay": (tdainv.FunctionDelaunay(), "clouds"),
    "FunctionDelaunay-callable": (tdainv.FunctionDelaunay(function=height), "clouds"),
    "FunctionDelaunay-pairs": (tdainv.FunctionDelaunay(function=None), "pairs"),
    "CodensityDelaunay": (tdainv.CodensityDelaunay(mass=0.3), "clouds"),
    "CoreDelaunay": (tdainv.CoreDelaunay(n_neighbors=(1, 3), beta=0.5), "clouds"),
    "Landmarks": (tdainv.Landmarks(n_landmarks=5), "clouds"),
    "Landmarks-kmeans": (tdainv.Landmarks(n_landmarks=5, method="kmeans++", random_state=0), "clouds"),
    "Flood": (tdainv.Flood(n_landmarks=6), "clouds"),
    "SublevelFlood": (tdainv.SublevelFlood(n_landmarks=6, n_levels=4), "clouds"),
    "SublevelFlood-callable": (tdainv.SublevelFlood(function=height, n_landmarks=6), "clouds"),
    "SublevelFlood-pairs": (tdainv.SublevelFlood(function=None, n_landmarks=6), "pairs"),
    "MeshLowerStar": (tdainv.MeshLowerStar(functions=("height", "geodesic_centrality")), "meshes"),
    "MeshLowerStar-pairs": (tdainv.MeshLowerStar(functions=None), "valued meshes"),
    "WithFunction": (tdainv.WithFunction(), "functions"),
    "WithFunction-callable": (tdainv.WithFunction(function=mean_distance), "filtrations"),
    "ToGrid": (tdainv.ToGrid(resolution=5), "bifiltrations"),
    "ToGrid-images": (tdainv.ToGrid(resolution=3, strategy="quantile"), "grids"),
    "PersistenceBarcode": (tdainv.PersistenceBarcode(), "filtrations"),
    "EulerSignedMeasure": (tdainv.EulerSignedMeasure(), "grids"),
    "HilbertSignedMeasure": (tdainv.HilbertSignedMeasure(), "bifiltrations"),
    "HilbertSignedMeasure-one": (tdainv.HilbertSignedMeasure(degrees=(1,)), "filtrations"),
    "RankSignedBarcode": (tdainv.RankSignedBarcode(resolution=5), "bifiltrations"),
    "RankSignedBarcode-hooks": (tdainv.RankSignedBarcode(degrees=(1,), kind="hook"), "filtrations"),
    "RankSignedMeasure": (tdainv.RankSignedMeasure(resolution=4), "bifiltrations"),
    "ModuleApproximation": (tdainv.ModuleApproximation(n_lines=20), "bifiltrations"),
    "ModuleApproximation-spacing": (tdainv.ModuleApproximation(degrees=(0,), spacing=0.1), "filtrations"),
    "MultiparameterLandscape": (tdainv.MultiparameterLandscape(resolution=4, n_landscapes=2), "bifiltrations"),
    "MultiparameterLandscape-one": (tdainv.MultiparameterLandscape(degrees=(0,), resolution=6), "filtrations"),
    "EulerCharacteristicTransform": (
        tdainv.EulerCharacteristicTransform(n_directions=4, resolution=5),
        "outlines",
    ),
    "EulerCharacteristicTransform-images": (
        tdainv.EulerCharacteristicTransform(n_directions=3, resolution=4, smooth=True, center=False),
        "binary",
    ),
    "ReebGraph": (tdainv.ReebGraph(n_bins=3), "clouds"),
    "ReebGraph-precomputed": (
        tdainv.ReebGraph(filter="eccentricity", n_bins=3, decorations=("two_parameter",), metric="precomputed"),
        "distances",
    ),
    "Mapper": (tdainv.Mapper(filter=("coordinate", "density"), decorations=("local", "global")), "clouds"),
    "Mapper-precomputed": (tdainv.Mapper(filter=mean_row, metric="precomputed"), "distances"),
    "VectorAttributes": (tdainv.VectorAttributes(), "decorated graphs"),
    "VectorAttributes-image": (
        tdainv.VectorAttributes(tdainv.PersistenceImage(resolution=3), decorations=("global",), standardize=True),
        "decorated graphs",
    ),
    "GraphFeatures": (tdainv.GraphFeatures(), "attributed graphs"),
    "ModuleImage": (tdainv.ModuleImage(resolution=6), "modules"),
    "ModuleImage-callable": (
        tdainv.ModuleImage(resolution=4, local="gaussian", weight=number_of_births, op=2),
        "modules",
    ),
    "MagnitudeTransform": (tdainv.MagnitudeTransform(), "images"),
    "MagnitudeTransform-channels": (
        tdainv.MagnitudeTransform(output="edges", metric="l2", value_weight=2.0, t=0.5, channels=True),
        "channels",
    ),
    "MagnitudeFeatures": (tdainv.MagnitudeFeatures(ts=(1.0, 2.0)), "images"),
    "MagnitudeFeatures-channels": (tdainv.MagnitudeFeatures(ts=(1,), pool=2, metric=1.5, channels=True), "channels"),
    "MeasureConvolution": (tdainv.MeasureConvolution(resolution=6), "measures"),
    "MeasureConvolution-scales": (
        tdainv.MeasureConvolution(resolution=4, kernel="exponential", scales=(1.0, 4.0)),
        "measures",
    ),
    "MeasureConvolution-callable": (
        tdainv.MeasureConvolution(axes=[[0.0, 1.0, 2.0], [-1.0, 1.0]], bandwidth=(1.0, 2.0), kernel=cosine_bump),
        "measures",
    ),
    "CumulativeSurface": (tdainv.CumulativeSurface(resolution=(5, 3)), "measures"),
    "CumulativeSurface-axes": (tdainv.CumulativeSurface(axes=[[[0.0, 1.0], [0.0]], [[0.5], [1.0, 2.0]]]), "measures"),
    "MeasurePersistenceStatistics": (tdainv.MeasurePersistenceStatistics(), "measures"),
    "GradeScaler": (tdainv.GradeScaler(weights=(1.0, 0.3)), "measures"),
    "GradeScaler-barcodes": (tdainv.GradeScaler(), "barcodes"),
    "GradeScaler-modules": (tdainv.GradeScaler(coverage=0.9), "modules"),
    "SlicedWassersteinFeatures": (tdainv.SlicedWassersteinFeatures(resolution=5, n_directions=3), "measures"),
    "SlicedWassersteinFeatures-barcodes": (
        tdainv.SlicedWassersteinFeatures(resolution=4, directions=[[1.0, 0.0], [0.0, 2.0]], essential="drop"),
        "barcodes",
    ),
    "SlicedWassersteinKernel": (tdainv.SlicedWassersteinKernel(n_directions=9), "measures"),
    "SlicedWassersteinKernel-barcodes": (
        tdainv.SlicedWassersteinKernel(
            directions=[[1.0, 0.0], [1.0, 1.0]], bandwidth_unit="absolute", weights=(1.0, 0.5), essential=4.0
        ),
        "barcodes",
    ),
    "SlicedWassersteinKernel-top": (tdainv.SlicedWassersteinKernel(n_directions=4, balance="top"), "measures"),
    "DistanceKernel": (tdainv.DistanceKernel(tdainv.sliced_wasserstein_distance, power=2), "measures"),
    "DistanceKernel-absolute": (
        tdainv.DistanceKernel(distance_of_finite_bars, bandwidth=2.0, bandwidth_unit="absolute"),
        "barcodes",
    ),
    "PersistenceImage": (tdainv.PersistenceImage(resolution=6), "barcodes"),
    "PersistenceImage-callable": (
        tdainv.PersistenceImage(resolution=5, weight=square_weight, essential=4.0),
        "barcodes",
    ),
    "PersistenceLandscape": (tdainv.PersistenceLandscape(n_landscapes=2, resolution=6), "barcodes"),
    "Silhouette": (tdainv.Silhouette(power=2.0, resolution=6), "barcodes"),
    "BettiCurve": (tdainv.BettiCurve(resolution=6), "barcodes"),
    "PersistenceEntropy": (tdainv.PersistenceEntropy(), "barcodes"),
    "EntropyCurve": (tdainv.EntropyCurve(resolution=6), "barcodes"),
    "BarcodeStatistics": (tdainv.BarcodeStatistics(essential=4.0), "barcodes"),
    "BarcodeTemplates": (tdainv.BarcodeTemplates(n_templates=4, random_state=0), "barcodes"),
    "BarcodeTemplates-lines": (
        tdainv.BarcodeTemplates(n_templates=4, function="line", templates="grid", weight=square_weight, op="max"),
        "barcodes",
    ),
    "Atol": (tdainv.Atol(n_centers=3, random_state=0), "barcodes"),
    "BarcodeKernel": (tdainv.BarcodeKernel(), "barcodes"),
    "BarcodeKernel-fisher": (tdainv.BarcodeKernel(kernel="fisher", normalize=True, essential=4.0), "barcodes"),
    "BarcodeKernel-callable": (tdainv.BarcodeKernel(kernel=total_persistence, normalize=True), "barcodes"),
    "TopologicalFeatures": (tdainv.TopologicalFeatures(vectorizer=tdainv.MeasureConvolution(resolution=6)), "clouds"),
    "TopologicalFeatures-image": (
        tdainv.TopologicalFeatures(tdainv.Rips(), tdainv.PersistenceBarcode(), tdainv.PersistenceImage(resolution=5)),
        "clouds",
    ),
}
LISTS = [case for case, (estimator, _) in TABLE.items() if isinstance(estimator, CollectionTransformer)]
ROWS = [case for case in TABLE if case not in LISTS]
LEARNING = [case for case in LISTS if TABLE[case][0].__sklearn_tags__().requires_fit]
OF_SERIES = [case for case, (_, kind) in TABLE.items() if kind in ("series", "multiseries")]
OF_CLOUDS = [case for case, (_, kind) in TABLE.items() if kind in ("clouds", "distances")]

over_all = pytest.mark.parametrize("case", TABLE)
over_rows = pytest.mark.parametrize("case", ROWS)
over_lists = pytest.mark.parametrize("case", LISTS)
over_clouds = pytest.mark.parametrize("case", OF_CLOUDS)


def fresh(case):
    estimator, kind = TABLE[case]
    return clone(estimator), inputs(kind)


def same(first, second):
    """Equality of outputs, to the last bit."""
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and np.array_equal(first, second)
    pairs = zip(first, second, strict=True)
    return len(first) == len(second) and all(same(a, b) if isinstance(a, np.ndarray) else a == b for a, b in pairs)


def read_only(item):
    """A copy of the item, all arrays of which refuse to be written."""
    if isinstance(item, tuple | list):
        return type(item)(read_only(part) for part in item)
    item = copy.deepcopy(item)
    for array in [item] if isinstance(item, np.ndarray) else vars(item).values():
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return item


def state(item):
    """Everything an item holds, as bytes."""
    if isinstance(item, tuple | list):
        return [state(part) for part in item]
    if isinstance(item, np.ndarray):
        return item.tobytes()
    return [state(value) if isinstance(value, np.ndarray) else value for value in vars(item).values()]


# --- discovery


def test_every_public_estimator_is_in_the_table():
    assert {case.split("-")[0] for case in TABLE} == set(ESTIMATORS)
    for case, (estimator, _) in TABLE.items():
        assert type(estimator) is ESTIMATORS[case.split("-")[0]]


def test_the_table_has_both_kinds_of_output():
    assert all(isinstance(fresh(case)[0].fit_transform(fresh(case)[1]), list) for case in LISTS)
    assert all(isinstance(fresh(case)[0].fit_transform(fresh(case)[1]), np.ndarray) for case in ROWS)
    assert LISTS and ROWS


# --- scikit-learn's own checks


@pytest.mark.parametrize("check", DATA_FREE_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_scikit_learn_checks_pass_on_defaults(name, check):
    check(name, ESTIMATORS[name]())


@pytest.mark.parametrize("check", DATA_FREE_CHECKS[:5], ids=lambda check: check.__name__)
@over_all
def test_scikit_learn_checks_pass_on_the_table(case, check):
    check(case, fresh(case)[0])


@pytest.mark.parametrize("name", ESTIMATORS)
def test_parameters_are_documented(name):
    require_documented(ESTIMATORS[name])


def require_documented(estimator):
    for parameter in inspect.signature(estimator).parameters:
        assert re.search(rf"\n    (\w+, )*{parameter}(, \w+)* : ", estimator.__doc__)


def test_estimators_of_the_extra_for_learning_pass_the_checks_that_need_no_data():
    pytest.importorskip("torch")
    from tdainv import learn

    found = [value for name in learn.__all__ if issubclass_of_estimator(value := getattr(learn, name))]
    assert learn.LearnedFiltrationClassifier in found
    for estimator in found:
        require_documented(estimator)
        for check in DATA_FREE_CHECKS:
            check(estimator.__name__, estimator())


def issubclass_of_estimator(value):
    return inspect.isclass(value) and issubclass(value, BaseEstimator)


@over_all
def test_html_representation_works(case):
    estimator, _ = fresh(case)
    assert type(estimator).__name__ in estimator._repr_html_()


# --- copies


@over_all
def test_clone_has_the_same_parameters_and_output(case):
    estimator, X = fresh(case)
    copied = clone(estimator.fit(X))
    assert repr(copied) == repr(estimator)
    assert same(copied.fit_transform(X), estimator.transform(X))


@over_all
def test_pickle_round_trip_gives_equal_output(case):
    estimator, X = fresh(case)
    estimator.fit(X)
    again = pickle.loads(pickle.dumps(estimator))
    assert repr(again) == repr(estimator)
    assert same(again.transform(X), estimator.transform(X))


@over_all
def test_outputs_survive_pickling(case):
    estimator, X = fresh(case)
    output = estimator.fit_transform(X)
    assert same(pickle.loads(pickle.dumps(output)), output)


# --- fit


@over_all
def test_fit_returns_self_and_leaves_parameters_alone(case):
    estimator, X = fresh(case)
    before = estimator.get_params(deep=False)
    nested = repr(estimator.get_params())
    assert estimator.fit(X) is estimator
    after = estimator.get_params(deep=False)
    assert before.keys() == after.keys()
    assert all(after[name] is value for name, value in before.items())
    assert repr(estimator.get_params()) == nested


@pytest.mark.parametrize("case", [case for case in TABLE if case.startswith("TopologicalFeatures")])
def test_fit_leaves_the_estimators_it_is_made_of_unfitted(case):
    estimator, X = fresh(case)
    parts = [part for part in estimator.get_params(deep=False).values() if isinstance(part, BaseEstimator)]
    before = [dict(vars(part)) for part in parts]
    estimator.set_params(n_jobs=2).fit(X)
    assert parts
    assert [vars(part) for part in parts] == before


@over_all
def test_fit_sets_only_attributes_with_an_underscore(case):
    estimator, X = fresh(case)
    before = set(vars(estimator))
    assert all(name.endswith("_") for name in set(vars(estimator.fit(X))) - before)


@over_all
def test_fit_transform_is_fit_then_transform(case):
    estimator, X = fresh(case)
    assert same(clone(estimator).fit_transform(X), estimator.fit(X).transform(X))


@over_all
def test_fit_takes_y_and_ignores_it(case):
    estimator, X = fresh(case)
    y = np.arange(len(X))
    assert same(clone(estimator).fit_transform(X, y), estimator.fit(X, y).transform(X))


@over_all
def test_fit_twice_gives_the_same(case):
    estimator, X = fresh(case)
    once = estimator.fit(X).transform(X)
    assert same(estimator.fit(X).transform(X), once)


@over_all
def test_refit_forgets(case):
    estimator, X = fresh(case)
    expected = clone(estimator).fit(X[2:]).transform(X)
    assert same(estimator.fit(X[:2]).fit(X[2:]).transform(X), expected)


@pytest.mark.parametrize("case", ROWS + LEARNING)
def test_unfitted_transform_raises(case):
    estimator, X = fresh(case)
    assert estimator.__sklearn_tags__().requires_fit is True
    with pytest.raises(NotFittedError, match=type(estimator).__name__):
        estimator.transform(X)


@over_rows
def test_unfitted_names_raise(case):
    estimator, _ = fresh(case)
    with pytest.raises(NotFittedError, match=type(estimator).__name__):
        estimator.get_feature_names_out()


@pytest.mark.parametrize("case", [case for case in LISTS if case not in LEARNING])
def test_stateless_transformers_need_no_fit(case):
    estimator, X = fresh(case)
    assert same(estimator.transform(X), clone(estimator).fit(X).transform(X))
    assert estimator.__sklearn_tags__().requires_fit is False


# --- output containers


@over_rows
def test_pandas_columns_are_the_feature_names(case):
    estimator, X = fresh(case)
    rows = clone(estimator).fit_transform(X)
    for table in (
        estimator.set_output(transform="pandas").fit_transform(X),
        estimator.transform(X),
    ):
        assert isinstance(table, pd.DataFrame)
        assert list(table.columns) == list(estimator.get_feature_names_out())
        np.testing.assert_array_equal(table.to_numpy(), rows)


@over_rows
def test_feature_names_are_different_strings_one_a_column(case):
    estimator, X = fresh(case)
    rows = estimator.fit_transform(X)
    names = estimator.get_feature_names_out()
    assert names.dtype == object
    assert all(type(name) is str for name in names)
    assert len(set(names)) == len(names) == rows.shape[1]


@over_lists
def test_set_output_does_nothing_for_lists(case):
    estimator, X = fresh(case)
    expected = clone(estimator).fit_transform(X)
    assert estimator.set_output(transform="pandas") is estimator
    assert same(estimator.fit_transform(X), expected)
    names = estimator.get_feature_names_out()
    assert names.dtype == object
    assert len(names) == 1


@over_all
def test_a_global_choice_of_pandas_turns_rows_into_tables_and_leaves_lists(case):
    estimator, X = fresh(case)
    expected = clone(estimator).fit_transform(X)
    with config_context(transform_output="pandas"):
        output = estimator.fit_transform(X)
    assert isinstance(output, list if case in LISTS else pd.DataFrame)
    assert same(output if case in LISTS else output.to_numpy(), expected)


def test_pipeline_has_pandas_output_and_names():
    pipeline = make_pipeline(
        tdainv.Rips(), tdainv.PersistenceBarcode(), tdainv.PersistenceImage(resolution=3), StandardScaler()
    )
    table = pipeline.set_output(transform="pandas").fit_transform(inputs("clouds"))
    assert list(table.columns) == list(pipeline.get_feature_names_out())
    assert table.columns[0] == "image0_h0_0_0"
    assert table.shape == (5, 3 + 9)  # in degree 0 all births agree


def test_feature_union_has_pandas_output():
    union = FeatureUnion(
        [
            ("image", make_pipeline(tdainv.Rips(), tdainv.PersistenceBarcode(), tdainv.PersistenceImage(resolution=3))),
            ("measure", fresh("TopologicalFeatures")[0]),
        ]
    )
    table = union.set_output(transform="pandas").fit_transform(inputs("clouds"))
    assert isinstance(table, pd.DataFrame)
    assert list(table.columns) == list(union.get_feature_names_out())
    assert {name.split("__")[0] for name in table.columns} == {"image", "measure"}


# --- samples


@over_all
@pytest.mark.parametrize("order", [[3, 0, 4, 1, 2], [4, 3, 2, 1, 0]], ids=str)
def test_permuted_samples_give_permuted_rows(case, order):
    estimator, X = fresh(case)
    output = estimator.fit(X).transform(X)
    permuted = estimator.transform([X[i] for i in order])
    assert same(permuted, output[order] if isinstance(output, np.ndarray) else [output[i] for i in order])


@over_all
@pytest.mark.parametrize("k", [1, 3])
def test_transform_of_a_subset_is_the_subset(case, k):
    estimator, X = fresh(case)
    output = estimator.fit(X).transform(X)
    assert same(estimator.transform(X[:k]), output[:k])


@over_all
def test_a_tuple_and_an_object_array_are_sequences(case):
    estimator, X = fresh(case)
    output = estimator.fit(X).transform(X)
    assert same(estimator.transform(tuple(X)), output)
    boxes = np.empty(len(X), dtype=object)
    for i, item in enumerate(X):
        boxes[i] = item
    assert same(estimator.transform(boxes), output)


@over_all
def test_inputs_are_unchanged(case):
    estimator, X = fresh(case)
    X = copy.deepcopy(X)
    before = state(X)
    estimator.fit(X).transform(X)
    estimator.fit_transform(X)
    assert state(X) == before


@over_all
def test_read_only_inputs_are_accepted(case):
    estimator, X = fresh(case)
    frozen = read_only(X)
    assert same(estimator.fit(frozen).transform(frozen), clone(estimator).fit(X).transform(X))


@over_clouds
def test_a_list_and_a_three_dimensional_array_agree(case):
    estimator, X = fresh(case)
    X = [item[:7, :7] for item in X]
    assert same(clone(estimator).fit_transform(np.stack(X)), estimator.fit_transform(X))


@over_clouds
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.uint8, bool])
def test_other_dtypes_are_accepted(case, dtype):
    estimator, X = fresh(case)
    X = [np.abs(np.round(2 * item)).astype(dtype) for item in X]
    assert same(clone(estimator).fit_transform(X), estimator.fit_transform([item.astype(np.float64) for item in X]))


@over_clouds
def test_memory_order_does_not_matter(case):
    estimator, X = fresh(case)
    assert same(clone(estimator).fit_transform([np.asfortranarray(item) for item in X]), estimator.fit_transform(X))
    assert same(clone(estimator).fit_transform([item.tolist() for item in X]), estimator.fit_transform(X))


def test_dataframes_are_clouds():
    X = inputs("clouds")
    assert same(tdainv.Rips().fit_transform([pd.DataFrame(cloud) for cloud in X]), tdainv.Rips().fit_transform(X))


# --- errors


@over_all
@pytest.mark.parametrize("place", [0, 2])
def test_errors_name_the_item(case, place):
    estimator, X = fresh(case)
    estimator.fit(X)
    broken = [*X[:place], BAD_ITEMS[TABLE[case][1]], *X[place:]]
    with pytest.raises((ValueError, TypeError), match=rf"^X\[{place}\]"):
        estimator.transform(broken)


@pytest.mark.parametrize(
    "estimator",
    [
        tdainv.CodensityRips(n_neighbors=8),
        tdainv.TopologicalFeatures(tdainv.CodensityRips(n_neighbors=8)),
        tdainv.FunctionRips(function=lambda cloud: np.zeros(max(9, len(cloud)))),
        tdainv.WeightedRips(weights=lambda cloud: np.zeros(max(9, len(cloud)))),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_errors_during_the_work_name_the_item(estimator, n_jobs):
    with pytest.raises(ValueError, match=r"^X\[2\]: .* 7"):  # the third cloud has 7 points
        clone(estimator).set_params(n_jobs=n_jobs).fit_transform(inputs("clouds"))


class OddError(ValueError):
    """A ValueError that does not take one string, as UnicodeDecodeError does not."""

    def __init__(self, what, where):
        super().__init__(f"{what} at {where}")


def raise_odd(cloud):
    raise OddError("trouble", 3)


def test_errors_of_callables_name_the_item_whatever_their_constructor():
    with pytest.raises(ValueError, match=r"X\[0\].*trouble at 3"):
        tdainv.FunctionRips(function=raise_odd).fit_transform(inputs("clouds"))


@over_all
def test_a_bare_two_dimensional_array_is_refused_with_the_hint(case):
    estimator, X = fresh(case)
    for call in (estimator.fit, estimator.fit_transform, clone(estimator).fit(X).transform):
        if case not in OF_SERIES:  # a table of series is one of their inputs
            with pytest.raises(
                ValueError, match=r"X must be a sequence .* got a single ndarray of shape \(5, 2\).*\[X\]"
            ):
                call(np.zeros((5, 2)))
        with pytest.raises(ValueError, match=r"got a single DataFrame of shape \(5, 2\).*\[X\]"):
            call(pd.DataFrame(np.zeros((5, 2))))


@over_all
@pytest.mark.parametrize("X", [[], (), np.zeros((0, 3, 2))], ids=["list", "tuple", "array"])
def test_an_empty_collection_is_refused(case, X):
    with pytest.raises(ValueError, match="X must hold at least one"):
        fresh(case)[0].fit(X)


@over_all
@pytest.mark.parametrize("X", ["text", b"bytes", None, 3, {"a": 1}], ids=["str", "bytes", "None", "int", "dict"])
def test_what_is_no_sequence_is_refused(case, X):
    with pytest.raises(TypeError, match=f"X must be a sequence .* got {type(X).__name__}"):
        fresh(case)[0].fit(X)


WRONG_PARAMETERS = [
    ("Rips", {"metric": "no such metric"}, "metric must be .* got metric='no such metric'"),
    ("Rips", {"max_edge": -1.0}, r"max_edge must be .* got max_edge=-1\.0"),
    ("FunctionRips", {"function": "no such function"}, "function must be .* got function='no such function'"),
    ("CodensityRips", {"bandwidth": 0.0}, r"bandwidth must be .* got bandwidth=0\.0"),
    ("CodensityRips", {"bandwidth_unit": "inch"}, "bandwidth_unit must be .* got bandwidth_unit='inch'"),
    ("CodensityRips", {"mass": 1.5}, r"mass must .* got mass=1\.5"),
    ("CodensityRips", {"n_neighbors": 0}, "n_neighbors must be .* got n_neighbors=0"),
    ("CodensityRips", {"mass": 0.1, "n_neighbors": 3}, "at most one of .* got mass=0.1, n_neighbors=3"),
    ("WeightedRips", {"weights": "heavy"}, "weights must be .* got weights='heavy'"),
    ("WeightedRips", {"mass": 0.0}, r"mass must .* got mass=0\.0"),
    ("PersistenceBarcode", {"degrees": ()}, r"degrees must be .* got degrees=\(\)"),
    ("HilbertSignedMeasure", {"degrees": (0, 0)}, r"degrees must be different, got degrees=\(0, 0\)"),
    ("MeasureConvolution", {"resolution": 0}, "resolution must be .* got resolution=0"),
    ("MeasureConvolution", {"resolution": (3, 2.5)}, r"resolution must be .* got resolution=2\.5"),
    ("MeasureConvolution", {"bandwidth": -1}, "bandwidth must be .* got bandwidth=-1"),
    ("MeasureConvolution", {"bandwidth": (1, 2, 3)}, r"bandwidth must be .* \(2\), got bandwidth=\(1, 2, 3\)"),
    ("MeasureConvolution", {"coverage": 0}, "coverage must .* got coverage=0"),
    ("MeasureConvolution", {"bandwidth_unit": "inch"}, "bandwidth_unit must be .* got bandwidth_unit='inch'"),
    ("MeasureConvolution", {"bandwidth": 0.0}, r"bandwidth must be .* got bandwidth=0\.0"),
    ("MeasureConvolution", {"kernel": "box"}, "kernel must be .* got kernel='box'"),
    ("MeasureConvolution", {"scales": ()}, r"scales must be .* got scales=\(\)"),
    ("MeasureConvolution", {"scales": (1.0, 0.0)}, r"scales must be .* got scales=0\.0"),
    ("MeasureConvolution", {"scales": (1.0, 1.0)}, r"scales must be different, got scales=\(1\.0, 1\.0\)"),
    ("MeasureConvolution", {"axes": [[0.0, 1.0]]}, "axes must be 2 arrays, one for each axis, got 1"),
    ("MeasureConvolution", {"axes": [[[0.0], [1.0]]]}, "axes must be one grid, or one for each of the 2 .* got 1"),
    ("MeasureConvolution", {"axes": [[0.0, np.inf], [0.0]]}, r"axes\[0\] must be finite"),
    ("CumulativeSurface", {"axes": [[1.0, 0.0], [0.0]]}, r"axes\[0\] must be a non-empty increasing"),
    ("MeasurePersistenceStatistics", {"quantiles": (0.5, 1.5)}, r"quantiles must .* got quantiles=1\.5"),
    ("GradeScaler", {"weights": (1.0, 0.0)}, r"weights must be 2 positive .* got weights=\(1\.0, 0\.0\)"),
    ("GradeScaler", {"weights": (1.0,)}, r"weights must be 2 positive .* got weights=\(1\.0,\)"),
    ("SlicedWassersteinFeatures", {"n_directions": 0}, "n_directions must be .* got n_directions=0"),
    ("SlicedWassersteinFeatures", {"directions": [[1.0, 0.0, 0.0]]}, r"directions must be .* R\^2.* \(1, 3\)"),
    ("SlicedWassersteinFeatures", {"directions": [[0.0, 0.0]]}, r"directions must be non-zero"),
    ("SlicedWassersteinFeatures", {"balance": "bottom"}, "balance must be .* got balance='bottom'"),
    ("SlicedWassersteinKernel", {"balance": (1.0,)}, r"balance must be .* got balance=\(1\.0,\)"),
    ("SlicedWassersteinKernel", {"bandwidth": 0.0}, r"bandwidth must be .* got bandwidth=0\.0"),
    ("SlicedWassersteinKernel", {"bandwidth_unit": "range"}, "bandwidth_unit must be .* got bandwidth_unit='range'"),
    ("SlicedWassersteinKernel", {"weights": (1.0, -1.0)}, r"weights must be 2 numbers .* got weights=\(1\.0, -1\.0\)"),
    ("SlicedWassersteinKernel-barcodes", {"essential": "error"}, r"X\[0\]: the barcode of degree 0 has 1 essential"),
    ("DistanceKernel", {"power": 3}, "power must be 1 or 2, got power=3"),
    ("PersistenceImage", {"weight": "heavy"}, "weight must be .* got weight='heavy'"),
    ("PersistenceImage", {"essential": "keep"}, "essential must be .* got essential='keep'"),
    ("PersistenceImage", {"essential": np.inf}, "essential must be .* got essential=inf"),
    ("PersistenceLandscape", {"n_landscapes": 0}, "n_landscapes must be .* got n_landscapes=0"),
    ("Silhouette", {"power": -1.0}, r"power must be .* got power=-1\.0"),
    ("BettiCurve", {"coverage": 0}, "coverage must .* got coverage=0"),
    ("EntropyCurve", {"essential": "keep"}, "essential must be .* got essential='keep'"),
    ("BarcodeTemplates", {"function": "square"}, "function must be .* got function='square'"),
    ("Atol", {"n_centers": 0}, "n_centers must be .* got n_centers=0"),
    ("BarcodeKernel", {"kernel": "linear"}, "kernel must be .* got kernel='linear'"),
    ("RankSignedBarcode", {"kind": "cube"}, "kind must be .* got kind='cube'"),
    ("RankSignedMeasure", {"coverage": 0.0}, r"coverage must .* got coverage=0\.0"),
    ("ModuleApproximation", {"n_lines": 0}, "n_lines must be .* got n_lines=0"),
    ("ModuleApproximation", {"error": 0.1}, "Only one of n_lines, spacing and error .* got n_lines and error"),
    ("MultiparameterLandscape", {"n_landscapes": 0}, "n_landscapes must be .* got n_landscapes=0"),
    ("MultiparameterLandscape", {"direction": (1.0, -1.0)}, r"direction must be .* got \(1\.0, -1\.0\)"),
    ("EulerCharacteristicTransform", {"resolution": 1}, "resolution must be .* got resolution=1"),
    ("ModuleImage", {"local": "global"}, "local must be .* got local='global'"),
    ("ModuleImage", {"op": 0}, "op must be .* got op=0"),
    ("ModuleImage", {"power": -1.0}, r"power must be .* got power=-1\.0"),
    ("TopologicalFeatures", {"vectorizer__resolution": 0}, "resolution must be .* got resolution=0"),
]


@pytest.mark.parametrize(("case", "parameters", "message"), WRONG_PARAMETERS, ids=str)
def test_wrong_parameters_are_stored_and_refused_by_fit(case, parameters, message):
    estimator, X = fresh(case)
    estimator.set_params(**parameters)
    with pytest.raises(ValueError, match=message):
        estimator.fit(X)


@pytest.mark.parametrize("case", [case for case in ROWS if TABLE[case][1] in ("measures", "barcodes", "modules")])
def test_transform_refuses_another_number_of_invariants(case):
    estimator, X = fresh(case)
    estimator.fit(X)
    with pytest.raises(ValueError, match=r"X\[0\] has 1 invariants.* 2 a sample"):
        estimator.transform([item[:1] for item in X])
    with pytest.raises(ValueError, match=r"same number of invariants: X\[0\] has 2, X\[1\] has 1"):
        estimator.fit([X[0], X[1][:1]])
    with pytest.raises(ValueError, match=r"X\[0\] must hold at least one"):
        estimator.fit([()])


def test_convolution_refuses_measures_of_another_dimension():
    line, plane = (tdainv.SignedMeasure(np.zeros((1, p)), [1]) for p in (1, 2))
    with pytest.raises(ValueError, match=r"same R\^p, got p in \[1, 2\] at place 0"):
        tdainv.MeasureConvolution().fit([line, plane])
    with pytest.raises(ValueError, match=r"^X\[1\]: the measure lives on R\^2, those of fit on R\^1"):
        tdainv.MeasureConvolution().fit([line]).transform([line, plane])


# --- finite rows, whatever the data

DEGENERATE = {
    "one point": np.array([[0.5, 2.0]]),
    "duplicates": np.ones((6, 2)),
    "two points": np.array([[0.0, 0.0], [3.0, 4.0]]),
    "line": np.column_stack([np.arange(5.0), np.zeros(5)]),
    "pairs of duplicates": np.repeat(np.eye(3)[:, :2], 2, axis=0),
}


@pytest.mark.parametrize("training", ["alone", "with clouds"])
@pytest.mark.parametrize("degenerate", DEGENERATE)
@pytest.mark.parametrize("case", ["TopologicalFeatures", "TopologicalFeatures-image"])
def test_degenerate_clouds_give_finite_rows(case, degenerate, training):
    estimator, X = fresh(case)
    item = DEGENERATE[degenerate]
    rows = estimator.fit([item] if training == "alone" else [item, *X]).transform([item, *X])
    assert np.isfinite(rows).all()
    assert rows.shape == (6, len(estimator.get_feature_names_out()))


@pytest.mark.parametrize("essential", ["drop", 2.0])
@pytest.mark.parametrize("training", ["alone", "with bars", "without"])
@pytest.mark.parametrize("deaths", [[], [np.inf, np.inf], [np.inf, 1.0], [1.0, 1.0]], ids=str)
def test_empty_infinite_and_repeated_bars_give_finite_rows(deaths, training, essential):
    bars = tdainv.Barcode(np.zeros(len(deaths)), np.array(deaths), degree=1)
    others = [barcode[1] for barcode in inputs("barcodes")]
    image = tdainv.PersistenceImage(resolution=4, essential=essential)
    image.fit({"alone": [bars], "with bars": [bars, *others], "without": others}[training])
    assert np.isfinite(image.transform([bars, *others])).all()
    if deaths == [] or (essential == "drop" and np.isinf(deaths).all()):
        np.testing.assert_array_equal(image.transform([bars])[0], 0)


def test_the_measure_without_atoms_gives_a_row_of_zeros():
    nothing = tdainv.SignedMeasure(np.zeros((0, 2)), np.zeros(0, int))
    others = [measures[1] for measures in inputs("measures")]
    for training in ([nothing], others, [nothing, *others]):
        rows = tdainv.MeasureConvolution(resolution=4).fit(training).transform([nothing, *others])
        assert np.isfinite(rows).all()
        np.testing.assert_array_equal(rows[0], 0)


# --- jobs


@over_all
def test_two_jobs_equal_one(case):
    estimator, X = fresh(case)
    one, two = (clone(estimator).set_params(n_jobs=n_jobs).fit(X).transform(X) for n_jobs in (1, 2))
    assert same(one, two)


@over_all
@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_joblib_backends_agree(case, backend):
    estimator, X = fresh(case)
    serial = clone(estimator).fit(X).transform(X)
    with joblib.parallel_config(backend=backend, n_jobs=2):
        assert same(estimator.fit(X).transform(X), serial)


def test_memory_mapped_arrays_in_worker_processes_are_accepted():
    cloud = np.random.default_rng(0).normal(size=(400, 2))  # distances above the 1 MB from which joblib maps
    for filtration, invariant in (
        (tdainv.rips(cloud), tdainv.PersistenceBarcode()),
        (tdainv.codensity_rips(cloud), tdainv.HilbertSignedMeasure(degrees=(0,))),
    ):
        serial = invariant.transform([filtration, filtration])
        with joblib.parallel_config(backend="loky", n_jobs=2):
            assert same(invariant.transform([filtration, filtration]), serial)


# --- model selection


def two_classes():
    """Ragged clouds, circles against discs, and their labels."""
    rng = np.random.default_rng(3)
    clouds, labels = [], []
    for i in range(12):
        angles = rng.uniform(0, 2 * np.pi, size=20 + i)
        radii = np.ones(len(angles)) if i % 2 else np.sqrt(rng.uniform(size=len(angles)))
        clouds.append(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]))
        labels.append(i % 2)
    return clouds, np.array(labels)


def test_grid_search_over_a_pipeline_of_ragged_clouds():
    clouds, labels = two_classes()
    pipeline = make_pipeline(
        tdainv.Rips(),
        tdainv.PersistenceBarcode(degrees=(1,)),
        tdainv.PersistenceImage(resolution=4),
        RandomForestClassifier(n_estimators=10, random_state=0),
    )
    grid = {"rips__metric": ["euclidean", "l1"], "persistenceimage__weight": ["persistence", "one"]}
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(clouds, labels)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_score_ >= 0.75
    assert search.predict(clouds).shape == (12,)


def test_grid_search_reaches_into_topological_features():
    clouds, labels = two_classes()
    features = tdainv.TopologicalFeatures(
        tdainv.CodensityRips(), tdainv.HilbertSignedMeasure(degrees=(1,)), tdainv.MeasureConvolution(resolution=4)
    )
    pipeline = make_pipeline(features, RandomForestClassifier(n_estimators=10, random_state=0))
    grid = {
        "topologicalfeatures__filtration": [tdainv.CodensityRips(bandwidth=0.3), tdainv.CodensityRips(mass=0.2)],
        "topologicalfeatures__vectorizer__bandwidth": [0.05, 0.2],
    }
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise", n_jobs=1).fit(clouds, labels)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ >= 0.75


def test_fused_features_equal_the_pipeline_of_their_parts():
    X = inputs("clouds")
    parts = (tdainv.CodensityRips(mass=0.3), tdainv.HilbertSignedMeasure(), tdainv.MeasureConvolution(resolution=5))
    np.testing.assert_array_equal(
        tdainv.TopologicalFeatures(*parts).fit_transform(X), make_pipeline(*map(clone, parts)).fit_transform(X)
    )
