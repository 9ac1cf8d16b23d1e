"""Barcodes and pairs of cells of one-parameter filtered complexes, in all degrees and by all algorithms."""

import itertools

import numpy as np
import pytest
from complexes_oracle import (
    complex_of,
    cubes,
    facets_of,
    grid_of,
    hilbert_functions,
    permuted,
    random_complex,
    random_cubical,
    random_free_complex,
    random_simplicial,
)
from scipy.spatial import Delaunay

import tdainv
from tdainv.complexes.chunks import sorted_levels
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.persistence import pairing
from tdainv.persistence.barcode import Barcode, barcode, barcodes

# --- references


def pairs_by_definition(complex_):
    """Pairs {cell: cell that ends it, or -1} by the standard column reduction, in the order of pair_cells."""
    appears = np.isfinite(complex_.grades[:, 0])
    order = np.lexsort((np.arange(len(complex_)), complex_.dimensions, complex_.grades[:, 0]))
    order = [int(cell) for cell in order if appears[cell]]
    place = {cell: i for i, cell in enumerate(order)}
    owner, pairs = {}, {}
    for cell in order:
        column = sum(1 << place[facet] for facet in facets_of(complex_, cell))
        while column and column.bit_length() in owner:
            column ^= owner[column.bit_length()][0]
        if column:
            owner[column.bit_length()] = column, cell
            pairs[order[column.bit_length() - 1]] = cell
        else:
            pairs.setdefault(cell, -1)
    return pairs


def diagrams_by_gudhi(simplices, values, degrees):
    gudhi = pytest.importorskip("gudhi")
    tree = gudhi.SimplexTree()
    for simplex, value in sorted(zip(simplices, values, strict=True), key=lambda pair: len(pair[0])):
        if np.isfinite(value):
            tree.insert(simplex, value)
    tree.persistence(homology_coeff_field=2, min_persistence=0, persistence_dim_max=True)
    intervals = [tree.persistence_intervals_in_dimension(k).reshape(-1, 2) for k in degrees]
    return [bars[np.lexsort(bars.T[::-1])] for bars in intervals]


def simplices_and_values(complex_):
    cells = [None] * len(complex_)
    for k in range(complex_.dimension + 1):
        for cell, simplex in zip(complex_.cells_of(k), complex_.simplices(k), strict=True):
            cells[cell] = simplex.tolist()
    return cells, complex_.grades[:, 0]


def require_equal_to_gudhi(complex_):
    degrees = range(complex_.dimension + 2)
    theirs = diagrams_by_gudhi(*simplices_and_values(complex_), degrees)
    for ours, other in zip(barcodes(complex_, list(degrees)), theirs, strict=True):
        np.testing.assert_array_equal(ours.diagram, other)


def algorithms_used(monkeypatch, complex_, degrees):
    """Names of the pairing algorithms that run."""
    used = set()
    for name in ("pair_components", "pair_cocomponents", "_homology", "_cohomology"):
        original = getattr(pairing, name)
        monkeypatch.setattr(pairing, name, lambda *args, _f=original, _n=name: (used.add(_n), _f(*args))[1])
    bars = barcodes(complex_, degrees)
    monkeypatch.undo()
    return used, bars


# --- surfaces: triangulations with few vertices, and what mod 2 homology sees of them

SPHERE = list(itertools.combinations(range(4), 3))
PROJECTIVE_PLANE = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5), (0, 1, 5),
                    (1, 2, 4), (2, 3, 5), (1, 3, 4), (2, 4, 5), (1, 3, 5)]  # fmt: skip


def square_with_sides_glued(twist, n=4):
    """Triangles of an n by n square: opposite sides are glued, two of them with a twist in a Klein bottle."""

    def vertex(i, j):
        if i == n and twist:
            j = -j
        return (i % n) * n + j % n

    squares = itertools.product(range(n), range(n))
    return [
        triangle
        for i, j in squares
        for triangle in (
            (vertex(i, j), vertex(i + 1, j), vertex(i + 1, j + 1)),
            (vertex(i, j), vertex(i, j + 1), vertex(i + 1, j + 1)),
        )
    ]


