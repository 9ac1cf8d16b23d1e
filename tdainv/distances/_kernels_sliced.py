"""One-dimensional Wasserstein distances between all pairs of many measures, in one sweep over all their atoms."""

import numpy as np

from tdainv._numba import block_kernel, kernel

TILE = 1 << 16  # sums that are worked on in one pass: they stay in the cache
LEAST_ROWS = 128  # of sums in one pass: a pass reads all atoms, which has its price, too


@block_kernel
def add_jump(sums, row, cumulative, lane, count, old, new, x):
    """Add x (|old - F| - |new - F|) to a row of sums, for the values F of other cumulative functions.

    The bracket is twice the distance of F, clamped to [old, new], from the middle, with the sign of new - old.
    """
    here, other = np.uint64(row), np.uint64(lane)
    low, high, middle = min(old, new), max(old, new), 0.5 * (old + new)
    factor = 2.0 * x if new > old else -2.0 * x
    for j in range(np.uint64(count)):
        sums[here + j] += factor * (min(max(cumulative[other + j], low), high) - middle)


@block_kernel
def add_tied_jump(sums, row, before, after, lane, count, old, new, x):
    """Do the same where other functions may jump at x, too: the mean of both orders, so that neither is preferred."""
    here, other = np.uint64(row), np.uint64(lane)
    low, high, middle = min(old, new), max(old, new), 0.5 * (old + new)
    factor = 2.0 * x if new > old else -2.0 * x
    for j in range(np.uint64(count)):
        clamped = min(max(before[other + j], low), high) + min(max(after[other + j], low), high)
        sums[here + j] += factor * (0.5 * clamped - middle)


@kernel
def sweep(positions, orders, owners, weights, sums, n_lanes, first_lanes):
    """Add up the parts of some measures in ∫|F_i - F_j| over directions, for cumulative functions F on lines.

    Line l has an atom of measure owners[a] at positions[l, a], and orders[l] sorts them. With D = F_i - F_j, which is
    0 in the end, summation by parts gives ∫|D| = Σ x (|D(x-)| - |D(x)|) over the atoms of both. Those of i are added to
    sums[i, :n_lanes[i]], in which j runs from first_lanes[i] on.
    """
    n_atoms, n_measures = owners.size, sums.shape[0]
    flat, width = sums.reshape(-1), sums.shape[1]
    before, after = np.empty(n_measures), np.empty(n_measures)
    seen = np.zeros(n_measures, np.bool_)
    xs, jumps, names = np.empty(n_atoms), np.empty(n_atoms), np.empty(n_atoms, np.int64)
    height = max(LEAST_ROWS, TILE // max(width, 1))
    for line in range(positions.shape[0]):
        for k in range(n_atoms):
            a = orders[line, k]
            xs[k], jumps[k], names[k] = positions[line, a], weights[a], owners[a]
        for bottom in range(0, n_measures, height):
            top = bottom + height
            for o in range(n_measures):
                before[o] = 0.0
                after[o] = 0.0
            start = 0
            while start < n_atoms:
                end = start + 1
                while end < n_atoms and xs[end] == xs[start]:
                    end += 1
                for k in range(start, end):
                    after[names[k]] += jumps[k]
                if end == start + 1:
                    o = names[start]
                    if bottom <= o < top:
                        add_jump(flat, o * width, before, first_lanes[o], n_lanes[o], before[o], after[o], xs[start])
                    before[o] = after[o]
                else:
                    for k in range(start, end):
                        o = names[k]
                        if bottom <= o < top and not seen[o]:
                            seen[o] = True
                            add_tied_jump(
                                flat, o * width, before, after, first_lanes[o], n_lanes[o], before[o], after[o], xs[k]
                            )
                    for k in range(start, end):
                        before[names[k]] = after[names[k]]
                        seen[names[k]] = False
                start = end
