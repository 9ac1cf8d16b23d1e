"""Delaunay complexes by smallest balls, with and without a function: the homology of all subsets."""

import os
import subprocess
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from balls_oracle import KINDS, ball_radius, cech, hard_cloud, rounded

import tdainv
from tdainv.complexes.simplices import close_simplices
from tdainv.filtrations.delaunay import codensity_delaunay, delaunay, function_delaunay
from tdainv.filtrations.delaunay_estimators import CodensityDelaunay, Delaunay, FunctionDelaunay
from tdainv.geometry import _kernels_balls as kernels
from tdainv.geometry.balls import _circumradii, _scale, ball_radii

FUNCTIONS = {
    "rows": lambda rng, cloud: np.arange(len(cloud)),
    "ties": lambda rng, cloud: rng.integers(0, 3, len(cloud)),
    "constant": lambda rng, cloud: np.zeros(len(cloud)),
    "coordinate": lambda rng, cloud: cloud[:, 0],
    "random": lambda rng, cloud: rng.normal(size=len(cloud)),
}


def measures(complex_, dimension):
    return tdainv.hilbert_signed_measures(complex_, range(dimension))


def lasting(bars, start, stop):
    return np.count_nonzero((bars[:, 0] <= start) & (bars[:, 1] > stop))


def grid(n, dimension):
    return np.stack(np.meshgrid(*[np.arange(float(n))] * dimension, indexing="ij"), -1).reshape(-1, dimension)


# --- by hand


def test_a_blunt_triangle_is_there_with_its_longest_edge():
    complex_ = delaunay([[0, 0], [4, 0], [2, 1]])
    assert complex_.grades[:, 0].tolist() == [0, 0, 0, 2, np.sqrt(5) / 2, np.sqrt(5) / 2, 2]


def test_an_equilateral_triangle_is_filled_at_its_circumradius():
    corners = np.array([[0, 0, 2], [0, 2, 0], [2, 0, 0]])
    assert delaunay(corners).grades[-1, 0] == pytest.approx(2 * np.sqrt(2 / 3), rel=1e-15)


def test_a_regular_tetrahedron_is_filled_at_its_circumradius():
    corners = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    assert delaunay(corners).grades[-1, 0] == np.sqrt(3) / 2


def test_an_early_pair_keeps_its_edge_when_a_point_comes_between():
    line = function_delaunay([[0.0], [2.0], [4.0]], [0, 1, 0])
    assert line.simplices(1).tolist() == [[0, 1], [0, 2], [1, 2]]
    assert line.grades.tolist() == [[0, 0], [0, 1], [0, 0], [1, 1], [2, 0], [1, 1], [2, 1]]


def test_equal_points_are_joined_to_the_earliest_of_them_at_radius_0():
    complex_ = function_delaunay([[1, 1], [1, 1], [1, 1]], [5, 3, 4])
    assert complex_.simplices(1).tolist() == [[0, 1], [1, 2]]
    assert complex_.grades.tolist() == [[0, 5], [0, 3], [0, 4], [0, 5], [0, 4]]
    assert delaunay([[1, 1], [1, 1]]).grades.tolist() == [[0], [0], [0]]


def test_one_point_is_one_vertex():
    assert delaunay([[1.0, 2.0]]).grades.tolist() == [[0.0]]
    assert function_delaunay([[1.0, 2.0]], [3.0]).grades.tolist() == [[0.0, 3.0]]


# --- the homology of all subsets


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_function_delaunay_has_the_homology_of_function_cech(kind, dimension):
    if kind == "circle" and dimension == 1:
        pytest.skip("no circle on a line")
    for seed, (name, make) in enumerate(FUNCTIONS.items()):
        rng = np.random.default_rng([seed, dimension])
        cloud = hard_cloud(kind, rng, dimension, 8 if dimension < 3 else 7)
        function = make(rng, cloud)
        expected = measures(cech(cloud, dimension, function), dimension)
        found = function_delaunay(cloud, function)
        assert measures(rounded(found), dimension) == expected, name
        if dimension > 1:  # no homology of the full dimension: unions of balls in R^D have none
            assert len(tdainv.hilbert_signed_measure(found, dimension)) == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimension", [2, 3])
def test_delaunay_has_the_homology_of_cech(kind, dimension):
    for seed in range(3):
        cloud = hard_cloud(kind, np.random.default_rng([seed, dimension]), dimension, 9 if dimension == 2 else 8)
        assert measures(rounded(delaunay(cloud)), dimension) == measures(cech(cloud, dimension), dimension)


