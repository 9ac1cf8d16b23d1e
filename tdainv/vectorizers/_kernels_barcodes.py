"""Kernels between barcodes: one barcode against many, which lie one after the other between offsets."""

import math

import numpy as np

from tdainv._numba import inline_kernel, kernel


@kernel
def gaussian_sums(first, first_weights, others, other_weights, offsets, bandwidth):
    """Σ_i Σ_j v_i w_j exp(-|p_i - q_j|² / (2 h²)) for each of the others; the last axis is (birth, death)."""
    result = np.zeros(offsets.size - 1)
    factor = -0.5 / bandwidth**2
    for other in range(offsets.size - 1):
        total = 0.0
        for i in range(len(first)):
            birth, death, inner = first[i, 0], first[i, 1], 0.0
            for j in range(offsets[other], offsets[other + 1]):
                exponent = factor * ((birth - others[j, 0]) ** 2 + (death - others[j, 1]) ** 2)
                if exponent > -745.0:  # below, exp is 0
                    inner += other_weights[j] * math.exp(exponent)
            total += first_weights[i] * inner
        result[other] = total
    return result


@kernel
def mirrored_sums(first, others, offsets, bandwidth):
    """Σ_i Σ_j exp(-|p_i - q_j|² / (2 h²)) - exp(-|p_i - q̄_j|² / (2 h²)) with q̄ = (death, birth).

    Since |p - q̄|² = |p - q|² + 2 (d_p - b_p) (d_q - b_q), no digits are lost near the diagonal.
    """
    result = np.zeros(offsets.size - 1)
    factor = -0.5 / bandwidth**2
    for other in range(offsets.size - 1):
        total = 0.0
        for i in range(len(first)):
            birth, death = first[i, 0], first[i, 1]
            for j in range(offsets[other], offsets[other + 1]):
                exponent = factor * ((birth - others[j, 0]) ** 2 + (death - others[j, 1]) ** 2)
                if exponent > -745.0:
                    mirrored = 2.0 * factor * (death - birth) * (others[j, 1] - others[j, 0])
                    total -= math.exp(exponent) * math.expm1(mirrored)
        result[other] = total
    return result


@inline_kernel
def _completed(first, others, start, stop):
    """The bars of two barcodes, then their projections to the diagonal, in the same order."""
    n = len(first)
    size = n + stop - start
    points = np.empty((2 * size, 2))
    for k in range(size):
        if k < n:
            points[k, 0], points[k, 1] = first[k, 0], first[k, 1]
        else:
            points[k, 0], points[k, 1] = others[start + k - n, 0], others[start + k - n, 1]
        middle = 0.5 * (points[k, 0] + points[k, 1])
        points[size + k, 0], points[size + k, 1] = middle, middle
    return points


@kernel
def fisher_distances(first, others, offsets, bandwidth):
    """Fisher information distances of the smoothed and completed barcodes.

    These are arccos Σ sqrt(ρ σ) = 2 arcsin(sqrt(Σ (sqrt(ρ) - sqrt(σ))²) / 2). ρ is the sum of Gaussians at `first` and
    at the projections of the other barcode to the diagonal, σ that at the other barcode and the projections of
    `first`, both normed to sum 1 over the four sets of points.
    """
    result = np.zeros(offsets.size - 1)
    factor = -0.5 / bandwidth**2
    n = len(first)
    for other in range(offsets.size - 1):
        points = _completed(first, others, offsets[other], offsets[other + 1])
        size = len(points) // 2
        densities = np.zeros((2, len(points)))
        for i in range(len(points)):
            # A bar of `first` adds to ρ and its projection to σ; for the other barcode it is the other way round.
            x, y, mine = points[i, 0], points[i, 1], int((i % size < n) != (i < size))
            own, far = 1.0, 0.0
            for j in range(i):
                exponent = factor * ((x - points[j, 0]) ** 2 + (y - points[j, 1]) ** 2)
                if exponent > -745.0:
                    value = math.exp(exponent)
                    densities[mine, j] += value
                    if int((j % size < n) != (j < size)) == mine:
                        own += value
                    else:
                        far += value
            densities[mine, i] += own
            densities[1 - mine, i] += far
        sums, chord = np.zeros(2), 0.0
        for i in range(len(points)):
            sums[0] += densities[0, i]
            sums[1] += densities[1, i]
        for i in range(len(points)):
            chord += (math.sqrt(densities[0, i] / sums[0]) - math.sqrt(densities[1, i] / sums[1])) ** 2
        result[other] = 2.0 * math.asin(min(1.0, 0.5 * math.sqrt(chord)))  # no digits lost for close barcodes
    return result
