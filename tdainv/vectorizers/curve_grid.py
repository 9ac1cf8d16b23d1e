"""Functions of time, sampled: what the curves of barcodes have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tdainv import _validation as check
from tdainv._base import Vectorizer
from tdainv._typing import ArrayLike, Float, Number
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.bars import check_essential, kept_bars


def check_times(times: ArrayLike) -> Float:
    """Check times: finite, increasing."""
    array = check.float_array(times, "times", "must be an array of increasing numbers")
    if array.ndim != 1 or not np.isfinite(array).all() or (array[1:] < array[:-1]).any():
        raise ValueError(f"times must be a one-dimensional array of increasing finite numbers, got {times!r}.")
    return array


class CurveVectorizer(Vectorizer):
    """Barcodes as rows of the values of curves at learned times, evenly spaced.

    A subclass says which function of a barcode and of times the curve is.
    """

    resolution: int
    coverage: float
    essential: str | float
    _kind = Barcode
    _forever = False  # whether bars that never die have a finite value
    _prefix = "curve"

    @property
    def _n_curves(self) -> int | None:
        """Number of curves a barcode; None for one, whose number does not show in the names."""
        return None

    @abstractmethod
    def _curve(self) -> Callable[[Barcode, Float], Float]:
        """Return a picklable function: barcode, times -> values of shape (n_times,) or (n_curves, n_times)."""

    def _check_params(self) -> None:
        check.positive_integer(self.resolution, "resolution")
        check.fraction(self.coverage, "coverage")
        check_essential(self.essential, forever=self._forever)

    def _label(self, invariant: Barcode, place: int) -> str:  # type: ignore[override]
        return f"{self._prefix}{place}_h{invariant.degree}"

    def _make_plan(self, invariants: list[Barcode], place: int) -> CurvePlan:
        bars = np.concatenate([kept_bars(barcode, self.essential) for barcode in invariants])
        times = _times(bars, self.resolution, self.coverage)
        return CurvePlan(times, self._curve(), self._n_curves)


def _times(bars: Float, resolution: int, coverage: float) -> Float:
    """Times from the first birth to the `coverage` quantile of the deaths; one time, 0, if there are no bars."""
    if len(bars) == 0:
        return np.zeros(1)
    deaths = bars[np.isfinite(bars[:, 1]), 1]
    low, high = bars[:, 0].min(), np.quantile(deaths, coverage) if len(deaths) else bars[:, 0].max()
    return np.linspace(low, high, resolution) if high > low else np.array([low])


@dataclass(frozen=True, eq=False)
class CurvePlan:
    """The times of a curve, and the curve."""

    times: Float
    curve: Callable[[Barcode, Float], Float]
    n_curves: int | None

    def row(self, barcode: Barcode) -> Float:
        """Values of the curve, of several ones after the other."""
        return self.curve(barcode, self.times).ravel()

    def names(self, label: str) -> Number:
        """Names such as ``label_17``, or ``label_k2_17`` for the second of several curves."""
        labels = [label] if self.n_curves is None else [f"{label}_k{k + 1}" for k in range(self.n_curves)]
        return np.array([f"{start}_{j}" for start in labels for j in range(len(self.times))], dtype=object)
