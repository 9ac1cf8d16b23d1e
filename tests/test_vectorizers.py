"""Vectorizers against triple loops over grid points, atoms and axes."""

import math
import pickle
from itertools import product

import numpy as np
import pytest

import tdainv
from tdainv import Barcode, MeasureConvolution, PersistenceImage, SignedMeasure


def random_measures(rng, p, count=4, *, dtype=float):
    measures = []
    for _ in range(count):
        k = int(rng.integers(3, 12))
        weights = rng.normal(size=k) if dtype is float else rng.integers(1, 4, size=k)
        measures.append(SignedMeasure(rng.normal(size=(k, p)) * 10.0 ** np.arange(p), weights))
    return measures


def random_barcodes(rng, count=4, *, essential=1, degree=1):
    barcodes = []
    for _ in range(count):
        births = rng.uniform(0, 2, size=9)
        deaths = births + rng.uniform(0.1, 1, size=9)
        deaths[:essential] = np.inf
        barcodes.append(Barcode(births, deaths, degree))
    return barcodes


def naive_smoothing(points, weights, axes, bandwidths):
    """The defining sum at each grid point, one term at a time."""
    values = []
    for node in product(*axes):
        total = 0.0
        for point, weight in zip(points, weights, strict=True):
            exponent = 0.0
            for g, x, h in zip(node, point, bandwidths, strict=True):
                exponent += (g - x) ** 2 / (2 * h**2)
            total += weight * math.exp(-exponent)
        values.append(total)
    return np.array(values)


def grid_of(vectorizer, place=0):
    grid = vectorizer.plans_[place].grid
    return grid.axes, grid.bandwidths


