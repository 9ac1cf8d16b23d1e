"""Graphs: reading all kinds of them, and functions on their nodes, against networkx, closed forms and definitions."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse
from scipy.linalg import expm

from tdainv import graphs
from tdainv.exceptions import MemoryLimitError
from tdainv.graphs import Graph

nx = pytest.importorskip("networkx")


def path(n):
    return Graph(n, [[i, i + 1] for i in range(n - 1)])


def cycle(n):
    return Graph(n, [[i, (i + 1) % n] for i in range(n)])


def complete(n):
    return Graph(n, np.argwhere(np.triu(np.ones((n, n)), 1)))


def random_networkx(seed, n=14, share=0.15, weighted=True):
    """Often disconnected, with isolated nodes; the nodes are words in an order that is not sorted."""
    rng = np.random.default_rng(seed)
    graph = nx.gnp_random_graph(n, share, seed=seed)
    if weighted:
        for u, v in graph.edges:
            graph.edges[u, v]["weight"] = float(rng.integers(1, 9)) / 2
    return nx.relabel_nodes(graph, {i: f"node {(3 * i) % n}" for i in range(n)})


def tensor(values):
    """Behaves as a tensor of torch that has to be detached and moved."""
    return SimpleNamespace(detach=lambda: SimpleNamespace(cpu=lambda: SimpleNamespace(numpy=lambda: values)))


def kinds_of(graph):
    """The same networkx graph in all kinds."""
    n = len(graph)
    matrix = nx.to_numpy_array(graph)
    u, v = np.nonzero(matrix)  # both directions
    shuffled = np.random.default_rng(0).permutation(len(u))
    return {
        "networkx": graph,
        "array": matrix,
        "lists": matrix.tolist(),
        **{f: sparse.csr_array(matrix).asformat(f) for f in ("csr", "csc", "coo", "lil", "dok")},
        "sparse matrix": sparse.csr_matrix(matrix),
        "torch-geometric": SimpleNamespace(
            edge_index=tensor(np.array([u, v])[:, shuffled]), num_nodes=n, edge_weight=tensor(matrix[u, v][shuffled])
        ),
        "Graph": Graph(n, np.column_stack([v, u]), matrix[u, v]),
    }


# --- input


@pytest.mark.parametrize("seed", range(4))
def test_all_kinds_of_input_give_the_same_graph(seed):
    graph = random_networkx(seed)
    expected = Graph.of(graph)
    assert expected.node_labels == tuple(graph.nodes)
    assert expected.n_edges == graph.number_of_edges()
    for (u, v), weight in zip(expected.edges, expected.weights, strict=True):
        assert u < v
        assert graph.edges[expected.node_labels[u], expected.node_labels[v]]["weight"] == weight
    for kind, other in kinds_of(graph).items():
        assert Graph.of(other) == expected, kind


@pytest.mark.parametrize("seed", range(2))
def test_kinds_without_weights_give_ones(seed):
    graph = random_networkx(seed, weighted=False)
    expected = Graph.of(graph)
    assert (expected.weights == 1).all()
    edges = expected.edges[::-1, ::-1]
    assert Graph.of((edges, 14)) == Graph.of((edges.tolist(), np.int64(14))) == expected
    assert Graph.of(SimpleNamespace(edge_index=edges.T, num_nodes=14)) == expected
    assert Graph.of(nx.to_numpy_array(graph).astype(bool)) == expected


def test_edges_are_sorted_and_merged_and_loops_are_left_out():
    graph = Graph(5, [[3, 1], [2, 2], [0, 4], [1, 3], [0, 1]], [7.0, 9.0, 2.0, 7.0, 1.0])
    assert graph.edges.tolist() == [[0, 1], [0, 4], [1, 3]]
    assert graph.weights.tolist() == [1.0, 2.0, 7.0]
    assert repr(graph) == "Graph(5 nodes, 3 edges)"
    assert len(graph) == 5
    assert list(graph.node_labels) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["loops", "nothing", "matrix", "networkx"])
def test_a_graph_may_have_no_edges(kind):
    loops = nx.Graph()
    loops.add_edges_from([("a", "a"), ("b", "b")])
    graph = {
        "loops": ([[0, 0], [1, 1]], 2),
        "nothing": ([], 2),
        "matrix": np.eye(2),
        "networkx": loops,
    }[kind]
    graph = Graph.of(graph)
    assert graph == Graph(2, np.zeros((0, 2), int))
    for function in (graphs.degree, graphs.core_number, graphs.closeness, graphs.eccentricity, graphs.fiedler):
        assert function(graph).tolist() == [0.0, 0.0]
    assert graphs.heat_kernel_signature(graph).tolist() == [1.0, 1.0]
    assert graphs.ollivier_ricci(graph).shape == graphs.forman_ricci(graph, triangles=True).shape == (0,)


def test_sparse_zeros_are_no_edges_and_entries_listed_twice_are_added():
    entries = ([2.0, 3.0, 5.0, 0.0, 0.0, 4.0], ([0, 0, 1, 1, 2, 2], [1, 1, 0, 2, 1, 2]))
    graph = Graph.of(sparse.coo_array(entries, shape=(3, 3)))
    assert graph.edges.tolist() == [[0, 1]]
    assert graph.weights.tolist() == [5.0]


def test_missing_weights_of_a_networkx_graph_are_one_and_multigraphs_are_merged():
    graph = nx.MultiGraph()
    graph.add_edge("x", "y", weight=2.0)
    graph.add_edge("y", "x", weight=2.0)
    graph.add_edge("y", "z")
    assert Graph.of(graph).weights.tolist() == [2.0, 1.0]


def test_rounding_in_a_symmetric_matrix_is_forgiven():
    matrix = np.array([[0, 0.1 + 0.2], [0.3, 0]])
    assert matrix[0, 1] != matrix[1, 0]
    assert Graph.of(matrix).weights.tolist() == [0.1 + 0.2]


def test_inputs_are_not_changed_and_may_be_read_only():
    matrix = sparse.coo_array(([1.0, 1.0, 0.0], ([0, 1, 1], [1, 0, 1])), shape=(2, 2))
    before = matrix.data.copy()
    Graph.of(matrix)
    np.testing.assert_array_equal(matrix.data, before)
    edges = np.array([[2, 1], [0, 1]])
    edges.setflags(write=False)
    graphs.ollivier_ricci((edges, 3))
    assert edges.tolist() == [[2, 1], [0, 1]]


def test_graphs_survive_pickling():
    graph = Graph.of(random_networkx(1))
    again = pickle.loads(pickle.dumps(graph))
    assert again == graph
    assert again.node_labels == graph.node_labels
    assert again != path(3)
    assert graph != 3


def test_adjacency_is_that_of_networkx():
    graph = random_networkx(2)
    np.testing.assert_array_equal(Graph.of(graph).adjacency(weighted=True).toarray(), nx.to_numpy_array(graph))
    np.testing.assert_array_equal(Graph.of(graph).adjacency().toarray(), nx.to_numpy_array(graph) != 0)


ASYMMETRIC = [[0, 2, 0], [2, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (nx.Graph(), r"graph must have at least one node, got an empty graph"),
        (np.zeros((0, 0)), r"graph must have at least one node"),
        (sparse.csr_array((0, 0)), r"graph must have at least one node"),
        (([], 0), r"graph must have at least one node"),
        (([], -3), r"graph must have at least one node"),
        (SimpleNamespace(edge_index=np.zeros((2, 0)), num_nodes=0), r"graph must have at least one node"),
        (nx.DiGraph([(0, 1)]), r"graph must be undirected, got a DiGraph. Use graph.to_undirected\(\)"),
        (np.array(ASYMMETRIC), r"got graph\[0, 2\] = 0 and graph\[2, 0\] = 1"),
        (sparse.csr_array(ASYMMETRIC), r"got graph\[0, 2\] = 0 and graph\[2, 0\] = 1"),
        (np.array([[0, 1], [2, 0]]), r"got graph\[0, 1\] = 1 and graph\[1, 0\] = 2"),
        (sparse.csr_array([[0, 1], [2, 0]]), r"got graph\[0, 1\] = 1 and graph\[1, 0\] = 2"),
        (np.array([[0, np.nan], [np.nan, 0]]), r"graph must be finite, got graph\[0, 1\] = nan"),
        (np.array([[np.inf, 0], [0, 0]]), r"graph must be finite, got graph\[0, 0\] = inf"),
        (sparse.csr_array([[0, np.nan], [np.nan, 0]]), r"graph must be finite, got graph\[0, 1\] = nan"),
        (sparse.csr_array([[0, 1j], [1j, 0]]), r"graph must hold real numbers, got dtype complex128"),
        (np.zeros((3, 2)), r"shape \(n, n\), got shape \(3, 2\). Give a list of edges as \(edges, n_nodes\)"),
        ([1, 2], r"shape \(n, n\), got shape \(2,\)"),
        (([[0, 3]], 3), r"Edges must join nodes in 0..2, got edges\[0\] = \(0, 3\)"),
        (([[0, 1], [-1, 0]], 3), r"Edges must join nodes in 0..2, got edges\[1\] = \(-1, 0\)"),
        (([[0, 1, 2]], 3), r"edges must be integers of shape \(n, 2\)"),
        (([[0.5, 1]], 3), r"edges must be integers"),
        (([[0, 1]], True), r"n_nodes must be an integer of at least 1"),
        (nx.Graph([(0, 1, {"weight": np.nan})]), r"weights must be finite, got weights\[0\] = nan"),
        (nx.Graph([(0, 1, {"weight": "heavy"})]), r"weights must be numbers of shape \(1,\)"),
        (
            nx.MultiGraph([(0, 1, {"weight": 1}), (1, 0, {"weight": 2})]),
            r"must have the same weight, got 1 and 2 for the edge \(0, 1\)",
        ),
        (SimpleNamespace(edge_index=np.zeros((3, 4), int), num_nodes=2), r"edge_index must have shape \(2, m\)"),
        (SimpleNamespace(edge_index=np.zeros((2, 1), int)), r"graph must have its num_nodes set"),
    ],
)
def test_bad_graphs_are_refused(graph, message):
    with pytest.raises(ValueError, match=message):
        Graph.of(graph)


@pytest.mark.parametrize("graph", ["graph", 7, None, {0: [1]}, b"graph"])
def test_what_is_no_graph_is_refused(graph):
    with pytest.raises(TypeError, match=r"graph must be a Graph, an undirected networkx graph, .* got"):
        Graph.of(graph)


def test_wrong_constructor_arguments_are_refused():
    with pytest.raises(ValueError, match=r"weights must have shape \(1,\), one for each edge, got shape \(2,\)"):
        Graph(2, [[0, 1]], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"node_labels must hold one label a node, got 1 for 2 nodes"):
        Graph(2, [[0, 1]], node_labels=["a"])


# --- functions on nodes, against networkx


def in_order(graph, values):
    return [values[label] for label in graph.nodes]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("weighted", [False, True])
def test_functions_agree_with_networkx(seed, weighted):
    graph = random_networkx(seed)
    weight = "weight" if weighted else None
    np.testing.assert_array_equal(graphs.degree(graph, weighted=weighted), in_order(graph, graph.degree(weight=weight)))
    for improved in (False, True):
        ours = graphs.closeness(graph, weighted=weighted, wasserman_faust=improved)
        theirs = nx.closeness_centrality(graph, distance=weight, wf_improved=improved)
        np.testing.assert_allclose(ours, in_order(graph, theirs), rtol=1e-14)
    theirs = {}
    for component in nx.connected_components(graph):
        theirs |= nx.eccentricity(graph.subgraph(component), weight=weight)
    np.testing.assert_array_equal(graphs.eccentricity(graph, weighted=weighted), in_order(graph, theirs))
    lengths = dict(nx.all_pairs_dijkstra_path_length(graph, weight=weight))
    expected = [[lengths[u].get(v, np.inf) for v in graph.nodes] for u in graph.nodes]
    np.testing.assert_array_equal(graphs.shortest_paths(graph, weighted=weighted), expected)
    spectrum = np.linalg.eigvalsh(graphs.laplacian(graph, weighted=weighted).toarray())
    np.testing.assert_allclose(spectrum, nx.laplacian_spectrum(graph, weight=weight), atol=1e-12)
    spectrum = np.linalg.eigvalsh(graphs.laplacian(graph, normalized=True, weighted=weighted).toarray())
    np.testing.assert_allclose(spectrum, nx.normalized_laplacian_spectrum(graph, weight=weight), atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_core_numbers_agree_with_networkx(seed):
    graph = nx.gnp_random_graph(40, 0.02 + 0.02 * seed, seed=seed)
    np.testing.assert_array_equal(graphs.core_number(graph), in_order(graph, nx.core_number(graph)))


def test_distances_in_blocks_equal_those_at_once(monkeypatch):
    graph = random_networkx(5, n=20)
    closeness, eccentricity = graphs.closeness(graph), graphs.eccentricity(graph)
    monkeypatch.setattr("tdainv.graphs.distances._BLOCK_ENTRIES", 60)
    np.testing.assert_array_equal(graphs.closeness(graph), closeness)
    np.testing.assert_array_equal(graphs.eccentricity(graph), eccentricity)


@pytest.mark.parametrize(
    "function",
    [graphs.shortest_paths, graphs.closeness, graphs.eccentricity, graphs.laplacian, graphs.ollivier_ricci],
)
@pytest.mark.parametrize("weight", [0.0, -2.0])
def test_weights_that_are_no_lengths_or_strengths_are_refused(function, weight):
    graph = Graph(3, [[0, 1], [1, 2]], [1.0, weight])
    with pytest.raises(ValueError, match=rf"needs positive weights, got {weight:g} for the edge \(1, 2\)"):
        function(graph, weighted=True)
    function(graph)


def test_weights_whose_sum_is_not_finite_are_refused():
    graph = Graph(3, [[0, 1], [1, 2]], [1e308, 1.0])
    for function in (graphs.closeness, graphs.heat_kernel_signature, graphs.fiedler):
        with pytest.raises(ValueError, match=r"needs weights whose sum is finite, got weights of up to 1e\+308"):
            function(graph, weighted=True)
    large = Graph(3, [[0, 1], [1, 2]], [1e300, 1e300])
    np.testing.assert_allclose(graphs.fiedler(large, weighted=True), graphs.fiedler(path(3)), atol=1e-12)


def test_distance_matrices_that_do_not_fit_are_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000")
    with pytest.raises(MemoryLimitError, match="The 40 x 40 matrix of shortest paths needs"):
        graphs.shortest_paths(path(40))
    assert graphs.eccentricity(path(40))[0] == 39


# --- spectra


def heat_by_definition(graph, time, weighted=False):
    """Diagonal of the matrix exponential, computed by scipy."""
    return expm(-time * graphs.laplacian(graph, normalized=True, weighted=weighted).toarray()).diagonal()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("time", [0.01, 1.0, 7.3, 60.0, 1e4])
def test_heat_kernel_signatures_agree_with_the_matrix_exponential(seed, weighted, time):
    graph = random_networkx(seed, n=20)
    ours = graphs.heat_kernel_signature(graph, time=time, weighted=weighted)
    np.testing.assert_allclose(ours, heat_by_definition(graph, time, weighted), atol=2e-12)


@pytest.mark.parametrize("time", [0.01, 0.5, 5.0, 100.0, 3000.0])
@pytest.mark.parametrize("way", ["series", "series in blocks", "eigenvalues"])
def test_the_series_and_the_eigenvalues_give_the_same_heat(time, way, monkeypatch):
    graph = nx.gnp_random_graph(90, 0.03, seed=0)
    monkeypatch.setattr("tdainv.graphs.spectral._series_is_faster", lambda matrix, times: way != "eigenvalues")
    if way == "series in blocks":
        monkeypatch.setattr("tdainv.graphs.spectral._BLOCK_ENTRIES", 1000)
    times = [time, time / 3]
    expected = np.column_stack([heat_by_definition(graph, t) for t in times])
    np.testing.assert_allclose(graphs.heat_kernel_signature(graph, time=times), expected, atol=2e-12)


def test_large_graphs_need_no_matrix_of_pairs(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e6")
    n = 400
    assert set(graphs.heat_kernel_signature(cycle(n), time=1.0)) == {
        round(np.exp(np.cos(2 * np.pi * np.arange(n) / n) - 1).mean(), 12)
    }
    with pytest.raises(MemoryLimitError, match=r"The heat kernel of 400 nodes for a time of 1e\+09 needs"):
        graphs.heat_kernel_signature(cycle(n), time=1e9)
    with pytest.raises(MemoryLimitError, match=r"The Fiedler vector of a component of 400 nodes needs"):
        graphs.fiedler(cycle(n))


@pytest.mark.parametrize("n", [2, 5, 30])
@pytest.mark.parametrize("time", [0.3, 4.0])
def test_heat_kernel_signatures_have_their_closed_forms(n, time):
    hks = graphs.heat_kernel_signature(complete(n), time=time)
    np.testing.assert_allclose(hks, (1 + (n - 1) * np.exp(-time * n / (n - 1))) / n, atol=2e-12)
    if n > 2:
        hks = graphs.heat_kernel_signature(cycle(n), time=time)
        eigenvalues = 1 - np.cos(2 * np.pi * np.arange(n) / n)
        np.testing.assert_allclose(hks, np.exp(-time * eigenvalues).mean(), atol=2e-12)
        assert len(set(hks)) == 1


def test_several_times_are_columns():
    graph = random_networkx(0)
    both = graphs.heat_kernel_signature(graph, time=[0.5, 20.0])
    assert both.shape == (14, 2)
    for k, time in enumerate([0.5, 20.0]):
        np.testing.assert_allclose(both[:, k], graphs.heat_kernel_signature(graph, time=time), atol=2e-12)
    assert graphs.heat_kernel_signature(graph, time=[0.5]).shape == (14, 1)


def test_heat_after_a_very_long_time_is_the_share_of_the_degree():
    graph = Graph(6, [[0, 1], [1, 2], [3, 4]])
    expected = [1 / 4, 2 / 4, 1 / 4, 1 / 2, 1 / 2, 1]
    np.testing.assert_allclose(graphs.heat_kernel_signature(graph, time=1e12), expected, atol=1e-3)


@pytest.mark.parametrize("time", [0, -1.0, np.nan, np.inf, [], [1.0, 0.0], [[1.0]], "late"])
def test_bad_times_are_refused(time):
    with pytest.raises(
        ValueError, match=r"time must be a positive finite number, or a non-empty sequence of them, got"
    ):
        graphs.heat_kernel_signature(path(3), time=time)


@pytest.mark.parametrize("n", [2, 3, 4, 9])
def test_fiedler_vectors_of_paths_are_cosines(n):
    cosines = np.cos(np.pi * (np.arange(n) + 0.5) / n) ** 2
    np.testing.assert_allclose(graphs.fiedler(path(n)), cosines / cosines.sum(), atol=1e-12)


@pytest.mark.parametrize("n", [3, 4, 7, 12])
def test_fiedler_values_are_constant_where_the_graph_is_symmetric(n):
    np.testing.assert_allclose(graphs.fiedler(cycle(n)), 2 / n, atol=1e-12)
    np.testing.assert_allclose(graphs.fiedler(complete(n)), (n - 1) / n, atol=1e-12)


def test_fiedler_values_are_those_of_each_component():
    graph = nx.disjoint_union_all([nx.path_graph(4), nx.empty_graph(1), nx.complete_graph(3), nx.star_graph(3)])
    parts = [path(4), Graph(1, []), complete(3), Graph(4, [[0, 1], [0, 2], [0, 3]])]
    np.testing.assert_allclose(graphs.fiedler(graph), np.concatenate([graphs.fiedler(part) for part in parts]))
    assert graphs.fiedler(parts[1]).tolist() == [0.0]
    heavy = Graph(3, [[0, 1], [1, 2]], [1e-6, 1e6])  # a cut through the weak edge
    np.testing.assert_allclose(graphs.fiedler(heavy, weighted=True), [2 / 3, 1 / 6, 1 / 6], atol=1e-3)


# --- all of them


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "function",
    [
        graphs.degree,
        graphs.core_number,
        graphs.closeness,
        graphs.eccentricity,
        graphs.heat_kernel_signature,
        graphs.fiedler,
    ],
)
def test_functions_on_nodes_follow_permutations_and_do_not_depend_on_the_kind(function, seed):
    graph = Graph.of(random_networkx(seed, n=17))
    permutation = np.random.default_rng(seed).permutation(17)
    permuted = Graph(17, permutation[graph.edges])
    np.testing.assert_allclose(function(permuted)[permutation], function(graph), atol=2e-12)
    for kind, other in kinds_of(random_networkx(seed, n=17)).items():
        np.testing.assert_array_equal(function(other), function(graph), err_msg=kind)


def test_one_node_is_a_graph():
    graph = nx.empty_graph(1)
    assert graphs.closeness(graph).tolist() == graphs.eccentricity(graph).tolist() == [0.0]
    assert graphs.shortest_paths(graph).tolist() == [[0.0]]
    assert graphs.laplacian(graph).toarray().tolist() == [[0.0]]
