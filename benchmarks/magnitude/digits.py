"""Digits under attack: a small network on pixels, and the same network on the magnitude vector of the image.

    python benchmarks/magnitude/digits.py [--data FILE] [--train N] [--test N] [--epochs N]

As in the paper (arXiv:2110.15188), the attack is the fast gradient sign method on an undefended network, and its images
are given to the other networks (transfer). Reduced: a share of the 10,000 test digits of MNIST is split into training
and test, the network is small, and one seed is one row.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import tdainv
from tdainv.learn import ImageMagnitude

HERE = Path(__file__).resolve().parent
STRENGTHS = (0.0, 0.1, 0.2, 0.3)
LEVELS = (50, 100)
VALUE_WEIGHT = 1.0  # of pixels in [0, 1]


class Standardize(nn.Module):
    """Move and scale inputs to mean 0 and deviation 1, as they are in the training data."""

    def __init__(self, inputs: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", inputs.mean())
        self.register_buffer("deviation", inputs.std())

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return (inputs - self.mean) / self.deviation


def network(inputs: torch.Tensor) -> nn.Module:
    return nn.Sequential(
        Standardize(inputs),
        nn.Conv2d(1, 8, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 49, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def magnitudes(images: torch.Tensor) -> torch.Tensor:
    """Magnitude vectors; weights of pixels lie between 0 and 1 for nearly all images."""
    transform = tdainv.MagnitudeTransform(value_weight=VALUE_WEIGHT)
    weights = transform.transform(list(images[:, 0].double().numpy()))
    return torch.tensor(np.stack(weights), dtype=torch.float32)[:, None]


def quantized(levels: int) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda weights: torch.round(weights.clamp(0, 1) * (levels - 1)) / (levels - 1)


def fit(inputs: torch.Tensor, labels: torch.Tensor, epochs: int, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    model = network(inputs)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs)).split(64):
            loss = functional.cross_entropy(model(inputs[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


def attacked(model: nn.Module, images: torch.Tensor, labels: torch.Tensor, strength: float) -> torch.Tensor:
    """Fast gradient sign method; pixels stay in [0, 1]."""
    images = images.clone().requires_grad_()
    functional.cross_entropy(model(images), labels).backward()
    return (images + strength * images.grad.sign()).clamp(0, 1).detach()


def accuracy(model: nn.Module, inputs: torch.Tensor, labels: torch.Tensor) -> float:
    with torch.no_grad():
        return float((model(inputs).argmax(1) == labels).double().mean())


def white_box(model: nn.Module, images: torch.Tensor, labels: torch.Tensor, strength: float) -> float:
    """Accuracy where the attacker knows the magnitude layer too: gradients pass through it."""
    whole = nn.Sequential(ImageMagnitude(value_weight=VALUE_WEIGHT), model)
    return accuracy(model, magnitudes(attacked(whole, images, labels, strength)), labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = HERE.parents[2] / "shared" / "data" / "images" / "mnist_test.npz"
    parser.add_argument("--data", type=Path, default=default, metavar="FILE")
    parser.add_argument("--train", type=int, default=1500, metavar="N")
    parser.add_argument("--test", type=int, default=500, metavar="N")
    parser.add_argument("--epochs", type=int, default=6, metavar="N")
    parser.add_argument("--seeds", type=int, default=1, metavar="N")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = np.load(options.data)
    order = np.random.default_rng(0).permutation(len(data["labels"]))[: options.train + options.test]
    images = torch.tensor(data["images"][order] / 255.0, dtype=torch.float32)[:, None]
    labels = torch.tensor(data["labels"][order].astype(np.int64))
    n = options.train
    vectors = magnitudes(images[:n])
    rows = [row for seed in range(options.seeds) for row in _of_seed(seed, images, labels, vectors, n, options.epochs)]
    path = HERE.parent / "results" / "magnitude_digits.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _of_seed(seed: int, images: Any, labels: Any, vectors: Any, n: int, epochs: int) -> list[dict[str, Any]]:
    test, truth = images[n:], labels[n:]
    undefended = fit(images[:n], labels[:n], epochs, seed)
    other = fit(images[:n], labels[:n], epochs, seed + 1000)
    plain = fit(vectors, labels[:n], epochs, seed)
    coarse = {levels: fit(quantized(levels)(vectors), labels[:n], epochs, seed) for levels in LEVELS}
    rows = []
    for strength in STRENGTHS:
        hostile = attacked(undefended, test, truth, strength) if strength else test
        seen = magnitudes(hostile)
        row = {
            "seed": seed,
            "strength": strength,
            "pixels, attacked itself": accuracy(undefended, hostile, truth),
            "pixels, another network": accuracy(other, hostile, truth),
            "magnitude": accuracy(plain, seen, truth),
        }
        row |= {f"magnitude, {k} levels": accuracy(model, quantized(k)(seen), truth) for k, model in coarse.items()}
        row["magnitude, white box (50 images)"] = white_box(plain, test[:50], truth[:50], strength)
        rows.append({key: round(value, 4) for key, value in row.items()})
        print(rows[-1], flush=True)
    return rows


if __name__ == "__main__":
    main()
