"""Rows of plain numbers from attributed graphs, for any classifier of scikit-learn."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tdainv._base import Vectorizer
from tdainv._typing import Float, Number
from tdainv.attributed_graphs.attributed_graph import AttributedGraph

_COUNTS = ("nodes", "edges", "components", "loops", "leaves", "branchings", "diameter", "mean_distance", "total_length")


class GraphFeatures(Vectorizer):
    """Plain features of attributed graphs: counts and lengths of the graph, and statistics of the vectors of its nodes.

    Of the graph: numbers of nodes, edges, components, loops, leaves (nodes with one edge) and branchings (nodes with
    three or more), the longest and the mean finite distance, and the total length. Of each column of each attribute:
    mean, standard deviation, smallest and largest value over the nodes.

    Parameters
    ----------
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        With the names and widths of the attributes of the training graphs, which others must have.

    Examples
    --------
    >>> import tdainv
    >>> path = tdainv.AttributedGraph(3, [[0, 1], [1, 2]], attributes={"size": [1.0, 2.0, 6.0]})
    >>> features = tdainv.GraphFeatures().set_output(transform="pandas").fit_transform([path])
    >>> features[["graph0_diameter", "graph0_size0_mean"]].to_numpy().tolist()
    [[2.0, 3.0]]
    """

    _kind = AttributedGraph

    def __init__(self, *, n_jobs: int | None = None) -> None:
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        """There are no parameters to check."""

    @staticmethod
    def _label(invariant: AttributedGraph, place: int) -> str:
        return f"graph{place}"

    def _make_plan(self, invariants: list[AttributedGraph], place: int) -> _Statistics:
        plan = _Statistics(_widths(invariants[0]))
        for graph in invariants:
            plan.require_same(graph)
        return plan


def _widths(graph: AttributedGraph) -> dict[str, int]:
    return {name: rows.shape[1] for name, rows in sorted(graph.attributes.items())}


class _Statistics(NamedTuple):
    widths: dict[str, int]

    def require_same(self, graph: AttributedGraph) -> None:
        """Raise ValueError unless the graph has the attributes of the training graphs."""
        if _widths(graph) != self.widths:
            raise ValueError(f"Graphs must have the attributes and widths {self.widths}, got {_widths(graph)}.")

    def row(self, graph: AttributedGraph) -> Float:
        self.require_same(graph)
        blocks = [_of_graph(graph)]
        for name in self.widths:
            rows = graph.attributes[name]
            blocks.append(np.stack([rows.mean(axis=0), rows.std(axis=0), rows.min(axis=0), rows.max(axis=0)]).T.ravel())
        return np.concatenate(blocks)

    def names(self, label: str) -> Number:
        columns = [f"{name}{k}" for name, width in self.widths.items() for k in range(width)]
        parts = [*_COUNTS, *(f"{column}_{of}" for column in columns for of in ("mean", "std", "min", "max"))]
        return np.array([f"{label}_{part}" for part in parts], dtype=object)


def _of_graph(graph: AttributedGraph) -> Float:
    paths: Any = graph.distances()
    paths = paths[np.isfinite(paths)]
    degrees = np.bincount(graph.edges.ravel(), minlength=graph.n_nodes)
    counts = [
        graph.n_nodes,
        graph.n_edges,
        graph.n_components,
        graph.n_loops,
        (degrees == 1).sum(),
        (degrees > 2).sum(),
    ]
    return np.array([*counts, paths.max(), paths.mean(), graph.lengths.sum()], np.float64)
