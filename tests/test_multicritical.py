"""Path resolutions of multicritical complexes against ranks at every grade, and by hand."""

from itertools import combinations, product

import numpy as np
import pytest
from oracles import betti_numbers_of_cells

import tdainv
from tdainv import FilteredComplex
from tdainv.complexes.multicritical import multicritical_complex, multicritical_simplices
from tdainv.exceptions import MemoryLimitError
from tdainv.filtrations.cubical import cubical

SIZE = 7  # grades of random complexes are integers below


def random_complex(seed, n_vertices, dimension, most_grades=5, p=2):
    """Random simplices and, for each, random grades, each above some grade of every facet; some are not minimal."""
    rng = np.random.default_rng(seed)
    tops = [top for top in combinations(range(n_vertices), dimension + 1) if rng.random() < 0.6]
    faces = {face for top in tops for k in range(1, dimension + 2) for face in combinations(top, k)}
    simplices = sorted(faces | {(v,) for v in range(n_vertices)}, key=lambda simplex: (len(simplex), simplex))
    grades = {}
    for simplex in simplices:
        grades[simplex] = rng.integers(0, SIZE, (rng.integers(1, most_grades + 1), p)).astype(float)
        for facet in combinations(simplex, len(simplex) - 1) if len(simplex) > 1 else ():
            chosen = rng.integers(len(grades[facet]), size=len(grades[simplex]))
            grades[simplex] = np.maximum(grades[simplex], grades[facet][chosen])
    return simplices, [grades[simplex] for simplex in simplices]


def require_same_homology(cells, grades, resolved):
    """Assert that Betti numbers agree at every grade of the grid of all that occur."""
    FilteredComplex(resolved.dimensions, resolved.indptr, resolved.indices, resolved.grades)  # its own checks
    n_degrees = max(cells.dimension, resolved.dimension) + 1
    for node in product(range(SIZE), repeat=resolved.n_parameters):
        there = np.array([any((grade <= node).all() for grade in own) for own in grades])
        expected = betti_numbers_of_cells(cells, there)
        found = betti_numbers_of_cells(resolved, (resolved.grades <= node).all(axis=1))
        assert found == expected + [0] * (n_degrees - len(expected))


# --- homology


@pytest.mark.parametrize(("n_vertices", "dimension"), [(1, 0), (4, 0), (5, 1), (5, 2), (5, 3)])
@pytest.mark.parametrize("seed", range(4))
def test_betti_numbers_are_those_of_the_multicritical_complex_at_every_grade(n_vertices, dimension, seed):
    simplices, grades = random_complex(seed, n_vertices, dimension)
    cells = FilteredComplex.from_simplices(simplices, np.zeros(len(simplices)))
    require_same_homology(cells, grades, multicritical_simplices(simplices, grades))


@pytest.mark.parametrize("seed", range(3))
def test_cells_may_come_in_any_order(seed):
    simplices, grades = random_complex(seed, 5, 2)
    order = np.random.default_rng(seed).permutation(len(simplices))
    shuffled, own = [simplices[i] for i in order], [grades[i] for i in order]
    cells = FilteredComplex.from_simplices(shuffled, np.zeros(len(simplices)))
    require_same_homology(cells, own, multicritical_simplices(shuffled, own))


@pytest.mark.parametrize("seed", range(3))
def test_cubes_may_be_multicritical(seed):
    rng = np.random.default_rng(seed)
    grid = cubical(np.zeros((3, 2, 2))).expand()
    grades = []
    for c in range(len(grid)):
        own = rng.integers(0, SIZE, (rng.integers(1, 4), 2)).astype(float)
        for facet in grid.indices[grid.indptr[c] : grid.indptr[c + 1]]:
            own = np.maximum(own, grades[facet][rng.integers(len(grades[facet]), size=len(own))])
        grades.append(own)
    require_same_homology(grid, grades, multicritical_complex(grid.dimensions, grid.indptr, grid.indices, grades))


