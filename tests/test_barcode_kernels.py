"""Kernels of barcodes against their definitions, integrals, gudhi.representations; positivity and stability."""

import math

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import tdainv
from tdainv import (
    Barcode,
    BarcodeKernel,
    fisher_kernel,
    scale_space_kernel,
    wasserstein_distance,
    weighted_gaussian_kernel,
)

inf = np.inf
KERNELS = ("scale_space", "weighted_gaussian", "fisher")
FUNCTIONS = {
    "scale_space": scale_space_kernel,
    "weighted_gaussian": weighted_gaussian_kernel,
    "fisher": fisher_kernel,
}
over_kernels = pytest.mark.parametrize("kernel", KERNELS)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def bars_of(rng, n):
    births = rng.random(n)
    return np.column_stack([births, births + rng.exponential(0.5, n)])


def barcodes(rng, count, degree=1, essential=0):
    found = []
    for n in rng.integers(1, 15, count):
        bars = bars_of(rng, n + essential)
        bars[:essential, 1] = inf
        found.append(Barcode(*bars.T, degree))
    return found


def gaussian(p, q, h):
    return math.exp(-((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2) / (2 * h**2))


def total_persistence(first, second):
    return first.persistence.sum() * second.persistence.sum()


# --- definitions


@pytest.mark.parametrize("h", [0.05, 0.5, 3.0])
def test_the_scale_space_kernel_is_its_sum(rng, h):
    first, second = bars_of(rng, 9), bars_of(rng, 12)
    expected = sum(gaussian(p, q, h) - gaussian(p, q[::-1], h) for p in first for q in second) / (2 * np.pi * h**2)
    assert scale_space_kernel(first, second, bandwidth=h) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("h", [0.05, 0.5, 3.0])
def test_the_weighted_gaussian_kernel_is_its_sum(rng, h):
    first, second = bars_of(rng, 9), bars_of(rng, 12)
    weights = {
        "one": lambda bar: 1.0,
        "persistence": lambda bar: bar[1] - bar[0],
        "arctan": lambda bar: math.atan((bar[1] - bar[0]) ** 3),
    }
    for name, weight in weights.items():
        expected = sum(weight(p) * weight(q) * gaussian(p, q, h) for p in first for q in second)
        given = name if name != "arctan" else lambda births, persistences: np.arctan(persistences**3)
        found = weighted_gaussian_kernel(first, second, bandwidth=h, weight=given)
        assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("h", [0.05, 0.5, 3.0])
def test_the_fisher_kernel_is_its_definition(rng, h):
    first, second = bars_of(rng, 9), bars_of(rng, 12)
    project = lambda bars: np.repeat(bars.mean(axis=1)[:, np.newaxis], 2, axis=1)  # noqa: E731
    support = np.vstack([first, second, project(first), project(second)])
    densities = []
    for sources in (np.vstack([first, project(second)]), np.vstack([second, project(first)])):
        density = np.array([sum(gaussian(x, p, h) for p in sources) for x in support])
        densities.append(density / density.sum())
    distance = math.acos(np.sqrt(densities[0] * densities[1]).sum())
    assert fisher_kernel(first, second, bandwidth=h) == pytest.approx(math.exp(-distance), rel=1e-9)
    assert fisher_kernel(first, second, bandwidth=h, scale=3) == pytest.approx(math.exp(-distance / 3), rel=1e-9)


def test_the_scale_space_kernel_is_an_inner_product_of_heat(rng):
    # Solutions of the heat equation at the time h²/4 above the diagonal, integrated on a fine grid.
    h, step = 0.6, 0.02
    first, second = bars_of(rng, 3), bars_of(rng, 4)
    x, y = np.meshgrid(np.arange(-2, 5, step), np.arange(-2, 5, step), indexing="ij")

    def heat(bars):
        t = h**2 / 4
        waves = [
            np.exp(-((x - b) ** 2 + (y - d) ** 2) / (4 * t)) - np.exp(-((x - d) ** 2 + (y - b) ** 2) / (4 * t))
            for b, d in bars
        ]
        return np.where(y >= x, sum(waves), 0) / (4 * np.pi * t)

    integral = (heat(first) * heat(second)).sum() * step**2
    assert scale_space_kernel(first, second, bandwidth=h) == pytest.approx(integral, rel=1e-3)


def test_short_bars_lose_no_digits():
    # k of two bars of length s at the same place: (1 - exp(-s²/h²)) / (2 π h²), about s² / (2 π h⁴).
    short = [[0, 1e-9]]
    assert scale_space_kernel(short, short, bandwidth=1.0) == pytest.approx(1e-18 / (2 * np.pi), rel=1e-12)


def test_gudhi_has_the_same_kernels(rng):
    # gudhi divides both Gaussian kernels by sqrt(2 π) h; the heat kernel in the plane needs 2 π h².
    methods = pytest.importorskip("gudhi.representations.kernel_methods")
    first, second, h = bars_of(rng, 20), bars_of(rng, 30), 0.4
    unit = np.sqrt(2 * np.pi) * h
    theirs = methods.PersistenceScaleSpaceKernel(bandwidth=h)(first, second)
    assert scale_space_kernel(first, second, bandwidth=h) == pytest.approx(theirs / unit, rel=1e-9)
    theirs = methods.PersistenceWeightedGaussianKernel(bandwidth=h, weight=lambda bar: bar[1] - bar[0])(first, second)
    assert weighted_gaussian_kernel(first, second, bandwidth=h) == pytest.approx(theirs * unit, rel=1e-9)
    theirs = methods.PersistenceFisherKernel(bandwidth_fisher=h, bandwidth=2.0)(first, second)
    assert fisher_kernel(first, second, bandwidth=h, scale=2.0) == pytest.approx(theirs, rel=1e-9)


# --- properties


@over_kernels
def test_kernels_are_symmetric_and_ignore_the_order_of_bars(rng, kernel):
    function = FUNCTIONS[kernel]
    first, second = bars_of(rng, 9), bars_of(rng, 12)
    value = function(first, second, bandwidth=0.3)
    assert function(second, first, bandwidth=0.3) == pytest.approx(value, rel=1e-12)
    assert function(first[::-1], second, bandwidth=0.3) == pytest.approx(value, rel=1e-12)
    assert function(Barcode(*first.T, 1), second, bandwidth=0.3) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("h", [0.05, 0.3, 2.0])
@pytest.mark.parametrize("normalize", [False, True])
@over_kernels
def test_matrices_are_positive_semidefinite(rng, kernel, h, normalize):
    samples = [*barcodes(rng, 40), Barcode([], [], 1)]
    gram = BarcodeKernel(kernel=kernel, bandwidth=h, normalize=normalize).fit_transform(samples)
    np.testing.assert_allclose(gram, gram.T, rtol=1e-9, atol=1e-15)
    values = np.linalg.eigvalsh(0.5 * (gram + gram.T))
    # The points at which Fisher's distributions live depend on the pair: its matrices may have negative eigenvalues.
    assert values[0] >= -(0.1 if kernel == "fisher" else 1e-10) * values[-1]


@pytest.mark.parametrize("h", [0.1, 0.5, 2.0])
def test_the_scale_space_kernel_is_stable_in_the_wasserstein_distance(rng, h):
    def kernel(first, second):
        return scale_space_kernel(first, second, bandwidth=h)

    for move in (1e-3, 0.05, 0.5):
        first = bars_of(rng, 20)
        second = np.sort(first + move * rng.normal(size=first.shape), axis=1)[:-1]
        apart = math.sqrt(max(0.0, kernel(first, first) + kernel(second, second) - 2 * kernel(first, second)))
        bound = math.sqrt(2 / math.pi) / h**2 * wasserstein_distance(first, second)
        assert 0 < apart <= bound * (1 + 1e-9)


def test_the_scale_space_bound_is_attained_in_the_limit():
    # A bar (-d, d) moved by (s, -s): far from the diagonal and for small s, up to 1 / sqrt(2) that the diagonal gives.
    h, s = 1.0, 1e-3
    first, second = [[-50, 50]], [[-50 + s, 50 - s]]
    squared = 2 * (scale_space_kernel(first, first, bandwidth=h) - scale_space_kernel(first, second, bandwidth=h))
    bound = math.sqrt(2 / math.pi) / h**2 * wasserstein_distance(first, second)
    assert math.sqrt(squared) == pytest.approx(bound / math.sqrt(2), rel=1e-4)


# --- odd barcodes


@over_kernels
def test_barcodes_without_bars(rng, kernel):
    function, bars = FUNCTIONS[kernel], bars_of(rng, 5)
    assert function([], [], bandwidth=1.0) == (1.0 if kernel == "fisher" else 0.0)
    if kernel == "fisher":
        assert 0 < function(bars, [], bandwidth=1.0) == function([], bars, bandwidth=1.0) < 1
    else:
        assert function(bars, [], bandwidth=1.0) == function([], bars, bandwidth=1.0) == 0


@over_kernels
def test_essential_bars_follow_the_policy(rng, kernel):
    function = FUNCTIONS[kernel]
    bars = bars_of(rng, 5)
    infinite, dying = np.vstack([bars, [[0.5, inf]]]), np.vstack([bars, [[0.5, 4.0]]])
    assert function(infinite, bars, bandwidth=0.5) == function(bars, bars, bandwidth=0.5)
    assert function(infinite, bars, bandwidth=0.5, essential=4) == function(dying, bars, bandwidth=0.5)
    with pytest.raises(ValueError, match="the second has 1 essential bar"):
        function(bars, infinite, bandwidth=0.5, essential="error")


@over_kernels
def test_far_bars_are_finite(kernel):
    value = FUNCTIONS[kernel]([[0, 1]], [[1e8, 1e8 + 1]], bandwidth=1e-3)
    assert np.isfinite(value)
    assert value == (pytest.approx(math.exp(-math.pi / 2)) if kernel == "fisher" else 0)


@over_kernels
def test_wrong_parameters_are_refused(kernel):
    function = FUNCTIONS[kernel]
    for bandwidth in (0, -1.0, inf, np.nan, "wide"):
        with pytest.raises(ValueError, match="bandwidth must be a positive finite number"):
            function([[0, 1]], [[0, 1]], bandwidth=bandwidth)
    with pytest.raises(ValueError, match="bandwidth must lie between 1e-150 and 1e\\+150, got bandwidth=1e-200"):
        function([[0, 1]], [[0, 1]], bandwidth=1e-200)
    with pytest.raises(ValueError, match=r"second must be a Barcode or have shape \(k, 2\)"):
        function([[0, 1]], [0, 1, 2], bandwidth=1.0)
    with pytest.raises(ValueError, match="different degrees"):
        function(Barcode([0.0], [1.0], 0), Barcode([0.0], [1.0], 1), bandwidth=1.0)
    with pytest.raises(ValueError, match="essential must be"):
        function([[0, 1]], [[0, 1]], bandwidth=1.0, essential=inf)


# --- matrices


@over_kernels
def test_matrices_hold_the_kernels(rng, kernel):
    training, test = barcodes(rng, 6), barcodes(rng, 3)
    estimator = BarcodeKernel(kernel=kernel, bandwidth=0.3, bandwidth_unit="absolute").fit(training)
    expected = [[FUNCTIONS[kernel](x, y, bandwidth=0.3) for y in training] for x in test]
    np.testing.assert_allclose(estimator.transform(test), expected, rtol=1e-12)
    assert list(estimator.get_feature_names_out()) == [f"kernel_{j}" for j in range(6)]


def test_functions_are_kernels(rng):
    training = barcodes(rng, 4)
    gram = BarcodeKernel(kernel=total_persistence).fit_transform(training)
    totals = np.array([bars.persistence.sum() for bars in training])
    np.testing.assert_allclose(gram, np.outer(totals, totals))
    np.testing.assert_allclose(BarcodeKernel(kernel=total_persistence, normalize=True).fit_transform(training), 1)


@pytest.mark.parametrize("kernel", [*KERNELS, total_persistence])
@pytest.mark.parametrize("normalize", [False, True])
def test_kernels_of_degrees_add_up(rng, kernel, normalize):
    pairs = list(zip(barcodes(rng, 5, 0), barcodes(rng, 5, 1), strict=True))
    estimator = BarcodeKernel(kernel=kernel, normalize=normalize)
    parts = [estimator.fit_transform([pair[place] for pair in pairs]) for place in range(2)]
    np.testing.assert_allclose(estimator.fit_transform(pairs), parts[0] + parts[1], rtol=1e-12)
    if normalize:
        np.testing.assert_allclose(np.diag(parts[0]), 1)


@over_kernels
def test_bandwidths_in_the_range_do_not_depend_on_units(rng, kernel):
    samples = barcodes(rng, 5)
    scaled = [Barcode(1000 * bars.births, 1000 * bars.deaths, 1) for bars in samples]
    estimator = BarcodeKernel(kernel=kernel, normalize=True)
    np.testing.assert_allclose(estimator.fit_transform(scaled), estimator.fit_transform(samples), rtol=1e-9)
    low = min(bars.births.min() for bars in samples)
    high = max(bars.deaths.max() for bars in samples)
    (plan,) = BarcodeKernel(bandwidth=0.2).fit(samples).plans_
    assert plan.parameters == (pytest.approx(0.2 * (high - low)),)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("essential", ["drop", 3.0])
@over_kernels
def test_empty_and_infinite_barcodes_give_finite_matrices(rng, kernel, essential, normalize):
    odd = [Barcode([], [], 1), Barcode([0.0, 0.0], [inf, inf], 1), Barcode([5.0], [inf], 1)]
    for samples in (odd[:1], odd, [*odd, *barcodes(rng, 3, essential=1)]):
        gram = BarcodeKernel(kernel=kernel, essential=essential, normalize=normalize).fit_transform(samples)
        assert gram.shape == (len(samples), len(samples))
        assert np.isfinite(gram).all()


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (BarcodeKernel(kernel="linear"), "kernel must be one of .* got kernel='linear'"),
        (BarcodeKernel(bandwidth=0), "bandwidth must be .* got bandwidth=0"),
        (BarcodeKernel(bandwidth_unit="inch"), "bandwidth_unit must be .* got bandwidth_unit='inch'"),
        (BarcodeKernel(kernel="fisher", scale=0), "scale must be .* got scale=0"),
        (BarcodeKernel(essential=inf), "essential must be .* got essential=inf"),
        (BarcodeKernel(weight="heavy"), "weight must be .* got weight='heavy'"),
        (BarcodeKernel(kernel=lambda x, y: -1.0, normalize=True), r"positive definite .* got kernel\(x, x\) = -1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # no addresses of functions: workers compare names
)
def test_wrong_parameters_of_the_estimator_are_refused(estimator, message):
    with pytest.raises(ValueError, match=message):
        estimator.fit([Barcode([0.0], [1.0], 1)])


def test_a_kernel_must_return_a_number(rng):
    samples = barcodes(rng, 3)
    estimator = BarcodeKernel(kernel=lambda x, y: np.nan).fit(samples)
    with pytest.raises(ValueError, match=r"^X\[0\]: the value of kernel must be a finite number"):
        estimator.transform(samples)


@over_kernels
def test_support_vector_machines_learn_from_matrices(kernel):
    rng = np.random.default_rng(1)
    clouds, labels = [], []
    for i in range(24):
        angles = rng.uniform(0, 2 * np.pi, 30)
        radii = np.ones(30) if i % 2 else np.sqrt(rng.random(30))
        clouds.append(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]))
        labels.append(i % 2)
    pipeline = make_pipeline(
        tdainv.Rips(), tdainv.PersistenceBarcode(degrees=(1,)), BarcodeKernel(kernel=kernel), SVC(kernel="precomputed")
    )
    grid = {"barcodekernel__bandwidth": [0.05, 0.3], "svc__C": [1.0, 100.0]}
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(clouds, labels)
    assert search.best_score_ >= 0.8
