"""Flag filtrations in degrees above 1: edge collapse and expansion, against brute force, gudhi and ripser."""

from itertools import combinations

import numpy as np
import pytest
from oracles import rank_mod_2

import tdainv
from tdainv.complexes.edge_collapse import collapse_edges
from tdainv.complexes.expansion import flag_complex
from tdainv.exceptions import MemoryLimitError

KINDS = ["metric", "dissimilarity", "births", "disconnected", "cut"]


def random_filtration(rng, p, *, n, kind, ties):
    """Filtration with few enough simplices to list them all."""
    if kind == "dissimilarity":
        distances = rng.uniform(1, 7, size=(n, n))
    else:
        points = 2 * rng.normal(size=(n, 4))
        distances = np.abs(points[:, None] - points).max(axis=2)
    grades = 2 * rng.normal(size=(n, p - 1))
    births = rng.uniform(0, 4, size=n) if kind == "births" else np.zeros(n)
    if ties:
        distances, grades, births = np.ceil(distances), np.round(grades), np.round(births)
    distances = np.triu(distances, 1)
    distances = np.maximum(distances + distances.T, np.maximum(births[:, None], births))
    if kind == "disconnected":
        distances[rng.uniform(size=(n, n)) < 0.2] = np.inf
        distances = np.maximum(distances, distances.T)
    np.fill_diagonal(distances, 0)
    return tdainv.FlagFiltration(distances, births, grades, max_edge=4.0 if kind == "cut" else None)


def simplices_of(filtration, dimension):
    """Simplices and grades, from the definition."""
    if dimension < 0:
        return {}
    found = {}
    for simplex in combinations(range(filtration.n_vertices), dimension + 1):
        value = max(
            (filtration.distances[e] for e in combinations(simplex, 2)), default=filtration.vertex_births[simplex[0]]
        )
        if dimension == 0 or value <= min(filtration.max_edge, np.finfo(float).max):
            found[simplex] = (value, *filtration.vertex_grades[list(simplex)].max(axis=0))
    return found


def full_boundary(filtration, dimension):
    """Columns of a boundary matrix as bit masks, with the grades of rows and columns."""
    rows, columns = simplices_of(filtration, dimension - 1), simplices_of(filtration, dimension)
    number = {simplex: i for i, simplex in enumerate(rows)}
    masks = [sum(1 << number[face] for face in combinations(s, dimension)) if dimension else 0 for s in columns]
    p = filtration.n_parameters
    return masks, np.array(list(rows.values())).reshape(-1, p), np.array(list(columns.values())).reshape(-1, p)


def as_boundary(matrix):
    masks = [
        sum(1 << int(row) for row in matrix.indices[start:stop])
        for start, stop in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    ]
    return masks, matrix.row_grades, matrix.column_grades


def rank_of_map(lower, upper, g, h):
    """Rank of H(g) -> H(h): cycles at g, less those that are boundaries at h."""
    cells = (upper[1] <= g).all(axis=1)
    late = sum(1 << int(i) for i in np.flatnonzero(~cells))
    cycles = cells.sum() - rank_mod_2([c for c, early in zip(lower[0], cells, strict=True) if early])
    boundaries = [c for c, grade in zip(upper[0], upper[2], strict=True) if (grade <= h).all()]
    return cycles - rank_mod_2(boundaries) + rank_mod_2([c & late for c in boundaries])


def assert_same_persistence(filtration, complexes, rng, n_pairs=15):
    """Ranks between random comparable grades, equal ones among them, agree with those of the full complex."""
    edges = np.array(list(simplices_of(filtration, 1).values())).reshape(-1, filtration.n_parameters)
    axes = [np.append(np.unique(column), np.inf) for column in np.vstack([edges, full_boundary(filtration, 0)[2]]).T]
    for complex_ in complexes:
        lower, upper = full_boundary(filtration, complex_.degree), full_boundary(filtration, complex_.degree + 1)
        small = as_boundary(complex_.lower), as_boundary(complex_.upper)
        for i in range(n_pairs):
            g = np.array([rng.choice(axis) for axis in axes])
            h = g if i % 3 == 0 else np.maximum(g, [rng.choice(axis) for axis in axes])
            assert rank_of_map(*small, g, h) == rank_of_map(lower, upper, g, h)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ties", [False, True])
def test_persistence_in_all_degrees_equals_brute_force(p, kind, ties):
    rng = np.random.default_rng([p, KINDS.index(kind), ties])
    for _ in range(4):
        filtration = random_filtration(rng, p, n=int(rng.integers(1, 9)), kind=kind, ties=ties)
        assert_same_persistence(filtration, filtration.chain_complexes((0, 1, 2, 3)), rng)
        for degree in (2, 3, 4):
            assert_same_persistence(filtration, [filtration.chain_complex(degree)], rng)


