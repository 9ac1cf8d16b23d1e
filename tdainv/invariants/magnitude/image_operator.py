"""Products of the similarity matrix of an image with vectors, in memory linear in the number of pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from joblib import effective_n_jobs

from tdainv._memory import available_memory, require_memory
from tdainv._typing import Float, Int, Number
from tdainv.invariants.magnitude import _kernels_lattice as kernels
from tdainv.invariants.magnitude.image_metric import PixelSpace
from tdainv.invariants.magnitude.lattice import Neighbourhood

Map: TypeAlias = Callable[[Callable[[Any], Any], Any], Any]

_BLOCKS = 8  # the same for any number of threads: sums are then the same to the last bit
_LARGEST_EXPONENT = 700.0  # exp(710) overflows
_SHARE = 4  # of the memory available, one part in 4 may hold similarities
_SINGLE = 2.0**-24  # relative rounding error of float32
_LEVEL_COST = 11.0  # of one level and pixel, against 1 for a pair of pixels


@contextmanager
def thread_map(n_jobs: int | None) -> Iterator[Map]:
    """A map over blocks: in threads, where joblib allows more than one worker."""
    workers = effective_n_jobs(n_jobs)
    if workers == 1:
        yield map
        return
    with ThreadPoolExecutor(workers) as pool:
        yield pool.map


class _Padded:
    """Layout in which steps on the grid are shifts: each axis but the first is padded as far as steps reach."""

    def __init__(self, space: PixelSpace, steps: Int) -> None:
        reach = np.abs(steps).max(axis=0, initial=0)
        padded = [n + int(r) for n, r in zip(space.shape, reach, strict=True)]
        strides = np.ones(len(padded), np.int64)
        for axis in range(len(padded) - 2, -1, -1):
            strides[axis] = strides[axis + 1] * padded[axis + 1]
        self.shifts = np.ascontiguousarray(steps @ strides)
        grid = np.indices((*space.shape[:-1], 1)).reshape(len(padded), -1)
        self.rows = np.ascontiguousarray(strides @ grid)
        self.length = space.shape[-1]
        self.largest_shift = int(self.shifts.max(initial=0))
        self.size = int(self.rows[-1]) + self.length + self.largest_shift
        self.numbers = np.arange(len(self.rows)) * self.length
        self.places = (self.rows[:, np.newaxis] + np.arange(self.length)).ravel()

    def spread(self, values: Float) -> Float:
        """Values of pixels (n_pixels, ...) in the padded layout, zero elsewhere."""
        out = np.zeros((self.size, *values.shape[1:]))
        out[self.places] = values
        return out

    def blocks(self) -> list[slice]:
        """Slices of rows."""
        ends = np.unique(np.linspace(0, len(self.rows), _BLOCKS + 1).astype(int))
        return [slice(int(a), int(b)) for a, b in pairwise(ends)]


class SimilarityProduct:
    """The map v -> Zv for the pairs of pixels within a neighbourhood.

    Three ways: with one product of two numbers a pair and channel (l1), with similarities that are stored (others), or
    computed again each time (where they do not fit). Stored ones are float32 where the relative error `precision` of
    similarities allows it; `rounding` is their relative error.
    """

    def __init__(self, space: PixelSpace, near: Neighbourhood, mapped: Map, precision: float = 0.0) -> None:
        require_memory(
            8 * space.n_pixels * (6 + 3 * space.values.shape[1]) + 16 * len(near.steps),
            f"The magnitude of an image of {space.n_pixels} pixels",
            "Use patches or a smaller image.",
        )
        self.layout = _Padded(space, near.steps)
        self.mapped = mapped
        self.rounding = 0.0
        self._precision = precision
        self._add = self._choose(space, near)

    def __call__(self, vector: Float) -> Float:
        """Product with a vector of shape (n_pixels,)."""
        layout = self.layout
        padded = layout.spread(vector)
        total = np.zeros(layout.size)

        def part(block: slice) -> tuple[int, Float]:
            first = int(layout.rows[block][0])
            last = int(layout.rows[block][-1]) + layout.length + layout.largest_shift
            out = np.zeros(last - first)
            self._add(padded, block, first, out)
            return first, out

        for first, out in self.mapped(part, layout.blocks()):
            total[first : first + len(out)] += out
        return total[layout.places]

    def _choose(self, space: PixelSpace, near: Neighbourhood) -> Callable[[Float, slice, int, Float], None]:
        largest = float(np.abs(space.values).max(initial=0.0))
        if space.exponent == 1.0 and not space.hamming and largest < _LARGEST_EXPONENT:
            return self._products(space, near)
        single = self._precision >= _SINGLE
        n_bytes = (4 if single else 8) * len(near.steps) * space.n_pixels
        available = available_memory()
        if available is None or n_bytes <= available // _SHARE:
            self.rounding = _SINGLE if single else 0.0
            return self._stored(space, near, np.float32 if single else np.float64)
        return self._computed(space)

    def _products(self, space: PixelSpace, near: Neighbourhood) -> Callable[[Float, slice, int, Float], None]:
        layout, factors = self.layout, near.factors
        if space.values.shape[1] == 1:
            grow, shrink = layout.spread(np.exp(space.values[:, 0])), layout.spread(np.exp(-space.values[:, 0]))
            kernel = kernels.add_products_of_grey
        else:
            grow = np.ascontiguousarray(layout.spread(np.exp(space.values)).T)
            shrink = np.ascontiguousarray(layout.spread(np.exp(-space.values)).T)
            kernel = kernels.add_products_of_channels

        def add(vector: Float, block: slice, first: int, out: Float) -> None:
            kernel(grow, shrink, vector, layout.rows[block], layout.length, layout.shifts, factors, first, out)

        return add

    def _stored(
        self, space: PixelSpace, near: Neighbourhood, dtype: type
    ) -> Callable[[Float, slice, int, Float], None]:
        layout = self.layout
        points, inside = layout.spread(space.points()), layout.spread(np.ones(space.n_pixels)) > 0
        similarities: Number = np.empty((len(near.steps), space.n_pixels), dtype)
        metric = (len(space.shape), space.code, space.kernel_exponent)

        def fill(block: slice) -> None:
            rows, numbers = layout.rows[block], layout.numbers[block]
            kernels.fill_similarities(
                points, inside, rows, numbers, layout.length, layout.shifts, *metric, similarities
            )

        list(self.mapped(fill, layout.blocks()))

        def add(vector: Float, block: slice, first: int, out: Float) -> None:
            rows, numbers = layout.rows[block], layout.numbers[block]
            kernels.add_products_of_values(
                similarities, vector, rows, numbers, layout.length, layout.shifts, first, out
            )

        return add

    def _computed(self, space: PixelSpace) -> Callable[[Float, slice, int, Float], None]:
        layout = self.layout
        points, inside = layout.spread(space.points()), layout.spread(np.ones(space.n_pixels)) > 0
        metric = (len(space.shape), space.code, space.kernel_exponent)

        def add(vector: Float, block: slice, first: int, out: Float) -> None:
            rows = layout.rows[block]
            kernels.add_products_of_points(
                points, inside, vector, rows, layout.length, layout.shifts, *metric, first, out
            )

        return add


class LevelProduct:
    """The map v -> Zv for l1 and grey values of few levels: exact, at a cost that does not depend on the scale."""

    def __init__(self, space: PixelSpace, mapped: Map) -> None:
        self.values, levels = np.unique(space.values[:, 0], return_inverse=True)
        self.levels = levels.ravel().astype(np.int64)
        self.shape = np.array(space.shape, np.int64)
        self.decay = float(np.exp(-space.spacing))
        self.mapped = mapped

    def __call__(self, vector: Float) -> Float:
        """Product with a vector of shape (n_pixels,)."""
        ends = np.unique(np.linspace(0, len(self.values), _BLOCKS + 1).astype(int))

        def part(bounds: tuple[int, int]) -> Float:
            out = np.zeros(len(vector))
            kernels.add_products_of_levels(
                self.levels, self.values, vector, self.shape, self.decay, bounds[0], bounds[1], out
            )
            return out

        pairs = [(int(a), int(b)) for a, b in pairwise(ends)]
        return np.sum(list(self.mapped(part, pairs)), axis=0)


def levels_are_cheaper(space: PixelSpace, n_steps: float) -> bool:
    """Whether sweeps over levels cost less than sums over so many steps; only l1 on grey values can be swept."""
    if space.exponent != 1.0 or space.hamming or space.values.shape[1] > 1:
        return False
    return _LEVEL_COST * len(np.unique(space.values)) < n_steps
