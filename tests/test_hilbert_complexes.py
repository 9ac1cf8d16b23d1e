"""Hilbert and Euler measures and Hilbert functions of filtered complexes, in one to four parameters."""

import itertools

import numpy as np
import pytest
from complexes_oracle import (
    betti_numbers_at,
    complex_of,
    cubes,
    embedded_betti_numbers,
    grid_of,
    hilbert_functions,
    moebius_inversion,
    permuted,
    random_complex,
    random_cubical,
    random_free_complex,
    random_simplicial,
)
from scipy.spatial import Delaunay

import tdainv
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.invariants import hilbert_batches
from tdainv.invariants.euler import euler_signed_measure
from tdainv.invariants.hilbert import hilbert_signed_measure, hilbert_signed_measures
from tdainv.invariants.hilbert_batches import small_batches
from tdainv.invariants.hilbert_function import hilbert_function
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import barcodes
from tdainv.persistence.presentation import minimal_presentation

# Numbers of values a parameter takes, so that the grids of the references stay small.
N_VALUES = {1: 5, 2: 4, 3: 3, 4: 2}
PARAMETERS = pytest.mark.parametrize("p", N_VALUES)


def nothing(p):
    return SignedMeasure(np.zeros((0, p)), np.zeros(0, int))


def some_complex(p, *seed, never=0.0):
    return random_complex(np.random.default_rng([p, *seed]), p, N_VALUES[p], never=never)


# --- by hand


def test_a_sphere_has_a_class_of_degree_two_where_all_of_it_is_there():
    faces = list(itertools.combinations(range(4), 3))
    grades = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
    sphere = FilteredComplex.lower_star(faces, grades)
    components, loops, voids = hilbert_signed_measures(sphere, (0, 1, 2))
    assert voids == SignedMeasure([[1, 1]], [1])
    assert loops == nothing(2)
    assert components == SignedMeasure([[0, 0]], [1])
    assert euler_signed_measure(sphere) == components + voids


def test_the_loop_of_a_square_in_three_parameters():
    # Each of three sides comes along its own axis, the fourth and the vertices at 0; the inside at (1, 1, 2).
    cells = [[0], [1], [2], [3], [0, 1], [1, 2], [2, 3], [0, 3]]
    grades = [[0, 0, 0]] * 4 + [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]
    square = FilteredComplex.from_simplices(cells, np.array(grades, float))
    assert hilbert_signed_measure(square, 1) == SignedMeasure([[1, 1, 1]], [1])
    # Three components at 0 and each side joins two, all three of them only if the third is missing.
    expected = np.full((2, 2, 2), 3) - np.indices((2, 2, 2)).sum(axis=0)
    expected[1, 1, 1] = 1
    np.testing.assert_array_equal(hilbert_function(square, 0, [[0, 1]] * 3), expected)


def test_equal_grades_leave_no_atoms():
    simplex = FilteredComplex.lower_star([list(range(5))], np.full((5, 3), 2.0))
    assert hilbert_signed_measures(simplex, (0, 1, 2, 3, 4)) == [SignedMeasure([[2, 2, 2]], [1])] + [nothing(3)] * 4
    assert euler_signed_measure(simplex) == SignedMeasure([[2, 2, 2]], [1])


# --- by definition


@PARAMETERS
@pytest.mark.parametrize("make", [random_simplicial, random_free_complex, random_cubical])
@pytest.mark.parametrize("never", [0.0, 0.15])
@pytest.mark.parametrize("seed", range(2))
def test_hilbert_functions_are_betti_numbers(make, never, p, seed):
    rng = np.random.default_rng([p, seed, never > 0])
    size = {random_simplicial: (6, 3), random_free_complex: ([4, 6, 5, 2],), random_cubical: ((3, 2),)}[make]
    complex_ = make(rng, *size, p, N_VALUES[p], never=never)
    axes = grid_of(complex_, margin=p < 4)
    degrees = list(range(complex_.dimension + 2))
    betti = hilbert_functions(complex_, axes, degrees[-1])
    for measure, degree in zip(hilbert_signed_measures(complex_, degrees), degrees, strict=True):
        np.testing.assert_array_equal(measure.cumulative_on_grid(axes), betti[degree])
        nodes = np.array(list(itertools.product(*axes)))
        assert measure == SignedMeasure(nodes, moebius_inversion(betti[degree]).ravel())
        np.testing.assert_array_equal(hilbert_function(complex_, degree, axes), betti[degree])


