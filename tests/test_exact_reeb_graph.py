"""The exact Reeb graph of a mesh, against contours that are counted level by level."""

import itertools

import networkx
import numpy as np
import pytest

import tdainv
from tdainv.attributed_graphs import node_kinds


def grid_mesh(m, n, point, *, wrap=(False, False)):
    """Triangulated m x n grid with points point(i, j), closed along the axes that wrap."""
    rows, columns = (m if wrap[0] else m - 1), (n if wrap[1] else n - 1)
    faces = []
    for i, j in itertools.product(range(rows), range(columns)):
        a, b, c, d = (((i + x) % m) * n + (j + y) % n for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)))
        faces += [[a, b, c], [a, c, d]]
    return np.array([point(i, j) for i in range(m) for j in range(n)], float), np.array(faces)


def upright_torus(m=16, n=12):
    def point(i, j):
        u, v = 2 * np.pi * i / m + 0.1, 2 * np.pi * j / n + 0.05
        return [(3 + np.cos(v)) * np.cos(u), np.sin(v), (3 + np.cos(v)) * np.sin(u)]

    return grid_mesh(m, n, point, wrap=(True, True))


def double_torus():
    """Surface of a block of cubes with two holes, cut out of a 7 x 1 x 3 bar that lies along x."""
    cubes = {(x, 0, z) for x in range(7) for z in range(3)} - {(1, 0, 1), (2, 0, 1), (4, 0, 1), (5, 0, 1)}
    vertices, faces = {}, []
    for cube, axis, side in itertools.product(sorted(cubes), range(3), (0, 1)):
        other = list(cube)
        other[axis] += 2 * side - 1
        if tuple(other) in cubes:
            continue
        corner = np.array(cube)
        corner[axis] += side
        u, v = (np.eye(3, dtype=int)[k] for k in range(3) if k != axis)
        ring = [vertices.setdefault(tuple(corner + p), len(vertices)) for p in (0 * u, u, u + v, v)]
        faces += [[ring[0], ring[1], ring[2]], [ring[0], ring[2], ring[3]]]
    return np.array(list(vertices), float), np.array(faces)


def contours(vertices, faces, values, level):
    """Components of a level set that meets no vertex, each as a set of edges."""
    graph = networkx.Graph()
    for face in faces:
        crossed = [
            tuple(sorted(pair)) for pair in itertools.combinations(face.tolist(), 2) if crosses(values, pair, level)
        ]
        if crossed:
            graph.add_edge(*crossed)
    return [frozenset(part) for part in networkx.connected_components(graph)]


def crosses(values, pair, level):
    return min(values[pair[0]], values[pair[1]]) < level < max(values[pair[0]], values[pair[1]])


def slow_arcs(vertices, faces, values):
    """Arcs as sorted pairs of levels, from the contours between all neighbouring levels, glued through the levels."""
    levels = np.unique(values)
    graph = networkx.MultiGraph()
    at_level = []
    for k, level in enumerate(levels):  # components of the level itself: of edges that meet it and what they share
        parts = networkx.Graph()
        for face in faces.tolist():
            low, high = values[face].min(), values[face].max()
            if low <= level <= high:
                pieces = [("v", v) for v in face if values[v] == level]
                pieces += [("e", *sorted(p)) for p in itertools.combinations(face, 2) if crosses(values, p, level)]
                parts.add_nodes_from(pieces)
                parts.add_edges_from(itertools.pairwise(pieces))
        parts.add_nodes_from(("v", v) for v in np.flatnonzero(values == level).tolist())
        at_level.append(
            {piece: (k, i) for i, part in enumerate(networkx.connected_components(parts)) for piece in part}
        )
        graph.add_nodes_from(set(at_level[-1].values()))
    for k, (low, high) in enumerate(itertools.pairwise(levels)):
        for part in contours(vertices, faces, values, (low + high) / 2):
            edge = next(iter(part))
            ends = []
            for j, level in ((k, low), (k + 1, high)):
                piece = (
                    ("e", *edge) if crosses(values, edge, level) else ("v", next(v for v in edge if values[v] == level))
                )
                ends.append(at_level[j][piece])
            graph.add_edge(*ends)
    return smoothed(graph, levels)


def smoothed(graph, levels):
    """Pairs of levels of the arcs, once nodes with one arc below and one above are gone, and levels of lone nodes."""
    for node in list(graph):
        sides = [other for _, other in graph.edges(node)]
        if len(sides) == 2 and (sides[0][0] < node[0]) != (sides[1][0] < node[0]):
            graph.remove_node(node)
            graph.add_edge(*sides)
    pairs = sorted(tuple(sorted((levels[u[0]], levels[v[0]]))) for u, v in graph.edges())
    return pairs, sorted(levels[v[0]] for v in networkx.isolates(graph))


def arcs_of(graph):
    levels = graph.filter_values[:, 0]
    lonely = np.setdiff1d(np.arange(graph.n_nodes), graph.edges)
    return sorted(tuple(sorted(levels[edge].tolist())) for edge in graph.edges), sorted(levels[lonely].tolist())


def test_the_upright_torus_has_its_four_critical_points_and_one_loop():
    vertices, faces = upright_torus()
    graph = tdainv.mesh_reeb_graph((vertices, faces), vertices[:, 2])
    assert node_kinds(graph).tolist() == ["minimum", "saddle", "saddle", "maximum"]
    assert graph.edges.tolist() == [[0, 1], [1, 2], [1, 2], [2, 3]]
    assert graph.n_loops == 1


