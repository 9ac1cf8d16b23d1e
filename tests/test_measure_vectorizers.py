"""Convolutions, surfaces and statistics of signed measures, and grades in learned units."""

import math

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import tdainv
from tdainv import CumulativeSurface, GradeScaler, MeasureConvolution, MeasurePersistenceStatistics, SignedMeasure

KERNELS = {
    "gaussian": lambda u: np.exp(-0.5 * (u**2).sum(axis=-1)),
    "exponential": lambda u: np.exp(-np.abs(u).sum(axis=-1)),
    "linear": lambda u: np.maximum(0.0, 1.0 - np.abs(u)).prod(axis=-1),
}
SLOPES = {"gaussian": math.exp(-0.5), "exponential": 1.0, "linear": 1.0}


def random_measure(rng, p, k=12, *, dtype=int):
    weights = rng.choice([-2, -1, 1, 3], size=k) if dtype is int else rng.normal(size=k)
    return SignedMeasure(rng.uniform(0, 4, size=(k, p)), weights)


def pair_of_equal_mass(rng, p, k=8):
    """Two measures with common atoms, and others that are close or far, of the same mass."""
    weights = rng.choice([-1, 1, 2], size=k)
    points = rng.uniform(0, 3, size=(k, p))
    moved = points + rng.choice([0.0, 0.1, 1.0], size=(k, 1)) * rng.normal(size=(k, p))
    return SignedMeasure(points, weights), SignedMeasure(moved, weights)


def random_axes(rng, p):
    return [np.sort(rng.uniform(-1, 5, size=n)) for n in (6, 4, 3)[:p]]