@PARAMETERS
@pytest.mark.parametrize("seed", range(4))
def test_hilbert_functions_on_grids_that_miss_the_grades(p, seed):
    complex_ = some_complex(p, seed, 1, never=0.1)
    rng = np.random.default_rng(seed)
    axes = [np.unique(rng.choice([-0.5, 0.0, 0.5, 1.0, 1.5, 2.5, 9.0], size=3)) for _ in range(p)]
    betti = hilbert_functions(complex_, axes, complex_.dimension + 1)
    for degree, expected in enumerate(betti):
        np.testing.assert_array_equal(hilbert_function(complex_, degree, axes), expected)
        on_grid = hilbert_signed_measure(complex_, degree).cumulative_on_grid(axes)
        np.testing.assert_array_equal(on_grid, expected)
        moved = hilbert_signed_measure(complex_.on_grid(axes), degree)
        np.testing.assert_array_equal(moved.cumulative_on_grid(axes), expected)


@pytest.mark.parametrize(
    ("make", "size"),
    [(random_cubical, ((4, 4, 4),)), (random_simplicial, (10, 4)), (random_free_complex, ([4, 12, 14, 8],))],
)
@pytest.mark.parametrize("p", [1, 2, 3])
def test_hundreds_of_cells_at_few_grades(make, size, p):
    """Most cells cancel, after long reductions inside a grade."""
    rng = np.random.default_rng([p, 16])
    for _ in range(4):
        complex_ = make(rng, *size, p, 2)
        degrees = list(range(complex_.dimension + 1))
        measures = hilbert_signed_measures(complex_, degrees)
        for grade in np.ndindex((2,) * p):
            found = [int(measure.cumulative([grade])[0]) for measure in measures]
            assert found == betti_numbers_at(complex_, np.array(grade), degrees[-1])


def test_changed_columns_with_facets_that_are_cancelled_from_below():
    # One random complex in two thousand: a pair's column that was changed on the way still has a facet that is gone.
    complex_ = random_simplicial(np.random.default_rng([4, 1902]), 10, 4, 2, 2)
    measures = hilbert_signed_measures(complex_, (0, 1, 2, 3, 4))
    for grade in np.ndindex(2, 2):
        found = [int(measure.cumulative([grade])[0]) for measure in measures]
        assert found == betti_numbers_at(complex_, np.array(grade), 4)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_ends_of_axes_may_be_infinite_and_values_repeated(p):
    complex_ = some_complex(p, 2, never=0.2)
    axes = [[-np.inf, 0.0, 1.0, 1.0, np.inf]] * p
    for degree in range(complex_.dimension + 1):
        values = hilbert_function(complex_, degree, axes)
        assert not values[0].any()
        finite = hilbert_function(complex_, degree, [[0.0, 1.0, 1.0, 1e300]] * p)
        np.testing.assert_array_equal(values[(slice(1, None),) * p], finite)


# --- identities


@PARAMETERS
@pytest.mark.parametrize("seed", range(5))
def test_the_euler_measure_is_the_alternating_sum_of_hilbert_measures(p, seed):
    complex_ = some_complex(p, seed, 3, never=0.1)
    total = nothing(p)
    for degree, measure in enumerate(hilbert_signed_measures(complex_, list(range(complex_.dimension + 1)) or [0])):
        total = total + (-1) ** degree * measure
    assert euler_signed_measure(complex_) == total


