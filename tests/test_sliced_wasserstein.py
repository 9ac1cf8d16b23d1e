"""Sliced Wasserstein distances against sums of one-dimensional ones, as features and as a kernel."""

import math

import numpy as np
import pytest
from scipy.stats import wasserstein_distance
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import tdainv
from tdainv import Barcode, SignedMeasure, SlicedWassersteinFeatures, SlicedWassersteinKernel


def random_measures(rng, p, count=5, *, dtype=int, ties=False, mass=1):
    """Measures of equal mass; with ties, their coordinates are whole numbers below 4."""
    measures = []
    for _ in range(count):
        k = int(rng.integers(4, 15))
        points = rng.integers(0, 4, size=(k, p)).astype(float) if ties else rng.normal(size=(k, p))
        weights = rng.choice([-1, 1, 2], size=k) if dtype is int else rng.normal(size=k)
        weights[-1] += mass - weights.sum()
        measures.append(SignedMeasure(points, weights))
    return measures


def naive_distance(mu, nu, directions):
    """Mean over directions of Wasserstein distances of the positive and the negative part of a difference."""
    points, weights = np.concatenate([mu.points, nu.points]), np.concatenate([mu.weights, -nu.weights])
    positive, total = weights > 0, weights[weights > 0].sum()
    if total == 0:
        return 0.0
    parts = [
        wasserstein_distance((points @ v)[positive], (points @ v)[~positive], weights[positive], -weights[~positive])
        for v in np.atleast_2d(directions)
    ]
    return total * np.mean(parts)


