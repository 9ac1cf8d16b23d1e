"""Rows of barcodes against their definitions, hand-computed values, gudhi.representations, identities, stability."""

import math
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans

import tdainv
from tdainv import (
    Atol,
    Barcode,
    BarcodeStatistics,
    BarcodeTemplates,
    BettiCurve,
    EntropyCurve,
    PersistenceEntropy,
    PersistenceLandscape,
    Silhouette,
    atol,
    barcode_statistics,
    barcode_templates,
    betti_curve,
    bottleneck_distance,
    entropy_curve,
    persistence_entropy,
    persistence_landscape,
    silhouette,
)
from tdainv.vectorizers.barcode_statistics import STATISTICS
from tdainv.vectorizers.quantization import representatives

inf = np.inf

CURVES = {
    "landscape": PersistenceLandscape(n_landscapes=3, resolution=20),
    "silhouette": Silhouette(resolution=20),
    "betti": BettiCurve(resolution=20),
    "entropy curve": EntropyCurve(resolution=20),
}
ALL = {
    **CURVES,
    "normalized entropy curve": EntropyCurve(resolution=20, normalize=True),
    "entropy": PersistenceEntropy(),
    "statistics": BarcodeStatistics(),
    "templates": BarcodeTemplates(n_templates=4, random_state=0),
    "triangles": BarcodeTemplates(n_templates=4, function="triangle", templates="grid"),
    "lines": BarcodeTemplates(n_templates=4, function="line", templates="random", op="max", random_state=0),
    "hats": BarcodeTemplates(n_templates=4, function="rational_hat", op="mean", random_state=0),
    "atol": Atol(n_centers=4, random_state=0),
}
over_curves = pytest.mark.parametrize("name", CURVES)
over_all = pytest.mark.parametrize("name", ALL)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def bars_of(rng, n, spread=1.0, length=1.0):
    births = spread * rng.random(n)
    return np.column_stack([births, births + rng.exponential(length, n)])


def barcodes(rng, count=4, n=12, degree=1, essential=0):
    found = []
    for _ in range(count):
        bars = bars_of(rng, n)
        bars[:essential, 1] = inf
        found.append(Barcode(*bars.T, degree))
    return found


def tents(bars, times):
    """Heights of all tents, shape (k, n_times)."""
    return np.maximum(np.minimum(times - bars[:, :1], bars[:, 1:] - times), 0.0)


def naive_landscapes(bars, times, n):
    heights = np.vstack([tents(bars, times), np.zeros((n, len(times)))])
    return np.sort(heights, axis=0)[::-1][:n]


# --- landscapes


@pytest.mark.parametrize("n_landscapes", [1, 2, 5, 40])
@pytest.mark.parametrize("shape", ["random", "nested", "born together", "staircase", "equal", "ties"])
def test_landscapes_are_the_largest_tents(rng, shape, n_landscapes):
    k = np.arange(30.0)
    bars = {
        "random": bars_of(rng, 60, spread=3.0),
        "nested": np.column_stack([k / 10, 10 - k / 10]),
        "born together": np.column_stack([np.zeros(30), 0.1 + rng.random(30)]),
        "staircase": np.column_stack([k, k + 7]),
        "equal": np.tile([[1.0, 4.0]], (20, 1)),
        "ties": np.column_stack([rng.integers(0, 4, 40), rng.integers(4, 9, 40)]).astype(float),
    }[shape]
    times = np.union1d(np.linspace(-1, 12, 53), bars[:5].ravel())
    found = persistence_landscape(bars[rng.permutation(len(bars))], times, n_landscapes=n_landscapes)
    np.testing.assert_array_equal(found, naive_landscapes(bars, times, n_landscapes))


def test_landscapes_by_hand():
    found = persistence_landscape([[0, 4], [1, 3], [2, 6]], [0, 1, 2, 3, 4, 5, 6], n_landscapes=3)
    assert found.tolist() == [[0, 1, 2, 1, 2, 1, 0], [0, 0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]]


def test_landscapes_change_by_at_most_the_bottleneck_distance(rng):
    for scale in (0.01, 0.1, 1.0):
        first = bars_of(rng, 25)
        second = np.sort(first + scale * rng.normal(size=first.shape), axis=1)[:-2]
        times = np.linspace(-2, 8, 101)
        apart = np.abs(persistence_landscape(first, times) - persistence_landscape(second, times)).max()
        assert 0 < apart <= bottleneck_distance(first, second) * (1 + 1e-12)


