"""The dimension of an embedding: the first in which few nearest neighbours are false."""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv.series._checks import checked_series, columns_of, scaled

# Differences below this share of the size of the series are rounding.
_ROUNDING = 1e-9
# Fewer points than this tell nothing about neighbours.
_FEWEST_POINTS = 4


def false_neighbors(
    series: ArrayLike, *, delay: int, max_dimension: int = 10, ratio: float = 15.0, size: float = 2.0
) -> Float:
    """Share of false nearest neighbours among the delay vectors of a time series, for each dimension.

    The nearest neighbour of a delay vector of dimension m is false if the next samples, the further coordinates of the
    vectors of dimension m + 1, show the two to be far apart.

    Parameters
    ----------
    series : array-like of shape (n_samples,) or (n_samples, n_channels)
        At least `delay` + 4 samples.
    delay : int
    max_dimension : int, default 10
    ratio : float, default 15
        A neighbour at distance R is false if the distance of the next samples is more than `ratio` times R.
    size : float, default 2
        It is also false if the distance in dimension m + 1 is more than `size` times the root mean square deviation of
        the series from its mean.

    Returns
    -------
    ndarray of shape (n_dimensions,)
        Entry m - 1 is the share in dimension m, for m = 1, ..., max_dimension. Dimensions for which fewer than 4
        vectors have a next sample are left out.

    Raises
    ------
    ValueError
        For a series that is not finite or too short.

    Notes
    -----
    With several channels a sample is a vector and distances are Euclidean. Differences below 1e-9 deviations are
    rounding, and not false. Neighbours are found with a k-d tree, repeated delay vectors apart.

    References
    ----------
    Kennel, Brown, Abarbanel: Determining embedding dimension for phase-space reconstruction using a geometrical
    construction, Phys. Rev. A 45 (1992).

    Examples
    --------
    A sample of a sine does not tell whether it rises or falls; two samples do:

    >>> import numpy as np
    >>> sine = np.sin(np.arange(500))
    >>> false_neighbors(sine, delay=2, max_dimension=3).round(1)
    array([1., 0., 0.])
    """
    rules = _checked_rules(delay, max_dimension, ratio, size)
    channels = scaled(columns_of(checked_series(series)))
    return np.array([_false_share(channels, m, *rules) for m in _dimensions(channels, delay, max_dimension)])


def estimate_dimension(
    series: ArrayLike,
    *,
    delay: int,
    max_dimension: int = 10,
    threshold: float = 0.01,
    ratio: float = 15.0,
    size: float = 2.0,
) -> int:
    """Dimension for the delay embedding of a time series: the first with few false nearest neighbours.

    Parameters
    ----------
    series : array-like of shape (n_samples,) or (n_samples, n_channels)
        At least `delay` + 4 samples.
    delay : int
    max_dimension : int, default 10
    threshold : float in (0, 1], default 0.01
        The share of false neighbours that counts as few.
    ratio, size
        What makes a neighbour false, see :func:`false_neighbors`.

    Returns
    -------
    int
        If the share is above the threshold in all dimensions up to `max_dimension` (or up to the last for which the
        series is long enough): the first dimension of least share. 1 for a constant series.

    Raises
    ------
    ValueError
        For a series that is not finite or too short.

    References
    ----------
    Kennel, Brown, Abarbanel: Determining embedding dimension for phase-space reconstruction using a geometrical
    construction, Phys. Rev. A 45 (1992).

    Examples
    --------
    >>> import numpy as np
    >>> estimate_dimension(np.sin(np.arange(500)), delay=2)
    2
    """
    rules = _checked_rules(delay, max_dimension, ratio, size)
    threshold = check.fraction(threshold, "threshold")
    channels = scaled(columns_of(checked_series(series)))
    shares = []
    for m in _dimensions(channels, delay, max_dimension):
        shares.append(_false_share(channels, m, *rules))
        if shares[-1] <= threshold:
            return m
    return int(np.argmin(shares)) + 1


def _checked_rules(delay: int, max_dimension: int, ratio: float, size: float) -> tuple[int, float, float]:
    check.positive_integer(max_dimension, "max_dimension")
    return check.positive_integer(delay, "delay"), check.positive(ratio, "ratio"), check.positive(size, "size")


def _dimensions(channels: Float, delay: int, max_dimension: int) -> range:
    """Dimensions in which enough delay vectors have a next sample."""
    n = len(channels)
    if n < delay + _FEWEST_POINTS:
        raise ValueError(
            f"series must have at least {delay + _FEWEST_POINTS} samples to tell false neighbours with delay={delay}, "
            f"got {n}."
        )
    return range(1, min(max_dimension, (n - _FEWEST_POINTS) // delay) + 1)


def _false_share(channels: Float, m: int, delay: int, ratio: float, size: float) -> float:
    n = len(channels) - m * delay
    cloud = np.hstack([channels[k * delay : k * delay + n] for k in range(m)])
    neighbor = _nearest_neighbors(cloud)
    following = channels[m * delay :]
    distance = np.linalg.norm(cloud - cloud[neighbor], axis=1)
    step = np.linalg.norm(following - following[neighbor], axis=1)
    deviation = np.sqrt(np.square(channels).sum(axis=1).mean())
    false = (step > ratio * distance) | (np.hypot(distance, step) > size * deviation)
    return float(np.mean(false & (step > _ROUNDING * deviation)))


def _nearest_neighbors(cloud: Float) -> Int:
    """Index of a nearest other point, for each point; at least two points.

    Repeated points are neighbours of each other; the tree holds each place once, because it cannot split them.
    """
    places, place_of, counts = np.unique(cloud, axis=0, return_inverse=True, return_counts=True)
    place_of = place_of.ravel()
    order = np.argsort(place_of, kind="stable")
    starts = np.cumsum(counts) - counts
    # The next point at the same place, from the last to the first.
    following = np.arange(1, len(cloud) + 1)
    following[starts + counts - 1] = starts
    neighbor = np.empty(len(cloud), np.int64)
    neighbor[order] = order[following]
    alone = np.flatnonzero(counts == 1)
    if len(alone) and len(places) > 1:
        _, nearest = KDTree(places).query(places[alone], k=2)
        other = np.where(nearest[:, 0] == alone, nearest[:, 1], nearest[:, 0])
        neighbor[order[starts[alone]]] = order[starts[other]]
    return neighbor
