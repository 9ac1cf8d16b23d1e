"""Interval modules: normal form, algebra, and every reading of supports against lists of unit cells."""

import os
import pickle
import subprocess
from itertools import product

import numpy as np
import pytest

import tdainv
from tdainv.invariants.interval_module import IntervalModule
from tdainv.persistence.lines import Lines

SIDE = 6  # corners of random modules lie in {0, ..., SIDE}^p, so their supports are unions of unit cells
BOX = {p: np.array([[0.0] * p, [SIDE] * p]) for p in (1, 2, 3)}


def random_summands(rng, p, n=12, most=4, infinite=False):
    """Corners in any order, some of which do not matter; supports may fall into parts, but are not empty."""
    found = []
    while len(found) < n:
        births = rng.integers(0, SIDE, (rng.integers(1, most + 1), p)).astype(float)
        deaths = rng.integers(1, SIDE + 1, (rng.integers(1, most + 1), p)).astype(float)
        if infinite:
            deaths[rng.random(deaths.shape) < 0.3] = np.inf
        if (births[:, np.newaxis] < deaths).all(axis=2).any():
            found.append((births, deaths))
    return found


def support(summand, points):
    """By definition."""
    births, deaths = summand
    points = np.asarray(points, float)[..., np.newaxis, :]
    return (births <= points).all(axis=-1).any(axis=-1) & (points < deaths).all(axis=-1).any(axis=-1)


def cells(summand, p, reach=SIDE):
    """Lower corners of the unit cells in the support below `reach`."""
    lattice = np.array(list(product(range(reach), repeat=p)))
    return lattice[support(summand, lattice)]


def in_order(module, summands):
    """The raw summands in the order in which the module has them."""
    left = list(summands)
    found = []
    for births, deaths in module:
        at = next(
            i
            for i, (first, second) in enumerate(left)
            if births.tolist() == minimal(first, second) and deaths.tolist() == maximal(first, second)
        )
        found.append(left.pop(at))
    return found


def minimal(births, deaths):
    """Births below a death, and not above another one that is."""
    there = sorted(
        {tuple(b) for b in births.tolist() if any(all(x < y for x, y in zip(b, d, strict=True)) for d in deaths)}
    )
    return [list(b) for b in there if not any(c != b and all(x <= y for x, y in zip(c, b, strict=True)) for c in there)]


def maximal(births, deaths):
    flipped = minimal(-np.asarray(deaths), -np.asarray(births))
    return sorted([-x for x in d] for d in flipped)


CASES = [(p, seed, infinite) for p in (1, 2, 3) for seed in range(3) for infinite in (False, True)]


@pytest.fixture(params=CASES, ids=lambda case: "p{}-{}-{}".format(*case))
def case(request):
    p, seed, infinite = request.param
    rng = np.random.default_rng(seed)
    summands = random_summands(rng, p, infinite=infinite)
    module = IntervalModule.from_summands(summands, 1, box=BOX[p])
    return module, in_order(module, summands), rng


# --- hand-computed


def test_an_l_shape():
    """Born at (0, 2) and (1, 0), dead from (3, 3) on: the square [0, 3)² without [0, 1) x [0, 2)."""
    module = IntervalModule.from_summands([([[1, 0], [0, 2]], [[3, 3]])], degree=1)
    assert repr(module) == "IntervalModule(degree 1, 1 summand, 2 parameters, error 0)"
    np.testing.assert_array_equal(module.births, [[0, 2], [1, 0]])
    np.testing.assert_array_equal(module.box, [[0, 0], [3, 3]])
    points = [[0, 0], [0, 2], [1, 0], [0.5, 1.9], [2.9, 2.9], [3, 1]]
    np.testing.assert_array_equal(module.contains(points)[:, 0], [False, True, True, False, True, False])
    np.testing.assert_array_equal(module.distance_to([[0, 0], [4, 1], [2, 2], [1, 2]])[:, 0], [1, 1, 0, 0])
    signed = module.distance_to([[0, 0], [2, 2], [1, 2], [1.5, 0.5]], signed=True)
    np.testing.assert_array_equal(signed[:, 0], [1, -1, 0, -0.5])
    np.testing.assert_array_equal(module.interleaving_weights(), [1])
    np.testing.assert_array_equal(module.volumes(), [7])
    measure = module.hilbert_measure()
    np.testing.assert_array_equal(measure.points, [[0, 2], [0, 3], [1, 0], [1, 2], [3, 0], [3, 3]])
    np.testing.assert_array_equal(measure.weights, [1, -1, 1, -1, -1, 1])
    np.testing.assert_array_equal(module.on_line([0, 0], [1, 1]).diagram, [[1, 3]])
    np.testing.assert_array_equal(module.on_line([0, 1], [2, 1]).diagram, [[0.5, 1.5]])


