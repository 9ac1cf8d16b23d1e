"""Point clouds from files and folders: round trips of every format, and every error."""

from __future__ import annotations

import io

import numpy as np
import pytest
import trimesh
from PIL import Image

from tdainv.datasets import read_folder, read_points
from tdainv.datasets._images import otsu_threshold
from tdainv.datasets._meshes import sample_surface

POINTS = np.array([[0.0, 0.5, -1.25], [1.0, 2e-3, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 1e6]])
TRIANGLE = "0 0 0\n1 0 0\n0 1 0\n"
PLY = (
    "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
    "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def npy(array, **kwargs):
    stream = io.BytesIO()
    np.save(stream, array, **kwargs)
    return stream.getvalue()


# --- tables


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "f4", "i2", "u1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_round_trip(tmp_path, dtype, order):
    points = np.arange(12).reshape(4, 3).astype(dtype, order=order)
    read = read_points(write(tmp_path / "a.npy", npy(points)))
    assert read.dtype == np.float64 and read.dtype.isnative and read.flags.c_contiguous
    np.testing.assert_array_equal(read, points)


TABLES = {
    "csv_without_header.csv": (",", ""),
    "csv_with_header.csv": (",", "x,y,z\n"),
    "quoted_header.csv": (",", '"x","y","z"\n'),
    "semicolons.csv": (";", ""),
    "semicolons_with_header.csv": (";", "x;y;z\n"),
    "byte_order_mark.csv": (",", "\ufeffx,y,z\n"),
    "spaced.csv": (" , ", "\n\nx, y, z\n\n"),
    "whitespace.txt": (" ", ""),
    "tabs.txt": ("\t", ""),
    "commas.txt": (", ", ""),
    "comment.txt": ("   ", "# x y z\n\n"),
    "header.txt": (" ", "x y z\n"),
    "plain.xyz": (" ", ""),
    "commas.xyz": (",", ""),
    "UPPER.CSV": (",", ""),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_table_round_trip(tmp_path, name, newline):
    delimiter, header = TABLES[name]
    text = header + "".join(delimiter.join(map(repr, row)) + "\n" for row in POINTS.tolist())
    file = write(tmp_path / name, text.replace("\n", newline))
    np.testing.assert_array_equal(read_points(file), POINTS)


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".xyz"])
def test_numpy_savetxt_round_trip(tmp_path, suffix):
    file = tmp_path / f"a{suffix}"
    np.savetxt(file, POINTS, header="x y z", delimiter="," if suffix == ".csv" else " ")
    np.testing.assert_allclose(read_points(file), POINTS)