def test_essential_bars_make_landscapes_that_rise_for_ever_on_request():
    bars, times = [[0, inf], [1, 2]], [0.5, 1.5, 100.0]
    assert persistence_landscape(bars, times, n_landscapes=1, essential=inf).tolist() == [[0.5, 1.5, 100.0]]
    assert persistence_landscape(bars, times, n_landscapes=1).tolist() == [[0, 0.5, 0]]
    assert persistence_landscape(bars, times, n_landscapes=1, essential=3).tolist() == [[0.5, 1.5, 0]]


def test_landscapes_are_those_of_one_parameter_modules(rng):
    filtration = tdainv.rips(rng.normal(size=(20, 2)))
    bars = tdainv.barcode(filtration, 0)
    times = np.linspace(0, 2, 15)
    np.testing.assert_allclose(
        persistence_landscape(bars, times, essential=inf),
        tdainv.multiparameter_landscape(filtration, 0, [times]),
        atol=1e-12,
    )


# --- silhouettes


@pytest.mark.parametrize("power", [0, 0.5, 1, 2, 300])
def test_silhouettes_are_weighted_means_of_tents(rng, power):
    bars, times = bars_of(rng, 40), np.linspace(-1, 6, 50)
    lengths = np.diff(bars, axis=1)
    weights = (lengths / lengths.max()) ** power
    expected = (weights * tents(bars, times)).sum(axis=0) / weights.sum()
    np.testing.assert_allclose(silhouette(bars, times, power=power), expected, rtol=1e-12, atol=1e-15)


def test_all_landscapes_add_up_to_the_plain_silhouette(rng):
    bars, times = bars_of(rng, 15), np.linspace(0, 4, 30)
    total = persistence_landscape(bars, times, n_landscapes=15).sum(axis=0)
    np.testing.assert_allclose(total / 15, silhouette(bars, times, power=0), rtol=1e-12, atol=1e-15)


def test_a_silhouette_does_not_depend_on_units(rng):
    bars, times = bars_of(rng, 15), np.linspace(0, 4, 30)
    for unit in (1e-150, 1e150):
        scaled = silhouette(unit * bars, unit * times, power=3) / unit
        np.testing.assert_allclose(scaled, silhouette(bars, times, power=3), rtol=1e-9, atol=1e-15)


# --- Betti curves and entropies


def test_betti_curves_count_bars(rng):
    bars = rng.integers(0, 10, (50, 2)).astype(float)
    bars = np.column_stack([bars.min(axis=1), bars.max(axis=1)])
    bars[::7, 1] = inf
    times = np.arange(-1, 12, 0.5)
    expected = ((bars[:, :1] <= times) & (times < bars[:, 1:])).sum(axis=0)
    found = betti_curve(bars, times)
    assert found.dtype.kind == "i"
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(betti_curve(bars, times, essential=11.0)[times >= 11], 0)


def test_the_area_under_a_betti_curve_is_the_total_persistence(rng):
    bars = bars_of(rng, 20)
    ends = np.unique(bars)
    area = (betti_curve(bars, ends)[:-1] * np.diff(ends)).sum()
    assert area == pytest.approx(np.diff(bars).sum(), rel=1e-12)


def test_betti_curves_are_hilbert_functions(rng):
    filtration = tdainv.rips(rng.normal(size=(15, 2)))
    times = np.linspace(0, 3, 20)
    for degree in (0, 1):
        bars = tdainv.barcode(filtration, degree)
        np.testing.assert_array_equal(betti_curve(bars, times), tdainv.hilbert_function(filtration, degree, [times]))


def test_entropy_is_that_of_the_lengths(rng):
    assert persistence_entropy([[0, 1]]) == 0.0
    assert persistence_entropy([[0, 2], [1, 2], [5, 6]]) == pytest.approx(1.5 * math.log(2))
    assert persistence_entropy(np.tile([[0.0, 1.0]], (32, 1))) == pytest.approx(math.log(32))
    bars = bars_of(rng, 30)
    for unit in (1e-300, 1e300):
        assert persistence_entropy(unit * bars) == pytest.approx(persistence_entropy(bars))


