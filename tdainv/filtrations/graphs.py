"""Filtrations of graphs by functions on their nodes and edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv import graphs
from tdainv._memory import require_memory
from tdainv._typing import Float, Number
from tdainv.complexes.expansion import flag_complex
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.graphs.curvature import edge_array, edges_to_nodes
from tdainv.graphs.graph import Graph

NODE_FUNCTIONS: dict[str, Callable[[Graph], Float]] = {
    "degree": graphs.degree,
    "core_number": graphs.core_number,
    "closeness": graphs.closeness,
    "eccentricity": graphs.eccentricity,
    "heat_kernel_signature": graphs.heat_kernel_signature,
    "fiedler": graphs.fiedler,
}
EDGE_FUNCTIONS: dict[str, Callable[[Graph], Float]] = {
    "weight": attrgetter("weights"),
    "ollivier_ricci": graphs.ollivier_ricci,
    "forman_ricci": graphs.forman_ricci,
}
# A name, a callable, values, or a sequence of these.
Functions: TypeAlias = str | Callable[[Graph], Any] | Number | Sequence[Any]


def graph_lower_star(
    graph: Any,
    functions: Functions = ("degree",),
    *,
    edge_functions: Functions = (),
    max_dimension: int = 1,
) -> FilteredComplex:
    """Filtration of a graph by functions on nodes, or edges, one parameter a function.

    Parameters
    ----------
    graph : Graph, networkx graph, adjacency matrix, torch-geometric graph, or (edges, n_nodes)
        See :meth:`tdainv.graphs.Graph.of`.
    functions : str, callable, array-like of shape (n,) or (n, q), or sequence of these, default ("degree",)
        Functions on nodes. Names are "degree", "core_number", "closeness", "eccentricity", "heat_kernel_signature" and
        "fiedler", the functions of :mod:`tdainv.graphs` with their default parameters; use ``functools.partial`` for
        others. A callable takes the :class:`~tdainv.graphs.Graph`. Lists of numbers (or of lists of numbers) are one
        array; lists of arrays, names and callables are several functions, and () is none.
    edge_functions : of the same kinds, default ()
        Functions on edges, in the order of ``Graph.of(graph).edges``: "weight", "ollivier_ricci", "forman_ricci",
        callables and arrays of shape (m,) or (m, q). Their parameters come last.
    max_dimension : int, default 1
        Cliques of up to ``max_dimension + 1`` nodes are simplices: 2 fills in triangles.

    Returns
    -------
    FilteredComplex
        Its first cells are the nodes, then come the edges, both in the order of ``Graph.of(graph)``. A function on
        nodes gives a simplex its largest value on the nodes of the simplex; a function on edges, its largest value
        on the edges of the simplex, and to a node its smallest value on the edges at the node (to an isolated one, on
        all edges; 0 if there are none).

    Raises
    ------
    ValueError
        For a bad graph, an unknown name, no functions at all, and values of another shape, or that are not finite.
    MemoryLimitError
        Before cliques are listed that would not fit.

    Notes
    -----
    Self-loops are no simplices and are left out. For the superlevel sets of a function, take its negative.

    References
    ----------
    Hofer, Kwitt, Niethammer, Uhl: Deep learning with topological signatures, NeurIPS 2017. Carrière, Chazal, Ike,
    Lacombe, Royer, Umeda: PersLay, AISTATS 2020.

    Examples
    --------
    A path of three nodes by degree, and by degree and the weights of the edges:

    >>> path = [[0, 5, 0], [5, 0, 7], [0, 7, 0]]
    >>> graph_lower_star(path).grades.ravel()
    array([1., 2., 1., 2., 2.])
    >>> graph_lower_star(path, edge_functions="weight").grades.tolist()
    [[1.0, 5.0], [2.0, 5.0], [1.0, 7.0], [2.0, 5.0], [2.0, 7.0]]
    """
    of_nodes, of_edges = check_functions(functions, edge_functions)
    dimension = check.positive_integer(max_dimension, "max_dimension")
    graph = Graph.of(graph)
    node_columns = [_node_values(function, graph, k) for k, function in enumerate(of_nodes)]
    edge_columns = [_edge_values(function, graph, k) for k, function in enumerate(of_edges)]
    on_nodes = np.hstack([*node_columns, *(edges_to_nodes(graph, values) for values in edge_columns)])
    joins = [np.maximum(values[graph.edges[:, 0]], values[graph.edges[:, 1]]) for values in node_columns]
    grades = np.concatenate([on_nodes, np.hstack([*joins, *edge_columns])])
    if dimension == 1 or graph.n_edges < 3:
        return _one_dimensional(graph, grades)
    return _with_cliques(graph, grades, dimension)


def graph_lower_stars(graphs_: Sequence[Graph], values: Sequence[Float]) -> list[FilteredComplex]:
    """Filtrations of several graphs by checked values on their nodes, (n, q) each: what takes long is done at once."""
    nodes = np.cumsum([0, *(graph.n_nodes for graph in graphs_)])
    edges = np.cumsum([0, *(graph.n_edges for graph in graphs_)])
    numbers = np.arange(len(graphs_))
    of_nodes, of_edges = np.repeat(numbers, np.diff(nodes)), np.repeat(numbers, np.diff(edges))
    on_nodes = np.concatenate(values) + 0.0
    ends = np.concatenate([graph.edges for graph in graphs_])
    first, second = (ends + nodes[of_edges, np.newaxis]).T
    # Cells of all graphs one after another; those of graph i begin at nodes[i] + edges[i].
    node_cells = np.arange(nodes[-1]) + edges[of_nodes]
    edge_cells = np.arange(edges[-1]) + nodes[of_edges + 1]
    grades = np.empty((nodes[-1] + edges[-1], on_nodes.shape[1]))
    grades[node_cells] = on_nodes
    grades[edge_cells] = np.maximum(on_nodes[first], on_nodes[second])
    dimensions = np.zeros(len(grades), np.int64)
    dimensions[edge_cells] = 1
    indptr = np.zeros(len(grades) + len(graphs_), np.int64)
    indptr[edge_cells + of_edges + 1] = 2 * (np.arange(edges[-1]) - edges[of_edges] + 1)
    indices = ends.ravel().astype(np.int32)
    cells = (nodes + edges).tolist()
    entries = (2 * edges).tolist()
    return [
        FilteredComplex.of_checked(
            dimensions[begin:end],
            indptr[begin + i : end + i + 1],
            indices[entries[i] : entries[i + 1]],
            grades[begin:end],
        )
        for i, (begin, end) in enumerate(pairwise(cells))
    ]


def check_functions(functions: Functions, edge_functions: Functions) -> tuple[list[Any], list[Any]]:
    """Functions on nodes and on edges as lists of callables and arrays, at least one in all."""
    of_nodes = _listed(functions, NODE_FUNCTIONS, "functions")
    of_edges = _listed(edge_functions, EDGE_FUNCTIONS, "edge_functions")
    if not of_nodes and not of_edges:
        raise ValueError("Give at least one function on nodes or edges, got functions=() and edge_functions=().")
    return of_nodes, of_edges


def _listed(functions: Functions, known: dict[str, Callable[[Graph], Float]], name: str) -> list[Any]:
    """Functions one by one; what is no array, name, callable or sequence of them is left to the check of values."""
    if functions is None:
        raise TypeError(
            f"{name} must be a name, a callable, values, or a sequence of these, got None. Use () for none."
        )
    several = isinstance(functions, list | tuple) and (not functions or any(map(_is_function, functions)))
    listed = list(functions) if several else [functions]  # type: ignore[arg-type]
    return [known[check.option(f, tuple(known), name)] if isinstance(f, str) else f for f in listed]


def _is_function(value: Any) -> bool:
    """Whether a value is more than a number, or a list of numbers."""
    return isinstance(value, str) or callable(value) or (hasattr(value, "__array__") and np.ndim(value) > 0)


def _node_values(function: Any, graph: Graph, k: int) -> Float:
    values = function(graph) if callable(function) else function
    return check.vertex_values(values, graph.n_nodes, f"functions[{k}]").reshape(graph.n_nodes, -1)


def _edge_values(function: Any, graph: Graph, k: int) -> Float:
    values = edge_array(function(graph) if callable(function) else function, graph, f"edge_functions[{k}]")
    return values if values.ndim == 2 else values[:, np.newaxis]


def _one_dimensional(graph: Graph, grades: Float) -> FilteredComplex:
    n, m = graph.n_nodes, graph.n_edges
    dimensions = np.zeros(n + m, np.int64)
    dimensions[n:] = 1
    indptr = np.zeros(n + m + 1, np.int64)
    indptr[n:] = np.arange(0, 2 * m + 1, 2)
    return FilteredComplex.of_checked(dimensions, indptr, graph.edges.ravel().astype(np.int32), grades)


def _with_cliques(graph: Graph, grades: Float, max_dimension: int) -> FilteredComplex:
    """Flag complex, with the grades of nodes and edges given and the largest of the facets for the others."""
    n, m = graph.n_nodes, graph.n_edges
    require_memory(n * n // 8, f"Listing the cliques of a graph with {n} nodes", "Set max_dimension=1.")
    edges = np.ascontiguousarray(graph.edges, np.int32)
    cliques = flag_complex(edges, np.zeros(m), np.zeros(n), np.zeros((n, 0)), max_dimension)
    all_grades = np.empty((len(cliques), grades.shape[1]))
    all_grades[: n + m] = grades
    for k in range(2, cliques.dimension + 1):
        cells = cliques.cells_of(k)
        facets = cliques.indices[cliques.indptr[cells[0]] : cliques.indptr[cells[-1] + 1]].reshape(len(cells), k + 1)
        # Three facets of a simplex have all of its edges.
        all_grades[cells] = np.maximum.reduce([all_grades[facets[:, j]] for j in range(3)])
    return FilteredComplex.of_checked(cliques.dimensions, cliques.indptr, cliques.indices, all_grades)
