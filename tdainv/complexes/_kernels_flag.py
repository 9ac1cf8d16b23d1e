"""The reduced flag multifiltration: which edges and triangles carry all of H0 and H1.

Everything here is in *working labels*: vertices 0..n-1 numbered by a linear extension of their grades f. An edge
(a, b) with a < b is the integer b << 16 | a, its *code*; edges are totally ordered by (value, code). ``ranks`` holds
the coordinates of f as dense ranks, one column a function (no column in the one-parameter case), and ``prefix[v]``
is the number of vertices u with f(u) <= f(v) where f is one function (or none: then it is n).

The theorem with its proof is in docs/theory/reduced_flag.md; the names (lune, apex, redundant, critical) are those
used there. In one parameter it is the reduced Rips complex of Koyama, Memoli, Robins and Turner (arXiv:2307.16333).
"""

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel
from tdainv.complexes._kernels_bits import (
    bit,
    doubled,
    first_common,
    lowest_bit,
)

LOW_HALF = np.uint64(0xFFFF)
NO_APEX = np.int64(-1)
BITS_OF_INF = np.int64(0x7FF0000000000000)


@kernel
def cone_radii(distances, ranks):
    """Radius from which on every sublevel complex that has a vertex of the same level as v is a cone.

    One function: the largest enclosing radius min_u max_w d(u, w) over the prefixes of vertices that end at v's
    level or later. No function: that of all vertices. Several: the largest eccentricity of a minimal vertex.
    """
    n, q = ranks.shape
    radii = np.empty(n)
    # Numbers that are not negative compare as their bits do, and extremes of integers vectorise.
    bits = distances.view(np.int64)
    radius_bits = radii.view(np.int64)
    if q == 1:
        eccentricity = np.zeros(n, np.int64)
        for v in range(n):
            farthest = np.int64(0)
            for u in range(v):
                eccentricity[u] = max(eccentricity[u], bits[v, u])
                farthest = max(farthest, bits[v, u])
            eccentricity[v] = farthest
            radius = farthest
            for u in range(v):
                radius = min(radius, eccentricity[u])
            radius_bits[v] = radius
        for v in range(n - 2, -1, -1):
            radius_bits[v] = max(radius_bits[v], radius_bits[v + 1])
        for v in range(1, n):
            if ranks[v, 0] == ranks[v - 1, 0]:
                radius_bits[v] = radius_bits[v - 1]
        return radii
    result = BITS_OF_INF if q == 0 else np.int64(0)
    for v in range(n):
        farthest = np.int64(0)
        for u in range(n):
            farthest = max(farthest, bits[v, u])
        if q == 0:
            result = min(result, farthest)
        elif _is_minimal(ranks, v):
            result = max(result, farthest)
    for v in range(n):
        radius_bits[v] = result
    return radii


@inline_kernel
def _is_minimal(ranks, v):
    for u in range(ranks.shape[0]):
        below = True
        strictly = False
        for c in range(ranks.shape[1]):
            below &= ranks[u, c] <= ranks[v, c]
            strictly |= ranks[u, c] < ranks[v, c]
        if below and strictly:
            return False
    return True


@kernel
def list_edges(distances, radii, scale):
    """Values (float32, times scale) and codes of the edges (a, b), a < b, of value at most radii[b]."""
    n = radii.size
    count = 0
    for b in range(n):
        for a in range(b):
            count += distances[b, a] <= radii[b]
    values = np.empty(count + 1, np.float32)
    codes = np.empty(count + 1, np.uint32)
    i = 0
    for b in range(n):
        for a in range(b):
            # Without a branch, which would often be mispredicted: what is not wanted is written over.
            values[i] = distances[b, a] * scale
            codes[i] = (b << 16) | a
            i += distances[b, a] <= radii[b]
    return values[:count], codes[:count]


@kernel
def resolve_rounding(distances, keys):
    """Sort by (exact value, code), within runs of equal rounded value, keys that are sorted by (rounded value, code).

    Returns the sorted keys, or an empty array if a long run is out of order, where insertion would be quadratic.
    """
    keys = keys.copy()
    start = 0
    for stop in range(1, keys.size + 1):
        if stop < keys.size and keys[stop] >> np.uint64(32) == keys[start] >> np.uint64(32):
            continue
        for i in range(start + 1, stop):
            key = keys[i]
            value = distances[(key >> np.uint64(16)) & LOW_HALF, key & LOW_HALF]
            j = i
            while j > start:
                previous = keys[j - 1]
                if distances[(previous >> np.uint64(16)) & LOW_HALF, previous & LOW_HALF] <= value:
                    break
                keys[j] = previous
                j -= 1
            keys[j] = key
            if i - j > 256:
                return keys[:0]
        start = stop
    return keys


