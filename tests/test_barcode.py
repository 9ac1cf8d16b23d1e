"""Barcodes against gudhi, against ripser, and against hand computation."""

import pickle
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

import tdainv

ROOT_2 = np.sqrt(2)


def rips_bars(distances, degree, **options):
    return tdainv.barcode(tdainv.rips(distances, metric="precomputed", **options), degree).diagram


def symmetric(matrix):
    upper = np.triu(matrix, 1)
    return upper + upper.T


def random_distances(rng, kind, n):
    """A dissimilarity with or without ties, metric or not."""
    match kind:
        case "cloud":
            points = rng.normal(size=(n, 3))
            return cdist(points, points)
        case "lattice":  # many ties and some duplicates
            points = rng.integers(0, 4, size=(n, 3)).astype(float)
            return cdist(points, points)
        case "dissimilarity":
            return symmetric(rng.uniform(size=(n, n)))
        case "dissimilarity with ties":
            return symmetric(rng.integers(0, 5, size=(n, n)).astype(float))
        case "disconnected":
            distances = symmetric(rng.uniform(size=(n, n)))
            distances[: n // 3, n // 3 :] = distances[n // 3 :, : n // 3] = np.inf
            return distances
    raise AssertionError(kind)


KINDS = ["cloud", "lattice", "dissimilarity", "dissimilarity with ties", "disconnected"]


def gudhi_tree(distances, births, max_edge=np.inf):
    """Simplex tree of the flag complex up to dimension 2."""
    gudhi = pytest.importorskip("gudhi")
    tree = gudhi.SimplexTree()
    for v, birth in enumerate(births):
        tree.insert([v], birth)
    for u, v in combinations(range(len(births)), 2):
        if np.isfinite(distances[u, v]) and distances[u, v] <= max_edge:
            tree.insert([u, v], distances[u, v])
    tree.expansion(2)
    return tree


def intervals(tree, degree):
    """Bars of positive length in one degree, sorted; the 2-skeleton is enough for degrees 0 and 1."""
    tree.compute_persistence(homology_coeff_field=2, min_persistence=0, persistence_dim_max=True)
    bars = tree.persistence_intervals_in_dimension(degree).reshape(-1, 2)
    return bars[np.lexsort((bars[:, 1], bars[:, 0]))]


def check_simplices(filtration, bars):
    """Simplices of a barcode carry its births and deaths."""
    distances, values = filtration.distances, filtration.vertex_births
    born, dead = bars.birth_simplices, bars.death_simplices
    assert born.shape == (len(bars), bars.degree + 1)
    assert dead.shape == (len(bars), bars.degree + 2)
    essential = np.isinf(bars.deaths)
    assert (dead[essential] == -1).all()
    assert (dead[~essential] >= 0).all()
    if bars.degree == 0:
        np.testing.assert_array_equal(values[born[:, 0]], bars.births)
    else:
        np.testing.assert_array_equal(distances[born[:, 0], born[:, 1]], bars.births)
    dead = dead[~essential]
    np.testing.assert_array_equal(distances[dead[:, 0], dead[:, 1]], bars.deaths[~essential])
    for u, v in combinations(range(dead.shape[1]), 2):
        assert (dead[:, u] != dead[:, v]).all()
        assert (distances[dead[:, u], dead[:, v]] <= bars.deaths[~essential]).all()
    for simplices in (born, dead):  # no simplex is used twice
        assert len({frozenset(s) for s in simplices.tolist()}) == len(simplices)


# --- against gudhi


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [2, 3, 5, 12, 30])
def test_barcodes_equal_those_of_gudhi(kind, n):
    for seed in range(4):
        distances = random_distances(np.random.default_rng([seed, n]), kind, n)
        tree = gudhi_tree(distances, np.zeros(n))
        filtration = tdainv.rips(distances, metric="precomputed")
        for bars in tdainv.barcodes(filtration, (0, 1)):
            np.testing.assert_allclose(bars.diagram, intervals(tree, bars.degree), rtol=0, atol=1e-12)
            check_simplices(filtration, bars)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ties", [False, True])
