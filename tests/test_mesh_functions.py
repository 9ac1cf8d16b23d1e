"""Functions on meshes against closed forms, identities and independent implementations."""

import numpy as np
import pytest
import trimesh
from scipy.linalg import eigh
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay
from scipy.spatial.transform import Rotation

from tdainv.exceptions import MemoryLimitError
from tdainv.meshes import (
    Mesh,
    cotangent_laplacian,
    eccentricity,
    gaussian_curvature,
    geodesic_centrality,
    geodesic_distances,
    heat_kernel_signature,
    height,
    laplacian_spectrum,
    wave_kernel_signature,
)
from tdainv.meshes.delaunay import intrinsic_delaunay
from tdainv.meshes.lanczos import largest_eigenpairs
from tdainv.meshes.laplacian import angles, cotangents_and_areas, opposite_lengths

SPHERE = Mesh.of(trimesh.creation.icosphere(subdivisions=3))
ICO = Mesh.of(trimesh.creation.icosphere(subdivisions=2))
SQUARE = Mesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]])


def blob(seed=0, n=150):
    """Closed surface without symmetry: a deformed hull of points of a sphere."""
    points = np.random.default_rng(seed).normal(size=(n, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    mesh = trimesh.convex.convex_hull(points)
    vertices = np.asarray(mesh.vertices)
    return Mesh(vertices * (1 + 0.3 * np.sin(3 * vertices[:, :1])) * [1, 1.5, 2.5], np.asarray(mesh.faces))


def flat(n=15, jitter=0.0):
    """Grid of n by n points in the unit square, with the diagonals that a Delaunay triangulation takes."""
    x, y = np.meshgrid(*[np.linspace(0, 1, n)] * 2, indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel()])
    inside = ((points > 0) & (points < 1)).all(axis=1)
    points[inside] += jitter / n * np.random.default_rng(0).uniform(-1, 1, (inside.sum(), 2))
    faces = Delaunay(points).simplices
    return Mesh(np.column_stack([points, np.zeros(len(points))]), faces)


def union(*meshes):
    offsets = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    faces = [mesh.faces + offset for mesh, offset in zip(meshes, offsets, strict=True)]
    return Mesh(np.concatenate([mesh.vertices for mesh in meshes]), np.concatenate(faces))


ODD = {
    "one triangle": Mesh(np.eye(3), [[0, 1, 2]]),
    "isolated vertices": Mesh([*np.eye(3), [9, 9, 9], [8, 8, 8]], [[0, 1, 2]]),
    "collinear": Mesh([[0, 0, 0], [1, 0, 0], [2, 0, 0], [1, 1, 0]], [[0, 1, 2], [0, 2, 3]]),
    "only collinear": Mesh([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 1, 2]]),
    "equal positions": Mesh([[0, 0, 0], [0, 0, 0], [2, 0, 0], [1, 1, 0]], [[0, 1, 2], [0, 2, 3]]),
    "three at an edge": Mesh(
        [[0, 0, 0], [0, 0, 1], [1, 0, 0], [-1, 1, 0], [-1, -1, 0]], [[0, 1, 2], [0, 1, 3], [0, 1, 4]]
    ),
    "bow tie": Mesh([[0, 0, 0], [1, 1, 0], [1, -1, 0], [-1, 1, 0], [-1, -1, 0]], [[0, 1, 2], [0, 3, 4]]),
    "given twice": Mesh(np.eye(3), [[0, 1, 2], [1, 2, 0]]),
    "two components": union(SQUARE, blob(n=20)),
    "huge": Mesh(1e99 * SQUARE.vertices, SQUARE.faces),
    "tiny": Mesh(1e-99 * SQUARE.vertices, SQUARE.faces),
    "needle": Mesh([[0, 0, 0], [1, 0, 0], [0.5, 1e-9, 0], [0.5, -1, 0]], [[0, 1, 2], [1, 0, 3]]),
}
FUNCTIONS = {
    "height": height,
    "gaussian_curvature": gaussian_curvature,
    "eccentricity": eccentricity,
    "eccentricity-inf-heat": lambda mesh: eccentricity(mesh, exponent=np.inf, method="heat"),
    "geodesic_centrality": geodesic_centrality,
    "heat_kernel_signature": heat_kernel_signature,
    "wave_kernel_signature": wave_kernel_signature,
    "geodesic_distances": lambda mesh: np.nan_to_num(geodesic_distances(mesh, 0), nan=np.nan, posinf=0),
    "geodesic_distances-heat": lambda m: np.nan_to_num(geodesic_distances(m, 0, method="heat"), nan=np.nan, posinf=0),
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", ODD)
def test_no_mesh_gives_nan(name, function):
    values = FUNCTIONS[function](ODD[name])
    assert len(values) == len(ODD[name].vertices)
    assert np.isfinite(values).all()


# --- height


def test_height_is_the_coordinate_along_a_direction():
    mesh = blob()
    assert height(mesh).tolist() == mesh.vertices[:, 2].tolist()
    np.testing.assert_allclose(height(mesh, direction=(3, 4, 0)), mesh.vertices @ [0.6, 0.8, 0], rtol=1e-12)
    np.testing.assert_allclose(height(mesh, direction=(0, 1e-300, 0)), mesh.vertices[:, 1], rtol=1e-12)


@pytest.mark.parametrize("direction", [(0, 0, 0), (0, 1), (0, np.inf, 0), 3.0])
def test_a_direction_must_be_a_vector(direction):
    with pytest.raises(ValueError, match="direction must be three finite numbers, not all zero, got direction="):
        height(SQUARE, direction=direction)


# --- curvature


@pytest.mark.parametrize("mesh", [SPHERE, blob(), flat(4, 0.3), *ODD.values()], ids=repr)
def test_curvatures_add_up_to_the_euler_characteristic(mesh):
    total = gaussian_curvature(mesh).sum()
    assert total == pytest.approx(2 * np.pi * mesh.euler_characteristic, abs=1e-9)


def test_curvatures_of_a_flat_square_are_at_its_corners():
    curvature = gaussian_curvature(flat(6, 0.4)) / np.pi
    corner = (np.abs(flat(6).vertices[:, :2] - 0.5) == 0.5).all(axis=1)
    np.testing.assert_allclose(curvature[corner], 0.5, atol=1e-12)
    np.testing.assert_allclose(curvature[~corner], 0.0, atol=1e-12)


def test_curvature_of_a_sphere_is_its_area():
    density = gaussian_curvature(SPHERE) / SPHERE.vertex_areas
    np.testing.assert_allclose(density, 1.0, rtol=0.15)  # twelve vertices have five neighbours
    assert gaussian_curvature(([[0, 0, 0]], [])).tolist() == [2 * np.pi]


# --- Laplacian


def naive_laplacian(mesh):
    """Cotangents from dot and cross products, triangle by triangle."""
    n = len(mesh.vertices)
    stiffness, mass = np.zeros((n, n)), np.zeros(n)
    for face in mesh.faces:
        for i in range(3):
            a, b, c = face[i], face[(i + 1) % 3], face[(i + 2) % 3]
            u, v = mesh.vertices[b] - mesh.vertices[a], mesh.vertices[c] - mesh.vertices[a]
            doubled = np.linalg.norm(np.cross(u, v))
            weight = u @ v / doubled / 2
            stiffness[[b, c], [b, c]] += weight
            stiffness[[b, c], [c, b]] -= weight
            mass[a] += doubled / 6
    return stiffness, mass


@pytest.mark.parametrize("mesh", [SQUARE, blob(), flat(5, 0.4), ODD["three at an edge"], ODD["bow tie"]], ids=repr)
def test_laplacian_is_the_sum_over_triangles(mesh):
    stiffness, mass = naive_laplacian(mesh)
    laplacian = cotangent_laplacian(mesh)
    np.testing.assert_allclose(laplacian.stiffness.toarray(), stiffness, atol=1e-10)
    np.testing.assert_allclose(laplacian.mass, mass, rtol=1e-10)
    np.testing.assert_allclose(laplacian.mass, mesh.vertex_areas, rtol=1e-10)


def test_energy_of_a_linear_function_is_its_squared_slope_times_the_area():
    mesh = flat(7, 0.4)
    values = mesh.vertices @ [3.0, 4.0, 0.0]
    assert values @ cotangent_laplacian(mesh).stiffness @ values == pytest.approx(25.0, rel=1e-10)


def test_laplacian_of_degenerate_triangles_is_finite_semidefinite_and_has_mass():
    for name in ("collinear", "only collinear", "equal positions", "needle"):
        stiffness, mass = cotangent_laplacian(ODD[name])
        values = np.linalg.eigvalsh(stiffness.toarray())
        assert np.isfinite(values).all() and values[0] > -1e-9 * values[-1]
        assert (mass > 0).all()


def test_a_mesh_at_one_point_has_no_laplacian():
    with pytest.raises(ValueError, match=r"must have a mean length of at least 1e-100, got 0"):
        cotangent_laplacian((np.ones((3, 3)), [[0, 1, 2]]))


def test_angles_of_a_triangle_with_sides_3_4_5():
    lengths = np.array([[3.0, 4.0, 5.0]])
    np.testing.assert_allclose(angles(lengths), [[np.arctan2(3, 4), np.arctan2(4, 3), np.pi / 2]], rtol=1e-12)
    cotangents, areas = cotangents_and_areas(lengths)
    np.testing.assert_allclose(cotangents, [[4 / 3, 3 / 4, 0]], atol=1e-12)
    np.testing.assert_allclose(areas, [6])


# --- spectrum


def test_spectrum_of_a_sphere_is_that_of_spherical_harmonics():
    values, functions, area = laplacian_spectrum(SPHERE, n_eigenpairs=24)
    expected = np.concatenate([[k * (k + 1)] * (2 * k + 1) for k in range(5)])
    np.testing.assert_allclose(values, expected, rtol=0.05)
    assert values[0] == 0.0 and np.ptp(functions[:, 0]) < 1e-12
    assert area == pytest.approx(4 * np.pi, rel=0.02)


@pytest.mark.parametrize("mesh", [union(ICO, Mesh(ICO.vertices + 5, ICO.faces)), flat(16, 0.3)], ids=repr)
def test_lanczos_and_dense_solutions_agree(mesh):
    stiffness, mass = naive_laplacian(mesh)
    found = laplacian_spectrum(mesh, n_eigenpairs=50)
    k = len(found.values)
    values, functions = eigh(stiffness, np.diag(mass))
    np.testing.assert_allclose(found.values, values[:k], atol=1e-8)
    assert values[k] > found.values[-1] * (1 + 1e-6)
    np.testing.assert_allclose(found.functions.T @ (mass[:, None] * found.functions), np.eye(k), atol=1e-9)
    residual = stiffness @ found.functions - mass[:, None] * found.functions * found.values
    assert np.abs(residual).max() < 1e-8
    heat = functions[:, :k] ** 2 @ np.exp(-0.1 * values[:k])
    np.testing.assert_allclose(found.functions**2 @ np.exp(-0.1 * found.values), heat, rtol=1e-8)


def test_equal_eigenvalues_are_not_separated():
    # The sphere has eigenvalues of multiplicity 1, 3, 5, and the icosahedron keeps these apart.
    for wanted, kept in [(1, 1), (2, 2), (3, 3), (4, 3), (7, 3), (8, 8)]:
        assert len(laplacian_spectrum(SPHERE, n_eigenpairs=wanted).values) - 1 == kept
    assert len(laplacian_spectrum(SQUARE, n_eigenpairs=50).values) == 4


def test_each_component_has_a_zero_eigenvalue():
    mesh = union(SPHERE, blob(), SQUARE, Mesh([[7, 7, 7]], []))
    values, functions, _ = laplacian_spectrum(mesh, n_eigenpairs=20)
    assert (values == 0).sum() == 3 and len(values) == 23
    constant = functions[:, :3] ** 2
    labels = mesh.components
    areas = np.bincount(labels, weights=cotangent_laplacian(mesh).mass)
    np.testing.assert_allclose(constant.sum(axis=1)[:-1], 1 / areas[labels][:-1], rtol=1e-12)
    assert (functions[-1] == 0).all()


def test_a_spectrum_needs_a_face_and_memory(monkeypatch):
    with pytest.raises(ValueError, match="must have at least one face to have a Laplacian, got none"):
        laplacian_spectrum(([[0, 0, 0]], []))
    with pytest.raises(ValueError, match="n_eigenpairs must be an integer of at least 1, got n_eigenpairs=0"):
        laplacian_spectrum(SQUARE, n_eigenpairs=0)
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000")
    with pytest.raises(MemoryLimitError, match=r"Finding 100 eigenfunctions on 642 vertices .* Lower n_eigenpairs"):
        laplacian_spectrum(SPHERE, n_eigenpairs=99)


def test_lanczos_finds_all_copies_of_multiple_eigenvalues():
    exact = np.repeat([9.0, 7.0, 6.5, 3.0, 1.0], [1, 12, 4, 30, 53])
    rotation = np.linalg.qr(np.random.default_rng(3).normal(size=(100, 100)))[0]
    matrix = rotation * exact @ rotation.T
    for count in (1, 5, 17, 20):
        values, vectors = largest_eigenpairs(lambda x: matrix @ x, 100, count)
        np.testing.assert_allclose(values, exact[:count], rtol=1e-10)
        np.testing.assert_allclose(matrix @ vectors, vectors * values, atol=1e-8)
        np.testing.assert_allclose(vectors.T @ vectors, np.eye(count), atol=1e-9)


# --- signatures


def test_heat_kernel_signature_of_a_sphere_is_constant_and_known():
    times = np.array([0.2, 0.5, 1.0])
    heat = heat_kernel_signature(SPHERE, times=times)
    np.testing.assert_allclose(heat.std(axis=0) / heat.mean(axis=0), 0.0, atol=5e-3)
    k = np.arange(40)
    exact = ((2 * k + 1) * np.exp(-np.outer(times, k * (k + 1)))).sum(axis=1) / (4 * np.pi)
    np.testing.assert_allclose(heat.mean(axis=0), exact, rtol=0.03)


def test_signatures_are_the_sums_of_their_definition():
    mesh = blob()
    values, functions, _ = laplacian_spectrum(mesh, n_eigenpairs=30)
    times, energies = [0.1, 2.0], [1.0, 2.5]
    pairs = list(zip(values, functions.T, strict=True))
    heat = [[sum(np.exp(-lam * t) * f[x] ** 2 for lam, f in pairs) for t in times] for x in range(9)]
    np.testing.assert_allclose(heat_kernel_signature(mesh, times=times, n_eigenpairs=30)[:9], heat, rtol=1e-9)
    wave = np.zeros((9, 2))
    for e, energy in enumerate(energies):
        weights = [np.exp(-((energy - np.log(lam)) ** 2) / (2 * 0.4**2)) for lam in values[1:]]
        for x in range(9):
            wave[x, e] = sum(w * f[x] ** 2 for w, f in zip(weights, functions.T[1:], strict=True)) / sum(weights)
    found = wave_kernel_signature(mesh, energies=energies, sigma=0.4, n_eigenpairs=30)
    np.testing.assert_allclose(found[:9], wave, rtol=1e-9)


def test_default_times_and_energies_follow_the_papers():
    mesh = blob()
    values = laplacian_spectrum(mesh, n_eigenpairs=40).values[1:]
    times = np.geomspace(4 * np.log(10) / values[-1], 4 * np.log(10) / values[0], 5)
    np.testing.assert_allclose(
        heat_kernel_signature(mesh, times=5, n_eigenpairs=40),
        heat_kernel_signature(mesh, times=times, n_eigenpairs=40),
        rtol=1e-9,
    )
    sigma = 7 * (np.log(values[-1]) - np.log(values[0])) / (10 - 1 + 28)
    energies = np.linspace(np.log(values[0]) + 2 * sigma, np.log(values[-1]) - 2 * sigma, 10)
    assert energies[1] - energies[0] == pytest.approx(sigma / 7)
    np.testing.assert_allclose(
        wave_kernel_signature(mesh, energies=10, n_eigenpairs=40),
        wave_kernel_signature(mesh, energies=energies, sigma=sigma, n_eigenpairs=40),
        rtol=1e-9,
    )


def test_wave_kernel_at_far_energies_is_that_of_the_nearest_eigenvalue():
    mesh = blob()
    values, functions, _ = laplacian_spectrum(mesh, n_eigenpairs=30)
    wave = wave_kernel_signature(mesh, energies=[-900.0, 900.0], sigma=0.01, n_eigenpairs=30)
    np.testing.assert_allclose(wave, functions[:, [1, len(values) - 1]] ** 2, rtol=1e-6, atol=1e-12)
    assert np.isfinite(wave_kernel_signature(mesh, energies=[0.0], sigma=5e-324)).all()
    assert np.isfinite(wave_kernel_signature(mesh, energies=3, sigma=1e200)).all()


@pytest.mark.parametrize(
    ("function", "invariant"),
    [
        (heat_kernel_signature, False),
        (wave_kernel_signature, False),
        (heat_kernel_signature, True),
        (wave_kernel_signature, True),
    ],
)
def test_signatures_under_motions_scaling_and_renumbering(function, invariant):
    mesh, rng = blob(), np.random.default_rng(1)
    expected = function(mesh, scale_invariant=invariant)
    moved = Mesh(mesh.vertices @ Rotation.random(rng=rng).as_matrix() * [[1, 1, 1]] + 10.0, mesh.faces)
    np.testing.assert_allclose(function(moved, scale_invariant=invariant), expected, rtol=1e-7)
    scaled = function(Mesh(3.0 * mesh.vertices, mesh.faces), scale_invariant=invariant)
    np.testing.assert_allclose(scaled, expected if invariant else expected / 9.0, rtol=1e-8)
    order = rng.permutation(len(mesh.vertices))
    numbers = np.argsort(order)
    renumbered = Mesh(mesh.vertices[order], rng.permutation(numbers[mesh.faces]))
    np.testing.assert_allclose(function(renumbered, scale_invariant=invariant), expected[order], rtol=1e-8)


def test_signatures_of_symmetric_shapes_do_not_depend_on_the_basis():
    numbers = np.random.default_rng(0).permutation(642)
    mesh = Mesh(SPHERE.vertices[np.argsort(numbers)], numbers[SPHERE.faces])
    for function in (heat_kernel_signature, wave_kernel_signature):
        expected = function(SPHERE, n_eigenpairs=50)
        np.testing.assert_allclose(function(mesh, n_eigenpairs=50)[numbers], expected, rtol=1e-8)


def test_isolated_vertices_have_signature_zero():
    mesh = ODD["isolated vertices"]
    for function in (heat_kernel_signature, wave_kernel_signature):
        signature = function(mesh)
        assert (signature[3:] == 0).all() and (signature[:3] > 0).all()


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (heat_kernel_signature, {"times": 0}, "times must be an integer of at least 1, got times=0"),
        (heat_kernel_signature, {"times": True}, "times must be an integer of at least 1, got times=True"),
        (heat_kernel_signature, {"times": [1.0, -2.0]}, "times must be positive, got -2"),
        (heat_kernel_signature, {"times": [np.inf]}, "times must be positive numbers .* finite"),
        (heat_kernel_signature, {"times": []}, "times must be positive numbers .* non-empty"),
        (heat_kernel_signature, {"scale_invariant": 1}, "scale_invariant must be True or False"),
        (wave_kernel_signature, {"energies": [[1.0]]}, "energies must be numbers"),
        (wave_kernel_signature, {"energies": [1.0, -2e3]}, "energies must be logarithms, at most 1000 .* got -2000"),
        (wave_kernel_signature, {"sigma": 0.0}, "sigma must be a positive finite number"),
        (wave_kernel_signature, {"n_eigenpairs": 2.5}, "n_eigenpairs must be an integer"),
    ],
)
def test_bad_arguments_of_signatures_are_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(SQUARE, **arguments)