@PARAMETERS
def test_the_euler_measure_sums_to_the_euler_characteristic(p):
    complex_ = some_complex(p, 4, never=0.1)
    axes = grid_of(complex_, margin=p < 4)
    chi = euler_signed_measure(complex_).cumulative_on_grid(axes)
    for index in np.ndindex(chi.shape):
        there = (complex_.grades <= [axis[i] for axis, i in zip(axes, index, strict=True)]).all(axis=1)
        assert chi[index] == ((-1) ** complex_.dimensions[there]).sum()


@PARAMETERS
@pytest.mark.parametrize("seed", range(2))
def test_the_mass_is_the_homology_of_all_that_appears(p, seed):
    complex_ = some_complex(p, seed, 5, never=0.2)
    degrees = list(range(complex_.dimension + 2))
    betti = betti_numbers_at(complex_, np.full(p, 1e300), degrees[-1])
    assert [mu.mass for mu in hilbert_signed_measures(complex_, degrees)] == betti


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_the_kernel_and_the_presentation_lead_to_the_same_measure(p, seed):
    complex_ = random_complex(np.random.default_rng([p, seed, 6]), p, 20, never=0.1)
    for degree in range(complex_.dimension + 2):
        presentation = minimal_presentation(complex_, degree)
        assert hilbert_signed_measure(presentation, degree) == hilbert_signed_measure(complex_, degree)


@pytest.mark.parametrize("seed", range(4))
def test_atoms_in_one_parameter_are_births_and_deaths(seed):
    complex_ = some_complex(1, seed, 7, never=0.1)
    degrees = list(range(complex_.dimension + 1))
    for bars, measure in zip(barcodes(complex_, degrees), hilbert_signed_measures(complex_, degrees), strict=True):
        deaths = bars.deaths[np.isfinite(bars.deaths)]
        points = np.concatenate([bars.births, deaths])[:, np.newaxis]
        assert measure == SignedMeasure(points, np.repeat([1, -1], [len(bars), len(deaths)]))


@pytest.mark.parametrize("p", [2, 3, 4])
@pytest.mark.parametrize("seed", range(3))
def test_a_line_through_the_grades_gives_a_barcode(p, seed):
    """Along an increasing line the Hilbert function is that of the one-parameter filtration of first meetings."""
    complex_ = some_complex(p, seed, 8, never=0.1)
    line = FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades.max(axis=1))
    times = np.arange(-1.0, 6.0)
    degrees = list(range(complex_.dimension + 1))
    for measure, bars in zip(hilbert_signed_measures(complex_, degrees), barcodes(line, degrees), strict=True):
        alive = [int(((bars.births <= t) & (t < bars.deaths)).sum()) for t in times]
        assert measure.cumulative(np.repeat(times[:, np.newaxis], p, axis=1)).tolist() == alive


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_a_constant_parameter_changes_nothing(p, seed):
    complex_ = some_complex(p, seed, 9)
    with_constant = complex_of(
        complex_.dimensions,
        np.split(complex_.indices, complex_.indptr[1:-1]),
        np.insert(complex_.grades, seed % (p + 1), -1.5, axis=1),
    )
    for degree in range(complex_.dimension + 1):
        plain = hilbert_signed_measure(complex_, degree)
        expected = SignedMeasure(np.insert(plain.points, seed % (p + 1), -1.5, axis=1), plain.weights)
        assert hilbert_signed_measure(with_constant, degree) == expected


@PARAMETERS
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_cells_and_parameters_does_not_matter(p, seed):
    rng = np.random.default_rng([p, seed, 10])
    complex_ = random_free_complex(rng, [6, 9, 7, 3], p, N_VALUES[p], never=0.1)
    turn = rng.permutation(p)
    turned = FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades[:, turn])
    for degree in range(4):
        measure = hilbert_signed_measure(complex_, degree)
        assert hilbert_signed_measure(permuted(rng, complex_), degree) == measure
        assert hilbert_signed_measure(turned, degree) == SignedMeasure(measure.points[:, turn], measure.weights)


