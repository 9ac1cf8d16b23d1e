"""The methods that are compared: which invariants, how they become a table, which parameters are searched for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from invariants import Invariants, RankMeasures
from protocol import Method
from sklearn.pipeline import FeatureUnion, make_pipeline
from steps import Choose, Rows

import tdainv as td

RESOLUTION = {"images": 12}  # of grids, along each axis; four sweeps have four grids a degree
USUAL_RESOLUTION = 20
BANDWIDTHS = (0.02, 0.1)  # shares of the range of the training data
BASELINES = ("distances", "raw")
TOPOLOGY = ("one-parameter", "hilbert", "euler", "rank", "modules", "hilbert + raw")
OF_SERIES = ("sweeps",)  # without an embedding


def names(kind: str) -> tuple[str, ...]:
    """Methods for data of a kind."""
    return (*BASELINES, *TOPOLOGY, *(OF_SERIES if kind == "series" else ()))


@dataclass(frozen=True)
class Recipe:
    """A method and the names of the invariants that its samples need."""

    needs: tuple[str, ...]
    method: Method


def recipe(name: str, invariants: Invariants) -> Recipe:
    """The method of this name for a data set."""
    resolution = RESOLUTION.get(invariants.data.kind, USUAL_RESOLUTION)
    if name in BASELINES:
        return Recipe((name,), Method(Rows(name)))
    if name == "one-parameter":
        vectorizer = td.PersistenceImage(resolution=resolution)
        grid = {"persistenceimage__bandwidth": BANDWIDTHS}
        return _searched("barcodes", vectorizer, grid, invariants)
    if name == "modules":
        grid = {"moduleimage__bandwidth": (0.05, 0.2), "moduleimage__power": (1.0,)}
        return _searched("modules", td.ModuleImage(resolution=resolution, op="sum"), grid, invariants)
    if name == "rank":
        vectorizer, grid = td.MeasureConvolution(resolution=4), {"measureconvolution__bandwidth": (0.1, 0.3)}
        return _searched("complexes", vectorizer, grid, invariants, prepare=RankMeasures())
    vectorizer, grid = td.MeasureConvolution(resolution=resolution), {"measureconvolution__bandwidth": BANDWIDTHS}
    if name in ("hilbert", "euler", "sweeps"):
        return _searched(name, vectorizer, grid, invariants)
    if name == "hilbert + raw":
        alone = _searched("hilbert", vectorizer, grid, invariants).method
        union = FeatureUnion([("hilbert", alone.features), ("raw", Rows("raw"))])
        return Recipe(("hilbert", "raw"), Method(union, {f"hilbert__{key}": v for key, v in alone.grid.items()}))
    known = ", ".join(names(invariants.data.kind))
    raise ValueError(f"There is no method {name!r}; there are {known}.")


def _searched(need: str, vectorizer: Any, grid: dict[str, Any], invariants: Invariants, prepare: Any = None) -> Recipe:
    """A view is chosen, then made into a table."""
    views = invariants.keys(need)
    pipeline = make_pipeline(Choose(views[0]), vectorizer)
    return Recipe((need,), Method(pipeline, {"choose__key": views, **grid}, prepare))
