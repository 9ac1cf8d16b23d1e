"""Bottleneck distance of barcodes."""

from __future__ import annotations

import numpy as np

from tdainv._typing import Float
from tdainv.distances._kernels_bottleneck import finite_bottleneck
from tdainv.persistence.bars import Bars, as_diagram, require_same_degree


def bottleneck_distance(first: Bars, second: Bars) -> float:
    """Bottleneck distance of two barcodes, exact.

    It is the least δ such that bars of one can be matched with bars of the other, births and deaths at most δ apart,
    where bars of length at most 2δ may stay unmatched: min over matchings of the largest cost, a pair (b, d), (b', d')
    costs ``max(|b - b'|, |d - d'|)`` and a bar that is left over (d - b) / 2.

    Parameters
    ----------
    first, second : Barcode or array-like of shape (k, 2)
        Births and deaths as columns. Births are finite, deaths are at least the births, and ``inf`` for essential bars.

    Returns
    -------
    float
        ``inf`` if the numbers of essential bars differ.

    Raises
    ------
    ValueError
        For wrong shapes, births that are not finite, deaths that are below the births or NaN, or barcodes of different
        degrees.

    Notes
    -----
    Essential bars are matched in the order of their births. For the others, δ is searched among the differences of
    births and of deaths and the half lengths. Whether a δ is enough is decided by augmenting paths through the graph
    of pairs at most δ apart, which is never listed: a k-d tree gives the neighbours that were not seen yet [1]_.
    Memory is linear. Time is about O(n log n) for one δ where few rounds of augmenting paths do, as is usual, and
    there are at most some dozens of values of δ.

    References
    ----------
    .. [1] Efrat, Itai, Katz: Geometry helps in bottleneck matching and related problems, Algorithmica 31 (2001).
    .. [2] Kerber, Morozov, Nigmetov: Geometry helps to compare persistence diagrams, ACM J. Exp. Algorithmics 22
       (2017).

    Examples
    --------
    The long bars are matched, their deaths differ by 1; the short bar is 2 long, and stays unmatched:

    >>> import tdainv
    >>> tdainv.bottleneck_distance([[0.0, 10.0], [3.0, 5.0]], [[0.5, 9.0]])
    1.0
    """
    require_same_degree(first, second)
    return _distance(as_diagram(first, "first"), as_diagram(second, "second"))


def _distance(first: Float, second: Float) -> float:
    """Bottleneck distance of checked diagrams."""
    essential = [np.isinf(bars[:, 1]) for bars in (first, second)]
    births = [np.sort(bars[which, 0]) for bars, which in zip((first, second), essential, strict=True)]
    if len(births[0]) != len(births[1]):
        return np.inf
    with np.errstate(over="ignore"):  # births that are more than 1.8e308 apart
        low = float(np.abs(births[0] - births[1]).max(initial=0.0))
    finite = [bars[~which].T.copy() for bars, which in zip((first, second), essential, strict=True)]
    return float(finite_bottleneck(*finite[0], *finite[1], low))
