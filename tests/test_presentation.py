"""Minimal presentations, free resolutions and Betti tables: by hand, by definition, and by other programs."""

import gzip
import itertools
import os
import pickle
import subprocess
from pathlib import Path

import numpy as np
import pytest
from complexes_oracle import (
    cokernel_dimensions,
    complex_of,
    cubes,
    grid_of,
    hilbert_functions,
    koszul_betti_numbers,
    permuted,
    product_mod_2,
    random_complex,
    random_cubical,
    random_free_complex,
    random_module,
    random_simplicial,
    rank_of_columns,
)
from scipy.sparse import csc_array
from scipy.spatial import Delaunay

import tdainv
from tdainv.complexes.chain_complex import GradedMatrix
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.invariants.hilbert import hilbert_signed_measure
from tdainv.invariants.hilbert_function import hilbert_function
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import barcode
from tdainv.persistence.presentation import (
    BettiTable,
    FreeResolution,
    Presentation,
    betti_table,
    free_resolution,
    minimal_presentation,
)

# --- references


def require_grades(table, generators, relations, syzygies):
    for grades, expected in zip(table, (generators, relations, syzygies), strict=True):
        assert grades.tolist() == np.asarray(expected, float).reshape(grades.shape).tolist()


def matrix_of(row_grades, columns):
    """GradedMatrix of row grades and (grade, rows) for each column."""
    p = len(row_grades[0])
    indptr = np.cumsum([0, *(len(rows) for _, rows in columns)])
    indices = np.array([row for _, rows in columns for row in sorted(rows)], np.int32)
    grades = np.reshape([grade for grade, _ in columns], (-1, p))
    return GradedMatrix(indptr, indices, np.asarray(row_grades, float), grades.astype(float))


def module(row_grades, columns, degree=0):
    """Cokernel of a matrix, as a complex to be presented."""
    return Presentation(matrix_of(row_grades, columns), degree)


def require_minimal(matrix):
    """No entry between equal grades, and no column in the span of the columns at or below its grade."""
    column_of = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    assert not (matrix.row_grades[matrix.indices] == matrix.column_grades[column_of]).all(axis=1).any()
    dense = matrix.to_dense()
    for j, grade in enumerate(matrix.column_grades):
        below = (matrix.column_grades <= grade).all(axis=1)
        below[j] = False
        assert rank_of_columns(dense[:, below]) < rank_of_columns(np.column_stack([dense[:, below], dense[:, j]]))


def require_sorted(grades):
    np.testing.assert_array_equal(np.lexsort(grades.T[::-1]), np.arange(len(grades)))


def measure_of(table):
    """ξ_0 - ξ_1 + ξ_2."""
    return SignedMeasure(np.concatenate(table), np.repeat([1, -1, 1], [len(grades) for grades in table]))


def require_resolution(resolution, axes):
    """Exactness at every grade of a grid, and minimality."""
    relations, syzygies = (
        GradedMatrix(m.indptr, m.indices, m.row_grades, m.column_grades)  # by the constructor that checks
        for m in (resolution.relations, resolution.syzygies)
    )
    assert not product_mod_2(relations, syzygies).any()
    require_minimal(relations)
    require_minimal(syzygies)
    for grade in itertools.product(*axes):
        first = (relations.column_grades <= grade).all(axis=1)
        second = (syzygies.column_grades <= grade).all(axis=1)
        rank = rank_of_columns(syzygies.to_dense()[:, second])
        assert rank == second.sum()
        assert rank + rank_of_columns(relations.to_dense()[:, first]) == first.sum()


# --- by hand


def test_a_free_module_has_no_relations():
    vertices = FilteredComplex.from_simplices([[0], [1]], [[1, 2], [3, 0]])
    require_grades(betti_table(vertices, 0), [[1, 2], [3, 0]], [], [])
    require_grades(betti_table(vertices, 1), [], [], [])


@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_staircase_has_a_relation_at_each_inner_corner(n):
    # A path whose vertices come at the corners (i, n - i): the ideal of the staircase.
    corners = [[i, n - i] for i in range(n)]
    path = FilteredComplex.lower_star([[i, i + 1] for i in range(n - 1)], np.array(corners, float))
    require_grades(betti_table(path, 0), corners, [[i + 1, n - i] for i in range(n - 1)], [])


