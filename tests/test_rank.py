"""Rank invariants and their signed barcodes: brute force, modules by hand, identities, and another library."""

import os
import pickle
import subprocess
from itertools import combinations, permutations, product

import numpy as np
import pytest
from oracles import rank_mod_2
from sklearn.base import clone

import tdainv
from tdainv.exceptions import MemoryLimitError, TdainvWarning
from tdainv.invariants import rank_paths
from tdainv.invariants.rank import (
    hook_signed_barcode,
    rank_at,
    rank_invariant,
    rank_signed_barcode,
    rank_signed_barcodes,
    rank_signed_measure,
)
from tdainv.invariants.rank_estimators import RankSignedBarcode, RankSignedMeasure
from tdainv.invariants.signed_barcode import SignedBarcode

inf = np.inf


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def rank_of_inclusion(complex_, degree, before, after):
    """Rank of H(K) → H(L) for the cells K and L that are there before and after: dim (Z(K) + B(L)) - dim B(L)."""

    def boundary(cell):
        return sum(1 << int(facet) for facet in complex_.indices[complex_.indptr[cell] : complex_.indptr[cell + 1]])

    cycles, basis = [], {}
    for cell in np.flatnonzero(before & (complex_.dimensions == degree)):
        column, chain = boundary(cell), 1 << int(cell)
        while column and column.bit_length() in basis:
            other, its_chain = basis[column.bit_length()]
            column, chain = column ^ other, chain ^ its_chain
        if column:
            basis[column.bit_length()] = column, chain
        else:
            cycles.append(chain)
    boundaries = [boundary(cell) for cell in np.flatnonzero(after & (complex_.dimensions == degree + 1))]
    return rank_mod_2(cycles + boundaries) - rank_mod_2(boundaries)


def brute_force_ranks(complex_, degree, starts, ends):
    there = [[(complex_.grades <= grade).all(axis=1) for grade in grades] for grades in (starts, ends)]
    return np.array([rank_of_inclusion(complex_, degree, *pair) for pair in zip(*there, strict=True)])


def random_complex(rng, p, n=6):
    """Random triangles with grades in 0..4 that are not those of a lower star filtration, with many ties."""
    triangles = [t for t in combinations(range(n), 3) if rng.random() < 0.6]
    star = tdainv.FilteredComplex.lower_star(triangles, rng.integers(0, 3, (n, p)).astype(float))
    grades = star.grades + rng.integers(0, 2, star.grades.shape) * (star.dimensions > 0)[:, np.newaxis]
    for cell in np.argsort(star.dimensions, kind="stable"):
        facets = star.indices[star.indptr[cell] : star.indptr[cell + 1]]
        grades[cell] = np.vstack([grades[facets], grades[cell]]).max(axis=0)
    return tdainv.FilteredComplex(star.dimensions, star.indptr, star.indices, grades)


def random_pairs(rng, m, p, low=-1, high=6):
    first, second = rng.integers(low, high, (2, m, p)).astype(float)
    return np.minimum(first, second), np.maximum(first, second)


def module(generators, relations, entries):
    """Presentation with given grades; entries[j] are the generators in relation j."""
    matrix = tdainv.GradedMatrix(
        np.cumsum([0, *map(len, entries)]), [i for each in entries for i in each], generators, relations
    )
    return tdainv.Presentation(matrix, 0)


# --- brute force


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_all_routes_give_the_ranks_of_inclusions(rng, p, degree):
    for _ in range(4):
        complex_ = random_complex(rng, p)
        starts, ends = random_pairs(rng, 40, p)
        expected = brute_force_ranks(complex_, degree, starts, ends)
        np.testing.assert_array_equal(rank_at(complex_, degree, starts, ends), expected)
        axes = [np.arange(-1.0, 6.0)] * p
        ranks = rank_invariant(complex_, degree, axes)
        at = [*(starts.T + 1).astype(int), *(ends.T + 1).astype(int)]
        np.testing.assert_array_equal(ranks[tuple(at)], expected)
        bars = rank_signed_barcode(complex_, degree)
        np.testing.assert_array_equal(bars.rank(starts, ends), expected)
        np.testing.assert_array_equal(bars.to_hooks().rank(starts, ends), expected)
        assert rank_signed_barcode(complex_, degree, axes) == bars


