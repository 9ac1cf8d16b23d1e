"""Time series: embeddings, the estimation of their parameters, windows, sublevel filtrations, estimators."""

import pickle
from functools import partial

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.metrics import mutual_info_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import tdainv
from tdainv.exceptions import MemoryLimitError
from tdainv.filtrations.series import series_sublevel
from tdainv.filtrations.series_estimators import DelayEmbedding, SeriesSublevel, SlidingWindows
from tdainv.series import (
    auto_mutual_information,
    delay_embedding,
    estimate_delay,
    estimate_dimension,
    false_neighbors,
    sliding_windows,
)


def wave(period, n=600, noise=0.0, seed=0):
    return np.sin(2 * np.pi * np.arange(n) / period) + noise * np.random.default_rng(seed).normal(size=n)


def lorenz(n, step, skip=500):
    """The first coordinate of the Lorenz system, by the classical Runge--Kutta method."""

    def field(v):
        x, y, z = v
        return np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])

    v, series = np.array([1.0, 1.0, 20.0]), np.empty(n)
    for i in range(-skip, n):
        a = field(v)
        b = field(v + step / 2 * a)
        c = field(v + step / 2 * b)
        v = v + step / 6 * (a + 2 * b + 2 * c + field(v + step * c))
        if i >= 0:
            series[i] = v[0]
    return series


# --- windows and embeddings


@pytest.mark.parametrize("channels", [None, 1, 3])
@pytest.mark.parametrize(("n", "width", "stride"), [(10, 3, 1), (10, 3, 2), (10, 10, 1), (10, 4, 20), (1, 1, 1)])
def test_windows_agree_with_slices(n, width, stride, channels):
    series = np.random.default_rng(0).normal(size=n if channels is None else (n, channels))
    expected = [series[i : i + width] for i in range(0, n - width + 1, stride)]
    windows = sliding_windows(series, width=width, stride=stride)
    np.testing.assert_array_equal(windows, expected)
    assert windows.flags.c_contiguous
    before = series.copy()
    windows += 1
    np.testing.assert_array_equal(series, before)


@pytest.mark.parametrize("channels", [None, 1, 2])
@pytest.mark.parametrize(("dimension", "delay", "stride"), [(1, 1, 1), (3, 2, 1), (2, 5, 3), (4, 6, 1), (20, 1, 1)])
def test_delay_vectors_agree_with_the_definition(dimension, delay, stride, channels):
    series = np.random.default_rng(1).normal(size=20 if channels is None else (20, channels))
    starts = range(0, 20 - (dimension - 1) * delay, stride)
    expected = [np.concatenate([np.atleast_1d(series[i + k * delay]) for k in range(dimension)]) for i in starts]
    cloud = delay_embedding(series, dimension=dimension, delay=delay, stride=stride)
    np.testing.assert_array_equal(cloud, expected)


def test_windows_are_the_embedding_of_delay_one():
    series = np.random.default_rng(2).normal(size=(30, 2))
    windows = sliding_windows(series, width=5, stride=3)
    np.testing.assert_array_equal(
        delay_embedding(series, dimension=5, delay=1, stride=3), windows.reshape(len(windows), -1)
    )


def test_what_is_not_given_is_estimated():
    series = lorenz(800, 0.03)
    delay = estimate_delay(series)
    dimension = estimate_dimension(series, delay=delay)
    np.testing.assert_array_equal(delay_embedding(series), delay_embedding(series, dimension=dimension, delay=delay))
    np.testing.assert_array_equal(
        delay_embedding(series, delay=4),
        delay_embedding(series, dimension=estimate_dimension(series, delay=4), delay=4),
    )


@pytest.mark.parametrize("period", [24, 40, 36.6])
def test_the_embedding_of_a_sine_is_a_circle(period):
    cloud = delay_embedding(wave(period, 300))
    assert cloud.shape[1] == 2
    np.testing.assert_allclose(np.linalg.norm(cloud, axis=1), 1, atol=0.1)  # no integer is a quarter of 36.6
    lives = np.diff(tdainv.barcode(tdainv.rips(cloud[:120]), degree=1).diagram, axis=1).ravel()
    assert np.sum(lives > 1.2) == 1
    assert np.sum(lives > 0.3) == 1


# --- delay


