"""Persistence images of barcodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv._base import Vectorizer
from tdainv._typing import Float, Number
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.bars import check_essential, kept_bars
from tdainv.vectorizers.bar_weights import check_weight, weights_of_bars
from tdainv.vectorizers.grid import GaussianGrid, check_grid, fit_grid


class PersistenceImage(Vectorizer):
    """Persistence image: bars as points (birth, persistence), weighted, smoothed by a Gaussian, on a grid.

    The feature at a grid point g is Σ w(bar) exp(-(g_1 - birth)² / (2 h_1²) - (g_2 - persistence)² / (2 h_2²)).

    Parameters
    ----------
    resolution : int or (int, int), default 20
        Number of grid points along the birth and the persistence axis. If all births of the training bars agree, as
        in degree 0 of a Rips filtration, the birth axis has one point.
    bandwidth : float or (float, float), default 0.05
        Standard deviation h of the Gaussian along each axis.
    bandwidth_unit : {"range", "absolute"}, default "range"
        Whether `bandwidth` is a share of the extent of the grid along the axis, or in the unit of the filtration.
    weight : {"persistence", "one"} or callable, default "persistence"
        Weight of a bar: its persistence, which makes the image stable, or 1, or a function of the arrays of births
        and of persistences that returns an array.
    coverage : float in (0, 1], default 0.99
        The grid ends at this quantile of the training bars along each axis.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        The fitted grid of each degree, with ``plans_[k].grid.axes``.

    References
    ----------
    Adams et al.: Persistence images: a stable vector representation of persistent homology, JMLR 18 (2017).

    Examples
    --------
    >>> from tdainv import Barcode, PersistenceImage
    >>> bars = Barcode([0.0, 1.0], [1.0, 3.0], degree=1)
    >>> PersistenceImage(resolution=2, bandwidth=0.1, coverage=1.0).fit_transform([bars]).round(3)
    array([[1., 0., 0., 2.]])
    """

    _kind = Barcode

    def __init__(
        self,
        *,
        resolution: int | tuple[int, int] = 20,
        bandwidth: float | tuple[float, float] = 0.05,
        bandwidth_unit: str = "range",
        weight: str | Callable[[Float, Float], Float] = "persistence",
        coverage: float = 0.99,
        essential: str | float = "drop",
        n_jobs: int | None = None,
    ) -> None:
        self.resolution = resolution
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.weight = weight
        self.coverage = coverage
        self.essential = essential
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check_grid(self.resolution, self.bandwidth, self.bandwidth_unit, self.coverage)
        check_weight(self.weight)
        check_essential(self.essential)

    @staticmethod
    def _label(invariant: Barcode, place: int) -> str:
        return f"image{place}_h{invariant.degree}"

    def _make_plan(self, invariants: list[Barcode], place: int) -> _Image:
        points = np.concatenate([_bars(bars, self.essential) for bars in invariants])
        grid = fit_grid(points, self.resolution, self.bandwidth, self.bandwidth_unit, self.coverage)
        return _Image(grid, self.weight, self.essential)


def _bars(barcode: Barcode, essential: str | float) -> Float:
    """Bars as rows (birth, persistence), finite, following the policy for essential bars."""
    bars = kept_bars(barcode, essential)
    return np.column_stack([bars[:, 0], bars[:, 1] - bars[:, 0]])


@dataclass(frozen=True)
class _Image:
    grid: GaussianGrid
    weight: Any
    essential: Any

    def row(self, barcode: Barcode) -> Float:
        points = _bars(barcode, self.essential)
        weights = weights_of_bars(points, self.weight)
        return self.grid.smooth(points, weights).ravel()

    def names(self, label: str) -> Number:
        return self.grid.names(label)
