"""Magnitude of finite metric spaces."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy import linalg
from scipy.linalg import lapack

from tdainv import _validation as check
from tdainv._memory import available_memory, require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.exceptions import TdainvWarning
from tdainv.filtrations.distances import Metric
from tdainv.invariants.magnitude.conjugate_gradients import NotPositiveDefiniteError, Product, conjugate_gradients
from tdainv.invariants.magnitude.image_operator import thread_map
from tdainv.invariants.magnitude.similarity import BlockProduct, Space, checked_space, require_distinct, sparse_inverse
from tdainv.invariants.magnitude.solution import MagnitudeSolution

METHODS = ("auto", "cholesky", "cg", "matrix_free")
_SMALL = 1500  # points up to which a factorization is faster than iterations
_SHARE = 2  # of the memory available, half may hold the matrix
_N_NEIGHBOURS = 30
_MOST_ITERATIONS = 5000
_SINGULAR = 10 * np.finfo(float).eps  # reciprocal condition number

_EXISTENCE = (
    "Magnitude need not exist at every scale. It must for points of R^n with a norm l_p, 1 <= p <= 2, and of the plane "
    "with any l_p; for trees, ultrametric spaces, spheres with arc length, spaces of up to 4 points; and for t > "
    "log(n - 1) / d, where d is the smallest distance."
)


def magnitude_solution(
    points: ArrayLike,
    t: float = 1.0,
    *,
    metric: Metric = "euclidean",
    method: str = "auto",
    tolerance: float = 1e-8,
    n_jobs: int | None = None,
) -> MagnitudeSolution:
    """Weights of the points of a finite metric space, with condition number and error.

    See :func:`magnitude_weights` for the definition, the parameters and the errors.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    t : float, default 1
    metric : str or callable, default "euclidean"
    method : {"auto", "cholesky", "cg", "matrix_free"}, default "auto"
    tolerance : float, default 1e-8
    n_jobs : int, optional

    Returns
    -------
    MagnitudeSolution
        `condition` is LAPACK's estimate after a factorization, None after conjugate gradients; see
        :func:`similarity_condition`.

    Examples
    --------
    >>> import tdainv
    >>> solution = tdainv.magnitude_solution([[0.0], [1.0]])
    >>> solution.weights.round(4), round(solution.condition, 4)
    (array([0.7311, 0.7311]), 2.164)
    """
    space = checked_space(points, metric)
    scale = check.positive(t, "t")
    kind = check.option(method, METHODS, "method")
    tol = check.positive(tolerance, "tolerance")
    require_distinct(space)
    return solve_space(space, scale, kind, tol, n_jobs)


def magnitude_weights(
    points: ArrayLike,
    t: float = 1.0,
    *,
    metric: Metric = "euclidean",
    method: str = "auto",
    tolerance: float = 1e-8,
    n_jobs: int | None = None,
) -> Float:
    """Weighting of a finite metric space: the vector w with Zw = 1, for Z = exp(-t d).

    Its sum is the magnitude [1]_, the effective number of points at the scale t: near 1 for small t, n for large t.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
        Distances must be symmetric with zeros on the diagonal only; ``inf`` is allowed. The triangle inequality is not
        needed and not checked.
    t : float, default 1
        Positive scale of distances.
    metric : str or callable, default "euclidean"
        As in :func:`rips`; "euclidean", "manhattan" and "chebyshev" need no distance matrix.
    method : {"auto", "cholesky", "cg", "matrix_free"}, default "auto"
        "cholesky" factorizes Z: O(n³) time, 16 n² bytes. "cg" iterates on Z with a sparse approximate inverse:
        O(n²) time a step, 8 n² bytes. "matrix_free" computes Z again in every step: O(n) memory. "auto" takes the first
        for up to 1500 points, the second while Z takes at most half of the memory that is available, then the third.
    tolerance : float, default 1e-8
        Of conjugate gradients: relative residual |1 - Zw| / |1|. The magnitude is much more precise than the weights:
        its error is the square of that of the weights in the norm of Z.
    n_jobs : int, optional
        Threads of "matrix_free", in the sense of joblib.

    Returns
    -------
    ndarray of shape (n_points,)

    Raises
    ------
    ValueError
        For bad input, for two points at distance 0, and where Z is singular up to rounding, or not positive definite
        with more points than fit a factorization.
    MemoryLimitError
        Before a matrix is allocated that does not fit.

    Warns
    -----
    TdainvWarning
        If the condition of Z leaves fewer than 6 digits, or the tolerance is not reached.

    Notes
    -----
    Z is positive definite, and magnitude exists at every scale, for points of R^n with a norm l_p, 1 <= p <= 2
    [2]_. It need not be for other metrics; where it is invertible all the same, a symmetric indefinite factorization
    solves.

    References
    ----------
    .. [1] Leinster: The magnitude of metric spaces, Documenta Mathematica 18 (2013).
    .. [2] Meckes: Positive definite metric spaces, Positivity 17 (2013), Theorem 3.6.

    Examples
    --------
    Equally spaced points on a line: tanh(d/2) inside, 1 / (1 + exp(-d)) at the ends, at d = 1:

    >>> import tdainv
    >>> tdainv.magnitude_weights([[0.0], [1.0], [2.0], [3.0]]).round(4)
    array([0.7311, 0.4621, 0.4621, 0.7311])
    """
    return magnitude_solution(points, t, metric=metric, method=method, tolerance=tolerance, n_jobs=n_jobs).weights


def magnitude(
    points: ArrayLike,
    t: float = 1.0,
    *,
    metric: Metric = "euclidean",
    method: str = "auto",
    tolerance: float = 1e-8,
    n_jobs: int | None = None,
) -> float:
    """Magnitude of a finite metric space: the sum of the weights w with exp(-t d) w = 1.

    See :func:`magnitude_weights` for methods and errors.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    t : float, default 1
    metric : str or callable, default "euclidean"
    method : {"auto", "cholesky", "cg", "matrix_free"}, default "auto"
    tolerance : float, default 1e-8
    n_jobs : int, optional

    Returns
    -------
    float

    Examples
    --------
    Two points at distance d have 1 + tanh(d/2) effective points:

    >>> import tdainv
    >>> round(tdainv.magnitude([[0.0], [1.0]]), 4), round(tdainv.magnitude([[0.0], [1.0]], t=10), 4)
    (1.4621, 1.9999)
    """
    return magnitude_solution(points, t, metric=metric, method=method, tolerance=tolerance, n_jobs=n_jobs).magnitude


def similarity_condition(points: ArrayLike, t: float = 1.0, *, metric: Metric = "euclidean") -> float:
    """Estimate of the condition number of Z = exp(-t d) in the 1-norm, by a factorization.

    The relative error of weights is about this number times 1e-16 after a factorization, and at most this number times
    the relative residual after conjugate gradients.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    t : float, default 1
    metric : str or callable, default "euclidean"

    Returns
    -------
    float
        ``inf`` where Z is singular up to rounding.

    Examples
    --------
    For two points it is (1 + exp(-d)) / (1 - exp(-d)) = coth(d/2):

    >>> import tdainv
    >>> round(tdainv.similarity_condition([[0.0], [1.0]]), 4)
    2.164
    """
    space = checked_space(points, metric)
    scale = check.positive(t, "t")
    _require_matrix(space, 2)
    matrix = space.similarities(scale)
    norm = float(np.abs(matrix).sum(axis=0).max())
    try:
        reciprocal = _factorize(matrix, norm)[1]
    except NotPositiveDefiniteError:
        reciprocal = _indefinite(space.similarities(scale), norm)[1]
    return 1.0 / reciprocal if reciprocal > 0 else np.inf


def solve_space(space: Space, t: float, method: str, tolerance: float, n_jobs: int | None) -> MagnitudeSolution:
    """Weights of a checked space of distinct points."""
    if method == "auto":
        method = _choose(space)
    if method == "matrix_free" and space.points is None:
        method = "cg"  # the distances are there
    if method == "cholesky":
        return _solve_by_factorization(space, t)
    similarities, product = None, None
    if method == "cg":
        _require_matrix(space, 1)
        similarities = space.similarities(t)
        product = similarities.__matmul__
    with thread_map(n_jobs) as mapped:
        return _iterate(space, t, product or BlockProduct(space, t, mapped), similarities, method, tolerance)


def _choose(space: Space) -> str:
    if space.n_points <= _SMALL:
        return "cholesky"
    available = available_memory()
    fits = available is None or _SHARE * space.bytes_of_similarities() <= available
    return "cg" if fits else "matrix_free"


def _require_matrix(space: Space, copies: int) -> None:
    n = space.n_points
    require_memory(
        copies * space.bytes_of_similarities(),
        f"The {n} x {n} similarity matrix" + (" with its factor" if copies > 1 else ""),
        'Use method="matrix_free" with points, or subsample.',
    )


def _iterate(
    space: Space, t: float, product: Product, similarities: Float | None, method: str, tolerance: float
) -> MagnitudeSolution:
    n = space.n_points
    right = np.ones(n)
    target = tolerance * np.sqrt(n)
    inverse = sparse_inverse(space, t, similarities, min(_N_NEIGHBOURS, max(1, n - 1)))
    try:
        steps = conjugate_gradients(product, inverse, right, lambda norm, _: norm <= target, _MOST_ITERATIONS)
    except NotPositiveDefiniteError:
        if similarities is not None:
            return _solve_by_factorization(space, t)
        raise ValueError(
            f'The similarity matrix at t={t:g} is not positive definite: use method="cholesky". {_EXISTENCE}'
        ) from None
    relative = steps.residual / float(np.sqrt(n))
    if not steps.converged:
        warnings.warn(
            f"Conjugate gradients stopped at a relative residual of {relative:.1e}, above tolerance={tolerance:g}: the "
            f"similarity matrix at t={t:g} is ill-conditioned.",
            TdainvWarning,
            stacklevel=4,
        )
    return MagnitudeSolution(steps.solution, method, steps.n_iterations, relative, None, None)


def _solve_by_factorization(space: Space, t: float) -> MagnitudeSolution:
    _require_matrix(space, 2)
    matrix = space.similarities(t)
    norm = float(matrix.sum(axis=0).max())
    right = np.ones(space.n_points)
    method = "cholesky"
    try:
        factor, reciprocal = _factorize(matrix, norm)
        weights = linalg.cho_solve((factor, True), right, check_finite=False)
    except NotPositiveDefiniteError:
        method = "indefinite"
        weights, reciprocal = _indefinite(space.similarities(t), norm)
    if not reciprocal > _SINGULAR:
        raise ValueError(
            f"The similarity matrix at t={t:g} is singular up to rounding (reciprocal condition number "
            f"{reciprocal:.1e}). {_EXISTENCE}"
        )
    if reciprocal < 1e-10:
        warnings.warn(
            f"The similarity matrix at t={t:g} has a condition number of about {1 / reciprocal:.0e}: weights have "
            f"about {max(0, int(16 + np.log10(reciprocal)))} correct digits.",
            TdainvWarning,
            stacklevel=4,
        )
    residual = float(np.linalg.norm(right - space.similarities(t) @ weights) / np.sqrt(len(right)))
    error = min(1.0, max(residual, float(np.finfo(float).eps)) / reciprocal)
    return MagnitudeSolution(weights, method, 0, residual, 1.0 / reciprocal, error)


def _factorize(matrix: Float, norm: float) -> tuple[Float, float]:
    """Lower Cholesky factor, in place of the matrix, and LAPACK's estimate of the reciprocal condition number."""
    factor, info = lapack.dpotrf(matrix.T, lower=1, overwrite_a=1, clean=0)
    if info:
        raise NotPositiveDefiniteError
    return factor, float(lapack.dpocon(factor, norm, uplo="L")[0])


def _indefinite(matrix: Float, norm: float) -> tuple[Float, float]:
    """Weights by a factorization LDLᵀ, and the reciprocal condition number: zeros and 0 where there is none."""
    n = len(matrix)
    factor, pivots, info = lapack.dsytrf(matrix.T, lower=1, overwrite_a=1, lwork=64 * n)
    if info:
        return np.zeros(n), 0.0
    reciprocal = float(lapack.dsycon(factor, pivots, norm, lower=1)[0])
    weights: Any = lapack.dsytrs(factor, pivots, np.ones((n, 1)), lower=1)[0]
    return weights[:, 0], reciprocal
