"""FilteredComplex: constructors, the rules of a complex, grades, boundaries and small chain complexes."""

import itertools
import pickle
from itertools import combinations

import numpy as np
import pytest
from complexes_oracle import (
    betti_numbers_at,
    complex_of,
    cubes,
    facets_of,
    grid_of,
    hilbert_functions,
    product_mod_2,
    random_complex,
    random_cubical,
    random_free_complex,
    random_simplices,
    rank_of_columns,
)

from tdainv.complexes.chain_complex import GradedMatrix
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.invariants.hilbert import hilbert_signed_measure
from tdainv.persistence.barcode import barcode

TRIANGLE = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]


def segment(p=1):
    """Two vertices at 0 and the edge between them at 1."""
    return FilteredComplex.from_simplices([[0], [1], [0, 1]], [[0.0] * p, [0.0] * p, [1.0] * p])


def loop_without_vertices():
    """One 1-cell with empty boundary."""
    return FilteredComplex([1], [0, 0], [], [3.0])


# --- simplices


@pytest.mark.parametrize("seed", range(8))
def test_simplices_come_back_with_their_labels_in_the_order_of_the_cells(seed):
    rng = np.random.default_rng(seed)
    simplices, grades = random_simplices(rng, 7, 3, 2, 3, never=0.1)
    names = rng.choice(np.arange(-50, 50), size=7, replace=False)
    named = [[int(names[v]) for v in rng.permutation(simplex)] for simplex in simplices]
    complex_ = FilteredComplex.from_simplices(named, grades)
    assert complex_.dimensions.tolist() == [len(simplex) - 1 for simplex in named]
    np.testing.assert_array_equal(complex_.grades, grades)
    for k in range(complex_.dimension + 1):
        expected = [sorted(named[cell]) for cell in complex_.cells_of(k)]
        assert complex_.simplices(k).tolist() == expected


@pytest.mark.parametrize("seed", range(8))
def test_facets_of_simplices_are_their_faces(seed):
    simplices, grades = random_simplices(np.random.default_rng([seed, 1]), 7, 4, 2, 3)
    complex_ = FilteredComplex.from_simplices(simplices, grades)
    number = {simplex: i for i, simplex in enumerate(simplices)}
    for cell, simplex in enumerate(simplices):
        faces = combinations(simplex, len(simplex) - 1) if len(simplex) > 1 else []
        assert facets_of(complex_, cell) == sorted(number[face] for face in faces)


def test_simplices_may_come_as_arrays_one_a_dimension():
    complex_ = FilteredComplex.from_simplices(TRIANGLE, np.arange(7.0))
    levels = [
        np.arange(3)[:, np.newaxis],
        np.array([[0, 1], [0, 2], [1, 2]], np.int32),
        np.array([[2, 0, 1]], np.uint8),
    ]
    assert FilteredComplex.from_simplices(levels, np.arange(7.0)) == complex_
    split = [levels[1][:1], levels[0], levels[1][1:], levels[2]]
    other = FilteredComplex.from_simplices(split, [3.0, 0, 1, 2, 4, 5, 6])
    assert other.dimensions.tolist() == [1, 0, 0, 0, 1, 1, 2]
    assert other.simplices(2).tolist() == [[0, 1, 2]]


def test_large_labels_do_not_overflow():
    names = [-(2**62), 7, 2**62]
    edges = [list(edge) for edge in combinations(names, 2)]
    complex_ = FilteredComplex.from_simplices([[v] for v in names] + edges + [names], np.zeros(7))
    assert complex_.simplices(2).tolist() == [names]
    assert complex_.vertex_labels.tolist() == names


@pytest.mark.parametrize("p", [1, 2, 3])
def test_lower_star_grades_are_the_largest_of_the_vertices(p):
    rng = np.random.default_rng(p)
    values = rng.integers(0, 4, size=(8, p)).astype(float)
    values[5, 0] = np.inf
    complex_ = FilteredComplex.lower_star(rng.permuted(np.tile(np.arange(8), (5, 1)), axis=1)[:, :4], values)
    assert complex_.n_vertices == 8
    for k in range(4):
        expected = values[complex_.simplices(k)].max(axis=1)
        np.testing.assert_array_equal(complex_.grades[complex_.cells_of(k)], expected)
    assert complex_ == FilteredComplex.from_simplices(
        [tuple(row) for k in range(4) for row in complex_.simplices(k)], complex_.grades
    )


