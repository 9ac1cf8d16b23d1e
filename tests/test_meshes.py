"""Meshes: checks, reading, incidence, and lower star filtrations."""

import io
import pickle
import types
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import trimesh

from tdainv.filtrations.mesh_estimators import MeshLowerStar
from tdainv.filtrations.meshes import mesh_lower_star
from tdainv.invariants.hilbert_function import hilbert_function
from tdainv.meshes import Mesh, gaussian_curvature, geodesic_distances, heat_kernel_signature, height
from tdainv.persistence.barcode import barcodes

TRIANGLE = ([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
TETRAHEDRON = ([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
BOX = trimesh.creation.box(extents=(2.0, 4.0, 6.0))
SUFFIXES = (".off", ".ply", ".obj", ".stl")


def torus(n=9, m=6):
    """Torus of n by m vertices, tube around the z axis."""
    u, v = np.meshgrid(2 * np.pi * np.arange(n) / n, 2 * np.pi * np.arange(m) / m, indexing="ij")
    r = 3 + np.cos(v)
    vertices = np.stack([r * np.cos(u), r * np.sin(u), np.sin(v)], axis=-1).reshape(-1, 3)
    at = lambda i, j: (i % n) * m + j % m  # noqa: E731
    cells = [(i, j) for i in range(n) for j in range(m)]
    faces = [[at(i, j), at(i + 1, j), at(i + 1, j + 1)] for i, j in cells]
    return Mesh(vertices, faces + [[at(i, j), at(i + 1, j + 1), at(i, j + 1)] for i, j in cells])


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def canonical(mesh):
    """Triangles as sets of positions."""
    return sorted(sorted(map(tuple, corners)) for corners in mesh.vertices[mesh.faces])


# --- the object


def test_a_mesh_holds_float_vertices_and_integer_faces():
    mesh = Mesh(*TRIANGLE)
    assert mesh.vertices.dtype == np.float64 and mesh.faces.dtype == np.int64
    assert repr(mesh) == "Mesh(3 vertices, 1 face)"
    assert mesh == Mesh.of(TRIANGLE) and mesh != Mesh(TRIANGLE[0], []) and mesh != 3
    assert pickle.loads(pickle.dumps(mesh)) == mesh


@pytest.mark.parametrize("faces", [[], np.zeros((0, 3), int), np.zeros(0), ()])
def test_a_mesh_may_have_no_faces(faces):
    mesh = Mesh([[0, 0, 0], [1, 2, 3]], faces)
    assert mesh.faces.shape == (0, 3) and mesh.edges.shape == (0, 2) and mesh.areas.shape == (0,)
    assert mesh.is_closed and not mesh.is_manifold
    assert (mesh.euler_characteristic, mesh.n_components) == (2, 2)


@pytest.mark.parametrize(
    ("vertices", "faces", "message"),
    [
        ([[0, 0]], [], r"vertices must have shape \(n, 3\), got shape \(1, 2\)"),
        (np.zeros((0, 3)), [], r"vertices must have shape .* got shape \(0, 3\)"),
        ([[0, 0, np.nan]], [], r"vertices must be finite, got vertices\[0, 2\] = nan"),
        ([[0, 0, 2e100]], [], r"vertices must be at most 1e\+100 in absolute value, got 2e\+100: rescale"),
        (TRIANGLE[0], [[0, 1, 3]], r"faces must refer to vertices 0 to 2, got faces\[0\] = \(0, 1, 3\)"),
        (TRIANGLE[0], [[0, 1, 2], [0, -1, 2]], r"faces must refer to vertices 0 to 2, got faces\[1\] = \(0, -1, 2\)"),
        (TRIANGLE[0], [[0, 1, 0]], r"three vertices of a face must be different, got faces\[0\] = \(0, 1, 0\)"),
        (TRIANGLE[0], [[0, 1]], r"faces must be integers of shape \(n, 3\), got dtype int64 and shape \(1, 2\)"),
        (TRIANGLE[0], [[0.0, 1.0, 2.0]], r"faces must be integers .* got dtype float64"),
        (TRIANGLE[0], [[0, 1, 2], [0]], "faces must be integers, got values that do not form an array"),
    ],
)
def test_bad_arrays_are_refused(vertices, faces, message):
    with pytest.raises(ValueError, match=message):
        Mesh(vertices, faces)


def test_anything_with_vertices_and_faces_is_a_mesh():
    mesh = Mesh.of(BOX)
    assert (len(mesh.vertices), len(mesh.faces)) == (8, 12)
    assert type(mesh.vertices) is np.ndarray
    assert Mesh.of(mesh) is mesh
    assert Mesh.of(types.SimpleNamespace(vertices=TRIANGLE[0], faces=[])) == Mesh(TRIANGLE[0], [])
    assert Mesh.of(list(TRIANGLE)) == Mesh.of(TRIANGLE)


@pytest.mark.parametrize("item", [None, 3, np.zeros((4, 3)), (TRIANGLE[0],)])
def test_other_objects_are_no_meshes(item):
    with pytest.raises(TypeError, match=r"A mesh must be a Mesh, .* got an object of type"):
        Mesh.of(item)


# --- how triangles meet


def test_square_has_a_boundary_and_a_diagonal():
    square = Mesh([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0]], [[0, 1, 2], [2, 3, 0]])
    assert square.edges.tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [2, 3]]
    assert square.boundary.tolist() == [[0, 1], [0, 3], [1, 2], [2, 3]]
    assert square.areas.tolist() == [2.0, 2.0]
    np.testing.assert_allclose(square.vertex_areas, [4 / 3, 2 / 3, 4 / 3, 2 / 3])
    assert not square.is_closed and square.is_manifold


@pytest.mark.parametrize(
    ("faces", "n", "manifold", "closed", "euler", "components"),
    [
        ([[0, 1, 2]], 3, True, False, 1, 1),
        (TETRAHEDRON[1], 4, True, True, 2, 1),
        (TETRAHEDRON[1], 5, False, True, 3, 2),  # an isolated vertex
        ([[0, 1, 2], [0, 1, 3], [0, 1, 4]], 5, False, False, 1, 1),  # three triangles at an edge
        ([[0, 1, 2], [0, 3, 4]], 5, False, False, 1, 1),  # two triangles that meet in a vertex
        ([[0, 1, 2], [3, 4, 5]], 6, True, False, 2, 2),
        ([[0, 1, 2], [2, 0, 1]], 3, True, False, 1, 1),  # given twice
        ([[i, (i + 1) % 5, (i + 2) % 5] for i in range(5)], 5, True, False, 0, 1),  # a Möbius band
    ],
)
def test_incidence_of_small_complexes(faces, n, manifold, closed, euler, components):
    mesh = Mesh(np.random.default_rng(0).normal(size=(n, 3)), faces)
    assert (mesh.is_manifold, mesh.is_closed) == (manifold, closed)
    assert (mesh.euler_characteristic, mesh.n_components) == (euler, components)


def test_components_are_numbered_by_their_first_vertex():
    mesh = Mesh(np.zeros((6, 3)), [[0, 4, 5], [1, 2, 3]])
    assert mesh.components.tolist() == [0, 1, 1, 1, 0, 0]


def test_areas_neither_overflow_nor_underflow():
    for scale in (1e99, 1e-99):
        np.testing.assert_allclose(Mesh(scale * np.array(TRIANGLE[0]), TRIANGLE[1]).areas, [scale**2 / 2], rtol=1e-12)


# --- reading


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_written_meshes_are_read_back(tmp_path, suffix, as_text):
    file = tmp_path / f"box{suffix}"
    content = trimesh.exchange.export.export_mesh(BOX, io.BytesIO(), suffix[1:], **kind_of(suffix, as_text))
    write(file, content)
    for path in (file, str(file)):
        mesh = Mesh.of(path)
        assert mesh.vertices.shape == (8, 3) and mesh.is_closed and mesh.is_manifold
        assert canonical(mesh) == canonical(Mesh.of(BOX))
        if suffix != ".stl":
            np.testing.assert_array_equal(mesh.vertices, BOX.vertices)


def kind_of(suffix, as_text):
    return {"encoding": "ascii" if as_text else "binary"} if suffix == ".ply" else {}


def test_ascii_and_binary_stl_agree(tmp_path):
    binary = write(tmp_path / "a.stl", trimesh.exchange.stl.export_stl(BOX))
    text = write(tmp_path / "b.STL", trimesh.exchange.stl.export_stl_ascii(BOX))
    assert text.read_bytes().startswith(b"solid") and not binary.read_bytes().startswith(b"solid")
    assert Mesh.of(binary) == Mesh.of(text)
    assert len(Mesh.of(text).vertices) == 8


def test_seams_of_textures_are_closed(tmp_path):
    lines = ["v 0 0 0", "v 1 0 0", "v 0 1 0", "v 1 1 0", "vt 0 0", "vt 1 0", "vt 0 1", "vt 1 1", "vt 0.5 0.5"]
    lines += ["f 1/1 2/2 3/3", "f 2/5 4/4 3/1"]  # vertices 2 and 3 have two positions in the texture
    mesh = Mesh.of(write(tmp_path / "seam.obj", "\n".join(lines)))
    assert (len(mesh.vertices), len(mesh.edges)) == (4, 5)


def test_off_keeps_equal_vertices_apart_and_stl_does_not(tmp_path):
    text = "OFF\n6 2 0\n0 0 0\n1 0 0\n0 1 0\n0 0 0\n1 0 0\n0 -1 0\n3 0 1 2\n3 3 5 4\n"
    assert Mesh.of(write(tmp_path / "a.off", text)).n_components == 2
    stl = trimesh.exchange.stl.export_stl(trimesh.load(io.BytesIO(text.encode()), file_type="off", process=False))
    assert Mesh.of(write(tmp_path / "a.stl", stl)).n_components == 1


def test_polygons_are_cut_and_collapsed_triangles_left_out(tmp_path):
    text = "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n4 0 1 2 3\n3 0 1 1\n"
    mesh = Mesh.of(write(tmp_path / "a.off", text))
    assert len(mesh.faces) == 2 and mesh.areas.sum() == 1.0


def test_a_file_without_faces_is_a_mesh_without_faces(tmp_path):
    mesh = Mesh.of(write(tmp_path / "a.off", "OFF\n2 0 0\n0 0 0\n1 0 0\n"))
    assert (len(mesh.vertices), len(mesh.faces)) == (2, 0)


PLY = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
PLY += "element face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.off", "OFF\n3 1 0\n0 0 0\n", "it cannot be read as .off: "),
        ("a.off", "", "it cannot be read as .off: "),
        ("a.ply", "hello\n", "it cannot be read as .ply: Not a ply file"),
        ("a.ply", f"{PLY}3 0 1 7\n", "faces must refer to vertices 0 to 2, got numbers from 0 to 7"),
        ("a.obj", "hello\n", "it must hold at least one vertex, got none that can be read as .obj"),
        ("a.stl", "hello\n", "it must hold at least one vertex, got none that can be read as .stl"),
        ("a.off", "OFF\n3 1 0\n0 0 0\n1 nan 0\n0 1 0\n3 0 1 2\n", r"vertices must be finite, got vertices\[1, 1\]"),
        ("a.xyz", "0 0 0\n", r"suffix of a mesh must be one of \.off, \.ply, \.obj, \.stl, got '\.xyz'"),
    ],
)
def test_broken_files_are_refused_by_name(tmp_path, name, content, message):
    file = write(tmp_path / name, content)
    with pytest.raises(ValueError, match=message) as caught:
        Mesh.of(file)
    assert str(caught.value).startswith(f"{file}: ")


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path of a mesh must be an existing file, got '.*no\.off'"):
        Mesh.of(tmp_path / "no.off")
    folder = tmp_path / "folder.off"
    folder.mkdir()
    with pytest.raises(ValueError, match=r"folder\.off: "):
        Mesh.of(folder)


