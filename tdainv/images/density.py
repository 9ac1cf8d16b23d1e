"""Codensity of the pixels of a binary image, low where its foreground is dense."""

from __future__ import annotations

from math import prod

import numpy as np
from scipy import fft

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.images.binary import checked_binary
from tdainv.images.distance import METRICS, image_size


def codensity(image: ArrayLike, *, radius: float = 3.0, metric: str = "euclidean") -> Float:
    """Minus the number of foreground pixels around each pixel: low where the foreground is dense.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d)
        Binary: True or 1 on the foreground.
    radius : float, default 3
        In pixels. Counted are the foreground pixels at distance at most `radius`, the pixel itself among them.
    metric : {"euclidean", "taxicab", "chessboard"}, default "euclidean"

    Returns
    -------
    ndarray of shape (n_1, ..., n_d)
        Integers between minus the number of pixels of the ball, where the whole ball is foreground, and 0, where no
        foreground is near. Foreground and background pixels alike have a value; what lies outside the image is no
        foreground.

    Raises
    ------
    ValueError
        If the image is not binary, or the radius is not positive and finite.

    Notes
    -----
    The sign makes dense parts come first in the sublevel filtration. A convolution by the fast Fourier transform,
    rounded to integers: O(n log n) for n pixels, whatever the radius.

    References
    ----------
    Garin, Tauzin: A topological "reading" lesson: classification of MNIST using TDA, ICMLA 2019 (density filtration).

    Examples
    --------
    A ball of radius 1 has three pixels on a line, and five in the plane:

    >>> codensity([1, 1, 1, 0, 0, 0], radius=1)
    array([-2., -3., -2., -1.,  0.,  0.])
    >>> codensity([[1, 1, 0], [1, 1, 1], [1, 1, 1]], radius=1)
    array([[-3., -3., -2.],
           [-4., -5., -3.],
           [-3., -4., -3.]])
    """
    check.option(metric, METRICS, "metric")
    radius = check.positive(radius, "radius")
    foreground = checked_binary(image)
    shape = foreground.shape
    reach = [int(min(radius, length - 1)) for length in shape]  # no two pixels are further apart along an axis
    padded = [fft.next_fast_len(length + far, real=True) for length, far in zip(shape, reach, strict=True)]
    require_memory(48 * prod(padded), f"The codensity of an image of shape {shape}", "Downsample the image.")
    ball = _ball(reach, min(radius, image_size(shape, metric)), metric)
    spectrum = fft.rfftn(foreground.astype(np.float64), padded)
    spectrum *= fft.rfftn(ball, padded)
    counts = fft.irfftn(spectrum, padded)
    # The centre of the ball is its pixel of index `reach`.
    middle = tuple(slice(far, far + length) for far, length in zip(reach, shape, strict=True))
    return 0.0 - np.rint(counts[middle])


def _ball(reach: list[int], radius: float, metric: str) -> Float:
    """Indicator of the pixels within the radius of the middle one, cut off at the reach along each axis."""
    ranges = [np.abs(np.arange(-far, far + 1.0)) for far in reach]
    steps = np.meshgrid(*ranges, indexing="ij", sparse=True)
    if metric == "euclidean":
        within = sum(step**2 for step in steps) <= radius**2
    elif metric == "taxicab":
        within = sum(steps) <= radius
    else:
        within = sum(steps) < np.inf  # the reach is all there is
    return np.asarray(within, np.float64)
