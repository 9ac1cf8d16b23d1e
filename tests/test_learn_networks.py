"""Networks on points and on distances: invariance, masks, gradients, and the formulas that they state."""

import copy

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tdainv.learn import (  # noqa: E402
    AttentionWeightNetwork,
    DeepSets,
    DistanceMatrixDeepSets,
    FrameAveraging,
    PointMLP,
    PointNet,
    WeightNetwork,
    invariant_coordinates,
)
from tdainv.learn.blocks import Perceptron, WeightedBatchNorm  # noqa: E402

DOUBLE = torch.float64
SMALL = {"pair_widths": (8, 16), "dropout": 0.0}


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def cloud(b=3, n=7, dim=3, seed=0):
    return torch.randn(b, n, dim, dtype=DOUBLE, generator=generator(seed))


def distances_of(points):
    return torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")


def orthogonal(dim, determinant, seed=1):
    q, _ = torch.linalg.qr(torch.randn(dim, dim, dtype=DOUBLE, generator=generator(seed)))
    if torch.linalg.det(q) * determinant < 0:
        q[:, 0] *= -1
    return q


def padded(values, extra, fill=torch.nan):
    """Points or distances with padding at the end, and the mask."""
    b, n = values.shape[:2]
    if values.shape[1] == values.shape[2]:
        more = values.new_full((b, n + extra, n + extra), fill)
        more[:, :n, :n] = values
    else:
        more = torch.cat([values, values.new_full((b, extra, values.shape[2]), fill)], dim=1)
    mask = torch.zeros(b, n + extra, dtype=torch.bool)
    mask[:, :n] = True
    return more, mask


def distance_network(name, **more):
    more = {**SMALL, "generator": generator(), **more}
    if name == "cloud":
        return DistanceMatrixDeepSets(row_widths=(16,), cloud_widths=(8,), **more)
    if name == "weights":
        return WeightNetwork(row_widths=(16,), cloud_widths=(8,), point_widths=(8,), weight_widths=(16,), **more)
    return AttentionWeightNetwork(n_features=8, n_heads=2, n_layers=2, feedforward_width=16, point_widths=(8,), **more)


def point_network(name, dim=3, **more):
    more = {"generator": generator(), **more}
    if name.startswith("deep_sets"):
        return DeepSets(dim, 5, pooling="max", **more) if name.endswith("max") else DeepSets(dim, **more)
    more = {"cloud_widths": (8,), "dropout": 0.0, **more}
    if name == "point_net":
        return PointNet(dim, 5, point_widths=(8, 16), **more)
    return PointMLP(dim, 5, n_neighbors=4, width=8, stage_widths=(8, 16), **more)


def network_of(name, **more):
    return (distance_network if name in DISTANCE else point_network)(name, **more)


def case(name, train=True, **more):
    network = network_of(name, **more).double().train(train)
    for part in network.modules():
        if isinstance(part, torch.nn.Linear):  # zero outputs of a ReLU would hide differences
            part.bias.data += 0.1
    return network


DISTANCE = ["cloud", "weights", "attention"]
POINTS = ["deep_sets", "deep_sets_max", "point_net", "point_mlp"]


# --- distances


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("pooling", ["sum", "mean"])
@pytest.mark.parametrize("name", DISTANCE)
def test_isometries_change_nothing_and_permutations_move_the_weights(name, pooling, train):
    network = case(name, train, pooling=pooling)
    points = cloud()
    expected = network(distances_of(points))
    order = torch.randperm(7, generator=generator())
    for matrix in (orthogonal(3, 1), orthogonal(3, -1)):
        moved = points[:, order] @ matrix + 5
        found = network(distances_of(moved))
        torch.testing.assert_close(found, expected if name == "cloud" else expected[:, order], rtol=1e-9, atol=1e-9)
    assert expected.std() > 1e-6


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("pooling", ["sum", "mean"])
@pytest.mark.parametrize("normalization", ["batch", "layer", None])
@pytest.mark.parametrize("name", DISTANCE)
def test_padding_of_distances_does_not_count(name, normalization, pooling, train):
    network = case(name, train, pooling=pooling, normalization=normalization)
    distances = distances_of(cloud()).requires_grad_()
    expected = copy.deepcopy(network)(distances)
    with_padding, mask = padded(distances, 3)
    found = network(with_padding, mask)
    if name != "cloud":
        assert not found[:, 7:].any()
        found = found[:, :7]
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    (gradient,) = torch.autograd.grad(found.square().sum(), distances)
    assert torch.isfinite(gradient).all()
    torch.testing.assert_close(gradient, torch.autograd.grad(expected.square().sum(), distances)[0])