def test_barcodes_with_vertex_births_equal_those_of_gudhi(kind, ties):
    for seed in range(4):
        rng = np.random.default_rng([seed, ties])
        n = int(rng.integers(2, 26))
        distances = random_distances(rng, kind, n)
        births = rng.integers(-1, 3, size=n) / 2.0 if ties else rng.uniform(-0.5, 1.5, size=n)
        distances = np.maximum(distances, np.maximum(births[:, np.newaxis], births))
        np.fill_diagonal(distances, 0)
        distances = np.maximum(distances, 0)
        tree = gudhi_tree(distances, births)
        filtration = tdainv.FlagFiltration(distances, vertex_births=births)
        for bars in tdainv.barcodes(filtration, (0, 1)):
            np.testing.assert_allclose(bars.diagram, intervals(tree, bars.degree), rtol=0, atol=1e-12)
            check_simplices(filtration, bars)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("quantile", [0.02, 0.2, 0.5, 0.9])
def test_cut_off_barcodes_equal_those_of_gudhi(kind, quantile):
    for seed in range(3):
        distances = random_distances(np.random.default_rng([seed, 25]), kind, 25)
        values = np.sort(distances[np.isfinite(distances) & (distances > 0)])
        cut = values[int(quantile * len(values))]  # the value of an edge: the edge stays
        tree = gudhi_tree(distances, np.zeros(25), max_edge=cut)
        filtration = tdainv.rips(distances, metric="precomputed", max_edge=cut)
        for bars in tdainv.barcodes(filtration, (0, 1)):
            np.testing.assert_allclose(bars.diagram, intervals(tree, bars.degree), rtol=0, atol=1e-12)
            check_simplices(filtration, bars)


def test_cut_off_equals_gudhi_max_edge_length():
    gudhi = pytest.importorskip("gudhi")
    cloud = np.random.default_rng(0).normal(size=(40, 2))
    tree = gudhi.RipsComplex(points=cloud, max_edge_length=0.8).create_simplex_tree(max_dimension=2)
    for bars in tdainv.barcodes(tdainv.rips(cloud, max_edge=0.8), (0, 1)):
        np.testing.assert_allclose(bars.diagram, intervals(tree, bars.degree), rtol=0, atol=1e-12)


@pytest.mark.parametrize("lipschitz", [True, False])
@pytest.mark.parametrize("cut", [False, True])
def test_weighted_rips_equals_that_of_gudhi(lipschitz, cut):
    weighted = pytest.importorskip("gudhi.weighted_rips_complex")
    rng = np.random.default_rng(4)
    for _ in range(4):
        cloud = rng.normal(size=(30, 2))
        weights = np.linalg.norm(cloud, axis=1) / 2 if lipschitz else rng.uniform(0, 1.2, size=30)
        end = 2 * weights.max() + 0.1 if cut else np.inf  # all vertices are born before the cut-off
        complex_ = weighted.WeightedRipsComplex(cdist(cloud, cloud), weights, max_filtration=end)
        tree = complex_.create_simplex_tree(max_dimension=2)
        filtration = tdainv.weighted_rips(cloud, weights, max_edge=end)
        np.testing.assert_array_equal(filtration.vertex_births, 2 * weights)
        for bars in tdainv.barcodes(filtration, (0, 1)):
            np.testing.assert_allclose(bars.diagram, intervals(tree, bars.degree), rtol=0, atol=1e-12)
            check_simplices(filtration, bars)


@pytest.mark.parametrize("k", [2, 5, 30])
def test_dtm_rips_equals_that_of_gudhi(k):
    dtm = pytest.importorskip("gudhi.dtm_rips_complex")
    cloud = np.random.default_rng(k).normal(size=(30, 2))
    tree = dtm.DTMRipsComplex(points=cloud, k=k).create_simplex_tree(max_dimension=2)
    for bars in tdainv.barcodes(tdainv.dtm_rips(cloud, mass=k / 30), (0, 1)):
        np.testing.assert_allclose(bars.diagram, intervals(tree, bars.degree), rtol=0, atol=1e-12)


