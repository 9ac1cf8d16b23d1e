"""Hilbert measures of many small graphs."""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.invariants._kernels_atoms import collect_sorted, sort_atoms


@inline_kernel
def _exchange(parent, value, u, v, y):
    """Add the edge uv of value y to a minimum spanning forest; the value of the edge that goes for it, or inf if none.

    Node w hangs on parent[w], -1 for a root, by an edge of value[w].
    """
    # Make u the root of its tree.
    node, above, hung = u, np.int64(-1), 0.0
    while node >= 0:
        parent[node], value[node], node, above, hung = above, hung, parent[node], node, value[node]
    greatest, cut = y, np.int64(-1)
    node = v
    while node != u and parent[node] >= 0:
        if value[node] > greatest:
            greatest, cut = value[node], node
        node = parent[node]
    if node != u:
        parent[u], value[u] = v, y
        return np.inf
    if cut >= 0:
        parent[cut] = -1
        parent[u], value[u] = v, y
    return greatest


@kernel
def graph_measures(starts, is_edge, edge_of, ends, grades):
    """Hilbert measures in degrees 0 and 1 of graphs, as points, weights and where those of each graph begin.

    The cells of graph i are starts[i], ..., starts[i + 1] - 1, with grades (k, p), p <= 2; the two ends of an edge are
    the cells ends[edge_of[cell]]. Cells of infinite grade do not exist.

    Edges are added by their first coordinates to a forest that is minimal for the second: at (x, y) it has the rank
    of the edges up to there, so each edge that is left out is a cycle more, from the grade (x of the edge that was
    added, second coordinate of the edge left out) on. There are no relations between cycles, and vertices, edges and
    cycles are an exact sequence with the components. O(edges * length of paths).
    """
    n_graphs = starts.size - 1
    n_cells = is_edge.size
    p = grades.shape[1]
    points = np.empty((2 * n_cells, p))
    weights = np.empty(2 * n_cells, np.int64)
    cycle_points = np.empty((n_cells, p))
    cycle_weights = np.empty(n_cells, np.int64)
    begins = np.zeros(n_graphs + 1, np.int64)
    cycle_begins = np.zeros(n_graphs + 1, np.int64)
    most = 0
    for i in range(n_graphs):
        most = max(most, starts[i + 1] - starts[i])
    xs, ys, cells = np.empty(most), np.empty(most), np.empty(most, np.int64)
    atom_xs, atom_ys, signs = np.empty(2 * most), np.empty(2 * most), np.empty(2 * most, np.int64)
    cycle_xs, cycle_ys, ones = np.empty(most), np.empty(most), np.ones(most, np.int64)
    parent, value = np.empty(most, np.int64), np.empty(most)
    for i in range(n_graphs):
        first = starts[i]
        n_edges, n_atoms, n_cycles = 0, 0, 0
        for cell in range(starts[i + 1] - first):
            parent[cell] = -1
            x = grades[first + cell, 0]
            y = grades[first + cell, 1] if p > 1 else 0.0
            if x == np.inf or y == np.inf:
                continue
            if is_edge[first + cell]:
                xs[n_edges], ys[n_edges], cells[n_edges] = x, y, cell
                n_edges += 1
            else:
                atom_xs[n_atoms], atom_ys[n_atoms], signs[n_atoms] = x, y, 1
                n_atoms += 1
        sort_atoms(xs, ys, cells, n_edges)
        for k in range(n_edges):
            edge = edge_of[first + cells[k]]
            left_out = _exchange(parent, value, ends[edge, 0] - first, ends[edge, 1] - first, ys[k])
            if left_out < np.inf:
                cycle_xs[n_cycles], cycle_ys[n_cycles] = xs[k], left_out
                n_cycles += 1
            if left_out == ys[k]:
                continue  # the edge and the cycle cancel
            atom_xs[n_atoms], atom_ys[n_atoms], signs[n_atoms] = xs[k], ys[k], -1
            n_atoms += 1
            if left_out < np.inf:
                atom_xs[n_atoms], atom_ys[n_atoms], signs[n_atoms] = xs[k], left_out, 1
                n_atoms += 1
        sort_atoms(atom_xs, atom_ys, signs, n_atoms)
        begins[i + 1] = collect_sorted(atom_xs, atom_ys, signs, n_atoms, begins[i], points, weights)
        sort_atoms(cycle_xs, cycle_ys, ones, n_cycles)
        cycle_begins[i + 1] = collect_sorted(
            cycle_xs, cycle_ys, ones, n_cycles, cycle_begins[i], cycle_points, cycle_weights
        )
    return (points, weights, begins), (cycle_points, cycle_weights, cycle_begins)