def plain_information(series, delay, n_bins):
    """Mutual information of the histogram with linear binning, by its definition, sample by sample."""
    place = (n_bins - 1) * (series - series.min()) / (series.max() - series.min())
    shares = np.maximum(1 - np.abs(place[:, None] - np.arange(n_bins)), 0)
    early, late = shares[: len(series) - delay], shares[delay:]
    joint = sum(np.outer(a, b) for a, b in zip(early, late, strict=True)) / len(early)
    expected = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    seen = joint > 0
    return np.sum(joint[seen] * np.log(joint[seen] / expected[seen]))


@pytest.mark.parametrize("n_bins", [2, 5, 8])
def test_mutual_information_agrees_with_its_definition(n_bins):
    series = np.cumsum(np.random.default_rng(3).normal(size=200))
    expected = [plain_information(series, delay, n_bins) for delay in range(12)]
    np.testing.assert_allclose(auto_mutual_information(series, max_delay=11, n_bins=n_bins), expected, atol=1e-12)


@pytest.mark.parametrize("delay", [1, 2, 7])
def test_mutual_information_of_symbols_agrees_with_scikit_learn(delay):
    # integers 0..4 are the centres of five bins: linear binning does not share them
    series = np.random.default_rng(4).integers(0, 5, 300)
    series[1:] = np.where(np.random.default_rng(5).random(299) < 0.6, series[:-1], series[1:])
    series[:2] = 0, 4
    information = auto_mutual_information(series, max_delay=7, n_bins=5)[delay]
    assert information == pytest.approx(mutual_info_score(series[:-delay], series[delay:]), abs=1e-12)


def test_the_information_of_channels_is_averaged():
    rng = np.random.default_rng(6)
    one, other = np.cumsum(rng.normal(size=(2, 100)), axis=1)
    mean = (auto_mutual_information(one) + auto_mutual_information(other)) / 2
    both = np.column_stack([one, 1000 * other])
    np.testing.assert_allclose(auto_mutual_information(both), mean, atol=1e-12)
    assert len(mean) == 26  # a quarter of the samples, and delay 0
    constant = np.column_stack([one, np.full(100, 0.1)])
    np.testing.assert_allclose(auto_mutual_information(constant), auto_mutual_information(one) / 2, atol=1e-12)


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.1])
@pytest.mark.parametrize("period", [20, 40, 63.7, 100])
def test_the_delay_of_a_sine_is_near_a_quarter_of_its_period(period, noise):
    assert estimate_delay(wave(period, 1000, noise)) == pytest.approx(period / 4, rel=0.15, abs=1.1)


@pytest.mark.parametrize("step", [0.01, 0.02])
def test_the_lorenz_attractor_has_its_known_delay_and_dimension(step):
    series = lorenz(3000, step)
    delay = estimate_delay(series)
    assert delay * step == pytest.approx(0.18, abs=0.03)  # 0.16 to 0.18 in the literature
    assert estimate_dimension(series, delay=delay) == 3


def first_minimum(curve, rise):
    """The rule of estimate_delay, with all of the curve at hand."""
    for k in range(1, len(curve)):
        later = curve[k + 1 :]
        lower = np.flatnonzero(later < curve[k])
        until = later[: lower[0]] if len(lower) else later
        if curve[k] < curve[:k].min() and (until > curve[k] + rise * (curve[0] - curve[k])).any():
            return k
    return None


@pytest.mark.parametrize("rise", [0.001, 0.02, 0.2])
@pytest.mark.parametrize("seed", range(6))
def test_the_delay_is_the_first_minimum_that_counts(seed, rise):
    rng = np.random.default_rng(seed)
    series = np.convolve(rng.normal(size=400), np.hanning(20), "valid") + wave(50, 381)
    curve = auto_mutual_information(series, max_delay=90)
    expected = first_minimum(curve, rise)
    if expected is not None:
        assert estimate_delay(series, max_delay=90, rise=rise) == expected


def test_without_a_minimum_the_autocorrelation_decides():
    ramp = np.arange(100.0)
    centred = ramp - ramp.mean()
    products = [np.dot(centred[: 100 - k], centred[k:]) for k in range(100)]
    expected = np.flatnonzero(np.array(products) < products[0] / np.e)[0]
    assert first_minimum(auto_mutual_information(ramp, max_delay=60), 1.0) is None
    assert estimate_delay(ramp, max_delay=60, rise=1.0) == expected
    assert estimate_delay(ramp, max_delay=5) == 5  # the autocorrelation is still above 1/e


