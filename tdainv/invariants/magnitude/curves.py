"""Magnitude as a function of scale: its values, its slope as a dimension, and where it nearly counts all points."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.filtrations.distances import Metric
from tdainv.invariants.magnitude.similarity import Space, checked_space, require_distinct, slope_form
from tdainv.invariants.magnitude.spaces import METHODS, solve_space


def magnitude_function(
    points: ArrayLike,
    ts: ArrayLike,
    *,
    metric: Metric = "euclidean",
    method: str = "auto",
    tolerance: float = 1e-8,
    n_jobs: int | None = None,
) -> Float:
    """Magnitude at several scales: t -> magnitude of the space with distances td.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    ts : array-like of shape (n_scales,)
        Positive scales.
    metric : str or callable, default "euclidean"
    method : {"auto", "cholesky", "cg", "matrix_free"}, default "auto"
    tolerance : float, default 1e-8
        See :func:`magnitude_weights` for these, and for the errors.
    n_jobs : int, optional

    Returns
    -------
    ndarray of shape (n_scales,)

    Examples
    --------
    >>> import tdainv
    >>> tdainv.magnitude_function([[0.0], [1.0], [2.0]], [0.01, 1.0, 100.0]).round(3)
    array([1.01 , 1.924, 3.   ])
    """
    space, scales = _space_and_scales(points, ts, metric, method, tolerance)
    return np.array([solve_space(space, float(t), method, tolerance, n_jobs).magnitude for t in scales])


def magnitude_dimension(
    points: ArrayLike,
    ts: ArrayLike,
    *,
    metric: Metric = "euclidean",
    method: str = "auto",
    tolerance: float = 1e-8,
    n_jobs: int | None = None,
) -> Float:
    """Instantaneous magnitude dimension at several scales: the slope of log magnitude over log t.

    Where points fill a set well at scale t, this is near the Minkowski dimension of the set as seen at that scale; it
    is 0 at both ends, where all points are one, or all are apart. The slope is exact, not a difference:
    d Mag / dt = wᵀ(d ∘ Z)w.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    ts : array-like of shape (n_scales,)
        Positive scales.
    metric : str or callable, default "euclidean"
    method : {"auto", "cholesky", "cg", "matrix_free"}, default "auto"
    tolerance : float, default 1e-8
        See :func:`magnitude_weights` for these, and for the errors.
    n_jobs : int, optional

    Returns
    -------
    ndarray of shape (n_scales,)

    Examples
    --------
    A segment of length 1 with 500 points, at scales at which it is long and its points are close:

    >>> import numpy as np
    >>> import tdainv
    >>> segment = np.linspace(0, 1, 500)[:, np.newaxis]
    >>> tdainv.magnitude_dimension(segment, [1e-3, 50.0, 1e5]).round(2)
    array([0.  , 0.96, 0.  ])
    """
    space, scales = _space_and_scales(points, ts, metric, method, tolerance)
    slopes = np.empty(len(scales))
    for k, t in enumerate(scales):
        solution = solve_space(space, float(t), method, tolerance, n_jobs)
        slopes[k] = slope_form(space, float(t), solution.weights) / solution.magnitude
    return slopes


def convergence_scale(points: ArrayLike, share: float = 0.95, *, metric: Metric = "euclidean") -> float:
    """Scale at which the magnitude is a given share of the number of points; below it, points are not yet all apart.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
        At least two points.
    share : float, default 0.95
        Between 1 / n_points and 1, both excluded.
    metric : str or callable, default "euclidean"

    Returns
    -------
    float
        A scale with this magnitude, up to a relative error of 1e-6; where there are several, one of them.

    Examples
    --------
    Two points have magnitude 1 + tanh(td/2):

    >>> import tdainv
    >>> round(tdainv.convergence_scale([[0.0], [1.0]]), 4), round(2 * 1.472219, 4)
    (2.9444, 2.9444)
    """
    space = checked_space(points, metric)
    require_distinct(space)
    n = space.n_points
    wanted = check.finite(share, "share") * n
    if not 1.0 < wanted < n:
        raise ValueError(f"share must lie between 1 / n_points = {1 / n:g} and 1, both excluded, got share={share!r}.")

    def excess(log_t: float) -> float:
        return solve_space(space, float(np.exp(log_t)), "auto", 1e-8, None).magnitude - wanted

    # Every row of Z sums to less than 1 + (n - 1) exp(-t least), so that at the upper end nearly all points count.
    least = _least_distance(space)
    upper = np.log(np.log(2 * n / (1 - wanted / n)) / least)
    lower = upper - 1.0
    while excess(lower) > 0:
        lower -= 1.0
    return float(np.exp(brentq(excess, lower, upper, xtol=1e-6)))


def _least_distance(space: Space) -> float:
    least = np.inf
    for start in range(0, space.n_points, 256):
        block = space.distance_block(slice(start, start + 256), slice(None), 1.0)
        np.fill_diagonal(block[:, start:], np.inf)
        least = min(least, float(block.min()))
    if not np.isfinite(least):
        raise ValueError("points must have at least one finite distance between two of them, got none.")
    return least


def _space_and_scales(points: ArrayLike, ts: ArrayLike, metric: Any, method: Any, tol: Any) -> tuple[Space, Float]:
    rule = "must be positive finite numbers of shape (n_scales,)"
    scales = check.float_array(ts, "ts", rule)
    if scales.ndim != 1 or len(scales) == 0:
        raise ValueError(f"ts {rule}, got shape {scales.shape}.")
    wrong = ~(np.isfinite(scales) & (scales > 0))
    if wrong.any():
        k = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"ts {rule}, got ts[{k}] = {scales[k]:g}.")
    check.option(method, METHODS, "method")
    check.positive(tol, "tolerance")
    space = checked_space(points, metric)
    require_distinct(space)
    return space, scales
