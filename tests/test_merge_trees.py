"""Merge trees and decorated merge trees."""

import networkx
import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import cdist, squareform

import tdainv
from tdainv.attributed_graphs import DecoratedMergeTree, MergeTree, decorated_merge_tree

gudhi = pytest.importorskip("gudhi")


def two_circles(seed=0):
    """Two noisy circles of different sizes, side by side, in a random order."""
    rng = np.random.default_rng(seed)
    angles = 2 * np.pi * np.arange(12) / 12
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    points = np.vstack([ring, 1.6 * ring + np.array([4.2, 0.0])]) + 0.05 * rng.normal(size=(24, 2))
    return points[rng.permutation(24)]


def test_the_tree_of_a_cloud_is_single_linkage():
    points = np.random.default_rng(0).normal(size=(40, 3))
    expected = squareform(cophenet(linkage(points, "single")))
    np.testing.assert_allclose(tdainv.merge_tree(tdainv.rips(points)).ancestor_heights(), expected)


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_of_a_function_on_a_graph_has_the_heights_of_its_best_paths(seed):
    rng = np.random.default_rng(seed)
    n = 14
    edges = [(u, v) for u in range(n) for v in range(u + 1, n) if rng.random() < 0.15]
    values = rng.integers(0, 6, n).astype(float)
    tree = tdainv.merge_tree(tdainv.graph_lower_star((edges, n), [values]))
    for u in range(n):
        for v in range(n):
            heights = [
                level
                for level in np.unique(values)
                if level >= max(values[u], values[v]) and networkx.has_path(level_graph(edges, values, level), u, v)
            ]
            assert tree.ancestor_heights()[u, v] == (min(heights) if heights else np.inf)


def level_graph(edges, values, level):
    graph = networkx.Graph()
    graph.add_nodes_from(np.flatnonzero(values <= level).tolist())
    graph.add_edges_from((u, v) for u, v in edges if max(values[u], values[v]) <= level)
    return graph


def test_images_have_the_tree_of_their_pixels():
    tree = tdainv.merge_tree(tdainv.cubical([[0.0, 5.0, 1.0]], cells="vertices"))
    assert tree.ancestor_heights().tolist() == [[0.0, 5.0, 5.0], [5.0, 5.0, 5.0], [5.0, 5.0, 1.0]]


def test_components_at_a_height_are_those_of_the_complex():
    points = np.random.default_rng(1).random((30, 2))
    tree = tdainv.merge_tree(tdainv.rips(points))
    for height in (0.0, 0.05, 0.1, 0.3):
        near = networkx.from_numpy_array(cdist(points, points) <= height)
        parts = {frozenset(part) for part in networkx.connected_components(near)}
        labels = tree.components_at(height)
        assert {frozenset(np.flatnonzero(labels == k).tolist()) for k in range(labels.max() + 1)} == parts
    assert tree.components_at(-1.0).tolist() == [-1] * 30


def test_infinite_distances_make_several_roots():
    distances = np.array([[0.0, 1.0, np.inf], [1.0, 0.0, np.inf], [np.inf, np.inf, 0.0]])
    tree = tdainv.merge_tree(tdainv.FlagFiltration(distances))
    assert tree.n_roots == 2
    np.testing.assert_array_equal(tree.ancestor_heights(), distances)
    assert tdainv.merge_tree(tdainv.rips([[0.0]])) == MergeTree(1, [-1], [0.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, [], []), "n_leaves must be an integer of at least 1"),
        ((2, [2, 2], [0.0, 0.0]), "parents must hold 2 leaves first"),
        ((2, [2, -1, -1], [0.0, 0.0, 1.0]), "two children"),
        ((2, [2, 2, -1], [0.0, 2.0, 1.0]), "heights must not fall towards the root, got 2 below 1"),
        ((1, [-1], [np.inf]), "heights must be finite"),
    ],
)
def test_bad_trees_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MergeTree(*arguments)


def test_filtrations_that_have_no_tree_are_refused():
    with pytest.raises(TypeError, match="filtration must be a FlagFiltration, a FilteredComplex"):
        tdainv.merge_tree([[0.0]])
    with pytest.raises(ValueError, match="one parameter, got 2"):
        tdainv.merge_tree(tdainv.codensity_rips([[0.0], [1.0]]))
    with pytest.raises(TypeError, match="filtration must be a FlagFiltration, got ndarray"):
        decorated_merge_tree(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="degree must be at least 1"):
        decorated_merge_tree(tdainv.rips([[0.0]]), degree=0)


# --- decorations


def betti_number(points, height):
    """First Betti number of the Vietoris--Rips complex of some points at a height."""
    complex_ = gudhi.RipsComplex(points=points, max_edge_length=height).create_simplex_tree(max_dimension=2)
    complex_.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)
    return sum(np.isinf(death) for _, death in complex_.persistence_intervals_in_dimension(1))


@pytest.mark.parametrize("seed", range(2))
def test_barcodes_of_leaves_count_the_loops_of_their_components(seed):
    points = two_circles(seed)
    filtration = tdainv.rips(points)
    tree = decorated_merge_tree(filtration)
    whole = tdainv.barcode(filtration, 1)
    heights = np.unique(np.concatenate([[0.0], whole.births, whole.deaths, [3.5]]))
    for height in (heights[1:] + heights[:-1]) / 2:
        labels = tree.tree.components_at(height)
        counts = [betti_number(points[labels == k], height) for k in range(labels.max() + 1)]
        for bars, label in zip(tree.barcodes, labels, strict=True):
            assert ((bars.births <= height) & (height < bars.deaths)).sum() == counts[label]