def test_the_complete_graph_on_a_staircase_has_loops_but_the_same_components():
    corners = np.array([[0, 2], [1, 1], [2, 0]], float)
    triangle = FilteredComplex.lower_star([[0, 1], [0, 2], [1, 2]], corners)
    require_grades(betti_table(triangle, 0), corners, [[1, 2], [2, 1]], [])
    require_grades(betti_table(triangle, 1), [[2, 2]], [], [])


def test_a_rectangle_has_two_relations_and_a_syzygy():
    # The interval module of [0, 3) x [0, 2).
    rectangle = module([[0, 0]], [([3, 0], [0]), ([0, 2], [0])])
    resolution = free_resolution(rectangle, 0)
    require_grades(resolution.betti_table, [[0, 0]], [[0, 2], [3, 0]], [[3, 2]])
    assert resolution.syzygies.to_dense().tolist() == [[1], [1]]
    # A third relation above both follows, but then it is no syzygy either.
    more = module([[0, 0]], [([3, 0], [0]), ([0, 2], [0]), ([4, 2], [0]), ([3, 0], [0]), ([5, 5], [])])
    require_grades(betti_table(more, 0), [[0, 0]], [[0, 2], [3, 0]], [[3, 2]])


@pytest.mark.parametrize("n", [1, 2, 6])
def test_the_quotient_by_a_staircase_has_a_syzygy_at_each_inner_corner(n):
    corners = [[i, n - i] for i in range(n)]
    resolution = free_resolution(module([[0, 0]], [(corner, [0]) for corner in corners[::-1]]), 0)
    require_grades(resolution.betti_table, [[0, 0]], corners, [[i + 1, n - i] for i in range(n - 1)])
    # Neighbours meet in each syzygy.
    expected = np.eye(n, n - 1) + np.eye(n, n - 1, -1)
    np.testing.assert_array_equal(resolution.syzygies.to_dense(), expected)


def test_syzygies_are_sorted_by_grade():
    # Two copies of a quotient, which share a first coordinate; the one that ends later comes first.
    columns = [([0, 5], [0]), ([1, 0], [0]), ([1, 1], [1]), ([0, 2], [1])]
    resolution = free_resolution(module([[0, 0], [0, 1]], columns), 0)
    require_grades(resolution.betti_table, [[0, 0], [0, 1]], [[0, 2], [0, 5], [1, 0], [1, 1]], [[1, 2], [1, 5]])
    assert resolution.syzygies.to_dense().T.tolist() == [[1, 0, 0, 1], [0, 1, 1, 0]]


def test_an_interval_with_two_generators_and_one_relation():
    # The region above (0, 1) or (1, 0): the generators agree from (1, 1) on.
    interval = module([[0, 1], [1, 0]], [([1, 1], [0, 1])])
    require_grades(betti_table(interval, 0), [[0, 1], [1, 0]], [[1, 1]], [])
    assert hilbert_function(interval, 0, [[0, 1, 2]] * 2).tolist() == [[0, 1, 1], [1, 1, 1], [1, 1, 1]]


def test_an_indecomposable_module_that_is_no_interval():
    # Dimension 2 in the middle, reached by three lines, of which the third is the sum of the other two.
    table = betti_table(module([[0, 2], [1, 1], [2, 0]], [([2, 2], [0, 1, 2])]), 0)
    require_grades(table, [[0, 2], [1, 1], [2, 0]], [[2, 2]], [])


def test_the_loop_of_a_square_whose_sides_come_at_different_grades():
    # Sides at (0, 1), (0, 1), (1, 0), (1, 0): the loop is there from (1, 1) on. One triangle comes at (2, 1) with the
    # diagonal, the other at (3, 1).
    cells = [[0], [1], [2], [3], [0, 1], [1, 2], [2, 3], [0, 3], [0, 2], [0, 1, 2], [0, 2, 3]]
    grades = [[0, 0]] * 4 + [[0, 1]] * 2 + [[1, 0]] * 2 + [[2, 1], [2, 1], [3, 1]]
    square = FilteredComplex.from_simplices(cells, np.array(grades, float))
    require_grades(betti_table(square, 1), [[1, 1]], [[3, 1]], [])
    require_grades(betti_table(square, 0), [[0, 0]] * 4, [[0, 1]] * 2 + [[1, 0]] * 2, [[1, 1]])
    require_grades(betti_table(square, 2), [], [], [])


