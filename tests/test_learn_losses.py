"""Losses of barcodes and of signed measures against the distances of numpy, POT, and finite differences."""

import numpy as np
import pytest

import tdainv

torch = pytest.importorskip("torch")

from tdainv.learn import (  # noqa: E402
    BarcodeBatch,
    SignedMeasureBatch,
    bottleneck_loss,
    connectivity_loss,
    sliced_wasserstein_loss,
    total_persistence,
    wasserstein_loss,
)

DOUBLE = torch.float64
inf = np.inf


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def diagrams(rng, sizes, n_essential=0):
    result = []
    for size in sizes:
        births = rng.uniform(0, 2, size)
        deaths = births + rng.uniform(0.1, 2, size)
        deaths[:n_essential] = inf
        result.append(np.column_stack([births, deaths]))
    return result


def batch_of(items, dtype=DOUBLE, degree=1, requires_grad=False):
    rows = torch.tensor(np.concatenate(items).reshape(-1, 2), dtype=dtype)
    births, deaths = (rows[:, k].clone().requires_grad_(requires_grad) for k in (0, 1))
    owners = torch.tensor(np.repeat(np.arange(len(items)), [len(item) for item in items]))
    return BarcodeBatch(births, deaths, owners, len(items), degree)


def moved(bars):
    """A function of births and deaths that makes the batch again, and values to start from."""

    def make(births, deaths):
        return BarcodeBatch(births, deaths, bars.items, bars.n_items, bars.degree)

    return make, (bars.births.clone().requires_grad_(), bars.deaths.clone().requires_grad_())


# --- total persistence, connectivity


@pytest.mark.parametrize("skip", [0, 2, 9])
@pytest.mark.parametrize(("power", "middle_power"), [(1.0, 0.0), (2.0, 1.0), (0.5, 1.5)])
def test_total_persistence_is_the_sum_over_the_shorter_bars(rng, power, middle_power, skip):
    items = diagrams(rng, (5, 0, 1, 4))
    bars = batch_of(items)
    found = total_persistence(bars, power=power, middle_power=middle_power, skip=skip, reduction="none")
    for item, value in zip(items, found.tolist(), strict=True):
        shorter = sorted(item.tolist(), key=lambda bar: bar[0] - bar[1])[skip:]
        assert value == pytest.approx(sum((d - b) ** power * ((b + d) / 2) ** middle_power for b, d in shorter))
    make, values = moved(bars)
    assert torch.autograd.gradcheck(
        lambda b, d: total_persistence(make(b, d), power=power, middle_power=middle_power, skip=skip), values
    )


def test_essential_bars_and_bars_of_length_0_have_no_gradient():
    bars = batch_of([np.array([[0.0, inf], [1.0, 1.0], [-3.0, -3.0], [0.0, 4.0]])], requires_grad=True)
    total_persistence(bars, power=0.5, middle_power=0.5).backward()
    assert bars.deaths.grad[:3].tolist() == [0.0, 0.0, 0.0]
    assert bars.deaths.grad[3] == pytest.approx(0.25 * 2**0.5 + 2 * 0.25 / 2**0.5)
    assert total_persistence(bars.capped(3.0)).item() == pytest.approx(total_persistence(bars, essential=3.0).item())


def test_connectivity_counts_finite_deaths(rng):
    items = [np.column_stack([np.zeros(4), [1.0, 2.5, 0.5, inf]]), np.array([[0.0, inf]])]
    bars = batch_of(items, degree=0, requires_grad=True)
    loss = connectivity_loss(bars, 2.0, reduction="none")
    assert loss.tolist() == [3.0, 0.0]
    loss.sum().backward()
    assert bars.deaths.grad.tolist() == [-1.0, 1.0, -1.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="bars must be of degree 0, got degree 1"):
        connectivity_loss(batch_of(items), 2.0)


def test_connectivity_agrees_with_single_linkage(rng):
    points = rng.normal(size=(12, 2))
    deaths = tdainv.barcode(tdainv.rips(points), degree=0).deaths
    bars = batch_of([np.column_stack([np.zeros(12), deaths])], degree=0)
    from scipy.cluster.hierarchy import linkage

    assert connectivity_loss(bars, 0.7).item() == pytest.approx(np.abs(linkage(points)[:, 2] - 0.7).sum())


@pytest.mark.parametrize("loss", [total_persistence, lambda bars, **more: connectivity_loss(bars, 1.0, **more)])
def test_reductions(loss):
    bars = batch_of([np.array([[0.0, 3.0]]), np.array([[0.0, 1.5]])], degree=0)
    each = loss(bars, reduction="none")
    assert loss(bars) == each.mean()
    assert loss(bars, reduction="sum") == each.sum()
    with pytest.raises(ValueError, match="reduction must be one of"):
        loss(bars, reduction="max")