def test_two_births_and_two_deaths():
    """[0, 1) x [1, 2) and [1, 2) x [0, 1), and the square [1, 2)² that one of the deaths adds to both."""
    module = IntervalModule.from_summands([([[0, 1], [1, 0]], [[2, 2], [1, 3]])], degree=0)
    np.testing.assert_array_equal(module.volumes(), [4])
    np.testing.assert_array_equal(module.interleaving_weights(), [0.5])
    np.testing.assert_array_equal(module.contains([[0.5, 2.5], [0.5, 0.5], [1.5, 2]])[:, 0], [True, False, False])


def test_three_births_and_three_deaths():
    """[0, 2) x [2, 4) and [2, 4) x [0, 2) joined by [1, 3)²: neighbours overlap in unit squares."""
    births, deaths = [[0, 2], [1, 1], [2, 0]], [[2, 4], [3, 3], [4, 2]]
    module = IntervalModule.from_summands([(births, deaths)], degree=0)
    np.testing.assert_array_equal(module.volumes(), [10])
    np.testing.assert_array_equal(module.interleaving_weights(), [1])
    axes = [np.arange(5.0)] * 2
    expected = [[0, 0, 1, 1, 0], [0, 1, 1, 1, 0], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0]]
    np.testing.assert_array_equal(module.hilbert_function(axes), expected)
    np.testing.assert_array_equal(module.rank([[1, 1], [0, 2], [2, 2]], [[2, 2], [1, 3], [2, 3]]), [1, 1, 0])
    np.testing.assert_array_equal(module.landscape(axes, n_landscapes=1)[0, 2], [0, 0, 1, 0, 0])


def test_a_box_with_a_corner_cut_off_in_three_parameters():
    births = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    module = IntervalModule.from_summands([(births, [[2, 2, 2]])], degree=2)
    np.testing.assert_array_equal(module.volumes(), [7])
    np.testing.assert_array_equal(module.interleaving_weights(), [0.5])
    assert module.on_line([0, 0, 0], [1, 1, 1]).diagram.tolist() == [[1, 2]]
    assert module.hilbert_measure().cumulative([[0.5, 0.5, 0.5], [1, 0, 0], [2, 0, 0]]).tolist() == [0, 1, 0]


def test_bars_are_modules_of_one_parameter():
    module = IntervalModule.from_rectangles([[0], [1]], [[3], [np.inf]], degree=0)
    assert module.on_line([0.0], [1.0]).diagram.tolist() == [[0, 3], [1, np.inf]]
    np.testing.assert_array_equal(module.box, [[0], [3]])
    np.testing.assert_array_equal(module.volumes(), [3, 2])
    measure = module.hilbert_measure()
    assert measure.points.ravel().tolist() == [0, 1, 3] and measure.weights.tolist() == [1, 1, -1]


def test_a_point_between_two_parts_of_a_support_is_far_from_both():
    """Nearest birth (5, 0) and nearest death (3, 10) are 1 away, but belong to different parts."""
    module = IntervalModule.from_summands([([[-10, 9], [5, 0]], [[3, 10], [20, 1]])], degree=0)
    assert module.distance_to([[4.0, 5.0]]).tolist() == [[4.0]]


def test_two_points_that_meet():
    """H_0 of two points at distance 3, the second of which arrives at 1: a free summand and one that ends at 3."""
    filtration = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    module = IntervalModule.from_rectangles([[0, 0], [0, 1]], [[np.inf, np.inf], [3, np.inf]], degree=0)
    axes = [[-1.0, 0.0, 1.0, 3.0, 4.0], [0.0, 0.5, 1.0]]
    np.testing.assert_array_equal(module.hilbert_function(axes), tdainv.hilbert_function(filtration, 0, axes))
    assert module.hilbert_measure() == tdainv.hilbert_signed_measure(filtration, 0)


def test_the_barcode_of_a_rips_filtration_is_a_module():
    filtration = tdainv.rips(np.random.default_rng(0).random((30, 2)))
    bars = tdainv.barcode(filtration, 1)
    module = IntervalModule.from_rectangles(bars.births[:, np.newaxis], bars.deaths[:, np.newaxis], 1)
    assert module.on_line([0.0], [1.0]) == bars
    assert module.hilbert_measure() == tdainv.hilbert_signed_measure(filtration, 1)
    np.testing.assert_array_equal(np.sort(module.volumes()), np.sort(bars.persistence))


