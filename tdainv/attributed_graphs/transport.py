"""Fused Gromov--Wasserstein transport between two finite spaces: a conditional gradient method."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float

_MOST_STEPS = 1000
_TOLERANCE = 1e-10


class Coupling(NamedTuple):
    """A transport plan and what it costs.

    Attributes
    ----------
    distance : float
        Square root of the cost.
    plan : ndarray of shape (n, m)
    """

    distance: float
    plan: Float


def fused_coupling(
    first: ArrayLike,
    second: ArrayLike,
    costs: ArrayLike | None = None,
    *,
    alpha: float = 0.5,
    weights: tuple[ArrayLike, ArrayLike] | None = None,
) -> Coupling:
    """Couple two finite spaces such that distances and costs of matched points are small.

    It minimises, over plans T with the weights as marginals,
    (1 - alpha) Σ costs_ij T_ij + alpha Σ (first_ik - second_jl)² T_ij T_kl.

    Parameters
    ----------
    first : array-like of shape (n, n), symmetric
        Distances, or any other relation, of the points of the first space. Finite.
    second : array-like of shape (m, m), symmetric
    costs : array-like of shape (n, m), optional
        Costs of matching points, at least 0 and finite; squares of a distance if a metric is wanted. Default: zeros.
    alpha : float in [0, 1], default 0.5
        Weight of the structure; 0 is optimal transport of the costs, 1 the Gromov--Wasserstein distance.
    weights : pair of array-likes of shapes (n,) and (m,), optional
        Masses of the points, positive; scaled to the sum 1. Default: uniform.

    Returns
    -------
    Coupling
        Fields ``distance``, the square root of the cost, and ``plan``.

    Raises
    ------
    ValueError
        For wrong shapes, values that are not finite, and alpha out of range.
    ImportError
        If POT is not installed.

    Notes
    -----
    The problem is not convex, and a general solution is NP-hard. From three starts (the product of the weights, the
    best plan for the costs, and the best plan for the sorted rows of distances and the costs) the conditional gradient
    method goes to a local minimum; the best is returned, which is an upper bound of the true value. The last start
    finds the matching of isometric spaces whose points have different sorted rows or costs. A step takes one linear
    transport and O(n² m + n m²).

    With costs d² of a metric d, the square root of the true minimum is a pseudo-metric: for plans between A and B and
    between B and C that are glued over B, both sums are squares of norms in L², and the triangle inequality is that of
    the norm (Minkowski). Without the root it is none.

    References
    ----------
    Vayer, Chapel, Flamary, Tavenard, Courty: Fused Gromov--Wasserstein distance for structured objects, Algorithms 13,
    2020. Mémoli: Gromov--Wasserstein distances and the metric approach to object matching, Foundations of
    Computational Mathematics 11, 2011.

    Examples
    --------
    Two pairs of points, at distances 1 and 3. The cost of (1 - 3)² is paid by half of all pairs:

    >>> from tdainv.attributed_graphs import fused_coupling
    >>> fused_coupling([[0, 1], [1, 0]], [[0, 3], [3, 0]], alpha=1.0).distance ** 2
    2.0000000000000004
    """
    a, b = _structure(first, "first"), _structure(second, "second")
    shape = (len(a), len(b))
    table = np.zeros(shape) if costs is None else check.float_array(costs, "costs", f"must have shape {shape}")
    if table.shape != shape or not np.isfinite(table).all() or table.min() < 0:
        raise ValueError(f"costs must have shape {shape} and be finite and at least 0, got shape {table.shape}.")
    p, q = (_masses(weights, k, n) for k, n in enumerate(shape))
    return solve(a, b, table, p, q, check_alpha(alpha))


def check_alpha(alpha: float) -> float:
    """Check a number in [0, 1]."""
    value = check.finite(alpha, "alpha")
    if not 0 <= value <= 1:
        raise ValueError(f"alpha must lie in [0, 1], got alpha={alpha!r}.")
    return value


def _structure(values: ArrayLike, name: str) -> Float:
    array = check.float_array(values, name, "must have shape (n, n)")
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not len(array):
        raise ValueError(f"{name} must have shape (n, n) with n >= 1, got shape {array.shape}.")
    if not np.isfinite(array).all() or not np.allclose(array, array.T, rtol=1e-8, atol=0.0):
        raise ValueError(f"{name} must be finite and symmetric.")
    return array / 2 + array.T / 2


def _masses(weights: tuple[ArrayLike, ArrayLike] | None, k: int, n: int) -> Float:
    if weights is None:
        return np.full(n, 1.0 / n)
    masses = check.positive_vector(weights[k], f"weights[{k}]", n)
    return masses / masses.sum()


def solve(first: Float, second: Float, costs: Float, p: Float, q: Float, alpha: float) -> Coupling:
    """Return :func:`fused_coupling` of checked arrays."""
    scale = max(np.abs(first).max(), np.abs(second).max(), np.sqrt(costs.max())) or 1.0
    first, second, costs = first / scale, second / scale, costs / scale**2  # no square overflows or vanishes
    best = Coupling(np.inf, np.empty(0))
    for start in _starts(first, second, costs, p, q, alpha):
        plan = _descend(first, second, costs, p, q, alpha, start)
        cost = _cost(first, second, costs, alpha, plan)
        if cost < best.distance:
            best = Coupling(cost, plan)
        if cost == 0 or alpha == 0:
            break
    return Coupling(float(scale * np.sqrt(best.distance)), best.plan)


def _emd(p: Float, q: Float, costs: Float) -> Float:
    try:
        from ot import emd
    except ImportError:
        raise ImportError('Gromov--Wasserstein distances need POT: pip install "tdainv[graphs]"') from None
    return np.asarray(emd(p, q, np.ascontiguousarray(costs), numItermax=1_000_000, check_marginals=False))


def _starts(first: Float, second: Float, costs: Float, p: Float, q: Float, alpha: float) -> list[Float]:
    """Plans to start from: for the costs, for the sorted rows of distances and the costs, and the product."""
    by_cost = _emd(p, q, costs)
    if alpha == 0:
        return [by_cost]
    levels = (np.arange(max(len(p), len(q))) + 0.5) / max(len(p), len(q))
    rows, columns = _quantiles(first, p, levels), _quantiles(second, q, levels)
    apart = np.square(rows[:, np.newaxis] - columns).mean(axis=2)
    return [_emd(p, q, (1.0 - alpha) * costs + alpha * apart), by_cost, np.outer(p, q)]


def _quantiles(matrix: Float, masses: Float, levels: Float) -> Float:
    """Quantiles of the distances in each row, shape (n, n_levels)."""
    order = np.argsort(matrix, axis=1)
    ends = np.cumsum(masses[order], axis=1)
    places = np.minimum((ends[:, :, np.newaxis] < levels).sum(axis=1), len(masses) - 1)
    return np.take_along_axis(np.take_along_axis(matrix, order, axis=1), places, axis=1)


def _descend(first: Float, second: Float, costs: Float, p: Float, q: Float, alpha: float, plan: Float) -> Float:
    """Conditional gradient method with exact line search."""
    crossed = first @ plan @ second
    for _ in range(_MOST_STEPS if alpha > 0 else 0):
        # With fixed marginals, the squares of the distances are constant, and the cross terms are left.
        gradient = (1.0 - alpha) * costs - 4.0 * alpha * crossed
        direction = _emd(p, q, gradient) - plan
        crossed_direction = first @ direction @ second
        slope = float((gradient * direction).sum())
        bend = -2.0 * alpha * float((crossed_direction * direction).sum())
        if slope >= -_TOLERANCE:
            break
        step = min(1.0, -slope / (2.0 * bend)) if bend > 0 else 1.0
        plan = plan + step * direction
        crossed = crossed + step * crossed_direction
    return np.maximum(plan, 0.0)


def _cost(first: Float, second: Float, costs: Float, alpha: float, plan: Float) -> float:
    """Cost of a plan, summed over the pairs of matched points: exactly 0 for an isomorphism."""
    i, j = np.nonzero(plan > 1e-15)
    masses = plan[i, j]
    structure = masses @ np.square(first[np.ix_(i, i)] - second[np.ix_(j, j)]) @ masses
    return float((1.0 - alpha) * (masses @ costs[i, j]) + alpha * structure)