def test_cells_with_more_than_two_facets_around_a_common_face_are_right():
    # Four edges between two vertices bound a cell: each vertex is met four times, and paths run over each other.
    dimensions, facets = [0, 0, 1, 1, 1, 1, 2], [[], [], [0, 1], [0, 1], [0, 1], [0, 1], [2, 3, 4, 5]]
    indptr = np.cumsum([0, *map(len, facets)])
    indices = np.concatenate(facets).astype(int)
    vertex = np.array([[0, 6], [1, 5], [2, 4], [3, 3], [4, 2], [5, 1]], float)
    edges = [vertex[[k, 5]] for k in (0, 2, 1, 3)]  # the paths from 0 to 2 and from 1 to 3 share a relation
    grades = [vertex, vertex, *edges, np.array([[3.0, 6.0], [5.0, 3.0]])]
    cells = FilteredComplex(dimensions, indptr, indices, np.zeros(7))
    resolved = multicritical_complex(dimensions, indptr, indices, grades)
    require_same_homology(cells, grades, resolved)


@pytest.mark.parametrize("seed", range(3))
def test_total_mass_and_values_of_the_hilbert_measure_are_those_of_the_homology(seed):
    simplices, grades = random_complex(seed, 5, 2)
    cells = FilteredComplex.from_simplices(simplices, np.zeros(len(simplices)))
    resolved = multicritical_simplices(simplices, grades)
    for degree in (0, 1):
        measure = tdainv.hilbert_signed_measure(resolved, degree)
        for node in product(range(SIZE), repeat=2):
            there = np.array([any((grade <= node).all() for grade in own) for own in grades])
            assert (
                measure.weights[(measure.points <= node).all(axis=1)].sum()
                == betti_numbers_of_cells(cells, there)[degree]
            )


def test_one_parameter_keeps_the_smallest_grade():
    simplices, grades = random_complex(0, 5, 2, p=1)
    smallest = [grade.min() for grade in grades]
    assert multicritical_simplices(simplices, grades) == FilteredComplex.from_simplices(simplices, smallest)


@pytest.mark.parametrize("p", [1, 2, 3, 4])
def test_one_grade_a_cell_changes_nothing(p):
    simplices, grades = random_complex(1, 5, 3, most_grades=1, p=p)
    expected = FilteredComplex.from_simplices(simplices, np.concatenate(grades))
    assert multicritical_simplices(simplices, grades) == expected
    doubled = [np.concatenate([grade, grade + 1, grade]) for grade in grades]  # nothing new is minimal
    assert multicritical_simplices(simplices, doubled) == expected


# --- by hand


