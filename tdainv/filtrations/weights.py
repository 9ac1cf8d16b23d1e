"""When growing balls of two points meet, if they start late around points of great weight."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from tdainv._typing import Float

_BLOCK_ROWS = 256
_STEPS = 60


def checked_exponent(value: Any) -> float:
    """Check an exponent: a number of at least 1, or inf."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not float(value) >= 1:
        raise ValueError(f"exponent must be a number of at least 1, or inf, got exponent={value!r}.")
    return float(value)


def weighted_distances(matrix: Float, weights: Float, exponent: float) -> Float:
    """Twice the first time at which balls of radii (t^p - w^p)^(1/p), for t >= w, meet; zero on the diagonal.

    Parameters
    ----------
    matrix : ndarray of shape (n, n)
        Dissimilarities; ``inf`` stays ``inf``.
    weights : ndarray of shape (n,)
        At least 0.
    exponent : float
        The p, from 1 to inf; with inf, balls have radius t from time w on.

    Returns
    -------
    ndarray of shape (n, n)

    Notes
    -----
    Let a >= b be the weights, and c = (a^p - b^p)^(1/p). If d <= c, the balls meet at time a. If not, the radius A of
    the ball of the weight a at that time solves A + (A^p + c^p)^(1/p) = d, whose left side is convex with slopes
    between 1 and 2, and t = (A^p + a^p)^(1/p): Newton's method takes few steps. For p = 1, 2 and inf there are
    formulas: for p = 1, 2 t = d + a + b, and for p = 2, 2 t = ((a + b)² + d²)^(1/2) ((a - b)² + d²)^(1/2) / d.

    Examples
    --------
    For p = 2, radii at time 5 are 3 and 4, since 5² = 3² + 4²:

    >>> weighted_distances(np.array([[0.0, 7.0], [7.0, 0.0]]), np.array([4.0, 3.0]), 2.0)
    array([[ 0., 10.],
           [10.,  0.]])
    """
    births = 2 * weights
    if exponent == 1:
        edges = np.maximum(matrix + (weights[:, np.newaxis] + weights), np.maximum(births[:, np.newaxis], births))
    elif exponent == np.inf:
        edges = np.maximum(matrix, np.maximum(births[:, np.newaxis], births))
    else:
        edges = np.empty_like(matrix)
        for i in range(0, len(matrix), _BLOCK_ROWS):
            rows = slice(i, i + _BLOCK_ROWS)
            larger = np.maximum(weights[rows, np.newaxis], weights)
            smaller = np.minimum(weights[rows, np.newaxis], weights)
            edges[rows] = _meetings(matrix[rows], larger, smaller, exponent)
    np.fill_diagonal(edges, 0.0)
    return edges


def _meetings(distances: Float, larger: Float, smaller: Float, p: float) -> Float:
    """Twice the times at which pairs of balls meet, for p other than 1 and inf."""
    rest = _difference(larger, smaller, p)
    late = (distances > rest) & np.isfinite(distances)
    d, a, b, c = distances[late], larger[late], smaller[late], rest[late]
    times = np.where(np.isfinite(distances), 2 * larger, np.inf)
    later = np.hypot(a + b, d) * (np.hypot(a - b, d) / d) if p == 2 else 2 * _norm(_radius(d, c, p), a, p)
    times[late] = np.maximum(later, times[late])
    return times


def _radius(d: Float, c: Float, p: float) -> Float:
    """Solve A + (A^p + c^p)^(1/p) = d for A, where 0 <= c < d."""
    # Left of the root, since the norm is at most the sum; one step of Newton's method leads to its right.
    radius = (d - c) / 2
    for _ in range(_STEPS):
        norm = _norm(radius, c, p)
        step = (radius + norm - d) / (1 + (radius / norm) ** (p - 1))
        radius = np.clip(radius - step, 0, d / 2)
        if (np.abs(step) <= 4 * np.finfo(float).eps * d).all():
            break
    return radius


def _norm(x: Float, y: Float, p: float) -> Float:
    """(x^p + y^p)^(1/p), without overflow."""
    greater = np.maximum(x, y)
    ratio = np.divide(np.minimum(x, y), greater, out=np.zeros_like(greater), where=greater > 0)
    return greater * np.exp(np.log1p(ratio**p) / p)


def _difference(a: Float, b: Float, p: float) -> Float:
    """(a^p - b^p)^(1/p) for a >= b >= 0, without overflow and without cancellation."""
    gap = np.divide(a - b, a, out=np.zeros_like(a), where=a > 0)
    with np.errstate(divide="ignore"):
        return a * (-np.expm1(p * np.log1p(-gap))) ** (1 / p)
