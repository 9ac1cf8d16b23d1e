"""Codensities against their formulas, point by point."""

import math
from functools import partial

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist
from sklearn.neighbors import KernelDensity, NearestNeighbors

import tdainv
from tdainv.filtrations import _kernels_tiles, codensity, neighbours, pair_quantile, tiles


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def cloud(rng):
    return rng.normal(size=(60, 3))


def naive_kde(distances, h):
    return np.array([-math.log(sum(math.exp(-(d**2) / (2 * h**2)) for d in row) / len(row)) for row in distances])


def naive_dtm(distances, k):
    return np.array([math.sqrt(sum(d**2 for d in sorted(row)[:k]) / k) for row in distances])


# --- kernel density


@pytest.mark.parametrize("bandwidth", [0.05, 0.7, 10.0])
@pytest.mark.parametrize("metric", ["euclidean", "l1", "cosine"])
def test_kde_is_its_formula(cloud, bandwidth, metric):
    distances = tdainv.rips(cloud, metric=metric).distances
    values = tdainv.kde_codensity(cloud, bandwidth=bandwidth, metric=metric)
    np.testing.assert_allclose(values, naive_kde(distances, bandwidth), rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(tdainv.kde_codensity(distances, bandwidth=bandwidth, metric="precomputed"), values)


def test_kde_is_that_of_scikit_learn_up_to_its_constant(cloud):
    h, dim = 0.6, 3
    log_density = KernelDensity(bandwidth=h, rtol=0, atol=0).fit(cloud).score_samples(cloud)
    constant = dim * (math.log(h) + math.log(2 * math.pi) / 2)
    np.testing.assert_allclose(tdainv.kde_codensity(cloud, bandwidth=h), -log_density - constant, rtol=1e-9)


@pytest.mark.parametrize("quantile", [0.01, 0.1, 0.5, 1.0])
def test_the_quantile_is_one_of_the_distances_between_different_points(cloud, quantile):
    pairs = cdist(cloud, cloud)[np.triu_indices(60, 1)]
    values = tdainv.kde_codensity(cloud, bandwidth=quantile, bandwidth_unit="quantile")
    np.testing.assert_array_equal(values, tdainv.kde_codensity(cloud, bandwidth=np.quantile(pairs, quantile)))


@pytest.mark.parametrize("unit", ["absolute", "quantile"])
def test_the_default_bandwidth_is_the_tenth_quantile(cloud, unit):
    expected = tdainv.kde_codensity(cloud, bandwidth=0.1, bandwidth_unit="quantile")
    np.testing.assert_array_equal(tdainv.kde_codensity(cloud, bandwidth_unit=unit), expected)


def test_kde_lies_between_zero_and_the_logarithm_of_the_number_of_points(cloud):
    for bandwidth in (1e-3, 0.5, 1e6):
        values = tdainv.kde_codensity(cloud, bandwidth=bandwidth)
        assert (values >= 0).all()
        assert (values <= math.log(60) + 1e-12).all()
    np.testing.assert_allclose(tdainv.kde_codensity(cloud, bandwidth=1e-3), math.log(60))
    np.testing.assert_allclose(tdainv.kde_codensity(cloud, bandwidth=1e6), 0, atol=1e-10)
    assert not np.signbit(tdainv.kde_codensity(np.ones((3, 1)), bandwidth=1.0)).any()


def test_kde_has_no_unit(cloud):
    by_quantile = tdainv.kde_codensity(cloud)
    np.testing.assert_allclose(tdainv.kde_codensity(1000 * cloud), by_quantile, rtol=1e-10)
    absolute = tdainv.kde_codensity(cloud, bandwidth=0.5)
    np.testing.assert_allclose(tdainv.kde_codensity(1000 * cloud, bandwidth=500), absolute, rtol=1e-10)


def test_kde_of_points_most_of_which_agree_counts_them():
    points = np.array([[0.0]] * 9 + [[1.0]])
    np.testing.assert_allclose(tdainv.kde_codensity(points), [-math.log(0.9)] * 9 + [-math.log(0.1)], rtol=1e-12)


def test_kde_ignores_infinite_distances_in_its_quantile():
    distances = np.array([[0, 1, np.inf], [1, 0, np.inf], [np.inf, np.inf, 0.0]])
    values = tdainv.kde_codensity(distances, metric="precomputed")  # the only finite distance is the bandwidth
    near = -math.log((1 + math.exp(-0.5)) / 3)
    np.testing.assert_allclose(values, [near, near, math.log(3)], rtol=1e-12)


@pytest.mark.parametrize("n", [1, 255, 256, 257, 600])
def test_blocks_of_rows_cover_all_points(n):
    points = np.random.default_rng(n).normal(size=(n, 1))
    distances = cdist(points, points)
    np.testing.assert_allclose(
        tdainv.kde_codensity(points, bandwidth=0.5), -np.log(np.exp(-(distances**2) / 0.5).mean(axis=1)), atol=1e-12
    )
    np.testing.assert_allclose(
        tdainv.distance_to_measure(points, mass=1.0), np.sqrt((distances**2).mean(axis=1)), rtol=1e-12
    )


def test_tiny_bandwidths_give_finite_values():
    points = [[0.0], [1.0], [1.0]]
    np.testing.assert_allclose(
        tdainv.kde_codensity(points, bandwidth=1e-200), -np.log([1 / 3, 2 / 3, 2 / 3]), rtol=1e-12
    )


# --- distance to measure


@pytest.mark.parametrize("k", [1, 2, 7, 59, 60])
@pytest.mark.parametrize("metric", ["euclidean", "chebyshev"])
def test_dtm_is_its_formula(cloud, k, metric):
    distances = tdainv.rips(cloud, metric=metric).distances
    values = tdainv.distance_to_measure(cloud, mass=k / 60, metric=metric)
    np.testing.assert_allclose(values, naive_dtm(distances, k), rtol=1e-12)


@pytest.mark.parametrize("k", [1, 5, 60])
def test_dtm_equals_that_of_gudhi(cloud, k):
    dtm = pytest.importorskip("gudhi.point_cloud.dtm")
    theirs = dtm.DistanceToMeasure(k, metric="precomputed").fit_transform(cdist(cloud, cloud))
    np.testing.assert_allclose(tdainv.distance_to_measure(cloud, mass=k / 60), theirs, rtol=1e-12)


@pytest.mark.parametrize("n", [1, 7, 10, 30, 100])
def test_the_mass_is_rounded_up_to_whole_points(n):
    points = np.arange(n, dtype=float)[:, np.newaxis] ** 1.5
    for k in range(1, n + 1):
        exact = tdainv.distance_to_measure(points, mass=k / n)
        np.testing.assert_allclose(exact, naive_dtm(cdist(points, points), k), rtol=1e-12)
        np.testing.assert_array_equal(tdainv.distance_to_measure(points, mass=(k - 0.5) / n), exact)


@pytest.mark.parametrize(("mass", "k"), [(0.07, 7), (0.29, 29), (0.57, 57), (0.1, 10), (1e-9, 1)])
def test_rounding_of_the_product_takes_no_further_point(mass, k):
    points = np.arange(100.0)[:, np.newaxis]
    np.testing.assert_allclose(
        tdainv.distance_to_measure(points, mass=mass), naive_dtm(cdist(points, points), k), rtol=1e-12
    )


def test_dtm_of_one_nearest_point_is_zero(cloud):
    np.testing.assert_array_equal(tdainv.distance_to_measure(cloud, mass=1 / 60), 0)


def test_dtm_is_one_lipschitz_and_has_the_unit_of_the_metric(cloud):
    values = tdainv.distance_to_measure(cloud, mass=0.2)
    assert (np.abs(np.subtract.outer(values, values)) <= cdist(cloud, cloud) + 1e-12).all()
    np.testing.assert_allclose(tdainv.distance_to_measure(1000 * cloud, mass=0.2), 1000 * values, rtol=1e-12)


# --- nearest neighbours


@pytest.mark.parametrize("k", [1, 4, 59])
def test_knn_is_the_distance_to_a_neighbour(cloud, k):
    distances, _ = (
        NearestNeighbors(n_neighbors=k, algorithm="brute").fit(cloud).kneighbors()
    )  # without the point itself
    np.testing.assert_allclose(tdainv.knn_codensity(cloud, n_neighbors=k), distances[:, -1], rtol=1e-7)
    np.testing.assert_array_equal(tdainv.knn_codensity(cloud, n_neighbors=k), np.sort(cdist(cloud, cloud))[:, k])


def test_knn_counts_duplicates_as_neighbours():
    points = [[0.0], [0.0], [2.0]]
    np.testing.assert_array_equal(tdainv.knn_codensity(points, n_neighbors=1), [0, 0, 2])
    np.testing.assert_array_equal(tdainv.knn_codensity(points, n_neighbors=2), [2, 2, 2])


def test_knn_has_the_unit_of_the_metric(cloud):
    values = tdainv.knn_codensity(cloud, n_neighbors=3)
    np.testing.assert_allclose(tdainv.knn_codensity(1000 * cloud, n_neighbors=3), 1000 * values, rtol=1e-12)


# --- all of them

CODENSITIES = {
    "kde": (tdainv.kde_codensity, {"bandwidth": 0.4}),
    "kde by quantile": (tdainv.kde_codensity, {"bandwidth": 0.2, "bandwidth_unit": "quantile"}),
    "dtm": (tdainv.distance_to_measure, {"mass": 0.15}),
    "knn": (tdainv.knn_codensity, {"n_neighbors": 5}),
}
over_codensities = pytest.mark.parametrize(("function", "options"), CODENSITIES.values(), ids=CODENSITIES)


@over_codensities
def test_codensities_are_low_where_points_are_dense(function, options):
    rng = np.random.default_rng(1)
    dense, sparse = rng.normal(scale=0.1, size=(80, 2)), rng.uniform(3, 9, size=(20, 2))
    values = function(np.concatenate([dense, sparse]), **options)
    assert values[:80].max() < values[80:].min()


@over_codensities
def test_codensities_follow_the_order_of_points(cloud, function, options):
    order = np.random.default_rng(2).permutation(60)
    np.testing.assert_allclose(function(cloud[order], **options), function(cloud, **options)[order], rtol=1e-12)


@over_codensities
def test_codensities_take_distances_and_leave_them_alone(cloud, function, options):
    distances = cdist(cloud, cloud)
    before = distances.copy()
    distances.flags.writeable = False
    np.testing.assert_array_equal(function(distances, metric="precomputed", **options), function(cloud, **options))
    np.testing.assert_array_equal(distances, before)


@over_codensities
def test_codensity_rips_has_the_codensity_as_second_parameter(cloud, function, options):
    keys = {"bandwidth", "bandwidth_unit", "mass", "n_neighbors"} & set(options)
    filtration = tdainv.codensity_rips(cloud, **{key: options[key] for key in keys})
    np.testing.assert_array_equal(filtration.vertex_grades[:, 0], function(cloud, **options))
    np.testing.assert_array_equal(filtration.distances, tdainv.rips(cloud).distances)
    assert filtration.n_parameters == 2


def test_codensity_rips_is_function_rips_of_the_kde_by_default(cloud):
    assert tdainv.codensity_rips(cloud, max_edge=1.0) == tdainv.function_rips(
        cloud, tdainv.kde_codensity(cloud), max_edge=1.0
    )


def test_dtm_rips_is_weighted_rips_of_the_dtm(cloud):
    weights = tdainv.distance_to_measure(cloud, mass=0.2)
    assert tdainv.dtm_rips(cloud, mass=0.2) == tdainv.weighted_rips(cloud, weights)


def test_the_examples_of_the_codensities_by_hand():
    points = [[0.0], [1.0], [5.0]]
    # k = 2: means of {0, 1}, {0, 1} and {0, 16}.
    np.testing.assert_allclose(tdainv.distance_to_measure(points, mass=0.5), np.sqrt([0.5, 0.5, 8]), rtol=1e-15)
    np.testing.assert_array_equal(tdainv.knn_codensity(points, n_neighbors=2), [5, 4, 5])
    row = (1 + math.exp(-0.5) + math.exp(-12.5)) / 3
    assert tdainv.kde_codensity(points, bandwidth=1.0)[0] == pytest.approx(-math.log(row), rel=1e-14)


# --- large clouds, without their distance matrix

SCIPY = {"euclidean": "euclidean", "l1": "cityblock", "chebyshev": "chebyshev"}

LARGE_CLOUDS = {
    "normal": np.random.default_rng(0).normal(size=(600, 3)),
    "line": np.random.default_rng(1).uniform(size=(300, 1)),
    "outliers": np.random.default_rng(2).normal(size=(500, 2)) * np.repeat([[0.01], [1000.0]], [490, 10], axis=0),
    "integers": np.random.default_rng(3).integers(0, 12, size=(500, 2)).astype(float),
    "one place": np.ones((200, 2)),
    "two places": np.random.default_rng(4).integers(0, 2, size=(300, 1)).astype(float),
    "many coordinates": np.random.default_rng(5).normal(size=(300, 20)),
    "large numbers": np.random.default_rng(6).normal(size=(150, 3)) * 1e150,
}
LARGE_OPTIONS = [
    (tdainv.kde_codensity, {}),
    *[(tdainv.kde_codensity, {"bandwidth": h}) for h in (0.3, 1e-3, 1e-200, 1e200, 1e300)],
    *[(tdainv.distance_to_measure, {"mass": mass}) for mass in (1e-3, 0.05, 0.3, 1.0)],
    *[(tdainv.knn_codensity, {"n_neighbors": k}) for k in (1, 5, 100)],
]


@pytest.mark.parametrize("metric", SCIPY)
@pytest.mark.parametrize("name", LARGE_CLOUDS)
def test_large_clouds_have_the_values_of_their_matrix(monkeypatch, name, metric):
    cloud = LARGE_CLOUDS[name]
    expected = [function(cloud, metric=metric, **options) for function, options in LARGE_OPTIONS]
    monkeypatch.setattr(codensity, "_LARGE", 10)
    for values, (function, options) in zip(expected, LARGE_OPTIONS, strict=True):
        found = function(cloud, metric=metric, **options)
        np.testing.assert_allclose(found, values, rtol=1e-12, atol=1e-14, err_msg=f"{function.__name__} {options}")
        assert not np.signbit(found).any()


def test_small_clouds_have_a_matrix_and_large_ones_none(monkeypatch):
    cloud = np.random.default_rng(0).normal(size=(4097, 2))
    for function in (tdainv.kde_codensity, tdainv.distance_to_measure, partial(tdainv.knn_codensity, n_neighbors=3)):
        expected = function(cloud)
        with monkeypatch.context() as patch:
            patch.setattr(codensity, "distances_of", None)
            np.testing.assert_array_equal(function(cloud), expected)
            with pytest.raises(TypeError):
                function(cloud[:4096])


@pytest.mark.parametrize("trees", [True, False])
@pytest.mark.parametrize("k", [1, 2, 64, 150])
def test_search_trees_and_tiles_find_the_same_neighbours(monkeypatch, trees, k):
    monkeypatch.setattr(neighbours, "_TREE_NEIGHBOURS", 10**6 if trees else 0)
    monkeypatch.setattr(neighbours, "_BLOCK_ENTRIES", 1000)
    rng = np.random.default_rng(k)
    cloud = np.concatenate([rng.normal(size=(200, 2)), rng.integers(0, 3, size=(200, 2))])
    nearest = np.sort(cdist(cloud, cloud), axis=1)[:, :k]
    last = neighbours.nearest_of_cloud(cloud, k, "euclidean", mean=False)
    mean = neighbours.nearest_of_cloud(cloud, k, "euclidean", mean=True)
    np.testing.assert_allclose(last, nearest[:, -1], rtol=1e-14)
    np.testing.assert_allclose(mean, np.sqrt((nearest**2).mean(axis=1)), rtol=1e-13)


def test_quantiles_of_values_are_those_of_numpy_bit_by_bit():
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 10, 57, 400):
        for values in (rng.normal(size=n), rng.integers(0, 3, n) / 3, 10.0 ** rng.uniform(-300, 300, n)):
            for q in (0.0, 0.1, 0.3, 0.5, 0.77, 1.0, *rng.random(5)):
                assert pair_quantile.quantile_of(values, q) == np.quantile(values, q)