# --- the defining sums


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("unit", ["range", "absolute"])
@pytest.mark.parametrize("dtype", [int, float])
def test_convolution_is_its_sum(p, unit, dtype):
    measures = random_measures(np.random.default_rng(p), p, dtype=dtype)
    resolution, bandwidth = (5, 4, 3)[:p], (0.1, 0.3, 0.2)[:p]
    vectorizer = MeasureConvolution(resolution=resolution, bandwidth=bandwidth, bandwidth_unit=unit)
    rows = vectorizer.fit_transform(measures)
    axes, bandwidths = grid_of(vectorizer)
    assert [len(axis) for axis in axes] == list(resolution)
    for row, measure in zip(rows, measures, strict=True):
        expected = naive_smoothing(measure.points, measure.weights, axes, bandwidths)
        np.testing.assert_allclose(row, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("unit", ["range", "absolute"])
@pytest.mark.parametrize("weight", ["persistence", "one", lambda births, persistences: births + persistences**2])
def test_image_is_its_sum(unit, weight):
    barcodes = random_barcodes(np.random.default_rng(0))
    vectorizer = PersistenceImage(resolution=(5, 4), bandwidth=(0.2, 0.3), bandwidth_unit=unit, weight=weight)
    rows = vectorizer.fit_transform(barcodes)
    axes, bandwidths = grid_of(vectorizer)
    for row, bars in zip(rows, barcodes, strict=True):
        births, lengths = bars.births[np.isfinite(bars.deaths)], bars.persistence[np.isfinite(bars.deaths)]
        weights = {"persistence": lengths, "one": np.ones(8)}.get(weight) if isinstance(weight, str) else None
        weights = births + lengths**2 if weights is None else weights
        expected = naive_smoothing(np.column_stack([births, lengths]), weights, axes, bandwidths)
        np.testing.assert_allclose(row, expected, rtol=1e-10, atol=1e-12)


def test_convolution_by_hand():
    mu = SignedMeasure([[0, 0], [2, 4]], [1, -2])
    vectorizer = MeasureConvolution(resolution=(3, 2), bandwidth=(1, 2), bandwidth_unit="absolute", coverage=1.0)
    (row,) = vectorizer.fit_transform([mu])
    e = math.exp
    expected = [  # nodes (0, 0), (0, 4), (1, 0), (1, 4), (2, 0), (2, 4)
        1 - 2 * e(-2 - 2), e(-2) - 2 * e(-2),
        e(-0.5) - 2 * e(-0.5 - 2), e(-0.5 - 2) - 2 * e(-0.5),
        e(-2) - 2 * e(-2), e(-2 - 2) - 2,
    ]  # fmt: skip
    np.testing.assert_allclose(row, expected, rtol=1e-14)


def test_image_by_hand():
    bars = Barcode([0.0, 1.0], [1.0, 3.0], 1)
    vectorizer = PersistenceImage(resolution=2, bandwidth=1.0, bandwidth_unit="absolute", coverage=1.0)
    (row,) = vectorizer.fit_transform([bars])
    e = math.exp
    expected = [
        1 + 2 * e(-1),
        e(-0.5) + 2 * e(-0.5),
        e(-0.5) + 2 * e(-0.5),
        e(-1) + 2,
    ]  # (0, 1), (0, 2), (1, 1), (1, 2)
    np.testing.assert_allclose(row, expected, rtol=1e-14)


# --- linearity


@pytest.mark.parametrize("p", [1, 2, 3])
def test_convolution_is_linear(p):
    mu, nu, *others = random_measures(np.random.default_rng(p), p)
    vectorizer = MeasureConvolution(resolution=4, bandwidth=0.2).fit([mu, nu, *others])
    rows = vectorizer.transform([mu, nu, 2.0 * mu - 0.5 * nu, 0 * mu])
    np.testing.assert_allclose(rows[2], 2 * rows[0] - 0.5 * rows[1], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(rows[3], 0)


def test_images_add_up_over_bars():
    one, two = random_barcodes(np.random.default_rng(1), 2, essential=0)
    both = Barcode(np.concatenate([one.births, two.births]), np.concatenate([one.deaths, two.deaths]), 1)
    rows = PersistenceImage(resolution=6).fit([both]).transform([one, two, both])
    np.testing.assert_allclose(rows[0] + rows[1], rows[2], rtol=1e-12)


def test_convolution_is_translation_invariant():
    measures = random_measures(np.random.default_rng(3), 2)
    moved = [SignedMeasure(mu.points + np.array([5, -7]), mu.weights) for mu in measures]
    vectorizer = MeasureConvolution(resolution=5, bandwidth=0.1)
    np.testing.assert_allclose(vectorizer.fit_transform(measures), vectorizer.fit_transform(moved), atol=1e-10)


def test_bandwidths_in_the_range_make_features_independent_of_units():
    measures = random_measures(np.random.default_rng(4), 2)
    scaled = [mu.rescale([1000, 1e-3]) for mu in measures]
    in_range = MeasureConvolution(resolution=5, bandwidth=0.1)
    np.testing.assert_allclose(in_range.fit_transform(scaled), in_range.fit_transform(measures), atol=1e-10)
    absolute = MeasureConvolution(resolution=5, bandwidth=(0.5, 2.0), bandwidth_unit="absolute")
    in_new_units = MeasureConvolution(resolution=5, bandwidth=(500, 2e-3), bandwidth_unit="absolute")
    np.testing.assert_allclose(in_new_units.fit_transform(scaled), absolute.fit_transform(measures), atol=1e-10)


def test_nearby_measures_have_nearby_features():
    # A unit mass moved by s changes a feature by at most s / h: the Gaussian has slope at most exp(-1/2) / h.
    h, s = 0.5, 1e-3
    mu, nu = (SignedMeasure([[0.0], [x], [3.0]], [1, -1, 1]) for x in (1.0, 1.0 + s))
    rows = MeasureConvolution(resolution=50, bandwidth=h, bandwidth_unit="absolute", coverage=1.0).fit_transform(
        [mu, nu]
    )
    assert 0 < np.abs(rows[0] - rows[1]).max() <= math.exp(-0.5) / h * s * (1 + 1e-6)


# --- grids


def test_the_grid_covers_the_range_of_all_training_measures():
    measures = [SignedMeasure([[0, 5], [1, 6]], [1, 1]), SignedMeasure([[-2, 7]], [1])]
    axes, bandwidths = grid_of(MeasureConvolution(resolution=4, coverage=1.0).fit(measures))
    np.testing.assert_allclose(axes[0], [-2, -1, 0, 1])
    np.testing.assert_allclose(axes[1], [5, 5 + 2 / 3, 5 + 4 / 3, 7])
    np.testing.assert_allclose(bandwidths, [0.15, 0.1])


@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.99, 1.0])
def test_the_grid_ends_at_a_quantile_of_the_atoms(coverage):
    measures = random_measures(np.random.default_rng(5), 2)
    points = np.concatenate([mu.points for mu in measures])
    axes, bandwidths = grid_of(MeasureConvolution(resolution=7, coverage=coverage).fit(measures))
    for axis, column, bandwidth in zip(axes, points.T, bandwidths, strict=True):
        low, high = column.min(), np.quantile(column, coverage)
        np.testing.assert_allclose(axis, np.linspace(low, high, 7), rtol=1e-14, atol=1e-14)
        assert bandwidth == pytest.approx(0.05 * (high - low))


