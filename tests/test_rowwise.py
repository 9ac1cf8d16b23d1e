"""Bifiltrations given row by row: multicritical complexes and degree-Rips."""

import os
import subprocess

import numpy as np
import pytest
from scipy.spatial.distance import cdist

import tdainv


def random_multicritical(rng, n_vertices, dimension, n_rows):
    """A random simplicial complex with integer values in rows, and cells that are missing at first."""
    complex_ = tdainv.FilteredComplex.lower_star(
        [rng.choice(n_vertices, size=dimension + 1, replace=False) for _ in range(2 * n_vertices)],
        np.zeros(n_vertices),
    )
    own = rng.integers(0, 6, (len(complex_), n_rows)).astype(float)
    own[rng.random(own.shape) < 0.3] = np.inf
    values = own
    for cell in range(len(complex_)):  # facets come first
        facets = complex_.indices[complex_.indptr[cell] : complex_.indptr[cell + 1]]
        values[cell] = np.max([values[cell], *values[facets]], axis=0)
    for j in range(1, n_rows):
        values[:, j] = np.minimum(values[:, j], values[:, j - 1])
    levels = np.cumsum(rng.integers(1, 4, n_rows)).astype(float)
    return tdainv.MulticriticalComplex(complex_.dimensions, complex_.indptr, complex_.indices, values, levels)


def betti_numbers(complex_, degree, radius, height):
    """From the ranks of the plain complex at one grade."""
    rows = np.flatnonzero(complex_.levels <= height)
    there = complex_.values[:, rows[-1]] <= radius if len(rows) else np.zeros(len(complex_), bool)
    plain = complex_.with_grades(np.where(there, 0.0, np.inf)[:, np.newaxis])
    bars = tdainv.barcode(plain, degree)
    return int(np.isinf(bars.deaths).sum())


# --- multicritical complexes


@pytest.mark.parametrize("seed", range(6))
def test_hilbert_measure_by_rows_counts_homology_at_every_grade(seed):
    rng = np.random.default_rng(seed)
    complex_ = random_multicritical(rng, 6, 2, 3)
    axes = [np.arange(-1.0, 7.0), np.concatenate([[0.0], complex_.levels, complex_.levels + 0.5])]
    axes[1].sort()
    for degree in range(3):
        found = tdainv.hilbert_signed_measure(complex_, degree).cumulative_on_grid(axes)
        wanted = [[betti_numbers(complex_, degree, radius, height) for height in axes[1]] for radius in axes[0]]
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("seed", range(6))
def test_rows_and_the_free_complex_have_the_same_measures(seed):
    complex_ = random_multicritical(np.random.default_rng(seed), 7, 2, 4)
    free = complex_.free_complex()
    assert tdainv.hilbert_signed_measures(complex_, (0, 1, 2)) == tdainv.hilbert_signed_measures(free, (0, 1, 2))
    assert tdainv.euler_signed_measure(complex_) == tdainv.euler_signed_measure(free)
    for degree in range(3):
        measure = tdainv.hilbert_signed_measure(complex_.chain_complex(degree), degree)
        assert measure == tdainv.hilbert_signed_measure(complex_, degree)


def test_presentation_of_a_multicritical_complex():
    edge = tdainv.MulticriticalComplex([0, 0, 1], [0, 0, 0, 2], [0, 1], [[0, 0], [0, 0], [2, 0]], [-1.0, 0.0])
    table = tdainv.betti_table(edge, degree=0)
    np.testing.assert_array_equal(table.generators, [[0, -1], [0, -1]])
    np.testing.assert_array_equal(table.relations, [[0, 0], [2, -1]])
    np.testing.assert_array_equal(table.syzygies, [[2, 0]])


def test_row_of_a_multicritical_complex_is_a_one_parameter_filtration():
    edge = tdainv.MulticriticalComplex([0, 0, 1], [0, 0, 0, 2], [0, 1], [[0, 0], [1, 0], [np.inf, 0]], [3.0, 4.0])
    np.testing.assert_array_equal(tdainv.barcode(edge.row(0), 0).diagram, [[0, np.inf], [1, np.inf]])
    np.testing.assert_array_equal(tdainv.barcode(edge.row(1), 0).diagram, [[0, np.inf]])
    assert edge.n_rows == 2 and edge.n_parameters == 2 and len(edge) == 3


@pytest.mark.parametrize("seed", range(4))
def test_grid_keeps_the_homology_at_its_points(seed):
    rng = np.random.default_rng(seed)
    complex_ = random_multicritical(rng, 6, 2, 4)
    axes = [np.array([0.5, 2.0, 3.5]), np.array([complex_.levels[0] - 1, complex_.levels[1], complex_.levels[2] + 0.5])]
    for degree in (0, 1):
        exact = tdainv.hilbert_signed_measure(complex_, degree).cumulative_on_grid(axes)
        moved = tdainv.hilbert_signed_measure(complex_.on_grid(axes), degree)
        np.testing.assert_array_equal(moved.cumulative_on_grid(axes), exact)
        np.testing.assert_array_equal(tdainv.hilbert_function(complex_, degree, axes), exact)
        assert set(moved.points[:, 0]) <= set(axes[0]) and set(moved.points[:, 1]) <= set(axes[1])