# --- normal form


def test_corners_that_do_not_matter_are_dropped(case):
    module, summands, _ = case
    for found, (births, deaths) in zip(module, summands, strict=True):
        assert found.births.tolist() == minimal(births, deaths)
        assert found.deaths.tolist() == maximal(births, deaths)


def test_summands_are_in_lexicographic_order(case):
    module, _, _ = case
    keys = [(s.births.tolist(), s.deaths.tolist()) for s in module]
    assert keys == sorted(keys)


def test_equal_supports_make_equal_modules(case):
    module, summands, rng = case
    changed = []
    for i in rng.permutation(len(summands)):
        births, deaths = (np.repeat(corners, 2, axis=0) for corners in summands[i])
        births[0] = births[-1] + 0.5  # above another birth
        changed.append((rng.permutation(births), rng.permutation(deaths)))
    assert IntervalModule.from_summands(changed, 1, box=module.box) == module


def test_negative_zero_is_zero():
    module = IntervalModule.from_rectangles([[-0.0]], [[1.0]], 0, box=[[-0.0], [1.0]])
    assert not np.signbit(module.births).any() and not np.signbit(module.box).any()
    flipped = IntervalModule.from_rectangles([[-1.0]], [[-0.0]], 0)
    assert not np.signbit(flipped.deaths).any()


def test_many_corners_are_sorted_as_few():
    rng = np.random.default_rng(0)
    births = rng.random((400, 2))
    births[:, 1] = -births[:, 0]
    births[::2] = np.round(births[::2], 1)
    module = IntervalModule.from_summands([(births, [[2, 2]])] * 300, 1)
    assert module.births[: module.birth_offsets[1]].tolist() == minimal(births, np.array([[2.0, 2.0]]))
    assert len(module) == 300


# --- sums


def test_summands_can_be_picked(case):
    module, _, _ = case
    births, deaths = module[-1]
    np.testing.assert_array_equal(births, module.summands[-1].births)
    np.testing.assert_array_equal(deaths, module.summands[-1].deaths)
    with pytest.raises(IndexError):
        module[len(module)]
    mask = np.arange(len(module)) % 3 == 0
    for picked in (module[mask], module[::3], module[np.flatnonzero(mask)[::-1]], module[list(np.flatnonzero(mask))]):
        expected = [s for s, kept in zip(module, mask, strict=True) if kept]
        assert picked == IntervalModule.from_summands(expected, 1, box=module.box)
    assert len(module[[]]) == 0 and module[[]].n_parameters == module.n_parameters


def test_sums_are_commutative_and_undo_splitting(case):
    module, _, _ = case
    assert module[::2] + module[1::2] == module == module[1::2] + module[::2]
    assert module + module[[]] == module


def test_sums_join_boxes_and_keep_the_larger_error():
    first = IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 0, error=0.5)
    second = IntervalModule.from_rectangles([[2, -1]], [[3, 0.5]], 0, error=0.25)
    joined = first + second
    np.testing.assert_array_equal(joined.box, [[0, -1], [3, 1]])
    assert joined.error == 0.5 and len(joined) == 2
    with pytest.raises(ValueError, match=r"degree 0 over R\^2 and of degree 1 over R\^2 cannot be added"):
        first + IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 1)
    with pytest.raises(TypeError):
        first + 1


def test_modules_differ_by_degree_box_or_corners_and_have_no_hash():
    module = IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 0)
    assert module != IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 1)
    assert module != IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 0, box=[[0, 0], [2, 2]])
    assert module != IntervalModule.from_rectangles([[0, 0]], [[1, 2]], 0, box=module.box)
    assert module == IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 0, error=1.0)
    assert module != 1
    with pytest.raises(TypeError):
        hash(module)


def test_modules_pickle(case):
    module, _, _ = case
    copy = pickle.loads(pickle.dumps(module))
    assert copy == module and copy.error == module.error


def test_inputs_may_be_read_only_and_stay_as_they_are():
    arrays = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 2]), np.array([[2.0, 2.0]]), np.array([0, 1])
    for array in arrays:
        array.flags.writeable = False
    module = IntervalModule(*arrays, 0, [[0, 0], [2, 2]])
    assert arrays[0].tolist() == [[1, 0], [0, 1]] and module.births.tolist() == [[0, 1], [1, 0]]


# --- points and grids


