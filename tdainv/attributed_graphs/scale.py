"""The scale at which a cloud is connected, and its Vietoris-Rips graph at a scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv.complexes._kernels_forest import minimum_spanning_forest
from tdainv.filtrations.distances import Metric, distances_of


def connectivity_radius(points: ArrayLike, *, metric: Metric = "euclidean") -> float:
    """Smallest r for which edges of length up to r connect the points: the last finite death in degree 0.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    metric : str or callable, default "euclidean"

    Returns
    -------
    float
        In the unit of the metric: the longest edge of a minimum spanning tree. 0 for one point. Where distances are
        infinite, the longest edge of a minimum spanning forest.

    Notes
    -----
    O(n²).

    Examples
    --------
    >>> connectivity_radius([[0.0], [1.0], [3.0]])
    2.0
    """
    return radius_of_matrix(distances_of(points, metric))


def radius_of_matrix(matrix: Float) -> float:
    """Return :func:`connectivity_radius` of a checked matrix."""
    edges = minimum_spanning_forest(np.require(matrix, requirements=("C", "W")))
    return float(matrix[edges[:, 0], edges[:, 1]].max(initial=0.0))


def checked_radius(radius: Any, matrix: Float) -> float:
    """Radius of the Vietoris-Rips graph: given, or twice the radius of connectivity."""
    if radius is None:
        return 2.0 * radius_of_matrix(matrix)
    return check.positive(radius, "radius")


def close_pairs(matrix: Float, radius: float) -> Int:
    """Pairs u < v at distance up to the radius, shape (m, 2), in lexicographic order."""
    return np.argwhere(np.triu(matrix <= radius, 1))


def component_labels(n: int, pairs: Int) -> Int:
    """Number of the component of each of n points that these pairs connect, by first points, from 0."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    ends = pairs.astype(np.int32)
    graph = csr_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)
