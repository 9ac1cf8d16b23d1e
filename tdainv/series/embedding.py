"""Delay embeddings of time series."""

from __future__ import annotations

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.series._checks import checked_series, columns_of
from tdainv.series.delay import estimate_delay
from tdainv.series.dimension import estimate_dimension


def delay_embedding(
    series: ArrayLike, *, dimension: int | None = None, delay: int | None = None, stride: int = 1
) -> Float:
    """Point cloud of the delay vectors (x_i, x_{i+τ}, ..., x_{i+(m-1)τ}) of a time series x.

    For a generic observable of a dynamical system and m above twice the dimension of its attractor, the map from
    states to delay vectors is an embedding: the cloud has the shape of the attractor (Takens' theorem).

    Parameters
    ----------
    series : array-like of shape (n_samples,) or (n_samples, n_channels)
    dimension : int, optional
        The number m of samples of a point; by default :func:`estimate_dimension` with its defaults.
    delay : int, optional
        The number τ of steps between them; by default :func:`estimate_delay` with its defaults.
    stride : int, default 1
        Number of steps from one point to the next.

    Returns
    -------
    ndarray of shape (n_points, dimension * n_channels)
        With n_points = ⌊(n_samples - 1 - (m - 1) τ) / stride⌋ + 1. The channels of a sample are side by side: all those
        at i, then all those at i + τ, ...

    Raises
    ------
    ValueError
        For a series that is not finite, has fewer than (m - 1) τ + 1 samples, or is too short to estimate from.

    References
    ----------
    Takens: Detecting strange attractors in turbulence, Lecture Notes in Mathematics 898, 1981.

    Examples
    --------
    >>> delay_embedding([0, 1, 2, 3, 4, 5], dimension=3, delay=2)
    array([[0., 2., 4.],
           [1., 3., 5.]])

    The delay vectors of a sine lie on an ellipse, with a quarter of its period as the delay on a circle:

    >>> import numpy as np
    >>> sine = np.sin(2 * np.pi * np.arange(400) / 40)
    >>> cloud = delay_embedding(sine)
    >>> cloud.shape
    (390, 2)
    >>> np.linalg.norm(cloud, axis=1).round(6).tolist() == [1.0] * 390
    True
    """
    check_embedding(dimension, delay, stride)
    channels = columns_of(checked_series(series))
    if delay is None:
        delay = estimate_delay(channels)
    if dimension is None:
        dimension = estimate_dimension(channels, delay=delay)
    span = (dimension - 1) * delay
    if span >= len(channels):
        raise ValueError(
            f"series must have at least (dimension - 1) * delay + 1 = {span + 1} samples for dimension={dimension} "
            f"and delay={delay}, got {len(channels)}."
        )
    starts = np.arange(0, len(channels) - span, stride)
    n_bytes = 16 * len(starts) * dimension * channels.shape[1]
    require_memory(n_bytes, f"The delay embedding in {len(starts)} points", "Use a greater stride.")
    places = starts[:, np.newaxis] + delay * np.arange(dimension)
    return channels[places].reshape(len(starts), -1)


def check_embedding(dimension: int | None, delay: int | None, stride: int) -> None:
    """Check the parameters of :func:`delay_embedding`."""
    if dimension is not None:
        check.positive_integer(dimension, "dimension")
    if delay is not None:
        check.positive_integer(delay, "delay")
    check.positive_integer(stride, "stride")
