"""The cotangent Laplacian of a triangle mesh, and the lengths and angles that it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tdainv._typing import Float, Int
from tdainv.meshes.mesh import Mesh

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Least excess in the triangle inequality, as a share of the mean length of an edge.
_LEAST_EXCESS = 1e-5
# Far below it, areas underflow.
_SHORTEST_MEAN = 1e-100

# Options of the sparse factorisation for symmetric positive definite matrices.
SYMMETRIC: dict[str, Any] = {
    "permc_spec": "MMD_AT_PLUS_A",
    "diag_pivot_thresh": 0.0,
    "options": {"SymmetricMode": True},
}


class Laplacian(NamedTuple):
    """Stiffness, a sparse array of shape (n, n), and masses of the vertices, shape (n,)."""

    stiffness: csr_array
    mass: Float


def cotangent_laplacian(mesh: Mesh) -> Laplacian:
    """Stiffness and mass of the piecewise linear functions on a mesh.

    The stiffness L gives the Dirichlet energy: f' L f is the integral of the squared gradient of f. An edge with the
    angles a and b opposite to it has the entry -(cot a + cot b) / 2. The mass of a vertex is a third of the area of
    its triangles. The Laplace--Beltrami operator is f ↦ L f / mass, of which the eigenvalues are at least 0.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`Mesh.of` takes

    Returns
    -------
    Laplacian
        With the fields ``stiffness``, symmetric and positive semidefinite, without unit, and ``mass``, an area.
        Isolated vertices have mass 0 and an empty row.

    Raises
    ------
    ValueError
        If there are triangles, and all of their vertices lie at one point (mean length of a side below 1e-100).

    Notes
    -----
    Where a triangle is degenerate, that is, where two sides exceed the third by less than 1e-5 mean lengths of an
    edge, all edges of the mesh are taken to be longer by the same small length, which makes it 1e-5 everywhere. So
    every triangle has an area and finite cotangents. Meshes without such triangles are taken as they are. At edges in
    more than two triangles the cotangents are summed over all of them.

    References
    ----------
    Pinkall, Polthier: Computing discrete minimal surfaces and their conjugates, Experimental Mathematics 2 (1993).
    Sharp, Crane: A Laplacian for nonmanifold triangle meshes, Computer Graphics Forum 39 (2020).

    Examples
    --------
    In a square of two triangles the diagonal is opposite to right angles, and each side to one of 45 degrees:

    >>> square = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]]
    >>> laplacian = cotangent_laplacian(square)
    >>> (laplacian.stiffness.toarray().round(12) + 0.0).tolist()[0]
    [1.0, -0.5, 0.0, -0.5]
    >>> laplacian.mass.round(3)
    array([0.333, 0.167, 0.333, 0.167])
    """
    mesh = Mesh.of(mesh)
    return laplacian_of_lengths(mesh.faces, opposite_lengths(mesh), len(mesh.vertices))


def laplacian_of_lengths(faces: Int, lengths: Float, n_vertices: int) -> Laplacian:
    """Stiffness and mass of triangles given by their vertices and by the sides opposite to these, both (m, 3)."""
    from scipy.sparse import csr_array

    shape = (n_vertices, n_vertices)
    cotangents, areas = cotangents_and_areas(lengths)
    # The edge opposite to corner i of a triangle has the weight cot(i) / 2.
    rows = faces[:, [1, 2, 0]].ravel().astype(np.int32)
    columns = faces[:, [2, 0, 1]].ravel().astype(np.int32)
    half = csr_array((cotangents.ravel() / 2.0, (rows, columns)), shape=shape)
    adjacency = half + half.T
    diagonal = np.arange(n_vertices, dtype=np.int32)
    degrees = csr_array((np.asarray(adjacency.sum(axis=1)), (diagonal, diagonal)), shape=shape)
    mass = np.bincount(faces.ravel(), weights=np.repeat(areas / 3.0, 3), minlength=n_vertices)
    return Laplacian(csr_array(degrees - adjacency), mass.astype(np.float64))


def opposite_lengths(mesh: Mesh) -> Float:
    """Lengths of the sides of each triangle, shape (m, 3), column i opposite to corner i, with a clear inequality."""
    corners = mesh.vertices[mesh.faces]
    lengths = np.linalg.norm(corners[:, [1, 2, 0]] - corners[:, [2, 0, 1]], axis=2)
    if not len(lengths):
        return lengths
    mean = lengths.mean()
    if mean < _SHORTEST_MEAN:
        raise ValueError(
            f"Sides of the triangles of a mesh must have a mean length of at least {_SHORTEST_MEAN:g}, got {mean:g}."
        )
    excess = lengths.sum(axis=1) - 2.0 * lengths.max(axis=1)
    return np.asarray(lengths + max(0.0, _LEAST_EXCESS * mean - excess.min()))


def cotangents_and_areas(lengths: Float) -> tuple[Float, Float]:
    """Cotangents of the corners (m, 3) and areas (m,) of triangles given by the sides opposite to their corners."""
    scale = lengths.max(initial=0.0) or 1.0
    sines, cosines = _sines_and_cosines(lengths / scale)
    return cosines / sines, sines[:, 0] * (scale**2 / 4.0)


def angles(lengths: Float) -> Float:
    """Angles at the corners of triangles given by the sides opposite to their corners; a row adds up to pi."""
    sines, cosines = _sines_and_cosines(lengths / (lengths.max(initial=0.0) or 1.0))
    return np.arctan2(sines, cosines)


def _sines_and_cosines(lengths: Float) -> tuple[Float, Float]:
    """Sines (m, 1) and cosines (m, 3) of the angles, times twice the product of the sides at the corner.

    The first is four times the area, by Heron's formula in Kahan's order of operations, which is accurate for needles.
    """
    c, b, a = np.sort(lengths, axis=1).T
    product = (a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c))
    squares = lengths**2
    return np.sqrt(product)[:, np.newaxis], squares.sum(axis=1, keepdims=True) - 2.0 * squares