def test_larger_planar_grids_have_the_homology_of_cech():
    cloud = grid(4, 2)
    function = np.random.default_rng(0).integers(0, 4, len(cloud))
    expected = measures(cech(cloud, 2, function), 2)
    assert measures(rounded(function_delaunay(cloud, function)), 2) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimension", [2, 3])
def test_delaunay_and_rips_filtrations_are_interleaved(kind, dimension):
    # Cech_r in Rips_2r in Cech_cr with c = sqrt(2), by Jung: what lasts from end to end is there in the middle.
    cloud = hard_cloud(kind, np.random.default_rng([2, dimension]), dimension, 11)
    for degree in range(dimension):
        balls = tdainv.barcode(delaunay(cloud), degree).diagram
        pairs = tdainv.barcode(tdainv.rips(cloud), degree).diagram / 2
        for r in np.unique(np.concatenate([balls, pairs])) * (1 + 1e-9):
            s = r * np.sqrt(2) * (1 + 1e-9)
            assert lasting(balls, r, s) <= lasting(pairs, r, r)
            assert lasting(pairs, r, s) <= lasting(balls, s, s)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_grades_of_function_delaunay_are_interleaved_with_those_of_function_rips(dimension):
    rng = np.random.default_rng([4, dimension])
    cloud, function = rng.integers(0, 9, size=(40, dimension)).astype(float), rng.normal(size=40)
    complex_ = function_delaunay(cloud, function)
    for k in range(1, complex_.dimension + 1):
        corners = cloud[complex_.simplices(k)]
        diameters = np.linalg.norm(corners[:, :, np.newaxis] - corners[:, np.newaxis], axis=3).max(axis=(1, 2))
        radii, values = complex_.grades[complex_.cells_of(k)].T
        assert (radii >= diameters / 2 * (1 - 1e-12)).all()
        assert (radii <= diameters / np.sqrt(2) * (1 + 1e-12)).all()
        assert np.array_equal(values, function[complex_.simplices(k)].max(axis=1))


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_last_level_of_the_function_is_the_delaunay_filtration(dimension):
    rng = np.random.default_rng(dimension)
    cloud, function = rng.normal(size=(60, dimension)), rng.normal(size=60)
    for degree in range(dimension):
        measure = tdainv.hilbert_signed_measure(function_delaunay(cloud, function), degree)
        flat = tdainv.SignedMeasure(measure.points[:, :1], measure.weights)
        assert flat == tdainv.hilbert_signed_measure(delaunay(cloud), degree)


@pytest.mark.parametrize("dimension", [2, 3])
def test_each_level_of_the_function_is_the_delaunay_filtration_of_the_points_below(dimension):
    rng = np.random.default_rng([7, dimension])
    cloud, function = rng.integers(0, 6, size=(40, dimension)), rng.integers(0, 4, size=40)
    for degree in range(dimension):
        measure = tdainv.hilbert_signed_measure(function_delaunay(cloud, function), degree)
        for level in range(4):
            below = measure.points[:, 1] <= level
            flat = tdainv.SignedMeasure(measure.points[below, :1], measure.weights[below])
            assert flat == tdainv.hilbert_signed_measure(delaunay(cloud[function <= level]), degree)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_order_of_the_points_does_not_matter(dimension):
    rng = np.random.default_rng([3, dimension])
    cloud, function = grid(4, dimension)[:40], rng.integers(0, 5, size=4**dimension)[:40]
    order = rng.permutation(len(cloud))
    expected = measures(function_delaunay(cloud, function), dimension)
    assert measures(function_delaunay(cloud[order], function[order]), dimension) == expected


def test_exact_motions_do_not_matter_and_scaling_scales():
    rng = np.random.default_rng(5)
    cloud, function = rng.integers(-9, 9, size=(40, 3)).astype(float), rng.normal(size=40)
    expected = measures(function_delaunay(cloud, function), 3)
    turned = cloud[:, [1, 0, 2]] * [-1, 1, 1] + [1024, -3, 7]
    assert measures(function_delaunay(turned, function), 3) == expected
    complex_, twice = function_delaunay(cloud, function), function_delaunay(2 * cloud, function)
    assert np.array_equal(complex_.grades * [2, 1], twice.grades)