def test_the_entropy_of_bars_of_very_different_lengths_is_finite():
    assert persistence_entropy([[0, 1], [0, 1e-320], [0, 1e-300]]) == pytest.approx(0, abs=1e-12)


def test_entropy_curves_are_the_entropy_of_living_bars(rng):
    bars, times = bars_of(rng, 25), np.linspace(-1, 6, 50)
    shares = np.diff(bars) / np.diff(bars).sum()
    alive = (bars[:, :1] <= times) & (times < bars[:, 1:])
    expected = -(shares * np.log(shares) * alive).sum(axis=0)
    np.testing.assert_allclose(entropy_curve(bars, times), expected, rtol=1e-12, atol=1e-15)
    assert entropy_curve(bars, times, normalize=True).sum() == pytest.approx(1)
    together = np.column_stack([np.zeros(5), 1 + rng.random(5)])
    assert entropy_curve(together, [0.5])[0] == pytest.approx(persistence_entropy(together))
    assert (entropy_curve(together, [3.0, 4.0], normalize=True) == 0).all()


# --- gudhi


def test_gudhi_has_the_same_curves(rng):
    # gudhi multiplies landscapes and silhouettes by sqrt(2): it turns the diagram by 45 degrees.
    methods = pytest.importorskip("gudhi.representations.vector_methods")
    for n in (1, 10, 60):
        bars = bars_of(rng, n)
        times = np.linspace(0.05, 2.95, 40)
        grid = {"resolution": 40, "sample_range": [0.05, 2.95], "keep_endpoints": True}
        np.testing.assert_allclose(
            methods.Landscape(num_landscapes=4, **grid)(bars) / np.sqrt(2),
            persistence_landscape(bars, times, n_landscapes=4).ravel(),
            atol=1e-12,
        )
        for power in (0, 1, 2):
            theirs = methods.Silhouette(weight=lambda bar, power=power: (bar[1] - bar[0]) ** power, **grid)(bars)
            np.testing.assert_allclose(theirs / np.sqrt(2), silhouette(bars, times, power=power), atol=1e-12)
        np.testing.assert_array_equal(methods.BettiCurve(predefined_grid=times)(bars).ravel(), betti_curve(bars, times))
        assert methods.Entropy(mode="scalar")(bars) == pytest.approx(persistence_entropy(bars), abs=1e-12)
        for normalize in (False, True):
            if n > 1:  # gudhi divides by 0
                entropy = methods.Entropy(mode="vector", normalized=normalize, **grid)
                np.testing.assert_allclose(
                    entropy.fit_transform([bars])[0], entropy_curve(bars, times, normalize=normalize), atol=1e-12
                )


@pytest.mark.parametrize("contrast", ["gaussian", "laplacian"])
def test_gudhi_has_the_same_contrasts(rng, contrast):
    methods = pytest.importorskip("gudhi.representations.vector_methods")
    samples = barcodes(rng, 5)
    ours = Atol(n_centers=6, contrast=contrast, random_state=0).fit(samples)
    start = KMeans(6, init=ours.plans_[0].centers, n_init=1)
    theirs = methods.Atol(quantiser=start, contrast=contrast).fit([bars.diagram for bars in samples])
    expected = theirs.transform([bars.diagram for bars in samples])
    order = np.argsort(np.lexsort(theirs.centers.T)), np.lexsort(ours.plans_[0].centers.T)
    np.testing.assert_allclose(ours.transform(samples)[:, order[1]], expected[:, order[0]], rtol=1e-6)


# --- statistics


def test_statistics_are_numpys(rng):
    bars = bars_of(rng, 17)
    named = dict(zip(STATISTICS, barcode_statistics(bars), strict=True))
    assert len(named) == 38
    assert named["count"] == 17
    assert named["entropy"] == pytest.approx(persistence_entropy(bars))
    samples = {"birth": bars[:, 0], "death": bars[:, 1], "midpoint": bars.mean(axis=1), "persistence": np.diff(bars)}
    for name, values in samples.items():
        assert named[f"{name}_mean"] == pytest.approx(values.mean())
        assert named[f"{name}_std"] == pytest.approx(values.std())
        assert named[f"{name}_range"] == pytest.approx(np.ptp(values))
        assert named[f"{name}_median"] == pytest.approx(np.median(values))
        assert named[f"{name}_iqr"] == pytest.approx(np.subtract(*np.percentile(values, [75, 25])))
        for q in (10, 25, 75, 90):
            assert named[f"{name}_q{q}"] == pytest.approx(np.percentile(values, q))


