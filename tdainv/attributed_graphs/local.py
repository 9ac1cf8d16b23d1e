"""Local decorations: the persistence of the points of each node."""

from __future__ import annotations

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.export import require_graph
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.distances import Metric, distances_of
from tdainv.persistence.barcode import Barcode, barcode


def local_barcodes(
    graph: AttributedGraph, points: ArrayLike, *, degree: int = 1, metric: Metric = "euclidean"
) -> list[Barcode]:
    """Barcode of the Vietoris--Rips filtration of the points of each node.

    Parameters
    ----------
    graph : AttributedGraph
        With members.
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
        The points that the graph was made of.
    degree : int, default 1
    metric : str or callable, default "euclidean"

    Returns
    -------
    list of Barcode
        One a node. A node without points has no bars.

    Raises
    ------
    TypeError
        If this is no attributed graph.
    ValueError
        For bad data, and a graph with more points than there are.

    Notes
    -----
    The barcode depends on the distances between the points of the node alone, so it is the same after an isometry and
    for any order of nodes and points. For two point sets at Hausdorff distance e its bottleneck distance is at most
    2 e, but which points are in a node may change with the graph.

    References
    ----------
    Curry, Mio, Needham, Okutan, Russold: Topologically attributed graphs for shape discrimination, TAG-ML at ICML
    2023, arXiv:2306.17805.

    Examples
    --------
    One node that holds the corners of a square, one that holds a point:

    >>> import tdainv
    >>> points = [[0, 0], [1, 0], [1, 1], [0, 1], [5, 5]]
    >>> graph = tdainv.AttributedGraph(2, [], members=[[0, 1, 2, 3], [4]])
    >>> [bars.diagram.round(3).tolist() for bars in tdainv.local_barcodes(graph, points)]
    [[[1.0, 1.414]], []]
    """
    check.degree(degree)
    matrix = matrix_of(graph, points, metric)
    return [_barcode(matrix[np.ix_(members, members)], degree) for members in graph.members]


def matrix_of(graph: AttributedGraph, points: ArrayLike, metric: Metric) -> Float:
    """Distances of the points of a graph, checked to be enough."""
    require_graph(graph)
    matrix = distances_of(points, metric)
    graph.require_points(len(matrix))
    return matrix


def _barcode(matrix: Float, degree: int) -> Barcode:
    if not len(matrix):
        return empty_barcode(degree)
    return barcode(FlagFiltration.of_checked(np.ascontiguousarray(matrix), max_edge=np.inf), degree)


def empty_barcode(degree: int) -> Barcode:
    """Return the barcode without bars."""
    return Barcode(np.zeros(0), np.zeros(0), degree)
