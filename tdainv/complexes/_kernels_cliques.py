"""Cliques of a graph, dimension by dimension: all of them as a tree, and those that matter as nested lunes.

In the tree the children of a simplex are its cofaces by a later vertex. The k-simplices are listed in lexicographic
order of their vertices; ``last[i]`` is the last vertex of simplex i, and ``start[i]:start[i + 1]`` are the numbers of
its children among the (k+1)-simplices. ``adjacency`` has a bit set a vertex.

The *lune* of an edge e = (a, b) is the set of the z with (a, z), (b, z) before e, in a total order of the edges. A
simplex is e_1 + e_2 + ..., with a vertex at the end if their number is odd, where e_1 is its longest edge, e_2 the
longest edge of the other vertices, and so on: e_{i+1} and the last vertex lie in the lunes of e_1, ..., e_i.
"""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.complexes._kernels_bits import bit, doubled, lowest_bit, row_contains


@kernel
def edges_within(distances, radii):
    """Edges (u, v), u < v, of value at most the radii of both ends, in lexicographic order."""
    n = radii.size
    count = 0
    for u in range(n):
        for v in range(u + 1, n):
            count += distances[u, v] <= min(radii[u], radii[v])
    edges = np.empty((count, 2), np.int32)
    i = 0
    for u in range(n):
        for v in range(u + 1, n):
            if distances[u, v] <= min(radii[u], radii[v]):
                edges[i, 0] = u
                edges[i, 1] = v
                i += 1
    return edges


