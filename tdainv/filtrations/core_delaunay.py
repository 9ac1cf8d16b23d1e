"""Delaunay core bifiltrations: alpha complexes of the points that have enough neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv.complexes.delaunay_complex import delaunay_complex, spatial_points
from tdainv.complexes.rowwise import MulticriticalComplex
from tdainv.complexes.simplices import number_simplices
from tdainv.filtrations.point_tree import unit_of
from tdainv.geometry._kernels_balls import largest_of_facets
from tdainv.geometry.balls import empty_sphere_radii

_DEFAULT_ROWS = 10


def core_delaunay(
    points: ArrayLike, *, n_neighbors: Sequence[int] | ArrayLike | None = None, beta: float = 1.0
) -> MulticriticalComplex:
    """Delaunay core bifiltration: alpha complexes of the points that have enough neighbours, for several numbers.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
        With dim at most 3.
    n_neighbors : sequence of different int, optional
        The numbers k of points, 1 to n_points, that a point needs close by, itself included. One row a number; by
        default 1, ..., 10, or to n_points if there are fewer.
    beta : float, default 1.0
        At least 0. A point counts from the radius on that is `beta` times the distance to its k-th nearest point. With
        0 all rows are the alpha filtration.

    Returns
    -------
    MulticriticalComplex
        With two parameters, the *radius*, in the unit of the points (not its square), and -k: fewer neighbours are
        asked for as it grows. In the row of k, a simplex of radius a in :func:`alpha` enters at
        max(a, beta d_k(v)), over its vertices v, where d_k(v) is the distance to the k-th nearest point of the cloud.
        The point itself is the first, so that d_1 = 0, and equal points count one by one. Vertex i is point i.

    Raises
    ------
    ValueError
        For bad data, more than three dimensions, numbers of neighbours that are repeated or out of range, or a negative
        beta.
    MemoryLimitError
        If the complex would not fit.

    Notes
    -----
    At (r, -k) it is homotopy equivalent to the union over the points v with beta d_k(v) ≤ r of the ball of radius r
    around v, intersected with the Voronoi cell of v [1]_. These unions are interleaved with those of the balls
    themselves and with multicovers; unlike codensities, there is no bandwidth to choose.

    References
    ----------
    .. [1] Blaser, Brun, Gardaa, Salbu: Core bifiltration, arXiv:2405.01214.

    Examples
    --------
    A third point far away has no second one closer than 9:

    >>> import tdainv
    >>> core = tdainv.core_delaunay([[0.0], [1.0], [10.0]], n_neighbors=[1, 2])
    >>> core.levels
    array([-2., -1.])
    >>> core.values
    array([[1. , 0. ],
           [1. , 0. ],
           [9. , 0. ],
           [1. , 0.5],
           [9. , 4.5]])
    """
    factor = check_beta(beta)
    cloud = spatial_points(points)
    counts = _counts(n_neighbors, len(cloud))
    complex_ = delaunay_complex(cloud)
    n_cells = sum(map(len, complex_.levels))
    require_memory(
        16 * n_cells * len(counts),
        f"A Delaunay core bifiltration with {n_cells} cells and {len(counts)} rows",
        "Give fewer n_neighbors, or subsample the points.",
    )
    radii = empty_sphere_radii(cloud, complex_.levels, complex_.facets)
    cores = factor * _distances(cloud, counts)
    values = np.empty((n_cells, len(counts)))
    for j in range(len(counts)):
        lower, place = cores[:, j], len(cloud)
        values[:place, j] = lower
        for table, own in zip(complex_.facets[1:], radii[1:], strict=True):
            lower = np.maximum(largest_of_facets(table, lower), own)
            values[place : place + len(own), j] = lower
            place += len(own)
    return MulticriticalComplex.of_checked(*number_simplices(complex_.facets), values, -counts.astype(np.float64))


def check_beta(value: float) -> float:
    """Check a factor: a finite number of at least 0."""
    factor = check.finite(value, "beta")
    if factor < 0:
        raise ValueError(f"beta must be at least 0, got beta={value!r}.")
    return factor


def check_n_neighbors(values: Sequence[int] | ArrayLike | None) -> Int | None:
    """Check numbers of neighbours: different integers of at least 1, decreasing in the result; None stays."""
    if values is None:
        return None
    counts = check.integers(values, "n_neighbors", (None,))
    if len(counts) == 0 or counts.min() < 1 or len(np.unique(counts)) < len(counts):
        raise ValueError(f"n_neighbors must be different integers of at least 1, got n_neighbors={values!r}.")
    return np.sort(counts)[::-1]


def _counts(values: Sequence[int] | ArrayLike | None, n: int) -> Int:
    counts = check_n_neighbors(values)
    if counts is None:
        return np.arange(min(_DEFAULT_ROWS, n), 0, -1)
    if counts[0] > n:
        raise ValueError(f"n_neighbors must be at most the number of points {n}, got {counts[0]}.")
    return counts


def _distances(cloud: Float, counts: Int) -> Float:
    """Distances to the k-th nearest points, a column for each k; the point itself is the first."""
    unit = unit_of(cloud)
    columns = cKDTree(cloud / unit).query(cloud / unit, k=np.ascontiguousarray(counts))[0]
    return np.reshape(columns, (len(cloud), len(counts))) * unit
