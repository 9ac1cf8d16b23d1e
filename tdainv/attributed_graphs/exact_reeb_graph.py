"""The exact Reeb graph of a piecewise linear function on a triangle mesh."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.attributed_graphs._kernels_reeb import sweep, trace_arcs
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.export import require_graph
from tdainv.attributed_graphs.scale import component_labels
from tdainv.meshes.incidence import distinct_triangles
from tdainv.meshes.mesh import Mesh

_MOST_PIECES = 1_000_000


def mesh_reeb_graph(mesh: Any, values: ArrayLike, *, max_length: float | None = None) -> AttributedGraph:
    """Reeb graph of the piecewise linear function with given values at the vertices of a mesh, exact.

    A point of the Reeb graph is a connected component of a level set. Its nodes are those where the number of
    components near it is not one below and one above: minima, maxima, and saddles that join or split components.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`tdainv.Mesh.of` takes
        Closed or with boundary, a surface or not, connected or not.
    values : array-like of shape (n_vertices,)
        Finite.
    max_length : float, optional
        Arcs that are longer, in the unit of the values, are cut into equal pieces of at most this length, with
        further nodes between. Default: only the nodes above.

    Returns
    -------
    AttributedGraph
        The filter value of a node is its level, the length of an edge the difference of the levels of its ends; the
        position of a node is the mean of the vertices at it, or of its members where it was put between. Each vertex
        is a member of one node: of its own, or of that next to it along its arc. Two arcs with the same ends are two
        edges, so that ``n_loops`` is right: the genus, for a closed connected orientable surface of which all
        saddles are simple. Nodes are in order of levels, then of first vertices.

    Raises
    ------
    ValueError
        For values of the wrong shape or not finite, a max_length that is not positive or makes more than a million
        pieces, and what :meth:`tdainv.Mesh.of` refuses.

    Notes
    -----
    A sweep over the vertices keeps the components of the level set in a forest of the crossed edges, linked where
    triangles cross; links that stay longest are preferred, so that none has to be replaced. O(m log m) time for m
    triangles. Vertices of equal value are swept in their order, and what lies within one level is then contracted,
    which gives the Reeb graph of the function itself, not of a perturbation.

    References
    ----------
    Parsa: A deterministic O(m log m) time algorithm for the Reeb graph, Discrete & Computational Geometry 49, 2013.
    Cole-McLaughlin, Edelsbrunner, Harer, Natarajan, Pascucci: Loops in Reeb graphs of 2-manifolds, Discrete &
    Computational Geometry 32, 2004.

    Examples
    --------
    A mountain with two peaks on a triangulated disc:

    >>> import tdainv
    >>> disc = [[0, 0, 0], [2, 0, 0], [1, 1, 0], [1, -1, 0], [1, 0, 0]], [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4]]
    >>> peaks = tdainv.mesh_reeb_graph(disc, [3.0, 4.0, 0.0, 0.0, 1.0])
    >>> peaks.edges.tolist(), peaks.lengths.tolist()
    ([[0, 2], [1, 2], [2, 3], [2, 4]], [1.0, 1.0, 2.0, 3.0])
    """
    mesh = Mesh.of(mesh)
    n = len(mesh.vertices)
    levels = check.vertex_values(values, n, "values")
    if levels.ndim != 1:
        raise ValueError(f"values must have shape ({n},), got shape {levels.shape}.")
    order = np.argsort(levels, kind="stable")
    rank = np.empty(n, np.int64)
    rank[order] = np.arange(n)
    arcs = order[_sweep(rank[distinct_triangles(mesh.faces)], n)]
    reeb = _smooth(arcs, levels)
    pieces = _pieces(reeb, check.positive(max_length, "max_length") if max_length is not None else np.inf)
    return _graph(reeb, pieces, levels, mesh.vertices)


def _sweep(triangles: Int, n: int) -> Int:
    """Arcs of the Reeb graph with all vertices as nodes, in numbers of vertices by increasing value."""
    corners = np.sort(triangles, axis=1)
    pairs = corners[:, [0, 1, 1, 2, 0, 2]].reshape(-1, 2)
    keys, sides = np.unique(pairs[:, 0] * n + pairs[:, 1], return_inverse=True)
    edges = np.column_stack(np.divmod(keys, n))
    numbers, stars = np.arange(len(edges)), np.arange(len(corners))
    return sweep(
        n,
        edges,
        sides.reshape(-1, 3),
        corners,
        *_by_vertex(edges[:, 0], numbers, n),
        *_by_vertex(edges[:, 1], numbers, n),
        *_by_vertex(corners.ravel(), np.repeat(stars, 3), n),
    )


def _by_vertex(vertices: Int, items: Int, n: int) -> tuple[Int, Int]:
    """Items grouped by their vertices: indptr and items."""
    indptr = np.append(0, np.cumsum(np.bincount(vertices, minlength=n)))
    return indptr, items[np.argsort(vertices, kind="stable")]


class _Reeb(NamedTuple):
    """Nodes are classes of vertices; regular vertices lie on arcs."""

    levels: Float  # (n_nodes,)
    ends: Int  # (n_arcs, 2): lower and upper node
    node_of: Int  # (n_vertices,), -1 on arcs
    arc_of: Int  # (n_vertices,), -1 at nodes


def _smooth(arcs: Int, levels: Float) -> _Reeb:
    """Contract arcs within a level, and forget nodes with one arc below and one above."""
    n = len(levels)
    flat = levels[arcs[:, 0]] == levels[arcs[:, 1]]
    classes = component_labels(n, arcs[flat])
    arcs = classes[arcs[~flat]]
    k = int(classes.max()) + 1
    regular = (np.bincount(arcs[:, 0], minlength=k) == 1) & (np.bincount(arcs[:, 1], minlength=k) == 1)
    ends, arc_of = trace_arcs(k, arcs, regular)
    firsts = np.unique(classes, return_index=True)[1]
    critical = np.flatnonzero(~regular)
    critical = critical[np.lexsort((firsts[critical], levels[firsts[critical]]))]
    number = np.full(k, -1, np.int64)
    number[critical] = np.arange(len(critical))
    return _Reeb(levels[firsts[critical]], number[ends], number[classes], arc_of[classes])


class _Pieces(NamedTuple):
    """How arcs are cut: number of pieces of each, and number of the first of its inner nodes."""

    counts: Int
    starts: Int


def _pieces(reeb: _Reeb, max_length: float) -> _Pieces:
    n_nodes = len(reeb.levels)
    spans = reeb.levels[reeb.ends[:, 1]] - reeb.levels[reeb.ends[:, 0]]
    counts = np.maximum(np.ceil(spans / max_length - 1e-9), 1.0)
    if counts.sum() > _MOST_PIECES:
        raise ValueError(
            f"max_length must make at most {_MOST_PIECES} pieces, got {counts.sum():.0f} with max_length={max_length}."
        )
    whole = counts.astype(np.int64)
    return _Pieces(whole, n_nodes + np.cumsum(whole - 1) - (whole - 1))


def _graph(reeb: _Reeb, pieces: _Pieces, levels: Float, vertices: Float) -> AttributedGraph:
    """Graph with arcs cut into pieces; a vertex on an arc goes to the node next to its level."""
    arcs = np.repeat(np.arange(len(reeb.ends)), pieces.counts)
    step = np.arange(len(arcs)) - np.repeat(np.cumsum(pieces.counts) - pieces.counts, pieces.counts)
    edges = np.column_stack([_node(reeb, pieces, arcs, step), _node(reeb, pieces, arcs, step + 1)])
    n_nodes = len(reeb.levels) + int((pieces.counts - 1).sum())
    node_levels = np.empty(n_nodes)
    node_levels[edges[:, 0]] = _level(reeb, pieces, arcs, step)
    node_levels[edges[:, 1]] = _level(reeb, pieces, arcs, step + 1)
    node_levels[: len(reeb.levels)] = reeb.levels
    owner = _owners(reeb, pieces, levels)
    order = np.argsort(node_levels, kind="stable")
    number = np.empty(n_nodes, np.int64)
    number[order] = np.arange(n_nodes)
    _, members = _by_vertex(number[owner], np.arange(len(owner)), n_nodes)
    starts = np.cumsum(np.bincount(number[owner], minlength=n_nodes))[:-1]
    positions = _positions(reeb, pieces, owner, vertices)[order]
    edges = number[edges]
    lengths = np.abs(node_levels[order][edges[:, 1]] - node_levels[order][edges[:, 0]])
    return AttributedGraph(n_nodes, edges, lengths, np.split(members, starts), node_levels[order], positions)


def _owners(reeb: _Reeb, pieces: _Pieces, levels: Float) -> Int:
    """Node that each vertex is a member of: its own, or that next to its level on its arc."""
    owner = reeb.node_of.copy()
    on = np.flatnonzero(reeb.arc_of >= 0)
    arcs = reeb.arc_of[on]
    low, high = reeb.levels[reeb.ends[arcs]].T
    step = np.rint((levels[on] - low) / (high - low) * pieces.counts[arcs])
    owner[on] = _node(reeb, pieces, arcs, step.astype(np.int64))
    return owner


def _node(reeb: _Reeb, pieces: _Pieces, arcs: Int, step: Int) -> Int:
    """Number of the node after so many pieces of an arc."""
    inner = pieces.starts[arcs] + step - 1
    return np.where(step == 0, reeb.ends[arcs, 0], np.where(step == pieces.counts[arcs], reeb.ends[arcs, 1], inner))


def _level(reeb: _Reeb, pieces: _Pieces, arcs: Int, step: Int) -> Float:
    low, high = reeb.levels[reeb.ends[arcs]].T
    return low + (high - low) * (step / pieces.counts[arcs])


def _positions(reeb: _Reeb, pieces: _Pieces, owner: Int, vertices: Float) -> Float:
    """Mean of the vertices at a critical node; of the members of another one, or else a point between the ends."""
    n = len(reeb.levels)
    at_node = reeb.node_of >= 0
    critical = _means(reeb.node_of[at_node], vertices[at_node], n)[0]
    arcs = np.repeat(np.arange(len(reeb.ends)), pieces.counts - 1)
    step = 1 + np.arange(len(arcs)) - np.repeat(np.cumsum(pieces.counts - 1) - (pieces.counts - 1), pieces.counts - 1)
    share = (step / pieces.counts[arcs])[:, np.newaxis]
    low, high = critical[reeb.ends[arcs, 0]], critical[reeb.ends[arcs, 1]]
    inner = owner >= n
    means, counts = _means(owner[inner] - n, vertices[inner], len(arcs))
    between = np.where((counts > 0)[:, np.newaxis], means, (1.0 - share) * low + share * high)
    return np.concatenate([critical, between])


def _means(owner: Int, rows: Float, n: int) -> tuple[Float, Int]:
    """Mean row of each of n owners (0 without any), and how many rows it has."""
    counts = np.bincount(owner, minlength=n)
    shares = rows / np.maximum(counts, 1)[owner, np.newaxis]  # first, so that no sum overflows
    return np.column_stack([np.bincount(owner, column, n) for column in shares.T]), counts


def node_kinds(graph: AttributedGraph) -> Number:
    """What each node of a Reeb graph is, by its edges below and above.

    Parameters
    ----------
    graph : AttributedGraph
        With one filter.

    Returns
    -------
    ndarray of shape (n_nodes,), str
        "minimum" without edges below, "maximum" without edges above, "isolated" without edges, "regular" with one of
        each, "saddle" otherwise. Edges between equal values count as neither.

    Raises
    ------
    ValueError
        Unless there is one filter.

    Examples
    --------
    >>> from tdainv.attributed_graphs import AttributedGraph, node_kinds
    >>> node_kinds(AttributedGraph(3, [[0, 1], [1, 2], [1, 2]], filter_values=[0.0, 1.0, 2.0])).tolist()
    ['minimum', 'saddle', 'maximum']
    """
    graph = require_graph(graph)
    if graph.filter_values.shape[1] != 1:
        raise ValueError(f"The graph must have one filter, got {graph.filter_values.shape[1]}.")
    values, n = graph.filter_values[:, 0], graph.n_nodes
    ends = np.concatenate([graph.edges, graph.edges[:, ::-1]])
    above = np.bincount(ends[values[ends[:, 0]] < values[ends[:, 1]], 0], minlength=n)
    below = np.bincount(ends[values[ends[:, 0]] > values[ends[:, 1]], 0], minlength=n)
    kinds = np.where((below == 1) & (above == 1), "regular", "saddle")
    kinds = np.where((below == 0) & (above > 0), "minimum", kinds)
    kinds = np.where((above == 0) & (below > 0), "maximum", kinds)
    return np.where((above == 0) & (below == 0), "isolated", kinds)