def test_statistics_of_one_bar():
    named = dict(zip(STATISTICS, barcode_statistics([[1, 4]]), strict=True))
    assert named["count"] == 1
    assert {name: value for name, value in named.items() if name.endswith(("_std", "_iqr", "_range"))} == {
        f"{of}_{what}": 0.0 for of in ("birth", "death", "midpoint", "persistence") for what in ("std", "iqr", "range")
    }
    assert [named[f"{of}_q90"] for of in ("birth", "death", "midpoint", "persistence")] == [1, 4, 2.5, 3]


def test_names_of_statistics():
    names = BarcodeStatistics().fit([Barcode([0.0], [1.0], 0)]).get_feature_names_out()
    assert list(names[:3]) == ["statistics0_h0_count", "statistics0_h0_entropy", "statistics0_h0_birth_mean"]


# --- templates


def test_templates_by_hand():
    bars = [[0, 1], [2, 6]]  # (0, 1) and (2, 4) as birth and persistence
    one = {"weight": "one"}
    e = math.exp
    np.testing.assert_allclose(barcode_templates(bars, [[0, 1], [2, 5]], **one), [1 + e(-6.5), e(-10) + e(-0.5)])
    np.testing.assert_allclose(barcode_templates(bars, [[0, 1]]), [1 + 4 * e(-6.5)])
    np.testing.assert_allclose(barcode_templates(bars, [[2, 5]], bandwidth=[1, 2], **one), [e(-4) + e(-1 / 8)])
    np.testing.assert_allclose(barcode_templates(bars, [0.5, 3, 7], function="triangle", **one), [0.5, 1, 0])
    np.testing.assert_allclose(barcode_templates(bars, [[1, 0, 0], [0, -1, 5]], function="line", **one), [2, 5])
    hats = barcode_templates(bars, [[2, 4], [2, 5]], function="rational_hat", op="max", **one)
    np.testing.assert_allclose(hats, [1 - 1 / 2, 1 / (1 + 20**0.5) - 1 / 20**0.5])  # the nearer bar has -1 / 2
    for op, expected in (("sum", 9.0), ("mean", 4.5), ("max", 8.0)):
        line = barcode_templates(bars, [[1, 0, 1]], function="line", op=op, weight=lambda b, p: [1.0, 8.0 / 3])
        assert line == pytest.approx([expected])