# --- bottleneck and Wasserstein


@pytest.mark.parametrize("n_essential", [0, 2])
def test_bottleneck_losses_are_the_distances(rng, n_essential):
    sizes = [(5, 7), (3, 2), (9, 9), (2, 6), (2, 2)]
    first = diagrams(rng, [a for a, _ in sizes], n_essential)
    second = diagrams(rng, [b for _, b in sizes], n_essential)
    found = bottleneck_loss(batch_of(first), batch_of(second), reduction="none")
    expected = [tdainv.bottleneck_distance(a, b) for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)


def test_bottleneck_losses_with_many_ties_are_the_distances(rng):
    for _ in range(60):
        first, second = (
            np.column_stack([births, births + rng.integers(1, 4, len(births))])
            for births in (rng.integers(0, 4, rng.integers(0, 7)) for _ in range(2))
        )
        found = bottleneck_loss(batch_of([first.astype(float)]), second)
        assert found.item() == tdainv.bottleneck_distance(first, second)


@pytest.mark.parametrize("order", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("internal", [1.0, 2.0, inf])
def test_wasserstein_losses_are_the_distances(rng, order, internal):
    first, second = (diagrams(rng, sizes, 1) for sizes in ((5, 3, 8, 1), (7, 1, 8, 4)))
    found = wasserstein_loss(batch_of(first), batch_of(second), order=order, internal=internal, reduction="none")
    pairs = zip(first, second, strict=True)
    expected = [tdainv.wasserstein_distance(a, b, order=order, internal=internal) for a, b in pairs]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
    powers = wasserstein_loss(
        batch_of(first), batch_of(second), order=order, internal=internal, root=False, reduction="none"
    )
    np.testing.assert_allclose(powers.numpy(), np.power(expected, order), rtol=1e-12)


def test_wasserstein_losses_agree_with_optimal_transport(rng):
    ot = pytest.importorskip("ot")
    first, second = diagrams(rng, (6, 4))
    own = [np.repeat(bars.mean(axis=1, keepdims=True), 2, axis=1) for bars in (first, second)]
    costs = np.linalg.norm(np.concatenate([first, own[1]])[:, None] - np.concatenate([second, own[0]]), axis=2) ** 2
    costs[6:, 4:] = 0.0
    masses = np.ones(10)
    expected = ot.emd2(masses, masses, costs)
    found = wasserstein_loss(batch_of([first]), second, order=2, internal=2, root=False)
    assert found.item() == pytest.approx(expected)


LOSSES = [
    (bottleneck_loss, {}),
    (wasserstein_loss, {"order": 1.0}),
    (wasserstein_loss, {"order": 2.0, "internal": 2.0}),
    (wasserstein_loss, {"order": 3.0, "internal": 1.0}),
    (wasserstein_loss, {"order": 2.0, "root": False}),
]


@pytest.mark.parametrize(("loss", "parameters"), LOSSES)
def test_gradients_of_matchings_are_those_of_finite_differences(rng, loss, parameters):
    bars, target = batch_of(diagrams(rng, (4, 0, 3))), batch_of(diagrams(rng, (3, 2, 4)))
    make, values = moved(bars)
    assert torch.autograd.gradcheck(lambda b, d: loss(make(b, d), target, reduction="none", **parameters), values)
    make_target, starts = moved(target)
    assert torch.autograd.gradcheck(lambda b, d: loss(bars, make_target(b, d), reduction="none", **parameters), starts)


@pytest.mark.parametrize(("loss", "parameters"), LOSSES)
def test_equal_barcodes_have_loss_0_and_finite_gradients(rng, loss, parameters):
    bars = batch_of(diagrams(rng, (4,)), requires_grad=True)
    value = loss(bars, bars.diagram.detach(), **parameters)
    value.backward()
    assert value == 0
    assert not bars.deaths.grad.any()


def test_total_persistence_of_no_bars_is_0():
    bars = batch_of([np.zeros((0, 2))] * 2, requires_grad=True)
    loss = total_persistence(bars, skip=1)
    loss.backward()
    assert loss == 0


@pytest.mark.parametrize(("loss", "parameters"), LOSSES)
def test_empty_barcodes_have_loss_0_and_a_graph(loss, parameters):
    bars = batch_of([np.zeros((0, 2))] * 2, requires_grad=True)
    value = loss(bars, np.zeros((0, 2)), **parameters)
    value.backward()
    assert value == 0
    assert bars.deaths.grad.shape == (0,)


@pytest.mark.parametrize("loss", [bottleneck_loss, wasserstein_loss])
def test_descent_reaches_the_target(rng, loss):
    target = np.array([[0.0, 3.0], [1.0, 2.0]])
    near = np.array([[0.2, 2.7], [0.9, 2.2], [0.5, 0.7]])
    bars = batch_of([near], requires_grad=True)
    optimiser = torch.optim.SGD([bars.births, bars.deaths], lr=0.01)
    start = loss(bars, target).item()
    for _ in range(80):
        optimiser.zero_grad()
        loss(bars, target).backward()
        optimiser.step()
        with torch.no_grad():
            bars.deaths.copy_(torch.maximum(bars.births, bars.deaths))
    assert loss(bars, target).item() < 0.2 * start


def test_bars_of_the_target_that_are_left_over_give_no_gradient(rng):
    bars = batch_of([np.array([[0.0, 1.0]])], requires_grad=True)
    value = bottleneck_loss(bars, [[0.0, 1.1], [5.0, 7.0]])
    value.backward()
    assert value == 1
    assert not bars.births.grad.any()
    assert not bars.deaths.grad.any()


@pytest.mark.parametrize("loss", [bottleneck_loss, wasserstein_loss])
def test_targets_are_barcodes_arrays_tensors_or_batches(rng, loss):
    bars = batch_of(diagrams(rng, (3, 4)))
    target = diagrams(rng, (2,))[0]
    expected = loss(bars, target, reduction="none")
    for same in (tdainv.Barcode(*target.T, degree=1), torch.tensor(target), batch_of([target]), batch_of([target] * 2)):
        torch.testing.assert_close(loss(bars, same, reduction="none"), expected)
    single = BarcodeBatch(bars.births.float(), bars.deaths.float(), bars.items, 2, 1)
    assert loss(single, target).dtype == torch.float32


@pytest.mark.parametrize("loss", [bottleneck_loss, wasserstein_loss])
def test_bad_targets_are_named(rng, loss):
    bars = batch_of(diagrams(rng, (3, 4), n_essential=1))
    with pytest.raises(ValueError, match="item 0 must have as many essential bars as its target, 0, got 1"):
        loss(bars, [[0.0, 1.0]])
    with pytest.raises(ValueError, match="second must have degree 1 as first has, got 0"):
        loss(bars, tdainv.Barcode([0.0], [1.0], degree=0))
    with pytest.raises(ValueError, match="second must have 1 item, or 2 as first has, got 3"):
        loss(bars, batch_of(diagrams(rng, (1, 1, 1))))
    with pytest.raises(TypeError, match=r"second must be torch.float64 as first is, got torch.float32"):
        loss(bars, batch_of(diagrams(rng, (1,)), torch.float32))
    with pytest.raises(TypeError, match="bars must be a BarcodeBatch, got list"):
        loss([], bars)
    with pytest.raises(ValueError, match="target"):
        loss(bars, [[2.0, 1.0]])


def test_exponents_below_1_are_refused(rng):
    bars = batch_of(diagrams(rng, (3,)))
    with pytest.raises(ValueError, match=r"order must be a number of at least 1, got order=0\.5"):
        wasserstein_loss(bars, bars, order=0.5)
    with pytest.raises(ValueError, match="order must be finite"):
        wasserstein_loss(bars, bars, order=inf)


def test_costs_of_very_different_sizes_are_matched_as_the_distance_does():
    first, second = np.array([[0.0, 1e200], [0.0, 1e-3]]), np.array([[0.0, 1e200], [0.0, 2e-3]])
    found = wasserstein_loss(batch_of([first]), second, order=3.0)
    assert found.item() == pytest.approx(tdainv.wasserstein_distance(first, second, order=3.0))


# --- sliced Wasserstein


def measures(rng, p, sizes):
    """Measures of mass 1."""
    result = []
    for size in sizes:
        weights = rng.choice([-2.0, -1.0, 1.0, 3.0], size)
        result.append((rng.normal(size=(size, p)), np.append(weights[1:], 1 - weights[1:].sum())))
    return result


def measure_batch(items, dtype=DOUBLE):
    rows = torch.tensor(np.concatenate([points for points, _ in items]), dtype=dtype)
    owners = torch.tensor(np.repeat(np.arange(len(items)), [len(points) for points, _ in items]))
    weights = torch.tensor(np.concatenate([weights for _, weights in items]), dtype=dtype)
    return SignedMeasureBatch(rows, weights, owners, len(items), 0)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_sliced_losses_of_measures_are_the_distances(rng, p):
    first, second = measures(rng, p, (4, 1, 6)), measures(rng, p, (5, 2, 1))
    found = sliced_wasserstein_loss(measure_batch(first), measure_batch(second), random_state=3, reduction="none")
    expected = [
        tdainv.sliced_wasserstein_distance(tdainv.SignedMeasure(*a), tdainv.SignedMeasure(*b), random_state=3)
        for a, b in zip(first, second, strict=True)
    ]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-14)


