"""Edge detectors with parameters: magnitude with learned weights or a learned pullback, and the same network alone.

All see a scale space: the image after Gaussian smoothing of several widths, and its mean gradient. All are trained in
the same way on crops, with the soft Dice loss and cross-entropy, whose threshold and temperature are learned too. The
step with the best Dice coefficient on images kept aside from training is taken, the start among them.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor, nn

import tdainv
from tdainv.learn import ImageMagnitude

WIDTHS = (1.0, 1.25, 1.5, 2.0, 4.0)
ENERGY_WIDTHS = (2.0, 6.0)
N_LEVELS = len(WIDTHS) + len(ENERGY_WIDTHS)
CROP = 64
BATCH = 6
RATE = 0.02
PAUSE = 50  # steps between two looks at the images kept aside
FAINT = 0.02  # weight of the other widths at the start, in that of the best fixed metric
N_FEATURES = 4


def scale_space(image: Any) -> Tensor:
    """The image smoothed with all widths, and its mean gradient near and farther away, (N_LEVELS, h, w)."""
    levels = [ndimage.gaussian_filter(image, width) for width in WIDTHS]
    gradient = ndimage.gaussian_gradient_magnitude(image, 1.0)
    energies = [ndimage.gaussian_filter(gradient, width) for width in ENERGY_WIDTHS]
    return torch.tensor(np.stack(levels + energies), dtype=torch.float32)


class Features(nn.Module):
    """Small convolutional network on the scale space; dilations give it windows of 15 pixels."""

    def __init__(self, n_hidden: int = 8) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        n_in = N_LEVELS
        for dilation in (1, 2, 4):
            layers += [
                nn.Conv2d(n_in, n_hidden, 3, padding=dilation, dilation=dilation, padding_mode="replicate"),
                nn.LeakyReLU(0.1),
            ]
            n_in = n_hidden
        # The gates let contrast be divided by texture.
        self.layers = nn.Sequential(*layers, nn.Conv2d(n_hidden, 2 * N_FEATURES, 1), nn.GLU(dim=1))

    def forward(self, levels: Tensor) -> Tensor:
        """Features (b, N_FEATURES, h, w). Differences of neighbouring widths leave out brightness."""
        smoothed, energies = levels[:, : len(WIDTHS)], levels[:, len(WIDTHS) :]
        bands = smoothed[:, :-1] - smoothed[:, 1:]
        return self.layers(torch.cat([10 * bands, 2 * smoothed[:, -1:] - 1, 20 * energies], dim=1))


class Pullback(nn.Module):
    """Features, the first of them on top of a smoothed image: the network can also take values away, not only add."""

    def __init__(self, width: float, value_weight: float) -> None:
        super().__init__()
        self.features = Features()
        self.level = WIDTHS.index(width)
        self.value_weight = nn.Parameter(torch.tensor(value_weight))

    def forward(self, levels: Tensor) -> Tensor:
        """Values (b, N_FEATURES, h, w), in units of distance."""
        first = self.value_weight * levels[:, self.level : self.level + 1]
        return nn.functional.pad(first, (0, 0, 0, 0, 0, N_FEATURES - 1)) + self.features(levels)


class MagnitudeEdges(nn.Module):
    """Weight over that in a constant image, minus 1, as `tdainv.magnitude_edge_strength`, with a learned metric.

    It starts at the fixed metric with the given width and weights, up to faint other levels and features.
    """

    def __init__(self, width: float, position_weight: float, value_weight: float, with_network: bool) -> None:
        super().__init__()
        self.layer = ImageMagnitude(
            N_LEVELS,
            position_weight=position_weight,
            value_weight=(0.001 if with_network else FAINT) * value_weight,
            learn_metric=True,
            pullback=Pullback(width, value_weight) if with_network else None,
            tolerance=1e-2,
        )
        if not with_network:
            with torch.no_grad():
                self.layer.log_weights[1 + WIDTHS.index(width)] = math.log(value_weight)

    def forward(self, levels: Tensor) -> Tensor:
        """Strengths (b, h, w)."""
        e = torch.exp(-self.layer.position_weight)
        constant = [_constant_weights(n, e) for n in levels.shape[2:]]
        return self.layer(levels)[:, 0] / (constant[0][:, None] * constant[1]) - 1.0


def _constant_weights(n: int, e: Tensor) -> Tensor:
    """Weights of n equally spaced points with similarity e of neighbours."""
    inside = ((1 - e) / (1 + e)).expand(n - 2)
    end = (1 / (1 + e)).expand(1)
    return torch.cat([end, inside, end])


class GradientEdges(nn.Module):
    """The network without magnitude: strength is the l1 norm of the gradient of the same values."""

    def __init__(self, width: float, value_weight: float) -> None:
        super().__init__()
        self.values = Pullback(width, value_weight)

    def forward(self, levels: Tensor) -> Tensor:
        """Strengths (b, h, w)."""
        values = self.values(levels)
        values = nn.functional.pad(values, (1, 1, 1, 1), mode="replicate")
        down = (values[..., 2:, 1:-1] - values[..., :-2, 1:-1]).abs().sum(dim=1)
        right = (values[..., 1:-1, 2:] - values[..., 1:-1, :-2]).abs().sum(dim=1)
        return down + right


class NetworkEdges(nn.Module):
    """The network without magnitude: strength is a linear function of its features."""

    def __init__(self) -> None:
        super().__init__()
        self.features = Features()
        self.last = nn.Conv2d(N_FEATURES, 1, 1)

    def forward(self, levels: Tensor) -> Tensor:
        """Strengths (b, h, w)."""
        return self.last(self.features(levels))[:, 0]


def strength(model: nn.Module, levels: Tensor) -> Any:
    """Strengths of one image as an array (h, w)."""
    with torch.no_grad():
        return model(levels[None])[0].numpy().astype(np.float64)


def start_values(model: nn.Module, levels: list[Tensor], edges: list[Any]) -> tuple[float, float]:
    """Threshold and temperature to begin with: the best threshold of the model as it is, and a third of it."""
    if isinstance(model, NetworkEdges):  # which is random: chances of 0.1 everywhere
        return 2.0, 1.0
    threshold, _ = tdainv.dice_threshold([strength(model, image) for image in levels], edges)
    return threshold, threshold / 3


def train(model: nn.Module, levels: list[Tensor], edges: list[Any], steps: int, seed: int = 0) -> tuple[nn.Module, int]:
    """Train on two of three images; the model that is best on the others, and its step."""
    rng = np.random.default_rng(seed)
    numbers = np.arange(len(levels))
    seen, aside = numbers[numbers % 3 > 0], numbers[numbers % 3 == 0]
    threshold, temperature = start_values(model, levels, edges)
    cut = nn.ParameterList([torch.tensor(threshold), torch.tensor(math.log(temperature))])
    optimizer = torch.optim.AdamW([*model.parameters(), *cut], lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    best = (dice_aside(model, levels, edges, aside), copy.deepcopy(model), 0)
    for step in range(1, steps + 1):
        inputs, targets = _crops(levels, edges, rng, rng.choice(seen, BATCH))
        logits = (model(inputs) - cut[0]) * torch.exp(-cut[1])
        loss = nn.functional.binary_cross_entropy_with_logits(logits, targets)
        loss = loss + 1 - _soft_dice(torch.sigmoid(logits), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % PAUSE == 0:
            best = max(best, (dice_aside(model, levels, edges, aside), copy.deepcopy(model), step), key=lambda b: b[0])
    return best[1], best[2]


def dice_aside(model: nn.Module, levels: list[Tensor], edges: list[Any], aside: Any) -> float:
    """Mean Dice coefficient at the best threshold."""
    return tdainv.dice_threshold([strength(model, levels[i]) for i in aside], [edges[i] for i in aside])[1]


def _soft_dice(chances: Tensor, targets: Tensor) -> Tensor:
    """Of the whole batch: single crops may have no edges."""
    return (2 * (chances * targets).sum() + 1) / (chances.sum() + targets.sum() + 1)


def _crops(levels: list[Tensor], edges: list[Any], rng: Any, numbers: Any) -> tuple[Tensor, Tensor]:
    """Crops at random places, mirrored and transposed at random."""
    inputs, targets = [], []
    for i in numbers:
        y, x = (int(rng.integers(0, n - CROP + 1)) for n in edges[i].shape)
        image = levels[i][:, y : y + CROP, x : x + CROP]
        edge = torch.tensor(edges[i][y : y + CROP, x : x + CROP], dtype=torch.float32)
        axes = [axis for axis in (-1, -2) if rng.random() < 0.5]
        image, edge = image.flip(axes), edge.flip(axes)
        if rng.random() < 0.5:
            image, edge = image.transpose(-1, -2), edge.T
        inputs.append(image)
        targets.append(edge)
    return torch.stack(inputs), torch.stack(targets)