SURFACES = {
    "sphere": (SPHERE, [1, 0, 1]),
    "projective plane": (PROJECTIVE_PLANE, [1, 1, 1]),
    "torus": (square_with_sides_glued(twist=False), [1, 2, 1]),
    "Klein bottle": (square_with_sides_glued(twist=True), [1, 2, 1]),
}


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("ties", [False, True])
def test_closed_surfaces_have_their_homology_mod_2(name, ties, monkeypatch):
    triangles, betti = SURFACES[name]
    n = int(np.max(triangles)) + 1
    rng = np.random.default_rng([n, ties])
    values = rng.integers(0, 3, n) if ties else rng.normal(size=n)
    surface = permuted(rng, FilteredComplex.lower_star(triangles, values.astype(float)))
    used, bars = algorithms_used(monkeypatch, surface, (0, 1, 2, 3))
    assert used == {"pair_components", "pair_cocomponents"}
    assert [int(np.isinf(b.deaths).sum()) for b in bars] == [*betti, 0]
    assert bars[2].diagram.tolist() == [[values.max(), np.inf]]
    require_equal_to_gudhi(surface)
    # The class of degree 2 is born with the last triangle.
    assert surface.dimensions[bars[2].pairing[0, 0]] == 2
    assert bars[2].pairing[0, 1] == -1


def test_two_spheres_and_a_ball_have_one_class_each_of_their_own():
    shell = list(itertools.combinations(range(4), 3))
    other = [tuple(v + 4 for v in triangle) for triangle in shell]
    complex_ = FilteredComplex.lower_star([*shell, *other, (4, 5, 6, 7)], np.arange(8.0))
    assert [b.diagram.tolist() for b in barcodes(complex_, (0, 1, 2, 3))] == [
        [[0, np.inf], [4, np.inf]], [], [[3, np.inf]], []
    ]  # fmt: skip


def test_three_triangles_at_an_edge_need_a_reduction(monkeypatch):
    book = [(0, 1, 2), (0, 1, 3), (0, 1, 4)]
    covers = [(0, 2, 3), (1, 2, 3), (0, 2, 4), (1, 2, 4)]
    rng = np.random.default_rng(0)
    complex_ = permuted(rng, FilteredComplex.lower_star(book + covers, rng.normal(size=5)))
    used, bars = algorithms_used(monkeypatch, complex_, (0, 1, 2))
    assert used & {"_homology", "_cohomology"}
    assert [int(np.isinf(b.deaths).sum()) for b in bars] == [1, 0, 2]
    require_equal_to_gudhi(complex_)


# --- gudhi


@pytest.mark.parametrize("never", [0.0, 0.1])
@pytest.mark.parametrize("n_values", [1, 3, 1000])
@pytest.mark.parametrize("seed", range(4))
def test_barcodes_equal_those_of_gudhi_in_every_degree(seed, n_values, never):
    rng = np.random.default_rng([seed, n_values, 1])
    require_equal_to_gudhi(random_simplicial(rng, 12, int(rng.integers(1, 6)), 1, n_values, never=never))


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("ties", [False, True])
def test_alpha_complexes_are_paired_by_union_find_but_for_the_middle(d, ties, monkeypatch):
    gudhi = pytest.importorskip("gudhi")
    rng = np.random.default_rng([d, ties])
    cloud = rng.integers(0, 6, size=(60, d)).astype(float) if ties else rng.normal(size=(60, d))
    tree = gudhi.AlphaComplex(points=np.unique(cloud, axis=0)).create_simplex_tree()
    simplices, values = zip(*tree.get_simplices(), strict=True)
    complex_ = permuted(rng, FilteredComplex.from_simplices(simplices, np.array(values)))
    used, bars = algorithms_used(monkeypatch, complex_, list(range(d + 1)))
    assert {"pair_components", "pair_cocomponents"} <= used
    assert bool(used & {"_homology", "_cohomology"}) == (d == 3)
    theirs = diagrams_by_gudhi(simplices, values, range(d + 1))
    for ours, other in zip(bars, theirs, strict=True):
        np.testing.assert_array_equal(ours.diagram, other)
    assert len(bars[d]) == 0
    for degree in range(d + 1):  # alone as together
        assert barcode(complex_, degree) == bars[degree]


