"""What counts as a time series."""

from __future__ import annotations

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float


def checked_series(series: ArrayLike, name: str = "series") -> Float:
    """Check a time series: finite, shape (n_samples,) or (n_samples, n_channels), at least one of each."""
    rule = "must have shape (n_samples,) or (n_samples, n_channels) with at least one sample and one channel"
    array = check.float_array(series, name, rule)
    if array.ndim not in (1, 2) or 0 in array.shape:
        raise ValueError(f"{name} {rule}, got shape {array.shape}.")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {name}[{', '.join(map(str, where))}] = {array[where]}.")
    return array


def columns_of(series: Float) -> Float:
    """The channels of a checked series, as columns."""
    return series.reshape(len(series), -1)


def scaled(channels: Float) -> Float:
    """Channels centred and in a common unit, for what does not depend on either: squares then cannot overflow."""
    largest = np.abs(channels).max()
    unit = channels / largest if largest > 0 else channels
    centred = unit - unit.mean(axis=0)
    centred[:, (channels == channels[0]).all(axis=0)] = 0.0  # rounding of the mean makes no variation
    return centred
