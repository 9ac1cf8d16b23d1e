"""Binary images: what counts as one, and how to make one of a grey image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float

_RULE = "must have shape (n_1, ..., n_d) with d >= 1 and no axis of length 0"


def binarize(
    image: ArrayLike, *, threshold: float | str = "otsu", threshold_unit: str = "absolute"
) -> NDArray[np.bool_]:
    """Binary image of the pixels that are lighter than a threshold.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d)
        Finite grey values.
    threshold : float or "otsu", default "otsu"
        The foreground is where the value is greater than the threshold; "otsu" is :func:`otsu_threshold`.
    threshold_unit : {"absolute", "quantile"}, default "absolute"
        Whether a number as `threshold` is a grey value, or the quantile in (0, 1] of the pixels to use as one.

    Returns
    -------
    bool ndarray of shape (n_1, ..., n_d)
        True on the foreground. For a dark object on a light ground, take ``~binarize(image)``.

    Raises
    ------
    ValueError
        For an image that is empty or not finite, and for Otsu's threshold of a constant image.

    Examples
    --------
    >>> grey = [[0, 10, 200], [5, 220, 210]]
    >>> binarize(grey)
    array([[False, False,  True],
           [False,  True,  True]])
    >>> int(binarize(grey, threshold=5).sum())
    4
    >>> int(binarize(grey, threshold=0.5, threshold_unit="quantile").sum())
    3
    """
    check_threshold(threshold, threshold_unit)
    grey = checked_grey(image)
    if isinstance(threshold, str):
        return grey > otsu_threshold(grey)
    return grey > (np.quantile(grey, threshold) if threshold_unit == "quantile" else threshold)


def check_threshold(threshold: Any, threshold_unit: str = "absolute") -> None:
    """Check the options of :func:`binarize`."""
    check.option(threshold_unit, ("absolute", "quantile"), "threshold_unit")
    if isinstance(threshold, str):
        check.option(threshold, ("otsu",), "threshold")
    elif threshold_unit == "quantile":
        check.fraction(threshold, "threshold (a quantile)")
    else:
        check.finite(threshold, "threshold")


def otsu_threshold(grey: ArrayLike) -> float:
    """Threshold v for which the pixels ``<= v`` and those ``> v`` have the largest variance between the two classes.

    Parameters
    ----------
    grey : array-like
        Finite grey values, at least two different ones.

    Returns
    -------
    float
        One of the grey values; the least one of a draw.

    Raises
    ------
    ValueError
        If all grey values are equal, or some are not finite.

    Notes
    -----
    With weights w and means m of the two classes the variance is w_0 w_1 (m_0 - m_1)². O(n log n) for n pixels.

    References
    ----------
    Otsu: A threshold selection method from gray-level histograms, IEEE Trans. Syst. Man Cybern. 9 (1979).

    Examples
    --------
    >>> otsu_threshold([[0, 1, 9], [1, 10, 8]])
    1.0
    """
    values, counts = np.unique(checked_grey(grey, "grey"), return_counts=True)
    if len(values) < 2:
        raise ValueError(f"the image must show an object on a background, but all pixels are {values[0]:g}.")
    weight = np.cumsum(counts)[:-1] / counts.sum()
    total = np.cumsum(values * counts) / counts.sum()
    mean_below = total[:-1] / weight
    mean_above = (total[-1] - total[:-1]) / (1.0 - weight)
    return float(values[np.argmax(weight * (1.0 - weight) * (mean_below - mean_above) ** 2)])


def checked_grey(image: ArrayLike, name: str = "image") -> Float:
    """Check a grey image: at least one axis and one pixel, all values finite."""
    array = _checked_shape(image, name)
    _refuse(array, ~np.isfinite(array), name, "must be finite", "")
    return array


def checked_binary(image: ArrayLike, name: str = "image") -> NDArray[np.bool_]:
    """Check a binary image: at least one axis and one pixel, all values True or False, 1 or 0."""
    if isinstance(image, np.ndarray) and image.dtype == np.bool_ and image.size:
        return image if image.ndim else _checked_shape(image, name).astype(np.bool_)
    array = _checked_shape(image, name)
    _refuse(array, (array != 0) & (array != 1), name, "must hold True and False, or 1 and 0", " See binarize.")
    return array.astype(np.bool_)


def _checked_shape(image: ArrayLike, name: str) -> Float:
    array = check.float_array(image, name, _RULE)
    if array.ndim < 1 or 0 in array.shape:
        raise ValueError(f"{name} {_RULE}, got shape {array.shape}.")
    return array


def _refuse(array: Float, wrong: NDArray[np.bool_], name: str, rule: str, hint: str) -> None:
    """Raise an error that names the first wrong pixel, if there is one."""
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name} {rule}, got {name}[{', '.join(map(str, where))}] = {array[where]:g}.{hint}")