def test_missing_mass_goes_to_the_point_of_balance(rng):
    first = [(points, rng.choice([-1.0, 2.0], len(points))) for points, _ in measures(rng, 2, (4, 3))]
    second = measures(rng, 2, (5,))
    batches = measure_batch(first), measure_batch(second)
    found = sliced_wasserstein_loss(*batches, balance=[1.0, -1.0], reduction="none")
    expected = [
        tdainv.sliced_wasserstein_distance(
            tdainv.SignedMeasure(*item), tdainv.SignedMeasure(*second[0]), balance=[1.0, -1.0]
        )
        for item in first
    ]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
    with pytest.raises(ValueError, match=r"item 0 of second must have the mass .* Give balance"):
        sliced_wasserstein_loss(*batches)
    with pytest.raises(ValueError, match=r"balance must be .* a point of R\^2"):
        sliced_wasserstein_loss(*batches, balance=[1.0])


@pytest.mark.parametrize("essential", ["drop", 6.0])
def test_sliced_losses_of_barcodes_are_the_distances(rng, essential):
    first, second = diagrams(rng, (4, 1, 0), 1), diagrams(rng, (5, 0, 2), 1)
    found = sliced_wasserstein_loss(batch_of(first), batch_of(second), essential=essential, reduction="none")
    expected = [
        tdainv.sliced_wasserstein_distance(
            tdainv.Barcode(*a.T, degree=1), tdainv.Barcode(*b.T, degree=1), essential=essential
        )
        for a, b in zip(first, second, strict=True)
    ]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-15)
    with pytest.raises(ValueError, match=r"item 0 has 1 essential bar of degree 1"):
        sliced_wasserstein_loss(batch_of(first), batch_of(second))