# --- convolution


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("kernel", KERNELS)
def test_separable_kernels_equal_the_direct_sum(kernel, p):
    rng = np.random.default_rng(p)
    for dtype in (int, float):
        mu, axes, bandwidth = random_measure(rng, p, dtype=dtype), random_axes(rng, p), rng.uniform(0.2, 2, size=p)
        fast = tdainv.measure_convolution(mu, axes, bandwidth=bandwidth, kernel=kernel)
        direct = tdainv.measure_convolution(mu, axes, bandwidth=bandwidth, kernel=KERNELS[kernel])
        assert fast.shape == tuple(map(len, axes))
        np.testing.assert_allclose(fast, direct, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("kernel", KERNELS)
def test_many_atoms_and_nodes_are_summed_in_blocks(kernel):
    rng = np.random.default_rng(0)
    mu = SignedMeasure(rng.uniform(size=(3001, 2)), rng.choice([-1, 1], size=3001))
    axes = [np.linspace(0, 1, 30), np.linspace(-0.5, 2, 20)]
    fast = tdainv.measure_convolution(mu, axes, bandwidth=(0.03, 0.2), kernel=kernel)
    direct = tdainv.measure_convolution(mu, axes, bandwidth=(0.03, 0.2), kernel=KERNELS[kernel])
    np.testing.assert_allclose(fast, direct, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("kernel", KERNELS)
def test_convolution_is_lipschitz_in_the_wasserstein_distance(kernel, p):
    rng = np.random.default_rng(10 + p)
    for _ in range(20):
        mu, nu = pair_of_equal_mass(rng, p)
        bandwidth = rng.uniform(0.2, 2, size=p)
        rows = [tdainv.measure_convolution(m, random_axes(rng, p), bandwidth=bandwidth, kernel=kernel) for m in (mu,)]
        axes = random_axes(rng, p)
        rows = [tdainv.measure_convolution(m, axes, bandwidth=bandwidth, kernel=kernel) for m in (mu, nu)]
        distance = tdainv.kantorovich_rubinstein_distance(mu, nu, norm="l1")
        assert np.abs(rows[0] - rows[1]).max() <= SLOPES[kernel] / bandwidth.min() * distance * (1 + 1e-9) + 1e-12


def test_the_lipschitz_constant_of_the_linear_kernel_is_attained():
    mu, nu = SignedMeasure([[0.0]], [1]), SignedMeasure([[0.5]], [1])
    values = [tdainv.measure_convolution(m, [[0.0]], bandwidth=2.0, kernel="linear")[0] for m in (mu, nu)]
    assert values[0] - values[1] == tdainv.kantorovich_rubinstein_distance(mu, nu) / 2.0


def test_a_given_grid_is_used_and_nothing_is_learned():
    mu = SignedMeasure([[0.0, 7.0], [100.0, 9.0]], [1, -1])
    axes = [[0.0, 1.0, 4.0], [7.0, 8.0]]
    vectorizer = MeasureConvolution(axes=axes, bandwidth=0.5).fit([mu])
    np.testing.assert_array_equal(vectorizer.plans_[0].grid.axes[0], axes[0])
    np.testing.assert_array_equal(vectorizer.plans_[0].grid.bandwidths, [2.0, 0.5])
    expected = tdainv.measure_convolution(mu, axes, bandwidth=(2.0, 0.5))
    np.testing.assert_array_equal(vectorizer.transform([mu])[0], expected.ravel())
    per_place = MeasureConvolution(axes=[axes, [[0.0]]], bandwidth=0.5)
    pair = (mu, SignedMeasure([[3.0]], [1]))
    assert per_place.fit_transform([pair]).shape == (1, 7)
    with pytest.raises(ValueError, match="one for each of the 1 invariants, got 2"):
        per_place.fit([mu])


def test_scales_put_several_bandwidths_side_by_side():
    rng = np.random.default_rng(0)
    measures = [random_measure(rng, 2) for _ in range(3)]
    both = MeasureConvolution(resolution=3, bandwidth=0.1, scales=(1.0, 2.5)).fit(measures)
    rows = both.transform(measures)
    for part, bandwidth in ((rows[:, :9], 0.1), (rows[:, 9:], 0.25)):
        alone = MeasureConvolution(resolution=3, bandwidth=bandwidth).fit_transform(measures)
        np.testing.assert_allclose(part, alone, rtol=1e-12, atol=1e-14)
    names = both.get_feature_names_out()
    assert (names[0], names[9], names[-1]) == ("measure0_x1_0_0", "measure0_x2.5_0_0", "measure0_x2.5_2_2")


def test_a_kernel_must_return_one_number_a_difference():
    mu = SignedMeasure([[0.0], [1.0]], [1, 1])
    for wrong in (lambda u: u, lambda u: np.full(u.shape[:2], np.nan)):
        with pytest.raises(ValueError, match=r"kernel must return one finite number a difference, shape \(2, 2\)"):
            tdainv.measure_convolution(mu, [[0.0, 1.0]], bandwidth=1.0, kernel=wrong)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"bandwidth": 0.0}, r"bandwidth must be .* bandwidth=0\.0"),
        ({"bandwidth": (1.0, 2.0)}, r"bandwidth must be one number or one an axis \(1\)"),
        ({"bandwidth": 1.0, "kernel": "box"}, "kernel must be one of .* kernel='box'"),
        ({"bandwidth": 1.0, "axes": [[0.0], [1.0]]}, "axes must be 1 array, one for each axis, got 2"),
    ],
)
def test_wrong_parameters_of_convolutions_are_refused(parameters, message):
    arguments = {"axes": [[0.0, 1.0]], **parameters}
    with pytest.raises(ValueError, match=message):
        tdainv.measure_convolution(SignedMeasure([[0.0]], [1]), arguments.pop("axes"), **arguments)
    with pytest.raises(TypeError, match="measure must be a SignedMeasure, got list"):
        tdainv.measure_convolution([[0.0]], [[0.0]], bandwidth=1.0)


# --- surfaces


