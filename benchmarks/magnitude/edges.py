"""Edges of photographs: magnitude with a fixed and with a learned metric, Sobel and Canny, against human boundaries.

    python benchmarks/magnitude/edges.py [--data FILE] [--steps N]

The images are 40 grey photographs with the boundaries that five to seven people drew (bsds.npz); a pixel is a boundary
if at least a third of them marked it. Odd images train and tune, even ones test. Every method gives a strength a pixel,
after the same Gaussian smoothing; its smoothing, its threshold and, for magnitude, the weight of values are those with
the largest mean Dice coefficient on the training images. Pixels must match exactly, so Dice coefficients are low.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import ndimage
from torch import nn

import tdainv
from tdainv.learn import ImageMagnitude

HERE = Path(__file__).resolve().parent
SMOOTHINGS = (1.0, 2.0)
VALUE_WEIGHTS = (2.0, 5.0, 10.0, 20.0)
CROP = 64
AGREEMENT = 255 / 3


def load(path: Path) -> tuple[list[Any], list[Any]]:
    data = np.load(path, allow_pickle=False)
    images, boundaries = [], []
    for k, (h, w) in enumerate(data["shapes"]):
        part = slice(data["offsets"][k], data["offsets"][k + 1])
        images.append(data["images"][part].reshape(h, w) / 255.0)
        boundaries.append(data["boundaries"][part].reshape(h, w) >= AGREEMENT)
    return images, boundaries


def sobel(image: Any) -> Any:
    return np.hypot(ndimage.sobel(image, 0), ndimage.sobel(image, 1))


def canny(image: Any) -> Any:
    """Gradient magnitude where it is the largest of three across the edge, else 0: Canny's thinning.

    The threshold comes after it; hysteresis with a low threshold of 0.4 times the high one is in `canny_edges`.
    """
    gy, gx = ndimage.sobel(image, 0), ndimage.sobel(image, 1)
    size = np.hypot(gy, gx)
    sector = np.round(np.arctan2(gy, gx) / (np.pi / 4)).astype(int) % 4
    padded = np.pad(size, 1)
    h, w = image.shape
    thin = np.zeros_like(size)
    for number, (dy, dx) in enumerate([(0, 1), (1, 1), (1, 0), (1, -1)]):
        ahead = padded[1 + dy : 1 + dy + h, 1 + dx : 1 + dx + w]
        behind = padded[1 - dy : 1 - dy + h, 1 - dx : 1 - dx + w]
        thin = np.where((sector == number) & (size >= ahead) & (size >= behind), size, thin)
    return hysteresis_strength(thin)


def hysteresis_strength(thin: Any, low: float = 0.4) -> Any:
    """Strength whose threshold t gives hysteresis with the thresholds low * t and t, on 64 levels of t."""
    strength = np.zeros_like(thin)
    for t in np.quantile(thin[thin > 0], np.linspace(0, 1, 64)) if (thin > 0).any() else ():
        labels, _ = ndimage.label(thin >= low * t, np.ones((3, 3)))
        kept = np.isin(labels, np.unique(labels[thin >= t])) & (labels > 0)
        strength[kept] = t
    return strength


def tuned(
    make: Callable[[Any, Any], Any], choices: Any, images: list[Any], edges: list[Any], train: Any, test: Any
) -> dict[str, Any]:
    best: tuple[float, float, Any] = (-1.0, 0.0, None)
    for choice in choices:
        strengths = [make(images[i], choice) for i in train]
        threshold, dice = tdainv.dice_threshold(strengths, [edges[i] for i in train])
        best = max(best, (dice, threshold, choice), key=lambda entry: entry[0])
    start = time.perf_counter()
    found = [make(images[i], best[2]) >= best[1] for i in test]
    seconds = (time.perf_counter() - start) / len(test)
    scores = [tdainv.dice_coefficient(mask, edges[i]) for mask, i in zip(found, test, strict=True)]
    return {
        "choice": str(best[2]),
        "dice_train": f"{best[0]:.3f}",
        "dice_test": f"{np.mean(scores):.3f}",
        "standard_error": f"{np.std(scores, ddof=1) / len(scores) ** 0.5:.3f}",
        "seconds_per_image": f"{seconds:.3f}",
    }


class LearnedEdges(nn.Module):
    """Edge strength from the magnitude of an image under a small network, and an affine map to logits."""

    def __init__(self, with_network: bool) -> None:
        super().__init__()
        network = nn.Sequential(
            nn.Conv2d(1, 8, 5, padding=2, padding_mode="replicate"),
            nn.Tanh(),
            nn.Conv2d(8, 4, 5, padding=2, padding_mode="replicate"),
        )
        pullback = network if with_network else None
        self.layer = ImageMagnitude(value_weight=5.0, learn_metric=True, pullback=pullback, tolerance=1e-2)
        self.scale = nn.Parameter(torch.tensor(5.0))
        self.shift = nn.Parameter(torch.tensor(-2.0))

    def forward(self, images: Any) -> Any:
        weights = self.layer(images)
        return self.scale * (weights - 0.25) + self.shift


def learn(with_network: bool, images: list[Any], edges: list[Any], train: Any, steps: int) -> LearnedEdges:
    """Train on crops with the soft Dice loss."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    model = LearnedEdges(with_network)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    smoothed = [ndimage.gaussian_filter(image, 1.0) for image in images]
    for _ in range(steps):
        batch = []
        for i in rng.choice(train, 6):
            y, x = (rng.integers(0, n - CROP + 1) for n in images[i].shape)
            part = (slice(y, y + CROP), slice(x, x + CROP))
            batch.append((smoothed[i][part], edges[i][part]))
        inputs = torch.tensor(np.stack([a for a, _ in batch]), dtype=torch.float32)[:, None]
        targets = torch.tensor(np.stack([b for _, b in batch]), dtype=torch.float32)[:, None]
        chances = torch.sigmoid(model(inputs))
        loss = 1 - (2 * (chances * targets).sum() + 1) / (chances.sum() + targets.sum() + 1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = HERE.parents[2] / "shared" / "data" / "images" / "bsds.npz"
    parser.add_argument("--data", type=Path, default=default, metavar="FILE")
    parser.add_argument("--steps", type=int, default=60, metavar="N", help="of training")
    options = parser.parse_args()
    torch.set_num_threads(1)
    images, edges = load(options.data)
    train, test = np.arange(1, len(images), 2), np.arange(0, len(images), 2)

    def smooth(function: Callable[[Any], Any]) -> Callable[[Any, float], Any]:
        return lambda image, sigma: function(ndimage.gaussian_filter(image, sigma) if sigma else image)

    def fixed(image: Any, choice: tuple[float, float]) -> Any:
        smoothed = ndimage.gaussian_filter(image, choice[0]) if choice[0] else image
        return tdainv.magnitude_edge_strength(smoothed, value_weight=choice[1])

    rows = {
        "Sobel": tuned(smooth(sobel), SMOOTHINGS, images, edges, train, test),
        "Canny": tuned(smooth(canny), SMOOTHINGS, images, edges, train, test),
        "magnitude, l1, value_weight 1": tuned(fixed, [(s, 1.0) for s in SMOOTHINGS], images, edges, train, test),
        "magnitude, l1, value_weight tuned": tuned(
            fixed, [(s, v) for s in SMOOTHINGS for v in VALUE_WEIGHTS], images, edges, train, test
        ),
    }
    for name, with_network in (("magnitude, learned weights", False), ("magnitude, learned pullback", True)):
        model = learn(with_network, images, edges, train, options.steps)

        def strength(image: Any, _: Any, model: LearnedEdges = model) -> Any:
            smoothed = ndimage.gaussian_filter(image, 1.0)
            with torch.no_grad():
                return model(torch.tensor(smoothed, dtype=torch.float32)[None, None])[0, 0].numpy().astype(np.float64)

        rows[name] = tuned(strength, [options.steps], images, edges, train, test)
        print(name, model.layer, flush=True)
    for name, row in rows.items():
        print(f"{name:36s} {row}")
    path = HERE.parent / "results" / "magnitude_edges.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["method", *next(iter(rows.values()))])
        writer.writeheader()
        writer.writerows({"method": name, **row} for name, row in rows.items())


if __name__ == "__main__":
    main()
