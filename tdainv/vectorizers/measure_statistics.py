"""Statistics of signed measures: few numbers, of a fixed length, that depend on no grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._base import Vectorizer
from tdainv._typing import Float, Number
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.vectorizers.measure_convolution import common_dimension, require_dimension

_SIGNS = ("positive", "negative")


class MeasurePersistenceStatistics(Vectorizer):
    """Statistics of the positive and of the negative part of signed measures.

    The features of each part are, in this order,

    * ``count``, the number of its atoms, and ``mass``, their mass (positive for the negative part, too);
    * for each coordinate k, ``x{k}_mean`` and ``x{k}_std``, mean and standard deviation of the coordinates of the
      atoms, weighted by their masses; ``x{k}_min``, the smallest; ``x{k}_q{q}`` for each of the `quantiles` q, the
      smallest coordinate at or below which there is a share q of the mass.

    A part without atoms has zeros.

    Parameters
    ----------
    quantiles : sequence of float in (0, 1], default (0.25, 0.5, 0.75, 1.0)
        A quantile of 1 is the largest coordinate.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        What statistics are taken of the measures at each place.

    Notes
    -----
    O(p k log k) for k atoms in R^p. Nothing is learned but p. For persistence diagrams such statistics are a strong
    baseline [1]_.

    References
    ----------
    .. [1] Ali et al.: A survey of vectorization methods in topological data analysis, IEEE Trans. Pattern Anal. Mach.
       Intell. 45 (2023).

    Examples
    --------
    >>> from tdainv import MeasurePersistenceStatistics, SignedMeasure
    >>> statistics = MeasurePersistenceStatistics(quantiles=(0.5,))
    >>> statistics.fit_transform([SignedMeasure([[0], [1], [5]], [3, -2, 1])])
    array([[2.        , 4.        , 1.25      , 2.16506351, 0.        ,
            0.        , 1.        , 2.        , 1.        , 0.        ,
            1.        , 1.        ]])
    >>> statistics.get_feature_names_out()[:3].tolist()
    ['statistics0_positive_count', 'statistics0_positive_mass', 'statistics0_positive_x0_mean']
    """

    _kind = SignedMeasure

    def __init__(self, *, quantiles: Sequence[float] = (0.25, 0.5, 0.75, 1.0), n_jobs: int | None = None) -> None:
        self.quantiles = quantiles
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        if not isinstance(self.quantiles, Sequence | np.ndarray) or isinstance(self.quantiles, str):
            raise ValueError(f"quantiles must be a sequence of numbers in (0, 1], got quantiles={self.quantiles!r}.")
        for q in self.quantiles:
            check.fraction(q, "quantiles")
        if len(set(self.quantiles)) < len(self.quantiles):
            raise ValueError(f"quantiles must be different, got quantiles={self.quantiles!r}.")

    @staticmethod
    def _label(invariant: SignedMeasure, place: int) -> str:
        return f"statistics{place}"

    def _make_plan(self, invariants: list[SignedMeasure], place: int) -> _Statistics:
        return _Statistics(common_dimension(invariants, place), tuple(float(q) for q in self.quantiles))


@dataclass(frozen=True)
class _Statistics:
    n_parameters: int
    quantiles: tuple[float, ...]

    def row(self, measure: SignedMeasure) -> Float:
        require_dimension(measure, self.n_parameters)
        return np.concatenate([self._part(measure.points, sign * measure.weights) for sign in (1, -1)])

    def _part(self, points: Float, weights: Number) -> Float:
        points, masses = points[weights > 0], weights[weights > 0].astype(np.float64)
        row = np.zeros(2 + self.n_parameters * (3 + len(self.quantiles)))
        if len(masses):
            row[:2] = len(masses), masses.sum()
            row[2:] = np.concatenate([self._coordinate(column, masses) for column in points.T])
        return row

    def _coordinate(self, values: Float, masses: Float) -> Float:
        order = np.argsort(values, kind="stable")
        cumulative = np.cumsum(masses[order])
        mean = np.average(values, weights=masses)
        std = np.sqrt(np.average((values - mean) ** 2, weights=masses))
        levels = np.array(self.quantiles) * cumulative[-1] * (1 - 1e-12)  # sums are rounded
        quantiles = values[order][np.searchsorted(cumulative, levels)]
        return np.array([mean, std, values.min(), *quantiles])

    def names(self, label: str) -> Number:
        statistics = ["mean", "std", "min", *(f"q{q:g}" for q in self.quantiles)]
        names: list[Any] = []
        for sign in _SIGNS:
            names += [f"{label}_{sign}_count", f"{label}_{sign}_mass"]
            names += [f"{label}_{sign}_x{k}_{name}" for k in range(self.n_parameters) for name in statistics]
        return np.array(names, dtype=object)
