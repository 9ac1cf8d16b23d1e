"""Ready classifiers: every combination that is allowed learns an easy problem; what is not allowed says so."""

import pickle
from functools import cache

import joblib
import numpy as np
import pandas as pd
import pytest
import trimesh
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import tdainv
from tdainv import make_signed_barcode_classifier

KINDS = ("points", "series", "graphs", "images", "meshes")
MEASURES = ("hilbert", "euler", "rank")
N_TRAIN, N_TEST = 12, 8


def cloud(rng, label):
    angles = rng.uniform(0, 2 * np.pi, 25 + rng.integers(5))
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    return (circle if label else rng.normal(size=circle.shape)) + 0.05 * rng.normal(size=circle.shape)


def series(rng, label):
    times = np.arange(40 + rng.integers(5))
    return np.sin(times / 3 + rng.uniform(0, 6)) if label else rng.normal(size=len(times))


def graph(rng, label):
    n = int(rng.integers(8, 12))
    if label:
        return [[i, (i + 1) % n] for i in range(n)], n
    return [[rng.integers(i), i] for i in range(1, n)], n


def image(rng, label):
    rows, columns = np.indices(rng.integers(12, 16, size=2))
    radii = np.hypot(rows - rows.mean(), columns - columns.mean())
    shape = (radii < 5) & ((radii > 2.5) if label else True)
    return 200.0 * shape + rng.uniform(0, 50, shape.shape)


def mesh(rng, label):
    solid = trimesh.creation.torus(2, 0.7, 8, 6) if label else trimesh.creation.icosphere(subdivisions=1)
    return solid.vertices * rng.uniform(0.9, 1.1, 3) + 0.02 * rng.normal(size=solid.vertices.shape), solid.faces


MAKERS = dict(zip(KINDS, (cloud, series, graph, image, mesh), strict=True))


@cache
def problem(kind):
    """Samples of two classes, in turn."""
    rng = np.random.default_rng(0)
    labels = np.arange(N_TRAIN + N_TEST) % 2
    return [MAKERS[kind](rng, label) for label in labels], labels


def small(kind, invariant="hilbert", vectorizer="convolution", **options):
    """A search that is quick: the first two values of each parameter."""
    search = make_signed_barcode_classifier(
        kind, invariant=invariant, vectorizer=vectorizer, cv=2, random_state=0, **options
    )
    search.param_grid = {name: values[:2] for name, values in search.param_grid.items()}
    if invariant == "rank":
        search.set_params(estimator__invariant__resolution=5)
    if vectorizer == "convolution" and "classifier" not in options:
        search.set_params(estimator__classifier__n_estimators=20)
    return search


ALLOWED = [
    *((kind, invariant, vectorizer) for kind in KINDS for invariant in MEASURES for vectorizer in ("convolution",)),
    *((kind, invariant, "sliced_wasserstein") for kind in KINDS for invariant in MEASURES),
    *((kind, "module", "convolution") for kind in KINDS),
]
over_allowed = pytest.mark.parametrize(("kind", "invariant", "vectorizer"), ALLOWED)


@over_allowed
def test_an_easy_problem_is_learned(kind, invariant, vectorizer):
    X, y = problem(kind)
    search = small(kind, invariant, vectorizer).fit(X[:N_TRAIN], y[:N_TRAIN])
    assert search.score(X[N_TRAIN:], y[N_TRAIN:]) >= 0.75
    assert search.best_score_ >= 0.75


@over_allowed
def test_what_is_searched_is_a_parameter_of_a_step(kind, invariant, vectorizer):
    search = make_signed_barcode_classifier(kind, invariant=invariant, vectorizer=vectorizer)
    assert isinstance(search, GridSearchCV)
    assert set(search.param_grid) <= set(search.estimator.get_params())
    assert search.param_grid
    assert np.prod([len(values) for values in search.param_grid.values()]) <= 20
    steps = list(search.estimator.named_steps)
    before = {"series": ["embedding"], "images": ["channels"]}.get(kind, [])
    scaler = ["scaler"] if vectorizer == "sliced_wasserstein" else []
    assert steps == [*before, "filtration", "invariant", *scaler, "vectorizer", "classifier"]


@over_allowed
def test_clones_and_pickles_are_the_same(kind, invariant, vectorizer):
    search = small(kind, invariant, vectorizer)
    assert repr(clone(search)) == repr(search)
    assert repr(pickle.loads(pickle.dumps(search))) == repr(search)


@pytest.mark.parametrize("vectorizer", ["convolution", "sliced_wasserstein"])
def test_a_fitted_pickle_predicts_the_same(vectorizer):
    X, y = problem("graphs")
    search = small("graphs", vectorizer=vectorizer).fit(X[:N_TRAIN], y[:N_TRAIN])
    again = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(again.predict(X), search.predict(X))


