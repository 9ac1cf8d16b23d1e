"""Point clouds of meshes and of point clouds in the formats .off, .ply, .obj and .stl."""

from __future__ import annotations

import numpy as np

from tdainv._typing import Float, Int
from tdainv.datasets._arguments import check_points
from tdainv.meshes.reading import SUFFIXES, merge_equal, parse

__all__ = ["SUFFIXES", "parse_mesh", "sample_surface"]


def parse_mesh(content: bytes, suffix: str, n_points: int | None, rng: np.random.Generator) -> Float:
    """Return `n_points` points of the surface, or the distinct vertices if there is no surface or number."""
    vertices, faces = parse(content, suffix)
    check_points(vertices)
    if not len(faces):
        return vertices
    if n_points is not None:
        return sample_surface(vertices, faces, n_points, rng)
    return merge_equal(vertices, faces)[0]


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
