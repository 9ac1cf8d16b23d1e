"""Delaunay triangulations and conflicts against exact brute force; predicates against integers of Python."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product

import numpy as np
import pytest
from scipy.spatial import Delaunay, QhullError

from tdainv.geometry._engine import Engine
from tdainv.geometry._kernels_predicates import sign
from tdainv.geometry.delaunay import delaunay_triangulation, incremental_delaunay
from tdainv.geometry.insertion_order import function_order, hilbert_order, insertion_order, scaled_to_integers


def all_signs(x):
    """Signs of all determinants for the points of x, the last one being p."""
    return [sign(x, determinant, 0, 1, 2, 3, len(x) - 1) for determinant in range(5)]


# Exact oracles: determinants, barycentric coordinates and spheres in fractions.


def determinant(matrix):
    if not matrix:
        return 1
    total = 0
    for j, factor in enumerate(matrix[0]):
        if factor:
            total += (-1) ** j * factor * determinant([row[:j] + row[j + 1 :] for row in matrix[1:]])
    return total


def integers(points):
    """Points as tuples of integers, all multiplied by one power of two."""
    values = [[Fraction(float(value)) for value in point] for point in points]
    unit = max(value.denominator for point in values for value in point)
    return [tuple(int(value * unit) for value in point) for point in values]


def dot(u, v):
    return sum(a * b for a, b in zip(u, v, strict=True))


def minus(u, v):
    return tuple(a - b for a, b in zip(u, v, strict=True))


def combine(weights, vectors, dim):
    return tuple(sum(w * v[i] for w, v in zip(weights, vectors, strict=True)) for i in range(dim))


@lru_cache(maxsize=10_000)
def gram_inverse(simplex):
    """Sides from the first vertex, and adjugate and determinant (above 0: not flat) of their Gram matrix."""
    sides = [minus(v, simplex[0]) for v in simplex[1:]]
    gram = [[dot(u, v) for v in sides] for u in sides]
    n = len(sides)
    adjugate = [
        [
            (-1) ** (i + j) * determinant([row[:i] + row[i + 1 :] for k, row in enumerate(gram) if k != j])
            for j in range(n)
        ]
        for i in range(n)
    ]
    det = determinant(gram)
    assert det > 0, "flat simplex"
    return sides, adjugate, det


def barycentric(simplex, p):
    """Positive multiples of the barycentric coordinates of p; None if p is not in the affine hull."""
    sides, adjugate, det = gram_inverse(simplex)
    to_p = minus(p, simplex[0])
    products = [dot(u, to_p) for u in sides]
    weights = [dot(row, products) for row in adjugate]
    return [det - sum(weights), *weights] if combine(weights, sides, len(p)) == tuple(det * a for a in to_p) else None


@lru_cache(maxsize=10_000)
def centre(simplex):
    """From the first vertex to the centre of the circumscribed sphere in the affine hull, times a factor: both."""
    sides, adjugate, det = gram_inverse(simplex)
    squares = [dot(u, u) for u in sides]
    return combine([dot(row, squares) for row in adjugate], sides, len(simplex[0])), 2 * det


def power(simplex, p):
    """Positive multiple of the squared distance of p to the centre of that sphere, minus its squared radius."""
    to_centre, factor = centre(simplex)
    to_p = minus(p, simplex[0])
    return factor * dot(to_p, to_p) - 2 * dot(to_p, to_centre)


def affine_dimension(points):
    """Rank of the differences, by elimination."""
    rows = [list(minus(p, points[0])) for p in points[1:]]
    rank = 0
    for column in range(len(points[0])):
        pivot = next((row for row in rows if row[column] != 0), None)
        if pivot is None:
            continue
        rank += 1
        rows.remove(pivot)
        rows = [[pivot[column] * a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
    return rank


def facets(cells):
    """The one or two cells of each facet."""
    owners = {}
    for cell in cells:
        for facet in combinations(cell, len(cell) - 1):
            owners.setdefault(facet, []).append(cell)
    assert max(map(len, owners.values())) <= 2 or len(cells[0]) == 1
    return owners


def hull_facets(cells):
    """Facets in one cell only, with the cell."""
    return [(facet, owners[0]) for facet, owners in facets(cells).items() if len(owners) == 1]


def assert_delaunay(points, cells, dimension, representative):
    """The cells are a triangulation of the hull, with empty spheres, and all points are vertices."""
    points = np.asarray(points, float)
    exact = integers(points)
    firsts = {}
    for i, p in enumerate(exact):
        firsts.setdefault(p, i)
    assert list(representative) == [firsts[p] for p in exact]
    assert dimension == affine_dimension(exact)
    assert cells.shape[1] == dimension + 1 and cells.dtype == np.int32
    assert (np.diff(cells, axis=1) > 0).all()
    assert set(cells.ravel().tolist()) == set(firsts.values())
    cells = [tuple(cell) for cell in cells.tolist()]
    assert len(set(cells)) == len(cells)
    distinct = set(firsts.values())
    for cell in cells:
        corners = tuple(exact[v] for v in cell)
        assert all(power(corners, exact[q]) >= 0 for q in distinct)
    # Across each facet is a cell on the other side, or no point: cells cover all of the hull equally often. Once:
    assert sum(contains_centre(cell, cells[0], exact) for cell in cells) == 1
    for facet, owners in facets(cells).items():
        cell, other = owners if len(owners) == 2 else (owners[0], None)
        opposite = next(i for i, v in enumerate(cell) if v not in facet)
        corners = tuple(exact[v] for v in cell)
        if other is None:
            assert all(barycentric(corners, exact[q])[opposite] >= 0 for q in distinct)
        else:
            beyond = next(v for v in other if v not in facet)
            assert barycentric(corners, exact[beyond])[opposite] < 0


def contains_centre(cell, inner, exact):
    """Whether the centre of mass of a cell lies in another one, or on its boundary."""
    n = len(cell)
    corners = tuple(tuple(n * a for a in exact[v]) for v in cell)
    mass = tuple(sum(exact[v][i] for v in inner) for i in range(len(exact[0])))
    return all(weight >= 0 for weight in barycentric(corners, mass))


def cells_of_prefix(points, n):
    """Finite cells after the first n points, as tuples, and their dimension."""
    x = scaled_to_integers(points)[:n]
    engine = Engine(x, points.shape[1], hilbert_order(x[:, : points.shape[1]]), emit=False)
    engine.run()
    return [tuple(sorted(cell)) for cell in engine.finite_cells().tolist()], engine.k


def expected_conflicts(points):
    """Conflicts of each point with the triangulation of those before, from the definition."""
    exact = integers(points)
    found = Counter([(0,)])
    for i in range(1, len(points)):
        p = exact[i]
        if p in exact[:i]:
            continue
        cells, _ = cells_of_prefix(points, i)
        for cell in cells:
            corners = tuple(exact[v] for v in cell)
            if barycentric(corners, p) is None or power(corners, p) < 0:
                found[(*cell, i)] += 1
        if barycentric(tuple(exact[v] for v in cells[0]), p) is None or len(cells[0]) == 1:
            continue
        for facet, cell in hull_facets(cells):
            opposite = next(j for j, v in enumerate(cell) if v not in facet)
            weight = barycentric(tuple(exact[v] for v in cell), p)[opposite]
            if weight < 0 or (weight == 0 and power(tuple(exact[v] for v in facet), p) < 0):
                found[(*facet, i)] += 1
    return found


def assert_conflicts(points):
    points = np.asarray(points, float)
    result = incremental_delaunay(points)
    assert len(result.simplices) == result.dimension + 2
    assert all(rows.dtype == np.int32 and rows.shape[1] == j + 1 for j, rows in enumerate(result.simplices))
    found = Counter(tuple(row) for rows in result.simplices for row in rows.tolist())
    assert found == expected_conflicts(points)
    cells, k = cells_of_prefix(points, len(points))
    cells = np.array(cells, np.int32)
    assert k == result.dimension
    assert_delaunay(points, cells, k, result.representative)


def assert_all(points):
    points = np.asarray(points, float)
    assert_delaunay(points, *delaunay_triangulation(points))
    assert_conflicts(points)


# Hand-computed cases.


def test_triangle_with_a_point_inside():
    triangulation = delaunay_triangulation(np.array([[0, 0], [4, 0], [0, 4], [1.0, 1]]))
    assert sorted(triangulation.cells.tolist()) == [[0, 1, 3], [0, 2, 3], [1, 2, 3]]
    assert triangulation.dimension == 2


def test_line():
    triangulation = delaunay_triangulation(np.array([[3.0], [1], [2], [1], [-5]]))
    assert sorted(triangulation.cells.tolist()) == [[0, 2], [1, 2], [1, 4]]
    assert triangulation.representative.tolist() == [0, 1, 2, 1, 4]
    found = incremental_delaunay(np.array([[3.0], [1], [2], [1], [-5]]))
    assert [rows.tolist() for rows in found.simplices] == [[[0]], [[0, 1], [1, 4]], [[0, 1, 2]]]


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_one_point_and_equal_points(dim):
    for n in (1, 3):
        points = np.full((n, dim), 0.1)
        triangulation = delaunay_triangulation(points)
        assert triangulation.cells.tolist() == [[0]] and triangulation.dimension == 0
        assert triangulation.representative.tolist() == [0] * n
        found = incremental_delaunay(points)
        assert [rows.tolist() for rows in found.simplices] == [[[0]], []]
        assert found.simplices[1].shape == (0, 2)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_two_points(dim):
    points = np.array([[1.0] * dim, [1.0] * (dim - 1) + [2.0]])
    assert delaunay_triangulation(points).cells.tolist() == [[0, 1]]
    assert [rows.tolist() for rows in incremental_delaunay(points).simplices] == [[[0]], [[0, 1]], []]


def test_negative_zero_is_zero():
    assert delaunay_triangulation(np.array([[0.0, 1], [-0.0, 1]])).representative.tolist() == [0, 0]


def test_a_point_that_raises_the_dimension_meets_all_cells():
    found = incremental_delaunay(np.array([[0.0, 0], [2, 0], [1, 0], [0, 5]]))
    assert [sorted(rows.tolist()) for rows in found.simplices] == [
        [[0]],
        [[0, 1]],
        [[0, 1, 2], [0, 2, 3], [1, 2, 3]],
        [],
    ]


def test_a_tie_is_no_conflict():
    found = incremental_delaunay(np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]]))
    assert [rows.tolist() for rows in found.simplices] == [[[0]], [[0, 1]], [[0, 1, 2], [1, 2, 3]], []]


# Degenerate and random sets against brute force.

_CIRCLE = [(x, y) for x in range(-5, 6) for y in range(-5, 6) if x * x + y * y == 25]
_SPHERE = [(x, y, z) for x, y, z in product(range(-3, 4), repeat=3) if x * x + y * y + z * z == 9]
_TILTED = [(i + j, i - 2 * j, 3 * i + j + 1) for i, j in product(range(3), range(3))]
_SETS = {
    "circle": _CIRCLE,
    "circle in a tilted plane": [(3 * x, 4 * x, 5 * y) for x, y in _CIRCLE],
    "square grid": list(product(range(4), range(3))),
    "cube": list(product((0, 1), repeat=3)),
    "cube with centre": [*product((0, 2), repeat=3), (1, 1, 1)],
    "box of floats": list(product((0.1, 0.3), (0.2, 0.7), (1 / 3, 0.9))),
    "sphere": _SPHERE[:14],
    "tilted plane": _TILTED,
    "tilted plane and a point": [*_TILTED, (0, 0, 0)],
    "line in space": [(i, 2 * i, -i) for i in (3, 1, 4, 1, 5)],
    "line, then plane, then space": [(0, 0, 1), (0, 0, 3), (0, 0, 2), (0, 1, 0), (0, -1, 2), (1, 1, 1), (-1, 0, 2)],
    "line in the plane x = 1": [(1, 4), (1, 2), (1, 3), (1, 2), (2, 2), (0, 2)],
    "duplicates": [(0, 0), (0, 0), (1, 0), (0, 0), (1, 0), (0, 1), (1, 1), (0, 1)],
    "tiny and huge": [(0, 0), (1e-20, 0), (1e20, 1), (1, 1e-20), (1e20, 1e20)],
}


@pytest.mark.parametrize("name", _SETS)
def test_degenerate_sets(name):
    points = np.array(_SETS[name], float)
    assert_all(points)
    assert_all(points[np.random.default_rng(0).permutation(len(points))])


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_small_random_sets_of_few_coordinates(dim):
    rng = np.random.default_rng(dim)
    for _ in range(40):
        n = rng.integers(1, 9 - dim if dim == 3 else 9)
        assert_all(rng.integers(0, 3, (n, dim)))


@pytest.mark.parametrize("dim", [2, 3])
def test_small_sets_of_nearly_cospherical_floats(dim):
    rng = np.random.default_rng(dim)
    for _ in range(8):
        points = rng.normal(size=(7, dim))
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        assert_all(points)


@pytest.mark.parametrize("dim", [2, 3])
def test_many_small_degenerate_sets_end_without_a_crash(dim):
    rng = np.random.default_rng(10 + dim)
    for _ in range(300):
        points = rng.integers(0, 3, (rng.integers(1, 28), dim)).astype(float)
        triangulation = delaunay_triangulation(points)
        found = incremental_delaunay(points)
        assert triangulation.dimension == found.dimension
        assert (triangulation.representative == found.representative).all()


@pytest.mark.parametrize(("dim", "n"), [(2, 5), (2, 2000), (3, 6), (3, 1000)])
def test_cells_of_random_points_are_those_of_qhull(dim, n):
    points = np.random.default_rng(n).normal(size=(n, dim))
    expected = np.sort(Delaunay(points).simplices, axis=1)
    assert set(map(tuple, delaunay_triangulation(points).cells)) == set(map(tuple, expected))
    cells, _ = cells_of_prefix(points, n)
    assert set(cells) == set(map(tuple, expected))


@pytest.mark.parametrize("spacing", [1.0, 0.1])
@pytest.mark.parametrize("shape", [(30, 20), (9, 8, 7)])
def test_grids_are_filled(shape, spacing):
    """Volumes add up, and cells are as many as Euler's formula asks for in the plane."""
    grid = np.array(list(product(*map(range, shape)))) * spacing
    dim = len(shape)
    shuffled = np.random.default_rng(0).permutation(grid)
    for points, cells in (
        (grid, delaunay_triangulation(grid).cells),
        (shuffled, delaunay_triangulation(shuffled).cells),
        (shuffled, np.array(cells_of_prefix(shuffled, len(grid))[0])),
    ):
        corners = points[cells]
        volumes = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / (2 if dim == 2 else 6)
        assert volumes.min() > 0.1 * spacing**dim
        assert volumes.sum() == pytest.approx(np.prod(np.array(shape) - 1) * spacing**dim)
        if dim == 2:
            assert len(cells) == 2 * (shape[0] - 1) * (shape[1] - 1)


