"""Representative cycles of the bars of a barcode."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Int, Number
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.cubical_filtration import with_listed_cells
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.complexes.order import lexicographic_order
from tdainv.persistence._kernels_reduction import reduce_columns
from tdainv.persistence.barcode import Filtration, complexes_of, pair_generators, require_one_parameter
from tdainv.persistence.kernels import with_identity
from tdainv.persistence.pairing import pair_cells


class _Paired(NamedTuple):
    """Boundary matrices around C_k, and the pairs of generators of C_k and C_{k+1} (death -1: none)."""

    lower: GradedMatrix
    upper: GradedMatrix
    births: Int
    deaths: Int
    names: Number  # of the generators of C_k


def representative_cycles(filtration: Filtration | ChainComplex, degree: int) -> list[Number]:
    """A cycle for each bar of the barcode of H_degree, in the order of the bars.

    The cycle of a bar [b, d) is born at b, and becomes a boundary at d; the cycles of the bars alive at a grade form
    a basis of homology there.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration or ChainComplex
        With one parameter.
    degree : int

    Returns
    -------
    list of int arrays, one for each bar of ``barcode(filtration, degree)``
        The cells whose sum is the cycle: their numbers in a FilteredComplex, ChainComplex or the expanded complex of an
        image, shape (n_cells,); their
        vertices in a FlagFiltration, shape (n_cells, degree + 1).

    Raises
    ------
    ValueError
        If the filtration has more than one parameter, or the degree is out of range.

    Notes
    -----
    Two column reductions: of the cells that end a class, whose reduced boundaries are the cycles of finite bars, and,
    if there are essential bars, of those that do so one degree below, which keep track of how they were combined.
    Cubic at worst.

    Examples
    --------
    The loop of a square made of the edges 4, ..., 7:

    >>> import tdainv
    >>> square = tdainv.FilteredComplex.lower_star([[0, 1], [1, 2], [2, 3], [0, 3]], [0.0, 1.0, 2.0, 3.0])
    >>> tdainv.representative_cycles(square, degree=1)
    [array([4, 5, 6, 7])]
    """
    degree = check.degree(degree)
    require_one_parameter(filtration)
    paired = _paired(with_listed_cells(filtration), degree)
    born = paired.lower.column_grades[paired.births, 0]
    ends = np.append(paired.upper.column_grades[:, 0], np.inf)[paired.deaths]
    bars = np.flatnonzero(born < ends)
    bars = bars[np.lexsort((ends[bars], born[bars]))]
    finite = _finite_cycles(paired, paired.deaths[bars])
    essential = _essential_cycles(paired) if (paired.deaths < 0).any() else {}
    cycles = []
    for bar in bars:
        death = int(paired.deaths[bar])
        members = finite[death] if death >= 0 else essential[int(paired.births[bar])]
        cycles.append(paired.names[members])
    return cycles


def _paired(filtration: Filtration | ChainComplex, degree: int) -> _Paired:
    if isinstance(filtration, FlagFiltration) and degree > 1:
        simplices = filtration.collapsed_complex(degree)
        return _paired(simplices, degree)._replace(names=simplices.simplices(degree))
    if isinstance(filtration, FilteredComplex):
        appears = filtration.appears
        number = np.full(len(filtration) + 1, -1)  # the last one is for death -1
        for k in (degree, degree + 1):
            members = np.flatnonzero((filtration.dimensions == k) & appears)
            number[members] = np.arange(len(members))
        births, deaths = pair_cells(filtration, (degree,))[0]
        matrices = filtration.boundary_matrix(degree), filtration.boundary_matrix(degree + 1)
        names = np.flatnonzero((filtration.dimensions == degree) & appears)
        return _Paired(*matrices, number[births], number[deaths], names)
    complex_ = complexes_of(filtration, (degree,))[0]
    names = np.arange(complex_.upper.shape[0])
    if complex_.simplices is not None:
        names = complex_.simplices[0]
    elif complex_.cells is not None:
        names = complex_.cells[0]
    return _Paired(complex_.lower, complex_.upper, *pair_generators(complex_), names)


def _finite_cycles(paired: _Paired, wanted: Int) -> dict[int, Int]:
    """Reduced boundary of the wanted ones among the generators of C_{k+1} that end a class."""
    enders = np.sort(paired.deaths[paired.deaths >= 0])
    enders = enders[lexicographic_order(paired.upper.column_grades[enders])]
    rows = lexicographic_order(paired.upper.row_grades)
    indptr, indices = paired.upper.rearrange(rows, enders)
    levels = np.zeros(len(enders), np.int64)
    _, _, start, length, pool = reduce_columns(indptr, indices, len(rows), levels, 1, 0)
    return {
        int(enders[j]): np.sort(rows[pool[start[j] : start[j] + length[j]]])
        for j in np.flatnonzero(np.isin(enders, wanted))
    }


def _essential_cycles(paired: _Paired) -> dict[int, Int]:
    """Cycle of each generator of C_k that gives birth to a class without end."""
    n = paired.lower.shape[1]
    needed = np.ones(n, bool)  # those that end a class one degree below, and births without end
    needed[paired.births[paired.deaths >= 0]] = False
    columns = np.flatnonzero(needed)
    columns = columns[lexicographic_order(paired.lower.column_grades[columns])]
    rows = lexicographic_order(paired.lower.row_grades)
    indptr, indices = paired.lower.rearrange(rows, columns)
    indptr, indices = with_identity(indptr, indices, np.arange(len(columns)))
    levels = np.zeros(len(columns), np.int64)
    _, zeroed, start, length, pool = reduce_columns(indptr, indices, len(columns) + len(rows), levels, 1, len(columns))
    return {
        int(columns[j]): np.sort(columns[pool[start[j] : start[j] + length[j]]]) for j in np.flatnonzero(zeroed >= 0)
    }
