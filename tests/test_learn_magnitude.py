"""Magnitude in torch: equal to the numpy part, gradients by finite differences."""

import numpy as np
import pytest

import tdainv

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.autograd import gradcheck  # noqa: E402

from tdainv.learn import ImageMagnitude, magnitude_weights  # noqa: E402


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def random(generator, *shape):
    return torch.rand(*shape, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0])
def test_weights_of_points_are_those_of_numpy(generator, p):
    points = random(generator, 2, 3, 12, 2)
    w = magnitude_weights(points, torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), p=p)
    assert w.shape == (2, 3, 12)
    for i, j in np.ndindex(2, 3):
        z = torch.exp(-(3.0 * i + j + 1) * torch.cdist(points[i, j], points[i, j], p=p))
        torch.testing.assert_close(z @ w[i, j], torch.ones(12, dtype=torch.float64))
    ours = tdainv.magnitude_weights(points[1, 2].numpy(), 6.0)
    torch.testing.assert_close(magnitude_weights(points[1, 2], 6.0).numpy(), ours)


@pytest.mark.parametrize("p", [1.0, 1.5, 2.0])
def test_gradients_of_points_and_scales(generator, p):
    points, t = random(generator, 2, 5, 3).requires_grad_(), (1 + random(generator, 2)).requires_grad_()
    assert gradcheck(lambda x, s: magnitude_weights(x, s, p=p), (points, t))


def test_the_slope_is_that_of_the_magnitude_dimension(generator):
    points, t = random(generator, 8, 2), torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    magnitude = magnitude_weights(points, t).sum()
    magnitude.backward()
    slope = (t.grad * t / magnitude).item()
    assert slope == pytest.approx(tdainv.magnitude_dimension(points.numpy(), [2.0])[0])


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (5, 7)])
def test_weights_of_images_are_those_of_numpy(generator, p, shape):
    images = random(generator, 3, 2, *shape)
    layer = ImageMagnitude(2, position_weight=0.7, value_weight=3.0, p=p, tolerance=1e-8).double()
    w = layer(images)
    assert w.shape == (3, 1, *shape)
    for image, weights in zip(images, w[:, 0], strict=True):
        expected = tdainv.image_magnitude(
            np.moveaxis(image.numpy(), 0, -1),
            metric=f"l{p}",
            position_weight=0.7,
            value_weight=3.0,
            channels=True,
            tolerance=1e-9,
        )
        np.testing.assert_allclose(weights.numpy(), expected, atol=1e-7)


@pytest.mark.parametrize("p", [1, 2])
def test_gradients_of_images_and_of_the_metric(generator, p):
    layer = ImageMagnitude(2, value_weight=3.0, learn_metric=True, p=p, tolerance=1e-9).double()
    images = random(generator, 1, 2, 2, 3).requires_grad_()

    def weights(x, logarithms):
        return torch.func.functional_call(layer, {"log_weights": logarithms}, (x,))

    assert gradcheck(weights, (images, layer.log_weights))


def test_gradients_reach_a_pullback(generator):
    torch.manual_seed(0)
    layer = ImageMagnitude(pullback=nn.Conv2d(1, 2, 3, padding=1), tolerance=1e-9).double()
    image = random(generator, 1, 1, 3, 3)
    kernel = layer.pullback.weight

    def total(values):
        parameters = {"pullback.weight": values}
        return (torch.func.functional_call(layer, parameters, (image,)) ** 2).sum()

    assert gradcheck(total, (kernel,))


def test_a_pullback_by_the_identity_is_one_more_channel(generator):
    image = random(generator, 1, 1, 5, 5)
    pulled = ImageMagnitude(value_weight=2.0, pullback=nn.Identity()).double()(image)
    torch.testing.assert_close(pulled, ImageMagnitude(value_weight=3.0).double()(image), atol=1e-3, rtol=0)