def test_units_do_not_matter():
    series = wave(30, 300, 0.1)
    delay = estimate_delay(series)
    dimension = estimate_dimension(series, delay=delay)
    for scale, shift in ((1e-300, 0), (1e300, 0), (-3, 100)):
        other = scale * series + shift
        assert estimate_delay(other) == delay
        assert estimate_dimension(other, delay=delay) == dimension
    assert estimate_delay(np.column_stack([series, series])) == delay


@pytest.mark.parametrize("value", [0.0, 0.1, -1e308, 1e-320])
@pytest.mark.parametrize("n", [5, 100])
def test_constant_series_have_delay_one_and_dimension_one(value, n):
    series = np.full(n, value)
    assert estimate_delay(series) == 1
    assert estimate_dimension(series, delay=1) == 1
    np.testing.assert_array_equal(auto_mutual_information(series), 0.0)
    np.testing.assert_array_equal(delay_embedding(series), series[:, np.newaxis])


def test_rounding_makes_no_variation():
    series = np.full((101, 2), [0.1, 1.3])  # the mean of 101 times 0.1 / 1.3 is not 0.1 / 1.3
    assert estimate_delay(series) == 1
    assert delay_embedding(series).shape == (101, 2)


# --- dimension


def plain_false_neighbors(series, delay, dimension, ratio, size):
    """The share of false neighbours by its definition, with all distances."""
    n = len(series) - dimension * delay
    cloud = np.array([[series[i + k * delay] for k in range(dimension)] for i in range(n)]).reshape(n, -1)
    distances = cdist(cloud, cloud)
    np.fill_diagonal(distances, np.inf)
    deviation = (
        np.sqrt(np.mean(np.sum((series - series.mean(axis=0)) ** 2, axis=-1))) if series.ndim > 1 else series.std()
    )
    false = 0
    for i in range(n):
        j = distances[i].argmin()
        step = np.linalg.norm(series[i + dimension * delay] - series[j + dimension * delay])
        false += step / distances[i, j] > ratio or np.hypot(step, distances[i, j]) / deviation > size
    return false / n


@pytest.mark.parametrize("channels", [None, 2])
@pytest.mark.parametrize(("ratio", "size"), [(15, 2), (3, 50), (1000, 0.3)])
def test_false_neighbours_agree_with_their_definition(ratio, size, channels):
    rng = np.random.default_rng(7)
    series = np.cumsum(rng.normal(size=150 if channels is None else (150, channels)), axis=0)
    for delay in (1, 4):
        expected = [plain_false_neighbors(series, delay, m, ratio, size) for m in range(1, 5)]
        shares = false_neighbors(series, delay=delay, max_dimension=4, ratio=ratio, size=size)
        np.testing.assert_allclose(shares, expected, atol=1e-12)
        assert max(expected) > 0


def test_the_dimension_is_the_first_with_few_false_neighbours():
    series = lorenz(600, 0.03)
    shares = false_neighbors(series, delay=6, max_dimension=6)
    for threshold in (0.01, 0.3, 1.0, shares[1], shares[1] * (1 - 1e-9)):
        expected = int(np.flatnonzero(shares <= threshold)[0]) + 1
        assert estimate_dimension(series, delay=6, max_dimension=6, threshold=threshold) == expected


def test_without_a_good_dimension_the_best_is_taken():
    noise = np.random.default_rng(8).normal(size=300)
    shares = false_neighbors(noise, delay=1, max_dimension=3)
    assert shares.min() > 0.01
    assert estimate_dimension(noise, delay=1, max_dimension=3) == shares.argmin() + 1


def test_short_series_end_the_search_early():
    series = np.random.default_rng(9).normal(size=14)
    assert len(false_neighbors(series, delay=5)) == 2  # 14 - 2 * 5 = 4 vectors of dimension 2 have a next sample
    assert len(false_neighbors(series[:13], delay=5)) == 1
    assert estimate_dimension(series[:13], delay=5) == 1


