"""Euler characteristics on grids and in directions, against counts of cells."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import tdainv
from tdainv.invariants.euler import euler_characteristic_profile
from tdainv.invariants.euler_transform import euler_characteristic_transform, sphere_directions
from tdainv.vectorizers.euler_transform import EulerCharacteristicTransform

TRIANGLE = [[0.0, 0.0], [2.0, 0.0], [1.0, 1.0]]
GRIDS = {
    1: [np.linspace(-1.5, 3.0, 11)],
    2: [np.linspace(-1.5, 3.0, 7), np.array([-1.0, 0.0, 0.0, 0.5, np.inf])],
    3: [np.linspace(-1.0, 2.0, 5), np.array([0.5]), np.array([-0.2, 0.4, 9.0])],
}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def faces_of(simplices, n_points):
    """All faces, as sorted tuples, and all points."""
    found = {(i,) for i in range(n_points)}
    for simplex in simplices:
        for size in range(1, len(simplex) + 1):
            found |= set(combinations(sorted(map(int, simplex)), size))
    return found


def cubes_of(image):
    """All faces of the unit cubes at foreground pixels, as (twice the middle): odd coordinates where they are flat."""
    return {
        tuple(2 * x + step for x, step in zip(pixel, steps, strict=True))
        for pixel in np.argwhere(image)
        for steps in product((-1, 0, 1), repeat=np.ndim(image))
    }


def count_simplices(points, simplices, directions, heights):
    """χ below each height: simplices all of whose vertices are below, with signs."""
    tops = [[max(np.dot(points[i], v) for i in face) for face in faces_of(simplices, len(points))] for v in directions]
    signs = np.array([(-1) ** (len(face) - 1) for face in faces_of(simplices, len(points))])
    return np.array([[signs[np.array(top) <= h].sum() for h in heights] for top in tops])


def count_cubes(image, directions, heights):
    """χ below each height: cubes all of whose corners are below, with signs."""
    cubes = np.array(sorted(cubes_of(image))).reshape(-1, np.ndim(image))
    signs = np.array([(-1) ** sum(x % 2 == 0 for x in cube) for cube in cubes], int)
    result = []
    for v in directions:
        half = np.where(cubes % 2 == 0, 0.5, 0.0)
        tops = (cubes / 2 * v + half * np.abs(v)).sum(axis=1)
        result.append([signs[tops <= h].sum() for h in heights])
    return np.array(result)


def random_complex(rng, n=9, d=3, top=3):
    simplices = [rng.choice(n, size, replace=False).tolist() for size in rng.integers(1, top + 2, 8)]
    return rng.normal(size=(n, d)), simplices


def generic(rng, scale=3.0):
    """Heights at which no cell appears."""
    return np.sort(rng.uniform(-scale, scale, 17))


# --- profiles


def brute_profile(filtration, axes):
    """Signs of the cells at or below each point of the grid, one point at a time."""
    signs = (-1) ** filtration.dimensions
    there = np.isfinite(filtration.grades).all(axis=1)
    values = [signs[there & (filtration.grades <= node).all(axis=1)].sum() for node in product(*axes)]
    return np.reshape(values, [len(axis) for axis in axes])


def test_profile_of_a_circle_of_two_edges_by_hand():
    circle = tdainv.FilteredComplex([0, 0, 1, 1], [0, 0, 0, 2, 4], [0, 1, 0, 1], [0.0, 0.0, 1.0, np.inf])
    profile = euler_characteristic_profile(circle, [[-1, 0, 0.5, 1, np.inf]])
    assert profile.tolist() == [0, 2, 2, 1, 1]
    assert profile.dtype == np.int64


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_profile_counts_the_cells_at_every_grid_point(p, seed):
    rng = np.random.default_rng(seed)
    _, simplices = random_complex(rng)
    grades = rng.normal(size=(9, p)).round(1)
    grades[rng.random(grades.shape) < 0.1] = np.inf
    complex_ = tdainv.FilteredComplex.lower_star(simplices, grades)
    np.testing.assert_array_equal(euler_characteristic_profile(complex_, GRIDS[p]), brute_profile(complex_, GRIDS[p]))


@pytest.mark.parametrize("shape", [(6,), (4, 5), (3, 2, 4), (1, 1, 1)])
@pytest.mark.parametrize(("cells", "channels"), [("vertices", 1), ("vertices", 2), ("vertices", 3), ("top", 1)])
def test_profile_of_an_image_counts_its_listed_cells(shape, cells, channels, rng):
    image = rng.normal(size=(*shape, channels)).round(1)
    image[rng.random(image.shape) < 0.1] = np.inf
    filtration = tdainv.CubicalFiltration(image, cells, channels=True)
    expected = brute_profile(filtration.expand(), GRIDS[channels])
    np.testing.assert_array_equal(euler_characteristic_profile(filtration, GRIDS[channels]), expected)


@pytest.mark.parametrize("seed", range(3))
def test_profile_of_a_multicritical_complex_is_that_of_its_rows(seed):
    rng = np.random.default_rng(seed)
    filtration = tdainv.degree_rips(rng.normal(size=(8, 2))).expand(3)
    for heights in (filtration.levels[2:5] + 0.5, np.arange(-9.0, 1.0), [-20.0], [np.inf]):
        radii = np.linspace(-0.5, 3.0, 9)
        profile = euler_characteristic_profile(filtration, [radii, heights])
        for j, height in enumerate(heights):
            row = np.searchsorted(filtration.levels, height, side="right") - 1
            expected = brute_profile(filtration.row(row), [radii]) if row >= 0 else np.zeros(9)
            np.testing.assert_array_equal(profile[:, j], expected)


def test_profile_is_the_sum_of_the_euler_measure(rng):
    filtration = tdainv.codensity_rips(rng.normal(size=(20, 2))).expand(3)
    axes = [np.linspace(0, 3, 20), np.linspace(*np.quantile(filtration.grades[:, 1], [0, 1]), 10)]
    expected = tdainv.euler_signed_measure(filtration).cumulative_on_grid(axes)
    np.testing.assert_array_equal(euler_characteristic_profile(filtration, axes), expected)


def test_profile_is_the_alternating_sum_of_hilbert_functions(rng):
    filtration = tdainv.cubical(rng.integers(0, 5, (4, 5, 2)), channels=True)
    axes = [np.arange(5), np.arange(5)]
    functions = [tdainv.hilbert_function(filtration, k, axes) for k in range(3)]
    np.testing.assert_array_equal(
        euler_characteristic_profile(filtration, axes), functions[0] - functions[1] + functions[2]
    )


def test_profile_of_nothing_is_zero():
    empty = tdainv.FilteredComplex([], [0], [], np.zeros((0, 2)))
    assert euler_characteristic_profile(empty, [[0, 1], [0, 1, 2]]).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_profile_refuses_what_has_no_listed_cells_and_bad_axes(monkeypatch):
    rips = tdainv.rips([[0.0], [1.0]])
    with pytest.raises(TypeError, match=r"must be a FilteredComplex, got FlagFiltration. Use filtration.expand"):
        euler_characteristic_profile(rips, [[0.0]])
    with pytest.raises(TypeError, match="got list"):
        euler_characteristic_profile([1], [[0.0]])
    cells = rips.expand(1)
    for axes, message in (([[0.0], [1.0]], "1 array"), ([[1.0, 0.0]], "increasing"), ([[np.nan]], "increasing")):
        with pytest.raises(ValueError, match=message):
            euler_characteristic_profile(cells, axes)
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000")
    with pytest.raises(tdainv.MemoryLimitError, match=r"grid of shape \(500,\).*shorter axes"):
        euler_characteristic_profile(cells, [np.arange(500)])


# --- transforms


def test_transform_of_a_triangle_by_hand():
    up, down, right = [0, 1], [0, -1], [1, 0]
    outline = euler_characteristic_transform((TRIANGLE, [[0, 1], [1, 2], [0, 2]]), [up, down, right], [-1, 0, 1, 2])
    assert outline.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 1, 1, 0]]
    assert outline.dtype == np.int64
    full = euler_characteristic_transform((TRIANGLE, [[0, 1, 2]]), [up, down, right], [-1, 0, 1, 2])
    assert full.tolist() == [[0, 1, 1, 1], [1, 1, 1, 1], [0, 1, 1, 1]]


def test_transform_of_a_circle_is_one_between_bottom_and_top():
    angles = 2 * np.pi * np.arange(200) / 200
    circle = np.column_stack([np.cos(angles), np.sin(angles)]), [[i, (i + 1) % 200] for i in range(200)]
    transform = euler_characteristic_transform(circle, sphere_directions(17, 2), [-1.01, -0.99, 0.0, 0.99, 1.01])
    np.testing.assert_array_equal(transform, np.tile([0, 1, 1, 1, 0], (17, 1)))


@pytest.mark.parametrize("d", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_transform_counts_the_simplices_below_every_hyperplane(d, seed):
    rng = np.random.default_rng(seed)
    shape = random_complex(rng, d=d)
    directions = rng.normal(size=(6, d))
    heights = generic(rng)
    expected = count_simplices(*shape, directions, heights)
    np.testing.assert_array_equal(euler_characteristic_transform(shape, directions, heights), expected)


@pytest.mark.parametrize("shape", [(7,), (5, 6), (3, 4, 3), (2, 2, 2, 2)])
@pytest.mark.parametrize("seed", range(3))
def test_transform_counts_the_cubes_of_an_image_below_every_hyperplane(shape, seed):
    rng = np.random.default_rng(seed)
    image = rng.random(shape) < 0.5
    directions = rng.normal(size=(6, len(shape)))
    heights = generic(rng, scale=8.0)
    expected = count_cubes(image, directions, heights)
    np.testing.assert_array_equal(euler_characteristic_transform(image, directions, heights), expected)


@pytest.mark.parametrize("direction", [[1, 0], [-1, 0], [0, 1], [0, -1], [2, 2], [-1, 1]])
def test_transform_of_an_image_is_right_where_whole_rows_have_one_height(direction, rng):
    image = rng.random((5, 4)) < 0.6
    heights = np.arange(-12, 12) / 2  # exact in floating point, and hit by the cells
    expected = count_cubes(image, [direction], heights)
    np.testing.assert_array_equal(euler_characteristic_transform(image, [direction], heights), expected)


def test_pixels_are_closed_unit_squares_around_their_places():
    corner = [[1, 0], [0, 1]]  # two squares with a common corner at (0.5, 0.5)
    transform = euler_characteristic_transform(corner, [[1, 0], [1, 1], [1, -1]], [-1.1, -0.6, -0.4, 0.4, 0.6, 3.1])
    # along (1, -1) both squares start at their corners at -1
    assert transform.tolist() == [[0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1], [0, 2, 2, 1, 1, 1]]


def test_transform_of_a_mesh_is_the_sum_of_the_measure_of_its_height(rng):
    mesh = tdainv.Mesh(rng.normal(size=(12, 3)), [rng.choice(12, 3, replace=False) for _ in range(20)])
    directions, heights = sphere_directions(5, 3), np.linspace(-3, 3, 19)
    transform = euler_characteristic_transform(mesh, directions, heights)
    for row, v in zip(transform, directions, strict=True):
        filtration = tdainv.mesh_lower_star(mesh, mesh.vertices @ v)
        np.testing.assert_array_equal(row, tdainv.euler_signed_measure(filtration).cumulative_on_grid([heights]))
    assert (euler_characteristic_transform(mesh, directions, [99.0]) == mesh.euler_characteristic).all()


def test_forms_of_a_shape_agree(rng):
    points, faces = rng.normal(size=(6, 3)), np.array([[0, 1, 2], [2, 1, 3], [5, 3, 0]])
    directions, heights = sphere_directions(4, 3), np.linspace(-2, 2, 9)
    expected = euler_characteristic_transform(tdainv.Mesh(points, faces), directions, heights)
    sides = np.array([[2, 1], [0, 1]])
    for shape in (
        (points, faces),
        (points.tolist(), faces.tolist()),
        (points, [faces, sides]),
        (points, [tuple(face) for face in faces.tolist()] + [(0,), (3, 2)]),
        (points, np.concatenate([faces, faces[:, ::-1]]).astype(np.uint8)),
    ):
        np.testing.assert_array_equal(euler_characteristic_transform(shape, directions, heights), expected)
    image = rng.random((4, 5)) < 0.5
    expected = euler_characteristic_transform(image, [[1, 2]], heights)
    for other in (image.tolist(), image.astype(np.uint8), np.asfortranarray(image.astype(float))):
        np.testing.assert_array_equal(euler_characteristic_transform(other, [[1, 2]], heights), expected)


def test_points_alone_and_blank_images():
    assert euler_characteristic_transform(([[0.0], [1.0]], []), [[1.0], [-1.0]], [-1, 0, 1]).tolist() == [
        [0, 1, 2],
        [1, 2, 2],
    ]
    assert euler_characteristic_transform(np.zeros((2, 3)), [[1, 0]], [0, 9]).tolist() == [[0, 0]]


@pytest.mark.parametrize("smooth", [False, True])
def test_turning_a_shape_turns_its_transform(smooth, rng):
    points, simplices = random_complex(rng)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    directions = rng.normal(size=(7, 3))
    heights = generic(rng)
    before = euler_characteristic_transform((points, simplices), directions, heights, smooth=smooth)
    after = euler_characteristic_transform((points @ turn.T, simplices), directions @ turn.T, heights, smooth=smooth)
    np.testing.assert_allclose(after, before, atol=1e-12)


def test_moving_a_shape_moves_the_heights(rng):
    points, simplices = random_complex(rng, d=2)
    v = np.array([0.6, 0.8])
    heights = generic(rng)
    before = euler_characteristic_transform((points, simplices), [v], heights)
    moved = euler_characteristic_transform((points + np.array([5.0, -2.0]), simplices), [v], heights + 3.0 - 1.6)
    np.testing.assert_array_equal(moved, before)


def test_transform_adds_up_over_disjoint_unions(rng):
    (points, first), (others, second) = random_complex(rng), random_complex(rng)
    directions = sphere_directions(5, 3)
    heights = np.linspace(-3, 3, 14)
    union = np.vstack([points, others]), [*first, *[[v + len(points) for v in simplex] for simplex in second]]
    expected = sum(euler_characteristic_transform(s, directions, heights) for s in ((points, first), (others, second)))
    np.testing.assert_array_equal(euler_characteristic_transform(union, directions, heights), expected)


def test_an_image_and_its_squares_cut_into_triangles_agree(rng):
    image = rng.random((5, 5)) < 0.6
    numbers = np.arange(36).reshape(6, 6)
    squares = [numbers[i : i + 2, j : j + 2].ravel() for i, j in np.argwhere(image)]
    triangles = [t for a, b, c, d in squares for t in ([a, b, d], [a, c, d])]
    used, renumbered = np.unique(triangles, return_inverse=True)
    points = np.argwhere(numbers >= 0)[used] - 0.5
    directions, heights = sphere_directions(9, 2), np.linspace(-8, 8, 41) + 0.0123
    np.testing.assert_array_equal(
        euler_characteristic_transform(image, directions, heights),
        euler_characteristic_transform((points, renumbered.reshape(-1, 3)), directions, heights),
    )


def test_blocks_of_directions_do_not_show(monkeypatch, rng):
    from tdainv.invariants import euler_transform

    shape, image = random_complex(rng), rng.random((4, 4, 3)) < 0.5
    directions, heights = sphere_directions(20, 3), np.linspace(-4, 4, 9)
    expected = [euler_characteristic_transform(s, directions, heights, smooth=True) for s in (shape, image)]
    monkeypatch.setattr(euler_transform, "_BLOCK", 30)
    for s, transform in zip((shape, image), expected, strict=True):
        np.testing.assert_array_equal(euler_characteristic_transform(s, directions, heights, smooth=True), transform)


# --- the smooth transform


def test_smooth_transform_of_a_point_by_hand():
    # χ is 0 until 1 and 1 from there to 4: its mean over [0, 4] is 3/4
    smooth = euler_characteristic_transform(([[1.0]], []), [[1.0]], [0.0, 1.0, 2.0, 4.0], smooth=True)
    np.testing.assert_allclose(smooth, [[0.0, -0.75, -0.5, 0.0]])
    # what is there before the first height counts from it on
    assert not euler_characteristic_transform(([[-5.0]], []), [[1.0]], [0.0, 1.0], smooth=True).any()


def test_smooth_transform_is_the_integral_of_the_centred_curve(rng):
    shape = random_complex(rng)
    directions = rng.normal(size=(4, 3))
    fine = np.linspace(-2.0, 1.0, 30_001)
    heights = fine[::5_000]
    curves = euler_characteristic_transform(shape, directions, fine[:-1] + 5e-5)
    centred = (curves - curves.mean(axis=1, keepdims=True)) * 1e-4
    integrals = np.hstack([np.zeros((4, 1)), np.cumsum(centred, axis=1)])[:, ::5_000]
    smooth = euler_characteristic_transform(shape, directions, heights, smooth=True)
    assert np.abs(smooth).max() > 0.1
    np.testing.assert_allclose(smooth, integrals, atol=5e-3)
    np.testing.assert_allclose(smooth[:, [0, -1]], 0.0, atol=1e-12)


def test_smooth_transform_hardly_changes_when_points_hardly_move(rng):
    points, simplices = random_complex(rng)
    heights = np.linspace(-3, 3, 20)
    noise = 1e-6 * rng.normal(size=points.shape)
    near, here = (
        euler_characteristic_transform((p, simplices), sphere_directions(9, 3), heights, smooth=True)
        for p in (points + noise, points)
    )
    assert 0 < np.abs(near - here).max() < 2 * len(faces_of(simplices, 9)) * np.abs(noise).max() * 3


def test_smooth_transform_at_a_single_height_is_zero():
    assert euler_characteristic_transform(([[0.0]], []), [[1.0]], [1.0], smooth=True).tolist() == [[0.0]]


# --- bad input


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (([[0.0, np.nan]], []), r"points must be finite, got points\[0, 1\] = nan"),
        (([[0.0, 1e200]], []), "points must be at most 1e"),
        ((TRIANGLE, [[0, 3]]), r"must lie in 0..2, one for each of the 3 points, got simplex 0, \(0, 3\)"),
        ((TRIANGLE, [[0, 1], [-1, 0]]), r"got simplex 1, \(-1, 0\)"),
        ((TRIANGLE, [[0, 0]]), r"must be different, got simplex 0, \(0, 0\)"),
        ((TRIANGLE, [[0, 0.5]]), "must be integers"),
        ((TRIANGLE, np.array([[0.5, 1.0]])), "integers"),
        ((TRIANGLE,), r"pair \(points, simplices\), got 1 entries"),
        ([[0, 2]], r"must hold True and False, or 1 and 0, got image\[0, 1\] = 2"),
    ],
)
def test_bad_shapes_are_refused(shape, message):
    with pytest.raises(ValueError, match=message):
        euler_characteristic_transform(shape, [[1.0, 0.0]], [0.0])


@pytest.mark.parametrize("shape", [3, None, {"a": 1}])
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(TypeError, match=f"must be a Mesh, .* got {type(shape).__name__}"):
        euler_characteristic_transform(shape, [[1.0, 0.0]], [0.0])


@pytest.mark.parametrize(
    ("directions", "heights", "message"),
    [
        ([[1.0]], [0.0], r"directions must have shape \(n, 2\) for a shape in R\^2, got \(1, 1\)"),
        ([1.0, 0.0], [0.0], "directions must have shape"),
        ([[1.0, 0.0], [0.0, 0.0]], [0.0], r"must not be zero, got directions\[1\]"),
        ([[np.inf, 0.0]], [0.0], "finite"),
        ([[1e200, 0.0]], [0.0], "at most"),
        ([[1.0, 0.0]], [], "heights must be a non-empty increasing"),
        ([[1.0, 0.0]], [1.0, 0.0], r"heights must .* got \[1.0, 0.0\]"),
        ([[1.0, 0.0]], [np.inf], "heights must"),
        ([[1.0, 0.0]], 3.0, "heights must"),
    ],
)
def test_bad_directions_and_heights_are_refused(directions, heights, message):
    with pytest.raises(ValueError, match=message):
        euler_characteristic_transform((TRIANGLE, []), directions, heights)


def test_smooth_must_be_a_choice():
    with pytest.raises(TypeError, match="smooth must be True or False, got smooth='yes'"):
        euler_characteristic_transform((TRIANGLE, []), [[1, 0]], [0.0], smooth="yes")


# --- directions


@pytest.mark.parametrize("dimension", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("random_state", [None, 0])
def test_directions_are_different_unit_vectors(dimension, random_state):
    directions = sphere_directions(60, dimension, random_state=random_state)
    assert directions.shape == (2 if dimension == 1 else 60, dimension)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1.0)
    assert len(np.unique(directions, axis=0)) == len(directions)
    np.testing.assert_array_equal(directions, sphere_directions(60, dimension, random_state=random_state))


@pytest.mark.parametrize("dimension", [2, 3, 4, 5])
def test_directions_cover_the_sphere_better_than_random_ones(dimension):
    tests = sphere_directions(2000, dimension, random_state=1)

    def covering_radius(directions):
        return np.arccos(np.clip((tests @ directions.T).max(axis=1), -1, 1)).max()

    random = [covering_radius(sphere_directions(200, dimension, random_state=seed)) for seed in range(9)]
    assert covering_radius(sphere_directions(200, dimension)) < np.median(random)


def test_directions_in_the_plane_have_equal_angles():
    x, y = sphere_directions(12, 2).T
    np.testing.assert_allclose(np.unwrap(np.arctan2(y, x)), np.arange(12) * np.pi / 6, atol=1e-12)


@pytest.mark.parametrize(("n", "dimension", "message"), [(0, 2, "n must be"), (3, 0, "dimension must be")])
def test_bad_numbers_of_directions_are_refused(n, dimension, message):
    with pytest.raises(ValueError, match=message):
        sphere_directions(n, dimension)


# --- the estimator


def shapes(rng):
    return [random_complex(rng, n=n, d=2, top=2) for n in (5, 8, 6)]


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("center", [False, True])
def test_rows_are_transforms_of_centred_shapes(smooth, center, rng):
    X = shapes(rng)
    estimator = EulerCharacteristicTransform(n_directions=5, resolution=7, smooth=smooth, center=center)
    rows = estimator.fit_transform(X)
    assert rows.shape == (3, 35) and rows.dtype == np.float64
    moved = [(points - points.mean(axis=0) if center else points, simplices) for points, simplices in X]
    radius = max(np.linalg.norm(points, axis=1).max() for points, _ in moved)
    np.testing.assert_allclose(estimator.heights_, np.linspace(-radius, radius, 7), rtol=1e-8)
    for row, shape in zip(rows, moved, strict=True):
        transform = euler_characteristic_transform(shape, estimator.directions_, estimator.heights_, smooth=smooth)
        np.testing.assert_array_equal(row, transform.ravel())
    np.testing.assert_array_equal(estimator.transform(X), rows)
    np.testing.assert_array_equal(clone(estimator).set_params(n_jobs=2).fit_transform(X), rows)


def test_at_the_top_every_direction_sees_the_whole_shape(rng):
    # a regular polygon: in each of these directions a vertex is as far away as possible
    polygon = sphere_directions(16, 2) * 3.7 + 11.0, [[i, (i + 1) % 16] for i in range(16)]
    rows = EulerCharacteristicTransform(n_directions=16, resolution=4).fit_transform([polygon]).reshape(16, 4)
    assert (rows[:, -1] == 0).all() and (rows[:, -2] == 1).all()


def test_centred_images_do_not_feel_where_they_are(rng):
    image = np.pad(rng.random((5, 6)) < 0.5, ((0, 4), (3, 0)))
    moved = np.roll(image, (2, -1), axis=(0, 1))
    rows = EulerCharacteristicTransform(n_directions=9).fit_transform([image, moved])
    np.testing.assert_array_equal(rows[0], rows[1])
    apart = EulerCharacteristicTransform(n_directions=9, center=False).fit_transform([image, moved])
    assert (apart[0] != apart[1]).any()


def test_radius_of_an_image_reaches_the_corners_of_its_pixels():
    estimator = EulerCharacteristicTransform().fit([np.ones((3, 1), bool), np.zeros((2, 2), bool)])
    assert estimator.heights_[-1] == pytest.approx(np.hypot(1.5, 0.5), rel=1e-8)
    assert not estimator.transform([np.zeros((2, 2), bool)]).any()


def test_names_and_tables(rng):
    X = shapes(rng)
    estimator = EulerCharacteristicTransform(n_directions=2, resolution=3).set_output(transform="pandas")
    table = estimator.fit_transform(X)
    assert isinstance(table, pd.DataFrame)
    assert list(table.columns) == ["ect_0_0", "ect_0_1", "ect_0_2", "ect_1_0", "ect_1_1", "ect_1_2"]
    assert clone(estimator).set_params(smooth=True).fit(X).get_feature_names_out()[-1] == "sect_1_2"
    on_a_line = EulerCharacteristicTransform(resolution=4).fit([([[0.0], [1.0]], [])])
    assert len(on_a_line.get_feature_names_out()) == 2 * 4


def test_a_single_point_has_a_transform():
    rows = EulerCharacteristicTransform(n_directions=1, resolution=3).fit_transform([([[5.0, 5.0]], [])])
    assert rows.tolist() == [[0.0, 1.0, 1.0]]


def test_the_estimator_refuses_what_it_cannot_use(rng):
    X = shapes(rng)
    with pytest.raises(NotFittedError, match="EulerCharacteristicTransform"):
        EulerCharacteristicTransform().transform(X)
    fitted = EulerCharacteristicTransform().fit(X)
    for call in (fitted.transform, fitted.fit):
        with pytest.raises(ValueError, match=r"^X\[1\] lies in R\^3"):
            call([X[0], random_complex(rng, d=3)])
        with pytest.raises(ValueError, match=r"^X\[0\]: .*must be different"):
            call([(TRIANGLE, [[1, 1]])])
    for parameters, message in (
        ({"n_directions": 0}, "n_directions must be"),
        ({"resolution": 1}, "resolution must be .* at least 2"),
        ({"resolution": 2.5}, "resolution must be"),
    ):
        with pytest.raises(ValueError, match=message):
            EulerCharacteristicTransform(**parameters).fit(X)
    for name in ("smooth", "center"):
        with pytest.raises(TypeError, match=f"{name} must be True or False"):
            EulerCharacteristicTransform(**{name: "maybe"}).fit(X)
