"""Bottleneck distances against all matchings, bipartite matchings of scipy, another library, and metric axioms."""

from itertools import permutations

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

import tdainv
from tdainv.distances import bottleneck
from tdainv.distances.bottleneck import bottleneck_distance

inf = np.inf


@pytest.fixture
def rng():
    return np.random.default_rng(0)


# --- references


def costs(first, second):
    """Costs of pairs; each bar may also be paired with one of as many diagonals, and diagonals with each other."""
    n, m = len(first), len(second)
    table = np.zeros((n + m, n + m))
    for i, (birth, death) in enumerate(first):
        table[i, m:] = 0.5 * (death - birth)
        for j, (other_birth, other_death) in enumerate(second):
            apart = 0.0 if death == other_death else abs(death - other_death)
            table[i, j] = max(abs(birth - other_birth), apart)
    table[n:, :m] = 0.5 * (second[:, 1] - second[:, 0])
    return table


def by_all_matchings(first, second):
    """Least largest cost of all bijections: essential bars are infinitely far from the diagonal."""
    table = costs(first, second)
    rows = range(len(table))
    return min(max((table[i, order[i]] for i in rows), default=0.0) for order in permutations(rows))


def by_bipartite_matching(first, second):
    """The same for dozens of bars: bisection of the sorted costs."""
    table = costs(first, second)
    values = np.unique(table)
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        if (maximum_bipartite_matching(csr_array(table <= values[middle])) >= 0).all():
            high = middle
        else:
            low = middle + 1
    return values[low]


def is_enough(delta, first, second):
    """Whether bars can be matched at a cost of at most delta, for hundreds of bars."""
    n, m = len(first), len(second)
    table = np.zeros((n + m, n + m), bool)
    table[:n, :m] = np.abs(first[:, np.newaxis] - second).max(axis=2) <= delta
    table[np.arange(n), m + np.arange(n)] = 0.5 * (first[:, 1] - first[:, 0]) <= delta
    table[n + np.arange(m), np.arange(m)] = 0.5 * (second[:, 1] - second[:, 0]) <= delta
    table[n:, m:] = True
    return (maximum_bipartite_matching(csr_array(table)) >= 0).all()


def tiny_barcode(rng, n, size, essential=0.0):
    """Up to four bars with small integers: ties, duplicates, bars of length 0, negative births."""
    births = rng.integers(-size, size, n)
    bars = np.column_stack([births, births + rng.integers(0, size + 1, n)]).astype(float)
    bars[rng.random(n) < essential, 1] = inf
    return bars


SHAPES = {
    "random": lambda rng, n: (rng.random(n), rng.random(n)),
    "clustered": lambda rng, n: (
        rng.integers(0, 3, n) + 1e-3 * rng.random(n),
        rng.integers(1, 4, n) + 1e-3 * rng.random(n),
    ),
    "equal": lambda rng, n: (np.full(n, rng.random()), np.ones(n)),
    "grid": lambda rng, n: (rng.integers(0, 20, n), rng.integers(0, 20, n)),
    "born together": lambda rng, n: (np.zeros(n), rng.random(n)),
    "few are long": lambda rng, n: (rng.normal(size=n), rng.exponential(size=n) ** 3),
    "short": lambda rng, n: (100 * rng.random(n), 0.01 * rng.random(n)),
}


def barcode_of_shape(rng, n, shape):
    births, lengths = SHAPES[shape](rng, n)
    return np.column_stack([births, births + lengths]).astype(float)


# --- by hand


def test_a_bar_that_is_alone_costs_half_its_length():
    assert bottleneck_distance([[1.0, 4.0]], []) == 1.5
    assert bottleneck_distance([], [[-4.0, -1.0], [0.0, 1.0]]) == 1.5


def test_two_bars_are_matched_or_both_left_over():
    assert bottleneck_distance([[0, 10]], [[1, 12]]) == 2.0  # deaths 2 apart
    assert bottleneck_distance([[0, 10]], [[3, 12]]) == 3.0  # births 3 apart
    assert bottleneck_distance([[0, 4]], [[10, 15]]) == 2.5  # half of the longer one


def test_short_bars_are_left_over_at_no_more_than_the_cost_of_a_long_one():
    assert bottleneck_distance([[0, 10], [3, 5]], [[0.5, 9]]) == 1.0
    assert bottleneck_distance([[0, 10], [3, 6]], [[0.5, 9]]) == 1.5


def test_a_short_bar_may_be_the_partner_of_a_long_one():
    # [0, 3) and [1, 2) are matched at 1; left over, the first would cost 1.5.
    assert bottleneck_distance([[0, 3]], [[1, 2]]) == 1.0