@pytest.mark.parametrize("p", [1, 2])
def test_items_of_a_batch_do_not_touch_each_other(generator, p):
    images = torch.cat([torch.zeros(1, 1, 6, 6, dtype=torch.float64), 9 * random(generator, 2, 1, 6, 6)])
    layer = ImageMagnitude(p=p, tolerance=1e-6).double()
    torch.testing.assert_close(layer(images)[1:], layer(images[1:]), atol=1e-6, rtol=0)


def test_single_precision_is_close_to_double(generator):
    images = random(generator, 2, 1, 10, 9)
    layer = ImageMagnitude(value_weight=4.0)
    torch.testing.assert_close(layer(images.float()).double(), layer.double()(images), atol=2e-3, rtol=0)


def test_levels_round_and_stop_gradients(generator):
    image = random(generator, 1, 1, 6, 6).requires_grad_()
    w = ImageMagnitude(n_levels=11).double()(image)
    torch.testing.assert_close(w * 10, (w * 10).round())
    w.sum().backward()
    assert not image.grad.any()


def test_a_learned_metric_learns(generator):
    image = random(generator, 1, 1, 4, 4)
    target = ImageMagnitude(value_weight=3.0).double()(image)
    layer = ImageMagnitude(value_weight=1.0, learn_metric=True).double()
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.3)
    for _ in range(25):
        loss = ((layer(image) - target) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert layer.value_weight.item() == pytest.approx(3.0, rel=0.2)
    assert layer.position_weight.item() == pytest.approx(1.0, rel=0.2)


@pytest.mark.parametrize("value", [float("nan"), 1e9])
def test_a_metric_that_diverged_is_refused(value):
    layer = ImageMagnitude(learn_metric=True)
    with torch.no_grad():
        layer.log_weights[0] = value
    with pytest.raises(ValueError, match="position weight must be finite"):
        layer(torch.zeros(1, 1, 3, 3))


def test_weights_are_buffers_or_parameters_and_show_in_the_text():
    fixed, learned = ImageMagnitude(), ImageMagnitude(learn_metric=True)
    assert not list(fixed.parameters())
    assert len(list(learned.parameters())) == 1
    assert "position_weight=1, value_weight=[1], p=1" in repr(learned)
    learned.load_state_dict(ImageMagnitude(value_weight=2.0, learn_metric=True).state_dict())
    assert learned.value_weight.item() == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        (torch.zeros(2, 2), {}, "positive definite"),
        (torch.zeros(3, 0), {}, "n, dim >= 1"),
        (torch.tensor([[0.0], [torch.nan]]), {}, "finite"),
        (torch.tensor([[0.0], [1.0]]), {"p": 3.0}, r"p must lie in \[1, 2\]"),
        (torch.tensor([[0.0], [1.0]]), {"t": 0.0}, "t must be positive"),
    ],
)
def test_bad_points_are_refused(points, options, message):
    with pytest.raises(ValueError, match=message):
        magnitude_weights(points, **options)


def test_bad_layers_and_images_are_refused():
    for options, message in (
        ({"position_weight": 0.0}, "position_weight"),
        ({"value_weight": -1.0}, "value_weight"),
        ({"n_channels": 0}, "n_channels"),
        ({"p": 3}, "p must be 1 or 2"),
        ({"n_levels": 1}, "n_levels"),
        ({"tolerance": 1.0}, "tolerance"),
    ):
        with pytest.raises(ValueError, match=message):
            ImageMagnitude(**options)
    layer = ImageMagnitude()
    for image, message in (
        (torch.zeros(1, 2, 3, 3), "shape"),
        (torch.zeros(3, 3), "shape"),
        (torch.full((1, 1, 2, 2), torch.inf), "finite"),
    ):
        with pytest.raises(ValueError, match=message):
            layer(image)
    for call in (
        lambda: layer(np.zeros((1, 1, 2, 2))),
        lambda: magnitude_weights(torch.zeros(2, 2, dtype=torch.int64)),
    ):
        with pytest.raises(TypeError, match="floating point Tensor"):
            call()