# --- lower star filtrations


def test_octahedron_by_height():
    corners = [[0, 0, -1], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 1]]
    faces = [[tip, 1 + i, 1 + (i + 1) % 4] for tip in (0, 5) for i in range(4)]
    filtration = mesh_lower_star((corners, faces))
    assert filtration.grades[:6, 0].tolist() == [-1, 0, 0, 0, 0, 1]
    assert sorted(filtration.grades[6:18, 0]) == [0] * 8 + [1] * 4
    assert filtration.grades[18:, 0].tolist() == [0] * 4 + [1] * 4
    points, loops, voids = barcodes(filtration, (0, 1, 2))
    assert points.diagram.tolist() == [[-1, np.inf]] and len(loops.diagram) == 0
    assert voids.diagram.tolist() == [[1, np.inf]]


def test_torus_on_its_side_by_height_and_width():
    mesh = torus()
    functions = (partial(height, direction=(1, 0, 0)), "height")
    filtration = mesh_lower_star(mesh, functions)
    top = [[100.0], [100.0]]
    assert [hilbert_function(filtration, k, top).item() for k in range(3)] == [1, 2, 1]
    # Below the outer equator the bottom half is an annulus.
    half = [[100.0], [0.0]]
    assert [hilbert_function(filtration, k, half).item() for k in range(3)] == [1, 1, 0]
    np.testing.assert_array_equal(filtration.grades[: len(mesh.vertices)], mesh.vertices[:, [0, 2]])


