"""Invariants of all views of all items, with the seconds they take: nothing here learns from other items."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import baselines
import numpy as np
import views
from sets import DataSet
from sklearn.base import BaseEstimator, TransformerMixin

import tdainv as td
from tdainv.persistence.presentation import module_complex

DEGREES = (0, 1)
N_LINES = 100
AT_ONCE = 200  # items whose filtrations are held in memory
BOTH = "both"  # all views side by side


def _barcodes(filtration: Any) -> tuple[Any, ...]:
    """Barcodes whose essential bars end with the last cell, so that images show them."""
    last = _last_grade(filtration)
    return tuple(_ended(bars, last) for bars in td.barcodes(filtration, DEGREES))


def _ended(bars: Any, last: float) -> Any:
    deaths = np.where(np.isinf(bars.deaths), last, bars.deaths)
    kept = bars.births < deaths
    return td.Barcode(bars.births[kept], deaths[kept], bars.degree)


def _last_grade(filtration: Any) -> float:
    if hasattr(filtration, "distances"):
        return float(filtration.distances.max(axis=1).min())  # from here on a Rips filtration is a cone
    return float(np.max(filtration.pixels if hasattr(filtration, "pixels") else filtration.grades))


def _euler(filtration: Any) -> tuple[Any, ...]:
    return (td.euler_signed_measure(filtration),)


def _complexes(filtration: Any) -> tuple[Any, ...]:
    return tuple(module_complex(filtration, degree) for degree in DEGREES)


def _modules(filtration: Any) -> tuple[Any, ...]:
    return tuple(td.module_approximation(filtration, degree, n_lines=N_LINES) for degree in DEGREES)


def _each(function: Callable[[Any], tuple[Any, ...]]) -> Callable[[list[Any]], list[tuple[Any, ...]]]:
    return lambda filtrations: [function(filtration) for filtration in filtrations]


# Name: views, and the invariants of a list of filtrations, a tuple each.
_TOPOLOGY: dict[str, tuple[Any, Callable[[list[Any]], list[tuple[Any, ...]]]]] = {
    "barcodes": (views.ONE, _each(_barcodes)),
    "hilbert": (views.TWO, td.HilbertSignedMeasure(degrees=DEGREES).fit_transform),
    "sweeps": (views.SWEEPS, td.HilbertSignedMeasure(degrees=(0,)).fit_transform),
    "euler": (views.EULER, _each(_euler)),
    "complexes": (views.TWO, _each(_complexes)),
    "modules": (views.TWO, _each(_modules)),
}
_TABLES = {"distances": baselines.distances, "raw": baselines.raw}


class Invariants:
    """Entries of the samples of a data set, each computed when it is first asked for."""

    def __init__(self, data: DataSet) -> None:
        self.data = data
        self.seconds: dict[str, float] = {}
        self._entries: dict[str, list[dict[str, Any]]] = {}
        self._values: list[Any] | None = None

    @property
    def values(self) -> list[Any]:
        """What filtrations start from; its seconds are those of "values"."""
        if self._values is None:
            start = time.perf_counter()
            self._values = views.prepare(self.data.kind, self.data.items)
            self.seconds["values"] = time.perf_counter() - start
        return self._values

    def samples(self, names: tuple[str, ...]) -> tuple[list[dict[str, Any]], float]:
        """Samples with the entries of some invariants; the seconds that these take, with those of the values."""
        parts = [self._get(name) for name in names]
        merged = [dict(item for part in row for item in part.items()) for row in zip(*parts, strict=True)]
        needs_values = self.data.kind != "series" or names != ("raw",)
        return merged, sum(self.seconds[name] for name in names) + (self.seconds["values"] if needs_values else 0.0)

    def keys(self, name: str) -> list[str]:
        """Names of the views that an invariant has, for the search."""
        chosen = list(_TOPOLOGY[name][0][self.data.kind])
        return [*chosen, BOTH] if len(chosen) > 1 else chosen

    def _get(self, name: str) -> list[dict[str, Any]]:
        if name not in self._entries:
            values = self.values
            start = time.perf_counter()
            if name in _TABLES:
                row = _TABLES[name]
                pairs = zip(self.data.items, values, strict=True)
                self._entries[name] = [{name: row(self.data.kind, item, value)} for item, value in pairs]
            else:
                parts = (self._samples(name, values[i : i + AT_ONCE]) for i in range(0, len(values), AT_ONCE))
                self._entries[name] = [sample for part in parts for sample in part]
            self.seconds[name] = time.perf_counter() - start
        return self._entries[name]

    def _samples(self, name: str, values: list[Any]) -> list[dict[str, Any]]:
        chosen, function = _TOPOLOGY[name]
        samples: list[dict[str, Any]] = [{} for _ in values]
        for key, filtrations in chosen[self.data.kind].items():
            columns = [function([make(value) for value in values]) for make in filtrations]
            for sample, parts in zip(samples, zip(*columns, strict=True), strict=True):
                sample[key] = tuple(invariant for part in parts for invariant in part)
        if len(chosen[self.data.kind]) > 1:
            for sample in samples:
                sample[BOTH] = tuple(invariant for each in list(sample.values()) for invariant in each)
        return samples


class RankMeasures(TransformerMixin, BaseEstimator):
    """From samples of chain complexes to samples of rank measures, on grids learned for each entry."""

    def __init__(self, views: Any, resolution: int = 8) -> None:
        self.views = views
        self.resolution = resolution

    def fit(self, X: Any, y: Any = None) -> RankMeasures:
        self.steps_ = {
            key: [self._step(list(column)) for column in zip(*(sample[key] for sample in X), strict=True)]
            for key in self.views
            if key != BOTH
        }
        return self

    def transform(self, X: Any) -> list[dict[str, Any]]:
        columns = {}
        for key, steps in self.steps_.items():
            parts = [self._column(step, [sample[key][k] for sample in X]) for k, step in enumerate(steps)]
            columns[key] = list(zip(*parts, strict=True))
        samples = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        if BOTH in self.views:
            samples = [{**each, BOTH: tuple(m for part in each.values() for m in part)} for each in samples]
        return samples

    def _step(self, complexes: list[Any]) -> Any:
        return td.RankSignedMeasure(degrees=(complexes[0].degree,), resolution=self.resolution).fit(complexes)

    @staticmethod
    def _column(step: Any, complexes: list[Any]) -> list[Any]:
        return [measures[0] for measures in step.transform(complexes)]
