"""The Mapper graph: clusters of the points over an overlapping cover of filter values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from scipy.sparse import triu

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.covers import CubicalCover
from tdainv.attributed_graphs.filters import Filter, values_of_filter
from tdainv.attributed_graphs.scale import checked_radius, close_pairs, component_labels
from tdainv.filtrations.distances import Metric, distances_of


class Clusterer(Protocol):
    """What Mapper needs of a clusterer of scikit-learn."""

    def fit(self, X: Any) -> Any:
        """Set ``labels_``."""


Cover = Callable[[Float], list[Int]]
NO_EDGES = np.zeros((0, 2), np.int64)


def mapper(
    points: ArrayLike,
    filter: Filter | tuple[Filter, ...] = "pca",  # the word of the literature
    cover: Cover | None = None,
    clusterer: Clusterer | None = None,
    *,
    metric: Metric = "euclidean",
) -> AttributedGraph:
    """Mapper graph of a point cloud: one node a cluster of each element of a cover, edges where clusters share points.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    filter : str, callable, array-like of shape (n_points,) or (n_points, q), or tuple of these, default "pca"
        "coordinate" (the last), "pca", "eccentricity", "density", "eigenfunction" or "centrality", see
        :mod:`tdainv.attributed_graphs.filters`; a function of the points; the values themselves. Of a tuple, values
        are put side by side.
    cover : callable, default ``CubicalCover()``
        :class:`~tdainv.attributed_graphs.CubicalCover`, :class:`~tdainv.attributed_graphs.BalancedCover`, or a
        function of the filter values (n_points, q) that returns arrays of numbers of points. Empty elements make no
        node.
    clusterer : clusterer of scikit-learn, optional
        It is cloned, and fitted to the points of each element (their distances with ``metric="precomputed"``, which
        it must be set to expect). Points with the label -1 are noise and make no node. Default: connected components
        of the graph of edges up to twice the :func:`~tdainv.attributed_graphs.connectivity_radius`.
    metric : str or callable, default "euclidean"
        For the default clusterer and for filters that have names.

    Returns
    -------
    AttributedGraph
        With members, mean filter values, and mean positions unless distances were given. The length of an edge is
        the Euclidean distance of the mean filter values of its ends. Nodes are in order of elements, then of labels.

    Raises
    ------
    ValueError
        For bad data, a filter that gives values that are not finite, a cover that names points that are not there, a
        clusterer that fails on an element, and if all points are noise.
    TypeError
        For a cover or clusterer that is none.

    Notes
    -----
    An element with one point is one cluster, unless the clusterer has a parameter ``min_samples`` above 1, which
    makes that point noise: many clusterers refuse single points. Time is that of the clusterer, O(n²) for the default
    one.

    References
    ----------
    Singh, Mémoli, Carlsson: Topological methods for the analysis of high dimensional data sets and 3D object
    recognition, Eurographics Symposium on Point-Based Graphics 2007.

    Examples
    --------
    The Mapper graph of a circle by its height is a cycle:

    >>> import tdainv
    >>> circle = tdainv.datasets.make_circle(100, random_state=0)
    >>> graph = tdainv.mapper(circle, "coordinate", tdainv.attributed_graphs.CubicalCover(5, 0.3))
    >>> graph, graph.n_loops
    (AttributedGraph(8 nodes, 8 edges), 1)
    """
    precomputed = isinstance(metric, str) and metric == "precomputed"
    data = check.distance_matrix(points, "points") if precomputed else check.points(points)
    values = values_of_filter(data, filter, metric)
    elements = _elements(CubicalCover() if cover is None else cover, values)
    clusters = (
        _components(data, elements, metric) if clusterer is None else _clusters(data, elements, clusterer, precomputed)
    )
    if not clusters:
        raise ValueError(f"Mapper must have at least one cluster, got noise only in all {len(elements)} elements.")
    return _nerve(clusters, values, None if precomputed else data)


def _elements(cover: Any, values: Float) -> list[Int]:
    if not callable(cover):
        raise TypeError(f"cover must be a function of filter values, got cover={cover!r}.")
    n = len(values)
    found = []
    for k, element in enumerate(cover(values)):
        if not np.size(element):
            continue
        numbers = np.unique(check.integers(element, f"cover element {k}", (None,)))
        if numbers[0] < 0 or numbers[-1] >= n:
            raise ValueError(f"cover element {k} must name points 0..{n - 1}, got {numbers[[0, -1]].tolist()}.")
        found.append(numbers)
    if not found:
        raise ValueError("cover must have at least one element with points, got none.")
    return found


def _components(data: Float, elements: list[Int], metric: Metric) -> list[Int]:
    """Connected components of each element at twice the radius of connectivity."""
    matrix = distances_of(data, metric)
    radius = checked_radius(None, matrix)
    clusters = []
    for element in elements:
        labels = component_labels(len(element), close_pairs(matrix[np.ix_(element, element)], radius))
        clusters += [element[labels == label] for label in range(labels.max() + 1)]
    return clusters


def _clusters(data: Float, elements: list[Int], clusterer: Any, precomputed: bool) -> list[Int]:
    from sklearn.base import clone

    if not hasattr(clusterer, "fit"):
        raise TypeError(f"clusterer must be a clusterer of scikit-learn, got clusterer={clusterer!r}.")
    clusters = []
    for k, element in enumerate(elements):
        if len(element) == 1:
            least = getattr(clusterer, "min_samples", 1)
            labels = np.full(1, -1 if least is not None and least > 1 else 0)
        else:
            part = data[np.ix_(element, element)] if precomputed else data[element]
            try:
                labels = np.asarray(clone(clusterer).fit(part).labels_)
            except ValueError as error:
                raise ValueError(f"clusterer failed on element {k} with {len(element)} points: {error}") from error
        clusters += [element[labels == label] for label in np.unique(labels[labels != -1])]
    return clusters


def _nerve(clusters: list[Int], values: Float, points: Float | None) -> AttributedGraph:
    """Graph of clusters, joined where they share points."""
    bare = AttributedGraph(len(clusters), NO_EDGES, members=clusters)
    membership = bare.membership(len(values)).astype(np.int64)
    edges = np.column_stack(triu(membership @ membership.T, 1).nonzero())
    return with_means(bare, edges, values, points)


def with_means(graph: AttributedGraph, edges: Int, values: Float, points: Float | None) -> AttributedGraph:
    """Graph with these edges, mean filter values and mean positions of the members of each node."""
    means = np.array([values[members].mean(axis=0) for members in graph.members])
    positions = None if points is None else np.array([points[members].mean(axis=0) for members in graph.members])
    lengths = np.linalg.norm(means[edges[:, 0]] - means[edges[:, 1]], axis=1)
    return AttributedGraph(
        graph.n_nodes, edges, lengths, members=graph.members, filter_values=means, positions=positions
    )