def test_an_outlier_does_not_stretch_the_grid():
    points = np.append(np.linspace(0, 1, 200), 1000.0)[:, np.newaxis]
    mu = SignedMeasure(points, np.ones(201))
    (axis,), _ = grid_of(MeasureConvolution(resolution=3).fit([mu]))
    assert axis[-1] < 1


def test_a_quantile_that_is_the_minimum_gives_way_to_the_maximum():
    mu = SignedMeasure([[0, 0], [0, 1], [0, 2], [3, 3]], [1, 1, 1, 1])
    (first, _), _ = grid_of(MeasureConvolution(resolution=4, coverage=0.5).fit([mu]))
    np.testing.assert_array_equal(first, [0, 1, 2, 3])


@pytest.mark.parametrize("unit", ["range", "absolute"])
def test_an_axis_on_which_all_points_agree_has_one_grid_point(unit):
    mu = SignedMeasure([[1, 5], [2, 5], [4, 5]], [1, -1, 2])
    vectorizer = MeasureConvolution(resolution=4, bandwidth=0.1, bandwidth_unit=unit, coverage=1.0)
    rows = vectorizer.fit_transform([mu])
    axes, bandwidths = grid_of(vectorizer)
    np.testing.assert_array_equal(axes[1], [5])
    assert rows.shape == (1, 4)
    np.testing.assert_allclose(rows[0], naive_smoothing(mu.points, mu.weights, axes, bandwidths), atol=1e-14)
    assert bandwidths[1] == 0.1


def test_the_axis_of_births_in_degree_zero_has_one_grid_point():
    bars = tdainv.barcode(tdainv.rips(np.random.default_rng(0).normal(size=(20, 2))), 0)
    vectorizer = PersistenceImage(resolution=6).fit([bars])
    assert [len(axis) for axis in grid_of(vectorizer)[0]] == [1, 6]
    assert vectorizer.transform([bars]).shape == (1, 6)


def test_the_grid_is_learned_in_fit_only():
    train, test = random_measures(np.random.default_rng(6), 2), random_measures(np.random.default_rng(7), 2)
    vectorizer = MeasureConvolution(resolution=3).fit(train)
    axes = [axis.copy() for axis in grid_of(vectorizer)[0]]
    vectorizer.transform([mu.rescale(100) for mu in test])
    for axis, before in zip(grid_of(vectorizer)[0], axes, strict=True):
        np.testing.assert_array_equal(axis, before)


@pytest.mark.parametrize("resolution", [1, 3, (2, 5), [4, 1], np.array([2, 3])], ids=str)
def test_features_are_counted_and_named_by_the_grid(resolution):
    measures = random_measures(np.random.default_rng(8), 2)
    pairs = list(zip(measures, measures, strict=True))
    vectorizer = MeasureConvolution(resolution=resolution).fit(pairs)
    sizes = [resolution] * 2 if isinstance(resolution, int) else list(resolution)
    names = [f"measure{k}_{i}_{j}" for k in range(2) for i in range(sizes[0]) for j in range(sizes[1])]
    assert list(vectorizer.get_feature_names_out()) == names
    assert vectorizer.n_features_out_ == len(names) == vectorizer.transform(pairs).shape[1]


def test_image_names_have_place_and_degree():
    pairs = [
        (Barcode([0.0], [1.0], 0), Barcode([0.0, 1.0], [2.0, 2.0], 1)),
        (Barcode([0.0], [2.0], 0), Barcode([], [], 1)),
    ]
    vectorizer = PersistenceImage(resolution=2).fit(pairs)
    expected = ["image0_h0_0_0", "image0_h0_0_1", *(f"image1_h1_{i}_{j}" for i in range(2) for j in range(2))]
    assert list(vectorizer.get_feature_names_out()) == expected


def test_names_follow_the_order_of_the_columns():
    mu = SignedMeasure([[0, 0], [3, 5]], [1, 1])
    vectorizer = MeasureConvolution(resolution=(4, 6), bandwidth=0.01, coverage=1.0).fit([mu])
    names = vectorizer.get_feature_names_out()
    for i, j in ((0, 0), (3, 5), (2, 4), (1, 0)):
        (row,) = vectorizer.transform([SignedMeasure([[i, j]], [1])])
        assert names[np.argmax(row)] == f"measure0_{i}_{j}"


