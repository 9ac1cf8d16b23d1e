"""The report picture of classify: what the classes look like, what is confused, and the accuracies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tdainv._typing import Float, Number
from tdainv.cli._evaluate import BASELINE, TOPOLOGY, Evaluation
from tdainv.cli._recipe import Recipe
from tdainv.datasets import Dataset
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.plots._style import NEUTRAL, PALETTE, color_of
from tdainv.plots.measures import draw_cells

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

_MAX_CLASSES = 8  # panels in a row; a picture with more is not readable
_CELLS = 200
_COVERAGE = 0.98  # share of the atoms that a panel shows along each axis
_GAMMA = 0.5  # of the colour scale: small means stay visible beside large ones
_LONGEST_NAME = 16


def draw_report(data: Dataset, recipe: Recipe, invariants: Sequence[Any], result: Evaluation, picture: Path) -> None:
    """Draw class means of the Hilbert functions, the confusion matrix and the accuracies; save the picture."""
    from matplotlib.figure import Figure

    classes = [int(label) for label in np.unique(data.labels)]
    shown = classes[:_MAX_CLASSES]
    side_by_side = recipe.n_parameters == 1 or len(shown) * len(recipe.degrees) <= 4
    n_rows = 1 if side_by_side else len(recipe.degrees)
    top_height = 3.5 if side_by_side else 2.4 * n_rows
    bottom_height = 3.3 if len(classes) <= 5 else 4.2
    figure = Figure(figsize=(12.0, top_height + bottom_height + 0.6), layout="constrained")
    figure.suptitle(_title(data, recipe, len(shown)), fontsize="large")
    top, bottom = figure.subfigures(2, 1, height_ratios=[top_height, bottom_height], squeeze=False).ravel()
    if recipe.n_parameters == 1:
        _draw_curves(top, data, recipe, invariants, shown)
    else:
        shape = (1, len(recipe.degrees)) if side_by_side else (len(recipe.degrees), 1)
        groups = top.subfigures(*shape, squeeze=False).ravel()
        for place, group in enumerate(groups):
            measures = [sample[place] for sample in invariants]
            _draw_means(group, data, measures, shown, f"$H_{{{recipe.degrees[place]}}}$")
    left, right = bottom.subplots(1, 2, width_ratios=[1.0, 1.25])
    _draw_confusion(left, [data.class_names[c] for c in classes], result, classes)
    _draw_accuracies(right, result)
    figure.savefig(picture, dpi=150)


def _title(data: Dataset, recipe: Recipe, n_shown: int) -> str:
    n_classes = len(np.unique(data.labels))
    classes = f"{n_classes} classes" + (f" (first {n_shown} drawn)" if n_shown < n_classes else "")
    return f"{data.name}: {len(data)} clouds, {classes}, {recipe.filtration}"


def _draw_means(figure: SubFigure, data: Dataset, measures: list[SignedMeasure], shown: list[int], degree: str) -> None:
    """Draw one panel a class, with axes and colours in common."""
    from matplotlib.ticker import MaxNLocator

    edges = _common_edges(np.concatenate([measure.points for measure in measures]))
    means = [_mean_function(_of_class(data, measures, c), edges) for c in shown]
    largest = max(float(mean.max()) for mean in means)
    panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
    for ax, mean, c in zip(panels, means, shown, strict=True):
        mesh = draw_cells(ax, edges, mean, largest=largest, gamma=_GAMMA)
        ax.set_title(_short(data.class_names[c]), fontsize="medium")
        ax.locator_params(nbins=4)
    panels[0].set_ylabel("codensity")
    figure.suptitle(f"{degree}: mean Hilbert function of each class", fontsize="medium")
    figure.supxlabel("diameter", fontsize="medium")
    figure.colorbar(mesh, ax=panels, label="mean dimension", pad=0.01, aspect=25, ticks=MaxNLocator(5))


def _draw_curves(figure: SubFigure, data: Dataset, recipe: Recipe, invariants: Sequence[Any], shown: list[int]) -> None:
    """Draw the mean Hilbert function (Betti curve) of each class, a panel a degree."""
    panels = figure.subplots(1, len(recipe.degrees), squeeze=False)[0]
    for place, ax in enumerate(panels):
        measures = [_measure_of(sample[place]) for sample in invariants]
        (edges,) = _common_edges(np.concatenate([measure.points for measure in measures]))
        for k, c in enumerate(shown):
            mean = _mean_function(_of_class(data, measures, c), [edges])
            ax.plot(edges[:-1], mean, color=color_of(k), label=_short(data.class_names[c]), linewidth=1.5)
        ax.set(xlabel="diameter", ylabel="mean dimension", xlim=edges[[0, -1]], ylim=(0.0, None))
        ax.set_title(f"$H_{{{recipe.degrees[place]}}}$", loc="left")
        ax.spines[["top", "right"]].set_visible(False)
    panels[-1].legend(frameon=False, fontsize="small")


def _measure_of(barcode: Any) -> SignedMeasure:
    deaths = barcode.deaths[np.isfinite(barcode.deaths)]
    points = np.concatenate([barcode.births, deaths])[:, np.newaxis]
    return SignedMeasure(points, np.repeat([1, -1], [len(barcode.births), len(deaths)]))


def _of_class(data: Dataset, measures: list[SignedMeasure], label: int) -> list[SignedMeasure]:
    return [measure for measure, other in zip(measures, data.labels, strict=True) if other == label]


def _common_edges(points: Float) -> list[Float]:
    """Edges of cells over nearly all atoms, along each axis."""
    edges = []
    for column in points.T:
        low, high = (column.min(), np.quantile(column, _COVERAGE)) if len(column) else (0.0, 1.0)
        edges.append(np.linspace(low, high if high > low else low + 1.0, _CELLS + 1))
    return edges


def _mean_function(measures: list[SignedMeasure], edges: list[Float]) -> Float:
    """Mean of the cumulative functions, at the lower left corners of the cells."""
    total = SignedMeasure(
        np.concatenate([measure.points for measure in measures]),
        np.concatenate([measure.weights for measure in measures]),
    )
    sums: Number = total.cumulative_on_grid([edge[:-1] for edge in edges])
    return sums / len(measures)


def _draw_confusion(ax: Axes, names: list[str], result: Evaluation, classes: list[int]) -> None:
    """Draw which class is taken for which, in percent of the true class."""
    counts = np.zeros((len(classes), len(classes)))
    true = np.searchsorted(classes, result.labels)
    np.add.at(counts, (true, np.searchsorted(classes, result.predictions[TOPOLOGY])), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    ax.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.25)
    if len(classes) <= 12:
        size = "medium" if len(classes) <= 7 else "small"
        for (i, j), share in np.ndenumerate(shares):
            if share >= 0.005:
                color = "white" if share > 0.7 else "black"
                ax.text(j, i, f"{100 * share:.0f}", ha="center", va="center", color=color, fontsize=size)
    short = [_short(name) for name in names]
    long = max(map(len, short)) * len(short) > 40
    ax.set_xticks(range(len(names)), short, rotation=35 if long else 0, ha="right" if long else "center")
    ax.set_yticks(range(len(names)), short)
    ax.tick_params(length=0, labelsize="small" if len(names) > 5 else "medium")
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.set_title("Topology: predictions out of fold, % of the true class", loc="left", fontsize="medium")


def _draw_accuracies(ax: Axes, result: Evaluation) -> None:
    """Draw one bar a feature set, with its deviation over folds, and the share of the largest class."""
    names = list(result.scores)
    rows = np.arange(len(names))[::-1]
    means = np.array([scores.mean() for scores in result.scores.values()])
    deviations = np.array([scores.std() for scores in result.scores.values()])
    colors = [NEUTRAL if name == BASELINE else PALETTE[0] if name == TOPOLOGY else PALETTE[2] for name in names]
    ax.barh(rows, means, xerr=deviations, height=0.6, color=colors, error_kw={"elinewidth": 1.2, "capsize": 3})
    ax.plot([result.chance] * 2, [-0.5, len(names) - 0.5], color="black", linewidth=1.0, linestyle="--")
    side = "left" if result.chance < 0.15 else "center"
    ax.text(result.chance, len(names) - 0.47, f"largest class {result.chance:.3f}", ha=side, fontsize="small")
    ax.set_yticks(rows, [f"{name}\n{m:.3f} ± {d:.3f}" for name, m, d in zip(names, means, deviations, strict=True)])
    ax.set(xlim=(0.0, 1.02), ylim=(-0.5, len(names) - 0.3), xlabel="accuracy")
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(result.protocol, loc="left", fontsize="small", pad=12)


def _short(name: str) -> str:
    """Cut a long name in its middle: numbers at the end tell classes apart."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[: half - 1]}…{name[-half:]}"