def test_lower_star_adds_missing_faces_and_forgets_repetitions():
    once = FilteredComplex.lower_star([[0, 1, 2]], [0.0, 1.0, 2.0, 7.0])
    again = FilteredComplex.lower_star([[2, 1, 0], [0, 2], [1], [0, 1, 2]], [0.0, 1.0, 2.0, 7.0])
    assert again == once
    assert repr(once) == "FilteredComplex(4 + 3 + 1 cells, 1 parameter)"
    assert once.simplices(0).ravel().tolist() == [0, 1, 2, 3]


def test_cells_that_are_not_simplices_are_named():
    dimensions, boundaries = cubes((2, 2))
    square = complex_of(dimensions, boundaries, np.zeros(9))
    assert square.simplices(1).shape == (4, 2)
    with pytest.raises(ValueError, match=r"Cell 4 of dimension 2 is not a simplex"):
        square.simplices(2)
    with pytest.raises(ValueError, match=r"Cell 0 of dimension 1 is not a simplex"):
        loop_without_vertices().simplices(1)
    # Two edges between the same vertices and a loop without vertices make the boundary of a cell.
    odd = FilteredComplex([0, 0, 1, 1, 1, 2], [0, 0, 0, 2, 4, 4, 7], [0, 1, 0, 1, 2, 3, 4], np.zeros(6))
    with pytest.raises(ValueError, match=r"Cell 4 of dimension 1 is not a simplex"):
        odd.simplices(2)


def test_degenerate_complexes_are_complexes():
    for p in (1, 2, 3):
        empty = FilteredComplex(np.zeros(0, int), [0], [], np.zeros((0, p)))
        assert (len(empty), empty.dimension, empty.n_vertices, empty.n_parameters) == (0, -1, 0, p)
        assert empty.simplices(0).shape == (0, 1)
        assert empty.simplices(2).shape == (0, 3)
        assert empty.boundary_matrix(1).shape == (0, 0)
        assert empty.chain_complex(3).upper.shape == (0, 0)
        assert empty.with_function(np.zeros((0, 2))).grades.shape == (0, p + 2)
        assert empty.on_grid([[0.0]] * p) == empty
    assert repr(FilteredComplex.from_simplices([], [])) == "FilteredComplex(0 cells, 1 parameter)"
    assert len(FilteredComplex.lower_star([], [])) == 0
    assert FilteredComplex.lower_star([], [2.0, 1.0]).simplices(0).tolist() == [[0], [1]]
    circle = loop_without_vertices()
    assert (circle.dimension, circle.n_vertices) == (1, 0)
    assert barcode(circle, 1).diagram.tolist() == [[3, np.inf]]


# --- what is accepted and kept


def test_lists_int32_and_float32_are_accepted_and_equal():
    one = FilteredComplex([0, 0, 1], [0, 0, 0, 2], [1, 0], [0, 1, 2])
    types = np.array([0, 0, 1], np.int8), np.array([0, 0, 0, 2], np.uint32), np.array([1, 0], np.int32)
    other = FilteredComplex(*types, np.array([[0], [1], [2]], np.float32))
    assert one == other
    assert other.grades.dtype == np.float64
    assert one.chain_complex(0) == other.chain_complex(0)