def test_a_staircase_becomes_a_path():
    #  grades of the vertex (x) and of its relations (o):   x - o
    #                                                           |
    #                                                           x - o
    #                                                               |
    #                                                               x
    resolved = multicritical_complex([0], [0, 0], [], [[[2, 0], [0, 2], [1, 1], [1, 2], [2, 2]]])
    np.testing.assert_array_equal(resolved.grades, [[0, 2], [1, 1], [2, 0], [1, 2], [2, 1]])
    np.testing.assert_array_equal(resolved.dimensions, [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(resolved.indices, [0, 1, 1, 2])


def test_the_boundary_of_a_relation_walks_along_those_of_the_facets():
    stairs = [[0, 2], [1, 1], [2, 0]]
    resolved = multicritical_simplices([[0], [1], [0, 1]], [stairs, [[0, 0]], [[0, 2], [2, 0]]])
    # Cells: 0-2 copies of vertex 0, 3 vertex 1, 4-5 copies of the edge, 6-7 relations of vertex 0, 8 of the edge.
    facets = [sorted(resolved.indices[a:b]) for a, b in zip(resolved.indptr[4:], resolved.indptr[5:], strict=False)]
    assert facets == [[0, 3], [2, 3], [0, 1], [1, 2], [4, 5, 6, 7]]


def test_a_copy_closes_its_boundary_with_relations_of_corners():
    # The edges of a triangle at (2, 2) choose different copies of vertex 0, which has two.
    grades = [[[0, 1], [1, 0]], [[0, 0]], [[0, 0]], [[0, 1]], [[1, 0]], [[0, 0]], [[2, 2]]]
    resolved = multicritical_simplices([[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]], grades)
    assert repr(resolved) == "FilteredComplex(4 + 4 + 1 cells, 2 parameters)"
    assert sorted(resolved.indices[resolved.indptr[8] :]) == [4, 5, 6, 7]


def test_labels_of_vertices_are_repeated_for_their_copies():
    stairs = [[0, 1], [1, 0]]
    resolved = multicritical_simplices([[9], [4], [4, 9]], [stairs, [[0, 0]], stairs])
    np.testing.assert_array_equal(resolved.vertex_labels, [9, 9, 4])
    unnamed = multicritical_complex([0, 0], [0, 0, 0], [], [[[0, 0]], stairs])
    np.testing.assert_array_equal(unnamed.vertex_labels, [0, 1, 1])


def test_grades_at_infinity_are_none_and_cells_without_grades_are_left_out():
    grades = [[[0, 1], [np.inf, 0]], [[0, 0]], [[np.inf, np.inf]], np.zeros((0, 2))]
    resolved = multicritical_simplices([[0], [1], [2], [0, 1]], grades)
    np.testing.assert_array_equal(resolved.grades, [[0, 1], [0, 0]])
    np.testing.assert_array_equal(resolved.vertex_labels, [0, 1])


def test_the_empty_complex_stays_empty():
    for nothing in ([[np.inf, 0.0]], [], [[np.inf]]):
        assert len(multicritical_complex([0], [0, 0], [], [nothing])) == 0
    assert len(multicritical_complex([], [0], [], [])) == 0
    assert len(multicritical_simplices([], [])) == 0


# --- input


def test_both_forms_of_grades_agree_and_are_not_changed():
    simplices, grades = random_complex(2, 5, 2)
    flat, indptr = np.concatenate(grades), np.cumsum([0, *map(len, grades)])
    flat.flags.writeable = indptr.flags.writeable = False
    expected = multicritical_simplices(simplices, grades)
    assert multicritical_simplices(simplices, (flat, indptr)) == expected
    assert multicritical_simplices(simplices, [own[::-1].tolist() for own in grades]) == expected


def test_a_single_grade_may_be_a_row():
    rows = [[0.0, 0.0], [0.0, 1.0], [[1.0, 1.0]]]
    assert multicritical_simplices([[0], [1], [0, 1]], rows).grades.shape == (3, 2)


VERTEX = ([0], [0, 0], [])
EDGE = ([0, 0, 1], [0, 0, 0, 2], [0, 1])
STAIRS = [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("cells", "grades", "message"),
    [
        (EDGE, [STAIRS, STAIRS, [[0, 1], [0, 0]]], r"got cell 2 at grade \[0\. 0\.\] and its facet 0 with the minimal"),
        (EDGE, [STAIRS, [[np.inf, 0]], STAIRS], r"cell 2 at grade \[0\. 1\.\] and its facet 1 with the .* grades \[\]"),
        (EDGE, [[[0, 1, 0], [1, 0, 0]], [[0, 0, 0]], [[1, 1, 1]]], "With 3 parameters .* for cell 0. Choose two"),
        (EDGE, [STAIRS, STAIRS], "one array for each of the 3 cells, got 2 entries"),
        (VERTEX, 3.0, "one array for each of the 1 cells, got float"),
        (VERTEX, [[[np.nan, 0]]], r"grades\[0\] must be numbers or inf, got grades\[0\]\[0, 0\] = nan"),
        (VERTEX, [[[0, 0], [0, -np.inf]]], r"got grades\[0\]\[1, 1\] = -inf"),
        (VERTEX, [[["a"]]], r"grades\[0\] must have shape \(n, p\) .* numeric array"),
        (VERTEX, [np.zeros((1, 1, 1))], r"grades\[0\] must have shape .* got shape \(1, 1, 1\)"),
        (EDGE, [[[0, 0]], [[0]], [[0, 0]]], r"same number of parameters, got \[1, 2\]"),
        (VERTEX, ([[0, 0]], [0, 2]), r"grades must have shape \(2, p\)"),
        (VERTEX, ([[0, 0]], [1, 1]), "grade_indptr must start at 0 and not decrease"),
        (VERTEX, ([[0, 0]], [0.5, 1]), "grade_indptr must be integers"),
        (([0, 2], [0, 0, 1], [0]), [STAIRS] * 2, "Facets must have one dimension less"),
        (([0, 0, 1, 2], [0, 0, 0, 2, 3], [0, 1, 2]), [STAIRS] * 4, "boundary of a boundary"),
    ],
)
def test_bad_input_is_refused(cells, grades, message):
    with pytest.raises(ValueError, match=message):
        multicritical_complex(*cells, grades)


def test_what_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "100")
    with pytest.raises(MemoryLimitError, match=r"complex with 2 minimal grades.*Keep fewer"):
        multicritical_complex(*VERTEX, [STAIRS])
