"""Silhouettes of barcodes."""

from __future__ import annotations

import numbers
from functools import partial

import numpy as np

from tdainv._typing import ArrayLike, Float
from tdainv.persistence.bars import Bars, check_essential, kept_bars
from tdainv.vectorizers._kernels_curves import sum_of_tents
from tdainv.vectorizers.curve_grid import CurveVectorizer, check_times


def silhouette(barcode: Bars, times: ArrayLike, *, power: float = 1.0, essential: str | float = "drop") -> Float:
    """Power-weighted silhouette of a barcode at given times.

    φ(t) = Σ w(bar) max(min(t - birth, death - t), 0) / Σ w(bar) with w = (death - birth)^power [1]_.

    Parameters
    ----------
    barcode : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    times : array-like of shape (n_times,)
        Increasing, finite.
    power : float, default 1.0
        At least 0. Large ones leave only the longest bars, 0 takes the mean over all.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    ndarray of shape (n_times,)
        Zeros for a barcode without bars.

    Notes
    -----
    The cost is one addition for each bar and time that it spans.

    References
    ----------
    .. [1] Chazal, Fasy, Lecci, Rinaldo, Wasserman: Stochastic convergence of persistence landscapes and silhouettes,
       SoCG 2014.

    Examples
    --------
    Tents over [0, 4) and [2, 4), of which the first weighs twice as much:

    >>> import tdainv
    >>> tdainv.silhouette([[0, 4], [2, 4]], [0, 1, 2, 3]) * 3
    array([0., 2., 4., 3.])
    """
    times = check_times(times)
    check_power(power)
    check_essential(essential)
    births, deaths = kept_bars(barcode, essential).T.copy()
    if len(births) == 0:
        return np.zeros(len(times))
    lengths = deaths - births
    weights = (lengths / lengths.max()) ** power
    starts, stops = np.searchsorted(times, births, "right"), np.searchsorted(times, deaths, "left")
    return sum_of_tents(births, deaths, starts, stops, weights / weights.sum(), times)


def check_power(power: object) -> None:
    """Check the power of a weight."""
    if isinstance(power, bool) or not isinstance(power, numbers.Real) or not 0 <= float(power) < np.inf:
        raise ValueError(f"power must be a finite number of at least 0, got power={power!r}.")


class Silhouette(CurveVectorizer):
    """Power-weighted silhouettes of barcodes at learned times.

    See :func:`tdainv.silhouette`.

    Parameters
    ----------
    power : float, default 1.0
        Power of the persistence in the weight of a bar, at least 0.
    resolution : int, default 100
        Number of times. They run evenly from the first birth of the training bars to the last death; if there are no
        training bars, there is one time.
    coverage : float in (0, 1], default 0.99
        The times end at this quantile of the deaths of the training bars, so that a few outliers do not stretch them.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        What was learned for each degree, with the times ``plans_[k].times``.

    Examples
    --------
    >>> from tdainv import Barcode, Silhouette
    >>> bars = Barcode([0.0, 2.0], [4.0, 4.0], degree=1)
    >>> Silhouette(power=0.0, resolution=5, coverage=1.0).fit_transform([bars])
    array([[0. , 0.5, 1. , 1. , 0. ]])
    """

    _prefix = "silhouette"

    def __init__(
        self,
        *,
        power: float = 1.0,
        resolution: int = 100,
        coverage: float = 0.99,
        essential: str | float = "drop",
        n_jobs: int | None = None,
    ) -> None:
        self.power = power
        self.resolution = resolution
        self.coverage = coverage
        self.essential = essential
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check_power(self.power)
        super()._check_params()

    def _curve(self) -> partial[Float]:
        return partial(silhouette, power=self.power, essential=self.essential)
