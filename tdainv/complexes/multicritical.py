"""Complexes whose cells have several minimal grades, as free chain complexes with one grade a generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes import _kernels_multicritical as kernels
from tdainv.complexes.filtered_complex import FilteredComplex

_REMEDY = "Keep fewer minimal grades a cell, for instance by rounding grades."


def multicritical_complex(
    dimensions: ArrayLike,
    indptr: ArrayLike,
    indices: ArrayLike,
    grades: Sequence[ArrayLike] | tuple[ArrayLike, ArrayLike],
    vertex_labels: ArrayLike | None = None,
) -> FilteredComplex:
    """One-critical complex with the homology of a multicritical one, in every degree and at every grade.

    In a multicritical filtration a cell is there at all grades that are at or above some of its minimal grades. With
    two parameters these form a staircase x_1, ..., x_m, the first coordinate rising and the second falling. The cell,
    of dimension k, is replaced by m copies of grades x_j and m - 1 relations of dimension k + 1, at the joins of
    x_j and x_{j+1}, that make consecutive copies homologous: its *path resolution*. With one parameter all grades but
    the smallest are dropped.

    Parameters
    ----------
    dimensions : array-like of shape (n,), int
    indptr : array-like of shape (n + 1,), int
    indices : array-like of shape (n_entries,), int
        Cells by their facets, as in :class:`~tdainv.FilteredComplex`.
    grades : list of n arrays of shape (n_i, p), or a tuple (flat, grade_indptr)
        Grades of each cell, in any order; those above others are dropped. A single one may have shape (p,). In the
        second form, cell i has the grades ``flat[grade_indptr[i] : grade_indptr[i + 1]]``. A grade with ``inf`` in a
        coordinate is no grade; a cell without grades never appears, and is left out.
    vertex_labels : array-like of shape (n_vertices,), int, optional

    Returns
    -------
    FilteredComplex
        Of dimension one more, if a cell of the largest dimension has several grades. By dimension: copies of the
        k-cells, then relations of the (k - 1)-cells, in the order of the cells and along their staircases. Labels of
        vertices are repeated for their copies.

    Raises
    ------
    ValueError
        For arrays that are no cell complex, NaN and -inf, a grade of a cell that is not at or above some grade of
        each facet, and several minimal grades with three or more parameters, where they do not form a staircase; the
        error names the cell.
    MemoryLimitError
        If the result does not fit.

    Notes
    -----
    The boundary of a copy takes, for each facet, the last copy at or below; where the choices made through two facets
    end in different copies of a common face, it also takes the relations between these. The boundary of a relation is
    its two copies and, for each facet, the relations between the choices. These are a lift of the boundary to the
    resolutions, and the homotopy that makes its square zero; there are no higher terms, since a free resolution
    over two parameters of a staircase has length one.

    With N grades in all there are less than 2 N cells. A path may be as long as the staircase of a face: entries, and
    time, are quadratic in the worst case and close to linear where the staircases of a cell and its faces are alike.

    References
    ----------
    Bauer, Dey, Kerber, Russold, Söls: Fast free resolutions of bifiltered chain complexes, arXiv:2512.08652.

    Examples
    --------
    One vertex, there from (0, 1) and from (1, 0) on: two copies, which an edge joins at (1, 1).

    >>> two_births = multicritical_complex([0], [0, 0], [], [[[0, 1], [1, 0]]])
    >>> two_births
    FilteredComplex(2 + 1 cells, 2 parameters)
    >>> two_births.grades
    array([[0., 1.],
           [1., 0.],
           [1., 1.]])
    """
    n_cells = np.size(dimensions)
    cells = FilteredComplex(dimensions, indptr, indices, np.zeros(n_cells), vertex_labels)  # type: ignore[arg-type]
    return _resolve(cells, grades)


def multicritical_simplices(
    simplices: Sequence[Any], grades: Sequence[ArrayLike] | tuple[ArrayLike, ArrayLike]
) -> FilteredComplex:
    """:func:`multicritical_complex` of simplices.

    Parameters
    ----------
    simplices : sequence
        As for :meth:`tdainv.FilteredComplex.from_simplices`.
    grades : list of arrays of shape (n_i, p), or a tuple (flat, grade_indptr)
        One entry a simplex, as for :func:`multicritical_complex`.

    Returns
    -------
    FilteredComplex

    Raises
    ------
    ValueError
        As both functions.

    Examples
    --------
    Two vertices that are there from the start, and an edge between them with two minimal grades. A relation makes its
    two copies the same; without it they would be a loop.

    >>> edge = multicritical_simplices([[0], [1], [0, 1]], [[[0, 0]], [[0, 0]], [[0, 1], [1, 0]]])
    >>> edge
    FilteredComplex(2 + 2 + 1 cells, 2 parameters)
    >>> edge.indices[edge.indptr[4] :]
    array([2, 3], dtype=int32)
    """
    count = sum(map(len, simplices)) if len(simplices) and np.ndim(simplices[0]) == 2 else len(simplices)
    return _resolve(FilteredComplex.from_simplices(simplices, np.zeros(count)), grades)


class _Copies(NamedTuple):
    """One copy for each minimal grade of a cell, those of cell c from ``starts[c]`` on, and choices of facets.

    ``choices[first_choice[a] : first_choice[a + 1]]`` are the copies of facets in the boundary of copy a.
    """

    cells: Int
    starts: Int
    grades: Float
    first_choice: Int
    choices: Number


class _Generators(NamedTuple):
    """Generators of the resolution, copies first, then relations; and lists of generators, one for each of them."""

    dimensions: Int
    grades: Float
    lists: list[tuple[Int, Number]]  # counts and entries; the boundary is the union


def _resolve(cells: FilteredComplex, grades: Any) -> FilteredComplex:
    return resolve_staircases(cells, *_minimal_grades(*_flat(grades, len(cells))))


def resolve_staircases(cells: FilteredComplex, owners: Int, grades: Float) -> FilteredComplex:
    """:func:`multicritical_complex` of minimal grades that are known, with the cell of each.

    Cells increase; the grades of a cell increase in the first coordinate and decrease in the second.
    """
    copies = _choose(cells, owners, grades)
    generators = _generators(cells, copies)
    order = np.argsort(generators.dimensions, kind="stable")
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    counts = np.sum([counts for counts, _ in generators.lists], axis=0)
    indptr = np.append(0, np.cumsum(counts[order]))
    indices = np.empty(indptr[-1], np.int32)
    place = indptr[number]
    for lengths, entries in generators.lists:
        before = np.cumsum(lengths) - lengths
        indices[np.repeat(place - before, lengths) + np.arange(len(entries))] = number[entries]
        place += lengths
    labels = np.arange(cells.n_vertices) if cells.vertex_labels is None else cells.vertex_labels
    vertex_of = np.cumsum(cells.dimensions == 0) - 1
    vertices = copies.cells[cells.dimensions[copies.cells] == 0]
    return FilteredComplex.of_checked(
        generators.dimensions[order], indptr, indices, generators.grades[order], labels[vertex_of[vertices]]
    )


def _flat(grades: Any, n_cells: int) -> tuple[Int, Float]:
    """Check grades: the cell of each, in increasing order, and the grades as rows, those with inf left out."""
    if isinstance(grades, tuple) and len(grades) == 2:
        indptr = check.integers(grades[1], "grade_indptr", (n_cells + 1,))
        counts = np.diff(indptr)
        if indptr[0] != 0 or (counts < 0).any():
            raise ValueError(f"grade_indptr must start at 0 and not decrease, got {indptr}.")
        values = check.grades(grades[0], int(indptr[-1]))
    else:
        if not hasattr(grades, "__len__") or len(grades) != n_cells:
            got = f"{len(grades)} entries" if hasattr(grades, "__len__") else type(grades).__name__
            raise ValueError(f"grades must have one array for each of the {n_cells} cells, got {got}.")
        arrays = [_of_one_cell(grades[i], i) for i in range(n_cells)]
        widths = {array.shape[1] for array in arrays if len(array)}
        if len(widths) > 1:
            raise ValueError(f"Grades must all have the same number of parameters, got {sorted(widths)}.")
        width = widths.pop() if widths else 1
        counts = np.array([len(array) for array in arrays], np.int64)
        values = np.concatenate([np.zeros((0, width)), *(array for array in arrays if len(array))]) + 0.0
    cells = np.repeat(np.arange(n_cells), counts)
    appears = np.isfinite(values).all(axis=1)
    return cells[appears], values[appears]


def _of_one_cell(grades: Any, i: int) -> Float:
    rule = f"grades[{i}] must have shape (n, p) with p >= 1, or (p,)"
    try:
        array = np.asarray(grades, np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{rule}, got values that do not form a numeric array ({error}).") from None
    if array.ndim == 1:
        array = array[np.newaxis] if len(array) else np.zeros((0, 1))
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(f"{rule}, got shape {array.shape}.")
    wrong = np.isnan(array) | np.isneginf(array)
    if wrong.any():
        row = tuple(int(k) for k in np.argwhere(wrong)[0])
        raise ValueError(f"grades[{i}] must be numbers or inf, got grades[{i}][{row[0]}, {row[1]}] = {array[row]}.")
    return array


def _minimal_grades(cells: Int, grades: Float) -> tuple[Int, Float]:
    """Minimal grades of each cell: its staircase in increasing first coordinate, or the smallest grade."""
    order = np.lexsort((*grades.T[::-1], cells))
    cells, grades = cells[order], grades[order]
    if grades.shape[1] == 2:
        minimal = kernels.staircases(cells, grades)
        return cells[minimal], grades[minimal]
    first = np.flatnonzero(np.diff(cells, prepend=-1))  # the lexicographically smallest is smallest, if any is
    if len(first):
        below = (np.minimum.reduceat(grades, first, axis=0) < grades[first]).any(axis=1)
        if below.any():
            i = first[np.flatnonzero(below)[0]]
            raise ValueError(
                f"With {grades.shape[1]} parameters each cell must have one smallest grade, got several minimal ones "
                f"for cell {cells[i]}. Choose two of the parameters."
            )
    return cells[first], grades[first]


def _choose(complex_: FilteredComplex, cells: Int, grades: Float) -> _Copies:
    """Choose a copy of each facet for each copy, or raise the error of the one that has none."""
    indptr, indices = complex_.indptr, complex_.indices
    starts = np.searchsorted(cells, np.arange(len(complex_) + 1))
    first_choice = np.append(0, np.cumsum(np.diff(indptr)[cells]))
    _require_room(len(cells), int(first_choice[-1]))
    choices = np.empty(first_choice[-1], np.int32)
    cell, facet, copy = kernels.choose_copies(indptr, indices, starts, grades, first_choice, choices)
    if cell >= 0:
        lower = grades[starts[facet] : starts[facet + 1]].tolist()
        raise ValueError(
            f"Each grade of a cell must be at or above some grade of each of its facets, got cell {cell} at grade "
            f"{grades[copy]} and its facet {facet} with the minimal grades {lower}."
        )
    return _Copies(cells, starts, grades, first_choice, choices)


def _generators(complex_: FilteredComplex, copies: _Copies) -> _Generators:
    """Copies and relations with their boundaries."""
    indptr, indices = complex_.indptr, complex_.indices
    cells, starts, grades, first_choice, choices = copies
    n_copies = len(cells)
    open_copy = np.full(len(complex_), -1, np.int32)
    sizes = kernels.count_entries(indptr, indices, starts, first_choice, choices, open_copy)
    _require_room(n_copies, len(choices) + sum(sizes))
    paths = [np.empty(size, np.int32) for size in sizes]
    ends = np.empty((2, n_copies), np.int64)
    odd = np.zeros(n_copies, np.bool_)
    kernels.fill_copies(indptr, indices, starts, first_choice, choices, open_copy, odd, paths[0], ends[0])
    kernels.fill_relations(indptr, starts, first_choice, choices, paths[1], ends[1])

    before = np.flatnonzero(cells[1:] == cells[:-1])  # the copies that have one after them, hence a relation
    relation_of = np.zeros(n_copies, np.int32)
    relation_of[before] = np.arange(n_copies, n_copies + len(before), dtype=np.int32)
    lengths = np.diff(ends, axis=1, prepend=0)
    kept = paths[0][: ends[0, -1] if n_copies else 0]
    joins = np.maximum(grades[before], grades[before + 1])
    own = np.column_stack([before, before + 1]).astype(np.int32).ravel()
    return _Generators(
        np.concatenate([complex_.dimensions[cells], complex_.dimensions[cells[before]] + 1]),
        np.concatenate([grades, joins]),
        [
            (
                np.concatenate([np.diff(first_choice), np.full(len(before), 2)]),
                np.concatenate([choices, own]),
            ),
            (
                np.concatenate([lengths[0], lengths[1][before]]),
                relation_of[np.concatenate([kept, paths[1]])],
            ),
        ],
    )


def _require_room(n_copies: int, n_entries: int) -> None:
    """Raise unless a result with so many copies, and so many entries besides their relations' own, will fit."""
    if n_copies > np.iinfo(np.int32).max // 2:
        raise ValueError(f"There must be less than 2**30 minimal grades in all, got {n_copies}. {_REMEDY}")
    what = f"The resolution of a complex with {n_copies} minimal grades"
    require_memory(200 * n_copies + 40 * n_entries, what, _REMEDY)