@pytest.mark.parametrize("name", DISTANCE)
def test_clouds_of_different_sizes_are_as_alone(name):
    network = case(name, train=False, pooling="mean")
    small, large = distances_of(cloud(1, 4)), distances_of(cloud(1, 7, seed=1))
    both = torch.full((2, 7, 7), torch.inf, dtype=DOUBLE)
    both[0, :4, :4], both[1] = small[0], large[0]
    mask = torch.arange(7) < torch.tensor([[4], [7]])
    found = network(both, mask)
    torch.testing.assert_close(found[1], network(large)[0])
    torch.testing.assert_close(found[0] if name == "cloud" else found[0, :4], network(small)[0])


def test_deep_sets_of_distance_matrices_are_the_formula():
    network = case("cloud", normalization=None)
    distances = distances_of(cloud(2, 5))
    phi, sigma, rho = network.pairs.perceptron, network.rows, network.cloud
    expected = [
        rho(sum(sigma(sum(phi(d.reshape(1)) for d in row)) for row in matrix - torch.diag(matrix.diagonal())))
        for matrix in distances
    ]
    torch.testing.assert_close(network(distances), torch.stack(expected))


def test_weights_are_the_formula():
    network = case("weights", normalization=None, output="softplus")
    matrix = distances_of(cloud(1, 5))
    h = network.cloud(matrix)[0]
    expected = []
    for row in matrix[0]:
        g = network.point(sum(network.pairs.perceptron(d.reshape(1)) for d in row))
        expected.append(torch.log1p(torch.exp(network.last(network.weight(torch.cat([h, g]))))))
    torch.testing.assert_close(network(matrix)[0], torch.cat(expected))


def test_batch_normalisation_counts_all_entries_of_the_matrices():
    pairs = case("cloud").pairs
    dense = copy.deepcopy(pairs.perceptron)
    distances = distances_of(cloud(2, 5))
    from tdainv.learn.pairs import pairs_of

    found = pairs(pairs_of(distances, None, pairs))
    torch.testing.assert_close(found, dense(distances.unsqueeze(-1)).sum(dim=2))
    for norm, other in zip(pairs.perceptron.norms, dense.norms, strict=True):
        torch.testing.assert_close(norm.running_mean, other.running_mean)
        torch.testing.assert_close(norm.running_variance, other.running_variance)


@pytest.mark.parametrize("name", DISTANCE)
@pytest.mark.parametrize("train", [True, False])
def test_one_cloud_and_one_point(name, train):
    network = case(name, train)
    before = copy.deepcopy(network.state_dict())
    for n in (1, 4):
        distances = distances_of(cloud(1, n)).requires_grad_()
        values = network(distances)
        values.sum().backward()
        assert torch.isfinite(values).all()
        assert distances.grad is None or torch.isfinite(distances.grad).all()
        assert all(p.grad is None or torch.isfinite(p.grad).all() for p in network.parameters())
        if n == 1:  # there is no variance to be learned
            assert all(torch.equal(values, before[key]) for key, values in network.state_dict().items())


@pytest.mark.parametrize("name", DISTANCE)
def test_gradients_of_networks_on_distances_are_those_of_finite_differences(name):
    network = case(name)
    network = network.train(False)
    points = cloud(2, 4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: network(distances_of(x)), (points,), atol=1e-4)


