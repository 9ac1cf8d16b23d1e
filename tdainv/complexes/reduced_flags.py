"""The reduced complexes of many small flag filtrations, side by side: the face of the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv.complexes._kernels_flag_batch import keys_of_all, reduce_all
from tdainv.complexes.reduced_flag import LARGEST, exactly_sorted


class FlagUnion(NamedTuple):
    """Critical simplices of several filtrations, whose vertices are numbered on, and the boundary of the triangles."""

    order: Int  # (n,): which vertex of the union, in the order of the filtrations, has this number here
    edges: Int  # (n_edges, 2), ascending
    edge_values: Float
    triangles: Int  # (n_triangles, 3): longest edge first, then the third vertex
    triangle_values: Float
    indptr: Int  # CSC of the boundary: rows are edges, columns triangles
    indices: Number
    n_edges: Int  # of each filtration
    n_triangles: Int


def reduce_filtrations(
    distances: Sequence[Float], vertex_grades: Sequence[Float], bounds: Sequence[float]
) -> FlagUnion:
    """Union of what ``reduce_filtration`` gives for several filtrations with one or two parameters.

    Parameters
    ----------
    distances : sequence of ndarrays of shape (n_i, n_i)
    vertex_grades : sequence of ndarrays of shape (n_i, p - 1), with one p of 1 or 2
    bounds : sequence of floats
        The ``max_edge`` of each.
    """
    sizes = np.array([len(matrix) for matrix in distances])
    starts = np.append(0, np.cumsum(sizes))
    matrices = np.concatenate([matrix.ravel() for matrix in distances])
    order, ranks = _working_labels(matrices, np.repeat(sizes, sizes), np.concatenate(vertex_grades), starts)
    working, prefix, keys, ends = keys_of_all(matrices, starts, order, ranks, np.minimum(bounds, LARGEST))
    for i in range(len(sizes)):
        keys[ends[i] : ends[i + 1]].sort()
    while True:
        edges, triangles, boundary, counts, unsorted = reduce_all(working, starts, ranks, prefix, keys, ends)
        if unsorted < 0:
            return FlagUnion(order, *edges, *triangles, *boundary, *counts)
        before = int((sizes[:unsorted] ** 2).sum())
        matrix = working[before : before + sizes[unsorted] ** 2].reshape(sizes[unsorted], sizes[unsorted])
        part = slice(ends[unsorted], ends[unsorted + 1])
        keys[part] = exactly_sorted(keys[part], matrix)


def _working_labels(matrices: Float, row_lengths: Int, vertex_grades: Float, starts: Int) -> tuple[Int, Int]:
    """Vertices in working order, item by item, and numbers that compare as their grades do, shape (n, p - 1)."""
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    if vertex_grades.shape[1] == 0:
        # Central points first, as for one filtration.
        finite = np.where(np.isinf(matrices), 0.0, matrices)
        eccentricities = np.maximum.reduceat(finite, np.append(0, np.cumsum(row_lengths)[:-1]))
        return np.lexsort((eccentricities, owners)), np.zeros((len(owners), 0), np.int64)
    order = np.lexsort((vertex_grades[:, 0], owners))
    values = vertex_grades[order, 0]
    ranks = np.cumsum(np.append(False, values[1:] != values[:-1]))  # of one item they are compared, of others never
    return order, ranks[:, np.newaxis]
