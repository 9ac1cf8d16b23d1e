"""Magnitude of finite metric spaces: closed forms, dense solves, scales, errors."""

import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import entropy

import tdainv
from tdainv.invariants.magnitude.conjugate_gradients import conjugate_gradients
from tdainv.invariants.magnitude.similarity import BlockProduct, checked_space, sparse_inverse

METHODS = ("cholesky", "cg", "matrix_free")
K32 = np.where(np.add.outer([0, 0, 0, 1, 1], [0, 0, 0, 1, 1]) == 1, 1.0, 2.0) - 2.0 * np.eye(
    5
)  # graph metric of K(3, 2)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def dense(points, t=1.0, metric="euclidean"):
    return np.linalg.solve(np.exp(-t * cdist(points, points, metric)), np.ones(len(points)))


@pytest.mark.parametrize("d", [1e-3, 0.7, 5.0])
@pytest.mark.parametrize("method", METHODS)
def test_two_points(d, method):
    w = tdainv.magnitude_weights([[0.0], [d]], method=method)
    np.testing.assert_allclose(w, 1 / (1 + np.exp(-d)), rtol=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3, 40])
@pytest.mark.parametrize("t", [0.1, 2.0])
@pytest.mark.parametrize("method", METHODS)
def test_equally_spaced_points(n, t, method):
    solution = tdainv.magnitude_solution(np.arange(n)[:, np.newaxis], t, method=method)
    expected = np.full(n, np.tanh(t / 2))
    expected[[0, -1]] = 1 / (1 + np.exp(-t)) if n > 1 else 1.0
    np.testing.assert_allclose(solution.weights, expected, rtol=1e-7)
    assert solution.magnitude == pytest.approx(1 + (n - 1) * np.tanh(t / 2), rel=1e-9)


