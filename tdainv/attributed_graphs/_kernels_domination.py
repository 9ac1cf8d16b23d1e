"""Vertices of a graph that its flag complex does not need."""

import numpy as np

from tdainv._numba import kernel


@kernel
def undominated(adjacency, classes):
    """Mask of the vertices that are left when dominated ones are removed, one after the other, class by class.

    A vertex x is dominated by a neighbour y if all neighbours of x are y or neighbours of y. Removing it is a strong
    collapse of the flag complex (Barmak and Minian 2012). If x and y are in one class, and sets of classes are added
    together, it is one at every step of any filtration by classes, and so changes none of them.
    """
    n = adjacency.shape[0]
    n_words = (n + 63) // 64
    bits = np.zeros((n, n_words), np.uint64)
    for u in range(n):
        for v in range(n):
            if adjacency[u, v] or u == v:
                bits[u, v >> 6] |= np.uint64(1) << np.uint64(v & 63)
    kept = np.ones(n, np.bool_)
    changed = True
    while changed:
        changed = False
        for x in range(n):
            if not kept[x]:
                continue
            for y in range(n):
                if y == x or not kept[y] or classes[y] != classes[x] or not adjacency[x, y]:
                    continue
                inside = True
                for w in range(n_words):
                    if bits[x, w] & ~bits[y, w]:
                        inside = False
                        break
                if inside:
                    kept[x] = False
                    changed = True
                    for u in range(n):
                        bits[u, x >> 6] &= ~(np.uint64(1) << np.uint64(x & 63))
                    break
    return kept