# --- geodesics


def test_paths_along_edges_are_those_of_scipy():
    mesh = union(blob(), SQUARE)
    matrix = np.full((len(mesh.vertices),) * 2, np.inf)
    for face in mesh.faces:
        for i, j in zip(face, np.roll(face, 1), strict=True):
            matrix[i, j] = matrix[j, i] = np.linalg.norm(mesh.vertices[i] - mesh.vertices[j])
    found = geodesic_distances(mesh, np.arange(len(mesh.vertices)))
    np.testing.assert_allclose(found, dijkstra(matrix), rtol=1e-12)
    np.testing.assert_array_equal(np.isinf(found), mesh.components[:, None] != mesh.components)


def test_equal_positions_are_at_distance_zero():
    mesh = ODD["equal positions"]
    assert geodesic_distances(mesh, 1)[0] == 0.0


@pytest.mark.parametrize("jitter", [0.0, 0.4])
def test_heat_distances_in_a_flat_square_are_straight(jitter):
    mesh = flat(40, jitter)
    for source in (0, 20 * 40 + 20):
        exact = np.linalg.norm(mesh.vertices - mesh.vertices[source], axis=1)
        heat = geodesic_distances(mesh, source, method="heat")
        graph = geodesic_distances(mesh, source)
        assert np.abs(heat - exact).max() < 0.04 * exact.max()
        assert (graph >= exact - 1e-12).all() and (graph <= 1.42 * exact + 1e-12).all()
        assert heat[source] == 0.0


