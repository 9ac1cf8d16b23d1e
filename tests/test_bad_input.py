"""What cannot be computed is refused at once, by a message that names the item, the rule and the value."""

import re
import time

import numpy as np
import pytest
import scipy.sparse
from sklearn.metrics import pairwise_distances

import tdainv

CLOUD = np.random.default_rng(0).normal(size=(12, 3))
SQUARE = np.array([[0.0, 1, 2], [1, 0, 3], [2, 3, 0]])

OF_POINTS = {
    "rips": tdainv.rips,
    "function_rips": lambda points: tdainv.function_rips(points, [0.0, 1.0]),
    "weighted_rips": lambda points: tdainv.weighted_rips(points, [0.0, 1.0]),
    "dtm_rips": tdainv.dtm_rips,
    "codensity_rips": tdainv.codensity_rips,
    "kde_codensity": tdainv.kde_codensity,
    "distance_to_measure": tdainv.distance_to_measure,
    "knn_codensity": lambda points: tdainv.knn_codensity(points, n_neighbors=1),
}

over_functions = pytest.mark.parametrize("function", OF_POINTS.values(), ids=OF_POINTS)


def label(value):
    """The same in every process, which the representation of a function is not."""
    return value.__name__ if callable(value) else str(value)


def changed(matrix, place, value):
    matrix = np.array(matrix, float)
    matrix[place] = value
    return matrix


# --- points

SHAPE = r"points must have shape \(n_points, dim\) with n_points >= 1 and dim >= 1, got "
BAD_POINTS = {
    "nan": ([[0, 1], [np.nan, 2]], ValueError, r"points must be finite, got points\[1, 0\] = nan"),
    "inf": ([[0, np.inf]], ValueError, r"points must be finite, got points\[0, 1\] = inf"),
    "minus inf": ([[-np.inf]], ValueError, r"points must be finite, got points\[0, 0\] = -inf"),
    "no points": (np.zeros((0, 2)), ValueError, SHAPE + r"shape \(0, 2\)"),
    "no coordinates": (np.zeros((3, 0)), ValueError, SHAPE + r"shape \(3, 0\)"),
    "empty list": ([], ValueError, SHAPE + r"shape \(0,\)"),
    "one-dimensional": ([1.0, 2.0], ValueError, SHAPE + r"shape \(2,\).*reshape\(-1, 1\)"),
    "three-dimensional": (np.zeros((2, 2, 2)), ValueError, SHAPE + r"shape \(2, 2, 2\)"),
    "a number": (3.0, ValueError, SHAPE + r"shape \(\)"),
    "ragged": ([[0, 1], [2]], ValueError, SHAPE + "values that do not form a numeric array"),
    "strings": ([["a", "b"]], ValueError, SHAPE + "values that do not form a numeric array .*'a'"),
    "a string": ("points", ValueError, SHAPE + "values that do not form a numeric array .*'points'"),
    "complex": (np.array([[1 + 1j, 2]]), ValueError, SHAPE + "complex"),
    "objects": ([[object(), 1]], ValueError, SHAPE + "values that do not form a numeric array .*object"),
    "None": (None, ValueError, SHAPE),
    "None inside": ([[None, 1.0]], ValueError, r"points must be finite, got points\[0, 0\] = nan"),
    "sparse matrix": (scipy.sparse.csr_matrix(np.eye(2)), TypeError, "points must be a dense array, got .*csr_matrix"),
    "sparse array": (scipy.sparse.coo_array(np.eye(2)), TypeError, "points must be a dense array, got .*coo_array"),
    "dictionary": ({"x": [1, 2]}, ValueError, SHAPE),
}


@pytest.mark.parametrize("bad", BAD_POINTS)
@over_functions
def test_bad_points_are_refused(function, bad):
    points, error, message = BAD_POINTS[bad]
    with pytest.raises(error, match=message):
        function(points)