@pytest.mark.parametrize("name", ["height", "eccentricity", "geodesic_centrality", "gaussian_curvature"])
def test_names_stand_for_functions_with_their_defaults(name):
    from tdainv import meshes

    mesh = Mesh.of(BOX)
    assert mesh_lower_star(mesh, name) == mesh_lower_star(mesh, [getattr(meshes, name)])


def test_functions_may_be_arrays_and_give_several_parameters():
    mesh = Mesh(*TETRAHEDRON)
    values = np.array([3.0, 1.0, 4.0, 1.5])
    filtration = mesh_lower_star(mesh, [values, lambda m: m.vertices[:, :2], "height"])
    assert filtration.n_parameters == 4
    np.testing.assert_array_equal(filtration.grades[:4, 0], values)
    # A cell has the coordinatewise largest grade of its vertices.
    edges = filtration.simplices(1)
    np.testing.assert_array_equal(filtration.grades[4:10], filtration.grades[:4][edges].max(axis=1))
    assert mesh_lower_star(mesh, values) == mesh_lower_star(mesh, [values])


def test_isolated_vertices_components_and_repeated_faces_are_in_the_complex():
    mesh = Mesh(np.random.default_rng(0).normal(size=(7, 3)), [[0, 1, 2], [2, 1, 0], [3, 4, 5]])
    filtration = mesh_lower_star(mesh)
    assert repr(filtration) == "FilteredComplex(7 + 6 + 2 cells, 1 parameter)"
    assert np.isinf(barcodes(filtration, (0,))[0].diagram[:, 1]).sum() == 3


