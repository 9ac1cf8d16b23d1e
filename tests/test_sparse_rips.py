"""Sparse Rips filtrations against their definition, and their barcodes against those of Rips filtrations."""

from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

import tdainv
from tdainv.filtrations import sparse_rips as module
from tdainv.filtrations.sparse_estimators import SparseRips
from tdainv.filtrations.sparse_rips import sparse_rips

SCIPY = {"euclidean": "euclidean", "l1": "cityblock", "chebyshev": "chebyshev"}


def circle(n, noise, seed):
    rng = np.random.default_rng(seed)
    angles = rng.uniform(0, 2 * np.pi, n)
    return np.column_stack([np.cos(angles), np.sin(angles)]) + rng.normal(scale=noise, size=(n, 2))


def insertion_radii(distances):
    """Greedy permutation from the first point on, ties by number, straight from the definition."""
    order, radii = [0], [np.inf]
    while len(order) < len(distances):
        rest = [v for v in range(len(distances)) if v not in order]
        far = [min(distances[v, u] for u in order) for v in rest]
        best = int(np.argmax(far))
        order.append(rest[best])
        radii.append(far[best])
    result = np.empty(len(order))
    result[order] = radii
    return result


def entrance(simplex, distances, radii, epsilon):
    """Twice the first time at which the balls of a simplex meet in pairs; None if one of them has gone by then."""
    frozen = radii * (1 + epsilon) / epsilon
    first = 0.0
    for u, v in combinations(simplex, 2):
        low, high = sorted([frozen[u], frozen[v]])
        d = distances[u, v]
        if d > low + high:
            return None
        first = max(first, d / 2 if d <= 2 * low else d - low)
    return 2 * first if first <= (1 + epsilon) * min(frozen[list(simplex)]) else None


def cells(complex_):
    """Simplices, as tuples of vertices, with their values."""
    result = {}
    for k in range(int(complex_.dimensions.max()) + 1):
        values = complex_.grades[complex_.dimensions == k, 0]
        result |= dict(zip(map(tuple, complex_.simplices(k).tolist()), values.tolist(), strict=True))
    return result


@pytest.mark.parametrize("epsilon", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("dim", [1, 2, 4])
def test_simplices_are_those_of_the_definition(epsilon, dim):
    points = np.random.default_rng(dim).normal(size=(24, dim)) ** 3
    distances = cdist(points, points)
    radii = insertion_radii(distances)
    expected = {}
    for size in (1, 2, 3, 4):
        for simplex in combinations(range(24), size):
            value = entrance(simplex, distances, radii, epsilon)
            if value is not None:
                expected[simplex] = value
    found = cells(sparse_rips(points, epsilon=epsilon, max_dimension=3))
    assert found.keys() == expected.keys()
    for simplex, value in expected.items():
        assert found[simplex] == pytest.approx(value, rel=1e-12)


def test_some_simplices_are_blocked_although_their_edges_are_there():
    points = np.random.default_rng(0).uniform(size=(300, 2))
    complex_ = sparse_rips(points, epsilon=1.0)
    edges = complex_.simplices(1).astype(np.int32)
    values = complex_.grades[complex_.dimensions == 1, 0]
    flag = module.flag_complex(edges, values, np.zeros(300), np.zeros((300, 0)), 2)
    assert 0 < np.count_nonzero(complex_.dimensions == 2) < np.count_nonzero(flag.dimensions == 2)


def test_the_complex_is_a_valid_one():
    complex_ = sparse_rips(circle(150, 0.1, 0), epsilon=0.7)
    tdainv.FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades)


def test_three_points_by_hand():
    # Insertion radii inf, 1, 10; with epsilon = 1 the ball of the middle point is frozen at 2 and gone at 4.
    assert cells(sparse_rips([[0.0], [1.0], [10.0]], epsilon=1.0)) == {
        **{(0,): 0.0, (1,): 0.0, (2,): 0.0},
        **{(0, 1): 1.0, (0, 2): 10.0},
    }
    # With epsilon = 1/3, it is frozen at 4 and gone at 16/3: the edge of length 9 enters at time 9 - 4 = 5.
    found = cells(sparse_rips([[0.0], [1.0], [10.0]], epsilon=1 / 3))
    assert found[1, 2] == pytest.approx(10.0)
    assert found[0, 1, 2] == pytest.approx(10.0)


