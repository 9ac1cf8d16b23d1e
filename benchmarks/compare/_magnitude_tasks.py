"""Magnitude by tdainv and by a dense Cholesky factorization, in the form the workers call."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import cholesky, solve_triangular
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
    factor = _cholesky(similarities)
    half = solve_triangular(factor, np.ones(len(points)), lower=True, check_finite=False)
    return solve_triangular(factor, half, lower=True, trans="T", check_finite=False)


def _cholesky(matrix: Any, block: int = 4096) -> Any:
    """Lower factor, in place, block by block: LAPACK's own crashed here on 16,384 columns."""
    n = len(matrix)
    for k in range(0, n, block):
        m = min(k + block, n)
        matrix[k:m, k:m] = cholesky(matrix[k:m, k:m], lower=True, check_finite=False)
        if m < n:
            below = solve_triangular(matrix[k:m, k:m], matrix[m:, k:m].T, lower=True, check_finite=False).T
            matrix[m:, k:m] = below
            for j in range(m, n, block):
                matrix[j:, j : j + block] -= below[j - m :] @ below[j - m : j - m + block].T
    return matrix