@pytest.mark.parametrize("function", ["height", "constant"])
def test_ties_of_the_function_do_not_make_the_complex_large(function):
    cloud = grid(30, 2)
    complex_ = function_delaunay(cloud, cloud[:, 1] if function == "height" else np.zeros(900))
    assert len(complex_) < 25 * 900


# --- radii


@pytest.mark.parametrize("kind", ["random", "grid", "equal points", "plane", "circle"])
@pytest.mark.parametrize("dimension", [2, 3])
def test_radii_are_those_of_smallest_balls(kind, dimension):
    rng = np.random.default_rng([1, dimension])
    cloud = np.unique(hard_cloud(kind, rng, dimension, 7), axis=0)
    levels = [np.array(list(combinations(range(len(cloud)), size))) for size in range(1, dimension + 3)]
    complex_ = close_simplices([level for level in levels if len(level)], len(cloud))
    for level, radii in zip(complex_.levels, ball_radii(cloud, *complex_), strict=True):
        assert np.allclose(radii, [ball_radius(cloud[row]) for row in level], rtol=1e-12, atol=0)


@pytest.mark.parametrize("make", [lambda n: np.arange(float(n)), lambda n: np.linspace(0, 1, n)])
def test_on_a_grid_radii_take_few_values(make):
    # Cubes have four: half of a side, of the diagonal of a side, and of the diagonal of the cube; and the circumradius
    # of the triangle of diagonals of sides. Sides of a grid of steps that are rounded differ by rounding.
    x = make(5)
    cloud = np.stack(np.meshgrid(x, x, x), -1).reshape(-1, 3)
    step = x[1] - x[0]
    radii = np.unique(delaunay(cloud).grades)
    allowed = step * np.array([0, 0.5, np.sqrt(0.5), np.sqrt(0.75), np.sqrt(2 / 3)])
    assert np.abs(radii[:, np.newaxis] - allowed).min(axis=1).max() < 1e-15
    if x[1] == 1:
        assert len(radii) <= 5


def test_grades_never_decrease_and_cells_are_in_order():
    rng = np.random.default_rng(8)
    for cloud in (rng.normal(size=(200, 3)), rng.integers(0, 4, size=(100, 3)), np.linspace(0, 1, 90).reshape(30, 3)):
        complex_ = function_delaunay(cloud, rng.normal(size=len(cloud)))
        checked = tdainv.FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades)
        for k in range(complex_.dimension + 1):
            rows = checked.simplices(k).tolist()
            assert rows == sorted(rows)
            assert len({tuple(row) for row in rows}) == len(rows)
        inside = np.diff(complex_.indices)[np.setdiff1d(np.arange(len(complex_.indices) - 1), complex_.indptr - 1)]
        assert (inside > 0).all()  # facets of a cell increase


@pytest.mark.parametrize("dimension", [2, 3])
def test_circumradii_of_almost_collinear_points(dimension):
    # Products of floats with one vector: on a line but for rounding. R^2 = abc / 16 A^2, of squared sides a, b, c.
    rng = np.random.default_rng(dimension)
    for _ in range(50):
        cloud = np.zeros((3, 3))
        cloud[:, :dimension] = np.outer(rng.random(3), rng.normal(size=dimension))
        u, v, w = ([Fraction(y) - Fraction(x) for x, y in zip(cloud[i - 1], cloud[i], strict=True)] for i in range(3))
        a, b, c, uv = (sum(x * y for x, y in zip(f, g, strict=True)) for f, g in ((u, u), (v, v), (w, w), (u, v)))
        if a * b == uv * uv:
            continue
        scaled = _scale(cloud)
        found = _circumradii(scaled, np.array([[0, 1, 2]], np.int32), np.array([False]), np.zeros(1))
        assert found[0] * scaled.size == pytest.approx(np.sqrt(float(a * b * c / (4 * (a * b - uv * uv)))), rel=1e-12)


def fraction_sides(points, triangles_with_vertex):
    """Sides of points of the smallest spheres through three others, by exact linear algebra."""
    for *triangle, vertex in triangles_with_vertex:
        a, b, c, v = ([Fraction(x) for x in points[i]] for i in (*triangle, vertex))
        u, w, p = ([x - y for x, y in zip(q, a, strict=True)] for q in (b, c, v))
        uu, uw, ww = (sum(x * y for x, y in zip(f, g, strict=True)) for f, g in ((u, u), (u, w), (w, w)))
        area = uu * ww - uw * uw
        x, y = ww * (uu - uw) / (2 * area), uu * (ww - uw) / (2 * area)
        centre = [x * f + y * g for f, g in zip(u, w, strict=True)]
        distance = sum((f - g) ** 2 for f, g in zip(p, centre, strict=True)) - sum(f * f for f in centre)
        yield (distance > 0) - (distance < 0)


