"""Edge collapse of flag filtrations: which edges can go, and which can come later, without a change of homology.

Values of edges are integers here, their ranks among the distinct values, ``NEVER`` where there is no edge and -1 on
the diagonal. The criterion with its proof is in the docstring of tdainv/complexes/edge_collapse.py.
"""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.complexes._kernels_bits import bit, lowest_bit

NEVER = np.int32(2**31 - 1)
BLOCK = 128  # columns compared between two looks at the result
N_WITNESSES = 4
SPARSE = 16  # vertices with fewer than n / SPARSE neighbours are treated by lists of neighbours


@inline_kernel
def _allowed(ranks, c, u, v):
    """Whether f(c) <= f(u) v f(v)."""
    for k in range(ranks.shape[1]):
        if ranks[c, k] > max(ranks[u, k], ranks[v, k]):
            return False
    return True


@inline_kernel
def _escape(values, c, entrance, time):
    """When the common neighbours first include a vertex that c is not joined to, if not at `time`.

    Vertex w is a common neighbour from entrance[w] on, or from `time` if that is later, and c is then joined to it if
    values[c, w] is not larger. Ends early, with `time`, if c fails at once.
    """
    n = entrance.size
    earliest = NEVER
    for start in range(0, n, BLOCK):
        for w in range(start, min(n, start + BLOCK)):
            at = max(entrance[w], time)
            earliest = min(earliest, at if values[c, w] > at else NEVER)
        if earliest <= time:
            break
    return earliest


@inline_kernel
def _escape_among(values, c, members, entrance, size, time, bound):
    """Do as _escape for a list of vertices with their entrances; ends early at `bound`. Also returns who escaped."""
    earliest = NEVER
    witness = np.int32(-1)
    for start in range(0, size, BLOCK):
        stop = min(size, start + BLOCK)
        lowest = NEVER
        for i in range(start, stop):
            at = max(entrance[i], time)
            lowest = min(lowest, at if values[c, members[i]] > at else NEVER)
        if lowest < earliest:
            earliest = lowest
            if lowest == time:
                for i in range(start, stop):
                    if entrance[i] <= time and values[c, members[i]] > time:
                        witness = members[i]
                        break
            if earliest <= bound:
                break
    return earliest, witness


@inline_kernel
def _list_common(values, adjacency, u, v, members, moments):
    """List the vertices that are common neighbours of u and v at some time, with the times; returns their number.

    The one that enters first is listed first: it lies midway, if there is a geometry, and dominates most.
    """
    size = 0
    first = 0
    for word in range(adjacency.shape[1]):
        common = adjacency[u, word] & adjacency[v, word]
        while common:
            w = word * 64 + lowest_bit(common)
            common &= common - np.uint64(1)
            members[size] = w
            moments[size] = max(values[u, w], values[v, w])
            if moments[size] < moments[first]:
                first = size
            size += 1
    members[0], members[first] = members[first], members[0]
    moments[0], moments[first] = moments[first], moments[0]
    return size


@kernel
def delay_edges(values, ranks, edges, adjacency):
    """Visit edges (m, 2) in order and give each, in `values`, the latest value that domination allows; in place.

    Edge e = (u, v) has time t. While a common neighbour c with f(c) <= F(e), present at t, is joined to all common
    neighbours, t moves on to the moment at which that fails for each such c; if it never does, e goes. ``ranks``
    (n, q) are dense ranks of f; ``adjacency`` holds the neighbourhoods and loses edges that go. O(n) for most edges,
    where a vertex that dominated an edge nearby does so again; O(n / 64) and the square of the number of common
    neighbours a move at worst.
    """
    n = values.shape[0]
    degrees = np.zeros(n, np.int64)
    for i in range(edges.shape[0]):
        degrees[edges[i, 0]] += 1
        degrees[edges[i, 1]] += 1
    entrance = np.empty(n, np.int32)
    members = np.empty(n, np.int32)
    moments = np.empty(n, np.int32)
    witnesses = np.empty(N_WITNESSES, np.int64)
    # The vertex that dominated last, and that dominated the last edge at each vertex: they mostly do so again.
    recent = 0
    recent_at = np.zeros(n, np.int64)
    for i in range(edges.shape[0]):
        u = edges[i, 0]
        v = edges[i, 1]
        time = values[u, v]
        moved = time
        c = 0
        if min(degrees[u], degrees[v]) * SPARSE > n:  # otherwise the list below is shorter work than a row
            for w in range(n):
                entrance[w] = max(values[u, w], values[v, w])
            for attempt in range(3):
                c = recent if attempt == 0 else (recent_at[u] if attempt == 1 else recent_at[v])
                if c != u and c != v and entrance[c] <= time and _allowed(ranks, c, u, v):
                    moved = max(moved, _escape(values, c, entrance, time))
                    if moved == NEVER:
                        break
        # Vertices that others failed to be joined to: most candidates fail at one of them, before a look at the rest.
        n_witnesses = 0
        size = _list_common(values, adjacency, u, v, members, moments) if moved < NEVER else 0
        searched = np.int32(-1)
        while searched < moved < NEVER:
            searched = moved
            for j in range(size):
                c = np.int64(members[j])
                if moments[j] > searched:
                    continue
                covers = _allowed(ranks, c, u, v)
                for k in range(min(n_witnesses, N_WITNESSES)):
                    covers &= values[c, witnesses[k]] <= searched
                if not covers:
                    continue
                escape, witness = _escape_among(values, c, members, moments, size, searched, moved)
                if escape > moved:
                    moved = escape
                    if moved == NEVER:
                        break
                elif escape == searched:
                    witnesses[n_witnesses % N_WITNESSES] = witness
                    n_witnesses += 1
        if moved == NEVER:
            recent = c
            recent_at[u] = c
            recent_at[v] = c
            adjacency[u, v >> 6] &= ~bit(v)
            adjacency[v, u >> 6] &= ~bit(u)
        values[u, v] = moved
        values[v, u] = moved
