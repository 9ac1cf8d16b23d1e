"""The methods that are compared: which invariants, how they become a table, which parameters are searched for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from invariants import Invariants, RankMeasures
from kernels import FEW, MANY, WEIGHTS, DistanceKernel, SlicedDistances, name
from protocol import Method
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from steps import Choose, Components, Rows

import tdainv as td

RESOLUTION = {"images": 12}  # of grids, along each axis; four sweeps have four grids a degree
USUAL_RESOLUTION = 20
BANDWIDTHS = (0.02, 0.1)  # shares of the range of the training data
N_COMPONENTS = 10  # of topological features beside tables without topology
FEW_FOR_RANKS = 700  # items; with more, ranks are those of one view
BASELINES = ("distances", "raw", "distances + raw")
BESIDE = {"raw": ("raw",), "all": ("distances", "raw")}  # tables that topological features are put beside,
SEARCHED = {"all": (N_COMPONENTS, 50)}  # and how many components are tried
TOPOLOGY = (
    *("one-parameter", "hilbert", "euler", "rank", "sliced wasserstein", "modules"),
    *("hilbert + raw", "hilbert + all"),
)
OF_SERIES = ("sweeps", "sweeps + raw", "sweeps + all")  # without an embedding


def names(kind: str, n_items: int = 0) -> tuple[str, ...]:
    """Methods for data of a kind, so many of them."""
    known = (*BASELINES, *TOPOLOGY, *(OF_SERIES if kind == "series" else ()))
    return tuple(method for method in known if n_items <= MANY or method != "sliced wasserstein")


@dataclass(frozen=True)
class Recipe:
    """A method and the names of the invariants that its samples need."""

    needs: tuple[str, ...]
    method: Method


def recipe(method: str, invariants: Invariants) -> Recipe:
    """The method of this name for a data set."""
    resolution = RESOLUTION.get(invariants.data.kind, USUAL_RESOLUTION)
    if method in BASELINES:
        tables = tuple(method.split(" + "))
        return Recipe(tables, Method(_side_by_side(tables)))
    if method == "one-parameter":
        vectorizer = td.PersistenceImage(resolution=resolution)
        grid = {"persistenceimage__bandwidth": BANDWIDTHS}
        return _searched("barcodes", vectorizer, grid, invariants)
    if method == "modules":
        grid = {"moduleimage__bandwidth": (0.05, 0.2), "moduleimage__power": (1.0,)}
        return _searched("modules", td.ModuleImage(resolution=resolution, op="sum"), grid, invariants)
    if method == "rank":
        return _rank(invariants)
    if method == "sliced wasserstein":
        return _sliced(invariants)
    vectorizer, grid = td.MeasureConvolution(resolution=resolution), {"measureconvolution__bandwidth": BANDWIDTHS}
    if method in ("hilbert", "euler", "sweeps"):
        return _searched(method, vectorizer, grid, invariants)
    need, plus, tables = method.partition(" + ")
    if plus and tables in BESIDE:
        return _beside(need, tables, _searched(need, vectorizer, grid, invariants).method)
    known = ", ".join(names(invariants.data.kind))
    raise ValueError(f"There is no method {method!r}; there are {known}.")


def _rank(invariants: Invariants) -> Recipe:
    """Rank measures of the views; of the first one only where there are many items."""
    views = invariants.keys("complexes")
    views = views if len(invariants.data.items) <= FEW_FOR_RANKS else views[:1]
    pipeline = make_pipeline(Choose(views[0]), td.MeasureConvolution(resolution=4))
    grid = {"choose__key": views, "measureconvolution__bandwidth": (0.1, 0.3)}
    return Recipe(("complexes",), Method(pipeline, grid, RankMeasures(views)))


def _side_by_side(tables: tuple[str, ...]) -> FeatureUnion:
    return FeatureUnion([(table, Rows(table)) for table in tables])


def _beside(need: str, tables: str, alone: Method) -> Recipe:
    """The principal components of a table beside others, which its many columns would drown."""
    few = make_pipeline(alone.features, StandardScaler(), Components(N_COMPONENTS))
    union = FeatureUnion([("topology", few), ("tables", _side_by_side(BESIDE[tables]))])
    grid = {f"topology__pipeline__{key}": values for key, values in alone.grid.items()}
    if tables in SEARCHED:
        grid["topology__components__n_components"] = SEARCHED[tables]
    return Recipe((need, *BESIDE[tables]), Method(union, grid))


def _sliced(invariants: Invariants) -> Recipe:
    """A kernel of Hilbert measures, whose two axes are weighed against each other."""
    weights = WEIGHTS if len(invariants.data.items) <= FEW else WEIGHTS[:1]
    names = [name(view, each) for view in invariants.keys("hilbert") for each in weights]
    grid = {"key": names, "bandwidth": (0.5, 1.0, 2.0)}
    return Recipe(("hilbert",), Method(DistanceKernel(names[0]), grid, SlicedDistances(weights), kernel=True))


def _searched(need: str, vectorizer: Any, grid: dict[str, Any], invariants: Invariants) -> Recipe:
    """A view is chosen, then made into a table."""
    views = invariants.keys(need)
    pipeline = make_pipeline(Choose(views[0]), vectorizer)
    return Recipe((need,), Method(pipeline, {"choose__key": views, **grid}))
