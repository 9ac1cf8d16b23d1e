"""Sums of separable functions on a product grid."""

import numpy as np

from tdainv._numba import kernel

LARGEST = 60 * np.log(2)  # exp is several times slower where its result is close to the smallest numbers
GREATEST = np.finfo(np.float64).max
NEGLIGIBLE = 1.001 * 2.0**-60  # a Gaussian that small adds less than rounding does, and zeros are skipped


_CHUNK = 32  # atoms, a multiple of 4: their tables stay in the first cache


@kernel
def add_products(left, right, starts, result):
    """Add Σ_i left[i, r] right[i, s], over starts[m] <= i < starts[m + 1], to result[m, r, s].

    Matrix products, but of a size at which BLAS would wake threads that cost more than they bring, in particular
    when clouds are already spread over threads. Four terms of two rows at a time: numbers are read less often.
    """
    n_rows = left.shape[1]
    for m in range(starts.size - 1):
        for first in range(starts[m], starts[m + 1], _CHUNK):
            stop = min(first + _CHUNK, starts[m + 1])
            last = stop - (stop - first) % 4
            for r in range(0, n_rows, 2):
                t = min(r + 1, n_rows - 1)
                one = 1.0 if t > r else 0.0  # the last row of an odd number: its partner is itself, times zero
                for i in range(first, last, 4):
                    a, b, c, d = left[i, r], left[i + 1, r], left[i + 2, r], left[i + 3, r]
                    e, f, g, h = one * left[i, t], one * left[i + 1, t], one * left[i + 2, t], one * left[i + 3, t]
                    # Far from atoms a kernel is zero in floating point.
                    if a != 0.0 or b != 0.0 or c != 0.0 or d != 0.0 or e != 0.0 or f != 0.0 or g != 0.0 or h != 0.0:
                        for s in range(right.shape[1]):
                            k, q, u, v = right[i, s], right[i + 1, s], right[i + 2, s], right[i + 3, s]
                            result[m, r, s] += (a * k + b * q) + (c * u + d * v)
                            result[m, t, s] += (e * k + f * q) + (g * u + h * v)
                for i in range(last, stop):
                    a, e = left[i, r], one * left[i, t]
                    if a != 0.0 or e != 0.0:
                        for s in range(right.shape[1]):
                            result[m, r, s] += a * right[i, s]
                            result[m, t, s] += e * right[i, s]


@kernel
def gaussian_exponents(coordinates, axis, width, exponents):
    """Write -((coordinates[i] - axis[j]) / width)² / 2 to exponents[i, j], but at least -LARGEST."""
    factor = min(np.sqrt(0.5) / width, GREATEST)  # zero times infinity is no number
    for i in range(coordinates.size):
        for j in range(axis.size):
            u = (coordinates[i] - axis[j]) * factor
            exponents[i, j] = -min(u * u, LARGEST)


@kernel
def drop_negligible(table):
    """Set what the Gaussian is at LARGEST to zero."""
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            table[i, j] = table[i, j] if table[i, j] > NEGLIGIBLE else 0.0
