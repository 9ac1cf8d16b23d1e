"""Wasserstein distances against all matchings, a square assignment problem, another library, and metric axioms."""

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

import tdainv
from tdainv import Barcode, bottleneck_distance, wasserstein_distance

inf = np.inf


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def costs(first, second, order, internal):
    """Costs of pairs to the power p; each bar may also be paired with its own point of the diagonal."""
    n, m = len(first), len(second)
    table = np.zeros((n + m, n + m))
    for i, bar in enumerate(first):
        table[i, m:] = np.linalg.norm(bar - bar.mean(), internal) ** order
        for j, other in enumerate(second):
            table[i, j] = np.linalg.norm(bar - other, internal) ** order
    for j, other in enumerate(second):
        table[n:, j] = np.linalg.norm(other - other.mean(), internal) ** order
    return table


def by_all_matchings(first, second, order, internal):
    table = costs(first, second, order, internal)
    rows = range(len(table))
    return min(sum(table[i, perm[i]] for i in rows) for perm in permutations(rows)) ** (1 / order)


def by_square_assignment(first, second, order, internal):
    table = costs(first, second, order, internal)
    return table[linear_sum_assignment(table)].sum() ** (1 / order)


SHAPES = {
    "random": lambda rng, n: (rng.random(n), rng.random(n)),
    "born together": lambda rng, n: (np.zeros(n), rng.exponential(size=n)),
    "grid": lambda rng, n: (rng.integers(0, 5, n), rng.integers(0, 5, n)),
    "short": lambda rng, n: (rng.random(n), 0.02 * rng.random(n)),
    "large": lambda rng, n: (1e6 * rng.random(n), 1e6 * rng.random(n)),
}


def bars_of(rng, n, shape):
    births, lengths = SHAPES[shape](rng, n)
    return np.column_stack([births, births + lengths]).astype(float)


# --- by hand


def test_a_bar_that_is_alone_costs_its_distance_to_the_diagonal():
    assert wasserstein_distance([[1, 4]], []) == 1.5
    assert wasserstein_distance([[1, 4]], [], internal=1) == 3.0
    assert wasserstein_distance([], [[1, 4]], internal=2) == pytest.approx(3 / np.sqrt(2), rel=1e-15)


def test_costs_add_up():
    assert wasserstein_distance([[0, 10], [20, 24]], [[1, 12]]) == 2 + 2
    assert wasserstein_distance([[0, 10], [20, 24]], [[1, 12]], order=2) == pytest.approx(np.sqrt(8))
    assert wasserstein_distance([[0, 10], [20, 24]], [[1, 12]], internal=1) == 3 + 4


def test_bars_are_matched_or_left_over_whatever_is_cheaper():
    assert wasserstein_distance([[0, 4]], [[3, 8]]) == 4.0  # matched; left over they would cost 4.5
    assert wasserstein_distance([[0, 4]], [[5, 9]]) == 4.0  # left over; matched they would cost 5


def test_barcodes_without_bars():
    for order in (1, 2, 7.5):
        assert wasserstein_distance([], [], order=order) == 0
        assert wasserstein_distance([[1, 1]], np.zeros((0, 2)), order=order) == 0


def test_essential_bars_are_matched_in_the_order_of_their_births():
    assert wasserstein_distance([[0, inf], [5, inf]], [[6, inf], [-1, inf]]) == 2.0
    assert wasserstein_distance([[0, inf], [5, inf], [0, 2]], [[6, inf], [-1, inf]]) == 3.0
    assert wasserstein_distance([[0, inf]], []) == inf
    assert wasserstein_distance([[0, inf]], [[0, inf], [1, inf]], order=2) == inf


def test_barcodes_are_diagrams():
    first, second = Barcode([0.0, 0.0], [1.0, inf], 1), Barcode([0.5], [inf], 1)
    assert wasserstein_distance(first, second) == 1.0
    assert wasserstein_distance(first.diagram, second) == 1.0


# --- all matchings, assignments, and those of others


@pytest.mark.parametrize("internal", [1, 2, 3.5, inf])
@pytest.mark.parametrize("order", [1, 2, 3.5])
def test_it_is_the_minimum_over_all_matchings(rng, order, internal):
    for shape in SHAPES:
        for n, m in ((1, 1), (2, 3), (3, 2), (0, 2)):
            first, second = bars_of(rng, n, shape), bars_of(rng, m, shape)
            expected = by_all_matchings(first, second, order, internal)
            assert wasserstein_distance(first, second, order=order, internal=internal) == pytest.approx(
                expected, rel=1e-9, abs=1e-12
            )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("internal", [2, inf])
def test_it_is_the_value_of_the_square_assignment(rng, shape, order, internal):
    for n, m in ((40, 40), (10, 60), (60, 10)):
        first, second = bars_of(rng, n, shape), bars_of(rng, m, shape)
        expected = by_square_assignment(first, second, order, internal)
        assert wasserstein_distance(first, second, order=order, internal=internal) == pytest.approx(expected, rel=1e-9)


def test_bars_that_die_together_are_aligned(rng):
    first, second = (np.column_stack([rng.random(n), np.ones(n)]) for n in (30, 40))
    for order in (1, 2):
        expected = by_square_assignment(first, second, order, 2)
        assert wasserstein_distance(first, second, order=order, internal=2) == pytest.approx(expected, rel=1e-9)


