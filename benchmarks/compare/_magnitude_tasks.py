"""Magnitude by tdainv and by a dense Cholesky factorization, in the form the workers call."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist

import tdainv


def prepare() -> None:
    rng = np.random.default_rng(0)
    tdainv.image_magnitude(rng.random((8, 8)))
    tdainv.magnitude_weights(rng.random((50, 2)), method="cg")


def image_weights(n_jobs: int, image: Any) -> Any:
    return tdainv.image_magnitude(image, n_jobs=n_jobs)


def dense_image_weights(image: Any) -> Any:
    places = np.indices(image.shape).reshape(image.ndim, -1).T
    return _dense(np.column_stack([places, image.ravel()]), "cityblock").reshape(image.shape)


def cloud_weights(t: float, points: Any) -> Any:
    return tdainv.magnitude_weights(points, t)


def dense_cloud_weights(t: float, points: Any) -> Any:
    return _dense(t * points, "euclidean")


def _dense(points: Any, metric: str) -> Any:
    similarities = cdist(points, points, metric)
    np.negative(similarities, out=similarities)
    np.exp(similarities, out=similarities)
    return cho_solve(cho_factor(similarities, overwrite_a=True, check_finite=False), np.ones(len(points)))
