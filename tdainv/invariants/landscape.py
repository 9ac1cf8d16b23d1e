"""Multiparameter persistence landscapes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted
from tdainv.complexes.chain_complex import ChainComplex
from tdainv.invariants._kernels_landscape import largest_heights
from tdainv.invariants.line_grid import snake
from tdainv.persistence.barcode import Filtration, require_filtration
from tdainv.persistence.lines import Lines
from tdainv.persistence.presentation import module_complex
from tdainv.persistence.vineyard import Vineyard

_BLOCK_NUMBERS = 1 << 20  # times of generators on a block of lines
_SAME_LINE = 1e-14  # points so close to a line, relative to the size of the numbers, are on it


def multiparameter_landscape(
    filtration: Filtration | ChainComplex,
    degree: int,
    axes: Sequence[ArrayLike],
    *,
    n_landscapes: int = 5,
    direction: ArrayLike | None = None,
) -> Float:
    """Multiparameter persistence landscapes of H_degree at the points of a product grid, exact up to rounding.

    λ_k(x) = sup {ε ≥ 0 : rank H(x - ε v) → H(x + ε v) ≥ k}, and 0 if there is no such ε [1]_.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation or ChainComplex
        With any number p of parameters.
    degree : int
    axes : sequence of p array-likes, each increasing
        Finite coordinates of the grid along each axis.
    n_landscapes : int, default 5
        Landscapes λ_1, ..., λ_n.
    direction : array-like of shape (p,), optional
        The vector v, at least 0 and not 0; by default (1, ..., 1). Lengths along an axis count by the coordinate of v.

    Returns
    -------
    ndarray of shape (n_landscapes, len(axes[0]), ..., len(axes[p - 1]))
        Decreasing along the first axis. Finite: a bar that is born at b and never dies counts x - b.

    Raises
    ------
    TypeError
        If this is not a filtration.
    ValueError
        For axes that do not fit, a direction with a negative entry or fewer than one landscape.

    Notes
    -----
    On the line x + t v the module is a barcode, and λ_k(x) the k-th largest of max(min(-birth, death), 0) over its
    bars. Points on a common line share it: a grid of g x g points has 2 g - 1 lines if v leads from grid point to grid
    point, g² in general. The barcodes come from the minimal presentation (of more than two parameters, from the chain
    complex), by a vineyard along neighbouring lines. Landscapes change by at most the interleaving distance in
    direction v [1]_, and with one parameter they are Bubenik's.

    References
    ----------
    .. [1] Vipond: Multiparameter persistence landscapes, JMLR 21 (2020).

    Examples
    --------
    One point that appears at (0, 0) and never leaves: the distance to the axes.

    >>> import tdainv
    >>> point = tdainv.FilteredComplex.lower_star([[0]], [[0, 0]])
    >>> tdainv.multiparameter_landscape(point, 0, [[1, 2], [1, 2]], n_landscapes=1)
    array([[[1., 1.],
            [1., 2.]]])
    """
    degree = check.degree(degree)
    require_filtration(filtration)
    n_landscapes = check.positive_integer(n_landscapes, "n_landscapes")
    lines = check.finite_axes(axes, filtration.n_parameters)
    v = check_direction(direction, len(lines))
    shape = tuple(map(len, lines))
    n_points = math.prod(shape)
    require_memory(
        8 * (n_landscapes + 6 * len(shape)) * n_points, f"A grid of {n_points} points", "Take a coarser one."
    )
    found = _Grid.of(lines, v).landscapes(module_complex(filtration, degree), n_landscapes)
    return found.T.reshape(n_landscapes, *shape)


def check_direction(direction: ArrayLike | None, p: int) -> Float:
    """Check the direction of lines in R^p, along which no coordinate decreases; None is (1, ..., 1)."""
    if direction is None:
        return np.ones(p)
    v = check.float_array(direction, "direction", f"must have shape ({p},)")
    if v.shape != (p,) or not np.isfinite(v).all() or (v < 0).any() or not (v > 0).any():
        raise ValueError(
            f"direction must be {counted(p, 'finite number')} of at least 0, one of them positive, got {direction!r}."
        )
    return v


class _Grid(NamedTuple):
    """The points of a grid, sorted by the line that they are on: on line `line_of`, at the time `times`."""

    points: Int
    line_of: Int
    times: Float
    lines: Lines

    @classmethod
    def of(cls, axes: list[Float], v: Float) -> _Grid:
        """Sort the points such that neighbouring lines are close to each other."""
        fast = int(np.argmax(v))
        order = snake(tuple(map(len, axes)))
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))[order]
        times = grid[:, fast] / v[fast]
        bases = grid - times[:, np.newaxis] * v
        bases[:, fast] = 0.0
        sizes = np.maximum(np.abs(grid).max(axis=0), np.abs(times).max() * v)
        sizes[sizes == 0] = 1.0
        keys = np.round(bases / (sizes * _SAME_LINE))
        _, first, line_of = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        line_of = line_of.reshape(-1)
        if len(axes) > 2:  # lines in the order in which the snake meets them; in the plane they have an order
            sequence = np.argsort(first)
            first, line_of = first[sequence], np.argsort(sequence)[line_of]
        by_line = np.argsort(line_of, kind="stable")
        lines = Lines(bases[first], v)
        return cls(order[by_line], line_of[by_line], times[by_line], lines)

    def landscapes(self, complex_: ChainComplex, n_landscapes: int) -> Float:
        """Landscapes at each point of the grid, shape (n_points, n_landscapes)."""
        result = np.zeros((len(self.points), n_landscapes))
        cells, cofaces, faces = complex_.upper.row_grades, complex_.upper.column_grades, complex_.lower.row_grades
        if len(cells) == 0:
            return result
        vineyard = Vineyard(complex_)
        size = max(1, _BLOCK_NUMBERS // (len(cells) + len(cofaces) + len(faces)))
        for start in range(0, len(self.lines), size):
            lines = self.lines[start : start + size]
            times = [lines.push(grades) for grades in (cells, cofaces, faces)]
            vines = vineyard.follow(times[0], times[1], times[2] if len(faces) else None)
            here = slice(*np.searchsorted(self.line_of, [start, start + len(lines)]))
            result[self.points[here]] = largest_heights(
                times[0],
                times[1],
                vines.births,
                vines.deaths,
                self.line_of[here] - start,
                self.times[here],
                n_landscapes,
            )
        return result