def test_supports_are_what_they_are_defined_to_be(case):
    module, summands, rng = case
    points = rng.integers(-2, 2 * SIDE + 4, (300, module.n_parameters)) / 2
    expected = np.column_stack([support(s, points) for s in summands])
    np.testing.assert_array_equal(module.contains(points), expected)
    np.testing.assert_array_equal(module.dimension(points), expected.sum(axis=1))


def test_rank_counts_identities_along_a_path(case):
    """The map of a summand between two lattice points is the product of the maps along unit steps between them."""
    module, summands, rng = case
    starts = rng.integers(0, SIDE, (60, module.n_parameters))
    ends = starts + rng.integers(0, 4, starts.shape)
    expected = []
    for start, end in zip(starts, ends, strict=True):
        path = [start]
        for axis in rng.permutation(module.n_parameters):
            for value in range(start[axis] + 1, end[axis] + 1):
                path.append(path[-1].copy())
                path[-1][axis] = value
        expected.append(sum(support(s, path).all() for s in summands))
    np.testing.assert_array_equal(module.rank(starts, ends), expected)


def test_grids_agree_with_points(case):
    module, _, rng = case
    p = module.n_parameters
    axes = [np.sort(rng.integers(-2, 2 * SIDE + 4, 5)) / 2 for _ in range(p)]
    points = np.array(list(product(*axes)))
    function = module.hilbert_function(axes)
    np.testing.assert_array_equal(function.ravel(), module.dimension(points))
    np.testing.assert_array_equal(module.hilbert_measure().cumulative_on_grid(axes), function)
    ranks = module.rank_invariant(axes)
    assert ranks.shape == function.shape * 2
    places = np.array(list(product(range(5), repeat=p)))
    i, j = np.nonzero((places[:, np.newaxis] <= places).all(axis=2))
    flat = ranks.reshape(len(points), len(points))
    np.testing.assert_array_equal(flat[i, j], module.rank(points[i], points[j]))
    assert flat.sum() == flat[i, j].sum()


def test_one_grid_may_have_axes_of_different_lengths(case):
    module, _, _ = case
    axes = [np.linspace(0, SIDE, 2 + i) for i in range(module.n_parameters)]
    function = module.hilbert_function(axes)
    assert function.shape == tuple(len(axis) for axis in axes)
    np.testing.assert_array_equal(function.ravel(), module.dimension(list(product(*axes))))
    landscape = module.landscape(axes, n_landscapes=2)
    depths = np.maximum(-module.distance_to(list(product(*axes)), signed=True), 0)
    np.testing.assert_allclose(landscape.reshape(2, -1), -np.sort(-depths, axis=1)[:, :2].T, atol=1e-12)


def test_distance_is_that_to_the_nearest_cell(case):
    module, summands, rng = case
    p, reach = module.n_parameters, SIDE + 6
    points = rng.integers(-3, SIDE + 4, (150, p))
    found = module.distance_to(points)
    for i, summand in enumerate(summands):
        corners = cells(summand, p, reach)
        gaps = np.maximum(corners - points[:, np.newaxis], points[:, np.newaxis] - corners - 1)
        np.testing.assert_array_equal(found[:, i], np.maximum(gaps, 0).max(axis=2).min(axis=1))


def test_signed_distance_is_the_depth_inside(case):
    """The depth of a lattice point is the largest n such that the cube of cells up to n around it is in the support."""
    module, summands, rng = case
    p = module.n_parameters
    points = rng.integers(-1, SIDE + 1, (40, p))
    signed, plain = module.distance_to(points, signed=True), module.distance_to(points)
    np.testing.assert_array_equal(np.maximum(signed, 0), plain)
    for i, summand in enumerate(summands):
        for k, point in enumerate(points):
            depth = 0
            while support(summand, point + np.array(list(product(range(-depth - 1, depth + 1), repeat=p)))).all():
                depth += 1
            assert max(-signed[k, i], 0) == depth


def test_distance_blocks_have_no_seams():
    rng = np.random.default_rng(0)
    module = IntervalModule.from_summands(random_summands(rng, 2), 0)
    points = rng.random((300, 2)) * 8 - 1
    whole = module.distance_to(points, signed=True), module.contains(points)
    for k in (0, 127, 128, 255, 256, 299):
        np.testing.assert_array_equal(module.distance_to(points[k : k + 1], signed=True)[0], whole[0][k])
        np.testing.assert_array_equal(module.contains(points[k : k + 1])[0], whole[1][k])