def test_a_loop_filled_in_two_ways_has_a_syzygy_and_a_class_of_degree_two():
    # A triangle that is filled at (1, 0) and, by a cell with the same boundary, at (0, 1): a sphere from (1, 1) on.
    boundaries = [[], [], [], [0, 1], [0, 2], [1, 2], [3, 4, 5], [3, 4, 5]]
    complex_ = complex_of([0, 0, 0, 1, 1, 1, 2, 2], boundaries, [[0, 0]] * 6 + [[1, 0], [0, 1]])
    require_grades(betti_table(complex_, 1), [[0, 0]], [[0, 1], [1, 0]], [[1, 1]])
    require_grades(betti_table(complex_, 2), [[1, 1]], [], [])
    require_grades(betti_table(complex_, 0), [[0, 0]], [], [])


def test_generators_and_relations_of_equal_grade_cancel():
    assert minimal_presentation(module([[0, 0], [1, 1]], [([1, 1], [0, 1])]), 0).generators.tolist() == [[0, 0]]
    zero = minimal_presentation(module([[0, 0], [0, 0]], [([0, 0], [0, 1]), ([0, 0], [1])]), 0)
    assert zero.matrix.shape == (0, 0)


def test_in_one_parameter_relations_are_deaths():
    circle = FilteredComplex([0, 0, 1, 1], [0, 0, 0, 2, 4], [0, 1, 0, 1], [0.0, 1.0, 2.0, 3.0])
    require_grades(betti_table(circle, 0), [[0], [1]], [[2]], [])
    require_grades(betti_table(circle, 1), [[3]], [], [])


# --- small and empty


@pytest.mark.parametrize("p", [1, 2])
def test_nothing_is_presented_by_nothing(p):
    empty = FilteredComplex([], [0], [], np.zeros((0, p)))
    never = FilteredComplex.from_simplices([[0]], np.full((1, p), np.inf))
    point = FilteredComplex.from_simplices([[0]], np.zeros((1, p)))
    for complex_, degree in ((empty, 0), (empty, 3), (never, 0), (point, 1), (point, 7)):
        resolution = free_resolution(complex_, degree)
        assert resolution.relations.shape == resolution.syzygies.shape == (0, 0)
        for grades in betti_table(complex_, degree):
            assert grades.shape == (0, p)
        assert len(hilbert_signed_measure(resolution.presentation, degree)) == 0


def test_cells_at_infinity_in_one_parameter_never_appear():
    edge = FilteredComplex.from_simplices([[0], [1], [0, 1]], [[0, 0], [1, 0], [5, np.inf]])
    require_grades(betti_table(edge, 0), [[0, 0], [1, 0]], [], [])


# --- by definition


def some_complex(p, *seed):
    """A complex of any kind, or one whose H_0 has many syzygies."""
    rng = np.random.default_rng([p, *seed])
    return random_module(rng, 4, 20, p, 8) if seed[0] % 2 else random_complex(rng, p, 4, never=0.1)


@pytest.mark.parametrize("make", [random_simplicial, random_free_complex, random_cubical])
@pytest.mark.parametrize("never", [0.0, 0.15])
@pytest.mark.parametrize("n_values", [2, 3, 4])
@pytest.mark.parametrize("seed", range(4))
def test_betti_tables_are_the_homology_of_koszul_complexes(make, never, n_values, seed):
    rng = np.random.default_rng([seed, n_values, never > 0])
    size = {random_simplicial: (7, 3), random_free_complex: ([5, 8, 7, 3],), random_cubical: ((3, 3),)}[make]
    complex_ = make(rng, *size, 2, n_values, never=never)
    for degree in range(complex_.dimension + 2):
        for grades, expected in zip(betti_table(complex_, degree), koszul_betti_numbers(complex_, degree), strict=True):
            np.testing.assert_array_equal(grades, expected)