def test_an_infinite_value_means_that_a_vertex_never_appears():
    mesh = Mesh([*np.eye(3), [5, 5, 5]], [[0, 1, 2]])
    filtration = mesh_lower_star(mesh, partial(geodesic_distances, sources=0))
    assert filtration.grades[:, 0].tolist()[:4] == [0, pytest.approx(2**0.5), pytest.approx(2**0.5), np.inf]


@pytest.mark.parametrize(
    ("functions", "error", "message"),
    [
        ("depth", ValueError, "functions must be one of 'height', .* got functions='depth'"),
        (["height", "depth"], ValueError, r"functions\[1\] must be one of 'height'"),
        ([], ValueError, "functions must hold at least one function, got none"),
        ([1.0, 2.0, 3.0], TypeError, r"functions\[0\] must be a name, a callable or an ndarray .* got float"),
        (None, TypeError, "functions must be a name, a callable or an ndarray .* got NoneType"),
        (np.zeros(2), ValueError, r"Values of functions\[0\] must have shape \(3, p\)"),
        ([height, lambda m: m.vertices * np.nan], ValueError, r"Values of functions\[1\] must be numbers or inf"),
    ],
)
def test_bad_functions_are_refused(functions, error, message):
    with pytest.raises(error, match=message):
        mesh_lower_star(TRIANGLE, functions)


def test_the_estimator_is_the_function_on_each_item(tmp_path):
    BOX.export(tmp_path / "box.stl")
    items = [TRIANGLE, Mesh(*TETRAHEDRON), BOX, str(tmp_path / "box.stl"), Path(tmp_path / "box.stl")]
    functions = ("height", gaussian_curvature, partial(heat_kernel_signature, times=[0.1]))
    results = MeshLowerStar(functions=functions, n_jobs=2).fit_transform(items)
    assert results == [mesh_lower_star(item, functions) for item in items]
    assert results[2].n_parameters == 3


@pytest.mark.parametrize(
    ("item", "error", "message"),
    [
        ((TRIANGLE[0], [[0, 1, 5]]), ValueError, r"X\[1\]: faces must refer to vertices 0 to 2"),
        (np.zeros((3, 3)), TypeError, r"X\[1\]: A mesh must be a Mesh"),
        ("no.off", FileNotFoundError, r"X\[1\]: The path of a mesh must be an existing file, got 'no\.off'"),
    ],
)
def test_errors_of_the_estimator_name_the_item(item, error, message):
    with pytest.raises(error, match=message):
        MeshLowerStar().transform([TRIANGLE, item])


def test_the_estimator_checks_functions_first_and_names_items_whose_values_do_not_fit():
    with pytest.raises(ValueError, match="functions must be one of"):
        MeshLowerStar(functions="depth").fit([TRIANGLE])
    with pytest.raises(ValueError, match=r"X\[1\]: Values of functions\[0\] must have shape"):
        MeshLowerStar(functions=np.zeros(3)).transform([TRIANGLE, TETRAHEDRON])
    with pytest.raises(ValueError, match="got a single ndarray"):
        MeshLowerStar().fit(np.zeros((3, 3)))
