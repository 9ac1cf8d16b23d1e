"""How the triangles of a mesh meet: edges, components, fans around vertices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._typing import Int


class Edges(NamedTuple):
    """Edges, shape (n_edges, 2), increasing along rows, in lexicographic order, and the triangles at each."""

    ends: Int
    counts: Int


def distinct_triangles(faces: Int) -> Int:
    """Triangles as increasing rows, each once, in lexicographic order."""
    return np.unique(np.sort(faces, axis=1), axis=0)


def edges_of(faces: Int, n_vertices: int) -> Edges:
    """Edges of triangles, with the number of distinct triangles at each."""
    sides = distinct_triangles(faces)[:, [0, 1, 0, 2, 1, 2]].reshape(-1, 2)
    keys, counts = np.unique(sides[:, 0] * n_vertices + sides[:, 1], return_counts=True)
    return Edges(np.column_stack(np.divmod(keys, n_vertices)), counts)


def component_labels(edges: Int, n: int) -> Int:
    """Number of the connected component of each of n nodes, from 0, by the first node of a component."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    ends = edges.astype(np.int32)
    graph = csr_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def is_surface(faces: Int, n_vertices: int) -> bool:
    """Whether the triangles at each of the vertices form one fan, open or closed."""
    triangles = distinct_triangles(faces)
    if (edges_of(triangles, n_vertices).counts > 2).any() or len(np.unique(triangles)) < n_vertices:
        return False
    # One node a corner of a triangle. Two triangles with a common edge join their corners at both its ends.
    corners = np.arange(triangles.size).reshape(-1, 3)
    sides = triangles[:, [0, 1, 0, 2, 1, 2]].reshape(-1, 2)
    nodes = corners[:, [0, 1, 0, 2, 1, 2]].reshape(-1, 2)
    order = np.lexsort(sides.T)
    sides, nodes = sides[order], nodes[order]
    shared = (sides[1:] == sides[:-1]).all(axis=1)
    links = np.column_stack([nodes[:-1][shared].ravel(), nodes[1:][shared].ravel()])
    return len(np.unique(component_labels(links, triangles.size))) == n_vertices