@pytest.mark.parametrize("seed", range(4))
def test_betti_tables_with_many_syzygies_are_the_homology_of_koszul_complexes(seed):
    n_syzygies = 0
    for part in range(4):
        complex_ = random_module(np.random.default_rng([seed, part, 11]), 4, 20, 2, 8)
        table = betti_table(complex_, 0)
        for grades, expected in zip(table, koszul_betti_numbers(complex_, 0), strict=True):
            np.testing.assert_array_equal(grades, expected)
        n_syzygies += len(table.syzygies)
    assert n_syzygies > 0


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("seed", range(12))
def test_presentations_are_minimal_and_present_the_homology(p, seed):
    complex_ = some_complex(p, seed, 1)
    axes = grid_of(complex_)
    betti = hilbert_functions(complex_, axes, complex_.dimension + 1)
    for degree, expected in enumerate(betti):
        presentation = minimal_presentation(complex_, degree)
        matrix = presentation.matrix
        GradedMatrix(matrix.indptr, matrix.indices, matrix.row_grades, matrix.column_grades)
        require_sorted(presentation.generators)
        require_sorted(presentation.relations)
        require_minimal(matrix)
        np.testing.assert_array_equal(cokernel_dimensions(matrix, axes), expected)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("seed", range(12))
def test_resolutions_are_exact_and_minimal(p, seed):
    complex_ = some_complex(p, seed, 2)
    axes = grid_of(complex_)
    for degree in range(complex_.dimension + 1):
        resolution = free_resolution(complex_, degree)
        require_resolution(resolution, axes)
        for grades in resolution.betti_table:
            require_sorted(grades)
        assert measure_of(resolution.betti_table) == hilbert_signed_measure(complex_, degree)
        if p == 1:
            assert len(resolution.betti_table.syzygies) == 0


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("seed", range(6))
def test_presentation_resolution_and_table_agree(p, seed):
    complex_ = some_complex(p, seed, 3)
    for degree in range(complex_.dimension + 2):
        presentation, resolution = minimal_presentation(complex_, degree), free_resolution(complex_, degree)
        assert presentation == resolution.presentation
        assert presentation.degree == resolution.degree == degree
        for grades, others in zip(betti_table(complex_, degree), resolution.betti_table, strict=True):
            np.testing.assert_array_equal(grades, others)


@pytest.mark.parametrize("seed", range(6))
def test_in_one_parameter_a_presentation_is_a_barcode(seed):
    complex_ = some_complex(1, seed, 4)
    for degree in range(complex_.dimension + 1):
        presentation, bars = minimal_presentation(complex_, degree), barcode(complex_, degree)
        assert presentation.generators.ravel().tolist() == bars.births.tolist()
        assert presentation.relations.ravel().tolist() == sorted(bars.deaths[np.isfinite(bars.deaths)])
        assert barcode(presentation, degree) == bars


# --- two routes, invariance


@pytest.mark.parametrize("seed", range(8))
def test_a_presentation_stands_for_the_filtration(seed):
    complex_ = some_complex(2, seed, 5)
    axes = grid_of(complex_)
    for degree in range(complex_.dimension + 1):
        presentation = minimal_presentation(complex_, degree)
        assert hilbert_signed_measure(presentation, degree) == hilbert_signed_measure(complex_, degree)
        expected = hilbert_function(complex_, degree, axes)
        np.testing.assert_array_equal(hilbert_function(presentation, degree, axes), expected)
        again = minimal_presentation(presentation, degree)
        np.testing.assert_array_equal(again.generators, presentation.generators)
        np.testing.assert_array_equal(again.relations, presentation.relations)
        small = complex_.chain_complex(degree)
        np.testing.assert_array_equal(minimal_presentation(small, degree).relations, presentation.relations)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_cells_and_of_parameters_does_not_matter(seed):
    rng = np.random.default_rng([seed, 6])
    complex_ = random_free_complex(rng, [8, 12, 10, 4], 2, 4)
    other = permuted(rng, complex_)
    exchanged = FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades[:, ::-1])
    for degree in range(4):
        table = betti_table(complex_, degree)
        for grades, same, turned in zip(table, betti_table(other, degree), betti_table(exchanged, degree), strict=True):
            np.testing.assert_array_equal(same, grades)
            turned = turned[:, ::-1]
            np.testing.assert_array_equal(turned[np.lexsort(turned.T[::-1])], grades)