def test_landscapes_are_largest_radii_of_given_rank(case):
    """λ_k(x) is the largest ε with rank(x - ε, x + ε) ≥ k: just below it the rank is k, just above it is not."""
    module, _, rng = case
    axes = [np.sort(rng.random(4)) * SIDE for _ in range(module.n_parameters)]
    found = module.landscape(axes, n_landscapes=3)
    assert (np.diff(found, axis=0) <= 0).all() and (found >= 0).all()
    points = np.array(list(product(*axes)))
    for k, values in enumerate(found.reshape(3, -1)):
        radius = np.maximum(values - 1e-9, 0)[:, np.newaxis]
        positive = values > 1e-6
        assert (module.rank(points - radius, points + radius)[positive] > k).all()
        radius = values[:, np.newaxis] + 1e-9
        assert (module.rank(points - radius, points + radius) <= k).all()


def test_landscapes_in_another_direction():
    """Along (2, 1) from the centre of [0, 4)², the first coordinate reaches the side at time 1."""
    square = IntervalModule.from_rectangles([[0, 0]], [[4, 4]], 0)
    assert square.landscape([[2], [2]], n_landscapes=2, direction=[2, 1]).ravel().tolist() == [1, 0]


def test_more_landscapes_than_summands_are_zero():
    module = IntervalModule.from_rectangles([[0, 0]], [[4, 4]], 0)
    found = module.landscape([[1, 2], [2]], n_landscapes=3)
    assert found[0].ravel().tolist() == [1, 2] and not found[1:].any()


# --- sizes


def test_weights_are_half_the_longest_diagonals_of_cells(case):
    module, summands, _ = case
    p = module.n_parameters
    expected = []
    for summand in summands:
        there = {tuple(cell) for cell in cells(summand, p).tolist()}
        longest = 0
        for cell in there:
            length = 1
            while tuple(x + length for x in cell) in there:
                length += 1
            longest = max(longest, length)
        expected.append(longest / 2)
    np.testing.assert_array_equal(module.interleaving_weights(), expected)


def test_volumes_count_cells_in_the_box(case):
    module, summands, _ = case
    p = module.n_parameters
    np.testing.assert_array_equal(module.volumes(), [len(cells(s, p)) for s in summands])
    box = np.array([[1.0] * p, [4.0] * p])
    smaller = IntervalModule.from_summands(summands, 1, box=box)
    inside = [((cells(s, p) >= 1) & (cells(s, p) < 4)).all(axis=1).sum() for s in summands]
    np.testing.assert_array_equal(smaller.volumes(), inside)


def test_restriction_vanishes_outside_the_box_and_changes_nothing_inside(case):
    module, _, rng = case
    p = module.n_parameters
    box = np.array([[1.0] * p, [4.0] * p])
    restricted = module.restrict(box)
    points = rng.integers(-1, SIDE + 2, (200, p))
    inside = ((box[0] <= points) & (points < box[1])).all(axis=1)
    np.testing.assert_array_equal(restricted.dimension(points), np.where(inside, module.dimension(points), 0))
    np.testing.assert_array_equal(restricted.box, box)
    assert (restricted.interleaving_weights() > 0).all()


def test_pruning_drops_small_summands():
    module = IntervalModule.from_rectangles([[0, 0], [0, 0], [0, 0]], [[1, 9], [2, 4], [8, 6]], 0, error=0.5)
    np.testing.assert_array_equal(module.interleaving_weights(), [0.5, 1, 3])
    pruned = module.prune(1)
    assert len(pruned) == 2 and pruned.error == 1.0
    assert pruned == module[1:]
    assert module.prune(0) == module and module.prune(0).error == 0.5
    assert len(module.prune(10)) == 0


# --- lines


def directions(rng, p):
    yield np.ones(p)
    yield rng.integers(1, 4, p).astype(float)
    if p > 1:
        flat = rng.integers(1, 3, p).astype(float)
        flat[rng.integers(p)] = 0
        yield flat


def test_bars_are_where_lines_meet_supports(case):
    module, summands, rng = case
    p = module.n_parameters
    times = np.arange(-10, 11, 0.0625) + 0.001  # not at births or deaths, which are multiples of 1 / 6
    for direction in directions(rng, p):
        lines = Lines(rng.integers(0, SIDE, (3, p)) + 0.5, direction)
        bars = module.on_lines(lines)
        assert bars.shape == (3, len(module), 2)
        there = np.stack([support(s, lines.points(np.tile(times, (3, 1)))) for s in summands], axis=1)
        np.testing.assert_array_equal((bars[..., :1] <= times) & (times < bars[..., 1:]), there)
        for barcode, line in zip(module.barcodes(lines), bars, strict=True):
            assert sorted(barcode.diagram.tolist()) == sorted(line[line[:, 0] < line[:, 1]].tolist())
            assert barcode.degree == 1