@pytest.mark.parametrize("dim", [2, 3])
def test_the_closed_conflicts_contain_the_last_triangulation(dim):
    points = np.random.default_rng(3).integers(0, 6, (60, dim)).astype(float)
    found = incremental_delaunay(points)
    simplices = {row for rows in found.simplices for row in map(tuple, rows.tolist())}
    faces = {face for row in simplices for face in combinations(row, found.dimension + 1)}
    assert set(cells_of_prefix(points, len(points))[0]) <= faces


def test_the_result_does_not_depend_on_scale():
    points = np.random.default_rng(4).integers(0, 9, (50, 3)).astype(float)
    for scale in (2.0**-700, 2.0**600, 3.0):
        assert (delaunay_triangulation(points * scale).cells == delaunay_triangulation(points).cells).all()


def test_points_and_input_arrays_are_left_alone():
    points = np.random.default_rng(5).random((20, 3))
    before = points.copy()
    points.flags.writeable = False
    delaunay_triangulation(points)
    incremental_delaunay(points)
    assert (points == before).all()


def test_arrays_grow(monkeypatch):
    """Points on two curves in space have quadratically many cells: more than there is room for to begin with."""
    t = np.arange(1, 61.0)
    points = np.concatenate([np.c_[t, 0 * t, 0 * t], np.c_[0 * t, t, 0 * t + 100]])
    n_cells = len(delaunay_triangulation(points).cells)
    assert n_cells == 59 * 59
    found = incremental_delaunay(points)
    monkeypatch.setattr("tdainv.geometry._engine._CONFLICTS", (1, 0, 0, 0))
    again = incremental_delaunay(points)
    for rows, others in zip(found.simplices, again.simplices, strict=True):
        assert (rows == others).all()


