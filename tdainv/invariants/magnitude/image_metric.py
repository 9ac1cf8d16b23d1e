"""What an image is as a metric space: points of a grid with values, and their distance."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.invariants.magnitude import _kernels_neighbours as codes

ImageMetric: TypeAlias = str | float

_NAMES = {"l1": 1.0, "l2": 2.0, "linf": np.inf, "hamming": 1.0}


class PixelSpace(NamedTuple):
    """The metric space of an image, with all weights and the scale in its numbers.

    Two pixels have distance |spacing (k - k')|, |v - v'| put together as the metric says.
    """

    shape: tuple[int, ...]
    values: Float  # (n_pixels, n_channels), centred
    spacing: float
    exponent: float  # p of l_p
    hamming: float  # what a value that differs adds to the distance; 0 for l_p

    @property
    def n_pixels(self) -> int:
        """Number of pixels."""
        return prod(self.shape)

    @property
    def code(self) -> int:
        """Which distance the kernels compute."""
        known = {1.0: codes.L1, 2.0: codes.L2, np.inf: codes.LINF}
        return codes.HAMMING if self.hamming else known.get(self.exponent, codes.LP)

    @property
    def kernel_exponent(self) -> float:
        """The number that goes with the code."""
        return self.hamming or self.exponent

    def points(self) -> Float:
        """Pixels as points (n_pixels, dim + n_channels)."""
        places = np.indices(self.shape, dtype=np.float64).reshape(len(self.shape), -1).T * self.spacing
        return np.ascontiguousarray(np.concatenate([places, self.values], axis=1))


def exponent_of(metric: Any) -> float:
    """Check a metric of images; return its p."""
    if isinstance(metric, str):
        return _NAMES[check.option(metric, tuple(_NAMES), "metric")]
    if metric == np.inf:
        return np.inf
    p = check.positive(metric, "metric")
    if p < 1.0:
        raise ValueError(f"metric must be a name or a number p >= 1 (of l_p), got metric={metric!r}.")
    return p


def checked_pixels(image: ArrayLike, channels: bool, name: str = "image") -> Float:
    """Check an image: finite, at least one pixel, values whose differences are finite."""
    rule = "must have shape (n_1, ..., n_d, n_channels)" if channels else "must have shape (n_1, ..., n_d)"
    rule += " with d >= 1 and no axis of length 0"
    array = check.float_array(image, name, rule)
    if array.ndim < 1 + channels or 0 in array.shape:
        raise ValueError(f"{name} {rule}, got shape {array.shape}.")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {name}[{', '.join(map(str, where))}] = {array[where]}.")
    low, high = float(array.min()), float(array.max())
    if not np.isfinite(high - low):
        raise ValueError(f"{name} must have values whose differences are finite, got values from {low:g} to {high:g}.")
    return array


def check_weights(position_weight: Any, value_weight: Any, t: Any) -> tuple[float, float]:
    """Check the weights of a product metric and the scale; return both weights times t."""
    position = check.positive(position_weight, "position_weight")
    value = check.finite(value_weight, "value_weight")
    if value < 0:
        raise ValueError(f"value_weight must be at least 0, got value_weight={value_weight!r}.")
    scale = check.positive(t, "t")
    if not 0 < position * scale < np.inf or not value * scale < np.inf:
        raise ValueError(
            "t times position_weight must be a positive finite number, and t times value_weight finite, got "
            f"t={t!r}, position_weight={position_weight!r}, value_weight={value_weight!r}."
        )
    return position * scale, value * scale


def pixel_space(
    image: ArrayLike, metric: Any, position_weight: Any, value_weight: Any, t: Any, channels: bool
) -> PixelSpace:
    """Check an image and its metric."""
    exponent = exponent_of(metric)
    spacing, weight = check_weights(position_weight, value_weight, t)
    pixels = checked_pixels(image, channels)
    shape = pixels.shape[:-1] if channels else pixels.shape
    values = pixels.reshape(prod(shape), -1)
    if isinstance(metric, str) and metric == "hamming":
        # A weight of 0 is as good as one that is too small to change any distance, and keeps the metric's code.
        return PixelSpace(shape, values + 0.0, spacing, exponent, weight or 1e-300)
    low, high = values.min(axis=0), values.max(axis=0)
    with np.errstate(over="ignore", under="ignore"):
        values = np.ascontiguousarray((values - (low + (high - low) / 2)) * weight)
    if not np.isfinite(values).all():
        raise ValueError(
            f"image must have finite distances, got values from {low.min():g} to {high.max():g} times {weight:g} "
            "(t times value_weight): rescale the values."
        )
    return PixelSpace(shape, values, spacing, exponent, 0.0)
