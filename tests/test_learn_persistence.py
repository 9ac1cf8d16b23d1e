"""Differentiable barcodes of Rips and weighted Rips filtrations."""

import numpy as np
import pytest

import tdainv

torch = pytest.importorskip("torch")

from tdainv.learn import Rips, WeightedRips, rips_barcode, weighted_rips_barcode  # noqa: E402


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def same_bars(batch, expected, dtype=torch.float64):
    """Whether a batch holds exactly the bars of barcodes, in their order."""
    for i, bars in enumerate(expected):
        np.testing.assert_array_equal(batch[i].detach().numpy(), torch.from_numpy(bars.diagram).to(dtype).numpy())
    assert len(batch) == len(expected)


def clouds_of(rng, sizes=(12, 30, 1, 2), dim=3):
    return [torch.from_numpy(rng.normal(size=(n, dim))) for n in sizes]


# --- values


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_rips_barcodes_are_those_of_the_core(rng, dtype):
    clouds = [cloud.to(dtype) for cloud in clouds_of(rng)]
    batches = rips_barcode(clouds, degrees=(0, 1, 2))
    for degree, batch in enumerate(batches):
        assert batch.degree == degree and batch.births.dtype == dtype
        same_bars(batch, [tdainv.barcode(tdainv.rips(cloud.numpy()), degree) for cloud in clouds], dtype)


@pytest.mark.parametrize("max_edge", [None, 1.5])
def test_matrices_give_the_bars_of_their_points(rng, max_edge):
    clouds = clouds_of(rng)
    matrices = [torch.from_numpy(tdainv.rips(cloud.numpy()).distances) for cloud in clouds]
    given = rips_barcode(matrices, (1, 0), metric="precomputed", max_edge=max_edge)
    for batch, other in zip(given, rips_barcode(clouds, (1, 0), max_edge=max_edge), strict=True):
        assert torch.equal(batch.diagram, other.diagram) and torch.equal(batch.items, other.items)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("scale", [0.1, 3.0])  # with 3, greater weights decide many edges
def test_weighted_rips_barcodes_are_those_of_the_core(rng, dtype, scale):
    clouds = clouds_of(rng)
    weights = [torch.from_numpy(rng.uniform(0, scale, len(cloud))).to(dtype) for cloud in clouds]
    matrices = [torch.from_numpy(tdainv.rips(cloud.numpy()).distances).to(dtype) for cloud in clouds]
    for degree, batch in enumerate(weighted_rips_barcode(matrices, weights, (0, 1, 2))):
        filtrations = [
            tdainv.weighted_rips(d.numpy(), w.numpy(), metric="precomputed")
            for d, w in zip(matrices, weights, strict=True)
        ]
        same_bars(batch, [tdainv.barcode(filtration, degree) for filtration in filtrations], dtype)


def test_weights_may_go_with_points(rng):
    points = torch.from_numpy(rng.normal(size=(3, 9, 2)))
    weights = torch.from_numpy(rng.uniform(size=(3, 9)))
    (batch,) = weighted_rips_barcode(points, weights, (1,), metric="euclidean")
    same_bars(batch, [tdainv.barcode(tdainv.weighted_rips(*pair), 1) for pair in zip(points, weights, strict=True)])


def test_points_that_are_never_joined_stay_apart():
    matrix = torch.tensor([[[0.0, 1.0, torch.inf], [1.0, 0.0, torch.inf], [torch.inf, torch.inf, 0.0]]])
    matrix.requires_grad_()
    (components,) = rips_barcode(matrix, (0,), metric="precomputed")
    assert components[0].tolist() == [[0.0, 1.0], [0.0, torch.inf], [0.0, torch.inf]]
    components.finite().persistence.sum().backward()
    assert matrix.grad[0].tolist() == [[0, 0.5, 0], [0.5, 0, 0], [0, 0, 0]]