def test_heat_distances_on_a_sphere_are_angles():
    angle = np.arccos(np.clip(SPHERE.vertices @ SPHERE.vertices[5], -1, 1))
    assert np.abs(geodesic_distances(SPHERE, 5, method="heat") - angle).max() < 0.02 * np.pi


def test_heat_distances_do_not_need_good_triangles():
    good = flat(20, 0.4)
    needles = Mesh(good.vertices, Delaunay(good.vertices[:, :2] * [1, 6]).simplices)
    assert np.mean(cotangents_and_areas(opposite_lengths(needles))[0].min(axis=1) < -2) > 0.2  # cot 153 degrees
    for source in (0, 10 * 20 + 10):
        expected = geodesic_distances(good, source, method="heat")
        np.testing.assert_allclose(geodesic_distances(needles, source, method="heat"), expected, atol=1e-6)


@pytest.mark.parametrize("method", ["graph", "heat"])
def test_distances_scale_and_stay_under_motions_and_renumbering(method):
    mesh, rng = blob(), np.random.default_rng(2)
    expected = geodesic_distances(mesh, [3, 70], method=method)
    assert expected.shape == (len(mesh.vertices), 2)
    moved = Mesh(7.0 * mesh.vertices @ Rotation.random(rng=rng).as_matrix() - 4.0, mesh.faces)
    np.testing.assert_allclose(geodesic_distances(moved, [3, 70], method=method), 7 * expected, rtol=1e-7, atol=1e-9)
    order = rng.permutation(len(mesh.vertices))
    numbers = np.argsort(order)
    renumbered = Mesh(mesh.vertices[order], numbers[mesh.faces])
    found = geodesic_distances(renumbered, numbers[[3, 70]], method=method)
    np.testing.assert_allclose(found, expected[order], rtol=1e-7, atol=1e-9)