def test_thousands_of_cells_are_paired_as_by_gudhi():
    rng = np.random.default_rng(2)
    cells = Delaunay(rng.normal(size=(700, 3))).simplices
    complex_ = permuted(rng, FilteredComplex.lower_star(cells, rng.integers(0, 200, 700).astype(float)))
    assert len(complex_) > 15_000
    degrees = (0, 1, 2, 3)
    theirs = diagrams_by_gudhi(*simplices_and_values(complex_), degrees)
    for ours, other in zip(barcodes(complex_, degrees), theirs, strict=True):
        np.testing.assert_array_equal(ours.diagram, other)


# --- pairs


@pytest.mark.parametrize("seed", range(20))
def test_pairs_are_those_of_the_standard_reduction(seed):
    rng = np.random.default_rng([seed, 3])
    complex_ = random_complex(rng, 1, int(rng.choice([1, 2, 4, 30])), never=0.1)
    degrees = list(range(complex_.dimension + 2))
    found = {}
    for pairs in pairing.pair_cells(complex_, degrees):
        found.update(zip(pairs.births.tolist(), pairs.deaths.tolist(), strict=True))
    assert found == pairs_by_definition(complex_)


@pytest.mark.parametrize("kind", ["simplicial", "cubical", "free"])
@pytest.mark.parametrize("seed", range(4))
def test_every_cell_that_appears_is_in_one_pair(kind, seed):
    rng = np.random.default_rng([seed, 4])
    complex_ = {
        "simplicial": lambda: random_simplicial(rng, 9, 3, 1, 3, never=0.1),
        "cubical": lambda: random_cubical(rng, (3, 3, 2), 1, 3, never=0.1),
        "free": lambda: random_free_complex(rng, [6, 9, 9, 4], 1, 3, never=0.1),
    }[kind]()
    degrees = list(range(complex_.dimension + 1))
    cells = []
    for degree, pairs in zip(degrees, pairing.pair_cells(complex_, degrees), strict=True):
        ended = pairs.deaths >= 0
        assert (complex_.dimensions[pairs.births] == degree).all()
        assert (complex_.dimensions[pairs.deaths[ended]] == degree + 1).all()
        assert (complex_.grades[pairs.births[ended]] <= complex_.grades[pairs.deaths[ended]]).all()
        cells += [*pairs.births, *pairs.deaths[ended]]
    assert sorted(cells) == np.flatnonzero(np.isfinite(complex_.grades[:, 0])).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_the_cells_of_a_bar_have_its_birth_and_death(seed):
    complex_ = random_cubical(np.random.default_rng([seed, 5]), (4, 3, 2), 1, 6)
    values = complex_.grades[:, 0]
    bars = barcodes(complex_, (0, 1, 2, 3))
    assert sum(map(len, bars)) > 5
    for b in bars:
        assert b.pairing.shape == (len(b), 2)
        np.testing.assert_array_equal(values[b.pairing[:, 0]], b.births)
        ended = b.pairing[:, 1] >= 0
        np.testing.assert_array_equal(values[b.pairing[ended, 1]], b.deaths[ended])
        np.testing.assert_array_equal(ended, np.isfinite(b.deaths))
        assert (b.births < b.deaths).all()
        np.testing.assert_array_equal(np.lexsort((b.deaths, b.births)), np.arange(len(b)))


