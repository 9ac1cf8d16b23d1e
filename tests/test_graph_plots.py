"""Pictures of attributed graphs, merge trees and collections."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.spatial.distance import cdist, pdist, squareform

import tdainv
from tdainv.plots import plot_attributed_graph, plot_mds, plot_merge_tree
from tdainv.plots.collections import classical_mds


def axes(projection=None):
    return Figure().add_subplot(projection=projection)


def circle_graph():
    return tdainv.reeb_graph(tdainv.datasets.make_circle(60, random_state=0), "coordinate", n_bins=4)


def test_nodes_lie_at_their_positions_and_have_the_filter_as_colours():
    graph = circle_graph()
    ax = plot_attributed_graph(graph, ax=axes())
    np.testing.assert_allclose(ax.collections[0].get_offsets(), graph.positions)
    np.testing.assert_allclose(ax.collections[0].get_array(), graph.filter_values[:, 0])
    assert len(ax.lines) == graph.n_edges
    sizes = ax.collections[0].get_sizes()
    assert (np.argsort(sizes, kind="stable") == np.argsort(graph.sizes, kind="stable")).all()


def test_graphs_in_space_and_without_positions_are_drawn():
    torus = tdainv.datasets.make_torus(200, random_state=0)
    ax = plot_attributed_graph(tdainv.reeb_graph(torus, n_bins=4), ax=axes("3d"))
    assert ax.name == "3d"
    for graph in (tdainv.AttributedGraph(1, []), tdainv.AttributedGraph(4, [[0, 1], [2, 3]])):
        ax = plot_attributed_graph(graph, ax=axes())
        assert ax.collections[0].get_offsets().shape == (len(graph), 2)
    with pytest.raises(TypeError, match="graph must be an AttributedGraph"):
        plot_attributed_graph([1])
    with pytest.raises(ValueError, match="values"):
        plot_attributed_graph(circle_graph(), values=[1.0], ax=axes())


def test_points_in_the_plane_are_found_from_their_distances():
    points = np.random.default_rng(0).normal(size=(12, 2))
    found, shares = classical_mds(squareform(pdist(points)), 2)
    np.testing.assert_allclose(cdist(found, found), cdist(points, points))
    np.testing.assert_allclose(shares.sum(), 1)
    assert classical_mds(np.zeros((1, 1)), 2)[0].tolist() == [[0.0, 0.0]]


def test_classes_have_colours_and_names():
    distances = squareform(pdist(np.random.default_rng(0).normal(size=(6, 3))))
    ax = plot_mds(distances, labels=[0, 0, 1, 1, 2, 2], class_names=("a", "b", "c"), ax=axes())
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b", "c"]
    assert len(plot_mds(distances, ax=axes()).collections) == 1
    with pytest.raises(ValueError, match=r"labels must have shape \(6,\)"):
        plot_mds(distances, labels=[1], ax=axes())
    with pytest.raises(ValueError, match="distances must be finite"):
        plot_mds([[0.0, np.inf], [np.inf, 0.0]], ax=axes())


def test_branches_of_a_merge_tree_do_not_cross():
    tree = tdainv.merge_tree(tdainv.rips(np.random.default_rng(0).normal(size=(15, 2))))
    ax = plot_merge_tree(tree, ax=axes())
    assert len(ax.lines) == 28
    bars = [(line.get_ydata()[1], sorted(line.get_xdata()[1:])) for line in ax.lines]
    stems = [(line.get_xdata()[0], line.get_ydata()[:2]) for line in ax.lines]
    for height, (left, right) in bars:
        inside = [low < height < high for place, (low, high) in stems if left < place < right]
        assert not any(inside)
    with pytest.raises(TypeError, match="tree must be a MergeTree, got int"):
        plot_merge_tree(3)