# Predicates.


def exact_signs(x):
    *others, p = integers(x)
    rows = [minus(q, p) for q in others]
    lifted = [[*row, dot(row, row)] for row in rows]
    values = [
        determinant([[row[0], row[1]] for row in rows[:2]]),
        determinant([[row[0], row[2]] for row in rows[:2]]),
        determinant([list(row) for row in rows[:3]]),
        determinant([[row[0], row[1], row[3]] for row in lifted[:3]]),
        determinant([list(row) for row in lifted[:4]]),
    ]
    return [(value > 0) - (value < 0) for value in values]


def nearly_degenerate(kind, rng):
    """Five integer points of 53 bits: on a sphere, in a box, or in a plane, then moved by at most one unit."""
    if kind == "sphere":
        x = rng.normal(size=(5, 3))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
    elif kind == "box":
        x = rng.integers(0, 2, (5, 3)) * rng.random(3) + rng.random(3)
    else:
        x = rng.random((5, 1)) * rng.random(3) + rng.random((5, 1)) * rng.integers(0, 2, 3)
    return np.round(np.ldexp(x, 51)) + rng.integers(-1, 2, (5, 3)) * rng.integers(0, 2)


@pytest.mark.parametrize("kind", ["sphere", "box", "plane"])
@pytest.mark.parametrize("bits", [0, 30, 140])
def test_predicates_are_exact_near_degeneracies(bits, kind):
    rng = np.random.default_rng(bits)
    for _ in range(150):
        x = np.ldexp(nearly_degenerate(kind, rng), bits)
        x += rng.integers(-1, 2, x.shape)  # far below the last place, except for bits = 0 and zeros
        assert all_signs(x) == exact_signs(x)


