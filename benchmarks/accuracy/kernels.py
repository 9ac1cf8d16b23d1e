"""Sliced Wasserstein kernels whose distances are made once a fold, and then weighed and scaled in the search."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import make_pipeline

import tdainv as td

BOTH = "both"
N_DIRECTIONS = 10
WEIGHTS = ((1.0, 1.0), (1.0, 0.3), (0.3, 1.0))  # of the two axes, in units of their ranges
FEW, MANY = 250, 1500  # with more items only equal weights; with more still, no kernels


class SlicedDistances(TransformerMixin, BaseEstimator):
    """Distances of measures from those of the training samples, in units of their median, for views and weights."""

    def __init__(self, weights: Any = WEIGHTS) -> None:
        self.weights = weights

    def fit(self, X: Any, y: Any = None) -> SlicedDistances:
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> list[dict[str, Any]]:
        """Training samples know their column."""
        self.steps_, tables = {}, {}
        for view in (view for view in X[0] if view != BOTH):
            for weights in self.weights:
                kernel = td.SlicedWassersteinKernel(bandwidth=np.sqrt(0.5), n_directions=N_DIRECTIONS, balance="top")
                step = make_pipeline(td.GradeScaler(weights=weights), kernel)
                tables[view, weights] = step.fit_transform([sample[view] for sample in X])
                self.steps_[view, weights] = step
        return [{**sample, "column": i} for i, sample in enumerate(self._samples(tables, X))]

    def transform(self, X: Any) -> list[dict[str, Any]]:
        tables = {key: step.transform([sample[key[0]] for sample in X]) for key, step in self.steps_.items()}
        return self._samples(tables, X)

    def _samples(self, kernels: dict[Any, Any], X: Any) -> list[dict[str, Any]]:
        distances = {name(*key): -np.log(np.maximum(kernel, 1e-300)) for key, kernel in kernels.items()}
        if BOTH in X[0]:
            views = {view for view, _ in kernels}
            distances |= {name(BOTH, w): sum(distances[name(view, w)] for view in views) for w in self.weights}
        return [dict(zip(distances, rows, strict=True)) for rows in zip(*distances.values(), strict=True)]


class DistanceKernel(TransformerMixin, BaseEstimator):
    """exp(-d / (bandwidth · median)) between samples and training samples, of distances that the samples hold."""

    def __init__(self, key: str = "", bandwidth: float = 1.0) -> None:
        self.key = key
        self.bandwidth = bandwidth

    def fit(self, X: Any, y: Any = None) -> DistanceKernel:
        self.columns_ = [sample["column"] for sample in X]
        between = self._distances(X)[np.triu_indices(len(X), 1)]
        self.unit_ = float(np.median(between)) or 1.0
        return self

    def transform(self, X: Any) -> Any:
        return np.exp(-self._distances(X) / (self.bandwidth * self.unit_))

    def _distances(self, X: Any) -> Any:
        return np.stack([sample[self.key][self.columns_] for sample in X])


def name(view: str, weights: tuple[float, float]) -> str:
    return f"{view}/{weights[0]:g}:{weights[1]:g}"