def test_four_parameters_have_two_axes_between(rng):
    complex_ = random_complex(rng, 4, n=5)
    starts, ends = random_pairs(rng, 60, 4, low=0, high=5)
    for degree in (0, 1):
        expected = brute_force_ranks(complex_, degree, starts, ends)
        np.testing.assert_array_equal(rank_signed_barcode(complex_, degree).rank(starts, ends), expected)
        np.testing.assert_array_equal(rank_at(complex_, degree, starts, ends), expected)


def test_ranks_of_a_multicritical_bifiltration(rng):
    bifiltration = tdainv.degree_rips(rng.random((7, 2)), n_neighbors=(0, 2, 4))
    cells = bifiltration.expand(2)
    starts, ends = random_pairs(rng, 40, 2, 0, 10)
    levels = bifiltration.levels
    low, high = (np.column_stack([g[:, 0] / 10, levels[(g[:, 1] / 3.4).astype(int)]]) for g in (starts, ends))

    def there(grades):
        rows = np.searchsorted(levels, grades[:, 1])
        return [cells.values[:, j] <= r for j, r in zip(rows, grades[:, 0], strict=True)]

    for degree in (0, 1):
        expected = [rank_of_inclusion(cells, degree, *p) for p in zip(there(low), there(high), strict=True)]
        np.testing.assert_array_equal(rank_at(bifiltration, degree, low, high), expected)
        np.testing.assert_array_equal(rank_signed_barcode(bifiltration, degree).rank(low, high), expected)


@pytest.mark.parametrize("degree", [0, 1])
def test_every_kind_of_filtration_will_do(rng, degree):
    flag = tdainv.function_rips(rng.random((9, 2)), rng.random(9))
    expected = rank_signed_barcode(flag.expand(2), degree)
    for same in (flag, flag.chain_complex(degree), tdainv.minimal_presentation(flag, degree)):
        assert rank_signed_barcode(same, degree) == expected
        axes = [np.linspace(0, 1, 5)] * 2
        assert rank_signed_barcode(same, degree, axes) == rank_signed_barcode(flag.expand(2), degree, axes)
    image = tdainv.cubical(rng.integers(0, 4, (4, 5, 2)), channels=True)
    assert rank_signed_barcode(image, degree) == rank_signed_barcode(image.expand(), degree)


def test_three_parameters_of_a_flag_filtration(rng):
    flag = tdainv.function_rips(rng.integers(0, 4, (7, 2)), rng.integers(0, 3, (7, 2)))
    starts, ends = random_pairs(rng, 50, 3, 0, 5)
    for degree in (0, 1):
        expected = brute_force_ranks(flag.expand(2), degree, starts, ends)
        np.testing.assert_array_equal(rank_at(flag, degree, starts, ends), expected)
        np.testing.assert_array_equal(rank_signed_barcode(flag, degree, [range(5)] * 3).rank(starts, ends), expected)


# --- by hand


def test_a_rectangle():
    #   3 ........      generator at (0, 1), relations at (2, 1) and (0, 3)
    #     |      :
    #   1 o------2
    rectangle = module([[0, 1]], [[0, 3], [2, 1]], [[0], [0]])
    bars = rank_signed_barcode(rectangle, 0)
    assert bars == SignedBarcode([[0, 1]], [[2, 3]], [1], degree=0)
    assert hook_signed_barcode(rectangle, 0) == SignedBarcode(
        [[0, 1]] * 3, [[2, 1], [0, 3], [2, 3]], [1, 1, -1], degree=0, kind="hook"
    )


def test_a_hook():
    hook = module([[0, 0]], [[2, 3]], [[0]])
    assert hook_signed_barcode(hook, 0) == SignedBarcode([[0, 0]], [[2, 3]], [1], degree=0, kind="hook")
    assert rank_signed_barcode(hook, 0) == SignedBarcode(
        [[0, 0]] * 3, [[2, inf], [inf, 3], [2, 3]], [1, 1, -1], degree=0
    )


def test_two_generators_that_merge_later_have_a_negative_rectangle():
    # Dimension 2 at (1, 1), with three lines: the images of both generators, and the kernel of the map to (2, 1).
    # Hence the module is indecomposable, and no sum of intervals.
    merging = module([[0, 1], [1, 0]], [[2, 1]], [[0, 1]])
    assert rank_signed_barcode(merging, 0) == SignedBarcode(
        [[0, 1], [1, 0], [1, 1], [1, 1]], [[inf, inf], [inf, inf], [2, inf], [inf, inf]], [1, 1, 1, -1], degree=0
    )
    assert hook_signed_barcode(merging, 0) == SignedBarcode(
        [[0, 1], [1, 0], [1, 1], [1, 1]],
        [[inf, inf], [inf, inf], [inf, inf], [2, 1]],
        [1, 1, -1, 1],
        degree=0,
        kind="hook",
    )


