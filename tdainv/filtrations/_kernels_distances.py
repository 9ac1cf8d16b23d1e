"""Euclidean distances of many clouds of one size."""

import numpy as np

from tdainv._numba import kernel


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
