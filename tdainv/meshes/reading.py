"""Vertices and triangles of files in the formats .off, .ply, .obj and .stl, read with trimesh."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from tdainv._typing import Float, Int

SUFFIXES = (".off", ".ply", ".obj", ".stl")
# STL repeats a vertex in each of its triangles and OBJ at each seam of a texture.
_REPEATING = (".obj", ".stl")


def read_arrays(path: str | os.PathLike[str]) -> tuple[Float, Int]:
    """Vertices (n, 3) and triangles (m, 3) of a file, without triangles that have fewer than three vertices.

    Exactly equal vertices of .obj and .stl files become one; those of .off and .ply files keep their numbers.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the suffix is unknown or the content cannot be read; the message names the file.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"{file}: the suffix of a mesh must be one of {', '.join(SUFFIXES)}, got {file.suffix!r}.")
    if not file.exists():
        raise FileNotFoundError(f"The path of a mesh must be an existing file, got {str(file)!r}.")
    try:
        vertices, faces = parse(file.read_bytes(), suffix)
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: {error}") from error
    return merge_equal(vertices, faces) if suffix in _REPEATING else (vertices, without_collapsed(faces))


def parse(content: bytes, suffix: str) -> tuple[Float, Int]:
    """Vertices (n, 3), n >= 1, and triangles (m, 3) of all parts of the content of a file; polygons are cut up."""
    vertices, faces = _load(content, suffix)
    if not len(vertices):
        raise ValueError(f"it must hold at least one vertex, got none that can be read as {suffix}.")
    if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
        raise ValueError(
            f"faces must refer to vertices 0 to {len(vertices) - 1}, got numbers from {faces.min()} to {faces.max()}."
        )
    return vertices, faces


def merge_equal(vertices: Float, faces: Int) -> tuple[Float, Int]:
    """Make exactly equal vertices one, in the order in which they come first; triangles that collapse are dropped."""
    _, first, group = np.unique(vertices, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(first), np.int64)
    number[order] = np.arange(len(first))
    return vertices[first[order]], without_collapsed(number[group.reshape(-1)][faces])


def without_collapsed(faces: Int) -> Int:
    """Triangles with three different vertices."""
    a, b, c = faces.T
    return faces[(a != b) & (b != c) & (c != a)]


def _load(content: bytes, suffix: str) -> tuple[Float, Int]:
    """Return vertices (n_vertices, 3) and triangles (n_faces, 3) of all parts of the file."""
    import trimesh

    try:
        # Bytes rather than a path: textures and materials beside the file are not looked for.
        loaded = trimesh.load(BytesIO(content), file_type=suffix.removeprefix("."), process=False)
    except Exception as error:  # the loaders raise nearly anything
        raise ValueError(f"it cannot be read as {suffix}: {error or type(error).__name__}.") from error
    parts: list[Any] = list(loaded.geometry.values()) if isinstance(loaded, trimesh.Scene) else [loaded]
    vertices = [np.zeros((0, 3))]
    faces = [np.zeros((0, 3), dtype=np.int64)]
    offset = 0
    for part in parts:
        vertices.append(np.asarray(part.vertices, dtype=np.float64).reshape(-1, 3))
        faces.append(np.asarray(getattr(part, "faces", []), dtype=np.int64).reshape(-1, 3) + offset)
        offset += len(vertices[-1])
    return np.concatenate(vertices), np.concatenate(faces)
