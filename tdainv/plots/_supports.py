"""Supports of interval modules as polygons in the plane, or as bodies with flat faces in space."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Number


@dataclass(frozen=True, eq=False)
class Support:
    """A union of cells of a product grid: cell (i, j, ...) runs from edge i to edge i + 1 of the first axis, etc."""

    edges: list[Float]
    inside: Number

    @classmethod
    def of(cls, births: Float, deaths: Float, box: Float, most_cells: int | None = None) -> Support:
        """The points of a box that are at or above some birth and, in every coordinate, below some death.

        The edges are the coordinates of the corners, unless that makes more than `most_cells` an axis: then they are
        evenly spaced, and the support grows to full cells.
        """
        births, deaths = (np.clip(corners, box[0], box[1]) for corners in (births, deaths))
        edges = [_edges(column, most_cells) for column in np.concatenate([births, deaths]).T]
        shape = tuple(max(len(edge) - 1, 0) for edge in edges)
        require_memory(3 * prod(shape), f"The region of a summand on a grid of shape {shape}", "Draw a coarser module.")
        lowest = np.column_stack([np.searchsorted(e, b, "right") - 1 for e, b in zip(edges, births.T, strict=True)])
        highest = np.column_stack([np.searchsorted(e, d) - 1 for e, d in zip(edges, deaths.T, strict=True)])
        above, below = np.zeros(shape, bool), np.zeros(shape, bool)
        above[tuple(lowest[(lowest < shape).all(axis=1)].T)] = True
        below[tuple(highest[(highest >= 0).all(axis=1)].T)] = True
        for axis in range(len(shape)):
            np.logical_or.accumulate(above, axis=axis, out=above)
            reverse = np.flip(below, axis)
            np.logical_or.accumulate(reverse, axis=axis, out=reverse)
        return cls(edges, above & below)

    def polygons(self) -> list[Float]:
        """Outlines of the parts of a non-empty region in the plane, counterclockwise; from left to right.

        Over each column of cells the region is one interval, and both its ends fall from left to right.
        """
        (x, y), inside = self.edges, self.inside
        filled = np.flatnonzero(inside.any(axis=1))
        low = inside[filled].argmax(axis=1)
        high = inside.shape[1] - inside[filled, ::-1].argmax(axis=1)
        apart = (np.diff(filled) > 1) | (high[1:] <= low[:-1])
        polygons = []
        for run in np.split(np.arange(len(filled)), np.flatnonzero(apart) + 1):
            along = np.column_stack([x[filled[run]], x[filled[run] + 1]]).ravel()
            floor, ceiling = (np.repeat(y[heights[run]], 2) for heights in (low, high))
            there, back = np.column_stack([along, floor]), np.column_stack([along, ceiling])[::-1]
            polygons.append(np.concatenate([there, back]))
        return polygons

    def faces(self) -> Float:
        """Rectangles between cells inside and outside of a body in space, shape (n_faces, 4, 3)."""
        faces = []
        for axis in range(3):
            first, second = (k for k in range(3) if k != axis)
            margin = [(int(k == axis), int(k == axis)) for k in range(3)]
            cells = np.argwhere(np.diff(np.pad(self.inside, margin), axis=axis))
            corners = np.empty((len(cells), 4, 3))
            corners[:, :, axis] = self.edges[axis][cells[:, axis], np.newaxis]
            for k, steps in ((first, [0, 1, 1, 0]), (second, [0, 0, 1, 1])):
                corners[:, :, k] = self.edges[k][cells[:, k, np.newaxis] + steps]
            faces.append(corners)
        return np.concatenate(faces)


def _edges(coordinates: Float, most_cells: int | None) -> Float:
    values = np.unique(coordinates)
    if most_cells is None or len(values) <= most_cells + 1:
        return values
    return np.linspace(values[0], values[-1], most_cells + 1)
