"""Atoms of the measures of many small filtrations: sorted, collected, and numbered by their coordinates."""

import numpy as np

from tdainv._numba import inline_kernel, kernel


@inline_kernel
def sort_atoms(xs, ys, weights, n):
    """Sort the first n atoms lexicographically, in place: shell sort, for there are few."""
    gap = 1
    while 9 * gap < 4 * n:  # gaps grow by 9/4
        gap = (9 * gap) // 4 + 1
    while gap > 0:
        for i in range(gap, n):
            x, y, weight = xs[i], ys[i], weights[i]
            j = i
            while j >= gap and (xs[j - gap] > x or (xs[j - gap] == x and ys[j - gap] > y)):
                xs[j] = xs[j - gap]
                ys[j] = ys[j - gap]
                weights[j] = weights[j - gap]
                j -= gap
            xs[j] = x
            ys[j] = y
            weights[j] = weight
        gap = (4 * gap) // 9


@inline_kernel
def collect_sorted(xs, ys, weights, n, at, points, masses):
    """Write the first n atoms, which are sorted, to `points` and `masses` from `at` on; returns where they end.

    Atoms at one place become one, and those of mass 0 none.
    """
    i = 0
    while i < n:
        x, y = xs[i], ys[i]
        mass = 0
        while i < n and xs[i] == x and ys[i] == y:
            mass += weights[i]
            i += 1
        if mass != 0:
            points[at, 0] = x
            if points.shape[1] > 1:
                points[at, 1] = y
            masses[at] = mass
            at += 1
    return at


@inline_kernel
def _sort_runs(order, column, first, last, buffer):
    """Sort the numbers order[first:last] by their entries in a column: merge sort, starting from the runs there are."""
    n_runs = 2
    while n_runs > 1:
        n_runs = 0
        begin = first
        while begin < last:
            middle = begin + 1
            while middle < last and column[order[middle - 1]] <= column[order[middle]]:
                middle += 1
            end = min(middle + 1, last)
            while end < last and column[order[end - 1]] <= column[order[end]]:
                end += 1
            i, j = begin, middle
            for k in range(begin, end):
                if j >= end or (i < middle and column[order[i]] <= column[order[j]]):
                    buffer[k] = order[i]
                    i += 1
                else:
                    buffer[k] = order[j]
                    j += 1
            n_runs += 1
            begin = end
        for k in range(first, last):
            order[k] = buffer[k]


@kernel
def ranks_of_owners(owners, column, n_owners):
    """Ranks of coordinates, where those of each owner come before those of the next; the coordinates; first ranks.

    The rank of an infinite coordinate is inf. A column of a few increasing runs an owner takes linear time.
    """
    n = column.size
    begins = np.zeros(n_owners + 1, np.int64)
    for i in range(n):
        begins[owners[i] + 1] += 1
    for k in range(n_owners):
        begins[k + 1] += begins[k]
    following = begins.copy()
    order = np.empty(n, np.int64)
    for i in range(n):
        order[following[owners[i]]] = i
        following[owners[i]] += 1
    buffer = np.empty(n, np.int64)
    ranks = np.empty(n)
    values = np.empty(n)
    starts = np.zeros(n_owners + 1, np.int64)
    rank = -1
    for k in range(n_owners):
        first, last = begins[k], begins[k + 1]
        _sort_runs(order, column, first, last, buffer)
        for j in range(first, last):
            value = column[order[j]]
            if j == first or value != column[order[j - 1]]:
                rank += 1
                values[rank] = value + 0.0
            ranks[order[j]] = rank if value < np.inf else np.inf
        starts[k + 1] = rank + 1
    return ranks, values[: rank + 1], starts


@kernel
def collect_ranked(points, weights, first_values, second_values, starts):
    """Collected points, weights, and where those of each owner begin, of atoms at ranks (see ``ranks_of_owners``).

    `points` are ranks, (k, p) with p <= 2; `starts` are the first ranks of the owners along the first axis.
    """
    n, p = points.shape
    buckets = np.zeros(first_values.size + 1, np.int64)
    for i in range(n):
        buckets[np.int64(points[i, 0]) + 1] += 1
    for rank in range(first_values.size):
        buckets[rank + 1] += buckets[rank]
    following = buckets.copy()
    seconds = np.zeros(n)
    masses = np.empty(n, np.int64)
    for i in range(n):
        place = following[np.int64(points[i, 0])]
        following[np.int64(points[i, 0])] += 1
        if p > 1:
            seconds[place] = points[i, 1]
        masses[place] = weights[i]
    found = np.empty((n, p))
    found_masses = np.empty(n, np.int64)
    begins = np.zeros(starts.size, np.int64)
    at = np.int64(0)
    for k in range(starts.size - 1):
        for rank in range(starts[k], starts[k + 1]):
            first, last = buckets[rank], buckets[rank + 1]
            if first == last:
                continue
            ys, signs = seconds[first:last], masses[first:last]
            sort_atoms(ys, ys, signs, last - first)
            end = collect_sorted(ys, ys, signs, last - first, at, found, found_masses)
            for i in range(at, end):
                found[i, 0] = first_values[rank]
                if p > 1:
                    found[i, 1] = second_values[np.int64(found[i, 1])]
            at = end
        begins[k + 1] = at
    return found[:at], found_masses[:at], begins
