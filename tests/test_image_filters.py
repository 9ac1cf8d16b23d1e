"""Filters of binary images: hand-computed values, brute force, symmetries, barcodes, errors."""

import pickle
import subprocess
import sys
from functools import partial
from itertools import product

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline

import tdainv
from tdainv import images
from tdainv.exceptions import MemoryLimitError
from tdainv.filtrations.image_estimators import Cubical
from tdainv.filtrations.image_filter_estimators import ImageFilter

FILTERS = [
    images.signed_distance,
    images.dilation,
    images.erosion,
    images.radial,
    images.directional,
    images.codensity,
]
METRICS = ["euclidean", "taxicab", "chessboard"]
WITH_METRIC = [images.signed_distance, images.dilation, images.erosion, images.codensity]
SHAPES = [(7,), (5, 8), (1, 6), (4, 3, 5), (2, 3, 2, 3)]
ORDER = {"euclidean": 2, "taxicab": 1, "chessboard": np.inf}

over_filters = pytest.mark.parametrize("function", FILTERS, ids=lambda function: function.__name__)
over_metrics = pytest.mark.parametrize("metric", METRICS)
over_shapes = pytest.mark.parametrize("shape", SHAPES, ids=str)


def random_image(shape, seed=0, share=0.4):
    image = np.random.default_rng(seed).random(shape) < share
    image.flat[0], image.flat[-1] = True, False
    return image


def pixel_distances(shape, metric):
    """Distances between all pixels, in C order, by the definition."""
    pixels = np.array(list(product(*map(range, shape))), float)
    return np.linalg.norm(pixels[:, None] - pixels[None], ORDER[metric], axis=-1)


def nearest(shape, target, metric):
    return pixel_distances(shape, metric)[:, target.ravel()].min(axis=1).reshape(shape)


def test_thresholds_load_no_heavy_package():
    code = "import sys, tdainv.datasets, tdainv.images; tdainv.images.binarize([1, 2]); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not {"scipy.ndimage", "scipy.fft", "numba", "sklearn"} & set(run.stdout.split())


def test_the_package_has_its_names_and_no_others():
    assert set(images.__all__) <= set(dir(images))
    assert all(getattr(images, name).__name__ == name for name in images.__all__)
    with pytest.raises(AttributeError, match=r"module 'tdainv\.images' has no attribute 'closing'"):
        _ = images.closing


# --- distances


def test_the_three_distance_filters_of_a_bar_by_hand():
    bar = np.zeros((3, 5), bool)
    bar[1, 1:4] = True
    r = np.sqrt(2)
    np.testing.assert_allclose(images.dilation(bar), [[r, 1, 1, 1, r], [1, 0, 0, 0, 1], [r, 1, 1, 1, r]])
    np.testing.assert_array_equal(images.erosion(bar), [[0] * 5, [0, -1, -1, -1, 0], [0] * 5])
    np.testing.assert_allclose(images.signed_distance(bar) + 0.5, [[r, 1, 1, 1, r], [1, 0, 0, 0, 1], [r, 1, 1, 1, r]])


@over_metrics
@over_shapes
def test_distance_filters_agree_with_brute_force(shape, metric):
    image = random_image(shape)
    outside, inside = nearest(shape, image, metric), nearest(shape, ~image, metric)
    np.testing.assert_allclose(images.dilation(image, metric=metric), outside, rtol=1e-14)
    np.testing.assert_allclose(images.erosion(image, metric=metric), -inside, rtol=1e-14)
    expected = np.where(image, 0.5 - inside, outside - 0.5)
    np.testing.assert_allclose(images.signed_distance(image, metric=metric), expected, rtol=1e-14)


@over_metrics
@over_shapes
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_negative_image_has_the_negative_signed_distance(shape, metric, share):
    image = random_image(shape, 1) if share == 0.4 else np.full(shape, bool(share))
    values = images.signed_distance(image, metric=metric)
    np.testing.assert_array_equal(images.signed_distance(~image, metric=metric), -values)
    np.testing.assert_array_equal(images.erosion(image, metric=metric), -images.dilation(~image, metric=metric))
    together = images.dilation(image, metric=metric) + images.erosion(image, metric=metric)
    np.testing.assert_array_equal(values, together + np.where(image, 0.5, -0.5))
    np.testing.assert_array_equal(values < 0, image)


