"""Flood complexes: values by hand, dense samples, an exact oracle of edges, inequalities, bad input."""

from itertools import combinations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tdainv import hilbert_signed_measure
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.rowwise import MulticriticalComplex
from tdainv.exceptions import MemoryLimitError
from tdainv.filtrations.flood import flood, sublevel_flood
from tdainv.filtrations.flood_estimators import Flood, SublevelFlood
from tdainv.filtrations.landmarks import farthest_point_landmarks


def cells_of(complex_):
    """Simplices as rows of numbers of vertices (not of labels), in the order of cells."""
    rows = []
    for i in range(len(complex_.dimensions)):
        facets = complex_.indices[complex_.indptr[i] : complex_.indptr[i + 1]]
        rows.append(sorted({v for facet in facets for v in rows[facet]}) if len(facets) else [i])
    return rows


def distances_to(cloud, places):
    return cKDTree(cloud).query(places)[0]


def barycentric(width, n):
    """Barycentric coordinates of a grid with n steps an edge."""
    if width == 1:
        return np.ones((1, 1))
    parts = np.array([c for c in np.ndindex(*(n + 1,) * (width - 1)) if sum(c) <= n])
    return np.column_stack([parts, n - parts.sum(axis=1)]) / n


def exact_edge(cloud, ends):
    """Largest distance on a segment: at an end, or where some bisector cuts it."""
    start, step = ends[0], ends[1] - ends[0]
    p, q = (cloud[rows] for rows in np.triu_indices(len(cloud), 1))
    slopes = (q - p) @ step
    with np.errstate(divide="ignore", invalid="ignore"):
        cuts = ((q - p) * (0.5 * (p + q) - start)).sum(axis=1) / slopes
    places = np.concatenate([[0.0, 1.0], cuts[(cuts >= 0) & (cuts <= 1)]])
    return distances_to(cloud, start + places[:, None] * step).max()


def clouds():
    rng = np.random.default_rng(0)
    angle = 2 * np.pi * rng.random(100)
    circle = np.column_stack([np.cos(angle), np.sin(angle)]) + 0.05 * rng.normal(size=(100, 2))
    return {
        "line": rng.random((60, 1)),
        "circle": circle,
        "square": rng.random((80, 2)),
        "cube": rng.random((94, 3)),
        "surface": np.column_stack([circle, 0.3 * rng.random(100)]),
        "grid with duplicates": rng.integers(0, 4, (90, 3)).astype(float),
        "cluster and outliers": np.concatenate([1e-3 * rng.random((60, 3)), rng.random((20, 3))]),
        "far from the origin": 1e4 + rng.random((60, 2)),
    }


TOLERANCE = 0.02


def test_two_points_at_distance_two_are_joined_at_one():
    assert flood([[0.0], [2.0]]).grades.ravel().tolist() == [0, 0, 1]
    assert flood([[0, 0, 0], [0, 2, 0]]).grades.ravel().tolist() == [0, 0, 1]


def test_a_right_triangle_is_full_when_its_longest_edge_is():
    values = flood([[0, 0], [6, 0], [0, 8]], landmarks=[0, 1, 2], tolerance=1e-6).grades.ravel()
    assert values == pytest.approx([0, 0, 0, 3, 4, 5, 5], abs=1e-6)
    assert values[:6].tolist() == [0, 0, 0, 3, 4, 5]


def test_an_acute_triangle_is_full_at_its_circumradius():
    values = flood([[0, 0], [1, 0], [0.5, 0.75**0.5]], tolerance=1e-6).grades.ravel()
    assert values[3:6] == pytest.approx([0.5] * 3)
    assert values[6] == pytest.approx(1 / 3**0.5, abs=1e-6)


def test_a_regular_tetrahedron_is_full_at_its_circumradius():
    corners = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
    values = flood(corners, tolerance=1e-6).grades.ravel()
    assert values[4:10] == pytest.approx([2**0.5] * 6)
    assert values[10:14] == pytest.approx([(8 / 3) ** 0.5] * 4, abs=1e-6)
    assert values[14] == pytest.approx(3**0.5, abs=1e-6)