@pytest.mark.parametrize("n", [2, 5, 30])
def test_complete_graphs(n):
    distances = 1.0 - np.eye(n)
    for t in (0.2, 3.0):
        expected = n / (1 + (n - 1) * np.exp(-t))
        assert tdainv.magnitude(distances, t, metric="precomputed") == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("metric", "dim"),  # the maximum norm is positive definite up to the plane only
    [
        (metric, dim)
        for metric in ("euclidean", "manhattan", "chebyshev")
        for dim in (1, 2, 12)
        if metric[0] != "c" or dim < 3
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_methods_agree_with_a_dense_solve(rng, metric, method, dim):
    points = rng.normal(size=(120, dim))
    name = {"manhattan": "cityblock"}.get(metric, metric)
    w = tdainv.magnitude_weights(points, 1.5, metric=metric, method=method, tolerance=1e-10)
    np.testing.assert_allclose(w, dense(points, 1.5, name), atol=2e-7)


def test_distances_agree_with_points(rng):
    points = rng.normal(size=(80, 3))
    for method in METHODS:
        w = tdainv.magnitude_weights(cdist(points, points), 0.7, metric="precomputed", method=method)
        np.testing.assert_allclose(w, dense(points, 0.7), atol=1e-6)


def test_block_products_are_those_of_the_matrix_for_any_number_of_threads(rng):
    points, vector = rng.normal(size=(1100, 3)), rng.normal(size=1100)
    space = checked_space(points, "euclidean")
    product = BlockProduct(space, 2.0, map)(vector)
    np.testing.assert_allclose(product, np.exp(-2 * cdist(points, points)) @ vector, rtol=1e-12, atol=1e-10)
    one, two = (tdainv.magnitude_weights(points, method="matrix_free", n_jobs=n) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_matrix_free_needs_less_memory_than_the_matrix(rng):
    points = rng.normal(size=(3000, 3))
    tdainv.magnitude_weights(points[:100], method="matrix_free")
    tracemalloc.start()
    tdainv.magnitude_weights(points, 2.0, method="matrix_free", tolerance=1e-4, n_jobs=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 3000**2 / 3


def test_the_sparse_inverse_is_the_inverse_where_all_points_are_neighbours(rng):
    points = rng.normal(size=(20, 2))
    apply = sparse_inverse(checked_space(points, "euclidean"), 1.0, None, 19)
    inverse = np.linalg.inv(np.exp(-cdist(points, points)))
    np.testing.assert_allclose(np.column_stack([apply(e) for e in np.eye(20)]), inverse, atol=1e-8)


def test_the_sparse_inverse_saves_iterations(rng):
    points = rng.random((800, 2))
    space = checked_space(points, "euclidean")
    z = np.exp(-cdist(points, points))
    counts = [
        conjugate_gradients(z.__matmul__, pre, np.ones(800), lambda norm, _: norm < 1e-6, 3000).n_iterations
        for pre in (np.copy, sparse_inverse(space, 1.0, z, 30))
    ]
    assert counts[1] < counts[0] / 10


def test_iterations_that_cannot_converge_stop_with_the_best_solution(rng):
    points = rng.random((150, 2))
    z = np.exp(-cdist(points, points))
    result = conjugate_gradients(z.__matmul__, np.copy, np.ones(150), lambda norm, _: False, 5000)
    assert not result.converged
    assert result.residual == pytest.approx(np.linalg.norm(1 - z @ result.solution), rel=0.2, abs=1e-13)


# --- scale


def test_small_scales_give_one_point_and_large_scales_all(rng):
    points = rng.random((60, 2))
    assert tdainv.magnitude(points, 1e-6) == pytest.approx(1.0, abs=1e-5)
    assert tdainv.magnitude(points, 1e6) == pytest.approx(60.0, rel=1e-9)
    assert tdainv.magnitude(points, 1e300) == 60.0


def test_the_function_is_the_magnitude_at_each_scale_and_grows(rng):
    points = rng.random((40, 2))
    ts = np.geomspace(0.01, 1000, 12)
    values = tdainv.magnitude_function(points, ts)
    np.testing.assert_array_equal(values, [tdainv.magnitude(points, t) for t in ts])
    assert (np.diff(values) > 0).all()


@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_the_dimension_is_the_slope(rng, metric):
    points = rng.random((30, 3))
    data = cdist(points, points) if metric == "precomputed" else points
    for t in (0.3, 4.0):
        up, down = (np.log(tdainv.magnitude(points, t * np.exp(h))) for h in (1e-4, -1e-4))
        assert tdainv.magnitude_dimension(data, [t], metric=metric)[0] == pytest.approx((up - down) / 2e-4, rel=1e-6)


def test_the_dimension_of_a_square_is_near_two():
    grid = np.stack(np.meshgrid(*2 * [np.linspace(0, 1, 40)]), axis=-1).reshape(-1, 2)
    assert 1.6 < tdainv.magnitude_dimension(grid, [20.0])[0] < 2.0


def test_infinite_distances_separate_components(rng):
    points = rng.random((10, 2))
    d = cdist(points, points)
    both = np.block([[d, np.full((10, 10), np.inf)], [np.full((10, 10), np.inf), d]])
    assert tdainv.magnitude(both, metric="precomputed") == pytest.approx(2 * tdainv.magnitude(points))
    np.testing.assert_allclose(
        tdainv.magnitude_dimension(both, [2.0], metric="precomputed"), tdainv.magnitude_dimension(points, [2.0])
    )


@pytest.mark.parametrize("share", [0.3, 0.95, 0.999])
def test_convergence_scale(rng, share):
    points = rng.random((25, 2))
    t = tdainv.convergence_scale(points, share)
    assert tdainv.magnitude(points, t) == pytest.approx(share * 25, rel=1e-4)


# --- invariance


@pytest.mark.parametrize("method", METHODS)
def test_invariance(rng, method):
    points = rng.normal(size=(50, 2))
    w = tdainv.magnitude_weights(points, method=method)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    order = rng.permutation(50)
    for moved, weights in ((points @ turn + 3, w), (points[order], w[order])):
        np.testing.assert_allclose(tdainv.magnitude_weights(moved, method=method), weights, atol=1e-6)
    np.testing.assert_allclose(tdainv.magnitude_weights(3 * points, 1 / 3, method=method), w, atol=1e-6)


# --- condition, definiteness, errors


def test_condition_is_that_of_the_matrix(rng):
    points = rng.random((40, 2))
    z = np.exp(-2 * cdist(points, points))
    estimate = tdainv.similarity_condition(points, 2.0)
    assert 0.3 * np.linalg.cond(z, 1) <= estimate <= 1.0001 * np.linalg.cond(z, 1)
    assert tdainv.magnitude_solution(points, 2.0).condition == pytest.approx(estimate)


def test_an_indefinite_matrix_is_solved_and_a_singular_one_is_refused():
    singular = np.log(np.sqrt(2))
    for t in (0.2, 0.3, 0.5):
        expected = np.linalg.solve(np.exp(-t * K32), np.ones(5))
        for method in METHODS:
            np.testing.assert_allclose(
                tdainv.magnitude_weights(K32, t, metric="precomputed", method=method), expected, rtol=1e-8
            )
    assert np.linalg.eigvalsh(np.exp(-0.2 * K32))[0] < 0
    with pytest.raises(ValueError, match=r"singular up to rounding.*need not exist"):
        tdainv.magnitude(K32, singular, metric="precomputed")
    assert tdainv.similarity_condition(K32, singular, metric="precomputed") > 1e15


def test_ill_conditioning_is_told(rng):
    points = np.concatenate([rng.random((20, 2)), [[0.0, 0.0], [0.0, 1e-11]]])
    with pytest.warns(tdainv.TdainvWarning, match="condition number"):
        tdainv.magnitude_weights(points)


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        ([[0.0], [1.0], [0.0]], {}, "points 0 and 2 have distance 0"),
        ([[0.0, 0.0], [0.0, 0.0]], {"metric": "precomputed"}, "points 0 and 1 have distance 0"),
        ([[0.0, 1.0], [2.0, 0.0]], {"metric": "precomputed"}, "must be symmetric"),
        ([[0.0, -1.0], [-1.0, 0.0]], {"metric": "precomputed"}, "must be at least 0"),
        ([[1.0, 1.0], [1.0, 0.0]], {"metric": "precomputed"}, "zero diagonal"),
        ([[0.0], [np.nan]], {}, r"points\[1, 0\] = nan"),
        ([[0.0], [1.0]], {"t": 0.0}, "t must be a positive finite number"),
        ([[0.0], [1.0]], {"t": -1.0}, "t must be a positive finite number"),
        ([[0.0], [1.0]], {"t": np.inf}, "t must be a positive finite number"),
        ([[0.0], [1.0]], {"method": "lu"}, "method must be one of"),
        ([[0.0], [1.0]], {"tolerance": 0.0}, "tolerance must be"),
        ([[0.0], [1.0]], {"metric": "no such"}, "metric"),
        ([[-1e308], [1e308]], {}, "finite distances"),
        (np.zeros((0, 2)), {}, "n_points >= 1"),
    ],
)
def test_bad_input_is_refused(points, options, message):
    with pytest.raises(ValueError, match=message):
        tdainv.magnitude_weights(points, **options)


def test_scales_are_checked():
    for ts, message in (([], "shape"), ([1.0, 0.0], r"ts\[1\] = 0"), ([np.nan], r"ts\[0\] = nan"), (1.0, "shape")):
        with pytest.raises(ValueError, match=message):
            tdainv.magnitude_function([[0.0], [1.0]], ts)
    for share in (0.0, 0.5, 1.0):
        with pytest.raises(ValueError, match="share must lie"):
            tdainv.convergence_scale([[0.0], [1.0]], share)


def test_memory_is_estimated_before_a_dense_solve(rng, monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e6")
    points = rng.random((400, 2))
    with pytest.raises(tdainv.MemoryLimitError, match="400 x 400 similarity matrix"):
        tdainv.magnitude(points, method="cholesky")
    assert tdainv.magnitude_solution(rng.random((1600, 2)), 20.0).method == "matrix_free"


# --- spread and diversity


def test_spread_is_its_definition(rng):
    points = rng.random((700, 2))
    expected = (1 / np.exp(-3 * cdist(points, points)).sum(axis=1)).sum()
    assert tdainv.spread(points, 3.0) == pytest.approx(expected, rel=1e-12)
    assert tdainv.spread([[1.0], [1.0]]) == pytest.approx(1.0)
    assert 1 < tdainv.spread(points, 3.0) < tdainv.magnitude(points, 3.0)


def test_diversity_of_unrelated_kinds_is_that_of_hill(rng):
    p = rng.dirichlet(np.ones(6))
    far = 1e6 * np.arange(6.0)[:, np.newaxis]
    for q, expected in (
        (0, 6.0),
        (1, np.exp(entropy(p))),
        (2, 1 / (p**2).sum()),
        (50, (p**50).sum() ** (1 / -49)),
        (np.inf, 1 / p.max()),
    ):
        assert tdainv.diversity(far, distribution=p, order=q) == pytest.approx(expected)


def test_diversity_is_continuous_at_order_one_and_falls(rng):
    points = rng.random((9, 2))
    p = rng.dirichlet(np.ones(9))
    values = [
        tdainv.diversity(points, distribution=p, order=q) for q in (0, 0.5, 1 - 1e-6, 1, 1 + 1e-6, 3, 1e4, np.inf)
    ]
    assert (np.diff(values) <= 1e-12).all()
    assert values[2] == pytest.approx(values[4], rel=1e-5)


def test_the_most_diverse_distribution_is_best_for_all_orders(rng):
    points = np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)]) + 0.01 * rng.normal(size=(7, 3))
    w = tdainv.maximum_diversity_weights(points, 0.5)
    z = np.exp(-0.5 * cdist(points, points))
    assert w.min() == 0
    assert (z @ w >= 1 - 1e-9).all()
    np.testing.assert_allclose((z @ w)[w > 0], 1.0)
    for q in (0.5, 1, 2, np.inf):
        best = tdainv.diversity(points, 0.5, distribution=w / w.sum(), order=q)
        assert best == pytest.approx(w.sum())
        assert all(tdainv.diversity(points, 0.5, distribution=p, order=q) < best for p in rng.dirichlet(np.ones(7), 20))


def test_maximum_diversity_is_the_magnitude_where_no_weight_is_negative(rng):
    points = rng.random((30, 1))
    np.testing.assert_allclose(
        tdainv.maximum_diversity_weights(points, 5.0), tdainv.magnitude_weights(points, 5.0), atol=1e-9
    )
    with pytest.raises(ValueError, match="positive definite"):
        tdainv.maximum_diversity_weights(K32, 0.2, metric="precomputed")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": -1}, "order must be"),
        ({"order": np.nan}, "order must be"),
        ({"distribution": [1.0]}, "2 probabilities"),
        ({"distribution": [1.5, -0.5]}, r"distribution\[1\] = -0.5"),
        ({"distribution": [0.5, 0.4]}, "the sum 0.9"),
        ({"distribution": [np.nan, 1.0]}, r"distribution\[0\] = nan"),
    ],
)
def test_bad_distributions_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tdainv.diversity([[0.0], [1.0]], **options)