@PARAMETERS
def test_degrees_share_work_without_changing_results(p):
    complex_ = some_complex(p, 11, never=0.1)
    alone = [hilbert_signed_measure(complex_, degree) for degree in range(5)]
    assert hilbert_signed_measures(complex_, (0, 1, 2, 3, 4)) == alone
    assert hilbert_signed_measures(complex_, [4, 2, 3, 0, 1]) == [alone[k] for k in (4, 2, 3, 0, 1)]
    assert hilbert_signed_measures(complex_, np.array([3, 0])) == [alone[3], alone[0]]
    assert [hilbert_signed_measure(complex_.chain_complex(k), k) for k in range(5)] == alone


@pytest.mark.parametrize("p", [1, 2, 3])
def test_disjoint_unions_add(p):
    one, other = some_complex(p, 12), some_complex(p, 13)
    union = FilteredComplex(
        np.concatenate([one.dimensions, other.dimensions]),
        np.concatenate([one.indptr, other.indptr[1:] + one.indptr[-1]]),
        np.concatenate([one.indices, other.indices + len(one)]),
        np.concatenate([one.grades, other.grades]),
    )
    for degree in range(4):
        parts = [hilbert_signed_measure(complex_, degree) for complex_ in (one, other)]
        assert hilbert_signed_measure(union, degree) == parts[0] + parts[1]


# --- complexes in the plane and in space: components of them and of their complements


def embedded_complexes(d, p, rng):
    shape = (4, 3) if d == 2 else (3, 3, 3)
    yield random_cubical(rng, shape, p, 3)
    foam = random_cubical(rng, shape, p, 2)  # cells whose insides come late enclose holes
    late = np.where((foam.dimensions == d)[:, np.newaxis], rng.integers(0, 4, size=foam.grades.shape), 0)
    yield FilteredComplex(foam.dimensions, foam.indptr, foam.indices, np.maximum(foam.grades, late))
    dimensions, boundaries = cubes(shape)
    flat = complex_of(dimensions, boundaries, np.zeros(len(dimensions)))
    vertices = rng.integers(0, 3, size=(np.prod(shape), p)).astype(float)
    lower_star = flat.with_function(vertices)
    yield FilteredComplex(flat.dimensions, flat.indptr, flat.indices, lower_star.grades[:, 1:])
    cloud = rng.random((14, d))
    yield FilteredComplex.lower_star(Delaunay(cloud).simplices, rng.integers(0, 3, size=(14, p)).astype(float))


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_embedded_complexes_obey_alexander_duality(d, p):
    rng = np.random.default_rng([d, p])
    axes = [[-1.0, 0.0, 1.0, 2.0]] * p
    n_classes = np.zeros(d, int)
    for complex_ in embedded_complexes(d, p, rng):
        values = [hilbert_function(complex_, degree, axes) for degree in range(d + 1)]
        chi = euler_signed_measure(complex_).cumulative_on_grid(axes)
        assert not values[d].any()
        for index in np.ndindex(chi.shape):
            grade = np.array([axis[i] for axis, i in zip(axes, index, strict=True)])
            components, holes = embedded_betti_numbers(complex_, grade, d)
            between = [] if d == 2 else [components + holes - chi[index]]
            assert [v[index] for v in values[:d]] == [components, *between, holes]
        np.testing.assert_array_equal(sum((-1) ** k * v for k, v in enumerate(values)), chi)
        n_classes += [v.sum() for v in values[:d]]
    assert n_classes.all()


# --- small and empty


@PARAMETERS
def test_an_empty_complex_has_empty_measures(p):
    empty = FilteredComplex([], [0], [], np.zeros((0, p)))
    never = FilteredComplex.from_simplices([[0], [1], [0, 1]], np.full((3, p), np.inf))
    for complex_ in (empty, never):
        assert hilbert_signed_measures(complex_, (0, 1, 7)) == [nothing(p)] * 3
        assert euler_signed_measure(complex_) == nothing(p)
        values = hilbert_function(complex_, 0, [[0.0, 1.0]] * p)
        assert values.shape == (2,) * p
        assert not values.any()


