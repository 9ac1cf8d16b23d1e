"""Attributed graphs: the object, exports, covers, Mapper and Reeb graphs of point clouds."""

import itertools

import networkx
import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import special_ortho_group
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans

import tdainv
from tdainv.attributed_graphs import (
    BalancedCover,
    CubicalCover,
    connectivity_radius,
    node_features,
    to_networkx,
    to_torch_geometric,
    write_graphml,
)


def circle(n=60):
    angles = 2 * np.pi * (np.arange(n) + 0.3) / n
    return np.column_stack([np.cos(angles), np.sin(angles)])


def letter_y():
    """Three segments that meet in the origin: one down, two up."""
    steps = np.linspace(0, 1, 21)[1:, np.newaxis]
    arms = [steps * direction for direction in ([0.0, -1.0], [0.7, 1.0], [-0.7, 1.0])]
    return np.vstack([np.zeros((1, 2)), *arms])


def isomorphic(first, second):
    """Whether graphs agree up to the order of nodes, with filter values and sizes."""

    def described(graph):
        result = to_networkx(graph)
        for v, data in result.nodes(data=True):
            data["key"] = (tuple(np.round(graph.filter_values[v], 9)), len(graph.members[v]))
        return result

    return networkx.is_isomorphic(described(first), described(second), node_match=lambda a, b: a["key"] == b["key"])


# --- the object


def test_edges_are_sorted_and_parallel_ones_stay():
    graph = tdainv.AttributedGraph(3, [[2, 1], [1, 0], [0, 1]], [5.0, 3.0, 2.0])
    assert graph.edges.tolist() == [[0, 1], [0, 1], [1, 2]]
    assert graph.lengths.tolist() == [2.0, 3.0, 5.0]
    assert (graph.n_components, graph.n_loops) == (1, 1)
    np.testing.assert_array_equal(graph.distances(), [[0, 2, 7], [2, 0, 5], [7, 5, 0]])
    np.testing.assert_array_equal(graph.distances(weighted=False), [[0, 1, 2], [1, 0, 1], [2, 1, 0]])


def test_edges_of_length_zero_are_edges():
    graph = tdainv.AttributedGraph(4, [[0, 1], [1, 2]], [0.0, 1.0])
    np.testing.assert_array_equal(graph.distances()[0], [0.0, 0.0, 1.0, np.inf])
    assert graph.components.tolist() == [0, 0, 0, 1]


def test_distances_are_those_of_networkx():
    rng = np.random.default_rng(0)
    edges = np.array([(u, v) for u in range(12) for v in range(u + 1, 12) if rng.random() < 0.25])
    graph = tdainv.AttributedGraph(12, edges, rng.random(len(edges)))
    expected = dict(networkx.all_pairs_dijkstra_path_length(to_networkx(graph), weight="length"))
    found = graph.distances()
    for u in range(12):
        np.testing.assert_allclose(found[u], [expected[u].get(v, np.inf) for v in range(12)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_nodes": 0, "edges": []}, "n_nodes must be an integer of at least 1, got n_nodes=0"),
        ({"n_nodes": 2, "edges": [[0, 2]]}, r"nodes 0\.\.1, got edges\[0\] = \(0, 2\)"),
        ({"n_nodes": 2, "edges": [[1, 1]]}, r"edges\[0\] = \(1, 1\)"),
        ({"n_nodes": 2, "edges": [[0, 1]], "lengths": [-1.0]}, r"lengths\[0\] = -1"),
        ({"n_nodes": 2, "edges": [[0, 1]], "lengths": [np.inf]}, r"lengths\[0\] = inf"),
        ({"n_nodes": 2, "edges": [[0, 1]], "lengths": [1.0, 1.0]}, r"lengths must be numbers of shape \(1,\)"),
        ({"n_nodes": 2, "edges": [], "members": [[0]]}, "members must hold one array a node, got 1 for 2 nodes"),
        ({"n_nodes": 1, "edges": [], "members": [[0, 0]]}, r"members\[0\] must be different numbers"),
        ({"n_nodes": 2, "edges": [], "filter_values": [0.0]}, "filter_values"),
        ({"n_nodes": 1, "edges": [], "positions": [[np.nan, 0.0]]}, "positions"),
        ({"n_nodes": 2, "edges": [], "decorations": {"local": [1]}}, r"decorations\['local'\] must hold one object"),
        ({"n_nodes": 2, "edges": [], "decorations": {"local": 1}}, r"decorations\['local'\] .* got int"),
        ({"n_nodes": 2, "edges": [], "attributes": {"a": [1.0]}}, r"attributes\['a'\]"),
    ],
)
def test_bad_graphs_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        tdainv.AttributedGraph(**arguments)


