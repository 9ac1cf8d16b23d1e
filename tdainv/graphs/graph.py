"""Simple undirected graphs, read from any of the usual kinds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted
from tdainv.graphs.reading import read_graph


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """A simple undirected graph: nodes 0, ..., n - 1, and edges with weights.

    Both directions of an edge, and parallel edges, are one edge; they must have the same weight. Self-loops are left
    out: they are no simplices, and no function of this package counts them. Isolated nodes stay.

    Parameters
    ----------
    n_nodes : int
        At least 1.
    edges : array-like of shape (m, 2), int
        Kept as pairs u < v in lexicographic order, without repetition.
    weights : array-like of shape (m,), optional
        Finite numbers, kept in the order of the edges that are kept. Default: 1 for each edge. Whether they mean
        lengths or strengths is up to the function that uses them.
    node_labels : sequence of n_nodes hashable objects, optional
        Names of the nodes, such as the nodes of a networkx graph. Default: the numbers.

    Raises
    ------
    ValueError
        For a graph without nodes, an edge whose end is out of range, a weight that is not finite, and parallel edges
        with different weights.

    Examples
    --------
    >>> graph = Graph(4, [[2, 1], [0, 1], [1, 2], [3, 3]])
    >>> graph
    Graph(4 nodes, 2 edges)
    >>> graph.edges.tolist()
    [[0, 1], [1, 2]]
    """

    n_nodes: int
    edges: Int
    weights: Float = None  # type: ignore[assignment]
    node_labels: Sequence[Hashable] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        n = check.positive_integer(self.n_nodes, "n_nodes")
        edges = check.integers(self.edges, "edges", (None, 2)) if np.size(self.edges) else np.zeros((0, 2), np.int64)
        weights = np.ones(len(edges)) if self.weights is None else _checked_weights(self.weights, len(edges))
        _require_in_range(edges, n)
        edges, weights = _simple(edges, weights, n)
        labels = range(n) if self.node_labels is None else tuple(self.node_labels)
        if len(labels) != n:
            raise ValueError(f"node_labels must hold one label a node, got {len(labels)} for {counted(n, 'node')}.")
        fields = {"n_nodes": n, "edges": edges, "weights": weights, "node_labels": labels}
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, graph: Any, name: str = "graph") -> Graph:
        """Graph of any of the usual kinds.

        Parameters
        ----------
        graph : Graph, networkx graph, sparse or dense array of shape (n, n), graph of torch-geometric, or pair
            A networkx graph must be undirected; its node order is kept, ``node_labels`` are its nodes, and weights
            are the edge attributes "weight", 1 where there is none. The non-zero entries of a symmetric adjacency
            matrix (any scipy format, or an array) are edges, and their values weights; entries that are listed twice
            in a sparse array are added, as scipy does. A torch-geometric ``Data`` has ``edge_index``, ``num_nodes``
            and maybe ``edge_weight``; the direction of its edges is ignored. A pair is ``(edges, n_nodes)`` with
            edges of shape (m, 2).
        name : str, default "graph"
            What error messages call it.

        Returns
        -------
        Graph

        Raises
        ------
        TypeError
            For anything else.
        ValueError
            For a graph without nodes, a directed graph, a matrix that is not square and symmetric, and whatever the
            constructor refuses.

        Examples
        --------
        >>> Graph.of([[0, 2, 0], [2, 0, 0], [0, 0, 0]]).weights
        array([2.])
        >>> Graph.of(([[0, 1], [1, 2]], 3))
        Graph(3 nodes, 2 edges)
        """
        return graph if isinstance(graph, Graph) else cls(*read_graph(graph, name))

    @property
    def n_edges(self) -> int:
        """Number of edges m."""
        return len(self.edges)

    @cached_property
    def neighbours(self) -> tuple[Int, Int, Int]:
        """Neighbours of each node, in increasing order, and the edges to them, as arrays indptr, nodes, edges.

        Those of node v are ``nodes[indptr[v]:indptr[v + 1]]``, at the ends of ``edges[indptr[v]:indptr[v + 1]]``.
        """
        # The edges (u, v) with u < v, by u then v, come after those from v down to u, by v then u.
        ends = np.concatenate([self.edges[:, 1], self.edges[:, 0]])
        order = np.argsort(ends, kind="stable")
        indptr = np.zeros(self.n_nodes + 1, np.int64)
        np.cumsum(np.bincount(ends, minlength=self.n_nodes), out=indptr[1:])
        others = np.concatenate([self.edges[:, 0], self.edges[:, 1]])
        return indptr, others[order], order % max(self.n_edges, 1)

    def adjacency(self, *, weighted: bool = False) -> sparse.csr_array:
        """Symmetric sparse adjacency matrix, of ones or of the weights.

        Parameters
        ----------
        weighted : bool, default False

        Returns
        -------
        scipy.sparse.csr_array of shape (n_nodes, n_nodes)

        Examples
        --------
        >>> Graph(3, [[0, 1], [1, 2]], [5.0, 7.0]).adjacency(weighted=True).toarray()
        array([[0., 5., 0.],
               [5., 0., 7.],
               [0., 7., 0.]])
        """
        return self.symmetric_matrix(self.weights if weighted else np.ones(self.n_edges))

    def symmetric_matrix(self, edge_values: Float) -> sparse.csr_array:
        """Symmetric sparse matrix with given entries at the edges, shape (n_nodes, n_nodes)."""
        indptr, nodes, edges = self.neighbours
        shape = (self.n_nodes, self.n_nodes)
        return sparse.csr_array((edge_values[edges], nodes.astype(np.int32), indptr.astype(np.int32)), shape=shape)

    def __len__(self) -> int:
        return self.n_nodes

    def __repr__(self) -> str:
        return f"Graph({counted(self.n_nodes, 'node')}, {counted(self.n_edges, 'edge')})"

    def __eq__(self, other: object) -> bool:
        """Whether nodes, edges and weights agree; labels are not compared."""
        if not isinstance(other, Graph):
            return NotImplemented
        return (
            self.n_nodes == other.n_nodes
            and np.array_equal(self.edges, other.edges)
            and np.array_equal(self.weights, other.weights)
        )

    __hash__ = None  # type: ignore[assignment]


def _checked_weights(weights: ArrayLike, m: int) -> Float:
    array = check.float_array(weights, "weights", f"must be numbers of shape ({m},), one for each edge")
    if array.shape != (m,):
        raise ValueError(f"weights must have shape ({m},), one for each edge, got shape {array.shape}.")
    if not np.isfinite(array).all():
        i = int(np.flatnonzero(~np.isfinite(array))[0])
        raise ValueError(f"weights must be finite, got weights[{i}] = {array[i]}.")
    return array + 0.0


def _require_in_range(edges: Int, n: int) -> None:
    if edges.size and (edges.min() < 0 or edges.max() >= n):
        i = int(np.flatnonzero((edges < 0).any(axis=1) | (edges >= n).any(axis=1))[0])
        raise ValueError(f"Edges must join nodes in 0..{n - 1}, got edges[{i}] = {tuple(edges[i].tolist())}.")


def _simple(edges: Int, weights: Float, n: int) -> tuple[Int, Float]:
    """Edges u < v in lexicographic order, each once, without self-loops, and their weights."""
    first, last = edges.min(axis=1), edges.max(axis=1)
    keys = first * n + last
    if len(keys) == 0 or ((first < last).all() and (keys[1:] > keys[:-1]).all()):
        return np.column_stack([first, last]), weights
    order = np.argsort(keys, kind="stable")
    order = order[(first < last)[order]]
    keys, sorted_weights = keys[order], weights[order]
    repeated = keys[1:] == keys[:-1]
    differ = repeated & (sorted_weights[1:] != sorted_weights[:-1])
    if differ.any():
        i = int(np.flatnonzero(differ)[0])
        raise ValueError(
            f"Parallel edges, and both directions of one, must have the same weight, got {sorted_weights[i]:g} and "
            f"{sorted_weights[i + 1]:g} for the edge ({first[order[i]]}, {last[order[i]]})."
        )
    kept = order[np.append(True, ~repeated)] if len(order) else order
    return np.column_stack([first[kept], last[kept]]), weights[kept]


def require_positive_weights(graph: Graph, what: str) -> None:
    """Raise ValueError if a weight cannot be a length or strength; `what` needs it."""
    if graph.n_edges and graph.weights.min() <= 0:
        i = int(graph.weights.argmin())
        u, v = graph.edges[i]
        raise ValueError(f"{what} needs positive weights, got {graph.weights[i]:g} for the edge ({u}, {v}).")
    if graph.n_edges > np.finfo(float).max / graph.weights.max(initial=1.0):
        raise ValueError(f"{what} needs weights whose sum is finite, got weights of up to {graph.weights.max():g}.")