# --- against ripser


def bottleneck(first, second):
    """Largest distance within a best matching of equally many bars: an upper bound of their bottleneck distance."""
    cost = np.abs(first[:, np.newaxis] - second).max(axis=2)
    return cost[linear_sum_assignment(cost)].max(initial=0.0)


def large_clouds():
    rng = np.random.default_rng(7)
    angles = rng.uniform(0, 2 * np.pi, size=(2, 300))
    circle = np.column_stack([np.cos(angles[0]), np.sin(angles[0])])
    ring = 2 + np.cos(angles[1])
    return {
        "circle": circle[:250] + rng.normal(scale=0.1, size=(250, 2)),
        "torus": np.column_stack([ring * np.cos(angles[0]), ring * np.sin(angles[0]), np.sin(angles[1])]),
        "gaussian in 10 dimensions": rng.normal(size=(200, 10)),
    }


@pytest.mark.parametrize("name", large_clouds())
def test_barcodes_of_large_clouds_equal_those_of_ripser(name):
    ripser = pytest.importorskip("ripser")
    distances = cdist(large_clouds()[name], large_clouds()[name])
    theirs = ripser.ripser(distances, maxdim=1, distance_matrix=True)["dgms"]
    filtration = tdainv.rips(distances, metric="precomputed")
    for bars in tdainv.barcodes(filtration, (0, 1)):
        check_simplices(filtration, bars)
        ours, expected = (d[d[:, 1] - d[:, 0] > 1e-5] for d in (bars.diagram, theirs[bars.degree].astype(float)))
        assert np.isinf(ours[:, 1]).sum() == np.isinf(expected[:, 1]).sum() == 1 - bars.degree
        ours, expected = (d[np.isfinite(d[:, 1])] for d in (ours, expected))
        assert len(ours) == len(expected) > 30
        assert bottleneck(ours, expected) < 1e-6 * distances.max()  # ripser computes in float32


# --- by hand


def test_the_square():
    square = tdainv.rips([[0, 0], [1, 0], [1, 1], [0, 1]])
    components, loops = tdainv.barcodes(square, (0, 1))
    np.testing.assert_array_equal(components.diagram, [[0, 1], [0, 1], [0, 1], [0, np.inf]])
    np.testing.assert_array_equal(loops.diagram, [[1, ROOT_2]])


def test_the_rectangle_of_two_sides():
    np.testing.assert_array_equal(tdainv.barcode(tdainv.rips([[0, 0], [3, 0], [3, 4], [0, 4]]), 1).diagram, [[4, 5]])