@pytest.mark.parametrize("noise", [0, 2.0**-53, 2.0**-40, 1e-3])
@pytest.mark.parametrize("size", [1.0, 1e-30, 3e20])
def test_sides_of_triangles_are_exact_near_ties(noise, size):
    rng = np.random.default_rng(4)
    sphere = np.array([*{(x, y, z) for v in ((1, 2, 2), (2, 1, 2), (3, 0, 0)) for x, y, z in [v, v[::-1]]}])
    signs = rng.choice([-1, 1], size=(200, 4, 3))
    rows = sphere[rng.integers(0, len(sphere), size=(200, 4))] * signs * 0.7 + 0.1
    rows[1:] += noise * rng.normal(size=(199, 4, 3))
    flat = np.ascontiguousarray(rows.reshape(-1, 3) * size)
    simplices = np.arange(800, dtype=np.int32).reshape(200, 4)
    different = np.array([np.linalg.matrix_rank(r[1:3] - r[0]) == 2 and len(np.unique(r, axis=0)) == 4 for r in rows])
    simplices = simplices[different]
    scaled = _scale(flat)
    found = kernels.sides_of_triangles(scaled.points, simplices, scaled.grain)[:, 3]
    assert found.tolist() == list(fraction_sides(flat, simplices.tolist()))


@pytest.mark.parametrize("noise", [0, 2.0**-53, 1e-3])
def test_sides_of_edges_are_exact_near_ties(noise):
    rng = np.random.default_rng(6)
    first = rng.normal(size=(300, 3))
    second = np.cross(first, rng.normal(size=(300, 3)))  # at a right angle, up to rounding
    rows = np.stack([first, second, np.zeros((300, 3))], axis=1) + noise * rng.normal(size=(300, 3, 3)) + 1.5
    scaled = _scale(rows.reshape(-1, 3))
    found = kernels.sides_of_edges(scaled.points, np.arange(900, dtype=np.int32).reshape(-1, 3), scaled.grain)[:, 2]
    for side, (a, b, v) in zip(found, rows, strict=True):
        exact = sum((Fraction(x) - Fraction(z)) * (Fraction(y) - Fraction(z)) for x, y, z in zip(a, b, v, strict=True))
        assert side == (exact > 0) - (exact < 0)


# --- codensities


@pytest.mark.parametrize(
    ("arguments", "codensity"),
    [
        ({}, tdainv.kde_codensity),
        ({"bandwidth": 0.3}, tdainv.kde_codensity),
        ({"bandwidth": 0.3, "bandwidth_unit": "quantile"}, tdainv.kde_codensity),
        ({"mass": 0.2}, tdainv.distance_to_measure),
        ({"n_neighbors": 4}, tdainv.knn_codensity),
    ],
)
def test_codensity_delaunay_is_function_delaunay_of_the_codensity(arguments, codensity):
    cloud = np.random.default_rng(9).normal(size=(30, 2))
    assert codensity_delaunay(cloud, **arguments) == function_delaunay(cloud, codensity(cloud, **arguments))


# --- bad input


@pytest.mark.parametrize("build", [delaunay, lambda x: function_delaunay(x, np.zeros(len(x))), codensity_delaunay])
def test_bad_clouds_are_refused(build):
    with pytest.raises(ValueError, match=r"points must have shape .* at most 3 .* got shape \(5, 4\)\. Use a Rips"):
        build(np.zeros((5, 4)))
    with pytest.raises(ValueError, match=r"points must be finite, got points\[1, 0\] = nan"):
        build([[0.0, 1.0], [np.nan, 0.0]])
    with pytest.raises(ValueError, match="points must have shape"):
        build([1.0, 2.0])


def test_bad_functions_are_refused():
    cloud = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"function must have shape \(3,\)"):
        function_delaunay(cloud, [1, 2])
    with pytest.raises(ValueError, match=r"function must be finite, got function\[1\] = inf"):
        function_delaunay(cloud, [1, np.inf, 2])
    with pytest.raises(ValueError, match=r"one value a point, got shape \(3, 2\).* Use function_rips.*with_function"):
        function_delaunay(cloud, np.zeros((3, 2)))
    assert function_delaunay(cloud, [[1], [2], [3]]) == function_delaunay(cloud, [1, 2, 3])