def test_negative_zeros_are_zeros():
    complex_ = FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.0, -0.0, -0.0])
    assert not np.signbit(complex_.grades).any()
    assert complex_.chain_complex(0).upper.shape == (1, 0)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_read_only_inputs_are_accepted_and_no_input_is_changed(p):
    complex_ = random_cubical(np.random.default_rng(p), (3, 3), p, 3, never=0.1)
    arrays = [complex_.dimensions.copy(), complex_.indptr.copy(), complex_.indices.copy(), complex_.grades.copy()]
    for array in arrays:
        array.flags.writeable = False
    frozen = FilteredComplex(*arrays)
    function = np.arange(9.0)
    function.flags.writeable = False
    more = frozen.with_function(function)
    for degree in range(3):
        frozen.chain_complex(degree)
        frozen.boundary_matrix(degree)
        more.on_grid(grid_of(more)).chain_complex(degree)
    assert frozen == complex_
    simplices = np.array([[0, 2], [2, 1]])
    simplices.flags.writeable = False
    assert FilteredComplex.lower_star(simplices, function[:3]).grades.ravel().tolist() == [0, 1, 2, 2, 2]
    assert simplices.tolist() == [[0, 2], [2, 1]]


@pytest.mark.parametrize("seed", range(3))
def test_pickles_are_equal(seed):
    complex_ = random_complex(np.random.default_rng([seed, 2]), 2, 3)
    assert pickle.loads(pickle.dumps(complex_)) == complex_
    named = FilteredComplex.from_simplices([[4], [9], [4, 9]], [0.0, 1.0, 2.0])
    assert pickle.loads(pickle.dumps(named)).simplices(1).tolist() == [[4, 9]]


def test_equality_looks_at_cells_boundaries_and_grades():
    assert segment() == segment()
    assert segment() != segment(2)
    assert segment() != FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.0, 0.0, 2.0])
    assert segment() != FilteredComplex.from_simplices([[0], [1]], [0.0, 0.0])
    assert segment() != 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(segment())


# --- functions and grids


@pytest.mark.parametrize("seed", range(6))
def test_a_function_adds_its_lower_star(seed):
    rng = np.random.default_rng([seed, 3])
    simplices, grades = random_simplices(rng, 6, 3, 2, 3)
    complex_ = FilteredComplex.from_simplices(simplices, grades)
    values = rng.integers(0, 5, size=(complex_.n_vertices, 2)).astype(float)
    # Values are in the order of the 0-cells, which is not that of the labels.
    value_of = {simplices[cell][0]: values[i] for i, cell in enumerate(complex_.cells_of(0))}
    expected = [np.max([value_of[v] for v in simplex], axis=0) for simplex in simplices]
    more = complex_.with_function(values)
    np.testing.assert_array_equal(more.grades, np.hstack([grades, expected]))
    np.testing.assert_array_equal(more.simplices(0), complex_.simplices(0))
    one_by_one = complex_.with_function(values[:, 0]).with_function(values[:, 1])
    assert one_by_one == more


def test_a_function_on_cubes_is_the_largest_over_their_corners():
    dimensions, boundaries = cubes((2, 2, 2))
    cube = complex_of(dimensions, boundaries, np.zeros(27)).with_function(np.arange(8.0))
    assert cube.grades[dimensions == 3].tolist() == [[0, 7]]
    assert sorted(cube.grades[dimensions == 1, 1]) == [1, 2, 3, 3, 4, 5, 5, 6, 6, 7, 7, 7]


@pytest.mark.parametrize(("p", "seed"), [(1, 0), (1, 1), (2, 2), (2, 3), (3, 4)])
def test_a_grid_moves_grades_up_and_keeps_homology_at_its_points(p, seed):
    rng = np.random.default_rng([p, seed])
    complex_ = random_cubical(rng, (3, 3), p, 4, never=0.1)
    complex_ = FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades + 0.25)
    axes = [np.unique(rng.choice([0.0, 0.25, 1.0, 2.0, 2.25, 5.0], size=3)) for _ in range(p)]
    moved = complex_.on_grid(axes)
    assert (moved.grades >= complex_.grades).all()
    for axis, column in zip(axes, moved.grades.T, strict=True):
        assert np.isin(column, [*axis, np.inf]).all()
    np.testing.assert_array_equal(hilbert_functions(moved, axes, 2), hilbert_functions(complex_, axes, 2))
    assert moved.on_grid(axes) == moved


# --- boundaries