def test_pandas_round_trip_needs_the_index_left_out(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(POINTS, columns=["x", "y", "z"])
    frame.to_csv(tmp_path / "good.csv", index=False)
    np.testing.assert_array_equal(read_points(tmp_path / "good.csv"), POINTS)
    frame.to_csv(tmp_path / "bad.csv")
    with pytest.raises(ValueError, match=r"bad\.csv: every column must have a name .*index=False"):
        read_points(tmp_path / "bad.csv")


def test_one_column_is_a_cloud_on_the_line(tmp_path):
    np.testing.assert_array_equal(read_points(write(tmp_path / "a.csv", "1\n2\n")), [[1.0], [2.0]])


@pytest.mark.parametrize("extra", ["", " -0.8 0.1"])
def test_chemistry_xyz_gives_the_positions_of_the_atoms(tmp_path, extra):
    file = write(tmp_path / "water.xyz", f"3\n\nO 0 0 0.1{extra}\nH 0 0.7 -0.5{extra}\n1 0 -0.7 -0.5{extra}\n\n")
    np.testing.assert_array_equal(read_points(file), [[0, 0, 0.1], [0, 0.7, -0.5], [0, -0.7, -0.5]])


# --- meshes

BOX = trimesh.creation.box(extents=(2.0, 4.0, 6.0))


@pytest.mark.parametrize("suffix", [".off", ".ply", ".obj", ".stl"])
def test_mesh_gives_its_distinct_vertices(tmp_path, suffix):
    BOX.export(tmp_path / f"box{suffix}")
    points = read_points(tmp_path / f"box{suffix}")
    assert points.shape == (8, 3) and points.dtype == np.float64
    np.testing.assert_array_equal(np.unique(points, axis=0), np.unique(BOX.vertices, axis=0))


@pytest.mark.parametrize("suffix", [".off", ".ply", ".obj"])
def test_mesh_keeps_the_order_of_its_vertices(tmp_path, suffix):
    BOX.export(tmp_path / f"box{suffix}")
    np.testing.assert_array_equal(read_points(tmp_path / f"box{suffix}"), BOX.vertices)


@pytest.mark.parametrize("suffix", [".off", ".ply", ".obj", ".stl"])
def test_mesh_surface_is_sampled_with_the_random_state(tmp_path, suffix):
    BOX.export(tmp_path / f"box{suffix}")
    points = read_points(tmp_path / f"box{suffix}", n_points=50, random_state=1)
    assert points.shape == (50, 3)
    on_face = np.isclose(np.abs(points), [1.0, 2.0, 3.0])
    assert on_face.any(axis=1).all() and not on_face.all()
    again = read_points(tmp_path / f"box{suffix}", n_points=50, random_state=1)
    other = read_points(tmp_path / f"box{suffix}", n_points=50, random_state=2)
    np.testing.assert_array_equal(points, again)
    assert not np.array_equal(points, other)


def test_surface_samples_are_uniform_by_area(rng):
    # A triangle of area 1/2 at z = 0 and one of area 3/2 at z = 1.
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [3, 0, 1], [0, 1, 1]], dtype=float)
    points = sample_surface(vertices, np.array([[0, 1, 2], [3, 4, 5]]), 20_000, rng)
    large = points[:, 2] == 1.0
    assert abs(large.mean() - 0.75) < 0.0125  # 4 standard deviations
    x, y = points[~large, :2].T
    assert x.min() >= 0 and y.min() >= 0 and (x + y).max() <= 1 + 1e-12
    np.testing.assert_allclose([x.mean(), y.mean()], 1 / 3, atol=0.0134)
    assert abs((x + y < 0.5).mean() - 0.25) < 0.025  # the small similar triangle has a quarter of the area


@pytest.mark.parametrize("suffix", [".ply", ".obj"])
def test_point_clouds_in_mesh_formats_are_subsampled_not_filled(tmp_path, suffix, rng):
    cloud = rng.normal(size=(20, 3)).astype(np.float32).astype(float)
    trimesh.PointCloud(cloud).export(tmp_path / f"cloud{suffix}")
    np.testing.assert_allclose(read_points(tmp_path / f"cloud{suffix}"), cloud, atol=1e-7)
    assert read_points(tmp_path / f"cloud{suffix}", n_points=30).shape == (20, 3)
    chosen = read_points(tmp_path / f"cloud{suffix}", n_points=5)
    assert len({tuple(point) for point in chosen}) == 5


def test_off_without_faces_is_a_point_cloud(tmp_path):
    file = write(tmp_path / "a.off", f"OFF\n3 0 0\n{TRIANGLE}")
    np.testing.assert_array_equal(read_points(file), [[0, 0, 0], [1, 0, 0], [0, 1, 0]])


def test_parts_of_an_obj_file_are_joined(tmp_path):
    text = "".join(
        f"o part{z}\nv 0 0 {z}\nv 1 0 {z}\nv 0 1 {z}\nusemtl m{z}\nf {' '.join(corners)}\n"
        for z, corners in ((0, "123"), (5, "456"))
    )
    file = write(tmp_path / "two.obj", "mtllib missing.mtl\n" + text)
    assert sorted(map(tuple, read_points(file))) == sorted(
        [(x, y, z) for x, y in ((0, 0), (1, 0), (0, 1)) for z in (0, 5)]
    )
    assert set(read_points(file, n_points=40)[:, 2]) == {0.0, 5.0}


def test_seams_of_a_texture_do_not_repeat_vertices(tmp_path):
    text = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 1 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nvt .5 .5\nf 1/1 2/2 3/3\nf 2/4 3/1 4/2\n"
    assert read_points(write(tmp_path / "a.obj", text)).shape == (4, 3)


# --- images

#  . . . . .      The object: an L of four pixels. In (x, y) with y upwards
#  . # . . .      it is (1, 2), (1, 1), (1, 0) would be the border: so the
#  . # # # .      picture has four rows and the L lies in rows 1 and 2.
#  . . . . .
L_ROWS, L_COLUMNS = np.array([1, 2, 2, 2]), np.array([1, 1, 2, 3])
L_POINTS = [[1.0, 2.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0]]