def test_at_most_one_neighbourhood():
    with pytest.raises(ValueError, match="at most one of bandwidth, mass and n_neighbors"):
        codensity_delaunay(np.eye(3), bandwidth=1.0, mass=0.1)
    with pytest.raises(ValueError, match="n_neighbors must be less than the number of points 3"):
        codensity_delaunay(np.eye(3), n_neighbors=3)


def test_what_cannot_fit_is_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e4")
    with pytest.raises(tdainv.MemoryLimitError, match=r"Delaunay complex of 100 points .* Subsample the points"):
        delaunay(np.random.default_rng(0).normal(size=(100, 3)))


def test_inputs_are_not_changed():
    cloud, function = np.random.default_rng(0).normal(size=(9, 2)), np.arange(9.0)[::-1].copy()
    before = cloud.copy(), function.copy()
    function_delaunay(cloud, function)
    assert np.array_equal(cloud, before[0])
    assert np.array_equal(function, before[1])


# --- estimators


def height(cloud):
    return cloud[:, 1]


def test_estimators_do_as_the_functions():
    rng = np.random.default_rng(2)
    clouds = [rng.normal(size=(n, 2)) for n in (6, 9)]
    assert Delaunay().fit_transform(clouds) == [delaunay(cloud) for cloud in clouds]
    expected = [function_delaunay(cloud, cloud[:, 1]) for cloud in clouds]
    assert FunctionDelaunay(function=height).fit_transform(clouds) == expected
    pairs = [(cloud, cloud[:, 1]) for cloud in clouds]
    assert FunctionDelaunay(function=None).fit_transform(pairs) == expected
    assert CodensityDelaunay(mass=0.4).transform(clouds) == [codensity_delaunay(cloud, mass=0.4) for cloud in clouds]
    distances = np.linalg.norm(clouds[0][:, np.newaxis] - clouds[0], axis=2).mean(axis=1)
    found = FunctionDelaunay().transform(clouds[:1])[0]
    assert np.allclose(found.grades[:6, 1], distances, rtol=1e-12)


def test_estimators_name_the_item():
    with pytest.raises(ValueError, match=r"X\[1\] must have shape .* at most 3"):
        Delaunay().transform([np.eye(3), np.eye(4)])
    with pytest.raises(ValueError, match=r"X\[0\] must be a pair \(points, values\)"):
        FunctionDelaunay(function=None).transform([np.eye(3)])
    with pytest.raises(ValueError, match="function must be one of 'eccentricity'"):
        FunctionDelaunay(function="height").fit([np.eye(3)])
    with pytest.raises(ValueError, match=r"mass must lie in \(0, 1\], got mass=2"):
        CodensityDelaunay(mass=2).fit([np.eye(3)])


# --- peers


@pytest.mark.skipif("TDAINV_MULTIPERS_PYTHON" not in os.environ, reason="needs an interpreter with multipers")
@pytest.mark.parametrize("dimension", [2, 3])
def test_multipers_has_the_same_homology(dimension, tmp_path):
    rng = np.random.default_rng(dimension)
    cloud, function = rng.normal(size=(30, dimension)), rng.normal(size=30)
    np.savez(tmp_path / "in.npz", cloud=cloud, function=function)
    script = (
        "import sys, numpy as np\n"
        "from multipers.filtrations import DelaunayLowerstar\n"
        "data = np.load(sys.argv[1])\n"
        "tree = DelaunayLowerstar(data['cloud'], data['function'])\n"
        "cells = [(list(map(int, s)), np.ravel(g)) for s, g in tree.get_simplices()]\n"
        "rows = [s + [-1] * (6 - len(s)) for s, _ in cells]\n"
        "np.savez(sys.argv[2], rows=rows, grades=[g for _, g in cells])\n"
    )
    paths = [str(tmp_path / "in.npz"), str(tmp_path / "out.npz")]
    subprocess.run([os.environ["TDAINV_MULTIPERS_PYTHON"], "-c", script, *paths], check=True)
    out = np.load(paths[1])
    simplices = [[v for v in row if v >= 0] for row in out["rows"].tolist()]
    peer = tdainv.FilteredComplex.from_simplices(simplices, out["grades"])
    assert measures(rounded(peer), dimension) == measures(rounded(function_delaunay(cloud, function)), dimension)
