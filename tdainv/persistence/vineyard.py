"""Vineyards: the barcode of a chain complex along a path of filtrations, bar by bar."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from tdainv._typing import Float, Int, Number
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.persistence._kernels_reduction import reduce_columns
from tdainv.persistence._kernels_vineyard import follow_vines, split_columns
from tdainv.persistence.kernels import with_identity


class Vines(NamedTuple):
    """Bars of a complex along a path of filtrations; entry (i, v) is vine v in filtration i.

    Every bar is here, those of length zero and those that never appear (an infinite birth) as well. All arrays have
    shape (m, n_vines).
    """

    births: Number  # int32: generator of C_k that gives birth to the bar
    deaths: Number  # int32: generator of C_{k+1} that ends it; -1 for none
    born: Float  # value at which the bar begins
    died: Float  # value at which it ends; inf for none


class Vineyard:
    """The pairing of a short chain complex C_{k+1} → C_k → C_{k-1} under filtrations that follow one another.

    Two filtrations that follow one another are joined by a path of transpositions, along which bars are matched: the
    vines of Cohen-Steiner, Edelsbrunner and Morozov. A vine keeps its number from the first filtration to the last.

    Parameters
    ----------
    complex_ : ChainComplex

    Notes
    -----
    The boundaries are kept as R = D V and updated. Transpositions are not done one by one: those that change
    nothing, nearly all, are never looked at (see the kernels). The cost of a step is that of sorting values that
    are nearly sorted and of the columns that belong to elements that move.
    """

    def __init__(self, complex_: ChainComplex) -> None:
        self.complex = complex_
        self._state: _State | None = None

    def copy(self) -> Vineyard:
        """Return a vineyard that goes on from the same filtration, by itself."""
        return copy.deepcopy(self, {id(self.complex): self.complex})

    def follow(self, cells: Float, cofaces: Float, faces: Float | None = None) -> Vines:
        """Vines along a path of one-parameter filtrations, which goes on where the last call ended.

        Parameters
        ----------
        cells : ndarray of shape (m, n_k)
            Values of the generators of C_k, one row a filtration, at least those of their faces; inf: never.
        cofaces : ndarray of shape (m, n_{k+1})
        faces : ndarray of shape (m, n_{k-1})
            May be left out if C_{k-1} is zero.

        Returns
        -------
        Vines
        """
        if faces is None:
            faces = np.zeros((len(cells), 0))
        values = tuple(np.ascontiguousarray(v, np.float64) for v in (faces, cells, cofaces))
        if len(cells) and self._state is None:
            self._state = _State(self.complex, *(v[0] for v in values))
        n_vines = self._state.n_vines if self._state else 0
        vines = Vines(*(np.empty((len(cells), n_vines), kind) for kind in (np.int32, np.int32, np.float64, np.float64)))
        if self._state:
            self._state.follow(values, vines)
        return vines


class _Decomposition(NamedTuple):
    """A boundary matrix as R = D V; the fields are explained in the kernels."""

    pool: Number
    size: int
    start: Int
    length: Int
    pivots: Int
    owners: Int


class _State:
    """Orders, decompositions and names of vines at one filtration."""

    def __init__(self, complex_: ChainComplex, *values: Float) -> None:
        parts = _connected_parts(complex_)
        self.orders = tuple(np.lexsort((v, part)) for v, part in zip(values, parts, strict=True))
        n_parts = 1 + max((part.max(initial=-1) for part in parts), default=-1)
        self.blocks = tuple(np.searchsorted(np.sort(part), np.arange(n_parts + 1)) for part in parts)
        self.ranks = tuple(np.argsort(order) for order in self.orders)
        self.lower = _decompose(complex_.lower, self.orders[0], self.orders[1])
        self.upper = _decompose(complex_.upper, self.orders[1], self.orders[2])
        positive = np.flatnonzero(self.lower.pivots < 0)
        self.n_vines = len(positive)
        enders = self.upper.owners[positive]  # -1: the vine does not end
        self.labels = np.full(complex_.upper.shape[1], -1)
        self.labels[enders[enders >= 0]] = np.flatnonzero(enders >= 0)
        self.essential = np.full(complex_.upper.shape[0], -1)
        self.essential[positive[enders < 0]] = np.flatnonzero(enders < 0)

    def follow(self, values: tuple[Float, ...], vines: Vines) -> None:
        low_pool, low_size, pool, size = follow_vines(
            *(values, self.orders, self.blocks, self.ranks, tuple(self.lower), tuple(self.upper)),
            *(self.labels, self.essential, *vines),
        )
        self.lower = self.lower._replace(pool=low_pool, size=low_size)
        self.upper = self.upper._replace(pool=pool, size=size)


def _connected_parts(complex_: ChainComplex) -> list[Int]:
    """Number of the connected part of each generator of C_{k-1}, C_k and C_{k+1}: the complex is their direct sum."""
    n_faces, n_cells = complex_.lower.shape
    first = {"lower": (0, n_faces), "upper": (n_faces, n_faces + n_cells)}
    n = n_faces + n_cells + complex_.upper.shape[1]
    joined = []
    for name, (rows, columns) in first.items():
        matrix: GradedMatrix = getattr(complex_, name)
        column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
        joined.append(np.stack([rows + matrix.indices, columns + column]))
    ends = np.concatenate(joined, axis=1)
    graph = csr_array((np.ones(ends.shape[1], np.int8), (ends[0], ends[1])), shape=(n, n))
    _, part = connected_components(graph, directed=False)
    return np.split(part.astype(np.int64), [n_faces, n_faces + n_cells])


def _decompose(matrix: GradedMatrix, rows: Int, columns: Int) -> _Decomposition:
    """Reduce a matrix with its rows and columns in some order."""
    n_rows, n_columns = matrix.shape
    augmented = with_identity(*matrix.rearrange(rows, columns), np.arange(n_columns))
    levels = np.zeros(n_columns, np.int64)
    found, _, start, length, pool = reduce_columns(*augmented, n_columns + n_rows, levels, 1, n_columns)
    starts, lengths = np.empty(2 * n_columns, np.int64), np.empty(2 * n_columns, np.int64)
    columns_pool, size = split_columns(start, length, pool, rows, columns, starts, lengths)
    pivots, owners = np.full(n_columns, -1), np.full(n_rows, -1)
    paired = np.flatnonzero(found >= 0)
    pivots[columns[paired]] = rows[found[paired] - n_columns]
    owners[pivots[columns[paired]]] = columns[paired]
    return _Decomposition(columns_pool, size, starts, lengths, pivots, owners)
