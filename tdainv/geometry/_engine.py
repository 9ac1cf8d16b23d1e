"""A Delaunay triangulation that grows point by point, and in dimension.

While the points so far span a flat of dimension k less than that of the space, their triangulation is one of that flat.
A point p outside of it raises the dimension: the new finite cells are c + p for the cells c of the flat. With a ghost
c + infinity for each, on the other side, and a ghost f + p + infinity for each facet f of the hull, the cells again
form a sphere: the cone with apex p over the old sphere, finite cells and ghosts, and a cap, the ghosts c + infinity.
"""

from __future__ import annotations

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Int, Number
from tdainv.geometry._kernels_delaunay import (
    CELLS_FULL,
    FREE,
    HIGH,
    LEAVES_HULL,
    LOW,
    NEXT_POINT,
    REASON,
    USED,
    insert_points,
)
from tdainv.geometry._kernels_order import near_predecessors

_CELLS = (1, 2, 2, 8)  # for each point, to begin with; by dimension
_CONFLICTS = (1, 2, 5, 24)
_BYTES_PER_CELL = 52
_REMEDY = "Subsample the points."


class Engine:
    """Delaunay triangulation of the rows of `x`, integers of shape (n, 3), in this order.

    `dim` coordinates count, the others are 0. `curve` is an order of the points in which near ones follow each other.
    If `emit`, found[j] collects the conflicts that are j-simplices.
    """

    def __init__(self, x: Float, dim: int, curve: Int, *, emit: bool) -> None:
        n = len(x)
        self.x, self.dim, self.emit, self.k = x, dim, emit, 0
        self.near = near_predecessors(x, curve)
        self.original = np.arange(n)
        self.base = np.zeros(4, np.int64)
        self.cell_of = np.zeros(n, np.int32)
        self.state = np.zeros(7, np.int64)
        self.found: list[list[Number]] = [[np.empty(0, np.int32)] for _ in range(5)]
        self.high = self.low = np.empty(0, np.int32)
        # the 0-sphere: the first point and infinity
        self._set_cells(np.array([[0], [-1]], np.int32), np.array([[1], [0]], np.int32))

    def run(self) -> None:
        """Insert all points."""
        if self.emit:
            self.found[0].append(np.zeros(1, np.int32))
        others = np.flatnonzero((self.x != self.x[0]).any(axis=1))
        self.original[: others[0] if len(others) else None] = 0
        if len(others) == 0:
            return
        self.state[NEXT_POINT] = others[0]
        reason = LEAVES_HULL
        while reason:
            if reason == CELLS_FULL:
                self._allocate_cells(2 * len(self.marks))
            else:
                self._collect()
                if reason == LEAVES_HULL:
                    self._raise_dimension()
                self._allocate_output(reason == LEAVES_HULL)
            insert_points(
                self.x, self.dim, self.k, self.base, self.near, self.original,
                self.vertices, self.neighbours, self.marks, self.free, self.conflict, self.boundary,
                self.cell_of, self.high, self.low, self.state,
            )  # fmt: skip
            reason = int(self.state[REASON])
        self._collect()

    def finite_cells(self) -> Number:
        """Vertices of the finite cells, shape (m, k + 1)."""
        rows = self.vertices.reshape(-1, 4)[: self.state[USED], : self.k + 1]
        return rows[(rows[:, 0] != -2) & (rows[:, self.k] >= 0)]

    def _set_cells(self, vertices: Number, neighbours: Number) -> None:
        """Take these as the cells, none of them free."""
        m, width = vertices.shape
        self.vertices = self.neighbours = self.marks = self.free = np.empty(0, np.int32)
        self.state[USED], self.state[FREE] = m, 0
        self._allocate_cells(max(64, 2 * m, _CELLS[self.k] * len(self.x)))
        self.vertices.reshape(-1, 4)[:m, :width] = vertices
        self.neighbours.reshape(-1, 4)[:m, :width] = neighbours
        for column in vertices.T:
            finite = np.flatnonzero(column >= 0)
            self.cell_of[column[finite]] = finite

    def _allocate_cells(self, capacity: int) -> None:
        """Make room for this number of cells."""
        require_memory(_BYTES_PER_CELL * capacity, f"A Delaunay triangulation of {len(self.x)} points", _REMEDY)
        self.vertices = _longer(self.vertices, 4 * capacity)
        self.neighbours = _longer(self.neighbours, 4 * capacity)
        self.marks = _longer(self.marks, capacity)
        self.free = _longer(self.free, capacity)
        self.conflict = np.empty(capacity, np.int32)
        self.boundary = np.empty(capacity, np.int64)

    def _allocate_output(self, new_dimension: bool) -> None:
        """Make room for conflicts: a guess of what they need, then twice as much each time."""
        if not self.emit:
            return
        if new_dimension:
            remaining = len(self.x) - int(self.state[NEXT_POINT])
            self.rows = 64 + _CONFLICTS[self.k] * remaining
        else:
            self.rows *= 2
        require_memory(8 * self.rows * (self.k + 2), f"The Delaunay conflicts of {len(self.x)} points", _REMEDY)
        self.high = np.empty(self.rows * (self.k + 2), np.int32)
        self.low = np.empty(self.rows * (self.k + 1), np.int32)

    def _collect(self) -> None:
        """Put the conflicts written so far aside."""
        if not self.emit:
            return
        high, low = int(self.state[HIGH]) * (self.k + 2), int(self.state[LOW]) * (self.k + 1)
        self.found[self.k + 1].append(self.high[:high].copy())
        self.found[self.k].append(self.low[:low].copy())
        self.state[[HIGH, LOW]] = 0

    def _raise_dimension(self) -> None:
        """Insert a point that is not in the flat of those before."""
        p = int(self.state[NEXT_POINT])
        self.state[NEXT_POINT] += 1
        vertices, neighbours = self._compact()
        finite = vertices[:, self.k] >= 0
        self._choose_coordinates(p)
        if self.emit:
            cells = np.sort(vertices[finite], axis=1)
            self.found[self.k + 1].append(np.insert(cells, self.k + 1, p, axis=1).ravel())
        swapped = self._to_swap(vertices, finite, p) if self.k > 0 else np.zeros(0, np.int64)
        vertices, neighbours = _cone_and_cap(vertices, neighbours, finite, p)
        vertices[swapped, :2] = vertices[swapped, 1::-1]
        neighbours[swapped, :2] = neighbours[swapped, 1::-1]
        self.k += 1
        self.base[self.k] = p
        self._set_cells(vertices, neighbours)

    def _to_swap(self, vertices: Number, finite: Number, p: int) -> Int:
        """Cells of the next dimension the first two vertices of which must be exchanged to orient them.

        Let c be oriented in the flat, and s the sign of (c, p). The finite cell (c, p) has the sign s, and the ghost
        (c, infinity) the other one. So has the ghost (f, p, infinity): let q be beyond the facet f, then (f, q, p) has
        the sign s, hence (f, p, q) has not. For k = 1 cells are not oriented: half of them count the other way.
        """
        reversed_ = np.zeros(len(vertices), bool)
        if self.k == 1:
            ends = self.x[vertices[:, 0], 0]
            reversed_ = np.where(finite, ends > self.x[vertices[:, 1], 0], ends == ends[~finite].min())
        c = int(np.flatnonzero(finite)[0])
        positive = (_orientation(self.x, vertices[c], p) > 0) != reversed_[c]
        joined = np.where(finite, not positive, positive) ^ reversed_
        return np.flatnonzero(np.concatenate([joined, positive ^ reversed_[finite]]))

    def _compact(self) -> tuple[Number, Number]:
        """Vertices and neighbours of all cells without the free ones."""
        rows = slice(None, int(self.state[USED])), slice(None, self.k + 1)
        vertices, neighbours = self.vertices.reshape(-1, 4)[rows], self.neighbours.reshape(-1, 4)[rows]
        alive = vertices[:, 0] != -2
        number = np.cumsum(alive, dtype=np.int32) - 1
        return vertices[alive], number[neighbours[alive]]

    def _choose_coordinates(self, p: int) -> None:
        """Exchange coordinates so that the first k + 1 are ones of the flat spanned by the base and p."""
        a, b, new = ([int(value) for value in self.x[i]] for i in (self.base[0], self.base[1], p))
        if self.k == 0:
            self._exchange(0, int(np.flatnonzero(self.x[p] != self.x[0])[0]))
        elif self.k == 1 and (b[0] - a[0]) * (new[1] - a[1]) == (b[1] - a[1]) * (new[0] - a[0]):
            self._exchange(1, 2)

    def _exchange(self, i: int, j: int) -> None:
        if i != j:
            columns = [0, 1, 2]
            columns[i], columns[j] = j, i
            self.x = np.ascontiguousarray(self.x[:, columns])