def test_lines_that_miss_a_support_give_bars_at_infinity():
    module = IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 0)
    bars = module.on_lines(Lines([[5.0, 0.0], [0.0, 2.0], [0.0, 1.0], [0.0, 0.0]], [[1, 1], [1, 0], [1, 0], [1, 0]]))
    assert bars[:, 0].tolist() == [[np.inf, np.inf]] * 3 + [[0, 1]]
    assert len(module.on_line([5.0, 0.0], [1.0, 1.0])) == 0


def test_barcodes_come_in_blocks(monkeypatch):
    rng = np.random.default_rng(0)
    module = IntervalModule.from_summands(random_summands(rng, 2), 0)
    lines = Lines(rng.random((7, 2)), [1.0, 1.0])
    whole, counts = module.barcodes(lines), module.dimension(lines.bases)
    monkeypatch.setattr("tdainv.invariants.interval_module._BLOCK_BYTES", 400)
    assert module.barcodes(lines) == whole
    np.testing.assert_array_equal(module.dimension(lines.bases), counts)


# --- invariance


def test_translation_moves_everything_along(case):
    module, summands, rng = case
    p = module.n_parameters
    shift = rng.integers(-5, 6, p).astype(float)
    moved = IntervalModule.from_summands([(b + shift, d + shift) for b, d in summands], 1, box=module.box + shift)
    points = rng.integers(0, SIDE, (30, p)).astype(float)
    np.testing.assert_array_equal(moved.interleaving_weights(), module.interleaving_weights())
    np.testing.assert_array_equal(moved.volumes(), module.volumes())
    np.testing.assert_array_equal(moved.distance_to(points + shift), module.distance_to(points))
    axes = [np.arange(0.0, SIDE, 2)] * p
    shifted = [axis + s for axis, s in zip(axes, shift, strict=True)]
    np.testing.assert_array_equal(moved.landscape(shifted), module.landscape(axes))
    np.testing.assert_array_equal(moved.hilbert_function(shifted), module.hilbert_function(axes))


def test_rescaling_scales_everything(case):
    module, _, rng = case
    p = module.n_parameters
    doubled = module.rescale(2)
    points = rng.integers(0, SIDE, (30, p)).astype(float)
    np.testing.assert_array_equal(doubled.distance_to(2 * points), 2 * module.distance_to(points))
    np.testing.assert_array_equal(doubled.interleaving_weights(), 2 * module.interleaving_weights())
    factors = 2.0 ** rng.integers(-2, 3, p)
    scaled = module.rescale(factors)
    np.testing.assert_array_equal(scaled.dimension(points * factors), module.dimension(points))
    np.testing.assert_array_equal(scaled.volumes(), module.volumes() * factors.prod())
    assert scaled.rescale(1 / factors) == module


def test_rescaling_keeps_the_error_where_it_can():
    module = IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 0, error=0.5)
    assert module.rescale(2).error == 1.0
    assert module.rescale([2, 2]).error == 1.0
    assert module.rescale([2, 1]).error == np.inf
    assert IntervalModule.from_rectangles([[0, 0]], [[1, 1]], 0).rescale([2, 1]).error == 0


@pytest.mark.parametrize("seed", range(3))
def test_landscapes_are_stable(seed):
    """Moving corners by at most ε moves landscapes by at most ε."""
    rng = np.random.default_rng(seed)
    summands = random_summands(rng, 2)
    noisy = [(b + rng.uniform(-0.2, 0.2, b.shape), d + rng.uniform(-0.2, 0.2, d.shape)) for b, d in summands]
    axes = [np.linspace(0, SIDE, 15)] * 2
    first, second = (IntervalModule.from_summands(s, 0).landscape(axes) for s in (summands, noisy))
    assert np.abs(first - second).max() <= 0.2 + 1e-12


# --- nothing, and bad input