@pytest.mark.parametrize("seed", range(4))
def test_a_module_and_its_presentation_after_a_change_of_basis(seed):
    """Row and column operations that respect grades, and pairs that cancel, change nothing of the Betti table."""
    rng = np.random.default_rng([seed, 7])
    rows = rng.integers(0, 4, size=(6, 2)).astype(float)
    extra = rng.integers(0, 6, size=(3, 2)).astype(float)
    row_grades = np.concatenate([rows, extra])
    columns = []
    for _ in range(8):
        chosen = np.flatnonzero(rng.random(6) < 0.4)
        columns.append((row_grades[chosen].max(axis=0, initial=0) + rng.integers(0, 3, 2), set(chosen.tolist())))
    plain = betti_table(module(rows, columns), 0)
    columns += [(grade, {6 + i}) for i, grade in enumerate(extra)]  # generators that are cancelled at once
    for _ in range(60):
        i, j = rng.choice(len(columns), 2, replace=False)
        if (columns[i][0] <= columns[j][0]).all():
            columns[j] = columns[j][0], columns[j][1] ^ columns[i][1]
        a, b = rng.choice(len(row_grades), 2, replace=False)
        if (row_grades[a] <= row_grades[b]).all():  # generator b becomes b + a: where b is, a is added
            columns = [(grade, members ^ {int(a)} if b in members else members) for grade, members in columns]
    order = rng.permutation(len(columns))
    for grades, expected in zip(betti_table(module(row_grades, [columns[i] for i in order]), 0), plain, strict=True):
        np.testing.assert_array_equal(grades, expected)


@pytest.mark.parametrize("degree", [0, 1])
def test_flag_filtrations_are_presented_as_their_cells(degree):
    rng = np.random.default_rng(8)
    filtration = tdainv.function_rips(rng.normal(size=(9, 2)), rng.integers(0, 4, 9).astype(float))
    simplices = [s for k in (1, 2, 3) for s in itertools.combinations(range(9), k)]
    diameters = [max((filtration.distances[e] for e in itertools.combinations(s, 2)), default=0.0) for s in simplices]
    cells = FilteredComplex.from_simplices(simplices, np.array(diameters)).with_function(filtration.vertex_grades)
    assert minimal_presentation(filtration, degree).matrix.shape[1] > 0
    for grades, expected in zip(betti_table(filtration, degree), betti_table(cells, degree), strict=True):
        np.testing.assert_array_equal(grades, expected)
    for grades, expected in zip(betti_table(filtration, degree), koszul_betti_numbers(cells, degree), strict=True):
        np.testing.assert_array_equal(grades, expected)


@pytest.mark.parametrize("n_values", [30, 100_000])
def test_thousands_of_cells_have_the_measure_of_their_betti_table(n_values):
    rng = np.random.default_rng(9)
    cloud = rng.random((1500, 2))
    values = rng.integers(0, n_values, size=(1500, 2)).astype(float)
    complex_ = FilteredComplex.lower_star(Delaunay(cloud).simplices, values)
    for degree in (0, 1):
        table = betti_table(complex_, degree)
        assert measure_of(table) == hilbert_signed_measure(complex_, degree)
        assert min(map(len, table[:2])) > 100
    resolution = free_resolution(complex_, 1)
    assert not ((sparse(resolution.relations) @ sparse(resolution.syzygies)).data % 2).any()


def sparse(matrix):
    return csc_array((np.ones(len(matrix.indices), np.int64), matrix.indices, matrix.indptr), shape=matrix.shape)


# --- objects