@pytest.mark.parametrize("room", [2, 64, 1 << 22])
@pytest.mark.parametrize("sample", [1, 50, 1 << 12])
@pytest.mark.parametrize("metric", SCIPY)
def test_quantiles_of_all_pairs_are_exact(monkeypatch, room, sample, metric):
    monkeypatch.setattr(pair_quantile, "_ROOM", room)
    monkeypatch.setattr(pair_quantile, "_SAMPLE", sample)
    for name in ("normal", "outliers", "integers", "two places", "one place"):
        cloud = LARGE_CLOUDS[name][:150]
        pairs = pdist(cloud, SCIPY[metric])
        tiled = tiles.tiles_of(cloud, metric)
        for q in (0.0, 1e-4, 0.1, 0.25, 0.5, 0.9, 0.9999, 1.0):
            assert pair_quantile.pair_quantile(tiled, q) == pytest.approx(np.quantile(pairs, q), rel=1e-15, abs=0), name


def test_an_even_sample_is_kept_of_pairs_that_are_too_many():
    cut = tiles.tiles_of(LARGE_CLOUDS["normal"], "euclidean")
    arrays = (cut.points, cut.sizes, cut.low, cut.high, cut.metric)
    every, some = np.empty(600 * 599 // 2), np.empty(100)
    below, inside, written = _kernels_tiles.pairs_between(*arrays, 0.5, 4.0, every)
    squares = pdist(LARGE_CLOUDS["normal"], "sqeuclidean")
    assert (below, inside, written) == ((squares < 0.5).sum(), *[((squares >= 0.5) & (squares <= 4)).sum()] * 2)
    assert _kernels_tiles.pairs_between(*arrays, 0.5, 4.0, some)[:2] == (below, inside)
    written = _kernels_tiles.pairs_between(*arrays, 0.5, 4.0, some)[2]
    stride = 2 ** math.ceil(math.log2(inside / 100))
    np.testing.assert_array_equal(some[:written], every[:inside:stride])


def test_tiles_hold_each_point_once():
    for n in (1, 127, 128, 129, 1000):
        cloud = np.random.default_rng(n).normal(size=(n, 3))
        cut = tiles.tiles_of(cloud, "euclidean")
        assert sorted(cut.members[cut.members >= 0]) == list(range(n))
        for t, size in enumerate(cut.sizes):
            np.testing.assert_array_equal(cut.points[t, :, :size].T, cloud[cut.members[t, :size]])
            assert np.isinf(cut.points[t, :, size:]).all()
        np.testing.assert_array_equal(cut.by_point(cut.points[:, 1]), cloud[:, 1])


def test_large_clouds_need_little_memory(monkeypatch):
    cloud = np.random.default_rng(0).normal(size=(20_000, 2))
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e8")  # a matrix would take 3.2 GB
    for function, options in [(tdainv.distance_to_measure, {}), (tdainv.knn_codensity, {"n_neighbors": 5})]:
        assert function(cloud, **options).shape == (20_000,)
    assert tdainv.kde_codensity(cloud, bandwidth=0.01).shape == (20_000,)
    with pytest.raises(tdainv.MemoryLimitError, match="distance matrix of 20000 points"):
        tdainv.kde_codensity(cloud, metric="cosine")
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e5")
    with pytest.raises(tdainv.MemoryLimitError, match="20000 points"):
        tdainv.kde_codensity(cloud)


def test_errors_of_large_clouds_are_those_of_small_ones(monkeypatch):
    monkeypatch.setattr(codensity, "_LARGE", 2)
    cloud = np.arange(4.0)[:, np.newaxis]
    with pytest.raises(ValueError, match="n_neighbors must be less than the number of points 4, got n_neighbors=4"):
        tdainv.knn_codensity(cloud, n_neighbors=4)
    with pytest.raises(ValueError, match="points must be finite"):
        tdainv.kde_codensity([[0.0], [1.0], [np.nan]])
    for function in (tdainv.kde_codensity, tdainv.distance_to_measure):
        with pytest.raises(ValueError, match="points must have finite distances, got inf for metric='euclidean'"):
            function(1e200 * cloud)
        with pytest.raises(ValueError, match=r"points must have distances whose squares .* differ by at most 3e-200"):
            function(1e-200 * cloud)


# --- many clouds at once


@pytest.mark.parametrize("options", [{}, {"bandwidth": 0.7}, {"mass": 0.2}, {"n_neighbors": 2}, {"max_edge": 1.5}])
@pytest.mark.parametrize("metric", ["euclidean", "l1", "precomputed"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_clouds_of_many_shapes_have_the_filtrations_they_have_alone(rng, options, metric, n_jobs):
    sizes = [(5, 2), (7, 3), (5, 2), (5, 3), (300, 2), (7, 3), (7, 3)] * 3
    clouds = [np.round(rng.normal(size=size), 1) for size in sizes]
    if metric == "precomputed":
        clouds = [cdist(cloud, cloud) for cloud in clouds]
        clouds[0][0, 1:] = clouds[0][1:, 0] = np.inf
    many = tdainv.CodensityRips(metric=metric, n_jobs=n_jobs, **options).fit_transform(clouds)
    assert many == [tdainv.codensity_rips(cloud, metric=metric, **options) for cloud in clouds]


@pytest.mark.parametrize("quantile", [0.1, 0.37, 1.0])
def test_clouds_that_coincide_are_taken_with_others(rng, quantile):
    clouds = [rng.normal(size=(6, 2)), np.zeros((6, 2)), np.eye(6)[:, :2], np.zeros((1, 2)), np.ones((1, 2))]
    options = {"bandwidth": quantile, "bandwidth_unit": "quantile"}
    for cloud, filtration in zip(clouds, tdainv.CodensityRips(**options).fit_transform(clouds), strict=True):
        distances = cdist(cloud, cloud)
        np.testing.assert_allclose(filtration.distances, distances, rtol=1e-15)
        width = np.quantile(pdist(cloud), quantile) if len(cloud) > 1 else 0.0
        expected = naive_kde(distances, width) if width > 0 else -np.log((distances == 0).mean(axis=1))
        np.testing.assert_allclose(filtration.vertex_grades[:, 0], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("wrong", "options", "message"),
    [
        ([[0.0, 0.0], [1e200, 0.0], [0.0, 1.0]], {}, "finite distances"),
        ([[0.0, 0.0], [1e-200, 0.0], [0.0, 0.0]], {}, "rounded to 0"),
        ([[0.0, 0.0], [1.0, 0.0]], {"n_neighbors": 2}, "n_neighbors"),
    ],
)
@pytest.mark.parametrize("features", [False, True])
def test_errors_name_the_cloud_among_many(rng, wrong, options, message, features):
    clouds = [*rng.normal(size=(4, 3, 2)), np.array(wrong), *rng.normal(size=(2, 3, 2))]
    step = tdainv.CodensityRips(**options)
    with pytest.raises(ValueError, match=rf"^X\[4\]: .*{message}"):
        (tdainv.TopologicalFeatures(step) if features else step).fit_transform(clouds)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("large", [0, 1])
def test_features_in_one_step_are_those_of_the_pipeline(rng, n_jobs, large):
    clouds = [*rng.normal(size=(9, 12, 2)), *rng.normal(size=(large, 260, 2))]
    filtrations = tdainv.CodensityRips().fit_transform(clouds)
    measures = tdainv.HilbertSignedMeasure().fit_transform(filtrations)
    table = tdainv.MeasureConvolution(resolution=6).fit_transform(measures)
    vectorizer = tdainv.MeasureConvolution(resolution=6)
    features = tdainv.TopologicalFeatures(vectorizer=vectorizer, n_jobs=n_jobs).fit_transform(clouds)
    np.testing.assert_array_equal(features, table)
