"""Sums of separable functions on a product grid."""

import numpy as np

from tdainv._numba import kernel


@kernel
def sum_of_products(left, right):
    """Σ_i left[i, r] right[i, s] as an array over (r, s).

    A matrix product, but of a size at which BLAS would wake threads that cost more than they bring, in particular
    when clouds are already spread over threads.
    """
    result = np.zeros((left.shape[1], right.shape[1]))
    for i in range(left.shape[0]):
        for r in range(left.shape[1]):
            factor = left[i, r]
            if factor != 0.0:  # far from the atom the Gaussian is zero in floating point
                for s in range(right.shape[1]):
                    result[r, s] += factor * right[i, s]
    return result