@pytest.mark.parametrize("period", [2, 4, 40])
def test_repeated_delay_vectors_are_true_neighbours_if_they_go_on_alike(period):
    pattern = np.random.default_rng(10).permutation(period).astype(float)
    series = np.tile(pattern, 800 // period)
    np.testing.assert_array_equal(false_neighbors(series, delay=1, max_dimension=3), 0)


def test_repeated_delay_vectors_are_false_neighbours_if_they_go_on_differently():
    # after 0 comes 1 and 2 in turn, after 00 always 1, after 01 always 0: two samples tell the next one
    series = np.tile([0.0, 1.0, 0.0, 2.0], 50)
    shares = false_neighbors(series, delay=1, max_dimension=2)
    assert shares[0] > 0.2
    assert shares[1] == 0
    assert estimate_dimension(series, delay=1) == 2


def test_many_repeated_values_are_no_trouble():
    series = np.random.default_rng(11).integers(0, 2, 20000)
    assert false_neighbors(series, delay=1, max_dimension=1) > 0.3


# --- sublevel filtrations


def test_sublevel_is_the_cubical_filtration_on_the_line():
    rng = np.random.default_rng(12)
    series, channels = rng.normal(size=12), rng.normal(size=(12, 3))
    assert series_sublevel(series) == tdainv.cubical(series)
    assert series_sublevel(channels) == tdainv.cubical(channels, channels=True)
    assert series_sublevel(channels, superlevel=True) == tdainv.cubical(-channels, channels=True)
    assert series_sublevel([0.0], superlevel=True).pixels.tobytes() == np.zeros((1, 1)).tobytes()  # no -0


def test_bars_pair_minima_with_maxima():
    series = [5, 0, 3, 1, 4, 2, 6]  # 1 dies at 3, and 2 at 4
    diagram = tdainv.barcode(series_sublevel(series), degree=0).diagram
    np.testing.assert_array_equal(diagram, [[0, np.inf], [1, 3], [2, 4]])
    diagram = tdainv.barcode(series_sublevel(series, superlevel=True), degree=0).diagram
    np.testing.assert_array_equal(diagram, [[-6, np.inf], [-5, 0], [-4, -2], [-3, -1]])


def test_the_time_can_be_a_further_parameter():
    filtration = series_sublevel([2, 0, 1]).with_function([0, 1, 2])
    assert series_sublevel([2, 0, 1], time="forward") == filtration
    assert series_sublevel([2, 0, 1], time="backward") == series_sublevel([2, 0, 1]).with_function([0, -1, -2])
    assert series_sublevel([[2, 5], [0, 6]], superlevel=True, time="forward").pixels.tolist() == [
        [-2, -5, 0],
        [0, -6, 1],
    ]
    measure = tdainv.hilbert_signed_measure(filtration, degree=0)
    atoms = dict(zip(map(tuple, measure.points.tolist()), measure.weights.tolist(), strict=True))
    # births at (2, 0), (0, 1) and (1, 2); 2 merges with 0 at (2, 1), 1 with 0 at (1, 2)
    assert atoms == {(2.0, 0.0): 1, (0.0, 1.0): 1, (2.0, 1.0): -1}


@pytest.mark.parametrize("series", [[3.0], [1, 1, 1], [[2, 1]]], ids=str)
def test_one_sample_and_constants_have_one_bar(series):
    filtration = series_sublevel(series)
    if filtration.n_parameters == 1:
        np.testing.assert_array_equal(tdainv.barcode(filtration, degree=0).diagram, [[np.min(series), np.inf]])
    assert tdainv.hilbert_signed_measure(filtration, degree=0).weights.tolist() == [1]


# --- errors

FUNCTIONS = [
    partial(delay_embedding, dimension=2, delay=1),
    delay_embedding,
    auto_mutual_information,
    estimate_delay,
    partial(estimate_dimension, delay=1),
    partial(false_neighbors, delay=1),
    partial(sliding_windows, width=2),
    series_sublevel,
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: getattr(f, "func", f).__name__)
@pytest.mark.parametrize(
    ("series", "message"),
    [
        ([0, np.nan, 1], r"series must be finite, got series\[1\] = nan"),
        ([[0, 1], [np.inf, 1]], r"series must be finite, got series\[1, 0\] = inf"),
        ([], r"series must have shape .*, got shape \(0,\)"),
        (np.zeros((5, 0)), r"series must have shape .*, got shape \(5, 0\)"),
        (np.zeros((5, 2, 2)), r"series must have shape .*, got shape \(5, 2, 2\)"),
        (3.0, r"series must have shape .*, got shape \(\)"),
        ("text", "series must have shape .* do not form a numeric array"),
        ([1j, 2], "series must have shape .* got complex numbers"),
    ],
    ids=str,
)
def test_what_is_no_series_is_refused(function, series, message):
    with pytest.raises(ValueError, match=message):
        function(series)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (partial(sliding_windows, width=9), "series must have at least width=9 samples, got 8"),
        (partial(sliding_windows, width=0), "width must be an integer of at least 1, got width=0"),
        (partial(sliding_windows, width=2, stride=1.5), r"stride must be .* got stride=1\.5"),
        (partial(delay_embedding, dimension=3, delay=4), r"at least .* = 9 samples for dimension=3 and delay=4, got 8"),
        (partial(delay_embedding, dimension=0), "dimension must be an integer of at least 1, got dimension=0"),
        (partial(delay_embedding, delay=True), "delay must be an integer of at least 1, got delay=True"),
        (partial(delay_embedding, stride=-1), "stride must be an integer of at least 1, got stride=-1"),
        (partial(delay_embedding, delay=5), "series must have at least 9 samples to tell false .* delay=5, got 8"),
        (partial(estimate_delay, max_delay=8), "max_delay must be less than the number of samples 8, got max_delay=8"),
        (partial(estimate_delay, max_delay=0), "max_delay must be an integer of at least 1, got max_delay=0"),
        (partial(estimate_delay, n_bins=1), "n_bins must be at least 2, got n_bins=1"),
        (partial(estimate_delay, rise=0), r"rise must lie in \(0, 1\], got rise=0"),
        (partial(auto_mutual_information, n_bins=2.0), r"n_bins must be an integer .* got n_bins=2\.0"),
        (partial(estimate_dimension, delay=0), "delay must be an integer of at least 1, got delay=0"),
        (partial(estimate_dimension, delay=1, threshold=0), r"threshold must lie in \(0, 1\], got threshold=0"),
        (partial(estimate_dimension, delay=1, max_dimension=0), "max_dimension must be .* got max_dimension=0"),
        (partial(false_neighbors, delay=1, ratio=0), "ratio must be a positive finite number, got ratio=0"),
        (partial(false_neighbors, delay=1, size=np.inf), "size must be a positive finite number, got size=inf"),
        (partial(false_neighbors, delay=7), "series must have at least 11 samples .* delay=7, got 8"),
    ],
)
def test_wrong_parameters_are_refused_with_the_numbers(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.arange(8.0))


