"""Invariants and vectorizers of multipers. Imported only by the interpreter that holds it.

Of several ways to the same measures, those that are fastest by the other comparisons here: slices by cohomology after
an edge collapse for Rips filtrations and graphs, minimal presentations for larger complexes. Its transformers of
filtrations are not used: in 2.6.1 `FilteredComplex2MMA` fails on simplex trees (bad cast), and
`FilteredComplex2SignedMeasure` on slicers. Its vectorizers are.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

os.environ.setdefault("KEOPS_VERBOSE", "0")
import multipers
from multipers.filtrations import Cubical, DelaunayLowerstar, RipsLowerstar
from multipers.ml.mma import MMA2IMG, MMAFormatter
from multipers.ml.signed_measures import SignedMeasure2Convolution, SignedMeasureFormatter
from multipers.ops import minimal_presentation
from protocol import Method, Scores, evaluate
from steps import Rows
from threadpoolctl import threadpool_limits

DEGREES = (0, 1)
N_LINES = 100
RESOLUTIONS = {"images": 12}
BANDWIDTHS = {"hilbert": (0.02, 0.1), "modules": (0.05, 0.2)}
_held: dict[str, Any] = {"samples": [], "invariant": ""}


def prepare() -> None:
    """Its first calls compile and load; they are not timed."""
    points = np.random.default_rng(0).normal(size=(20, 2))
    cloud = {"view": [("rips", points, points[:, 0], 10.0), ("delaunay", points, points[:, 0])]}
    cube = {"view": [("cubical", points.reshape(4, 5, 2))]}
    for invariant in ("hilbert", "modules"):
        for items in ([cloud] * 4, [cube] * 4):
            _held["samples"] = []
            invariants(invariant, items)
            Vectors(invariant, "series").fit(_held["samples"]).transform(_held["samples"])
    _held["samples"] = []


def versions() -> dict[str, str]:
    from importlib import metadata

    return {name: metadata.version(name) for name in ("multipers", "gudhi", "numpy", "scikit-learn")}


def invariants(invariant: str, items: list[Any]) -> int:
    """Compute and hold the invariants of some more items."""
    function = hilbert if invariant == "hilbert" else _modules
    _held["invariant"] = invariant
    for item in items:
        sample = {key: tuple(i for each in parts for i in function(*each)) for key, parts in item.items()}
        if len(sample) > 1:
            sample["both"] = tuple(i for each in list(sample.values()) for i in each)
        _held["samples"].append(sample)
    return len(_held["samples"])


def accuracy(kind: str, labels: Any, folds: Any, seed: int) -> Scores:
    """The protocol with its vectorizers: tables of a fold are made once, from its training items."""
    invariant = _held["invariant"]
    names = [_name(view, width) for view in _held["samples"][0] for width in BANDWIDTHS[invariant]]
    method = Method(Rows(names[0]), {"key": names}, prepare=Vectors(invariant, kind))
    with threadpool_limits(1):
        return evaluate(method, _held["samples"], labels, folds, seed)


class Vectors(TransformerMixin, BaseEstimator):
    """Rows for each view and bandwidth, learned from the training items."""

    def __init__(self, invariant: str, kind: str) -> None:
        self.invariant = invariant
        self.kind = kind

    def fit(self, X: Any, y: Any = None) -> Vectors:
        resolution = RESOLUTIONS.get(self.kind, 20)
        make = Convolution if self.invariant == "hilbert" else _Images
        self.steps_ = {
            (view, width): make(resolution, width).fit([sample[view] for sample in X])
            for view in X[0]
            for width in BANDWIDTHS[self.invariant]
        }
        return self

    def transform(self, X: Any) -> list[dict[str, Any]]:
        tables = {
            _name(view, width): step.transform([sample[view] for sample in X])
            for (view, width), step in self.steps_.items()
        }
        return [dict(zip(tables, rows, strict=True)) for rows in zip(*tables.values(), strict=True)]


def _name(view: str, width: float) -> str:
    return f"{view}/{width:g}"


class Convolution:
    """Its formatter, which scales the axes, and its convolution."""

    def __init__(self, resolution: int, bandwidth: float) -> None:
        self.formatter = SignedMeasureFormatter(normalize=True, axis=-1)
        self.convolution = SignedMeasure2Convolution(
            bandwidth=bandwidth, resolution=resolution, flatten=True, n_jobs=os.cpu_count()
        )

    def fit(self, X: Any) -> Convolution:
        self.formatter.fit(X)
        self.convolution.fit(self.formatter.transform(X))
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(self.convolution.transform(self.formatter.transform(X)))


class _Images:
    """Its formatter and its images, for each module of a sample."""

    def __init__(self, resolution: int, bandwidth: float) -> None:
        self.parameters = {"resolution": resolution, "bandwidth": bandwidth, "flatten": True, "n_jobs": os.cpu_count()}

    def fit(self, X: Any) -> _Images:
        self.steps = []
        for column in zip(*X, strict=True):
            modules, degrees = [(module,) for module, _ in column], list(column[0][1])
            formatter = MMAFormatter(degrees=degrees, normalize=True, axis=None).fit(modules)
            image = MMA2IMG(degrees=degrees, **self.parameters).fit(formatter.transform(modules))
            self.steps.append((formatter, image))
        return self

    def transform(self, X: Any) -> Any:
        tables = [
            np.asarray(image.transform(formatter.transform([(module,) for module, _ in column])))
            for (formatter, image), column in zip(self.steps, zip(*X, strict=True), strict=True)
        ]
        return np.hstack([table.reshape(len(X), -1) for table in tables])


def hilbert(kind: str, *data: Any) -> list[Any]:
    """One signed measure a degree."""
    built = filtration(kind, *data)
    if kind == "rips" or _dimension(kind, data) < 2:
        slicer = multipers.Slicer(built, backend="GudhiCohomology")
        return [_finite(m) for m in multipers.signed_measure(slicer, degrees=list(DEGREES))]
    slicer = _slicer(built)
    presentations = [minimal_presentation(slicer, degree=d) for d in DEGREES]
    return [_finite(multipers.signed_measure(p, degree=d)[0]) for p, d in zip(presentations, DEGREES, strict=True)]


def _modules(kind: str, *data: Any) -> list[Any]:
    """Modules with the degrees that they hold."""
    slicer = _slicer(filtration(kind, *data))
    if kind == "rips" or _dimension(kind, data) < 2:
        return [(multipers.module_approximation(slicer, nlines=N_LINES), DEGREES)]
    presentations = [minimal_presentation(slicer, degree=d) for d in DEGREES]
    return [
        (multipers.module_approximation(p, nlines=N_LINES), (d,)) for p, d in zip(presentations, DEGREES, strict=True)
    ]


def _dimension(kind: str, data: Any) -> int:
    return int(data[0].max()) if kind == "complex" else 2


def _finite(measure: Any) -> Any:
    points, weights = np.asarray(measure[0], np.float64), np.asarray(measure[1])
    kept = np.isfinite(points).all(axis=1)
    return points[kept], weights[kept]


def _slicer(filtration: Any) -> Any:
    return multipers.Slicer(filtration) if hasattr(filtration, "insert") else filtration


def filtration(kind: str, *data: Any) -> Any:
    if kind == "rips":
        points, function, radius = data
        tree = RipsLowerstar(points=points, function=function, threshold_radius=radius)
        tree.collapse_edges(-1)
        tree.expansion(2)
        return tree
    if kind == "delaunay":
        return DelaunayLowerstar(*data)
    if kind == "cubical":
        return Cubical(data[0])
    return _complex(*data)


def _complex(dimensions: Any, indptr: Any, indices: Any, grades: Any) -> Any:
    """A slicer of cells, in the order that mpfree wants."""
    order = np.lexsort((grades[:, 0], grades[:, 1], dimensions))
    position = np.empty(len(order), np.uint32)
    position[order] = np.arange(len(order))
    rows = position[indices]
    boundaries = [np.sort(rows[indptr[cell] : indptr[cell + 1]]) for cell in order]
    kind = multipers.Slicer(None, return_type_only=True, dtype=np.float64, kcritical=False)
    return kind(boundaries, dimensions[order].astype(np.int32), np.ascontiguousarray(grades[order]))
