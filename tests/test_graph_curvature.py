"""Curvatures of edges: closed forms, optimal transport as a linear program, and symmetry."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import linprog

from tdainv import graphs
from tdainv.exceptions import MemoryLimitError
from tdainv.graphs import Graph


def path(n):
    return Graph(n, list(pairwise(range(n))))


def cycle(n):
    return Graph(n, [[i, (i + 1) % n] for i in range(n)])


def complete(n):
    return Graph(n, np.argwhere(np.triu(np.ones((n, n)), 1)))


def star(leaves):
    return Graph(leaves + 1, [[0, i + 1] for i in range(leaves)])


def grid(rows, columns, torus=False):
    number = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(number, -1, axis=1), np.roll(number, -1, axis=0)
    edges = [np.column_stack([number.ravel(), other.ravel()]) for other in right]
    if not torus:
        inner = np.indices((rows, columns))
        edges = [edges[0][(inner[1] < columns - 1).ravel()], edges[1][(inner[0] < rows - 1).ravel()]]
    return Graph(rows * columns, np.vstack(edges))


def random_graph(seed, n=9, share=0.4, weighted=False):
    rng = np.random.default_rng([seed, n])
    edges = np.argwhere(np.triu(rng.random((n, n)) < share, 1))
    return Graph(n, edges, rng.uniform(0.5, 3.0, len(edges)) if weighted else None)


def measures(graph, alpha):
    """Rows are the measures of the nodes."""
    adjacency = graph.adjacency().toarray()
    degrees = np.maximum(adjacency.sum(axis=1, keepdims=True), 1)
    return alpha * np.eye(graph.n_nodes) + (1 - alpha) * adjacency / degrees


def curvature_by_linear_programs(graph, alpha, weighted=False):
    n = graph.n_nodes
    lengths = graphs.shortest_paths(graph, weighted=weighted)
    mass = measures(graph, alpha)
    values = []
    for u, v in graph.edges:
        near = np.flatnonzero(np.isfinite(lengths[u]))
        cost = lengths[np.ix_(near, near)]
        k = len(near)
        marginals = np.vstack([np.kron(np.eye(k), np.ones(k)), np.kron(np.ones(k), np.eye(k))])
        result = linprog(cost.ravel(), A_eq=marginals, b_eq=np.concatenate([mass[u, near], mass[v, near]]))
        assert result.status == 0
        values.append(1 - result.fun / lengths[u, v])
    assert n > 0
    return values


@pytest.mark.parametrize("n", [2, 3, 4, 7, 20])
@pytest.mark.parametrize("alpha", [Fraction(0), Fraction(1, 10), Fraction(1, 2), Fraction(4, 5), Fraction(1)])
def test_complete_graphs_have_their_closed_form(n, alpha):
    expected = float(1 - abs(alpha - (1 - alpha) / (n - 1)))
    assert set(graphs.ollivier_ricci(complete(n), alpha=float(alpha))) == {expected}


@pytest.mark.parametrize(("n", "expected"), [(3, 3 / 4), (4, 1 / 2), (5, 1 / 4), (6, 0.0), (7, 0.0), (30, 0.0)])
def test_cycles_have_their_closed_form(n, expected):
    assert set(graphs.ollivier_ricci(cycle(n))) == {expected}


@pytest.mark.parametrize("alpha", [0.5, 0.75, 0.9])
@pytest.mark.parametrize(
    "graph", [path(2), path(3), path(6), star(1), star(4), Graph(7, [[0, 1], [0, 2], [0, 3], [1, 4], [1, 5], [4, 6]])]
)
def test_trees_have_their_closed_form(graph, alpha):
    degrees = graphs.degree(graph)[graph.edges]
    expected = (1 - alpha) * (2 / degrees).sum(axis=1) - 2 * (1 - alpha)
    np.testing.assert_allclose(graphs.ollivier_ricci(graph, alpha=alpha), expected, atol=1e-15)


def test_flat_tori_are_flat_and_grids_are_not_negative():
    assert set(graphs.ollivier_ricci(grid(6, 7, torus=True))) == {0.0}
    assert graphs.ollivier_ricci(grid(4, 5)).min() >= 0


def test_complete_bipartite_graphs_have_their_closed_form():
    # Two measures of K_{n,n} at adjacent nodes: u keeps 1/2, v gets 1/2, the rest moves by one.
    for n in (2, 3, 5):
        graph = Graph(2 * n, [[i, n + j] for i in range(n) for j in range(n)])
        np.testing.assert_allclose(graphs.ollivier_ricci(graph), 1 / n, atol=1e-15)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.5, 1.0])
def test_curvatures_agree_with_linear_programs(seed, alpha):
    graph = random_graph(seed, share=0.25 + 0.1 * seed)
    ours = graphs.ollivier_ricci(graph, alpha=alpha)
    np.testing.assert_allclose(ours, curvature_by_linear_programs(graph, alpha), atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_weighted_curvatures_agree_with_linear_programs(seed, alpha):
    graph = random_graph(seed, share=0.25 + 0.1 * seed, weighted=True)
    ours = graphs.ollivier_ricci(graph, alpha=alpha, weighted=True)
    np.testing.assert_allclose(ours, curvature_by_linear_programs(graph, alpha, weighted=True), atol=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_larger_neighbourhoods_agree_with_linear_programs(seed):
    graph = random_graph(seed, n=24, share=0.35)
    expected = curvature_by_linear_programs(graph, 0.1)
    np.testing.assert_allclose(graphs.ollivier_ricci(graph, alpha=0.1), expected, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-9, 7.0, 1e9])
def test_equal_weights_change_nothing_and_units_do_not_matter(scale):
    graph = random_graph(3)
    scaled = Graph(9, graph.edges, np.full(graph.n_edges, scale))
    expected = graphs.ollivier_ricci(graph)
    np.testing.assert_allclose(graphs.ollivier_ricci(scaled, weighted=True), expected, atol=1e-12)
    assert (graphs.ollivier_ricci(scaled) == expected).all()


@pytest.mark.parametrize("seed", range(3))
def test_lengths_of_different_orders_agree_with_linear_programs(seed):
    graph = random_graph(seed, n=10)
    graph = Graph(10, graph.edges, 10.0 ** np.random.default_rng(seed).integers(-2, 3, graph.n_edges))
    expected = curvature_by_linear_programs(graph, 0.5, weighted=True)
    np.testing.assert_allclose(graphs.ollivier_ricci(graph, weighted=True), expected, rtol=1e-7, atol=1e-7)


def test_lengths_that_differ_too_much_are_refused():
    graph = Graph(3, [[0, 1], [1, 2]], [1e-5, 1e5])
    with pytest.raises(ValueError, match=r"Curvature needs weights within a factor of 1e\+09, got 1e-05 and 100000"):
        graphs.ollivier_ricci(graph, weighted=True)
    assert graphs.ollivier_ricci(([], 2), weighted=True).shape == (0,)


@pytest.mark.parametrize("alpha", [0.123456789123456789, 1 / 3, np.nextafter(1, 0), 1e-300])
def test_any_laziness_is_taken_to_within_rounding(alpha):
    np.testing.assert_allclose(
        graphs.ollivier_ricci(star(5), alpha=alpha), curvature_by_linear_programs(star(5), alpha), atol=1e-9
    )


def test_curvature_above_one_half_is_linear_in_the_laziness():
    graph = random_graph(5, n=12)
    half = graphs.ollivier_ricci(graph, alpha=0.5) / 0.5
    np.testing.assert_allclose(graphs.ollivier_ricci(graph, alpha=0.875) / 0.125, half, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_curvatures_follow_permutations_exactly(seed):
    graph = random_graph(seed, n=14)
    permutation = np.random.default_rng(seed).permutation(14)
    permuted = Graph(14, permutation[graph.edges])
    number = {tuple(edge): i for i, edge in enumerate(permuted.edges.tolist())}
    order = [number[tuple(sorted(edge))] for edge in permutation[graph.edges].tolist()]
    for function in (graphs.ollivier_ricci, graphs.forman_ricci):
        np.testing.assert_array_equal(function(permuted)[order], function(graph))


def test_other_components_do_not_matter():
    graph = Graph(9, [[0, 1], [1, 2], [0, 2], [4, 5], [5, 6], [6, 7], [4, 7]])
    assert graphs.ollivier_ricci(graph).tolist() == [0.75] * 3 + [0.5] * 4
    assert graphs.ollivier_ricci(graph, weighted=True).tolist() == [0.75] * 3 + [0.5] * 4


@pytest.mark.parametrize("alpha", [-0.1, 1.5, np.nan, "lazy", True, None])
def test_bad_laziness_is_refused(alpha):
    with pytest.raises(ValueError, match=r"alpha must lie in \[0, 1\], got alpha="):
        graphs.ollivier_ricci(path(3), alpha=alpha)


def test_hubs_whose_transport_does_not_fit_are_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "10000")
    edges = [[0, 1], *([0, i] for i in range(2, 60)), *([1, i] for i in range(60, 120))]
    with pytest.raises(MemoryLimitError, match="Transport between the neighbourhoods of two nodes"):
        graphs.ollivier_ricci((edges, 120))


def test_forman_curvature_counts_degrees_and_triangles():
    assert graphs.forman_ricci(cycle(5)).tolist() == [0.0] * 5
    assert graphs.forman_ricci(star(4)).tolist() == [-1.0] * 4
    assert graphs.forman_ricci(complete(5)).tolist() == [-4.0] * 10
    assert graphs.forman_ricci(complete(5), triangles=True).tolist() == [5.0] * 10
    graph = random_graph(2, n=12)
    adjacency = graph.adjacency().toarray() > 0
    triangles = [(adjacency[u] & adjacency[v]).sum() for u, v in graph.edges]
    difference = graphs.forman_ricci(graph, triangles=True) - graphs.forman_ricci(graph)
    np.testing.assert_array_equal(difference, 3 * np.array(triangles))


@pytest.mark.parametrize("how", ["min", "mean"])
@pytest.mark.parametrize("columns", [(), (2,)])
def test_values_of_edges_are_carried_to_nodes(how, columns):
    graph = random_graph(4, n=10, share=0.1)
    values = np.random.default_rng(0).normal(size=(graph.n_edges, *columns))
    reduce = np.min if how == "min" else np.mean
    result = graphs.edges_to_nodes(graph, values, how=how)
    isolated = graphs.degree(graph) == 0
    assert isolated.any()
    for v in range(10):
        incident = values if isolated[v] else values[(graph.edges == v).any(axis=1)]
        np.testing.assert_allclose(result[v], reduce(incident, axis=0), atol=1e-15)
    assert graphs.edges_to_nodes(([], 2), np.zeros((0, *columns)), how=how).tolist() == np.zeros((2, *columns)).tolist()


def test_bad_values_of_edges_are_refused():
    with pytest.raises(ValueError, match=r"edge_values must have shape \(2,\) or \(2, q\) .* got shape \(3,\)"):
        graphs.edges_to_nodes(path(3), [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"edge_values must be finite, got nan for edge 1"):
        graphs.edges_to_nodes(path(3), [1.0, np.nan])
    with pytest.raises(ValueError, match=r"how must be one of 'min', 'mean', got how='max'"):
        graphs.edges_to_nodes(path(3), [1.0, 2.0], how="max")
