"""Rank invariants: the rank of homology between every two grades, and their Möbius inversions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.cubical_filtration import with_listed_cells
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.order import lexicographic_order
from tdainv.complexes.rowwise import RowwiseBifiltration
from tdainv.invariants.rank_paths import BLOCK, signed_rectangles, size_of
from tdainv.invariants.signed_barcode import SignedBarcode
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Filtration, complexes_of, require_filtration
from tdainv.persistence.presentation import module_complex
from tdainv.persistence.vineyard import Vineyard


def rank_invariant(filtration: Filtration | ChainComplex, degree: int, axes: Sequence[ArrayLike]) -> Int:
    """Rank of H_degree(a) → H_degree(b) for all pairs of points a ≤ b of a product grid, exact, over Z/2.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation or ChainComplex
        With any number p of parameters.
    degree : int
    axes : sequence of p array-likes, each increasing
        Coordinates of the grid along each axis, finite.

    Returns
    -------
    int ndarray of shape (g_1, ..., g_p, g_1, ..., g_p)
        With g_k the length of axis k: entry (a, b) is the rank from grid point a to grid point b, and 0 unless a ≤ b.

    Raises
    ------
    ValueError
        If the axes are not p increasing arrays of finite numbers, or the degree is out of range.
    MemoryLimitError
        If the array would not fit in memory.

    Notes
    -----
    The sum of :func:`rank_signed_barcode` on the grid: its cost, and O(p) for each of the g_1² ... g_p² entries.

    References
    ----------
    .. [1] Carlsson, Zomorodian: The theory of multidimensional persistence, Discrete Comput. Geom. 42 (2009).

    Examples
    --------
    Two points at distance 3. Both are there from 0 on, of which one class is left at 3:

    >>> import tdainv
    >>> tdainv.rank_invariant(tdainv.rips([[0.0], [3.0]]), degree=0, axes=[[0.0, 3.0, 5.0]])
    array([[2, 1, 1],
           [0, 1, 1],
           [0, 0, 1]])
    """
    degree = check.degree(degree)
    require_filtration(filtration)
    lines = check.finite_axes(axes, filtration.n_parameters)
    shape = tuple(len(line) for line in lines)
    require_memory(
        8 * math.prod(shape) ** 2,
        f"The rank invariant on a grid of {' x '.join(map(str, shape))} points",
        "Take fewer grid points, rank_at for some pairs of points, or rank_signed_barcode.",
    )
    bars = signed_rectangles(_grid_complexes(filtration, (degree,), lines)[0], shape)
    ranks = np.zeros(shape + shape, np.int64)
    np.add.at(ranks, (*bars.firsts.T, *bars.lasts.T), bars.weights)
    p = len(shape)
    for k in range(p):
        np.cumsum(ranks, axis=k, out=ranks)
        backwards = np.flip(ranks, axis=p + k)
        np.cumsum(backwards, axis=p + k, out=backwards)
    for k, line in enumerate(lines):
        ordered = line[:, np.newaxis] <= line
        ranks *= ordered.reshape([shape[k] if axis in (k, p + k) else 1 for axis in range(2 * p)])
    return ranks


def rank_at(filtration: Filtration | ChainComplex, degree: int, starts: ArrayLike, ends: ArrayLike) -> Int:
    """Rank of H_degree(starts[i]) → H_degree(ends[i]) for some pairs of grades, exact, over Z/2.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation or ChainComplex
        With any number p of parameters.
    degree : int
    starts, ends : array-like of shape (m, p)
        Finite, with starts ≤ ends in every coordinate.

    Returns
    -------
    int ndarray of shape (m,)

    Raises
    ------
    ValueError
        If a start is not at or below its end (the message names the row), or the degree is out of range.

    Notes
    -----
    One reduction of a small complex a pair: the bars of the filtration with two steps, at the start and at the end,
    that are born in the first and do not die.

    Examples
    --------
    >>> import tdainv
    >>> segment = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    >>> tdainv.rank_at(segment, 0, starts=[[0, 0], [0, 1], [0, 1]], ends=[[5, 5], [2, 1], [3, 1]])
    array([1, 2, 1])
    """
    degree = check.degree(degree)
    require_filtration(filtration)
    low, high = check.ordered_pairs(starts, ends, filtration.n_parameters)
    lines = [np.unique(column) for column in np.concatenate([low, high]).T]
    complex_ = _grid_complexes(filtration, (degree,), lines)[0]
    return _ranks(complex_, _indices(low, lines), _indices(high, lines))


def rank_signed_barcode(
    filtration: Filtration | ChainComplex, degree: int, axes: Sequence[ArrayLike] | None = None
) -> SignedBarcode:
    """Signed barcode of the rank invariant of H_degree: its minimal decomposition into rectangles, over Z/2.

    It is the signed sum of rectangle modules whose rank invariant is that of H_degree, with no rectangle on both
    sides. It is unique, and the Möbius inversion of the rank invariant [1]_. In one parameter it is the barcode.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation or ChainComplex
        With any number p of parameters.
    degree : int
    axes : sequence of p array-likes, each increasing, optional
        Coordinates of a product grid, finite. Grades are moved up to it: ranks between its points stay as they are,
        and what appears beyond its last point never does. By default the signed barcode is exact, on the grid of all
        grades of a small complex with the same homology.

    Returns
    -------
    SignedBarcode
        Of rectangles.

    Raises
    ------
    ValueError
        If the axes are not p increasing arrays of finite numbers, or the degree is out of range.
    MemoryLimitError
        If the grid is so large that its pairs of points cannot be numbered, or the bars do not fit in memory.

    Notes
    -----
    Ranks from (·, a_2, ..., a_p) to (b_1, ..., b_{p-1}, ·) are read off the barcode along the path that moves along
    one axis after the other. In two parameters there are g_1 g_2 paths, in p parameters a product of one axis each
    for the first and the last, the two longest, and of g (g + 1) / 2 for each of the others. Successive paths differ
    little, and one vineyard follows them [2]_. A bar gives at most 4^(p-1) signed rectangles, so no array of the size
    of the rank invariant is made. Where generators times paths exceed 2·10⁹, about ten seconds of work, a
    :class:`tdainv.TdainvWarning` says so.

    References
    ----------
    .. [1] Botnan, Oppermann, Oudot: Signed barcodes for multi-parameter persistence via rank decompositions and
       rank-exact resolutions, Found. Comput. Math. 25 (2025).
    .. [2] Cohen-Steiner, Edelsbrunner, Morozov: Vines and vineyards by updating persistence in linear time, SoCG 2006.

    Examples
    --------
    A path of two edges whose ends come first, at (0, 1) and (1, 0); all is one component from (1, 1) on. Each end
    gives a quadrant, and one of the two classes is not there any more where the quadrants meet:

    >>> import tdainv
    >>> path = tdainv.FilteredComplex.lower_star([[0, 1], [1, 2]], [[0, 1], [1, 1], [1, 0]])
    >>> bars = tdainv.rank_signed_barcode(path, degree=0)
    >>> bars
    SignedBarcode(degree 0, 2 positive and 1 negative rectangles, 2 parameters)
    >>> bars.births, bars.weights
    (array([[0., 1.], [1., 0.], [1., 1.]]), array([ 1,  1, -1]))
    """
    return rank_signed_barcodes(filtration, (degree,), axes)[0]


def rank_signed_barcodes(
    filtration: Filtration | ChainComplex, degrees: Sequence[int], axes: Sequence[ArrayLike] | None = None
) -> list[SignedBarcode]:
    """Return :func:`rank_signed_barcode` for several degrees, which share the work."""
    degrees = check.degrees(degrees)
    require_filtration(filtration)
    barcodes = []
    if axes is not None:
        lines = [np.unique(line) for line in check.finite_axes(axes, filtration.n_parameters)]
        complexes = _grid_complexes(filtration, degrees, lines)
    else:
        complexes = [module_complex(complex_, complex_.degree) for complex_ in complexes_of(filtration, degrees)]
    for complex_ in complexes:
        if axes is None:
            grades = np.concatenate([complex_.upper.row_grades, complex_.upper.column_grades])
            lines = [np.unique(column) for column in grades.T]
            complex_ = _with_indices(complex_, lines)
        bars = signed_rectangles(complex_, tuple(len(line) for line in lines))
        births = np.column_stack([line[i] for line, i in zip(lines, bars.firsts.T, strict=True)])
        deaths = [np.append(line, np.inf)[i + 1] for line, i in zip(lines, bars.lasts.T, strict=True)]
        barcodes.append(SignedBarcode(births, np.column_stack(deaths), bars.weights, complex_.degree))
    return barcodes


def hook_signed_barcode(
    filtration: Filtration | ChainComplex, degree: int, axes: Sequence[ArrayLike] | None = None
) -> SignedBarcode:
    """Signed barcode of the rank invariant of H_degree in hooks: its minimal rank exact decomposition, over Z/2.

    Parameters
    ----------
    filtration, degree, axes
        As in :func:`rank_signed_barcode`, whose errors and cost are the same. Its rectangles are turned into hooks by
        :meth:`tdainv.SignedBarcode.to_hooks`.

    Returns
    -------
    SignedBarcode
        Of hooks.

    Examples
    --------
    Two points at distance 3, the second of which arrives at 1 in the second parameter. The first class stays, the
    second ends at (3, 1) and above:

    >>> import tdainv
    >>> hooks = tdainv.hook_signed_barcode(tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0]), degree=0)
    >>> hooks.births, hooks.deaths
    (array([[0., 0.], [0., 1.]]), array([[inf, inf], [ 3.,  1.]]))
    """
    return rank_signed_barcode(filtration, degree, axes).to_hooks()


def rank_signed_measure(
    filtration: Filtration | ChainComplex,
    degree: int,
    axes: Sequence[ArrayLike] | None = None,
    *,
    essential: str | ArrayLike = "error",
) -> SignedMeasure:
    """Signed barcode of the rank invariant as a signed measure on R^{2p}, for vectorizers and distances.

    Parameters
    ----------
    filtration, degree, axes
        As in :func:`rank_signed_barcode`, whose errors and cost are the same.
    essential : {"error", "drop"}, float or array-like of shape (p,), default "error"
        What happens to infinite coordinates of deaths, see :meth:`tdainv.SignedBarcode.to_measure`.

    Returns
    -------
    SignedMeasure
        With atoms at (birth, death).

    Examples
    --------
    >>> import tdainv
    >>> measure = tdainv.rank_signed_measure(tdainv.rips([[0.0], [3.0]]), degree=0, essential=9)
    >>> measure.points, measure.weights
    (array([[0., 3.], [0., 9.]]), array([1, 1]))
    """
    return rank_signed_barcode(filtration, degree, axes).to_measure(essential=essential)


def _grid_complexes(
    filtration: Filtration | ChainComplex, degrees: Sequence[int], lines: list[Float]
) -> list[ChainComplex]:
    """Small complexes whose grades are indices of the points of a grid; what is beyond the grid is left out."""
    filtration = with_listed_cells(filtration)
    if isinstance(filtration, FilteredComplex | RowwiseBifiltration):
        filtration = filtration.on_grid(lines)
    complexes = [_with_indices(complex_, lines) for complex_ in complexes_of(filtration, degrees)]
    return [module_complex(complex_, complex_.degree) for complex_ in complexes]


def _with_indices(complex_: ChainComplex, lines: list[Float]) -> ChainComplex:
    def restrict(matrix: GradedMatrix) -> GradedMatrix:
        grades = [_indices(each, lines) for each in (matrix.row_grades, matrix.column_grades)]
        rows, columns = (np.flatnonzero((each < sizes).all(axis=1)) for each in grades)
        return GradedMatrix.of_checked(*matrix.rearrange(rows, columns), grades[0][rows], grades[1][columns])

    sizes = np.array([len(line) for line in lines])
    return ChainComplex(complex_.degree, restrict(complex_.upper), restrict(complex_.lower))


def _indices(grades: Float, lines: list[Float]) -> Float:
    """First point of each line at or above the coordinates of some grades; its length if there is none."""
    columns = [np.searchsorted(line, grades[:, k]) for k, line in enumerate(lines)]
    return np.column_stack(columns).astype(np.float64)


def _ranks(complex_: ChainComplex, low: Float, high: Float) -> Int:
    """Ranks between grades: bars that are born at the first and alive at the second of two steps."""
    ranks = np.zeros(len(low), np.int64)
    if complex_.upper.shape[0] == 0:
        return ranks
    vineyard = Vineyard(complex_)
    parts = [complex_.upper.row_grades, complex_.upper.column_grades]
    if complex_.lower.shape[0]:
        parts.append(complex_.lower.row_grades)
    order = lexicographic_order(np.column_stack([low, high]))  # rows that follow one another differ little
    block = max(1, BLOCK // size_of(complex_))
    for i in range(0, len(low), block):
        pairs = order[i : i + block]
        times = [_two_steps(grades, low[pairs], high[pairs]) for grades in parts]
        vines = vineyard.follow(*times)
        ranks[pairs] = ((vines.born == 0) & np.isinf(vines.died)).sum(axis=1)
    return ranks


def _two_steps(grades: Float, low: Float, high: Float) -> Float:
    """Values, 0, 1 or inf, of generators that are there at one grade, at another one, or at none of them."""
    early, late = np.ones((2, len(low), len(grades)), bool)
    for axis in range(grades.shape[1]):
        early &= grades[:, axis] <= low[:, axis, np.newaxis]
        late &= grades[:, axis] <= high[:, axis, np.newaxis]
    return np.where(early, 0.0, np.where(late, 1.0, np.inf))
