"""Simplices as rows of vertex numbers: finding them, their facets and their faces."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tdainv._typing import Int


class SimplexIndex:
    """Finds simplices by their vertices.

    Simplices of dimension k are known by the number of their face without the last vertex, and by that vertex: one
    integer each, for any number of vertices.

    Parameters
    ----------
    levels : list of int arrays, the k-th of shape (n_k, k + 1)
        Vertex numbers from 0 to n_vertices - 1, increasing along rows. Simplices that have the same vertices must not
        be given twice.
    n_vertices : int
    """

    def __init__(self, levels: list[Int], n_vertices: int) -> None:
        self._n_vertices = n_vertices
        self._keys: list[Int] = []
        self._orders: list[Int] = []
        for level in levels:
            keys = self._key(level)
            order = np.argsort(keys, kind="stable")
            self._keys.append(keys[order])
            self._orders.append(order)

    def _key(self, rows: Int) -> Int:
        """Integer of each simplex, -1 where the face without the last vertex is not known."""
        if rows.shape[1] == 1:
            return rows[:, 0]
        prefix = self.find(rows[:, :-1])
        return np.where(prefix < 0, -1, prefix * self._n_vertices + rows[:, -1])

    def find(self, rows: Int) -> Int:
        """Number of each simplex among those of its dimension, -1 for unknown ones."""
        keys, order = self._keys[rows.shape[1] - 1], self._orders[rows.shape[1] - 1]
        wanted = self._key(rows)
        if len(keys) == 0:
            return np.full(len(rows), -1)
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[place] == wanted, order[place], -1)

    def facets(self, rows: Int) -> Int:
        """Numbers of the facets of each k-simplex, shape (n, k + 1); column i leaves out vertex i."""
        width = rows.shape[1]
        return np.column_stack([self.find(np.delete(rows, i, axis=1)) for i in range(width)])


def close_downwards(levels: list[Int]) -> list[Int]:
    """Add all faces: the simplices of each dimension, without repetition, in lexicographic order."""
    closed = list(levels)
    for k in range(len(closed) - 1, -1, -1):
        closed[k] = distinct(closed[k])
        if k:
            faces = [closed[k][:, list(kept)] for kept in combinations(range(k + 1), k)]
            closed[k - 1] = np.concatenate([closed[k - 1], *faces])
    return closed


def distinct(rows: Int) -> Int:
    """Distinct rows in lexicographic order."""
    rows = rows[np.lexsort(rows.T[::-1])]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    return rows[first]