def test_predicates_are_exact_for_the_largest_coordinates():
    rng = np.random.default_rng(7)
    for _ in range(60):
        x = np.ldexp(rng.integers(-2, 3, (5, 3)) * 1.0, rng.choice([0, 60, 120, 198], (5, 3)))
        assert all_signs(x) == exact_signs(x)


def test_predicates_are_exact_where_floats_begin_to_round():
    """Determinants 0 and 1 of integers, the products of which have 40 to 70 bits."""
    rng = np.random.default_rng(8)
    sphere, circle = np.array(_SPHERE, float), np.array([(*p, 0) for p in _CIRCLE], float)
    for bits in np.repeat(range(4, 35), 8):
        scale = rng.integers(2**bits, 2 ** (bits + 1)) | 1
        for points in (sphere, circle):
            x = rng.permutation(points)[:5] * scale
            assert all_signs(x) == exact_signs(x)
        m = float(scale)
        x = np.array([[m, m - 1, m - 1], [m + 1, m, m], [0, 0, 1], [0, 0, 0]])
        assert [sign(x, determinant, 0, 1, 2, 2, 3) for determinant in range(3)] == [1, 1, 1]


def test_predicates_see_the_last_bit():
    """Five points on a sphere, one of them moved by the smallest step, inwards and outwards."""
    x = np.array([[3, 4, 0], [-3, 4, 0], [0, -3, 4], [0, -3, -4], [0, 0, 5]]) * 2.0**100
    orientation = all_signs(x[[0, 1, 2, 3]])[2]
    assert all_signs(x)[4] == 0
    for target, expected in ((0.0, 1), (np.inf, -1)):
        moved = x.copy()
        moved[4, 2] = np.nextafter(x[4, 2], target)
        assert all_signs(moved)[4] == expected * orientation


