"""Distances of sums of intervals: against masks on lattices, GUDHI in one parameter, and what theory says of them."""

import itertools

import gudhi
import numpy as np
import pytest
from scipy import ndimage

import tdainv

STEP = 0.25  # corners are integers: where δ is an odd multiple of it, no coordinates meet


def random_interval(rng, p, size=5, n_corners=2):
    """Corners of an interval with connected support."""
    while True:
        births = rng.integers(0, size, (n_corners, p)).astype(float)
        deaths = births.max(axis=0) - 1 + rng.integers(0, size, (n_corners, p))
        try:
            module = tdainv.IntervalModule.from_summands([(births, deaths)], 1)
        except ValueError:  # empty
            continue
        if len(module.split()) == 1:
            return module


def mask(module, shift, origin, n):
    """Cells of a lattice in the support of a module that is moved by -shift in each coordinate."""
    axis = origin + STEP * np.arange(n) + STEP / 2 + shift
    grid = np.stack(np.meshgrid(*[axis] * module.n_parameters, indexing="ij"), axis=-1)
    inside = np.zeros(grid.shape[:-1], bool)
    (births, deaths) = module[0]
    for birth, death in itertools.product(births, deaths):
        inside |= (birth <= grid).all(axis=-1) & (grid < death).all(axis=-1)
    return inside


def closure(cells, down):
    for axis in range(cells.ndim):
        cells = np.flip(cells, axis) if down else cells
        cells = np.logical_or.accumulate(cells, axis=axis)
        cells = np.flip(cells, axis) if down else cells
    return cells


def reached_by_maps(source, target):
    """Points where some morphism between two intervals is not zero, straight from the definition."""
    parts, n_parts = ndimage.label(source & target)
    reached = np.zeros(source.shape, bool)
    for part in range(1, n_parts + 1):
        here = parts == part
        goes_on_below = not (closure(here, down=True) & source & ~target).any()
        goes_on_above = not (closure(here, down=False) & target & ~source).any()
        if goes_on_below and goes_on_above:
            reached |= here
    return reached


def moved(cells, steps):
    """Cells moved down by a number of steps along each axis, False beyond the lattice."""
    result = np.zeros_like(cells)
    size = cells.shape[0] - steps
    if size > 0:
        result[(slice(0, size),) * cells.ndim] = cells[(slice(steps, None),) * cells.ndim]
    return result


def are_interleaved(first, second, steps):
    origin, n = -8.0, 104
    delta = steps * STEP
    for one, other in ((first, second), (second, first)):
        there = reached_by_maps(mask(one, 0.0, origin, n), mask(other, delta, origin, n))
        back = reached_by_maps(mask(other, 0.0, origin, n), mask(one, delta, origin, n))
        alive = mask(one, 0.0, origin, n) & mask(one, 2 * delta, origin, n)
        if (alive & ~(there & moved(back, steps))).any():
            return False
    return True


def distance_on_lattice(first, second):
    """Interleaving distance of two intervals with integer corners: a multiple of a half."""
    doubled = 0
    while not are_interleaved(first, second, 2 * doubled + 1):
        doubled += 1
    return doubled / 2


@pytest.mark.parametrize("seed", range(25))
def test_distances_of_intervals_are_those_on_a_lattice(seed):
    rng = np.random.default_rng(seed)
    first = random_interval(rng, 2, n_corners=1 + seed % 4)
    second = random_interval(rng, 2, n_corners=1 + seed % 3)
    assert tdainv.module_bottleneck_distance(first, second) == distance_on_lattice(first, second)


def test_a_thin_tail_costs_its_width():
    """A square, and the same square with a tail 10 long and 1 wide: corners are 10 apart, the modules are not.

    A map from the one with the tail is zero wherever there is something below in the tail, and so up to 5 + δ only.
    """
    square = tdainv.IntervalModule.from_rectangles([[10, 0]], [[16, 6]], degree=0)
    tail = tdainv.IntervalModule.from_summands([([[0, 5], [10, 0]], [[16, 6]])], degree=0)
    assert tdainv.module_bottleneck_distance(square, tail) == 1.0 == distance_on_lattice(square, tail)


