"""Matching distances against barcodes along many lines, modules by hand, one parameter, and stability."""

import re
from itertools import combinations

import numpy as np
import pytest

import tdainv
from tdainv.distances import _kernels_matching, matching
from tdainv.distances.matching import matching_distance

inf = np.inf


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def module(generators, relations, entries):
    """Presentation with given grades; entries[j] are the generators in relation j."""
    indptr, indices = np.cumsum([0, *map(len, entries)]), [i for each in entries for i in each]
    grades = (np.reshape(each, (-1, 2)).astype(float) for each in (generators, relations))
    return tdainv.Presentation(tdainv.GradedMatrix(indptr, indices, *grades), 0)


def free(*generators):
    return module(generators, [], [])


def rectangle(low, high):
    """One-dimensional on the product of [low, high)."""
    return module([low], [[low[0], high[1]], [high[0], low[1]]], [[0], [0]])


def hook(low, high):
    """One-dimensional at and above low, and not at or above high."""
    return module([low], [high], [[0]])


ZERO = module([], [], [])


def with_grades(complex_, grades):
    return tdainv.FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, grades)


def random_complex(rng, n=6, integers=True):
    """Random triangles whose grades are not those of a lower star filtration, with many ties if they are integers."""
    triangles = [t for t in combinations(range(n), 3) if rng.random() < 0.5] or [(0, 1, 2)]
    star = tdainv.FilteredComplex.lower_star(triangles, rng.integers(0, 4, (n, 2)).astype(float))
    later = rng.integers(0, 3, star.grades.shape) if integers else 2 * rng.random(star.grades.shape)
    grades = star.grades + later * (star.dimensions > 0)[:, np.newaxis]
    for cell in np.argsort(star.dimensions, kind="stable"):
        facets = star.indices[star.indptr[cell] : star.indptr[cell + 1]]
        grades[cell] = np.vstack([grades[facets], grades[cell]]).max(axis=0)
    return with_grades(star, grades)


def pair_of_equal_dimensions(rng, degree, **options):
    """Two random modules that have the same dimension in large grades."""
    while True:
        first, second = (random_complex(rng, **options) for _ in range(2))
        sizes = [np.subtract(*tdainv.minimal_presentation(each, degree).matrix.shape) for each in (first, second)]
        if len(set(sizes)) == 1 and len(first) != len(second):
            top = np.full((1, 2), 20.0)
            ranks = [tdainv.rank_at(each, degree, top, top)[0] for each in (first, second)]
            if len(set(ranks)) == 1:
                return first, second


# --- a dense family of lines


def dense_lines(lower, upper, n):
    """Lines of slopes 1/u and u for n values of u in (0, 1), n for each of these, such that a generator appears at
    max(x, u (y - top + τ height) + left + τ width), in the first coordinate, or with x and y swapped.
    """
    u, tau = (axis.ravel() for axis in np.meshgrid(*[(np.arange(n) + 0.5) / n] * 2))
    bases, directions = [], []
    for order in ([0, 1], [1, 0]):
        (left, bottom), (right, top) = lower[order], upper[order]
        x = left + tau * (right - left)
        base = np.column_stack([np.zeros_like(u), top - tau * (top - bottom) - x / u])
        bases.append(base[:, order])
        directions.append(np.column_stack([np.ones_like(u), 1 / u])[:, order])
    return np.vstack(bases), np.vstack(directions)


def bounds_by_lines(first, second, degree, n):
    """Largest weighted bottleneck distance along n² lines of slope above 1 and as many below, and an upper bound.

    A generator at (x, y) moves by at most height du + (u height + width) dτ, and the distance by at most twice that.
    """
    modules = [tdainv.minimal_presentation(each, degree) for each in (first, second)]
    grades = np.concatenate([each for m in modules for each in (m.generators, m.relations)])
    lower, upper = grades.min(axis=0), grades.max(axis=0)
    bases, directions = dense_lines(lower, upper, n)
    barcodes = [tdainv.fibered_barcode(m, degree, (bases, directions)) for m in modules]
    weights = directions.min(axis=1)  # times are those of the coordinate of speed 1, the slow one
    np.testing.assert_array_equal(weights, 1.0)
    found = max(tdainv.bottleneck_distance(*bars) for bars in zip(*barcodes, strict=True))
    return found, found + (np.ptp(grades, axis=0).max() * 2 + np.ptp(grades, axis=0).min()) / n