def test_equality_looks_at_everything():
    graph = tdainv.AttributedGraph(2, [[0, 1]], members=[[0], [1]], filter_values=[0.0, 1.0])
    same = tdainv.AttributedGraph(2, [[1, 0]], members=[[0], [1]], filter_values=[[0.0], [1.0]])
    assert graph == same
    assert graph != same.with_attributes(a=[1.0, 2.0])
    assert graph != same.with_decorations(a=[1, 2])
    assert graph != tdainv.AttributedGraph(2, [[0, 1]], members=[[0], [2]], filter_values=[0.0, 1.0])
    assert graph != "graph"


# --- exports


def decorated_circle():
    reeb = tdainv.ReebGraph(filter="coordinate", n_bins=4)
    return tdainv.VectorAttributes().fit_transform(reeb.fit_transform([circle()]))[0]


def test_networkx_has_everything():
    graph = decorated_circle()
    other = to_networkx(graph)
    assert (other.number_of_nodes(), other.number_of_edges()) == (graph.n_nodes, graph.n_edges)
    assert other.nodes[0]["members"] == graph.members[0].tolist()
    assert other.nodes[0]["decorations"]["local"] == graph.decorations["local"][0]
    assert other.nodes[0]["attributes"]["global"] == graph.attributes["global"][0].tolist()
    np.testing.assert_allclose(other.nodes[1]["position"], graph.positions[1])


def test_graphml_files_are_read_by_networkx(tmp_path):
    graph = decorated_circle()
    write_graphml(graph, tmp_path / "graph.graphml")
    other = networkx.read_graphml(tmp_path / "graph.graphml", node_type=int, force_multigraph=True)
    assert nodes_and_lengths(other) == nodes_and_lengths(to_networkx(graph))
    assert other.nodes[2]["filter_0"] == graph.filter_values[2, 0]
    assert other.nodes[2]["members"] == " ".join(map(str, graph.members[2]))


def nodes_and_lengths(graph):
    return sorted(graph), sorted((min(u, v), max(u, v), length) for u, v, length in graph.edges(data="length"))


def test_torch_geometric_has_features_and_both_directions():
    pytest.importorskip("tdainv.attributed_graphs._torch_geometric")
    graph = decorated_circle()
    data = to_torch_geometric(graph)
    assert data.x.shape == (graph.n_nodes, 30 + 30 + 1 + 2 + 1)
    assert data.is_undirected()
    assert data.num_edges == 2 * graph.n_edges
    np.testing.assert_allclose(data.x[:, -1].numpy(), graph.sizes)


def test_features_that_are_not_there_are_refused():
    graph = tdainv.AttributedGraph(1, [])
    with pytest.raises(ValueError, match="features must be a sequence of 'attributes'"):
        node_features(graph, ("degree",))
    with pytest.raises(ValueError, match="without positions"):
        node_features(graph, ("positions",))
    with pytest.raises(TypeError, match="graph must be an AttributedGraph, got int"):
        to_networkx(3)


# --- covers


@pytest.mark.parametrize("cover", [CubicalCover, BalancedCover])
@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.7])
def test_covers_cover_and_neighbours_overlap(cover, overlap):
    values = np.random.default_rng(0).exponential(size=500)
    boxes = cover(6, overlap)(values)
    assert set(np.concatenate(boxes)) == set(range(500))
    if overlap:
        assert all(np.intersect1d(a, b).size for a, b in itertools.pairwise(boxes[:4]))
    elif cover is BalancedCover:
        assert np.ptp([len(box) for box in boxes]) <= 1


def test_intervals_overlap_by_their_share():
    values = np.linspace(0, 1, 100_001)
    first, second, third = CubicalCover(3, 0.25)(values)
    np.testing.assert_allclose(len(np.intersect1d(first, second)) / len(first), 0.25, atol=1e-3)
    np.testing.assert_allclose(len(second), len(third), rtol=1e-3)
    first, second = BalancedCover(2, 0.5)(values**3)
    np.testing.assert_allclose(len(np.intersect1d(first, second)) / len(first), 0.5, atol=1e-3)


def test_boxes_are_products_of_intervals_without_empty_ones():
    values = np.array([[0.0, 0.0], [1.0, 1.0], [0.1, 0.9]])
    assert [box.tolist() for box in CubicalCover((2, 2), 0.0)(values)] == [[0], [2], [1]]


@pytest.mark.parametrize(
    ("cover", "message"),
    [
        (CubicalCover(0), "n_intervals must be an integer of at least 1"),
        (CubicalCover(3, 1.0), r"overlap must lie in \[0, 1\), got overlap=1.0"),
        (BalancedCover((2, 3)), "n_intervals must be one number or 1 number"),
        (CubicalCover(10_000_000), "at most 1000000 boxes"),
    ],
)
def test_bad_covers_are_refused(cover, message):
    with pytest.raises(ValueError, match=message):
        cover([0.0, 1.0])


