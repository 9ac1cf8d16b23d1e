"""Filtered simplicial complexes as simplex trees of GUDHI."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from tdainv._typing import Float, Int
from tdainv.complexes.filtered_complex import FilteredComplex


def from_simplex_tree(tree: Any) -> FilteredComplex:
    """Filtered complex of a simplex tree of GUDHI.

    Parameters
    ----------
    tree : gudhi.SimplexTree

    Returns
    -------
    FilteredComplex
        With one parameter. Simplices are numbered by dimension, then lexicographically by their vertices, whose
        numbers become the vertex labels.

    Raises
    ------
    TypeError
        For anything but a simplex tree.
    ValueError
        If filtration values are NaN or -inf, or decrease from faces to simplices.

    Examples
    --------
    >>> import gudhi
    >>> from tdainv.io import from_simplex_tree
    >>> tree = gudhi.SimplexTree()
    >>> tree.insert([4, 9], 1.5)
    True
    >>> edge = from_simplex_tree(tree)
    >>> edge
    FilteredComplex(2 + 1 cells, 1 parameter)
    >>> edge.vertex_labels
    array([4, 9])
    """
    if not hasattr(tree, "get_simplices") or hasattr(tree, "num_parameters"):
        raise TypeError(f"tree must be a gudhi.SimplexTree, got {type(tree).__name__}.")
    levels, values = by_dimension(tree.get_simplices())
    grades = np.array([value for level in values for value in level], np.float64).reshape(-1, 1)
    return FilteredComplex.from_simplices(levels, grades)


def by_dimension(simplices: Iterable[tuple[Any, Any]]) -> tuple[list[Int], list[list[Any]]]:
    """Vertices, as one array a dimension, and values of the simplices; in lexicographic order in each dimension."""
    groups: dict[int, tuple[list[Any], list[Any]]] = {}
    for simplex, value in simplices:
        vertices, values = groups.setdefault(len(simplex), ([], []))
        vertices.append(simplex)
        values.append(value)
    levels, sorted_values = [], []
    for size in sorted(groups):
        rows = np.sort(np.array(groups[size][0], np.int64), axis=1)
        order = np.lexsort(rows.T[::-1])
        levels.append(rows[order])
        sorted_values.append([groups[size][1][i] for i in order.tolist()])
    return levels, sorted_values


def levels_that_appear(x: FilteredComplex) -> list[tuple[Int, Float]]:
    """Vertices and grades of the simplices of each dimension, without those that never appear."""
    levels = []
    for k in range(x.dimension + 1):
        grades = x.grades[x.cells_of(k)]
        appears = np.isfinite(grades).all(axis=1)
        levels.append((x.simplices(k)[appears], grades[appears]))
    return levels


def to_simplex_tree(complex_: FilteredComplex) -> Any:
    """Simplex tree of GUDHI of a simplicial complex with one parameter.

    Parameters
    ----------
    complex_ : FilteredComplex
        Simplicial, with one parameter and vertex labels at least 0.

    Returns
    -------
    gudhi.SimplexTree
        Without the simplices that never appear, with an infinite grade.

    Raises
    ------
    TypeError, ValueError
        For anything else.
    ImportError
        Without GUDHI.

    Examples
    --------
    >>> from tdainv import FilteredComplex
    >>> from tdainv.io import to_simplex_tree
    >>> edge = FilteredComplex.from_simplices([[4], [9], [4, 9]], [0.0, 1.0, 2.0])
    >>> tree = to_simplex_tree(edge)
    >>> list(tree.get_filtration())
    [([4], 0.0), ([9], 1.0), ([4, 9], 2.0)]
    """
    require_simplicial(complex_)
    if complex_.n_parameters != 1:
        raise ValueError(f"A gudhi.SimplexTree is for 1 parameter, got a complex with {complex_.n_parameters}.")
    try:
        import gudhi
    except ImportError:
        raise ImportError("to_simplex_tree needs GUDHI: pip install gudhi") from None
    tree = gudhi.SimplexTree()
    for simplices, grades in levels_that_appear(complex_):
        tree.insert_batch(simplices.T, grades[:, 0])
    return tree


def require_simplicial(x: Any) -> None:
    """Raise an error unless `x` can go into a simplex tree."""
    if not isinstance(x, FilteredComplex):
        raise TypeError(f"complex_ must be a FilteredComplex, got {type(x).__name__}.")
    labels = x.vertex_labels
    if labels is not None and len(labels) and (labels.min() < 0 or labels.max() >= 2**31):
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(f"Vertex labels must lie in 0..2**31 - 1, got {wrong}.")