@pytest.mark.parametrize("integers", [True, False])
@pytest.mark.parametrize("degree", [0, 1])
def test_no_line_has_more_and_the_distance_is_that_of_some_line(rng, degree, integers):
    for _ in range(3):
        first, second = pair_of_equal_dimensions(rng, degree, integers=integers)
        least, most = bounds_by_lines(first, second, degree, 24)
        for error, relative_error in ((0.2, 0.0), (0.0, 0.2), (0.1, 0.05)):
            if error == 0 and least == 0:
                continue
            found = matching_distance(first, second, degree, error=error, relative_error=relative_error)
            assert found <= most
            assert least <= max(found + error, (1 + relative_error) * found) + 1e-12


def test_it_is_that_of_lines_of_direction_scaled_to_one(rng):
    # The definition: directions v with max(v) = 1, weight min(v); here for random lines.
    first, second = pair_of_equal_dimensions(rng, 0)
    bases = rng.uniform(-5, 10, (2000, 2))
    directions = rng.uniform(0.01, 1, (2000, 2))
    directions /= directions.max(axis=1, keepdims=True)
    barcodes = (tdainv.fibered_barcode(each, 0, (bases, directions)) for each in (first, second))
    distances = [tdainv.bottleneck_distance(*bars) for bars in zip(*barcodes, strict=True)]
    largest = (directions.min(axis=1) * distances).max()
    found = matching_distance(first, second, 0, error=0.05, relative_error=0.0)
    assert 0 < largest <= found + 0.05


def test_gudhi_finds_no_more_along_lines(rng):
    gudhi = pytest.importorskip("gudhi")
    first, second = (tdainv.function_rips(rng.random((12, 2)), rng.random(12)) for _ in range(2))
    found = matching_distance(first, second, 0, error=0.02, relative_error=0.0)
    bases, directions = dense_lines(np.zeros(2), np.ones(2), 16)
    barcodes = (tdainv.fibered_barcode(each, 0, (bases, directions)) for each in (first, second))
    largest = max(gudhi.bottleneck_distance(a.diagram, b.diagram) for a, b in zip(*barcodes, strict=True))
    assert 0.5 * found < largest <= found + 0.02


def test_changes_within_a_quarter_of_a_box_are_bounded_and_reached(rng):
    offsets, spread = _kernels_matching._offsets.py_func, _kernels_matching._spread.py_func

    def values(u, tau, x, y, frame):
        left, width, top, height = frame
        return np.maximum(x, u * (y - top + tau * height) + left + tau * width)

    for _ in range(20):
        (x, y), side = rng.uniform(-2, 3, (2, 4)), 2.0 ** -rng.integers(0, 4)
        frame = np.array([x.min(), np.ptp(x), y.max(), np.ptp(y)])
        box = np.array([[*(side * rng.integers(0, round(1 / side), 2)), side]])
        slopes, shifts = offsets(box, 0, frame)
        centre = box[0, :2] + side / 2
        before = values(*centre, x, y, frame)
        for quarter in range(4):
            corner = box[0, :2] + side / 2 * np.array([quarter >> 1, quarter & 1])
            inside = [corner + side / 4 * np.array([i, j]) for i in range(3) for j in range(3)]
            changes = np.array([values(*line, x, y, frame) - before for line in inside])
            least, largest = spread(slopes, shifts, quarter, x, y, 0, 4)
            np.testing.assert_allclose([least, largest], [changes.min(), changes.max()], atol=1e-12)


# --- by hand


def accurate(first, second, error=0.02, degree=0):
    return matching_distance(first, second, degree, error=error, relative_error=0.0)


def require(found, expected, error=0.02):
    assert expected - error - 1e-12 <= found <= expected + 1e-12


@pytest.mark.parametrize("other", [[1, 3], [3, 1], [-2, 1], [-2, -2], [0, 1], [0, 0.5]])
def test_free_modules_with_one_generator_are_as_far_apart_as_their_grades(other):
    # No line moves them further apart than the larger difference, and lines far off see that of one coordinate.
    require(accurate(free([0, 0]), free(other)), np.abs(other).max())


@pytest.mark.parametrize("high", [[1, 1], [1, 3], [2, 1], [0.5, 4]])
def test_a_hook_is_half_its_longer_side_away_from_zero(high):
    require(accurate(hook([0, 0], high), ZERO), max(high) / 2)
    require(accurate(ZERO, hook([0, 0], high)), max(high) / 2)


