"""Layers on barcodes and on signed measures against the functions of numpy, plain loops, and finite differences."""

import copy

import numpy as np
import pytest

import tdainv

torch = pytest.importorskip("torch")

from tdainv.learn import (  # noqa: E402
    BarcodeBatch,
    BarGaussian,
    BarLine,
    BarRationalHat,
    BarTent,
    GaussianMixtureWeight,
    GridWeight,
    MeasureConvolution,
    PersistenceLandscape,
    PersistenceWeight,
    PersLay,
    SignedMeasureBatch,
)

DOUBLE = torch.float64
TRANSFORMS = [BarGaussian, BarTent, BarLine, BarRationalHat]
WEIGHTS = [None, PersistenceWeight, GridWeight, GaussianMixtureWeight]
POOLINGS = ["sum", "mean", "max", "top"]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def diagrams(rng, sizes=(5, 0, 1, 8), n_essential=0):
    result = []
    for size in sizes:
        births = rng.uniform(0, 2, size)
        deaths = births + rng.uniform(0.1, 2, size)
        deaths[:n_essential] = np.inf
        result.append(np.column_stack([births, deaths]))
    return result


def batch_of(items, dtype=DOUBLE, degree=1, requires_grad=False):
    rows = torch.tensor(np.concatenate(items).reshape(-1, 2), dtype=dtype)
    births, deaths = (rows[:, k].clone().requires_grad_(requires_grad) for k in (0, 1))
    owners = torch.tensor(np.repeat(np.arange(len(items)), [len(item) for item in items]))
    return BarcodeBatch(births, deaths, owners, len(items), degree)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def value_of(transform, birth, persistence, q):
    """Feature q of one bar, in plain numbers."""
    own = {name: values.detach().numpy() for name, values in transform.state_dict().items()}
    if isinstance(transform, BarTent):
        return max(0.0, min(own["times"][q] - birth, birth + persistence - own["times"][q]))
    if isinstance(transform, BarLine):
        return np.cos(own["angles"][q]) * birth + np.sin(own["angles"][q]) * persistence + own["offsets"][q]
    x, y = own["centers"][q]
    if isinstance(transform, BarGaussian):
        return np.exp(-((birth - x) ** 2 + (persistence - y) ** 2) / (2 * 0.5**2))
    away = abs(birth - x) + abs(persistence - y)
    return 1 / (1 + away) - 1 / (1 + abs(abs(own["radii"][q]) - away))


def pooled(column, pooling, n_top):
    if pooling == "top":
        return (sorted(column, reverse=True) + [0.0] * n_top)[:n_top]
    if len(column) == 0:
        return [0.0]
    return [{"sum": sum, "max": max, "mean": np.mean}[pooling](column)]


# --- PersLay


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("kind", TRANSFORMS)
def test_perslay_is_the_pooled_product_of_weights_and_transforms(rng, kind, pooling):
    items = diagrams(rng)
    transform = kind(6, high=3.0, generator=generator(), dtype=DOUBLE)
    layer = PersLay(transform, PersistenceWeight(1.5, dtype=DOUBLE), pooling=pooling, n_top=3)
    found = layer(batch_of(items)).detach().numpy()
    assert found.shape == (4, layer.n_features)
    for item, row in zip(items, found.reshape(4, -1, 6), strict=True):
        for q in range(6):
            column = [(d - b) ** 1.5 * value_of(transform, b, d - b, q) for b, d in item]
            np.testing.assert_allclose(row[:, q], pooled(column, pooling, 3), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("kind", TRANSFORMS)
def test_gradients_of_perslay_are_those_of_finite_differences(rng, kind, weight, pooling):
    bars = batch_of(diagrams(rng, (3, 0, 2)), requires_grad=True)
    layer = PersLay(
        kind(3, high=3.0, generator=generator(), dtype=DOUBLE), None if weight is None else weight(dtype=DOUBLE),
        pooling=pooling, n_top=2,
    )  # fmt: skip
    names = [name for name, _ in layer.named_parameters()]
    own = [values.detach().clone().requires_grad_() for values in layer.parameters()]

    def features(births, deaths, *values):
        moved = BarcodeBatch(births, deaths, bars.items, 3, 1)
        return torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (moved,))

    assert torch.autograd.gradcheck(features, (bars.births, bars.deaths, *own))


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("kind", TRANSFORMS)
def test_empty_diagrams_have_zero_features_and_gradients_that_are_zero(kind, pooling):
    layer = PersLay(kind(4), PersistenceWeight(0.5), pooling=pooling)
    bars = batch_of([np.zeros((0, 2))] * 3, torch.float32, requires_grad=True)
    features = layer(bars)
    features.sum().backward()
    assert features.shape == (3, layer.n_features)
    assert not features.any()
    assert all(not parameter.grad.any() for parameter in layer.parameters())
    assert bars.births.grad.shape == (0,)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_bars_of_length_0_and_dropped_bars_have_no_features_and_no_gradient(pooling):
    items = [np.array([[1.0, 1.0], [1e9, 1e9], [0.0, np.inf], [0.5, 2.0]]), np.array([[1.0, 1.0]])]
    bars = batch_of(items, torch.float32, requires_grad=True)
    layer = PersLay(BarGaussian(4), PersistenceWeight(0.5), pooling=pooling)
    features = layer(bars)
    torch.testing.assert_close(features[:1], layer(batch_of([np.array([[0.5, 2.0]])], torch.float32)))
    assert not features[1].any()
    features.sum().backward()
    gradient = torch.stack([bars.births.grad, bars.deaths.grad])
    assert torch.isfinite(gradient).all()
    assert gradient.any(dim=0).tolist() == [False, False, False, True, False]


