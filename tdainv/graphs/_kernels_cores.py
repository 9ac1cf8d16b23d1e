"""Core numbers of the nodes of a graph."""

import numpy as np

from tdainv._numba import kernel


@kernel
def peel(indptr, nodes):
    """Core number of each node: nodes of least degree are taken away, from a list kept sorted by what is left.

    ``order`` has the nodes by degree, ``place`` their places in it, and ``begin[k]`` is where degree k begins.
    """
    n = indptr.size - 1
    left = np.empty(n, np.int64)
    begin = np.zeros(n + 2, np.int64)
    for v in range(n):
        left[v] = indptr[v + 1] - indptr[v]
        begin[left[v] + 1] += 1
    for k in range(n + 1):
        begin[k + 1] += begin[k]
    free = begin.copy()
    order = np.empty(n, np.int64)
    place = np.empty(n, np.int64)
    for v in range(n):
        place[v] = free[left[v]]
        order[place[v]] = v
        free[left[v]] += 1
    for i in range(n):
        v = order[i]
        for j in range(indptr[v], indptr[v + 1]):
            w = nodes[j]
            if left[w] > left[v]:
                # w changes places with the first node of its degree, which then begins one later.
                start = begin[left[w]]
                first = order[start]
                order[place[w]] = first
                place[first] = place[w]
                order[start] = w
                place[w] = start
                begin[left[w]] = start + 1
                left[w] -= 1
    return left