def test_a_chain_of_bars_needs_augmenting_paths():
    # Each bar moves up by one place; matched greedily with the nearest one, the last would have no partner left.
    bars = np.array([[i, i + 100.0] for i in range(300)])
    assert bottleneck_distance(bars, bars + 1) == 1.0
    assert bottleneck_distance(bars, np.vstack([bars[1:], [[299.5, 399.5]]])) == 1.0


def test_barcodes_without_bars():
    assert bottleneck_distance([], []) == 0.0
    assert bottleneck_distance(np.zeros((0, 2)), np.array([])) == 0.0
    assert bottleneck_distance(np.zeros((0, 2)), [[3, 3], [5, 5]]) == 0.0


def test_essential_bars_are_matched_in_the_order_of_their_births():
    assert bottleneck_distance([[0, inf], [5, inf]], [[6, inf], [-1, inf]]) == 1.0
    assert bottleneck_distance([[0, inf], [1, 9]], [[0.5, inf]]) == 4.0
    assert bottleneck_distance([[0, inf], [1, 2]], [[3, inf]]) == 3.0


def test_different_numbers_of_essential_bars_are_infinitely_far_apart():
    assert bottleneck_distance([[0, inf]], []) == inf
    assert bottleneck_distance([[0, inf], [0, inf]], [[0, inf], [0, 1e9]]) == inf


# --- all matchings, and those of others


@pytest.mark.parametrize("essential", [0.0, 0.4])
def test_it_is_the_minimum_over_all_matchings(rng, essential):
    for _ in range(150):
        n, m = rng.integers(0, 4, 2) if essential else rng.integers(0, 5, 2).clip(None, 3)
        size = rng.integers(1, 8)
        first, second = (tiny_barcode(rng, k, size, essential) for k in (n, m))
        assert bottleneck_distance(first, second) == by_all_matchings(first, second)


def test_it_is_the_minimum_over_all_matchings_of_reals(rng):
    for _ in range(60):
        first, second = (np.sort(rng.normal(size=(rng.integers(0, 4), 2)), axis=1) for _ in range(2))
        assert bottleneck_distance(first, second) == by_all_matchings(first, second)


def test_it_is_the_least_cost_of_bipartite_matchings(rng):
    for _ in range(150):
        first, second = (tiny_barcode(rng, n, rng.integers(2, 20)) for n in rng.integers(0, 30, 2))
        assert bottleneck_distance(first, second) == by_bipartite_matching(first, second)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_enough_and_nothing_less_is(rng, shape):
    for n, m in ((150, 150), (200, 70), (3, 180)):
        first, second = barcode_of_shape(rng, n, shape), barcode_of_shape(rng, m, shape)
        distance = bottleneck_distance(first, second)
        assert is_enough(distance, first, second)
        assert distance == 0 or not is_enough(np.nextafter(distance, 0), first, second)


@pytest.mark.parametrize("shape", SHAPES)
def test_small_changes_are_enough_and_nothing_less_is(rng, shape):
    first = barcode_of_shape(rng, 200, shape)
    second = np.sort(first + 1e-3 * rng.normal(size=first.shape), axis=1)
    distance = bottleneck_distance(first, second)
    assert is_enough(distance, first, second)
    assert not is_enough(np.nextafter(distance, 0), first, second)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "grid"])
@pytest.mark.parametrize("sizes", [(40, 40), (300, 120), (1500, 1500)])
def test_gudhi_finds_the_same(rng, sizes, shape):
    # Not on grids, where ties mislead gudhi 3.13, and not with e=0, where a handful of bars does.
    gudhi = pytest.importorskip("gudhi")
    first, second = (barcode_of_shape(rng, n, shape) for n in sizes)
    expected = gudhi.bottleneck_distance(first, second)
    np.testing.assert_allclose(bottleneck_distance(first, second), expected, rtol=1e-12)


def test_gudhi_finds_the_same_for_thousands_of_bars_that_moved_a_little(rng):
    gudhi = pytest.importorskip("gudhi")
    first = barcode_of_shape(rng, 4000, "random")
    second = np.sort(first + 1e-3 * rng.normal(size=first.shape), axis=1)
    np.testing.assert_allclose(bottleneck_distance(first, second), gudhi.bottleneck_distance(first, second), rtol=1e-12)


