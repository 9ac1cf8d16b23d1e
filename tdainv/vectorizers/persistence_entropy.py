"""Persistent entropy, as a number and as a curve."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from tdainv._base import Vectorizer
from tdainv._typing import ArrayLike, Float, Number
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.bars import Bars, check_essential, kept_bars
from tdainv.vectorizers._kernels_curves import sum_of_steps
from tdainv.vectorizers.curve_grid import CurveVectorizer, check_times


def persistence_entropy(barcode: Bars, *, essential: str | float = "drop") -> float:
    """Persistent entropy of a barcode: Shannon's entropy of the lengths of its bars, in nats.

    E = -Σ p log p with p = (death - birth) / Σ (death - birth) [1]_.

    Parameters
    ----------
    barcode : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    float
        Between 0 and log k, which it is if all k bars are equally long; 0 for a barcode without bars.

    References
    ----------
    .. [1] Rucco, Castiglione, Merelli, Pettini: Characterisation of the idiotypic immune network through persistent
       entropy, ECCS 2014.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.persistence_entropy([[0, 1], [2, 3]])  # log 2
    0.6931471805599453
    """
    check_essential(essential)
    return float(_contributions(kept_bars(barcode, essential)).sum())


def entropy_curve(
    barcode: Bars, times: ArrayLike, *, normalize: bool = False, essential: str | float = "drop"
) -> Float:
    """Entropy summary function of a barcode at given times: the part of the entropy that is due to living bars.

    S(t) = -Σ p log p over the bars with birth <= t < death, where p = (death - birth) / Σ (death - birth) over all
    bars [1]_.

    Parameters
    ----------
    barcode : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    times : array-like of shape (n_times,)
        Increasing, finite.
    normalize : bool, default False
        Whether to divide by the sum of all values.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    ndarray of shape (n_times,)
        Zeros for a barcode without bars.

    References
    ----------
    .. [1] Atienza, Gonzalez-Diaz, Soriano-Trigueros: On the stability of persistent entropy and new summary functions
       for topological data analysis, Pattern Recognition 107 (2020).

    Examples
    --------
    Bars as long as each other contribute log(2) / 2 each:

    >>> import tdainv
    >>> tdainv.entropy_curve([[0, 2], [1, 3]], [0, 1, 2, 3]).round(3)
    array([0.347, 0.693, 0.347, 0.   ])
    """
    times = check_times(times)
    check_essential(essential)
    bars = kept_bars(barcode, essential)
    starts, stops = (np.searchsorted(times, ends, "left") for ends in bars.T)
    curve = sum_of_steps(starts, stops, _contributions(bars), len(times))
    total = curve.sum()
    return curve / total if normalize and total > 0 else curve


def _contributions(bars: Float) -> Float:
    """-p log p of each bar."""
    lengths = bars[:, 1] - bars[:, 0]
    shares = lengths / lengths.max(initial=0.0)  # lengths may add up to more than the largest number
    shares = shares / shares.sum()
    return 0.0 - shares * np.log(np.maximum(shares, np.finfo(float).tiny))


class PersistenceEntropy(Vectorizer):
    """Persistent entropy of barcodes, one feature a degree.

    See :func:`tdainv.persistence_entropy`.

    Parameters
    ----------
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        One for each degree.

    Examples
    --------
    >>> from tdainv import Barcode, PersistenceEntropy
    >>> PersistenceEntropy().fit_transform([Barcode([0.0, 2.0], [1.0, 3.0], degree=1)]).round(3)
    array([[0.693]])
    """

    _kind = Barcode

    def __init__(self, *, essential: str | float = "drop", n_jobs: int | None = None) -> None:
        self.essential = essential
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check_essential(self.essential)

    @staticmethod
    def _label(invariant: Barcode, place: int) -> str:
        return f"entropy{place}_h{invariant.degree}"

    def _make_plan(self, invariants: list[Barcode], place: int) -> _Entropy:
        for barcode in invariants:
            kept_bars(barcode, self.essential)
        return _Entropy(self.essential)


class _Entropy(NamedTuple):
    essential: str | float

    def row(self, barcode: Barcode) -> Float:
        return np.array([persistence_entropy(barcode, essential=self.essential)])

    def names(self, label: str) -> Number:
        return np.array([label], dtype=object)


class EntropyCurve(CurveVectorizer):
    """Entropy summary functions of barcodes at learned times.

    See :func:`tdainv.entropy_curve`.

    Parameters
    ----------
    normalize : bool, default False
        Whether to divide each curve by the sum of its values.
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
    >>> from tdainv import Barcode, EntropyCurve
    >>> bars = Barcode([0.0, 1.0], [2.0, 3.0], degree=1)
    >>> EntropyCurve(resolution=4, coverage=1.0).fit_transform([bars]).round(3)
    array([[0.347, 0.693, 0.347, 0.   ]])
    """

    _prefix = "entropycurve"

    def __init__(
        self,
        *,
        normalize: bool = False,
        resolution: int = 100,
        coverage: float = 0.99,
        essential: str | float = "drop",
        n_jobs: int | None = None,
    ) -> None:
        self.normalize = normalize
        self.resolution = resolution
        self.coverage = coverage
        self.essential = essential
        self.n_jobs = n_jobs

    def _curve(self) -> partial[Float]:
        return partial(entropy_curve, normalize=self.normalize, essential=self.essential)
