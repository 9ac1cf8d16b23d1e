"""Parallel lines from a grid on the lower faces of a box, and the order in which to walk through a grid."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Int

TOO_MANY = "Choose a larger spacing or error, or fewer lines."


class LineGrid(NamedTuple):
    """Lines of direction (1, ..., 1) from a grid on the lower faces of a box."""

    box: Float
    steps: tuple[int, ...]  # number of steps along each axis
    spacing: float  # the longest step

    @classmethod
    def on_box(cls, box: Float, spacing: float) -> LineGrid:
        """Grid with steps of at most this length."""
        lengths = box[1] - box[0]
        if len(lengths) == 1 or not lengths.any():
            return cls(box, (0,) * len(lengths), 0.0)
        steps = np.ceil(lengths / spacing - 1e-9)
        total = sum(math.prod(np.delete(steps, axis) + 1) for axis in range(len(steps)))
        require_memory(int(8 * total * len(steps)), f"{total:.3g} lines", TOO_MANY)
        steps = np.where(lengths > 0, np.maximum(steps, 1), 0)
        taken = lengths[steps > 0] / steps[steps > 0]
        return cls(box, tuple(int(n) for n in steps), float(taken.max()))

    @classmethod
    def with_lines(cls, box: Float, n_lines: int) -> LineGrid:
        """Grid of about so many lines."""
        lengths = box[1] - box[0]
        p = len(lengths)
        area = sum(math.prod(np.delete(lengths, axis)) for axis in range(p))
        if p == 1 or area == 0:
            return cls.on_box(box, float(lengths.max()) / n_lines if p > 1 and lengths.any() else 1.0)
        return cls.on_box(box, float((area / n_lines) ** (1 / (p - 1))))

    def faces(self) -> Iterator[tuple[int, ...]]:
        """Axes of the grid on each lower face."""
        p = len(self.steps)
        return (tuple(axis for axis in range(p) if axis != fixed) for fixed in range(p))

    def bases(self, axes: tuple[int, ...], first: int = 0, last: int | None = None) -> Float:
        """Bases on a face, in the order of the grid; of the slices first, ..., last - 1 along the first of the axes."""
        low, high = self.box
        values = [np.linspace(low[axis], high[axis], self.steps[axis] + 1) for axis in axes]
        if values:
            values[0] = values[0][first:last]
        bases = np.tile(low, (math.prod(map(len, values)), 1))
        for axis, value in zip(axes, np.meshgrid(*values, indexing="ij"), strict=True):
            bases[:, axis] = value.ravel()
        return bases


def snake(shape: tuple[int, ...]) -> Int:
    """Flat indices of a grid in an order in which each is next to the one before."""
    path = np.zeros(1, np.int64)
    for size in reversed(shape):
        rows = path + len(path) * np.arange(size)[:, np.newaxis]
        rows[1::2] = rows[1::2, ::-1]
        path = rows.ravel()
    return path