def test_blocks_of_sources_give_the_same(monkeypatch):
    from tdainv.meshes import geodesics

    mesh = union(blob(n=40), SQUARE, Mesh([[9, 9, 9]], []))
    for method in ("graph", "heat"):
        sources = np.arange(len(mesh.vertices))
        whole = geodesic_distances(mesh, sources, method=method)
        with monkeypatch.context() as patch:
            patch.setattr(geodesics, "_BLOCK", 1)
            np.testing.assert_allclose(geodesic_distances(mesh, sources, method=method), whole, atol=1e-12)
        one = geodesic_distances(mesh, 7, method=method)
        np.testing.assert_array_equal(one, geodesic_distances(mesh, [7], method=method)[:, 0])
        assert np.isinf(whole[-1, :-1]).all() and whole[-1, -1] == 0


def test_an_intrinsic_delaunay_triangulation_keeps_the_surface():
    for mesh in (blob(3), flat(8, 0.4), *ODD.values()):
        found = intrinsic_delaunay(mesh)
        before = cotangents_and_areas(opposite_lengths(mesh))[1].sum()
        areas = cotangents_and_areas(found.lengths)[1]
        assert areas.sum() == pytest.approx(before, rel=1e-6)
        assert np.bincount(found.faces.ravel(), minlength=len(mesh.vertices)).sum() == mesh.faces.size
    flat_mesh = Mesh([[0, 0, 0], [4, 0, 0], [2, 1, 0], [2, -1, 0]], [[0, 1, 2], [1, 0, 3]])
    flipped = intrinsic_delaunay(flat_mesh)
    assert sorted(map(sorted, flipped.faces.tolist())) == [[0, 2, 3], [1, 2, 3]]
    np.testing.assert_allclose(np.sort(flipped.lengths, axis=1), [[2, 5**0.5, 5**0.5]] * 2)


