"""1-Wasserstein (Kantorovich--Rubinstein) distance of signed measures."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Number
from tdainv.distances.sliced_wasserstein import check_balance, same_mass
from tdainv.exceptions import TdainvWarning
from tdainv.invariants.signed_measure import SignedMeasure

_MAX_ITERATIONS = 10_000
_TOLERANCE = 1e-6  # of the masses that Sinkhorn iterations move
_METRICS = {"l1": "cityblock", "l2": "euclidean", "linf": "chebyshev"}


def kantorovich_rubinstein_distance(
    first: SignedMeasure,
    second: SignedMeasure,
    *,
    norm: str = "l1",
    balance: str | ArrayLike = "error",
    regularization: float | None = None,
) -> float:
    """Signed 1-Wasserstein distance of two signed measures of the same mass: exact, or with entropic regularization.

    The least cost of moving the positive part of μ - ν to its negative part, where moving a unit of mass from x to y
    costs the norm of x - y [1]_. By duality it is the largest ∫ f d(μ - ν) for functions f with Lipschitz constant 1
    [2]_.

    Parameters
    ----------
    first, second : SignedMeasure
    norm : {"l1", "l2", "linf"}, default "l1"
        Norm of R^p.
    balance : "error" or array-like of shape (p,), default "error"
        What happens if masses differ: an error, or the mass that one of the measures lacks is put at this point.
    regularization : float, optional
        In the unit of distances. Then the cost of the transport plan that minimizes cost minus this times its entropy
        is returned: at least the distance, and close to it if small. Needs POT. Sinkhorn iterations stop when masses
        are off by a millionth of their sum, and warn if they do not get there.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If one of them is not a SignedMeasure.
    ValueError
        For measures on different spaces or of different masses.
    ImportError
        If POT is not there but needed: for weights that are not whole in more than one dimension, or a regularization.
    MemoryLimitError
        If the matrix of costs does not fit into memory.

    Notes
    -----
    What the measures share is cancelled first. On the line the distance is ∫ |F_μ - F_ν|, in O(k log k). Whole weights
    are an assignment of n units of their greatest common divisor, which takes at most O(n³); others need a transport
    problem.

    References
    ----------
    .. [1] Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology
       using signed barcodes as measures, NeurIPS 2023.
    .. [2] Villani: Topics in optimal transportation, AMS 2003, theorem 1.14.

    Examples
    --------
    The atoms at (5, 5) cancel; the others are 3 and 4 apart along the axes:

    >>> import tdainv
    >>> mu = tdainv.SignedMeasure([[0, 0], [5, 5]], [1, -2])
    >>> nu = tdainv.SignedMeasure([[3, 4], [5, 5]], [1, -2])
    >>> tdainv.kantorovich_rubinstein_distance(mu, nu)
    7.0
    >>> tdainv.kantorovich_rubinstein_distance(mu, nu, norm="l2")
    5.0
    """
    check.option(norm, tuple(_METRICS), "norm")
    if regularization is not None:
        check.positive(regularization, "regularization")
    difference = _balanced_difference(first, second, balance)
    if len(difference) == 0:
        return 0.0
    if difference.n_parameters == 1 and regularization is None:
        return _on_the_line(difference.points[:, 0], difference.weights)
    sources, supply, targets, demand = _parts(difference)
    if regularization is None and supply.dtype.kind == "i":
        return _assignment(sources, supply, targets, demand, _METRICS[norm])
    return _transport(sources, supply, targets, demand, _METRICS[norm], regularization)


def _balanced_difference(first: SignedMeasure, second: SignedMeasure, balance: Any) -> SignedMeasure:
    """First - second, with mass zero up to rounding."""
    for name, measure in (("first", first), ("second", second)):
        if not isinstance(measure, SignedMeasure):
            raise TypeError(f"{name} must be a SignedMeasure, got {type(measure).__name__}.")
    p = first.n_parameters
    if second.n_parameters != p:
        raise ValueError(f"Measures must live on the same R^p, got p = {p} and p = {second.n_parameters}.")
    difference = first - second
    if isinstance(balance, str):
        check.option(balance, ("error",), "balance")
        if not same_mass(first, second):
            raise ValueError(
                f"Measures must have the same mass to be compared, got {first.mass:g} and {second.mass:g}. Give "
                "balance, a point that takes the missing mass."
            )
        return difference
    point = check_balance(balance, p)
    return difference - SignedMeasure(point[np.newaxis], np.array([difference.mass]))


def _on_the_line(positions: Float, weights: Number) -> float:
    """∫ |F| for the cumulative function F of atoms in increasing order."""
    return float(np.abs(np.cumsum(weights[:-1])) @ np.diff(positions))


def _parts(difference: SignedMeasure) -> tuple[Float, Number, Float, Number]:
    """Positive and negative part: points, and masses of equal sums. Whole masses are divided by their divisor."""
    positive = difference.weights > 0
    weights = difference.weights
    if (weights == np.round(weights)).all() and np.abs(weights).max() < 2**53:
        weights = weights.astype(np.int64)
    supply, demand = weights[positive], -weights[~positive]
    if supply.dtype.kind == "f":
        if not (len(supply) and len(demand)):  # what rounding left of nothing
            return difference.points[:0], supply[:0], difference.points[:0], demand[:0]
        demand = demand * (supply.sum() / demand.sum())  # masses differ by rounding
    return difference.points[positive], supply, difference.points[~positive], demand


def _assignment(sources: Float, supply: Number, targets: Float, demand: Number, metric: str) -> float:
    """Cost of the best assignment of units of mass."""
    unit = np.gcd.reduce(np.concatenate([supply, demand]))
    n = int(supply.sum() // unit)
    require_memory(16 * n * n, f"An assignment of {n} masses", "Use sliced_wasserstein_distance, or regularization.")
    rows = np.repeat(np.arange(len(supply)), supply // unit)
    columns = np.repeat(np.arange(len(demand)), demand // unit)
    costs = cdist(sources, targets, metric)[np.ix_(rows, columns)]
    return float(costs[linear_sum_assignment(costs)].sum() * unit)


def _transport(
    sources: Float, supply: Number, targets: Float, demand: Number, metric: str, regularization: float | None
) -> float:
    """Cost of a transport plan, by POT."""
    if len(supply) == 0:
        return 0.0
    try:
        import ot
    except ImportError:
        raise ImportError(
            "kantorovich_rubinstein_distance needs POT for weights that are not whole and for a regularization: "
            'pip install "tdainv[transport]"'
        ) from None
    n_bytes = 32 * len(supply) * len(demand)
    require_memory(n_bytes, f"A transport of {len(supply)} to {len(demand)} atoms", "Use sliced_wasserstein_distance.")
    costs = cdist(sources, targets, metric)
    mass = float(supply.sum())
    shares = supply / mass, demand / float(demand.sum())
    if regularization is None:
        return float(mass * ot.emd2(*shares, costs, numItermax=10_000_000))
    options = {"method": "sinkhorn_log", "numItermax": _MAX_ITERATIONS, "stopThr": _TOLERANCE, "warn": False}
    plan, log = ot.sinkhorn(*shares, costs, regularization, log=True, **options)
    if not log["err"][-1] <= _TOLERANCE:
        warnings.warn(
            f"Masses are off by {log['err'][-1]:.1g} of their sum after {_MAX_ITERATIONS} iterations. Take a larger "
            "regularization.",
            TdainvWarning,
            stacklevel=3,
        )
    return float(mass * (plan * costs).sum())
