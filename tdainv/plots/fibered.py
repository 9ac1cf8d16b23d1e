"""Pictures of fibered barcodes: a panel of bars for each line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float, Number
from tdainv.invariants.fibered import FiberedBarcode
from tdainv.persistence.barcode import Barcode
from tdainv.plots._style import color_of, say_nothing_to_draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARGIN = 0.05  # share of the range of values


def plot_fibered_barcode(
    fibered: FiberedBarcode,
    *,
    lines: Sequence[int] | None = None,
    max_panels: int = 9,
    label: str = "t",
    axes: Axes | Iterable[Axes] | None = None,
) -> Number:
    """Draw barcodes along lines: one panel a line, all over the same range.

    Bars are sorted by birth, then death, from below. Essential bars end in an arrow at the right edge. The point at
    time t of the line is its base plus t times its direction; both stand above the panel.

    Parameters
    ----------
    fibered : FiberedBarcode
    lines : sequence of int, optional
        Numbers of the lines to draw. Default: all, or as many as there may be panels, evenly spread.
    max_panels : int, default 9
        Largest number of panels if `lines` is not given.
    label : str, default "t"
        What the time along lines is.
    axes : matplotlib Axes or array of Axes, optional
        One a line, at least. Default: new ones, in the current figure if it is empty, else in a new figure.

    Returns
    -------
    ndarray of matplotlib Axes
        One a line drawn, in order. Each has two collections: the bars, and the arrows of the essential ones.

    Raises
    ------
    ValueError
        For numbers of lines out of range, and for too few Axes.

    Examples
    --------
    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_fibered_barcode
    >>> filtration = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    >>> lines = tdainv.Lines([[0.0, 0.0], [0.0, 1.0]], [1.0, 1.0])
    >>> fibered = tdainv.fibered_barcode(filtration, 0, lines)
    >>> panels = plot_fibered_barcode(fibered, axes=Figure().subplots(2))
    >>> [len(ax.collections[0].get_segments()) for ax in panels]
    [2, 2]
    """
    if not isinstance(fibered, FiberedBarcode):
        raise TypeError(f"fibered must be a FiberedBarcode, got {type(fibered).__name__}.")
    check.positive_integer(max_panels, "max_panels")
    chosen = _chosen_lines(lines, len(fibered), max_panels)
    panels = _panels(axes, max(len(chosen), 1))
    barcodes = [fibered[i] for i in chosen]
    low, high = _range(barcodes)
    bases, directions = (_without_dust(vectors) for vectors in (fibered.lines.bases, fibered.lines.directions))
    for ax, i, barcode in zip(panels, chosen, barcodes, strict=False):
        ax.set_title(f"{_shown(bases[i])} + t {_shown(directions[i])}", fontsize="small")
        _draw_bars(ax, barcode, high)
        ax.set(xlim=(low, high), xlabel=label)
        ax.label_outer()
    if not len(chosen):
        say_nothing_to_draw(panels[0], "no lines")
    return panels[: len(chosen)]


def _chosen_lines(lines: Sequence[int] | None, n: int, max_panels: int) -> list[int]:
    """Numbers of the lines to draw."""
    if lines is None:
        return np.unique(np.linspace(0, n - 1, min(n, max_panels)).round().astype(int)).tolist() if n else []
    chosen = check.integers(lines, "lines", (None,)).tolist()
    for i in chosen:
        if not 0 <= i < n:
            raise ValueError(f"lines must lie in 0..{n - 1}, the numbers of the {n} lines, got {i}.")
    return chosen


def _panels(axes: Axes | Iterable[Axes] | None, n: int) -> Number:
    """At least n Axes: those given, or new ones in at most three columns."""
    if axes is not None:
        given = np.ravel(np.array(axes, dtype=object))
        if len(given) < n:
            raise ValueError(f"axes must be at least {n}, one a line, got {len(given)}.")
        return given
    from matplotlib import pyplot as plt

    figure = plt.gcf() if not plt.gcf().axes else plt.figure()
    n_columns = min(n, 3)
    rows = ceil(n / n_columns)
    panels = figure.subplots(rows, n_columns, sharex=True, squeeze=False, gridspec_kw={"hspace": 0.5}).ravel()
    for ax in panels[n:]:
        ax.remove()
    return panels[:n]


def _without_dust(vectors: Float) -> Float:
    """Vectors without what rounding left of zeros, for titles."""
    return np.where(np.abs(vectors) > 1e-12 * np.abs(vectors).max(initial=0.0), vectors, 0.0)


def _shown(vector: Float) -> str:
    return f"({', '.join(f'{x:.3g}' for x in vector)})"


def _range(barcodes: list[Barcode]) -> tuple[float, float]:
    """Smallest birth, and a little more than the largest finite value."""
    values = np.concatenate([np.zeros(0), *(b.births for b in barcodes), *(b.deaths for b in barcodes)])
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return low, high + _MARGIN * (high - low) if high > low else low + 1.0


def _draw_bars(ax: Axes, barcode: Barcode, high: float) -> None:
    """Bars one above the other; `high` is the right edge."""
    color, width = color_of(barcode.degree), float(np.clip(120 / max(len(barcode), 1), 0.5, 4.0))
    places = np.arange(len(barcode))
    ax.hlines(places, barcode.births, np.minimum(barcode.deaths, high), color=color, linewidth=width)
    essential = places[np.isinf(barcode.deaths)]
    ax.scatter(np.full(len(essential), high), essential, marker=">", s=10 * width, color=color, clip_on=False, zorder=3)
    ax.set_ylim(-1.0, max(len(barcode), 4.0))
    ax.set_yticks([])
    ax.spines[["left", "right", "top"]].set_visible(False)
    if not len(barcode):
        say_nothing_to_draw(ax, "no bars")