@over_metrics
def test_signed_distances_of_neighbours_differ_by_at_most_one(metric):
    values = images.signed_distance(random_image((12, 15), 2, 0.7), metric=metric)
    for axis in (0, 1):
        assert np.abs(np.diff(values, axis=axis)).max() <= 1 + 1e-12


@pytest.mark.parametrize(("metric", "connectivity"), [("taxicab", 1), ("chessboard", 2)])
def test_sublevel_sets_are_iterated_dilations_and_erosions(metric, connectivity):
    from scipy.ndimage import binary_dilation, binary_erosion, generate_binary_structure

    image = random_image((14, 11), 3, 0.1)
    block = random_image((14, 11), 4, 0.95)
    element = generate_binary_structure(2, connectivity)
    dilation, erosion = images.dilation(image, metric=metric), images.erosion(block, metric=metric)
    for r in range(1, 5):
        np.testing.assert_array_equal(dilation <= r, binary_dilation(image, element, iterations=r))
        np.testing.assert_array_equal(erosion < -r, binary_erosion(block, element, iterations=r, border_value=1))


@over_metrics
@pytest.mark.parametrize("shape", [(1,), (4,), (3, 4), (2, 3, 6)], ids=str)
def test_an_empty_phase_is_as_far_away_as_the_image_is_long(shape, metric):
    length = np.linalg.norm(shape, ORDER[metric])
    nothing, everything = np.zeros(shape, bool), np.ones(shape, bool)
    assert length > pixel_distances(shape, metric).max()
    np.testing.assert_array_equal(images.dilation(nothing, metric=metric), np.full(shape, length))
    np.testing.assert_array_equal(images.erosion(everything, metric=metric), np.full(shape, -length))
    np.testing.assert_array_equal(images.dilation(everything, metric=metric), np.zeros(shape))
    np.testing.assert_array_equal(images.erosion(nothing, metric=metric), np.zeros(shape))
    np.testing.assert_array_equal(images.signed_distance(nothing, metric=metric), np.full(shape, length - 0.5))


# --- position


@over_shapes
@pytest.mark.parametrize("background", ["max", "inf"])
def test_radial_agrees_with_the_definition(shape, background):
    image = random_image(shape)
    center = np.random.default_rng(5).uniform(-1, 6, len(shape))
    distances = np.sqrt(sum((np.indices(shape)[k] - center[k]) ** 2 for k in range(len(shape))))
    expected = np.where(image, distances, distances.max() if background == "max" else np.inf)
    np.testing.assert_allclose(images.radial(image, center=center, background=background), expected, rtol=1e-14)


@over_shapes
@pytest.mark.parametrize("background", ["max", "inf"])
def test_directional_agrees_with_the_definition(shape, background):
    image = random_image(shape)
    direction = np.random.default_rng(6).normal(size=len(shape))
    heights = np.tensordot(direction / np.linalg.norm(direction), np.indices(shape), 1)
    expected = np.where(image, heights, heights.max() if background == "max" else np.inf)
    values = images.directional(image, direction=direction, background=background)
    np.testing.assert_allclose(values, expected, rtol=1e-13, atol=1e-13)


def test_the_default_centre_is_the_middle_and_the_default_direction_the_first_axis():
    image = random_image((4, 7))
    np.testing.assert_array_equal(images.radial(image), images.radial(image, center=[1.5, 3]))
    np.testing.assert_array_equal(images.directional(image), images.directional(image, direction=[1, 0]))


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_directions_and_centres_of_any_size_are_fine(scale):
    image = np.ones((2, 2), bool)
    heights = images.directional(image, direction=[scale, scale])
    np.testing.assert_allclose(heights, np.array([[0, 1], [1, 2]]) / np.sqrt(2), rtol=1e-15)
    np.testing.assert_allclose(images.radial(image, center=[scale, 0])[0, 1], np.hypot(scale, 1))


