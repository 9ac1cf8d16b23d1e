"""Geodesic distances by the heat method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tdainv._typing import Float, Int
from tdainv.meshes.delaunay import intrinsic_delaunay
from tdainv.meshes.laplacian import SYMMETRIC, cotangents_and_areas, laplacian_of_lengths
from tdainv.meshes.mesh import Mesh

if TYPE_CHECKING:
    from scipy.sparse import csr_array, dia_array


class HeatMethod:
    """Distances on a mesh from heat that flows for a short time, with both systems of equations factorised once.

    Heat u flows from the source for the time h², of the mean length h of an edge; the distance is the function whose
    gradient comes closest to the direction -∇u / |∇u|, shifted to 0 at the source. Only cotangents and areas are used.
    They are those of the Delaunay triangulation of the surface, and edges that still have a negative weight, on the
    boundary for example, conduct no heat: otherwise heat would be negative somewhere, and distances far off.
    """

    def __init__(self, mesh: Mesh) -> None:
        from scipy.sparse import csr_array
        from scipy.sparse.linalg import splu

        n = len(mesh.vertices)
        faces, lengths = intrinsic_delaunay(mesh)
        self._cotangents, self._areas = cotangents_and_areas(lengths)
        self._components = mesh.components
        stiffness, mass = laplacian_of_lengths(faces, lengths, n)
        self._used = np.flatnonzero(mass)
        rank = np.zeros(n, np.int64)
        rank[self._used] = np.arange(len(self._used))
        self._corners = rank[faces]
        within = stiffness[self._used][:, self._used]
        masses = _diagonal(mass[self._used])
        self._flow = splu((masses + lengths.mean() ** 2 * _monotone(within)).tocsc(), **SYMMETRIC)
        # Distances are determined up to a constant on each component: its first vertex is held at 0.
        _, pinned = np.unique(self._components[self._used], return_index=True)
        self._free = np.setdiff1d(np.arange(len(self._used)), pinned)
        self._potential = splu(within[self._free][:, self._free].tocsc(), **SYMMETRIC)
        ends = self._corners.ravel().astype(np.int32), np.arange(self._corners.size, dtype=np.int32)
        self._gather = csr_array((np.ones(self._corners.size), ends), shape=(len(self._used), self._corners.size))
        self._rank = rank

    def __call__(self, sources: Int) -> Float:
        """Distances from each source to all vertices, shape (k, n), inf beyond its component."""
        distances = np.where(self._components == self._components[sources][:, np.newaxis], 0.0, np.inf)
        connected = np.flatnonzero(np.isin(sources, self._used))
        if len(connected):
            found = self._from(self._rank[sources[connected]])
            distances[np.ix_(connected, self._used)] += found
        return distances

    def _from(self, sources: Int) -> Float:
        """Distances between vertices with triangles, shape (k, n_used)."""
        columns = np.arange(len(sources))
        heat = np.zeros((len(self._used), len(sources)))
        heat[sources, columns] = 1.0
        heat = self._flow.solve(heat)
        divergence = self._gather @ self._outflow(heat[self._corners]).reshape(-1, len(sources))
        potential = np.zeros_like(heat)
        potential[self._free] = self._potential.solve(divergence[self._free])
        potential -= potential[sources, columns]
        return np.maximum(potential, 0.0).T

    def _outflow(self, heat: Float) -> Float:
        """Integral over each triangle of -∇u / |∇u| times the gradient of the hat function of each corner.

        With the stiffness K of the triangle and u at its corners it is -K u / |∇u|, where |∇u|² = u' K u / area.
        Heat is scaled in each triangle: far from the source its square is no number.
        """
        largest = np.abs(heat).max(axis=1, keepdims=True)
        heat = heat / np.where(largest > 0.0, largest, 1.0)
        cotangents = self._cotangents[:, :, np.newaxis] / 2.0
        steps = heat[:, [1, 2, 0]] - heat[:, [2, 0, 1]]  # along the side opposite to each corner
        flows = cotangents * steps
        energy = (flows * steps).sum(axis=1, keepdims=True)
        slope = np.sqrt(np.maximum(energy, 0.0) / self._areas[:, np.newaxis, np.newaxis])
        outflow = flows[:, [1, 2, 0]] - flows[:, [2, 0, 1]]
        return np.divide(outflow, slope, out=np.zeros_like(outflow), where=slope > 0.0)


def _monotone(stiffness: csr_array) -> csr_array:
    """Stiffness without the edges of negative weight: heat is then positive everywhere."""
    weights = (-stiffness).maximum(0.0)  # the diagonal is not negative
    return _diagonal(np.asarray(weights.sum(axis=1))) - weights


def _diagonal(entries: Float) -> dia_array:
    from scipy.sparse import dia_array

    return dia_array((entries[np.newaxis], [0]), shape=(len(entries), len(entries)))