@pytest.mark.parametrize("high", [[1, 1], [1, 3], [2, 1]])
def test_a_rectangle_is_half_its_shorter_side_away_from_zero(high):
    # The line of slope 1 through its lower corner leaves it after the shorter side.
    require(accurate(rectangle([0, 0], high), ZERO, 0.05), min(high) / 2, 0.05)


def test_rectangles_that_are_far_apart_are_left_over():
    first, second = rectangle([0, 0], [1, 1]), rectangle([5, 5], [8, 7])
    require(accurate(first, second, 0.1), 1.0, 0.1)


def test_rectangles_with_a_corner_in_common():
    # Along the slope 1 through the corner: bars [0, 2) and [0, 3), deaths 1 apart; elsewhere no more.
    first, second = rectangle([0, 0], [2, 2]), rectangle([0, 0], [3, 3])
    require(accurate(first, second, 0.1), 1.0, 0.1)


def test_two_generators_that_merge_against_one():
    # Two generators that a relation merges: an essential bar from the first of them along a line, and a finite one.
    merging = module([[0, 1], [1, 0]], [[2, 2]], [[0, 1]])
    # The essential bars are 1 apart along slope 1 through the origin. The finite one starts at (1, 1), it is 1 long.
    require(accurate(merging, free([0, 0])), 1.0)
    least, most = bounds_by_lines(merging, free([0, 0]), 0, 40)
    assert least - 0.02 <= accurate(merging, free([0, 0])) <= most


def test_different_dimensions_in_large_grades_are_infinitely_far_apart():
    assert matching_distance(free([0, 0]), ZERO, 0) == inf
    assert matching_distance(ZERO, free([0, 0]), 0) == inf
    assert matching_distance(free([0, 0], [1, 1]), free([0, 0]), 0) == inf
    assert matching_distance(free([0, 0], [1, 1]), module([[0, 0], [1, 1]], [[2, 2]], [[0, 1]]), 0) == inf
    square = [[0, 1], [1, 2], [2, 3], [0, 3]]
    path = tdainv.FilteredComplex.lower_star(square[:3], np.zeros((4, 2)))
    assert matching_distance(tdainv.FilteredComplex.lower_star(square, np.zeros((4, 2))), path, 1) == inf


def test_dimensions_are_compared_and_not_numbers_of_generators():
    # A staircase of three generators that are all the same in the end.
    staircase = module([[0, 2], [1, 1], [2, 0]], [[1, 2], [2, 1]], [[0, 1], [1, 2]])
    require(accurate(staircase, free([0, 0])), 1.0)  # along slope 1 through the origin, it is born at (1, 1)


def test_equal_modules_are_at_distance_zero(rng):
    complex_ = random_complex(rng)
    for degree in (0, 1):
        assert matching_distance(complex_, complex_, degree) == 0.0
        assert matching_distance(complex_, complex_, degree, error=0.0, relative_error=1e-9) == 0.0  # without lines
    assert matching_distance(ZERO, ZERO, 0) == 0.0


def test_isomorphic_modules_with_other_matrices_are_at_distance_zero():
    one = module([[0, 0], [0, 0]], [[1, 1], [1, 1]], [[0], [1]])
    other = module([[0, 0], [0, 0]], [[1, 1], [1, 1]], [[0], [0, 1]])
    assert tdainv.minimal_presentation(one, 0) != tdainv.minimal_presentation(other, 0)
    assert matching_distance(one, other, 0, error=0.05) == 0.0


def test_sums_of_rectangles_that_are_paired_in_another_way():
    first = [rectangle([0, 0], [2, 2]), rectangle([1, 1], [3, 3])]
    second = [rectangle([0, 0], [3, 3]), rectangle([1, 1], [2, 2])]

    def total(parts):
        generators = [p.generators[0] for p in parts]
        relations = [relation for p in parts for relation in p.relations]
        return module(generators, relations, [[0], [0], [1], [1]])

    assert accurate(total(first), total(second), 0.1) > 0  # these differ along slope 1
    assert accurate(total(first), total(first[::-1]), 0.1) == 0.0


# --- one parameter


def test_with_a_constant_second_parameter_it_is_the_bottleneck_distance(rng):
    first, second = (tdainv.rips(rng.random((15, 2))) for _ in range(2))
    for degree in (0, 1):
        bars = [tdainv.barcode(each, degree) for each in (first, second)]
        expected = tdainv.bottleneck_distance(*bars)
        flat = [each.with_function(np.zeros(15)) for each in (first, second)]
        assert expected > 0
        require(accurate(*flat, error=0.2 * expected, degree=degree), expected, 0.2 * expected)
        found = matching_distance(*flat, degree, error=0.0, relative_error=0.25)
        assert expected / 1.25 - 1e-12 <= found <= expected + 1e-12


