"""Point clouds and filtrations of many time series: the list versions of the functions, for pipelines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median_low
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._base import CollectionTransformer, FittedCollectionTransformer, map_items
from tdainv._typing import Float
from tdainv.complexes.cubical_filtration import CubicalFiltration
from tdainv.filtrations.series import check_options, series_sublevel
from tdainv.series._checks import checked_series
from tdainv.series.delay import estimate_delay
from tdainv.series.dimension import estimate_dimension
from tdainv.series.embedding import check_embedding, delay_embedding
from tdainv.series.windows import windows_of


class _OfSeries:
    """What estimators of time series share. A two-dimensional array is a table of series of one channel, one a row."""

    _item = "time series"

    def _collect(self, X: Any) -> list[Any]:
        return check.collection(_rows(X), self._item)

    def _check_item(self, item: Any, i: int) -> Float:
        return checked_series(item, f"X[{i}]")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.two_d_array = True
        return tags


def _rows(X: Any) -> Any:
    """The rows of a table of series: such a table is the usual form of series of equal length."""
    return list(X) if isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype != object else X


class DelayEmbedding(_OfSeries, FittedCollectionTransformer):
    """Delay embedding of each time series, the same for all. See :func:`tdainv.series.delay_embedding`.

    Parameters
    ----------
    dimension : int, optional
        Number of samples of a point. By default learned in `fit`: the (low) median of the estimates for the training
        series, see :func:`tdainv.series.estimate_dimension`.
    delay : int, optional
        Number of steps between the samples of a point. By default learned in `fit` likewise, see
        :func:`tdainv.series.estimate_delay`.
    stride : int, default 1
        Number of steps from one point to the next.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    dimension_ : int
    delay_ : int

    Notes
    -----
    With both `dimension` and `delay` given there is nothing to learn, and no need to fit.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import DelayEmbedding
    >>> waves = [np.sin(2 * np.pi * np.arange(400) / period) for period in (36, 40, 44)]
    >>> embedding = DelayEmbedding().fit(waves)
    >>> embedding.dimension_, embedding.delay_
    (2, 10)
    >>> [cloud.shape for cloud in embedding.transform(waves)]
    [(390, 2), (390, 2), (390, 2)]
    """

    def __init__(
        self,
        *,
        dimension: int | None = None,
        delay: int | None = None,
        stride: int = 1,
        n_jobs: int | None = None,
    ) -> None:
        self.dimension = dimension
        self.delay = delay
        self.stride = stride
        self.n_jobs = n_jobs

    def _learn(self, items: list[Any]) -> None:
        check_embedding(self.dimension, self.delay, self.stride)
        delay, dimension = self.delay, self.dimension
        if delay is None:
            delay = median_low(map_items(estimate_delay, items, self.n_jobs))
        if dimension is None:
            dimension = median_low(map_items(partial(estimate_dimension, delay=delay), items, self.n_jobs))
        self.delay_, self.dimension_ = delay, dimension

    def _item_function(self) -> Callable[[Any], Float]:
        check_embedding(self.dimension, self.delay, self.stride)
        return partial(
            delay_embedding,
            dimension=self.dimension_ if self.dimension is None else self.dimension,
            delay=self.delay_ if self.delay is None else self.delay,
            stride=self.stride,
        )

    def __sklearn_is_fitted__(self) -> bool:
        return super().__sklearn_is_fitted__() or not self._learns()

    def _learns(self) -> bool:
        return self.dimension is None or self.delay is None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = self._learns()
        return tags


class SlidingWindows(_OfSeries, CollectionTransformer):
    """Sliding windows of each time series, as the points of a cloud. See :func:`tdainv.series.sliding_windows`.

    Parameters
    ----------
    width : int, default 10
        Number of samples of a window.
    stride : int, default 1
        Number of samples from the start of a window to the start of the next.
    n_jobs : int, optional

    Notes
    -----
    A window of several channels is one point of width · n_channels coordinates, the channels of a sample side by side,
    so that the clouds fit the next step whatever the number of channels.

    Examples
    --------
    >>> from tdainv import SlidingWindows
    >>> SlidingWindows(width=3).fit_transform([[0, 1, 2, 3]])
    [array([[0., 1., 2.],
           [1., 2., 3.]])]
    """

    def __init__(self, *, width: int = 10, stride: int = 1, n_jobs: int | None = None) -> None:
        self.width = width
        self.stride = stride
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], Float]:
        check.positive_integer(self.width, "width")
        check.positive_integer(self.stride, "stride")
        return partial(_window_cloud, width=self.width, stride=self.stride)


def _window_cloud(series: Float, width: int, stride: int) -> Float:
    windows = windows_of(series, width, stride)
    return windows.reshape(len(windows), -1)


class SeriesSublevel(_OfSeries, CollectionTransformer):
    """Sublevel filtration of each time series, one parameter a channel. See :func:`tdainv.series_sublevel`.

    Parameters
    ----------
    superlevel : bool, default False
        Whether to filter from high values to low ones.
    time : {"forward", "backward"}, optional
        Makes the time, or minus the time, the last parameter.
    n_jobs : int, optional

    Notes
    -----
    Sublevel and superlevel sets, forward and backward, tell a series from its reflections. Four such pipelines side by
    side, with Hilbert measures of degree 0, are strong features of aligned series, without any embedding; see the page
    on accuracy.

    Examples
    --------
    >>> from tdainv import SeriesSublevel
    >>> SeriesSublevel().fit_transform([[3, 1, 4], [[0, 1], [2, 0]]])
    [CubicalFiltration(3 pixels as vertices, 1 parameter), CubicalFiltration(2 pixels as vertices, 2 parameters)]
    """

    def __init__(self, *, superlevel: bool = False, time: str | None = None, n_jobs: int | None = None) -> None:
        self.superlevel = superlevel
        self.time = time
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], CubicalFiltration]:
        check_options(self.superlevel, self.time)
        return partial(series_sublevel, superlevel=self.superlevel, time=self.time)