@pytest.mark.parametrize("p", [1, 2])
def test_a_cross_polytope_is_a_sphere_until_its_diagonals_come(p):
    # Random graphs have little homology in high degrees; suspensions of points have.
    rng = np.random.default_rng(p)
    for dimension in (2, 3, 4):
        n = 2 * dimension
        distances = rng.integers(1, 4, size=(n, n)).astype(float)
        distances[np.arange(n), np.arange(n) ^ 1] = rng.integers(3, 6, size=n)
        distances = np.maximum(distances, distances.T)
        np.fill_diagonal(distances, 0)
        filtration = tdainv.FlagFiltration(distances, vertex_grades=rng.integers(0, 3, size=(n, p - 1)))
        assert_same_persistence(filtration, [filtration.chain_complex(dimension - 1)], rng)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("ties", [False, True])
def test_expansion_lists_all_simplices_with_their_grades(p, ties):
    rng = np.random.default_rng(p)
    for kind in KINDS:
        filtration = random_filtration(rng, p, n=7, kind=kind, ties=ties)
        complex_ = filtration.expand(3)
        for k in range(4):
            expected = simplices_of(filtration, k)
            assert [tuple(s) for s in complex_.simplices(k).tolist()] == list(expected)
            grades = np.array(list(expected.values())).reshape(-1, p)
            np.testing.assert_array_equal(complex_.grades[complex_.cells_of(k)], grades)
        # All rules of a filtered complex hold.
        checked = tdainv.FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades)
        assert checked == complex_
        assert all((np.diff(complex_.boundary_matrix(k).indptr) == (k + 1 if k else 0)).all() for k in range(4))


def test_simplices_that_are_left_out_are_few_and_the_others_right():
    rng = np.random.default_rng(0)
    filtration = tdainv.function_rips(rng.normal(size=(25, 3)), rng.normal(size=25))
    full = filtration.expand(4)
    edges = full.simplices(1).astype(np.int32)
    values = full.grades[full.cells_of(1), 0]
    for dimension in (2, 3, 4):
        arrays = edges, values, filtration.vertex_births, filtration.vertex_grades
        needed = flag_complex(*arrays, dimension, homology_only=True)
        grades = map(tuple, full.grades[full.cells_of(dimension)])
        rows = dict(zip(map(tuple, full.simplices(dimension)), grades, strict=True))
        listed = needed.simplices(dimension)
        assert len(listed) < len(rows) / 2
        for simplex, grade in zip(listed, needed.grades[needed.cells_of(dimension)], strict=True):
            assert rows.pop(tuple(simplex)) == tuple(grade)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_collapsed_values_are_never_smaller_and_occur(p):
    rng = np.random.default_rng(p)
    distances = tdainv.rips(rng.normal(size=(60, 3))).distances
    edges, values = collapse_edges(distances, rng.normal(size=(60, p - 1)), np.inf)
    assert (values >= distances[edges[:, 0], edges[:, 1]]).all()
    assert np.isin(values, distances).all()
    assert (edges[:, 0] < edges[:, 1]).all()
    assert len(edges) < 60 * 59 / 4
    np.testing.assert_array_equal(edges, np.unique(edges, axis=0))


def gudhi_diagrams(distances, top, births=None, max_edge=np.inf):
    import gudhi

    tree = gudhi.SimplexTree.create_from_array(distances, max_filtration=max_edge)
    for v, birth in enumerate(np.zeros(len(distances)) if births is None else births):
        tree.assign_filtration([v], birth)
    tree.expansion(top + 1)
    tree.compute_persistence(homology_coeff_field=2, min_persistence=0.0, persistence_dim_max=False)
    return [tree.persistence_intervals_in_dimension(k) for k in range(top + 1)]


