"""Filtered complexes as simplex trees and slicers of multipers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.io.simplex_trees import by_dimension, levels_that_appear, require_simplicial


def from_multipers(x: Any) -> FilteredComplex:
    """Filtered complex of a simplex tree or a slicer of multipers.

    Parameters
    ----------
    x : multipers.SimplexTreeMulti or multipers.Slicer
        One-critical or multicritical. If it is squeezed to a grid, grades are those of the grid.

    Returns
    -------
    FilteredComplex
        Simplices of a tree are numbered by dimension, then lexicographically by their vertices, whose numbers become
        the vertex labels; generators of a slicer keep their numbers. If `x` is multicritical, this is a one-critical
        complex with the same homology.

    Raises
    ------
    TypeError
        For anything else.
    ValueError
        If grades are NaN or -inf, or decrease from faces to simplices.

    Examples
    --------
    With multipers installed::

        tree = multipers.SimplexTreeMulti(num_parameters=2)
        tree.insert([0, 1], [1.0, 0.5])
        from_multipers(tree)  # FilteredComplex(2 + 1 cells, 2 parameters)
    """
    if hasattr(x, "get_boundaries") and hasattr(x, "get_filtrations"):
        return _from_slicer(x)
    if hasattr(x, "get_simplices") and hasattr(x, "num_parameters"):
        return _from_tree(x)
    raise TypeError(f"x must be a multipers.SimplexTreeMulti or a multipers.Slicer, got {type(x).__name__}.")


def _from_slicer(slicer: Any) -> FilteredComplex:
    dimensions = np.array(slicer.get_dimensions(), np.int64)
    boundaries = slicer.get_boundaries()
    indptr = np.cumsum([0, *map(len, boundaries)])
    indices = np.array([facet for boundary in boundaries for facet in boundary], np.int64)
    grades = _Grades(slicer)
    several = [grades.of(values) for values in slicer.get_filtrations()]
    single = np.array([first[0] for first in several]).reshape(-1, slicer.num_parameters)
    if all(len(values) == 1 for values in several):
        return FilteredComplex(dimensions, indptr, indices, single)
    return _one_critical(FilteredComplex(dimensions, indptr, indices, np.zeros_like(single)), several)


def _from_tree(tree: Any) -> FilteredComplex:
    grades = _Grades(tree)
    levels, values = by_dimension((simplex, grades.of(value)) for simplex, value in tree.get_simplices())
    several = [value for level in values for value in level]
    single = np.array([first[0] for first in several]).reshape(-1, tree.num_parameters)
    if all(len(value) == 1 for value in several):
        return FilteredComplex.from_simplices(levels, single)
    return _one_critical(FilteredComplex.from_simplices(levels, np.zeros_like(single)), several)


def _one_critical(cells: FilteredComplex, grades: list[Float]) -> FilteredComplex:
    from tdainv.complexes.multicritical import multicritical_complex

    return multicritical_complex(cells.dimensions, cells.indptr, cells.indices, grades)


class _Grades:
    """Grades of the cells of an object of multipers, copied: what it hands out are views of its memory."""

    def __init__(self, x: Any) -> None:
        self._n_parameters = x.num_parameters
        self._axes = [np.array(axis, np.float64) for axis in x.filtration_grid] if x.is_squeezed else None

    def of(self, values: Any) -> Float:
        """Grades of one cell, shape (n, p); those of a grid are given by their positions."""
        grades = np.array(values).reshape(-1, self._n_parameters)
        if self._axes is None:
            return grades.astype(np.float64)
        places = grades.astype(np.int64)
        result = np.full(places.shape, np.inf)  # positions past the end: never
        for k, axis in enumerate(self._axes):
            on_grid = places[:, k] < len(axis)
            result[on_grid, k] = axis[places[on_grid, k]]
        return result


def to_multipers(complex_: FilteredComplex, kind: str = "simplex_tree") -> Any:
    """Simplex tree or slicer of multipers of a filtered complex.

    Parameters
    ----------
    complex_ : FilteredComplex
        For a simplex tree simplicial, with vertex labels at least 0.
    kind : {"simplex_tree", "slicer"}, default "simplex_tree"

    Returns
    -------
    multipers.SimplexTreeMulti or multipers.Slicer
        Without the cells that never appear, with an infinite grade. The cells of a slicer are numbered by dimension.

    Raises
    ------
    TypeError, ValueError
        For anything that multipers cannot hold, and unknown kinds.
    ImportError
        Without multipers.

    Examples
    --------
    With multipers installed::

        edge = FilteredComplex.from_simplices([[0], [1], [0, 1]], [[0, 0], [0, 0], [1.0, 0.5]])
        to_multipers(edge, kind="slicer").num_generators  # 3
    """
    check.option(kind, ("simplex_tree", "slicer"), "kind")
    if not isinstance(complex_, FilteredComplex):
        raise TypeError(f"complex_ must be a FilteredComplex, got {type(complex_).__name__}.")
    try:
        import multipers
    except ImportError:
        raise ImportError('to_multipers needs multipers: pip install "tdainv[multipers]"') from None
    if kind == "slicer":
        return _slicer(multipers, complex_)
    require_simplicial(complex_)
    tree = multipers.SimplexTreeMulti(num_parameters=complex_.n_parameters)
    for simplices, grades in levels_that_appear(complex_):
        tree.insert_batch(np.ascontiguousarray(simplices.T), grades)
    return tree


def _slicer(multipers: Any, complex_: FilteredComplex) -> Any:
    """Slicer of a complex. Versions before 2.6 take blocks, later ones only arrays over all cells."""
    try:
        return multipers.Slicer(_blocks(complex_), vineyard=False)
    except TypeError:
        levels = [complex_.boundary_matrix(k) for k in range(complex_.dimension + 1)]
        starts = np.cumsum([0, *(matrix.shape[1] for matrix in levels)])
        boundaries = [
            (matrix.indices[begin:end] + start).astype(np.uint32)
            for matrix, start in zip(levels, [0, *starts], strict=False)
            for begin, end in pairwise(matrix.indptr)
        ]
        dimensions = np.repeat(np.arange(len(levels), dtype=np.int32), np.diff(starts))
        grades = np.concatenate([np.zeros((0, complex_.n_parameters)), *(matrix.column_grades for matrix in levels)])
        kind = multipers.Slicer(None, return_type_only=True, dtype=np.float64, kcritical=False)
        return kind(boundaries, dimensions, np.ascontiguousarray(grades))


def _blocks(x: FilteredComplex) -> list[tuple[Float, list[list[int]]]]:
    """Grades and boundaries of the cells that appear, dimension by dimension from the highest down."""
    blocks = []
    for k in range(x.dimension, -1, -1):
        matrix = x.boundary_matrix(k)
        ends, rows = matrix.indptr.tolist(), matrix.indices.tolist()
        blocks.append((matrix.column_grades, [rows[ends[j] : ends[j + 1]] for j in range(len(ends) - 1)]))
    return blocks
