"""Betti curves of barcodes."""

from __future__ import annotations

from functools import partial

import numpy as np

from tdainv._typing import ArrayLike, Float, Int
from tdainv.persistence.bars import Bars, check_essential, kept_bars
from tdainv.vectorizers.curve_grid import CurveVectorizer, check_times


def betti_curve(barcode: Bars, times: ArrayLike, *, essential: str | float = np.inf) -> Int:
    """Betti numbers at given times, exact: the number of bars with birth <= t < death.

    Parameters
    ----------
    barcode : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    times : array-like of shape (n_times,)
        Increasing, finite.
    essential : {"drop", "error"} or float, default inf
        What to do with bars that never die: leave them out, raise an error, or let them die at this value. By default
        they count for ever, as they do in the Betti number.

    Returns
    -------
    int ndarray of shape (n_times,)

    Notes
    -----
    The number of births up to t less the number of deaths up to t, by binary search: O((k + n_times) log k).

    Examples
    --------
    >>> import tdainv
    >>> tdainv.betti_curve([[0, float("inf")], [0, 2], [1, 2]], [0, 1, 2])
    array([2, 3, 1])
    """
    times = check_times(times)
    check_essential(essential, forever=True)
    bars = kept_bars(barcode, essential)
    born, died = (np.searchsorted(np.sort(ends), times, "right") for ends in bars.T)
    return born - died


class BettiCurve(CurveVectorizer):
    """Betti curves of barcodes at learned times.

    See :func:`tdainv.betti_curve`.

    Parameters
    ----------
    resolution : int, default 100
        Number of times. They run evenly from the first birth of the training bars to the last death; if there are no
        training bars, there is one time.
    coverage : float in (0, 1], default 0.99
        The times end at this quantile of the deaths of the training bars, so that a few outliers do not stretch them.
    essential : {"drop", "error"} or float, default inf
        What to do with bars that never die: leave them out, raise an error, or let them die at this value. By default
        they count for ever, as they do in the Betti number.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        What was learned for each degree, with the times ``plans_[k].times``.

    Examples
    --------
    >>> from tdainv import Barcode, BettiCurve
    >>> bars = Barcode([0.0, 0.0, 1.0], [float("inf"), 2.0, 2.0], degree=0)
    >>> BettiCurve(resolution=3, coverage=1.0).fit_transform([bars])
    array([[2., 3., 1.]])
    """

    _prefix = "betti"
    _forever = True

    def __init__(
        self,
        *,
        resolution: int = 100,
        coverage: float = 0.99,
        essential: str | float = np.inf,
        n_jobs: int | None = None,
    ) -> None:
        self.resolution = resolution
        self.coverage = coverage
        self.essential = essential
        self.n_jobs = n_jobs

    def _curve(self) -> _Floats:
        return _Floats(partial(betti_curve, essential=self.essential))


class _Floats:
    """A curve of integers as one of floats, as a table of features has them. Picklable."""

    def __init__(self, curve: partial[Int]) -> None:
        self.curve = curve

    def __call__(self, barcode: Bars, times: Float) -> Float:
        return self.curve(barcode, times).astype(np.float64)
