"""Signed barcodes as objects: normal form, conversions, evaluation, restriction to lines, measures."""

import pickle
from itertools import product

import numpy as np
import pytest

import tdainv
from tdainv.invariants.rank import rank_signed_barcode
from tdainv.invariants.signed_barcode import SignedBarcode

inf = np.inf


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def random_bars(rng, p, kind, k=30):
    births = rng.integers(0, 4, (k, p)).astype(float)
    deaths = births + rng.integers(1, 4, (k, p))
    deaths[rng.random((k, p)) < 0.2] = inf
    if kind == "hook":
        deaths = np.where(rng.random((k, p)) < 0.3, births, deaths)
        kept = (births < deaths).any(axis=1)
        births, deaths = births[kept], deaths[kept]
    return SignedBarcode(births, deaths, rng.choice([-2, -1, 1, 3], len(births)), degree=1, kind=kind)


def contains(bars, point):
    """Whether each bar, as a set of points, contains a point: from the definition."""
    later = [all(b <= point) for b in bars.births]
    ending = all if bars.kind == "hook" else any
    return np.array(later) & ~np.array([ending(d <= point) for d in bars.deaths])


def pairs(p):
    grid = np.array(list(product(range(-1, 8, 2 if p == 3 else 1), repeat=p)), float)
    chosen = np.random.default_rng(1).integers(0, len(grid), (2, 150))
    first, second = grid[chosen]
    return np.minimum(first, second), np.maximum(first, second)


# --- normal form


def test_bars_are_sorted_and_equal_ones_added_up():
    bars = SignedBarcode(
        [[1, 0], [0, 1], [1, 0], [0, 1], [0, 0]], [[2, inf], [3, 3], [2, inf], [2, 2], [1, 1]], [1, 1, 2, 1, 0], 0
    )
    np.testing.assert_array_equal(bars.births, [[0, 1], [0, 1], [1, 0]])
    np.testing.assert_array_equal(bars.deaths, [[2, 2], [3, 3], [2, inf]])
    np.testing.assert_array_equal(bars.weights, [1, 1, 3])
    assert repr(bars) == "SignedBarcode(degree 0, 3 positive and 0 negative rectangles, 2 parameters)"
    assert len(bars - bars) == 0


def test_a_hook_with_an_infinite_coordinate_never_dies():
    hook = SignedBarcode([[0, 0]], [[1, inf]], [1], degree=0, kind="hook")
    assert hook == SignedBarcode([[0, 0]], [[inf, inf]], [1], degree=0, kind="hook")


def test_equality_looks_at_everything():
    bars = SignedBarcode([[0.0]], [[1.0]], [1], degree=0)
    assert bars == SignedBarcode([[0]], [[1]], [1], 0)
    assert bars != SignedBarcode([[0]], [[1]], [2], 0)
    assert bars != SignedBarcode([[0]], [[1]], [1], 1)
    assert bars != SignedBarcode([[0]], [[1]], [1], 0, "hook")
    assert bars != "bars"
    assert pickle.loads(pickle.dumps(bars)) == bars


def test_inputs_are_not_changed_and_may_be_read_only():
    births, deaths, weights = np.array([[1.0], [0.0]]), np.array([[2.0], [inf]]), np.array([1, -1])
    for array in (births, deaths, weights):
        array.flags.writeable = False
    bars = SignedBarcode(births, deaths, weights, 0)
    np.testing.assert_array_equal(bars.weights, [-1, 1])
    np.testing.assert_array_equal(births, [[1.0], [0.0]])


def test_no_bars_are_a_signed_barcode():
    none = SignedBarcode(np.zeros((0, 2)), np.zeros((0, 2)), [], degree=0)
    assert none.to_hooks().to_rectangles() == none
    np.testing.assert_array_equal(none.rank([[0, 0]], [[1, 1]]), [0])
    assert len(none.hilbert_measure()) == len(none.to_measure()) == len(none.on_line([0, 0], [1, 1])) == 0


# --- conversions and evaluation


