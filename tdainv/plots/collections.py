"""Pictures of collections, from the distances between their items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.plots._style import PALETTE, axes_or_current, color_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_mds(
    distances: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw the items of a collection as points in the plane, by classical multidimensional scaling.

    Parameters
    ----------
    distances : array-like of shape (n, n)
        Finite distances of all pairs.
    labels : array-like of shape (n,), optional
        Classes, which get colours and a legend.
    class_names : sequence of str, optional
        Names of the classes 0, 1, ..., for labels that are such numbers. Default: the labels.
    ax : matplotlib Axes, optional
        Default: the current Axes.
    **kwargs
        Passed to :meth:`matplotlib.axes.Axes.scatter`.

    Returns
    -------
    matplotlib Axes
        Lengths are the same along both axes, of which the labels give the share of the positive eigenvalues.

    Raises
    ------
    ValueError
        For distances that are not finite or not symmetric, and labels of another number.

    Notes
    -----
    Coordinates are eigenvectors of the doubly centred squares of the distances, -J D² J / 2, times the roots of their
    eigenvalues; O(n³). The sign of an axis is that with the largest coordinate positive.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_mds
    >>> ax = plot_mds([[0, 3, 4], [3, 0, 5], [4, 5, 0]], labels=["a", "b", "b"], ax=Figure().subplots())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['a', 'b']
    """
    matrix = check.distance_matrix(distances)
    if not np.isfinite(matrix).all():
        raise ValueError("distances must be finite to be drawn, got inf.")
    points, shares = classical_mds(matrix, 2)
    ax = axes_or_current(ax)
    if labels is None:
        kwargs.setdefault("color", PALETTE[0])
        ax.scatter(*points.T, **kwargs)
    else:
        _scatter_classes(ax, points, np.asarray(labels), class_names, kwargs)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xlabel(f"coordinate 1 ({shares[0]:.0%})")
    ax.set_ylabel(f"coordinate 2 ({shares[1]:.0%})")
    return ax


def _scatter_classes(ax: Axes, points: Float, labels: Any, class_names: Any, kwargs: dict[str, Any]) -> None:
    if labels.shape != (len(points),):
        raise ValueError(f"labels must have shape ({len(points)},), got shape {labels.shape}.")
    for k, label in enumerate(np.unique(labels)):
        name = str(label) if class_names is None else class_names[int(label)]
        ax.scatter(*points[labels == label].T, **{"color": color_of(k), "label": name, **kwargs})
    ax.legend(frameon=False)


def classical_mds(matrix: Float, n_axes: int) -> tuple[Float, Float]:
    """Coordinates of points with about these finite distances, (n, n_axes), and shares of positive eigenvalues."""
    n = len(matrix)
    scale = matrix.max() or 1.0
    squares = np.square(matrix / scale)
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, np.newaxis] + squares.mean()
    values, vectors = np.linalg.eigh(-0.5 * centred)
    values, vectors = values[::-1], vectors[:, ::-1]
    found = min(n_axes, n)
    points, shares = np.zeros((n, n_axes)), np.zeros(n_axes)
    sizes = np.maximum(values[:found], 0.0)
    axes = vectors[:, :found]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(found)])
    points[:, :found] = scale * axes * signs * np.sqrt(sizes)
    shares[:found] = sizes / max(values[values > 0].sum(), np.finfo(float).tiny)
    return points, shares