def test_essential_bars_die_where_they_are_told_to(rng):
    items = diagrams(rng, (4, 3), n_essential=2)
    capped = [np.minimum(item, 5.0) for item in items]
    transform = BarGaussian(4, dtype=DOUBLE)
    torch.testing.assert_close(PersLay(transform, essential=5.0)(batch_of(items)), PersLay(transform)(batch_of(capped)))
    dropped = [item[2:] for item in items]
    torch.testing.assert_close(PersLay(transform)(batch_of(items)), PersLay(transform)(batch_of(dropped)))
    with pytest.raises(ValueError, match=r"item 0 has 2 essential bars of degree 1; give essential="):
        PersLay(transform, essential="error")(batch_of(items))


def test_gaussians_on_a_grid_are_the_persistence_image(rng):
    items = [item for item in diagrams(rng) if len(item)]
    image = tdainv.PersistenceImage(resolution=(4, 5), bandwidth=0.3, bandwidth_unit="absolute")
    expected = image.fit_transform([tdainv.Barcode(*item.T, degree=1) for item in items])
    transform = BarGaussian.on_grid(*image.plans_[0].grid.axes, bandwidth=0.3, dtype=DOUBLE)
    found = PersLay(transform, PersistenceWeight(dtype=DOUBLE))(batch_of(items))
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)
    assert not list(transform.parameters())


def test_perslay_agrees_with_gudhi_on_landscapes(rng):
    representations = pytest.importorskip("gudhi.representations")
    items = diagrams(rng, (5, 3))
    reference = representations.Landscape(num_landscapes=3, resolution=9, sample_range=[0.0, 4.0])
    expected = reference.fit_transform(items) / np.sqrt(2)
    tent = BarTent(9, learn_times=False, dtype=DOUBLE)
    tent.times.copy_(torch.linspace(0, 4, 9, dtype=DOUBLE))
    found = PersLay(tent, pooling="top", n_top=3)(batch_of(items))
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-12)


