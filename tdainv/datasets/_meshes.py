"""Meshes and point clouds in the formats .off, .ply, .obj and .stl, read with trimesh."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from tdainv._typing import Float, Int
from tdainv.datasets._arguments import check_points

__all__ = ["parse_mesh", "sample_surface"]


def parse_mesh(content: bytes, suffix: str, n_points: int | None, rng: np.random.Generator) -> Float:
    """Return `n_points` points of the surface, or the distinct vertices if there is no surface or number."""
    vertices, faces = _load(content, suffix)
    if not len(vertices):
        raise ValueError(f"it must hold at least one vertex, got none that can be read as {suffix}.")
    check_points(vertices)
    if not len(faces):
        return vertices
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise ValueError(
            f"faces must refer to vertices 0 to {len(vertices) - 1}, got numbers from {faces.min()} to {faces.max()}."
        )
    if n_points is not None:
        return sample_surface(vertices, faces, n_points, rng)
    # STL repeats a vertex in each of its triangles and OBJ at each seam of a texture.
    _, first = np.unique(vertices, axis=0, return_index=True)
    return vertices[np.sort(first)]


def sample_surface(vertices: Float, faces: Int, n_points: int, rng: np.random.Generator) -> Float:
    """Draw points of a triangle mesh uniformly by area; faces has shape (n_faces, 3)."""
    corners = vertices[faces]
    sides = corners[:, 1:] - corners[:, :1]
    areas = np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1) / 2.0
    total = areas.sum()
    if not (np.isfinite(total) and total > 0.0):
        raise ValueError(f"faces must have a positive, finite area to be sampled, got a total of {total:g}.")
    chosen = rng.choice(len(faces), size=n_points, p=areas / total)
    weights = rng.random((n_points, 2, 1))
    # (u, v) is uniform on the unit square: the half above the diagonal is folded onto the triangle.
    weights = np.where(weights.sum(axis=1, keepdims=True) > 1.0, 1.0 - weights, weights)
    return corners[chosen, 0] + (weights * sides[chosen]).sum(axis=1)


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