def test_background_of_empty_images_is_finite_or_never_appears():
    nothing = np.zeros((2, 3), bool)
    for function in (images.radial, images.directional):
        assert np.isinf(function(nothing, background="inf")).all()
        assert np.isfinite(function(nothing)).all()


# --- codensity


@over_metrics
@over_shapes
@pytest.mark.parametrize("radius", [0.5, 1, 1.5, 2, 3.7, 1e300])
def test_codensity_agrees_with_brute_force(shape, metric, radius):
    image = random_image(shape, 7)
    counts = (pixel_distances(shape, metric) <= radius)[:, image.ravel()].sum(axis=1).reshape(shape)
    np.testing.assert_array_equal(images.codensity(image, radius=radius, metric=metric), -counts)


def test_codensity_of_a_large_image_is_exact():
    image = random_image((300, 200), 8)
    values = images.codensity(image, radius=150.0)
    for i, j in ((0, 0), (150, 100), (299, 3)):
        rows, columns = np.nonzero(image)
        assert values[i, j] == -np.sum((rows - i) ** 2 + (columns - j) ** 2 <= 150**2)


@pytest.mark.parametrize("radius", [0.3, 1.0, 100.0])
def test_codensity_of_empty_and_full_images(radius):
    zero = images.codensity(np.zeros((4, 5)), radius=radius)
    np.testing.assert_array_equal(zero, 0.0)
    assert not np.signbit(zero).any()
    full = images.codensity(np.ones((4, 5)), radius=radius)
    assert full.min() == {0.3: -1, 1.0: -5, 100.0: -20}[radius]


# --- all filters: symmetries, types, errors


@over_filters
def test_filters_commute_with_permuted_axes_and_mirrors(function):
    image = random_image((6, 9), 9)
    options = {"direction": [1, 1]} if function is images.directional else {}
    values = function(image, **options)
    np.testing.assert_allclose(function(image.T, **options), values.T, rtol=1e-13)
    if function is images.directional:
        turned = function(np.rot90(image), direction=[-1, 1])  # pixel [i, j] goes to [8 - j, i]
        values = function(image, direction=[1, 1], background="inf")
        shown = np.rot90(image)
        np.testing.assert_allclose(turned[shown], np.rot90(values)[shown] - 8 / np.sqrt(2), rtol=1e-12)
    else:
        for turn in (np.rot90, np.flipud, np.fliplr):
            np.testing.assert_allclose(function(turn(image)), turn(values), rtol=1e-13)


@pytest.mark.parametrize("function", WITH_METRIC, ids=lambda function: function.__name__)
def test_translated_objects_have_translated_values(function):
    image = np.zeros((20, 20), bool)
    image[8:11, 7:12] = random_image((3, 5), 10, 0.9)
    moved = np.roll(image, (2, -1), axis=(0, 1))
    inner = slice(5, 15)
    expected = np.roll(function(image), (2, -1), axis=(0, 1))[inner, inner]
    np.testing.assert_array_equal(function(moved)[inner, inner], expected)


@over_filters
@over_shapes
def test_dtypes_and_memory_orders_agree_and_inputs_stay(function, shape):
    image = random_image(shape, 11)
    values = function(image)
    assert values.dtype == np.float64
    assert values.shape == shape
    for other in (image.astype(np.uint8), image.astype(float), image.tolist(), np.asfortranarray(image)):
        np.testing.assert_array_equal(function(other), values)
    frozen = image.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(function(frozen), values)
    np.testing.assert_array_equal(frozen, random_image(shape, 11))


@over_filters
@pytest.mark.parametrize("fill", [0, 1])
@pytest.mark.parametrize("shape", [(1,), (1, 1), (3, 4), (2, 2, 2)], ids=str)
def test_constant_images_give_finite_values(function, fill, shape):
    assert np.isfinite(function(np.full(shape, fill))).all()


