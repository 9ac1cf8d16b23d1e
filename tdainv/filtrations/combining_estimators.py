"""From filtrations to filtrations: further functions and coarser grades, for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tdainv import _validation as check
from tdainv._base import CollectionTransformer, FittedCollectionTransformer
from tdainv.filtrations.grids import check_grid, grid_axes, require_snappable, to_grid
from tdainv.filtrations.with_function import require_extensible, with_function


class WithFunction(CollectionTransformer):
    """Each filtration with further functions on its vertices. See :func:`tdainv.with_function`.

    Parameters
    ----------
    function : callable or None, default None
        Takes a filtration and returns values on its vertices, of shape (n_vertices,) or (n_vertices, q). With None,
        items are pairs (filtration, values).
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import Rips, WithFunction
    >>> def mean_distance(filtration):
    ...     return filtration.distances.mean(axis=1)
    >>> WithFunction(function=mean_distance).fit_transform(Rips().fit_transform([np.eye(3)]))
    [FlagFiltration(3 vertices, 2 parameters)]
    """

    _item = "filtration"

    def __init__(self, *, function: Callable[[Any], Any] | None = None, n_jobs: int | None = None) -> None:
        self.function = function
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Any:
        if self.function is None:
            filtration, _ = check.pair(item, f"X[{i}]", "filtration")
            require_extensible(filtration, f"X[{i}][0]")
        else:
            require_extensible(item, f"X[{i}]")
        return item

    def _item_function(self) -> Callable[[Any], Any]:
        if self.function is not None and not callable(self.function):
            raise TypeError(f"function must be callable or None, got function={self.function!r}.")
        return partial(_with_function, function=self.function)


def _with_function(item: Any, function: Callable[[Any], Any] | None) -> Any:
    filtration, values = item if function is None else (item, function(item))
    return with_function(filtration, values)


class ToGrid(FittedCollectionTransformer):
    """Filtrations with grades on one grid, which is learned from the training filtrations. See :func:`tdainv.to_grid`.

    Parameters
    ----------
    resolution : int or sequence of ints, default 50
        Number of points along each axis.
    strategy : {"regular", "quantile"}, default "regular"
        Whether points are equally spaced, or every so many distinct values.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    axes_ : list of ndarrays
        Coordinates of the grid. Grades of new filtrations beyond it never appear.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import Rips, ToGrid
    >>> snapper = ToGrid(resolution=3).fit(Rips().fit_transform([np.diag([0.0, 2.0, 8.0, 6.0])]))
    >>> snapper.axes_[0]
    array([0., 4., 8.])
    """

    _item = "filtration"

    def __init__(
        self, *, resolution: int | Sequence[int] = 50, strategy: str = "regular", n_jobs: int | None = None
    ) -> None:
        self.resolution = resolution
        self.strategy = strategy
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Any:
        require_snappable(item, f"X[{i}]")
        return item

    def _learn(self, items: list[Any]) -> None:
        check_grid(self.resolution, self.strategy)
        counts = [item.n_parameters for item in items]
        for i, count in enumerate(counts):
            if count != counts[0]:
                raise ValueError(
                    f"All filtrations must have the same number of parameters: X[0] has {counts[0]}, X[{i}] has "
                    f"{count}."
                )
        self.axes_ = grid_axes(items, self.resolution, self.strategy)

    def _item_function(self) -> Callable[[Any], Any]:
        return partial(to_grid, axes=self.axes_)