def test_gudhi_finds_the_same_for_barcodes_of_clouds(rng):
    gudhi = pytest.importorskip("gudhi")
    cloud = rng.normal(size=(60, 2))
    for degree in (0, 1):
        first, second = (tdainv.barcode(tdainv.rips(p), degree) for p in (cloud, cloud + 0.1 * rng.random((60, 2))))
        expected = gudhi.bottleneck_distance(first.diagram, second.diagram)
        np.testing.assert_allclose(bottleneck_distance(first, second), expected, rtol=1e-12)


# --- a metric


def some_barcodes(rng, n_barcodes):
    return [barcode_of_shape(rng, rng.integers(0, 60), rng.choice(list(SHAPES))) for _ in range(n_barcodes)]


def test_it_is_symmetric_and_no_matter_the_order_of_bars(rng):
    for _ in range(30):
        first, second = some_barcodes(rng, 2)
        distance = bottleneck_distance(first, second)
        assert bottleneck_distance(second, first) == distance
        assert bottleneck_distance(rng.permutation(first), rng.permutation(second)) == distance


def test_the_triangle_inequality(rng):
    for _ in range(30):
        first, second, third = some_barcodes(rng, 3)
        way = bottleneck_distance(first, second) + bottleneck_distance(second, third)
        assert bottleneck_distance(first, third) <= way * (1 + 1e-12)


def test_only_bars_of_length_zero_do_not_count(rng):
    for bars in some_barcodes(rng, 10):
        diagonal = np.repeat(rng.random((7, 1)), 2, axis=1)
        assert bottleneck_distance(bars, rng.permutation(np.vstack([bars, diagonal]))) == 0.0
        assert bottleneck_distance(bars, np.vstack([bars, [[0, 1]]])) > 0


@pytest.mark.parametrize("eps", [1e-6, 0.01, 0.3])
def test_moving_births_and_deaths_by_eps_moves_the_barcode_by_at_most_eps(rng, eps):
    for first in some_barcodes(rng, 20):
        second = first + rng.uniform(-eps, eps, first.shape)
        second = second[second[:, 0] <= second[:, 1]]  # the others were at most 2 eps long
        assert bottleneck_distance(first, second) <= eps * (1 + 1e-9)


def test_barcodes_of_functions_are_stable(rng):
    graph = [[i, j] for i in range(20) for j in range(i) if rng.random() < 0.3]
    function = rng.random(20)
    first = tdainv.FilteredComplex.lower_star(graph, function[:, np.newaxis])
    second = tdainv.FilteredComplex.lower_star(graph, (function + rng.uniform(-0.05, 0.05, 20))[:, np.newaxis])
    for bars in zip(tdainv.barcodes(first, (0, 1)), tdainv.barcodes(second, (0, 1)), strict=True):
        assert 0 < bottleneck_distance(*bars) <= 0.05


def test_shifts_and_scales(rng):
    first, second = barcode_of_shape(rng, 50, "random"), barcode_of_shape(rng, 40, "random")
    distance = bottleneck_distance(first, second)
    assert bottleneck_distance(first - 7.5, second - 7.5) == pytest.approx(distance, rel=1e-12)
    for scale in (2.0**-900, 0.25, 2.0**900):  # powers of two are exact
        assert bottleneck_distance(scale * first, scale * second) == scale * distance
    reflected = [-bars[:, ::-1] for bars in (first, second)]
    assert bottleneck_distance(*reflected) == distance


# --- numbers out of the ordinary


def test_huge_and_tiny_numbers():
    assert bottleneck_distance([[-1e300, 1e300]], []) == 1e300
    assert bottleneck_distance([[0, 1e300], [0, 1e-300]], [[0, 1e300]]) == 0.5e-300
    assert bottleneck_distance([[0, 1e-323]], []) == 5e-324
    assert bottleneck_distance([[1e300, 2e300]], [[1.5e300, 2e300]]) == 0.5e300


def test_numbers_whose_differences_overflow():
    assert bottleneck_distance([[-1e308, 1e308]], []) == 1e308
    assert bottleneck_distance([[-1e308, 1e308]], [[1e308, 1.1e308]]) == 1e308
    assert bottleneck_distance([[-1e308, inf]], [[1e308, inf]]) == inf


def test_many_numbers_whose_differences_overflow_end_in_time(rng):
    # A search that bisects up to an upper bound of infinity would go through the candidates one by one.
    first, second = (rng.uniform(-1, 1, (300, 2)) for _ in range(2))
    first.sort(axis=1)
    second.sort(axis=1)
    distance = bottleneck_distance(2.0**1023 * first, 2.0**1023 * second)
    assert distance == 2.0**1023 * bottleneck_distance(first, second)