def test_places_have_grids_of_their_own():
    measures = random_measures(np.random.default_rng(9), 2)
    pairs = [(mu, mu.rescale(100)) for mu in measures]
    vectorizer = MeasureConvolution(resolution=3).fit(pairs)
    small, large = (grid_of(vectorizer, k)[0][0] for k in range(2))
    np.testing.assert_allclose(large, 100 * small)
    rows = vectorizer.transform(pairs)
    alone = MeasureConvolution(resolution=3).fit_transform(measures)
    np.testing.assert_array_equal(rows[:, :9], alone)
    np.testing.assert_allclose(rows[:, 9:], alone, rtol=1e-9, atol=1e-12)


# --- essential bars


def test_essential_bars_are_dropped_by_default():
    with_essential = Barcode([0.0, 0.5, 1.0], [np.inf, 1.0, 2.5], 1)
    without = Barcode([0.5, 1.0], [1.0, 2.5], 1)
    vectorizer = PersistenceImage(resolution=4).fit([with_essential])
    np.testing.assert_array_equal(*vectorizer.transform([with_essential, without]))
    np.testing.assert_array_equal(
        grid_of(vectorizer)[0][0], grid_of(PersistenceImage(resolution=4).fit([without]))[0][0]
    )


def test_essential_bars_die_at_the_given_value():
    with_essential = Barcode([0.0, 0.5], [np.inf, 1.0], 1)
    finite = Barcode([0.0, 0.5], [3.0, 1.0], 1)
    vectorizer = PersistenceImage(resolution=4, essential=3).fit([finite])
    np.testing.assert_array_equal(*vectorizer.transform([with_essential, finite]))


def test_essential_bars_born_after_the_given_value_are_left_out():
    late, none = Barcode([0.0, 5.0, 3.0], [1.0, np.inf, np.inf], 1), Barcode([0.0], [1.0], 1)
    vectorizer = PersistenceImage(resolution=4, essential=3.0).fit([late])
    np.testing.assert_array_equal(*vectorizer.transform([late, none]))


def test_essential_bars_are_an_error_on_request():
    finite, infinite = Barcode([0.0], [1.0], 1), Barcode([0.0, 0.0], [np.inf, np.inf], 1)
    strict = PersistenceImage(resolution=3, essential="error")
    assert strict.fit_transform([finite]).shape == (1, 1)
    with pytest.raises(ValueError, match=r"barcode of degree 1 has 2 essential bars.*\"drop\""):
        strict.fit([finite, infinite])
    with pytest.raises(ValueError, match=r"^X\[1\]: the barcode of degree 1 has 2 essential bars"):
        strict.fit([finite]).transform([finite, infinite])


# --- odd samples


def test_single_invariants_lists_and_tuples_are_samples():
    measures = random_measures(np.random.default_rng(10), 2)
    vectorizer = MeasureConvolution(resolution=3)
    rows = vectorizer.fit_transform(measures)
    for samples in ([(mu,) for mu in measures], [[mu] for mu in measures]):
        np.testing.assert_array_equal(vectorizer.fit_transform(samples), rows)


def test_integer_weights_are_not_overwritten():
    mu = SignedMeasure([[0.0], [1.0]], [1, -1])
    MeasureConvolution(resolution=5).fit_transform([mu])
    np.testing.assert_array_equal(mu.weights, [1, -1])
    assert mu.weights.dtype == np.int64


def test_a_fitted_vectorizer_is_as_small_as_its_grid():
    measures = [SignedMeasure(np.random.default_rng(0).normal(size=(20_000, 2)), np.ones(20_000))]
    vectorizer = MeasureConvolution(resolution=10).fit(measures)
    assert len(pickle.dumps(vectorizer)) < 10_000


@pytest.mark.parametrize("p", [1, 2, 3])
def test_far_atoms_underflow_quietly(p):
    near = SignedMeasure(np.array([[0.0] * p, [1.0] * p]), [1, 1])
    far = SignedMeasure(np.array([[1e9] * p]), [1])
    rows = MeasureConvolution(resolution=3, bandwidth=1e-3).fit([near]).transform([far])
    np.testing.assert_array_equal(rows, 0)


def test_a_weight_must_give_one_number_a_bar():
    bars = Barcode([0.0, 1.0], [1.0, 3.0], 1)
    with pytest.raises(ValueError, match=r"weight.*shape \(2,\)"):
        PersistenceImage(weight=lambda births, persistences: np.ones(3)).fit_transform([bars])
