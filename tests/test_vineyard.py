"""Vineyards: pairings along paths of filtrations, against a reduction of each filtration by itself."""

import numpy as np
import pytest

import tdainv
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.persistence.presentation import module_complex
from tdainv.persistence.vineyard import Vineyard


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def ordinary_bars(complex_, values):
    """Bars of positive length of a complex filtered by values, from the textbook reduction with sets."""
    faces, cells, cofaces = values

    def reduce(matrix, row_values, column_values):
        row_rank = np.argsort(np.argsort(row_values, kind="stable"))
        owner, pivot_of = {}, {}
        reduced = {}
        for j in np.argsort(column_values, kind="stable"):
            column = set(matrix.indices[matrix.indptr[j] : matrix.indptr[j + 1]].tolist())
            while column:
                low = max(column, key=lambda row: row_rank[row])
                if low not in owner:
                    owner[low] = j
                    pivot_of[j] = low
                    break
                column ^= reduced[owner[low]]
            reduced[j] = column
        return owner, pivot_of

    _, negative = reduce(complex_.lower, faces, cells)
    killer, _ = reduce(complex_.upper, cells, cofaces)
    ends = {cell: cofaces[killer[cell]] if cell in killer else np.inf for cell in range(len(cells))}
    bars = [(cells[cell], ends[cell]) for cell in range(len(cells)) if cell not in negative]
    return sorted((b, d) for b, d in bars if b < d)


def pushed(complex_, lines):
    graded = complex_.lower.row_grades, complex_.upper.row_grades, complex_.upper.column_grades
    return [lines.push(grades) for grades in graded]


def follow(complex_, lines):
    faces, cells, cofaces = pushed(complex_, lines)
    return Vineyard(complex_).follow(cells, cofaces, faces)


def sorted_bars(vines, i):
    return sorted((b, d) for b, d in zip(vines.born[i], vines.died[i], strict=True) if b < d)


def filtrations():
    rng = np.random.default_rng(5)
    cloud, grid = rng.random((12, 2)), rng.integers(0, 4, (12, 2)).astype(float)
    return {
        "delaunay": tdainv.function_delaunay(cloud, rng.random(12)),
        "delaunay of a grid": tdainv.function_delaunay(grid, rng.integers(0, 3, 12).astype(float)),
        "rips, three parameters": tdainv.function_rips(cloud[:9], rng.random((9, 2))),
        "rips that is cut off": tdainv.function_rips(cloud[:9], rng.random((9, 2)), max_edge=0.5),
        "image, three parameters": tdainv.cubical(rng.integers(0, 5, (3, 4, 3)).astype(float), channels=True),
    }


FILTRATIONS = filtrations()


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("small", [True, False], ids=["presentation", "complex"])
@pytest.mark.parametrize("name", FILTRATIONS)
def test_bars_along_random_lines_are_those_of_the_reduction_of_each(name, small, degree, rng):
    filtration = FILTRATIONS[name]
    complex_ = module_complex(filtration, degree) if small else filtration.chain_complex(degree)
    p = filtration.n_parameters
    bases = 2 * rng.random((20, p)) - 1
    directions = rng.random((20, p)) * (rng.random((20, p)) < 0.8)
    directions[:, 0] += 0.1
    lines = tdainv.Lines(bases, directions)
    vines, values = follow(complex_, lines), pushed(complex_, lines)
    for i in range(len(lines)):
        assert sorted_bars(vines, i) == ordinary_bars(complex_, [v[i] for v in values])


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("small", [True, False], ids=["presentation", "complex"])
@pytest.mark.parametrize("name", FILTRATIONS)
def test_vines_are_continuous_along_parallel_lines(name, small, degree):
    filtration = FILTRATIONS[name]
    complex_ = module_complex(filtration, degree) if small else filtration.chain_complex(degree)
    bases = np.zeros((400, filtration.n_parameters))
    bases[:, 0] = np.linspace(4.5, -4.5, 400)
    step = bases[0, 0] - bases[1, 0]
    vines = follow(complex_, tdainv.Lines(bases, np.ones(bases.shape[1])))
    finite = np.isfinite(vines.died)
    assert (finite == finite[0]).all()
    assert np.abs(np.diff(vines.born, axis=0)).max(initial=0) <= step * (1 + 1e-9)
    assert np.abs(np.diff(np.where(finite, vines.died, 0), axis=0)).max(initial=0) <= step * (1 + 1e-9)


