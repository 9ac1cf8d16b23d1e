"""Reading graphs of other kinds: nothing is imported that the graph did not bring itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Int, Number

_KINDS = (
    "a Graph, an undirected networkx graph, a symmetric adjacency matrix (an array, or a scipy sparse one), "
    "a torch-geometric Data, or a pair (edges, n_nodes)"
)
_ROUNDING = 1e-8  # relative; asymmetry of an adjacency matrix up to this is removed by taking the larger value


class Parts(NamedTuple):
    """The arguments of a Graph, as they were found."""

    n_nodes: Any
    edges: Any
    weights: Any
    node_labels: Any = None


def read_graph(graph: Any, name: str) -> Parts:
    """Parts of a graph of any kind but Graph; `name` is what errors call it."""
    if hasattr(graph, "edge_index"):
        return _of_edge_index(graph, name)
    if hasattr(graph, "is_directed") and hasattr(graph, "nodes") and hasattr(graph, "edges"):
        return _of_networkx(graph, name)
    if sparse.issparse(graph):
        return _of_sparse(graph, name)
    if isinstance(graph, tuple) and len(graph) == 2 and isinstance(graph[1], int | np.integer):
        return _of_pair(graph, name)
    if isinstance(graph, str | bytes) or not (hasattr(graph, "__array__") or isinstance(graph, Sequence)):
        raise TypeError(f"{name} must be {_KINDS}, got {type(graph).__name__}.")
    return _of_matrix(graph, name)


def _require_nodes(n: int, name: str) -> None:
    if n < 1:
        raise ValueError(f"{name} must have at least one node, got an empty graph.")


def _of_networkx(graph: Any, name: str) -> Parts:
    if graph.is_directed():
        raise ValueError(f"{name} must be undirected, got a {type(graph).__name__}. Use graph.to_undirected().")
    labels = tuple(graph.nodes)
    _require_nodes(len(labels), name)
    number = {label: i for i, label in enumerate(labels)}
    triples = [(number[u], number[v], w) for u, v, w in graph.edges(data="weight", default=1.0)]
    edges = np.array([(u, v) for u, v, _ in triples], np.int64).reshape(-1, 2)
    return Parts(len(labels), edges, [w for _, _, w in triples], labels)


def _of_edge_index(graph: Any, name: str) -> Parts:
    """Graph of torch-geometric, or anything with its attributes, on any device."""
    edges = _as_array(graph.edge_index)
    if edges.size == 0:
        edges = np.zeros((2, 0), np.int64)
    if edges.ndim != 2 or len(edges) != 2:
        raise ValueError(f"{name}.edge_index must have shape (2, m), got shape {edges.shape}.")
    n = getattr(graph, "num_nodes", None)
    if n is None:
        raise ValueError(f"{name} must have its num_nodes set.")
    _require_nodes(int(n), name)
    weights = getattr(graph, "edge_weight", None)
    return Parts(int(n), edges.T, None if weights is None else _as_array(weights).reshape(-1))


def _as_array(tensor: Any) -> Number:
    """Array of a tensor, which may be on another device and have a gradient."""
    for step in ("detach", "cpu", "numpy"):
        if hasattr(tensor, step):
            tensor = getattr(tensor, step)()
    return np.asarray(tensor)


def _of_pair(graph: tuple[Any, Any], name: str) -> Parts:
    edges, n = graph
    _require_nodes(n, name)
    return Parts(n, _as_array(edges), None)


def _require_square(shape: tuple[int, ...], name: str) -> None:
    if len(shape) != 2 or shape[0] != shape[1]:
        hint = " Give a list of edges as (edges, n_nodes)." if len(shape) == 2 and shape[1] == 2 else ""
        raise ValueError(f"{name} must be an adjacency matrix of shape (n, n), got shape {shape}.{hint}")
    _require_nodes(shape[0], name)


def _of_sparse(matrix: Any, name: str) -> Parts:
    _require_square(matrix.shape, name)
    matrix = sparse.csr_array(matrix, copy=True)
    matrix.sum_duplicates()
    if matrix.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {matrix.dtype}.")
    matrix = sparse.csr_array(matrix.astype(np.float64))
    matrix.eliminate_zeros()
    matrix.sort_indices()
    turned = sparse.csr_array(matrix.T)
    turned.sort_indices()
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    if not (np.array_equal(matrix.indptr, turned.indptr) and np.array_equal(matrix.indices, turned.indices)):
        difference = sparse.coo_array((matrix != 0) != (matrix.T != 0))
        u, v = int(difference.row[0]), int(difference.col[0])
        _not_symmetric(u, v, matrix[u, v], matrix[v, u], name)
    return _of_entries(rows, matrix.indices, matrix.data, turned.data, matrix.shape[0], name)


def _of_matrix(values: Any, name: str) -> Parts:
    shape = np.shape(values) if hasattr(values, "__array__") else None
    if shape is not None and len(shape) == 2:
        require_memory(16 * shape[0] * shape[1], f"Reading a {shape[0]} x {shape[1]} adjacency matrix", "Pass edges.")
    matrix = check.float_array(values, name, "must be an adjacency matrix of shape (n, n)")
    _require_square(matrix.shape, name)
    rows, columns = np.nonzero((matrix != 0) | (matrix.T != 0))
    return _of_entries(rows, columns, matrix[rows, columns], matrix[columns, rows], len(matrix), name)


def _of_entries(rows: Int, columns: Int, values: Float, mirrored: Float, n: int, name: str) -> Parts:
    """Graph of the non-zero entries of a matrix, each with the entry across the diagonal."""
    wrong = ~np.isfinite(values)
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"{name} must be finite, got {name}[{rows[i]}, {columns[i]}] = {values[i]}.")
    larger = np.maximum(values, mirrored)
    wrong = larger - np.minimum(values, mirrored) > _ROUNDING * np.minimum(np.abs(values), np.abs(mirrored))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        _not_symmetric(rows[i], columns[i], values[i], mirrored[i], name)
    upper = rows < columns
    return Parts(n, np.column_stack([rows[upper], columns[upper]]).astype(np.int64), larger[upper])


def _not_symmetric(u: int, v: int, value: float, mirrored: float, name: str) -> None:
    raise ValueError(
        f"{name} must be a symmetric matrix, got {name}[{u}, {v}] = {value:g} and {name}[{v}, {u}] = {mirrored:g}."
    )