@over_functions
def test_integers_booleans_lists_and_float32_are_points(function):
    expected = function(np.array([[0.0, 1.0], [1.0, 1.0]]))
    for points in ([[0, 1], [1, 1]], np.array([[0, 1], [1, 1]], np.float32), np.array([[False, True], [True, True]])):
        assert np.all(function(points) == expected)


@pytest.mark.parametrize("function", ["rips", "dtm_rips", "codensity_rips"])
def test_one_point_is_one_component(function):
    filtration = OF_POINTS[function]([[3.0, 4.0]])
    components, loops = tdainv.hilbert_signed_measures(filtration, (0, 1))
    np.testing.assert_array_equal(components.points, np.zeros((1, filtration.n_parameters)))
    assert components.mass == 1
    assert len(loops) == 0


@pytest.mark.parametrize("function", ["rips", "dtm_rips", "codensity_rips"])
def test_duplicates_are_one_component(function):
    filtration = OF_POINTS[function](np.ones((30, 2)))
    components, loops = tdainv.hilbert_signed_measures(filtration, (0, 1))
    assert components == tdainv.SignedMeasure(np.zeros((1, filtration.n_parameters)), [1])
    assert len(loops) == 0


@pytest.mark.parametrize("metric", ["euclidean", "l1", "chebyshev"])
def test_distances_that_overflow_are_refused_or_right(metric):
    # The distance 1e200 is a finite number; its square is not. Infinity would say that the points are never joined.
    try:
        distance = tdainv.rips([[0.0], [1e200]], metric=metric).distances[0, 1]
    except ValueError as error:
        assert "finite" in str(error)
    else:
        assert distance == 1e200


# --- distances

BAD_DISTANCES = {
    "not square": (np.zeros((2, 3)), r"must have shape \(n, n\) with n >= 1, got shape \(2, 3\)"),
    "one-dimensional": (np.zeros(3), r"must have shape \(n, n\) with n >= 1, got shape \(3,\)"),
    "empty": (np.zeros((0, 0)), r"must have shape \(n, n\) with n >= 1, got shape \(0, 0\)"),
    "not symmetric": (changed(SQUARE, (0, 2), 5), r"must be symmetric, got \w+\[0, 2\] = 5 and \w+\[2, 0\] = 2"),
    "half infinite": (changed(SQUARE, (0, 2), np.inf), r"must be symmetric, got \w+\[0, 2\] = inf and .* = 2"),
    "negative": (changed(SQUARE, (1, 2), -1), r"must be at least 0, got \w+\[1, 2\] = -1"),
    "minus infinity": (changed(SQUARE, (1, 2), -np.inf), r"must be at least 0, got \w+\[1, 2\] = -inf"),
    "nan": (changed(SQUARE, (2, 1), np.nan), r"must not be NaN, got \w+\[2, 1\] = nan"),
    "diagonal": (changed(SQUARE, (1, 1), 0.5), r"must have a zero diagonal, got \w+\[1, 1\] = 0.5"),
    "infinite diagonal": (changed(SQUARE, (1, 1), np.inf), r"must have a zero diagonal, got \w+\[1, 1\] = inf"),
    "complex": (SQUARE * 1j, "complex"),
    "strings": ([["a"]], "values that do not form a numeric array"),
    "ragged": ([[0, 1], [1]], "values that do not form a numeric array"),
    "None": (None, r"must have shape \(n, n\) with n >= 1, got shape \(\)"),
}


@pytest.mark.parametrize("bad", BAD_DISTANCES)
@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda d: tdainv.rips(d, metric="precomputed"), "points"),
        (lambda d: tdainv.codensity_rips(d, metric="precomputed"), "points"),
        (tdainv.FlagFiltration, "distances"),
    ],
    ids=["rips", "codensity_rips", "FlagFiltration"],
)
def test_bad_distances_are_refused(function, name, bad):
    distances, message = BAD_DISTANCES[bad]
    with pytest.raises(ValueError, match=f"^{name} .*{message}"):
        function(distances)


def test_sparse_distances_are_refused():
    with pytest.raises(TypeError, match="points must be a dense array, got a sparse"):
        tdainv.rips(scipy.sparse.csr_array(SQUARE), metric="precomputed")


