"""Magnitude of images: closed forms, dense solves, error bounds, patches, edges."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

import tdainv
from tdainv.invariants.magnitude import image_operator
from tdainv.invariants.magnitude.image_metric import pixel_space
from tdainv.invariants.magnitude.image_operator import LevelProduct, SimilarityProduct
from tdainv.invariants.magnitude.lattice import neighbourhood, spectrum
from tdainv.invariants.magnitude.preconditioners import kronecker_inverse, neighbour_inverse

NAMES = {"l1": "cityblock", "l2": "euclidean", "linf": "chebyshev"}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def similarities(image, metric, a, b, channels=False):
    shape = image.shape[:-1] if channels else image.shape
    places = a * np.indices(shape).reshape(len(shape), -1).T
    values = image.reshape(len(places), -1)
    if metric == "hamming":
        unequal = (values[:, np.newaxis] != values[np.newaxis]).sum(axis=-1)
        return np.exp(-cdist(places, places, "cityblock") - b * unequal)
    points = np.column_stack([places, b * values])
    options = {} if isinstance(metric, str) else {"p": metric}
    return np.exp(-cdist(points, points, NAMES.get(metric, "minkowski"), **options))


def line_weights(n, a):
    w = np.full(n, np.tanh(a / 2))
    w[[0, -1]] = 1 / (1 + np.exp(-a)) if n > 1 else 1.0
    return w


CASES = {
    "grey": ((9, 13), False),
    "levels": ((12, 11), False),
    "line": ((40,), False),
    "volume": ((4, 5, 6), False),
    "colour": ((7, 8, 3), True),
    "column": ((17, 1), False),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("metric", ["l1", "l2", "hamming", 1.5])
@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.3, 4.0), (2.0, 0.0)])
def test_images_agree_with_a_dense_solve_within_the_bound(rng, case, metric, a, b):
    shape, channels = CASES[case]
    image = rng.random(shape)
    if case == "levels":
        image = np.round(3 * image)
    exact = np.linalg.solve(
        similarities(image, metric, a, b, channels), np.ones(image[..., 0].size if channels else image.size)
    )
    solution = tdainv.image_magnitude_solution(
        image, metric=metric, position_weight=a, value_weight=b, channels=channels
    )
    error = np.linalg.norm(solution.weights.ravel() - exact) / np.linalg.norm(solution.weights)
    assert solution.weights.shape == (shape[:-1] if channels else shape)
    assert error <= (1e-5 if solution.error is None else solution.error) <= 1e-5
    assert np.linalg.cond(similarities(image, metric, a, b, channels)) <= (solution.condition or np.inf)


@pytest.mark.parametrize("metric", ["linf", 4])
def test_other_norms_of_the_plane(rng, metric):
    image = rng.random((6, 7))
    z = similarities(image, metric, 2.0, 1.0)
    assert np.linalg.eigvalsh(z)[0] > 0
    w = tdainv.image_magnitude(image, metric=metric, position_weight=2.0)
    np.testing.assert_allclose(w.ravel(), np.linalg.solve(z, np.ones(42)), rtol=1e-5)


def test_a_matrix_that_is_not_positive_definite_is_refused(rng):
    volume = rng.random((5, 5, 5))
    assert np.linalg.eigvalsh(similarities(volume, "linf", 0.25, 2.0))[0] < 0
    with pytest.raises(ValueError, match=r"positive definite .* use a larger t or another metric"):
        tdainv.image_magnitude(volume, metric="linf", position_weight=0.25, value_weight=2.0)


@pytest.mark.parametrize("shape", [(1,), (1, 1), (6,), (5, 9), (3, 4, 5)])
@pytest.mark.parametrize("a", [0.1, 1.0, 50.0])
@pytest.mark.parametrize("preconditioner", ["auto", "kronecker"])
def test_constant_images_are_products_of_lines(shape, a, preconditioner):
    w = tdainv.image_magnitude(np.full(shape, 7.0), position_weight=a, tolerance=1e-7, preconditioner=preconditioner)
    expected = np.ones(())
    for n in shape:
        expected = np.multiply.outer(expected, line_weights(n, a))
    np.testing.assert_allclose(w, expected, atol=1e-7 * np.linalg.norm(expected))


@pytest.mark.parametrize("preconditioner", ["auto", "neighbours", "kronecker", "none"])
@pytest.mark.parametrize("a", [0.1, 1.0])
def test_preconditioners_change_iterations_only(rng, preconditioner, a):
    image = np.cumsum(rng.normal(size=(20, 20)), axis=1)
    solution = tdainv.image_magnitude_solution(image, position_weight=a, preconditioner=preconditioner, tolerance=1e-7)
    plain = tdainv.image_magnitude_solution(image, position_weight=a, preconditioner="none", tolerance=1e-7)
    np.testing.assert_allclose(solution.weights, plain.weights, atol=2e-7 * np.abs(plain.weights).max() * 20)
    if preconditioner in ("auto", "neighbours"):
        assert solution.n_iterations < plain.n_iterations / 2


@pytest.mark.parametrize("shape", [(5,), (4, 6), (3, 4, 2)])
def test_preconditioners_invert_the_matrix_of_a_constant_image(shape):
    space = pixel_space(np.zeros(shape), "l1", 0.4, 1.0, 1.0, False)
    z = similarities(np.zeros(shape), "l1", 0.4, 1.0)
    for apply in (kronecker_inverse(space), neighbour_inverse(space, 4, map)):
        np.testing.assert_allclose(np.column_stack([apply(column) for column in z]), np.eye(len(z)), atol=1e-10)


# --- products and bounds


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("metric", ["l1", "l2", "hamming", 3])
@pytest.mark.parametrize("stored", [True, False])
def test_products_are_those_of_the_truncated_matrix(rng, case, metric, stored, monkeypatch):
    if not stored:
        monkeypatch.setattr(image_operator, "available_memory", lambda: 0)
    shape, channels = CASES[case]
    image = rng.random(shape)
    space = pixel_space(image, metric, 1.0, 2.0, 0.7, channels)
    near = neighbourhood(space.shape, space.spacing, space.exponent, 0.5)
    z = similarities(image, metric, 0.7, 1.4, channels)
    places = np.indices(space.shape).reshape(len(space.shape), -1).T
    kept = {tuple(step) for step in near.steps}
    for i, j in np.ndindex(z.shape):
        step = tuple(places[j] - places[i])
        if i != j and step not in kept and tuple(-k for k in step) not in kept:
            z[i, j] = 0.0
    vector = rng.normal(size=len(z))
    np.testing.assert_allclose(SimilarityProduct(space, near, map)(vector), z @ vector, atol=1e-12)
    np.testing.assert_allclose(SimilarityProduct(space, near, map, 1e-3)(vector), z @ vector, atol=1e-5)


@pytest.mark.parametrize("shape", [(30,), (7, 1), (1, 8), (6, 9), (3, 4, 5)])
def test_sweeps_over_levels_are_exact(rng, shape):
    image = rng.integers(0, 5, shape).astype(float)
    product = LevelProduct(pixel_space(image, "l1", 0.03, 0.5, 1.0, False), map)
    z = similarities(image, "l1", 0.03, 0.5)
    vector = rng.normal(size=len(z))
    np.testing.assert_allclose(product(vector), z @ vector, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("p", [1.0, 1.4, 2.0])
@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize("a", [0.3, 1.0, 6.0])
def test_the_spectrum_lies_within_its_bounds(rng, p, dim, a):
    bounds = spectrum(a, dim, p)
    for image in (np.zeros((12,) * dim), rng.random((12,) * dim)):
        values = np.linalg.eigvalsh(similarities(image, p, a, 3.0))
        assert bounds.lowest <= values[0] * (1 + 1e-9)
        assert values[-1] <= bounds.highest * (1 + 1e-9)


def test_the_bounds_of_l1_are_the_limits_for_large_images():
    values = np.linalg.eigvalsh(similarities(np.zeros(400), "l1", 1.0, 1.0))
    bounds = spectrum(1.0, 1, 1.0)
    assert bounds.lowest == pytest.approx(values[0], rel=1e-3)
    assert bounds.highest == pytest.approx(values[-1], rel=1e-3)
    assert spectrum(1.0, 2, 1.0).condition == pytest.approx(21.93, abs=0.01)


@pytest.mark.parametrize("p", [1.0, 2.0, np.inf])
@pytest.mark.parametrize("shape", [(60,), (25, 31)])
def test_what_a_neighbourhood_leaves_out_is_at_most_what_it_says(p, shape):
    z = similarities(np.zeros(shape), {1.0: "l1", 2.0: "l2"}.get(p, "linf"), 0.8, 0.0)
    for allowed in (1e-1, 1e-4):
        near = neighbourhood(shape, 0.8, p, allowed)
        assert near.lost <= allowed
        left_out = z.sum(axis=1).max() - 1 - 2 * near.factors.sum()
        assert left_out <= near.lost + 1e-12


def test_iterations_do_not_grow_with_the_size(rng):
    counts = [
        tdainv.image_magnitude_solution(rng.random((n, n)), preconditioner="none").n_iterations for n in (16, 32, 96)
    ]
    assert counts[2] <= counts[1] + 3 <= counts[0] + 8


def test_results_do_not_depend_on_the_number_of_threads(rng):
    image = rng.random((40, 30))
    for options in ({}, {"metric": "l2"}, {"position_weight": 0.1, "tolerance": 1e-3}):
        one, two = (tdainv.image_magnitude(np.round(image, 1), n_jobs=n, **options) for n in (1, 2))
        np.testing.assert_array_equal(one, two)


# --- invariance and scale


def test_invariance(rng):
    image = rng.random((8, 11))
    w = tdainv.image_magnitude(image, tolerance=1e-9)
    for moved, back in (
        (image[::-1], lambda v: v[::-1]),
        (image.T, np.transpose),
        (5 - image, lambda v: v),
        (image[..., np.newaxis], lambda v: v),
    ):
        again = tdainv.image_magnitude(moved, tolerance=1e-9, channels=moved.ndim == 3)
        np.testing.assert_allclose(back(again), w, atol=1e-8)
    np.testing.assert_allclose(tdainv.image_magnitude(3 * image, value_weight=1 / 3, tolerance=1e-9), w, atol=1e-8)
    scaled = tdainv.image_magnitude(image, position_weight=0.5, value_weight=0.5, t=2.0, tolerance=1e-9)
    np.testing.assert_allclose(scaled, w, atol=1e-8)


def test_scales(rng):
    image = rng.random((6, 6))
    assert tdainv.image_magnitude(image, t=1e-3, tolerance=1e-2).sum() == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(tdainv.image_magnitude(image, t=1e3), 1.0)
    np.testing.assert_allclose(tdainv.image_magnitude(image, t=1e-3, metric="l2").sum(), 1.0, atol=0.02)


@pytest.mark.parametrize("top", [2e3, 1e200])
@pytest.mark.parametrize("metric", ["l1", "l2", "hamming"])
def test_values_that_are_far_apart_cut_the_image(top, metric):
    image = np.zeros((4, 8))
    image[:, 4:] = top
    half = tdainv.image_magnitude(np.zeros((4, 4)), metric=metric, tolerance=1e-8)
    both = tdainv.image_magnitude(image, metric=metric, value_weight=1e3, tolerance=1e-8)
    np.testing.assert_allclose(both, np.hstack([half, half]), rtol=1e-6)


# --- patches


@pytest.mark.parametrize("options", [{}, {"metric": "l2"}, {"position_weight": 0.5}])
def test_patches_are_within_their_bound_and_get_better(rng, options):
    image = rng.random((23, 30))
    exact = tdainv.image_magnitude(image, tolerance=1e-9, **options)
    errors = []
    for overlap in (0, 2, 6):
        patched = tdainv.patched_image_magnitude(image, patch_size=7, overlap=overlap, **options)
        errors.append(np.linalg.norm(patched.weights - exact) / np.linalg.norm(patched.weights))
        assert errors[-1] <= patched.error
    assert errors[0] > 5 * errors[1] > 25 * errors[2]


def test_one_patch_is_the_image(rng):
    image = rng.random((6, 5, 2))
    patched = tdainv.patched_image_magnitude(image, patch_size=6, overlap=0, channels=True)
    np.testing.assert_allclose(patched.weights, tdainv.image_magnitude(image, channels=True), atol=1e-5)
    assert patched.error < 1e-4


# --- edges


def test_a_step_is_an_edge_and_the_border_is_not():
    image = np.zeros((12, 16))
    image[:, 8:] = 1.0
    strength = tdainv.magnitude_edge_strength(image, value_weight=8.0)
    truth = np.zeros(image.shape)
    truth[:, 7:9] = 1
    threshold, dice = tdainv.dice_threshold([strength], [truth])
    assert dice == 1.0
    assert tdainv.dice_coefficient(strength >= threshold, truth) == 1.0
    np.testing.assert_allclose(tdainv.magnitude_edge_strength(np.full((5, 6), 2.0)), 0.0, atol=1e-4)


def test_the_threshold_is_the_best_of_all(rng):
    strengths = [rng.random((5, 6)).round(1) for _ in range(3)]
    edges = [rng.random((5, 6)) < 0.3 for _ in range(3)]
    threshold, dice = tdainv.dice_threshold(strengths, edges)

    def mean(t):
        return np.mean([tdainv.dice_coefficient(s >= t, e) for s, e in zip(strengths, edges, strict=True)])

    assert dice == pytest.approx(mean(threshold))
    assert dice == pytest.approx(max(mean(t) for t in np.unique(strengths)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tdainv.dice_coefficient([0, 1], [0, 1, 1]), "same shape"),
        (lambda: tdainv.dice_coefficient([0, 2], [0, 1]), "first must be a binary image"),
        (lambda: tdainv.dice_threshold([], []), "at least one image"),
        (lambda: tdainv.dice_threshold([[1.0]], []), "same length"),
        (lambda: tdainv.dice_threshold([[1.0, 2.0]], [[1]]), r"strengths\[0\] and edges\[0\]"),
        (lambda: tdainv.dice_threshold([[np.nan]], [[1]]), r"strengths\[0\] must be finite"),
        (lambda: tdainv.dice_threshold([[1.0]], [[3]]), r"edges\[0\] must be a binary image"),
    ],
)
def test_bad_edges_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_empty_masks_agree():
    assert tdainv.dice_coefficient([0, 0], [0, 0]) == 1.0


# --- bad input


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        ([[0.0, np.nan]], {}, r"image\[0, 1\] = nan"),
        ([[0.0, np.inf]], {}, r"image\[0, 1\] = inf"),
        (np.zeros((0, 3)), {}, "no axis of length 0"),
        (3.0, {}, "d >= 1"),
        ([1.0, 2.0], {"channels": True}, "n_channels"),
        ([1e308, -1e308], {}, "differences are finite"),
        ([1e300, 0.0], {"value_weight": 1e10}, "finite distances"),
        ([0.0, 1.0], {"t": 0.0}, "t must be a positive"),
        ([0.0, 1.0], {"t": -2.0}, "t must be a positive"),
        ([0.0, 1.0], {"position_weight": 0.0}, "position_weight must be a positive"),
        ([0.0, 1.0], {"value_weight": -1.0}, "value_weight must be at least 0"),
        ([0.0, 1.0], {"t": 1e-200, "position_weight": 1e-200}, "t times position_weight"),
        ([0.0, 1.0], {"metric": "l3"}, "metric must be one of"),
        ([0.0, 1.0], {"metric": 0.5}, "p >= 1"),
        ([0.0, 1.0], {"tolerance": 2.0}, "tolerance must be less than 1"),
        ([0.0, 1.0], {"preconditioner": "ilu"}, "preconditioner must be one of"),
        ([0.0, 1.0], {"preconditioner": "kronecker", "metric": "l2"}, "kronecker"),
        ([0.0, 1.0], {"max_iterations": 0}, "max_iterations"),
    ],
)
def test_bad_input_is_refused(image, options, message):
    with pytest.raises(ValueError, match=message):
        tdainv.image_magnitude(image, **options)


def test_bad_patches_are_refused():
    for options, message in (({"patch_size": 0}, "patch_size"), ({"overlap": -1}, "overlap")):
        with pytest.raises(ValueError, match=message):
            tdainv.patched_image_magnitude([[0.0]], **options)


def test_a_tolerance_that_is_not_reached_is_told(rng):
    image = rng.random((20, 20))
    with pytest.warns(tdainv.TdainvWarning, match="relative error of at most"):
        solution = tdainv.image_magnitude_solution(image, max_iterations=2, preconditioner="none")
    assert solution.error > 1e-5


def test_memory_is_estimated_first(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e5")
    with pytest.raises(tdainv.MemoryLimitError):
        tdainv.image_magnitude(np.zeros((200, 200)) + np.arange(200.0))


def test_estimators_are_the_functions(rng):
    images = [rng.random((5, 6)), rng.random((8, 4))]
    for output, function in (("weights", tdainv.image_magnitude), ("edges", tdainv.magnitude_edge_strength)):
        out = tdainv.MagnitudeTransform(output=output, metric="l2", t=2.0).transform(images)
        for image, result in zip(images, out, strict=True):
            np.testing.assert_array_equal(result, function(image, metric="l2", t=2.0))
    features = tdainv.MagnitudeFeatures(ts=(0.5, 2), pool=2).set_output(transform="pandas")
    table = features.fit_transform(images)
    w = tdainv.image_magnitude(images[0], t=2.0)
    assert table["t2_density"].iloc[0] == pytest.approx(w.mean())
    assert table["t2_block_1_0"].iloc[0] == pytest.approx(w[2:, :3].mean())
    assert table["t0.5_border"].iloc[1] > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ts": ()}, "ts must be"),
        ({"ts": (1.0, 1)}, "different"),
        ({"ts": (1.0, 0.0)}, r"ts\[1\]"),
        ({"pool": -1}, "pool"),
        ({"metric": "l9"}, "metric"),
        ({"value_weight": np.nan}, "value_weight"),
    ],
)
def test_bad_parameters_of_features_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tdainv.MagnitudeFeatures(**options).fit([np.zeros((3, 3))])


def test_images_of_several_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"X\[1\] has dimension 1, X\[0\] 2"):
        tdainv.MagnitudeFeatures().fit([np.zeros((3, 3)), np.zeros(3)])
    with pytest.raises(TypeError, match="channels must be"):
        tdainv.MagnitudeFeatures(channels="yes").fit([np.zeros((3, 3))])