def test_one_sample_tells_no_delay():
    for function in (estimate_delay, auto_mutual_information, delay_embedding):
        with pytest.raises(ValueError, match=r"series must have at least 2 samples .* got 1"):
            function([1.0])
    np.testing.assert_array_equal(delay_embedding([1.0], dimension=1, delay=3), [[1.0]])


def test_superlevel_must_be_a_bool():
    with pytest.raises(TypeError, match="superlevel must be True or False, got superlevel='yes'"):
        series_sublevel([1.0], superlevel="yes")
    with pytest.raises(ValueError, match=r"time must be one of .* got time='sideways'"):
        series_sublevel([1.0], time="sideways")


def test_what_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000")
    with pytest.raises(MemoryLimitError, match=r"91 windows of width 10 needs .* greater stride"):
        sliding_windows(np.arange(100.0), width=10)
    with pytest.raises(MemoryLimitError, match=r"delay embedding in 91 points needs .* greater stride"):
        delay_embedding(np.arange(100.0), dimension=10, delay=1)


# --- estimators


def same(first, second):
    return len(first) == len(second) and all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def ragged(n=5):
    return [wave(30 + 2 * i, 150 + 10 * i, 0.02, i) for i in range(n)]


def test_the_estimators_are_the_functions():
    X = ragged()
    clouds = DelayEmbedding(dimension=3, delay=4, stride=2).transform(X)
    assert same(clouds, [delay_embedding(series, dimension=3, delay=4, stride=2) for series in X])
    assert same(SlidingWindows(width=6, stride=5).transform(X), [sliding_windows(s, width=6, stride=5) for s in X])
    assert SeriesSublevel(superlevel=True).transform(X) == [series_sublevel(s, superlevel=True) for s in X]


def test_windows_of_several_channels_are_points():
    series = np.arange(12.0).reshape(6, 2)
    (cloud,) = SlidingWindows(width=3, stride=3).transform([series])
    np.testing.assert_array_equal(cloud, [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]])


def test_the_embedding_is_learned_from_the_training_series():
    X = ragged()
    embedding = DelayEmbedding().fit(X)
    delays = sorted(estimate_delay(series) for series in X)
    dimensions = sorted(estimate_dimension(series, delay=delays[2]) for series in X)
    assert (embedding.delay_, embedding.dimension_) == (delays[2], dimensions[2])
    assert same(embedding.transform(X[:2]), DelayEmbedding(dimension=dimensions[2], delay=delays[2]).transform(X[:2]))
    assert DelayEmbedding().fit(X[:1]).delay_ == estimate_delay(X[0])  # another training set, another embedding
    assert DelayEmbedding(delay=3).fit(X[:1]).dimension_ == estimate_dimension(X[0], delay=3)
    halves = DelayEmbedding(dimension=2).fit(X[:2])
    assert (halves.dimension_, halves.delay_) == (2, min(estimate_delay(series) for series in X[:2]))


