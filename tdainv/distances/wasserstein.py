"""Wasserstein distances of barcodes."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from tdainv._memory import require_memory
from tdainv._typing import Float
from tdainv.distances._kernels_wasserstein import alignment_cost, pair_gains
from tdainv.distances.bottleneck import bottleneck_distance
from tdainv.persistence.bars import Bars, as_diagram, require_same_degree


def wasserstein_distance(first: Bars, second: Bars, *, order: float = 1.0, internal: float = np.inf) -> float:
    """p-Wasserstein distance of two barcodes, exact.

    (min over matchings of Σ ‖bar - partner‖^p)^(1/p), where bars are points (birth, death), and the partner of a bar
    that is left over is the nearest point of the diagonal.

    Parameters
    ----------
    first, second : Barcode or array-like of shape (k, 2)
        Births and deaths as columns. Births are finite, deaths are at least the births, and ``inf`` for essential bars.
    order : float, default 1.0
        The exponent p, at least 1 and finite. For p = inf see :func:`tdainv.bottleneck_distance`.
    internal : float, default inf
        The exponent q of the norm ‖·‖ of the plane, at least 1; ``inf`` for the maximum norm.

    Returns
    -------
    float
        ``inf`` if the numbers of essential bars differ.

    Raises
    ------
    ValueError
        For wrong shapes, births that are not finite, deaths that are below the births or NaN, barcodes of different
        degrees, or exponents below 1.
    MemoryLimitError
        If the table of pairs does not fit.

    Notes
    -----
    Essential bars are matched in the order of their births. Of the others, all are first left over; matching bars p
    and q then changes the sum by ‖p - q‖^p less what the two cost alone. Pairs for which that is not negative are
    never needed, so that the problem is an assignment of k by l bars, of which those without any useful partner are
    removed, and for p = 1 also bars that both barcodes have. It is solved by shortest augmenting paths [1]_, O(n³) in
    the worst case, with 8 k l bytes. Bars that are all born together, as in degree 0 of a Rips filtration, or all die
    together are aligned in the order of their lengths instead, in O(k l) and linear memory.

    References
    ----------
    .. [1] Crouse: On implementing 2D rectangular assignment algorithms, IEEE Trans. Aerospace Electronic Systems 52
       (2016).
    .. [2] Kerber, Morozov, Nigmetov: Geometry helps to compare persistence diagrams, ACM J. Exp. Algorithmics 22
       (2017).

    Examples
    --------
    The long bars are matched at a cost of 1; the short bar is 2 long, and half a length from the diagonal:

    >>> import tdainv
    >>> tdainv.wasserstein_distance([[0.0, 10.0], [3.0, 5.0]], [[0.5, 9.0]])
    2.0
    """
    order, internal = _exponent(order, "order", ""), _exponent(internal, "internal", " or inf")
    if order == np.inf:
        raise ValueError("order must be finite, got order=inf. bottleneck_distance is the distance of order inf.")
    require_same_degree(first, second)
    diagrams = as_diagram(first, "first"), as_diagram(second, "second")
    essential = [np.isinf(bars[:, 1]) for bars in diagrams]
    births = [np.sort(bars[which, 0]) for bars, which in zip(diagrams, essential, strict=True)]
    if len(births[0]) != len(births[1]):
        return np.inf
    finite = [bars[~which & (bars[:, 0] < bars[:, 1])] for bars, which in zip(diagrams, essential, strict=True)]
    return _norm(
        np.concatenate([np.abs(births[0] - births[1]), _matched(finite[0], finite[1], order, internal)]), order
    )


def _exponent(value: Any, name: str, more: str) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not float(value) >= 1:
        raise ValueError(f"{name} must be a number of at least 1{more}, got {name}={value!r}.")
    return float(value)


def _norm(lengths: Float, order: float) -> float:
    """(Σ length^p)^(1/p), without overflow."""
    largest = lengths.max(initial=0.0)
    return float(largest * ((lengths / largest) ** order).sum() ** (1 / order)) if largest > 0 else 0.0


def _matched(first: Float, second: Float, order: float, internal: float) -> Float:
    """Lengths whose p-norm is the distance: those of bars to their partners in a best matching, or their p-norm."""
    if order == 1:
        first, second = _without_common(first, second)
    alone = [_to_diagonal(bars, internal) for bars in (first, second)]
    if not (len(first) and len(second)):
        return np.concatenate(alone)
    unit = bottleneck_distance(first, second) * 2 ** (1 / internal)
    if unit == 0:
        return np.zeros(0)
    # The matching of the bottleneck distance costs at most 1 a bar in this unit: a bar that costs more alone than all
    # bars then do together is not left over. Clipped there, costs of very different sizes add up without loss.
    most = 2.0 * (len(first) + len(second))
    costs = [np.minimum(lengths / unit, most ** (1 / order)) ** order for lengths in alone]
    if any(np.ptp(np.concatenate([first[:, k], second[:, k]])) == 0 for k in (0, 1)):
        lengths = [np.sort(bars[:, 1] - bars[:, 0]) / unit for bars in (first, second)]
        cost = alignment_cost(*lengths, np.sort(costs[0]), np.sort(costs[1]), order)  # longer bars cost more
        return np.array([unit * cost ** (1 / order)])
    require_memory(
        16 * len(first) * len(second),
        f"Matching {len(first)} with {len(second)} bars",
        "Drop the shortest bars, or use the sliced Wasserstein distance.",
    )
    rows, columns = _assignment(pair_gains(first / unit, second / unit, *costs, order, internal))
    left = [np.delete(lengths, used) for lengths, used in zip(alone, (rows, columns), strict=True)]
    return np.concatenate([_lengths(first[rows] - second[columns], internal), *left])


def _without_common(first: Float, second: Float) -> tuple[Float, Float]:
    """Remove bars that both barcodes have, as often as both have them: a best matching of order 1 fixes them."""
    bars, numbers_ = np.unique(np.concatenate([first, second]), axis=0, return_inverse=True)
    counts = [np.bincount(part, minlength=len(bars)) for part in np.split(numbers_.reshape(-1), [len(first)])]
    more = counts[0] - counts[1]
    return np.repeat(bars, np.maximum(more, 0), axis=0), np.repeat(bars, np.maximum(-more, 0), axis=0)


def _to_diagonal(bars: Float, internal: float) -> Float:
    return (bars[:, 1] - bars[:, 0]) * 2 ** (1 / internal - 1)


def _lengths(vectors: Float, internal: float) -> Float:
    return np.linalg.norm(vectors, ord=internal, axis=1)


def _assignment(gains: Float) -> tuple[Any, Any]:
    """Pairs of a matching with the least sum of gains, all of them negative."""
    useful = gains < 0
    rows, columns = (np.flatnonzero(useful.any(axis=axis)) for axis in (1, 0))
    if len(rows) < len(gains) or len(columns) < len(gains.T):
        gains = gains[np.ix_(rows, columns)]
    i, j = linear_sum_assignment(gains)
    matched = gains[i, j] < 0
    return rows[i[matched]], columns[j[matched]]