@over_filters
@pytest.mark.parametrize(
    ("image", "message"),
    [
        ([[0, 1], [0, np.nan]], r"image must hold True and False, or 1 and 0, got image\[1, 1\] = nan"),
        ([[0, 255], [0, 0]], r"got image\[0, 1\] = 255\. See binarize"),
        ([0, 0.5], r"got image\[1\] = 0\.5"),
        ([0, -np.inf], r"got image\[1\] = -inf"),
        ([], r"image must have shape .*, got shape \(0,\)"),
        (np.zeros((3, 0), bool), r"image must have shape .*, got shape \(3, 0\)"),
        (np.bool_(True), r"image must have shape .*, got shape \(\)"),
        ([[0, 1], [0]], "image must have shape .* do not form a numeric array"),
        ("text", "image must have shape .* do not form a numeric array"),
    ],
    ids=str,
)
def test_what_is_no_binary_image_is_refused(function, image, message):
    with pytest.raises(ValueError, match=message):
        function(image)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (partial(images.dilation, metric="l2"), "metric must be one of .* got metric='l2'"),
        (partial(images.erosion, metric=2), "metric must be one of .* got metric=2"),
        (partial(images.signed_distance, metric=None), "metric must be one of .* got metric=None"),
        (partial(images.codensity, metric="l2"), "metric must be one of .* got metric='l2'"),
        (partial(images.codensity, radius=0), "radius must be a positive finite number, got radius=0"),
        (partial(images.codensity, radius=np.inf), "radius must be a positive finite number, got radius=inf"),
        (partial(images.radial, background="zero"), "background must be .* got background='zero'"),
        (partial(images.radial, center=[1]), r"center must be 2 finite numbers, one for each axis.* got center=\[1\]"),
        (partial(images.radial, center=[1, np.nan]), "center must be 2 finite numbers"),
        (partial(images.directional, background=0), "background must be .* got background=0"),
        (partial(images.directional, direction=[0, 0]), r"direction must not be zero, got direction=\[0, 0\]"),
        (partial(images.directional, direction=1.0), r"direction must be 2 finite numbers.* got direction=1\.0"),
    ],
)
def test_wrong_parameters_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.eye(2))


@pytest.mark.parametrize("function", WITH_METRIC, ids=lambda function: function.__name__)
def test_large_images_are_refused_before_the_work(function, monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000")
    with pytest.raises(MemoryLimitError, match=r"image of shape \(30, 30\) needs .* Downsample"):
        function(random_image((30, 30)))


# --- barcodes


def test_the_signed_distance_of_a_ring_has_one_long_bar_in_degree_one():
    rows, columns = np.indices((25, 25)) - 12
    radius = np.hypot(rows, columns)
    ring = (radius > 5.5) & (radius < 9.5)
    (birth, death), *others = sorted(
        tdainv.barcode(tdainv.cubical(images.signed_distance(ring)), degree=1).diagram.tolist(),
        key=lambda bar: bar[0] - bar[1],
    )
    assert -3 < birth < -1  # the ring is 4 wide
    assert death == pytest.approx(np.sqrt(32) - 0.5)  # the pixel (4, 4) is the nearest one of the ring to the centre
    assert all(death - birth < 1 for birth, death in others)


def test_directions_see_the_branches_of_a_letter():
    letter = np.array([[1, 0, 1, 0, 1], [1, 0, 1, 0, 1], [1, 1, 1, 1, 1]])  # three branches upwards
    from_above = images.directional(letter, background="inf")
    np.testing.assert_array_equal(
        tdainv.barcode(tdainv.cubical(from_above), degree=0).diagram, [[0, 2], [0, 2], [0, np.inf]]
    )
    from_below = images.directional(letter, direction=[-1, 0], background="inf")
    np.testing.assert_array_equal(tdainv.barcode(tdainv.cubical(from_below), degree=0).diagram, [[-2, np.inf]])


def test_a_hole_in_a_finite_background_is_filled_last():
    frame = np.ones((3, 3), bool)
    frame[1, 1] = False
    diagram = tdainv.barcode(tdainv.cubical(images.radial(frame, center=[0, 0])), degree=1).diagram
    assert len(diagram) == 0  # the opposite corner closes the loop at the largest distance of all
    diagram = tdainv.barcode(tdainv.cubical(images.radial(frame)), degree=1).diagram
    assert len(diagram) == 0
    diagram = tdainv.barcode(tdainv.cubical(images.radial(frame, background="inf")), degree=1).diagram
    np.testing.assert_allclose(diagram, [[np.sqrt(2), np.inf]])


# --- binarize


def test_otsu_separates_two_levels():
    grey = np.array([[10.0, 12, 200], [11, 210, 190]])
    np.testing.assert_array_equal(images.binarize(grey), grey > 100)
    assert images.otsu_threshold(grey) == 12


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_otsu_needs_finite_values(value):
    with pytest.raises(ValueError, match=rf"grey must be finite, got grey\[0, 1\] = {value}"):
        images.otsu_threshold([[0.0, value], [1.0, 2.0]])


@pytest.mark.parametrize("threshold", [-1, 0, 2.5, 9])
def test_a_number_is_a_strict_threshold(threshold):
    grey = np.arange(10).reshape(2, 5)
    np.testing.assert_array_equal(images.binarize(grey, threshold=threshold), grey > threshold)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9, 1.0])
