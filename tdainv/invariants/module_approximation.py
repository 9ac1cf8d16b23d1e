"""Module approximation: an interval-decomposable module near the homology of a multifiltration."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.exceptions import TdainvWarning
from tdainv.invariants._kernels_approximation import (
    corner_candidates,
    deviations,
    entry_points,
    unsettled_in_the_plane,
)
from tdainv.invariants.interval_module import IntervalModule
from tdainv.invariants.line_grid import TOO_MANY, LineGrid, snake
from tdainv.persistence.barcode import Filtration
from tdainv.persistence.lines import Lines
from tdainv.persistence.presentation import module_complex
from tdainv.persistence.vineyard import Vines, Vineyard

_DEFAULT_LINES = 500
_BLOCK = 4_000_000  # bars held at a time, in two parameters


def module_approximation(
    filtration: Filtration | ChainComplex,
    degree: int,
    *,
    n_lines: int | None = None,
    spacing: float | None = None,
    error: float | None = None,
    box: ArrayLike | None = None,
    direction: ArrayLike | None = None,
) -> IntervalModule:
    """Approximate H_degree by a direct sum of intervals (MMA): a candidate decomposition.

    Parallel lines of direction (1, ..., 1) start from a grid on the lower faces of a box. Their barcodes are joined to
    vines, and the bars of a vine become one summand: its birth corners are the points where they begin, its death
    corners those where they end, and corners in between that bars of neighbouring lines determine together.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation or ChainComplex
        With any number p of parameters.
    degree : int
    n_lines : int, optional
        Number of lines, about; 500 unless `spacing` or `error` is given.
    spacing : float, optional
        Greatest distance δ of neighbouring lines on a face.
    error : float, optional
        Bound for the error of the result. It sets the spacing to 2 `error` in two parameters and to `error` in more,
        where a :class:`tdainv.TdainvWarning` says so if the bound is then not kept. Only one of `n_lines`, `spacing`
        and `error` may be given.
    box : array-like of shape (2, p), optional
        Lower and upper corner of the part of R^p to look at. By default all grades of the small complex: outside of
        that box nothing changes.
    direction : array-like of shape (p,), optional
        Positive. Other directions than (1, ..., 1) weigh the parameters: lines, spacing and error are meant after
        coordinate i is divided by direction[i].

    Returns
    -------
    IntervalModule
        Its ``error`` bounds the bottleneck distance between its barcode and that of H_degree along any line of the
        direction that meets the box. Summands and corners are sorted.

    Raises
    ------
    ValueError
        For a spacing or an error that is not positive, more than one of the three, or a box that is not finite or has
        its corners in the wrong order.
    MemoryLimitError
        If the bars of the lines do not fit into memory.

    Notes
    -----
    The method is that of [1]_, run over the minimal presentation in two parameters, and with other corners. A bar
    that begins where generator g enters the line tells one coordinate of g: corners are made of coordinates that are
    known, not of those of points that happen to be near.

    In two parameters the barcodes of the result are exact along every line that was sampled, so that the error
    is δ/2 (the bound of [1]_ is 2δ); a sum of intervals whose corners are further apart than δ comes out as it is.
    The proof is in the documentation. In p ≥ 3 parameters vines depend on the path that joins the lines and
    neighbours may disagree: there the bars of the result are compared with those of all sampled lines, and the error
    is the largest difference found plus δ.

    The summands are not the indecomposable summands of H_degree, which need not be intervals.

    References
    ----------
    .. [1] Loiseaux, Carrière, Blumberg: Fast, stable and efficient approximation of multi-parameter persistence modules
       with MMA, arXiv:2206.02026.

    Examples
    --------
    Two points at distance 3, the second of which arrives at 1 in the second parameter:

    >>> import tdainv
    >>> filtration = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    >>> module = tdainv.module_approximation(filtration, degree=0)
    >>> module
    IntervalModule(degree 0, 2 summands, 2 parameters, error 0.004)
    >>> module.births
    array([[0., 0.],
           [0., 1.]])
    >>> module.deaths
    array([[inf, inf],
           [ 3., inf]])
    """
    complex_ = module_complex(filtration, degree)
    p = complex_.n_parameters
    stretch = _stretch(direction, p)
    limits = _box(box, complex_) / stretch
    grid = _line_grid(limits, n_lines, spacing, error)
    complex_ = _restricted(complex_, limits, stretch)
    corners, deviation = _sweep(complex_, grid)
    bound = deviation + grid.spacing / (2 if p == 2 else 1)
    if error is not None and bound > error * (1 + 1e-9):
        warnings.warn(
            f"The error of this approximation is at most {bound:g}, more than the {error:g} asked for.",
            TdainvWarning,
            stacklevel=2,
        )
    return _module(corners, complex_.degree, limits, stretch, bound)


class _Corners(NamedTuple):
    """Corners of vines, of one kind."""

    vines: Int
    points: Float


def _sweep(complex_: ChainComplex, grid: LineGrid) -> tuple[tuple[_Corners, _Corners], float]:
    """Corners of all vines over all faces, and how far the bars made of them are from those of the lines."""
    start = Vineyard(complex_)
    low = grid.box[:1]
    _follow(start, low)  # all faces are walked from the corner of the box, so that vines agree
    found: list[tuple[_Corners, _Corners]] = []
    held: list[tuple[Float, Vines]] = []
    exact = complex_.n_parameters <= 2
    for axes in grid.faces():
        vineyard = start.copy()
        for bases, shape, bars in _slabs(vineyard, grid, axes, exact):
            cells = _cells(shape)
            top = grid.box[1]
            alive = bars.born < bars.died
            ends = alive & (bars.deaths >= 0)
            births = _corners(bars.births, alive, complex_.upper.row_grades, bases, cells, top, 1.0)
            deaths = _corners(bars.deaths, ends, complex_.upper.column_grades, bases, cells, top, -1.0)
            found.append((births, deaths))
            if not exact:
                held.append((bases, bars))
    births, deaths = (
        _Corners(np.concatenate([c[k].vines for c in found]), np.concatenate([c[k].points for c in found]))
        for k in range(2)
    )
    essential = np.setdiff1d(births.vines, deaths.vines)  # a vine that has bars, and whose bars never end
    points = np.full((len(essential), complex_.n_parameters), np.inf)
    deaths = _Corners(np.concatenate([deaths.vines, essential]), np.concatenate([deaths.points, points]))
    births, deaths = (_grouped(corners) for corners in (births, deaths))
    deviation = max((_deviation(births, deaths, *each) for each in held), default=0.0)
    return (births, deaths), deviation


def _corners(ids: Int, alive: Number, grades: Float, bases: Float, cells: Int, top: Float, sign: float) -> _Corners:
    """Corners of one kind of all vines over a grid of lines: births (sign 1) or deaths (sign -1)."""
    if len(top) == 2 and cells.shape[1] == 2:
        pairs, needed = unsettled_in_the_plane(ids, alive, grades, bases, cells, sign)
    else:
        n_there = sum(alive[lines].astype(np.int8) for lines in cells.T)
        pairs, needed = np.argwhere(n_there > 1), alive
    owners, corners, needed = corner_candidates(ids, alive, grades, bases, cells, top, sign, pairs, needed)
    lines, vines = np.nonzero(needed)
    points = entry_points(ids[lines, vines], lines, grades, bases, top, sign)
    return _Corners(np.concatenate([owners, vines]), np.concatenate([corners, points]))


def _follow(vineyard: Vineyard, bases: Float) -> Vines:
    complex_ = vineyard.complex
    lines = Lines(bases, np.ones(bases.shape[1]))
    return vineyard.follow(
        *(lines.push(g) for g in (complex_.upper.row_grades, complex_.upper.column_grades, complex_.lower.row_grades))
    )


def _slabs(
    vineyard: Vineyard, grid: LineGrid, axes: tuple[int, ...], in_blocks: bool
) -> Iterator[tuple[Float, tuple[int, ...], Vines]]:
    """Bases, shape of the grid and bars of the lines of a face, block by block; blocks share their border."""
    shape = tuple(grid.steps[axis] + 1 for axis in axes)
    n_slices = shape[0] if shape else 1
    n_vines = vineyard.complex.upper.shape[0]
    block = max(2, _BLOCK // max(1, n_vines)) if in_blocks else n_slices
    n_bars = n_vines * math.prod(shape[1:]) * min(block, n_slices)
    require_memory(25 * n_bars, f"{n_bars} bars along {math.prod(shape)} lines", TOO_MANY)
    for first in range(0, max(1, n_slices - 1), block - 1 if in_blocks else n_slices):
        bases = grid.bases(axes, first, min(first + block, n_slices))
        here = (len(bases) // math.prod(shape[1:]), *shape[1:]) if shape else ()
        path = snake(here)
        vines = _follow(vineyard, bases[path])
        back = np.argsort(path)
        yield bases, here, Vines(*(each[back] for each in vines))


def _cells(shape: tuple[int, ...]) -> Int:
    """Lines at the corners of the cells of a grid of lines, shape (n_cells, number of corners)."""
    lines = np.arange(math.prod(shape)).reshape(shape)
    corners = []
    for steps in itertools.product(*(((0, 1) if size > 1 else (0,)) for size in shape)):
        part = tuple(
            slice(step, size - 1 + step) if size > 1 else slice(None) for step, size in zip(steps, shape, strict=True)
        )
        corners.append(lines[part].ravel())
    return np.stack(corners, axis=1)


def _grouped(corners: _Corners) -> _Corners:
    order = np.argsort(corners.vines, kind="stable")
    return _Corners(corners.vines[order], corners.points[order])


def _deviation(births: _Corners, deaths: _Corners, bases: Float, bars: Vines) -> float:
    """Greatest difference between the bars of lines and those of the summands made of the vines."""
    n_vines = bars.births.shape[1]
    offsets = [np.searchsorted(corners.vines, np.arange(n_vines + 1)) for corners in (births, deaths)]
    return float(deviations(births.points, offsets[0], deaths.points, offsets[1], bases, bars.born, bars.died))


def _module(
    corners: tuple[_Corners, _Corners], degree: int, limits: Float, stretch: Float, error: float
) -> IntervalModule:
    births, deaths = corners
    vines = np.unique(births.vines)
    offsets = [np.append(np.searchsorted(c.vines, vines), len(c.vines)) for c in corners]
    return IntervalModule(
        births.points * stretch, offsets[0], deaths.points * stretch, offsets[1], degree, limits * stretch, error
    )


def _restricted(complex_: ChainComplex, limits: Float, stretch: Float) -> ChainComplex:
    """Complex of the same homology inside a box, with stretched grades.

    A generator appears in the box from the join of its grade with the lower corner on, or never.
    """
    low, high = limits

    def graded(grades: Float) -> tuple[Float, Int]:
        moved = np.maximum(grades / stretch, low)
        kept = np.flatnonzero((moved <= high).all(axis=1))
        return moved[kept], kept

    faces, cells, cofaces = (
        graded(g) for g in (complex_.lower.row_grades, complex_.upper.row_grades, complex_.upper.column_grades)
    )
    upper = complex_.upper.rearrange(cells[1], cofaces[1])
    lower = complex_.lower.rearrange(faces[1], cells[1])
    return ChainComplex(
        complex_.degree,
        GradedMatrix.of_checked(*upper, cells[0], cofaces[0]),
        GradedMatrix.of_checked(*lower, faces[0], cells[0]),
    )


def _stretch(direction: ArrayLike | None, p: int) -> Float:
    if direction is None:
        return np.ones(p)
    return check.positive_vector(direction, "direction", p)


def _box(box: ArrayLike | None, complex_: ChainComplex) -> Float:
    """Check a box, or take the bounding box of the grades of C_k and C_{k+1}."""
    p = complex_.n_parameters
    if box is None:
        grades = np.concatenate([complex_.upper.row_grades, complex_.upper.column_grades])
        return np.stack([grades.min(axis=0), grades.max(axis=0)]) if len(grades) else np.zeros((2, p))
    rule = f"must have shape (2, {p}): its lower and its upper corner"
    limits = check.float_array(box, "box", rule)
    if limits.shape != (2, p):
        raise ValueError(f"box {rule}, got shape {limits.shape}.")
    if not np.isfinite(limits).all() or (limits[0] > limits[1]).any():
        raise ValueError(
            f"box must be finite with its lower corner first, got {limits[0].tolist()} and {limits[1].tolist()}."
        )
    return limits


def check_lines(n_lines: int | None, spacing: float | None, error: float | None) -> None:
    """Check the three ways to say how many lines: at most one of them."""
    given = {"n_lines": n_lines, "spacing": spacing, "error": error}
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise ValueError(f"Only one of n_lines, spacing and error may be given, got {' and '.join(names)}.")
    for name in names:
        (check.positive_integer if name == "n_lines" else check.positive)(given[name], name)


def _line_grid(limits: Float, n_lines: int | None, spacing: float | None, error: float | None) -> LineGrid:
    """Lines as one of the three parameters wants them."""
    check_lines(n_lines, spacing, error)
    if error is not None:
        spacing = error * (2 if limits.shape[1] == 2 else 1)
    if spacing is not None:
        return LineGrid.on_box(limits, spacing)
    return LineGrid.with_lines(limits, _DEFAULT_LINES if n_lines is None else n_lines)