def test_equal_distances_give_the_bars_of_the_core(rng):
    grid = np.stack(np.meshgrid(np.arange(5.0), np.arange(4.0)), axis=-1).reshape(-1, 2)
    far = np.where(rng.uniform(size=(20, 20)) < 0.3, np.inf, rng.integers(1, 5, size=(20, 20)).astype(float))
    far = np.triu(far, 1) + np.triu(far, 1).T
    matrices = [tdainv.rips(grid).distances, far]
    for cut in (None, 2.0):
        (loops,) = rips_barcode([torch.from_numpy(m) for m in matrices], (1,), metric="precomputed", max_edge=cut)
        same_bars(loops, [tdainv.barcode(tdainv.rips(m, metric="precomputed", max_edge=cut), 1) for m in matrices])
    assert len(loops.births) > 20


def test_distances_that_single_precision_does_not_tell_apart_are_sorted(rng):
    noise = np.triu(rng.uniform(size=(60, 60)) * 1e-9, 1)
    matrix = 1 + noise + noise.T - np.eye(60)
    (loops,) = rips_barcode(torch.from_numpy(matrix)[None], (1,), metric="precomputed")
    same_bars(loops, [tdainv.barcode(tdainv.rips(matrix, metric="precomputed"), 1)])
    assert len(loops.births) > 5


def test_a_batch_is_the_loop_over_its_items(rng):
    points = torch.from_numpy(rng.normal(size=(5, 20, 2)))
    whole = rips_barcode(points, n_jobs=2)
    for i in range(5):
        for batch, single in zip(whole, rips_barcode(points[i : i + 1]), strict=True):
            assert torch.equal(batch[i], single[0])
    assert whole[0].counts().tolist() == [20] * 5


def test_the_order_of_the_points_does_not_matter(rng):
    points = torch.from_numpy(rng.normal(size=(1, 40, 2)))
    order = torch.from_numpy(rng.permutation(40))
    for batch, other in zip(rips_barcode(points), rips_barcode(points[:, order]), strict=True):
        assert torch.equal(batch.diagram, other.diagram)


def test_a_single_point_is_one_component_and_no_loop():
    points = torch.zeros((2, 1, 3), requires_grad=True)
    components, loops, voids = rips_barcode(points, (0, 1, 2))
    assert components[1].tolist() == [[0.0, torch.inf]]
    assert len(loops.births) == len(voids.births) == 0 and loops.counts().tolist() == [0, 0]
    (loops.persistence.sum() + components.finite().persistence.sum()).backward()
    assert points.grad.abs().sum() == 0


# --- gradients


def test_gradients_of_rips_barcodes_are_right(rng):
    points = torch.from_numpy(rng.normal(size=(2, 14, 2))).requires_grad_()

    def function(x):
        batches = rips_barcode(x, (0, 1, 2))
        return tuple(each for batch in batches for each in (batch.births, batch.finite().deaths))

    assert len(function(points)[2]) > 0
    assert torch.autograd.gradcheck(function, points, eps=1e-7)


def test_gradients_of_voids_are_right(rng):
    sphere = rng.normal(size=(1, 14, 3))
    sphere /= np.linalg.norm(sphere, axis=2, keepdims=True)
    points = torch.from_numpy(sphere).requires_grad_()
    assert len(rips_barcode(points, (2,))[0].births) > 0
    assert torch.autograd.gradcheck(lambda x: rips_barcode(x, (2,))[0].diagram, points, eps=1e-7)


@pytest.mark.parametrize("scale", [0.2, 2.0])
def test_gradients_of_weighted_rips_barcodes_are_right(rng, scale):
    points = torch.from_numpy(rng.normal(size=(2, 14, 2))).requires_grad_()
    weights = torch.from_numpy(rng.uniform(0.1, scale, size=(2, 14))).requires_grad_()

    def function(x, w):
        components, loops = weighted_rips_barcode(distances_in_torch(x), w)
        return components.finite().diagram, loops.diagram

    assert torch.autograd.gradcheck(function, (points, weights), eps=1e-7)


def distances_in_torch(points):
    """Distances by torch alone, the diagonal without gradient."""
    n = points.shape[1]
    squares = (points[:, :, None] - points[:, None]).square().sum(-1)
    diagonal = torch.eye(n, dtype=torch.bool)
    return torch.where(diagonal, 0.0, torch.where(diagonal, 1.0, squares).sqrt())