def test_grid_weights_interpolate_and_end_at_the_border():
    weight = GridWeight((0.0, 2.0), (0.0, 1.0), resolution=(3, 2), dtype=DOUBLE)
    x, y = torch.tensor([0.3, 1.9, 5.0, -1.0], dtype=DOUBLE), torch.tensor([0.2, 0.9, 0.5, 7.0], dtype=DOUBLE)
    weight.values.data.copy_(2 * torch.arange(3.0)[:, None] + 3 * torch.arange(2.0))
    expected = 2 * x.clamp(0, 2) + 3 * y.clamp(0, 1)
    torch.testing.assert_close(weight(x, y).detach(), expected)


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_transforms_start_from_a_seed_or_from_data(rng, kind):
    first, second = (kind(5, low=1.0, high=2.0, generator=generator(3)).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    transform = kind(6, dtype=DOUBLE)
    bars = batch_of(diagrams(rng, (3, 4)))
    transform.reset_from(bars, generator=generator())
    births, lengths = bars.births, bars.persistence
    if kind is BarTent:
        assert all(torch.isclose(t, births + lengths / 2).any() for t in transform.times)
        assert len(set(transform.times.tolist())) == 6
    elif kind is BarLine:
        assert (transform(births, lengths).abs().min(dim=0).values < 1e-12).all()
    else:
        points = torch.stack([births, lengths], dim=1)
        assert all((centre == points).all(dim=1).any() for centre in transform.centers)
    with pytest.raises(ValueError, match="at least one bar of positive finite length"):
        transform.reset_from(batch_of([np.zeros((0, 2))]))


def test_more_features_than_bars_are_drawn_with_repetition():
    transform = BarGaussian(5)
    transform.reset_from(batch_of([np.array([[0.0, 1.0], [1.0, 3.0]])], torch.float32), generator=generator())
    assert {tuple(centre) for centre in transform.centers.tolist()} == {(0.0, 1.0), (1.0, 2.0)}


def test_learned_bandwidths_and_powers_stay_positive(rng):
    layer = PersLay(BarGaussian(4, learn_bandwidth=True, dtype=DOUBLE), PersistenceWeight(learnable=True, dtype=DOUBLE))
    optimiser = torch.optim.SGD(layer.parameters(), lr=1.0)
    bars = batch_of(diagrams(rng))
    for _ in range(3):
        optimiser.zero_grad()
        layer(bars).sum().backward()
        optimiser.step()
    assert 0 < layer.transform.bandwidth != 0.5
    assert 0 < layer.weight.log_power.exp() != 1
    assert torch.isfinite(layer(bars)).all()


# --- landscapes


@pytest.mark.parametrize("essential", ["drop", 3.5, np.inf])
def test_landscapes_are_those_of_the_function(rng, essential):
    items = diagrams(rng, (6, 0, 2), n_essential=1)
    times = np.linspace(-0.5, 4.5, 13)
    layer = PersistenceLandscape(times, n_landscapes=3, essential=essential, dtype=DOUBLE)
    found = layer(batch_of(items)).numpy()
    expected = [tdainv.persistence_landscape(item, times, n_landscapes=3, essential=essential) for item in items]
    np.testing.assert_allclose(found, np.reshape(expected, (3, -1)), atol=1e-14)
    assert layer.n_features == 39


def test_gradients_of_landscapes_are_those_of_finite_differences(rng):
    bars = batch_of(diagrams(rng, (4, 2), n_essential=1))
    layer = PersistenceLandscape([0.5, 1.3, 2.1], n_landscapes=2, essential=np.inf, learn_times=True, dtype=DOUBLE)
    finite = torch.isfinite(bars.deaths)

    def features(births, deaths, times):
        ends = torch.full_like(bars.deaths, torch.inf).masked_scatter(finite, deaths)
        moved = BarcodeBatch(births, ends, bars.items, 2, 1)
        return torch.func.functional_call(layer, {"times": times}, (moved,))

    inputs = [values.clone().requires_grad_() for values in (bars.births, bars.deaths[finite], layer.times.detach())]
    assert torch.autograd.gradcheck(features, inputs)


# --- convolutions


def measures(rng, p, sizes=(7, 0, 3)):
    points = [rng.normal(size=(size, p)) for size in sizes]
    weights = [rng.choice([-2.0, -1.0, 1.0, 3.0], size) for size in sizes]
    return points, weights


def measure_batch(points, weights, dtype=DOUBLE, requires_grad=False):
    rows = torch.tensor(np.concatenate(points), dtype=dtype, requires_grad=requires_grad)
    owners = torch.tensor(np.repeat(np.arange(len(points)), [len(part) for part in points]))
    return SignedMeasureBatch(rows, torch.tensor(np.concatenate(weights), dtype=dtype), owners, len(points), 0)


@pytest.mark.parametrize("kernel", ["gaussian", "exponential", "linear"])
@pytest.mark.parametrize("p", [1, 2, 3])
def test_convolutions_are_those_of_the_function(rng, p, kernel):
    points, weights = measures(rng, p)
    axes = [np.sort(rng.normal(size=4 + k)) for k in range(p)]
    bandwidth = [0.5, 1.0, 2.0][:p]
    layer = MeasureConvolution(axes, bandwidth=bandwidth, kernel=kernel, dtype=DOUBLE)
    found = layer(measure_batch(points, weights)).numpy()
    for row, atoms, masses in zip(found, points, weights, strict=True):
        if len(atoms) == 0:
            assert not row.any()
            continue
        mu = tdainv.SignedMeasure(atoms, masses)
        expected = tdainv.measure_convolution(mu, axes, bandwidth=bandwidth, kernel=kernel)
        np.testing.assert_allclose(row, expected.ravel(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kernel", ["gaussian", "exponential", "linear"])
@pytest.mark.parametrize("p", [1, 2])
def test_gradients_of_convolutions_are_those_of_finite_differences(rng, p, kernel):
    batch = measure_batch(*measures(rng, p, (3, 0, 2)))
    layer = MeasureConvolution([[-1.0, 0.1, 1.0]] * p, bandwidth=0.9, kernel=kernel, learn_bandwidth=True, dtype=DOUBLE)

    def features(points, logs):
        moved = SignedMeasureBatch(points, batch.weights, batch.items, 3, 0)
        return torch.func.functional_call(layer, {"log_bandwidths": logs}, (moved,))

    logs = layer.log_bandwidths.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(features, (batch.points.clone().requires_grad_(), logs))


def test_a_measure_without_atoms_has_zero_gradients():
    batch = measure_batch([np.zeros((0, 2))] * 2, [np.zeros(0)] * 2, requires_grad=True)
    layer = MeasureConvolution([[0.0], [0.0, 1.0]], bandwidth=1.0, learn_bandwidth=True, dtype=DOUBLE)
    values = layer(batch)
    values.sum().backward()
    assert values.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert not layer.log_bandwidths.grad.any()
    layer.log_bandwidths.data.fill_(7.0)
    layer.reset_parameters()
    assert layer.bandwidths.tolist() == [1.0, 1.0]


# --- all layers


def layers(dtype):
    return {
        "perslay": PersLay(BarGaussian(4, dtype=dtype), GridWeight(dtype=dtype)),
        "top": PersLay(BarLine(4, dtype=dtype), GaussianMixtureWeight(dtype=dtype), pooling="top"),
        "landscape": PersistenceLandscape([0.0, 1.0, 2.0], dtype=dtype),
        "convolution": MeasureConvolution([[0.0, 1.0], [0.0]], bandwidth=1.0, dtype=dtype),
    }


def input_of(name, rng, dtype):
    return measure_batch(*measures(rng, 2), dtype) if name == "convolution" else batch_of(diagrams(rng), dtype)


@pytest.mark.parametrize("name", ["perslay", "top", "landscape", "convolution"])
def test_layers_in_single_precision_are_close_to_those_in_double(rng, name):
    double = layers(DOUBLE)[name]
    single = copy.deepcopy(double).float()
    batch = input_of(name, rng, DOUBLE)
    rows = {"points", "weights"} if name == "convolution" else {"births", "deaths"}
    halved = copy.copy(batch)
    for row in rows:
        object.__setattr__(halved, row, getattr(batch, row).float())
    found = single(halved)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), double(batch), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["perslay", "top", "landscape", "convolution"])
def test_layers_come_back_from_their_state(rng, name):
    layer, other = layers(DOUBLE)[name], layers(DOUBLE)[name]
    other.load_state_dict(layer.state_dict())
    batch = input_of(name, rng, DOUBLE)
    assert torch.equal(layer(batch), other(batch))


@pytest.mark.parametrize("name", ["perslay", "top", "landscape", "convolution"])
def test_other_dtypes_and_devices_are_refused(rng, name):
    layer = layers(DOUBLE)[name]
    with pytest.raises(TypeError, match=r"must be torch.float64 as \w+ is, got torch.float32"):
        layer(input_of(name, rng, torch.float32))
    with pytest.raises(ValueError, match=r"must be on meta as \w+ is, got cpu"):
        layer.to("meta")(input_of(name, rng, DOUBLE))


@pytest.mark.parametrize("name", ["perslay", "top", "landscape", "convolution"])
@pytest.mark.filterwarnings("ignore")  # of the compiler itself
def test_compiled_layers_have_the_same_values_and_gradients(rng, name):
    layer = layers(DOUBLE)[name]
    batch = input_of(name, rng, DOUBLE)
    leaf = batch.points if name == "convolution" else batch.deaths
    leaf.requires_grad_()
    expected = layer(batch)
    (gradient,) = torch.autograd.grad(expected.square().sum(), leaf)
    torch.compiler.reset()
    found = torch.compile(layer, backend="aot_eager", fullgraph=name != "convolution")(batch)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(torch.autograd.grad(found.square().sum(), leaf)[0], gradient)


# --- bad input


def test_bad_bars_are_named():
    layer = PersLay(BarGaussian(2))
    with pytest.raises(TypeError, match="bars must be a BarcodeBatch, got ndarray"):
        layer(np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"got the bar \(2.0, 1.0\) in item 1"):
        layer(batch_of([np.zeros((1, 2)), np.array([[2.0, 1.0]])], torch.float32))
    with pytest.raises(ValueError, match="nan"):
        layer(batch_of([np.array([[0.0, np.nan]])], torch.float32))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: PersLay(None), TypeError, "transform must be a BarTransform"),
        (lambda: PersLay(BarTent(), lambda b, p: p), TypeError, "weight must be a Module or None, got function"),
        (lambda: PersLay(BarTent(), pooling="median"), ValueError, "pooling must be one of"),
        (lambda: PersLay(BarTent(), essential="keep"), ValueError, "essential must be one of"),
        (lambda: PersLay(BarTent(), n_top=0), ValueError, "n_top must be an integer of at least 1, got n_top=0"),
        (lambda: BarGaussian(0), ValueError, "n_features must be an integer of at least 1"),
        (lambda: BarGaussian(bandwidth=-1.0), ValueError, "bandwidth must be a positive finite number"),
        (lambda: BarGaussian.on_grid([0.0], [np.nan], bandwidth=1.0), ValueError, "axes"),
        (lambda: BarTent(low=1.0, high=1.0), ValueError, "low must be less than high"),
        (lambda: BarRationalHat(radius=0), ValueError, "radius must be a positive finite number"),
        (lambda: PersistenceWeight(-1.0), ValueError, "power must be at least 0"),
        (lambda: GridWeight((1.0, 0.0)), ValueError, "births must be increasing"),
        (lambda: GridWeight(resolution=(1, 4)), ValueError, "resolution must be two integers of at least 2"),
        (lambda: GaussianMixtureWeight(bandwidth=0), ValueError, "bandwidth must be a positive"),
        (lambda: PersistenceLandscape([]), ValueError, "times must be non-empty"),
        (lambda: PersistenceLandscape([0.0, np.inf]), ValueError, r"times must be finite, got times\[1\] = inf"),
        (lambda: MeasureConvolution([], bandwidth=1.0), ValueError, "axes must be a non-empty sequence"),
        (lambda: MeasureConvolution([[0.0]], bandwidth=0.0), ValueError, "bandwidth must be a positive"),
        (lambda: MeasureConvolution([[0.0]], bandwidth=1.0, kernel="box"), ValueError, "kernel must be one of"),
    ],
)
def test_bad_parameters_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_rows_of_items_that_are_not_together_are_refused(rng):
    bars = BarcodeBatch(torch.zeros(2), torch.ones(2), torch.tensor([1, 0]), 2, 0)
    measure = SignedMeasureBatch(torch.zeros(2, 1), torch.ones(2), torch.tensor([0, 3]), 2, 0)
    with pytest.raises(ValueError, match=r"items of bars must not decrease, and lie in 0\.\.1"):
        PersLay(BarGaussian(2))(bars)
    with pytest.raises(ValueError, match=r"items of measures must not decrease, and lie in 0\.\.1"):
        MeasureConvolution([[0.0]], bandwidth=1.0)(measure)


def test_bad_measures_are_named(rng):
    layer = MeasureConvolution([[0.0]], bandwidth=1.0, dtype=DOUBLE)
    with pytest.raises(TypeError, match="measures must be a SignedMeasureBatch, got list"):
        layer([])
    with pytest.raises(ValueError, match=r"measures must live on R\^1, got R\^2"):
        layer(measure_batch(*measures(rng, 2)))
    with pytest.raises(ValueError, match=r"points of measures must be finite, got .*\[1, 0\] = nan"):
        layer(measure_batch([np.array([[0.0], [np.nan]])], [np.ones(2)]))
