"""Filters of Mapper and Reeb graphs."""

import networkx
import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import special_ortho_group

import tdainv
from tdainv.attributed_graphs import (
    coordinate,
    density,
    eccentricity,
    geodesic_centrality,
    geodesic_distances,
    laplacian_eigenfunction,
    principal_component,
)

FILTERS = [principal_component, eccentricity, density, laplacian_eigenfunction, geodesic_centrality]


def cloud(n=60):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 3)) * [3.0, 1.0, 0.3] + rng.exponential(size=(n, 1))


@pytest.mark.parametrize("function", FILTERS, ids=lambda function: function.__name__)
def test_filters_do_not_depend_on_order_or_motion(function):
    points = cloud()
    rng = np.random.default_rng(1)
    order = rng.permutation(len(points))
    moved = points[order] @ special_ortho_group.rvs(3, random_state=1).T + [1.0, 2.0, 3.0]
    np.testing.assert_allclose(function(moved), function(points)[order], atol=1e-8)


def test_principal_components_have_the_variances_of_the_covariance():
    points = cloud()
    variances = sorted(np.linalg.eigvalsh(np.cov(points.T, bias=True)), reverse=True)
    np.testing.assert_allclose([principal_component(points, number=k).var() for k in range(3)], variances)


@pytest.mark.parametrize("exponent", [1.0, 2.0, 100.0])
def test_eccentricities_are_means_of_powers(exponent):
    points = cloud(20)
    expected = (cdist(points, points) ** exponent).mean(axis=1) ** (1 / exponent)
    np.testing.assert_allclose(eccentricity(points, exponent=exponent), expected)


def test_geodesic_distances_are_those_of_the_graph_of_neighbours():
    points = cloud(25)
    distances = cdist(points, points)
    graph = networkx.minimum_spanning_tree(networkx.from_numpy_array(distances))
    for u in range(25):
        for v in np.argsort(distances[u])[1:4].tolist():
            graph.add_edge(u, v, weight=distances[u, v])
    expected = dict(networkx.all_pairs_dijkstra_path_length(graph))
    found = geodesic_distances(points, n_neighbors=3)
    np.testing.assert_allclose(found, [[expected[u][v] for v in range(25)] for u in range(25)])
    np.testing.assert_allclose(geodesic_centrality(points, n_neighbors=3), found.mean(axis=1))
    assert np.isfinite(geodesic_distances(np.vstack([points, points + 1000]), n_neighbors=1)).all()


def test_eigenfunctions_are_eigenvectors_of_the_laplacian():
    points = np.array([[float(x)] for x in range(600)])  # a path, solved by shift and inversion
    found = laplacian_eigenfunction(points, number=2, n_neighbors=1)
    expected = np.cos(2 * np.pi * (np.arange(600) + 0.5) / 600)
    assert abs(found @ expected) / np.linalg.norm(expected) > 0.99
    small = laplacian_eigenfunction(points[:40], number=3, n_neighbors=1)
    expected = np.cos(3 * np.pi * (np.arange(40) + 0.5) / 40)
    assert abs(small @ expected) / np.linalg.norm(expected) > 1 - 1e-9


def test_infinite_distances_are_left_out_of_means_and_have_no_eigenfunction():
    distances = np.array([[0.0, 1.0, np.inf], [1.0, 0.0, np.inf], [np.inf, np.inf, 0.0]])
    np.testing.assert_allclose(eccentricity(distances, metric="precomputed"), [0.5, 0.5, 0.0])
    np.testing.assert_allclose(geodesic_centrality(distances, metric="precomputed"), [0.5, 0.5, 0.0])
    with pytest.raises(ValueError, match="connected by finite distances to have eigenfunctions, got 2 parts"):
        laplacian_eigenfunction(distances, metric="precomputed")


@pytest.mark.parametrize("function", [coordinate, *FILTERS], ids=lambda function: function.__name__)
def test_one_point_and_equal_points_have_finite_values(function):
    for points in ([[1.0, 2.0]], [[1.0, 2.0]] * 4):
        if function is laplacian_eigenfunction and len(points) == 1:
            continue  # it has the constant one only
        values = function(points)
        assert values.shape == (len(points),)
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: coordinate([[0.0, 1.0]], axis=2), "axis must be an integer from -2 to 1, got axis=2"),
        (lambda: principal_component([[0.0, 1.0]], number=2), "number must be an integer from 0 to 1"),
        (lambda: eccentricity([[0.0]], exponent=0.5), "exponent must be a number of at least 1"),
        (lambda: laplacian_eigenfunction([[0.0]]), "number must be an integer from 0 to 0"),
        (lambda: geodesic_distances([[0.0]], n_neighbors=0), "n_neighbors must be an integer of at least 1"),
        (lambda: tdainv.mapper([[0.0]], ()), "filter must be at least one filter"),
    ],
)
def test_bad_parameters_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