def test_two_points_that_meet():
    segment = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    # From (0, 0) one class for good; from (0, 1) a second one until 3.
    assert rank_signed_barcode(segment, 0) == SignedBarcode([[0, 0], [0, 1]], [[inf, inf], [3, inf]], [1, 1], degree=0)
    assert len(rank_signed_barcode(segment, 1)) == 0
    assert rank_invariant(segment, 1, [[0, 3], [0, 1]]).sum() == 0


def test_in_one_parameter_it_is_the_barcode(rng):
    filtration = tdainv.rips(rng.integers(0, 5, (12, 2)))
    for degree, bars in enumerate(tdainv.barcodes(filtration, (0, 1))):
        ones = np.ones(len(bars), int)
        expected = SignedBarcode(bars.births[:, np.newaxis], bars.deaths[:, np.newaxis], ones, degree)
        assert rank_signed_barcode(filtration, degree) == expected


# --- identities


def mobius_inversion(ranks):
    """Weights of the rectangles of grid corners (s, t), by differences of a rank array along all of its axes."""
    p = ranks.ndim // 2
    for k in range(p):
        ranks = np.diff(ranks, axis=k, prepend=0)
        ranks = -np.diff(ranks, axis=p + k, append=0)
    ordered = np.ones(ranks.shape, bool)
    for k in range(p):
        first, last = np.meshgrid(*(np.arange(ranks.shape[k]),) * 2, indexing="ij")
        ordered &= (first <= last).reshape([ranks.shape[k] if axis in (k, p + k) else 1 for axis in range(2 * p)])
    return np.where(ordered, ranks, 0)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_signed_barcode_is_the_mobius_inversion_of_brute_force_ranks(rng, p):
    complex_, size = random_complex(rng, p), 4 if p == 3 else 5
    axes = [np.arange(float(size))] * p
    points = np.array(list(product(*axes)))
    first, last = (points[i] for i in np.nonzero((points[:, np.newaxis] <= points).all(axis=2)))
    # s - e ≤ s ≤ t ≤ t + f: the inversion at s ≤ t meets ordered pairs only.
    ranks = np.zeros((size,) * (2 * p), int)
    on_grid = complex_.on_grid(axes)
    ranks[(*first.T.astype(int), *last.T.astype(int))] = brute_force_ranks(on_grid, 0, first, last)
    np.testing.assert_array_equal(ranks, rank_invariant(complex_, 0, axes))
    weights = mobius_inversion(ranks)
    corners = np.argwhere(weights)
    ends = np.append(axes[0], inf)[corners[:, p:] + 1]
    expected = SignedBarcode(corners[:, :p].astype(float), ends, weights[weights != 0], degree=0)
    assert rank_signed_barcode(complex_, 0, axes) == expected


def test_a_signed_barcode_is_that_of_the_module_it_presents(rng):
    for _ in range(20):
        births = rng.integers(0, 4, (3, 2)).astype(float)
        sizes = rng.integers(1, 4, (3, 2))
        deaths = births + sizes
        generators = births[np.lexsort(births.T[::-1])]
        ends = deaths[np.lexsort(births.T[::-1])]
        corners = [((d0, b1), i) for i, ((_, b1), (d0, _)) in enumerate(zip(generators, ends, strict=True))]
        corners += [((b0, d1), i) for i, ((b0, _), (_, d1)) in enumerate(zip(generators, ends, strict=True))]
        corners.sort()
        sum_of_rectangles = module(generators, [g for g, _ in corners], [[i] for _, i in corners])
        assert rank_signed_barcode(sum_of_rectangles, 0) == SignedBarcode(births, deaths, [1, 1, 1], degree=0)


@pytest.mark.parametrize("dim", [2, 3])
def test_ranks_on_the_diagonal_and_the_hilbert_measure(rng, dim):
    filtration = tdainv.function_delaunay(rng.random((25, dim)), rng.random(25))
    axes = [filtration.axis_values(k)[::7] for k in (0, 1)]
    for degree, bars in enumerate(rank_signed_barcodes(filtration, (0, 1))):
        measure = tdainv.hilbert_signed_measure(filtration, degree)
        assert bars.hilbert_measure() == measure
        assert bars.to_hooks().hilbert_measure() == measure
        diagonal = np.einsum("ijij->ij", rank_invariant(filtration, degree, axes))
        np.testing.assert_array_equal(diagonal, tdainv.hilbert_function(filtration, degree, axes))


