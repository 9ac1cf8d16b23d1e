"""The delay of an embedding: the first minimum of the mutual information of a series and itself, shifted."""

from __future__ import annotations

import math

import numpy as np
from scipy import fft

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv.series._checks import checked_series, columns_of, scaled

# Delays beyond are not searched by default.
_LARGEST_DELAY = 1000
# How far the mutual information must rise again, as a share of its fall, for a minimum to count.
_RISE = 0.02


def auto_mutual_information(series: ArrayLike, *, max_delay: int | None = None, n_bins: int | None = None) -> Float:
    """Mutual information of a time series and itself shifted by 0, 1, ..., max_delay steps, in nats.

    Parameters
    ----------
    series : array-like of shape (n_samples,) or (n_samples, n_channels)
        At least two samples. With several channels the result is the mean over them.
    max_delay : int, optional
        At most n_samples - 1. By default a quarter of n_samples, between 1 and 1000.
    n_bins : int, optional
        Number of bins for each of the two variables, at least 2. By default ⌈n_samples^(1/3)⌉, at least 4.

    Returns
    -------
    ndarray of shape (max_delay + 1,)
        At least 0, up to rounding; the first entry is the largest that the estimator can give. 0 for a constant.

    Raises
    ------
    ValueError
        For a series that is not finite or has only one sample, or a delay that it does not have.

    Notes
    -----
    With p the joint distribution of x_i and x_{i+τ} and q, r its marginals, the information is Σ p log(p / (q r)). It
    is estimated from a histogram with linear binning: the centres of the bins are evenly spaced from the least to the
    largest value, and a sample is shared between the two nearest ones in proportion to its closeness (the B-splines of
    order 2 of the reference). Counts then change continuously with the samples; with plain bins the information of a
    periodic signal jumps from delay to delay. O(n_samples) for each delay.

    References
    ----------
    Fraser, Swinney: Independent coordinates for strange attractors from mutual information, Phys. Rev. A 33 (1986).

    Daub, Steuer, Selbig, Kloska: Estimating mutual information using B-spline functions, BMC Bioinformatics 5 (2004).

    Examples
    --------
    Two values that alternate tell each other: one bit, or log(2) nats, at each delay.

    >>> auto_mutual_information([0, 1] * 50, max_delay=2).round(3)
    array([0.693, 0.693, 0.693])
    """
    channels, max_delay = _checked(series, max_delay)
    curve = _Information(channels, n_bins)
    return np.array([curve.at(delay) for delay in range(max_delay + 1)])


def estimate_delay(
    series: ArrayLike, *, max_delay: int | None = None, n_bins: int | None = None, rise: float = _RISE
) -> int:
    """Delay for the embedding of a time series: the first minimum of its auto mutual information.

    At this delay a sample and the delayed one are as independent as they first become, so that together they tell most.

    Parameters
    ----------
    series : array-like of shape (n_samples,) or (n_samples, n_channels)
        At least two samples. With several channels, the mean over them of the mutual information counts.
    max_delay : int, optional
        Largest delay, at most n_samples - 1. By default a quarter of n_samples, between 1 and 1000.
    n_bins : int, optional
        See :func:`auto_mutual_information`.
    rise : float in (0, 1], default 0.02
        A minimum at delay k counts if the information I later rises above I(k) + rise · (I(0) - I(k)) before it falls
        below I(k): smaller wiggles come from the finite sample.

    Returns
    -------
    int
        Where there is no minimum up to `max_delay`: the first delay at which the autocorrelation is below 1/e, or
        `max_delay` if it stays above. 1 for a constant series.

    Raises
    ------
    ValueError
        For a series that is not finite or has only one sample, or a delay that it does not have.

    References
    ----------
    Fraser, Swinney: Independent coordinates for strange attractors from mutual information, Phys. Rev. A 33 (1986).

    Examples
    --------
    The samples of a sine are least alike a quarter of a period later:

    >>> import numpy as np
    >>> estimate_delay(np.sin(2 * np.pi * np.arange(400) / 40))
    10
    """
    rise = check.fraction(rise, "rise")
    channels, max_delay = _checked(series, max_delay)
    curve = _Information(channels, n_bins)
    if not channels.any():
        return 1
    first = lowest = curve.at(0)
    best = 0
    for delay in range(1, max_delay + 1):
        information = curve.at(delay)
        if information < lowest:
            best, lowest = delay, information
        elif best and information > lowest + rise * (first - lowest):
            return best
    return _correlation_time(channels, max_delay)


def _checked(series: ArrayLike, max_delay: int | None) -> tuple[Float, int]:
    channels = columns_of(checked_series(series))
    n = len(channels)
    if n < 2:
        raise ValueError(f"series must have at least 2 samples to be compared with itself shifted, got {n}.")
    if max_delay is None:
        return scaled(channels), max(1, min(n // 4, _LARGEST_DELAY))
    if check.positive_integer(max_delay, "max_delay") >= n:
        raise ValueError(f"max_delay must be less than the number of samples {n}, got max_delay={max_delay}.")
    return scaled(channels), int(max_delay)


class _Information:
    """The auto mutual information of a scaled series as a function of the delay; bins are assigned once."""

    def __init__(self, channels: Float, n_bins: int | None) -> None:
        if n_bins is None:
            n_bins = max(4, math.ceil(round(len(channels) ** (1 / 3), 9)))
        elif check.positive_integer(n_bins, "n_bins") < 2:
            raise ValueError(f"n_bins must be at least 2, got n_bins={n_bins}.")
        self.n_bins = int(n_bins)
        low = channels.min(axis=0)
        extent = channels.max(axis=0) - low
        # A constant channel falls into the first bin: it has no information.
        place = (self.n_bins - 1) * ((channels - low) / np.where(extent > 0, extent, 1.0))
        self.bins: Int = np.minimum(place.astype(np.int64), self.n_bins - 2)
        self.shares = place - self.bins

    def at(self, delay: int) -> float:
        """Mean over the channels of the mutual information at this delay."""
        return float(np.mean([self._of_channel(k, delay) for k in range(self.bins.shape[1])]))

    def _of_channel(self, k: int, delay: int) -> float:
        bins, share, b = self.bins[:, k], self.shares[:, k], self.n_bins
        n = len(bins) - delay
        cells = b * bins[:n] + bins[delay:]
        after, late = share[:n], share[delay:]
        joint = np.zeros(b * b)
        for step, weights in (
            (0, (1 - after) * (1 - late)),
            (1, (1 - after) * late),
            (b, after * (1 - late)),
            (b + 1, after * late),
        ):
            joint += np.bincount(cells + step, weights, b * b)
        table = joint.reshape(b, b) / n
        independent = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
        seen = table > 0
        return float(np.sum(table[seen] * np.log(table[seen] / independent[seen])))


def _correlation_time(channels: Float, max_delay: int) -> int:
    """First delay at which the autocorrelation, the channels taken together, is below 1/e."""
    length = fft.next_fast_len(len(channels) + max_delay, real=True)  # so that no product wraps around
    energy = np.square(np.abs(fft.rfft(channels, length, axis=0))).sum(axis=1)
    products = fft.irfft(energy, length)[: max_delay + 1]
    below = np.flatnonzero(products < products[0] / math.e)
    return int(below[0]) if len(below) else max_delay
