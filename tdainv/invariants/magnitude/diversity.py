"""Diversity of distributions on a finite metric space: effective numbers that take similarity into account."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from scipy.linalg import lapack, solve_triangular
from scipy.optimize import nnls

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.filtrations.distances import Metric
from tdainv.invariants.magnitude.similarity import checked_space, require_distinct, sums_of_similarities

_SUM_ERROR = 1e-8


def spread(points: ArrayLike, t: float = 1.0, *, metric: Metric = "euclidean") -> float:
    """Spread of a finite metric space: the sum over points i of 1 / (sum over j of exp(-t d_ij)).

    A cheap relative of magnitude [1]_: no equation is solved, it exists for every metric, and it grows from 1 to the
    number of points. Points may coincide. O(n²) time, O(n) memory.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    t : float, default 1
        Positive scale.
    metric : str or callable, default "euclidean"

    Returns
    -------
    float

    References
    ----------
    .. [1] Willerton: Spread: a measure of the size of metric spaces, IJCGA 25 (2015).

    Examples
    --------
    Two points at distance 1, 2 / (1 + exp(-1)):

    >>> import tdainv
    >>> round(tdainv.spread([[0.0], [1.0]]), 4)
    1.4621
    """
    return diversity(points, t, order=0.0, metric=metric)


def diversity(
    points: ArrayLike,
    t: float = 1.0,
    *,
    distribution: ArrayLike | None = None,
    order: float = 1.0,
    metric: Metric = "euclidean",
) -> float:
    """Diversity of order q of a distribution p on a finite metric space (Leinster and Cobbold).

    It is (Σ p_i (Zp)_i^(q-1))^(1/(1-q)) over the points with p_i > 0, with Z = exp(-t d) [1]_; its limit
    exp(-Σ p_i log (Zp)_i) for q = 1, and 1 / max (Zp)_i for q = inf. Of the uniform distribution and order 0 it is the
    spread. It lies between 1 and the number of points, and falls with q.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
        Points may coincide.
    t : float, default 1
        Positive scale.
    distribution : array-like of shape (n_points,), optional
        Probabilities, with sum 1; uniform by default.
    order : float, default 1
        At least 0, or ``inf``.
    metric : str or callable, default "euclidean"

    Returns
    -------
    float

    References
    ----------
    .. [1] Leinster, Cobbold: Measuring diversity: the importance of species similarity, Ecology 93 (2012).

    Examples
    --------
    Two kinds that have nothing in common, the second one rare: order 2 hardly sees it.

    >>> import tdainv
    >>> far = [[0.0], [1000.0]]
    >>> [round(tdainv.diversity(far, distribution=[0.9, 0.1], order=q), 3) for q in (0, 1, 2)]
    [2.0, 1.384, 1.22]
    """
    space = checked_space(points, metric)
    scale = check.positive(t, "t")
    q = _order(order)
    p = _distribution(distribution, space.n_points)
    kept = p > 0
    ordinariness = sums_of_similarities(space, scale, p)[kept]
    p = p[kept]
    if q == np.inf:
        return float(1.0 / ordinariness.max())
    logarithms = np.log(ordinariness)
    if abs(q - 1.0) < 1e-9:
        return float(np.exp(-(p * logarithms).sum()))
    exponents = (q - 1.0) * logarithms
    largest = exponents.max()  # so that large orders do not overflow
    return float(np.exp((largest + np.log((p * np.exp(exponents - largest)).sum())) / (1.0 - q)))


def maximum_diversity_weights(points: ArrayLike, t: float = 1.0, *, metric: Metric = "euclidean") -> Float:
    """Nonnegative weights whose sum is the largest diversity of any distribution on a finite metric space.

    They are the weighting of a subset, zero elsewhere, such that (Zw)_i >= 1 for all points. Divided by their sum they
    are the distribution that has the largest diversity of all orders at once [1]_. Where all magnitude weights are
    nonnegative, they are these. Unlike those, they exist wherever Z is positive definite and never are negative.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
        Z must be positive definite, as for :func:`magnitude_weights`.
    t : float, default 1
        Positive scale.
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points,)

    Raises
    ------
    ValueError
        For bad input, two points at distance 0, or a matrix that is not positive definite.

    Notes
    -----
    Nonnegative least squares on the Cholesky factor: O(n³) time or more, 24 n² bytes; for up to a few thousand points.

    References
    ----------
    .. [1] Leinster, Meckes: Maximizing diversity in biology and beyond, Entropy 18 (2016).

    Examples
    --------
    The middle of an octahedron has a negative weight at this scale; the most diverse distribution leaves it out:

    >>> import numpy as np
    >>> import tdainv
    >>> points = np.concatenate([np.zeros((1, 3)), np.eye(3), -np.eye(3)])
    >>> tdainv.magnitude_weights(points, t=0.5).round(3)
    array([-0.264,  0.347,  0.347,  0.347,  0.347,  0.347,  0.347])
    >>> tdainv.maximum_diversity_weights(points, t=0.5).round(3)
    array([0.   , 0.299, 0.299, 0.299, 0.299, 0.299, 0.299])
    """
    space = checked_space(points, metric)
    scale = check.positive(t, "t")
    require_distinct(space)
    n = space.n_points
    require_memory(24 * n * n, f"The most diverse distribution on {n} points", "Subsample the points.")
    factor, info = lapack.dpotrf(space.similarities(scale), lower=1, clean=1)
    if info:
        raise ValueError(
            f"The similarity matrix at t={scale:g} must be positive definite, which it is for points of R^n with "
            "a norm l_p, 1 <= p <= 2, but it is not for this metric: use a larger t."
        )
    # Minimize |Lᵀw - L⁻¹1|² = wᵀZw - 2 Σ w + const over w >= 0: the conditions of the optimum are those above.
    target = solve_triangular(factor, np.ones(n), lower=True)
    return nnls(factor.T, target, maxiter=30 * n)[0]


def _order(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not float(value) >= 0.0:
        raise ValueError(f"order must be a number of at least 0, or inf, got order={value!r}.")
    return float(value)


def _distribution(values: ArrayLike | None, n: int) -> Float:
    if values is None:
        return np.full(n, 1.0 / n)
    rule = f"must be {n} probabilities with sum 1"
    p = check.float_array(values, "distribution", rule)
    if p.shape != (n,):
        raise ValueError(f"distribution {rule}, got shape {p.shape}.")
    if not (p >= 0).all():
        i = int(np.flatnonzero(~(p >= 0))[0])
        raise ValueError(f"distribution {rule}, got distribution[{i}] = {p[i]:g}.")
    total = float(p.sum())
    if not abs(total - 1.0) <= _SUM_ERROR:
        raise ValueError(f"distribution {rule}, got the sum {total:g}.")
    return p / total
