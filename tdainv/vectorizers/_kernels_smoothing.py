"""Sums of separable functions on a product grid."""

import numpy as np

from tdainv._numba import kernel

LARGEST = 60 * np.log(2)  # exp is several times slower where its result is close to the smallest numbers
NEGLIGIBLE = 1.001 * 2.0**-60  # a Gaussian that small adds less than rounding does, and zeros are skipped


@kernel
def add_products(left, right, result):
    """Add Σ_i left[i, r] right[i, s] to result[r, s].

    A matrix product, but of a size at which BLAS would wake threads that cost more than they bring, in particular
    when clouds are already spread over threads. Four terms at a time: a row of the result is read less often.
    """
    n = left.shape[0]
    last = n - n % 4
    for r in range(left.shape[1]):
        for i in range(0, last, 4):
            a, b, c, d = left[i, r], left[i + 1, r], left[i + 2, r], left[i + 3, r]
            if a != 0.0 or b != 0.0 or c != 0.0 or d != 0.0:  # far from atoms a kernel is zero in floating point
                for s in range(right.shape[1]):
                    pair = a * right[i, s] + b * right[i + 1, s]
                    result[r, s] += pair + (c * right[i + 2, s] + d * right[i + 3, s])
        for i in range(last, n):
            a = left[i, r]
            if a != 0.0:
                for s in range(right.shape[1]):
                    result[r, s] += a * right[i, s]


@kernel
def gaussian_exponents(coordinates, axis, width, exponents):
    """Write -((coordinates[i] - axis[j]) / width)² / 2 to exponents[i, j], but at least -LARGEST."""
    for i in range(coordinates.size):
        for j in range(axis.size):
            u = (coordinates[i] - axis[j]) / width
            half = 0.5 * (u * u)
            exponents[i, j] = -min(half, LARGEST)


@kernel
def drop_negligible(table):
    """Set what the Gaussian is at LARGEST to zero."""
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            table[i, j] = table[i, j] if table[i, j] > NEGLIGIBLE else 0.0
