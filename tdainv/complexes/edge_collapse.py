"""Edge collapse: a smaller graph whose flag filtration has the same persistent homology, in every degree.

Let K be the flag multifiltration of docs/theory/reduced_flag.md: an edge e = {u, v} has the grade (d(e), F(e)), where
F(e) = f(u) v f(v). Its *common neighbours* at time r are the w with d(u, w), d(v, w) <= r. A common neighbour c with
f(c) <= F(e) *dominates* e at time r >= d(e) if d(c, u), d(c, v) <= r and d(c, w) <= r for all common neighbours w.

**Theorem.** If at each time in [d(e), r) some vertex dominates e, then the value of e may be raised to r, or e be left
out if r = inf, without a change of homology in any degree, at any grade, and of the maps between grades.

*Proof.* Let K' be the new filtration; K' lies in K, and they differ only at grades (s, t) with d(e) <= s < r and
t >= F(e). There, K'(s, t) is K(s, t) without the simplices that contain e. The link of e in K(s, t) is the flag
complex on the common neighbours w at time s with f(w) <= t. A vertex c that dominates e at time s is one of them,
since f(c) <= F(e) <= t, and is joined to the others: the link is a cone, and removing the open star of e keeps the
homotopy type. So the inclusion of K' in K is an isomorphism on homology at each grade. QED

Nothing is asked of d (no triangle inequality, ties and missing edges are fine), births of vertices play no role (the
edges at c exist, hence so does c), and K' is again a flag multifiltration: edges are treated one by one, in any order.
Decreasing values do best: the latest edges then lose most of what they had in common.

For one parameter, raising values is the edge collapse of Glisse and Pritam (SoCG 2022), after Boissonnat and Pritam
(SoCG 2020); leaving out edges of multifiltrations that one vertex dominates at all grades is the strong filtration
domination of Alonso, Kerber and Pritam (ALENEX 2023). Raising the first parameter in multifiltrations is both at once.
"""

from __future__ import annotations

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Int, Number
from tdainv.complexes._kernels_cliques import edges_within, neighbourhoods
from tdainv.complexes._kernels_collapse import NEVER, delay_edges
from tdainv.complexes._kernels_flag import cone_radii
from tdainv.complexes.reduced_flag import dense_ranks

# A pass over the edges counts, and another one is made, if it removes more than this share of them.
_WORTH_A_PASS = 0.05
_REMEDY = "Give a smaller max_edge, subsample the points, or ask for degrees 0 and 1 only."


def collapse_edges(distances: Float, vertex_grades: Float, max_edge: float) -> tuple[Number, Float]:
    """Edges of a smaller flag filtration with the same persistent homology in all degrees.

    Parameters
    ----------
    distances : ndarray of shape (n, n)
        Symmetric, ``inf`` where there is no edge.
    vertex_grades : ndarray of shape (n, q)
        Functions that the filtration has besides; q = 0 for one parameter.
    max_edge : float
        Edges of greater value are left out.

    Returns
    -------
    edges : int32 ndarray of shape (m, 2)
        Ends u < v, in lexicographic order.
    values : ndarray of shape (m,)
        At least the distances, and among the values of `distances`.

    Notes
    -----
    Values from which the complex is a cone are left out too: lemma 5 of docs/theory/reduced_flag.md holds in all
    degrees. O(E n) for E edges where most of them collapse, O(E n^2) at worst; 4 bytes a pair of vertices (20 with one
    function), 80 an edge.

    Examples
    --------
    The diagonals of a square: one of them fills it, the other has nothing to add.

    >>> import numpy as np
    >>> from scipy.spatial.distance import cdist
    >>> square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    >>> edges, values = collapse_edges(cdist(square, square), np.zeros((4, 0)), np.inf)
    >>> edges.tolist()
    [[0, 1], [0, 2], [0, 3], [1, 2], [2, 3]]
    >>> values
    array([1.        , 1.41421356, 1.        , 1.        , 1.        ])
    """
    n, q = vertex_grades.shape
    require_memory((20 if q == 1 else 4) * n * n, f"The edge collapse of {n} points", _REMEDY)
    ranks = dense_ranks(vertex_grades)
    edges = edges_within(distances, np.minimum(cone_values(distances, ranks), min(max_edge, np.finfo(float).max)))
    require_memory(4 * n * n + 80 * len(edges), f"The collapse of {len(edges)} edges", _REMEDY)
    occurring, times = np.unique(distances[edges[:, 0], edges[:, 1]], return_inverse=True)
    table = np.full((n, n), NEVER, np.int32)
    np.fill_diagonal(table, -1)
    table[edges[:, 0], edges[:, 1]] = table[edges[:, 1], edges[:, 0]] = times
    adjacency = neighbourhoods(edges, n)
    while True:
        order = np.lexsort([*ranks[edges].max(axis=1).T[::-1], times])
        delay_edges(table, ranks, edges[order[::-1]], adjacency)
        delayed = table[edges[:, 0], edges[:, 1]]
        left = delayed < NEVER
        if left.sum() >= (1 - _WORTH_A_PASS) * len(edges):
            break  # later values alone do not help: they make more simplices appear at once, in no good order
        edges, times = edges[left], delayed[left]
    return edges, occurring[times]


def cone_values(distances: Float, ranks: Int) -> Float:
    """Radius for each vertex; an edge above that of one of its ends changes no homology (lemma 5)."""
    if ranks.shape[1] != 1:
        return cone_radii(distances, ranks)  # all equal
    # One function: radii are wanted in the order of its values. They do not increase, so that the smaller of those of
    # the ends of e is that of F(e).
    order = np.argsort(ranks[:, 0], kind="stable")
    radii = np.empty(len(ranks))
    radii[order] = cone_radii(distances.take(order, axis=0).take(order, axis=1), ranks[order])
    return radii