def test_numbers_of_all_scales(rng):
    for _ in range(20):
        first, second = (np.sort(10 ** rng.uniform(-300, 300, (25, 2)), axis=1) for _ in range(2))
        assert bottleneck_distance(first, second) == by_bipartite_matching(first, second)


def test_negative_zeros_are_zeros():
    assert bottleneck_distance([[-0.0, 1.0]], [[0.0, 1.0]]) == 0.0


def test_thousands_of_equal_bars_take_no_quadratic_time():
    first, second = np.tile([[0.0, 1.0]], (20_000, 1)), np.tile([[0.125, 1.0]], (20_001, 1))
    assert bottleneck_distance(first, second) == 0.4375  # one is left over
    assert bottleneck_distance(first, second[1:]) == 0.125


def test_a_grid_of_thousands_of_bars_has_many_perfect_matchings():
    grid = np.array([(i, 200 + j) for i in range(60) for j in range(60)], float)
    assert bottleneck_distance(grid, grid + 0.5) == 0.5
    assert bottleneck_distance(grid, grid[::-1] + np.array([0, 1])) == 1.0


# --- inputs


def test_barcodes_and_arrays_alike(rng):
    first, second = (np.sort(rng.random((20, 2)), axis=1) for _ in range(2))
    first[0, 1] = second[3, 1] = inf
    bars = [tdainv.Barcode(*diagram.T, 1) for diagram in (first, second)]
    expected = bottleneck_distance(first, second)
    assert bottleneck_distance(*bars) == expected
    assert bottleneck_distance(bars[0], second) == expected
    assert bottleneck_distance(first.tolist(), bars[1]) == expected
    assert type(bottleneck_distance(*bars)) is float


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint16, np.float32, np.float16, bool])
def test_any_type_of_numbers(rng, dtype):
    first, second = (np.sort(rng.integers(0, 2 if dtype is bool else 100, (30, 2)), axis=1) for _ in range(2))
    expected = bottleneck_distance(first.astype(float), second.astype(float))
    assert bottleneck_distance(first.astype(dtype), second.astype(dtype)) == expected


def test_any_layout_and_inputs_are_left_alone(rng):
    first, second = barcode_of_shape(rng, 80, "random"), barcode_of_shape(rng, 90, "random")
    first[4, 1] = second[80, 1] = inf
    before = first.copy(), second.copy()
    expected = bottleneck_distance(first, second)
    for bars in (first, second):
        bars.flags.writeable = False
    assert bottleneck_distance(first, second) == expected
    assert bottleneck_distance(np.asfortranarray(first), np.asfortranarray(second)) == expected
    assert bottleneck_distance(np.repeat(first, 2, axis=0)[::2], np.flip(np.flip(second, 1).copy(), 1)) == expected
    np.testing.assert_array_equal(first, before[0])
    np.testing.assert_array_equal(second, before[1])


def test_it_is_in_the_package():
    assert tdainv.bottleneck_distance is bottleneck.bottleneck_distance


# --- errors


def test_barcodes_of_different_degrees_are_refused():
    first, second = (tdainv.Barcode([0.0], [1.0], degree) for degree in (0, 1))
    with pytest.raises(ValueError, match="different degrees"):
        bottleneck_distance(first, second)
    assert bottleneck_distance(first, second.diagram) == 0.0


@pytest.mark.parametrize("bars", [[0.0, 1.0], [[0.0, 1.0, 0.0]], [[[0.0, 1.0]]], np.zeros((0, 3)), 1.0, None])
def test_wrong_shapes_are_refused(bars):
    with pytest.raises(ValueError, match=r"second must be a Barcode or have shape \(k, 2\).*, got shape"):
        bottleneck_distance([[0.0, 1.0]], bars)


@pytest.mark.parametrize("bars", ["ab", [[1j, 2j]], [[0.0, 1.0], [2.0]], [["x", "y"]]])
def test_what_is_no_array_of_numbers_is_refused(bars):
    with pytest.raises(ValueError, match=r"first must be a Barcode or have shape \(k, 2\).* columns, got"):
        bottleneck_distance(bars, [])


@pytest.mark.parametrize("bar", [[2.0, 1.0], [np.nan, 1.0], [0.0, np.nan], [inf, inf], [-inf, 0.0], [0.0, -inf]])
def test_bars_that_are_none_are_refused(bar):
    with pytest.raises(ValueError, match=r"finite birth and a death of at least that, got second\[1\] = \["):
        bottleneck_distance([], [[0.0, 1.0], bar])