# --- Mapper


def test_mapper_of_a_circle_is_a_cycle_and_of_a_letter_y_a_star():
    ring = tdainv.mapper(circle(), "coordinate", CubicalCover(5, 0.3))
    assert (ring.n_components, ring.n_loops) == (1, 1)
    star = tdainv.mapper(letter_y(), "coordinate", CubicalCover(7, 0.3))
    degrees = np.bincount(star.edges.ravel())
    assert star.n_loops == 0
    assert sorted(degrees.tolist()).count(1) == 3
    assert sorted(degrees.tolist()).count(3) == 1


@pytest.mark.parametrize(
    "clusterer",
    [DBSCAN(0.3, min_samples=2), AgglomerativeClustering(None, linkage="single", distance_threshold=0.3)],
    ids=["dbscan", "linkage"],
)
def test_clusterers_of_scikit_learn_give_the_default_answer_on_a_circle(clusterer):
    default = tdainv.mapper(circle(), "coordinate", CubicalCover(5, 0.3))
    assert isomorphic(tdainv.mapper(circle(), "coordinate", CubicalCover(5, 0.3), clusterer), default)


def test_nodes_are_joined_exactly_where_they_share_points():
    rng = np.random.default_rng(1)
    graph = tdainv.mapper(rng.normal(size=(80, 3)), ("pca", "eccentricity"), CubicalCover(4, 0.4))
    shared = {
        (u, v)
        for u in range(len(graph))
        for v in range(u + 1, len(graph))
        if np.intersect1d(graph.members[u], graph.members[v]).size
    }
    assert {tuple(edge) for edge in graph.edges.tolist()} == shared
    assert graph.filter_values.shape == (len(graph), 2)
    expected = np.linalg.norm(np.diff(graph.filter_values[graph.edges], axis=1)[:, 0], axis=1)
    np.testing.assert_allclose(graph.lengths, expected)


def test_mapper_of_distances_is_that_of_the_points():
    points = np.random.default_rng(2).normal(size=(50, 2))
    values = points[:, 0]
    one = tdainv.mapper(points, values)
    two = tdainv.mapper(cdist(points, points), values, metric="precomputed")
    assert [m.tolist() for m in one.members] == [m.tolist() for m in two.members]
    assert two.positions is None
    np.testing.assert_array_equal(one.edges, two.edges)


def test_noise_and_single_points_make_no_node_and_noise_only_is_an_error():
    points = np.array([[0.0], [0.1], [0.2], [10.0]])
    graph = tdainv.mapper(points, "coordinate", CubicalCover(2, 0.1), DBSCAN(0.15, min_samples=2))
    assert [m.tolist() for m in graph.members] == [[0, 1, 2]]
    with pytest.raises(ValueError, match="at least one cluster, got noise only in all 2 elements"):
        tdainv.mapper(points, "coordinate", CubicalCover(2, 0.1), DBSCAN(0.01, min_samples=2))


def test_a_clusterer_that_fails_names_the_element():
    with pytest.raises(ValueError, match="clusterer failed on element 0 with 3 points"):
        tdainv.mapper([[0.0], [0.1], [0.2], [10.0]], "coordinate", CubicalCover(2, 0.1), KMeans(5, n_init=1))


def test_constant_filters_and_one_point_have_one_node():
    points = circle()
    for graph in (
        tdainv.mapper(points, np.zeros(60)),
        tdainv.mapper(points, np.zeros(60), BalancedCover()),
        tdainv.reeb_graph(points, np.zeros(60)),
    ):
        assert {len(members) for members in graph.members} == {60}
    for graph in (tdainv.mapper([[1.0, 2.0]]), tdainv.reeb_graph([[1.0, 2.0]]), tdainv.reeb_graph([[1.0]] * 3)):
        assert graph.n_components == 1
        assert graph.distances().max() == 0


def test_bad_covers_filters_and_clusterers_are_refused():
    points = circle()
    with pytest.raises(TypeError, match="cover must be a function"):
        tdainv.mapper(points, "pca", 5)
    with pytest.raises(TypeError, match="clusterer must be a clusterer"):
        tdainv.mapper(points, "pca", None, "kmeans")
    with pytest.raises(ValueError, match="cover must have at least one element with points"):
        tdainv.mapper(points, "pca", lambda values: [[], []])
    with pytest.raises(ValueError, match=r"cover element 1 must name points 0\.\.59"):
        tdainv.mapper(points, "pca", lambda values: [[0], [60]])
    with pytest.raises(ValueError, match="filter must be one of 'coordinate'"):
        tdainv.mapper(points, "height")
    with pytest.raises(ValueError, match="filter"):
        tdainv.mapper(points, np.full(60, np.nan))
    with pytest.raises(ValueError, match="needs coordinates"):
        tdainv.mapper(cdist(points, points), "pca", metric="precomputed")
    with pytest.raises(ValueError, match="points must be finite"):
        tdainv.mapper([[np.nan]])