def test_the_two_steps_of_a_staircase_are_not_matched_with_its_hull():
    hull = tdainv.IntervalModule.from_rectangles([[0, 0]], [[8, 8]], degree=0)
    stairs = tdainv.IntervalModule.from_summands([([[0, 4], [4, 0]], [[8, 8]])], degree=0)
    assert tdainv.module_bottleneck_distance(hull, stairs) == 4.0 == hull.interleaving_weights()[0]


@pytest.mark.parametrize("seed", range(10))
def test_one_parameter_gives_the_bottleneck_distance_of_barcodes(seed):
    rng = np.random.default_rng(seed)
    diagrams = []
    for n in (12, 15):
        births = rng.normal(size=(n, 1))
        diagrams.append(np.column_stack([births, births + rng.exponential(size=(n, 1))]))
    first, second = (tdainv.IntervalModule.from_rectangles(d[:, :1], d[:, 1:], 0) for d in diagrams)
    expected = gudhi.bottleneck_distance(*diagrams)
    assert tdainv.module_bottleneck_distance(first, second) == pytest.approx(expected, abs=1e-12)


def random_sum(rng, p, n_summands):
    births = rng.random((n_summands, p))
    lengths = rng.exponential(0.3, size=(n_summands, p))
    return tdainv.IntervalModule.from_rectangles(births, births + lengths, 1)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_rectangles_are_matched_as_by_trying_all_matchings(p):
    rng = np.random.default_rng(p)
    for _ in range(5):
        first, second = random_sum(rng, p, 3), random_sum(rng, p, 4)
        one, other = first.interleaving_weights(), second.interleaving_weights()
        # An interleaving of rectangles moves the corners, or both are as good as zero.
        moves = np.maximum(
            np.abs(first.births[:, None] - second.births).max(axis=-1),
            np.abs(first.deaths[:, None] - second.deaths).max(axis=-1),
        )
        costs = np.minimum(moves, np.maximum(one[:, None], other))
        best = np.inf
        for partners in itertools.permutations(range(4 + 3), 3):  # 4, 5, 6: nobody
            cost = max(costs[i, j] if j < 4 else one[i] for i, j in enumerate(partners))
            best = min(best, max([cost, *(other[j] for j in range(4) if j not in partners)]))
        assert tdainv.module_bottleneck_distance(first, second) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("p", [2, 3])
def test_a_module_that_is_moved_is_as_far_away(p):
    rng = np.random.default_rng(p)
    module = tdainv.IntervalModule.from_summands(
        [
            (m.births + 20 * i, m.deaths + 20 * i)
            for i, m in enumerate(random_interval(rng, p, n_corners=3) for _ in range(3))
        ],
        1,
    )
    assert tdainv.module_bottleneck_distance(module, module) == 0
    by = 0.375
    shifted = tdainv.IntervalModule(
        module.births + by, module.birth_offsets, module.deaths + by, module.death_offsets, 1, module.box + by
    )
    expected = min(by, module.interleaving_weights().max())
    assert tdainv.module_bottleneck_distance(module, shifted) == expected
    assert tdainv.module_bottleneck_distance(shifted, module) == expected


def test_distances_are_symmetric_and_keep_the_triangle_inequality():
    rng = np.random.default_rng(0)
    cloud, values = rng.random((25, 2)), rng.random(25)
    modules = [
        tdainv.module_approximation(
            tdainv.function_delaunay(cloud, values + noise * rng.random(25)), 1, n_lines=60, box=[[0, 0], [0.4, 1.2]]
        ).restrict([[0, 0], [0.4, 1.2]])
        for noise in (0.0, 0.05, 0.2)
    ]
    d = [[tdainv.module_bottleneck_distance(m, n) for n in modules] for m in modules]
    np.testing.assert_allclose(d, np.transpose(d), atol=1e-12)
    assert d[0][2] <= d[0][1] + d[1][2] + 1e-12
    assert d[0][1] > 0


