"""Curvatures of the edges of graphs, and how they are carried over to the nodes."""

from __future__ import annotations

import numbers
from fractions import Fraction
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.graphs._kernels_transport import ollivier_curvatures
from tdainv.graphs.distances import shortest_paths
from tdainv.graphs.graph import Graph

_LARGEST_DENOMINATOR = 1 << 20  # of the laziness
_LARGEST_MASS = 1 << 60
_SMALLEST_SHARE = 1e-9  # of the smallest weight in the largest


def ollivier_ricci(graph: Any, *, alpha: float = 0.5, weighted: bool = False) -> Float:
    """Ollivier--Ricci curvature of each edge: κ(u, v) = 1 - W(m_u, m_v) / d(u, v).

    m_v is where a lazy random walk is one step after v: at v with probability alpha, else at one of its neighbours,
    all equally likely. W is the 1-Wasserstein distance for the shortest path distance d.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    alpha : float in [0, 1], default 0.5
        The laziness.
    weighted : bool, default False
        Whether edges are as long as their weights, which must be positive. They do not change the random walk.

    Returns
    -------
    ndarray of shape (n_edges,)
        In the order of ``Graph.of(graph).edges``; between -2 and 1 without weights.

    Raises
    ------
    ValueError
        For a laziness outside [0, 1], a weight that is not positive, and weights that differ by a factor above 1e9.
    MemoryLimitError
        Before an array is made that would not fit.

    Notes
    -----
    Exact optimal transport, in whole units of mass: without weights the result is the rational number 1 - W, rounded
    once, so that edges that a symmetry of the graph exchanges have the same value. (`alpha` is the nearest fraction
    with a denominator of at most 2^20, which is within 1e-12 of any float, and equal to any short decimal.) For
    alpha >= 1/2, the curvature of Lin, Lu and Yau is ``ollivier_ricci(graph, alpha=alpha) / (1 - alpha)``. Memory is
    16 bytes a pair of neighbours of the two ends of an edge, and n² distances with weights.

    References
    ----------
    Ollivier: Ricci curvature of Markov chains on metric spaces, Journal of Functional Analysis 256 (2009).
    Lin, Lu, Yau: Ricci curvature of graphs, Tohoku Mathematical Journal 63 (2011).
    Bourne, Cushing, Liu, Münch, Peyerimhoff: Ollivier--Ricci idleness functions of graphs, SIAM Journal on Discrete
    Mathematics 32 (2018), for the relation between the two.

    Examples
    --------
    A triangle with a tail. Of the measures at the ends of (0, 1), all but a quarter is common to both:

    >>> ollivier_ricci(([[0, 1], [0, 2], [1, 2], [2, 3]], 4)).round(3)
    array([0.75 , 0.417, 0.417, 0.333])
    """
    graph = Graph.of(graph)
    laziness = _checked_laziness(alpha)
    lengths = _lengths(graph) if weighted else np.zeros((0, 0))
    indptr, nodes, _ = graph.neighbours
    degrees = np.diff(indptr)
    ends = degrees[graph.edges].astype(np.float64) + 1
    largest = int(ends.prod(axis=1).max(initial=0))
    require_memory(16 * largest, "Transport between the neighbourhoods of two nodes", "Leave out nodes of high degree.")
    bound = max(1, min(_LARGEST_DENOMINATOR, _LARGEST_MASS // max(int(degrees.max()), 1) ** 2))
    laziness = laziness.limit_denominator(bound)
    return ollivier_curvatures(indptr, nodes, graph.edges, lengths, laziness.numerator, laziness.denominator)


def _lengths(graph: Graph) -> Float:
    """Distances of all nodes; rounding is relative to large ones, so that small ones must not be much smaller."""
    lengths = shortest_paths(graph, weighted=True)
    low, high = graph.weights.min(initial=np.inf), graph.weights.max(initial=0.0)
    if low < _SMALLEST_SHARE * high:
        raise ValueError(
            f"Curvature needs weights within a factor of {1 / _SMALLEST_SHARE:g}, got {low:g} and {high:g}."
        )
    return lengths


def _checked_laziness(alpha: Any) -> Fraction:
    if isinstance(alpha, bool) or not isinstance(alpha, numbers.Real) or not 0 <= float(alpha) <= 1:
        raise ValueError(f"alpha must lie in [0, 1], got alpha={alpha!r}.")
    return Fraction(float(alpha))


def forman_ricci(graph: Any, *, triangles: bool = False) -> Float:
    """Forman--Ricci curvature of each edge: 4 less the degrees of its ends, and 3 for each triangle at it.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    triangles : bool, default False
        Whether triangles are filled and count (the augmented curvature).

    Returns
    -------
    ndarray of shape (n_edges,)
        In the order of ``Graph.of(graph).edges``. Weights play no role.

    References
    ----------
    Sreejith, Mohanraj, Jost, Saucan, Samal: Forman curvature for complex networks, Journal of Statistical Mechanics
    (2016). Samal, Sreejith, Gu, Liu, Saucan, Jost: Comparative analysis of two discretizations of Ricci curvature for
    complex networks, Scientific Reports 8 (2018).

    Examples
    --------
    >>> tail = ([[0, 1], [0, 2], [1, 2], [2, 3]], 4)
    >>> forman_ricci(tail)
    array([ 0., -1., -1.,  0.])
    >>> forman_ricci(tail, triangles=True)
    array([3., 2., 2., 0.])
    """
    graph = Graph.of(graph)
    degrees = np.bincount(graph.edges.ravel(), minlength=graph.n_nodes)
    values = 4.0 - degrees[graph.edges].sum(axis=1)
    if triangles and graph.n_edges:
        adjacency = graph.adjacency()
        first, last = graph.edges.T
        common = (adjacency @ adjacency).tocsr()[first, last]
        values += 3 * np.asarray(common).ravel()
    return values


def edges_to_nodes(graph: Any, edge_values: ArrayLike, *, how: str = "min") -> Float:
    """Smallest or mean value of the edges at each node.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    edge_values : array-like of shape (n_edges,) or (n_edges, q)
        In the order of ``Graph.of(graph).edges``.
    how : {"min", "mean"}, default "min"

    Returns
    -------
    ndarray of shape (n_nodes,) or (n_nodes, q)
        Isolated nodes get the smallest, or mean, value of all edges; 0 if there are none.

    Raises
    ------
    ValueError
        For values of another shape, or that are not finite.

    Examples
    --------
    >>> edges_to_nodes(([[0, 1], [1, 2]], 4), [3.0, 5.0])
    array([3., 3., 5., 3.])
    """
    graph = Graph.of(graph)
    check.option(how, ("min", "mean"), "how")
    values = edge_array(edge_values, graph, "edge_values")
    if graph.n_edges == 0:
        return np.zeros((graph.n_nodes, *values.shape[1:]))
    indptr, _, edges = graph.neighbours
    degrees = np.diff(indptr)
    reduce, overall = (np.minimum, values.min(axis=0)) if how == "min" else (np.add, values.mean(axis=0))
    result = np.empty((graph.n_nodes, *values.shape[1:]))
    result[degrees == 0] = overall
    result[degrees > 0] = reduce.reduceat(values[edges], indptr[:-1][degrees > 0])
    if how == "mean":
        shape = (-1,) + (1,) * (values.ndim - 1)
        result /= np.maximum(degrees, 1).reshape(shape)
    return result


def edge_array(values: ArrayLike, graph: Graph, name: str) -> Float:
    """Check finite values an edge: shape (m,) or (m, q)."""
    m = graph.n_edges
    rule = f"must have shape ({m},) or ({m}, q) with q >= 1, one row for each of the {m} edges of the graph,"
    array = check.float_array(values, name, rule)
    if array.ndim not in (1, 2) or len(array) != m or (array.ndim == 2 and array.shape[1] < 1):
        raise ValueError(f"{name} {rule} got shape {array.shape}.")
    if not np.isfinite(array).all():
        i = int(np.argwhere(~np.isfinite(array))[0][0])
        raise ValueError(f"{name} must be finite, got {array[i]} for edge {i}.")
    return array + 0.0