@pytest.mark.parametrize("seed", range(8))
def test_boundary_matrices_have_the_facets_of_the_cells_that_appear(seed):
    complex_ = random_complex(np.random.default_rng([seed, 4]), 2, 3, never=0.2)
    appears = np.isfinite(complex_.grades).all(axis=1)
    for k in range(complex_.dimension + 2):
        matrix = complex_.boundary_matrix(k)
        rows, columns = (np.flatnonzero((complex_.dimensions == d) & appears) for d in (k - 1, k))
        expected = np.zeros((len(rows), len(columns)), int)
        for j, cell in enumerate(columns):
            expected[np.isin(rows, facets_of(complex_, cell)), j] = 1
        np.testing.assert_array_equal(matrix.to_dense(), expected)
        np.testing.assert_array_equal(matrix.row_grades, complex_.grades[rows])
        np.testing.assert_array_equal(matrix.column_grades, complex_.grades[columns])
        assert not product_mod_2(matrix, complex_.boundary_matrix(k + 1)).any()


def valid(matrix):
    """The same matrix, made by the constructor that checks it."""
    return GradedMatrix(matrix.indptr, matrix.indices, matrix.row_grades, matrix.column_grades)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_small_chain_complexes_have_the_homology_of_the_cells(p, seed):
    complex_ = random_complex(np.random.default_rng([seed, p, 5]), p, 3, never=0.1)
    axes = grid_of(complex_)
    rng = np.random.default_rng(seed)
    for degree in range(complex_.dimension + 2):
        small = complex_.chain_complex(degree)
        upper, lower = valid(small.upper), valid(small.lower)
        assert not product_mod_2(lower, upper).any()
        for _ in range(6):
            grade = np.array([rng.choice(axis) for axis in axes])
            here = (lower.column_grades <= grade).all(axis=1)
            ranks = [rank_of_columns(m.to_dense()[:, (m.column_grades <= grade).all(axis=1)]) for m in (lower, upper)]
            assert here.sum() - sum(ranks) == betti_numbers_at(complex_, grade, degree)[degree]


@pytest.mark.parametrize("p", [1, 2, 3])
def test_small_chain_complexes_have_no_pairs_of_equal_grade_left(p):
    for seed in range(10):
        complex_ = random_complex(np.random.default_rng([seed, p, 6]), p, 2)
        for degree in range(complex_.dimension + 1):
            small = complex_.chain_complex(degree)
            for matrix in (small.upper, small.lower):
                column_of = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
                same = (matrix.row_grades[matrix.indices] == matrix.column_grades[column_of]).all(axis=1)
                if matrix is small.lower and degree == 0:
                    assert len(same) == 0
                assert not same.any()


@pytest.mark.parametrize("seed", range(5))
def test_generators_of_chain_complexes_are_cells(seed):
    complex_ = random_complex(np.random.default_rng([seed, 7]), 2, 3, never=0.1)
    for degree in range(complex_.dimension + 1):
        small = complex_.chain_complex(degree)
        lower, upper = small.cells
        assert (complex_.dimensions[lower] == degree).all()
        assert (complex_.dimensions[upper] == degree + 1).all()
        np.testing.assert_array_equal(complex_.grades[lower], small.upper.row_grades)
        np.testing.assert_array_equal(complex_.grades[upper], small.upper.column_grades)


def test_several_chain_complexes_share_their_boundaries():
    # C_1 → C_0 of degree 0 is C_1 → C_0 of degree 1: together they may be smaller than one by one.
    complex_ = random_free_complex(np.random.default_rng(8), [6, 8, 7, 3], 2, 3)
    together = complex_.chain_complexes((0, 1, 2, 3, 4))
    for low, high in itertools.pairwise(together):
        assert high.lower == low.upper
    for degrees in ((0, 1, 2, 3, 4), [3, 0]):
        for small, degree in zip(complex_.chain_complexes(degrees), degrees, strict=True):
            assert small.degree == degree
            alone = complex_.chain_complex(degree)
            assert hilbert_signed_measure(small, degree) == hilbert_signed_measure(alone, degree)