@pytest.mark.parametrize("p", [2, 3])
def test_barcodes_along_lines_are_no_further_apart_than_the_modules(p):
    rng = np.random.default_rng(p)
    for _ in range(5):
        first, second = random_sum(rng, p, 6), random_sum(rng, p, 5)
        bounds = tdainv.interleaving_bounds(first, second, n_lines=50)
        assert 0 < bounds.lower <= bounds.upper
        bases = rng.random((20, p))
        for base in bases:
            bars = (module.on_line(base, np.ones(p)) for module in (first, second))
            assert tdainv.bottleneck_distance(*bars) <= bounds.upper + 1e-12


def test_infinite_summands_are_matched_with_each_other():
    inf = np.inf
    first = tdainv.IntervalModule.from_rectangles([[0, 0], [0, 0]], [[inf, inf], [1, 1]], degree=0)
    second = tdainv.IntervalModule.from_rectangles([[2, 1]], [[inf, inf]], degree=0)
    third = tdainv.IntervalModule.from_rectangles([[2, 1]], [[inf, 5]], degree=0)
    none = first[:0]
    assert tdainv.module_bottleneck_distance(first, second) == 2.0
    assert tdainv.module_bottleneck_distance(second, third) == np.inf
    assert tdainv.module_bottleneck_distance(second, none) == np.inf
    assert tdainv.module_bottleneck_distance(third, none) == 2.0
    assert tdainv.module_bottleneck_distance(none, none) == 0.0
    assert tdainv.interleaving_bounds(none, none) == (0.0, 0.0)
    assert tdainv.interleaving_bounds(third, none) == (2.0, 2.0)


def test_many_summands_find_their_copies():
    rng = np.random.default_rng(1)
    module = random_sum(rng, 2, 400)
    noise = 1e-3 * (2 * rng.random(module.births.shape) - 1)
    disturbed = tdainv.IntervalModule.from_rectangles(module.births + noise, module.deaths, 1)
    distance = tdainv.module_bottleneck_distance(module, disturbed)
    assert 0.5e-3 < distance <= 1e-3


def test_supports_in_two_parts_are_taken_apart():
    rng = np.random.default_rng(2)
    parts = [random_interval(rng, 2, n_corners=2)[0] for _ in range(4)]
    steps = np.outer(np.arange(4), [20, -20])
    apart = [(births + step, deaths + step) for (births, deaths), step in zip(parts, steps, strict=True)]
    whole = tdainv.IntervalModule.from_summands(
        [tuple(np.concatenate(corners) for corners in zip(*apart[:3], strict=True)), apart[3]], 1
    )
    assert len(whole) == 2
    assert whole.split() == tdainv.IntervalModule.from_summands(apart, 1)
    points = rng.integers(-60, 80, (300, 2)).astype(float)
    np.testing.assert_array_equal(whole.split().dimension(points), whole.dimension(points))
    assert tdainv.module_bottleneck_distance(whole, whole.split()) == 0


def test_other_things_and_other_modules_are_refused():
    one = tdainv.IntervalModule.from_rectangles([[0]], [[1]], degree=0)
    two = tdainv.IntervalModule.from_rectangles([[0, 0]], [[1, 1]], degree=0)
    for distance in (tdainv.module_bottleneck_distance, tdainv.interleaving_bounds):
        with pytest.raises(TypeError, match="second must be an IntervalModule, got ndarray"):
            distance(one, np.zeros((1, 2)))
        with pytest.raises(ValueError, match="must have the same degree and number of parameters"):
            distance(one, two)
        with pytest.raises(ValueError, match="must have the same degree and number of parameters"):
            distance(one, tdainv.IntervalModule.from_rectangles([[0]], [[1]], degree=1))
    with pytest.raises(ValueError, match="n_lines must be an integer of at least 1"):
        tdainv.interleaving_bounds(one, one, n_lines=0)