def test_on_a_coarse_grid_ranks_between_its_points_are_exact(rng):
    filtration = tdainv.function_delaunay(rng.random((30, 2)), rng.random(30))
    axes = [np.array([0.05, 0.1, 0.2, 0.2, 0.4]), np.linspace(0.1, 0.9, 4)]
    for degree in (0, 1):
        ranks = rank_invariant(filtration, degree, axes)
        points = np.array(list(product(*axes)))
        exact, coarse = rank_signed_barcode(filtration, degree), rank_signed_barcode(filtration, degree, axes)
        for start, values in zip(points, ranks.reshape(len(points), -1), strict=True):
            later = (start <= points).all(axis=1)
            starts = np.tile(start, (later.sum(), 1))
            np.testing.assert_array_equal(values[later], exact.rank(starts, points[later]))
            np.testing.assert_array_equal(values[later], coarse.rank(starts, points[later]))
        assert np.isin(coarse.births[:, 0], axes[0]).all()
        assert np.isin(coarse.deaths[:, 1], np.append(axes[1], inf)).all()


def test_ranks_that_no_grid_point_sees_are_zero(rng):
    flag = tdainv.function_rips(rng.random((5, 2)), rng.random(5) + 2)
    assert len(rank_signed_barcode(flag, 0, [[0, 1], [0, 1]])) == 0
    assert rank_invariant(flag, 0, [[0, 1], [0, 1]]).sum() == 0
    np.testing.assert_array_equal(rank_at(flag, 0, [[0, 0]], [[1, 1]]), [0])


def test_swapped_axes_swap_the_bars(rng):
    complex_ = random_complex(rng, 3)
    turn = [2, 0, 1]
    turned = tdainv.FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades[:, turn])
    bars, other = rank_signed_barcode(complex_, 0), rank_signed_barcode(turned, 0)
    assert other == SignedBarcode(bars.births[:, turn], bars.deaths[:, turn], bars.weights, 0)


@pytest.mark.parametrize("sizes", list(permutations((3, 4, 6))))
def test_axes_of_any_lengths_come_in_any_order(rng, sizes):
    complex_ = random_complex(rng, 3)
    axes = [np.linspace(0, 5, size).round() for size in sizes]
    starts, ends = (
        np.column_stack([axis[i] for axis, i in zip(axes, at.T.astype(int), strict=True)])
        for at in random_pairs(rng, 40, 3, 0, 3)
    )
    expected = brute_force_ranks(complex_, 0, starts, ends)
    np.testing.assert_array_equal(rank_signed_barcode(complex_, 0, axes).rank(starts, ends), expected)


def test_the_order_of_points_does_not_matter_and_scale_scales(rng):
    points, values = rng.random((15, 2)), rng.random(15)
    order = rng.permutation(15)
    bars = rank_signed_barcode(tdainv.function_rips(points, values), 1)
    assert rank_signed_barcode(tdainv.function_rips(points[order], values[order]), 1) == bars
    assert rank_signed_barcode(tdainv.function_rips(4 * points, 2 * values), 1) == bars.rescale([4, 2])


def test_ranks_are_stable(rng):
    # Interleaving: rk_f(a, b) ≥ rk_g(a - e, b + e) if all grades of f and g differ by at most e.
    turns = np.arange(24) * np.pi / 12
    points, values, noise = np.column_stack([np.cos(turns), np.sin(turns)]), rng.random(24) / 2, 0.05
    first = tdainv.function_rips(points, values)
    second = tdainv.function_rips(points, values + rng.uniform(-noise, noise, 24))
    low = rng.random((200, 2))
    high = low + rng.random((200, 2)) * 0.3
    for degree in (0, 1):
        outer = rank_at(second, degree, low - noise, high + noise)
        assert (outer <= rank_at(first, degree, low, high)).all()
        assert outer.max() > 0


def test_small_blocks_and_early_sums_change_nothing(rng, monkeypatch):
    complex_ = random_complex(rng, 3)
    expected = rank_signed_barcodes(complex_, (0, 1))
    monkeypatch.setattr(rank_paths, "BLOCK", 70)
    monkeypatch.setattr(rank_paths, "_MANY_ATOMS", 10)
    assert rank_signed_barcodes(complex_, (0, 1)) == expected