def test_small_initial_weights():
    network = WeightNetwork(initial_scale=1e-4, generator=generator()).double()
    weights = network(distances_of(cloud()))
    assert 0 < weights.max() < 0.1
    assert WeightNetwork(output="softplus", initial_scale=1e-4)(distances_of(cloud()).float()).min() > 0.6


# --- clouds


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", POINTS)
def test_the_order_of_points_does_not_matter(name, train):
    network = case(name, train)
    points = cloud(4, 9)
    order = torch.randperm(9, generator=generator())
    expected = network(points)
    torch.testing.assert_close(network(points[:, order]), expected, rtol=1e-9, atol=1e-9)
    assert network.feature(points).shape == (4, 16)
    assert expected.std() > 1e-6


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("normalization", ["batch", "layer", None])
@pytest.mark.parametrize("name", POINTS)
def test_padding_of_points_does_not_count(name, normalization, train):
    network = case(name, train, normalization=normalization)
    points = cloud(3, 6).requires_grad_()
    expected = copy.deepcopy(network)(points)
    found = network(*padded(points, 2))
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    (gradient,) = torch.autograd.grad(found.square().sum(), points)
    torch.testing.assert_close(gradient, torch.autograd.grad(expected.square().sum(), points)[0])


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", POINTS)
def test_one_cloud_of_one_point_and_equal_points(name, train):
    network = case(name, train)
    for points in (cloud(1, 1), torch.ones(1, 5, 3, dtype=DOUBLE)):
        points = points.requires_grad_()
        values = network(points)
        values.sum().backward()
        assert torch.isfinite(values).all()
        assert torch.isfinite(points.grad).all()
        assert all(p.grad is None or torch.isfinite(p.grad).all() for p in network.parameters())


def test_the_head_is_a_linear_layer_on_the_feature():
    for name in POINTS:
        network = point_network(name).eval()
        points = cloud().float()
        feature = network.feature(points)
        torch.testing.assert_close(network(points), feature if network.head is None else network.head(feature))


def test_the_alignment_of_point_nets_is_the_identity_at_first():
    network = case("point_net", train=False)
    for values in network.alignment.matrix.parameters():
        values.data.zero_()
    aligned = network(cloud())
    network.alignment = None
    torch.testing.assert_close(network(cloud()), aligned)


def test_point_mlps_see_the_nearest_neighbours():
    from tdainv.learn.point_mlp import nearest

    points = cloud(2, 8)
    near = nearest(points, None, 3)
    expected = np.argsort(distances_of(points).numpy(), axis=2)[:, :, :3]
    np.testing.assert_array_equal(near.places.numpy(), expected)
    more, mask = padded(points, 2, fill=0.0)
    near = nearest(more, mask, 9)
    assert near.present.sum(dim=2)[:, :8].eq(8).all()
    assert not near.present[:, 8:].any()


