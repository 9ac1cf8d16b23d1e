"""Sparse Rips filtrations of many clouds, for pipelines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tdainv import _validation as check
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.filtrations.distances import Metric
from tdainv.filtrations.estimators import CloudTransformer
from tdainv.filtrations.sparse_rips import sparse_rips


class SparseRips(CloudTransformer):
    """Sparse Rips filtration of each point cloud. See :func:`tdainv.sparse_rips`.

    Parameters
    ----------
    epsilon : float, default 1.0
        Barcodes are those of Rips filtrations up to a factor of 1 + epsilon.
    max_dimension : int, default 2
    metric : str or callable, default "euclidean"
        With "precomputed", items are distance matrices.
    max_edge : float, optional
    n_jobs : int, optional

    Examples
    --------
    >>> import numpy as np
    >>> SparseRips().fit_transform([np.eye(3)])
    [FilteredComplex(3 + 3 + 1 cells, 1 parameter)]
    """

    def __init__(
        self,
        *,
        epsilon: float = 1.0,
        max_dimension: int = 2,
        metric: Metric = "euclidean",
        max_edge: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.epsilon = epsilon
        self.max_dimension = max_dimension
        self.metric = metric
        self.max_edge = max_edge
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], FilteredComplex]:
        self._check_common()
        return partial(
            sparse_rips,
            epsilon=check.positive(self.epsilon, "epsilon"),
            max_dimension=check.positive_integer(self.max_dimension, "max_dimension"),
            metric=self.metric,
            max_edge=self.max_edge,
        )