def picture(ink, paper, dtype=np.uint8):
    values = np.full((4, 5), paper, dtype=dtype)
    values[L_ROWS, L_COLUMNS] = ink
    return values


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (90, 120), (120, 90)])
@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff", ".gif"])
def test_image_gives_the_pixels_of_the_object_upright(tmp_path, suffix, ink, paper):
    Image.fromarray(picture(ink, paper)).save(tmp_path / f"a{suffix}")
    np.testing.assert_array_equal(read_points(tmp_path / f"a{suffix}"), L_POINTS)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_jpeg_artefacts_do_not_change_the_object(tmp_path, suffix):
    large = np.kron(picture(20, 235), np.ones((16, 16), dtype=np.uint8))
    Image.fromarray(large).save(tmp_path / f"a{suffix}", quality=60)
    points = read_points(tmp_path / f"a{suffix}")
    expected = np.argwhere(large == 20)[:, ::-1] * [1, -1] + [0, len(large) - 1]
    np.testing.assert_array_equal(points, expected)


def modes():
    grey = Image.fromarray(picture(10, 240))
    clear = Image.new("RGBA", (5, 4), (0, 0, 0, 0))
    clear.paste(Image.new("RGBA", (5, 4), (40, 0, 0, 255)), mask=Image.fromarray(picture(255, 0)))
    return {
        "1": grey.convert("1"),
        "RGB": grey.convert("RGB"),
        "P": grey.convert("RGB").convert("P"),
        "LA": grey.convert("LA"),
        "RGBA": grey.convert("RGBA"),
        "transparent": clear,
        "I;16": Image.fromarray(picture(1000, 60000, np.uint16)),
    }


@pytest.mark.parametrize("mode", modes())
def test_modes_of_an_image_agree(tmp_path, mode):
    modes()[mode].save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_points(tmp_path / "a.png"), L_POINTS)


def test_floating_point_tiff_is_read(tmp_path):
    Image.fromarray(picture(0.25, 0.5, np.float32)).save(tmp_path / "a.tif")
    np.testing.assert_array_equal(read_points(tmp_path / "a.tif"), L_POINTS)


def test_only_the_first_frame_counts(tmp_path):
    frames = [Image.fromarray(picture(0, 255)), Image.fromarray(np.full((4, 5), 255, np.uint8))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(read_points(tmp_path / "a.gif"), L_POINTS)


def test_a_draw_on_the_border_makes_the_light_part_background(tmp_path):
    Image.fromarray(np.array([[0, 255]], dtype=np.uint8)).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_points(tmp_path / "a.png"), [[0.0, 0.0]])


def test_otsu_threshold_agrees_with_the_definition(rng):
    grey = rng.choice([3.0, 4.0, 5.0, 90.0, 95.0], size=(20, 20))
    variances = {
        value: np.mean(grey <= value)
        * np.mean(grey > value)
        * (grey[grey <= value].mean() - grey[grey > value].mean()) ** 2
        for value in np.unique(grey)[:-1]
    }
    assert otsu_threshold(grey) == max(variances, key=variances.get) == 5.0


def test_image_is_subsampled(tmp_path):
    Image.fromarray(picture(0, 255)).save(tmp_path / "a.png")
    points = read_points(tmp_path / "a.png", n_points=2)
    assert points.shape == (2, 2)
    assert all(point in L_POINTS for point in points.tolist())


# --- one file: errors and subsampling


