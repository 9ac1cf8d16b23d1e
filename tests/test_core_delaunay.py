"""Delaunay core bifiltrations: each row is an alpha filtration with births of vertices."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

import tdainv
from tdainv.filtrations.alpha import alpha
from tdainv.filtrations.core_delaunay import core_delaunay
from tdainv.filtrations.delaunay_estimators import CoreDelaunay


def nearest(cloud, k):
    """Distance to the k-th nearest point, the point itself first."""
    return np.sort(cdist(cloud, cloud), axis=1)[:, k - 1]


def expected_rows(cloud, counts, beta):
    """Values of the cells by their definition, from vertices."""
    complex_ = alpha(cloud)
    columns = []
    for k in sorted(counts, reverse=True):
        births = beta * nearest(cloud, k)
        vertices = [births[complex_.simplices(d)].max(axis=1) for d in range(complex_.dimension + 1)]
        columns.append(np.maximum(np.concatenate(vertices), complex_.grades[:, 0]))
    return np.column_stack(columns)


def test_a_far_point_needs_a_large_radius_to_have_a_neighbour():
    core = core_delaunay([[0.0], [1.0], [10.0]], n_neighbors=[1, 2, 3])
    assert core.levels.tolist() == [-3, -2, -1]
    assert core.values.tolist() == [[10, 1, 0], [9, 1, 0], [10, 9, 0], [10, 1, 0.5], [10, 9, 4.5]]


@pytest.mark.parametrize("dimension", [1, 2, 3])
@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 2.0])
def test_rows_are_alpha_values_and_distances_to_neighbours(dimension, beta):
    rng = np.random.default_rng(dimension)
    for cloud in (rng.normal(size=(40, dimension)), rng.integers(0, 4, size=(30, dimension)).astype(float)):
        core = core_delaunay(cloud, n_neighbors=[7, 1, 3], beta=beta)
        assert core.levels.tolist() == [-7, -3, -1]
        assert np.allclose(core.values, expected_rows(cloud, [7, 1, 3], beta), rtol=1e-12, atol=0)


def test_rows_agree_with_gudhi():
    gudhi = pytest.importorskip("gudhi")
    cloud = np.random.default_rng(3).normal(size=(50, 2))
    core = core_delaunay(cloud, n_neighbors=[5])
    births = nearest(cloud, 5)
    tree = gudhi.AlphaComplex(points=cloud, precision="exact").create_simplex_tree()
    peer = {tuple(sorted(s)): max(np.sqrt(value), births[s].max()) for s, value in tree.get_filtration()}
    row = core.row(0)
    for k in range(3):
        for simplex, cell in zip(row.simplices(k).tolist(), row.cells_of(k), strict=True):
            assert row.grades[cell, 0] == pytest.approx(peer[tuple(simplex)], rel=1e-12)


def test_it_is_a_multicritical_complex():
    for cloud in (np.random.default_rng(4).normal(size=(40, 3)), np.zeros((5, 2)), [[1.0]]):
        core = core_delaunay(cloud)
        arrays = core.dimensions, core.indptr, core.indices, core.values, core.levels
        assert tdainv.MulticriticalComplex(*arrays) == core
        assert core.levels.tolist() == list(range(-min(10, len(cloud)), 0))


def test_one_neighbour_or_no_factor_is_the_alpha_filtration():
    cloud = np.random.default_rng(5).normal(size=(30, 2))
    assert core_delaunay(cloud, n_neighbors=[1]).row(0) == alpha(cloud)
    core = core_delaunay(cloud, n_neighbors=[2, 9], beta=0)
    assert [core.row(j) for j in (0, 1)] == [alpha(cloud)] * 2


def test_equal_points_count_one_by_one():
    core = core_delaunay([[0.0], [0.0], [0.0], [8.0]], n_neighbors=[3, 4])
    assert core.values[:4].tolist() == [[8, 0], [8, 0], [8, 0], [8, 8]]
    assert core.values[4:].tolist() == [[8, 0], [8, 0], [8, 8]]  # edges {0, 1}, {0, 2}, {0, 3}


def test_homology_at_each_level_is_that_of_the_row():
    cloud = np.random.default_rng(6).normal(size=(40, 2))
    core = core_delaunay(cloud, n_neighbors=[1, 4, 8])
    for degree in (0, 1):
        measure = tdainv.hilbert_signed_measure(core, degree)
        for j, level in enumerate(core.levels):
            below = measure.points[:, 1] <= level
            flat = tdainv.SignedMeasure(measure.points[below, :1], measure.weights[below])
            assert flat == tdainv.hilbert_signed_measure(core.row(j), degree)


def test_points_in_the_middle_of_a_circle_come_late():
    rng = np.random.default_rng(7)
    angles = 2 * np.pi * np.arange(100) / 100
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    cloud = np.concatenate([circle, rng.uniform(-0.5, 0.5, size=(8, 2))])
    core = core_delaunay(cloud, n_neighbors=[1, 10])
    late, early = [np.ptp(tdainv.barcode(core.row(j), 1).diagram, axis=1).max() for j in (0, 1)]
    assert late > 1.5 * early


@pytest.mark.parametrize("exponent", [-900, 900])
def test_distances_neither_vanish_nor_overflow(exponent):
    cloud = np.random.default_rng(3).normal(size=(20, 3))
    assert np.array_equal(
        core_delaunay(np.ldexp(cloud, exponent)).values, np.ldexp(core_delaunay(cloud).values, exponent)
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_neighbors": [4]}, "n_neighbors must be at most the number of points 3, got 4"),
        ({"n_neighbors": [0, 1]}, "n_neighbors must be different integers of at least 1"),
        ({"n_neighbors": [2, 2]}, "n_neighbors must be different integers of at least 1"),
        ({"n_neighbors": []}, "n_neighbors must be different integers of at least 1"),
        ({"n_neighbors": 2}, "n_neighbors must be integers of shape"),
        ({"n_neighbors": [1.5]}, "n_neighbors must be integers of shape"),
        ({"beta": -1}, "beta must be at least 0, got beta=-1"),
        ({"beta": np.inf}, "beta must be a finite number, got beta=inf"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        core_delaunay(np.eye(3), **arguments)
    if "number of points" not in message:
        with pytest.raises(ValueError, match=message):
            CoreDelaunay(**arguments).fit([np.eye(3)])


def test_bad_clouds_are_refused():
    with pytest.raises(ValueError, match=r"points must have shape .* at most 3"):
        core_delaunay(np.eye(4))
    with pytest.raises(ValueError, match=r"X\[1\]: n_neighbors must be at most the number of points 2, got 3"):
        CoreDelaunay(n_neighbors=[1, 3]).transform([np.eye(3), np.eye(2)])


def test_what_cannot_fit_is_refused(monkeypatch):
    cloud = np.random.default_rng(0).normal(size=(100, 2))
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "3e5")
    core_delaunay(cloud, n_neighbors=range(1, 11))
    with pytest.raises(tdainv.MemoryLimitError, match=r"core bifiltration with \d+ cells and 100 rows needs"):
        core_delaunay(cloud, n_neighbors=range(1, 101))


def test_the_estimator_does_as_the_function():
    clouds = [np.random.default_rng(n).normal(size=(n, 2)) for n in (6, 12)]
    assert CoreDelaunay().fit_transform(clouds) == [core_delaunay(cloud) for cloud in clouds]
    found = CoreDelaunay(n_neighbors=[2, 5], beta=0.5).transform(clouds)
    assert found == [core_delaunay(cloud, n_neighbors=[2, 5], beta=0.5) for cloud in clouds]
