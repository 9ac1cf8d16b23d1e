"""Persistence landscapes of barcodes."""

from __future__ import annotations

from functools import partial

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.persistence.bars import Bars, check_essential, kept_bars
from tdainv.vectorizers._kernels_curves import largest_tents
from tdainv.vectorizers.curve_grid import CurveVectorizer, check_times


def persistence_landscape(
    barcode: Bars, times: ArrayLike, *, n_landscapes: int = 5, essential: str | float = "drop"
) -> Float:
    """Persistence landscapes of a barcode at given times, exact.

    λ_k(t) is the k-th largest of max(min(t - birth, death - t), 0) over the bars [1]_.

    Parameters
    ----------
    barcode : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    times : array-like of shape (n_times,)
        Increasing, finite.
    n_landscapes : int, default 5
        Landscapes λ_1, ..., λ_n.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value. ``inf``
        keeps them as they are: they count t - birth.

    Returns
    -------
    ndarray of shape (n_landscapes, n_times)
        Decreasing along the first axis, zeros where there are fewer bars.

    Notes
    -----
    Each landscape changes by at most the bottleneck distance of the barcodes, at each time [1]_. Bars inside n others
    are skipped, they are nowhere among the n largest; each bar that is left is compared at the times that it spans.
    The time is O(k log k) and that number of comparisons, the memory that of bars and result.

    References
    ----------
    .. [1] Bubenik: Statistical topological data analysis using persistence landscapes, JMLR 16 (2015).

    Examples
    --------
    Tents of height 2 over [0, 4) and of height 1 over [2, 4):

    >>> import tdainv
    >>> tdainv.persistence_landscape([[0, 4], [2, 4]], [0, 1, 2, 3, 4], n_landscapes=2)
    array([[0., 1., 2., 1., 0.],
           [0., 0., 0., 1., 0.]])
    """
    times = check_times(times)
    n_landscapes = check.positive_integer(n_landscapes, "n_landscapes")
    check_essential(essential, forever=True)
    require_memory(8 * n_landscapes * len(times), f"{n_landscapes} landscapes at {len(times)} times", "Take fewer.")
    bars = kept_bars(barcode, essential)
    births, deaths = bars[np.lexsort((-bars[:, 1], bars[:, 0]))].T.copy()
    starts, stops = np.searchsorted(times, births, "right"), np.searchsorted(times, deaths, "left")
    return largest_tents(births, deaths, starts, stops, times, n_landscapes).T.copy()


class PersistenceLandscape(CurveVectorizer):
    """Persistence landscapes of barcodes at learned times.

    See :func:`tdainv.persistence_landscape`.

    Parameters
    ----------
    n_landscapes : int, default 5
        Landscapes λ_1, ..., λ_n.
    resolution : int, default 100
        Number of times. They run evenly from the first birth of the training bars to the last death; if there are no
        training bars, there is one time.
    coverage : float in (0, 1], default 0.99
        The times end at this quantile of the deaths of the training bars, so that a few outliers do not stretch them.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value. ``inf``
        keeps them as they are: they count t - birth.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        What was learned for each degree, with the times ``plans_[k].times``.

    Examples
    --------
    >>> from tdainv import Barcode, PersistenceLandscape
    >>> bars = Barcode([0.0, 2.0], [4.0, 4.0], degree=1)
    >>> landscapes = PersistenceLandscape(n_landscapes=1, resolution=5, coverage=1.0)
    >>> landscapes.fit_transform([bars])
    array([[0., 1., 2., 1., 0.]])
    >>> landscapes.get_feature_names_out()[:2]
    array(['landscape0_h1_k1_0', 'landscape0_h1_k1_1'], dtype=object)
    """

    _prefix = "landscape"
    _forever = True

    def __init__(
        self,
        *,
        n_landscapes: int = 5,
        resolution: int = 100,
        coverage: float = 0.99,
        essential: str | float = "drop",
        n_jobs: int | None = None,
    ) -> None:
        self.n_landscapes = n_landscapes
        self.resolution = resolution
        self.coverage = coverage
        self.essential = essential
        self.n_jobs = n_jobs

    @property
    def _n_curves(self) -> int:
        return self.n_landscapes

    def _check_params(self) -> None:
        check.positive_integer(self.n_landscapes, "n_landscapes")
        super()._check_params()

    def _curve(self) -> partial[Float]:
        return partial(persistence_landscape, n_landscapes=self.n_landscapes, essential=self.essential)