def test_measures_of_bars():
    measure = rank_signed_measure(tdainv.rips([[0.0], [3.0]]), 0, essential=9)
    assert measure == tdainv.SignedMeasure([[0, 3], [0, 9]], [1, 1])
    with pytest.raises(ValueError, match="Deaths must be finite with essential='error', got 1 of 2 bars"):
        rank_signed_measure(tdainv.rips([[0.0], [3.0]]), 0)


# --- bad input


def test_bad_input_is_named(rng):
    flag = tdainv.function_rips(rng.random((4, 2)), rng.random(4))
    with pytest.raises(ValueError, match=r"starts\[1\] = \[1.0, 0.0\] and ends\[1\] = \[0.0, 1.0\]"):
        rank_at(flag, 0, [[0, 0], [1, 0]], [[0, 0], [0, 1]])
    with pytest.raises(ValueError, match=r"same shape \(m, 2\), got \(1, 3\) and \(1, 3\)"):
        rank_at(flag, 0, [[0, 0, 0]], [[0, 0, 0]])
    with pytest.raises(ValueError, match=r"axes\[1\] must be finite, got inf"):
        rank_signed_barcode(flag, 0, [[0, 1], [0, inf]])
    with pytest.raises(ValueError, match="axes must be 2 arrays"):
        rank_invariant(flag, 0, [[0, 1]])
    with pytest.raises(ValueError, match="degree must be an integer of at least 0"):
        rank_invariant(flag, -1, [[0, 1], [0, 1]])
    with pytest.raises(TypeError, match="filtration must be a filtration or a ChainComplex, got ndarray"):
        rank_signed_barcode(np.zeros((3, 2)), 0)
    with pytest.raises(ValueError, match="This chain complex has degree 0"):
        rank_signed_barcode(flag.chain_complex(0), 1)


def test_too_much_memory_or_work_is_said(rng, monkeypatch):
    flag = tdainv.function_rips(rng.random((4, 2)), rng.random(4))
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e6")
    with pytest.raises(MemoryLimitError, match=r"rank invariant on a grid of 30 x 40 points needs about 0\.0115 GB"):
        rank_invariant(flag, 0, [range(30), range(40)])
    monkeypatch.setattr(rank_paths, "_MUCH_WORK", 10)
    with pytest.warns(TdainvWarning, match="barcodes of 7 generators along 12 paths") as caught:
        rank_signed_barcode(flag, 0, [[0, 0.5, 2], [0, 0.3, 0.6, 2]])
    assert caught[0].filename == __file__
    monkeypatch.setattr(rank_paths, "_MUCH_WORK", 1e99)
    with pytest.raises(MemoryLimitError, match="too large for rank invariants"):
        rank_signed_barcode(flag, 0, [np.arange(60_000.0)] * 2)


# --- estimators


def test_estimators_give_the_bars_on_the_learned_grid(rng):
    filtrations = tdainv.CodensityRips().fit_transform([rng.random((n, 2)) for n in (10, 14, 12)])
    estimator = RankSignedBarcode(resolution=(6, 4), coverage=0.9).fit(filtrations)
    assert [len(axis) for axis in estimator.axes_[0]] == [6, 4]
    for filtration, bars in zip(filtrations, estimator.transform(filtrations), strict=True):
        for degree in (0, 1):
            assert bars[degree] == rank_signed_barcode(filtration, degree, estimator.axes_[degree])
    hooks = clone(estimator).set_params(kind="hook").fit_transform(filtrations)
    assert hooks[1][0] == estimator.transform(filtrations)[1][0].to_hooks()
    again = pickle.loads(pickle.dumps(estimator))
    assert again.transform(filtrations[:1]) == estimator.transform(filtrations)[:1]


def test_the_learned_grid_has_the_grades_of_homology():
    # Components of three points: generators at 0, relations at 1 and 4; few values are kept as they are.
    filtration = tdainv.rips([[0.0], [1.0], [5.0]])
    estimator = RankSignedBarcode(degrees=(0, 1), coverage=1.0).fit([filtration])
    np.testing.assert_array_equal(estimator.axes_[0][0], [0, 1, 4])
    np.testing.assert_array_equal(estimator.axes_[1][0], [0])  # no loops
    coarse = RankSignedBarcode(degrees=(0,), coverage=1.0, resolution=2).fit([filtration])
    np.testing.assert_array_equal(coarse.axes_[0][0], [0, 4])
    assert coarse.transform([filtration])[0][0] == SignedBarcode([[0], [0]], [[4], [inf]], [2, 1], degree=0)
    covering = RankSignedBarcode(degrees=(0,), coverage=0.8).fit([filtration])  # of 0, 0, 0, 1, 4
    np.testing.assert_array_equal(covering.axes_[0][0], [0, 1])
    single = RankSignedBarcode(degrees=(0,), coverage=1.0, resolution=1).fit([filtration])
    np.testing.assert_array_equal(single.axes_[0][0], [4])