def test_leaves_see_the_other_loop_once_they_meet_it():
    points = two_circles()
    tree = decorated_merge_tree(tdainv.rips(points))
    meet = tree.tree.ancestor_heights()[points[:, 0].argmin(), points[:, 0].argmax()]
    left = tree.barcodes[points[:, 0].argmin()]
    assert len(left) >= 2
    assert (left.births < meet).sum() >= 1
    assert (left.births == meet).sum() == 1


def test_bars_that_end_each_other_end_another_one_at_each_leaf():
    # Two squares a and b far apart: loops at 1 and at 2, joined at 3; at 4 a prism identifies the loops.
    distances = np.full((8, 8), np.inf)
    for first, value in ((0, 1.0), (4, 2.0)):
        for k in range(4):
            distances[first + k, first + (k + 1) % 4] = value
    for k in range(4):
        distances[k, 4 + k] = 3.0 if k == 0 else 4.0
        distances[k, 4 + (k + 1) % 4] = 4.0
    filtration = tdainv.FlagFiltration(np.where(np.eye(8) == 1, 0.0, np.minimum(distances, distances.T)))
    tree = decorated_merge_tree(filtration)
    for leaf, expected in ((0, [[1.0, np.inf], [3.0, 4.0]]), (5, [[2.0, np.inf], [3.0, 4.0]])):
        bars = tree.barcodes[leaf].diagram
        assert [row for row in bars.tolist() if row[0] in (1.0, 2.0, 3.0)] == expected


def test_clouds_without_loops_have_empty_barcodes_at_all_leaves():
    tree = decorated_merge_tree(tdainv.rips([[0.0], [1.0], [5.0]]))
    assert [len(bars) for bars in tree.barcodes] == [0, 0, 0]


# --- the bound


def test_a_relabelled_copy_is_at_distance_zero():
    points = two_circles()
    order = np.random.default_rng(3).permutation(24)
    one, two = (decorated_merge_tree(tdainv.rips(each)) for each in (points, points[order]))
    assert tdainv.labelled_interleaving_bound(one, two, np.column_stack([order, np.arange(24)])) < 1e-12
    assert tdainv.labelled_interleaving_bound(one, one, np.column_stack([np.arange(24)] * 2)) == 0.0


def test_the_bound_is_stable_when_points_move():
    rng = np.random.default_rng(0)
    points = two_circles()
    moved = points + 0.02 * rng.uniform(-1, 1, points.shape)
    change = np.abs(cdist(points, points) - cdist(moved, moved)).max()
    one, two = (decorated_merge_tree(tdainv.rips(each)) for each in (points, moved))
    labels = np.column_stack([np.arange(24)] * 2)
    assert 0 < tdainv.labelled_interleaving_bound(one, two, labels) <= change + 1e-12


def test_labels_from_a_coupling_find_a_copy_whose_leaves_can_be_told_apart():
    pytest.importorskip("ot")
    points = two_circles()[:14]
    order = np.random.default_rng(3).permutation(14)
    one, two = (decorated_merge_tree(tdainv.rips(each)) for each in (points, points[order]))
    assert tdainv.labelled_interleaving_bound(one, two) < 1e-9
    other = decorated_merge_tree(tdainv.rips(1.5 * points))
    assert tdainv.labelled_interleaving_bound(one, other) > 0.1


def test_bars_that_never_die_and_trees_that_never_meet_are_compared():
    apart = np.array([[0.0, 1.0, np.inf], [1.0, 0.0, np.inf], [np.inf, np.inf, 0.0]])
    one = decorated_merge_tree(tdainv.FlagFiltration(apart))
    two = decorated_merge_tree(tdainv.rips([[0.0], [1.0], [3.0]]))
    same = [[0, 0], [1, 1], [2, 2]]
    assert tdainv.labelled_interleaving_bound(one, one, same) == 0.0
    assert tdainv.labelled_interleaving_bound(one, two, same) == np.inf


def test_bad_labels_and_trees_are_refused():
    tree = decorated_merge_tree(tdainv.rips([[0.0], [1.0]]))
    with pytest.raises(ValueError, match="labels must reach every leaf, got none at leaf 1"):
        tdainv.labelled_interleaving_bound(tree, tree, [[0, 0]])
    with pytest.raises(ValueError, match=r"labels must name leaves 0\.\.1"):
        tdainv.labelled_interleaving_bound(tree, tree, [[0, 0], [1, 2], [1, 1]])
    with pytest.raises(TypeError, match="second must be a DecoratedMergeTree, got MergeTree"):
        tdainv.labelled_interleaving_bound(tree, tree.tree, [[0, 0]])
    with pytest.raises(ValueError, match="one barcode a leaf, got 1 for 2 leaves"):
        DecoratedMergeTree(tree.tree, tree.barcodes[:1])
    with pytest.raises(TypeError, match=r"barcodes\[0\] must be a Barcode"):
        DecoratedMergeTree(tree.tree, (1, 2))