def test_bars_that_both_have_cost_nothing_and_change_nothing(rng):
    common, first, second = (bars_of(rng, n, "random") for n in (30, 5, 8))
    for order in (1, 2):
        expected = by_square_assignment(np.vstack([common, first]), np.vstack([second, common]), order, inf)
        found = wasserstein_distance(np.vstack([common, first]), np.vstack([second, common]), order=order)
        assert found == pytest.approx(expected, rel=1e-9)
        assert wasserstein_distance(common, common[::-1], order=order) == 0
    repeated = np.repeat(common, 2, axis=0)
    assert wasserstein_distance(repeated, common) == pytest.approx(np.diff(common).sum() / 2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("order", [1.0, 2.0])
def test_gudhi_finds_the_same(rng, shape, order):
    hera = pytest.importorskip("gudhi.hera")
    for n, m in ((60, 60), (200, 150)):
        first, second = bars_of(rng, n, shape), bars_of(rng, m, shape)
        found = wasserstein_distance(first, second, order=order)
        # hera's value is that of a matching, at most (1 + delta) times the least
        value = hera.wasserstein_distance(first, second, order=order, internal_p=inf, delta=1e-4)
        assert found * (1 - 1e-7) <= value <= found * (1 + 2e-4)


def test_optimal_transport_finds_the_same(rng):
    pytest.importorskip("ot")
    gudhi_wasserstein = pytest.importorskip("gudhi.wasserstein")
    first, second = (np.vstack([bars_of(rng, n, "random"), [[0.1 * n, inf]]]) for n in (50, 30))
    for order, internal in ((1.0, inf), (2.0, 2.0)):
        expected = gudhi_wasserstein.wasserstein_distance(first, second, order=order, internal_p=internal)
        assert wasserstein_distance(first, second, order=order, internal=internal) == pytest.approx(expected, rel=1e-7)


# --- properties


@pytest.mark.parametrize("order", [1, 1.5, 2])
def test_it_is_a_metric(rng, order):
    a, b, c = (np.vstack([bars_of(rng, n, "random"), [[rng.random(), inf]]]) for n in (10, 15, 12))
    ab, bc, ac = (wasserstein_distance(x, y, order=order) for x, y in ((a, b), (b, c), (a, c)))
    assert ac <= ab + bc + 1e-12
    assert ab == pytest.approx(wasserstein_distance(b, a, order=order), rel=1e-12)
    assert wasserstein_distance(a, a, order=order) == 0


def test_units_factor_out_over_many_orders_of_magnitude(rng):
    first, second = bars_of(rng, 20, "random"), bars_of(rng, 25, "random")
    for order in (1, 2, 60):
        expected = wasserstein_distance(first, second, order=order)
        for unit in (1e-200, 1e200):
            found = wasserstein_distance(unit * first, unit * second, order=order)
            assert found == pytest.approx(unit * expected, rel=1e-9)


def test_large_orders_approach_the_bottleneck_distance(rng):
    for n in (5, 30):
        first, second = bars_of(rng, n, "random"), bars_of(rng, n + 3, "random")
        bottleneck = bottleneck_distance(first, second)
        values = [wasserstein_distance(first, second, order=order) for order in (1, 2, 4, 8, 100)]
        assert (np.diff(values) <= 1e-12).all()
        assert bottleneck <= values[-1] * (1 + 1e-9) <= bottleneck * (2 * n + 3) ** 0.01 * (1 + 1e-6)


def test_small_moves_cost_what_they_are(rng):
    first = bars_of(rng, 300, "random")
    moved = np.sort(first + 1e-9 * rng.uniform(-1, 1, first.shape), axis=1)
    distance = wasserstein_distance(first, moved)
    assert 0 < distance <= np.abs(first - moved).max(axis=1).sum()
    assert distance == pytest.approx(by_square_assignment(first, moved, 1, inf), rel=1e-3)


# --- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"order": 0.5}, r"order must be a number of at least 1, got order=0\.5"),
        ({"order": "1"}, "order must be .* got order='1'"),
        ({"order": np.nan}, "order must be .* got order=nan"),
        ({"order": inf}, "order must be finite, got order=inf. bottleneck_distance"),
        ({"internal": 0}, "internal must be a number of at least 1 or inf, got internal=0"),
    ],
)
def test_exponents_below_one_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        wasserstein_distance([[0, 1]], [[0, 1]], **arguments)


def test_wrong_diagrams_are_refused():
    with pytest.raises(ValueError, match=r"second must be a Barcode or have shape \(k, 2\).* got shape \(2, 3\)"):
        wasserstein_distance([[0, 1]], np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"first\[1\] = \[2\.0, 1\.0\]"):
        wasserstein_distance([[0, 1], [2, 1]], [[0, 1]])
    with pytest.raises(ValueError, match="different degrees"):
        wasserstein_distance(Barcode([0.0], [1.0], 0), Barcode([0.0], [1.0], 1))


def test_what_does_not_fit_is_refused_with_a_remedy(monkeypatch, rng):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e4")
    first, second = bars_of(rng, 100, "random"), bars_of(rng, 100, "random")
    with pytest.raises(tdainv.MemoryLimitError, match=r"Matching 100 with 100 bars needs .* Drop the shortest bars"):
        wasserstein_distance(first, second)