def test_what_new_filtrations_have_beyond_the_grid_never_appears():
    estimator = RankSignedMeasure(degrees=(0,), coverage=1.0).fit([tdainv.rips([[0.0], [1.0], [5.0]])])
    np.testing.assert_array_equal(estimator.axes_[0][0], [0, 1, 4])
    # Vertices at -2, 0.5, 3 and 6; the first two are joined at 3, the third one at 9.
    new = tdainv.FilteredComplex.from_simplices([[0], [1], [2], [3], [0, 1], [1, 2]], [-2, 0.5, 3, 6, 3, 9])
    measure = estimator.transform([new])[0][0]
    # Moved up, they are born at 0, 1 and 4; what does not die before the end does so one step past it, at 7.
    assert measure == tdainv.SignedMeasure([[0, 7], [1, 4], [4, 7]], [1, 1, 1])


def test_measures_feed_vectorizers(rng):
    filtrations = tdainv.CodensityRips().fit_transform([rng.random((n, 2)) for n in (10, 14, 12)])
    for kind in ("rectangle", "hook"):
        measures = RankSignedMeasure(resolution=5, kind=kind).fit_transform(filtrations)
        assert measures[0][0].n_parameters == 4
        vectorizer = tdainv.MeasureConvolution(resolution=3)
        rows = vectorizer.fit_transform(measures)
        assert rows.shape == (3, len(vectorizer.get_feature_names_out()))
        assert np.isfinite(rows).all()


def test_estimators_name_bad_parameters_and_items(rng):
    flag = tdainv.rips(rng.random((4, 2)))
    two = tdainv.function_rips(rng.random((4, 2)), rng.random(4))
    for name, value in (("coverage", 0.0), ("kind", "square"), ("resolution", 0), ("degrees", (0, 0))):
        with pytest.raises(ValueError, match=name):
            RankSignedBarcode(**{name: value}).fit([flag])
    with pytest.raises(ValueError, match=r"X\[0\] has 1, X\[1\] has 2"):
        RankSignedBarcode().fit([flag, two])
    with pytest.raises(ValueError, match=r"X\[1\]: the filtration must have 1 parameters, as in fit, got 2"):
        RankSignedBarcode().fit([flag]).transform([flag, two])
    with pytest.raises(TypeError, match=r"X\[0\] must be a filtration, got ndarray"):
        RankSignedMeasure().fit([np.zeros((3, 2))])


# --- another library

MULTIPERS = """
import sys
import numpy as np
import multipers
from multipers.filtrations import DelaunayLowerstar

data = np.load(sys.argv[1])
tree = DelaunayLowerstar(data["points"], function=data["values"])
found = {}
for degree in (0, 1):
    points, weights = multipers.signed_measure(tree, degree=degree, invariant="rank", n_jobs=1)[0]
    found[f"points{degree}"], found[f"weights{degree}"] = points, weights
np.savez(sys.argv[2], **found)
"""


@pytest.mark.skipif("TDAINV_MULTIPERS_PYTHON" not in os.environ, reason="needs an interpreter with multipers")
@pytest.mark.parametrize("dim", [2, 3])
def test_multipers_has_the_same_rectangles(rng, dim, tmp_path):
    points, values = rng.random((20, dim)), rng.random(20)
    np.savez(tmp_path / "data.npz", points=points, values=values)
    python = os.environ["TDAINV_MULTIPERS_PYTHON"]
    subprocess.run([python, "-c", MULTIPERS, str(tmp_path / "data.npz"), str(tmp_path / "found.npz")], check=True)
    found = np.load(tmp_path / "found.npz")
    for degree, bars in enumerate(rank_signed_barcodes(tdainv.function_delaunay(points, values), (0, 1))):
        corners = found[f"points{degree}"].round(9)
        theirs = SignedBarcode(corners[:, :2], corners[:, 2:], found[f"weights{degree}"], degree)
        assert SignedBarcode(bars.births.round(9), bars.deaths.round(9), bars.weights, degree) == theirs
