"""Functions on the vertices of a mesh from its shape nearby: height and curvature."""

from __future__ import annotations

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.meshes.incidence import distinct_triangles, edges_of
from tdainv.meshes.laplacian import angles, opposite_lengths
from tdainv.meshes.mesh import Mesh


def height(mesh: Mesh, *, direction: ArrayLike = (0.0, 0.0, 1.0)) -> Float:
    """Height of each vertex in a direction: the coordinate along it.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`Mesh.of` takes
    direction : array-like of shape (3,), default (0, 0, 1)
        Not zero, of any length.

    Returns
    -------
    ndarray of shape (n,)
        In the unit of the vertices.

    Raises
    ------
    ValueError
        For a direction that is zero or not finite, or has the wrong shape.

    Examples
    --------
    >>> height(([[0, 0, 1], [1, 0, 2], [0, 1, 5]], [[0, 1, 2]]), direction=(0, 0, -3))
    array([-1., -2., -5.])
    """
    mesh = Mesh.of(mesh)
    rule = "must be three finite numbers, not all zero"
    vector = check.float_array(direction, "direction", rule)
    if vector.shape != (3,) or not np.isfinite(vector).all() or not vector.any():
        raise ValueError(f"direction {rule}, got direction={direction!r}.")
    unit = vector / np.abs(vector).max()  # no square overflows
    return mesh.vertices @ (unit / np.linalg.norm(unit)) + 0.0


def gaussian_curvature(mesh: Mesh) -> Float:
    """Gaussian curvature of each vertex, integrated: how far its angles are from those of a plane.

    It is 2π minus the angles at the vertex, π minus them on the boundary.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`Mesh.of` takes

    Returns
    -------
    ndarray of shape (n,)
        In radians. Divide by ``mesh.vertex_areas`` for the curvature itself.

    Raises
    ------
    ValueError
        If there are triangles, and all of their vertices lie at one point.

    Notes
    -----
    The values add up to 2π times the Euler characteristic, whatever the mesh: where e edges and f triangles meet, the
    value is π (2 - e + f) minus the angles. An isolated vertex has 2π. Triangles that are given twice count once;
    degenerate ones get the angles of slightly longer sides, see :func:`cotangent_laplacian`.

    Examples
    --------
    At the corners of a cube three right angles meet:

    >>> corners = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    >>> squares = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    >>> faces = [[a, b, c] for a, b, c, _ in squares] + [[a, c, d] for a, _, c, d in squares]
    >>> (gaussian_curvature((corners, faces)) / np.pi).round(6)
    array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    """
    mesh = Mesh.of(mesh)
    n = len(mesh.vertices)
    mesh = Mesh(mesh.vertices, distinct_triangles(mesh.faces))
    n_edges = np.bincount(edges_of(mesh.faces, n).ends.ravel(), minlength=n)
    n_faces = np.bincount(mesh.faces.ravel(), minlength=n)
    sums = np.bincount(mesh.faces.ravel(), weights=angles(opposite_lengths(mesh)).ravel(), minlength=n)
    return np.asarray(np.pi * (2.0 - n_edges + n_faces) - sums, np.float64)
