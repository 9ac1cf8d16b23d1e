"""Sublevel filtrations of time series."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike
from tdainv.complexes.cubical_filtration import CubicalFiltration
from tdainv.series._checks import checked_series


def series_sublevel(series: ArrayLike, *, superlevel: bool = False, time: str | None = None) -> CubicalFiltration:
    """Sublevel filtration of a time series: the path of its samples, from low values to high ones.

    A sample appears at its value, and is connected with the samples before and after as soon as both are there. Bars of
    degree 0 pair local minima with the local maxima that separate them from lower ones.

    Parameters
    ----------
    series : array-like of shape (n_samples,) or (n_samples, n_channels)
        Finite values. Each channel is a parameter of the filtration.
    superlevel : bool, default False
        Whether to filter from high values to low ones: by minus the values, so that bars pair maxima with minima, and
        are born at minus the value of a maximum.
    time : {"forward", "backward"}, optional
        Makes the time one more parameter, the last one: the number of the sample, so that the filtration sees the
        series up to each time; or minus this number, from each time on. What happens when then matters.

    Returns
    -------
    CubicalFiltration
        On a grid of one axis. Its method ``with_function`` adds further parameters.

    Raises
    ------
    TypeError
        If `superlevel` is not a bool.
    ValueError
        For a series that is empty or not finite, or another `time`.

    Notes
    -----
    Equal to :func:`tdainv.cubical` of the series, with ``channels=True`` for several channels. O(n) memory.

    Examples
    --------
    The minimum of value 1 lives until the series rises to 4 between it and the minimum of value 0:

    >>> import tdainv
    >>> filtration = series_sublevel([3, 1, 4, 0, 2])
    >>> tdainv.barcode(filtration, degree=0).diagram
    array([[ 0., inf],
           [ 1.,  4.]])
    >>> tdainv.barcode(series_sublevel([3, 1, 4, 0, 2], superlevel=True), degree=0).diagram
    array([[-4., inf],
           [-3., -1.],
           [-2.,  0.]])
    >>> series_sublevel([[3, 0], [1, 1], [4, 2]]).n_parameters
    2

    Up to time 2 there is only the minimum at time 1, up to time 4 the one at time 3 too:

    >>> swept = series_sublevel([3, 1, 4, 0, 2], time="forward")
    >>> tdainv.hilbert_function(swept, 0, axes=[[0, 1, 4], [2, 4]])
    array([[0, 1],
           [1, 2],
           [1, 1]])
    """
    check_options(superlevel, time)
    values = checked_series(series)
    levels = 0.0 - values if superlevel else values
    if time is not None:
        clock = np.arange(len(values), dtype=np.float64)
        levels = np.column_stack([levels, clock if time == "forward" else 0.0 - clock])
    return CubicalFiltration(levels, channels=levels.ndim == 2)


def check_options(superlevel: Any, time: Any) -> None:
    """Check the options of :func:`series_sublevel`."""
    if not isinstance(superlevel, bool | np.bool_):
        raise TypeError(f"superlevel must be True or False, got superlevel={superlevel!r}.")
    if time is not None:
        check.option(time, ("forward", "backward"), "time")