@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_zero_module(p):
    zero = IntervalModule.from_summands([], 2, box=BOX[p])
    assert len(zero) == 0 and zero.n_parameters == p and zero.summands == []
    axes = [np.arange(2.0)] * p
    assert not zero.hilbert_function(axes).any() and zero.hilbert_function(axes).shape == (2,) * p
    assert not zero.rank_invariant(axes).any() and not zero.landscape(axes).any()
    assert zero.contains(BOX[p]).shape == zero.distance_to(BOX[p]).shape == (2, 0)
    assert zero.dimension(BOX[p]).tolist() == [0, 0]
    assert len(zero.hilbert_measure()) == 0 and zero.hilbert_measure().n_parameters == p
    assert zero.volumes().shape == zero.interleaving_weights().shape == (0,)
    assert len(zero.on_line(np.zeros(p), np.ones(p))) == 0
    assert zero + zero == zero == zero.rescale(2).rescale(0.5) == zero.prune(1) == zero.restrict(BOX[p])


GOOD = ([[0, 0]], [0, 1], [[1, 1]], [0, 1], 0, [[0, 0], [1, 1]])


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, [[0, np.inf]], r"births must be finite, got births\[0, 1\] = inf"),
        (0, [[0]], r"births must have shape \(n, 2\), as many columns as the box, got shape \(1, 1\)"),
        (0, [0, 0], r"births must have shape \(n, 2\)"),
        (2, [[np.nan, 1]], r"deaths must be numbers or inf, got deaths\[0, 0\] = nan"),
        (2, [[1, -np.inf]], r"deaths must be numbers or inf"),
        (2, [[0, 1]], "Summand 0 has an empty support"),
        (1, [0, 2], "birth_offsets must start at 0 and end at the number of births, 1"),
        (3, [1, 1], "death_offsets must start at 0 and end at the number of deaths, 1"),
        (1, [0, 1, 1], "at least one birth corner, got none for summand 1"),
        (1, [0.0, 1.0], "birth_offsets must be integers"),
        (4, -1, "degree must be an integer of at least 0"),
        (5, [[0, 0], [1, -1]], r"box must have shape \(2, p\), .* got \[\[0.0, 0.0\], \[1.0, -1.0\]\]"),
        (5, [[0, 0]], "box must have shape"),
        (5, [[0, 0], [np.inf, 1]], "box must have shape .*, a finite lower corner"),
        (5, [0, 1], "box must have shape"),
    ],
)
def test_bad_fields_are_named(place, value, message):
    fields = list(GOOD)
    fields[place] = value
    with pytest.raises(ValueError, match=message):
        IntervalModule(*fields)


def test_numbers_of_summands_must_agree():
    with pytest.raises(ValueError, match="must have the same length, got 2 and 3"):
        IntervalModule([[0]], [0, 1], [[1], [2]], [0, 1, 2], 0, [[0], [2]])


@pytest.mark.parametrize("error", [-1.0, np.nan, "large"])
def test_a_bad_error_is_named(error):
    with pytest.raises(ValueError, match="error must be"):
        IntervalModule(*GOOD, error=error)


@pytest.mark.parametrize(
    ("summands", "message"),
    [
        ([([[0, 0]],)], r"summands\[0\] must be a pair \(births, deaths\), got tuple"),
        ([([[0, 0]], [[1, 1]]), ([[0]], [[1]])], r"births of summands\[1\] must have shape .* got shape \(1, 1\)"),
        ([([[0, 0]], [1, 1])], r"deaths of summands\[0\] must have shape"),
        ([([[0, np.nan]], [[1, 1]])], "births must be finite"),
        ([([[0, 0]], [[1, 1, 1]])], r"deaths must have shape \(n, 2\)"),
        ([], "A module without corners needs a box"),
    ],
)
def test_bad_summands_are_named(summands, message):
    with pytest.raises(ValueError, match=message):
        IntervalModule.from_summands(summands, 0)


