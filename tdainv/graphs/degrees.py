"""Functions on nodes that count neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdainv._typing import Float
from tdainv.graphs._kernels_cores import peel
from tdainv.graphs.graph import Graph


def degree(graph: Any, *, weighted: bool = False) -> Float:
    """Number of neighbours of each node, or the sum of the weights of its edges.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    weighted : bool, default False

    Returns
    -------
    ndarray of shape (n_nodes,)
        Self-loops are not counted.

    Examples
    --------
    >>> degree(([[0, 1], [0, 2]], 4))
    array([2., 1., 1., 0.])
    """
    graph = Graph.of(graph)
    weights = np.repeat(graph.weights, 2) if weighted else None
    return np.bincount(graph.edges.ravel(), weights, graph.n_nodes).astype(np.float64)


def core_number(graph: Any) -> Float:
    """Largest k such that the node lies in a subgraph all of whose degrees are at least k.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes

    Returns
    -------
    ndarray of shape (n_nodes,)
        0 for isolated nodes.

    Notes
    -----
    O(n + m), by taking away a node of least degree again and again.

    References
    ----------
    Seidman: Network structure and minimum degree, Social Networks 5 (1983).

    Examples
    --------
    A triangle with a tail:

    >>> core_number(([[0, 1], [0, 2], [1, 2], [2, 3]], 4))
    array([2., 2., 2., 1.])
    """
    graph = Graph.of(graph)
    indptr, nodes, _ = graph.neighbours
    return peel(indptr, nodes).astype(np.float64)