@pytest.mark.parametrize("kind", ["rectangle", "hook"])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_ranks_count_the_bars_that_contain_both_grades(rng, p, kind):
    bars = random_bars(rng, p, kind)
    starts, ends = pairs(p)
    both = [contains(bars, a) & contains(bars, b) for a, b in zip(starts, ends, strict=True)]
    np.testing.assert_array_equal(bars.rank(starts, ends), np.array(both) @ bars.weights)
    np.testing.assert_array_equal(bars.dimension(ends), np.array([contains(bars, b) for b in ends]) @ bars.weights)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_hooks_and_rectangles_have_the_same_ranks_and_there_is_one_way_back(rng, p):
    starts, ends = pairs(p)
    for bars in (random_bars(rng, p, "rectangle"), random_bars(rng, p, "hook")):
        hooks, rectangles = bars.to_hooks(), bars.to_rectangles()
        assert (hooks.kind, rectangles.kind) == ("hook", "rectangle")
        np.testing.assert_array_equal(hooks.rank(starts, ends), bars.rank(starts, ends))
        np.testing.assert_array_equal(rectangles.rank(starts, ends), bars.rank(starts, ends))
        assert hooks.to_rectangles() == rectangles
        assert rectangles.to_hooks() == hooks
        assert hooks.hilbert_measure() == rectangles.hilbert_measure()


def test_a_rectangle_in_three_parameters_takes_seven_hooks():
    hooks = SignedBarcode([[0, 0, 0]], [[1, 2, 3]], [1], degree=0).to_hooks()
    np.testing.assert_array_equal(hooks.deaths.sum(axis=1), [3, 2, 5, 1, 4, 3, 6])
    np.testing.assert_array_equal(hooks.weights, [1, 1, -1, 1, -1, -1, 1])


@pytest.mark.parametrize("kind", ["rectangle", "hook"])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_hilbert_measure_sums_to_the_dimension(rng, p, kind):
    bars = random_bars(rng, p, kind)
    _, grades = pairs(p)
    np.testing.assert_array_equal(bars.hilbert_measure().cumulative(grades), bars.dimension(grades))


def test_blocks_change_nothing(rng):
    bars = random_bars(rng, 2, "rectangle")
    starts, ends = pairs(2)
    many = np.tile(starts, (1500, 1)), np.tile(ends, (1500, 1))  # more than one block of 4 million
    assert len(many[0]) * len(bars) > 4_000_000
    np.testing.assert_array_equal(bars.rank(*many), np.tile(bars.rank(starts, ends), 1500))


def test_sums_and_multiples_act_on_ranks(rng):
    first, second = random_bars(rng, 2, "hook"), random_bars(rng, 2, "hook")
    starts, ends = pairs(2)
    ranks = first.rank(starts, ends), second.rank(starts, ends)
    np.testing.assert_array_equal((first + second).rank(starts, ends), ranks[0] + ranks[1])
    np.testing.assert_array_equal((first - second).rank(starts, ends), ranks[0] - ranks[1])
    scaled = first.rescale([2.0, 0.5])
    np.testing.assert_array_equal(scaled.rank(starts * [2, 0.5], ends * [2, 0.5]), ranks[0])


# --- restriction to lines


@pytest.mark.parametrize("direction", [[1.0, 1.0], [0.3, 0.7], [1.0, 0.0], [0.0, 2.0]])
def test_bars_on_a_line_are_the_barcode_of_the_filtration_pushed_to_it(rng, direction):
    filtration = tdainv.function_delaunay(rng.random((25, 2)), rng.random(25))
    for degree in (0, 1):
        bars = rank_signed_barcode(filtration, degree)
        for base in rng.uniform(-0.2, 0.6, (5, 2)):
            line = tdainv.Lines([base], direction)
            times = np.where(np.isneginf(line.push(filtration.grades)), -1e3, line.push(filtration.grades))
            pushed = tdainv.FilteredComplex(
                filtration.dimensions, filtration.indptr, filtration.indices, times[0][:, np.newaxis]
            )
            expected = tdainv.barcode(pushed, degree)
            found, of_hooks = bars.on_line(base, direction), bars.to_hooks().on_line(base, direction)
            np.testing.assert_array_equal(found.diagram, expected.diagram)
            assert found == of_hooks
            assert found.degree == degree


def test_three_parameters_on_a_line():
    bars = SignedBarcode([[0, 1, 0]], [[9, inf, 4]], [2], degree=0)
    # At time t the line is at (t, t, 2 t): in from t = 1 on, out from 2 t = 4 on.
    np.testing.assert_array_equal(bars.on_line([0, 0, 0], [1, 1, 2]).diagram, [[1, 2], [1, 2]])
    hook = SignedBarcode([[0, 1, 0]], [[9, 1, 4]], [1], degree=0, kind="hook")
    np.testing.assert_array_equal(hook.on_line([0, 0, 0], [1, 1, 2]).diagram, [[1, 9]])