def test_a_quantile_leaves_its_share_to_the_background(quantile):
    grey = np.random.default_rng(12).permutation(101).reshape(101, 1)
    binary = images.binarize(grey, threshold=quantile, threshold_unit="quantile")
    assert binary.sum() == round(100 * (1 - quantile))


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        ([[1, 1]], {}, "the image must show an object on a background, but all pixels are 1"),
        ([[1, np.nan]], {}, r"image must be finite, got image\[0, 1\] = nan"),
        ([[1, np.inf]], {"threshold": 0}, r"image must be finite, got image\[0, 1\] = inf"),
        ([[]], {}, r"image must have shape .* got shape \(1, 0\)"),
        ([0, 1], {"threshold": "Otsu"}, "threshold must be one of 'otsu', got threshold='Otsu'"),
        ([0, 1], {"threshold": np.nan}, "threshold must be a finite number, got threshold=nan"),
        ([0, 1], {"threshold": 2, "threshold_unit": "quantile"}, r"\(a quantile\) must lie in \(0, 1\]"),
        ([0, 1], {"threshold_unit": "share"}, "threshold_unit must be one of .* got threshold_unit='share'"),
    ],
)
def test_binarize_refuses_what_it_cannot_split(image, options, message):
    with pytest.raises(ValueError, match=message):
        images.binarize(image, **options)


# --- the estimator


def digits(n=6):
    return [random_image((8, 9 + i % 2), i) for i in range(n)]


def test_channels_are_the_filters_in_their_order():
    X = digits()
    east = partial(images.directional, direction=[0, 1])
    for image, channels in zip(X, ImageFilter(["erosion", east, "radial", "radial"]).fit_transform(X), strict=True):
        assert channels.shape == (*image.shape, 4)
        np.testing.assert_array_equal(channels[..., 0], images.erosion(image))
        np.testing.assert_array_equal(channels[..., 1], images.directional(image, direction=[0, 1]))
        np.testing.assert_array_equal(channels[..., 2], images.radial(image))
        np.testing.assert_array_equal(channels[..., 3], images.radial(image))


@pytest.mark.parametrize("function", FILTERS, ids=lambda function: function.__name__)
def test_every_filter_has_its_name_and_one_filter_keeps_the_shape(function):
    X = digits(2)
    for chosen in (function.__name__, function):
        for image, values in zip(X, ImageFilter(chosen).fit_transform(X), strict=True):
            np.testing.assert_array_equal(values, function(image))
    (channels,) = ImageFilter((function.__name__,)).fit_transform(X[:1])
    np.testing.assert_array_equal(channels, function(X[0])[..., np.newaxis])


