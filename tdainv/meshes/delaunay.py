"""Intrinsic Delaunay triangulations of meshes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._typing import Float, Int
from tdainv.meshes.laplacian import opposite_lengths
from tdainv.meshes.mesh import Mesh

# Cotangents of opposite angles may add up to minus this.
_TOLERANCE = 1e-9


class Triangulation(NamedTuple):
    """Corners of triangles, shape (m, 3), and lengths of the sides opposite to them, shape (m, 3)."""

    faces: Int
    lengths: Float


def intrinsic_delaunay(mesh: Mesh) -> Triangulation:
    """Delaunay triangulation of the surface of a mesh, with the same vertices and straight edges within the surface.

    The shape of the surface stays; a triangle may have the same vertex twice. Edges stay as they are if they do not
    lie in exactly two triangles, of the same orientation.
    """
    from tdainv.meshes._kernels_delaunay import flip_to_delaunay

    lengths = opposite_lengths(mesh)
    if not len(lengths):
        return Triangulation(mesh.faces, lengths)
    scale = lengths.mean()
    corners, sides = flip_to_delaunay(
        mesh.faces.flatten(), (lengths / scale).ravel(), _twins(mesh.faces, len(mesh.vertices)), _TOLERANCE
    )
    return Triangulation(corners.reshape(-1, 3), scale * sides.reshape(-1, 3))


def _twins(faces: Int, n_vertices: int) -> Int:
    """For each side, opposite to a corner, the only other side with these ends, in the other direction, or -1."""
    tails = faces[:, [1, 2, 0]].ravel()
    heads = faces[:, [2, 0, 1]].ravel()
    keys = np.minimum(tails, heads) * n_vertices + np.maximum(tails, heads)
    order = np.argsort(keys, kind="stable")
    _, first, counts = np.unique(keys[order], return_index=True, return_counts=True)
    pairs = first[counts == 2]
    one, two = order[pairs], order[pairs + 1]
    opposed = tails[one] == heads[two]
    twins = np.full(len(keys), -1)
    twins[one[opposed]] = two[opposed]
    twins[two[opposed]] = one[opposed]
    return twins