def test_all_flips_together_give_the_planar_delaunay_triangulation():
    points = np.random.default_rng(5).uniform(size=(60, 2))
    wanted = Delaunay(points).simplices
    hull = Mesh(np.column_stack([points, np.zeros(60)]), wanted)
    # Any other triangulation of the same points: that of sheared ones.
    sheared = Delaunay(points @ [[1.0, 0.0], [0.9, 0.3]]).simplices
    other = Mesh(hull.vertices, sheared)
    np.testing.assert_array_equal(np.unique(other.boundary), np.unique(hull.boundary))
    flipped = intrinsic_delaunay(other)
    assert sorted(map(sorted, flipped.faces.tolist())) == sorted(map(sorted, wanted.tolist()))
    assert sorted(map(sorted, sheared.tolist())) != sorted(map(sorted, wanted.tolist()))


@pytest.mark.parametrize(
    ("sources", "arguments", "message"),
    [
        (4, {}, "sources must be vertices, 0 to 3, got 4"),
        ([0, -1], {}, "sources must be vertices, 0 to 3, got -1"),
        ([0.5], {}, "sources must be integers of shape"),
        (0, {"method": "exact"}, "method must be one of 'graph', 'heat', got method='exact'"),
    ],
)
def test_bad_sources_and_methods_are_refused(sources, arguments, message):
    with pytest.raises(ValueError, match=message):
        geodesic_distances(SQUARE, sources, **arguments)