@PARAMETERS
def test_degrees_without_cells_are_zero(p):
    vertices = FilteredComplex.lower_star([], np.arange(2.0 * p).reshape(2, p))
    assert hilbert_signed_measure(vertices, 0) == SignedMeasure(vertices.grades, [1, 1])
    assert hilbert_signed_measures(vertices, (1, 2, 30)) == [nothing(p)] * 3
    assert hilbert_signed_measure(vertices, 10**12) == nothing(p)
    # A gap: cells of dimensions 0 and 3 only.
    gap = FilteredComplex([0, 3], [0, 0, 0], [], np.zeros((2, p)))
    point = SignedMeasure(np.zeros((1, p)), [1])
    assert hilbert_signed_measures(gap, (0, 1, 2, 3, 4)) == [point, nothing(p), nothing(p), point, nothing(p)]


def test_measures_have_integer_weights_and_inputs_stay_as_they_are():
    complex_ = some_complex(3, 14, never=0.1)
    copies = [array.copy() for array in (complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades)]
    axes = [np.array([0.0, 1.0, 2.0])] * 3
    axes[0].flags.writeable = False
    for degree in range(3):
        assert hilbert_signed_measure(complex_, degree).weights.dtype == np.int64
        assert hilbert_function(complex_, degree, axes).dtype.kind == "i"
    assert euler_signed_measure(complex_).weights.dtype == np.int64
    now = (complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades)
    for array, copy in zip(now, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


# --- bad input


@pytest.mark.parametrize("bad", [-1, 1.5, np.float64(0), True, None, "0", (0,)], ids=repr)
def test_bad_degrees_are_refused(bad):
    complex_ = some_complex(2, 15)
    with pytest.raises(ValueError, match=r"degree must be an integer of at least 0, got degree="):
        hilbert_signed_measure(complex_, bad)
    with pytest.raises(ValueError, match=r"degree must be an integer of at least 0, got degree="):
        hilbert_function(complex_, bad, [[0.0], [0.0]])


@pytest.mark.parametrize("bad", [(), [], None, 0, "01", {0}, (0, 0)], ids=repr)
def test_bad_sequences_of_degrees_are_refused(bad):
    with pytest.raises(ValueError, match=r"degrees must be .*, got degrees="):
        hilbert_signed_measures(some_complex(2, 15), bad)


AXES = {
    "too few": ([[0.0, 1.0]], r"axes must be 2 arrays, one for each axis, got 1"),
    "too many": ([[0.0]] * 3, r"axes must be 2 arrays, one for each axis, got 3"),
    "empty": ([[0.0], []], r"axes\[1\] must be a non-empty increasing"),
    "decreasing": ([[0.0], [1.0, 0.0]], r"axes\[1\] must be a non-empty increasing"),
    "nan": ([[0.0, np.nan], [0.0]], r"axes\[0\] must be a non-empty increasing"),
    "numbers": ([0.0, 1.0], r"axes\[0\] must be a non-empty increasing"),
    "strings": (["ab", "c"], r"axes\[0\] must be an array of increasing numbers"),
}


@pytest.mark.parametrize("bad", AXES)
def test_bad_axes_are_refused(bad):
    axes, message = AXES[bad]
    complex_ = some_complex(2, 15)
    for filtration in (complex_, minimal_presentation(complex_, 0)):
        with pytest.raises(ValueError, match=message):
            hilbert_function(filtration, 0, axes)


@pytest.mark.parametrize("bad", [None, [1.0], np.zeros((2, 2)), "complex", {}, 3], ids=repr)
def test_what_is_no_filtration_is_refused(bad):
    name = type(bad).__name__
    with pytest.raises(TypeError, match=rf"must be a filtration or a ChainComplex, got {name}"):
        hilbert_signed_measure(bad, 0)
    with pytest.raises(TypeError, match=rf"must be a filtration or a ChainComplex, got {name}"):
        hilbert_function(bad, 0, [[0.0]])
    with pytest.raises(TypeError, match=rf"must be a FilteredComplex, got {name}"):
        euler_signed_measure(bad)


def test_euler_measures_need_all_cells():
    complex_ = FilteredComplex.from_simplices([[0]], [[0.0, 0.0]])
    for other in (tdainv.rips([[0.0], [1.0]]), complex_.chain_complex(0), minimal_presentation(complex_, 0)):
        with pytest.raises(TypeError, match="must be a FilteredComplex, got"):
            euler_signed_measure(other)


# --- many small complexes at once


def same_measures(first, second):
    return all(
        a.points.tobytes() == b.points.tobytes() and a.weights.tobytes() == b.weights.tobytes()
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize("p", [1, 2])
def test_many_complexes_have_the_measures_that_each_has_alone(p):
    rng = np.random.default_rng(p)
    complexes = [random_complex(rng, p, 4, never=0.1) for _ in range(60)]
    together = tdainv.HilbertSignedMeasure(degrees=(0, 1, 2)).transform(complexes)
    for complex_, measures in zip(complexes, together, strict=True):
        assert same_measures(measures, hilbert_signed_measures(complex_, (0, 1, 2)))


def test_small_complexes_are_taken_together_among_other_filtrations():
    rng = np.random.default_rng(0)
    plane = [random_complex(rng, 2, 3) for _ in range(5)]
    line = [random_complex(rng, 1, 3) for _ in range(3)]
    cloud = rng.random((40, 2))
    others = [
        tdainv.rips(cloud),
        tdainv.cubical(rng.random((4, 5, 2)), channels=True),
        random_complex(rng, 3, 2),
        tdainv.function_delaunay(rng.random((200, 2)), rng.random(200)),
        FilteredComplex.lower_star([[0, 1]], [[-0.0, 0.0], [0.0, -0.0]]),
    ]
    mixed = [plane[0], others[0], line[0], *plane[1:], others[1], *line[1:], *others[2:]]
    found = tdainv.HilbertSignedMeasure().transform(mixed)
    assert all(same_measures(a, hilbert_signed_measures(b, (0, 1))) for a, b in zip(found, mixed, strict=True))
    assert sum(len(batch) for batch in small_batches(mixed, (0, 1))) == 9


@pytest.fixture
def any_number(monkeypatch):
    """Flag filtrations are taken together however few they are."""
    monkeypatch.setitem(hilbert_batches._LEAST, tdainv.FlagFiltration, 0)


@pytest.mark.usefixtures("any_number")
@pytest.mark.parametrize("degrees", [(0,), (1,), (1, 0), (0, 1, 2)])
@pytest.mark.parametrize("p", [1, 2])
def test_small_flag_filtrations_give_the_measures_they_give_alone(p, degrees):
    rng = np.random.default_rng(p)
    clouds = [rng.integers(0, 4, (n, 2)).astype(float) for n in (1, 2, 9, 30, 5, 14)]  # with ties and equal points
    filtrations = [tdainv.rips(cloud) if p == 1 else tdainv.function_rips(cloud, cloud[:, 0]) for cloud in clouds]
    filtrations.append(tdainv.FlagFiltration([[0, np.inf], [np.inf, 0]], [-1.0, 2.0], np.zeros((2, p - 1))))
    together = tdainv.HilbertSignedMeasure(degrees=degrees).transform(filtrations)
    for filtration, measures in zip(filtrations, together, strict=True):
        assert same_measures(measures, hilbert_signed_measures(filtration, degrees))
    assert len(small_batches(filtrations, degrees)) == (max(degrees) == 1)


@pytest.mark.usefixtures("any_number")
def test_small_flag_filtrations_whose_distances_round_to_one_float32():
    rng = np.random.default_rng(0)
    filtrations = []
    for n in (40, 7, 60):
        distances = 1 + rng.permutation(n * n).reshape(n, n) * 1e-13  # in float32 all are 1
        distances = np.triu(distances, 1) + np.triu(distances, 1).T
        filtrations.append(tdainv.FlagFiltration(distances, vertex_grades=rng.random(n)))
    together = tdainv.HilbertSignedMeasure().transform(filtrations)
    for filtration, measures in zip(filtrations, together, strict=True):
        assert same_measures(measures, hilbert_signed_measures(filtration, (0, 1)))


@pytest.mark.usefixtures("any_number")
def test_edges_of_small_flag_filtrations_end_where_they_are_cut_off():
    rng = np.random.default_rng(0)
    filtrations = [tdainv.rips(rng.random((20, 2)), max_edge=cut) for cut in (0.1, 0.3, 5.0)]
    together = tdainv.HilbertSignedMeasure().transform(filtrations)
    for filtration, measures in zip(filtrations, together, strict=True):
        assert same_measures(measures, hilbert_signed_measures(filtration, (0, 1)))


def test_few_small_flag_filtrations_are_not_worth_a_kernel():
    cloud = tdainv.rips(np.random.default_rng(0).random((50, 2)))
    assert small_batches([cloud] * 30, (0, 1)) == []
    assert small_batches([cloud] * 50, (0, 1)) == [list(range(50))]


def test_batches_are_of_bounded_size():
    edge = FilteredComplex.lower_star([[0, 1]], [[0.0], [1.0]])
    batches = small_batches([edge] * 10_000, (0,))
    assert sorted(i for batch in batches for i in batch) == list(range(10_000))
    assert max(map(len, batches)) * len(edge) <= 20_000
    assert small_batches([edge], (0,)) == []


def random_graph_filtration(rng, p):
    """A graph whose edges may come later than their ends, or never; grades often agree."""
    n = int(rng.integers(1, 25))
    edges = np.argwhere(np.triu(rng.random((n, n)) < rng.random(), 1))
    of_nodes = rng.integers(0, 4, (n, p)).astype(float) if rng.random() < 0.7 else rng.normal(size=(n, p))
    of_edges = np.maximum(of_nodes[edges[:, 0]], of_nodes[edges[:, 1]]) + rng.integers(0, 3, (len(edges), p))
    of_edges[rng.random(len(edges)) < 0.1] = np.inf
    cells = [*([v] for v in range(n)), *edges.tolist()]
    order = rng.permutation(len(cells))
    grades = np.concatenate([of_nodes, of_edges])
    return FilteredComplex.from_simplices([cells[i] for i in order], grades[order])


@pytest.mark.parametrize("degrees", [(0,), (1,), (1, 0), (0, 1, 2)])
@pytest.mark.parametrize("p", [1, 2])
def test_many_graphs_have_the_measures_that_each_has_alone(p, degrees):
    rng = np.random.default_rng(p)
    graphs = [random_graph_filtration(rng, p) for _ in range(80)]
    together = tdainv.HilbertSignedMeasure(degrees=degrees).transform(graphs)
    for graph, measures in zip(graphs, together, strict=True):
        assert same_measures(measures, hilbert_signed_measures(graph, degrees))


def test_cells_that_are_no_edges_of_a_graph_are_not_taken_for_edges():
    loop = FilteredComplex([0, 1], [0, 0, 0], [], [[0.0, 0.0], [1.0, 0.0]])
    half_open = FilteredComplex([0, 1], [0, 0, 1], [0], [[0.0, 0.0], [1.0, 2.0]])
    for complex_ in (loop, half_open):
        found = tdainv.HilbertSignedMeasure().transform([complex_] * 3)
        assert all(same_measures(each, hilbert_signed_measures(complex_, (0, 1))) for each in found)