def test_a_surface_is_the_hilbert_function():
    cloud = np.random.default_rng(0).normal(size=(15, 2))
    filtration = tdainv.codensity_rips(cloud)
    measures = tdainv.hilbert_signed_measures(filtration, (0, 1))
    vectorizer = CumulativeSurface(resolution=(6, 5)).fit([tuple(measures)])
    (row,) = vectorizer.transform([tuple(measures)])
    for k, values in enumerate(np.split(row, 2)):
        axes = vectorizer.plans_[k].grid.axes
        expected = tdainv.hilbert_function(filtration, k, axes)
        np.testing.assert_array_equal(values, np.asarray(expected).ravel())
    assert vectorizer.get_feature_names_out()[0] == "surface0_0_0"


@pytest.mark.parametrize("p", [1, 2])
def test_integrals_of_surfaces_are_stable(p):
    rng = np.random.default_rng(p)
    side = 4.0
    axes = [np.linspace(0, side, 400)[:-1]] * p
    for _ in range(5):
        mu, nu = pair_of_equal_mass(rng, p)
        rows = CumulativeSurface(axes=axes).fit_transform([mu, nu])
        integral = np.abs(rows[0] - rows[1]).sum() * (side / 399) ** p
        distance = tdainv.kantorovich_rubinstein_distance(mu, nu)
        assert integral <= side ** (p - 1) * distance * 1.05 + 0.1  # a Riemann sum


# --- statistics


def test_statistics_of_measures_by_hand():
    mu = SignedMeasure([[0.0, 2.0], [4.0, 2.0], [1.0, 7.0]], [1, 3, -2])
    vectorizer = MeasurePersistenceStatistics(quantiles=(0.25, 1.0)).fit([mu])
    (row,) = vectorizer.transform([mu])
    named = dict(zip(vectorizer.get_feature_names_out(), row, strict=True))
    positive = {"count": 2, "mass": 4, "x0_mean": 3, "x0_std": math.sqrt(3), "x0_min": 0, "x0_q0.25": 0, "x0_q1": 4}
    positive |= {"x1_mean": 2, "x1_std": 0, "x1_min": 2, "x1_q0.25": 2, "x1_q1": 2}
    negative = {"count": 1, "mass": 2, "x0_mean": 1, "x0_std": 0, "x0_min": 1, "x0_q0.25": 1, "x0_q1": 1}
    negative |= {"x1_mean": 7, "x1_std": 0, "x1_min": 7, "x1_q0.25": 7, "x1_q1": 7}
    expected = {f"statistics0_positive_{name}": value for name, value in positive.items()}
    expected |= {f"statistics0_negative_{name}": value for name, value in negative.items()}
    assert named == pytest.approx(expected)


@pytest.mark.parametrize("make", [CumulativeSurface, MeasurePersistenceStatistics, MeasureConvolution])
def test_measures_without_atoms_give_zeros(make):
    nothing = SignedMeasure(np.zeros((0, 2)), np.zeros(0, int))
    some = SignedMeasure([[0, 0], [1, 2]], [1, -1])
    for training in ([nothing], [some, nothing]):
        rows = make().fit(training).transform([nothing, some])
        np.testing.assert_array_equal(rows[0], 0)
        assert np.isfinite(rows).all()
    with pytest.raises(ValueError, match=r"^X\[1\]: the measure lives on R\^1, those of fit on R\^2"):
        make().fit([some]).transform([some, SignedMeasure([[0]], [1])])


# --- grades


def test_a_scaler_divides_by_the_range_and_multiplies_by_weights():
    train = [SignedMeasure([[0, 5], [2, 5]], [1, -1]), SignedMeasure([[8, 5]], [1])]
    scaler = GradeScaler(weights=(1.0, 3.0), coverage=1.0).fit(train)
    np.testing.assert_array_equal(scaler.scales_[0], [8, 1])  # the second axis is constant
    (scaled,) = scaler.transform([SignedMeasure([[16, 5]], [1])])
    np.testing.assert_array_equal(scaled.points, [[2, 15]])


