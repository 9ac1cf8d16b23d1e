"""Distances and densities of many clouds of one size."""

import numpy as np

from tdainv._kernels_exponentials import negative_powers_of_two
from tdainv._numba import kernel

_ENTRIES = 1 << 12  # that are in use together: they stay in the cache
_HALF_LOG2_E = 0.7213475204444817
_NOTHING = 1000.0  # 2**-1000 added to at least 1 changes nothing
_SMALL_WIDTH = 2.0**-500


@kernel
def euclidean_distances(coordinates):
    """Distance matrices, shape (k, n, n), of clouds with coordinates of shape (k, dim, n)."""
    n_clouds, dim, n = coordinates.shape
    distances = np.empty((n_clouds, n, n))
    for k in range(n_clouds):
        for i in range(n):
            origin = coordinates[k, 0, i]
            for j in range(n):
                gap = coordinates[k, 0, j] - origin
                distances[k, i, j] = gap * gap
            for c in range(1, dim):
                origin = coordinates[k, c, i]
                for j in range(n):
                    gap = coordinates[k, c, j] - origin
                    distances[k, i, j] += gap * gap
            for j in range(n):
                distances[k, i, j] = np.sqrt(distances[k, i, j])
    return distances


@kernel
def upper_triangles(matrices):
    """Entries above the diagonal, row by row, of matrices of shape (k, n, n)."""
    n_matrices, n = matrices.shape[:2]
    entries = np.empty((n_matrices, n * (n - 1) // 2))
    for k in range(n_matrices):
        at = 0
        for i in range(n - 1):
            row = entries[k, at : at + n - 1 - i]
            for j in range(row.size):
                row[j] = matrices[k, i, i + 1 + j]
            at += row.size
    return entries


@kernel
def gaussian_densities(distances, widths):
    """Mean over y of exp(-(d(x, y) / h)² / 2) for each point x of cloud k, from symmetric matrices, shape (k, n, n).

    The width h = 0 stands for the limit: it counts the points at distance 0. An infinite distance adds nothing.
    """
    n_clouds, n = distances.shape[:2]
    rows = min(n, max(1, _ENTRIES // n))
    values = np.empty(rows * n)
    powers = np.empty(rows * n)
    densities = np.zeros((n_clouds, n))
    for k in range(n_clouds):
        lift = 1.0 if widths[k] > _SMALL_WIDTH else 1.0 / _SMALL_WIDTH  # so that one over the smallest width is finite
        scale = 1.0 / (widths[k] * lift) if widths[k] > 0.0 else np.inf
        for first in range(0, n, rows):
            stop = min(first + rows, n)
            for i in range(first, stop):
                row = values[(i - first) * n : (i - first + 1) * n]
                for j in range(n):
                    d = distances[k, i, j]
                    u = d * lift * scale
                    row[j] = min(u * u * _HALF_LOG2_E, _NOTHING) if d > 0.0 else 0.0
            negative_powers_of_two(values, powers, (stop - first) * n)
            # Sums of columns, which are those of rows.
            for i in range(stop - first):
                row = values[i * n : (i + 1) * n]
                for j in range(n):
                    densities[k, j] += row[j]
        for j in range(n):
            densities[k, j] /= n
    return densities
