"""Approximate inverses of similarity matrices of images."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.invariants.magnitude import _kernels_neighbours as kernels
from tdainv.invariants.magnitude.image_metric import PixelSpace
from tdainv.invariants.magnitude.image_operator import Map

_BLOCK_PIXELS = 1 << 14


def kronecker_inverse(space: PixelSpace) -> Callable[[Float], Float]:
    """Inverse of the similarities of the positions alone with l1: a tridiagonal matrix along each axis.

    On a line of equal steps, exp(-|x - y|) is the covariance of an Ornstein–Uhlenbeck process: its inverse has
    (1 + e²) / (1 - e²) on the diagonal, 1 / (1 - e²) at both ends, and -e / (1 - e²) beside, e = exp(-spacing).
    """
    e = float(np.exp(-space.spacing))
    gap = -float(np.expm1(-2 * space.spacing))

    def apply(vector: Float) -> Float:
        values = vector.reshape(space.shape)
        for axis, length in enumerate(space.shape):
            if length == 1:
                continue
            values = np.moveaxis(values, axis, 0)
            out = (1 + e * e) * values
            out[0], out[-1] = values[0], values[-1]
            out[1:] -= e * values[:-1]
            out[:-1] -= e * values[1:]
            values = np.moveaxis(out / gap, 0, axis)
        return values.ravel()

    return apply


def neighbour_inverse(space: PixelSpace, n_neighbours: int, mapped: Map) -> Callable[[Float], Float]:
    """Sparse inverse Cholesky factor in the order of pixels, with the nearest ones that come before as neighbours.

    For a constant image and l1 it is the exact inverse: the process is a Markov field of three neighbours before.
    """
    steps = _steps_before(space, n_neighbours)
    n, width = space.n_pixels, len(steps)
    require_memory(16 * n * (width + 2), f"The preconditioner of {n} pixels", 'Use preconditioner="kronecker".')
    neighbours, factor = np.empty((n, width), np.int64), np.zeros((n, width + 1))
    points, shape = space.points(), np.array(space.shape, np.int64)

    def fill(start: int) -> int:
        stop = min(n, start + _BLOCK_PIXELS)
        kernels.stencil_neighbours(shape, steps, start, stop, neighbours)
        return kernels.factor_of_points(
            points, neighbours, start, stop, len(space.shape), space.code, space.kernel_exponent, factor
        )

    list(mapped(fill, range(0, n, _BLOCK_PIXELS)))

    def apply(vector: Float) -> Float:
        out = np.empty(n)
        kernels.apply_factor(neighbours, factor, vector, out)
        return out

    return apply


def _steps_before(space: PixelSpace, count: int) -> Int:
    """Nearest steps to pixels before, in row-major order: by l1 norm, those along axes first."""
    dim = len(space.shape)
    half = 1
    while ((2 * half + 1) ** dim - 1) // 2 < 2 * count:
        half += 1
    steps = [step for step in product(range(-half, half + 1), repeat=dim) if step < (0,) * dim]
    steps.sort(key=lambda step: (sum(map(abs, step)), max(map(abs, step)), step))
    corner = [step for step in product((0, -1), repeat=dim) if any(step)]  # the Markov neighbours of l1
    others = [step for step in steps if step not in corner]
    chosen = (corner + others)[: max(count, len(corner))]
    return np.array(chosen, np.int64).reshape(-1, dim)
