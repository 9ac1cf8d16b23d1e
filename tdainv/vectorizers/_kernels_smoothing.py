"""Tables of Gaussians."""

import numpy as np

from tdainv._numba import kernel

LARGEST = 60 * np.log(2)  # exp is several times slower where its result is close to the smallest numbers
GREATEST = np.finfo(np.float64).max
NEGLIGIBLE = 1.001 * 2.0**-60  # a Gaussian that small adds less than rounding does


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