def test_barcodes_of_a_sphere_equal_those_of_gudhi():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(45, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    for scale in (None, 0.1):
        cloud = points if scale is None else np.round(points / scale) * scale
        filtration = tdainv.rips(cloud)
        bars = tdainv.barcodes(filtration, (0, 1, 2))
        assert len(bars[2]) > 0
        for bar, expected in zip(bars, gudhi_diagrams(filtration.distances, 2), strict=True):
            expected = expected[expected[:, 0] < expected[:, 1]]
            np.testing.assert_array_equal(bar.diagram, expected[np.lexsort((expected[:, 1], expected[:, 0]))])


def test_barcodes_of_weighted_points_equal_those_of_gudhi():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(40, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    filtration = tdainv.weighted_rips(points, rng.uniform(0, 0.2, size=40))
    for degree, expected in enumerate(gudhi_diagrams(filtration.distances, 2, filtration.vertex_births)):
        expected = expected[expected[:, 0] < expected[:, 1]]
        expected = expected[np.lexsort((expected[:, 1], expected[:, 0]))]
        np.testing.assert_array_equal(tdainv.barcode(filtration, degree).diagram, expected)


def test_barcodes_of_sparse_neighbourhoods_equal_those_of_gudhi():
    # Vertices with few neighbours take a path of their own in the collapse.
    rng = np.random.default_rng(2)
    distances = tdainv.rips(rng.uniform(size=(300, 3))).distances
    filtration = tdainv.FlagFiltration(distances, max_edge=0.2)
    expected = gudhi_diagrams(distances, 2, max_edge=0.2)
    for degree, bars in enumerate(tdainv.barcodes(filtration, (0, 1, 2))):
        rows = expected[degree][expected[degree][:, 0] < expected[degree][:, 1]]
        np.testing.assert_array_equal(bars.diagram, rows[np.lexsort((rows[:, 1], rows[:, 0]))])
    degrees = (distances <= 0.2).sum(axis=1) - 1
    assert (degrees < 300 / 16).mean() > 0.9


def test_barcodes_of_a_torus_equal_those_of_ripser():
    ripser = pytest.importorskip("ripser")
    rng = np.random.default_rng(2)
    a, b = rng.uniform(0, 2 * np.pi, size=(2, 70))
    points = np.column_stack([np.cos(a), np.sin(a), np.cos(b), np.sin(b)])
    distances = tdainv.rips(points).distances.astype(np.float32).astype(float)  # ripser's precision
    filtration = tdainv.FlagFiltration(distances, max_edge=1.9)
    diagrams = ripser.ripser(distances, maxdim=2, thresh=1.9, distance_matrix=True)["dgms"]
    for degree in (1, 2):
        expected = diagrams[degree].astype(float)
        expected = expected[np.lexsort((expected[:, 1], expected[:, 0]))]
        np.testing.assert_array_equal(tdainv.barcode(filtration, degree).diagram, expected)


def test_a_function_that_is_constant_changes_no_barcode():
    rng = np.random.default_rng(3)
    points = rng.normal(size=(60, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    bars = tdainv.barcode(tdainv.rips(points), 2)
    measure = tdainv.hilbert_signed_measure(tdainv.function_rips(points, np.full(60, 7.0)), 2)
    assert (measure.points[:, 1] == 7).all()
    expected = np.concatenate([bars.births, bars.deaths[np.isfinite(bars.deaths)]])
    np.testing.assert_array_equal(np.sort(measure.points[:, 0]), np.sort(expected))


@pytest.mark.parametrize("degree", [2, 3, 7, 100])
def test_few_points_have_no_homology_in_high_degrees(degree):
    for n in (1, 2, 3):
        complex_ = tdainv.rips(np.arange(n)[:, None]).chain_complex(degree)
        assert complex_.degree == degree
        assert len(tdainv.barcode(complex_, degree)) == 0
        assert len(tdainv.hilbert_signed_measure(tdainv.function_rips(np.arange(n)[:, None], np.ones(n)), degree)) == 0


def test_what_does_not_fit_is_refused_before_it_is_listed(monkeypatch):
    filtration = tdainv.FlagFiltration(np.ones((200, 200)) - np.eye(200))
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1.2e8")
    with pytest.raises(MemoryLimitError, match=r"Listing the 3-simplices .* needs about .* GB .* Set max_edge"):
        filtration.expand(4)
    assert len(filtration.expand(1)) == 200 + 199 * 100
    points = np.random.default_rng(4).normal(size=(100, 3))
    sphere = tdainv.rips(points / np.linalg.norm(points, axis=1)[:, None])
    for limit, dimension in ((3e6, 2), (10e6, 3)):
        monkeypatch.setenv("TDAINV_MEMORY_LIMIT", str(limit))
        with pytest.raises(MemoryLimitError, match=f"Listing the {dimension}-simplices .* needs about"):
            sphere.chain_complex(2)
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e5")
    with pytest.raises(MemoryLimitError, match=r"The edge collapse of 200 points needs about"):
        filtration.chain_complex(2)


@pytest.mark.parametrize("value", [0, -1, 1.0, True, None])
def test_dimensions_of_an_expansion_are_positive_integers(value):
    with pytest.raises(ValueError, match="max_dimension must be an integer of at least 1, got max_dimension="):
        tdainv.rips([[0.0], [1.0]]).expand(value)


def test_input_is_left_alone():
    rng = np.random.default_rng(5)
    filtration = tdainv.function_rips(rng.normal(size=(40, 3)), rng.normal(size=40))
    copy = tdainv.FlagFiltration(filtration.distances.copy(), vertex_grades=filtration.vertex_grades.copy())
    for array in (filtration.distances, filtration.vertex_births, filtration.vertex_grades):
        array.flags.writeable = False
    filtration.chain_complex(2)
    filtration.expand(2)
    assert filtration == copy


def test_a_function_more_is_a_parameter_more():
    rng = np.random.default_rng(6)
    points, values = rng.normal(size=(8, 2)), rng.integers(0, 3, (8, 2)).astype(float)
    one = tdainv.function_rips(points, values[:, 0], max_edge=2.0)
    assert one.with_function(values[:, 1]) == tdainv.function_rips(points, values, max_edge=2.0)
    assert tdainv.rips(points).with_function(values) == tdainv.function_rips(points, values)
    with pytest.raises(ValueError, match=r"vertex_grades must have shape \(8,\)"):
        one.with_function(values[:3])