def test_a_small_epsilon_gives_the_rips_filtration():
    points = np.random.default_rng(0).normal(size=(15, 2))
    assert cells(sparse_rips(points, epsilon=1e-3)) == pytest.approx(cells(tdainv.rips(points).expand(2)))


# --- the guarantee


def bars(filtration, degree):
    return tdainv.barcode(filtration, degree).diagram


def log_bottleneck(first, second):
    """Bottleneck distance of the logarithms of bars that are born after 0."""
    gudhi = pytest.importorskip("gudhi")
    logs = [np.log(diagram) for diagram in (first, second)]
    return gudhi.bottleneck_distance(*logs)


@pytest.mark.parametrize("metric", SCIPY)
@pytest.mark.parametrize("epsilon", [0.2, 1.0, 3.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_barcodes_are_those_of_rips_up_to_the_factor(metric, epsilon, seed):
    points = circle(60, 0.05 + 0.1 * seed, seed)
    sparse, exact = sparse_rips(points, epsilon=epsilon, metric=metric), tdainv.rips(points, metric=metric)
    first, second = bars(sparse, 1), bars(exact, 1)
    shift = np.log1p(epsilon) / 2
    assert log_bottleneck(first * np.exp(-shift), second) <= shift + 1e-9
    # Components: all are born at 0, so that deaths are compared in order.
    deaths = [np.sort(bars(filtration, 0)[:, 1])[:-1] for filtration in (sparse, exact)]
    assert (deaths[0] >= deaths[1] - 1e-12).all()
    assert (deaths[0] <= (1 + epsilon) * deaths[1] + 1e-12).all()


def test_the_sphere_is_found_in_degree_two():
    points = np.random.default_rng(3).normal(size=(60, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    first = bars(sparse_rips(points, epsilon=0.5, max_dimension=3), 2)
    second = tdainv.barcode(tdainv.rips(points), 2).diagram
    shift = np.log(1.5) / 2
    assert log_bottleneck(first * np.exp(-shift), second) <= shift + 1e-9


def test_the_cut_is_that_of_the_whole_filtration():
    points = circle(200, 0.1, 1)
    whole = cells(sparse_rips(points, epsilon=1.0))
    cut = cells(sparse_rips(points, epsilon=1.0, max_edge=0.6))
    assert cut == {simplex: value for simplex, value in whole.items() if value <= 0.6}
    assert len(cut) < len(whole)


def test_there_are_about_as_many_simplices_as_in_gudhi():
    gudhi = pytest.importorskip("gudhi")
    points = np.random.default_rng(0).uniform(size=(400, 2))
    # Its interleaving is by 1 / (1 - sparse).
    tree = gudhi.RipsComplex(points=points, sparse=0.5).create_simplex_tree(max_dimension=2)
    assert len(sparse_rips(points, epsilon=1.0).dimensions) == pytest.approx(tree.num_simplices(), rel=0.1)


def test_the_size_is_linear():
    rng = np.random.default_rng(0)
    edges = [len(sparse_rips(rng.uniform(size=(n, 1)), epsilon=1.0, max_dimension=1).dimensions) for n in (400, 1600)]
    assert edges[1] <= 4.5 * edges[0]


# --- tiles and matrices

CLOUDS = {
    "plane": np.random.default_rng(0).normal(size=(300, 2)),
    "line": np.random.default_rng(1).normal(size=(200, 1)),
    "ties": np.random.default_rng(2).integers(0, 9, size=(300, 2)).astype(float),
    "copies": np.repeat(np.random.default_rng(3).normal(size=(40, 2)), 5, axis=0),
    "one place": np.ones((300, 2)),
    "far apart": np.random.default_rng(4).normal(size=(150, 2)) * np.geomspace(1e-6, 1e6, 150)[:, np.newaxis],
}


@pytest.mark.parametrize("metric", SCIPY)
@pytest.mark.parametrize("max_edge", [None, 0.4])
@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("room", [1, 48])
def test_large_clouds_go_without_a_matrix(monkeypatch, name, metric, max_edge, room):
    monkeypatch.setattr(module, "_ROOM", room)
    options = {"epsilon": 1.0, "metric": metric, "max_edge": max_edge}
    expected = sparse_rips(CLOUDS[name], **options)
    monkeypatch.setattr(module, "_LARGE", 0)
    found = sparse_rips(CLOUDS[name], **options)
    np.testing.assert_array_equal(found.indices, expected.indices)
    np.testing.assert_allclose(found.grades, expected.grades, rtol=1e-12)


@pytest.mark.parametrize("metric", ["euclidean", "l1"])
def test_matrices_give_the_same_as_points(metric):
    points = circle(80, 0.1, 2)
    matrix = cdist(points, points, SCIPY[metric])
    before = matrix.copy()
    found = sparse_rips(matrix, epsilon=0.5, metric="precomputed")
    assert cells(found) == cells(sparse_rips(points, epsilon=0.5, metric=metric))
    np.testing.assert_array_equal(matrix, before)


# --- degenerate input


@pytest.mark.parametrize("large", [0, 1024])
def test_one_point_is_one_vertex(monkeypatch, large):
    monkeypatch.setattr(module, "_LARGE", large)
    assert cells(sparse_rips([[1.0, 2.0]], epsilon=0.5)) == {(0,): 0.0}


@pytest.mark.parametrize("large", [0, 1024])
def test_copies_of_points_hang_on_the_first_of_them(monkeypatch, large):
    monkeypatch.setattr(module, "_LARGE", large)
    points = [[0.0], [1.0], [0.0], [0.0], [1.0]]
    found = cells(sparse_rips(points, epsilon=1.0))
    assert {s: v for s, v in found.items() if len(s) > 1} == {(0, 1): 1.0, (0, 2): 0.0, (0, 3): 0.0, (1, 4): 0.0}


def test_infinite_distances_are_never_bridged():
    distances = np.array([[0, 1, np.inf], [1, 0, np.inf], [np.inf, np.inf, 0.0]])
    assert (0, 2) not in cells(sparse_rips(distances, epsilon=1.0, metric="precomputed"))
    assert cells(sparse_rips(distances, epsilon=1.0, metric="precomputed"))[0, 1] == 1.0


@pytest.mark.parametrize("large", [0, 1024])
@pytest.mark.parametrize("epsilon", [1e-300, 1e300])
def test_extreme_epsilons_give_no_warning(monkeypatch, large, epsilon):
    monkeypatch.setattr(module, "_LARGE", large)
    found = cells(sparse_rips(np.arange(5.0)[:, np.newaxis], epsilon=epsilon))
    assert sum(len(simplex) == 1 for simplex in found) == 5
    assert len(bars(sparse_rips(np.arange(5.0)[:, np.newaxis], epsilon=epsilon), 0)) == 5


@pytest.mark.parametrize("epsilon", [0, -1.0, np.nan, np.inf, "1", None, True])
def test_epsilon_must_be_positive(epsilon):
    with pytest.raises(ValueError, match="epsilon must be a positive finite number, got epsilon="):
        sparse_rips([[0.0]], epsilon=epsilon)


def test_other_bad_input_is_named():
    with pytest.raises(ValueError, match="max_dimension must be an integer of at least 1, got max_dimension=0"):
        sparse_rips([[0.0]], epsilon=1.0, max_dimension=0)
    with pytest.raises(ValueError, match="points must be finite"):
        sparse_rips([[np.nan]], epsilon=1.0)
    with pytest.raises(ValueError, match="max_edge must be a positive finite number"):
        sparse_rips([[0.0]], epsilon=1.0, max_edge=-1)
    with pytest.raises(ValueError, match="points must have finite distances"):
        sparse_rips(np.full((2000, 1), 1e200) * np.arange(2000)[:, np.newaxis], epsilon=1.0)


def test_what_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "2e6")
    with pytest.raises(tdainv.MemoryLimitError, match="Give a larger epsilon"):
        sparse_rips(np.random.default_rng(0).normal(size=(2000, 4)), epsilon=0.1)


def test_the_estimator_is_the_function_for_many():
    clouds = [circle(30, 0.1, seed) for seed in range(3)]
    found = SparseRips(epsilon=0.5, max_dimension=1, max_edge=1.0).fit_transform(clouds)
    assert [cells(c) for c in found] == [
        cells(sparse_rips(cloud, epsilon=0.5, max_dimension=1, max_edge=1.0)) for cloud in clouds
    ]
    with pytest.raises(ValueError, match="epsilon must be a positive"):
        SparseRips(epsilon=0).fit(clouds)
    with pytest.raises(ValueError, match=r"X\[1\] must be finite"):
        SparseRips().fit_transform([clouds[0], [[np.nan]]])
