"""Filtrations of graphs by functions on nodes and edges, and their estimator."""

from functools import partial
from itertools import combinations

import numpy as np
import pytest
from scipy import sparse

from tdainv import graphs
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.exceptions import MemoryLimitError
from tdainv.filtrations.graph_estimators import GraphLowerStar
from tdainv.filtrations.graphs import graph_lower_star
from tdainv.graphs import Graph
from tdainv.persistence.barcode import barcode
from tdainv.persistence.extended import extended_persistence

LOLLIPOP = ([[0, 1], [0, 2], [1, 2], [2, 3], [3, 4]], 6)  # a triangle with a tail, and an isolated node


def random_graph(seed, n=12, share=0.4):
    rng = np.random.default_rng([seed, n])
    edges = np.argwhere(np.triu(rng.random((n, n)) < share, 1))
    return Graph(n, edges, rng.uniform(0.5, 3.0, len(edges)))


def indices(graph):
    """A function of two columns."""
    return np.column_stack([np.arange(graph.n_nodes), -np.arange(graph.n_nodes)])


def test_a_triangle_with_a_tail_by_degree():
    filtration = graph_lower_star(LOLLIPOP)
    assert filtration.grades.ravel().tolist() == [2, 2, 3, 2, 1, 0, 2, 3, 3, 3, 2]
    assert filtration.simplices(1).tolist() == LOLLIPOP[0]
    bars = barcode(filtration, degree=0)
    assert bars.diagram.tolist() == [[0, np.inf], [1, np.inf], [2, 3]]
    assert barcode(filtration, degree=1).diagram.tolist() == [[3, np.inf]]
    assert len(barcode(graph_lower_star(LOLLIPOP, max_dimension=2), degree=1)) == 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("max_dimension", [1, 2, 3, 6])
def test_cells_are_cliques_and_grades_largest_values(seed, max_dimension):
    graph = random_graph(seed)
    edge_values = np.random.default_rng(seed).normal(size=(graph.n_edges, 2))
    filtration = graph_lower_star(
        graph, ["degree", indices], edge_functions=("weight", edge_values), max_dimension=max_dimension
    )
    on_nodes = np.column_stack([graphs.degree(graph), indices(graph)])
    on_edges = np.column_stack([graph.weights, edge_values])
    number = {tuple(edge): i for i, edge in enumerate(graph.edges.tolist())}
    expected = {
        (v,): [*on_nodes[v], *on_edges[(graph.edges == v).any(axis=1)].min(axis=0)] for v in range(graph.n_nodes)
    }
    for k in range(1, max_dimension + 1):
        for clique in combinations(range(graph.n_nodes), k + 1):
            edges = [number.get(edge, -1) for edge in combinations(clique, 2)]
            if min(edges) >= 0:
                expected[clique] = [*on_nodes[list(clique)].max(axis=0), *on_edges[edges].max(axis=0)]
    listed = [tuple(row) for k in range(filtration.dimension + 1) for row in filtration.simplices(k).tolist()]
    assert sorted(listed) == sorted(expected)
    np.testing.assert_array_equal(filtration.grades, [expected[simplex] for simplex in listed])
    # The constructor checks facets and grades.
    assert filtration == FilteredComplex.from_simplices(listed, filtration.grades)


def test_nodes_come_with_their_first_edge_and_isolated_ones_with_the_first_of_all():
    filtration = graph_lower_star(LOLLIPOP, (), edge_functions=[5.0, 4.0, 3.0, 2.0, 7.0])
    assert filtration.grades.ravel().tolist() == [4, 3, 2, 2, 7, 2, 5, 4, 3, 2, 7]
    assert graph_lower_star(([], 2), (), edge_functions="weight").grades.tolist() == [[0.0], [0.0]]
    assert graph_lower_star(([], 2), (), edge_functions="ollivier_ricci", max_dimension=3).grades.shape == (2, 1)


NAMES = ("degree", "core_number", "closeness", "eccentricity", "heat_kernel_signature", "fiedler")


