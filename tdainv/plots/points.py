"""Pictures of point clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.plots._style import NEUTRAL, PALETTE, axes_or_current

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_AXIS_NAMES = "xyz"


def plot_points(
    points: ArrayLike,
    *,
    values: ArrayLike | None = None,
    value_label: str = "value",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw a point cloud: on a line, in the plane or in space.

    A cloud of dimension 4 or more, or one in space that is drawn on plane Axes, is projected orthogonally onto its
    first principal components; the labels of the axes say so, with the share of the variance that each one keeps.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
    values : array-like of shape (n_points,), optional
        Colours the points, with a colour bar.
    value_label : str, default "value"
        What the values are; stands at the colour bar.
    ax : matplotlib Axes, optional
        Default: the current Axes, which is three-dimensional for a cloud in space if the figure is still empty.
    **kwargs
        Passed to :meth:`matplotlib.axes.Axes.scatter`.

    Returns
    -------
    matplotlib Axes
        Lengths are the same along all axes.

    Raises
    ------
    ValueError
        For bad points, or values of another length.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_points
    >>> ax = plot_points([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], ax=Figure().subplots())
    >>> ax.collections[0].get_offsets().shape
    (3, 2)
    """
    cloud = check.points(points)
    if values is not None:
        kwargs["c"] = check.vertex_values(values, len(cloud), "values").reshape(len(cloud), -1)[:, 0]
    else:
        kwargs.setdefault("color", PALETTE[0])
    ax = _axes_for(cloud.shape[1]) if ax is None else ax
    n_axes = 3 if ax.name == "3d" else 2
    coordinates, labels = _coordinates(cloud, n_axes)
    kwargs.setdefault("s", float(np.clip(4000 / len(cloud), 3.0, 30.0)))
    kwargs.setdefault("linewidths", 0)
    drawn = ax.scatter(*coordinates.T, **kwargs)
    _decorate(ax, labels, cloud.shape[1])
    if values is not None:
        ax.figure.colorbar(drawn, ax=ax, label=value_label, pad=0.12 if n_axes == 3 else 0.04)
    return ax


def _axes_for(dim: int) -> Axes:
    from matplotlib import pyplot as plt

    figure = plt.gcf()
    if dim == 3 and not figure.axes:
        return figure.add_subplot(projection="3d")
    return axes_or_current(None)


def _coordinates(cloud: Float, n_axes: int) -> tuple[Float, list[str]]:
    """Coordinates to draw, two or `n_axes` a point, and the labels of the axes."""
    dim = cloud.shape[1]
    if dim == 1:
        return np.column_stack([cloud[:, 0], np.zeros(len(cloud))]), ["x", ""]
    if dim <= n_axes:
        return cloud, list(_AXIS_NAMES[:dim])
    projection, shares = _principal_components(cloud, n_axes)
    return projection, [f"principal component {k + 1} ({share:.0%} of variance)" for k, share in enumerate(shares)]


def _principal_components(cloud: Float, k: int) -> tuple[Float, Float]:
    """First k principal components, and their shares of the variance."""
    centred = cloud - cloud.mean(axis=0)
    left, sizes, loadings = np.linalg.svd(centred, full_matrices=False)
    # The sign of a component is arbitrary: its largest loading is made positive, so that pictures can be compared.
    signs = np.sign(loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)])
    result, shares = np.zeros((len(cloud), k)), np.zeros(k)
    found = min(k, len(sizes))
    result[:, :found] = (left * sizes * signs)[:, :found]
    shares[:found] = sizes[:found] ** 2 / max(float((sizes**2).sum()), np.finfo(float).tiny)
    return result, shares


def _decorate(ax: Axes, labels: list[str], dim: int) -> None:
    ax.set_xlabel(labels[0])
    ax.set_ylabel(labels[1])
    if dim == 1:
        ax.axhline(0.0, color=NEUTRAL, linewidth=0.8, zorder=0)
        ax.set_yticks([])
        ax.set_ylim(-1.0, 1.0)
        ax.spines[["left", "right", "top"]].set_visible(False)
        return
    ax.set_aspect("equal")
    if len(labels) == 3:
        ax.set_zlabel(labels[2])  # type: ignore[attr-defined]
        ax.locator_params(nbins=5)
