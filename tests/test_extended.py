"""Extended persistence against gudhi, ranks and duality, and by hand."""

import pickle
from itertools import combinations

import numpy as np
import pytest
from oracles import rank_mod_2

import tdainv
from tdainv import FilteredComplex
from tdainv.exceptions import MemoryLimitError
from tdainv.filtrations.cubical import cubical
from tdainv.persistence.extended import KINDS, ExtendedBarcode, extended_persistence

# Seven vertices, each pair of which is an edge.
TORUS = [[i, (i + a) % 7, (i + 3) % 7] for i in range(7) for a in (1, 2)]
PROJECTIVE_PLANE = [[0, 1, 4], [0, 1, 5], [0, 2, 3], [0, 2, 5], [0, 3, 4],
                    [1, 2, 3], [1, 2, 4], [1, 3, 5], [2, 4, 5], [3, 4, 5]]  # fmt: skip
SPHERE = [list(face) for face in combinations(range(4), 3)]
SPHERE_3 = [list(face) for face in combinations(range(5), 4)]


def random_complex(seed, values="ties"):
    """Lower star filtration of a random complex of dimension 0 to 3."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    dimension = int(rng.integers(0, min(n, 4)))
    tops = [top for top in combinations(range(n), dimension + 1) if rng.random() < 0.5]
    heights = rng.integers(0, 6, n) if values == "ties" else rng.permutation(n)
    return FilteredComplex.lower_star(tops, heights.astype(float))


def lists(barcodes):
    """Sorted pairs of each degree and kind that occurs."""
    return {
        (bars.degree, kind): bars.of_kind(kind).tolist()
        for bars in barcodes
        for kind in KINDS
        if len(bars.of_kind(kind))
    }


def reflected(points, signs=(1, 1)):
    """Points with their coordinates exchanged and multiplied by signs, sorted."""
    points = points[:, ::-1] * signs + 0.0
    return points[np.lexsort((points[:, 1], points[:, 0]))]


# --- by hand


def test_a_point_is_an_extended_bar_of_length_zero():
    (components,) = extended_persistence(FilteredComplex.lower_star([], [3.0]))
    assert lists([components]) == {(0, "extended"): [[3, 3]]}
    assert components.birth_cells == components.death_cells == 0


def test_a_path_with_one_dip():
    #   2       4
    #     \   /   \
    #       1       3
    path = FilteredComplex.lower_star([[0, 1], [1, 2], [2, 3]], [2.0, 1.0, 4.0, 3.0])
    # Seen from above, the end at 2 is a second top, which meets the first at 1: a relative bar of degree 1.
    assert lists(extended_persistence(path)) == {
        (0, "ordinary"): [[3, 4]],
        (0, "extended"): [[1, 4]],
        (1, "relative"): [[2, 1]],
    }


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((0, 4, 5), {(0, "extended"): [[0, 5]], (1, "relative"): [[4, 2]]}),  # Y
        ((0, 1, 5), {(0, "ordinary"): [[1, 2]], (0, "extended"): [[0, 5]]}),  # upside down
    ],
)
def test_the_letter_y_has_a_branch_that_points_up_or_down(ends, expected):
    letter = FilteredComplex.lower_star([[0, 1], [0, 2], [0, 3]], [2.0, *ends])
    assert lists(extended_persistence(letter)) == expected


def test_a_circle_is_seen_with_its_highest_and_lowest_points():
    circle = FilteredComplex.lower_star([[0, 1], [1, 2], [2, 3], [3, 0]], [0.0, 4.0, 1.0, 3.0])
    components, loops = extended_persistence(circle)
    assert lists([components]) == {(0, "ordinary"): [[1, 3]], (0, "extended"): [[0, 4]]}
    assert lists([loops]) == {(1, "relative"): [[3, 1]], (1, "extended"): [[4, 0]]}
    np.testing.assert_array_equal(components.birth_cells, [2, 0])  # vertices at heights 1 and 0
    # The top at 3 is vertex 3; it meets the other at vertex 2, with the later of the two edges down to it.
    assert (loops.birth_cells[0], loops.death_cells[0]) == (3, 7)


def test_an_upright_torus_has_its_loops_between_the_saddles():
    # Height of a torus on its side of 8 x 8 squares: bottom 0, saddles 2 and 6, top 8 (Cohen-Steiner et al., Figure 1).
    angle = np.linspace(0, 2 * np.pi, 9)[:-1]
    height = np.round((3 + np.cos(angle)[:, None]) * -np.cos(angle)[None] + 4, 12)
    n = len(angle)
    number = np.arange(n * n).reshape(n, n)
    right, down = np.roll(number, -1, 1), np.roll(number, -1, 0)
    across = np.roll(right, -1, 0)
    squares = np.concatenate([np.stack([number, right, across], -1), np.stack([number, down, across], -1)])
    torus = FilteredComplex.lower_star([squares.reshape(-1, 3)], height.ravel())
    components, loops, voids = extended_persistence(torus)
    np.testing.assert_allclose(components.of_kind("extended"), [[0, 8]], atol=1e-9)
    np.testing.assert_allclose(loops.of_kind("extended"), [[2, 6], [6, 2]], atol=1e-9)
    np.testing.assert_allclose(voids.of_kind("extended"), [[8, 0]], atol=1e-9)


def test_the_components_of_a_disconnected_complex_are_seen_each():
    pair = FilteredComplex.lower_star([[0, 1], [2, 3]], [0.0, 1.0, 5.0, 2.0])
    assert lists(extended_persistence(pair)) == {(0, "extended"): [[0, 1], [2, 5]]}


def test_the_empty_complex_has_no_barcodes():
    assert extended_persistence(FilteredComplex([], [0], [], np.zeros((0, 1)))) == []


# --- against others


@pytest.mark.parametrize("values", ["ties", "different"])
@pytest.mark.parametrize("seed", range(20))
def test_barcodes_are_those_of_gudhi(seed, values):
    gudhi = pytest.importorskip("gudhi")
    complex_ = random_complex(seed, values)
    tree = gudhi.SimplexTree()
    for k in range(complex_.dimension + 1):
        for simplex, cell in zip(complex_.simplices(k), complex_.cells_of(k), strict=True):
            tree.insert(simplex.tolist(), complex_.grades[cell, 0])
    tree.extend_filtration()
    expected = {}
    listed = tree.extended_persistence(min_persistence=-1)  # bars of length zero too, for extended ones are wanted
    for kind, bars in zip(("ordinary", "relative", "extended", "extended"), listed, strict=True):
        for degree, (birth, death) in bars:
            birth, death = round(birth, 9), round(death, 9)  # gudhi maps values to [-2, 2] and back
            if kind == "extended" or birth != death:
                expected.setdefault((degree, kind), []).append([birth, death])
    assert lists(extended_persistence(complex_)) == {key: sorted(bars) for key, bars in expected.items()}


@pytest.mark.parametrize("seed", range(10))
def test_sublevel_and_relative_homology_have_the_ranks_of_the_bars(seed):
    complex_ = random_complex(seed)
    barcodes = extended_persistence(complex_)
    largest = complex_.grades[:, 0]
    vertices = complex_.grades[complex_.cells_of(0), 0]
    smallest = -complex_.with_function(-vertices).grades[:, 1]

    def betti(present, degree):
        ranks = []
        for k in (degree, degree + 1):
            columns = np.flatnonzero(present & (complex_.dimensions == k))
            facets = [complex_.indices[complex_.indptr[c] : complex_.indptr[c + 1]] for c in columns]
            ranks.append(rank_mod_2([sum(1 << int(f) for f in each if present[f]) for each in facets]))
        return (present & (complex_.dimensions == degree)).sum() - sum(ranks)

    for bars in barcodes:
        births, deaths, kinds = bars.births, bars.deaths, bars.kinds
        for value in range(6):
            alive = ((kinds == "ordinary") & (births <= value) & (value < deaths)) | (
                (kinds == "extended") & (births <= value)
            )
            assert alive.sum() == betti(largest <= value, bars.degree)
            alive = ((kinds == "relative") & (births >= value) & (value > deaths)) | (
                (kinds == "extended") & (deaths < value)
            )
            assert alive.sum() == betti(smallest < value, bars.degree)


@pytest.mark.parametrize("seed", range(10))
def test_ordinary_and_extended_bars_are_the_barcode(seed):
    complex_ = random_complex(seed, "different")
    for bars in extended_persistence(complex_):
        barcode = tdainv.barcode(complex_, bars.degree)
        finite = barcode.diagram[np.isfinite(barcode.deaths)]
        np.testing.assert_array_equal(bars.of_kind("ordinary"), finite)
        np.testing.assert_array_equal(bars.of_kind("extended")[:, 0], barcode.births[np.isinf(barcode.deaths)])


# --- duality and symmetry


@pytest.mark.parametrize("manifold", [TORUS, PROJECTIVE_PLANE, SPHERE, SPHERE_3], ids=["T2", "P2", "S2", "S3"])
@pytest.mark.parametrize("seed", range(3))
def test_bars_of_a_manifold_are_dual(manifold, seed):
    # Cohen-Steiner, Edelsbrunner, Harer: Poincaré and Lefschetz duality in dimension d.
    n = 1 + np.max(manifold)
    barcodes = extended_persistence(
        FilteredComplex.lower_star(manifold, np.random.default_rng(seed).permutation(n).astype(float))
    )
    d = len(barcodes) - 1
    for k in range(d + 1):
        np.testing.assert_array_equal(barcodes[k].of_kind("ordinary"), reflected(barcodes[d - k].of_kind("relative")))
        np.testing.assert_array_equal(barcodes[k].of_kind("extended"), reflected(barcodes[d - k].of_kind("extended")))


@pytest.mark.parametrize("seed", range(10))
def test_the_function_upside_down_exchanges_ordinary_and_relative_bars(seed):
    complex_ = random_complex(seed)
    heights = complex_.grades[complex_.cells_of(0), 0]
    barcodes, turned = extended_persistence(complex_), extended_persistence(complex_, -heights)
    for k, bars in enumerate(barcodes):
        np.testing.assert_array_equal(bars.of_kind("extended"), reflected(turned[k].of_kind("extended"), (-1, -1)))
        if k:
            flipped = -turned[k - 1].of_kind("ordinary")
            np.testing.assert_array_equal(
                bars.of_kind("relative"), flipped[np.lexsort((flipped[:, 1], flipped[:, 0]))] + 0.0
            )


# --- what the bars say


@pytest.mark.parametrize("seed", range(10))
def test_cells_pair_up_and_have_the_values_of_the_bars(seed):
    complex_ = random_complex(seed, "different")
    largest = complex_.grades[:, 0]
    vertices = complex_.grades[complex_.cells_of(0), 0]
    smallest = -complex_.with_function(-vertices).grades[:, 1]
    for bars in extended_persistence(complex_):
        for birth, death, kind, first, last in zip(
            bars.births, bars.deaths, bars.kinds, bars.birth_cells, bars.death_cells, strict=True
        ):
            assert birth == (smallest if kind == "relative" else largest)[first]
            assert death == (largest if kind == "ordinary" else smallest)[last]
            # A cell of the cone has one dimension more than the cell under it.
            assert complex_.dimensions[first] + (kind == "relative") == bars.degree
            assert complex_.dimensions[last] + (kind != "ordinary") == bars.degree + 1


def test_a_function_replaces_the_grades_whatever_their_number():
    rng = np.random.default_rng(0)
    image = rng.permutation(30).reshape(5, 6).astype(float)
    expected = extended_persistence(cubical(image))
    assert extended_persistence(cubical(rng.normal(size=(5, 6, 2)), channels=True), image.ravel()) == expected
    assert extended_persistence(cubical(-image), image.ravel()) == expected


def test_cells_may_come_in_any_order():
    complex_ = random_complex(5, "different")
    order = np.random.default_rng(0).permutation(len(complex_))
    number = np.argsort(order)
    facets = [number[complex_.indices[complex_.indptr[c] : complex_.indptr[c + 1]]] for c in order]
    shuffled = FilteredComplex(
        complex_.dimensions[order],
        np.cumsum([0, *map(len, facets)]),
        np.concatenate(facets),
        complex_.grades[order],
    )
    assert extended_persistence(shuffled) == extended_persistence(complex_)


def test_barcodes_are_sorted_print_and_pickle():
    bars = ExtendedBarcode(
        [3.0, 1.0, 0.0, 0.0], [1.0, 2.0, 2.0, 1.0], ["relative"] + ["extended"] * 2 + ["ordinary"], 1
    )
    np.testing.assert_array_equal(bars.kinds, ["ordinary", "relative", "extended", "extended"])
    np.testing.assert_array_equal(bars.diagram, [[0, 1], [3, 1], [0, 2], [1, 2]])
    assert repr(bars) == "ExtendedBarcode(degree 1, 1 ordinary, 1 relative, 2 extended)"
    assert pickle.loads(pickle.dumps(bars)) == bars
    assert bars != ExtendedBarcode([], [], [], 1)
    assert bars != 3
    assert len(ExtendedBarcode([], [], [], 0)) == 0


# --- input


@pytest.mark.parametrize(
    ("births", "deaths", "kinds", "message"),
    [
        ([0.0], [np.inf], ["ordinary"], "must be finite"),
        ([0.0], [1.0, 2.0], ["ordinary"], r"same shape \(k,\), got \(1,\), \(2,\) and \(1,\)"),
        ([0.0], [1.0], ["essential"], "kinds must be 'ordinary', 'relative', 'extended', got 'essential'"),
        ([1.0], [1.0], ["ordinary"], r"the ordinary bar \(1.0, 1.0\)"),
        ([1.0], [2.0], ["relative"], r"the relative bar \(1.0, 2.0\)"),
    ],
)
def test_bars_that_cannot_be_are_refused(births, deaths, kinds, message):
    with pytest.raises(ValueError, match=message):
        ExtendedBarcode(births, deaths, kinds, 0)


EDGE = [[0], [1], [0, 1]]


@pytest.mark.parametrize(
    ("filtration", "values", "message"),
    [
        (FilteredComplex.from_simplices(EDGE, np.zeros((3, 2))), None, "needs one parameter, got 2"),
        (FilteredComplex.from_simplices(EDGE, [0, 1, 3]), None, "cell 2 at grade 3.0 and its last vertex at 1.0"),
        (FilteredComplex.from_simplices(EDGE, [0, np.inf, np.inf]), None, "must be finite, got cell 1 at grade inf"),
        (FilteredComplex.from_simplices(EDGE, [0, 1, 1]), [0.0], r"vertex_values must have shape \(2,\)"),
        (FilteredComplex.from_simplices(EDGE, [0, 1, 1]), [[0.0], [1.0]], r"vertex_values must have shape \(2,\)"),
        (FilteredComplex.from_simplices(EDGE, [0, 1, 1]), [0.0, np.nan], "vertex_values must be finite"),
        (FilteredComplex([0, 1], [0, 0, 0], [], [0, 0]), None, "needs cells with vertices, got cell 1 of dimension 1"),
        (FilteredComplex([0, 1], [0, 0, 1], [0], [0, 0]), None, "must have two vertices, got cell 1 with 1"),
    ],
)
def test_bad_input_is_refused(filtration, values, message):
    with pytest.raises(ValueError, match=message):
        extended_persistence(filtration, values)


def test_other_filtrations_are_refused():
    with pytest.raises(TypeError, match="must be a FilteredComplex or CubicalFiltration, got FlagFiltration"):
        extended_persistence(tdainv.rips([[0.0], [1.0]]))


def test_what_does_not_fit_is_refused(monkeypatch):
    complex_ = random_complex(1)
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "100")
    with pytest.raises(MemoryLimitError, match="Extended persistence of FilteredComplex"):
        extended_persistence(complex_)