def test_a_grid_below_everything_leaves_nothing():
    edge = tdainv.MulticriticalComplex([0], [0, 0], [], [[0.0]], [1.0])
    empty = edge.on_grid([[0.0], [0.0]])
    assert empty.n_rows == 0
    assert len(tdainv.hilbert_signed_measure(empty, 0)) == 0


@pytest.mark.parametrize(
    ("values", "levels", "message"),
    [
        ([[0, 1]], [0, 1], r"must not increase along rows, got values\[0, 0\] = 0 and values\[0, 1\] = 1"),
        ([[1, 0]], [1, 1], "levels must be finite and increase strictly"),
        ([[1, 0]], [0, np.inf], "levels must be finite"),
        ([[1, 0]], [0], r"one column for each of the 1 levels, got \(1, 2\)"),
        ([[np.nan, 0]], [0, 1], "values must be numbers or inf"),
        ([[1, 0], [1, 0]], [0, 1], r"values must have shape \(1, p\)"),
    ],
)
def test_bad_rows_are_named(values, levels, message):
    with pytest.raises(ValueError, match=message):
        tdainv.MulticriticalComplex([0], [0, 0], [], values, levels)


def test_a_cell_must_not_come_before_its_facets():
    with pytest.raises(ValueError, match="cell 2 at grade"):
        tdainv.MulticriticalComplex([0, 0, 1], [0, 0, 0, 2], [0, 1], [[2, 0], [0, 0], [1, 0]], [0, 1])


def test_a_barcode_needs_one_parameter():
    with pytest.raises(ValueError, match="one parameter, got 2"):
        tdainv.barcode(tdainv.degree_rips([[0.0]]), 0)


# --- degree-Rips


def clouds():
    rng = np.random.default_rng(5)
    yield "normal", rng.normal(size=(9, 2))
    yield "grid", np.array([[i, j] for i in range(3) for j in range(3)], float)
    yield "repeated", rng.integers(0, 3, (9, 2)).astype(float)
    yield "equal", np.zeros((4, 3))
    yield "one", np.zeros((1, 2))


@pytest.mark.parametrize(("name", "cloud"), list(clouds()), ids=lambda value: value if isinstance(value, str) else "")
def test_degree_rips_is_the_rips_complex_of_points_with_many_neighbours(name, cloud):
    """By definition: at (r, -k), points with at least k others within r, and edges up to r between them."""
    n = len(cloud)
    distances = cdist(cloud, cloud)
    radii = np.unique(distances)
    bifiltration = tdainv.degree_rips(cloud)
    axes = [radii, np.arange(-n + 1.0, 1.0)]
    functions = [tdainv.hilbert_function(bifiltration, degree, axes) for degree in (0, 1)]
    for i, radius in enumerate(radii):
        for j, k in enumerate(-axes[1]):
            there = (distances <= radius).sum(axis=1) - 1 >= k
            if not there.any():
                assert functions[0][i, j] == functions[1][i, j] == 0
                continue
            part = np.where(distances <= radius, 0.0, np.inf)[np.ix_(there, there)]
            plain = tdainv.FlagFiltration(part)
            for degree in (0, 1):
                assert functions[degree][i, j] == np.isinf(tdainv.barcode(plain, degree).deaths).sum()


@pytest.mark.parametrize("seed", range(4))
def test_free_complex_of_degree_rips_has_the_same_homology(seed):
    rng = np.random.default_rng(seed)
    cloud = rng.integers(0, 4, (8, 2)) if seed % 2 else rng.normal(size=(8, 2))
    bifiltration = tdainv.degree_rips(cloud, n_neighbors=(0, 2, 3, 6))
    free = bifiltration.expand(3).free_complex()
    assert tdainv.hilbert_signed_measures(bifiltration, (0, 1, 2)) == tdainv.hilbert_signed_measures(free, (0, 1, 2))
    for degree in (0, 1):
        measure = tdainv.hilbert_signed_measure(bifiltration.chain_complex(degree), degree)
        assert measure == tdainv.hilbert_signed_measure(bifiltration, degree)


def test_row_of_no_neighbours_is_the_rips_filtration():
    cloud = np.random.default_rng(0).normal(size=(20, 2))
    row = tdainv.degree_rips(cloud, n_neighbors=[0]).row(0)
    assert row == tdainv.rips(cloud)


def test_fewer_rows_are_the_same_rows():
    cloud = np.random.default_rng(0).normal(size=(20, 2))
    whole, part = tdainv.degree_rips(cloud), tdainv.degree_rips(cloud, n_neighbors=[7, 3])
    np.testing.assert_array_equal(part.levels, [-7, -3])
    assert part.row(0) == whole.row(12) and part.row(1) == whole.row(16)


def test_degree_rips_does_not_depend_on_the_order_of_points():
    cloud = np.random.default_rng(1).normal(size=(25, 3))
    first, second = (tdainv.degree_rips(points, n_neighbors=range(0, 20, 4)) for points in (cloud, cloud[::-1]))
    assert tdainv.hilbert_signed_measures(first, (0, 1)) == tdainv.hilbert_signed_measures(second, (0, 1))