def test_points_that_are_no_landmarks_flood_too():
    # The centre of the square is half as far from the middles of edges as the corners are from it.
    square = [[0, 0], [2, 0], [0, 2], [2, 2], [1, 1]]
    full = flood(square, landmarks=[0, 1, 2, 3], tolerance=1e-6)
    assert full.grades[:4].tolist() == [[0]] * 4
    sides = [full.grades[i, 0] for i, cell in enumerate(cells_of(full)) if cell in ([0, 1], [0, 2], [1, 3], [2, 3])]
    assert sides == [1] * 4
    diagonal = [full.grades[i, 0] for i, cell in enumerate(cells_of(full)) if cell in ([0, 3], [1, 2])]
    assert diagonal == pytest.approx([0.5**0.5])
    assert full.grades[9:, 0] == pytest.approx([1, 1], abs=1e-6)


def test_levels_by_hand():
    # The second point comes last, the ends first; the middle of the left half is then nearer.
    result = sublevel_flood([[0.0], [2.0], [8.0]], [0.0, 1.0, 0.0], landmarks=[0, 1, 2])
    assert result.levels.tolist() == [0, 1]
    assert result.values.tolist() == [[0, 0], [2, 0], [0, 0], [2, 1], [4, 3]]
    assert cells_of(result)[3:] == [[0, 1], [1, 2]]


def test_no_point_below_a_level_gives_infinite_values_and_late_points_never_flood():
    result = sublevel_flood([[0.0], [2.0], [8.0]], [0.0, 1.0, 5.0], landmarks=[0, 1, 2], levels=[-1.0, 0.5, 2.0])
    assert result.values.tolist() == [[np.inf, 0, 0], [np.inf, 2, 0], [np.inf, 8, 6], [np.inf, 2, 1], [np.inf, 8, 6]]


@pytest.mark.parametrize("name", clouds())
def test_values_of_edges_are_exact_and_those_of_others_within_the_tolerance(name):
    cloud = clouds()[name]
    places = cloud[farthest_point_landmarks(cloud, 12)]
    tolerance = TOLERANCE * np.ptp(cloud)
    complex_ = flood(cloud, places, tolerance=tolerance)
    for cell, value in zip(cells_of(complex_), complex_.grades.ravel(), strict=True):
        corners = places[cell]
        if len(cell) == 1:
            assert value == 0
        elif len(cell) == 2:
            assert value == pytest.approx(exact_edge(cloud, corners), abs=1e-11 * np.abs(cloud).max())
        else:
            n = 40 if len(cell) == 3 else 12
            seen = distances_to(cloud, barycentric(len(cell), n) @ corners).max()
            spacing = max(np.linalg.norm(p - q) for p, q in combinations(corners, 2)) / n
            # The cloud's distance is 1-Lipschitz, and each point of a simplex is within a spacing of the grid.
            assert seen - tolerance - 1e-12 <= value <= seen + spacing


@pytest.mark.parametrize("name", clouds())
def test_values_are_monotone_and_a_finer_tolerance_moves_them_up_by_no_more_than_promised(name):
    cloud = clouds()[name]
    tolerance = TOLERANCE * np.ptp(cloud)
    coarse = flood(cloud, n_landmarks=15, tolerance=tolerance)
    fine = flood(cloud, n_landmarks=15, tolerance=tolerance * 1e-4)
    assert np.array_equal(coarse.indices, fine.indices)
    FilteredComplex(coarse.dimensions, coarse.indptr, coarse.indices, coarse.grades)  # checks monotone
    difference = (fine.grades - coarse.grades).ravel()
    assert (difference >= -tolerance * 1e-4).all() and (difference <= tolerance).all()
    assert (difference[coarse.dimensions <= 1] == 0).all()


