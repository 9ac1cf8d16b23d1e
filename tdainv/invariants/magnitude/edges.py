"""Edges of images from their magnitude: the weights of pixels, cut off at a threshold that is tuned on given edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Number
from tdainv.invariants.magnitude.image import image_magnitude
from tdainv.invariants.magnitude.image_metric import ImageMetric

_N_THRESHOLDS = 256


def magnitude_edge_strength(
    image: ArrayLike,
    *,
    metric: ImageMetric = "l1",
    position_weight: float = 1.0,
    value_weight: float = 1.0,
    t: float = 1.0,
    channels: bool = False,
    n_jobs: int | None = None,
) -> Float:
    """Strength of the edge at each pixel: by how much its magnitude weight exceeds that in a constant image.

    In a constant image the weights at the border are larger than those inside, although nothing is there. The ratio to
    them takes that away: it is 1 where values do not change, and larger where few pixels near have a similar value.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d), or (n_1, ..., n_d, n_channels) with ``channels=True``
    metric : {"l1", "l2", "linf", "hamming"} or float, default "l1"
    position_weight, value_weight, t : float, default 1
    channels : bool, default False
    n_jobs : int, optional
        See :func:`image_magnitude` for all of these.

    Returns
    -------
    ndarray of shape (n_1, ..., n_d)
        Weight of the pixel over its weight in a constant image, minus 1.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.magnitude_edge_strength([0, 0, 0, 0, 5, 5, 5, 5]).round(2)
    array([0.  , 0.  , 0.  , 0.58, 0.58, 0.  , 0.  , 0.  ])
    """
    options: dict[str, Any] = {"metric": metric, "position_weight": position_weight, "t": t, "n_jobs": n_jobs}
    weights = image_magnitude(image, value_weight=value_weight, channels=channels, **options)
    return weights / image_magnitude(np.zeros(weights.shape), **options) - 1.0


def dice_coefficient(first: ArrayLike, second: ArrayLike) -> float:
    """Sørensen–Dice coefficient of two sets of pixels: twice the common ones over the sum of both.

    Parameters
    ----------
    first, second : array-like of the same shape
        Binary images.

    Returns
    -------
    float
        Between 0 and 1; 1 for two empty sets.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.dice_coefficient([1, 1, 0, 0], [1, 0, 0, 0])
    0.6666666666666666
    """
    a, b = (_binary(values, name) for values, name in ((first, "first"), (second, "second")))
    if a.shape != b.shape:
        raise ValueError(f"first and second must have the same shape, got {a.shape} and {b.shape}.")
    total = int(a.sum()) + int(b.sum())
    return 2.0 * int((a & b).sum()) / total if total else 1.0


def dice_threshold(strengths: Sequence[ArrayLike], edges: Sequence[ArrayLike]) -> tuple[float, float]:
    """Threshold of edge strengths with the largest mean Dice coefficient to given edges.

    256 quantiles of all strengths are tried, O(n log n) in the number of pixels.

    Parameters
    ----------
    strengths : sequence of array-likes
        One array of finite numbers an image.
    edges : sequence of array-likes
        Binary images of the same shapes: the edges that should be found.

    Returns
    -------
    threshold : float
        Pixels are edges where their strength is at least this.
    dice : float
        Mean over the images at this threshold.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.dice_threshold([[0.1, 0.2, 0.9, 0.8]], [[0, 0, 1, 1]])
    (0.8, 1.0)
    """
    values, masks = _pairs(strengths, edges)
    thresholds = np.unique(np.quantile(np.concatenate(values), np.linspace(0, 1, _N_THRESHOLDS), method="higher"))
    mean = np.mean([_dice_curve(v, m, thresholds) for v, m in zip(values, masks, strict=True)], axis=0)
    best = int(mean.argmax())
    return float(thresholds[best]), float(mean[best])


def _dice_curve(values: Float, mask: Number, thresholds: Float) -> Float:
    """Dice coefficients of {values >= threshold} and the mask, for all thresholds at once."""
    order = np.argsort(values)
    common = np.concatenate([np.cumsum(mask[order][::-1])[::-1], [0]])
    first = np.searchsorted(values[order], thresholds)
    total = len(values) - first + int(mask.sum())
    return np.where(total > 0, 2.0 * common[first] / np.maximum(total, 1), 1.0)


def _pairs(strengths: Any, edges: Any) -> tuple[list[Float], list[Number]]:
    if not hasattr(strengths, "__len__") or not hasattr(edges, "__len__") or len(strengths) != len(edges):
        raise ValueError("strengths and edges must be sequences of the same length, with one array an image.")
    if len(strengths) == 0:
        raise ValueError("strengths must hold at least one image, got none.")
    values, masks = [], []
    for i, (strength, edge) in enumerate(zip(strengths, edges, strict=True)):
        value = check.float_array(strength, f"strengths[{i}]", "must be finite numbers")
        mask = _binary(edge, f"edges[{i}]")
        if value.shape != mask.shape or value.size == 0:
            raise ValueError(
                f"strengths[{i}] and edges[{i}] must have the same shape, with at least one pixel, got {value.shape} "
                f"and {mask.shape}."
            )
        if not np.isfinite(value).all():
            raise ValueError(f"strengths[{i}] must be finite numbers, got {value[~np.isfinite(value)][0]}.")
        values.append(value.ravel())
        masks.append(mask.ravel())
    return values, masks


def _binary(values: Any, name: str) -> Number:
    array = check.float_array(values, name, "must be a binary image")
    if not ((array == 0) | (array == 1)).all():
        raise ValueError(
            f"{name} must be a binary image, of zeros and ones, got {array[(array != 0) & (array != 1)][0]:g}."
        )
    return array == 1