def test_second_derivatives_are_right(rng):
    points = torch.from_numpy(rng.normal(size=(1, 8, 2))).requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x: rips_barcode(x, (0,))[0].finite().deaths, points)


def test_equal_points_have_finite_gradients():
    points = torch.tensor([[[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]]], requires_grad=True)
    (components,) = rips_barcode(points, (0,))
    assert components[0].tolist() == [[0.0, 5.0], [0.0, torch.inf]]
    components.finite().deaths.sum().backward()
    assert torch.isfinite(points.grad).all() and points.grad[0, 2].tolist() == pytest.approx([0.6, 0.8])


def test_distances_of_a_cloud_far_from_the_origin_are_exact():
    points = 1e8 + torch.tensor([[[0.0, 0.0], [3.0, 4.0]]], dtype=torch.float64)
    assert rips_barcode(points, (0,))[0].deaths.tolist() == [5.0, torch.inf]


def test_the_greater_weight_alone_decides_where_it_is_far_above():
    matrix = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]], requires_grad=True)
    weights = torch.tensor([[0.0, 4.0]], requires_grad=True)
    (components,) = weighted_rips_barcode(matrix, weights, (0,))
    assert components[0].tolist() == [[0.0, torch.inf]]  # the other bar would be [8, 8)
    weights = torch.tensor([[3.0, 4.0, 0.0]], requires_grad=True)
    matrix = torch.tensor([[[0.0, 9.0, 1.0], [9.0, 0.0, 9.0], [1.0, 9.0, 0.0]]], requires_grad=True)
    (components,) = weighted_rips_barcode(matrix, weights, (0,))
    assert components.finite()[0].tolist() == [[8.0, 13.0]]
    components.finite().deaths.sum().backward()
    assert weights.grad.tolist() == [[0.0, 1.0, 1.0]]


def test_no_gradient_is_asked_for(rng):
    points = torch.from_numpy(rng.normal(size=(2, 6, 2)))
    assert not any(batch.births.requires_grad for batch in rips_barcode(points))


# --- layers


def test_layers_are_their_functions(rng):
    points = torch.from_numpy(rng.normal(size=(3, 10, 2)))
    weights = torch.from_numpy(rng.uniform(size=(3, 10)))
    assert torch.equal(Rips((1,))(points)[0].diagram, rips_barcode(points, (1,))[0].diagram)
    layer = WeightedRips((1,), metric="euclidean")
    expected = weighted_rips_barcode(points, weights, (1,), metric="euclidean")
    assert torch.equal(layer(points, weights)[0].diagram, expected[0].diagram)
    assert repr(layer) == "WeightedRips(degrees=(1,), metric='euclidean')"
    assert list(layer.parameters()) == []


