"""Largest eigenvalues of a symmetric operator, by the Lanczos method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tdainv._typing import Float

_PRECISION = 1e-11
# A norm that is smaller, relatively, is rounding: the space spanned so far is invariant.
_NOTHING = 1e-13
# Eigenvalues that are looked for at once among those that were missed.
_CHECKED = 2

Operator = Callable[[Float], Float]


def largest_eigenpairs(operator: Operator, n: int, count: int) -> tuple[Float, Float]:
    """The `count` largest eigenvalues of a positive semidefinite operator on R^n, decreasing, and vectors as columns.

    A random start meets one direction of each eigenspace, and others come in by rounding, perhaps too late. So what is
    found is projected away and the search begun again, until nothing larger than the least eigenvalue turns up.

    Every product of the basis with a vector goes through einsum, which runs on one thread without BLAS: several
    threads that wait for each other at thousands of small products take ten times longer on a busy machine.
    """
    rng = np.random.default_rng(0)
    values, vectors = np.zeros(0), np.zeros((0, n))
    while True:
        floor = values[-1] if len(values) == count else 0.0
        start, wanted = rng.normal(size=n), max(count - len(values), _CHECKED)
        more, others = _krylov(_Deflated(operator, vectors), start, wanted, floor)
        found = more > floor * (1.0 + _PRECISION)
        values, vectors = np.append(values, more[found]), np.vstack([vectors, others[found]])
        order = np.argsort(-values, kind="stable")[:count]
        values, vectors = values[order], vectors[order]
        if not found.any():
            return values, vectors.T


class _Deflated:
    """Operator on the orthogonal complement of known eigenvectors, the rows of an array."""

    def __init__(self, operator: Operator, known: Float) -> None:
        self._operator = operator
        self._known = known

    def remove(self, vector: Float) -> Float:
        """Project to the complement."""
        return _without(self._known, vector)

    def __call__(self, vector: Float) -> Float:
        return self.remove(self._operator(vector))


def _krylov(operator: _Deflated, start: Float, count: int, floor: float) -> tuple[Float, Float]:
    """Up to `count` largest eigenvalues and vectors as rows; fewer, if no others are met, or none reaches the floor."""
    from scipy.linalg import eigh_tridiagonal

    n = len(start)
    step = max(10, count // 5)
    basis = np.zeros((min(n, 4 * count + 40), n))
    diagonal, beside = np.zeros(n), np.zeros(n)
    vector = _unit(operator.remove(operator(start)))
    for m in range(1, n + 1):
        if m > len(basis):
            basis = np.vstack([basis, np.zeros((min(n, 2 * m) - len(basis), n))])
        basis[m - 1] = vector
        following = operator(vector)
        diagonal[m - 1] = np.einsum("i,i", vector, following)
        # Local terms first: what is left for the full projection is rounding, and once is enough.
        following -= diagonal[m - 1] * vector
        if m > 1:
            following -= beside[m - 2] * basis[m - 2]
        following = _without(basis[:m], following)
        beside[m - 1] = np.sqrt(np.einsum("i,i", following, following))
        ended = m == n or beside[m - 1] <= _NOTHING * diagonal[:m].max()
        if ended or (m >= count and m % step == 0):
            wanted = (max(0, m - count), m - 1)
            ritz, small = eigh_tridiagonal(
                diagonal[:m], beside[: m - 1], select="i", select_range=wanted, lapack_driver="stemr"
            )
            error = beside[m - 1] * np.abs(small[-1])
            if ended or (error <= _PRECISION * ritz).all() or (ritz + error).max() < floor:
                return ritz[::-1], small.T[::-1] @ basis[:m]
        vector = following / beside[m - 1]
    raise AssertionError  # the last round ends


def _without(rows: Float, vector: Float) -> Float:
    """Project away orthonormal rows."""
    return np.asarray(vector - np.einsum("ij,i->j", rows, np.einsum("ij,j->i", rows, vector)))


def _unit(vector: Float) -> Float:
    return np.asarray(vector / np.sqrt(np.einsum("i,i", vector, vector)))