def test_subsample_keeps_the_order_of_the_file(tmp_path):
    file = write(tmp_path / "a.npy", npy(np.arange(200.0).reshape(100, 2)))
    points = read_points(file, n_points=10, random_state=np.random.default_rng(0))
    assert points.shape == (10, 2)
    assert (np.diff(points[:, 0]) > 0).all()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "must hold at least one point, got an empty file"),
        ("a.txt", " \n\n", "must hold at least one point, got an empty file"),
        ("a.npy", b"", "must hold at least one point, got an empty file"),
        ("a.png", b"", "must hold at least one point, got an empty file"),
        ("a.ply", b"", "must hold at least one point, got an empty file"),
        ("a.csv", "x,y\n", "must hold at least one point, got no rows of numbers"),
        ("a.txt", "# nothing\n", "must hold at least one point, got no rows of numbers"),
        ("a.xyz", "0\n\n", "must hold at least one point, got no rows of numbers"),
        ("a.csv", "x,y\n1,2\n3,oops\n", "every cell must be a number, got 'oops' in line 3"),
        ("a.csv", "1,2\n\n# note\n3,\n", "every cell must be a number, got '' in line 4"),
        ("a.csv", "1;2,5\n", "every cell must be a number, got '2,5' in line 1"),
        ("a.txt", "1 2\n3 x\n", "every cell must be a number, got 'x' in line 2"),
        ("a.csv", "x,y\n1,2\n3,4,5\n", "line 3 must have 2 columns as line 2 has, got 3"),
        ("a.txt", "1 2 3\n\n4 5\n", "line 3 must have 3 columns as line 1 has, got 2"),
        ("a.csv", "x,y\n1,2,3\n", "the header in line 1 must name all 3 columns, got 2 names"),
        ("a.csv", ",x\n0,1\n", r"every column must have a name in the header, got \['', 'x'\] in line 1"),
        (
            "a.csv",
            "1,2\n3,nan\n",
            r"all coordinates must be finite, got \(3, nan\) in point 1, counted from 0",
        ),
        ("a.txt", "1 2\n-inf 0\n", r"all coordinates must be finite, got \(-inf, 0\) in point 1"),
        ("a.csv", b"\xff\xfe1\x00", "must be UTF-8 text, but: .*invalid start byte"),
        ("a.csv", "1," + "2" * 200_000, "cannot be read as .csv: field larger than field limit"),
        (
            "a.xyz",
            "2\nwater\nO 0 0 0\n",
            "line 1 announces 2 atoms, so that many lines must follow line 2, got 1",
        ),
        (
            "a.xyz",
            "1\n\nO 0 0 0\n1\n\nO 0 0 1\n",
            "line 1 announces 1 atoms, .* got 3. A trajectory must be split",
        ),
        ("a.xyz", "1\n\n0 0 0\n", "line 3 must be 'element x y z', got '0 0 0'"),
        ("a.xyz", "1\n\nO a b c\n", "every cell must be a number, got 'a' in line 3"),
        ("a.npy", b"not an array", "must be a .npy file of a plain numeric array, but: .*magic string"),
        ("a.npy", npy(np.ones((4, 2)))[:-8], "must be a .npy file of a plain numeric array, but: "),
        ("a.npy", npy(np.ones(5)), r"array must have shape \(n_points, dim\), got shape \(5,\)"),
        ("a.npy", npy(np.ones((2, 2, 2))), r"array must have shape \(n_points, dim\), got shape \(2, 2, 2\)"),
        ("a.npy", npy(np.ones((0, 3))), r"at least one point of dimension at least 1, got shape \(0, 3\)"),
        ("a.npy", npy(np.ones((3, 0))), r"at least one point of dimension at least 1, got shape \(3, 0\)"),
        ("a.npy", npy(np.array([[1j]])), "array must be numeric and real, got dtype complex128"),
        ("a.npy", npy(np.array([["a"]])), "array must be numeric and real, got dtype <U1"),
        (
            "a.npy",
            npy(np.array([[None]]), allow_pickle=True),
            "Object arrays cannot be loaded when allow_pickle=False",
        ),
        (
            "a.npy",
            npy(np.array([[1.0, np.nan]])),
            r"all coordinates must be finite, got \(1, nan\) in point 0",
        ),
        ("a.off", "OFF\n3 1 0\n0 0 0\n", "cannot be read as .off: "),
        ("a.ply", "hello\n", "cannot be read as .ply: Not a ply file"),
        ("a.obj", "hello\n", "must hold at least one vertex, got none that can be read as .obj"),
        ("a.stl", "hello\n", "must hold at least one vertex, got none that can be read as .stl"),
        (
            "a.off",
            "OFF\n3 1 0\nnan 0 0\n1 0 0\n0 1 0\n3 0 1 2\n",
            r"all coordinates must be finite, got \(nan, 0, 0\)",
        ),
        (
            "a.ply",
            f"{PLY}{TRIANGLE}3 0 1 7\n",
            "faces must refer to vertices 0 to 2, got numbers from 0 to 7",
        ),
        ("a.png", b"not an image", "must be an image, but no known image format fits"),
    ],
)
def test_bad_content_is_refused_with_the_name_of_the_file(tmp_path, name, content, message):
    file = write(tmp_path / name, content)
    with pytest.raises(ValueError, match=message) as caught:
        read_points(file)
    assert str(caught.value).startswith(f"{file}: ")