def test_other_constants_come_with_essential_bars(rng):
    first, second = (tdainv.rips(rng.random((10, 2))) for _ in range(2))
    moved = second.with_function(np.full(10, 3.0))
    require(accurate(first.with_function(np.zeros(10)), moved), 3.0)  # is more than along any horizontal line


# --- invariance and stability


@pytest.mark.parametrize("degree", [0, 1])
def test_it_is_symmetric_up_to_the_error(rng, degree):
    for _ in range(5):
        first, second = pair_of_equal_dimensions(rng, degree)
        there, back = accurate(first, second, 0.1, degree), accurate(second, first, 0.1, degree)
        assert abs(there - back) <= 0.1


def test_the_parameters_may_be_swapped(rng):
    for degree in (0, 1):
        first, second = pair_of_equal_dimensions(rng, degree)
        swapped = [with_grades(each, each.grades[:, ::-1]) for each in (first, second)]
        assert abs(accurate(first, second, 0.05, degree) - accurate(*swapped, 0.05, degree)) <= 0.05


def test_scales_and_shifts(rng):
    first, second = pair_of_equal_dimensions(rng, 0)
    found = matching_distance(first, second, 0)
    for scale in (2.0**-600, 0.25, 2.0**600):  # powers of two are exact, and the default error scales
        scaled = [with_grades(each, scale * each.grades) for each in (first, second)]
        assert matching_distance(*scaled, 0) == scale * found
    shifted = [with_grades(each, each.grades + np.array([-1024.0, 512.0])) for each in (first, second)]
    assert matching_distance(*shifted, 0) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("shift", [[0.5, 0.5], [0.5, 0.0], [0.0, 0.25], [-0.25, 0.5]])
def test_a_shift_moves_a_module_with_essential_bars_by_its_larger_coordinate(rng, shift):
    complex_ = random_complex(rng)
    require(accurate(complex_, with_grades(complex_, complex_.grades + shift), 0.1), np.abs(shift).max(), 0.1)


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("eps", [0.01, 0.3])
def test_moving_grades_by_eps_moves_the_module_by_at_most_eps(rng, degree, eps):
    vertices, triangles = rng.random((12, 2)), rng.integers(0, 12, (14, 3))
    triangles = [sorted(set(t.tolist())) for t in triangles]
    first = tdainv.FilteredComplex.lower_star(triangles, vertices)
    second = tdainv.FilteredComplex.lower_star(triangles, vertices + rng.uniform(-eps, eps, vertices.shape))
    assert matching_distance(first, second, degree, error=0.1 * eps if eps > 0.1 else 0.05) <= eps


def test_moving_points_by_eps_moves_their_rips_bifiltration_by_at_most_twice_that(rng):
    points, values = rng.random((20, 2)), rng.random(20)
    moved = points + rng.uniform(-0.03, 0.03, points.shape)  # each by at most 0.03 √2
    for degree in (0, 1):
        found = matching_distance(tdainv.function_rips(points, values), tdainv.function_rips(moved, values), degree)
        assert found <= 2 * 0.03 * np.sqrt(2)


def test_the_triangle_inequality_up_to_errors(rng):
    for _ in range(3):
        first, second, third = (tdainv.function_rips(rng.random((8, 2)), rng.random(8)) for _ in range(3))
        there, further = accurate(first, second, 0.03), accurate(second, third, 0.03)
        assert accurate(first, third, 0.03) <= there + further + 0.06


# --- accuracy


def test_a_smaller_error_gives_no_less_up_to_the_larger_one(rng):
    first, second = (tdainv.function_rips(rng.random((15, 2)), rng.random(15)) for _ in range(2))
    best = accurate(first, second, 0.01)
    for error in (0.05, 0.2, 1.0, 100.0):
        found = accurate(first, second, error)
        assert found <= best + 0.01
        assert best <= found + error
    for relative_error in (0.1, 0.5, 3.0):
        found = matching_distance(first, second, 0, error=0.0, relative_error=relative_error)
        assert found <= best + 0.01
        assert best <= (1 + relative_error) * found + 1e-12


def test_the_default_error_is_a_hundredth_of_the_largest_range():
    first, second = hook([0, 0], [4, 2]), hook([0, 0], [1, 2])
    assert matching_distance(first, second, 0) == matching_distance(first, second, 0, error=0.04)
    assert matching_distance(first, second, 0, relative_error=0) == accurate(first, second, 0.04)


