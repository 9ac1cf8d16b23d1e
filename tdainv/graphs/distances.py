"""Distances between nodes, and functions on nodes made from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse.csgraph import dijkstra

from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.graphs._kernels_paths import count_steps
from tdainv.graphs.graph import Graph, require_positive_weights

_BLOCK_ENTRIES = 1 << 22  # of distances held at a time, where all of them are not wanted


def shortest_paths(graph: Any, *, weighted: bool = False) -> Float:
    """Matrix of the lengths of shortest paths.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    weighted : bool, default False
        Whether edges are as long as their weights, which must be positive. Otherwise all have length one.

    Returns
    -------
    ndarray of shape (n_nodes, n_nodes)
        ``inf`` between components. Fit for ``metric="precomputed"`` of :func:`tdainv.rips`.

    Raises
    ------
    ValueError
        For a weight that is not positive.
    MemoryLimitError
        Before a matrix is made that would not fit.

    Notes
    -----
    O(n (n + m)) time, by breadth-first search; O(n (m + n log n)), by Dijkstra's algorithm, with weights.

    Examples
    --------
    >>> shortest_paths(([[0, 1], [1, 2]], 4))
    array([[ 0.,  1.,  2., inf],
           [ 1.,  0.,  1., inf],
           [ 2.,  1.,  0., inf],
           [inf, inf, inf,  0.]])
    """
    graph = Graph.of(graph)
    n = graph.n_nodes
    require_memory(8 * n * n, f"The {n} x {n} matrix of shortest paths", "Use a smaller graph.")
    return np.vstack([rows for _, rows in _blocks(graph, weighted, n)])


def _blocks(graph: Graph, weighted: bool, n_rows: int) -> Iterator[tuple[Int, Float]]:
    """Distances from `n_rows` nodes at a time to all nodes."""
    if weighted:
        require_positive_weights(graph, "The length of paths")
    matrix = graph.adjacency(weighted=weighted)
    for start in range(0, graph.n_nodes, n_rows):
        nodes = np.arange(start, min(start + n_rows, graph.n_nodes))
        if weighted:
            yield nodes, dijkstra(matrix, directed=True, indices=nodes)
        else:
            yield nodes, count_steps(matrix.indptr, matrix.indices, nodes[0], nodes[-1] + 1)


def _in_blocks(graph: Graph, weighted: bool) -> Iterator[tuple[Int, Float]]:
    return _blocks(graph, weighted, max(1, _BLOCK_ENTRIES // graph.n_nodes))


def eccentricity(graph: Any, *, weighted: bool = False) -> Float:
    """Largest distance from each node to a node of its component.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    weighted : bool, default False
        Whether edges are as long as their weights, which must be positive.

    Returns
    -------
    ndarray of shape (n_nodes,)
        0 for isolated nodes.

    Raises
    ------
    ValueError
        For a weight that is not positive.

    Examples
    --------
    >>> eccentricity(([[0, 1], [1, 2]], 4))
    array([2., 1., 2., 0.])
    """
    graph = Graph.of(graph)
    values = np.zeros(graph.n_nodes)
    for nodes, rows in _in_blocks(graph, weighted):
        values[nodes] = np.where(np.isfinite(rows), rows, 0.0).max(axis=1)
    return values


def closeness(graph: Any, *, weighted: bool = False, wasserman_faust: bool = True) -> Float:
    """Inverse of the mean distance from each node to the other nodes of its component.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    weighted : bool, default False
        Whether edges are as long as their weights, which must be positive.
    wasserman_faust : bool, default True
        Multiply by the share (r - 1) / (n - 1) of the other nodes that are in the component, so that nodes of small
        components are not closer than those of large ones. It changes nothing if the graph is connected.

    Returns
    -------
    ndarray of shape (n_nodes,)
        ``(r - 1) / sum of distances`` for a component of r nodes, times the share; 0 for isolated nodes.

    Raises
    ------
    ValueError
        For a weight that is not positive.

    References
    ----------
    Wasserman, Faust: Social Network Analysis, Cambridge University Press, 1994, section 5.3.

    Examples
    --------
    >>> closeness(([[0, 1], [1, 2]], 3)).round(3)
    array([0.667, 1.   , 0.667])
    """
    graph = Graph.of(graph)
    values = np.zeros(graph.n_nodes)
    for nodes, rows in _in_blocks(graph, weighted):
        reached = np.isfinite(rows)
        others = reached.sum(axis=1) - 1.0
        sums = np.where(reached, rows, 0.0).sum(axis=1)
        share = others / max(graph.n_nodes - 1, 1) if wasserman_faust else 1.0
        values[nodes] = np.divide(others, sums, out=np.zeros(len(nodes)), where=others > 0) * share
    return values