@pytest.mark.parametrize("seed", range(12))
def test_homology_and_cohomology_give_the_same_pairs(seed):
    complex_ = random_complex(np.random.default_rng([seed, 6]), 1, 4, never=0.1)
    top = max(complex_.dimension, 0) + 1
    arrays = complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades
    levels = sorted_levels(*arrays, range(-1, top + 1))
    rng = np.random.default_rng(seed)
    for k in range(top + 1):
        level, n_rows, n_columns = levels[k], len(levels[k - 1].cells), len(levels[k].cells)
        every = np.arange(n_rows), np.arange(n_columns)
        pivots = pairing._homology(level, n_rows, *every)
        np.testing.assert_array_equal(pairing._cohomology(level, n_rows, *every), pivots)
        rows, some = (np.flatnonzero(rng.random(n) < 0.6) for n in (n_rows, n_columns))  # so do those of any part
        np.testing.assert_array_equal(
            pairing._homology(level, n_rows, rows, some), pairing._cohomology(level, n_rows, rows, some)
        )


@pytest.mark.parametrize("shape", [(300,), (20, 15), (5, 5, 5)])
def test_the_reduction_and_union_find_give_the_same_pairs(shape, monkeypatch):
    dimensions, boundaries = cubes(shape)
    rng = np.random.default_rng(len(shape))
    vertices = rng.integers(0, 40, np.prod(shape)).astype(float)
    flat = complex_of(dimensions, boundaries, np.zeros(len(dimensions))).with_function(vertices)
    complex_ = permuted(rng, FilteredComplex(flat.dimensions, flat.indptr, flat.indices, flat.grades[:, 1:]))
    degrees = list(range(len(shape) + 1))
    quick = pairing.pair_cells(complex_, degrees)
    monkeypatch.setattr(pairing._Pairing, "_pair_by_union_find", lambda self, k: None)
    slow = pairing.pair_cells(complex_, degrees)
    for one, other in zip(quick, slow, strict=True):
        np.testing.assert_array_equal(one.births, other.births)
        np.testing.assert_array_equal(one.deaths, other.deaths)


@pytest.mark.parametrize("seed", range(6))
def test_bars_alive_are_the_betti_numbers(seed):
    complex_ = random_complex(np.random.default_rng([seed, 7]), 1, 4, never=0.2)
    (axis,) = grid_of(complex_)
    top = complex_.dimension + 2
    betti = hilbert_functions(complex_, [axis], top)
    for b, expected in zip(barcodes(complex_, list(range(top + 1))), betti, strict=True):
        alive = [int(((b.births <= t) & (t < b.deaths)).sum()) for t in axis]
        assert alive == expected.tolist()


# --- invariance, order, degrees


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_cells_does_not_matter(seed):
    rng = np.random.default_rng([seed, 8])
    complex_ = random_free_complex(rng, [8, 12, 10, 4], 1, 5)
    degrees = [0, 1, 2, 3]
    assert barcodes(permuted(rng, complex_), degrees) == barcodes(complex_, degrees)


def test_degrees_come_in_any_order_and_number():
    complex_ = random_cubical(np.random.default_rng(9), (3, 3, 3), 1, 5)
    one_by_one = [barcode(complex_, k) for k in range(5)]
    assert barcodes(complex_, (3, 0, 2)) == [one_by_one[k] for k in (3, 0, 2)]
    assert barcodes(complex_, np.array([4, 1])) == [one_by_one[4], one_by_one[1]]
    assert barcodes(complex_, (0, 3)) == [one_by_one[0], one_by_one[3]]


@pytest.mark.parametrize("degree", [0, 1, 2])
def test_the_small_chain_complex_has_the_same_barcode(degree):
    for seed in range(5):
        complex_ = random_complex(np.random.default_rng([seed, 10]), 1, 3, never=0.1)
        assert barcode(complex_.chain_complex(degree), degree) == barcode(complex_, degree)