def test_distances_that_do_not_fit_are_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000")
    with pytest.raises(MemoryLimitError, match=r"Distances from 642 of 642 vertices .* Choose fewer sources"):
        geodesic_distances(SPHERE, np.arange(642))
    with pytest.raises(MemoryLimitError, match=r"Distances from 100 of 642 vertices .* Lower n_sources"):
        eccentricity(SPHERE, n_sources=100)


# --- eccentricity and centrality


@pytest.mark.parametrize("exponent", [1, 2.0, 50, np.inf])
@pytest.mark.parametrize("n_sources", [None, 1000])
def test_eccentricity_is_a_mean_by_area(exponent, n_sources):
    mesh = blob(n=40)
    distances = geodesic_distances(mesh, np.arange(len(mesh.vertices)))
    if exponent == np.inf:
        expected = distances.max(axis=1)
    else:
        expected = np.average(distances**exponent, axis=1, weights=mesh.vertex_areas) ** (1 / exponent)
    np.testing.assert_allclose(eccentricity(mesh, exponent=exponent, n_sources=n_sources), expected, rtol=1e-10)


def test_eccentricity_by_blocks_is_the_same(monkeypatch):
    from tdainv.meshes import geodesics

    mesh = blob(n=40)
    expected = [eccentricity(mesh, exponent=p) for p in (3, np.inf)]
    monkeypatch.setattr(geodesics, "_BLOCK", 1)
    np.testing.assert_allclose([eccentricity(mesh, exponent=p) for p in (3, np.inf)], expected, rtol=1e-12)


