"""The Reeb graph of a function on a triangle mesh: a sweep that keeps the components of the level set."""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.attributed_graphs._kernels_link_cut import (
    cut,
    find_root,
    lightest_between,
    link,
    new_forest,
)


@inline_kernel
def _insert(forest, weight, linked, node, a, b):
    """Add the link `node` between edges a and b to the spanning forest that keeps what is removed last."""
    child, parent, flip, least, stack = forest
    if find_root(child, parent, flip, least, weight, stack, a) == find_root(
        child, parent, flip, least, weight, stack, b
    ):
        worst = lightest_between(child, parent, flip, least, weight, stack, a, b)
        if weight[worst] >= weight[node]:
            return
        _remove(forest, weight, linked, worst)
    linked[node, 0] = a
    linked[node, 1] = b
    link(child, parent, flip, least, weight, stack, a, node)
    link(child, parent, flip, least, weight, stack, node, b)


@inline_kernel
def _remove(forest, weight, linked, node):
    """Take a link out of the forest, if it is in it."""
    child, parent, flip, least, stack = forest
    if linked[node, 0] < 0:
        return
    cut(child, parent, flip, least, weight, stack, linked[node, 0], node)
    cut(child, parent, flip, least, weight, stack, node, linked[node, 1])
    linked[node, 0] = -1


@inline_kernel
def _root(forest, weight, x):
    child, parent, flip, least, stack = forest
    return find_root(child, parent, flip, least, weight, stack, x)


@kernel
def sweep(n_vertices, edges, sides, corners, up_ptr, up, down_ptr, down, star_ptr, star):
    """Arcs (lower vertex, upper vertex) of the Reeb graph with all vertices as nodes, shape (k, 2).

    Vertices 0, 1, ... are numbered by increasing value. `edges` (m, 2) are rows lower < upper; a triangle t has the
    vertices corners[t], increasing, and the edges sides[t]: low-middle, middle-high, low-high. Edges that start and
    end at v are up[up_ptr[v]:up_ptr[v + 1]] and down[...]; the triangles at v are star[...].

    Between two vertices, the level set crosses some edges, and each triangle that it crosses links two of them. A link
    is there from the low to the middle vertex of its triangle, or from the middle to the high one. A spanning forest
    that prefers links that stay longer needs no replacement when one goes (Parsa 2013): O(m log m), amortised.
    """
    m, n_triangles = edges.shape[0], corners.shape[0]
    n_nodes = m + 2 * n_triangles
    forest = new_forest(n_nodes)
    weight = np.full(n_nodes, np.inf)
    linked = np.full((n_nodes, 2), -1, np.int64)
    for t in range(n_triangles):
        weight[m + t] = corners[t, 1]
        weight[m + n_triangles + t] = corners[t, 2]
    # Lower vertex of the arc of a component, kept at the root of its tree. Trees change at components that v touches
    # only, and what is left of each of these holds an edge that starts at v, so that it gets a new arc.
    began = np.full(n_nodes, -1, np.int64)
    roots = np.empty(m, np.int64)
    marks = np.full(n_nodes, -1, np.int64)
    arcs = np.empty((2 * m + 2, 2), np.int64)
    n_arcs = 0
    for v in range(n_vertices):
        # Arcs that end here.
        count = 0
        for i in range(down_ptr[v], down_ptr[v + 1]):
            r = _root(forest, weight, down[i])
            if marks[r] != 2 * v:
                marks[r] = 2 * v
                roots[count] = r
                count += 1
        for i in range(count):
            arcs[n_arcs, 0] = began[roots[i]]
            arcs[n_arcs, 1] = v
            n_arcs += 1
        # Links that go, and links that come.
        for i in range(star_ptr[v], star_ptr[v + 1]):
            t = star[i]
            if corners[t, 1] == v:
                _remove(forest, weight, linked, m + t)
            elif corners[t, 2] == v:
                _remove(forest, weight, linked, m + n_triangles + t)
        for i in range(star_ptr[v], star_ptr[v + 1]):
            t = star[i]
            if corners[t, 0] == v:
                _insert(forest, weight, linked, m + t, sides[t, 0], sides[t, 2])
            elif corners[t, 1] == v:
                _insert(forest, weight, linked, m + n_triangles + t, sides[t, 1], sides[t, 2])
        for i in range(up_ptr[v], up_ptr[v + 1]):
            began[_root(forest, weight, up[i])] = v
    return arcs[:n_arcs]


@kernel
def trace_arcs(n, arcs, regular):
    """Arcs between nodes that are not regular, through regular ones, and the arc of each regular node (-1: none).

    `arcs` (k, 2) go from lower to upper node; a regular node has one arc below and one above.
    """
    above = np.full(n, -1, np.int64)
    for i in range(arcs.shape[0]):
        if regular[arcs[i, 0]]:
            above[arcs[i, 0]] = arcs[i, 1]
    ends = np.empty((arcs.shape[0], 2), np.int64)
    arc_of = np.full(n, -1, np.int64)
    count = 0
    for i in range(arcs.shape[0]):
        if regular[arcs[i, 0]]:
            continue
        v = arcs[i, 1]
        while regular[v]:
            arc_of[v] = count
            v = above[v]
        ends[count, 0] = arcs[i, 0]
        ends[count, 1] = v
        count += 1
    return ends[:count], arc_of