@pytest.mark.parametrize("name", clouds())
@pytest.mark.parametrize("function", ["random", "first coordinate", "few values"])
def test_each_row_is_the_flood_of_its_points(name, function):
    cloud = clouds()[name]
    rng = np.random.default_rng(1)
    heights = {
        "random": rng.random(len(cloud)),
        "first coordinate": cloud[:, 0],
        "few values": rng.integers(0, 3, len(cloud)).astype(float),
    }[function]
    tolerance = TOLERANCE * np.ptp(cloud)
    places = cloud[farthest_point_landmarks(cloud, 10)]
    result = sublevel_flood(cloud, heights, places, n_levels=6, tolerance=tolerance)
    MulticriticalComplex(result.dimensions, result.indptr, result.indices, result.values, result.levels)  # checks
    assert result.levels[-1] == heights.max()
    for j, level in enumerate(result.levels):
        row = flood(cloud[heights <= level], places, tolerance=tolerance / 100).grades.ravel()
        exact = result.dimensions <= 1
        assert result.values[exact, j] == pytest.approx(row[exact], abs=1e-11 * np.abs(cloud).max())
        assert (row - result.values[:, j]).max() <= tolerance
        assert (result.values[:, j] - row).max() <= tolerance / 100


def test_default_levels_are_quantiles_that_are_values():
    heights = np.array([3.0, 1.0, 2.0, 2.0, 7.0, 5.0, 5.0, 5.0])
    cloud = np.arange(8.0)[:, None]
    assert sublevel_flood(cloud, heights, n_levels=4).levels.tolist() == [2, 3, 5, 7]
    assert sublevel_flood(cloud, heights, n_levels=2).levels.tolist() == [3, 7]
    assert sublevel_flood(cloud, np.zeros(8)).levels.tolist() == [0]


@pytest.mark.parametrize("dim", [2, 3])
def test_with_all_points_as_landmarks_values_are_at_most_those_of_alpha_with_the_same_homology(dim):
    gudhi = pytest.importorskip("gudhi")
    cloud = np.random.default_rng(2).random((25, dim))
    complex_ = flood(cloud, landmarks=np.arange(25), tolerance=1e-4)
    tree = gudhi.AlphaComplex(points=cloud, precision="exact").create_simplex_tree()
    alpha = {tuple(sorted(cell)): value**0.5 for cell, value in tree.get_filtration()}
    ours = gudhi.SimplexTree()
    for cell, value in zip(cells_of(complex_), complex_.grades.ravel(), strict=True):
        assert value <= alpha[tuple(cell)] + 1e-12
        ours.insert(cell, value)
    assert len(alpha) == len(complex_.dimensions)
    ours.compute_persistence()
    for cell, value in alpha.items():
        tree.assign_filtration(cell, value)
    tree.compute_persistence()
    for degree in range(dim):
        theirs = tree.persistence_intervals_in_dimension(degree)
        theirs = theirs[theirs[:, 1] - theirs[:, 0] > 1e-9]
        found = ours.persistence_intervals_in_dimension(degree)
        found = found[found[:, 1] - found[:, 0] > 1e-9]
        assert gudhi.bottleneck_distance(found, theirs) <= 1e-4


def test_the_order_of_points_does_not_matter():
    cloud = clouds()["cube"]
    heights = np.random.default_rng(3).random(len(cloud))
    places = cloud[:12]
    order = np.random.default_rng(4).permutation(len(cloud))
    once = sublevel_flood(cloud, heights, places, n_levels=5, tolerance=1e-3)
    again = sublevel_flood(cloud[order], heights[order], places, n_levels=5, tolerance=1e-3)
    assert np.array_equal(once.indices, again.indices)
    assert np.abs(once.values - again.values).max() <= 1e-3
    assert np.array_equal(once.levels, again.levels)


def test_values_scale_with_the_unit_exactly():
    cloud = clouds()["surface"]
    one, other = flood(cloud, n_landmarks=14), flood(cloud * 2.0**-30, n_landmarks=14)
    assert np.array_equal(one.grades * 2.0**-30, other.grades)


