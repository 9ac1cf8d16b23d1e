"""Magnitude of images: the weighting of the pixels as points of position and value."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.exceptions import TdainvWarning
from tdainv.invariants.magnitude.conjugate_gradients import NotPositiveDefiniteError, Product, conjugate_gradients
from tdainv.invariants.magnitude.image_metric import ImageMetric, PixelSpace, pixel_space
from tdainv.invariants.magnitude.image_operator import (
    LevelProduct,
    Map,
    SimilarityProduct,
    levels_are_cheaper,
    thread_map,
)
from tdainv.invariants.magnitude.lattice import Spectrum, neighbourhood, spectrum
from tdainv.invariants.magnitude.preconditioners import kronecker_inverse, neighbour_inverse
from tdainv.invariants.magnitude.solution import MagnitudeSolution

PRECONDITIONERS = ("auto", "neighbours", "kronecker", "none")
_UNPROVED = 1e-2  # share of the tolerance that residuals may have where no eigenvalue is bounded


class Options(NamedTuple):
    """How to solve, checked."""

    tolerance: float
    preconditioner: str
    max_iterations: int


def check_options(tolerance: Any, preconditioner: Any, max_iterations: Any, metric: Any) -> Options:
    """Check the options of a solver."""
    tol = check.positive(tolerance, "tolerance")
    if tol >= 1.0:
        raise ValueError(f"tolerance must be less than 1, got tolerance={tolerance!r}.")
    kind = check.option(preconditioner, PRECONDITIONERS, "preconditioner")
    if kind == "kronecker" and metric not in ("l1", "hamming", 1):
        raise ValueError(f'preconditioner="kronecker" needs metric="l1" or "hamming", got metric={metric!r}.')
    return Options(tol, kind, check.positive_integer(max_iterations, "max_iterations"))


def image_magnitude(
    image: ArrayLike,
    *,
    metric: ImageMetric = "l1",
    position_weight: float = 1.0,
    value_weight: float = 1.0,
    t: float = 1.0,
    channels: bool = False,
    tolerance: float = 1e-5,
    preconditioner: str = "auto",
    max_iterations: int = 1000,
    n_jobs: int | None = None,
) -> Float:
    """Magnitude vector of an image: the weight of each pixel, as an image.

    The pixel at place k with value v is the point (k, v). The distance of two pixels is
    d = position_weight |k - k'| + value_weight |v - v'| for the metric "l1", see below for others. With
    Z = exp(-t d), the weights solve Zw = 1. They are large at edges, small inside of even regions [1]_.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d), or (n_1, ..., n_d, n_channels) with ``channels=True``
        Finite values: a line, a grey image, a volume; or one with several values a pixel, such as colours.
    metric : {"l1", "l2", "linf", "hamming"} or float, default "l1"
        Norm of R^(d + n_channels), on which positions and values are scaled with their weights; a number p >= 1 is
        l_p. With "hamming" positions have l1, and the distance of values is the number of channels that differ.
    position_weight : float, default 1
        Positive: distance of two pixels that touch along an axis.
    value_weight : float, default 1
        At least 0: distance of two values that differ by 1.
    t : float, default 1
        Positive scale: multiplies both weights.
    channels : bool, default False
        Whether the last axis holds the values of a pixel.
    tolerance : float, default 1e-5
        Largest relative error of the weights in the Euclidean norm, guaranteed up to rounding for l_p with p <= 2 and
        for "hamming".
    preconditioner : {"auto", "neighbours", "kronecker", "none"}, default "auto"
        For conjugate gradients. "neighbours" is a sparse inverse Cholesky factor; "kronecker" the inverse for a
        constant image, for "l1" and "hamming", which takes no memory.
    max_iterations : int, default 1000
    n_jobs : int, optional
        Threads, in the sense of joblib. Results are the same to the last bit for any number.

    Returns
    -------
    ndarray of shape (n_1, ..., n_d)
        The weights; their sum is the magnitude of the image.

    Raises
    ------
    ValueError
        For bad input, or if the similarity matrix is not positive definite: possible for p > 2 only.
    MemoryLimitError
        If the image does not fit, before it is worked on.

    Warns
    -----
    TdainvWarning
        If the tolerance is not reached; :func:`image_magnitude_solution` gives the error that was.

    See Also
    --------
    image_magnitude_solution : The same with its error and condition number.
    patched_image_magnitude : The approximation by patches.

    Notes
    -----
    For l_p with p <= 2, all eigenvalues of Z lie between two numbers that depend on t position_weight = a only; for l1
    in d dimensions they are tanh(a/2)^d and coth(a/2)^d. So the number of iterations does not depend on the size of the
    image, and pairs of pixels whose similarities sum to less than the tolerance allows are left out: time and memory
    are linear in the number of pixels. For small a, and l1 on grey images of few values (8 bits), sums over all pairs
    are computed by sweeps instead, without leaving out any. The proofs are in ``docs/theory/magnitude.md``.

    References
    ----------
    .. [1] Adamer, De Brouwer, O'Bray, Rieck: The magnitude vector of images, arXiv:2110.15188.

    Examples
    --------
    A constant image is a product of two lines, and so are its weights: tanh(1/2) inside, 1 / (1 + 1/e) at ends.

    >>> import numpy as np
    >>> import tdainv
    >>> w = tdainv.image_magnitude(np.zeros((3, 4)), tolerance=1e-9)
    >>> w.round(4)
    array([[0.5344, 0.3378, 0.3378, 0.5344],
           [0.3378, 0.2136, 0.2136, 0.3378],
           [0.5344, 0.3378, 0.3378, 0.5344]])

    An edge of values stands out:

    >>> tdainv.image_magnitude([0, 0, 0, 0, 5, 5, 5, 5]).round(2)
    array([0.73, 0.46, 0.46, 0.73, 0.73, 0.46, 0.46, 0.73])
    """
    return image_magnitude_solution(
        image,
        metric=metric,
        position_weight=position_weight,
        value_weight=value_weight,
        t=t,
        channels=channels,
        tolerance=tolerance,
        preconditioner=preconditioner,
        max_iterations=max_iterations,
        n_jobs=n_jobs,
    ).weights


def image_magnitude_solution(
    image: ArrayLike,
    *,
    metric: ImageMetric = "l1",
    position_weight: float = 1.0,
    value_weight: float = 1.0,
    t: float = 1.0,
    channels: bool = False,
    tolerance: float = 1e-5,
    preconditioner: str = "auto",
    max_iterations: int = 1000,
    n_jobs: int | None = None,
) -> MagnitudeSolution:
    """Magnitude vector of an image, with its error bound, condition number and iterations.

    See :func:`image_magnitude` for the definition, the errors and the warning.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d), or (n_1, ..., n_d, n_channels) with ``channels=True``
    metric : {"l1", "l2", "linf", "hamming"} or float, default "l1"
    position_weight, value_weight, t : float, default 1
    channels : bool, default False
    tolerance : float, default 1e-5
    preconditioner : {"auto", "neighbours", "kronecker", "none"}, default "auto"
    max_iterations : int, default 1000
    n_jobs : int, optional

    Returns
    -------
    MagnitudeSolution
        `condition` is a bound for all images with these weights, `error` one for these weights; None for p > 2.

    Examples
    --------
    >>> import numpy as np
    >>> import tdainv
    >>> solution = tdainv.image_magnitude_solution(np.eye(50))
    >>> solution.error < 1e-5, round(solution.condition, 1)
    (True, 21.9)
    """
    options = check_options(tolerance, preconditioner, max_iterations, metric)
    space = pixel_space(image, metric, position_weight, value_weight, t, channels)
    with thread_map(n_jobs) as mapped:
        solution = solve_pixels(space, options, mapped)
    if solution.error is None or solution.error <= options.tolerance:
        return solution
    warnings.warn(
        f"The weights have a relative error of at most {solution.error:.1e}, above tolerance={options.tolerance:g}, "
        f"after {solution.n_iterations} iterations: rounding or max_iterations allow no less.",
        TdainvWarning,
        stacklevel=2,
    )
    return solution


def solve_pixels(space: PixelSpace, options: Options, mapped: Map) -> MagnitudeSolution:
    """Solve for the weights of a checked image."""
    bounds = spectrum(space.spacing, len(space.shape), space.exponent)
    scale = bounds.lowest if bounds.lowest is not None else _UNPROVED
    allowed = 0.45 * options.tolerance * scale
    product, lost, method = similarity_product(space, allowed, bounds, options.tolerance, mapped)
    precondition = _preconditioner(space, options.preconditioner, mapped)
    right = np.ones(space.n_pixels)
    try:
        steps = conjugate_gradients(
            product,
            precondition,
            right,
            lambda norm, x: norm <= allowed * float(np.linalg.norm(x)),
            options.max_iterations,
        )
    except NotPositiveDefiniteError:
        raise ValueError(
            "image must have a positive definite similarity matrix, which l_p with p <= 2 always gives, but this one "
            f"has not (p = {space.exponent:g}, t * position_weight = {space.spacing:g}): use a larger t or another "
            "metric."
        ) from None
    weights = steps.solution.reshape(space.shape)
    error = error_bound(bounds, steps.residual, lost, steps.solution)
    relative = steps.residual / float(np.sqrt(space.n_pixels))
    return MagnitudeSolution(weights, method, steps.n_iterations, relative, bounds.condition, error)


def error_bound(bounds: Spectrum, residual: float, lost: float, weights: Float) -> float | None:
    """Bound of |w - exact| / |w|: the residual seen, and what pairs left out and rounding can add, over λ_min."""
    if bounds.lowest is None:
        return None
    rounding = float(np.finfo(float).eps) * bounds.highest
    return float((residual / np.linalg.norm(weights) + lost + rounding) / bounds.lowest)


def similarity_product(
    space: PixelSpace, allowed: float, bounds: Spectrum, tolerance: float, mapped: Map
) -> tuple[Product, float, str]:
    """Products with Z up to an operator norm `allowed`: the function, the norm of what is left out, the method."""
    reach = [min(n - 1.0, 20.0 / space.spacing) for n in space.shape]
    if levels_are_cheaper(space, float(np.prod([2 * r + 1 for r in reach]))):
        return LevelProduct(space, mapped), 0.0, "levels"
    near = neighbourhood(space.shape, space.spacing, space.exponent, allowed)
    precision = 0.1 * tolerance / bounds.condition if bounds.condition is not None else 1e-3 * tolerance
    product = SimilarityProduct(space, near, mapped, precision)
    return product, near.lost + product.rounding * bounds.highest, "neighbourhood"


def _preconditioner(space: PixelSpace, kind: str, mapped: Map) -> Callable[[Float], Float]:
    if kind == "none" or space.n_pixels == 1:
        return np.copy
    if kind == "kronecker":
        return kronecker_inverse(space)
    # Small scales couple more pixels: more neighbours then pay for themselves.
    count = 4 if space.spacing >= 0.5 else 12 if space.spacing >= 0.1 else 24
    return neighbour_inverse(space, count, mapped)
