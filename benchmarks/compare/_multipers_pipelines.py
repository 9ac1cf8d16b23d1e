"""Features of series and graphs by multipers, in the form the workers call.

Imported only by the interpreter that holds multipers. Filtrations, invariants and vectorizers are those of the accuracy
benchmark: of its ways, the fastest that we found. `jobs` spreads the items over threads or processes of joblib.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "accuracy"))

import multipers
from _multipers import Convolution, filtration, hilbert, prepare, versions
from joblib import Parallel, delayed

__all__ = ["graph_features", "prepare", "series_features", "versions"]

RESOLUTION, BANDWIDTH = 50, 0.05
DEGREES = [0, 1]


def series_features(way: str, clouds: list[Any], functions: list[Any], radii: list[float], _share: float) -> Any:
    """Rips bifiltration with given codensities, Hilbert measures of H0 and H1 and their convolution."""
    return _features(way, [("rips", *item) for item in zip(clouds, functions, radii, strict=True)])


def graph_features(way: str, _graphs: list[Any], _functions: list[Any], cells: list[Any]) -> Any:
    """Given cells with grades, Hilbert measures of H0 and H1 and their convolution."""
    return _features(way, [("complex", *item) for item in cells])


def _features(way: str, items: list[Any]) -> Any:
    function = _documented if way == "documented" else hilbert
    if way.startswith("2 "):
        prefer = "threads" if way.endswith("threads") else "processes"
        measures = Parallel(n_jobs=2, prefer=prefer)(delayed(function)(*item) for item in items)
    else:
        measures = [function(*item) for item in items]
    table = Convolution(RESOLUTION, BANDWIDTH).fit(measures).transform(measures)
    return measures, table.shape


def _documented(kind: str, *data: Any) -> Any:
    """Signed measures of a simplex tree or slicer, with the default settings."""
    return [(mu[0], mu[1]) for mu in multipers.signed_measure(filtration(kind, *data), degrees=DEGREES)]
