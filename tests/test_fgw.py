"""Fused Gromov--Wasserstein distances, against POT and closed forms."""

from functools import partial

import networkx
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

import tdainv
from tdainv.attributed_graphs import fused_coupling

ot = pytest.importorskip("ot")


def random_graph(n, seed, width=2):
    rng = np.random.default_rng(seed)
    tree = networkx.random_labeled_tree(n, seed=seed)
    edges = [*tree.edges, *rng.permuted(np.tile(np.arange(n), (2, 1)), axis=1).T.tolist()]
    edges = [(u, v) for u, v in edges if u != v]
    members = [np.arange(v * 10, v * 10 + 1 + rng.integers(5)) for v in range(n)]
    return tdainv.AttributedGraph(
        n, edges, rng.uniform(0.5, 2.0, len(edges)), members, attributes={"a": rng.normal(size=(n, width))}
    )


def shuffled(graph, seed):
    order = np.random.default_rng(seed).permutation(len(graph))
    return tdainv.AttributedGraph(
        len(graph),
        np.argsort(order)[graph.edges],
        graph.lengths,
        [graph.members[v] for v in order],
        attributes={name: rows[order] for name, rows in graph.attributes.items()},
    )


@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("weights", ["uniform", "size"])
def test_isomorphic_copies_are_at_distance_zero(alpha, weights):
    for seed in range(5):
        graph = random_graph(9, seed)
        assert tdainv.fgw_distance(graph, shuffled(graph, seed), alpha=alpha, weights=weights) < 1e-7


@pytest.mark.parametrize("alpha", [0.2, 0.5, 0.9])
def test_values_are_at_most_those_of_pot(alpha):
    for seed in range(6):
        first, second = random_graph(7, seed), random_graph(10, seed + 50)
        costs = cdist(first.attributes["a"], second.attributes["a"], "sqeuclidean")
        p, q = np.full(7, 1 / 7), np.full(10, 1 / 10)
        theirs = ot.gromov.fused_gromov_wasserstein2(
            costs, first.distances(), second.distances(), p, q, alpha=alpha, symmetric=True
        )
        assert tdainv.fgw_distance(first, second, alpha=alpha) ** 2 <= theirs + 1e-8


def test_values_are_the_cost_of_the_plan():
    first, second = random_graph(6, 1), random_graph(8, 2)
    a, b = first.distances(), second.distances()
    costs = cdist(first.attributes["a"], second.attributes["a"], "sqeuclidean")
    distance, plan = fused_coupling(a, b, costs, alpha=0.3)
    np.testing.assert_allclose(plan.sum(axis=1), 1 / 6)
    np.testing.assert_allclose(plan.sum(axis=0), 1 / 8)
    structure = np.einsum("ijkl,ij,kl->", (a[:, None, :, None] - b[None, :, None, :]) ** 2, plan, plan)
    np.testing.assert_allclose(distance**2, 0.7 * (costs * plan).sum() + 0.3 * structure)


def test_without_structure_it_is_optimal_transport():
    first, second = random_graph(8, 1), random_graph(8, 2)
    costs = cdist(first.attributes["a"], second.attributes["a"], "sqeuclidean")
    rows, columns = linear_sum_assignment(costs)
    np.testing.assert_allclose(tdainv.fgw_distance(first, second, alpha=0) ** 2, costs[rows, columns].mean())


def test_pairs_of_points_have_their_closed_form():
    for x, y in ((1.0, 4.0), (2.0, 2.5)):
        one, two = (tdainv.AttributedGraph(2, [[0, 1]], [length]) for length in (x, y))
        np.testing.assert_allclose(tdainv.fgw_distance(one, two, alpha=1.0), np.sqrt((x - y) ** 2 / 2))
    point, pair = tdainv.AttributedGraph(1, []), tdainv.AttributedGraph(2, [[0, 1]], [3.0])
    np.testing.assert_allclose(tdainv.fgw_distance(point, pair, alpha=1.0), np.sqrt(9 / 2))
    assert tdainv.fgw_distance(point, point) == 0.0