def test_bad_rectangles_are_named():
    with pytest.raises(
        ValueError, match=r"births and deaths must have the same shape \(n, p\), got \(1, 2\), \(2, 2\)"
    ):
        IntervalModule.from_rectangles([[0, 0]], [[1, 1], [2, 2]], 0)
    with pytest.raises(ValueError, match="A module without corners needs a box"):
        IntervalModule.from_rectangles(np.zeros((0, 2)), np.zeros((0, 2)), 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.contains([[0.0]]), r"points must have shape \(m, 2\), got \(1, 1\)"),
        (lambda m: m.distance_to([[0.0, np.nan]]), "points must be finite"),
        (lambda m: m.dimension([[0.0, np.inf]]), "grades must be finite"),
        (lambda m: m.rank([[0, 1]], [[1, 0]]), r"starts must be at or below ends .* got starts\[0\] = \[0.0, 1.0\]"),
        (lambda m: m.rank([[0, 1]], [[1, 2], [1, 2]]), "starts and ends must have the same shape"),
        (lambda m: m.hilbert_function([[0.0]]), "axes must be 2 arrays"),
        (lambda m: m.hilbert_function([[0.0], [0.0, np.inf]]), r"axes\[1\] must be finite"),
        (lambda m: m.landscape([[0.0], [0.0]], n_landscapes=0), "n_landscapes must be an integer of at least 1"),
        (lambda m: m.landscape([[0.0], [0.0]], direction=[1, 0]), "direction must be 2 positive finite numbers"),
        (lambda m: m.rescale(0), "factors must be positive and finite"),
        (lambda m: m.rescale([1, 2, 3]), "factors must be one number or 2"),
        (lambda m: m.restrict([[0], [1]]), r"box must have shape \(2, 2\)"),
        (lambda m: m.prune(np.nan), "min_weight must be a finite number"),
        (lambda m: m.on_lines(Lines([[0.0]], [1.0])), r"lines must lie in R\^2, got lines in R\^1"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(IntervalModule(*GOOD))


def test_lines_must_be_lines():
    with pytest.raises(TypeError, match="lines must be Lines, got list"):
        IntervalModule(*GOOD).on_lines([[0, 0]])


@pytest.mark.parametrize(
    "call",
    [
        lambda m, axes: m.contains(np.zeros((100, 2))),
        lambda m, axes: m.distance_to(np.zeros((100, 2))),
        lambda m, axes: m.hilbert_function(axes),
        lambda m, axes: m.rank_invariant(axes),
        lambda m, axes: m.landscape(axes),
        lambda m, axes: m.hilbert_measure(),
        lambda m, axes: m.on_lines(Lines(np.zeros((100, 2)), [1.0, 1.0])),
    ],
)
def test_large_results_are_refused(call, monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "50")
    with pytest.raises(tdainv.MemoryLimitError, match="A module of 1 summand at"):
        call(IntervalModule(*GOOD), [np.arange(100.0)] * 2)


# --- peers

MULTIPERS = """
import sys
import numpy as np
import multipers
from multipers.filtrations import DelaunayLowerstar

rng = np.random.default_rng(0)
module = multipers.module_approximation(DelaunayLowerstar(rng.random((40, 2)), rng.random(40)))
module = module.get_module_of_degree(1)
box = np.array([module.get_bottom(), module.get_top()], float)
axes = [np.linspace(box[0, i], box[1, i], 13) for i in range(2)]
points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
found = dict(box=module.get_box(), axes=np.array(axes), points=points, distances=module.distance_to(points),
             weights=module.get_interleavings(),
             landscapes=module.landscapes(degree=1, ks=[0, 1, 2], grid=axes))
for i in range(len(module)):
    found[f"births{i}"], found[f"deaths{i}"] = module[i].get_birth_list(), module[i].get_death_list()
np.savez(sys.argv[1], n=len(module), **{name: np.asarray(value, float) for name, value in found.items()})
"""


@pytest.mark.skipif("TDAINV_MULTIPERS_PYTHON" not in os.environ, reason="needs an interpreter with multipers")
def test_multipers_reads_its_modules_in_the_same_way(tmp_path):
    """Its interleavings are whole diagonals; its supports hold their deaths, which changes no size."""
    subprocess.run([os.environ["TDAINV_MULTIPERS_PYTHON"], "-c", MULTIPERS, str(tmp_path / "found.npz")], check=True)
    found = np.load(tmp_path / "found.npz")
    weights, distances, summands = [], [], []
    for i in range(int(found["n"])):
        births = np.maximum(found[f"births{i}"], found["box"][0])  # -inf where a vine leaves the box
        module = IntervalModule.from_summands([(births, found[f"deaths{i}"])], 1, box=found["box"])
        summands.append((births, found[f"deaths{i}"]))
        weights.append(module.interleaving_weights()[0])
        distances.append(module.distance_to(found["points"])[:, 0])
    np.testing.assert_allclose(2 * np.array(weights), found["weights"], rtol=1e-9)
    distances = np.array(distances).T
    # Between the parts of a support that is not connected, its distance is only a lower bound.
    assert (distances >= found["distances"] - 1e-12).all()
    assert np.isclose(distances, found["distances"], rtol=1e-9, atol=1e-12).mean() > 0.999
    module = IntervalModule.from_summands(summands, 1, box=found["box"])
    ours = module.landscape(found["axes"], n_landscapes=3)
    np.testing.assert_allclose(ours, found["landscapes"], rtol=1e-9, atol=1e-12)
