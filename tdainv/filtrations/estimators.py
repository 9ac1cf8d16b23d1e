"""Rips filtrations of many clouds: the list versions of the functions, for pipelines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._base import BlockFunction, CollectionTransformer
from tdainv._typing import Float
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.codensity import checked_codensity
from tdainv.filtrations.codensity_rips import codensity_rips_of_block, codensity_rips_of_cloud
from tdainv.filtrations.distances import Metric, check_metric, checked_cloud, distances_of
from tdainv.filtrations.rips import dtm_rips, function_rips, rips, weighted_rips
from tdainv.filtrations.weights import checked_exponent

_SMALL = 256  # points
_SECONDS_OF_CLOUD = 2e-5
_SECONDS_OF_PAIR = 1e-8


class CloudTransformer(CollectionTransformer):
    """A transformer of point clouds (or dissimilarity matrices) into filtrations."""

    _item = "point cloud"
    metric: Metric
    max_edge: float | None

    def _check_common(self) -> None:
        check_metric(self.metric)
        check.max_edge(self.max_edge)

    def _check_item(self, item: Any, i: int) -> Any:
        name = f"X[{i}]"
        if self._takes_pairs():
            cloud, values = check.pair(item, name, "points")
            return checked_cloud(cloud, self.metric, name), values
        return checked_cloud(item, self.metric, name)

    def _takes_pairs(self) -> bool:
        """Whether items are pairs of a cloud and values on its points."""
        return False


class Rips(CloudTransformer):
    """Vietoris--Rips filtration of each point cloud. See :func:`tdainv.rips`.

    Parameters
    ----------
    metric : str or callable, default "euclidean"
        With "precomputed", items are dissimilarity matrices.
    max_edge : float, optional
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import Rips
    >>> Rips().fit_transform([np.eye(3), np.eye(4)])
    [FlagFiltration(3 vertices, 1 parameter), FlagFiltration(4 vertices, 1 parameter)]
    """

    def __init__(
        self, *, metric: Metric = "euclidean", max_edge: float | None = None, n_jobs: int | None = None
    ) -> None:
        self.metric = metric
        self.max_edge = max_edge
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], FlagFiltration]:
        self._check_common()
        return partial(rips, metric=self.metric, max_edge=self.max_edge)


class FunctionRips(CloudTransformer):
    """Function-Rips multifiltration of each point cloud. See :func:`tdainv.function_rips`.

    Parameters
    ----------
    function : "eccentricity", callable or None, default "eccentricity"
        Values on the points of a cloud. "eccentricity" is the mean distance to all points. A callable takes the
        cloud (the dissimilarity matrix with ``metric="precomputed"``) and returns an array of shape (n_points,) or
        (n_points, p - 1). With None, items are pairs (cloud, values).
    metric : str or callable, default "euclidean"
    max_edge : float, optional
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import FunctionRips
    >>> FunctionRips(function=None).fit_transform([(np.eye(3), [0.0, 0.5, 1.0])])
    [FlagFiltration(3 vertices, 2 parameters)]
    """

    def __init__(
        self,
        *,
        function: str | Callable[[Float], Any] | None = "eccentricity",
        metric: Metric = "euclidean",
        max_edge: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.function = function
        self.metric = metric
        self.max_edge = max_edge
        self.n_jobs = n_jobs

    def _takes_pairs(self) -> bool:
        return self.function is None

    def _item_function(self) -> Callable[[Any], FlagFiltration]:
        self._check_common()
        if self.function is not None and not callable(self.function):
            check.option(self.function, ("eccentricity",), "function")
        return partial(_function_rips, function=self.function, metric=self.metric, max_edge=self.max_edge)


def _function_rips(item: Any, function: Any, metric: Metric, max_edge: float | None) -> FlagFiltration:
    if function is None:
        cloud, values = item
        return function_rips(cloud, values, metric=metric, max_edge=max_edge)
    if callable(function):
        return function_rips(item, function(item), metric=metric, max_edge=max_edge)
    matrix = distances_of(item, metric)
    return function_rips(matrix, matrix.mean(axis=1), metric="precomputed", max_edge=max_edge)


class CodensityRips(CloudTransformer):
    """Rips bifiltration by codensity of each point cloud. See :func:`tdainv.codensity_rips`.

    Parameters
    ----------
    bandwidth : float, optional
    bandwidth_unit : {"absolute", "quantile"}, default "absolute"
    mass : float, optional
    n_neighbors : int, optional
    metric : str or callable, default "euclidean"
    max_edge : float, optional
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import CodensityRips
    >>> CodensityRips(bandwidth=0.2).fit_transform([np.eye(3)])
    [FlagFiltration(3 vertices, 2 parameters)]
    """

    def __init__(
        self,
        *,
        bandwidth: float | None = None,
        bandwidth_unit: str = "absolute",
        mass: float | None = None,
        n_neighbors: int | None = None,
        metric: Metric = "euclidean",
        max_edge: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.mass = mass
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.max_edge = max_edge
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], FlagFiltration]:
        return partial(codensity_rips_of_cloud, **self._checked_options())

    def _seconds(self, items: Sequence[Any]) -> float:
        sizes = list(map(len, items))
        if max(sizes) > _SMALL:
            return math.inf
        return sum(_SECONDS_OF_CLOUD + _SECONDS_OF_PAIR * n * n for n in sizes)

    def _block_function(self) -> BlockFunction:
        return partial(codensity_rips_of_block, **self._checked_options())

    def _checked_options(self) -> dict[str, Any]:
        self._check_common()
        codensity = checked_codensity(self.bandwidth, self.bandwidth_unit, self.mass, self.n_neighbors)
        return {"codensity": codensity, "metric": self.metric, "max_edge": check.max_edge(self.max_edge)}


class WeightedRips(CloudTransformer):
    """Weighted Rips filtration of each point cloud. See :func:`tdainv.weighted_rips` and :func:`tdainv.dtm_rips`.

    Parameters
    ----------
    weights : "dtm", callable or None, default "dtm"
        Weights of the points of a cloud. "dtm" is the distance to the empirical measure. A callable takes the cloud
        (the dissimilarity matrix with ``metric="precomputed"``) and returns an array of shape (n_points,). With
        None, items are pairs (cloud, weights).
    mass : float in (0, 1], default 0.1
        Mass of the distance to measure.
    exponent : float, default 1
        From 1 to inf; how balls grow.
    metric : str or callable, default "euclidean"
    max_edge : float, optional
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import WeightedRips
    >>> WeightedRips(mass=0.5).fit_transform([np.eye(3)])
    [FlagFiltration(3 vertices, 1 parameter)]
    """

    def __init__(
        self,
        *,
        weights: str | Callable[[Float], Any] | None = "dtm",
        mass: float = 0.1,
        exponent: float = 1.0,
        metric: Metric = "euclidean",
        max_edge: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.weights = weights
        self.mass = mass
        self.exponent = exponent
        self.metric = metric
        self.max_edge = max_edge
        self.n_jobs = n_jobs

    def _takes_pairs(self) -> bool:
        return self.weights is None

    def _item_function(self) -> Callable[[Any], FlagFiltration]:
        self._check_common()
        check.fraction(self.mass, "mass")
        checked_exponent(self.exponent)
        common: dict[str, Any] = {"exponent": self.exponent, "metric": self.metric, "max_edge": self.max_edge}
        if self.weights is not None and not callable(self.weights):
            check.option(self.weights, ("dtm",), "weights")
            return partial(dtm_rips, mass=self.mass, **common)
        return partial(_weighted_rips, weights=self.weights, **common)


def _weighted_rips(item: Any, weights: Any, **options: Any) -> FlagFiltration:
    cloud, values = item if weights is None else (item, weights(item))
    return weighted_rips(cloud, np.asarray(values), **options)
