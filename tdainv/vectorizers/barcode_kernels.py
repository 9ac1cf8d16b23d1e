"""Kernels between barcodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float, Int
from tdainv.persistence.bars import Bars, check_essential, kept_bars, require_same_degree
from tdainv.vectorizers._kernels_barcodes import fisher_distances, gaussian_sums, mirrored_sums
from tdainv.vectorizers.bar_weights import Weight, check_weight, weights_of_bars

_LEAST = 1e-150


def scale_space_kernel(first: Bars, second: Bars, *, bandwidth: float, essential: str | float = "drop") -> float:
    """Persistence scale space kernel of two barcodes, also called heat kernel.

    k = 1 / (2π h²) Σ_p Σ_q exp(-|p - q|² / (2 h²)) - exp(-|p - q̄|² / (2 h²)) over bars p of the first and q of the
    second barcode, as points (birth, death), where q̄ = (death, birth) [1]_.

    Parameters
    ----------
    first, second : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    bandwidth : float
        The length h. Heat spreads for the time h² / 4 in the notation of [1]_.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    float
        At least 0; 0 if a barcode has no bars.

    Notes
    -----
    It is the inner product of solutions of the heat equation that start with a Dirac mass at each bar and vanish on
    the diagonal. The norm of a difference of two solutions is at most sqrt(2 / π) / h² times the 1-Wasserstein
    distance of the barcodes [1]_. Time O(k l).

    References
    ----------
    .. [1] Reininghaus, Huber, Bauer, Kwitt: A stable multi-scale kernel for topological machine learning, CVPR 2015.

    Examples
    --------
    >>> import tdainv
    >>> kernel = tdainv.scale_space_kernel([[0, 2]], [[0, 2]], bandwidth=1.0)
    >>> round(kernel, 4)  # (1 - exp(-4)) / (2 π)
    0.1562
    """
    points = _pair(first, second, bandwidth, essential)
    return float(scale_space_row(*points, _ends(points[1]), float(bandwidth))[0])


def weighted_gaussian_kernel(
    first: Bars,
    second: Bars,
    *,
    bandwidth: float,
    weight: Weight = "persistence",
    essential: str | float = "drop",
) -> float:
    """Persistence weighted Gaussian kernel of two barcodes.

    k = Σ_p Σ_q w(p) w(q) exp(-|p - q|² / (2 h²)) over bars p of the first and q of the second barcode, as points
    (birth, death) [1]_.

    Parameters
    ----------
    first, second : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    bandwidth : float
        The length h.
    weight : {"persistence", "one"} or callable, default "persistence"
        Weight of a bar: its persistence, 1, or a function of the arrays of births and of persistences that returns an
        array, such as arctan(persistence ** 3) in [1]_.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    float
        0 if a barcode has no bars.

    Notes
    -----
    Time O(k l).

    References
    ----------
    .. [1] Kusano, Fukumizu, Hiraoka: Persistence weighted Gaussian kernel for topological data analysis, ICML 2016.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.weighted_gaussian_kernel([[0, 2]], [[0, 2], [50, 53]], bandwidth=1.0)
    4.0
    """
    check_weight(weight)
    points = _pair(first, second, bandwidth, essential)
    return float(weighted_gaussian_row(*points, _ends(points[1]), float(bandwidth), weight)[0])


def fisher_kernel(
    first: Bars, second: Bars, *, bandwidth: float, scale: float = 1.0, essential: str | float = "drop"
) -> float:
    """Persistence Fisher kernel of two barcodes: exp(-d / scale).

    d = arccos Σ_x sqrt(ρ(x) σ(x)), the Fisher information distance of two discrete distributions: ρ is the sum of
    Gaussians of standard deviation h at the bars of the first barcode and at the points of the diagonal next to the
    bars of the second, σ the other way round, both normed to sum 1 over all these points x [1]_.

    Parameters
    ----------
    first, second : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    bandwidth : float
        The length h.
    scale : float, default 1.0
        Positive.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    float
        Between exp(-π / (2 scale)) and 1, which it is for equal barcodes.

    Notes
    -----
    Exact: all pairs of points are summed, in time O((k + l)²). It is positive definite on distributions over the same
    points [1]_; but the points x depend on the pair of barcodes, so that a matrix of kernels of several barcodes may
    have negative eigenvalues. On random barcodes and with h a twentieth of the range, the least was -4 % of the
    largest.

    References
    ----------
    .. [1] Le, Yamada: Persistence Fisher kernel: a Riemannian manifold kernel for persistence diagrams, NeurIPS 2018.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.fisher_kernel([[0, 2], [1, 5]], [[0, 2], [1, 5]], bandwidth=1.0)
    1.0
    """
    check.positive(scale, "scale")
    points = _pair(first, second, bandwidth, essential)
    return float(fisher_row(*points, _ends(points[1]), float(bandwidth), float(scale))[0])


def scale_space_row(first: Float, others: Float, offsets: Int, bandwidth: float) -> Float:
    """Scale space kernels of one barcode with others, which lie one after the other between offsets."""
    return mirrored_sums(first, others, offsets, bandwidth) / (2 * np.pi * bandwidth**2)


def weighted_gaussian_row(first: Float, others: Float, offsets: Int, bandwidth: float, weight: Weight) -> Float:
    """Persistence weighted Gaussian kernels of one barcode with others."""
    weights = [
        weights_of_bars(np.column_stack([bars[:, 0], bars[:, 1] - bars[:, 0]]), weight) for bars in (first, others)
    ]
    return gaussian_sums(first, weights[0], others, weights[1], offsets, bandwidth)


def fisher_row(first: Float, others: Float, offsets: Int, bandwidth: float, scale: float) -> Float:
    """Persistence Fisher kernels of one barcode with others."""
    return np.exp(-fisher_distances(first, others, offsets, bandwidth) / scale)


def check_bandwidth(bandwidth: Any) -> float:
    """Check a bandwidth, whose square must be a number."""
    if not _LEAST < check.positive(bandwidth, "bandwidth") < 1 / _LEAST:
        raise ValueError(f"bandwidth must lie between {_LEAST:g} and {1 / _LEAST:g}, got bandwidth={bandwidth!r}.")
    return float(bandwidth)


def _pair(first: Bars, second: Bars, bandwidth: float, essential: str | float) -> tuple[Float, Float]:
    check_bandwidth(bandwidth)
    check_essential(essential)
    require_same_degree(first, second)
    return kept_bars(first, essential, "first"), kept_bars(second, essential, "second")


def _ends(bars: Float) -> Int:
    return np.array([0, len(bars)])