# --- frames


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize(
    ("reflections", "translations", "determinant", "shift"),
    [
        (True, True, -1, 3.0),
        (True, True, 1, 3.0),
        (False, True, 1, 3.0),
        (True, False, -1, 0.0),
        (False, False, 1, 0.0),
    ],
)
def test_frames_make_networks_invariant(name, reflections, translations, determinant, shift):
    backbone = case(name)
    network = FrameAveraging(backbone, 3, reflections=reflections, translations=translations)
    points = cloud(3, 6)
    moved = points @ orthogonal(3, determinant) + shift
    expected = network(points)
    torch.testing.assert_close(network(moved), expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(network(*padded(moved, 2)), expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(network.feature(moved), network.feature(points), rtol=1e-9, atol=1e-9)


def test_what_frames_do_not_average_over_is_seen():
    points = cloud(1, 6)
    mirrored = points * torch.tensor([-1.0, 1.0, 1.0], dtype=DOUBLE)
    backbone = case("deep_sets", train=False)
    rotations = FrameAveraging(backbone, 3, reflections=False)
    assert not torch.allclose(rotations(mirrored), rotations(points), atol=1e-6)
    fixed = FrameAveraging(backbone, 3, translations=False)
    assert not torch.allclose(fixed(points + 1), fixed(points), atol=1e-6)
    assert not torch.allclose(backbone(points @ orthogonal(3, 1)), backbone(points), atol=1e-6)


@pytest.mark.parametrize("dim", [1, 2, 4])
def test_frames_in_other_dimensions(dim):
    network = FrameAveraging(DeepSets(dim, generator=generator()).double().eval(), dim)
    points = cloud(2, 6, dim)
    assert len(network.signs) == 2**dim
    torch.testing.assert_close(network(points @ orthogonal(dim, -1) + 2), network(points), rtol=1e-9, atol=1e-9)


def test_few_points_have_frames_too():
    network = FrameAveraging(case("deep_sets", train=False), 3)
    for n in (1, 2, 3):
        points = cloud(2, n)
        torch.testing.assert_close(network(points @ orthogonal(3, -1) + 2), network(points), rtol=1e-9, atol=1e-9)


def test_gradients_through_frames_are_exact_if_frames_are_not_detached():
    backbone = DeepSets(2, normalization=None, generator=generator()).double()
    network = FrameAveraging(backbone, 2, detach_frames=False)
    points = cloud(1, 4, 2).requires_grad_()
    assert torch.autograd.gradcheck(network, (points,), atol=1e-5)
    (exact,) = torch.autograd.grad(network(points).sum(), points)
    turn = exact[0, :, 1] @ points.detach()[0, :, 0] - exact[0, :, 0] @ points.detach()[0, :, 1]
    assert abs(turn) < 1e-9 * exact.abs().max()  # turning the cloud changes nothing
    network.detach_frames = True
    (simple,) = torch.autograd.grad(network(points).sum(), points)
    assert torch.isfinite(simple).all()


# --- coordinates


@pytest.mark.parametrize("dim", [2, 3, 5])
def test_coordinates_have_the_distances_and_are_invariant(dim):
    points = cloud(3, 8)
    coordinates = invariant_coordinates(distances_of(points), dim)
    moved = points @ orthogonal(3, -1) + 3
    torch.testing.assert_close(invariant_coordinates(distances_of(moved), dim), coordinates, rtol=1e-6, atol=1e-6)
    order = torch.randperm(8, generator=generator())
    found = invariant_coordinates(distances_of(points[:, order]), dim)
    torch.testing.assert_close(found[..., :3], coordinates[:, order, :3], rtol=1e-9, atol=1e-9)
    if dim >= 3:
        torch.testing.assert_close(distances_of(coordinates), distances_of(points), rtol=1e-7, atol=1e-7)
    else:
        centred = points - points.mean(dim=1, keepdim=True)
        expected = torch.linalg.svdvals(centred)[:, :dim]
        torch.testing.assert_close(torch.linalg.svdvals(coordinates), expected)


def test_coordinates_of_padded_and_of_few_points():
    distances = distances_of(cloud(2, 6))
    expected = invariant_coordinates(distances, 3)
    found = invariant_coordinates(padded(distances, 2)[0], 3, padded(distances, 2)[1])
    torch.testing.assert_close(found[:, :6], expected, rtol=1e-7, atol=1e-7)
    assert not found[:, 6:].any()
    assert not invariant_coordinates(torch.zeros(2, 1, 1), 3).any()
    assert invariant_coordinates(torch.zeros(2, 1, 1), 3).shape == (2, 1, 3)


def test_coordinates_of_any_dissimilarity_are_finite():
    values = torch.rand(2, 6, 6, generator=generator())
    assert torch.isfinite(invariant_coordinates(values + values.mT, 4)).all()


# --- blocks


def test_weighted_batch_norm_is_batch_norm_of_repeated_rows():
    rows = torch.randn(6, 4, dtype=DOUBLE, generator=generator())
    counts = torch.tensor([2, 0, 1, 3, 1, 0])
    norm, reference = WeightedBatchNorm(4, momentum=0.3).double(), torch.nn.BatchNorm1d(4, momentum=0.3).double()
    expected = reference(rows.repeat_interleave(counts, dim=0))
    found = norm(rows, counts)
    torch.testing.assert_close(found.repeat_interleave(counts, dim=0), expected)
    torch.testing.assert_close(norm.running_mean, reference.running_mean)
    torch.testing.assert_close(norm.running_variance, reference.running_var)
    torch.testing.assert_close(norm.eval()(rows), reference.eval()(rows))
    torch.testing.assert_close(WeightedBatchNorm(4).double()(rows), torch.nn.BatchNorm1d(4).double()(rows))


def test_gradients_of_weighted_batch_norm_are_those_of_finite_differences():
    norm = WeightedBatchNorm(3).double()
    rows = torch.randn(5, 3, dtype=DOUBLE, generator=generator(), requires_grad=True)
    counts = torch.tensor([2.0, 0.0, 1.0, 1.0, 2.0], dtype=DOUBLE)
    own = tuple(values.detach().clone().requires_grad_() for values in (norm.weight, norm.bias))

    def output(x, weight, bias):
        return torch.func.functional_call(norm, {"weight": weight, "bias": bias}, (x, counts))

    assert torch.autograd.gradcheck(output, (rows, *own))
    lone = rows[:1].detach().requires_grad_()
    assert torch.autograd.gradcheck(norm, (lone,))


def test_perceptrons_drop_between_layers_only_in_training_mode():
    network = Perceptron((2, 50, 50), normalization=None, dropout=0.9)
    rows = torch.ones(4, 2)
    assert not torch.equal(network(rows), network(rows))
    assert torch.equal(network.eval()(rows), network(rows))


# --- all networks


def input_of(name, dtype=DOUBLE):
    return (distances_of(cloud()) if name in DISTANCE else cloud()).to(dtype)


@pytest.mark.parametrize("name", DISTANCE + POINTS)
def test_networks_start_from_a_seed_and_come_back_from_their_state(name):
    first, second = (network_of(name) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    first(input_of(name, torch.float32))
    second.reset_parameters(generator(5))
    assert not torch.equal(next(first.parameters()), next(second.parameters()))
    second.load_state_dict(first.state_dict())
    values = input_of(name, torch.float32)
    assert torch.equal(first.eval()(values), second.eval()(values))
    first.reset_parameters(generator(0))
    again = network_of(name).state_dict()
    assert all(torch.equal(values, again[key]) for key, values in first.state_dict().items())


@pytest.mark.parametrize("name", DISTANCE + POINTS)
def test_networks_in_single_precision_are_close_to_those_in_double(name):
    double = case(name, train=False)
    single = copy.deepcopy(double).float()(input_of(name, torch.float32))
    torch.testing.assert_close(single.double(), double(input_of(name)), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", ["weights", "attention", "point_mlp"])
@pytest.mark.filterwarnings("ignore")  # of the compiler itself
def test_compiled_networks_have_the_same_values_and_gradients(name):
    network = case(name)
    other = copy.deepcopy(network)
    values = input_of(name).requires_grad_()
    expected = network(values)
    (gradient,) = torch.autograd.grad(expected.square().sum(), values)
    torch.compiler.reset()
    found = torch.compile(other, backend="aot_eager", fullgraph=True)(values)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(torch.autograd.grad(found.square().sum(), values)[0], gradient)
    assert all(torch.allclose(a, b) for a, b in zip(network.buffers(), other.buffers(), strict=True))


@pytest.mark.parametrize("name", DISTANCE + POINTS)
def test_bad_input_is_named(name):
    network = case(name)
    what = "distances" if name in DISTANCE else "points"
    values = input_of(name)
    with pytest.raises(TypeError, match=f"{what} must be a tensor, got ndarray"):
        network(values.numpy())
    with pytest.raises(TypeError, match=rf"{what} must be torch\.float64 as \w+ is, got torch\.float32"):
        network(values.float())
    with pytest.raises(TypeError, match=f"{what} must hold floating point numbers"):
        network(values.long())
    with pytest.raises(ValueError, match=f"{what} must have shape"):
        network(values[0])
    with pytest.raises(
        ValueError, match=r"mask must be a bool tensor of shape \(3, 7\), true at points, got torch\.int64"
    ):
        network(values, torch.ones(3, 7, dtype=torch.int64))
    with pytest.raises(ValueError, match="mask must leave each item at least one point, item 1 has none"):
        network(values, torch.tensor([[True], [False], [True]]).expand(3, 7))
    with pytest.raises(ValueError, match=rf"{what} must be finite, got {what}\[0, 0, 1\] = nan"):
        network(torch.where(torch.arange(values.shape[2]) == 1, torch.nan, values))
    with pytest.raises(ValueError, match=rf"{what} must be on meta as \w+ is, got cpu"):
        network.to("meta")(values)


def test_asymmetric_distances_are_refused():
    values = distances_of(cloud())
    values[1, 2, 0] += 1
    with pytest.raises(
        ValueError, match=r"distances must be symmetric, got distances\[1, 0, 2\] = .* and distances\[1, 2, 0\]"
    ):
        WeightNetwork().double()(values)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: DistanceMatrixDeepSets(0), ValueError, "n_features must be an integer of at least 1"),
        (lambda: DistanceMatrixDeepSets(pooling="max"), ValueError, "pooling must be one of 'sum', 'mean'"),
        (lambda: DistanceMatrixDeepSets(pair_widths=()), ValueError, "pair_widths must not be empty"),
        (lambda: DistanceMatrixDeepSets(normalization="group"), ValueError, "normalization must be one of"),
        (lambda: DistanceMatrixDeepSets(dropout=1.0), ValueError, r"dropout must lie in \[0, 1\)"),
        (lambda: WeightNetwork(output="exp"), ValueError, "output must be one of"),
        (lambda: WeightNetwork(initial_scale=0), ValueError, "initial_scale must be a positive"),
        (lambda: WeightNetwork(weight_widths=(8, -1)), ValueError, "weight_widths must be an integer of at least 1"),
        (lambda: AttentionWeightNetwork(n_features=6, n_heads=4), ValueError, "n_features must be a multiple of"),
        (lambda: AttentionWeightNetwork(n_features=8, dropout=2.0), ValueError, r"dropout must lie in \[0, 1\)"),
        (lambda: DeepSets(0), ValueError, "dim must be an integer of at least 1"),
        (lambda: DeepSets(2, 0), ValueError, "n_outputs must be an integer of at least 1"),
        (lambda: DeepSets(2, point_widths=5), TypeError, "point_widths must be a sequence of integers"),
        (lambda: PointMLP(2, n_neighbors=0), ValueError, "n_neighbors must be an integer of at least 1"),
        (lambda: FrameAveraging(len, 2), TypeError, "backbone must be a Module, got builtin_function_or_method"),
        (lambda: FrameAveraging(DeepSets(2), 0), ValueError, "dim must be an integer of at least 1"),
        (lambda: FrameAveraging(torch.nn.Identity(), 2).feature(cloud(dim=2)), TypeError, "has no feature"),
        (lambda: FrameAveraging(DeepSets(2), 2)(cloud().float()), ValueError, "points must have 2 coordinates"),
        (lambda: invariant_coordinates(torch.zeros(2, 3), 1), ValueError, "distances must have shape"),
        (lambda: invariant_coordinates(torch.zeros(1, 3, 3), 0), ValueError, "dim must be an integer of at least 1"),
        (lambda: WeightedBatchNorm(0), ValueError, "n_features must be an integer of at least 1"),
    ],
)  # fmt: skip
def test_bad_parameters_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
