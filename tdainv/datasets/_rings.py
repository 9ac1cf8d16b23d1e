"""A task for learned filtrations: which of two rings counts is said by their place, not by their shape."""

from __future__ import annotations

import numpy as np

from tdainv._typing import Float
from tdainv.datasets._arguments import RandomState, check_count, check_real, make_rng
from tdainv.datasets._dataset import Dataset

__all__ = ["make_marked_rings"]

_GAP = np.pi / 2  # angle that an open ring lacks
_MARK = 0.15  # standard deviation of the cluster that marks a ring
_APART = (4.5, 6.5)  # from centre to centre: the rings are filled, at √3 or with weights later, before parts meet
_LEAST = 20


def make_marked_rings(
    n_per_class: int = 200,
    n_points: int = 60,
    noise: float = 0.05,
    outliers: float = 0.0,
    random_state: RandomState = None,
) -> Dataset:
    """Draw a cluster and two rings in a row in the plane; the class says whether the ring near the cluster is closed.

    Each ring has radius 1, and is closed or lacks a quarter, independently of the other; both have the same number of
    points. The cluster, with a quarter of the points, marks one of them: the centres of cluster, near and far ring lie
    on a line, at random distances of 4.5 to 6.5. Each item is rotated, and its points are in random order.

    Barcodes of the Rips filtration, or of that of the distance to a measure, are unions of those of the parts, up to
    bars of components: one closed and one open ring look alike whichever is marked. So how many rings are closed is all
    that they say, and no classifier of loops is right in more than 3/4 of many items. Distances to the other points
    tell the rings apart: weights that make the far ring late or faint answer the question.

    Parameters
    ----------
    n_per_class : int, default 200
        Number of items of each class.
    n_points : int, default 60
        Number of points of an item, at least 20.
    noise : float, default 0.05
        Standard deviation of the normal noise that is added to each coordinate, in units of the radius.
    outliers : float, default 0.0
        Share of the points, at most 0.5, that are uniform in a box around all parts instead.
    random_state : int, Generator, RandomState or None, default=None
        Source of randomness.

    Returns
    -------
    Dataset
        `clouds` of shape (n_points, 2), class after class: "open" (0) and "closed" (1). For each class, the far ring
        is closed in every second item.

    Examples
    --------
    >>> from tdainv.datasets import make_marked_rings
    >>> make_marked_rings(n_per_class=2, random_state=0)
    Dataset('marked_rings', 4 items, 60 points in R^2, classes: open, closed)
    """
    n_per_class = check_count("n_per_class", n_per_class)
    n_points = check_count("n_points", n_points, minimum=_LEAST)
    noise = check_real("noise", noise)
    if check_real("outliers", outliers) > 0.5:
        raise ValueError(f"outliers must be a share of at most 0.5, got outliers={outliers!r}.")
    rng = make_rng(random_state)
    labels = np.repeat(np.arange(2, dtype=np.int64), n_per_class)
    clouds = [
        _item(rng, n_points, noise, outliers, near_is_closed=bool(label), far_is_closed=bool(i % 2))
        for i, label in enumerate(labels)
    ]
    return Dataset(
        name="marked_rings",
        clouds=clouds,
        labels=labels,
        class_names=("open", "closed"),
        description=f"A cluster and two rings; is the ring near the cluster closed? Noise of deviation {noise:g}.",
    )


def _item(
    rng: np.random.Generator, n_points: int, noise: float, outliers: float, *, near_is_closed: bool, far_is_closed: bool
) -> Float:
    n_outliers = round(outliers * n_points)
    n_kept = n_points - n_outliers
    n_ring = 3 * n_kept // 8
    near, far = np.cumsum(rng.uniform(*_APART, size=2))
    points = np.concatenate(
        [
            rng.normal(scale=_MARK, size=(n_kept - 2 * n_ring, 2)),
            _ring(rng, n_ring, near_is_closed) + np.array([near, 0.0]),
            _ring(rng, n_ring, far_is_closed) + np.array([far, 0.0]),
        ]
    )
    points += rng.normal(scale=noise, size=points.shape)
    box = rng.uniform((-1.0, -1.5), (far + 1.5, 1.5), (n_outliers, 2))
    angle = rng.uniform(0.0, 2 * np.pi)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return rng.permutation(np.concatenate([points, box]) @ rotation.T)


def _ring(rng: np.random.Generator, n_points: int, is_closed: bool) -> Float:
    """Points on a unit circle or on three quarters of one, one in each of n equal parts, from a random start on."""
    span = 2 * np.pi if is_closed else 2 * np.pi - _GAP
    angles = (np.arange(n_points) + rng.random(n_points)) / n_points * span + rng.uniform(0.0, 2 * np.pi)
    return np.column_stack([np.cos(angles), np.sin(angles)])
