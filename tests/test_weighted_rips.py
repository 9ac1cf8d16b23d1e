"""Weighted Rips filtrations with balls that grow in other ways, against the definition."""

import numpy as np
import pytest

import tdainv
from tdainv.filtrations.weights import weighted_distances


def radius(time, weight, p):
    if p == np.inf:
        return time
    # Divided by the time, so that great powers do not overflow.
    return time * max(1 - (weight / time) ** p, 0.0) ** (1 / p) if time > 0 else 0.0


def meeting(d, first, second, p):
    """The first time at which two balls are there and meet, by bisection."""
    low = max(first, second)
    high = low + d
    if radius(low, first, p) + radius(low, second, p) >= d:
        return low
    for _ in range(100):
        middle = (low + high) / 2
        if radius(middle, first, p) + radius(middle, second, p) >= d:
            high = middle
        else:
            low = middle
    return high


def cloud_with_weights(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(0, 2, size=(12, 12))
    matrix = matrix + matrix.T
    np.fill_diagonal(matrix, 0)
    weights = rng.uniform(0, 2, size=12)
    weights[:3], weights[3:6] = 0, 1
    return matrix, weights


@pytest.mark.parametrize("p", [1, 1.01, 1.5, 2, 3, 7.5, 50, np.inf])
@pytest.mark.parametrize("seed", [0, 1])
def test_edges_enter_when_their_balls_meet(p, seed):
    matrix, weights = cloud_with_weights(seed)
    filtration = tdainv.weighted_rips(matrix, weights, metric="precomputed", exponent=p)
    for i in range(12):
        assert filtration.distances[i, i] == 0
        for j in range(i):
            expected = 2 * meeting(matrix[i, j], weights[i], weights[j], p)
            assert filtration.distances[i, j] == pytest.approx(expected, rel=1e-12)
            assert filtration.distances[i, j] >= filtration.vertex_births[[i, j]].max()
    np.testing.assert_array_equal(filtration.distances, filtration.distances.T)
    np.testing.assert_array_equal(filtration.vertex_births, 2 * weights)


def test_edges_by_hand():
    line = [[0.0], [7.0]]
    # 5² = 3² + 4²: radii 3 and 4 at time 5.
    assert tdainv.weighted_rips(line, [4.0, 3.0], exponent=2).distances[0, 1] == pytest.approx(10, rel=1e-15)
    # 6³ = 3³ + 4³ + 5³: with weights whose cubes are 6³ - 3³ and 6³ - 4³, radii are 3 and 4 at time 6.
    weights = [189 ** (1 / 3), 152 ** (1 / 3)]
    assert tdainv.weighted_rips(line, weights, exponent=3).distances[0, 1] == pytest.approx(12, rel=1e-15)
    # A ball of radius (13² - 5²)^(1/2) = 12 holds the other point when that is born.
    assert tdainv.weighted_rips(line, [5.0, 13.0], exponent=2).distances[0, 1] == 26
    assert tdainv.weighted_rips(line, [3.0, 3.4], exponent=np.inf).distances[0, 1] == 7
    assert tdainv.weighted_rips(line, [3.0, 3.6], exponent=np.inf).distances[0, 1] == 7.2


@pytest.mark.parametrize("p", [1, 1.5, 2, 4, np.inf])
def test_without_weights_it_is_the_rips_filtration(p):
    points = np.random.default_rng(0).normal(size=(300, 2))
    np.testing.assert_allclose(
        tdainv.weighted_rips(points, np.zeros(300), exponent=p).distances, tdainv.rips(points).distances, rtol=1e-13
    )


def test_the_default_exponent_is_one():
    points = np.random.default_rng(1).normal(size=(20, 2))
    assert tdainv.dtm_rips(points, mass=0.2) == tdainv.dtm_rips(points, mass=0.2, exponent=1)
    assert tdainv.dtm_rips(points, mass=0.2) != tdainv.dtm_rips(points, mass=0.2, exponent=2)


def test_greater_exponents_give_earlier_edges():
    matrix, weights = cloud_with_weights(3)
    values = [weighted_distances(matrix, weights, p) for p in (1.0, 1.2, 2.0, 5.0, 100.0, np.inf)]
    for earlier, later in zip(values[1:], values, strict=False):
        assert (earlier <= later * (1 + 1e-14)).all()


@pytest.mark.parametrize("p", [1, 2, 3])
def test_dtm_rips_is_the_weighted_rips_filtration_of_the_distance_to_measure(p):
    points = np.random.default_rng(2).normal(size=(30, 2))
    weights = tdainv.distance_to_measure(points, mass=0.2)
    assert tdainv.dtm_rips(points, mass=0.2, exponent=p) == tdainv.weighted_rips(points, weights, exponent=p)


def test_two_points_meet_as_in_the_weighted_alpha_complex_of_gudhi():
    gudhi = pytest.importorskip("gudhi")
    for seed in range(20):
        rng = np.random.default_rng(seed)
        points, weights = rng.normal(size=(2, 2)), rng.uniform(0, 0.5, size=2)
        tree = gudhi.AlphaComplex(points=points, weights=-(weights**2)).create_simplex_tree()
        if tree.num_vertices() == 2:  # otherwise one ball always holds the other
            ours = tdainv.weighted_rips(points, weights, exponent=2).distances[0, 1]
            assert ours == pytest.approx(2 * np.sqrt(tree.filtration([0, 1])), rel=1e-9)


@pytest.mark.parametrize("p", [1.0, 1.3, 2.0, 9.0, np.inf])
@pytest.mark.parametrize("weights", [[0, 0, 0, 0], [1, 1, 1, 1], [1e-300, 0, 0, 1e-300], [1, 2, 3, 1e290]])
def test_extreme_values_stay_numbers(p, weights):
    distances = np.array([[0, 0, 1e-310, np.inf], [0, 0, 1e300, 3], [1e-310, 1e300, 0, 5], [np.inf, 3, 5, 0.0]])
    found = weighted_distances(distances, np.array(weights, dtype=float), p)
    assert not np.isnan(found).any()
    assert np.isinf(found[0, 3])
    assert found[0, 1] == 2 * max(weights[:2])


def test_the_estimator_passes_the_exponent_on():
    points = np.random.default_rng(4).normal(size=(15, 2))
    assert tdainv.WeightedRips(mass=0.3, exponent=2).fit_transform([points]) == [
        tdainv.dtm_rips(points, mass=0.3, exponent=2)
    ]
    weights = np.abs(points[:, 0])
    assert tdainv.WeightedRips(weights=None, exponent=np.inf).fit_transform([(points, weights)]) == [
        tdainv.weighted_rips(points, weights, exponent=np.inf)
    ]


@pytest.mark.parametrize("p", [0.5, -1, np.nan, "2", None, True])
def test_exponents_below_one_are_refused(p):
    message = "exponent must be a number of at least 1, or inf, got exponent="
    with pytest.raises(ValueError, match=message):
        tdainv.weighted_rips([[0.0]], [0.0], exponent=p)
    with pytest.raises(ValueError, match=message):
        tdainv.dtm_rips([[0.0]], exponent=p)
    with pytest.raises(ValueError, match=message):
        tdainv.WeightedRips(exponent=p).fit([[[0.0]]])