def test_a_scaler_keeps_the_kind_of_each_invariant():
    bars = tdainv.Barcode([0.0, 1.0], [2.0, np.inf], degree=1)
    signed = tdainv.SignedBarcode([[0, 0]], [[4, np.inf]], [1], degree=0)
    module = tdainv.IntervalModule.from_rectangles([[0, 0]], [[4, 2]], degree=1)
    sample = (bars, signed, module)
    scaler = GradeScaler(coverage=1.0).fit([sample])
    (scaled,) = scaler.transform([sample])
    assert isinstance(scaled, tuple)
    assert scaled[0] == tdainv.Barcode([0.0, 0.5], [1.0, np.inf], degree=1)
    np.testing.assert_array_equal(scaler.scales_[1], [4, 1])
    assert scaled[1] == signed.rescale([0.25, 1.0])
    assert scaled[2] == module.rescale([0.25, 0.5])


def test_a_scaler_makes_features_independent_of_units():
    rng = np.random.default_rng(0)
    measures = [random_measure(rng, 2) for _ in range(4)]
    other_units = [mu.rescale([1000, 0.01]) for mu in measures]
    for one, two in zip(GradeScaler().fit_transform(measures), GradeScaler().fit_transform(other_units), strict=True):
        np.testing.assert_allclose(one.points, two.points, rtol=1e-12)


def test_a_scaler_refuses_what_does_not_fit():
    plane, line = SignedMeasure([[0, 0], [1, 1]], [1, 1]), SignedMeasure([[0], [1]], [1, 1])
    with pytest.raises(ValueError, match=r"as many parameters, got \[1, 2\] at place 0"):
        GradeScaler().fit([plane, line])
    with pytest.raises(ValueError, match=r"^X\[1\]: the invariant has 1 parameters, those of fit have 2"):
        GradeScaler().fit([plane]).transform([plane, line])
    with pytest.raises(ValueError, match=r"X\[0\] has 2 invariants, but GradeScaler was fitted with 1"):
        GradeScaler().fit([plane]).transform([(plane, plane)])


def test_weights_of_axes_can_be_searched():
    rng = np.random.default_rng(0)
    labels = np.arange(16) % 2
    measures = [SignedMeasure(rng.uniform(0, 1, size=(9, 2)) * [100, 1] + [0, 2 * y], np.ones(9, int)) for y in labels]
    pipeline = make_pipeline(
        GradeScaler(),
        MeasureConvolution(resolution=4, bandwidth=0.3, bandwidth_unit="absolute"),
        RandomForestClassifier(n_estimators=5, random_state=0),
    )
    grid = {"gradescaler__weights": [(1.0, 0.01), (0.01, 1.0)]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(measures, labels)
    assert search.best_score_ == 1.0


@pytest.mark.parametrize("kernel", ["gaussian", "exponential", "linear"])
def test_rows_of_many_measures_are_those_they_have_alone_bit_by_bit(kernel):
    rng = np.random.default_rng(0)
    sizes = [0, 3, 700, 1, 2500, 64, 0, 129]  # some of them longer than a block of atoms
    measures = [SignedMeasure(rng.random((n, 2)), rng.choice([-2, -1, 1], n)) for n in sizes]
    convolution = MeasureConvolution(resolution=(31, 50), bandwidth=0.1, kernel=kernel, scales=(1.0, 3.0)).fit(measures)
    table = convolution.transform(measures)
    for measure, row in zip(measures, table, strict=True):
        np.testing.assert_array_equal(convolution.transform([measure])[0], row)
        axes, widths = convolution.plans_[0].grid.axes, convolution.plans_[0].grid.bandwidths
        alone = tdainv.measure_convolution(measure, axes, bandwidth=widths, kernel=kernel)
        np.testing.assert_array_equal(alone.ravel(), row[: 31 * 50])