def test_a_collapsible_complex_at_one_grade_is_one_generator():
    simplex = FilteredComplex.lower_star([list(range(6))], np.full((6, 2), 1.5))
    assert len(simplex) == 63
    assert simplex.chain_complex(0).upper.shape == (1, 0)
    for degree in range(1, 7):
        assert simplex.chain_complex(degree).upper.shape == (0, 0)


# --- bad input: simplices

SIMPLICES = {
    "missing vertex": ([[0], [0, 2]], ValueError, r"simplex 1, \(0, 2\), lacks its vertex \(2,\)"),
    "no vertices": ([[0, 1]], ValueError, r"simplex 0, \(0, 1\), lacks its vertex \(0,\)"),
    "missing edge": (TRIANGLE[:4] + TRIANGLE[5:], ValueError, r"simplex 5, \(0, 1, 2\), lacks its face \(0, 2\)"),
    "repeated simplex": ([[0], [1], [0, 1], [1, 0]], ValueError, r"listed once, got simplices 2 and 3 .*\(0, 1\)"),
    "repeated vertex cell": ([[5], [3], [5]], ValueError, r"listed once, got simplices 0 and 2 .*\(5,\)"),
    "repeated vertex": ([[0], [1], [1, 1]], ValueError, r"must be different, got simplex 2, \(1, 1\)"),
    "repeated vertex, apart": ([[0], [1], [0, 1], [0, 1, 0]], ValueError, r"must be different, got simplex 3"),
    "empty simplex": ([[0], []], ValueError, r"at least one vertex, got simplex 1"),
    "float vertices": ([[0.0], [1.0]], ValueError, r"must be integers, got simplices\[0\] = \[0.0\]"),
    "boolean vertices": ([[True], [False]], ValueError, r"must be integers, got simplices\[0\] = \[True\]"),
    "vertex None": ([[None]], ValueError, r"must be integers, got simplices\[0\] = \[None\]"),
    "vertices beyond 64 bits": ([[2**70]], ValueError, r"must be integers, got simplices\[0\]"),
    "strings": (["ab", "cd"], TypeError, r"simplices\[0\] must be a sequence of vertices, got 'ab'"),
    "a string": ("ab", TypeError, "simplices must be a sequence of simplices, got str"),
    "vertices without brackets": ([0, 1], TypeError, r"simplices\[0\] must be a sequence of vertices, got 0"),
    "a vertex without brackets": ([[0], 1], TypeError, r"simplices\[1\] must be a sequence of vertices, got 1"),
    "array and floats": ([np.array([[0]]), [1.0]], ValueError, r"simplices\[1\] must be integers of shape"),
    "float arrays": ([np.zeros((1, 1))], ValueError, r"simplices\[0\] must be integers of shape .* dtype float64"),
    "three-dimensional": ([np.array([[0]]), np.zeros((1, 1, 1), int)], ValueError, r"simplices\[1\] must be integers"),
}


@pytest.mark.parametrize("bad", SIMPLICES)
def test_bad_simplices_are_refused(bad):
    simplices, error, message = SIMPLICES[bad]
    with pytest.raises(error, match=message):
        FilteredComplex.from_simplices(simplices, np.zeros(len(simplices)))


GRADES = {
    "too many": ([0, 0, 1, 1], r"grades must have shape \(3, p\).*got shape \(4,\)"),
    "one row": ([[0, 0, 1]], r"grades must have shape \(3, p\).*got shape \(1, 3\)"),
    "three-dimensional": (np.zeros((3, 1, 1)), r"grades must have shape \(3, p\).*got shape \(3, 1, 1\)"),
    "no parameters": (np.zeros((3, 0)), r"grades must have shape \(3, p\).*got shape \(3, 0\)"),
    "None": (None, r"grades must have shape \(3, p\)"),
    "nan": ([0, np.nan, 1], r"grades must be numbers or inf, got grades\[1, 0\] = nan"),
    "minus inf": ([[0, 0], [0, -np.inf], [1, 1]], r"grades must be numbers or inf, got grades\[1, 1\] = -inf"),
    "strings": (["a", "b", "c"], r"grades must have shape .* numeric array .*'a'"),
    "complex": ([0, 0, 1j], r"grades must have shape .* complex"),
    "ragged": ([[0], [0, 0], [1]], r"grades must have shape .* numeric array"),
    "decreasing": ([0, 5, 1], r"must not decrease .* cell 2 at grade \[1\.\] and its facet 1 at grade \[5\.\]"),
    "facet never appears": ([0, np.inf, 1], r"must not decrease .* cell 2 at grade \[1\.\] and its facet 1 at .*inf"),
    "one parameter decreases": (
        [[0, 0], [0, 3], [9, 1]],
        r"must not decrease .* cell 2 at grade \[9\. 1\.\] and its facet 1 at grade \[0\. 3\.\]",
    ),
}