def test_the_default_tolerance_is_a_fiftieth_of_the_median_edge():
    cloud = clouds()["cube"]
    places = cloud[farthest_point_landmarks(cloud, 20)]
    complex_ = flood(cloud, places)
    lengths = [np.linalg.norm(places[cell[0]] - places[cell[1]]) for cell in cells_of(complex_) if len(cell) == 2]
    assert flood(cloud, places, tolerance=np.median(lengths) / 50) == complex_
    assert flood(cloud, places, tolerance=np.median(lengths) / 10) != complex_


def test_threads_and_progress_change_nothing(capsys):
    cloud = clouds()["cube"]
    one = sublevel_flood(cloud, cloud[:, 0], n_landmarks=80, n_levels=4)
    two = sublevel_flood(cloud, cloud[:, 0], n_landmarks=80, n_levels=4, n_jobs=2, verbose=True)
    assert np.array_equal(one.values, two.values)
    out, err = capsys.readouterr()
    assert out == "" and "Flooding" in err


def test_duplicated_points_change_nothing_and_duplicated_landmarks_are_joined_when_they_are_there():
    cloud = clouds()["circle"]
    once = flood(cloud, n_landmarks=10, tolerance=1e-3)
    twice = flood(np.concatenate([cloud, cloud]), cloud[farthest_point_landmarks(cloud, 10)], tolerance=1e-3)
    assert np.array_equal(once.indices, twice.indices)
    assert np.abs(once.grades - twice.grades).max() <= 1e-3
    double = flood([[0.0], [4.0]], landmarks=[[1.0], [4.0], [1.0]])
    assert cells_of(double)[3:] == [[0, 1], [0, 2]]
    assert double.grades.ravel().tolist() == [1, 0, 1, 2, 1]


def test_labels_are_rows_of_the_cloud_or_of_the_landmarks():
    cloud = clouds()["square"]
    rows = np.array([40, 3, 77])
    assert flood(cloud, rows).vertex_labels.tolist() == [40, 3, 77]
    assert flood(cloud, cloud[rows]).vertex_labels.tolist() == [0, 1, 2]
    assert flood(cloud, n_landmarks=4).vertex_labels.tolist() == farthest_point_landmarks(cloud, 4).tolist()
    assert sublevel_flood(cloud, cloud[:, 0], rows).vertex_labels.tolist() == [40, 3, 77]


def test_small_and_flat_input():
    assert flood([[1.0, 2.0]]).grades.tolist() == [[0]]
    assert flood([[1.0, 2.0]], landmarks=[[1.0, 5.0]]).grades.tolist() == [[3]]
    assert flood(np.zeros((5, 3)), n_landmarks=3).grades.tolist() == [[0]]
    line = np.outer(np.arange(5.0), [1, 2, 2])
    assert flood(line).grades.ravel() == pytest.approx([0] * 5 + [1.5] * 4)
    sparse = flood(line, landmarks=[0, 4])
    assert sparse.grades.ravel() == pytest.approx([0, 0, 1.5])
    plane = flood(np.array([[0, 0, 1], [2, 0, 1], [0, 2, 1], [2, 2, 1]]), tolerance=1e-6)
    assert np.bincount(plane.dimensions).tolist() == [4, 5, 2]
    assert plane.grades[-1, 0] == pytest.approx(2**0.5, abs=1e-6)
    assert sublevel_flood([[0.0]], [3.0]).levels.tolist() == [3]


def test_hilbert_measure_of_a_circle_with_outliers_inside():
    # The loop of the dense circle lives from its first row on; outliers come last and fill it.
    rng = np.random.default_rng(5)
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    cloud = np.concatenate([np.column_stack([np.cos(angle), np.sin(angle)]), 0.4 * rng.normal(size=(40, 2))])
    heights = np.concatenate([np.zeros(400), np.ones(40)])
    result = sublevel_flood(cloud, heights, n_landmarks=60, tolerance=1e-3)
    measure = hilbert_signed_measure(result, degree=1)
    at = (measure.points[:, 0] <= 0.5) & (measure.points[:, 1] <= 0)
    assert measure.weights[at].sum() == 1
    late = measure.points[:, 0] <= 0.7
    assert measure.weights[late].sum() == 0