@pytest.mark.parametrize("threshold", ["otsu", 0.3])
def test_grey_images_are_split_first(threshold):
    X = [np.random.default_rng(i).random((5, 6)) for i in range(3)]
    binary = [images.binarize(image, threshold=threshold) for image in X]
    for values, expected in zip(
        ImageFilter(threshold=threshold).fit_transform(X), ImageFilter().fit_transform(binary), strict=True
    ):
        np.testing.assert_array_equal(values, expected)


def test_a_pipeline_of_filters_classifies_discs_and_rings():
    rows, columns = np.indices((16, 16)) - 7.5
    radius = np.hypot(rows, columns)
    X, y = [], []
    for i in range(16):
        X.append((radius < 5 + i % 3) & (radius > (2.5 if i % 2 else -1)))
        y.append(i % 2)
    pipeline = make_pipeline(
        ImageFilter(["signed_distance", "radial"]),
        Cubical(channels=True),
        tdainv.HilbertSignedMeasure(),
        tdainv.MeasureConvolution(resolution=5),
        RandomForestClassifier(n_estimators=10, random_state=0),
    )
    assert pipeline.fit(X[:10], y[:10]).score(X[10:], y[10:]) == 1.0


def test_clones_and_pickles_agree():
    X = digits(3)
    estimator = ImageFilter(["dilation", partial(images.codensity, radius=1)], n_jobs=2)
    expected = estimator.fit_transform(X)
    for again in (clone(estimator), pickle.loads(pickle.dumps(estimator))):
        for values, other in zip(again.transform(X), expected, strict=True):
            np.testing.assert_array_equal(values, other)


@pytest.mark.parametrize("filters", [(), [], 3, None, {"a": 1}], ids=str)
def test_what_is_no_sequence_of_filters_is_refused(filters):
    with pytest.raises(ValueError, match="filters must be a filter or a non-empty sequence of filters, got filters="):
        ImageFilter(filters).fit([np.eye(2)])


@pytest.mark.parametrize("filters", ["distance", ["dilation", "distance"]], ids=str)
def test_an_unknown_name_is_refused(filters):
    with pytest.raises(ValueError, match=r"filters must be one of 'signed_distance', .* got filters='distance'"):
        ImageFilter(filters).fit([np.eye(2)])


def total(image):
    return image.sum()


def not_a_number(image):
    return np.full(image.shape, np.nan)


def test_errors_name_the_item():
    with pytest.raises(ValueError, match=r"^X\[1\] must hold True and False.* got X\[1\]\[0, 0\] = 7"):
        ImageFilter().transform([np.eye(2), np.full((1, 1), 7)])
    with pytest.raises(ValueError, match=r"^X\[0\] must be finite"):
        ImageFilter(threshold=0.5).transform([[np.nan, 1]])
    with pytest.raises(ValueError, match=r"^X\[0\]: the image must show an object"):
        ImageFilter(threshold="otsu").transform([[1, 1]])
    with pytest.raises(ValueError, match="threshold must be a finite number, got threshold=nan"):
        ImageFilter(threshold=np.nan).fit([[1, 1]])
    with pytest.raises(ValueError, match=r"^X\[0\]: The output of the filter total must .* got shape \(\)"):
        ImageFilter(total).transform([np.eye(2)])
    with pytest.raises(ValueError, match=r"^X\[0\]: The output of the filter not_a_number must .* got NaN"):
        ImageFilter([not_a_number]).transform([np.eye(2)])


def test_the_negative_is_that_of_the_grey_image():
    grey, other = np.array([[0, 10, 200], [5, 220, 210]], np.uint8), np.array([[1.0, 0.25]])
    for image, channels in zip(
        [grey, other],
        ImageFilter(["negative", "signed_distance"], threshold="otsu").transform([grey, other]),
        strict=True,
    ):
        np.testing.assert_array_equal(channels[..., 0], -image.astype(float))
        np.testing.assert_array_equal(channels[..., 1], images.signed_distance(images.binarize(image)))
    np.testing.assert_array_equal(ImageFilter("negative").transform([[0, 1, 1]])[0], [0.0, -1.0, -1.0])
