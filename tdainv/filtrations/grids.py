"""Filtrations on a grid: coarser grades, for speed on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float

STRATEGIES = ("regular", "quantile")


class Snappable(Protocol):
    """A filtration whose grades can be moved to a grid."""

    @property
    def n_parameters(self) -> int:
        """Number of parameters."""

    def axis_values(self, axis: int) -> Float:
        """Distinct finite values of the grades along an axis, increasing."""

    def on_grid(self, axes: Sequence[ArrayLike]) -> Any:
        """Filtration with every grade moved up to the next point of a product grid."""


F = TypeVar("F", bound=Snappable)


def to_grid(
    filtration: F,
    axes: Sequence[ArrayLike] | None = None,
    *,
    resolution: int | Sequence[int] = 50,
    strategy: str = "regular",
) -> F:
    """Move every grade of a filtration up to the next point of a product grid: fewer grades, and less work.

    Homology at the points of the grid stays exactly the same. A coordinate of a grade moves by at most the widest gap
    of the axis: so far, in the interleaving distance, is the result from the filtration it is made of.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, MulticriticalComplex or DegreeRipsFiltration
    axes : sequence of p array-likes, each increasing, optional
        Coordinates of the grid. What is beyond its last point never appears. By default it is made to fit.
    resolution : int or sequence of p ints, default 50
        Number of points along each axis of a grid that is made to fit. An axis with no more distinct values than that
        is left as it is.
    strategy : {"regular", "quantile"}, default "regular"
        Whether points of the grid are equally spaced from the smallest to the largest value, or every so many distinct
        values.

    Returns
    -------
    a filtration of the same kind

    Raises
    ------
    TypeError
        For something that has no grades to move.
    ValueError
        For axes that do not fit, a resolution below 1 or an unknown strategy.

    Examples
    --------
    >>> import numpy as np, tdainv
    >>> filtration = tdainv.rips(np.arange(9.0)[:, np.newaxis] ** 2)
    >>> coarse = to_grid(filtration, resolution=4)
    >>> coarse.axis_values(0)
    array([ 0., 12., 24., 36.])
    >>> tdainv.hilbert_function(filtration, 0, [[12.0, 24.0]]), tdainv.hilbert_function(coarse, 0, [[12.0, 24.0]])
    (array([3, 1]), array([3, 1]))
    """
    require_snappable(filtration)
    if axes is None:
        axes = grid_axes([filtration], resolution, strategy)
    return filtration.on_grid(axes)


def require_snappable(value: object, name: str = "filtration") -> None:
    """Raise TypeError unless the grades of the value can be moved."""
    if not (hasattr(value, "on_grid") and hasattr(value, "axis_values")):
        raise TypeError(f"{name} must be a filtration whose grades can be moved to a grid, got {type(value).__name__}.")


def grid_axes(filtrations: Sequence[Snappable], resolution: int | Sequence[int], strategy: str) -> list[Float]:
    """Axes of a grid that fits all the filtrations, which have the same number of parameters."""
    p = filtrations[0].n_parameters
    sizes = check_grid(resolution, strategy, p)
    axes = []
    for axis, size in enumerate(sizes):
        values = [filtration.axis_values(axis) for filtration in filtrations]
        axes.append(_axis(np.unique(np.concatenate(values)), size, strategy))
    return axes


def check_grid(resolution: int | Sequence[int], strategy: str, p: int | None = None) -> list[int]:
    """Check the options of a grid; the number of points along each of p axes."""
    check.option(strategy, STRATEGIES, "strategy")
    if isinstance(resolution, Sequence | np.ndarray) and not isinstance(resolution, str):
        sizes = [check.positive_integer(size, f"resolution[{k}]") for k, size in enumerate(resolution)]
        if p is not None and len(sizes) != p:
            raise ValueError(f"resolution must have one number for each of the {p} parameters, got {len(sizes)}.")
        return sizes
    return [check.positive_integer(resolution, "resolution")] * (p or 1)


def _axis(values: Float, size: int, strategy: str) -> Float:
    """At most `size` points, the last of which is the largest value."""
    if len(values) <= size:
        return values if len(values) else np.zeros(1)
    if strategy == "quantile":
        return values[np.linspace(0, len(values) - 1, size + 1).round().astype(int)[1:]]
    if size == 1:
        return values[-1:]
    return np.linspace(values[0], values[-1], size)