def test_presentations_and_resolutions_pickle_compare_and_print():
    triangle = FilteredComplex.lower_star([[0, 1], [0, 2], [1, 2]], np.array([[0, 2], [1, 1], [2, 0]], float))
    presentation, resolution = minimal_presentation(triangle, 0), free_resolution(triangle, 0)
    assert pickle.loads(pickle.dumps(presentation)) == presentation
    assert pickle.loads(pickle.dumps(resolution)) == resolution
    assert presentation != Presentation(presentation.matrix, 1)
    assert resolution != FreeResolution(resolution.relations, resolution.syzygies, 1)
    assert presentation != 3
    assert resolution != 3
    assert repr(presentation) == "Presentation(degree 0, 3 generators, 2 relations, 2 parameters)"
    assert repr(resolution) == "FreeResolution(degree 0, 3 generators, 2 relations, 0 syzygies)"
    assert isinstance(betti_table(triangle, 0), BettiTable)
    for thing in (presentation, resolution):
        with pytest.raises(TypeError, match="unhashable"):
            hash(thing)


def test_read_only_modules_are_accepted_and_not_changed():
    matrix = matrix_of([[0, 0], [0, 1]], [([2, 2], [0, 1]), ([1, 1], [1]), ([2, 1], [0])])
    arrays = [matrix.indptr, matrix.indices, matrix.row_grades, matrix.column_grades]
    copies = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    require_grades(free_resolution(Presentation(matrix, 3), 3).betti_table, [[0, 0], [0, 1]], [[1, 1], [2, 1]], [])
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


# --- bad input

FUNCTIONS = pytest.mark.parametrize("function", [minimal_presentation, free_resolution, betti_table])


@FUNCTIONS
@pytest.mark.parametrize("bad", [-1, 1.5, np.float64(0), True, None, "0", (0,)], ids=repr)
def test_bad_degrees_are_refused(function, bad):
    with pytest.raises(ValueError, match=r"degree must be an integer of at least 0, got degree="):
        function(FilteredComplex.from_simplices([[0]], [[0.0, 0.0]]), bad)


@FUNCTIONS
@pytest.mark.parametrize("p", [3, 4])
def test_more_than_two_parameters_are_refused(function, p):
    with pytest.raises(ValueError, match=rf"at most two parameters, got {p}"):
        function(FilteredComplex.from_simplices([[0]], np.zeros((1, p))), 0)


@FUNCTIONS
@pytest.mark.parametrize("bad", [None, [1.0], np.zeros((2, 2)), "complex", {}, 3], ids=repr)
def test_what_is_no_filtration_is_refused(function, bad):
    with pytest.raises(TypeError, match=rf"must be a filtration or a ChainComplex, got {type(bad).__name__}"):
        function(bad, 0)


@FUNCTIONS
def test_presentations_and_chain_complexes_have_one_degree(function):
    complex_ = FilteredComplex.from_simplices([[0]], [[0.0, 0.0]])
    with pytest.raises(ValueError, match=r"presentation of degree 0, got degrees \(1,\)"):
        function(minimal_presentation(complex_, 0), 1)
    with pytest.raises(ValueError, match=r"degree 0, got degrees \(1,\)"):
        function(complex_.chain_complex(0), 1)


@pytest.mark.parametrize("bad", [-1, True, None, 1.0], ids=repr)
def test_presentations_of_bad_degrees_are_refused(bad):
    with pytest.raises(ValueError, match=r"degree must be"):
        Presentation(matrix_of([[0, 0]], []), bad)


# --- published presentations, where there is a copy of them

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "presentations"
PUBLISHED = sorted(FOLDER.glob("*.scc.gz")) + sorted(FOLDER.glob("*.firep.gz"))
NOT_MINIMAL = {"toy_example_2.scc.gz", "toy_example_5.scc.gz"}


def read_presentation(path):
    """Presentation of degree 0 in a file of the form scc2020: relations first, then generators."""
    with gzip.open(path, "rt") as file:
        _, _, sizes, *lines = [line.strip() for line in file if line.strip()]
    n_relations, n_generators, *_ = map(int, sizes.split())
    parts = [line.split(";") for line in lines]
    grades = np.array([[float(x) for x in grade.split()] for grade, _ in parts])
    rows = [[int(x) for x in row.split()] for _, row in parts[:n_relations]]
    columns = list(zip(grades[:n_relations], rows, strict=True))
    assert len(grades) == n_relations + n_generators
    return Presentation(matrix_of(grades[n_relations:], columns), 0)


