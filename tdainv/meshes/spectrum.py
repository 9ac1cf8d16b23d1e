"""Eigenvalues and eigenfunctions of the Laplacian of a mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.meshes.lanczos import largest_eigenpairs
from tdainv.meshes.laplacian import SYMMETRIC, Laplacian, cotangent_laplacian
from tdainv.meshes.mesh import Mesh

if TYPE_CHECKING:
    from scipy.sparse import csc_array

# Up to this size, and where a large share of the spectrum is asked for, all of it is computed.
_DENSE = 150
_DENSE_SHARE = 0.25
# Eigenvalues that differ by less, relatively, count as one: symmetric shapes have many of them.
_CLUSTER = 1e-6


class Spectrum(NamedTuple):
    """Eigenvalues in increasing order, (k,), eigenfunctions as columns, (n, k), and the total area."""

    values: Float
    functions: Float
    area: float


def laplacian_spectrum(mesh: Mesh, *, n_eigenpairs: int = 100) -> Spectrum:
    """Smallest eigenvalues of the Laplacian of a mesh, and eigenfunctions: L f = value · mass · f.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`Mesh.of` takes
        With at least one triangle.
    n_eigenpairs : int, default 100
        Largest number of positive eigenvalues, all of them if there are fewer. The zero eigenvalues, one for each
        component with triangles, come in addition.

    Returns
    -------
    Spectrum
        With the fields ``values``, in 1/area; ``functions``, orthonormal for the masses of the vertices, 0 at
        isolated vertices; and ``area``, the sum of the masses. The functions of value 0 are constant on components.

    Raises
    ------
    ValueError
        If there is no triangle, or all of them lie at one point.
    MemoryLimitError
        If the eigenfunctions would not fit.

    Notes
    -----
    The boundary, if there is one, is free (Neumann conditions). Eigenfunctions have no determined sign, and those of a
    multiple eigenvalue may be any basis of their space. The number of eigenvalues is therefore rounded down such that
    equal ones (relative difference up to 1e-6) are never separated: sums over squares of functions then do not depend
    on the basis. Only if all of them are equal they are kept.

    Constants are removed by projection. Then the largest eigenvalues of the inverse are found by the Lanczos method
    with a sparse factorisation and a fixed start: about O(n^1.5) + O(n · k²). Small meshes are solved densely.

    Examples
    --------
    All positive eigenvalues of a regular tetrahedron are equal:

    >>> corners = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
    >>> spectrum = laplacian_spectrum((corners, [[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]]))
    >>> spectrum.values.round(6)
    array([0.      , 0.666667, 0.666667, 0.666667])
    """
    mesh = Mesh.of(mesh)
    wanted = check.positive_integer(n_eigenpairs, "n_eigenpairs")
    if not len(mesh.faces):
        raise ValueError("A mesh must have at least one face to have a Laplacian, got none.")
    laplacian = cotangent_laplacian(mesh)
    used = np.flatnonzero(laplacian.mass)
    _, labels = np.unique(mesh.components[used], return_inverse=True)
    area = laplacian.mass.sum()
    roots = np.sqrt(laplacian.mass[used] / area)
    kernel = _Kernel(roots, labels)
    available = len(used) - kernel.dimension
    # One more than wanted tells whether the last one belongs to a cluster.
    values, vectors = _positive_pairs(laplacian, used, kernel, min(wanted + 1, available))
    kept = _cut(values, wanted)
    functions = np.zeros((len(mesh.vertices), kernel.dimension + kept))
    functions[used] = np.hstack([kernel.vectors(), vectors[:, :kept]]) / roots[:, np.newaxis] / np.sqrt(area)
    return Spectrum(np.append(np.zeros(kernel.dimension), values[:kept] / area), functions, float(area))


class _Kernel:
    """Space of the functions that are constant on components, scaled by the roots of the masses."""

    def __init__(self, roots: Float, labels: Int) -> None:
        self._labels = labels
        self._entries = roots / np.sqrt(np.bincount(labels, weights=roots**2))[labels]
        self.dimension = int(labels.max()) + 1

    def vectors(self) -> Float:
        """Orthonormal basis as columns."""
        basis = np.zeros((len(self._labels), self.dimension))
        basis[np.arange(len(self._labels)), self._labels] = self._entries
        return basis

    def remove(self, vector: Float) -> Float:
        """Project to the orthogonal complement."""
        parts = np.bincount(self._labels, weights=self._entries * vector)
        return np.asarray(vector - self._entries * parts[self._labels])


def _positive_pairs(laplacian: Laplacian, used: Int, kernel: _Kernel, count: int) -> tuple[Float, Float]:
    """The `count` smallest positive eigenvalues in increasing order, with vectors, of a mesh scaled to area 1."""
    from scipy.sparse import dia_array

    n = len(used)
    require_memory(8 * 8 * n * count, f"Finding {count} eigenfunctions on {n} vertices", "Lower n_eigenpairs.")
    scale = np.sqrt(laplacian.mass.sum() / laplacian.mass[used])
    diagonal = dia_array((scale[np.newaxis], [0]), shape=(n, n))
    matrix = (diagonal @ laplacian.stiffness[used][:, used] @ diagonal).tocsc()
    solve = _dense_pairs if n <= _DENSE or count > _DENSE_SHARE * n else _sparse_pairs
    values, vectors = solve(matrix, kernel, count)
    # Rounding may leave the smallest of widely spread eigenvalues at or below zero.
    return np.maximum(values, np.finfo(float).eps * values[-1]), vectors


def _dense_pairs(matrix: csc_array, kernel: _Kernel, count: int) -> tuple[Float, Float]:
    from scipy.linalg import eigh

    n = matrix.shape[0]
    require_memory(8 * 4 * n * n, f"Finding all eigenfunctions on {n} vertices", "Lower n_eigenpairs.")
    basis = kernel.vectors()
    top = abs(matrix).sum(axis=0).max()  # no eigenvalue is larger: those of the kernel come last
    values, vectors = eigh(matrix.toarray() + 2.0 * top * (basis @ basis.T), subset_by_index=(0, count - 1))
    return values, vectors


def _sparse_pairs(matrix: csc_array, kernel: _Kernel, count: int) -> tuple[Float, Float]:
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import splu

    n = matrix.shape[0]
    # A shift of 1 makes the matrix definite, and is small on a mesh of area 1: that of a sphere begins with 8 pi.
    factors = splu((matrix + eye_array(n, format="csc")).tocsc(), **SYMMETRIC)
    inverted, vectors = largest_eigenpairs(lambda x: kernel.remove(factors.solve(kernel.remove(x))), n, count)
    return 1.0 / inverted - 1.0, vectors


def _cut(values: Float, wanted: int) -> int:
    """Number of values to keep, at most `wanted`, that separates no cluster, if there is a gap at all."""
    if len(values) <= wanted:
        return len(values)
    gaps = np.flatnonzero(np.diff(values) > _CLUSTER * values[1:])
    return int(gaps[-1]) + 1 if len(gaps) else wanted