@pytest.mark.parametrize("bad", GRADES)
def test_bad_grades_are_refused(bad):
    grades, message = GRADES[bad]
    with pytest.raises(ValueError, match=message):
        FilteredComplex.from_simplices([[0], [1], [0, 1]], grades)
    with pytest.raises(ValueError, match=message):
        FilteredComplex([0, 0, 1], [0, 0, 0, 2], [0, 1], grades)


LOWER_STARS = {
    "vertex too large": ([[0, 1], [1, 5]], [0.0, 1.0], r"0\.\.1, .*got simplex 1, \(1, 5\)"),
    "negative vertex": ([[0, -1]], [0.0, 1.0], r"got simplex 0, \(0, -1\)"),
    "no grades": ([[0, 1]], [], r"0 rows of vertex_grades, got simplex 0, \(0, 1\)"),
    "repeated vertex": ([[0, 1], [0, 0]], [0.0, 1.0], r"must be different, got simplex 1, \(0, 0\)"),
    "float vertices": ([[0.0, 1.0]], [0.0, 1.0], r"must be integers, got simplices\[0\]"),
    "nan": ([[0, 1]], [0.0, np.nan], r"vertex_grades must be numbers or inf, got vertex_grades\[1, 0\] = nan"),
    "minus inf": ([[0, 1]], [-np.inf, 0.0], r"vertex_grades\[0, 0\] = -inf"),
    "a number": ([[0, 1]], 3.0, r"vertex_grades must have shape"),
    "None": ([[0, 1]], None, r"vertex_grades must have shape"),
    "three-dimensional": ([[0, 1]], np.zeros((2, 1, 1)), r"vertex_grades must have shape \(2, p\)"),
}


@pytest.mark.parametrize("bad", LOWER_STARS)
def test_bad_lower_stars_are_refused(bad):
    simplices, grades, message = LOWER_STARS[bad]
    with pytest.raises(ValueError, match=message):
        FilteredComplex.lower_star(simplices, grades)


# --- bad input: cells