def test_truncated_image_is_refused(tmp_path, rng):
    stream = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (64, 64), dtype=np.uint8)).save(stream, "png")
    file = write(tmp_path / "a.png", stream.getvalue()[:2000])
    with pytest.raises(ValueError, match=r"a\.png: it must be an image, but it cannot be decoded: .*truncated"):
        read_points(file)


def test_image_of_one_colour_has_no_object(tmp_path):
    Image.fromarray(np.full((3, 3), 7, np.uint8)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match="must show an object on a background, but all pixels are 7"):
        read_points(tmp_path / "a.png")


def test_image_with_nan_is_refused(tmp_path):
    Image.fromarray(np.array([[0.0, np.nan]], dtype=np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(ValueError, match="all grey values must be finite"):
        read_points(tmp_path / "a.tif")


def test_surface_without_area_cannot_be_sampled(tmp_path):
    file = write(tmp_path / "a.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n2 0 0\n3 0 1 2\n")
    assert read_points(file).shape == (3, 3)
    with pytest.raises(ValueError, match="faces must have a positive, finite area to be sampled, got a total of 0"):
        read_points(file, n_points=5)


def test_missing_file_folder_and_unknown_suffix(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path must be an existing file, got path='.*no\.csv'"):
        read_points(tmp_path / "no.csv")
    with pytest.raises(ValueError, match=r"path must be a file, got .* use read_folder"):
        read_points(tmp_path)
    with pytest.raises(ValueError, match=r"a\.mat: the suffix must be one of \.npy, .*\.gif, got '\.mat'"):
        read_points(write(tmp_path / "a.mat", "1"))


def test_nan_in_a_mesh_is_named_before_its_surface_is_sampled(tmp_path):
    file = write(tmp_path / "a.off", "OFF\n3 1 0\n0 0 0\n1 nan 0\n0 1 0\n3 0 1 2\n")
    with pytest.raises(ValueError, match=r"all coordinates must be finite, got \(1, nan, 0\) in point 1"):
        read_points(file, n_points=5)


@pytest.mark.parametrize("n_points", [0, -1, 2.5, True, "3"])
def test_n_points_must_be_a_positive_integer(tmp_path, n_points):
    for read in (read_points, read_folder):
        with pytest.raises(ValueError, match=f"n_points must be an integer of at least 1, got n_points={n_points!r}"):
            read(tmp_path, n_points=n_points)


# --- folders


@pytest.fixture
def folder(tmp_path, rng):
    for name in ("b/2.csv", "b/10.txt", "a/x.npy", "a/y.NPY"):
        points = rng.normal(size=(30, 2))
        text = "\n".join(("," if name.endswith("csv") else " ").join(map(repr, row)) for row in points.tolist())
        write(tmp_path / "set" / name, npy(points) if name.lower().endswith("npy") else text)
    return tmp_path / "set"


def test_folder_is_read_in_the_order_of_names(folder):
    data = read_folder(folder)
    assert (data.name, data.metric, data.groups) == ("set", "euclidean", None)
    assert data.class_names == ("a", "b")
    assert data.names == ("a/x.npy", "a/y.NPY", "b/10.txt", "b/2.csv")
    np.testing.assert_array_equal(data.labels, [0, 0, 1, 1])
    for name, cloud in zip(data.names, data.clouds, strict=True):
        np.testing.assert_array_equal(cloud, read_points(folder / name))


def test_documents_hidden_and_leftover_files_are_left_out(folder):
    expected = read_folder(folder).names
    for name in ("README.md", "labels.csv", ".hidden/1.csv", "__MACOSX/a/._x.npy", "a/.DS_Store", "a/README"):
        write(folder / name, "1,2\n")
    for name in ("a/readme.txt", "a/LICENSE", "b/LICENSE-MIT", "b/notes.md", "b/Thumbs.db"):
        write(folder / name, "text\n")
    assert read_folder(folder).names == expected


def test_names_that_only_begin_like_documents_are_data(folder):
    for name in ("license_plates/1.csv", "license_plates/2.csv", "a/readmes.csv"):
        write(folder / name, "1,2\n")
    data = read_folder(folder)
    assert data.class_names == ("a", "b", "license_plates")
    assert "a/readmes.csv" in data.names


def test_what_is_drawn_for_a_file_does_not_depend_on_the_others(folder):
    before = read_folder(folder, n_points=10, random_state=4)
    write(folder / "b" / "0.txt", "0 0\n1 1\n")
    after = read_folder(folder, n_points=10, random_state=4)
    assert len(after) == len(before) + 1
    for name, cloud in zip(before.names, before.clouds, strict=True):
        assert cloud.shape == (10, 2)
        np.testing.assert_array_equal(cloud, after.clouds[after.names.index(name)])


def test_equal_files_are_subsampled_differently_and_seeds_matter(tmp_path):
    for name in ("a/1.npy", "a/2.npy", "b/1.npy", "b/2.npy"):
        write(tmp_path / name, npy(np.arange(100.0)[:, None]))
    draws = [read_folder(tmp_path, n_points=20, random_state=seed).clouds for seed in (0, 0, 1)]
    assert len({cloud.tobytes() for cloud in draws[0]}) == 4
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_folder_of_meshes_is_sampled_on_the_surface(tmp_path):
    for kind, mesh in (("box", BOX), ("ball", trimesh.creation.icosphere(subdivisions=2))):
        for i, suffix in enumerate((".off", ".ply", ".obj", ".stl")):
            (tmp_path / kind).mkdir(exist_ok=True)
            mesh.export(tmp_path / kind / f"{i}{suffix}")
    data = read_folder(str(tmp_path), n_points=64)
    assert {cloud.shape for cloud in data.clouds} == {(64, 3)}
    again = read_folder(tmp_path, n_points=64)
    np.testing.assert_array_equal(data.clouds, again.clouds)


def one_class(folder):
    for file in (folder / "b").iterdir():
        file.unlink()
    (folder / "b").rmdir()


def unreadable(folder):
    (folder / "a" / "x.npy").unlink()
    (folder / "a" / "x.npy").symlink_to("nowhere.npy")


SPOILERS = {
    r"b: a class must have at least two files, to train and to test, got only 2\.csv": lambda f: (
        f / "b" / "10.txt"
    ).unlink(),
    r"c: a class must have at least two files, to train and to test, got an empty folder": lambda f: (f / "c").mkdir(),
    r"set: there must be at least two classes, got only 'a'": one_class,
    r"model\.blend: the suffix must be one of \.npy, \.csv, .*, got '\.blend'": lambda f: write(
        f / "a" / "model.blend", "1"
    ),
    r"noise: the suffix must be one of .*, got ''": lambda f: write(f / "a" / "noise", "1"),
    r"deep: a class folder must hold files only, got a folder inside": lambda f: write(f / "a" / "deep" / "1.csv", "1"),
    r"x\.npy: it must be a \.npy file": lambda f: write(f / "a" / "x.npy", "1"),
    r"x\.npy: .*No such file": unreadable,
    r"b.2\.csv: all clouds must have the same dimension, got 3 here and 2 in .*x\.npy": lambda f: write(
        f / "b" / "2.csv", "1,2,3"
    ),
}


@pytest.mark.parametrize("message", SPOILERS)
def test_a_spoilt_folder_is_refused_by_name(folder, message):
    SPOILERS[message](folder)
    with pytest.raises(ValueError, match=message):
        read_folder(folder)


def test_folders_without_classes_are_refused_with_the_layout(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path must be an existing folder, got path='.*nowhere'"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"must hold class folders, but it is empty\. Use one sub-folder per class"):
        read_folder(tmp_path)
    file = write(tmp_path / "1.csv", "1,2\n")
    with pytest.raises(ValueError, match=r"files directly inside, such as 1\.csv\. Use one sub-folder per class"):
        read_folder(tmp_path)
    with pytest.raises(ValueError, match=r"path must be a folder, got .* use read_points"):
        read_folder(file)


def test_random_state_is_checked(folder):
    with pytest.raises(ValueError, match="random_state must be None"):
        read_folder(folder, random_state=-3)
