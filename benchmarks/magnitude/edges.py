"""Edges of photographs: magnitude with a fixed and with a learned metric, Sobel and Canny, against human boundaries.

    python benchmarks/magnitude/edges.py [--data FILE] [--steps N] [--jobs N]

The images are 40 grey photographs with the boundaries that five to seven people drew (bsds.npz); a pixel is a boundary
if at least a third of them marked it. Odd images train and tune, even ones test. Pixels must match exactly, so Dice
coefficients are low.

In this file boundaries lie a little up and to the left of the edges in the images. The images are moved before
everything else, for all methods, by the offset at which Sobel edges fit the training boundaries best: otherwise a
network is better than a filter because it learns the offset.

Every method gives a strength a pixel; its smoothing, its threshold and, for magnitude, its weights are those with the
largest mean Dice coefficient on the training images. Learned detectors are in `_learned_edges.py`.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from _learned_edges import GradientEdges, MagnitudeEdges, NetworkEdges, scale_space, strength
from _learned_edges import train as fit
from joblib import Parallel, delayed
from scipy import ndimage

import tdainv

HERE = Path(__file__).resolve().parent
OFFSETS = (0.0, -1 / 3, -2 / 3, -5 / 6, -1.0)
SMOOTHINGS = (1.0, 1.25, 1.5, 2.0)
METRICS = ((1.0, 2.0), (1.0, 10.0), (1.5, 15.0))  # position and value weight
START = (1.25, 1.5, 15.0)  # width, position and value weight
AGREEMENT = 255 / 3
REFERENCE = "magnitude, weights tuned"
LEARNED = {
    "magnitude, learned pullback": "pullback",
    "magnitude, learned weights": "weights",
    "network and gradient, no magnitude": "gradient",
    "network alone": "network",
}


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


def smoothed_sobel(image: Any, width: float) -> Any:
    return sobel(ndimage.gaussian_filter(image, width))


def smoothed_canny(image: Any, width: float) -> Any:
    return canny(ndimage.gaussian_filter(image, width))


def hysteresis_strength(thin: Any, low: float = 0.4) -> Any:
    """Strength whose threshold t gives hysteresis with the thresholds low * t and t, on 64 levels of t."""
    strength = np.zeros_like(thin)
    for t in np.quantile(thin[thin > 0], np.linspace(0, 1, 64)) if (thin > 0).any() else ():
        labels, _ = ndimage.label(thin >= low * t, np.ones((3, 3)))
        kept = np.isin(labels, np.unique(labels[thin >= t])) & (labels > 0)
        strength[kept] = t
    return strength


def fixed(image: Any, width: float, position_weight: float, value_weight: float) -> Any:
    smoothed = ndimage.gaussian_filter(image, width)
    return tdainv.magnitude_edge_strength(smoothed, position_weight=position_weight, value_weight=value_weight)


def aligned(image: Any, offset: float) -> Any:
    return ndimage.shift(image, (offset, offset), order=3, mode="nearest")


class Split(NamedTuple):
    """Images of one half with their boundaries."""

    images: list[Any]
    edges: list[Any]


class Result(NamedTuple):
    """Scores of a method: one number for training, one an image for testing."""

    choice: str
    dice_train: float
    dice_test: Any
    seconds: float


def best_offset(train: Split) -> float:
    """Shift of the images that brings Sobel edges closest to the boundaries."""

    def dice(offset: float) -> float:
        strengths = [sobel(ndimage.gaussian_filter(aligned(image, offset), 1.25)) for image in train.images]
        return tdainv.dice_threshold(strengths, train.edges)[1]

    return max(OFFSETS, key=dice)


def tuned(make: Callable[..., Any], choices: Any, train: Split, test: Split) -> Result:
    """The best choice and threshold on the training images, and its scores on the test images."""
    best: tuple[float, float, Any] = (-1.0, 0.0, None)
    for choice in choices:
        threshold, dice = tdainv.dice_threshold([make(image, *choice) for image in train.images], train.edges)
        best = max(best, (dice, threshold, choice), key=lambda entry: entry[0])
    start = time.perf_counter()
    masks = [make(image, *best[2]) >= best[1] for image in test.images]
    seconds = (time.perf_counter() - start) / len(masks)
    scores = [tdainv.dice_coefficient(mask, edge) for mask, edge in zip(masks, test.edges, strict=True)]
    return Result(str(best[2]), best[0], np.array(scores), seconds)


def learned(kind: str, steps: int, train: Split, test: Split) -> Result:
    """A detector that starts at the best fixed metric, trained, with its threshold tuned as that of all others."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    models: dict[str, Callable[[], Any]] = {
        "weights": lambda: MagnitudeEdges(*START, with_network=False),
        "pullback": lambda: MagnitudeEdges(*START, with_network=True),
        "gradient": lambda: GradientEdges(START[0], START[2]),
        "network": NetworkEdges,
    }
    levels = [scale_space(image) for image in train.images]
    model, step = fit(models[kind](), levels, train.edges, steps)
    print(kind, step, getattr(model, "layer", ""), flush=True)
    result = tuned(lambda image: strength(model, scale_space(image)), [()], train, test)
    return result._replace(choice=f"step {step}")


def tasks(steps: int, train: Split, test: Split) -> dict[str, Any]:
    """All methods by name, the slowest first."""
    widths = [(width,) for width in SMOOTHINGS]
    both = [(width, *metric) for width in SMOOTHINGS for metric in METRICS]
    named = {name: delayed(learned)(kind, steps, train, test) for name, kind in LEARNED.items()}
    return {
        **named,
        REFERENCE: delayed(tuned)(fixed, both, train, test),
        "Canny": delayed(tuned)(smoothed_canny, widths, train, test),
        "magnitude, value weight 1": delayed(tuned)(fixed, [(w, 1.0, 1.0) for w in SMOOTHINGS], train, test),
        "Sobel": delayed(tuned)(smoothed_sobel, widths, train, test),
    }


def write(results: dict[str, Result], offset: float, path: Path) -> None:
    """One row a method, with its mean difference to the tuned fixed metric over the test images."""

    def error(values: Any) -> float:
        return float(np.std(values, ddof=1) / len(values) ** 0.5)

    rows = []
    for name, result in results.items():
        gain = result.dice_test - results[REFERENCE].dice_test
        rows.append(
            {
                "method": name,
                "offset": f"{offset:.3f}",
                "choice": result.choice,
                "dice_train": f"{result.dice_train:.3f}",
                "dice_test": f"{result.dice_test.mean():.3f}",
                "standard_error": f"{error(result.dice_test):.3f}",
                "gain": f"{gain.mean():.4f}",
                "gain_error": f"{error(gain):.4f}",
                "images_gained": int((gain > 0).sum()),
                "seconds_per_image": f"{result.seconds:.3f}",
            }
        )
        print(rows[-1])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = HERE.parents[2] / "shared" / "data" / "images" / "bsds.npz"
    parser.add_argument("--data", type=Path, default=default, metavar="FILE")
    parser.add_argument("--steps", type=int, default=600, metavar="N", help="of training")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="methods at a time")
    options = parser.parse_args()
    images, edges = load(options.data)
    train = Split(images[1::2], edges[1::2])
    offset = best_offset(train)
    images = [aligned(image, offset) for image in images]
    train, test = Split(images[1::2], edges[1::2]), Split(images[0::2], edges[0::2])
    work = tasks(options.steps, train, test)
    results = dict(zip(work, Parallel(n_jobs=options.jobs)(work.values()), strict=True))
    write(results, offset, HERE.parent / "results" / "magnitude_edges.csv")


if __name__ == "__main__":
    main()