@pytest.mark.parametrize("n", range(4, 16))
@pytest.mark.parametrize("metric", ["chords", "steps"])
def test_a_regular_polygon_has_one_loop_that_dies_with_the_inscribed_triangles(n, metric):
    # Adamaszek and Adams, Pacific J. Math. 2017: the loop of n points on a circle lives from one step to n/3 steps.
    steps = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    steps = np.minimum(steps, n - steps)
    chord = 2 * np.sin(np.pi * np.arange(n) / n) if metric == "chords" else np.arange(n).astype(float)
    np.testing.assert_array_equal(rips_bars(chord[steps], 1), [[chord[1], chord[-(-n // 3)]]])
    components = np.array([[0, chord[1]]] * (n - 1) + [[0, np.inf]])
    np.testing.assert_array_equal(rips_bars(chord[steps], 0), components)


def test_the_regular_hexagon_in_the_plane():
    angles = np.pi / 3 * np.arange(6)
    bars = tdainv.barcode(tdainv.rips(np.column_stack([np.cos(angles), np.sin(angles)])), 1)
    long = bars.diagram[bars.persistence > 1e-9]  # rounding may add bars of length 1e-16
    np.testing.assert_allclose(long, [[1, np.sqrt(3)]], rtol=1e-12)


def test_a_triangle_has_no_loop():
    assert len(tdainv.barcode(tdainv.rips([[0, 0], [1, 0], [0, 1]]), 1)) == 0


@pytest.mark.parametrize("dim", [3, 4, 5])
def test_the_vertices_of_a_cross_polytope_have_no_loop(dim):
    # Its flag complex is a sphere of dimension dim - 1 from the first edges on.
    points = np.concatenate([np.eye(dim), -np.eye(dim)])
    distances = np.where(points @ points.T == 1, 0.0, np.where(points @ points.T == -1, 2.0, ROOT_2))
    assert len(rips_bars(distances, 1)) == 0
    np.testing.assert_array_equal(rips_bars(distances, 0), [[0, ROOT_2]] * (2 * dim - 1) + [[0, np.inf]])


@pytest.mark.parametrize(("a", "b"), [(2, 2), (2, 5), (3, 4), (5, 5)])
def test_a_complete_bipartite_graph_has_its_cycle_rank_of_loops(a, b):
    side = np.arange(a + b) < a
    distances = np.where(side[:, np.newaxis] == side, 2.0, 1.0)
    np.fill_diagonal(distances, 0)
    np.testing.assert_array_equal(rips_bars(distances, 1), [[1, 2]] * ((a - 1) * (b - 1)))


def test_two_squares_far_apart_have_two_loops():
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    two = tdainv.rips(np.concatenate([square, 2 * square + [10, 0]]))
    np.testing.assert_array_equal(tdainv.barcode(two, 1).diagram, [[1, ROOT_2], [2, 2 * ROOT_2]])
    np.testing.assert_array_equal(tdainv.barcode(two, 0).deaths, [1, 1, 1, 2, 2, 2, 9, np.inf])


def test_a_square_with_its_centre_has_no_loop():
    assert len(tdainv.barcode(tdainv.rips([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]]), 1)) == 0


def test_two_points():
    components, loops = tdainv.barcodes(tdainv.rips([[0, 0], [3, 4]]), (0, 1))
    np.testing.assert_array_equal(components.diagram, [[0, 5], [0, np.inf]])
    np.testing.assert_array_equal(components.birth_simplices[:, 0] >= 0, True)
    np.testing.assert_array_equal(components.death_simplices, [[0, 1], [-1, -1]])
    assert loops.diagram.shape == (0, 2)
    assert loops.birth_simplices.shape == (0, 2)
    assert loops.death_simplices.shape == (0, 3)


@pytest.mark.parametrize("n", [2, 3, 7])
def test_all_distances_equal(n):
    distances = 2.5 * (1 - np.eye(n))
    np.testing.assert_array_equal(rips_bars(distances, 0), [[0, 2.5]] * (n - 1) + [[0, np.inf]])
    assert len(rips_bars(distances, 1)) == 0


@pytest.mark.parametrize("n", [1, 2, 6])
def test_points_that_all_agree_are_one_point(n):
    components, loops = tdainv.barcodes(tdainv.rips(np.ones((n, 2))), (0, 1))
    np.testing.assert_array_equal(components.diagram, [[0, np.inf]])
    np.testing.assert_array_equal(components.death_simplices, [[-1, -1]])
    assert len(loops) == 0


def test_points_that_are_never_joined_live_forever():
    distances = np.where(np.eye(3) == 1, 0, np.inf)
    np.testing.assert_array_equal(rips_bars(distances, 0), [[0, np.inf]] * 3)
    assert len(rips_bars(distances, 1)) == 0


def test_an_essential_loop():
    distances = np.array([[0, 1, np.inf, 1], [1, 0, 1, np.inf], [np.inf, 1, 0, 1], [1, np.inf, 1, 0]])
    bars = tdainv.barcode(tdainv.rips(distances, metric="precomputed"), 1)
    np.testing.assert_array_equal(bars.diagram, [[1, np.inf]])
    np.testing.assert_array_equal(bars.death_simplices, [[-1, -1, -1]])


def test_weights_delay_points_and_edges():
    # Vertices at 0, 0.5 and 6; edges at 1 + 0.25, 2 + 0.25 + 3 raised to 6, and 3 + 3 = 6.
    bars = tdainv.barcode(tdainv.weighted_rips([[0.0], [1.0], [3.0]], [0.0, 0.25, 3.0]), 0)
    np.testing.assert_array_equal(bars.diagram, [[0, np.inf], [0.5, 1.25]])


def test_the_elder_rule_keeps_the_component_born_first():
    filtration = tdainv.FlagFiltration([[0, 4, 9], [4, 0, 5], [9, 5, 0]], vertex_births=[3, 1, 2])
    bars = tdainv.barcode(filtration, 0)
    np.testing.assert_array_equal(bars.diagram, [[1, np.inf], [2, 5], [3, 4]])
    np.testing.assert_array_equal(bars.birth_simplices[:, 0], [1, 2, 0])
    np.testing.assert_array_equal(bars.death_simplices, [[-1, -1], [1, 2], [0, 1]])


# --- pairing


@pytest.mark.parametrize("kind", KINDS)
def test_killers_of_components_form_a_forest_and_make_no_loop(kind):
    distances = random_distances(np.random.default_rng(11), kind, 24)
    components, loops = tdainv.barcodes(tdainv.rips(distances, metric="precomputed"), (0, 1))
    root = list(range(24))

    def find(v):
        while root[v] != v:
            v = root[v]
        return v

    killers = components.death_simplices[np.isfinite(components.deaths)].tolist()
    for u, v in killers:
        assert find(u) != find(v)
        root[find(u)] = find(v)
    assert not {frozenset(e) for e in killers} & {frozenset(e) for e in loops.birth_simplices.tolist()}


def test_the_loop_of_the_square_is_filled_by_half_of_it():
    bars = tdainv.barcode(tdainv.rips([[0, 0], [1, 0], [1, 1], [0, 1]]), 1)
    (killer,) = bars.death_simplices.tolist()
    assert set(killer[:2]) in ({0, 2}, {1, 3})  # the diagonal comes first
    assert len(set(killer)) == 3


def test_moving_an_edge_moves_the_bars_it_makes_or_ends():
    distances = random_distances(np.random.default_rng(5), "dissimilarity", 15)
    bars = tdainv.barcode(tdainv.rips(distances, metric="precomputed"), 1)
    born, dead = (np.sort(edges[:, :2], axis=1) for edges in (bars.birth_simplices, bars.death_simplices))
    step = 1e-9  # smaller than any gap between two distances: pairs stay the same
    for u, v in np.unique(np.concatenate([born, dead]), axis=0):
        moved = distances.copy()
        moved[u, v] = moved[v, u] = distances[u, v] + step
        expected = bars.diagram
        expected[(born == (u, v)).all(axis=1), 0] = moved[u, v]
        expected[(dead == (u, v)).all(axis=1), 1] = moved[u, v]
        np.testing.assert_array_equal(rips_bars(moved, 1), expected)


# --- invariance


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("degree", [0, 1])
def test_the_order_of_points_does_not_matter(kind, degree):
    rng = np.random.default_rng(2)
    distances = random_distances(rng, kind, 30)
    expected = rips_bars(distances, degree)
    for _ in range(3):
        order = rng.permutation(30)
        np.testing.assert_array_equal(rips_bars(distances[np.ix_(order, order)], degree), expected)


@pytest.mark.parametrize("degree", [0, 1])
def test_isometries_do_not_matter(degree):
    rng = np.random.default_rng(3)
    cloud = rng.normal(size=(60, 3))
    expected = tdainv.barcode(tdainv.rips(cloud), degree).diagram
    for _ in range(3):
        rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        moved = cloud @ rotation + rng.normal(size=3)
        np.testing.assert_allclose(tdainv.barcode(tdainv.rips(moved), degree).diagram, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("degree", [0, 1])
def test_exact_isometries_do_not_matter_even_with_ties(degree):
    cloud = np.random.default_rng(4).integers(0, 5, size=(40, 3)).astype(float)
    expected = tdainv.barcode(tdainv.rips(cloud), degree)
    assert tdainv.barcode(tdainv.rips(np.array([7, -3, 1]) - cloud[:, [2, 0, 1]]), degree) == expected


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_scaling_scales_the_bars(degree, kind):
    distances = random_distances(np.random.default_rng(5), kind, 30)
    expected = rips_bars(distances, degree)
    for factor in (2.0**-60, 0.25, 2.0**70):
        np.testing.assert_array_equal(rips_bars(factor * distances, degree), factor * expected)
    np.testing.assert_allclose(rips_bars(3.7 * distances, degree), 3.7 * expected, rtol=1e-14)


@pytest.mark.parametrize("degree", [0, 1])
def test_increasing_functions_of_the_distances_commute_with_the_barcode(degree):
    distances = random_distances(np.random.default_rng(6), "cloud", 30)
    np.testing.assert_array_equal(rips_bars(distances**2, degree), rips_bars(distances, degree) ** 2)


@pytest.mark.parametrize("kind", ["cloud", "lattice"])
@pytest.mark.parametrize("degree", [0, 1])
def test_duplicates_add_nothing(kind, degree):
    rng = np.random.default_rng(8)
    distances = random_distances(rng, kind, 20)
    index = np.concatenate([np.arange(20), rng.integers(0, 20, size=15)])
    np.testing.assert_array_equal(rips_bars(distances[np.ix_(index, index)], degree), rips_bars(distances, degree))


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_the_cut_off_truncates_the_barcode(degree, kind):
    distances = random_distances(np.random.default_rng(9), kind, 30)
    full = rips_bars(distances, degree)
    for cut in (*np.unique(full[np.isfinite(full) & (full > 0)])[::7], 1e-3, 1e3):
        expected = full[full[:, 0] <= cut]
        expected[expected[:, 1] > cut, 1] = np.inf
        expected = expected[np.lexsort((expected[:, 1], expected[:, 0]))]
        np.testing.assert_array_equal(rips_bars(distances, degree, max_edge=cut), expected)


@pytest.mark.parametrize("degree", [0, 1])
def test_perturbed_points_move_bars_by_at_most_twice_as_much(degree):
    gudhi = pytest.importorskip("gudhi")
    rng = np.random.default_rng(10)
    cloud = rng.normal(size=(50, 2))
    bars = tdainv.barcode(tdainv.rips(cloud), degree).diagram
    for eps in (1e-3, 1e-2, 1e-1):
        steps = rng.normal(size=cloud.shape)
        steps *= eps / np.linalg.norm(steps, axis=1, keepdims=True)
        moved = tdainv.barcode(tdainv.rips(cloud + steps), degree).diagram
        assert 0 < gudhi.bottleneck_distance(bars, moved) <= 2 * eps * (1 + 1e-9)


def test_several_degrees_are_the_same_as_one_at_a_time():
    filtration = tdainv.rips(np.random.default_rng(0).normal(size=(40, 2)))
    for degrees in ((0, 1), (1, 0), (1,), [0], np.array([1, 0])):
        bars = tdainv.barcodes(filtration, degrees)
        assert [b.degree for b in bars] == list(degrees)
        assert bars == [tdainv.barcode(filtration, degree) for degree in degrees]


@pytest.mark.parametrize("degree", [0, 1])
def test_a_chain_complex_stands_for_its_filtration(degree):
    filtration = tdainv.rips(np.random.default_rng(0).normal(size=(20, 2)))
    complex_ = filtration.chain_complex(degree)
    assert tdainv.barcode(complex_, degree) == tdainv.barcode(filtration, degree)
    with pytest.raises(ValueError, match=rf"degree {degree}, got degrees \({1 - degree},\)"):
        tdainv.barcode(complex_, 1 - degree)
    bare = tdainv.ChainComplex(degree, complex_.upper, complex_.lower)
    bars = tdainv.barcode(bare, degree)
    assert bars == tdainv.barcode(filtration, degree)
    assert bars.birth_simplices is None
    assert bars.death_simplices is None


# --- the object


def test_bars_are_sorted_and_simplices_follow():
    bars = tdainv.Barcode([1.0, 0.0, 1.0], [3.0, np.inf, 2.0], 0, [[7], [8], [9]], [[1, 2], [-1, -1], [3, 4]])
    np.testing.assert_array_equal(bars.diagram, [[0, np.inf], [1, 2], [1, 3]])
    np.testing.assert_array_equal(bars.persistence, [np.inf, 1, 2])
    np.testing.assert_array_equal(bars.birth_simplices, [[8], [9], [7]])
    np.testing.assert_array_equal(bars.death_simplices, [[-1, -1], [3, 4], [1, 2]])


@pytest.mark.parametrize(
    ("births", "deaths", "text"),
    [
        ([], [], "Barcode(degree 1, 0 bars, 0 essential)"),
        ([0], [1], "Barcode(degree 1, 1 bar, 0 essential)"),
        ([0, 0], [1, np.inf], "Barcode(degree 1, 2 bars, 1 essential)"),
    ],
)
def test_representation_counts_the_bars(births, deaths, text):
    bars = tdainv.Barcode(births, deaths, 1)
    assert repr(bars) == text
    assert len(bars) == len(births)
    assert bars.diagram.shape == (len(births), 2)


def test_equality_is_that_of_degree_and_diagram():
    bars = tdainv.Barcode([0, 1], [2, 3], 1)
    assert bars == tdainv.Barcode(np.array([1.0, 0.0]), np.array([3.0, 2.0]), 1, [[0, 1], [1, 2]])
    assert bars != tdainv.Barcode([0, 1], [2, 3], 0)
    assert bars != tdainv.Barcode([0, 1], [2, 4], 1)
    assert bars != tdainv.Barcode([0], [2], 1)
    assert bars != "bars"
    assert tdainv.Barcode([], [], 0) == tdainv.Barcode([], [], 0)
    with pytest.raises(TypeError, match="unhashable"):
        hash(bars)


def test_pickle_keeps_everything():
    bars = tdainv.barcode(tdainv.rips(np.random.default_rng(0).normal(size=(15, 2))), 1)
    again = pickle.loads(pickle.dumps(bars))
    assert again == bars
    np.testing.assert_array_equal(again.birth_simplices, bars.birth_simplices)
    np.testing.assert_array_equal(again.death_simplices, bars.death_simplices)


def test_a_barcode_is_frozen_and_does_not_share_the_order_of_its_input():
    births = np.array([1.0, 0.0])
    bars = tdainv.Barcode(births, np.array([3.0, 2.0]), 0)
    np.testing.assert_array_equal(births, [1, 0])
    with pytest.raises(AttributeError):
        bars.births = births


@pytest.mark.parametrize(
    ("births", "deaths", "message"),
    [
        ([0, 1], [2], r"same shape \(k,\), got \(2,\) and \(1,\)"),
        ([[0]], [[1]], r"same shape \(k,\), got \(1, 1\) and \(1, 1\)"),
        ([1], [1], "birth below its death"),
        ([2], [1], "birth below its death"),
        ([np.nan], [1], "birth below its death"),
        ([0], [np.nan], "birth below its death"),
        ([-np.inf], [1], "birth below its death"),
        ([np.inf], [np.inf], "birth below its death"),
    ],
)
def test_bars_that_are_none_are_refused(births, deaths, message):
    with pytest.raises(ValueError, match=message):
        tdainv.Barcode(births, deaths, 0)


@pytest.mark.parametrize("name", ["birth_simplices", "death_simplices"])
@pytest.mark.parametrize("simplices", [[[0, 1]], [[0, 1]] * 3])
def test_simplices_must_be_one_a_bar(name, simplices):
    with pytest.raises(ValueError, match=name):
        tdainv.Barcode([0, 1], [2, 3], 1, **{name: simplices})


def test_ties_are_resolved_the_same_way_each_time():
    filtration = tdainv.rips(np.random.default_rng(1).integers(0, 4, size=(30, 2)).astype(float))
    first, second = (tdainv.barcode(filtration, 1) for _ in range(2))
    np.testing.assert_array_equal(first.birth_simplices, second.birth_simplices)
    np.testing.assert_array_equal(first.death_simplices, second.death_simplices)