@pytest.mark.skipif(not PUBLISHED, reason="needs published presentations")
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name)
def test_published_minimal_presentations_come_back(path):
    published = read_presentation(path)
    ours = minimal_presentation(published, 0)
    if path.name in NOT_MINIMAL:
        assert len(ours.generators) < len(published.generators)
    else:
        for grades, expected in (
            (ours.generators, published.generators),
            (ours.relations, published.relations),
        ):
            np.testing.assert_array_equal(grades, expected[np.lexsort(expected.T[::-1])])
    assert hilbert_signed_measure(ours, 0) == hilbert_signed_measure(published, 0)
    assert measure_of(betti_table(published, 0)) == hilbert_signed_measure(published, 0)


# --- mpfree, through multipers in a process of its own

MPFREE = """
import sys
import numpy as np
import multipers
try:
    import multipers.ops
except ModuleNotFoundError:
    sys.exit("this version comes without mpfree")

slicer = multipers.Slicer(None, return_type_only=True, dtype=np.float64, kcritical=False)
data, results = np.load(sys.argv[1]), {}
arrays = "dimensions", "indptr", "indices", "grades"
for name in sorted({key.split("-")[0] for key in data}):
    dimensions, indptr, indices, grades = (data[f"{name}-{array}"] for array in arrays)
    order = np.lexsort((grades[:, 0], grades[:, 1], dimensions))
    place = np.argsort(order)
    boundaries = [np.sort(place[indices[indptr[i] : indptr[i + 1]]]).astype(np.uint32) for i in order]
    complex_ = slicer(boundaries, dimensions[order].astype(np.int32), np.ascontiguousarray(grades[order]))
    for degree in (0, 1):
        full = multipers.ops.minimal_presentation(complex_, degree=degree, backend="mpfree", full_resolution=True)
        found = np.asarray(full.get_dimensions())
        values = np.asarray(full.get_filtrations(), float).reshape(len(found), -1)
        for k in range(3):
            results[f"{name}-{degree}-{k}"] = values[found == degree + k].reshape(-1, 2)
np.savez(sys.argv[2], **results)
"""


def complexes_for_mpfree():
    rng = np.random.default_rng(10)
    values = rng.integers(0, 12, size=(60, 2)).astype(float)
    yield "delaunay", FilteredComplex.lower_star(Delaunay(rng.random((60, 2))).simplices, values)
    dimensions, boundaries = cubes((7, 7))
    flat = complex_of(dimensions, boundaries, np.zeros(len(dimensions)))
    more = flat.with_function(rng.random((49, 2)))
    yield "cubical", FilteredComplex(more.dimensions, more.indptr, more.indices, more.grades[:, 1:])
    yield "ties", random_cubical(rng, (5, 5), 2, 4)
    yield "simplicial", random_simplicial(rng, 12, 3, 2, 4)


def test_betti_tables_equal_those_of_mpfree(tmp_path):
    python = os.environ.get("TDAINV_MULTIPERS_PYTHON")
    if not python:
        pytest.skip("needs an interpreter with multipers and mpfree in TDAINV_MULTIPERS_PYTHON")
    source, target = tmp_path / "complexes.npz", tmp_path / "tables.npz"
    complexes = dict(complexes_for_mpfree())
    arrays = ("dimensions", "indptr", "indices", "grades")
    np.savez(source, **{f"{name}-{a}": getattr(c, a) for name, c in complexes.items() for a in arrays})
    run = subprocess.run([python, "-c", MPFREE, source, target], capture_output=True, text=True, timeout=120)
    if run.returncode and "mpfree" in run.stderr:
        pytest.skip(f"multipers has no mpfree: {run.stderr.splitlines()[-1]}")
    assert run.returncode == 0, run.stderr
    theirs = np.load(target)
    for name, complex_ in complexes.items():
        for degree in (0, 1):
            for k, grades in enumerate(betti_table(complex_, degree)):
                other = theirs[f"{name}-{degree}-{k}"]
                np.testing.assert_array_equal(other[np.lexsort(other.T[::-1])], grades, err_msg=f"{name} {degree} {k}")
