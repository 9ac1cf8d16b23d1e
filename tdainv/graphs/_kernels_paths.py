"""Lengths of shortest paths where all edges have length one."""

import numpy as np

from tdainv._numba import kernel


@kernel
def count_steps(indptr, nodes, first, last):
    """Numbers of steps from each of the nodes first, ..., last - 1 to all nodes, inf where no path leads."""
    n = indptr.size - 1
    steps = np.full((last - first, n), np.inf)
    queue = np.empty(n, np.int64)
    for row in range(last - first):
        queue[0] = first + row
        steps[row, first + row] = 0.0
        head, tail = 0, 1
        while head < tail:
            v = queue[head]
            head += 1
            following = steps[row, v] + 1.0
            for j in range(indptr[v], indptr[v + 1]):
                w = nodes[j]
                if steps[row, w] == np.inf:
                    steps[row, w] = following
                    queue[tail] = w
                    tail += 1
    return steps