@inline_kernel
def _below(ranks, z, a, b):
    """Whether f(z) <= f(a) v f(b)."""
    for c in range(ranks.shape[1]):
        if ranks[z, c] > max(ranks[a, c], ranks[b, c]):
            return False
    return True


@block_kernel
def _open_lune_chain(adjacency, a, b, end, lune, low, remaining):
    """Write the lune of e = (a, b) to `lune` and `remaining`, and its points below `end` to `low`.

    These are its points z with f(z) <= F(e) where the vertex order is the order of grades: triangles on e with them
    have the grade of e. Returns the number of words of `low` that may be non-zero.
    """
    low_words = (end + 63) >> 6
    for w in range(lune.size):
        word = adjacency[a, w] & adjacency[b, w]
        lune[w] = word
        remaining[w] = word
        low[w] = word if w < low_words else np.uint64(0)
    if end & 63:
        low[low_words - 1] &= bit(end) - np.uint64(1)
    return low_words


@inline_kernel
def _open_lune_partial(adjacency, a, b, ranks, lune, low, remaining):
    """Do as _open_lune_chain where grades are only partially ordered; `low` may have any word non-zero."""
    for w in range(lune.size):
        lune[w] = adjacency[a, w] & adjacency[b, w]
        remaining[w] = lune[w]
        low[w] = 0
        rest = lune[w]
        while rest:
            z = w * 64 + lowest_bit(rest)
            rest &= rest - np.uint64(1)
            if _below(ranks, z, a, b):
                low[w] |= bit(z)


@block_kernel
def _absorb(component, low, low_words, remaining, adjacency):
    """Grow `component` to a whole component of the graph on `low`; `remaining` loses what its points cover."""
    grown = True
    while grown:
        grown = False
        for w in range(low_words):
            candidates = low[w] & remaining[w]
            while candidates:
                z = w * 64 + lowest_bit(candidates)
                candidates &= candidates - np.uint64(1)
                # Asking the uncovered points whether they touch the component ends sooner than expanding all of it.
                touches = False
                for i in range(low_words):
                    if adjacency[z, i] & component[i]:
                        touches = True
                        break
                if touches:
                    grown = True
                    for i in range(low.size):
                        component[i] |= low[i] & adjacency[z, i]
                        remaining[i] &= ~adjacency[z, i]
                    candidates &= remaining[w]


@inline_kernel
def _record(triangles, count, a, b, apex, v):
    """Write a critical triangle to a flat list of quadruples, which has room; returns the new count."""
    triangles[4 * count] = a
    triangles[4 * count + 1] = b
    triangles[4 * count + 2] = apex
    triangles[4 * count + 3] = v
    return count + 1


@block_kernel
def _split_low(low, low_words, remaining, component, adjacency, a, b, triangles, count):
    """Apex of (a, b), or -1, and a critical triangle for each component of the low part but the apex's (lemma 4)."""
    apex = first_common(low, remaining, low_words)
    v = apex
    while v >= 0:
        if v != apex:
            count = _record(triangles, count, a, b, apex, v)
        for w in range(low.size):
            component[w] = low[w] & adjacency[v, w]
            remaining[w] &= ~adjacency[v, w]
        _absorb(component, low, low_words, remaining, adjacency)
        v = first_common(low, remaining, low_words)
    return apex, count


@inline_kernel
def _precedes(ranks, z, v, a, b):
    """Whether F(e) v f(z) <= F(e) v f(v), with z < v where these joins are equal."""
    equal = True
    for c in range(ranks.shape[1]):
        level = max(ranks[a, c], ranks[b, c])
        if ranks[z, c] > max(level, ranks[v, c]):
            return False
        equal &= max(level, ranks[z, c]) == max(level, ranks[v, c])
    return z < v or not equal


@inline_kernel
def _later_partial(lune, remaining, adjacency, ranks, a, b, triangles, count):
    """Critical triangles on e = (a, b) with points above F(e), where grades are only partially ordered."""
    for w in range(lune.size):
        while remaining[w]:
            v = w * 64 + lowest_bit(remaining[w])
            remaining[w] &= remaining[w] - np.uint64(1)
            redundant = False
            for i in range(lune.size):
                touching = adjacency[v, i] & lune[i]
                while touching and not redundant:
                    redundant = _precedes(ranks, i * 64 + lowest_bit(touching), v, a, b)
                    touching &= touching - np.uint64(1)
                if redundant:
                    break
            if not redundant:
                count = _record(triangles, count, a, b, NO_APEX, v)
    return count