def test_asymmetry_up_to_rounding_is_removed_by_the_larger_value():
    matrix = changed(SQUARE, (0, 2), 2 * (1 + 1e-12))
    filtration = tdainv.rips(matrix, metric="precomputed")
    assert filtration.distances[0, 2] == filtration.distances[2, 0] == 2 * (1 + 1e-12)
    assert matrix[2, 0] == 2
    with pytest.raises(ValueError, match="symmetric"):
        tdainv.rips(changed(SQUARE, (0, 2), 2 * (1 + 1e-6)), metric="precomputed")
    tdainv.rips(changed(SQUARE, (0, 2), 2 * (1 + 1e-6)).astype(np.float32), metric="precomputed")


def test_negative_zeros_are_zeros():
    filtration = tdainv.rips(-np.zeros((3, 3)), metric="precomputed")
    assert not np.signbit(filtration.distances).any()


def test_vertices_after_their_edges_are_refused():
    with pytest.raises(ValueError, match=r"distances\[0, 1\] = 1 lies below the birth 1.5"):
        tdainv.FlagFiltration(SQUARE, vertex_births=[0, 1.5, 0])


# --- functions and weights

WRONG_LENGTH = r"must have shape \(12,\) or \(12, q\).* got shape "


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(11), WRONG_LENGTH + r"\(11,\)"),
        (np.zeros((1, 12)), WRONG_LENGTH + r"\(1, 12\)"),
        (np.zeros((12, 2, 2)), WRONG_LENGTH + r"\(12, 2, 2\)"),
        (np.zeros((12, 0)), WRONG_LENGTH + r"\(12, 0\)"),
        (3.0, WRONG_LENGTH + r"\(\)"),
        (None, WRONG_LENGTH + r"\(\)"),
        ("height", "do not form a numeric array"),
        (changed(np.zeros(12), 3, np.nan), r"must be finite, got function\[3\] = nan"),
        (changed(np.zeros((12, 2)), (3, 1), np.inf), r"must be finite, got function\[3, 1\] = inf"),
        (np.zeros(12, complex), "complex"),
    ],
    ids=["short", "row", "three-dimensional", "no column", "number", "None", "string", "nan", "inf", "complex"],
)
def test_bad_functions_are_refused(values, message):
    with pytest.raises(ValueError, match=f"^function .*{message}"):
        tdainv.function_rips(CLOUD, values)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros(11), WRONG_LENGTH + r"\(11,\)"),
        (np.zeros((12, 1)), r"must have shape \(12,\) and be at least 0, got shape \(12, 1\)"),
        (changed(np.zeros(12), 2, -0.5), r"be at least 0, got shape \(12,\) and smallest value -0.5"),
        (changed(np.zeros(12), 2, np.nan), r"must be finite, got weights\[2\] = nan"),
        (changed(np.zeros(12), 2, np.inf), r"must be finite, got weights\[2\] = inf"),
    ],
    ids=["short", "column", "negative", "nan", "inf"],
)
def test_bad_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=f"^weights .*{message}"):
        tdainv.weighted_rips(CLOUD, weights)


