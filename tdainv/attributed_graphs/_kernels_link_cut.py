"""Forests of paths with link, cut and the lightest node of a path (Sleator and Tarjan 1985), on splay trees.

All state is one array a field: `child` (n, 2), `parent`, `flip` and `least`, where `least[x]` is the node of smallest
weight in the subtree of x. A parent of -1 ends a tree; the root of a splay tree may have a path-parent.
"""

import numpy as np

from tdainv._numba import inline_kernel


@inline_kernel
def _is_root(child, parent, x):
    p = parent[x]
    return p < 0 or (child[p, 0] != x and child[p, 1] != x)


@inline_kernel
def _push(child, flip, x):
    """Hand a pending reversal to the children."""
    if flip[x]:
        left, right = child[x, 0], child[x, 1]
        child[x, 0], child[x, 1] = right, left
        if left >= 0:
            flip[left] = not flip[left]
        if right >= 0:
            flip[right] = not flip[right]
        flip[x] = False


@inline_kernel
def _pull(child, least, weight, x):
    best = x
    for side in range(2):
        c = child[x, side]
        if c >= 0 and weight[least[c]] < weight[best]:
            best = least[c]
    least[x] = best


@inline_kernel
def _rotate(child, parent, least, weight, x):
    p = parent[x]
    g = parent[p]
    if not _is_root(child, parent, p):
        child[g, 1 if child[g, 1] == p else 0] = x
    side = 1 if child[p, 1] == x else 0
    middle = child[x, 1 - side]
    child[p, side] = middle
    if middle >= 0:
        parent[middle] = p
    child[x, 1 - side] = p
    parent[p] = x
    parent[x] = g
    _pull(child, least, weight, p)
    _pull(child, least, weight, x)


@inline_kernel
def _splay(child, parent, flip, least, weight, stack, x):
    top = 0
    stack[0] = x
    y = x
    while not _is_root(child, parent, y):
        y = parent[y]
        top += 1
        stack[top] = y
    while top >= 0:
        _push(child, flip, stack[top])
        top -= 1
    while not _is_root(child, parent, x):
        p = parent[x]
        if not _is_root(child, parent, p):
            g = parent[p]
            straight = (child[g, 0] == p) == (child[p, 0] == x)
            _rotate(child, parent, least, weight, p if straight else x)
        _rotate(child, parent, least, weight, x)


@inline_kernel
def access(child, parent, flip, least, weight, stack, x):
    """Make the path from the root to x one splay tree with root x."""
    last = -1
    y = x
    while y >= 0:
        _splay(child, parent, flip, least, weight, stack, y)
        child[y, 1] = last
        _pull(child, least, weight, y)
        last = y
        y = parent[y]
    _splay(child, parent, flip, least, weight, stack, x)


@inline_kernel
def find_root(child, parent, flip, least, weight, stack, x):
    """Root of the tree of x."""
    access(child, parent, flip, least, weight, stack, x)
    y = x
    _push(child, flip, y)
    while child[y, 0] >= 0:
        y = child[y, 0]
        _push(child, flip, y)
    _splay(child, parent, flip, least, weight, stack, y)
    return y


@inline_kernel
def make_root(child, parent, flip, least, weight, stack, x):
    """Turn the tree of x so that x is its root."""
    access(child, parent, flip, least, weight, stack, x)
    flip[x] = not flip[x]


@inline_kernel
def lightest_between(child, parent, flip, least, weight, stack, x, y):
    """Node of smallest weight on the path from x to y, which must be in one tree."""
    make_root(child, parent, flip, least, weight, stack, x)
    access(child, parent, flip, least, weight, stack, y)
    return least[y]


@inline_kernel
def link(child, parent, flip, least, weight, stack, x, y):
    """Join the trees of x and y by an edge."""
    make_root(child, parent, flip, least, weight, stack, x)
    parent[x] = y


@inline_kernel
def cut(child, parent, flip, least, weight, stack, x, y):
    """Remove the edge between x and y."""
    make_root(child, parent, flip, least, weight, stack, x)
    access(child, parent, flip, least, weight, stack, y)
    left = child[y, 0]
    child[y, 0] = -1
    parent[left] = -1
    _pull(child, least, weight, y)


@inline_kernel
def new_forest(n):
    """Arrays of a forest of n single nodes."""
    child = np.full((n, 2), -1, np.int64)
    parent = np.full(n, -1, np.int64)
    return child, parent, np.zeros(n, np.bool_), np.arange(n), np.empty(n, np.int64)