@pytest.mark.parametrize("kind", KINDS)
def test_random_state_makes_results_reproducible(kind):
    X, y = problem(kind)
    first, second = (small(kind).fit(X[:N_TRAIN], y[:N_TRAIN]) for _ in range(2))
    assert first.best_params_ == second.best_params_
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    other = small(kind).set_params(estimator__classifier__random_state=1).fit(X[:N_TRAIN], y[:N_TRAIN])
    assert np.any(other.predict_proba(X) != first.predict_proba(X))


def test_a_search_is_scored_by_cross_validation():
    X, y = problem("graphs")
    assert cross_val_score(small("graphs"), X, y, cv=2).min() >= 0.75


@pytest.mark.parametrize(("kind", "invariant"), [("points", "hilbert"), ("series", "rank"), ("images", "module")])
def test_features_have_names_and_go_to_pandas(kind, invariant):
    X, y = problem(kind)
    features = small(kind, invariant).fit(X, y).best_estimator_[:-1]
    rows = features.transform(X)
    table = features.set_output(transform="pandas").transform(X)
    assert isinstance(table, pd.DataFrame)
    assert list(table.columns) == list(features.get_feature_names_out())
    np.testing.assert_array_equal(table.to_numpy(), rows)


def test_a_classifier_of_ones_own_is_not_searched():
    X, y = problem("graphs")
    own = make_pipeline(StandardScaler(), LogisticRegression())
    search = small("graphs", classifier=own)
    assert all(name.startswith("vectorizer__") for name in search.param_grid)
    assert search.fit(X, y).score(X, y) >= 0.75
    assert isinstance(search.best_estimator_["classifier"][-1], LogisticRegression)
    kernel = make_signed_barcode_classifier(vectorizer="sliced_wasserstein", classifier=SVC(kernel="precomputed", C=3))
    assert "classifier__C" not in kernel.param_grid


def test_degrees_are_those_of_the_invariant():
    for invariant in ("hilbert", "rank", "module"):
        search = make_signed_barcode_classifier(invariant=invariant, degrees=(1,))
        assert search.estimator["invariant"].degrees == (1,)


def test_the_euler_characteristic_of_points_is_that_of_delaunay_complexes():
    assert isinstance(
        make_signed_barcode_classifier(invariant="euler").estimator["filtration"], tdainv.CodensityDelaunay
    )
    X = np.random.default_rng(0).normal(size=(8, 9, 5))
    with pytest.raises(ValueError, match=r"X\[0\]"):
        small("points", "euler").fit(X, np.arange(8) % 2)


def test_other_arguments_are_those_of_the_search():
    search = make_signed_barcode_classifier(cv=3, n_jobs=2)
    assert search.cv == 3
    assert search.n_jobs == 2
    assert isinstance(search.estimator["classifier"], RandomForestClassifier)


def count_and_measure(cloud):
    """Distances from the mean; every call is counted."""
    CALLS.append(len(cloud))
    return np.linalg.norm(cloud - cloud.mean(axis=0), axis=1)


CALLS = []


def test_memory_spares_filtrations_that_are_not_searched(tmp_path):
    X, y = problem("points")
    calls = {}
    for memory in (None, joblib.Memory(tmp_path, verbose=0)):
        search = small("points", memory=memory)
        search.set_params(estimator__filtration=tdainv.FunctionRips(function=count_and_measure))
        search.param_grid = {"vectorizer__bandwidth": [0.05, 0.1, 0.2]}
        CALLS.clear()
        search.fit(X, y)
        calls[memory is None] = len(CALLS)
    assert calls[True] == 3 * 2 * len(X) + len(X)  # candidates, folds to train and validate on; the best one again
    assert calls[False] == 2 * len(X) // 2 + 3 * len(X) + len(X)  # each training fold once


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"kind": "clouds"}, ValueError, "kind must be one of 'points', 'series', 'graphs', .* got kind='clouds'"),
        ({"kind": None}, ValueError, "kind must be one of"),
        ({"invariant": "betti"}, ValueError, "invariant must be one of 'hilbert', 'euler', 'rank', 'module', got"),
        ({"vectorizer": "image"}, ValueError, "vectorizer must be one of 'convolution', 'sliced_wasserstein', got"),
        (
            {"invariant": "module", "vectorizer": "sliced_wasserstein"},
            ValueError,
            "vectorizer must be 'convolution' with invariant='module', .* got vectorizer='sliced_wasserstein'",
        ),
        ({"degrees": 1}, ValueError, "degrees must be a non-empty sequence"),
        ({"degrees": ()}, ValueError, "degrees must be a non-empty sequence"),
        ({"classifier": "svm"}, TypeError, "classifier must be a classifier with .* got classifier='svm'"),
        ({"classifier": StandardScaler()}, TypeError, "classifier must be"),
    ],
)  # fmt: skip
def test_wrong_choices_name_the_parameter(options, error, message):
    with pytest.raises(error, match=message):
        make_signed_barcode_classifier(**options)


def test_a_bad_sample_is_named():
    X, y = problem("images")
    with pytest.raises(ValueError, match=r"X\[\d\]"):
        small("images").fit([np.ones((4, 4)), *X[1:]], y)
