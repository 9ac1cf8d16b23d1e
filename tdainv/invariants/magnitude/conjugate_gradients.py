"""Preconditioned conjugate gradients for Zw = b with a symmetric positive definite Z given by its products."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from tdainv._typing import Float

Product: TypeAlias = Callable[[Float], Float]

_RECOMPUTE = 50  # iterations after which rounding may have moved the running residual away from the true one
_PATIENCE = 200  # iterations without progress after which there will be none


class NotPositiveDefiniteError(ValueError):
    """A vector v with vᵀZv <= 0 was met."""


class Iteration(NamedTuple):
    """Where the iteration stopped: the solution, b - Z x, its norm, and the number of steps."""

    solution: Float
    residual: float
    n_iterations: int
    converged: bool


def conjugate_gradients(
    product: Product, precondition: Product, right: Float, reached: Callable[[float, Float], bool], most: int
) -> Iteration:
    """Solve Z x = right from x = 0 until ``reached(|right - Z x|, x)`` or for `most` steps.

    Every 50 steps the residual is computed afresh. Where rounding keeps it from falling, the best solution is returned.
    """
    x = np.zeros_like(right)
    r = right.copy()
    z = precondition(r)
    p, rz = z.copy(), float(np.vdot(r, z))
    best = Iteration(x.copy(), float(np.linalg.norm(r)), 0, False)
    since = 0
    for step in range(1, most + 1):
        q = product(p)
        curvature = float(np.vdot(p, q))
        if not curvature > 0.0 or not rz > 0.0:
            if best.residual <= 1e-12 * np.linalg.norm(right):
                return best._replace(converged=True)
            raise NotPositiveDefiniteError
        alpha = rz / curvature
        x += alpha * p
        if step % _RECOMPUTE:
            r -= alpha * q
        else:
            r = right - product(x)
        norm = float(np.linalg.norm(r))
        if reached(norm, x):
            return Iteration(x, norm, step, True)
        since += 1
        if norm < 0.99 * best.residual:
            best, since = Iteration(x.copy(), norm, step, False), 0
        if since >= _PATIENCE:
            break
        z = precondition(r)
        new = float(np.vdot(r, z))
        p = z + (new / rz) * p
        rz = new
    return best
