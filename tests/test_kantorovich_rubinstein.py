"""1-Wasserstein distances of signed measures, matrices of distances, and kernels made of them."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import wasserstein_distance
from test_sliced_wasserstein import random_measures

import tdainv
from tdainv import DistanceKernel, SignedMeasure, kantorovich_rubinstein_distance

METRICS = {"l1": "cityblock", "l2": "euclidean", "linf": "chebyshev"}


def by_pot(mu, nu, norm):
    """Optimal transport without cancelling: the positive parts and the negative parts of the other."""
    ot = pytest.importorskip("ot")
    from scipy.spatial.distance import cdist

    points, weights = np.concatenate([mu.points, nu.points]), np.concatenate([mu.weights, -nu.weights]).astype(float)
    up = weights > 0
    total = weights[up].sum()
    costs = cdist(points[up], points[~up], METRICS[norm])
    return total * ot.emd2(weights[up] / total, -weights[~up] / -weights[~up].sum(), costs)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("norm", METRICS)
@pytest.mark.parametrize("dtype", [int, float])
def test_distances_are_those_of_optimal_transport(p, norm, dtype):
    if dtype is float and p > 1:
        pytest.importorskip("ot")
    measures = random_measures(np.random.default_rng(p), p, count=10, dtype=dtype, ties=True)
    for mu, nu in pairwise(measures):
        found = kantorovich_rubinstein_distance(mu, nu, norm=norm)
        assert found == pytest.approx(by_pot(mu, nu, norm), rel=1e-9, abs=1e-12)
        assert found == pytest.approx(kantorovich_rubinstein_distance(nu, mu, norm=norm), rel=1e-12)


def test_on_the_line_scipy_agrees():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=30), rng.normal(size=20)
    u, v = rng.uniform(size=30), rng.uniform(size=20)
    mu, nu = SignedMeasure(x[:, np.newaxis], u / u.sum()), SignedMeasure(y[:, np.newaxis], v / v.sum())
    assert kantorovich_rubinstein_distance(mu, nu) == pytest.approx(wasserstein_distance(x, y, u, v))


def test_common_mass_is_cancelled():
    rng = np.random.default_rng(0)
    common = SignedMeasure(rng.normal(size=(20_000, 2)), rng.choice([-5, 7], size=20_000))
    mu, nu = (SignedMeasure([[x, 0.0]], [3]) for x in (0.0, 2.0))
    assert kantorovich_rubinstein_distance(mu + common, nu + common) == 6.0
    assert kantorovich_rubinstein_distance(common, common) == 0.0


def test_whole_weights_are_divided_by_their_divisor():
    mu, nu = SignedMeasure([[0, 0], [1, 0]], [10**9, 10**9]), SignedMeasure([[0, 1], [1, 1]], [10**9, 10**9])
    assert kantorovich_rubinstein_distance(mu, nu) == 2e9


def test_whole_floats_need_no_transport_solver(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ot", None)
    mu, nu = SignedMeasure([[0, 0]], [2.0]), SignedMeasure([[3, 1]], [2.0])
    assert kantorovich_rubinstein_distance(mu, nu) == 8.0
    for broken in ({"regularization": 0.1}, {}):
        factor = 1.0 if broken else 0.3
        with pytest.raises(ImportError, match=r"needs POT .*tdainv\[transport\]"):
            kantorovich_rubinstein_distance(factor * mu, factor * nu, **broken)


@pytest.mark.parametrize("p", [1, 2])
def test_regularized_distances_come_down_to_the_distance(p):
    pytest.importorskip("ot")
    mu, nu = random_measures(np.random.default_rng(p), p, count=2)
    exact = kantorovich_rubinstein_distance(mu, nu, norm="l2")
    found = [kantorovich_rubinstein_distance(mu, nu, norm="l2", regularization=r) for r in (1.0, 0.2, 0.05)]
    assert exact - 1e-4 <= found[2] <= found[1] + 1e-9
    assert found[1] <= found[0] + 1e-9
    assert found[2] == pytest.approx(exact, rel=0.1)


def test_missing_mass_is_put_at_a_point():
    mu, nu = SignedMeasure([[0, 0], [1, 0]], [1, 1]), SignedMeasure([[0, 0]], [1])
    with pytest.raises(ValueError, match=r"same mass to be compared, got 2 and 1. Give balance"):
        kantorovich_rubinstein_distance(mu, nu)
    for first, second in ((mu, nu), (nu, mu)):
        assert kantorovich_rubinstein_distance(first, second, balance=(5, 3)) == 7.0


def test_a_large_assignment_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e6")
    rng = np.random.default_rng(0)
    mu, nu = (SignedMeasure(rng.normal(size=(400, 2)), np.ones(400, int)) for _ in range(2))
    with pytest.raises(tdainv.MemoryLimitError, match="An assignment of 400 masses"):
        kantorovich_rubinstein_distance(mu, nu)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"norm": "l3"}, "norm must be one of .* norm='l3'"),
        ({"regularization": 0.0}, r"regularization must be .* regularization=0\.0"),
        ({"balance": (1.0, 2.0)}, r"balance must be .* R\^1, shape \(1,\)"),
        ({"balance": "top"}, "balance must be one of 'error', got balance='top'"),
    ],
)
def test_wrong_parameters_are_refused(parameters, message):
    mu, nu = SignedMeasure([[0]], [1]), SignedMeasure([[1]], [1])
    with pytest.raises(ValueError, match=message):
        kantorovich_rubinstein_distance(mu, nu, **parameters)
    with pytest.raises(TypeError, match="second must be a SignedMeasure, got int"):
        kantorovich_rubinstein_distance(mu, 3)
    with pytest.raises(ValueError, match=r"same R\^p, got p = 1 and p = 2"):
        kantorovich_rubinstein_distance(mu, SignedMeasure([[1, 2]], [1]))


# --- matrices


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_pairwise_distances_are_distances_of_pairs(n_jobs):
    items, others = list(range(40)), [0.5, 7.0]
    distance = lambda a, b: abs(a - b)  # noqa: E731
    square = tdainv.pairwise_distances(items, distance=distance, n_jobs=n_jobs)
    np.testing.assert_array_equal(square, np.abs(np.subtract.outer(items, items)))
    rectangle = tdainv.pairwise_distances(items, others, distance=distance, n_jobs=n_jobs)
    np.testing.assert_array_equal(rectangle, np.abs(np.subtract.outer(items, others)))


def test_each_pair_is_computed_once():
    calls = []
    tdainv.pairwise_distances([0, 1, 2, 3], distance=lambda a, b: calls.append((a, b)) or 1.0)
    assert sorted(calls) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def test_errors_of_distances_name_the_pair():
    bars = [[[0.0, 1.0]], [[0.0, 2.0]], [[5.0, 2.0]]]
    with pytest.raises(ValueError, match=r"^items\[0\] and items\[2\]: Each bar must"):
        tdainv.pairwise_distances(bars, distance=tdainv.bottleneck_distance)
    with pytest.raises(ValueError, match=r"^items\[1\] and others\[0\]: distance must return .* got -1"):
        tdainv.pairwise_distances([1, 0], [1], distance=lambda a, b: a - b)
    with pytest.raises(ValueError, match="at least 0, got nan"):
        tdainv.pairwise_distances([1, 0], distance=lambda a, b: np.nan)
    with pytest.raises(TypeError, match="distance must be callable, got distance='l2'"):
        tdainv.pairwise_distances([1, 2], distance="l2")


# --- kernels


@pytest.mark.parametrize("power", [1, 2])
def test_a_kernel_is_its_formula(power):
    measures = random_measures(np.random.default_rng(0), 2)
    distance = partial(kantorovich_rubinstein_distance, norm="l2")
    gram = DistanceKernel(distance, power=power, bandwidth=0.8, bandwidth_unit="absolute").fit_transform(measures)
    distances = tdainv.pairwise_distances(measures, distance=distance)
    np.testing.assert_allclose(gram, np.exp(-(distances**power) / (2 * 0.8**2)), rtol=1e-12)


def test_infinite_distances_have_kernel_zero():
    bars = [tdainv.Barcode([0.0], [np.inf], 1), tdainv.Barcode([0.0], [1.0], 1)]
    gram = DistanceKernel(tdainv.bottleneck_distance).fit_transform(bars)
    np.testing.assert_array_equal(gram, np.eye(2))


def test_a_kernel_needs_a_distance():
    with pytest.raises(TypeError, match="distance must be a function of two invariants, got distance=None"):
        DistanceKernel().fit(random_measures(np.random.default_rng(0), 2))