@pytest.mark.parametrize("parameters", [{}, {"dimension": 2}, {"delay": 2}], ids=str)
def test_what_is_learned_needs_fit(parameters):
    X = ragged()
    embedding = DelayEmbedding(**parameters)
    assert embedding.__sklearn_tags__().requires_fit
    with pytest.raises(NotFittedError, match="DelayEmbedding"):
        embedding.transform(X)
    fitted = clone(embedding).fit(X)
    assert fitted.get_params() == embedding.get_params()
    assert same(fitted.transform(X), clone(embedding).fit_transform(X))
    assert same(pickle.loads(pickle.dumps(fitted)).transform(X), fitted.transform(X))
    with pytest.raises(NotFittedError):
        clone(fitted).transform(X)


def test_given_parameters_need_no_fit():
    embedding = DelayEmbedding(dimension=2, delay=2)
    assert not embedding.__sklearn_tags__().requires_fit
    assert embedding.fit([[1.0, 2.0]]).delay_ == 2  # too short to embed, but nothing is learned from it


def test_tables_and_lists_of_series_agree():
    table = np.stack([wave(20 + i, 120) for i in range(4)])
    for estimator in (DelayEmbedding(), SlidingWindows(width=5), SeriesSublevel()):
        from_table = clone(estimator).fit_transform(table)
        from_list = clone(estimator).fit_transform(list(table))
        from_channels = clone(estimator).fit_transform(table[:, :, np.newaxis])
        assert len(from_table) == 4
        if isinstance(estimator, SeriesSublevel):
            assert from_table == from_list == from_channels
        else:
            assert same(from_table, from_list)
            assert same(from_table, from_channels)


def test_a_pipeline_tells_periodic_from_random_series():
    rng = np.random.default_rng(13)
    X = np.stack([wave(18 + i % 5, 90, 0.1, i) if i % 2 else rng.normal(size=90) for i in range(20)])
    y = np.arange(20) % 2
    pipeline = make_pipeline(
        DelayEmbedding(dimension=2),
        tdainv.Rips(),
        tdainv.PersistenceBarcode(degrees=(1,)),
        tdainv.PersistenceImage(resolution=4),
        RandomForestClassifier(n_estimators=10, random_state=0),
    )
    search = GridSearchCV(pipeline, {"delayembedding__delay": [None, 5]}, cv=2, error_score="raise").fit(X, y)
    assert search.best_score_ >= 0.9


def test_errors_of_estimators_name_the_series():
    good = np.arange(20.0)
    for estimator in (DelayEmbedding(), SlidingWindows(), SeriesSublevel()):
        with pytest.raises(ValueError, match=r"^X\[1\] must be finite, got X\[1\]\[0\] = nan"):
            estimator.fit_transform([good, [np.nan, 1]])
        with pytest.raises(ValueError, match="X must hold at least one time series"):
            estimator.fit([])
        with pytest.raises(TypeError, match="X must be a sequence with one time series an entry"):
            estimator.fit("text")
    with pytest.raises(ValueError, match=r"^X\[1\]: series must have at least 2 samples"):
        DelayEmbedding().fit([good, [1.0]])
    with pytest.raises(ValueError, match=r"^X\[1\]: series must have at least .* = 9 samples .* got 5"):
        DelayEmbedding(dimension=3, delay=4).fit_transform([good, good[:5]])
    with pytest.raises(ValueError, match=r"^X\[1\]: series must have at least width=10 samples, got 5"):
        SlidingWindows().fit_transform([good, good[:5]])


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (DelayEmbedding(dimension=0), "dimension must be .* got dimension=0"),
        (DelayEmbedding(delay=1.5), r"delay must be .* got delay=1\.5"),
        (DelayEmbedding(stride=0), "stride must be .* got stride=0"),
        (SlidingWindows(width=None), "width must be .* got width=None"),
        (SlidingWindows(stride=0), "stride must be .* got stride=0"),
    ],
)
def test_wrong_parameters_are_refused_by_fit(estimator, message):
    with pytest.raises(ValueError, match=message):
        estimator.fit([np.arange(30.0)])