def test_triangles_at_times_are_the_sum_of_tents(rng):
    bars, times = bars_of(rng, 20), np.linspace(0, 3, 10)
    found = barcode_templates(bars, times, function="triangle", op="mean", weight="one")
    np.testing.assert_allclose(found, silhouette(bars, times, power=0), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("templates", ["kmeans", "random", "grid"])
@pytest.mark.parametrize("function", ["gaussian", "triangle", "line", "rational_hat"])
def test_learned_templates_lie_among_the_training_bars(rng, function, templates):
    samples = barcodes(rng, 5)
    vectorizer = BarcodeTemplates(n_templates=7, function=function, templates=templates, random_state=0)
    rows = vectorizer.fit_transform(samples)
    plan = vectorizer.plans_[0]
    assert rows.shape == (5, len(plan.templates))
    assert len(plan.templates) == (6 if templates == "grid" and function != "triangle" else 7)
    points = np.concatenate([np.column_stack([bars.births, bars.persistence]) for bars in samples])
    if function in ("gaussian", "rational_hat"):
        assert (plan.templates >= points.min(axis=0) - 1e-12).all()
        assert (plan.templates <= points.max(axis=0) + 1e-12).all()
        np.testing.assert_allclose(plan.bandwidth, 0.1 * np.ptp(points, axis=0))
    expected = barcode_templates(samples[2], plan.templates, function=function, bandwidth=plan.bandwidth)
    np.testing.assert_array_equal(rows[2], expected)


@pytest.mark.parametrize("function", ["gaussian", "line", "rational_hat"])
def test_templates_in_the_range_do_not_depend_on_units(rng, function):
    samples = barcodes(rng)
    scaled = [Barcode(1000 * bars.births, 1000 * bars.deaths, 1) for bars in samples]
    vectorizer = BarcodeTemplates(n_templates=5, function=function, weight="one", templates="grid")
    np.testing.assert_allclose(
        vectorizer.fit_transform(scaled), vectorizer.fit_transform(samples), rtol=1e-6, atol=1e-9
    )


# --- ATOL


def test_atol_by_hand():
    e = math.exp
    centers, radii = [[0, 1], [0, 3]], [1, 2]
    np.testing.assert_allclose(atol([[0, 1], [0, 3]], centers, radii), [1 + e(-4), e(-1) + 1])
    np.testing.assert_allclose(
        atol([[0, 1], [0, 3]], centers, radii, contrast="laplacian", weight="persistence"),
        [1 + 3 * e(-2), e(-1) + 3],
    )


def test_centers_are_those_of_k_means_and_radii_half_their_distances(rng):
    samples = [Barcode([0.0, 0.0, 10.0], [1.0, 1.2, 20.0], 1), Barcode([0.0, 10.0], [1.1, 21.0], 1)]
    plan = Atol(n_centers=2, random_state=0).fit(samples).plans_[0]
    np.testing.assert_allclose(plan.centers, [[0, 1.1], [10, 20.5]])
    np.testing.assert_allclose(plan.radii, np.full(2, np.hypot(10, 19.4) / 2))
    heavy = Atol(n_centers=1, weight="persistence", random_state=0).fit(samples).plans_[0]
    weights = np.array([1, 1.2, 1.1, 10, 11])
    assert heavy.centers[0, 0] == pytest.approx((weights * [0, 0, 0, 10, 10]).sum() / weights.sum())


def test_fewer_different_bars_than_centers_make_fewer_features():
    samples = [Barcode([0.0, 0.0, 0.0], [1.0, 1.0, 2.0], 1)] * 3
    vectorizer = Atol(n_centers=16)
    assert vectorizer.fit_transform(samples).shape == (3, 2)
    assert list(vectorizer.get_feature_names_out()) == ["atol0_h1_0", "atol0_h1_1"]


def test_negative_weights_are_refused(rng):
    with pytest.raises(ValueError, match="weight must be at least 0, got -"):
        Atol(weight=lambda births, persistences: births - 10).fit(barcodes(rng))


@pytest.mark.parametrize("method", ["kmeans", "random", "grid"])
def test_representatives(rng, method):
    points = rng.normal(size=(200, 2))
    chosen = representatives(points, 9, method, 0)
    assert chosen.shape == (9, 2)
    np.testing.assert_array_equal(chosen, representatives(points, 9, method, 0))
    assert representatives(np.zeros((0, 2)), 9, method, 0).tolist() == [[0, 0]]
    assert representatives(np.ones((5, 2)), 9, method, 0).tolist() == [[1, 1]]
    flat = representatives(np.column_stack([points[:, 0], np.zeros(200)]), 9, method, 0)
    assert flat.shape == (9, 2)
    assert (flat[:, 1] == 0).all()
    assert len(representatives(points, 1, method, 0)) == 1
    rounded = np.repeat(points[:6], 50, axis=0) * (1 + 1e-15 * rng.normal(size=(300, 1)))
    assert len(representatives(rounded, 9, method, 0)) == (9 if method == "grid" else 6)


# --- learned times


@over_curves
def test_times_run_from_the_first_birth_to_a_quantile_of_the_deaths(name, rng):
    samples = barcodes(rng, 5)
    for coverage in (0.5, 0.99, 1.0):
        vectorizer = clone(CURVES[name]).set_params(coverage=coverage).fit(samples)
        births, deaths = (np.concatenate([getattr(bars, ends) for bars in samples]) for ends in ("births", "deaths"))
        np.testing.assert_allclose(
            vectorizer.plans_[0].times, np.linspace(births.min(), np.quantile(deaths, coverage), 20)
        )


def test_rows_are_the_functions_at_the_learned_times(rng):
    samples = [tuple(pair) for pair in zip(barcodes(rng, degree=0, essential=1), barcodes(rng), strict=True)]
    functions = {
        "landscape": lambda bars, times: persistence_landscape(bars, times, n_landscapes=3).ravel(),
        "silhouette": silhouette,
        "betti": betti_curve,
        "entropy curve": entropy_curve,
    }
    for name, function in functions.items():
        vectorizer = clone(CURVES[name])
        rows = vectorizer.fit_transform(samples)
        for row, sample in zip(rows, samples, strict=True):
            parts = [function(bars, plan.times) for bars, plan in zip(sample, vectorizer.plans_, strict=True)]
            np.testing.assert_array_equal(row, np.concatenate(parts))


def test_names_of_curves(rng):
    pairs = list(zip(barcodes(rng, degree=0), barcodes(rng), strict=True))
    names = PersistenceLandscape(n_landscapes=2, resolution=2).fit(pairs).get_feature_names_out()
    assert list(names) == [
        f"landscape{place}_h{place}_k{k}_{j}" for place in range(2) for k in (1, 2) for j in range(2)
    ]
    assert list(BettiCurve(resolution=2).fit(pairs[:1]).get_feature_names_out()) == [
        "betti0_h0_0",
        "betti0_h0_1",
        "betti1_h1_0",
        "betti1_h1_1",
    ]


@over_curves
def test_bars_beyond_the_learned_times_are_seen_where_they_are(name, rng):
    vectorizer = clone(CURVES[name]).fit(barcodes(rng))
    before, after = Barcode([-9.0], [-8.0], 1), Barcode([90.0], [95.0], 1)
    np.testing.assert_array_equal(vectorizer.transform([before, after]), 0)
    across = vectorizer.transform([Barcode([-100.0, -100.0], [100.0, 100.0], 1)])
    assert (across[0, :20] > 0).all()


# --- any barcode gives a finite row


@over_all
@pytest.mark.parametrize("training", ["alone", "with bars", "without"])
@pytest.mark.parametrize("essential", ["drop", 2.0])
@pytest.mark.parametrize("deaths", [[], [inf, inf], [inf, 1.0], [1.0, 1.0], [1.0]], ids=str)
def test_empty_infinite_and_repeated_bars_give_finite_rows(name, deaths, training, essential, rng):
    bars = Barcode(np.zeros(len(deaths)), np.array(deaths), 1)
    others = barcodes(rng, essential=1)
    vectorizer = clone(ALL[name]).set_params(essential=essential)
    vectorizer.fit({"alone": [bars], "with bars": [bars, *others], "without": others}[training])
    rows = vectorizer.transform([bars, *others])
    assert np.isfinite(rows).all()
    assert rows.shape == (5, len(vectorizer.get_feature_names_out()))
    if deaths == [] or (essential == "drop" and np.isinf(deaths).all()):
        np.testing.assert_array_equal(rows[0], 0)


@over_all
def test_essential_bars_follow_the_policy(name, rng):
    with_essential, late = Barcode([0.0, 0.5, 1.0], [inf, 1.0, 2.5], 1), Barcode([0.5, 1.0, 7.0], [1.0, 2.5, inf], 1)
    without, dying = Barcode([0.5, 1.0], [1.0, 2.5], 1), Barcode([0.0, 0.5, 1.0], [4.0, 1.0, 2.5], 1)
    vectorizer = clone(ALL[name]).set_params(essential="drop").fit([without])
    np.testing.assert_array_equal(*vectorizer.transform([with_essential, without]))
    vectorizer.set_params(essential=4.0).fit([dying])
    np.testing.assert_array_equal(*vectorizer.transform([with_essential, dying]))
    np.testing.assert_array_equal(*vectorizer.transform([late, without]))  # born after it would die
    vectorizer.set_params(essential="error")
    with pytest.raises(ValueError, match=r'the barcode of degree 1 has 1 essential bar; give essential="drop"'):
        vectorizer.fit([without, with_essential])
    with pytest.raises(ValueError, match=r"^X\[1\]: the barcode of degree 1 has 1 essential bar"):
        vectorizer.fit([without]).transform([without, with_essential])


def test_betti_curves_of_essential_bars_alone(rng):
    forever = Barcode([0.0, 1.0, 3.0], [inf, inf, inf], 0)
    curve = BettiCurve(resolution=4)
    assert curve.fit_transform([forever]).tolist() == [[1, 2, 2, 3]]
    assert curve.plans_[0].times.tolist() == [0, 1, 2, 3]
    assert BettiCurve(resolution=4).fit_transform([Barcode([1.0], [inf], 0)]).tolist() == [[1]]


@over_all
def test_fitted_vectorizers_are_small(name, rng):
    samples = barcodes(rng, 10, 500)
    assert len(pickle.dumps(clone(ALL[name]).fit(samples))) < 10_000


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_many_samples_are_sent_in_blocks_and_errors_still_name_the_sample(rng, n_jobs):
    samples = barcodes(rng, 300, 3)
    vectorizer = PersistenceEntropy(essential="error", n_jobs=n_jobs).fit(samples)
    rows = vectorizer.transform(samples)
    np.testing.assert_array_equal(rows[:, 0], [persistence_entropy(bars) for bars in samples])
    samples[217] = Barcode([0.0], [inf], 1)
    with pytest.raises(ValueError, match=r"^X\[217\]: the barcode of degree 1 has 1 essential bar"):
        vectorizer.transform(samples)


# --- errors


@pytest.mark.parametrize(
    ("vectorizer", "message"),
    [
        (PersistenceLandscape(n_landscapes=0), "n_landscapes must be .* got n_landscapes=0"),
        (PersistenceLandscape(resolution=2.5), r"resolution must be .* got resolution=2\.5"),
        (PersistenceLandscape(essential=-inf), "essential must be .* got essential=-inf"),
        (Silhouette(power=-1), "power must be .* got power=-1"),
        (Silhouette(essential=inf), "essential must be .* got essential=inf"),
        (BettiCurve(coverage=0), "coverage must .* got coverage=0"),
        (EntropyCurve(essential="keep"), "essential must be .* got essential='keep'"),
        (PersistenceEntropy(essential=inf), "essential must be .* got essential=inf"),
        (BarcodeStatistics(essential=None), "essential must be .* got essential=None"),
        (BarcodeTemplates(function="square"), "function must be .* got function='square'"),
        (BarcodeTemplates(op="median"), "op must be .* got op='median'"),
        (BarcodeTemplates(bandwidth=0), "bandwidth must be .* got bandwidth=0"),
        (BarcodeTemplates(templates="best"), "templates must be .* got templates='best'"),
        (Atol(n_centers=0), "n_centers must be .* got n_centers=0"),
        (Atol(contrast="sharp"), "contrast must be .* got contrast='sharp'"),
        (Atol(weight="heavy"), "weight must be .* got weight='heavy'"),
    ],
    ids=str,
)
def test_wrong_parameters_are_refused(vectorizer, message):
    with pytest.raises(ValueError, match=message):
        vectorizer.fit([Barcode([0.0], [1.0], 1)])


@pytest.mark.parametrize("function", [persistence_landscape, silhouette, betti_curve, entropy_curve])
def test_wrong_times_and_bars_are_refused(function):
    for times in ([1, 0], [0, np.nan], [0, inf], [[0, 1]]):
        with pytest.raises(ValueError, match="times must be a one-dimensional array of increasing finite numbers"):
            function([[0, 1]], times)
    with pytest.raises(ValueError, match=r"barcode must be a Barcode or have shape \(k, 2\).* got shape \(3,\)"):
        function([0, 1, 2], [0, 1])
    with pytest.raises(ValueError, match=r"barcode\[0\] = \[2\.0, 1\.0\]"):
        function([[2, 1]], [0, 1])
    with pytest.raises(ValueError, match="the barcode has 1 essential bar"):
        function([[2, inf]], [0, 1], essential="error")
    assert function([], [0, 1]).shape[-1] == 2
    assert function([[0, 1]], []).shape[-1] == 0


def test_wrong_templates_and_centers_are_refused():
    with pytest.raises(ValueError, match=r"templates must have shape \(n_templates, 2\).* got shape \(2,\)"):
        barcode_templates([[0, 1]], [0, 1])
    with pytest.raises(ValueError, match=r"bandwidth must be .* got bandwidth=0"):
        barcode_templates([[0, 1]], [[0, 1]], bandwidth=0)
    with pytest.raises(ValueError, match=r"got \(1, 2\) and \(2,\)"):
        atol([[0, 1]], [[0, 1]], [1, 1])
    with pytest.raises(ValueError, match="radii positive"):
        atol([[0, 1]], [[0, 1]], [0])
