"""The Reeb graph of a point cloud with a function, in disjoint bins."""

from __future__ import annotations

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.filters import Filter, values_of_filter
from tdainv.attributed_graphs.mapper_graph import NO_EDGES, with_means
from tdainv.attributed_graphs.scale import checked_radius, close_pairs, component_labels
from tdainv.filtrations.distances import Metric, distances_of


def reeb_graph(
    points: ArrayLike,
    filter: Filter = "pca",  # the word of the literature
    *,
    n_bins: int = 10,
    radius: float | None = None,
    min_size: float = 0.0,
    metric: Metric = "euclidean",
) -> AttributedGraph:
    """Reeb graph of a point cloud and a function on it, through the Vietoris--Rips graph at one scale.

    The range of the function is cut into bins of equal length. Nodes are the connected components of the points of a
    bin, where edges up to the radius join points. Nodes of neighbouring bins are joined if an edge joins a point of
    one to a point of the other.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    filter : str, callable or array-like of shape (n_points,), default "pca"
        See :func:`tdainv.mapper`. One function.
    n_bins : int, default 10
    radius : float, optional
        Length of the longest edge, in the unit of the metric. Default: twice the
        :func:`~tdainv.attributed_graphs.connectivity_radius`, as in the paper.
    min_size : float, default 0
        Components with at most ``min_size * n_points / n_bins`` points are left out, unless all would be.
    metric : str or callable, default "euclidean"

    Returns
    -------
    AttributedGraph
        With members, mean filter values, and mean positions unless distances were given. The length of an edge is
        the difference of the mean filter values of its ends. Nodes are in order of bins, then of first points.

    Raises
    ------
    ValueError
        For bad data, a filter with several columns or with values that are not finite, a number of bins below 1, a
        radius that is not positive.

    Notes
    -----
    O(n²) time and memory. A filter that is constant has one bin with all points. The paper's script cuts at 10
    equally spaced values, which makes 9 bins; ``n_bins`` counts bins.

    References
    ----------
    Curry, Mio, Needham, Okutan, Russold: Topologically attributed graphs for shape discrimination, TAG-ML at ICML
    2023, arXiv:2306.17805.

    Examples
    --------
    The Reeb graph of a circle by its height is a cycle:

    >>> import tdainv
    >>> circle = tdainv.datasets.make_circle(100, random_state=0)
    >>> graph = tdainv.reeb_graph(circle, "coordinate", n_bins=5)
    >>> graph, graph.n_loops
    (AttributedGraph(8 nodes, 8 edges), 1)
    """
    precomputed = isinstance(metric, str) and metric == "precomputed"
    data = check.distance_matrix(points, "points") if precomputed else check.points(points)
    n_bins = check.positive_integer(n_bins, "n_bins")
    share = check.finite(min_size, "min_size")
    if share < 0:
        raise ValueError(f"min_size must be at least 0, got min_size={min_size!r}.")
    values = values_of_filter(data, filter, metric)
    if values.shape[1] != 1:
        raise ValueError(f"A Reeb graph must have one filter, got {values.shape[1]}: use mapper.")
    matrix = data if precomputed else distances_of(data, metric)
    pairs = close_pairs(matrix, checked_radius(radius, matrix))
    labels, edges = _quotient(_bins(values[:, 0], n_bins), pairs)
    kept = np.bincount(labels) > share * len(data) / n_bins
    if not kept.any():
        kept[:] = True
    return _graph(labels, edges, kept, values, None if precomputed else data)


def _bins(values: Float, n_bins: int) -> Int:
    """Number of the bin of each value, of equal length over the range."""
    low, high = values.min(), values.max()
    if low == high:
        return np.zeros(len(values), np.int64)
    # Halves first, so that no difference overflows.
    share = (values / 2 - low / 2) / (high / 2 - low / 2)
    return np.minimum((share * n_bins).astype(np.int64), n_bins - 1)


def _quotient(bins: Int, pairs: Int) -> tuple[Int, Int]:
    """Component of each point inside its bin, in order of bins, and pairs of components of neighbouring bins."""
    steps = np.abs(bins[pairs[:, 0]] - bins[pairs[:, 1]])
    labels = component_labels(len(bins), pairs[steps == 0])
    firsts = np.unique(labels, return_index=True)[1]
    order = np.lexsort((firsts, bins[firsts]))
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.arange(len(order))
    labels = numbers[labels]
    across = np.sort(labels[pairs[steps == 1]], axis=1)
    return labels, np.unique(across, axis=0).reshape(-1, 2)


def _graph(labels: Int, edges: Int, kept: Number, values: Float, points: Float | None) -> AttributedGraph:
    numbers = np.cumsum(kept) - 1
    edges = numbers[edges[kept[edges].all(axis=1)]]
    order = np.argsort(labels, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(labels))[:-1])
    chosen = [member for member, keep in zip(members, kept, strict=True) if keep]
    return with_means(AttributedGraph(len(chosen), NO_EDGES, members=chosen), edges, values, points)
