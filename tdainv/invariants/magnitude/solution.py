"""The result of a computation of magnitude, with what is known of its error."""

from __future__ import annotations

from dataclasses import dataclass

from tdainv._typing import Float


@dataclass(frozen=True, eq=False, repr=False)
class MagnitudeSolution:
    """Weights w with Zw = 1, and how well they solve it.

    Parameters
    ----------
    weights : ndarray
        One weight a point, in the shape of the image for images.
    method : str
        How the equation was solved.
    n_iterations : int
        Of conjugate gradients; 0 for a factorization.
    residual : float
        Relative residual |1 - Zw| / |1| in the Euclidean norm.
    condition : float or None
        Condition number of Z: an estimate for point clouds, an upper bound for images; None where it is not known.
    error : float or None
        Relative error |w - exact| / |w| in the Euclidean norm: a bound for images, an estimate from condition and
        residual for point clouds; None where nothing is known.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.magnitude_solution([[0.0], [1.0]])
    MagnitudeSolution(2 weights, magnitude 1.46212, cholesky)
    """

    weights: Float
    method: str
    n_iterations: int
    residual: float
    condition: float | None
    error: float | None

    @property
    def magnitude(self) -> float:
        """Sum of the weights."""
        return float(self.weights.sum())

    def __repr__(self) -> str:
        return f"MagnitudeSolution({self.weights.size} weights, magnitude {self.magnitude:.6g}, {self.method})"
