"""Euler characteristic functions: as signed measures, and on grids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv.complexes.cubical_filtration import CubicalFiltration, with_listed_cells
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.rowwise import MulticriticalComplex
from tdainv.invariants import _kernels_euler as kernels
from tdainv.invariants.signed_measure import SignedMeasure

_Listed: TypeAlias = FilteredComplex | CubicalFiltration | MulticriticalComplex


def euler_signed_measure(filtration: _Listed) -> SignedMeasure:
    """Euler signed measure: the Möbius inversion of the Euler characteristic, exact, for any number of parameters.

    It is Σ (-1)^dim(σ) δ(grade of σ) over the cells σ: the measure μ with χ(K_g) = μ({x : x ≤ g}) for every grade g,
    and the alternating sum of the Hilbert measures of all degrees.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration or MulticriticalComplex
        Cells that never appear do not count. A FlagFiltration must be expanded first, in all dimensions:
        ``filtration.expand(max_dimension)``.

    Returns
    -------
    SignedMeasure
        With integer weights, on R^p.

    Raises
    ------
    TypeError
        For any other filtration.

    Notes
    -----
    O(m log m) for m cells: no homology is computed.

    Examples
    --------
    A circle made of two vertices at 0 and two edges at 1 and 2:

    >>> import tdainv
    >>> circle = tdainv.FilteredComplex([0, 0, 1, 1], [0, 0, 0, 2, 4], [0, 1, 0, 1], [0.0, 0.0, 1.0, 2.0])
    >>> mu = tdainv.euler_signed_measure(circle)
    >>> mu.points.ravel(), mu.weights
    (array([0., 1., 2.]), array([ 2, -1, -1]))
    """
    _require_cells(filtration)
    if isinstance(filtration, MulticriticalComplex):
        return _by_rows(filtration)
    cells: FilteredComplex = with_listed_cells(filtration)
    appears = cells.appears
    return SignedMeasure(cells.grades[appears], _signs(cells.dimensions[appears]))


def euler_characteristic_profile(filtration: _Listed, axes: Sequence[ArrayLike]) -> Int:
    """Euler characteristic at every point of a product grid, exact, for any number of parameters.

    It is χ(K_g) = Σ (-1)^dim(σ) over the cells σ that are there at grade g: the Euler characteristic curve of a
    one-parameter filtration, the surface of a bifiltration, the profile of a multifiltration.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration or MulticriticalComplex
        With any number p of parameters. Cells that never appear do not count, also where an axis ends at ``inf``. A
        FlagFiltration must be expanded first, in all dimensions: ``filtration.expand(max_dimension)``.
    axes : sequence of p array-likes, each increasing
        Coordinates of the grid along each axis.

    Returns
    -------
    int ndarray of shape (len(axes[0]), ..., len(axes[p - 1]))

    Raises
    ------
    TypeError
        For any other filtration.
    ValueError
        If the axes are not p increasing arrays of numbers.
    MemoryLimitError
        If the grid does not fit.

    Notes
    -----
    Each cell adds its sign to the first point of the grid at or above its grade; then sums along each axis. For m
    cells O(p m log(length of an axis) + p (size of the grid)), with no sorting of cells and no memory but the grid.
    The cells of an image are not listed: their grades are made type by type, a type being the set of axes along which
    a cell is an interval.

    References
    ----------
    .. [1] Hacquard, Lebovici: Euler characteristic tools for topological data analysis, JMLR 25 (2024).

    Examples
    --------
    A circle made of two vertices at 0 and two edges at 1 and 2:

    >>> import tdainv
    >>> circle = tdainv.FilteredComplex([0, 0, 1, 1], [0, 0, 0, 2, 4], [0, 1, 0, 1], [0.0, 0.0, 1.0, 2.0])
    >>> tdainv.euler_characteristic_profile(circle, [[-1.0, 0.0, 1.0, 2.0]])
    array([0, 2, 1, 0])
    """
    _require_cells(filtration)
    lines = check.axes(axes, filtration.n_parameters)
    shape = tuple(len(line) for line in lines)
    require_memory(8 * prod(shape), f"A grid of shape {shape}", "Give shorter axes.")
    flat = np.zeros(prod(shape), np.int64)
    if isinstance(filtration, MulticriticalComplex):
        signs, rows = _signs(filtration.dimensions), np.searchsorted(lines[1], filtration.levels)
        kernels.drop_staircases(np.ascontiguousarray(filtration.values), signs, lines[0], rows, shape[1], flat)
    else:
        starts = np.cumsum([0, *shape])
        strides = np.array([prod(shape[k + 1 :]) for k in range(len(shape))])
        for grades, signs in _graded_signs(filtration):
            kernels.drop_cells(grades, signs, np.concatenate(lines), starts, strides, flat)
    profile = flat.reshape(shape)
    for axis in range(len(shape)):
        np.cumsum(profile, axis=axis, out=profile)
    return profile


def _require_cells(filtration: object) -> None:
    if not isinstance(filtration, _Listed):
        hint = " Use filtration.expand(max_dimension)." if hasattr(filtration, "expand") else ""
        raise TypeError(f"filtration must be a FilteredComplex, got {type(filtration).__name__}.{hint}")


def _signs(dimensions: Int) -> Int:
    return 1 - 2 * (dimensions % 2)


def _graded_signs(filtration: FilteredComplex | CubicalFiltration) -> Iterator[tuple[Float, Int]]:
    """Grades and signs of all cells; those of an image type by type."""
    if isinstance(filtration, FilteredComplex):
        yield np.ascontiguousarray(filtration.grades), _signs(filtration.dimensions)
        return
    for dimension, grades in _cell_types(filtration.pixels, filtration.cells, axis=0):
        flat = grades.reshape(-1, filtration.n_parameters)
        yield flat, np.full(len(flat), (-1) ** dimension)


def _cell_types(pixels: Float, cells: str, axis: int) -> Iterator[tuple[int, Float]]:
    """Dimensions and grades of the cells of an image, one array a type: points or intervals, axis by axis.

    An interval comes with the later of its ends, if pixels are points, and a point with the earlier of the intervals
    at it, if pixels are intervals. Depth first, so that only one array an axis is kept.
    """
    if axis == pixels.ndim - 1:
        yield 0, np.ascontiguousarray(pixels)
        return
    along = np.moveaxis(pixels, axis, 0)
    if cells == "vertices":
        points, intervals = along, np.maximum(along[:-1], along[1:])
    else:
        never = np.full((1, *along.shape[1:]), np.inf)
        points, intervals = np.minimum(np.concatenate([never, along]), np.concatenate([along, never])), along
    for dimension, part in ((0, points), (1, intervals)):
        for more, grades in _cell_types(np.moveaxis(part, 0, axis), cells, axis + 1):
            yield dimension + more, grades


def _by_rows(complex_: MulticriticalComplex) -> SignedMeasure:
    """Where the value of a cell falls from one row to the next, its mass moves there."""
    values, levels = complex_.values, complex_.levels
    signs = 1 - 2 * (complex_.dimensions % 2)
    before = np.column_stack([np.full(len(values), np.inf), values[:, :-1]])
    points, weights = [], []
    for rows, sign in ((values, 1), (before, -1)):
        cells, j = np.nonzero((values < before) & np.isfinite(rows))
        points.append(np.column_stack([rows[cells, j], levels[j]]))
        weights.append(sign * signs[cells])
    return SignedMeasure(np.concatenate(points), np.concatenate(weights))