def test_few_sources_are_close_to_all_of_them():
    mesh = SPHERE
    exact = eccentricity(mesh, n_sources=None)
    few = eccentricity(mesh, n_sources=60)
    assert 0 < np.abs(few - exact).max() < 0.03 * exact.max()
    np.testing.assert_allclose(exact, exact.mean(), rtol=0.02)


def test_eccentricity_on_components_is_that_of_each():
    first, second = blob(1), blob(2)
    both = union(first, second, Mesh([[9, 9, 9]], []))
    for n_sources in (None, 20):
        found = eccentricity(both, n_sources=n_sources)
        assert found[-1] == 0.0
    np.testing.assert_allclose(
        eccentricity(both, n_sources=None)[:-1],
        np.concatenate([eccentricity(first, n_sources=None), eccentricity(second, n_sources=None)]),
        rtol=1e-12,
    )
    # One source a component at least: no vertex is left without a distance.
    assert (eccentricity(both, n_sources=1)[:-1] > 0).sum() >= len(both.vertices) - 3


def test_scaling_of_eccentricity_and_centrality():
    mesh = blob()
    larger = Mesh(5.0 * mesh.vertices, mesh.faces)
    np.testing.assert_allclose(eccentricity(larger), 5.0 * eccentricity(mesh), rtol=1e-10)
    expected = eccentricity(mesh) / np.sqrt(mesh.areas.sum())
    np.testing.assert_allclose(eccentricity(larger, scale_invariant=True), expected, rtol=1e-10)
    np.testing.assert_allclose(geodesic_centrality(larger), geodesic_centrality(mesh), atol=1e-10)


