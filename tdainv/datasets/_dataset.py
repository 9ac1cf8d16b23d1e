"""A labelled collection of point clouds or dissimilarity matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tdainv._typing import Float, Int

__all__ = ["Dataset"]

_LONGEST_CLASS_LIST = 60  # characters, so that the representation stays one line


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A labelled collection of point clouds or dissimilarity matrices.

    Item ``i`` is ``clouds[i]`` of class ``class_names[labels[i]]``. ``X, y = data.clouds, data.labels`` is
    what a scikit-learn pipeline takes. Two data sets are equal only if they are the same object.

    Parameters
    ----------
    name : str
        Short name.
    clouds : list of ndarray
        The items, float64. With ``metric="euclidean"`` each is a point cloud of shape (n_points, dim), with
        ``metric="precomputed"`` each is a symmetric dissimilarity matrix of shape (n_points, n_points).
        Numbers of points may differ between items.
    labels : ndarray of shape (n_items,)
        Class numbers, integers from 0 to ``len(class_names) - 1``.
    class_names : tuple of str
        Name of each class.
    metric : {"euclidean", "precomputed"}, default="euclidean"
        What the items are.
    groups : ndarray of shape (n_items,) or None, default=None
        Items of the same group must stay in the same fold of a cross-validation, as the `groups` of
        :class:`sklearn.model_selection.GroupKFold`. None means that the items are independent.
    description : str, default=""
        What the data are and where they come from.
    names : tuple of str or None, default=None
        Name of each item, for instance its file name relative to the folder that was read.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv.datasets import Dataset
    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> data = Dataset("squares", [square, 2 * square, square[:3]], np.array([0, 0, 1]), ("square", "half"))
    >>> data
    Dataset('squares', 3 items, 3 to 4 points in R^2, classes: square, half)
    >>> len(data)
    3
    >>> data.class_names[data.labels[2]]
    'half'
    """

    name: str
    clouds: list[Float]
    labels: Int
    class_names: tuple[str, ...]
    metric: str = "euclidean"
    groups: Int | None = None
    description: str = ""
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.metric not in ("euclidean", "precomputed"):
            raise ValueError(f"metric must be 'euclidean' or 'precomputed', got metric={self.metric!r}.")
        for i, cloud in enumerate(self.clouds):
            _check_cloud(cloud, i, self.metric)
        _check_labels(self.labels, len(self.class_names))
        for field in ("labels", "groups", "names"):
            _check_length(field, getattr(self, field), len(self.clouds))

    def __len__(self) -> int:
        return len(self.clouds)

    def __repr__(self) -> str:
        items = f"{len(self)} item" + ("s" if len(self) != 1 else "")
        classes = f"{len(self.class_names)} classes"
        listed = "classes: " + ", ".join(self.class_names)
        if len(listed) <= _LONGEST_CLASS_LIST:
            classes = listed
        parts = [items, self._points_range(), classes] if self.clouds else [items, classes]
        return f"Dataset({self.name!r}, {', '.join(parts)})"

    def _points_range(self) -> str:
        sizes = [len(cloud) for cloud in self.clouds]
        points = f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else f"{sizes[0]}"
        if self.metric == "precomputed":
            return f"{points} points, precomputed"
        dims = {cloud.shape[1] for cloud in self.clouds}
        return f"{points} points in R^{dims.pop()}" if len(dims) == 1 else f"{points} points"


def _check_cloud(cloud: Float, i: int, metric: str) -> None:
    if not isinstance(cloud, np.ndarray) or cloud.dtype != np.float64 or cloud.ndim != 2 or 0 in cloud.shape:
        got = f"{cloud.dtype} of shape {cloud.shape}" if isinstance(cloud, np.ndarray) else type(cloud).__name__
        raise ValueError(f"clouds[{i}] must be a float64 array of shape (n_points, dim), both at least 1, got {got}.")
    if metric == "precomputed" and cloud.shape[0] != cloud.shape[1]:
        raise ValueError(f"clouds[{i}] must be square because metric='precomputed', got shape {cloud.shape}.")


def _check_labels(labels: Int, n_classes: int) -> None:
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be a 1-D integer array, got {labels!r}.")
    if labels.size and not (labels.min() >= 0 and labels.max() < n_classes):
        raise ValueError(
            f"labels must be between 0 and {n_classes - 1} because there are {n_classes} class_names, "
            f"got labels from {labels.min()} to {labels.max()}."
        )


def _check_length(field: str, values: Sequence[object] | Int | None, n_items: int) -> None:
    if values is not None and len(values) != n_items:
        raise ValueError(f"{field} must have one entry for each of the {n_items} clouds, got {len(values)}.")