CELLS = {
    "negative dimension": (([-1], [0, 0], [], [0.0]), r"at least 0, got dimensions\[0\] = -1"),
    "float dimensions": (([0.0], [0, 0], [], [0.0]), r"dimensions must be integers .*float64"),
    "boolean dimensions": (([True], [0, 0], [], [0.0]), r"dimensions must be integers .*bool"),
    "table of dimensions": (([[0]], [0, 0], [], [0.0]), r"dimensions must be integers .*shape \(1, 1\)"),
    "no dimensions": ((None, [0], [], []), r"dimensions must be integers"),
    "string": (("a", [0, 0], [], [0.0]), r"dimensions must be integers"),
    "short indptr": (([0], [0], [], [0.0]), r"indptr must be integers of shape \(2,\).*got .*shape \(1,\)"),
    "indptr from 1": (([0], [1, 1], [3], [0.0]), r"indptr must start at 0"),
    "indptr ends late": (([0], [0, 1], [], [0.0]), r"indptr must .* end at len\(indices\) = 0"),
    "indptr ends early": (([0, 1], [0, 0, 0], [0], [0.0, 0.0]), r"indptr must .* end at len\(indices\) = 1"),
    "indptr decreases": (([0, 0, 1], [0, 2, 0, 2], [0, 1], np.zeros(3)), r"indptr must .* not decrease"),
    "float indices": (([0, 0, 1], [0, 0, 0, 2], [0.0, 1.0], np.zeros(3)), r"indices must be integers .*float64"),
    "table of indices": (([0, 0, 1], [0, 0, 0, 2], [[0], [1]], np.zeros(3)), r"indices must be integers .*\(2, 1\)"),
    "facet too large": (([0, 1], [0, 0, 1], [7], np.zeros(2)), r"0\.\.1, got the facet 7 of cell 1"),
    "negative facet": (([0, 1], [0, 0, 1], [-1], np.zeros(2)), r"0\.\.1, got the facet -1 of cell 1"),
    "dimension two less": (([0, 2], [0, 0, 1], [0], np.zeros(2)), r"cell 1 of dimension 2 .* facet 0 of dimension 0"),
    "dimension more": (([1, 0], [0, 0, 1], [0], np.zeros(2)), r"cell 1 of dimension 0 .* facet 0 of dimension 1"),
    "own facet": (([0, 1], [0, 0, 1], [1], np.zeros(2)), r"cell 1 of dimension 1 .* facet 1 of dimension 1"),
    "repeated facet": (([0, 1], [0, 0, 2], [0, 0], np.zeros(2)), r"facet 0 twice in cell 1"),
    "open boundary": (
        ([0, 0, 1, 2], [0, 0, 0, 2, 3], [0, 1, 2], np.zeros(4)),
        r"boundary of a boundary must be zero .*cell 3",
    ),
    "labels": (([0], [0, 0], [], [0.0], [1, 2]), r"vertex_labels must be integers of shape \(1,\)"),
    "float labels": (([0], [0, 0], [], [0.0], [1.5]), r"vertex_labels must be integers .*float64"),
}


@pytest.mark.parametrize("bad", CELLS)
def test_bad_cells_are_refused(bad):
    arguments, message = CELLS[bad]
    with pytest.raises(ValueError, match=message):
        FilteredComplex(*arguments)


@pytest.mark.parametrize("seed", range(10))
def test_a_facet_less_is_refused_or_a_complex(seed):
    """Exactly the complexes with one facet left out that have a boundary of a boundary are refused."""
    rng = np.random.default_rng([seed, 9])
    complex_ = random_free_complex(rng, [4, 6, 5], 2, 2)
    if len(complex_.indices) == 0:
        return
    boundaries = [facets_of(complex_, cell) for cell in range(len(complex_))]
    cell = rng.choice([i for i, facets in enumerate(boundaries) if facets])
    boundaries[cell].pop()
    closed = all(
        not (np.bincount([g for f in facets for g in boundaries[f]], minlength=1) % 2).any() for facets in boundaries
    )
    if closed:
        complex_of(complex_.dimensions, boundaries, complex_.grades)
    else:
        with pytest.raises(ValueError, match=r"boundary of a boundary"):
            complex_of(complex_.dimensions, boundaries, complex_.grades)


# --- bad input: methods


@pytest.mark.parametrize("bad", [-1, 1.5, np.float64(1), True, None, "1", [0]], ids=repr)
def test_bad_degrees_are_refused(bad):
    with pytest.raises(ValueError, match=r"degree must be an integer of at least 0, got degree="):
        segment().chain_complex(bad)


AXES = {
    "too few": ([[0.0, 1.0]], r"axes must be 2 arrays, one for each axis, got 1"),
    "too many": ([[0.0]] * 3, r"axes must be 2 arrays, one for each axis, got 3"),
    "none": ([], r"axes must be 2 arrays, one for each axis, got 0"),
    "empty": ([[0.0], []], r"axes\[1\] must be a non-empty increasing"),
    "decreasing": ([[0.0], [1.0, 0.0]], r"axes\[1\] must be a non-empty increasing"),
    "nan": ([[0.0, np.nan], [0.0]], r"axes\[0\] must be a non-empty increasing"),
    "numbers": ([0.0, 1.0], r"axes\[0\] must be a non-empty increasing"),
    "tables": ([[[0.0]], [[0.0]]], r"axes\[0\] must be a non-empty increasing"),
    "strings": (["ab", "c"], r"axes\[0\] must be an array of increasing numbers"),
}


