"""Decorations of attributed graphs, against gudhi on complexes that are listed."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import special_ortho_group

import tdainv
from tdainv.attributed_graphs import CubicalCover, connectivity_radius, decorated

gudhi = pytest.importorskip("gudhi")


def cloud(n=45, seed=0):
    return tdainv.datasets.make_circle(n, noise=0.15, random_state=seed)


def gudhi_bars(points, values, radius):
    """H1 of the sublevel sets of values on the flag complex of all edges up to a radius."""
    complex_ = gudhi.RipsComplex(points=points, max_edge_length=radius).create_simplex_tree(max_dimension=2)
    for simplex, _ in list(complex_.get_simplices()):
        complex_.assign_filtration(simplex, max(values[v] for v in simplex))
    complex_.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)
    bars = complex_.persistence_intervals_in_dimension(1)
    bars = bars[(bars[:, 0] < bars[:, 1]) & np.isfinite(bars[:, 0])]
    return bars[np.lexsort((bars[:, 1], bars[:, 0]))]


def pulled_back(graph, n_points):
    """Distance of each point from each node, shape (n_nodes, n_points)."""
    distances = graph.distances()
    values = np.full((len(graph), n_points), np.inf)
    for node, members in enumerate(graph.members):
        values[:, members] = np.minimum(values[:, members], distances[:, node][:, np.newaxis])
    return values


def graphs():
    points = cloud()
    yield points, tdainv.reeb_graph(points, "coordinate", n_bins=5)
    yield points, tdainv.mapper(points, "coordinate", CubicalCover(5, 0.4))  # points in several nodes
    apart = np.vstack([points, points[:20] + np.array([9.0, 0.0])])
    yield apart, tdainv.reeb_graph(apart, "coordinate", n_bins=4, radius=0.8)  # not connected
    yield points, tdainv.reeb_graph(points, "coordinate", n_bins=5, min_size=0.6)  # points in no node


@pytest.mark.parametrize("case", range(4))
@pytest.mark.parametrize("radius", [0.45, 0.8, 1.4])
def test_the_barcode_transform_is_that_of_the_listed_complex(case, radius):
    points, graph = list(graphs())[case]
    values = pulled_back(graph, len(points))
    for node, bars in enumerate(tdainv.barcode_transform(graph, points, radius=radius)):
        np.testing.assert_allclose(bars.diagram, gudhi_bars(points, values[node], radius))


def test_a_circle_is_complete_at_the_far_end():
    points = tdainv.datasets.make_circle(80, random_state=0)
    graph = tdainv.reeb_graph(points, "coordinate", n_bins=6)
    distances = graph.distances()
    for node, bars in enumerate(tdainv.barcode_transform(graph, points)):
        assert len(bars) == 1
        assert np.isinf(bars.deaths[0])
        assert bars.births[0] >= distances[node].max() - graph.lengths.max() - 1e-9


def test_truncated_bars_end_at_a_multiple_of_the_diameter():
    points = cloud()
    graph = tdainv.reeb_graph(points, "coordinate", n_bins=5)
    diameter = graph.distances().max()
    for long, cut in zip(
        tdainv.barcode_transform(graph, points), tdainv.barcode_transform(graph, points, truncation=1.5), strict=True
    ):
        np.testing.assert_allclose(cut.deaths, np.where(np.isinf(long.deaths), 1.5 * diameter, long.deaths))
    assert all(len(bars) == 0 for bars in tdainv.barcode_transform(graph, points, radius=0.45, truncation=1e-9))


def test_local_barcodes_are_those_of_the_points_of_the_node():
    points, graph = next(graphs())
    for degree in (0, 1):
        for members, bars in zip(graph.members, tdainv.local_barcodes(graph, points, degree=degree), strict=True):
            complex_ = gudhi.RipsComplex(points=points[members]).create_simplex_tree(max_dimension=2)
            complex_.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)
            expected = complex_.persistence_intervals_in_dimension(degree)
            np.testing.assert_allclose(np.sort(bars.births), np.sort(expected[:, 0]))
            np.testing.assert_allclose(np.sort(bars.deaths), np.sort(expected[:, 1]))


def test_signed_measures_add_up_to_betti_numbers():
    points, graph = next(graphs())
    radius = 0.5
    distances = pulled_back(graph, len(points))
    filters = np.empty(len(points))
    for node, members in enumerate(graph.members):
        filters[members] = graph.filter_values[node, 0]
    measures = tdainv.signed_measure_transform(graph, points, radius=radius)
    for node in (0, 3):
        for reach in np.unique(distances[node])[::2]:
            for level in np.unique(filters)[::2]:
                there = np.flatnonzero((distances[node] <= reach) & (filters <= level))
                below = (measures[node].points <= [reach, level]).all(axis=1)
                assert measures[node].weights[below].sum() == first_betti_number(points[there], radius)


def first_betti_number(points, radius):
    if not len(points):
        return 0
    complex_ = gudhi.RipsComplex(points=points, max_edge_length=radius).create_simplex_tree(max_dimension=2)
    complex_.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)
    return sum(np.isinf(death) for _, death in complex_.persistence_intervals_in_dimension(1))


def all_decorations(graph, points):
    full = decorated(graph, points, ("local", "global", "two_parameter"))
    return [full.decorations[name] for name in ("local", "global", "two_parameter")]


def close(first, second):
    """Whether barcodes or measures agree up to rounding."""
    if isinstance(first, tdainv.Barcode):
        return len(first) == len(second) and np.allclose(first.diagram, second.diagram)
    return np.array_equal(first.weights, second.weights) and np.allclose(first.points, second.points)


def test_decorations_do_not_depend_on_the_order_of_nodes():
    points, graph = next(graphs())
    order = np.random.default_rng(0).permutation(len(graph))
    place = np.argsort(order)
    other = tdainv.AttributedGraph(
        len(graph),
        place[graph.edges],
        graph.lengths,
        members=[graph.members[v] for v in order],
        filter_values=graph.filter_values[order],
    )
    for mine, theirs in zip(all_decorations(graph, points), all_decorations(other, points), strict=True):
        assert [mine[v] for v in order] == list(theirs)


def test_decorations_do_not_depend_on_motions_and_the_order_of_points():
    points, graph = next(graphs())
    rng = np.random.default_rng(0)
    order = rng.permutation(len(points))
    moved = (points @ special_ortho_group.rvs(2, random_state=0).T + [3.0, 1.0])[order]
    place = np.argsort(order)
    other = tdainv.AttributedGraph(
        len(graph), graph.edges, graph.lengths, [place[m] for m in graph.members], graph.filter_values
    )
    for mine, theirs in zip(all_decorations(graph, points), all_decorations(other, moved), strict=True):
        assert all(close(a, b) for a, b in zip(mine, theirs, strict=True))


def test_distances_give_the_decorations_of_points():
    points, graph = next(graphs())
    one = decorated(graph, points, ("local", "global"))
    two = decorated(graph, cdist(points, points), ("local", "global"), metric="precomputed")
    assert one == two


def test_barcode_transforms_are_stable_in_the_lengths_of_edges():
    points, graph = next(graphs())
    rng = np.random.default_rng(0)
    lengths = graph.lengths + rng.uniform(0, 0.05, graph.n_edges)
    other = tdainv.AttributedGraph(len(graph), graph.edges, lengths, graph.members, graph.filter_values)
    change = np.abs(graph.distances() - other.distances()).max()
    for one, two in zip(tdainv.barcode_transform(graph, points), tdainv.barcode_transform(other, points), strict=True):
        assert tdainv.bottleneck_distance(one, two) <= change + 1e-12


def test_nodes_without_points_and_lonely_nodes_have_empty_decorations():
    graph = tdainv.AttributedGraph(2, [], members=[[0, 1], []], filter_values=[0.0, 1.0])
    points = [[0.0], [1.0], [2.0]]
    for name, each in decorated(graph, points, ("local", "global", "two_parameter")).decorations.items():
        assert len(each) == 2, name
        assert sum(len(getattr(d, "births", getattr(d, "weights", []))) for d in each) == 0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g, p: tdainv.local_barcodes(g, p[:10]), ValueError, r"graph must be one of these 10 points"),
        (lambda g, p: tdainv.local_barcodes(3, p), TypeError, "graph must be an AttributedGraph"),
        (lambda g, p: tdainv.barcode_transform(g, p, radius=0.0), ValueError, "radius must be a positive"),
        (lambda g, p: tdainv.barcode_transform(g, p, truncation=-1), ValueError, "truncation must be a positive"),
        (lambda g, p: tdainv.barcode_transform(g, p, degree=-1), ValueError, "degree must be"),
        (lambda g, p: decorated(g, p, ("near",)), ValueError, "decorations must be a sequence of 'local'"),
        (
            lambda g, p: tdainv.signed_measure_transform(tdainv.AttributedGraph(1, [], members=[[0]]), p),
            ValueError,
            "must have filter values",
        ),
    ],
)
def test_bad_input_of_decorations_is_refused(call, error, message):
    points, graph = next(graphs())
    with pytest.raises(error, match=message):
        call(graph, points)


def test_one_point_has_an_empty_transform_at_the_default_radius():
    graph = tdainv.reeb_graph([[1.0, 2.0]])
    assert connectivity_radius([[1.0, 2.0]]) == 0.0
    assert [len(bars) for bars in tdainv.barcode_transform(graph, [[1.0, 2.0]])] == [0]
