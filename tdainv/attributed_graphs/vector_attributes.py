"""From the barcodes and measures of nodes to vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone

from tdainv._base import FittedCollectionTransformer, Vectorizer
from tdainv._typing import Float
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.export import require_graph
from tdainv.vectorizers.barcode_statistics import STATISTICS, BarcodeStatistics

# The 30 numbers of the paper: no ranges.
_PAPER = tuple(name for name in STATISTICS if not name.endswith(("_iqr", "_range")))


class VectorAttributes(FittedCollectionTransformer):
    """Attributed graphs with vectors in place of barcodes: a vectorizer that is fitted to the nodes of all graphs.

    Parameters
    ----------
    vectorizer : "statistics" or vectorizer of tdainv, default "statistics"
        "statistics" are the 30 numbers of the paper: number of bars, entropy, and mean, standard deviation and the
        quantiles at 0.1, 0.25, 0.5, 0.75 and 0.9 of births, deaths, midpoints and persistences, see
        :func:`tdainv.barcode_statistics`. Otherwise an estimator such as :class:`tdainv.PersistenceImage`, or
        :class:`tdainv.MeasureConvolution` for signed measures. It is cloned for each decoration.
    decorations : sequence of str, optional
        Names of the decorations to turn into attributes of the same names. Default: all of the first graph.
    standardize : bool, default False
        Divide the vectors of each decoration, centred, by their root mean squared norm over the training nodes, so
        that decorations weigh the same, and distances of graphs are in units of it.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    vectorizers_ : dict
        The fitted vectorizer of each decoration.
    centers_, scales_ : dict
        Mean vector, and what vectors are divided by, of each decoration; 0 and 1 unless standardized.

    Notes
    -----
    Essential bars are left out by vectorizers unless they are told otherwise: the option ``truncation`` of
    :class:`tdainv.ReebGraph` ends them. The paper's code takes another convention for quantiles between two values.

    References
    ----------
    Curry, Mio, Needham, Okutan, Russold: Topologically attributed graphs for shape discrimination, TAG-ML at ICML
    2023, arXiv:2306.17805.

    Examples
    --------
    >>> import tdainv
    >>> circle = tdainv.datasets.make_circle(60, random_state=0)
    >>> graphs = tdainv.ReebGraph(filter="coordinate", n_bins=4).fit_transform([circle])
    >>> attributed = tdainv.VectorAttributes().fit_transform(graphs)[0]
    >>> attributed.attributes["global"].shape
    (6, 30)
    """

    _item = "AttributedGraph"

    def __init__(
        self,
        vectorizer: Any = "statistics",
        *,
        decorations: Sequence[str] | None = None,
        standardize: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.vectorizer = vectorizer
        self.decorations = decorations
        self.standardize = standardize
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> AttributedGraph:
        return require_graph(item, f"X[{i}]")

    def _learn(self, items: list[AttributedGraph]) -> None:
        names = self._names(items[0])
        self.vectorizers_ = {}
        self.centers_, self.scales_ = {}, {}
        for name in names:
            nodes = [each for i, graph in enumerate(items) for each in decoration_of(graph, name, f"X[{i}]")]
            fitted = self._new_vectorizer().fit(nodes)
            self.vectorizers_[name] = fitted
            rows = _rows(fitted, nodes, self.vectorizer == "statistics")
            self.centers_[name] = rows.mean(axis=0) if self.standardize else np.zeros(rows.shape[1])
            spread = np.sqrt(np.square(rows - self.centers_[name]).sum(axis=1).mean())
            self.scales_[name] = float(spread) if self.standardize and spread > 0 else 1.0

    def _names(self, first: AttributedGraph) -> list[str]:
        if isinstance(self.decorations, str):
            raise ValueError(f"decorations must be a sequence of names, got decorations={self.decorations!r}.")
        names = list(first.decorations if self.decorations is None else self.decorations)
        if not names:
            raise ValueError("X[0] must have a decoration to make a vector of, got none.")
        return names

    def _new_vectorizer(self) -> Vectorizer:
        if isinstance(self.vectorizer, str) and self.vectorizer == "statistics":
            return BarcodeStatistics()
        if not hasattr(self.vectorizer, "fit") or not hasattr(self.vectorizer, "transform"):
            raise ValueError(f'vectorizer must be "statistics" or a vectorizer, got vectorizer={self.vectorizer!r}.')
        return clone(self.vectorizer)

    def _item_function(self) -> Callable[[Any], AttributedGraph]:
        tables = {name: (fitted, self.centers_[name], self.scales_[name]) for name, fitted in self.vectorizers_.items()}
        return partial(_attributed, tables=tables, paper=isinstance(self.vectorizer, str))


def decoration_of(graph: AttributedGraph, name: str, label: str) -> tuple[Any, ...]:
    """Decoration of a name, or a ValueError that names the graph."""
    if name not in graph.decorations:
        raise ValueError(f"{label} must have the decoration {name!r}, got {list(graph.decorations)}.")
    return tuple(graph.decorations[name])


def _rows(fitted: Vectorizer, nodes: Sequence[Any], paper: bool) -> Float:
    rows = np.asarray(fitted.transform(nodes))  # a table, where pandas is the choice for all output
    if not paper:
        return rows
    return rows[:, [STATISTICS.index(name) for name in _PAPER]]


def _attributed(graph: AttributedGraph, tables: dict[str, tuple[Any, Float, float]], paper: bool) -> AttributedGraph:
    found = {}
    for name, (fitted, center, scale) in tables.items():
        found[name] = (_rows(fitted, decoration_of(graph, name, "The graph"), paper) - center) / scale
    return graph.with_attributes(**found)
