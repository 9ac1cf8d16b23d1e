"""Filtrations of many graphs: the list version of the function, for pipelines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._base import BlockFunction, CollectionTransformer, apply_to_item
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.filtrations.graphs import Functions, check_functions, graph_lower_star, graph_lower_stars
from tdainv.graphs.graph import Graph

_SMALL = 2_000  # nodes and edges
_SECONDS_OF_GRAPH = 1e-5


class GraphLowerStar(CollectionTransformer):
    """Filtration of each graph by functions on nodes, or edges. See :func:`tdainv.graph_lower_star`.

    Parameters
    ----------
    functions : str, callable, sequence of these, or None, default ("degree",)
        With None, items are pairs (graph, values), where values, of shape (n,) or (n, q), are functions on its nodes.
    edge_functions : str, callable, or sequence of these, default ()
    max_dimension : int, default 1
    n_jobs : int, optional

    Examples
    --------
    >>> from tdainv import GraphLowerStar
    >>> triangle, path = ([[0, 1], [0, 2], [1, 2]], 3), ([[0, 1], [1, 2]], 3)
    >>> GraphLowerStar(max_dimension=2).fit_transform([triangle, path])
    [FilteredComplex(3 + 3 + 1 cells, 1 parameter), FilteredComplex(3 + 2 cells, 1 parameter)]
    """

    _item = "graph"

    def __init__(
        self,
        *,
        functions: Functions | None = ("degree",),
        edge_functions: Functions = (),
        max_dimension: int = 1,
        n_jobs: int | None = None,
    ) -> None:
        self.functions = functions
        self.edge_functions = edge_functions
        self.max_dimension = max_dimension
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], FilteredComplex]:
        check.positive_integer(self.max_dimension, "max_dimension")
        common: dict[str, Any] = {"edge_functions": self.edge_functions, "max_dimension": self.max_dimension}
        if self.functions is None:
            check_functions("degree", self.edge_functions)
            return partial(_of_pair, **common)
        check_functions(self.functions, self.edge_functions)
        return partial(graph_lower_star, functions=self.functions, **common)

    def _block_function(self) -> BlockFunction:
        function = self._item_function()
        return partial(_of_pairs, alone=function) if self._has_values() else super()._block_function()

    def _has_values(self) -> bool:
        return self.functions is None and not self.edge_functions and self.max_dimension == 1

    def _seconds(self, items: Sequence[Any]) -> float:
        if not self._has_values():
            return math.inf  # functions may take long
        small = all(graph.n_nodes + graph.n_edges <= _SMALL for graph, _ in items)
        return _SECONDS_OF_GRAPH * len(items) if small else math.inf

    def _check_item(self, item: Any, i: int) -> Any:
        if self.functions is not None:
            return apply_to_item(Graph.of, item, i)
        graph, values = check.pair(item, f"X[{i}]", "graph")
        return apply_to_item(Graph.of, graph, i), values


def _of_pairs(items: Sequence[Any], start: int, alone: Callable[[Any], FilteredComplex]) -> list[FilteredComplex]:
    """Filtrations of pairs (graph, values), all at once if the values are arrays of one kind."""
    graphs, values = zip(*items, strict=True)
    if all(isinstance(each, np.ndarray) and each.dtype == np.float64 and each.ndim in (1, 2) for each in values):
        columns = [each if each.ndim == 2 else each[:, np.newaxis] for each in values]
        fit = all(len(each) == graph.n_nodes for each, graph in zip(columns, graphs, strict=True))
        alike = len({each.shape[1] for each in columns}) == 1 and columns[0].shape[1] > 0
        if fit and alike and np.isfinite(np.concatenate(columns)).all():
            return graph_lower_stars(graphs, columns)
    return [apply_to_item(alone, item, start + k) for k, item in enumerate(items)]  # with the errors


def _of_pair(item: Any, **common: Any) -> FilteredComplex:
    graph, values = item
    return graph_lower_star(graph, values, **common)
