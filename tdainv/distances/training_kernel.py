"""What kernels against training samples share: the contract of estimators whose rows are rows of a Gram matrix."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from tdainv import _validation as check
from tdainv._base import invariant_samples, require_places
from tdainv._typing import Float, Number


class TrainingKernel(TransformerMixin, BaseEstimator):
    """Map samples to rows exp(-Σ_k w_k d_k^power / (2 bandwidth²)), one entry for each training sample.

    A sample is one invariant or a tuple of them; d_k is a distance of the invariants at place k. A subclass gives
    distances, and keeps in ``_learn`` what they need from the training samples.
    """

    n_jobs: int | None
    bandwidth: float
    bandwidth_unit: str
    weights: Sequence[float] | None
    _kinds: tuple[type, ...]
    _power = 1
    _prefix: str

    @abstractmethod
    def _check_params(self) -> None:
        """Check the parameters that not all kernels have."""

    @abstractmethod
    def _learn(self, samples: list[tuple[Any, ...]]) -> None:
        """Keep what distances from the training samples need."""

    @abstractmethod
    def _distances(self, samples: list[tuple[Any, ...]] | None, place: int) -> Float:
        """Distances of samples, or of training samples if None, from training samples, at a place."""

    def fit(self, X: Sequence[Any], y: Any = None) -> TrainingKernel:
        """Keep the training samples, and learn the typical distance of two of them.

        Parameters
        ----------
        X : sequence of invariants, or of tuples of invariants
        y : ignored

        Returns
        -------
        self
        """
        self._fit(X)
        return self

    def fit_transform(self, X: Sequence[Any], y: Any = None) -> Float:
        """Fit, and return the kernel matrix of the training samples; distances are computed once.

        Parameters
        ----------
        X : sequence of invariants, or of tuples of invariants
        y : ignored

        Returns
        -------
        ndarray of shape (n_samples, n_samples)
        """
        distances = self._fit(X)
        if distances is None:
            distances = [self._distances(None, k) for k in range(len(self.units_))]
        return self._gram(distances)

    def transform(self, X: Sequence[Any]) -> Float:
        """Return the kernel between samples and training samples.

        Parameters
        ----------
        X : sequence of invariants, or of tuples of invariants
            As many a sample as in fit.

        Returns
        -------
        ndarray of shape (n_samples, n_training_samples)
        """
        check_is_fitted(self, "units_")
        samples = invariant_samples(X, self._kinds)
        require_places(samples, len(self.units_), type(self).__name__)
        return self._gram([self._distances(samples, k) for k in range(len(self.units_))])

    def get_feature_names_out(self, input_features: Any = None) -> Number:
        """Names of the features: the numbers of the training samples.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects
        """
        check_is_fitted(self, "units_")
        return np.array([f"{self._prefix}_{j}" for j in range(self.n_training_samples_)], dtype=object)

    def _fit(self, X: Sequence[Any]) -> list[Float] | None:
        self._check_params()
        check.positive(self.bandwidth, "bandwidth")
        check.option(self.bandwidth_unit, ("median", "absolute"), "bandwidth_unit")
        samples = invariant_samples(X, self._kinds)
        n_places = len(samples[0])
        self.place_weights_ = self._place_weights(n_places)
        self._learn(samples)
        self.n_training_samples_ = len(samples)
        if self.bandwidth_unit == "absolute":
            self.units_ = np.ones(n_places)
            return None
        distances = [self._distances(None, k) for k in range(n_places)]
        self.units_ = np.array([_typical(matrix) for matrix in distances])
        return distances

    def _place_weights(self, n_places: int) -> Float:
        if self.weights is None:
            return np.ones(n_places)
        values = check.float_array(self.weights, "weights", "must be one number for each invariant of a sample")
        if values.shape != (n_places,) or not (np.isfinite(values) & (values >= 0)).all() or not values.any():
            raise ValueError(
                f"weights must be {n_places} numbers of at least 0, not all 0, one for each invariant of a sample, got "
                f"weights={self.weights!r}."
            )
        return values

    def _gram(self, distances: list[Float]) -> Float:
        total = np.zeros_like(distances[0])
        for matrix, unit, weight in zip(distances, self.units_, self.place_weights_, strict=True):
            if weight > 0:
                total += weight * (matrix / unit) ** self._power
        return np.exp(total / (-2.0 * self.bandwidth**2))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


def _typical(distances: Float) -> float:
    """Median of the distances that are positive and finite, of different samples; 1 if there are none."""
    found = distances[np.triu_indices(len(distances), 1)]
    found = found[(found > 0) & np.isfinite(found)]
    return float(np.median(found)) if len(found) else 1.0
