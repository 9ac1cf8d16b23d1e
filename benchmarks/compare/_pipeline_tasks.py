"""Our features of series and graphs, from the data to the table, in the form the workers call."""

from __future__ import annotations

from typing import Any

import numpy as np

import tdainv as td

RESOLUTION = 50
_held: dict[str, Any] = {}


def prepare() -> None:
    """Compile or load the kernels, so that compilation is not timed."""
    rng = np.random.default_rng(0)
    series_features(1, list(rng.normal(size=(4, 30, 3))), [], [], 0.1)
    hold_graphs(1, [(np.array([[0, 1], [1, 2]]), 3)] * 4, [rng.normal(size=(3, 2))] * 4, [])
    graph_features(1, [], [], [])


def series_features(n_jobs: int, clouds: list[Any], _functions: list[Any], _radii: list[float], share: float) -> Any:
    """Codensity, Rips bifiltration, Hilbert measures of H0 and H1 and their convolution."""
    filtrations = td.CodensityRips(bandwidth=share, bandwidth_unit="quantile", n_jobs=n_jobs)
    return _features(filtrations.fit_transform(clouds), n_jobs)


def hold_graphs(_n_jobs: int, graphs: list[Any], functions: list[Any], _cells: list[Any]) -> None:
    _held["graphs"] = [
        (td.graphs.Graph(n, edges), values) for (edges, n), values in zip(graphs, functions, strict=True)
    ]


def graph_features(n_jobs: int, _graphs: list[Any], _functions: list[Any], _cells: list[Any]) -> Any:
    """Lower-star bifiltration, Hilbert measures of H0 and H1 and their convolution."""
    return _features(td.GraphLowerStar(functions=None, n_jobs=n_jobs).fit_transform(_held["graphs"]), n_jobs)


def _features(filtrations: list[Any], n_jobs: int) -> Any:
    hilbert = td.HilbertSignedMeasure(degrees=(0, 1), n_jobs=n_jobs)
    measures = hilbert.fit_transform(filtrations)
    table = td.MeasureConvolution(resolution=RESOLUTION, n_jobs=n_jobs).fit_transform(measures)
    return [[(mu.points, mu.weights) for mu in sample] for sample in measures], table.shape