def test_few_lines_are_not_enough_for_a_small_error():
    first = rectangle([0, 0], [1, 3])
    with pytest.raises(RuntimeError, match=r"After max_lines = 50 lines .* between") as caught:
        matching_distance(first, ZERO, 0, error=0.01, relative_error=0.0, max_lines=50)
    low, high = map(float, re.search(r"between (\S+) and (\S+),", str(caught.value)).groups())
    assert low <= 0.5 <= high < inf
    with pytest.raises(RuntimeError, match="Increase error, relative_error or max_lines"):
        matching_distance(first, ZERO, 0, max_lines=1)
    with pytest.raises(RuntimeError, match="After max_lines = 500 lines"):  # isomorphic, without an absolute error
        pair = [[0, 0], [0, 0]], [[1, 1], [1, 1]]
        matching_distance(module(*pair, [[0], [1]]), module(*pair, [[0], [0, 1]]), 0, error=0.0, max_lines=500)


def test_more_lines_than_are_needed_change_nothing():
    first = hook([0, 0], [1, 3])
    found = matching_distance(first, ZERO, 0)
    assert matching_distance(first, ZERO, 0, max_lines=10**30) == found
    assert matching_distance(first, ZERO, 0, max_lines=np.int32(10_000)) == found


def test_a_tiny_error_ends_at_max_lines():
    with pytest.raises(RuntimeError, match="max_lines"):
        accurate_to_rounding = {"error": 1e-300, "relative_error": 0.0, "max_lines": 3000}
        matching_distance(rectangle([0, 0], [1, 3]), ZERO, 0, **accurate_to_rounding)


# --- numbers out of the ordinary


def test_ranges_of_zero():
    require(accurate(hook([0, 7], [3, 7]), ZERO), 1.5)  # nothing happens in the second parameter
    require(accurate(hook([7, 0], [7, 3]), ZERO), 1.5)
    require(accurate(free([7, 0]), free([7, 2])), 2.0)
    assert matching_distance(free([1, 1]), free([1, 1]), 0) == 0.0


def test_ranges_of_different_scales():
    require(accurate(hook([0, 0], [1000, 1e-3]), ZERO, 10.0), 500.0, 10.0)
    require(accurate(rectangle([0, 0], [1000, 0.01]), rectangle([0, 0], [1000, 0.01]), 10.0), 0.0, 10.0)


def test_huge_and_tiny_grades():
    for scale in (1e-300, 1e300):
        first = hook([-scale, 0], [scale, scale])
        assert 1 / 1.1 <= matching_distance(first, ZERO, 0) / scale <= 1 + 1e-12
    with pytest.raises(ValueError, match=r"Grades must be at most .* got 1e\+308\. Rescale"):
        matching_distance(free([-1e308, 0]), free([1e308, 0]), 0)


def test_negative_grades_and_large_offsets():
    for offset in (-50.0, 1e9):
        first, second = (
            hook([offset, offset], [offset + 1, offset + 3]),
            hook([offset, offset], [offset + 1, offset + 2]),
        )
        assert accurate(first, second, 0.05) == pytest.approx(1.0, abs=0.05 + 1e-6)


# --- inputs


def test_every_kind_of_filtration_will_do(rng):
    flags = [tdainv.function_rips(rng.random((9, 2)), rng.random(9)) for _ in range(2)]
    for degree in (0, 1):
        expected = matching_distance(*flags, degree)
        first, second = flags
        for same in (first, first.expand(2), first.chain_complex(degree), tdainv.minimal_presentation(first, degree)):
            assert matching_distance(same, second, degree) == expected
            assert matching_distance(same, second.expand(degree + 1), degree) == expected


def test_images_are_the_same_as_their_cells(rng):
    first, second = (tdainv.cubical(rng.random((4, 5, 2)), channels=True) for _ in range(2))
    for degree in (0, 1):
        found = matching_distance(first, second, degree)
        assert found == matching_distance(first.expand(), second.expand(), degree)
    assert matching_distance(first, second, 2) == 0.0


def test_pixels_that_never_appear():
    image = np.zeros((5, 5, 2))
    image[1, 1] = [0.0, 1.0]
    hole = image.copy()
    hole[2, 2, 0] = inf
    first, second = (tdainv.cubical(each, channels=True) for each in (image, hole))
    assert matching_distance(first, second, 1) == inf
    assert matching_distance(first, second, 0) == 0.0
    assert matching_distance(first, first, 1) == 0.0


