"""What the learned classifier makes of its input: checked clouds, their distances, labels, a part for validation."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float, Int, Number
from tdainv.filtrations.distances import distances_of

_LARGEST = 1e30  # squares of the numbers that networks see stay finite in single precision


def checked_clouds(X: Any, metric: Any) -> tuple[list[Float], list[Float]]:
    """Items as given, checked, and their distance matrices; errors name X[i].

    Distances must be finite, since networks read all of them.
    """
    kind = "distance matrix" if metric == "precomputed" else "point cloud"
    clouds, matrices = [], []
    for i, item in enumerate(check.collection(X, kind)):
        name = f"X[{i}]"
        if metric == "precomputed":
            cloud = matrix = check.distance_matrix(item, name)
        else:
            cloud = check.points(item, name)
            matrix = distances_of(cloud, metric, name)
        if not matrix.max() < _LARGEST:
            u, v = np.unravel_index(int(matrix.argmax()), matrix.shape)
            raise ValueError(
                f"Distances of {name} must be finite and below {_LARGEST:g}, got {matrix[u, v]:g} between points {u} "
                f"and {v}."
            )
        clouds.append(cloud)
        matrices.append(matrix)
    return clouds, matrices


def require_dimension(clouds: list[Float], dim: int | None, where: str) -> int:
    """Check that all clouds have one dimension, `dim` if that is known already."""
    dim = clouds[0].shape[1] if dim is None else dim
    for i, cloud in enumerate(clouds):
        if cloud.shape[1] != dim:
            raise ValueError(
                f"X[{i}] must have {dim} coordinates as {where}, got {cloud.shape[1]}: a backbone needs one."
            )
    return dim


def checked_labels(y: Any, n: int) -> tuple[Number, Int]:
    """Classes, and the number of the class of each item; at least two classes."""
    if y is None:
        raise ValueError("y must hold a class for each item of X, got None: the filtration is learned for a task.")
    labels = np.asarray(y)
    if labels.ndim != 1 or len(labels) != n:
        raise ValueError(f"y must have shape ({n},), one class for each item of X, got shape {labels.shape}.")
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all():
            raise ValueError(f"y must be finite, got y[{int(np.argmax(~np.isfinite(labels)))}] = nan or inf.")
        if (labels != np.round(labels)).any():
            i = int(np.argmax(labels != np.round(labels)))
            raise ValueError(f"y must be classes, got the number y[{i}] = {labels[i]:g}: this is no regression.")
    try:
        classes, numbers = np.unique(labels, return_inverse=True)
    except TypeError as error:
        raise TypeError(f"y must hold classes of one type, which can be sorted ({error}).") from None
    if len(classes) < 2:
        raise ValueError(f"y must hold at least two classes, got one: {classes[0]!r}.")
    return classes, numbers.astype(np.int64)


def split(labels: Int, fraction: float, rng: np.random.Generator) -> tuple[Int, Int]:
    """Numbers of items for training and for validation: a share of each class, at least one item of it."""
    if fraction == 0:
        return np.arange(len(labels)), np.arange(0)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) < 2:
            raise ValueError(
                f"Early stopping needs at least two items of each class, got one of class number {label}. Use "
                "validation_fraction=0."
            )
        count = min(len(members) - 1, max(1, round(fraction * len(members))))
        chosen.append(rng.permutation(members)[:count])
    validation = np.sort(np.concatenate(chosen))
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def mean_distance(matrices: list[Float]) -> float:
    """Mean over clouds of the mean distance of two points; 1 where there are no two different points."""
    means = [matrix.sum() / (len(matrix) * (len(matrix) - 1)) for matrix in matrices if len(matrix) > 1]
    unit = float(np.mean(means)) if means else 0.0
    return unit if unit > 0 else 1.0


def centred(clouds: list[Float]) -> list[Float]:
    """Clouds with their mean at the origin."""
    return [cloud - cloud.mean(axis=0) for cloud in clouds]
