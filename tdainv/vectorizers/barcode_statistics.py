"""Statistics of barcodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._base import Vectorizer
from tdainv._typing import Float, Number
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.bars import Bars, check_essential, kept_bars
from tdainv.vectorizers.persistence_entropy import persistence_entropy

_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
_OF = ("birth", "death", "midpoint", "persistence")
_SUMMARIES = ("mean", "std", "iqr", "range", "q10", "q25", "median", "q75", "q90")

STATISTICS = ("count", "entropy", *(f"{of}_{summary}" for of in _OF for summary in _SUMMARIES))


def barcode_statistics(barcode: Bars, *, essential: str | float = "drop") -> Float:
    """Statistics of a barcode: 38 numbers, whatever the number of bars.

    The number of bars and their entropy; and of births, deaths, midpoints (birth + death) / 2 and persistences each
    the mean, standard deviation, interquartile range, range, and the quantiles at 0.1, 0.25, 0.5, 0.75 and 0.9. Such
    plain numbers are a strong baseline [1]_.

    Parameters
    ----------
    barcode : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    ndarray of shape (38,)
        In the order of ``tdainv.vectorizers.barcode_statistics.STATISTICS``. Zeros for a barcode without bars.

    References
    ----------
    .. [1] Ali, Asaad, Jimenez, Nanda, Paluzo-Hidalgo, Soriano-Trigueros: A survey of vectorization methods in
       topological data analysis, IEEE TPAMI 45 (2023).

    Examples
    --------
    Two bars; the mean of their births:

    >>> import tdainv
    >>> statistics = tdainv.barcode_statistics([[0, 2], [1, 5]])
    >>> statistics[0], statistics[2]
    (np.float64(2.0), np.float64(0.5))
    """
    check_essential(essential)
    bars = kept_bars(barcode, essential)
    if len(bars) == 0:
        return np.zeros(len(STATISTICS))
    births, deaths = bars.T
    samples = np.column_stack([births, deaths, 0.5 * births + 0.5 * deaths, deaths - births])
    quantiles = np.quantile(samples, _QUANTILES, axis=0)
    spread = [quantiles[3] - quantiles[1], samples.max(axis=0) - samples.min(axis=0)]
    table = np.vstack([samples.mean(axis=0), samples.std(axis=0), *spread, quantiles])
    return np.concatenate([[len(bars), persistence_entropy(bars)], table.T.ravel()])


class BarcodeStatistics(Vectorizer):
    """Statistics of barcodes: 38 named features a degree.

    See :func:`tdainv.barcode_statistics`.

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
    >>> from tdainv import Barcode, BarcodeStatistics
    >>> statistics = BarcodeStatistics().set_output(transform="pandas")
    >>> table = statistics.fit_transform([Barcode([0.0, 1.0], [2.0, 5.0], degree=1)])
    >>> table["statistics0_h1_persistence_mean"].tolist()
    [3.0]
    """

    _kind = Barcode

    def __init__(self, *, essential: str | float = "drop", n_jobs: int | None = None) -> None:
        self.essential = essential
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check_essential(self.essential)

    @staticmethod
    def _label(invariant: Barcode, place: int) -> str:
        return f"statistics{place}_h{invariant.degree}"

    def _make_plan(self, invariants: list[Barcode], place: int) -> _Statistics:
        for barcode in invariants:
            kept_bars(barcode, self.essential)
        return _Statistics(self.essential)


class _Statistics(NamedTuple):
    essential: str | float

    def row(self, barcode: Barcode) -> Float:
        return barcode_statistics(barcode, essential=self.essential)

    def names(self, label: str) -> Number:
        return np.array([f"{label}_{name}" for name in STATISTICS], dtype=object)