def test_multicritical_bifiltrations(rng):
    clouds = rng.random((2, 8, 2))
    first, second = (tdainv.degree_rips(cloud, n_neighbors=(0, 1, 3)) for cloud in clouds)
    for degree in (0, 1):
        found = matching_distance(first, second, degree)
        cells = [each.expand(degree + 1) for each in (first, second)]
        assert matching_distance(*cells, degree) == found
        assert matching_distance(*(each.free_complex() for each in cells), degree) == found
    least, most = bounds_by_lines(first, second, 0, 24)
    assert least - 0.1 <= accurate(first, second, 0.1) <= most


def test_presentations_need_not_be_minimal():
    # A second generator that is killed at once, and a relation twice.
    padded = module([[0, 0], [1, 1]], [[1, 1], [1, 3], [1, 3]], [[1], [0], [0]])
    assert matching_distance(padded, hook([0, 0], [1, 3]), 0) == 0.0
    assert matching_distance(padded, ZERO, 0) == matching_distance(hook([0, 0], [1, 3]), ZERO, 0)


def test_inputs_are_left_alone(rng):
    first, second = pair_of_equal_dimensions(rng, 0)
    before = [each.grades.copy() for each in (first, second)]
    presentations = [tdainv.minimal_presentation(each, 0) for each in (first, second)]
    expected = matching_distance(*presentations, 0)
    for each in presentations:
        for name in ("indptr", "indices", "row_grades", "column_grades"):
            getattr(each.matrix, name).flags.writeable = False
    assert matching_distance(*presentations, 0) == matching_distance(first, second, 0) == expected
    assert presentations == [tdainv.minimal_presentation(each, 0) for each in (first, second)]
    for each, grades in zip((first, second), before, strict=True):
        np.testing.assert_array_equal(each.grades, grades)


def test_it_is_a_float_and_in_the_package():
    assert tdainv.matching_distance is matching.matching_distance
    for first, second in ((ZERO, ZERO), (ZERO, free([0, 0])), (ZERO, hook([0, 0], [1, 1]))):
        assert type(matching_distance(first, second, 0)) is float


# --- errors


@pytest.mark.parametrize("n_functions", [0, 2])
def test_filtrations_need_two_parameters(rng, n_functions):
    wrong = tdainv.FilteredComplex.lower_star([[0, 1], [1, 2]], rng.random((3, 1 + n_functions)))
    right = tdainv.function_rips(rng.random((4, 2)), rng.random(4))
    for pair in ((wrong, right), (right, wrong), (wrong, wrong)):
        with pytest.raises(ValueError, match=f"needs filtrations with two parameters, got {1 + n_functions}"):
            matching_distance(*pair, 0)


@pytest.mark.parametrize("value", [3, None, [[0.0, 1.0]], "rips"])
def test_what_is_no_filtration_is_refused(value):
    with pytest.raises(TypeError, match="must be a filtration"):
        matching_distance(ZERO, value, 0)


@pytest.mark.parametrize("degree", [-1, 0.5, "0", None, True])
def test_degrees_are_natural_numbers(degree):
    with pytest.raises(ValueError, match="degree must be an integer of at least 0"):
        matching_distance(ZERO, hook([0, 0], [1, 1]), degree)


def test_degrees_must_be_those_of_presentations():
    with pytest.raises(ValueError, match="degree 0, got degrees"):
        matching_distance(ZERO, ZERO, 1)


@pytest.mark.parametrize("name", ["error", "relative_error"])
@pytest.mark.parametrize("value", [-1, -1e-300, np.nan, inf, "0.1", True, 1j])
def test_errors_are_finite_and_not_negative(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a finite number of at least 0, got {name}="):
        matching_distance(ZERO, hook([0, 0], [1, 1]), 0, **{name: value})


def test_one_of_the_errors_is_positive():
    with pytest.raises(ValueError, match="error or relative_error must be positive"):
        matching_distance(ZERO, hook([0, 0], [1, 1]), 0, error=0, relative_error=0)
    with pytest.raises(ValueError, match="relative_error must be a finite number"):
        matching_distance(ZERO, hook([0, 0], [1, 1]), 0, relative_error=None)


@pytest.mark.parametrize("max_lines", [0, -5, 10.0, None, True])
def test_the_number_of_lines_is_positive(max_lines):
    with pytest.raises(ValueError, match="max_lines must be an integer of at least 1"):
        matching_distance(ZERO, hook([0, 0], [1, 1]), 0, max_lines=max_lines)