@pytest.mark.parametrize("method", ["graph", "heat"])
def test_centrality_is_least_in_the_middle_of_a_long_shape(method):
    mesh = Mesh(SPHERE.vertices * [1, 1, 5], SPHERE.faces)
    centrality = geodesic_centrality(mesh, method=method, n_sources=100)
    assert centrality.min() == 0.0 and centrality.max() < 1.0
    assert abs(mesh.vertices[centrality.argmin(), 2]) < 0.8
    assert abs(mesh.vertices[centrality.argmax(), 2]) > 4.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"exponent": 0.5}, "exponent must be a number of at least 1, or inf, got exponent=0.5"),
        ({"exponent": np.nan}, "exponent must be a number of at least 1, or inf, got exponent=nan"),
        ({"exponent": "2"}, "exponent must be a number of at least 1, or inf, got exponent='2'"),
        ({"n_sources": 0}, "n_sources must be an integer of at least 1, got n_sources=0"),
        ({"scale_invariant": None}, "scale_invariant must be True or False"),
        ({"method": None}, "method must be one of 'graph', 'heat'"),
    ],
)
def test_bad_arguments_of_eccentricity_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        eccentricity(SQUARE, **arguments)


def test_meshes_without_faces_have_eccentricity_zero():
    for method in ("graph", "heat"):
        assert eccentricity((np.eye(3), []), method=method).tolist() == [0, 0, 0]
        assert geodesic_centrality((np.eye(3), []), method=method).tolist() == [0, 0, 0]
        assert geodesic_distances((np.eye(3), []), 1, method=method).tolist() == [np.inf, 0, np.inf]