@block_kernel
def _later_chain(lune, remaining, adjacency, a, b, triangles, count):
    """Critical triangles on e = (a, b) with points above F(e), where the vertex order is the order of grades."""
    for w in range(lune.size):
        while remaining[w]:
            v = w * 64 + lowest_bit(remaining[w])
            redundant = False
            for i in range(w):
                if adjacency[v, i] & lune[i]:
                    redundant = True
                    break
            if not redundant and not adjacency[v, w] & lune[w] & (bit(v) - np.uint64(1)):
                count = _record(triangles, count, a, b, NO_APEX, v)
            for i in range(lune.size):
                remaining[i] &= ~adjacency[v, i]
    return count


@kernel
def reduce_flag(keys, ranks, prefix):
    """Codes of the critical edges, in order, and the critical triangles of the reduced flag multifiltration.

    Parameters: keys of the edges in increasing order (the code is the lower half), ranks (n, q), prefix (n,).
    A triangle is (a, b, apex, v): its longest edge (a, b), its third vertex v, and, where (a, b) cancels with the
    triangle (a, b, apex) of the same grade and (a, b, v) has that grade too, the apex; otherwise -1.

    Takes O(E n / 64) word operations and n^2 / 8 bytes: ``adjacency[v]`` is the neighbourhood of v in the graph of
    the edges so far, v included. No triangle is ever listed.
    """
    n = prefix.size
    words = (n + 63) // 64
    adjacency = np.zeros((n, words), np.uint64)
    for v in range(n):
        adjacency[v, v >> 6] |= bit(v)
    lune = np.empty(words, np.uint64)
    low = np.empty(words, np.uint64)
    remaining = np.empty(words, np.uint64)
    component = np.empty(words, np.uint64)
    # The point that covered the last lune, and that covered the last lune at each vertex: they mostly do so again.
    last_cover = 0
    cover_at = np.zeros(n, np.int64)
    edges = np.empty(4 * n, np.uint32)
    n_edges = 0
    triangles = np.empty(16 * n, np.int32)
    n_triangles = np.int64(0)
    for key in keys:
        b = np.int64((key >> np.uint64(16)) & LOW_HALF)
        a = np.int64(key & LOW_HALF)
        covered = False
        for attempt in range(3):
            z = last_cover if attempt == 0 else (cover_at[a] if attempt == 1 else cover_at[b])
            # Written out: this is most of the time, and calls with arrays would be most of that.
            common = adjacency[a, z >> 6] & adjacency[b, z >> 6] & bit(z)
            below = common != 0
            for c in range(ranks.shape[1]):
                below &= ranks[z, c] <= max(ranks[a, c], ranks[b, c])
            if below:
                apart = np.uint64(0)
                for w in range(words):
                    apart |= adjacency[a, w] & adjacency[b, w] & ~adjacency[z, w]
                    if apart:
                        break
                covered = apart == 0
                if covered:
                    break
        if not covered:
            if 4 * (n_triangles + n) > triangles.size:  # room for all triangles on this edge
                triangles = doubled(triangles)
            if ranks.shape[1] <= 1:
                low_words = _open_lune_chain(adjacency, a, b, max(prefix[a], prefix[b]), lune, low, remaining)
            else:
                low_words = words
                _open_lune_partial(adjacency, a, b, ranks, lune, low, remaining)
            z, n_triangles = _split_low(low, low_words, remaining, component, adjacency, a, b, triangles, n_triangles)
            if z < 0:
                if n_edges == edges.size:
                    edges = doubled(edges)
                edges[n_edges] = key & np.uint64(0xFFFFFFFF)
                n_edges += 1
            left = np.uint64(0)
            for w in range(words):
                left |= remaining[w]
            if left:
                if ranks.shape[1] <= 1:
                    n_triangles = _later_chain(lune, remaining, adjacency, a, b, triangles, n_triangles)
                else:
                    n_triangles = _later_partial(lune, remaining, adjacency, ranks, a, b, triangles, n_triangles)
        if z >= 0:
            last_cover = z
            cover_at[a] = z
            cover_at[b] = z
        adjacency[a, b >> 6] |= bit(b)
        adjacency[b, a >> 6] |= bit(a)
    return edges[:n_edges], triangles[: 4 * n_triangles].reshape((n_triangles, 4))
