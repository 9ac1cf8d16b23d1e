"""Sliding windows of time series."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.series._checks import checked_series


def sliding_windows(series: ArrayLike, *, width: int, stride: int = 1) -> Float:
    """Windows of consecutive samples of a time series.

    Parameters
    ----------
    series : array-like of shape (n_samples,) or (n_samples, n_channels)
    width : int
        Number of samples of a window; at most n_samples.
    stride : int, default 1
        Number of samples from the start of a window to the start of the next.

    Returns
    -------
    ndarray of shape (n_windows, width) or (n_windows, width, n_channels)
        With n_windows = ⌊(n_samples - width) / stride⌋ + 1; samples after the last full window are left out.

    Raises
    ------
    ValueError
        For a series that is not finite or is shorter than a window.

    Notes
    -----
    The windows of a series of one channel are a point cloud in R^width, the sliding window embedding; it is the delay
    embedding of dimension `width` and delay 1.

    References
    ----------
    Perea, Harer: Sliding windows and persistence: an application of topological methods to signal analysis, Found.
    Comput. Math. 15 (2015).

    Examples
    --------
    >>> sliding_windows([0, 1, 2, 3, 4, 5], width=3, stride=2)
    array([[0., 1., 2.],
           [2., 3., 4.]])
    """
    width = check.positive_integer(width, "width")
    stride = check.positive_integer(stride, "stride")
    return windows_of(checked_series(series), width, stride)


def windows_of(series: Float, width: int, stride: int) -> Float:
    """Sliding windows of a checked series."""
    if width > len(series):
        raise ValueError(f"series must have at least width={width} samples, got {len(series)}.")
    views = sliding_window_view(series, width, axis=0)[::stride]
    require_memory(8 * views.size, f"The {len(views)} windows of width {width}", "Use a greater stride.")
    return np.array(np.moveaxis(views, -1, 1), order="C")  # a copy, also where the layout would allow a view
