"""Landmarks and flood complexes of many clouds: the list versions of the functions, for pipelines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from tdainv import _validation as check
from tdainv._base import CollectionTransformer
from tdainv._typing import ArrayLike, Float
from tdainv.complexes.delaunay_complex import spatial_points
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.rowwise import MulticriticalComplex
from tdainv.filtrations.codensity import knn_codensity
from tdainv.filtrations.flood import (
    DEFAULT_LANDMARKS,
    DEFAULT_LEVELS,
    check_levels,
    check_tolerance,
    flood,
    sublevel_flood,
)
from tdainv.filtrations.landmarks import farthest_point_landmarks, kmeans_landmarks


class Landmarks(CollectionTransformer):
    """Landmarks of each point cloud: a smaller cloud. See :func:`tdainv.farthest_point_landmarks`.

    Parameters
    ----------
    n_landmarks : int, default 1000
        A cloud with fewer distinct points keeps each of these once.
    method : {"farthest", "kmeans++"}, default "farthest"
        Farthest points, which cover the cloud, or :func:`tdainv.kmeans_landmarks`, which follow its density more.
    random_state : int, RandomState or None, default None
        For "kmeans++"; all clouds have the same seed.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> from tdainv import Landmarks
    >>> Landmarks(n_landmarks=2).fit_transform([[[0.0], [1.0], [4.0]]])
    [array([[0.],
           [4.]])]
    """

    _item = "point cloud"

    def __init__(
        self,
        *,
        n_landmarks: int = DEFAULT_LANDMARKS,
        method: str = "farthest",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_landmarks = n_landmarks
        self.method = method
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], Float]:
        n = check.positive_integer(self.n_landmarks, "n_landmarks")
        if check.option(self.method, ("farthest", "kmeans++"), "method") == "farthest":
            return partial(_landmarks, choose=partial(farthest_point_landmarks, n_landmarks=n))
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        return partial(_landmarks, choose=partial(kmeans_landmarks, n_landmarks=n, random_state=seed))

    def _check_item(self, item: Any, i: int) -> Float:
        return check.points(item, f"X[{i}]")


def _landmarks(cloud: Float, choose: Callable[[Float], Any]) -> Float:
    return cloud[choose(cloud)]


class Flood(CollectionTransformer):
    """Flood filtration of each point cloud, in at most three dimensions. See :func:`tdainv.flood`.

    Parameters
    ----------
    n_landmarks : int, default 1000
    tolerance : float, optional
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import Flood
    >>> Flood(n_landmarks=3).fit_transform([np.eye(3)])
    [FilteredComplex(3 + 3 + 1 cells, 1 parameter)]
    """

    _item = "point cloud"

    def __init__(
        self, *, n_landmarks: int = DEFAULT_LANDMARKS, tolerance: float | None = None, n_jobs: int | None = None
    ) -> None:
        self.n_landmarks = n_landmarks
        self.tolerance = tolerance
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], FilteredComplex]:
        n = check.positive_integer(self.n_landmarks, "n_landmarks")
        return partial(flood, n_landmarks=n, tolerance=check_tolerance(self.tolerance))

    def _check_item(self, item: Any, i: int) -> Float:
        return spatial_points(item, f"X[{i}]")


class SublevelFlood(CollectionTransformer):
    """Sublevel flood bifiltration of each point cloud, in at most three dimensions. See :func:`tdainv.sublevel_flood`.

    Parameters
    ----------
    function : "codensity", callable or None, default "codensity"
        Values on the points of a cloud. "codensity" is the distance to a near neighbour,
        :func:`tdainv.knn_codensity`. A callable takes the cloud and returns an array of shape (n_points,). With None,
        items are pairs (cloud, values).
    n_neighbors : int, default 5
        For "codensity".
    n_landmarks : int, default 1000
    n_levels : int, default 50
    levels : array-like of shape (m,), optional
        By default quantiles of the values on each cloud.
    tolerance : float, optional
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import SublevelFlood
    >>> SublevelFlood(function=None).fit_transform([(np.eye(3), [0.0, 0.5, 1.0])])
    [MulticriticalComplex(3 + 3 + 1 cells, 3 rows)]
    """

    _item = "point cloud"

    def __init__(
        self,
        *,
        function: str | Callable[[Float], Any] | None = "codensity",
        n_neighbors: int = 5,
        n_landmarks: int = DEFAULT_LANDMARKS,
        n_levels: int = DEFAULT_LEVELS,
        levels: ArrayLike | None = None,
        tolerance: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.function = function
        self.n_neighbors = n_neighbors
        self.n_landmarks = n_landmarks
        self.n_levels = n_levels
        self.levels = levels
        self.tolerance = tolerance
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], MulticriticalComplex]:
        n_neighbors = check.positive_integer(self.n_neighbors, "n_neighbors")
        function: Any = self.function
        if function is not None and not callable(function):
            check.option(function, ("codensity",), "function")
            function = partial(knn_codensity, n_neighbors=n_neighbors)
        return partial(
            _sublevel_flood,
            function=function,
            n_landmarks=check.positive_integer(self.n_landmarks, "n_landmarks"),
            n_levels=check.positive_integer(self.n_levels, "n_levels"),
            levels=None if self.levels is None else check_levels(self.levels),
            tolerance=check_tolerance(self.tolerance),
        )

    def _check_item(self, item: Any, i: int) -> Any:
        if self.function is not None:
            return spatial_points(item, f"X[{i}]")
        cloud, values = check.pair(item, f"X[{i}]", "points")
        return spatial_points(cloud, f"X[{i}]"), values


def _sublevel_flood(item: Any, function: Any, **options: Any) -> MulticriticalComplex:
    cloud, values = item if function is None else (item, function(item))
    return sublevel_flood(cloud, values, **options)
