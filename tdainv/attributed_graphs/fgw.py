"""Distances between attributed graphs: fused Gromov--Wasserstein."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from tdainv import _validation as check
from tdainv._typing import Float
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.export import require_graph
from tdainv.attributed_graphs.transport import check_alpha, solve
from tdainv.distances.pairwise import distances_of_pairs

STRUCTURES = ("lengths", "steps", "adjacency")
WEIGHTS = ("uniform", "size")


def fgw_distance(
    first: AttributedGraph,
    second: AttributedGraph,
    *,
    alpha: float = 0.5,
    attributes: Sequence[str] | None = None,
    attribute_scale: float = 1.0,
    structure: str = "lengths",
    weights: str = "uniform",
) -> float:
    """Fused Gromov--Wasserstein distance of two attributed graphs.

    The square root of the minimum, over couplings T of the nodes, of
    (1 - alpha) Σ s² |x_i - y_j|² T_ij + alpha Σ (C_ik - D_jl)² T_ij T_kl,
    with the vectors x, y of the nodes, their scale s, and the structures C, D.

    Parameters
    ----------
    first, second : AttributedGraph
    alpha : float in [0, 1], default 0.5
        Weight of the structure; 1 looks at nothing but the graphs, 0 at nothing but the vectors.
    attributes : sequence of str, optional
        Names of the attributes that are compared. Default: all of the graphs, which must have the same.
    attribute_scale : float, default 1
        The s.
    structure : {"lengths", "steps", "adjacency"}, default "lengths"
        Lengths of shortest paths, their numbers of edges, or the matrix of ones at edges.
    weights : {"uniform", "size"}, default "uniform"
        Mass of a node: equal for all, or its number of points.

    Returns
    -------
    float
        An upper bound by local search, see :func:`fused_coupling`; 0 for isomorphic graphs whose nodes can be told
        apart. The true minimum is a pseudo-metric, thanks to the root.

    Raises
    ------
    TypeError
        If one is no attributed graph.
    ValueError
        For attributes that one of them does not have, or of different lengths, nodes without points with
        ``weights="size"``, and parameters out of range.
    ImportError
        If POT is not installed.

    Notes
    -----
    Between components of a graph that is not connected, paths count twice its longest finite one (1 if there is none).
    This depends on one graph alone, so that the triangle inequality stays.

    References
    ----------
    Vayer, Chapel, Flamary, Tavenard, Courty: Fused Gromov--Wasserstein distance for structured objects, Algorithms 13,
    2020.

    Examples
    --------
    >>> import tdainv
    >>> path = tdainv.AttributedGraph(3, [[0, 1], [1, 2]], attributes={"size": [1.0, 2.0, 3.0]})
    >>> same = tdainv.AttributedGraph(3, [[0, 2], [1, 2]], attributes={"size": [3.0, 1.0, 2.0]})
    >>> other = tdainv.AttributedGraph(3, [[0, 1], [1, 2]], attributes={"size": [1.0, 2.0, 5.0]})
    >>> tdainv.fgw_distance(path, same), round(tdainv.fgw_distance(path, other), 4)
    (0.0, 0.8165)
    """
    options = _Options(alpha, attributes, attribute_scale, structure, weights).checked()
    return _distance(_prepared(first, options, "first"), _prepared(second, options, "second"))


def fgw_distances(
    graphs: Sequence[AttributedGraph],
    others: Sequence[AttributedGraph] | None = None,
    *,
    alpha: float = 0.5,
    attributes: Sequence[str] | None = None,
    attribute_scale: float = 1.0,
    structure: str = "lengths",
    weights: str = "uniform",
    n_jobs: int | None = None,
) -> Float:
    """Fused Gromov--Wasserstein distances of all pairs of attributed graphs, or of graphs and others.

    Parameters
    ----------
    graphs : sequence of AttributedGraph
    others : sequence of AttributedGraph, optional
        Default: the graphs again; then each pair is computed once.
    alpha, attributes, attribute_scale, structure, weights
        See :func:`fgw_distance`.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Returns
    -------
    ndarray of shape (len(graphs), len(others))

    Raises
    ------
    TypeError, ValueError, ImportError
        As :func:`fgw_distance`; the message names the graph.

    Examples
    --------
    >>> import tdainv
    >>> graphs = [tdainv.AttributedGraph(2, [[0, 1]], [length]) for length in (1.0, 3.0, 3.0)]
    >>> tdainv.fgw_distances(graphs, alpha=1.0).round(4)
    array([[0.    , 1.4142, 1.4142],
           [1.4142, 0.    , 0.    ],
           [1.4142, 0.    , 0.    ]])
    """
    options = _Options(alpha, attributes, attribute_scale, structure, weights).checked()
    first = _all_prepared(graphs, options, "graphs")
    second = None if others is None else _all_prepared(others, options, "others")
    return distances_of_pairs(first, second, _distance, n_jobs, ("graphs", "graphs" if others is None else "others"))


class _Options(NamedTuple):
    alpha: float
    attributes: Sequence[str] | None
    attribute_scale: float
    structure: str
    weights: str

    def checked(self) -> _Options:
        if isinstance(self.attributes, str):
            raise ValueError(f"attributes must be a sequence of names, got attributes={self.attributes!r}.")
        return _Options(
            check_alpha(self.alpha),
            self.attributes,
            check.positive(self.attribute_scale, "attribute_scale"),
            check.option(self.structure, STRUCTURES, "structure"),
            check.option(self.weights, WEIGHTS, "weights"),
        )


class _Prepared(NamedTuple):
    structure: Float
    vectors: Float
    widths: dict[str, int]
    masses: Float
    alpha: float


def _all_prepared(graphs: Any, options: _Options, name: str) -> list[_Prepared]:
    items = check.collection(graphs, "AttributedGraph")
    return [_prepared(graph, options, f"{name}[{i}]") for i, graph in enumerate(items)]


def _prepared(graph: Any, options: _Options, name: str) -> _Prepared:
    require_graph(graph, name)
    chosen = list(graph.attributes) if options.attributes is None else list(options.attributes)
    missing = [each for each in chosen if each not in graph.attributes]
    if missing:
        raise ValueError(f"{name} must have the attribute {missing[0]!r}, got {list(graph.attributes)}.")
    blocks = [graph.attributes[each] for each in sorted(chosen)]
    vectors = options.attribute_scale * np.hstack(blocks) if blocks else np.zeros((graph.n_nodes, 0))
    widths = {each: graph.attributes[each].shape[1] for each in sorted(chosen)}
    masses = np.ones(graph.n_nodes) if options.weights == "uniform" else graph.sizes.astype(np.float64)
    if masses.min() <= 0:
        raise ValueError(f'{name} must have points in every node for weights="size", got none in {masses.argmin()}.')
    return _Prepared(_structure(graph, options.structure), vectors, widths, masses / masses.sum(), options.alpha)


def _structure(graph: AttributedGraph, kind: str) -> Float:
    if kind == "adjacency":
        return graph.adjacency().toarray()
    paths = graph.distances(weighted=kind == "lengths")
    reached = np.isfinite(paths)
    return np.where(reached, paths, 2.0 * paths.max(initial=0.0, where=reached) or 1.0)


def _distance(first: _Prepared, second: _Prepared) -> float:
    if first.widths != second.widths:
        raise ValueError(f"Graphs must have the same attributes, got {first.widths} and {second.widths}.")
    has_vectors = first.vectors.shape[1] > 0
    shape = (len(first.masses), len(second.masses))
    costs = cdist(first.vectors, second.vectors, "sqeuclidean") if has_vectors else np.zeros(shape)
    return solve(first.structure, second.structure, costs, first.masses, second.masses, first.alpha).distance