@pytest.mark.parametrize(
    ("births", "grades", "message"),
    [
        ([0, 1], None, r"vertex_births must have shape .*got shape \(2,\)"),
        (np.zeros((3, 1)), None, r"vertex_births must have shape \(3,\), got \(3, 1\)"),
        ([0, np.nan, 0], None, r"vertex_births must be finite, got vertex_births\[1\] = nan"),
        (None, [0, 1], r"vertex_grades must have shape .*got shape \(2,\)"),
        (None, [0, np.inf, 1], r"vertex_grades must be finite, got vertex_grades\[1\] = inf"),
    ],
)
def test_bad_grades_of_vertices_are_refused(births, grades, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        tdainv.FlagFiltration(SQUARE, births, grades)


# --- parameters

POSITIVE = "bandwidth must be a positive finite number, got bandwidth="
QUANTILE = r"bandwidth \(a quantile\) must lie in \(0, 1\], got .*="
MASS = r"mass must lie in \(0, 1\], got mass="
AT_LEAST_1 = "n_neighbors must be an integer of at least 1, got n_neighbors="
FEWER = "n_neighbors must be less than the number of points 12, got n_neighbors="
AT_MOST_ONE = "at most one of bandwidth, mass and n_neighbors, got "

BAD_PARAMETERS = [
    (tdainv.kde_codensity, {"bandwidth": -1.0}, POSITIVE + r"-1\.0"),
    (tdainv.kde_codensity, {"bandwidth": 0}, POSITIVE + "0"),
    (tdainv.kde_codensity, {"bandwidth": np.nan}, POSITIVE + "nan"),
    (tdainv.kde_codensity, {"bandwidth": np.inf}, POSITIVE + "inf"),
    (tdainv.kde_codensity, {"bandwidth": "wide"}, POSITIVE + "'wide'"),
    (tdainv.kde_codensity, {"bandwidth": True}, POSITIVE + "True"),
    (tdainv.kde_codensity, {"bandwidth_unit": "mm"}, "bandwidth_unit must be one of 'absolute', 'quantile', .*'mm'"),
    (tdainv.kde_codensity, {"bandwidth": 1.5, "bandwidth_unit": "quantile"}, QUANTILE + r"1\.5"),
    (tdainv.kde_codensity, {"bandwidth": 0.0, "bandwidth_unit": "quantile"}, QUANTILE + r"0\.0"),
    (tdainv.distance_to_measure, {"mass": 0.0}, MASS + r"0\.0"),
    (tdainv.distance_to_measure, {"mass": 1.0001}, MASS + r"1\.0001"),
    (tdainv.distance_to_measure, {"mass": np.nan}, MASS + "nan"),
    (tdainv.dtm_rips, {"mass": -0.1}, MASS + r"-0\.1"),
    (tdainv.dtm_rips, {"mass": None}, MASS + "None"),
    (tdainv.knn_codensity, {"n_neighbors": 12}, FEWER + "12"),
    (tdainv.knn_codensity, {"n_neighbors": 0}, AT_LEAST_1 + "0"),
    (tdainv.knn_codensity, {"n_neighbors": 2.0}, AT_LEAST_1 + r"2\.0"),
    (tdainv.knn_codensity, {"n_neighbors": True}, AT_LEAST_1 + "True"),
    (tdainv.codensity_rips, {"n_neighbors": 12}, FEWER + "12"),
    (tdainv.codensity_rips, {"bandwidth": 1.0, "mass": 0.1}, AT_MOST_ONE + r"bandwidth=1\.0, mass=0\.1"),
    (tdainv.codensity_rips, {"mass": 0.1, "n_neighbors": 2}, AT_MOST_ONE + r"mass=0\.1, n_neighbors=2"),
    (tdainv.codensity_rips, {"mass": 2}, MASS + "2"),
    (tdainv.codensity_rips, {"bandwidth": -2}, POSITIVE + "-2"),
]


@pytest.mark.parametrize(("function", "parameters", "message"), BAD_PARAMETERS, ids=label)
def test_bad_parameters_are_refused(function, parameters, message):
    with pytest.raises(ValueError, match=message):
        function(CLOUD, **parameters)


@pytest.mark.parametrize("value", [0, -1, -0.5, np.nan, -np.inf, "1", True, 1j, [1.0]], ids=repr)
@pytest.mark.parametrize(
    "function",
    [
        tdainv.rips,
        tdainv.codensity_rips,
        tdainv.dtm_rips,
        lambda points, max_edge: tdainv.function_rips(points, points[:, 0], max_edge=max_edge),
        lambda points, max_edge: tdainv.weighted_rips(points, points[:, 0] ** 2, max_edge=max_edge),
        lambda points, max_edge: tdainv.FlagFiltration(SQUARE, max_edge=max_edge),
    ],
    ids=["rips", "codensity_rips", "dtm_rips", "function_rips", "weighted_rips", "FlagFiltration"],
)
def test_a_cut_off_must_be_positive(function, value):
    with pytest.raises(ValueError, match=f"max_edge must be .* got max_edge={re.escape(repr(value))}"):
        function(CLOUD, max_edge=value)


def test_a_cut_off_is_one_number():
    with pytest.raises(ValueError, match="max_edge must be"):
        tdainv.rips(CLOUD, max_edge=np.array([1.0, 2.0]))


@pytest.mark.parametrize("value", [None, np.inf, 2, np.float32(2), np.int64(2)], ids=repr)
def test_cut_offs_that_are_right(value):
    assert tdainv.rips(CLOUD, max_edge=value).max_edge == (np.inf if value is None else value)


BAD_DEGREES = [
    (-1, "degree must be an integer of at least 0, got degree=-1"),
    (True, "degree must be an integer of at least 0, got degree=True"),
    (1.0, r"degree must be an integer of at least 0, got degree=1\.0"),
    ("1", "degree must be an integer of at least 0, got degree='1'"),
    (None, "degree must be an integer of at least 0, got degree=None"),
    ((0, 1), r"degree must be an integer of at least 0, got degree=\(0, 1\)"),
]


@pytest.mark.parametrize("function", [tdainv.barcode, tdainv.hilbert_signed_measure])
@pytest.mark.parametrize(("degree", "message"), BAD_DEGREES, ids=str)
def test_bad_degrees_are_refused(function, degree, message):
    with pytest.raises(ValueError, match=message):
        function(tdainv.rips(CLOUD), degree)


@pytest.mark.parametrize("function", [tdainv.barcodes, tdainv.hilbert_signed_measures])
@pytest.mark.parametrize(
    ("degrees", "message"),
    [
        ((), r"degrees must be a non-empty sequence .* got degrees=\(\)"),
        (1, "degrees must be a non-empty sequence .* got degrees=1"),
        ("01", "degrees must be a non-empty sequence .* got degrees='01'"),
        ({0, 1}, r"degrees must be a non-empty sequence .* got degrees=\{0, 1\}"),
        (None, "degrees must be a non-empty sequence .* got degrees=None"),
        ((0, 0), r"degrees must be different, got degrees=\(0, 0\)"),
        ((0, -1), "degree must be an integer of at least 0, got degree=-1"),
        ((0, True), "degree must be an integer of at least 0, got degree=True"),
        (np.array([0.0, 1.0]), "degree must be an integer of at least 0, got degree="),
    ],
    ids=str,
)
def test_bad_sequences_of_degrees_are_refused(function, degrees, message):
    with pytest.raises(ValueError, match=message):
        function(tdainv.rips(CLOUD), degrees)


def test_a_barcode_needs_one_parameter():
    with pytest.raises(ValueError, match=r"needs a filtration with one parameter, got 2.*hilbert_signed_measure"):
        tdainv.barcode(tdainv.codensity_rips(CLOUD), 0)
    with pytest.raises(ValueError, match="needs a filtration with one parameter, got 3"):
        tdainv.barcodes(tdainv.function_rips(CLOUD, CLOUD[:, :2]), (0, 1))


@pytest.mark.parametrize("function", [tdainv.barcode, tdainv.hilbert_signed_measure])
@pytest.mark.parametrize("data", [CLOUD, CLOUD.tolist(), "rips", None], ids=["array", "list", "str", "None"])
def test_invariants_need_a_filtration(function, data):
    with pytest.raises(TypeError, match=f"filtration.*{type(data).__name__}"):
        function(data, 0)


# --- metrics

REAL_METRICS = [
    "braycurtis", "canberra", "chebyshev", "cityblock", "correlation", "cosine", "euclidean", "hamming", "l1", "l2",
    "mahalanobis", "manhattan", "minkowski", "seuclidean", "sqeuclidean",
]  # fmt: skip


@pytest.mark.parametrize("metric", REAL_METRICS)
def test_metrics_of_scikit_learn_are_known(metric):
    cloud = np.random.default_rng(1).normal(size=(20, 3)) + 0.5
    cloud[7] = cloud[3]
    distances = tdainv.rips(cloud, metric=metric).distances
    np.testing.assert_array_equal(distances, distances.T)
    np.testing.assert_array_equal(distances.diagonal(), 0)
    np.testing.assert_allclose(distances, pairwise_distances(cloud, metric=metric), rtol=1e-7, atol=1e-7)
    assert (distances >= 0).all()


def test_the_metric_of_the_sphere_is_known():
    cloud = np.random.default_rng(1).uniform(-1, 1, size=(10, 2))
    expected = pairwise_distances(cloud, metric="haversine")
    np.testing.assert_allclose(tdainv.rips(cloud, metric="haversine").distances, expected, rtol=1e-12)


@pytest.mark.parametrize("metric", ["euclidean", "l2", "sqeuclidean"])
def test_small_distances_far_from_the_origin_are_exact(metric):
    cloud = 1e8 + np.array([[0.0], [1.0], [3.0]])  # |x|² - 2xy + |y|² would lose all digits
    power = 2 if metric == "sqeuclidean" else 1
    np.testing.assert_array_equal(tdainv.rips(cloud, metric=metric).distances[0], np.array([0, 1, 3]) ** power)


def test_a_callable_is_a_metric():
    distances = tdainv.rips(CLOUD, metric=lambda x, y: float(np.abs(x - y).sum())).distances
    np.testing.assert_allclose(distances, tdainv.rips(CLOUD, metric="l1").distances, rtol=1e-15)


@pytest.mark.parametrize("name", [*OF_POINTS])
@pytest.mark.parametrize("metric", ["cosine", "canberra", lambda x, y: float(np.abs(x - y).max())], ids=label)
def test_every_function_of_points_takes_a_metric(name, metric):
    cloud = CLOUD[:2]
    extra = {"function_rips": [[0.0, 1.0]], "weighted_rips": [[0.0, 1.0]]}.get(name, [])
    options = {"n_neighbors": 1} if name == "knn_codensity" else {}
    function = getattr(tdainv, name)
    matrix = tdainv.rips(cloud, metric=metric).distances
    direct = function(cloud, *extra, metric=metric, **options)
    assert np.all(direct == function(matrix, *extra, metric="precomputed", **options))


@pytest.mark.parametrize("metric", ["no such metric", "nan_euclidean", "Euclidean", "", 3, None, ["l1"]], ids=repr)
@pytest.mark.parametrize("function", [tdainv.rips, tdainv.codensity_rips, tdainv.distance_to_measure])
def test_unknown_metrics_are_refused_with_the_known_ones(function, metric):
    message = f"metric must be a callable or one of .*euclidean.*precomputed.* got metric={re.escape(repr(metric))}"
    with pytest.raises(ValueError, match=message):
        function(CLOUD, metric=metric)


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (lambda x, y: -float((x != y).any()), r"distances of points must be at least 0, got .*\[0, 1\] = -1"),
        (lambda x, y: np.nan, r"distances of points must not be NaN, got .*\[0, 0\] = nan"),
        (lambda x, y: 1.0, r"distances of points must have a zero diagonal, got .*\[0, 0\] = 1"),
    ],
    ids=["negative", "nan", "diagonal"],
)
def test_callables_that_are_no_dissimilarity_are_refused(metric, message):
    with pytest.raises(ValueError, match=message):
        tdainv.rips(CLOUD, metric=metric)