@pytest.mark.parametrize("bad", AXES)
def test_bad_grids_are_refused(bad):
    axes, message = AXES[bad]
    with pytest.raises(ValueError, match=message):
        segment(2).on_grid(axes)


FUNCTIONS = {
    "too short": ([1.0], r"vertex_grades must have shape \(2, p\).*got shape \(1,\)"),
    "a value a cell": (np.zeros((3, 1)), r"vertex_grades must have shape \(2, p\).*got shape \(3, 1\)"),
    "no columns": (np.zeros((2, 0)), r"vertex_grades must have shape .*got shape \(2, 0\)"),
    "nan": ([0.0, np.nan], r"got vertex_grades\[1, 0\] = nan"),
    "minus inf": ([0.0, -np.inf], r"got vertex_grades\[1, 0\] = -inf"),
    "None": (None, r"vertex_grades must have shape"),
    "string": ("ab", r"vertex_grades must have shape"),
}


@pytest.mark.parametrize("bad", FUNCTIONS)
def test_bad_functions_are_refused(bad):
    values, message = FUNCTIONS[bad]
    with pytest.raises(ValueError, match=message):
        segment().with_function(values)


# --- faults that were there once


def test_a_function_needs_vertices():
    with pytest.raises(ValueError, match="got cell 0 of dimension 1 without any"):
        loop_without_vertices().with_function(np.zeros((0, 1)))


def test_degrees_far_apart_cost_nothing():
    first, last = segment().chain_complexes((0, 10**9))
    assert first.upper.shape == (1, 0) or first.upper.shape == (2, 1)
    assert last.upper.shape == (0, 0)


def test_the_simplex_with_a_float_is_named():
    with pytest.raises(ValueError, match=r"simplices\[2\] = \[0\.5\]"):
        FilteredComplex.from_simplices([[0], [1], [0.5]], np.zeros(3))


def test_unsigned_labels_beyond_63_bits_are_refused():
    with pytest.raises(ValueError, match="simplices"):
        FilteredComplex.from_simplices([np.array([[2**63 + 5]], np.uint64)], [0.0])


@pytest.mark.parametrize("simplices", [None, 5, {1: 2}, {(0,)}, [[[0], [0, 1]]], [np.zeros((0, 0), int)]], ids=repr)
def test_what_is_no_sequence_of_simplices_is_refused(simplices):
    for make in (FilteredComplex.from_simplices, FilteredComplex.lower_star):
        with pytest.raises((TypeError, ValueError), match="simpl"):
            make(simplices, [0.0])


@pytest.mark.parametrize("axes", [None, 5], ids=repr)
def test_axes_that_are_no_sequence_are_refused(axes):
    with pytest.raises((TypeError, ValueError), match="axes must be"):
        segment().on_grid(axes)


@pytest.mark.parametrize("degrees", [(), None, 3, (0, 0)], ids=repr)
def test_bad_sequences_of_degrees_are_refused(degrees):
    with pytest.raises(ValueError, match="degrees must be"):
        segment().chain_complexes(degrees)


@pytest.mark.parametrize("bad", [-1, 1.5, True, None, "1"], ids=repr)
def test_bad_dimensions_are_refused(bad):
    for method in (segment().boundary_matrix, segment().simplices, segment().cells_of):
        with pytest.raises(ValueError, match="dimension must be an integer of at least 0"):
            method(bad)


def test_ragged_arrays_of_cells_and_grades_are_refused():
    with pytest.raises(ValueError, match="indices must be integers"):
        FilteredComplex([0, 0, 1], [0, 0, 0, 2], [[0], [1, 2]], np.zeros(3))
    with pytest.raises(ValueError, match="vertex_grades must have shape"):
        FilteredComplex.lower_star([[0, 1]], [[0.0], [0.0, 1.0]])
