"""Degree-Rips bifiltrations of many clouds: the list version of the function, for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tdainv.complexes.rowwise import DegreeRipsFiltration
from tdainv.filtrations.degree_rips import check_n_neighbors, degree_rips
from tdainv.filtrations.distances import Metric
from tdainv.filtrations.estimators import CloudTransformer


class DegreeRips(CloudTransformer):
    """Degree-Rips bifiltration of each point cloud. See :func:`tdainv.degree_rips`.

    Parameters
    ----------
    n_neighbors : sequence of int, optional
        The numbers of neighbours that points must have, one a row; by default all.
    metric : str or callable, default "euclidean"
    max_edge : float, optional
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import DegreeRips
    >>> DegreeRips(n_neighbors=(0, 2)).fit_transform([np.eye(3), np.eye(4)])
    [DegreeRipsFiltration(3 vertices, 2 rows), DegreeRipsFiltration(4 vertices, 2 rows)]
    """

    def __init__(
        self,
        *,
        n_neighbors: Sequence[int] | None = None,
        metric: Metric = "euclidean",
        max_edge: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.max_edge = max_edge
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], DegreeRipsFiltration]:
        self._check_common()
        check_n_neighbors(self.n_neighbors, least=0)
        return partial(degree_rips, n_neighbors=self.n_neighbors, metric=self.metric, max_edge=self.max_edge)