@pytest.mark.parametrize("dimension", [2, 3])
def test_small_tolerances_are_reached_in_few_steps(dimension):
    cloud = np.random.default_rng(3).uniform(-1, 1, size=(12, dimension))
    coarse, fine = (flood(cloud, n_landmarks=6, tolerance=tolerance).grades for tolerance in (1e-3, 1e-10))
    assert (coarse <= fine + 1e-9).all()
    assert (fine <= coarse + 1e-3).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: flood([[0.0, np.nan]]), "points must be finite"),
        (lambda: flood(np.zeros((2, 4))), "at most 3 .*got shape"),
        (lambda: flood([0.0, 1.0]), "points must have shape"),
        (lambda: flood(np.zeros((0, 2))), "points must have shape"),
        (lambda: flood([[0.0]], n_landmarks=0), "n_landmarks must be an integer of at least 1"),
        (lambda: flood([[0.0]], tolerance=0), "tolerance must be a positive finite number, got tolerance=0"),
        (lambda: flood([[0.0]], tolerance=np.nan), "tolerance must be"),
        (lambda: flood([[0.0]], [3]), r"rows 0 to 0, got landmarks\[0\] = 3"),
        (lambda: flood([[0.0]], [-1]), r"got landmarks\[0\] = -1"),
        (lambda: flood([[0.0]], [[0.0, 1.0]]), "the dimension of points, 1"),
        (lambda: sublevel_flood([[0.0]], [0.0, 1.0]), "function must have shape"),
        (lambda: sublevel_flood([[0.0]], [[0.0, 1.0]]), "one value a point"),
        (lambda: sublevel_flood([[0.0]], [np.nan]), r"function\[0\] = nan"),
        (lambda: sublevel_flood([[0.0]], [0.0], n_levels=0), "n_levels must be an integer"),
        (lambda: sublevel_flood([[0.0]], [0.0], levels=[]), "levels must have shape"),
        (lambda: sublevel_flood([[0.0]], [0.0], levels=[0.0, 0.0]), "levels must be finite and increase strictly"),
        (lambda: sublevel_flood([[0.0]], [0.0], levels=[np.inf]), "levels must be finite"),
        (lambda: Flood(tolerance=-1.0).fit([[[0.0]]]), "tolerance must be"),
        (lambda: Flood().transform([[[0.0]], np.zeros((2, 5))]), r"X\[1\] must have shape .*at most 3"),
        (lambda: SublevelFlood(function="height").fit([[[0.0]]]), "function must be one of 'codensity'"),
        (lambda: SublevelFlood(function=None).transform([np.zeros((2, 3))]), r"X\[0\] must be a pair"),
        (lambda: SublevelFlood().transform([[[0.0], [1.0]]]), r"X\[0\]: n_neighbors must be less than"),
        (lambda: SublevelFlood(levels=[1.0, 0.0]).fit([[[0.0]]]), "levels must be finite and increase"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_values_that_do_not_fit_in_memory_are_refused(monkeypatch):
    cloud = clouds()["cube"]
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "300000")
    with pytest.raises(MemoryLimitError, match=r"simplices in \d+ rows .*Take fewer landmarks or levels"):
        sublevel_flood(cloud, cloud[:, 0], n_landmarks=60, n_levels=94)


def test_estimators_do_what_the_functions_do():
    items = [clouds()[name] for name in ("line", "circle", "cube")]
    for cloud, result in zip(items, Flood(n_landmarks=9).fit_transform(items), strict=True):
        assert result == flood(cloud, n_landmarks=9)
    by_call = SublevelFlood(function=lambda cloud: cloud[:, 0], n_landmarks=9, n_levels=4).fit_transform(items)
    pairs = [(cloud, cloud[:, 0]) for cloud in items]
    by_pair = SublevelFlood(function=None, n_landmarks=9, n_levels=4).fit_transform(pairs)
    for cloud, once, again in zip(items, by_call, by_pair, strict=True):
        assert once == again == sublevel_flood(cloud, cloud[:, 0], n_landmarks=9, n_levels=4)
