"""Attributed graphs of many clouds: the list versions of the functions, for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tdainv import _validation as check
from tdainv._base import CollectionTransformer
from tdainv._typing import Float
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.binned_reeb_graph import reeb_graph
from tdainv.attributed_graphs.filters import Filter, check_filter
from tdainv.attributed_graphs.local import local_barcodes
from tdainv.attributed_graphs.mapper_graph import Cover, mapper
from tdainv.attributed_graphs.transforms import barcode_transform, signed_measure_transform
from tdainv.filtrations.distances import Metric, check_metric, distances_of

DECORATIONS: dict[str, Callable[..., Sequence[Any]]] = {
    "local": local_barcodes,
    "global": barcode_transform,
    "two_parameter": signed_measure_transform,
}


def decorated(
    graph: AttributedGraph,
    points: Float,
    decorations: Sequence[str],
    *,
    degree: int = 1,
    radius: float | None = None,
    truncation: float | None = None,
    metric: Metric = "euclidean",
) -> AttributedGraph:
    """Graph with the decorations of these names, which share one distance matrix.

    Parameters
    ----------
    graph : AttributedGraph
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    decorations : sequence of {"local", "global", "two_parameter"}
        :func:`tdainv.local_barcodes`, :func:`tdainv.barcode_transform`, :func:`tdainv.signed_measure_transform`.
    degree : int, default 1
    radius : float, optional
        See :func:`tdainv.barcode_transform`; for the last two.
    truncation : float, optional
        See :func:`tdainv.barcode_transform`.
    metric : str or callable, default "euclidean"

    Returns
    -------
    AttributedGraph
        With the decorations under their names.

    Examples
    --------
    >>> import tdainv
    >>> from tdainv.attributed_graphs import decorated
    >>> circle = tdainv.datasets.make_circle(60, random_state=0)
    >>> decorated(tdainv.reeb_graph(circle, "coordinate", n_bins=4), circle, ("local", "global"))
    AttributedGraph(6 nodes, 6 edges, decorations: local, global)
    """
    check_decorations(decorations)
    matrix = distances_of(points, metric)
    options: dict[str, dict[str, Any]] = {
        "local": {},
        "global": {"radius": radius, "truncation": truncation},
        "two_parameter": {"radius": radius},
    }
    found = {
        name: DECORATIONS[name](graph, matrix, degree=degree, metric="precomputed", **options[name])
        for name in decorations
    }
    return graph.with_decorations(**found)


def check_decorations(decorations: Any) -> None:
    """Raise ValueError unless these are names of decorations."""
    if isinstance(decorations, str) or not set(decorations) <= set(DECORATIONS):
        raise ValueError(
            f"decorations must be a sequence of {', '.join(map(repr, DECORATIONS))}, got decorations={decorations!r}."
        )


class _GraphTransformer(CollectionTransformer):
    """A transformer of point clouds into attributed graphs."""

    _item = "point cloud"
    filter: Any
    decorations: Sequence[str]
    degree: int
    truncation: float | None
    metric: Metric

    def _check_common(self) -> None:
        check_metric(self.metric)
        check_filter(self.filter)
        check_decorations(self.decorations)
        check.degree(self.degree)
        if self.truncation is not None:
            check.positive(self.truncation, "truncation")

    def _check_item(self, item: Any, i: int) -> Float:
        if isinstance(self.metric, str) and self.metric == "precomputed":
            return check.distance_matrix(item, f"X[{i}]")
        return check.points(item, f"X[{i}]")

    def _decoration_options(self) -> dict[str, Any]:
        return {
            "decorations": tuple(self.decorations),
            "degree": self.degree,
            "truncation": self.truncation,
            "metric": self.metric,
        }


class ReebGraph(_GraphTransformer):
    """Reeb graph of each point cloud in disjoint bins, decorated. See :func:`tdainv.reeb_graph`.

    Parameters
    ----------
    filter : str or callable, default "pca"
        See :func:`tdainv.mapper`; a function of the points, or of the distances with ``metric="precomputed"``.
    n_bins : int, default 10
    radius : float, optional
        For the graph and for global decorations. Default: twice the radius of connectivity of each cloud.
    min_size : float, default 0
    decorations : sequence of {"local", "global", "two_parameter"}, default ("local", "global")
        :func:`tdainv.local_barcodes`, :func:`tdainv.barcode_transform`, :func:`tdainv.signed_measure_transform`.
    degree : int, default 1
        Of the decorations.
    truncation : float or None, default 1.5
        See :func:`tdainv.barcode_transform`.
    metric : str or callable, default "euclidean"
        With "precomputed", items are dissimilarity matrices.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import tdainv
    >>> circle = tdainv.datasets.make_circle(60, random_state=0)
    >>> tdainv.ReebGraph(filter="coordinate", n_bins=4).fit_transform([circle])
    [AttributedGraph(6 nodes, 6 edges, decorations: local, global)]
    """

    def __init__(
        self,
        *,
        filter: Filter = "pca",
        n_bins: int = 10,
        radius: float | None = None,
        min_size: float = 0.0,
        decorations: Sequence[str] = ("local", "global"),
        degree: int = 1,
        truncation: float | None = 1.5,
        metric: Metric = "euclidean",
        n_jobs: int | None = None,
    ) -> None:
        self.filter = filter
        self.n_bins = n_bins
        self.radius = radius
        self.min_size = min_size
        self.decorations = decorations
        self.degree = degree
        self.truncation = truncation
        self.metric = metric
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], AttributedGraph]:
        self._check_common()
        check.positive_integer(self.n_bins, "n_bins")
        if self.radius is not None:
            check.positive(self.radius, "radius")
        if check.finite(self.min_size, "min_size") < 0:
            raise ValueError(f"min_size must be at least 0, got min_size={self.min_size!r}.")
        options = {"n_bins": self.n_bins, "radius": self.radius, "min_size": self.min_size}
        return partial(
            _reeb_of_cloud, filter_=self.filter, options=options, decoration_options=self._decoration_options()
        )


def _reeb_of_cloud(
    cloud: Float, filter_: Any, options: dict[str, Any], decoration_options: dict[str, Any]
) -> AttributedGraph:
    graph = reeb_graph(cloud, filter_, metric=decoration_options["metric"], **options)
    return decorated(graph, cloud, radius=options["radius"], **decoration_options)


class Mapper(_GraphTransformer):
    """Mapper graph of each point cloud, decorated. See :func:`tdainv.mapper`.

    Parameters
    ----------
    filter : str, callable or tuple of these, default "pca"
        Functions of the points, or of the distances with ``metric="precomputed"``.
    cover : callable, optional
        Default: ``CubicalCover()``.
    clusterer : clusterer of scikit-learn, optional
        Default: connected components at twice the radius of connectivity.
    decorations : sequence of {"local", "global", "two_parameter"}, default ()
        :func:`tdainv.local_barcodes`, :func:`tdainv.barcode_transform`, :func:`tdainv.signed_measure_transform`.
    degree : int, default 1
        Of the decorations.
    truncation : float or None, default 1.5
        See :func:`tdainv.barcode_transform`.
    metric : str or callable, default "euclidean"
        With "precomputed", items are dissimilarity matrices.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import tdainv
    >>> circle = tdainv.datasets.make_circle(60, random_state=0)
    >>> cover = tdainv.attributed_graphs.CubicalCover(4, overlap=0.3)
    >>> tdainv.Mapper(filter="coordinate", cover=cover).fit_transform([circle])
    [AttributedGraph(6 nodes, 6 edges)]
    """

    def __init__(
        self,
        *,
        filter: Filter | tuple[Filter, ...] = "pca",
        cover: Cover | None = None,
        clusterer: Any = None,
        decorations: Sequence[str] = (),
        degree: int = 1,
        truncation: float | None = 1.5,
        metric: Metric = "euclidean",
        n_jobs: int | None = None,
    ) -> None:
        self.filter = filter
        self.cover = cover
        self.clusterer = clusterer
        self.decorations = decorations
        self.degree = degree
        self.truncation = truncation
        self.metric = metric
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], AttributedGraph]:
        self._check_common()
        if self.cover is not None and not callable(self.cover):
            raise TypeError(f"cover must be a function of filter values, got cover={self.cover!r}.")
        if self.clusterer is not None and not hasattr(self.clusterer, "fit"):
            raise TypeError(f"clusterer must be a clusterer of scikit-learn, got clusterer={self.clusterer!r}.")
        options = {"cover": self.cover, "clusterer": self.clusterer}
        return partial(
            _mapper_of_cloud, filter_=self.filter, options=options, decoration_options=self._decoration_options()
        )


def _mapper_of_cloud(
    cloud: Float, filter_: Any, options: dict[str, Any], decoration_options: dict[str, Any]
) -> AttributedGraph:
    graph = mapper(cloud, filter_, metric=decoration_options["metric"], **options)
    return decorated(graph, cloud, **decoration_options)