@kernel
def neighbourhoods(edges, n):
    """Neighbourhood of each of n vertices, as a bit set."""
    adjacency = np.zeros((n, (n + 63) // 64), np.uint64)
    for i in range(edges.shape[0]):
        u = edges[i, 0]
        v = edges[i, 1]
        adjacency[u, v >> 6] |= bit(v)
        adjacency[v, u >> 6] |= bit(u)
    return adjacency


@kernel
def count_children(start, last, adjacency, limit):
    """Where the children of each k-simplex start, shape (n_k + 1,), given ``start`` of the (k-1)-simplices.

    The children of P + v are the P + v + w for the later siblings P + w with w adjacent to v. The count ends, with
    the last entry, as soon as it exceeds `limit`.
    """
    child_start = np.zeros(last.size + 1, np.int64)
    total = 0
    for parent in range(start.size - 1):
        for i in range(start[parent], start[parent + 1]):
            v = last[i]
            for j in range(i + 1, start[parent + 1]):
                total += row_contains(adjacency, v, last[j])
            child_start[i + 1] = total
        if total > limit:
            child_start[last.size] = total
            break
    return child_start


@kernel
def list_children(start, last, adjacency, child_start):
    """Last vertices of the (k+1)-simplices; see count_children."""
    child_last = np.empty(child_start[last.size], np.int32)
    child = 0
    for parent in range(start.size - 1):
        for i in range(start[parent], start[parent + 1]):
            v = last[i]
            for j in range(i + 1, start[parent + 1]):
                if row_contains(adjacency, v, last[j]):
                    child_last[child] = last[j]
                    child += 1
    return child_last


@kernel
def child_facets(start, last, facets, child_start, child_last):
    """Facets of the (k+1)-simplices as numbers of k-simplices, in increasing order, shape (n_{k+1}, k + 2).

    Those of S + w are S itself and, for the facets R of S, the children R + w of R: the children of S are merged with
    those of R, whose last vertices are all there, both in increasing order. ``facets`` (n_k, k + 1) are those of the
    k-simplices S.
    """
    width = facets.shape[1]
    result = np.empty((child_last.size, width + 1), np.int32)
    for i in range(last.size):
        for child in range(child_start[i], child_start[i + 1]):
            result[child, 0] = i
        for j in range(width):
            place = start[facets[i, j]]
            for child in range(child_start[i], child_start[i + 1]):
                while last[place] < child_last[child]:
                    place += 1
                result[child, j + 1] = place
    return result


@kernel
def edge_lunes(edges, order, adjacency):
    """Lunes, as bit sets, of the edges (a, b), in row order[a, b]; ``edges`` (n_edges, 2), ``order`` (n, n)."""
    words = adjacency.shape[1]
    lunes = np.zeros((edges.shape[0], words), np.uint64)
    for i in range(edges.shape[0]):
        a = edges[i, 0]
        b = edges[i, 1]
        edge = order[a, b]
        for w in range(words):
            common = adjacency[a, w] & adjacency[b, w]
            while common:
                z = w * 64 + lowest_bit(common)
                common &= common - np.uint64(1)
                if order[a, z] < edge and order[b, z] < edge:
                    lunes[edge, w] |= bit(z)
    return lunes


@inline_kernel
def _common_lune(simplex, order, lunes, common):
    """Write the intersection of the lunes of the edges of a simplex to `common`."""
    for w in range(common.size):
        common[w] = ~np.uint64(0)
    for i in range(0, simplex.size, 2):
        edge = order[simplex[i], simplex[i + 1]]
        for w in range(common.size):
            common[w] &= lunes[edge, w]


@inline_kernel
def _elements(common, members):
    """Write the elements of a set to `members`, in increasing order; returns their number."""
    size = 0
    for w in range(common.size):
        word = common[w]
        while word:
            members[size] = w * 64 + lowest_bit(word)
            word &= word - np.uint64(1)
            size += 1
    return size


@inline_kernel
def _join(ranks, simplex, a, b, level):
    """Write the join of f over a simplex, a and b to `level`."""
    for k in range(level.size):
        level[k] = max(ranks[a, k], ranks[b, k])
        for i in range(simplex.size):
            level[k] = max(level[k], ranks[simplex[i], k])


@inline_kernel
def _below(ranks, z, level):
    """Whether f(z) <= level."""
    for k in range(level.size):
        if ranks[z, k] > level[k]:
            return False
    return True


@inline_kernel
def _meets(common, lunes, edge):
    """Whether a set meets the lune of an edge."""
    for w in range(common.size):
        if common[w] & lunes[edge, w]:
            return True
    return False


@inline_kernel
def _meets_below(common, lunes, edge, ranks, level):
    """Whether a set meets the lune of an edge in a vertex z with f(z) <= level."""
    for w in range(common.size):
        word = common[w] & lunes[edge, w]
        while word:
            if _below(ranks, w * 64 + lowest_bit(word), level):
                return True
            word &= word - np.uint64(1)
    return False


@kernel
def add_edges(simplices, order, lunes, ranks, needed_only, limit):
    """Simplices S + e, for the simplices S = e_1 + ... + e_i given as rows, and edges e in all lunes, before e_i.

    Returns a flat list of triples (number of S, ends of e). ``needed_only``: without redundant simplices. T = S + e is
    redundant if some z in all lunes, with that of e, has f(z) <= F(T): then T + z has the grade of T, and T is its last
    facet, if simplices are compared by e_1, then by e_2, and so on. Ends early with more than `limit` triples.
    """
    common = np.empty(lunes.shape[1], np.uint64)
    members = np.empty(order.shape[0], np.int64)
    level = np.empty(ranks.shape[1], np.int64)
    triples = np.empty(1024, np.int32)
    count = 0
    for i in range(simplices.shape[0]):
        simplex = simplices[i]
        longest = order[simplex[simplex.size - 2], simplex[simplex.size - 1]]
        _common_lune(simplex, order, lunes, common)
        size = _elements(common, members)
        for j in range(size):
            while 3 * (count + size) > triples.size:
                triples = doubled(triples)
            a = members[j]
            for k in range(j + 1, size):
                b = members[k]
                edge = order[a, b]
                if edge > longest:
                    continue
                if needed_only:
                    if level.size == 0:
                        if _meets(common, lunes, edge):
                            continue
                    else:
                        _join(ranks, simplex, a, b, level)
                        if _meets_below(common, lunes, edge, ranks, level):
                            continue
                triples[3 * count] = i
                triples[3 * count + 1] = a
                triples[3 * count + 2] = b
                count += 1
        if count > limit:
            break
    return triples[: 3 * count]


@kernel
def add_vertices(simplices, order, lunes, ranks, limit):
    """Simplices S + v, for the simplices S = e_1 + ... + e_i given as rows, that are not redundant.

    Returns a flat list of pairs (number of S, v). T = S + v is redundant if some z < v in all lunes is joined to v
    before e_i and has f(z) <= F(T): then T + z has the grade of T, and T is its last facet. Ends early with more than
    `limit` pairs.
    """
    common = np.empty(lunes.shape[1], np.uint64)
    members = np.empty(order.shape[0], np.int64)
    level = np.empty(ranks.shape[1], np.int64)
    pairs = np.empty(1024, np.int32)
    count = 0
    for i in range(simplices.shape[0]):
        simplex = simplices[i]
        longest = order[simplex[simplex.size - 2], simplex[simplex.size - 1]]
        _common_lune(simplex, order, lunes, common)
        size = _elements(common, members)
        while 2 * (count + size) > pairs.size:
            pairs = doubled(pairs)
        for j in range(size):
            v = members[j]
            _join(ranks, simplex, v, v, level)
            redundant = False
            for k in range(j):
                if order[members[k], v] < longest and _below(ranks, members[k], level):
                    redundant = True
                    break
            if not redundant:
                pairs[2 * count] = i
                pairs[2 * count + 1] = v
                count += 1
        if count > limit:
            break
    return pairs[: 2 * count]


@kernel
def find_children(numbers, vertices, start, last):
    """Numbers of the children of some simplices by one vertex each, which must exist; see the tree."""
    children = np.empty(numbers.size, np.int32)
    for i in range(numbers.size):
        low = start[numbers[i]]
        high = start[numbers[i] + 1]
        while high - low > 1:
            middle = (low + high) // 2
            if last[middle] <= vertices[i]:
                low = middle
            else:
                high = middle
        children[i] = low
    return children