def test_gradients_of_sliced_losses_are_those_of_finite_differences(rng):
    first, second = measure_batch(measures(rng, 2, (3, 2))), measure_batch(measures(rng, 2, (2, 4)))

    def loss(points, others):
        batches = (
            SignedMeasureBatch(points, first.weights, first.items, 2, 0),
            SignedMeasureBatch(others, second.weights, second.items, 2, 0),
        )
        return sliced_wasserstein_loss(*batches, n_directions=4, reduction="none")

    starts = (first.points.clone().requires_grad_(), second.points.clone().requires_grad_())
    assert torch.autograd.gradcheck(loss, starts)
    bars, target = batch_of(diagrams(rng, (3, 0))), batch_of(diagrams(rng, (2,)))
    make, values = moved(bars)
    assert torch.autograd.gradcheck(lambda b, d: sliced_wasserstein_loss(make(b, d), target, n_directions=4), values)


def test_sliced_losses_do_not_depend_on_the_other_items(rng):
    items = measures(rng, 2, (40, 30, 20))
    first, second = items, items[::-1]
    together = sliced_wasserstein_loss(measure_batch(first), measure_batch(second), reduction="none")
    for a, b, value in zip(first, second, together, strict=True):
        assert sliced_wasserstein_loss(measure_batch([a]), measure_batch([b])).item() == pytest.approx(value.item())
    assert together[1] == 0


def test_empty_measures_have_loss_0_and_a_graph():
    points = torch.zeros(0, 2, requires_grad=True)
    empty = SignedMeasureBatch(points, torch.zeros(0), torch.zeros(0, dtype=torch.int64), 2, 0)
    loss = sliced_wasserstein_loss(empty, empty)
    loss.backward()
    assert loss == 0
    assert points.grad.shape == (0, 2)


def test_bad_batches_are_named(rng):
    measure, bars = measure_batch(measures(rng, 2, (2,))), batch_of(diagrams(rng, (2,)))
    with pytest.raises(TypeError, match="second must be a SignedMeasureBatch as first is, got BarcodeBatch"):
        sliced_wasserstein_loss(measure, bars)
    with pytest.raises(TypeError, match="first must be a SignedMeasureBatch or a BarcodeBatch, got list"):
        sliced_wasserstein_loss([], bars)
    with pytest.raises(ValueError, match=r"second must live on R\^2 as first does, got R\^3"):
        sliced_wasserstein_loss(measure, measure_batch(measures(rng, 3, (2,))))
    with pytest.raises(TypeError, match=r"second must be torch.float64 as first is"):
        sliced_wasserstein_loss(measure, measure_batch(measures(rng, 2, (2,)), torch.float32))
    with pytest.raises(ValueError, match="second must have 1 item, or 2 as first has, got 3"):
        sliced_wasserstein_loss(measure_batch(measures(rng, 2, (1, 1))), measure_batch(measures(rng, 2, (1, 1, 1))))