def test_the_root_obeys_the_triangle_inequality():
    graphs = [random_graph(n, n) for n in (5, 6, 7, 8, 9)]
    distances = tdainv.fgw_distances(graphs)
    through = (distances[:, :, np.newaxis] + distances).min(axis=1)
    assert (distances <= through + 1e-9).all()


def test_pairs_agree_with_single_calls_and_jobs():
    graphs = [random_graph(n, n) for n in (4, 6, 5)]
    distances = tdainv.fgw_distances(graphs, alpha=0.4)
    np.testing.assert_array_equal(distances, distances.T)
    assert distances[0, 2] == tdainv.fgw_distance(graphs[0], graphs[2], alpha=0.4)
    np.testing.assert_array_equal(tdainv.fgw_distances(graphs, alpha=0.4, n_jobs=2), distances)
    others = tdainv.fgw_distances(graphs[:1], graphs, alpha=0.4)
    np.testing.assert_allclose(others[0], distances[0], atol=1e-7)


def test_components_are_twice_the_longest_path_apart():
    apart = tdainv.AttributedGraph(4, [[0, 1], [2, 3]], [1.0, 3.0])
    paths = np.full((4, 4), 6.0)
    paths[0, 1] = paths[1, 0] = 1.0
    paths[2, 3] = paths[3, 2] = 3.0
    np.fill_diagonal(paths, 0.0)
    other = random_graph(5, 0)
    bare = tdainv.AttributedGraph(5, other.edges, other.lengths)
    expected = fused_coupling(paths, bare.distances(), alpha=1.0).distance
    np.testing.assert_allclose(tdainv.fgw_distance(apart, bare, alpha=1.0), expected)
    assert np.isfinite(tdainv.fgw_distance(tdainv.AttributedGraph(3, []), bare))


@pytest.mark.parametrize("factor", [1e-120, 1e-6, 1e120])
def test_scales_of_values_do_not_matter(factor):
    first, second = random_graph(6, 0), random_graph(7, 1)
    a, b = first.distances(), second.distances()
    costs = cdist(first.attributes["a"], second.attributes["a"], "sqeuclidean")
    expected = fused_coupling(a, b, costs).distance
    found = fused_coupling(factor * a, factor * b, factor**2 * costs).distance
    np.testing.assert_allclose(found / factor, expected, rtol=1e-6)


def test_a_kernel_of_distances_classifies():
    graphs = [random_graph(5, seed) for seed in range(4)]
    far = [each.with_attributes(a=each.attributes["a"] + 10.0) for each in graphs]
    kernel = tdainv.DistanceKernel(partial(tdainv.fgw_distance, alpha=0.3)).fit_transform(graphs + far)
    assert kernel[:4, :4].min() > kernel[:4, 4:].max()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": 1.5}, r"alpha must lie in \[0, 1\], got alpha=1.5"),
        ({"attributes": ["b"]}, r"first must have the attribute 'b', got \['a'\]"),
        ({"attributes": "a"}, "attributes must be a sequence of names"),
        ({"attribute_scale": 0}, "attribute_scale must be a positive"),
        ({"structure": "paths"}, "structure must be one of 'lengths'"),
        ({"weights": "degree"}, "weights must be one of 'uniform'"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        tdainv.fgw_distance(random_graph(4, 0), random_graph(4, 1), **parameters)


def test_graphs_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match=r"same attributes, got {'a': 2} and {'a': 3}"):
        tdainv.fgw_distance(random_graph(4, 0), random_graph(4, 1, width=3))
    with pytest.raises(ValueError, match="points in every node"):
        tdainv.fgw_distance(tdainv.AttributedGraph(1, []), tdainv.AttributedGraph(1, []), weights="size")
    with pytest.raises(TypeError, match=r"graphs\[1\] must be an AttributedGraph, got int"):
        tdainv.fgw_distances([random_graph(4, 0), 3])
    with pytest.raises(ValueError, match="first must be finite and symmetric"):
        fused_coupling([[0.0, 1.0], [2.0, 0.0]], [[0.0]])
    with pytest.raises(ValueError, match="costs must have shape"):
        fused_coupling([[0.0]], [[0.0]], [[-1.0]])
    with pytest.raises(ValueError, match=r"weights\[1\]"):
        fused_coupling([[0.0]], [[0.0]], weights=([1.0], [0.0]))