# --- the distance


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("dtype", [int, float])
@pytest.mark.parametrize("ties", [False, True])
def test_the_distance_is_a_mean_of_one_dimensional_ones(p, dtype, ties):
    rng = np.random.default_rng(p)
    measures = random_measures(rng, p, dtype=dtype, ties=ties)
    directions = np.eye(p) if ties else rng.normal(size=(12, p))
    matrix = tdainv.sliced_wasserstein_distances(measures, directions=directions)
    rectangle = tdainv.sliced_wasserstein_distances(measures[:2], measures[1:], directions=directions)
    for i, mu in enumerate(measures):
        for j, nu in enumerate(measures):
            expected = naive_distance(mu, nu, directions)
            assert matrix[i, j] == pytest.approx(expected, rel=1e-9, abs=1e-12)
            single = tdainv.sliced_wasserstein_distance(mu, nu, directions=directions)
            assert single == pytest.approx(expected, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(rectangle, matrix[:2, 1:], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(matrix.diagonal(), 0)


def test_many_measures_are_swept_in_tiles():
    rng = np.random.default_rng(0)
    measures = random_measures(rng, 2, count=300)
    matrix = tdainv.sliced_wasserstein_distances(measures, n_directions=3)
    directions = [[math.cos(a), math.sin(a)] for a in (np.arange(3) + np.random.RandomState(0).uniform()) * np.pi / 3]
    for i, j in rng.integers(0, 300, size=(40, 2)):
        assert matrix[i, j] == pytest.approx(naive_distance(measures[i], measures[j], directions), abs=1e-12)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_distance_is_at_most_the_wasserstein_distance(p):
    rng = np.random.default_rng(p)
    measures = random_measures(rng, p, count=8)
    sliced = tdainv.sliced_wasserstein_distances(measures, n_directions=20, random_state=1)
    for norm in ("l1", "l2"):
        exact = tdainv.pairwise_distances(
            measures, distance=lambda a, b, norm=norm: tdainv.kantorovich_rubinstein_distance(a, b, norm=norm)
        )
        assert (sliced <= exact * (1 + 1e-9) + 1e-12).all()
    if p == 1:
        np.testing.assert_allclose(sliced, exact, atol=1e-12)


def test_gudhi_agrees_on_barcodes():
    hera = pytest.importorskip("gudhi.representations")
    rng = np.random.default_rng(0)
    barcodes = []
    for k in (5, 9, 1, 0):
        births = rng.uniform(0, 2, size=k)
        barcodes.append(Barcode(births, births + rng.uniform(0.1, 2, size=k), degree=1))
    n = 10
    angles = np.linspace(-np.pi / 2, np.pi / 2, n, endpoint=False)[:-1]  # it takes one less than it is told
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    ours = tdainv.sliced_wasserstein_distances(barcodes[:3], directions=directions)
    theirs = hera.SlicedWassersteinDistance(num_directions=n).fit_transform([bars.diagram for bars in barcodes[:3]])
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    empty = tdainv.sliced_wasserstein_distance(barcodes[0], barcodes[3], directions=directions)
    middles = barcodes[0].diagram.mean(axis=1)
    moved = [np.abs(barcodes[0].diagram @ v - middles * v.sum()) for v in directions]
    assert empty <= np.sum(moved) / len(directions) + 1e-12


def test_missing_mass_is_put_at_a_point():
    mu, nu = SignedMeasure([[0, 0], [1, 0]], [1, 1]), SignedMeasure([[0, 0]], [1])
    axes = np.eye(2)
    with pytest.raises(ValueError, match=r"second must have the mass 2 that first has, got 1. Give balance"):
        tdainv.sliced_wasserstein_distance(mu, nu)
    assert tdainv.sliced_wasserstein_distance(mu, nu, directions=axes, balance=(5, 3)) == (4 + 3) / 2
    assert tdainv.sliced_wasserstein_distance(nu, mu, directions=axes, balance=(5, 3)) == (4 + 3) / 2


def test_empty_measures_have_distance_zero():
    nothing = SignedMeasure(np.zeros((0, 2)), np.zeros(0, int))
    dipole = SignedMeasure([[0, 0], [0, 2]], [1, -1])
    assert tdainv.sliced_wasserstein_distance(nothing, nothing) == 0
    assert tdainv.sliced_wasserstein_distance(nothing, dipole, directions=[[0, 1]]) == 2
    assert tdainv.sliced_wasserstein_distance(Barcode([], [], 0), Barcode([], [], 0)) == 0


def test_essential_bars_follow_the_policy():
    bars, others = Barcode([0.0, 1.0], [np.inf, 2.0], 1), Barcode([1.0], [2.0], 1)
    with pytest.raises(ValueError, match="degree 1 has 1 essential bars"):
        tdainv.sliced_wasserstein_distance(bars, others)
    assert tdainv.sliced_wasserstein_distance(bars, others, essential="drop") == 0
    assert tdainv.sliced_wasserstein_distance(bars, others, essential=4.0) > 0


@pytest.mark.parametrize(
    ("first", "second", "error", "message"),
    [
        ([[0, 1]], SignedMeasure([[0]], [1]), TypeError, "first must be a SignedMeasure or a Barcode, got list"),
        (SignedMeasure([[0, 1]], [1]), Barcode([0.0], [1.0], 0), TypeError, "second must be a SignedMeasure as first"),
        (SignedMeasure([[0]], [1]), SignedMeasure([[0, 0]], [1]), ValueError, "second must have n_parameters 1"),
        (Barcode([], [], 0), Barcode([], [], 1), ValueError, "second must have degree 0 as first has, got 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(first, second, error, message):
    with pytest.raises(error, match=message):
        tdainv.sliced_wasserstein_distance(first, second)


# --- features


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("resolution", [3, 20, 200])
def test_distances_of_features_are_close_from_below(p, resolution):
    rng = np.random.default_rng(p)
    measures = random_measures(rng, p, count=6)
    vectorizer = SlicedWassersteinFeatures(resolution=resolution, n_directions=7).fit(measures)
    rows = vectorizer.transform(measures)
    exact = tdainv.sliced_wasserstein_distances(measures, n_directions=7)
    edges = vectorizer.plans_[0].edges
    cell = (edges[:, 1] - edges[:, 0]).mean()
    for i, mu in enumerate(measures):
        for j, nu in enumerate(measures):
            found = np.abs(rows[i] - rows[j]).sum()
            bound = cell / 2 * (np.abs(mu.weights).sum() + np.abs(nu.weights).sum())
            assert exact[i, j] - bound - 1e-9 <= found <= exact[i, j] + 1e-9


def test_features_of_unseen_grades_are_finite_and_still_below():
    rng = np.random.default_rng(0)
    train, test = random_measures(rng, 2), [mu.rescale(10) for mu in random_measures(rng, 2)]
    vectorizer = SlicedWassersteinFeatures(resolution=9, n_directions=5).fit(train)
    rows = vectorizer.transform(test)
    exact = tdainv.sliced_wasserstein_distances(test, n_directions=5)
    found = np.abs(rows[:, np.newaxis] - rows).sum(axis=2)
    assert np.isfinite(rows).all()
    assert (found <= exact + 1e-9).all()


def test_features_of_equal_points_are_zero():
    point = SignedMeasure([[1.0, 2.0]], [1])
    rows = SlicedWassersteinFeatures(resolution=3, n_directions=2).fit_transform([point])
    np.testing.assert_array_equal(rows, np.zeros((1, 6)))


# --- the kernel


@pytest.mark.parametrize("bandwidth", [0.01, 0.3, 1.0, 30.0])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_kernel_matrices_are_positive_semidefinite(p, bandwidth):
    measures = random_measures(np.random.default_rng(p), p, count=25)
    gram = SlicedWassersteinKernel(bandwidth=bandwidth, n_directions=10).fit_transform(measures)
    np.testing.assert_array_equal(gram, gram.T)
    np.testing.assert_array_equal(gram.diagonal(), 1)
    assert np.linalg.eigvalsh(gram).min() >= -1e-10


def test_the_kernel_is_its_formula():
    rng = np.random.default_rng(0)
    samples = [(mu, nu) for mu, nu in zip(random_measures(rng, 2), random_measures(rng, 1, mass=0), strict=True)]
    kernel = SlicedWassersteinKernel(bandwidth=0.7, weights=(1.0, 0.5), n_directions=6)
    gram = kernel.fit_transform(samples)
    exponent = np.zeros_like(gram)
    for place, weight in ((0, 1.0), (1, 0.5)):
        distances = tdainv.sliced_wasserstein_distances([sample[place] for sample in samples], n_directions=6)
        median = np.median(distances[np.triu_indices(5, 1)])
        assert kernel.units_[place] == pytest.approx(median)
        exponent += weight * distances / median
    np.testing.assert_allclose(gram, np.exp(-exponent / (2 * 0.7**2)), rtol=1e-9)
    np.testing.assert_array_equal(kernel.transform(samples), gram)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("dtype", [int, float])
def test_a_distance_does_not_depend_on_the_company(ties, dtype):
    rng = np.random.default_rng(0)
    measures = random_measures(rng, 2, count=9, dtype=dtype, ties=ties)
    kernel = SlicedWassersteinKernel(directions=np.eye(2)).fit(measures)
    gram = clone_fit_transform(kernel, measures)
    np.testing.assert_array_equal(gram, kernel.transform(measures))
    np.testing.assert_array_equal(gram[3:5], kernel.transform(measures[3:5]))


def clone_fit_transform(kernel, measures):
    return SlicedWassersteinKernel(**kernel.get_params()).fit_transform(measures)


def test_one_sample_and_equal_samples_have_kernel_one():
    mu = SignedMeasure([[0.0, 1.0]], [1])
    for training in ([mu], [mu, mu], [SignedMeasure(np.zeros((0, 2)), np.zeros(0, int))]):
        np.testing.assert_array_equal(SlicedWassersteinKernel().fit_transform(training), 1)


def test_masses_that_differ_name_the_sample():
    one, two = SignedMeasure([[0.0]], [1]), SignedMeasure([[0.0], [1.0]], [1, 1])
    with pytest.raises(ValueError, match=r"X\[1\] must have the mass 1 that X\[0\] has, got 2. Give balance"):
        SlicedWassersteinKernel().fit([one, two])
    with pytest.raises(ValueError, match=r"^X\[1\]: it must have the mass 1 that the training data has, got 2"):
        SlicedWassersteinKernel().fit([one, one]).transform([one, two])
    kernel = SlicedWassersteinKernel(balance="top", bandwidth_unit="absolute").fit([one, two])
    np.testing.assert_array_equal(kernel.transform([one, two]), [[1, 1], [1, 1]])  # the lacking mass is put at 1
    moved = SlicedWassersteinKernel(balance=(3.0,), bandwidth_unit="absolute").fit([one, two])
    np.testing.assert_allclose(moved.transform([one])[0], [1, np.exp(-1.0)])


def test_mismatches_between_fit_and_transform_are_refused():
    plane, line = SignedMeasure([[0, 0]], [1]), SignedMeasure([[0]], [1])
    kernel = SlicedWassersteinKernel().fit([plane])
    with pytest.raises(ValueError, match=r"^X\[0\]: it must have n_parameters 2 as the training data has, got 1"):
        kernel.transform([line])
    with pytest.raises(ValueError, match=r"X\[0\] has 2 invariants, but SlicedWassersteinKernel was fitted with 1"):
        kernel.transform([(plane, plane)])
    with pytest.raises(TypeError, match=r"^X\[0\]: it must be a SignedMeasure as the training data is, got Barcode"):
        kernel.transform([Barcode([0.0], [1.0], 0)])


def test_a_support_vector_machine_finds_the_bandwidth():
    rng = np.random.default_rng(0)
    labels = np.arange(20) % 2
    measures = [SignedMeasure(rng.normal(size=(6, 2)) + 2 * y, np.ones(6, int)) for y in labels]
    pipeline = make_pipeline(SlicedWassersteinKernel(n_directions=8), SVC(kernel="precomputed"))
    grid = {"slicedwassersteinkernel__bandwidth": [0.5, 1.0], "svc__C": [1.0, 10.0]}
    search = GridSearchCV(pipeline, grid, cv=4, error_score="raise").fit(measures, labels)
    assert search.best_score_ >= 0.9
