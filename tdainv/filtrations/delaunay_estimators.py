"""Delaunay filtrations of many clouds: the list versions of the functions, for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tdainv import _validation as check
from tdainv._base import CollectionTransformer
from tdainv._typing import Float
from tdainv.complexes.delaunay_complex import spatial_points
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.rowwise import MulticriticalComplex
from tdainv.filtrations.alpha import alpha, check_max_radius
from tdainv.filtrations.codensity import checked_codensity
from tdainv.filtrations.core_delaunay import check_beta, check_n_neighbors, core_delaunay
from tdainv.filtrations.delaunay import codensity_delaunay, delaunay, function_delaunay
from tdainv.filtrations.distances import mean_distances


class _SpatialTransformer(CollectionTransformer):
    """A transformer of point clouds in at most three dimensions."""

    _item = "point cloud"

    def _check_item(self, item: Any, i: int) -> Any:
        return spatial_points(item, f"X[{i}]")


class Alpha(_SpatialTransformer):
    """Alpha filtration of each point cloud, in at most three dimensions. See :func:`tdainv.alpha`.

    Parameters
    ----------
    max_radius : float, optional
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import Alpha
    >>> Alpha().fit_transform([np.eye(3)])
    [FilteredComplex(3 + 3 + 1 cells, 1 parameter)]
    """

    def __init__(self, *, max_radius: float | None = None, n_jobs: int | None = None) -> None:
        self.max_radius = max_radius
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], FilteredComplex]:
        check_max_radius(self.max_radius)
        return partial(alpha, max_radius=self.max_radius)


class Delaunay(_SpatialTransformer):
    """Delaunay--Čech filtration of each point cloud, in at most three dimensions. See :func:`tdainv.delaunay`.

    Parameters
    ----------
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import Delaunay
    >>> Delaunay().fit_transform([np.eye(3)])
    [FilteredComplex(3 + 3 + 1 cells, 1 parameter)]
    """

    def __init__(self, *, n_jobs: int | None = None) -> None:
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], FilteredComplex]:
        return delaunay


class FunctionDelaunay(_SpatialTransformer):
    """Function-Delaunay bifiltration of each point cloud. See :func:`tdainv.function_delaunay`.

    Parameters
    ----------
    function : "eccentricity", callable or None, default "eccentricity"
        Values on the points of a cloud. "eccentricity" is the mean distance to all points. A callable takes the cloud
        and returns an array of shape (n_points,). With None, items are pairs (cloud, values).
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import FunctionDelaunay
    >>> FunctionDelaunay(function=None).fit_transform([(np.eye(3), [0.0, 0.5, 1.0])])
    [FilteredComplex(3 + 3 + 1 cells, 2 parameters)]
    """

    def __init__(
        self, *, function: str | Callable[[Float], Any] | None = "eccentricity", n_jobs: int | None = None
    ) -> None:
        self.function = function
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Any:
        if self.function is not None:
            return super()._check_item(item, i)
        cloud, values = check.pair(item, f"X[{i}]", "points")
        return super()._check_item(cloud, i), values

    def _item_function(self) -> Callable[[Any], FilteredComplex]:
        if self.function is not None and not callable(self.function):
            check.option(self.function, ("eccentricity",), "function")
        return partial(_function_delaunay, function=self.function)


def _function_delaunay(item: Any, function: Any) -> FilteredComplex:
    if function is None:
        return function_delaunay(*item)
    values = function(item) if callable(function) else mean_distances(item)
    return function_delaunay(item, values)


class CodensityDelaunay(_SpatialTransformer):
    """Function-Delaunay bifiltration by codensity of each point cloud. See :func:`tdainv.codensity_delaunay`.

    Parameters
    ----------
    bandwidth : float, optional
    bandwidth_unit : {"absolute", "quantile"}, default "absolute"
    mass : float, optional
    n_neighbors : int, optional
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import CodensityDelaunay
    >>> CodensityDelaunay(bandwidth=0.2).fit_transform([np.eye(3)])
    [FilteredComplex(3 + 3 + 1 cells, 2 parameters)]
    """

    def __init__(
        self,
        *,
        bandwidth: float | None = None,
        bandwidth_unit: str = "absolute",
        mass: float | None = None,
        n_neighbors: int | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.mass = mass
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], FilteredComplex]:
        checked_codensity(self.bandwidth, self.bandwidth_unit, self.mass, self.n_neighbors)
        return partial(
            codensity_delaunay,
            bandwidth=self.bandwidth,
            bandwidth_unit=self.bandwidth_unit,
            mass=self.mass,
            n_neighbors=self.n_neighbors,
        )


class CoreDelaunay(_SpatialTransformer):
    """Delaunay core bifiltration of each point cloud. See :func:`tdainv.core_delaunay`.

    Parameters
    ----------
    n_neighbors : sequence of int, optional
        By default 1, ..., 10, or to the number of points of a cloud if that is less.
    beta : float, default 1.0
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import CoreDelaunay
    >>> CoreDelaunay(n_neighbors=[1, 2]).fit_transform([np.eye(3)])
    [MulticriticalComplex(3 + 3 + 1 cells, 2 rows)]
    """

    def __init__(
        self, *, n_neighbors: Sequence[int] | None = None, beta: float = 1.0, n_jobs: int | None = None
    ) -> None:
        self.n_neighbors = n_neighbors
        self.beta = beta
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], MulticriticalComplex]:
        check_n_neighbors(self.n_neighbors)
        check_beta(self.beta)
        return partial(core_delaunay, n_neighbors=self.n_neighbors, beta=self.beta)