def test_max_edge_leaves_edges_out_of_all_rows():
    cloud = np.random.default_rng(2).normal(size=(12, 2))
    cut = tdainv.degree_rips(cloud, n_neighbors=(0, 1), max_edge=0.7)
    for j in range(2):
        assert cut.row(j).max_edge == 0.7
    listed = cut.expand(2)
    assert tdainv.hilbert_signed_measures(cut, (0, 1)) == tdainv.hilbert_signed_measures(listed, (0, 1))
    assert (
        listed.values[listed.dimensions > 0].max(where=np.isfinite(listed.values[listed.dimensions > 0]), initial=0)
        <= 0.7
    )


@pytest.mark.parametrize("seed", range(3))
def test_truncation_of_degree_rips_changes_no_homology(seed):
    cloud = np.random.default_rng(seed).normal(size=(10, 2))
    bifiltration = tdainv.degree_rips(cloud)
    cut = bifiltration.truncated()
    assert len(cut.expand(2)) <= len(bifiltration.expand(2))
    assert tdainv.hilbert_signed_measures(cut, (0, 1)) == tdainv.hilbert_signed_measures(bifiltration, (0, 1))


def test_degree_rips_on_a_grid_keeps_the_homology_at_its_points():
    cloud = np.random.default_rng(3).normal(size=(15, 2))
    bifiltration = tdainv.degree_rips(cloud)
    axes = [np.linspace(0.3, 2.5, 6), np.array([-20.0, -9.5, -3.0, 0.0])]
    for degree in (0, 1):
        exact = tdainv.hilbert_signed_measure(bifiltration, degree).cumulative_on_grid(axes)
        moved = tdainv.hilbert_signed_measure(bifiltration.on_grid(axes), degree)
        np.testing.assert_array_equal(moved.cumulative_on_grid(axes), exact)


@pytest.mark.parametrize(
    ("n_neighbors", "message"),
    [
        ([3], r"n_neighbors must lie in 0..2 for 3 points, got 3"),
        ([-1], "n_neighbors must be at least 0, got -1"),
        ([], "non-empty sequence of integers"),
        (2, "non-empty sequence of integers"),
        ([0.5], "n_neighbors must be integers"),
    ],
)
def test_bad_numbers_of_neighbours_are_named(n_neighbors, message):
    with pytest.raises(ValueError, match=message):
        tdainv.degree_rips(np.eye(3), n_neighbors=n_neighbors)


def test_progress_goes_to_standard_error(capsys):
    bifiltration = tdainv.degree_rips(np.eye(3))
    quiet = tdainv.hilbert_signed_measure(bifiltration, 0)
    assert capsys.readouterr() == ("", "")
    assert tdainv.hilbert_signed_measure(bifiltration, 0, verbose=True) == quiet
    shown = capsys.readouterr()
    assert shown.out == "" and "Rows" in shown.err


def test_a_large_free_complex_is_refused_before_it_is_listed(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "2e6")
    cloud = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(tdainv.MemoryLimitError):
        tdainv.degree_rips(cloud).chain_complex(1)


# --- peers

MULTIPERS = """
import sys
import numpy as np
import multipers
from multipers.filtrations import CoreDelaunay, DegreeRips

cloud = np.load(sys.argv[1])
rips = DegreeRips(points=cloud, ks=[0, 1, 4, 9])
rips.expansion(2)
measures = {}
for name, tree in (("rips", rips), ("core", CoreDelaunay(cloud, beta=1.0, ks=[1, 2, 5]))):
    for degree, (points, weights) in enumerate(multipers.signed_measure(tree, degrees=[0, 1], n_jobs=1)):
        measures[f"{name}{degree}points"], measures[f"{name}{degree}weights"] = points, weights
np.savez(sys.argv[2], **measures)
"""


@pytest.mark.skipif("TDAINV_MULTIPERS_PYTHON" not in os.environ, reason="needs an interpreter with multipers")
@pytest.mark.parametrize("dim", [2, 3])
def test_multipers_has_the_same_measures(dim, tmp_path):
    cloud = np.random.default_rng(dim).random((40, dim))
    np.save(tmp_path / "cloud.npy", cloud)
    python = os.environ["TDAINV_MULTIPERS_PYTHON"]
    subprocess.run([python, "-c", MULTIPERS, str(tmp_path / "cloud.npy"), str(tmp_path / "found.npz")], check=True)
    found = np.load(tmp_path / "found.npz")
    ours = {
        "rips": tdainv.degree_rips(cloud, n_neighbors=(0, 1, 4, 9)),
        "core": tdainv.core_delaunay(cloud, n_neighbors=(1, 2, 5)),
    }
    for name, bifiltration in ours.items():
        for degree, measure in enumerate(tdainv.hilbert_signed_measures(bifiltration, (0, 1))):
            rounded = tdainv.SignedMeasure(measure.points.round(9), measure.weights)
            theirs = tdainv.SignedMeasure(found[f"{name}{degree}points"].round(9), found[f"{name}{degree}weights"])
            assert rounded == theirs
