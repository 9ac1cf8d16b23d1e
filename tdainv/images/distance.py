"""Distances of pixels to the foreground and to the background of a binary image.

In this file the distance to a set of pixels is the distance between the centres of pixels, one pixel being the unit.
An empty set counts as one that lies just outside the image: at the distance that is the length of the image's diagonal,
which no two of its pixels have. So all filters are finite for all images.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_cdt, distance_transform_edt

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.images.binary import checked_binary

METRICS = ("euclidean", "taxicab", "chessboard")


def dilation(image: ArrayLike, *, metric: str = "euclidean") -> Float:
    """Distance of each pixel to the foreground: sublevel sets are the dilations of the foreground.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d)
        Binary: True or 1 on the foreground.
    metric : {"euclidean", "taxicab", "chessboard"}, default "euclidean"
        With "taxicab" and "chessboard" the value is the number of dilations, by the 2 d neighbours along the axes or by
        all 3^d - 1 neighbours, after which the pixel belongs to the object.

    Returns
    -------
    ndarray of shape (n_1, ..., n_d)
        0 on the foreground, at least 1 elsewhere. For an image without foreground all values are the length
        of its diagonal in the metric: √(n_1² + ... + n_d²), n_1 + ... + n_d or max(n_1, ..., n_d).

    Raises
    ------
    ValueError
        If the image is not binary.

    Examples
    --------
    >>> dilation([[0, 0, 0], [1, 0, 0]], metric="taxicab")
    array([[1., 2., 3.],
           [0., 1., 2.]])
    """
    check.option(metric, METRICS, "metric")
    return _distance_to(checked_binary(image), metric)


def erosion(image: ArrayLike, *, metric: str = "euclidean") -> Float:
    """Minus the distance of each pixel to the background: sublevel sets are the erosions of the foreground.

    The sublevel set at -r, for r > 0, holds the pixels that are at least r away from the background. It grows from the
    core of the object to the object, which is complete below 0; the background follows at 0.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d)
        Binary: True or 1 on the foreground.
    metric : {"euclidean", "taxicab", "chessboard"}, default "euclidean"

    Returns
    -------
    ndarray of shape (n_1, ..., n_d)
        At most -1 on the foreground, 0 on the background. For an image without background all values are minus the
        length of its diagonal, as in :func:`dilation`.

    Raises
    ------
    ValueError
        If the image is not binary.

    Notes
    -----
    The erosion of an image is minus the dilation of its negative: ``erosion(image) == -dilation(~image)``.

    Examples
    --------
    >>> erosion([0, 1, 1, 1, 1, 0])
    array([ 0., -1., -2., -2., -1.,  0.])
    """
    check.option(metric, METRICS, "metric")
    return 0.0 - _distance_to(~checked_binary(image), metric)


def signed_distance(image: ArrayLike, *, metric: str = "euclidean") -> Float:
    """Signed distance of each pixel to the border of the foreground: negative inside, positive outside.

    The border runs half a pixel from the centres of the pixels at both sides of it: a background pixel at distance
    r from the foreground has the value r - 1/2, and a foreground pixel at distance r from the background has the value
    1/2 - r. So values go on evenly across the border: neighbours along an axis differ by at most 1, and no value is 0.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d)
        Binary: True or 1 on the foreground.
    metric : {"euclidean", "taxicab", "chessboard"}, default "euclidean"

    Returns
    -------
    ndarray of shape (n_1, ..., n_d)
        At most -1/2 on the foreground, at least 1/2 on the background; finite also for images
        that lack one of them, see :func:`dilation`.

    Raises
    ------
    ValueError
        If the image is not binary.

    Notes
    -----
    Equal to dilation + erosion, plus 1/2 on the foreground and minus 1/2 on the background. The negative of an image
    has minus the signed distance of the image. O(n) for n pixels.

    References
    ----------
    Garin, Tauzin: A topological "reading" lesson: classification of MNIST using TDA, ICMLA 2019 (filtrations of binary
    images).

    Examples
    --------
    >>> signed_distance([0, 0, 1, 1, 1, 0])
    array([ 1.5,  0.5, -0.5, -1.5, -0.5,  0.5])
    """
    check.option(metric, METRICS, "metric")
    foreground = checked_binary(image)
    outside = _distance_to(foreground, metric)
    inside = _distance_to(~foreground, metric)
    return np.where(foreground, 0.5 - inside, outside - 0.5)


def _distance_to(target: NDArray[np.bool_], metric: str) -> Float:
    """Distance of each pixel to the nearest pixel of the target."""
    if not target.any():
        return np.full(target.shape, image_size(target.shape, metric))
    what = f"The distance transform of an image of shape {target.shape}"
    require_memory((24 * target.ndim + 16) * target.size, what, "Downsample the image.")
    if metric == "euclidean":
        return distance_transform_edt(~target)
    return distance_transform_cdt(~target, metric=metric).astype(np.float64)


def image_size(shape: tuple[int, ...], metric: str) -> float:
    """Length of the diagonal of an image: greater than the distance of any two of its pixels."""
    order = {"euclidean": 2, "taxicab": 1, "chessboard": np.inf}[metric]
    return float(np.linalg.norm(shape, order))