def test_a_metric_without_a_value_is_refused():
    with (
        pytest.raises(ValueError, match=r"'correlation' distances of points must not be NaN"),
        np.errstate(all="ignore"),
    ):
        tdainv.rips([[1.0, 1.0], [0.0, 1.0]], metric="correlation")


BOOLEAN_METRICS = {"dice", "jaccard", "matching", "rogerstanimoto", "russellrao", "sokalsneath", "yule"}


def test_every_metric_that_the_error_lists_works():
    with pytest.raises(ValueError, match="one of") as refusal:
        tdainv.rips(CLOUD, metric="no such metric")
    known = set(re.search("one of (.*), got", str(refusal.value)).group(1).split(", "))
    assert known >= {*REAL_METRICS, "haversine", "precomputed"}
    cloud = np.random.default_rng(2).uniform(0.1, 1, size=(9, 2))
    for metric in known - BOOLEAN_METRICS - {"precomputed"}:
        assert tdainv.rips(cloud, metric=metric).n_vertices == 9, metric


# --- memory


@pytest.fixture
def one_gigabyte(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e9")


@pytest.mark.parametrize(
    "function",
    [
        tdainv.rips,
        tdainv.dtm_rips,
        tdainv.codensity_rips,
        lambda points: tdainv.kde_codensity(points, metric="cosine"),
        lambda points: tdainv.distance_to_measure(points, metric="cosine"),
        lambda points: tdainv.rips(points, metric="cosine"),
        lambda points: tdainv.rips(points, metric=lambda x, y: 0.0),
        lambda points: tdainv.function_rips(points, points[:, 0]),
        lambda points: tdainv.weighted_rips(points, points[:, 0]),
        lambda points: tdainv.Rips().fit_transform([points]),
        lambda points: tdainv.TopologicalFeatures().fit([points]),
    ],
)
def test_large_clouds_are_refused_before_allocation(function, one_gigabyte):
    start = time.perf_counter()
    message = r"distance matrix of 50000 points needs about 20 GB but 1 GB are available. Subsample"
    with pytest.raises(tdainv.MemoryLimitError, match=message):
        function(np.zeros((50_000, 3)))
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("function", [tdainv.FlagFiltration, lambda d: tdainv.rips(d, metric="precomputed")])
def test_large_distances_are_refused_before_they_are_copied(function, one_gigabyte):
    start = time.perf_counter()
    distances = np.broadcast_to(0.0, (50_000, 50_000))  # takes no memory
    with pytest.raises(tdainv.MemoryLimitError, match="50000 x 50000 distance matrix needs about 20 GB"):
        function(distances)
    assert time.perf_counter() - start < 0.5


def test_large_reductions_are_refused(monkeypatch):
    filtration = tdainv.rips(np.random.default_rng(0).normal(size=(300, 2)))
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000000")
    assert len(tdainv.barcode(filtration, 0)) == 300  # spanning trees need no sorted distances
    with pytest.raises(tdainv.MemoryLimitError, match=r"flag complex of 300 points .* max_edge.*TDAINV_MEMORY_LIMIT"):
        tdainv.barcode(filtration, 1)


def test_the_error_is_a_memory_error_and_names_the_item(one_gigabyte):
    assert issubclass(tdainv.MemoryLimitError, MemoryError)
    with pytest.raises(MemoryError, match=r"^X\[1\]: The distance matrix of 50000 points"):
        tdainv.Rips().fit_transform([np.zeros((3, 2)), np.zeros((50_000, 2))])


def test_a_limit_that_is_no_number_is_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "much")
    with pytest.raises(ValueError, match="TDAINV_MEMORY_LIMIT must be a number of bytes, got 'much'"):
        tdainv.rips(CLOUD)


@pytest.mark.parametrize("limit", ["inf", "1e30", ""])
def test_a_limit_may_be_as_large_as_one_likes(monkeypatch, limit):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", limit)
    assert tdainv.rips(CLOUD).n_vertices == 12


@pytest.mark.parametrize("metric", ["euclidean", "l2"])
def test_distances_that_would_vanish_are_refused(metric):
    message = r"points must have distances whose squares are not rounded to 0, got .* at most 2e-200: rescale"
    for function in (tdainv.rips, tdainv.dtm_rips, tdainv.degree_rips):
        with pytest.raises(ValueError, match=message):
            function([[0.0], [2e-200]], metric=metric)
    assert tdainv.rips([[0.0], [2e-200]], metric="l1").distances[0, 1] == 2e-200
    assert tdainv.rips([[2e-200], [2e-200]], metric=metric).distances[0, 1] == 0
    assert tdainv.rips([[0.0], [2e-200], [1.0]], metric=metric).distances[0, 2] == 1