# The compiler looks at attributes of the tensors that it meets, and torch warns of that.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
def test_a_compiled_network_around_a_layer_learns_the_same(rng):
    class Persistence(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = torch.nn.Linear(2, 2, dtype=torch.float64)
            self.rips = Rips()

        def forward(self, points):
            components, loops = self.rips(self.linear(points))
            return components.finite().persistence.sum() - 2 * loops.persistence.sum()

    network = Persistence()
    points = torch.from_numpy(rng.normal(size=(2, 12, 2)))
    gradients = []
    for function in (network, torch.compile(network, backend="eager")):
        network.zero_grad()
        function(points).backward()
        gradients.append(network.linear.weight.grad.clone())
    assert torch.equal(*gradients) and gradients[0].abs().sum() > 0


def test_a_random_cloud_becomes_a_ring(rng):
    points = torch.from_numpy(rng.uniform(size=(1, 30, 2))).requires_grad_()
    optimizer = torch.optim.Adam([points], lr=0.02)
    history = []
    for _ in range(40):
        optimizer.zero_grad()
        (loops,) = rips_barcode(points, (1,))
        # The square keeps the cloud in the unit square, or the loop would grow without bound.
        outside = (points - points.clamp(0, 1)).square().sum()
        loss = outside - loops.persistence.square().sum()
        loss.backward()
        optimizer.step()
        history.append(float(loops.persistence.detach().max()))
    assert history[-1] > 3 * history[0]


# --- errors


@pytest.mark.parametrize(
    ("points", "error", "message"),
    [
        (np.zeros((1, 2, 2)), TypeError, "points must be a tensor or a list of tensors, got ndarray"),
        ([np.zeros((2, 2))], TypeError, r"points\[0\] must be a tensor, got ndarray"),
        (torch.zeros(1, 2, 2, dtype=torch.int64), TypeError, "must be of dtype float32 or float64, got torch.int64"),
        (torch.zeros(1, 2, 2, dtype=torch.float16), TypeError, "must be of dtype float32 or float64"),
        (torch.zeros(2, 2), ValueError, r"3 axes, .* got shape \(2, 2\). Pass \[points\] for one item"),
        (torch.zeros(0, 2, 2), ValueError, "points must hold at least one item"),
        ([], ValueError, "points must hold at least one item"),
        ([torch.zeros(2, 2), torch.zeros(0, 2)], ValueError, r"points\[1\] must have 2 axes, none of length 0"),
        ([torch.zeros(2, 2), torch.zeros(2)], ValueError, r"points\[1\] must have 2 axes"),
        ([torch.zeros(2, 2), torch.zeros(2, 3)], ValueError, r"one dimension, got 2 for points\[0\] and 3 for points"),
        ([torch.zeros(2, 2), torch.zeros(2, 2).double()], ValueError, r"float64 on cpu for points\[1\]"),
        (torch.tensor([[[0.0]], [[torch.nan]]]), ValueError, r"points must be finite, got points\[1\]\[0, 0\] = nan"),
        (torch.tensor([[[0.0]], [[torch.inf]]]), ValueError, r"got points\[1\]\[0, 0\] = inf"),
        (
            torch.tensor([[[0.0], [1e-200]]], dtype=torch.float64),
            ValueError,
            r"points\[0\] must have distances whose sq",
        ),
    ],
)
def test_bad_points_are_named(points, error, message):
    with pytest.raises(error, match=message):
        rips_barcode(points)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[0.0, torch.nan], [torch.nan, 0.0]], r"distances\[1\] must not be NaN"),
        ([[0.0, -1.0], [-1.0, 0.0]], r"distances\[1\] must be at least 0"),
        ([[0.0, 1.0], [2.0, 0.0]], r"distances\[1\] must be symmetric"),
        ([[1.0, 1.0], [1.0, 0.0]], r"distances\[1\] must have a zero diagonal"),
        ([[0.0, 1.0]], r"distances\[1\] must have shape \(n, n\), got \(1, 2\)"),
    ],
)
def test_bad_matrices_are_named(matrix, message):
    with pytest.raises(ValueError, match=message):
        weighted_rips_barcode([torch.zeros(1, 1), torch.tensor(matrix)], [torch.zeros(1), torch.zeros(len(matrix))])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            torch.tensor([[0.0, 0.0], [0.0, -1.0]]),
            r"weights\[1\] must have shape \(2,\) .* smallest value -1",
        ),
        (torch.zeros(2, 3), r"weights\[0\] must have shape \(2,\) .* got shape \(3,\)"),
        (torch.zeros(3, 2), "must agree, got 2 items of torch.float32 on cpu and 3 items"),
        (torch.zeros(2, 2).double(), "distances and weights must agree, got 2 items of torch.float32"),
        (torch.tensor([[0.0, 0.0], [torch.nan, 0.0]]), r"weights must be finite, got weights\[1\]\[0\] = nan"),
    ],
)
def test_bad_weights_are_named(weights, message):
    with pytest.raises(ValueError, match=message):
        weighted_rips_barcode(torch.zeros(2, 2, 2), weights)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metric": "cosine"}, "metric must be one of 'euclidean', 'precomputed', got metric='cosine'"),
        ({"degrees": ()}, "degrees must be a non-empty sequence"),
        ({"max_edge": -1.0}, "max_edge must be a positive finite number"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Rips(**options)
    with pytest.raises(ValueError, match=message):
        rips_barcode(torch.zeros(1, 2, 2), **options)