def _orientation(x: Float, cell: Number, p: int) -> int:
    """Determinant of the rows of the two or three points of a cell minus p, in Python's integers."""
    rows = [[int(value) - int(origin) for value, origin in zip(x[v], x[p], strict=True)] for v in cell]
    if len(rows) == 2:
        return rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    u, v, w = rows
    return u[0] * (v[1] * w[2] - v[2] * w[1]) - u[1] * (v[0] * w[2] - v[2] * w[0]) + u[2] * (v[0] * w[1] - v[1] * w[0])


def _longer(array: Number, size: int) -> Number:
    """Return a copy of an array with zeros appended."""
    longer = np.zeros(size, array.dtype)
    longer[: len(array)] = array
    return longer


def _cone_and_cap(vertices: Number, neighbours: Number, finite: Number, p: int) -> tuple[Number, Number]:
    """Cells of the next dimension, not oriented: p joined to all cells (same numbers), infinity to the finite ones.

    Cells have infinity last, and p last or, in ghosts, before it.
    """
    m = len(vertices)
    cap = np.full(m, -1, np.int32)
    cap[finite] = np.arange(m, m + np.count_nonzero(finite))
    points = np.full((m, 1), p, np.int32)
    cone = np.hstack([vertices, points])
    cone_neighbours = np.hstack([neighbours, cap[:, np.newaxis]])  # opposite to p: the cap
    ghost = ~finite
    behind = neighbours[ghost, -1]
    cone[ghost, -2:] = [p, -1]
    cone_neighbours[ghost, -2], cone_neighbours[ghost, -1] = cap[behind], behind
    beside = neighbours[finite]
    cap_neighbours = np.hstack([np.where(finite[beside], cap[beside], beside), np.flatnonzero(finite)[:, np.newaxis]])
    cap_vertices = np.hstack([vertices[finite], np.full((len(beside), 1), -1, np.int32)])
    return np.vstack([cone, cap_vertices]), np.vstack([cone_neighbours, cap_neighbours]).astype(np.int32)