# Preparation.


def test_scaled_coordinates_are_the_smallest_integers():
    scaled = scaled_to_integers(np.array([[0.75, -2.5], [0, 1e3]]))
    assert scaled.tolist() == [[3, -10, 0], [0, 4000, 0]]


def test_sizes_beyond_exact_arithmetic_are_refused():
    with pytest.raises(ValueError, match="differ in size by less than a factor of about 1e44, got sizes from 1e-60 to"):
        delaunay_triangulation(np.array([[1e-60, 0], [1, 1]]))
    with pytest.raises(ValueError, match="Round the points, for example to multiples of 1e-20"):
        incremental_delaunay(np.array([[1e-60, 0], [1, 1]]))
    assert delaunay_triangulation(np.array([[5e-324, 0], [0, 5e-324], [0, 0]])).dimension == 2
    assert delaunay_triangulation(np.array([[1.7e308, 0], [0, -1.7e308], [0, 0]])).dimension == 2


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_orders_are_permutations_with_near_neighbours(dim):
    points = np.random.default_rng(8).random((2000, dim))
    curve = hilbert_order(points)
    order = insertion_order(curve)
    assert sorted(curve) == sorted(order) == list(range(2000))
    steps = np.linalg.norm(np.diff(points[curve], axis=0), axis=1)
    assert steps.mean() < 2 * 2000 ** (-1 / dim)


def test_ties_of_a_function_in_random_order_keep_conflicts_few():
    grid = np.array(list(product(range(30), repeat=2)), float)
    order = function_order(grid[:, 0])
    assert sorted(order) == list(range(900)) and (np.diff(grid[order, 0]) >= 0).all()
    by_rows, shuffled = (len(incremental_delaunay(points).simplices[3]) for points in (grid, grid[order]))
    assert shuffled < 6 * 900 < by_rows


def test_flat_points_that_qhull_refuses():
    """Why there is an engine of our own."""
    flat = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1], [2, 5, 1]])
    with pytest.raises(QhullError):
        Delaunay(flat)
    assert len(delaunay_triangulation(flat.astype(float)).cells) == 4