def test_what_is_left_negative_on_a_line_is_refused():
    bars = SignedBarcode([[0, 0]], [[1, 1]], [-1], degree=0)
    with pytest.raises(ValueError, match=r"got bar \[0, 1\) a negative number of times"):
        bars.on_line([0, 0], [1, 1])
    assert len(bars.on_line([5, 0], [1, 1])) == 0


# --- measures


def test_essential_deaths_are_refused_dropped_or_placed():
    bars = SignedBarcode([[0, 0], [1, 1]], [[2, inf], [2, 3]], [1, -1], degree=0)
    with pytest.raises(ValueError, match="got 1 of 2 bars with infinite ones"):
        bars.to_measure()
    assert bars.to_measure(essential="drop") == tdainv.SignedMeasure([[1, 1, 2, 3]], [-1])
    assert bars.to_measure(essential=7) == tdainv.SignedMeasure([[0, 0, 2, 7], [1, 1, 2, 3]], [1, -1])
    assert bars.to_measure(essential=[8, 9]) == tdainv.SignedMeasure([[0, 0, 2, 9], [1, 1, 2, 3]], [1, -1])
    assert bars.to_measure(essential=[-5, 9]) == bars.to_measure(essential=9)  # no death is infinite on axis 0
    with pytest.raises(ValueError, match=r"essential must lie above the births .* got -1 and births\[0, 1\] = 0"):
        bars.to_measure(essential=-1)
    with pytest.raises(ValueError, match="essential must be one of 'error', 'drop'"):
        bars.to_measure(essential="keep")
    for wrong in (inf, [1, 2, 3], np.nan):
        with pytest.raises(ValueError, match="essential must be 'error', 'drop', a finite number or 2"):
            bars.to_measure(essential=wrong)


# --- bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], [1, 2], [1, 1], 0), r"same shape \(k, p\) with p >= 1, got \(2,\)"),
        (([[0, 1]], [[1]], [1], 0), r"got \(1, 2\) and \(1, 1\)"),
        (([[0]], [[1]], [1, 1], 0), r"weights must be integers of shape \(1,\)"),
        (([[0]], [[1]], [1.5], 0), "weights must be integers of shape .* got dtype float64"),
        (([[inf]], [[inf]], [1], 0), "births must be finite"),
        (([[0]], [[np.nan]], [1], 0), "deaths numbers or inf"),
        (([[0, 0], [1, 1]], [[1, 1], [2, 1]], [1, 1], 0), r"birth of a rectangle must be below .* births\[1\] = \[1.0"),
        (([[0, 0]], [[0, 0]], [1], 0, "hook"), "birth of a hook must be at or below .* and different from it"),
        (([[0, 1]], [[5, 0]], [1], 0, "hook"), "birth of a hook must be at or below"),
        (([[0]], [[1]], [1], -1), "degree must be an integer"),
        (([[0]], [[1]], [1], 0, "square"), "kind must be one of 'rectangle', 'hook'"),
    ],
)
def test_bad_bars_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SignedBarcode(*arguments)


def test_bad_arguments_of_methods_are_refused():
    bars = SignedBarcode([[0, 0]], [[1, 1]], [1], degree=0)
    with pytest.raises(ValueError, match=r"starts\[0\] = \[1.0, 0.0\] and ends\[0\] = \[0.0, 5.0\]"):
        bars.rank([[1, 0]], [[0, 5]])
    with pytest.raises(ValueError, match=r"grades must have shape \(m, 2\), got \(1, 3\)"):
        bars.dimension([[0, 0, 0]])
    with pytest.raises(ValueError, match="same kind, got 'rectangle' and 'hook'"):
        bars + bars.to_hooks()
    with pytest.raises(ValueError, match="same degree, got 0 and 1"):
        bars - SignedBarcode([[0, 0]], [[1, 1]], [1], degree=1)
    with pytest.raises(TypeError):
        bars + 1
    with pytest.raises(ValueError, match="factors must be positive"):
        bars.rescale(-1)
    with pytest.raises(ValueError, match="factors must be one number or 2"):
        bars.rescale([1, 2, 3])
    with pytest.raises(ValueError, match=r"base must have shape \(2,\), got shape \(3,\)"):
        bars.on_line([0, 0, 0], [1, 1, 1])