# --- Reeb graphs in bins


def test_reeb_graphs_of_a_circle_and_a_letter_y():
    ring = tdainv.reeb_graph(circle(), "coordinate", n_bins=5)
    assert (ring.n_nodes, ring.n_components, ring.n_loops) == (8, 1, 1)
    star = tdainv.reeb_graph(letter_y(), "coordinate", n_bins=6)
    assert star.n_loops == 0
    assert sorted(np.bincount(star.edges.ravel()).tolist()).count(1) == 3


def test_bins_are_disjoint_and_cover_the_points():
    points = np.random.default_rng(0).normal(size=(100, 2))
    graph = tdainv.reeb_graph(points, "coordinate", n_bins=6)
    assert sorted(np.concatenate(graph.members).tolist()) == list(range(100))
    edges = np.linspace(points[:, 1].min(), points[:, 1].max(), 7)
    for members in graph.members:
        assert len(np.unique(np.clip(np.searchsorted(edges, points[members, 1], side="right"), 1, 6))) == 1


def test_reeb_nodes_and_edges_are_those_of_the_definition():
    rng = np.random.default_rng(3)
    points = rng.random((40, 2))
    radius, n_bins = 0.25, 5
    values = points[:, 0]
    bins = np.minimum(((values - values.min()) / np.ptp(values) * n_bins).astype(int), n_bins - 1)
    near = networkx.Graph()
    near.add_nodes_from(range(40))
    near.add_edges_from((u, v) for u, v in np.argwhere(cdist(points, points) <= radius).tolist() if u < v)
    within = networkx.Graph(near.edge_subgraph([(u, v) for u, v in near.edges if bins[u] == bins[v]]))
    within.add_nodes_from(range(40))
    expected = [frozenset(part) for part in networkx.connected_components(within)]
    graph = tdainv.reeb_graph(points, values, n_bins=n_bins, radius=radius)
    found = [frozenset(members.tolist()) for members in graph.members]
    assert set(found) == set(expected)
    node = {p: v for v, members in enumerate(found) for p in members}
    across = {frozenset((node[u], node[v])) for u, v in near.edges if abs(bins[u] - bins[v]) == 1}
    assert {frozenset(edge) for edge in graph.edges.tolist()} == across


def test_reeb_graphs_do_not_depend_on_order_or_motion():
    rng = np.random.default_rng(4)
    points = rng.normal(size=(80, 3)) * [3.0, 1.0, 0.5] + rng.exponential(size=(80, 1))
    graph = tdainv.reeb_graph(points, "pca", n_bins=6)
    assert isomorphic(graph, tdainv.reeb_graph(points[rng.permutation(80)], "pca", n_bins=6))
    turned = points @ special_ortho_group.rvs(3, random_state=0).T + [5.0, -2.0, 1.0]
    assert isomorphic(graph, tdainv.reeb_graph(turned, "pca", n_bins=6))


def test_small_components_are_left_out_but_never_all():
    points = np.vstack([circle(), [[3.0, 0.0]]])
    assert tdainv.reeb_graph(points, "coordinate", n_bins=4, radius=0.3).n_components == 2
    assert tdainv.reeb_graph(points, "coordinate", n_bins=4, radius=0.3, min_size=0.2).n_components == 1
    assert tdainv.reeb_graph(points, "coordinate", n_bins=4, radius=0.3, min_size=99).n_nodes > 0


def test_infinite_distances_make_components():
    distances = np.full((4, 4), np.inf)
    distances[:2, :2] = distances[2:, 2:] = 1.0
    np.fill_diagonal(distances, 0.0)
    assert connectivity_radius(distances, metric="precomputed") == 1.0
    graph = tdainv.reeb_graph(distances, np.arange(4.0), n_bins=2, metric="precomputed")
    assert graph.n_components == 2
    assert np.isinf(graph.distances()).any()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_bins": 0}, "n_bins must be an integer of at least 1"),
        ({"radius": -1.0}, "radius must be a positive finite number"),
        ({"min_size": -1.0}, "min_size must be at least 0"),
        ({"filter": np.zeros((60, 2))}, "must have one filter, got 2"),
        ({"filter": np.zeros(59)}, "filter"),
    ],
)
def test_bad_parameters_of_reeb_graphs_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        tdainv.reeb_graph(circle(), **parameters)
