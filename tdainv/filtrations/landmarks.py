"""Landmarks: a few points that stand for a large cloud."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from sklearn.utils import check_random_state

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv.filtrations import _kernels_landmarks as kernels
from tdainv.filtrations.point_tree import point_tree, unit_of

_LEAF_SIZE = 64


def farthest_point_landmarks(points: ArrayLike, n_landmarks: int, *, start: int = 0) -> Int:
    """Landmarks by farthest point sampling: each is a point at the largest distance from those before it.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
        Euclidean.
    n_landmarks : int
        How many; a cloud with fewer distinct points gives each of these once.
    start : int, default 0
        Row of the first landmark.

    Returns
    -------
    ndarray of shape (min(n_landmarks, n_distinct),), int
        Rows of the landmarks in the order of choice, of points at different places; equally far points are taken by
        row. The first k of them are the k landmarks.

    Raises
    ------
    ValueError
        For bad points, n_landmarks < 1, or a start that is not a row.

    Notes
    -----
    The landmarks cover the cloud within twice the least radius with which as many balls can (Gonzalez). Leaves of a
    search tree whose points are all nearer to earlier landmarks than to the new one are passed over: in low dimension
    that leaves O(n log k) distances, next to O(n k / 64) tests of boxes for n points and k landmarks.

    References
    ----------
    T. F. Gonzalez: Clustering to minimize the maximum intercluster distance, Theoret. Comput. Sci. 38 (1985).

    Examples
    --------
    >>> farthest_point_landmarks([[0.0], [1.0], [4.0], [9.0]], 3)
    array([0, 3, 2])
    """
    cloud = check.points(points)
    n = check.positive_integer(n_landmarks, "n_landmarks")
    if isinstance(start, bool) or not isinstance(start, int | np.integer) or not 0 <= start < len(cloud):
        raise ValueError(f"start must be a row of points, 0 to {len(cloud) - 1}, got start={start!r}.")
    tree = point_tree(cloud / unit_of(cloud), _LEAF_SIZE)
    first = int(np.flatnonzero(tree.order == start)[0])
    found = kernels.farthest_points(tree.points, tree.order, tree.starts, tree.boxes, first, min(n, len(cloud)))
    return tree.order[found]


def kmeans_landmarks(points: ArrayLike, n_landmarks: int, *, random_state: Any = None) -> Int:
    """Landmarks by the seeding of k-means++: each is drawn with the squared distance to those before as weight.

    They follow the density of the cloud more than :func:`farthest_point_landmarks`, and outliers less.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
        Euclidean.
    n_landmarks : int
        How many; a cloud with fewer distinct points gives each of these once.
    random_state : int, RandomState or None, default None

    Returns
    -------
    ndarray of shape (min(n_landmarks, n_distinct),), int
        Rows of the landmarks in the order of choice, of points at different places.

    Raises
    ------
    ValueError
        For bad points or n_landmarks < 1.

    Notes
    -----
    One draw a step, as in the paper; scikit-learn keeps the best of several draws. The first is uniform.

    References
    ----------
    D. Arthur, S. Vassilvitskii: k-means++: the advantages of careful seeding, SODA 2007.

    Examples
    --------
    >>> sorted(kmeans_landmarks([[0.0], [1.0], [4.0], [9.0]], 4, random_state=0).tolist())
    [0, 1, 2, 3]
    """
    cloud = check.points(points)
    n = check.positive_integer(n_landmarks, "n_landmarks")
    random = check_random_state(random_state)
    tree = point_tree(cloud / unit_of(cloud), _LEAF_SIZE)
    first = int(random.randint(len(cloud)))
    uniforms = random.random_sample(min(n, len(cloud)) - 1)
    return tree.order[kernels.seed_points(tree.points, tree.starts, tree.boxes, first, uniforms)]


def covering_radius(points: ArrayLike, landmarks: ArrayLike) -> float:
    """Largest distance from a point of the cloud to the nearest landmark.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
    landmarks : array-like of shape (n_landmarks,), int, or (n_landmarks, dim)
        Rows of the cloud, or coordinates.

    Returns
    -------
    float
        The directed Hausdorff distance from the cloud to the landmarks.

    Raises
    ------
    ValueError
        For bad points or landmarks.

    Examples
    --------
    >>> covering_radius([[0.0], [1.0], [4.0], [9.0]], [0, 3])
    4.0
    """
    cloud = check.points(points)
    places, _ = landmark_coordinates(cloud, landmarks)
    unit = unit_of(cloud, places)
    return float(cKDTree(places / unit).query(cloud / unit)[0].max()) * unit


def landmark_coordinates(cloud: Float, landmarks: ArrayLike) -> tuple[Float, Int]:
    """Check landmarks, rows of the cloud or coordinates: their coordinates, and their labels (rows of either)."""
    given = check.float_array(landmarks, "landmarks", "must be rows of points or coordinates")
    if given.ndim == 2:
        places = check.points(given, "landmarks")
        if places.shape[1] != cloud.shape[1]:
            raise ValueError(
                f"landmarks must have the dimension of points, {cloud.shape[1]}, got shape {places.shape}."
            )
        return places, np.arange(len(places))
    rows = check.integers(landmarks, "landmarks", (None,))
    if len(rows) == 0:
        raise ValueError("landmarks must hold at least one landmark, got none.")
    if rows.min() < 0 or rows.max() >= len(cloud):
        i = int(np.flatnonzero((rows < 0) | (rows >= len(cloud)))[0])
        raise ValueError(f"landmarks must be rows 0 to {len(cloud) - 1}, got landmarks[{i}] = {rows[i]}.")
    return cloud[rows], rows