def test_flag_filtrations_and_their_cells_have_the_same_barcodes():
    cloud = np.random.default_rng(11).normal(size=(12, 2))
    filtration = tdainv.rips(cloud)
    simplices = [s for k in (1, 2, 3) for s in itertools.combinations(range(12), k)]
    values = [
        max((filtration.distances[a, b] for a, b in itertools.combinations(s, 2)), default=0.0) for s in simplices
    ]
    cells = FilteredComplex.from_simplices(simplices, np.array(values))
    assert barcodes(cells, (0, 1)) == barcodes(filtration, (0, 1))


# --- small and empty


def test_an_empty_complex_has_empty_barcodes():
    empty = FilteredComplex([], [0], [], [])
    for b in barcodes(empty, (0, 1, 5)):
        assert b.diagram.shape == (0, 2)
        assert b.pairing.shape == (0, 2)


def test_cells_that_never_appear_do_nothing():
    complex_ = FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.0, np.inf, np.inf])
    assert barcode(complex_, 0).diagram.tolist() == [[0, np.inf]]
    assert len(barcode(complex_, 1)) == 0
    nothing = FilteredComplex.from_simplices([[0], [1], [0, 1]], [np.inf] * 3)
    assert len(barcode(nothing, 0)) == 0


def test_isolated_vertices_are_essential():
    assert barcode(FilteredComplex.lower_star([], [2.0, -1.0, 2.0]), 0) == Barcode([-1, 2, 2], [np.inf] * 3, 0)


def test_degrees_above_the_dimension_are_empty():
    complex_ = FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.0, 0.0, 1.0])
    assert [len(b) for b in barcodes(complex_, (0, 1, 2, 3, 50))] == [2, 0, 0, 0, 0]
    assert len(barcode(complex_, 10**12)) == 0


def test_generators_without_boundary_live_for_ever():
    # C_2 → C_1 with a cycle of degree 1 that nothing bounds and one that a cell ends; no cells of degree 0.
    complex_ = FilteredComplex([1, 2, 1], [0, 0, 1, 1], [2], [0.0, 4.0, 1.0])
    assert [b.diagram.tolist() for b in barcodes(complex_, (0, 1, 2))] == [[], [[0, np.inf], [1, 4]], []]
    assert barcode(complex_, 1).pairing.tolist() == [[0, -1], [2, 1]]


# --- bad input


@pytest.mark.parametrize("bad", [-1, 1.5, np.float64(0), True, None, "0", (0,)], ids=repr)
def test_bad_degrees_are_refused(bad):
    complex_ = FilteredComplex.from_simplices([[0]], [0.0])
    with pytest.raises(ValueError, match=r"degree must be an integer of at least 0, got degree="):
        barcode(complex_, bad)


@pytest.mark.parametrize("bad", [(), [], None, 0, "01", {0}, (0, 0)], ids=repr)
def test_bad_sequences_of_degrees_are_refused(bad):
    complex_ = FilteredComplex.from_simplices([[0]], [0.0])
    with pytest.raises(ValueError, match=r"degrees must be .*, got degrees="):
        barcodes(complex_, bad)


@pytest.mark.parametrize("p", [2, 3])
def test_more_parameters_are_refused(p):
    complex_ = FilteredComplex.from_simplices([[0]], np.zeros((1, p)))
    with pytest.raises(ValueError, match=rf"one parameter, got {p}"):
        barcode(complex_, 0)


@pytest.mark.parametrize("bad", [None, [1.0], np.zeros((2, 2)), "complex", {}, 3], ids=repr)
def test_what_is_no_filtration_is_refused(bad):
    with pytest.raises(TypeError, match=rf"must be a filtration or a ChainComplex, got {type(bad).__name__}"):
        barcode(bad, 0)