def test_loops_of_the_double_torus_are_its_genus():
    vertices, faces = double_torus()
    assert tdainv.Mesh(vertices, faces).euler_characteristic == -2
    for seed in range(3):
        values = vertices @ np.array([1.0, 0.13, 0.17]) + 1e-3 * np.random.default_rng(seed).random(len(vertices))
        graph = tdainv.mesh_reeb_graph((vertices, faces), values)
        assert (graph.n_components, graph.n_loops) == (1, 2)
        assert arcs_of(graph) == slow_arcs(vertices, faces, values)


def test_a_flat_bottom_and_flat_saddles_are_one_node_each():
    vertices, faces = double_torus()
    graph = tdainv.mesh_reeb_graph((vertices, faces), vertices[:, 2])  # holes side by side: minima and maxima are flat
    assert arcs_of(graph) == slow_arcs(vertices, faces, vertices[:, 2])
    assert graph.filter_values[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert graph.n_loops == 2


@pytest.mark.parametrize("seed", range(6))
def test_random_functions_on_a_torus_have_the_arcs_of_their_contours(seed):
    rng = np.random.default_rng(seed)
    vertices, faces = upright_torus(6, 5)
    values = rng.normal(size=30) if seed < 3 else rng.integers(0, 7, 30).astype(float)  # with many ties
    graph = tdainv.mesh_reeb_graph((vertices, faces), values)
    assert arcs_of(graph) == slow_arcs(vertices, faces, values)
    if seed < 3:
        assert graph.n_loops == 1


@pytest.mark.parametrize("seed", range(6))
def test_boundaries_and_triangles_that_meet_anyhow_have_the_arcs_of_their_contours(seed):
    rng = np.random.default_rng(seed)
    if seed < 3:
        vertices, faces = grid_mesh(6, 6, lambda i, j: [i, j, 0])
        faces = faces[rng.random(len(faces)) < 0.8]  # holes, pieces, lone vertices
    else:
        faces = np.array(list(itertools.combinations(range(9), 3)))[rng.choice(84, 25, replace=False)]
        vertices = rng.random((9, 3))
    values = rng.integers(0, 12, len(vertices)).astype(float) if seed % 2 else rng.normal(size=len(vertices))
    assert arcs_of(tdainv.mesh_reeb_graph((vertices, faces), values)) == slow_arcs(vertices, faces, values)


def test_levels_are_crossed_by_as_many_arcs_as_they_have_contours():
    vertices, faces = upright_torus()
    values = np.random.default_rng(0).normal(size=len(vertices))
    arcs, _ = arcs_of(tdainv.mesh_reeb_graph((vertices, faces), values))
    for level in np.linspace(-2, 2, 9):
        assert sum(low < level < high for low, high in arcs) == len(contours(vertices, faces, values, level))


def test_cutting_arcs_keeps_loops_and_total_length_and_gives_each_vertex_to_one_node():
    vertices, faces = upright_torus()
    whole = tdainv.mesh_reeb_graph((vertices, faces), vertices[:, 2])
    fine = tdainv.mesh_reeb_graph((vertices, faces), vertices[:, 2], max_length=0.5)
    assert fine.lengths.max() <= 0.5 + 1e-9
    np.testing.assert_allclose(fine.lengths.sum(), whole.lengths.sum())
    assert (fine.n_loops, fine.n_components) == (1, 1)
    for graph in (whole, fine):
        assert sorted(np.concatenate(graph.members).tolist()) == list(range(len(vertices)))
    heights = np.array([vertices[members, 2].mean() for members in fine.members])
    assert np.abs(heights - fine.filter_values[:, 0]).max() < 0.3
    assert np.isfinite(fine.positions).all()


def test_the_order_of_vertices_and_faces_does_not_matter():
    rng = np.random.default_rng(1)
    vertices, faces = upright_torus(8, 6)
    values = rng.normal(size=len(vertices))
    graph = tdainv.mesh_reeb_graph((vertices, faces), values)
    order = rng.permutation(len(vertices))
    place = np.argsort(order)
    again = tdainv.mesh_reeb_graph((vertices[order], rng.permutation(place[faces])), values[order])
    np.testing.assert_array_equal(again.edges, graph.edges)
    np.testing.assert_allclose(again.positions, graph.positions)
    assert [sorted(order[m].tolist()) for m in again.members] == [m.tolist() for m in graph.members]


def test_constant_functions_and_lone_vertices_have_one_node_a_component():
    graph = tdainv.mesh_reeb_graph(upright_torus(6, 5), np.zeros(30))
    assert (graph.n_nodes, graph.n_edges) == (1, 0)
    assert node_kinds(graph).tolist() == ["isolated"]
    lone = tdainv.mesh_reeb_graph((np.eye(3), []), [0.0, 1.0, 1.0])
    assert (lone.n_nodes, lone.n_components) == (3, 3)


def test_bad_values_are_refused():
    mesh = upright_torus(4, 4)
    with pytest.raises(ValueError, match=r"values must have shape \(16,\)"):
        tdainv.mesh_reeb_graph(mesh, np.zeros(15))
    with pytest.raises(ValueError, match="values"):
        tdainv.mesh_reeb_graph(mesh, np.full(16, np.nan))
    with pytest.raises(ValueError, match="max_length must be a positive"):
        tdainv.mesh_reeb_graph(mesh, np.arange(16), max_length=0)
    with pytest.raises(ValueError, match="at most 1000000 pieces"):
        tdainv.mesh_reeb_graph(mesh, np.arange(16), max_length=1e-7)