def test_generators_of_vines_have_the_values_that_are_given(rng):
    complex_ = module_complex(FILTRATIONS["delaunay"], 1)
    lines = tdainv.Lines(rng.random((5, 2)), [1.0, 2.0])
    faces, cells, cofaces = pushed(complex_, lines)
    vines = Vineyard(complex_).follow(cells, cofaces, faces)
    np.testing.assert_array_equal(np.take_along_axis(cells, vines.births.astype(int), axis=1), vines.born)
    ends = np.take_along_axis(np.hstack([cofaces, np.full((5, 1), np.inf)]), vines.deaths.astype(int), axis=1)
    np.testing.assert_array_equal(ends, vines.died)


def test_a_path_in_pieces_is_the_path(rng):
    complex_ = module_complex(FILTRATIONS["delaunay"], 1)
    lines = tdainv.Lines(rng.random((30, 2)), [1.0, 1.0])
    _, cells, cofaces = pushed(complex_, lines)
    whole = Vineyard(complex_).follow(cells, cofaces)
    vineyard = Vineyard(complex_)
    pieces = [vineyard.follow(cells[i : i + 7], cofaces[i : i + 7]) for i in range(0, 30, 7)]
    for k in range(4):
        np.testing.assert_array_equal(whole[k], np.concatenate([piece[k] for piece in pieces]))


def test_a_copy_goes_its_own_way(rng):
    complex_ = module_complex(FILTRATIONS["delaunay"], 1)
    _, cells, cofaces = pushed(complex_, tdainv.Lines(rng.random((20, 2)), [1.0, 1.0]))
    vineyard = Vineyard(complex_)
    vineyard.follow(cells[:5], cofaces[:5])
    twin = vineyard.copy()
    vineyard.follow(cells[5:10], cofaces[5:10])
    expected = Vineyard(complex_).follow(
        cells[[0, 1, 2, 3, 4, *range(10, 20)]], cofaces[[0, 1, 2, 3, 4, *range(10, 20)]]
    )
    found = twin.follow(cells[10:], cofaces[10:])
    np.testing.assert_array_equal(found.births, expected.births[5:])
    np.testing.assert_array_equal(found.deaths, expected.deaths[5:])


def test_a_vine_hands_its_birth_over_where_two_generators_cross():
    """Generators a, b and relations a + b, then a: the younger generator dies at the first, the elder at the second."""
    grades = np.array([[0.0, 1.0], [1.0, 0.0]])
    relations = np.array([[2.0, 2.0], [5.0, 5.0]])
    upper = GradedMatrix(np.array([0, 2, 3]), np.array([0, 1, 0]), grades, relations)
    lower = GradedMatrix(np.zeros(3, int), np.zeros(0, int), np.zeros((0, 2)), grades)
    lines = tdainv.Lines([[0.0, 0.9], [0.0, 0.1], [0.1, 0.0], [0.9, 0.0]], [1.0, 1.0])
    vines = follow(ChainComplex(0, upper, lower), lines)
    first = vines.deaths[0].argmin()
    np.testing.assert_array_equal(vines.deaths[:, first], 0)
    np.testing.assert_array_equal(vines.deaths[:, 1 - first], 1)
    np.testing.assert_array_equal(vines.births[:, first], [1, 1, 0, 0])
    np.testing.assert_array_equal(vines.births[:, 1 - first], [0, 0, 1, 1])
    np.testing.assert_allclose(vines.born[:, first], [1.0, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(vines.born[:, 1 - first], [0.1, 0.9, 0.9, 0.1])


def test_large_jumps_are_sorted_as_well(rng):
    complex_ = module_complex(tdainv.function_delaunay(rng.random((150, 2)), rng.random(150)), 1)
    values = np.sort(rng.random((2, complex_.upper.shape[0])), axis=1)
    values[1] = values[1, ::-1]
    later = np.array([[3.0], [3.0]]) + rng.random((2, complex_.upper.shape[1]))
    vines = Vineyard(complex_).follow(values, later)
    for i in range(2):
        assert sorted_bars(vines, i) == ordinary_bars(complex_, [np.zeros(0), values[i], later[i]])


def test_a_complex_without_generators_has_no_vines():
    nothing = module_complex(tdainv.rips([[0.0], [1.0]]), 1)
    vines = follow(nothing, tdainv.Lines([[0.0], [1.0]], [1.0]))
    assert [each.shape for each in vines] == [(2, 0)] * 4