@pytest.mark.parametrize(
    ("functions", "listed"),
    [
        ("degree", [graphs.degree]),
        (NAMES, [getattr(graphs, name) for name in NAMES]),
        (graphs.closeness, [graphs.closeness]),
        (
            [partial(graphs.heat_kernel_signature, time=[0.1, 1.0]), "degree"],
            [partial(graphs.heat_kernel_signature, time=[0.1, 1.0]), graphs.degree],
        ),
        (np.arange(6.0), [np.arange(6)]),
        ([0, 1, 2, 3, 4, 5], [np.arange(6)]),
        ([[0, 1]] * 6, [np.tile([0, 1], (6, 1))]),
        ([np.arange(6), np.ones((6, 2)), [0.0] * 6], [np.arange(6), np.ones((6, 2)), np.zeros(6)]),
        (["degree", [0.0] * 6], [graphs.degree, np.zeros(6)]),
    ],
)
def test_functions_come_in_many_kinds(functions, listed):
    graph = Graph.of(LOLLIPOP)
    values = [np.asarray(function(graph) if callable(function) else function).reshape(6, -1) for function in listed]
    np.testing.assert_array_equal(graph_lower_star(LOLLIPOP, functions).grades[:6], np.hstack(values))


def test_one_value_a_node_of_a_graph_with_one_node():
    assert graph_lower_star(([], 1), [3.0]).grades.tolist() == [[3.0]]
    assert graph_lower_star(([], 1), [3]).grades.tolist() == [[3.0]]
    assert graph_lower_star(([], 1), np.float64(3.0).reshape(1)).grades.tolist() == [[3.0]]
    assert graph_lower_star(([], 1), [np.float64(3.0)]).grades.tolist() == [[3.0]]


def test_extended_persistence_of_a_cycle():
    cycle = ([[0, 1], [1, 2], [2, 3], [3, 0]], 4)
    components, loops = extended_persistence(graph_lower_star(cycle, [0.0, 4.0, 1.0, 3.0]))
    assert components.of_kind("extended").tolist() == [[0.0, 4.0]]
    assert components.of_kind("ordinary").tolist() == [[1.0, 3.0]]
    assert loops.of_kind("extended").tolist() == [[4.0, 0.0]]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("function", ["degree", "closeness", "heat_kernel_signature", "fiedler"])
