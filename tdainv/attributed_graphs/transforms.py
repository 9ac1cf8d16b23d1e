"""Global decorations: the persistence of the whole shape as seen from each node."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.attributed_graphs._kernels_domination import undominated
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.local import empty_barcode, matrix_of
from tdainv.attributed_graphs.scale import checked_radius
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.distances import Metric
from tdainv.invariants.hilbert import hilbert_signed_measure
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode, barcode

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def barcode_transform(
    graph: AttributedGraph,
    points: ArrayLike,
    *,
    degree: int = 1,
    radius: float | None = None,
    truncation: float | None = None,
    metric: Metric = "euclidean",
) -> list[Barcode]:
    """Barcode of the distance from each node of a graph, as a function on the points, on one Vietoris--Rips complex.

    The distance of a point from a node v is the length of a shortest path in the graph from v to a node that holds
    the point. The sublevel sets of this function, in the complex of all simplices with edges up to the radius, grow
    from the node over the whole shape: bars say how far from the node its loops begin and are filled.

    Parameters
    ----------
    graph : AttributedGraph
        With members.
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
        The points that the graph was made of.
    degree : int, default 1
    radius : float, optional
        Length of the longest edge of the complex. Default: twice the
        :func:`~tdainv.attributed_graphs.connectivity_radius` of the points.
    truncation : float, optional
        Essential bars, which are the loops of the complex itself, die at this multiple of the diameter of the graph
        (of its longest finite distance), at least at birth. Default: they are kept infinite.
    metric : str or callable, default "euclidean"

    Returns
    -------
    list of Barcode
        One a node. Points that no path leads to from the node, and points in no node, never come.

    Raises
    ------
    TypeError
        If this is no attributed graph.
    ValueError
        For bad data, a graph with more points than there are, a radius or truncation that is not positive.

    Notes
    -----
    Each barcode is made from the distances alone, so it is the same after an isometry and for any order of nodes and
    points. For one complex and two graphs on the same nodes, barcodes differ by at most the largest difference of the
    distances (stability of sublevel sets in the bottleneck distance). O(n²) memory; one reduced flag complex a node.

    References
    ----------
    Curry, Mio, Needham, Okutan, Russold: Topologically attributed graphs for shape discrimination, TAG-ML at ICML
    2023, arXiv:2306.17805.

    Examples
    --------
    The loop of a square is complete when its far corner comes, at distance 2, and stays as long as edges end at 1:

    >>> import tdainv
    >>> points = [[0, 0], [1, 0], [1, 1], [0, 1]]
    >>> graph = tdainv.AttributedGraph(3, [[0, 1], [1, 2]], members=[[0], [1, 3], [2]])
    >>> [bars.diagram.tolist() for bars in tdainv.barcode_transform(graph, points, radius=1.2)]
    [[[2.0, inf]], [[1.0, inf]], [[2.0, inf]]]
    """
    check.degree(degree)
    end = np.inf if truncation is None else check.positive(truncation, "truncation")
    complex_ = _complex(graph, matrix_of(graph, points, metric), radius)
    distances = graph.distances()
    if truncation is not None:
        end *= distances.max(initial=0.0, where=np.isfinite(distances))
    found = []
    for row in distances:
        filtration = complex_.lower_star(row)
        bars = empty_barcode(degree) if filtration is None else barcode(filtration, degree)
        found.append(_truncated(bars, end))
    return found


def signed_measure_transform(
    graph: AttributedGraph,
    points: ArrayLike,
    *,
    degree: int = 1,
    radius: float | None = None,
    metric: Metric = "euclidean",
) -> list[SignedMeasure]:
    """Hilbert signed measure of (distance from each node, filter), on one Vietoris--Rips complex.

    The first parameter is that of :func:`tdainv.barcode_transform`, the second the mean filter values of the nodes,
    pulled back to their points: a sublevel set is what can be seen from the node up to a distance and below a level.

    Parameters
    ----------
    graph : AttributedGraph
        With members and filter values.
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
        The points that the graph was made of.
    degree : int, default 1
    radius : float, optional
        See :func:`tdainv.barcode_transform`.
    metric : str or callable, default "euclidean"

    Returns
    -------
    list of SignedMeasure
        One a node, with as many parameters as there are filters, and one more. A point in several nodes has the
        smallest of their values in each parameter.

    Raises
    ------
    TypeError
        If this is no attributed graph.
    ValueError
        For bad data, a graph with more points than there are or without filter values, a radius that is not
        positive.

    Notes
    -----
    Values are those of nodes, so there are few different grades, and few atoms.

    Examples
    --------
    >>> import tdainv
    >>> points = [[0, 0], [1, 0], [1, 1], [0, 1]]
    >>> graph = tdainv.AttributedGraph(
    ...     3, [[0, 1], [1, 2]], members=[[0], [1, 3], [2]], filter_values=[0.0, 1.0, 2.0]
    ... )
    >>> tdainv.signed_measure_transform(graph, points, radius=1.2)[1].points
    array([[1., 2.]])
    """
    check.degree(degree)
    matrix = matrix_of(graph, points, metric)
    if not graph.filter_values.shape[1]:
        raise ValueError("The graph must have filter values, got none.")
    complex_ = _complex(graph, matrix, radius)
    nothing = SignedMeasure(np.zeros((0, 1 + graph.filter_values.shape[1])), np.zeros(0, np.int64))
    found = []
    for row in graph.distances():
        filtration = complex_.lower_star(row, graph.filter_values)
        found.append(nothing if filtration is None else hilbert_signed_measure(filtration, degree))
    return found


class _Complex(NamedTuple):
    """Flag complex of all edges up to a radius, on the points that matter, and the nodes that hold each of them."""

    edges: Number  # (n, n) bool
    membership: csr_array  # (n, n_nodes) bool

    def lower_star(self, values: Float, filters: Float | None = None) -> FlagFiltration | None:
        """Lower star filtration of values of nodes, on the points with finite ones; None if there are none."""
        births = self._pull_back(values)
        there: Int = np.flatnonzero(np.isfinite(births))
        if not len(there):
            return None
        births = births[there]
        edges = self.edges if len(there) == len(self.edges) else self.edges[np.ix_(there, there)]
        later = np.where(edges, np.maximum(births[:, np.newaxis], births), np.inf)
        np.fill_diagonal(later, 0.0)
        grades = None if filters is None else np.column_stack([self._pull_back(column)[there] for column in filters.T])
        return FlagFiltration.of_checked(later, vertex_births=births, vertex_grades=grades, max_edge=np.inf)

    def _pull_back(self, values: Float) -> Float:
        """Smallest value of the nodes of each point, each of which is in some node."""
        return np.minimum.reduceat(values[self.membership.indices], self.membership.indptr[:-1])


def _complex(graph: AttributedGraph, matrix: Float, radius: float | None) -> _Complex:
    """Flag complex up to the radius, without points in no node, and without those that another of their nodes replaces.

    Only the nodes of a point decide when it comes, so all filtrations share the small complex.
    """
    edges = matrix <= checked_radius(radius, matrix)
    membership = graph.membership(len(matrix)).T.tocsr()
    membership.sort_indices()
    used = np.flatnonzero(np.diff(membership.indptr))
    sets: dict[bytes, int] = {}
    rows = np.split(membership.indices, membership.indptr[1:-1])
    classes = np.array([sets.setdefault(rows[i].tobytes(), len(sets)) for i in used], np.int64)
    edges = np.ascontiguousarray(edges[np.ix_(used, used)])
    kept = undominated(edges, classes) if len(used) else np.zeros(0, bool)
    return _Complex(np.ascontiguousarray(edges[np.ix_(kept, kept)]), membership[used[kept]])


def _truncated(bars: Barcode, end: float) -> Barcode:
    """Barcode with essential bars that die at `end`; those born later are left out."""
    deaths = np.where(np.isinf(bars.deaths), end, bars.deaths)
    kept = bars.births < deaths
    return replace(
        bars, births=bars.births[kept], deaths=deaths[kept], birth_simplices=None, death_simplices=None, pairing=None
    )
