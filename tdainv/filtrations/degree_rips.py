"""Degree-Rips bifiltrations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv.complexes.rowwise import DegreeRipsFiltration
from tdainv.filtrations.distances import Metric, distances_of


def degree_rips(
    points: ArrayLike,
    *,
    n_neighbors: Sequence[int] | None = None,
    metric: Metric = "euclidean",
    max_edge: float | None = None,
) -> DegreeRipsFiltration:
    """Degree-Rips bifiltration: at (r, -k), the Rips complex of the points with at least k others within r.

    It is robust to outliers, and needs no density estimate and no bandwidth. A vertex has one minimal grade for each
    k, (distance to its k-th nearest other point, -k): the bifiltration is multicritical. Row -k is the flag filtration
    of max(d(u, v), d_k(u), d_k(v)), the mutual reachability distances of density-based clustering.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    n_neighbors : sequence of int, optional
        The numbers k, from 0 (plain Rips) to n_points - 1. By default all of them, which is the whole bifiltration;
        with fewer the rows given are the same, and each stays until the next: ``range(0, 100, 2)`` takes 50 rows.
    metric, max_edge
        See :func:`rips`.

    Returns
    -------
    DegreeRipsFiltration
        With two parameters: the diameter, in the unit of the metric, and minus the number of neighbours.

    Raises
    ------
    ValueError
        For bad data, and numbers of neighbours that the cloud does not have.

    Notes
    -----
    O(n² m) at most for m rows to find the neighbours. A Hilbert measure takes one reduction of the reduced Rips
    complex a row; a presentation takes the free complex of all simplices and is for small clouds.

    References
    ----------
    Lesnick, Wright: Interactive visualization of 2-D persistence modules, arXiv:1512.00180.
    Blumberg, Lesnick: Stability of 2-parameter persistent homology, Found. Comput. Math. 24 (2024).

    Examples
    --------
    Two points at distance 1 and an outlier: with one neighbour asked for, the pair is there from 1 on, as one component
    from the start, and the outlier from 4 on, where it is joined at once.

    >>> import tdainv
    >>> bifiltration = tdainv.degree_rips([[0.0], [1.0], [5.0]], n_neighbors=(0, 1))
    >>> tdainv.barcode(bifiltration.row(0), degree=0).diagram
    array([[ 1., inf]])
    >>> tdainv.barcode(bifiltration.row(1), degree=0).diagram
    array([[ 0.,  1.],
           [ 0.,  4.],
           [ 0., inf]])
    """
    cut = check.max_edge(max_edge)
    check_n_neighbors(n_neighbors, least=0)
    matrix = distances_of(points, metric)
    n = len(matrix)
    numbers = np.arange(n) if n_neighbors is None else np.unique(np.asarray(n_neighbors, np.int64))
    if numbers[-1] >= n:
        raise ValueError(f"n_neighbors must lie in 0..{n - 1} for {n} points, got {numbers[-1]}.")
    require_memory(8 * n * (n + len(numbers)), f"The neighbours of {n} points", "Subsample the points.")
    return DegreeRipsFiltration(matrix, _reaches(matrix, numbers[::-1]), (0.0 - numbers[::-1]).astype(np.float64), cut)


def check_n_neighbors(n_neighbors: Sequence[int] | None, least: int) -> None:
    """Raise ValueError unless this is None or a non-empty sequence of integers from `least` on."""
    if n_neighbors is None:
        return
    if isinstance(n_neighbors, str) or not hasattr(n_neighbors, "__len__") or len(n_neighbors) == 0:
        raise ValueError(f"n_neighbors must be a non-empty sequence of integers, got n_neighbors={n_neighbors!r}.")
    numbers = check.integers(np.asarray(n_neighbors), "n_neighbors", (None,))
    if numbers.min() < least:
        raise ValueError(f"n_neighbors must be at least {least}, got {numbers.min()}.")


def _reaches(matrix: Float, numbers: Int) -> Float:
    """Distance of each point to its k-th nearest other point, for each number k (0: the point itself)."""
    ordered = np.partition(matrix, np.sort(numbers), axis=1) if len(numbers) < 16 else np.sort(matrix, axis=1)
    return np.ascontiguousarray(ordered[:, numbers])
