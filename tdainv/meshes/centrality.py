"""How far a vertex of a mesh is from the others: eccentricity and centrality by geodesic distance."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.meshes.geodesics import distance_solver, source_blocks
from tdainv.meshes.mesh import Mesh

DEFAULT_SOURCES = 256


def eccentricity(
    mesh: Mesh,
    *,
    exponent: float = 2.0,
    n_sources: int | None = DEFAULT_SOURCES,
    method: str = "graph",
    scale_invariant: bool = False,
) -> Float:
    """Geodesic eccentricity: mean distance of a vertex from all points of its component.

    E(x) = (mean over y of d(x, y)^p)^(1/p), with the mean by area; for p = inf the largest distance.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`Mesh.of` takes
    exponent : float from 1 to inf, default 2
        The p.
    n_sources : int or None, default 256
        On larger meshes, distances are taken from this many vertices only, chosen one after the other as far as
        possible from those before, each standing for the area that is nearest to it. At least one a component. With
        None, or on meshes with no more vertices, all vertices are used.
    method : {"graph", "heat"}, default "graph"
        See :func:`geodesic_distances`.
    scale_invariant : bool, default False
        Whether to divide by the square root of the total area (if there is any).

    Returns
    -------
    ndarray of shape (n,)
        In the unit of the vertices; 0 at isolated vertices.

    Raises
    ------
    ValueError
        For an exponent below 1, a number of sources below 1, and an unknown method.
    MemoryLimitError
        If distances from the sources would not fit.

    Notes
    -----
    Distances from k sources: O(k n log n), see :func:`geodesic_distances`. In a component without any area, vertices
    count alike.

    References
    ----------
    Singh, Mémoli, Carlsson: Topological methods for the analysis of high dimensional data sets and 3D object
    recognition, Eurographics Symposium on Point-Based Graphics 2007.

    Examples
    --------
    In a square cut along a diagonal, the ends of the diagonal have a third of the area each, the others a sixth:

    >>> square = [[0, 0, 0], [3, 0, 0], [3, 3, 0], [0, 3, 0]], [[0, 1, 3], [1, 2, 3]]
    >>> eccentricity(square, exponent=1)
    array([3.        , 2.41421356, 3.        , 2.41421356])
    """
    mesh = Mesh.of(mesh)
    p = _check_exponent(exponent)
    limit = None if n_sources is None else check.positive_integer(n_sources, "n_sources")
    if not isinstance(scale_invariant, bool | np.bool_):
        raise ValueError(f"scale_invariant must be True or False, got scale_invariant={scale_invariant!r}.")
    values = _mean_distances(mesh, p, limit, method)
    area = mesh.areas.sum()
    return values / np.sqrt(area) if scale_invariant and area > 0.0 else values


def geodesic_centrality(mesh: Mesh, *, n_sources: int | None = DEFAULT_SOURCES, method: str = "graph") -> Float:
    """Normalised mean geodesic distance of a vertex: 0 at the centre of a shape, large at the tips of its limbs.

    (μ(x) - min μ) / max μ in each component, of the mean distance μ from the points of the component, by area.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`Mesh.of` takes
    n_sources : int or None, default 256
    method : {"graph", "heat"}, default "graph"
        See :func:`eccentricity`.

    Returns
    -------
    ndarray of shape (n,)
        From 0 to less than 1, without unit: unchanged by motions and by scaling. 0 at isolated vertices.

    Raises
    ------
    ValueError
        For a number of sources below 1, and an unknown method.

    References
    ----------
    Hilaga, Shinagawa, Kohmura, Kunii: Topology matching for fully automatic similarity estimation of 3D shapes,
    SIGGRAPH 2001.

    Examples
    --------
    In a square cut along a diagonal, mean distances are 1 + √2 at the ends of the diagonal and 3 elsewhere:

    >>> square = [[0, 0, 0], [3, 0, 0], [3, 3, 0], [0, 3, 0]], [[0, 1, 3], [1, 2, 3]]
    >>> geodesic_centrality(square).round(3)
    array([0.195, 0.   , 0.195, 0.   ])
    """
    mesh = Mesh.of(mesh)
    means = eccentricity(mesh, exponent=1.0, n_sources=n_sources, method=method)
    labels = mesh.components
    least = np.full(labels.max() + 1, np.inf)
    np.minimum.at(least, labels, means)
    largest = np.zeros(len(least))
    np.maximum.at(largest, labels, means)
    return (means - least[labels]) / np.where(largest > 0.0, largest, 1.0)[labels]


def _check_exponent(exponent: Any) -> float:
    """A number of at least 1, or inf."""
    if isinstance(exponent, bool) or not isinstance(exponent, numbers.Real) or not float(exponent) >= 1.0:
        raise ValueError(f"exponent must be a number of at least 1, or inf, got exponent={exponent!r}.")
    return float(exponent)


def _mean_distances(mesh: Mesh, p: float, n_sources: int | None, method: str) -> Float:
    """The p-th root of the mean p-th power of the distances from the component of each vertex."""
    labels = mesh.components
    weights = _shares(mesh, labels)
    sums = np.zeros(len(labels))
    scale = 0.0  # powers are those of distances relative to the largest one so far
    for distances, masses in _weighted_distances(mesh, weights, n_sources, method):
        distances = np.where(np.isinf(distances), 0.0, distances)
        if np.isinf(p):
            sums = np.maximum(sums, distances.max(axis=0))
            continue
        larger = max(scale, distances.max())
        if larger > 0.0:
            with np.errstate(under="ignore"):
                sums = sums * (scale / larger) ** p + masses @ (distances / larger) ** p
            scale = larger
    return sums if np.isinf(p) else scale * sums ** (1.0 / p)


def _shares(mesh: Mesh, labels: Int) -> Float:
    """Share of each vertex in the area of its component, or in the number of vertices if it has no area."""
    areas = mesh.vertex_areas
    totals = np.bincount(labels, weights=areas)
    sizes = np.bincount(labels)
    flat = totals[labels] == 0.0
    return np.where(flat, 1.0 / sizes[labels], areas / np.where(flat, 1.0, totals[labels]))


def _weighted_distances(
    mesh: Mesh, weights: Float, n_sources: int | None, method: str
) -> Iterator[tuple[Float, Float]]:
    """Blocks of distances (k, n) from sources, and the weights (k,) of the sources."""
    distances_from = distance_solver(mesh, method)
    used = np.unique(mesh.faces)
    if n_sources is not None and n_sources < len(used):
        distances = _far_apart(distances_from, used, n_sources, len(mesh.vertices))
        masses = np.bincount(distances.argmin(axis=0)[used], weights[used], minlength=len(distances))
        yield distances, masses.astype(np.float64)
        return
    for block in source_blocks(mesh, used):
        yield distances_from(used[block]), weights[used[block]]


def _far_apart(distances_from: Any, used: Int, n_sources: int, n: int) -> Float:
    """Distances (k, n) from vertices, each the farthest from those before; at least one in each component."""
    require_memory(8 * 3 * n * n_sources, f"Distances from {n_sources} of {n} vertices", "Lower n_sources.")
    nearest = np.full(n, -1.0)  # an isolated vertex is never chosen
    nearest[used] = np.inf
    rows: list[Float] = []
    while nearest.max() > 0.0 and (len(rows) < n_sources or np.isinf(nearest.max())):
        rows.append(distances_from(np.array([nearest.argmax()]))[0])
        nearest = np.minimum(nearest, rows[-1])
    return np.stack(rows)
