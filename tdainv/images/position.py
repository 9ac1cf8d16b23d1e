"""Filters of binary images by the position of foreground pixels: distance to a centre, height in a direction."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.images.binary import checked_binary


def radial(image: ArrayLike, *, center: ArrayLike | None = None, background: str = "max") -> Float:
    """Euclidean distance of each foreground pixel to a centre.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d)
        Binary: True or 1 on the foreground.
    center : array-like of shape (d,), optional
        Position in pixels, in the order of the axes: pixel [i, j] is at (i, j). By default the middle of the image.
    background : {"max", "inf"}, default "max"
        Value of the background. "max" is the largest distance of any pixel of the image, foreground or not: the
        background comes last, and all values are finite. With "inf" the background never appears.

    Returns
    -------
    ndarray of shape (n_1, ..., n_d)

    Raises
    ------
    ValueError
        If the image is not binary, or the centre has not one finite coordinate for each axis.

    References
    ----------
    Garin, Tauzin: A topological "reading" lesson: classification of MNIST using TDA, ICMLA 2019.

    Examples
    --------
    >>> radial([1, 1, 0, 1, 1], center=[1])
    array([1., 0., 3., 2., 3.])
    >>> radial([1, 1, 0, 1, 1], background="inf")
    array([ 2.,  1., inf,  1.,  2.])
    """
    foreground = checked_binary(image)
    shape = foreground.shape
    middle = [(length - 1) / 2 for length in shape] if center is None else center
    steps = [_along(k, x, shape) for k, x in enumerate(_vector(middle, shape, "center"))]
    # hypot does not overflow, however far the centre is away
    return _on_foreground(foreground, reduce(np.hypot, steps, np.zeros(())), background)


def directional(image: ArrayLike, *, direction: ArrayLike | None = None, background: str = "max") -> Float:
    """Height of each foreground pixel in a direction: the filtration of the foreground by half-spaces.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d)
        Binary: True or 1 on the foreground.
    direction : array-like of shape (d,), optional
        Vector in the order of the axes, not zero; only its direction counts. By default the first axis: the rows of a
        planar image from the top to the bottom.
    background : {"max", "inf"}, default "max"
        Value of the background. "max" is the largest height of any pixel of the image, foreground or not: the
        background comes last, and all values are finite. With "inf" the background never appears.

    Returns
    -------
    ndarray of shape (n_1, ..., n_d)
        The inner product of the unit vector and the position of the pixel; pixel [i, j] is at (i, j).

    Raises
    ------
    ValueError
        If the image is not binary, or the direction has not one finite coordinate for each axis, or is zero.

    References
    ----------
    Garin, Tauzin: A topological "reading" lesson: classification of MNIST using TDA, ICMLA 2019.

    Examples
    --------
    >>> image = [[0, 1, 1], [1, 1, 0]]
    >>> directional(image)
    array([[1., 0., 0.],
           [1., 1., 1.]])
    >>> directional(image, direction=[0, -2], background="inf")
    array([[inf, -1., -2.],
           [ 0., -1., inf]])
    """
    foreground = checked_binary(image)
    shape = foreground.shape
    vector = _vector(np.eye(len(shape))[0] if direction is None else direction, shape, "direction")
    if not vector.any():
        raise ValueError(f"direction must not be zero, got direction={direction!r}.")
    vector = vector / np.abs(vector).max()  # so that no square over- or underflows
    unit = vector / np.linalg.norm(vector)
    heights = sum(x * _along(k, 0.0, shape) for k, x in enumerate(unit))
    return _on_foreground(foreground, np.broadcast_to(heights, shape), background)


def _vector(values: Any, shape: tuple[int, ...], name: str) -> Float:
    """Check a vector with one finite coordinate for each axis."""
    rule = f"must be {len(shape)} finite numbers, one for each axis of the image"
    vector = check.float_array(values, name, rule)
    if vector.shape != (len(shape),) or not np.isfinite(vector).all():
        raise ValueError(f"{name} {rule}, got {name}={values!r}.")
    return vector


def _along(axis: int, origin: float, shape: tuple[int, ...]) -> Float:
    """Coordinate of the pixels along one axis, of a shape that broadcasts to that of the image."""
    lengths = [1] * len(shape)
    lengths[axis] = shape[axis]
    return np.arange(shape[axis], dtype=np.float64).reshape(lengths) - origin


def _on_foreground(foreground: Any, values: Float, background: str) -> Float:
    check.option(background, ("max", "inf"), "background")
    return np.where(foreground, values + 0.0, np.inf if background == "inf" else values.max())
