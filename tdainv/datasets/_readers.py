"""Point clouds from files, and labelled data sets from folders of files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tdainv._typing import Float
from tdainv.datasets._arguments import RandomState, check_count, check_points, make_rng
from tdainv.datasets._dataset import Dataset
from tdainv.datasets._images import parse_image
from tdainv.datasets._meshes import SUFFIXES as MESHES
from tdainv.datasets._meshes import parse_mesh
from tdainv.datasets._tables import parse_csv, parse_npy, parse_text, parse_xyz

__all__ = ["read_folder", "read_points"]

_TABLES: dict[str, Callable[[bytes], Float]] = {
    ".npy": parse_npy,
    ".csv": parse_csv,
    ".txt": parse_text,
    ".xyz": parse_xyz,
}
_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif")
_SUFFIXES = (*_TABLES, *MESHES, *_IMAGES)

_DOCUMENTS = ("readme", "license", "licence")
_LEFTOVERS = ("thumbs.db", "desktop.ini", "__macosx")  # of desktops and archives
_LAYOUT = (
    "Use one sub-folder per class with two or more files each: "
    "FOLDER/cats/1.csv, FOLDER/cats/2.csv, FOLDER/dogs/1.csv, FOLDER/dogs/2.csv."
)


def read_points(path: str | os.PathLike[str], *, n_points: int | None = None, random_state: RandomState = 0) -> Float:
    r"""Read one point cloud from a file.

    The suffix tells the format, in upper or lower case:

    - .npy: a real array of shape (n_points, dim). It is never unpickled.
    - .csv: one point per line, separated by commas, or by semicolons if the first line has one.
    - .txt, .xyz: one point per line, separated by whitespace or commas; .xyz also in the chemistry format
      (number of atoms, comment, then "element x y z" for each atom).
    - .off, .ply, .obj, .stl: a mesh or a point cloud. Gives the distinct vertices or, if there are faces and
      `n_points` is given, points of the surface drawn uniformly by area.
    - .png, .jpg, .jpeg, .bmp, .tif, .tiff, .gif: the pixels of the object in an image, see Notes.

    Parameters
    ----------
    path : path-like
        The file.
    n_points : int or None, default=None
        Number of points to draw from a surface, or to choose, uniformly without replacement, from a larger
        cloud. A smaller cloud is returned whole. None keeps all points.
    random_state : int, Generator, RandomState or None, default=0
        Source of randomness for `n_points`.

    Returns
    -------
    ndarray of shape (n_points, dim)
        The points, float64, finite, in the units and, unless drawn from a surface, in the order of the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the suffix is unknown, or if the content is not a cloud of at least one point with finite
        coordinates. The message names the file and the line or row.

    Notes
    -----
    Text is UTF-8. Empty lines and lines that start with "#" are skipped; a first line without any number is a
    header.

    Images are made grey (transparent parts on white, first frame only) and split in two by Otsu's threshold.
    The part with most of the border pixels is the background, the light part in a draw; the other part is the
    object. So dark drawings on light paper and bright objects on dark ground both work. The pixel in row r,
    counted from the top, and column c becomes the point (c, height - 1 - r): units are pixels and y points
    upwards.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tdainv.datasets import read_points
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "triangle.csv")
    ...     _ = file.write_text("x;y\n0;0\n1;0\n0;1\n")
    ...     read_points(file)
    array([[0., 0.],
           [1., 0.],
           [0., 1.]])
    """
    file = Path(path)
    n_points = None if n_points is None else check_count("n_points", n_points)
    if not file.exists():
        raise FileNotFoundError(f"path must be an existing file, got path={str(path)!r}.")
    if not file.is_file():
        raise ValueError(f"path must be a file, got path={str(path)!r}. To read a folder use read_folder.")
    return _read(file, n_points, make_rng(random_state))


def read_folder(path: str | os.PathLike[str], *, n_points: int | None = None, random_state: RandomState = 0) -> Dataset:
    """Read a labelled data set from a folder with one sub-folder per class.

    The files of a class lie directly in its sub-folder; :func:`read_points` tells the formats, which may be
    mixed. Classes and files are sorted by name. Left out are hidden files and folders, files called README or
    LICENSE, Markdown files (.md) and files beside the class folders.

    Parameters
    ----------
    path : path-like
        The folder.
    n_points : int or None, default=None
        Number of points to draw from a surface or to choose from a larger cloud, as in :func:`read_points`.
    random_state : int, Generator, RandomState or None, default=0
        Source of randomness for `n_points`. What is drawn for a file depends on this and on its name relative
        to `path` only, not on the other files.

    Returns
    -------
    Dataset
        `class_names` are the names of the sub-folders, `names` those of the files relative to `path`, written
        with "/".

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If there are fewer than two classes, a class with fewer than two files, a file of unknown suffix, a
        folder inside a class folder, a file that :func:`read_points` refuses, or clouds of different
        dimensions.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from tdainv.datasets import make_circle, make_uniform, read_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, make in [("circles", make_circle), ("squares", make_uniform)]:
    ...         Path(folder, name).mkdir()
    ...         for seed in range(3):
    ...             np.save(Path(folder, name, f"{seed}.npy"), make(30, random_state=seed))
    ...     data = read_folder(folder, n_points=20)
    >>> data.class_names, data.labels
    (('circles', 'squares'), array([0, 0, 0, 1, 1, 1]))
    >>> data.names[0], data.clouds[0].shape
    ('circles/0.npy', (20, 2))
    """
    folder = Path(path)
    n_points = None if n_points is None else check_count("n_points", n_points)
    # One integer for all files: with its name it seeds the generator of each file.
    seed = int(make_rng(random_state).integers(2**63))
    members = {class_folder.name: _members(class_folder) for class_folder in _class_folders(folder)}
    _check_classes(folder, members)
    files = [file for files_of_class in members.values() for file in files_of_class]
    names = tuple(file.relative_to(folder).as_posix() for file in files)
    clouds = [
        _read(file, n_points, np.random.default_rng([seed, *name.encode()]))
        for file, name in zip(files, names, strict=True)
    ]
    _check_dimensions(files, clouds)
    name = folder.resolve().name
    return Dataset(
        name=name,
        clouds=clouds,
        labels=np.repeat(np.arange(len(members), dtype=np.int64), [len(group) for group in members.values()]),
        class_names=tuple(members),
        description=f"Files of the folder {name}.",
        names=names,
    )


def _read(file: Path, n_points: int | None, rng: np.random.Generator) -> Float:
    """Read a file and choose `n_points` of its points; every error names the file."""
    _check_suffix(file)
    try:
        points = _parse(file.read_bytes(), file.suffix.lower(), n_points, rng)
        check_points(points)
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: {error}") from error
    if n_points is None or len(points) <= n_points:
        return points
    # Sorted, so that the order of the file (an outline, a time series) survives.
    return points[np.sort(rng.choice(len(points), size=n_points, replace=False))]


def _parse(content: bytes, suffix: str, n_points: int | None, rng: np.random.Generator) -> Float:
    if not content.strip():
        raise ValueError("it must hold at least one point, got an empty file.")
    if suffix in MESHES:
        return parse_mesh(content, suffix, n_points, rng)
    return parse_image(content) if suffix in _IMAGES else _TABLES[suffix](content)


def _class_folders(folder: Path) -> list[Path]:
    if not folder.exists():
        raise FileNotFoundError(f"path must be an existing folder, got path={str(folder)!r}.")
    if not folder.is_dir():
        raise ValueError(f"path must be a folder, got path={str(folder)!r}. To read one file use read_points.")
    entries = _entries(folder)
    if not entries:
        raise ValueError(f"{folder}: the folder must hold class folders, but it is empty. {_LAYOUT}")
    folders = [entry for entry in entries if entry.is_dir()]
    if not folders:
        raise ValueError(
            f"{folder}: the folder must hold class folders, got files directly inside, such as "
            f"{entries[0].name}. {_LAYOUT}"
        )
    return folders


def _members(folder: Path) -> list[Path]:
    """Return the files of a class; anything that would silently be lost is an error."""
    entries = _entries(folder)
    for entry in entries:
        if entry.is_dir():
            raise ValueError(f"{entry}: a class folder must hold files only, got a folder inside it. {_LAYOUT}")
        _check_suffix(entry)
    return entries


def _entries(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not _is_left_out(entry))


def _is_left_out(entry: Path) -> bool:
    name = entry.name.lower()
    if name.startswith(".") or name in _LEFTOVERS:
        return True
    # "license_plates" may be a class and "license_plate.png" a cloud: only what cannot be data is left out.
    is_document = name.startswith(_DOCUMENTS) and entry.suffix.lower() not in _SUFFIXES
    is_document |= entry.stem.lower() in _DOCUMENTS or name.endswith(".md")
    return is_document and not entry.is_dir()


def _check_classes(folder: Path, members: dict[str, list[Path]]) -> None:
    for name, files in members.items():
        if len(files) < 2:
            got = f"only {files[0].name}" if files else "an empty folder"
            raise ValueError(f"{folder / name}: a class must have at least two files, to train and to test, got {got}.")
    if len(members) < 2:
        raise ValueError(f"{folder}: there must be at least two classes, got only {next(iter(members))!r}.")


def _check_dimensions(files: list[Path], clouds: list[Float]) -> None:
    dim = clouds[0].shape[1]
    for file, cloud in zip(files, clouds, strict=True):
        if cloud.shape[1] != dim:
            raise ValueError(
                f"{file}: all clouds must have the same dimension, got {cloud.shape[1]} here and {dim} in {files[0]}."
            )


def _check_suffix(file: Path) -> None:
    if file.suffix.lower() not in _SUFFIXES:
        raise ValueError(f"{file}: the suffix must be one of {', '.join(_SUFFIXES)}, got {file.suffix!r}.")