def test_extended_persistence_does_not_depend_on_the_order_of_nodes(function, seed):
    graph = random_graph(seed, n=16, share=0.15)
    permuted = Graph(16, np.random.default_rng(seed).permutation(16)[graph.edges])
    bars = [extended_persistence(graph_lower_star(g, function)) for g in (graph, permuted)]
    for first, second in zip(*bars, strict=True):
        assert first == second


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"functions": "height"}, ValueError, r"functions must be one of 'degree', .* got functions='height'"),
        ({"functions": ["degree", "weight"]}, ValueError, r"functions must be one of .* got functions='weight'"),
        ({"edge_functions": "degree"}, ValueError, r"edge_functions must be one of 'weight', 'ollivier_ricci'"),
        ({"functions": ()}, ValueError, r"Give at least one function on nodes or edges"),
        ({"functions": None}, TypeError, r"functions must be a name, a callable, .* got None. Use \(\) for none"),
        ({"edge_functions": None}, TypeError, r"edge_functions must be a name"),
        ({"functions": [1.0, 2.0]}, ValueError, r"functions\[0\] must have shape \(6,\) or \(6, q\)"),
        ({"functions": 3.0}, ValueError, r"functions\[0\] must have shape \(6,\)"),
        ({"functions": ["degree", lambda graph: [np.nan] * 6]}, ValueError, r"functions\[1\] must be finite"),
        ({"functions": lambda graph: "high"}, ValueError, r"functions\[0\] must have shape .* numeric array"),
        ({"edge_functions": [1.0, 2.0]}, ValueError, r"edge_functions\[0\] must have shape \(5,\) or \(5, q\)"),
        ({"edge_functions": [np.inf] * 5}, ValueError, r"edge_functions\[0\] must be finite, got inf for edge 0"),
        ({"max_dimension": 0}, ValueError, r"max_dimension must be an integer of at least 1"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        graph_lower_star(LOLLIPOP, **arguments)


def test_cliques_that_do_not_fit_are_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000000")
    graph = ([[0, 1], [1, 2], [0, 2]], 100_000)
    with pytest.raises(MemoryLimitError, match=r"Listing the cliques of a graph with 100000 nodes .* max_dimension=1"):
        graph_lower_star(graph, max_dimension=2)
    assert len(graph_lower_star(graph)) == 100_003


# --- estimator


def test_the_estimator_maps_the_function_over_graphs_of_all_kinds():
    collection = [LOLLIPOP, np.ones((3, 3)), sparse.csr_array(np.ones((4, 4))), random_graph(0)]
    functions = ("degree", graphs.closeness)
    estimator = GraphLowerStar(functions=functions, edge_functions="weight", max_dimension=2, n_jobs=2)
    expected = [graph_lower_star(g, functions, edge_functions="weight", max_dimension=2) for g in collection]
    assert estimator.fit_transform(collection) == expected


def test_without_functions_items_are_pairs_of_a_graph_and_values():
    values = np.arange(12.0).reshape(6, 2)
    (filtration,) = GraphLowerStar(functions=None).fit_transform([(LOLLIPOP, values)])
    assert filtration == graph_lower_star(LOLLIPOP, values)


@pytest.mark.parametrize("columns", [None, 1, 3])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_many_pairs_have_the_filtrations_they_have_alone(columns, n_jobs):
    rng = np.random.default_rng(0)
    listed = [LOLLIPOP, ([], 2), *(random_graph(seed, n=int(rng.integers(1, 20))) for seed in range(30)), ([], 1)]
    sizes = [graph.n_nodes if isinstance(graph, Graph) else graph[1] for graph in listed]
    values = [rng.normal(size=n if columns is None else (n, columns)).round() * -1 for n in sizes]  # with -0.0
    pairs = list(zip(listed, values, strict=True))
    found = GraphLowerStar(functions=None, n_jobs=n_jobs).fit_transform(pairs)
    assert found == [graph_lower_star(*pair) for pair in pairs]
    assert not any(np.signbit(each.grades[each.grades == 0]).any() for each in found)
    mixed = [*pairs, (LOLLIPOP, list(range(6))), (LOLLIPOP, np.zeros((6, 2), int))]
    assert GraphLowerStar(functions=None).fit_transform(mixed) == [graph_lower_star(*pair) for pair in mixed]


@pytest.mark.parametrize("wrong", [np.full(6, np.nan), np.zeros(5), np.zeros((6, 0)), np.array(["a"] * 6)])
def test_errors_name_the_pair_among_many(wrong):
    pairs = [(LOLLIPOP, np.zeros(6)), (LOLLIPOP, np.ones(6)), (LOLLIPOP, wrong)]
    with pytest.raises(ValueError, match=r"^X\[2\]: functions\[0\]"):
        GraphLowerStar(functions=None).fit_transform(pairs)


@pytest.mark.parametrize(
    ("functions", "item", "error", "message"),
    [
        ("degree", np.zeros((3, 2)), ValueError, r"X\[1\]: graph must be an adjacency matrix"),
        ("degree", ([[0, 9]], 3), ValueError, r"X\[1\]: Edges must join nodes in 0..2"),
        ("degree", "graph", TypeError, r"X\[1\]: graph must be a Graph"),
        (lambda graph: [0.0, 1.0], LOLLIPOP, ValueError, r"X\[1\]: functions\[0\] must have shape \(6,\)"),
        (None, (LOLLIPOP, np.zeros(5)), ValueError, r"X\[1\]: functions\[0\] must have shape"),
        (None, (LOLLIPOP,), ValueError, r"X\[1\] must be a pair \(graph, values\), because no function was given"),
    ],
)
def test_errors_name_the_item(functions, item, error, message):
    good = ([], 2) if functions is not None else (LOLLIPOP, np.zeros(6))
    with pytest.raises(error, match=message):
        GraphLowerStar(functions=functions).fit_transform([good, item])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"functions": "height"}, r"functions must be one of"),
        ({"functions": ()}, r"Give at least one function"),
        ({"functions": None, "edge_functions": "height"}, r"edge_functions must be one of"),
        ({"max_dimension": 0}, r"max_dimension must be an integer"),
    ],
)
def test_wrong_parameters_are_refused_by_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        GraphLowerStar(**arguments).fit([LOLLIPOP])
