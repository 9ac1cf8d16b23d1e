"""The reduced flag multifiltration against brute force."""

import numpy as np
import pytest
from oracles import hilbert_functions

import tdainv


def random_case(rng, p, *, n, kind, ties):
    """Distances, vertex births and vertex grades of a random flag filtration."""
    if kind == "dissimilarity":
        distances = rng.uniform(size=(n, n))
    else:
        points = rng.normal(size=(n, rng.integers(1, 6)))
        if ties:
            points = np.round(points)
        distances = np.abs(points[:, None] - points).max(axis=2)
    if ties:
        distances = np.round(distances * 4) / 4
    distances = np.triu(distances, 1)
    distances = distances + distances.T
    grades = rng.integers(0, 3, size=(n, p - 1)).astype(float) if ties else rng.normal(size=(n, p - 1))
    births = np.zeros(n)
    if kind == "births":
        births = rng.uniform(0, 0.5, size=n)
        distances = np.maximum(distances, np.maximum(births[:, None], births))
        np.fill_diagonal(distances, 0)
    if kind == "disconnected":
        distances[:2, 2:] = distances[2:, :2] = np.inf
    return distances, births, grades


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("kind", ["metric", "dissimilarity", "births", "disconnected"])
@pytest.mark.parametrize("ties", [False, True])
def test_hilbert_measure_equals_brute_force(p, kind, ties):
    rng = np.random.default_rng([p, len(kind), ties])
    for _ in range(12 if p < 3 else 5):
        n = int(rng.integers(1, 11 if p == 1 else 9 if p == 2 else 7))
        distances, births, grades = random_case(rng, p, n=n, kind=kind, ties=ties)
        max_edge = rng.choice([np.inf, 0.7]) if kind != "births" else np.inf
        filtration = tdainv.FlagFiltration(distances, births, grades, max_edge=max_edge)
        nodes, betti = hilbert_functions(distances, births, grades, max_edge)
        for degrees in ((0,), (1,), (0, 1), (1, 0)):
            for degree, measure in zip(degrees, tdainv.hilbert_signed_measures(filtration, degrees), strict=True):
                np.testing.assert_array_equal(measure.cumulative(nodes), betti[:, degree])


def test_four_parameters():
    rng = np.random.default_rng(0)
    distances, births, grades = random_case(rng, 4, n=5, kind="dissimilarity", ties=True)
    filtration = tdainv.FlagFiltration(distances, births, grades)
    nodes, betti = hilbert_functions(distances, births, grades)
    for degree in (0, 1):
        measure = tdainv.hilbert_signed_measure(filtration, degree)
        np.testing.assert_array_equal(measure.cumulative(nodes), betti[:, degree])


def gudhi_h1(distances):
    import gudhi

    n = len(distances)
    tree = gudhi.SimplexTree()
    for v in range(n):
        tree.insert([v], 0.0)
    for u, v in zip(*np.triu_indices(n, 1), strict=True):
        tree.insert([u, v], distances[u, v])
    tree.expansion(2)
    tree.compute_persistence(min_persistence=0.0, persistence_dim_max=True)
    bars = tree.persistence_intervals_in_dimension(1)
    bars = bars[bars[:, 1] > bars[:, 0]]
    return bars[np.lexsort((bars[:, 1], bars[:, 0]))]


@pytest.mark.parametrize("spread", [1e-12, 1e-9, 1e-3])
@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1.0, 1e30, 1e300])
def test_values_closer_than_single_precision_are_told_apart(spread, scale):
    # Edges are sorted by rounded values first: long runs of equal ones take the slow exact path.
    rng = np.random.default_rng(1)
    distances = 1.0 + spread * rng.uniform(size=(40, 40))
    distances = np.triu(distances, 1)
    distances = (distances + distances.T) * scale
    bars = tdainv.barcode(tdainv.rips(distances, metric="precomputed"), 1)
    np.testing.assert_array_equal(bars.diagram, gudhi_h1(distances))


def test_one_far_outlier_does_not_spoil_the_order():
    rng = np.random.default_rng(2)
    points = np.vstack([rng.uniform(size=(60, 2)) * 1e-9, [[1e9, 0.0]]])
    filtration = tdainv.rips(points)
    np.testing.assert_array_equal(tdainv.barcode(filtration, 1).diagram, gudhi_h1(filtration.distances))


@pytest.mark.parametrize("n", [1, 2, 3, 64, 65, 129])
def test_connecting_edges_agree_with_the_reduced_complex(n):
    # Degree 0 alone takes spanning forests, together with degree 1 the reduced flag complex.
    rng = np.random.default_rng(n)
    points = np.round(rng.normal(size=(n, 2)), 1)
    for filtration in (tdainv.rips(points), tdainv.function_rips(points, np.round(rng.normal(size=n), 1))):
        alone = tdainv.hilbert_signed_measure(filtration, 0)
        assert alone == tdainv.hilbert_signed_measures(filtration, (0, 1))[0]


@pytest.mark.parametrize("p", [1, 2, 3])
def test_critical_triangles_have_boundaries_that_are_cycles(p):
    rng = np.random.default_rng(p)
    points = rng.normal(size=(80, 3))
    filtration = tdainv.FlagFiltration(tdainv.rips(points).distances, vertex_grades=rng.normal(size=(80, p - 1)))
    complex_ = filtration.chain_complex(1)
    assert not (complex_.lower.to_dense().astype(int) @ complex_.upper.to_dense() % 2).any()
    edges, triangles = complex_.simplices
    assert (filtration.distances[tuple(edges.T)] == complex_.upper.row_grades[:, 0]).all()
    longest = filtration.distances[triangles[:, 0], triangles[:, 1]]
    assert (longest == complex_.upper.column_grades[:, 0]).all()
    assert (longest >= filtration.distances[triangles[:, 0], triangles[:, 2]]).all()


def test_complex_of_a_planar_cloud_is_small():
    points = np.random.default_rng(0).uniform(size=(500, 2))
    complex_ = tdainv.rips(points).chain_complex(1)
    triangles, edges = complex_.upper.shape[::-1]
    assert edges < 3 * 500  # the relative neighbourhood graph is planar
    assert triangles < 500


def test_input_is_left_alone_and_may_be_read_only():
    points = np.random.default_rng(0).normal(size=(50, 2))
    filtration = tdainv.codensity_rips(points)
    frozen = tdainv.FlagFiltration(filtration.distances.copy(), vertex_grades=filtration.vertex_grades.copy())
    for array in (frozen.distances, frozen.vertex_grades, frozen.vertex_births):
        array.flags.writeable = False
    measures = tdainv.hilbert_signed_measures(frozen, (0, 1))
    assert measures == tdainv.hilbert_signed_measures(filtration, (0, 1))
    assert tdainv.barcode(tdainv.rips(frozen.distances, metric="precomputed"), 0).degree == 0
