"""Pictures of barcodes: as bars, and as points above the diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tdainv._typing import Number
from tdainv.persistence.barcode import Barcode
from tdainv.plots._style import MARKERS, NEUTRAL, axes_or_current, color_of, say_nothing_to_draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection

_MARGIN = 0.05  # share of the range of values
_BAND = 30  # bars of a degree that get full thickness; more bars share their height
_MIN_ROWS = 14  # so that a single bar is no slab


def plot_barcode(
    barcode_or_barcodes: Barcode | Sequence[Barcode], *, label: str = "diameter", ax: Axes | None = None
) -> Axes:
    """Draw barcodes: one horizontal bar from birth to death for each interval, one band a degree.

    Bars are sorted by birth, then death, from below. Essential bars end in an arrow at the right edge.

    Parameters
    ----------
    barcode_or_barcodes : Barcode or sequence of Barcode
    label : str, default "diameter"
        What the values of the filtration are.
    ax : matplotlib Axes, optional
        Default: the current Axes.

    Returns
    -------
    matplotlib Axes
        With two collections a barcode, in order: its bars, and the arrows of the essential ones.

    Examples
    --------
    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_barcode
    >>> square = tdainv.rips([[0, 0], [1, 0], [1, 1], [0, 1]])
    >>> ax = plot_barcode([tdainv.barcode(square, 0), tdainv.barcode(square, 1)], ax=Figure().subplots())
    >>> [len(bars.get_paths()) for bars in ax.collections[::2]]
    [4, 1]
    """
    barcodes = _as_list(barcode_or_barcodes)
    ax = axes_or_current(ax)
    low, high = _range(barcodes)
    bottom, centres = 0.0, []
    for barcode in barcodes:
        thickness = min(1.0, _BAND / max(len(barcode), 1))
        middles = bottom + thickness * (np.arange(len(barcode)) + 0.5)
        color = color_of(barcode.degree)
        ax.add_collection(_bars(barcode, middles, thickness, high, color), autolim=False)
        essential = middles[np.isinf(barcode.deaths)]
        ax.scatter(
            np.full(len(essential), high), essential, marker=">", s=80 * thickness, color=color, clip_on=False, zorder=3
        )
        height = max(thickness * len(barcode), 1.0)
        centres.append(bottom + height / 2)
        bottom += height + 1.5
    missing = max(_MIN_ROWS - bottom, 0.0) / 2
    ax.set(xlim=(low, high), ylim=(-1.0 - missing, bottom - 0.5 + missing), xlabel=label)
    ax.set_yticks(centres, [f"$H_{{{b.degree}}}$\n{len(b)} bar{'' if len(b) == 1 else 's'}" for b in barcodes])
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "right", "top"]].set_visible(False)
    if not sum(map(len, barcodes)):
        say_nothing_to_draw(ax, "no bars")
    return ax


def plot_diagram(
    barcode_or_barcodes: Barcode | Sequence[Barcode], *, label: str = "diameter", ax: Axes | None = None
) -> Axes:
    """Draw persistence diagrams: a point (birth, death) for each bar, colour and marker by degree.

    Essential bars lie on the dashed line marked ∞.

    Parameters
    ----------
    barcode_or_barcodes : Barcode or sequence of Barcode
    label : str, default "diameter"
        What the values of the filtration are.
    ax : matplotlib Axes, optional
        Default: the current Axes.

    Returns
    -------
    matplotlib Axes
        With one collection of points a barcode, in order.

    Examples
    --------
    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_diagram
    >>> square = tdainv.rips([[0, 0], [1, 0], [1, 1], [0, 1]])
    >>> ax = plot_diagram(tdainv.barcode(square, 1), ax=Figure().subplots())
    >>> ax.collections[0].get_offsets().round(3).tolist()
    [[1.0, 1.414]]
    """
    barcodes = _as_list(barcode_or_barcodes)
    ax = axes_or_current(ax)
    low, high = _range(barcodes)
    low -= _MARGIN * (high - low)
    has_essential = any(np.isinf(b.deaths).any() for b in barcodes)
    infinity = high + 1.5 * _MARGIN * (high - low)
    top = infinity + 1.5 * _MARGIN * (high - low) if has_essential else high
    for barcode in barcodes:
        deaths = np.where(np.isinf(barcode.deaths), infinity, barcode.deaths)
        ax.scatter(
            barcode.births,
            deaths,
            s=float(np.clip(3000 / max(len(barcode), 1), 9.0, 30.0)),
            marker=MARKERS[barcode.degree % len(MARKERS)],
            color=color_of(barcode.degree),
            alpha=0.75,
            linewidths=0,
            label=f"$H_{{{barcode.degree}}}$",
            zorder=3,
        )
    ax.fill_between([low, top], [low, top], low, color="0.95", linewidth=0, zorder=0)
    ax.plot([low, top], [low, top], color=NEUTRAL, linewidth=0.8, zorder=1)
    if has_essential:
        ax.axhline(infinity, color=NEUTRAL, linewidth=0.8, linestyle="--", zorder=1)
        ax.annotate(
            "∞", (1.0, infinity), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center"
        )
    ax.set(xlim=(low, top), ylim=(low, top), xlabel=f"birth ({label})", ylabel=f"death ({label})", aspect="equal")
    ax.legend(loc="lower right", frameon=False, handletextpad=0.2)
    if not sum(map(len, barcodes)):
        say_nothing_to_draw(ax, "no bars")
    return ax


def _as_list(barcode_or_barcodes: Barcode | Sequence[Barcode]) -> list[Barcode]:
    barcodes = [barcode_or_barcodes] if isinstance(barcode_or_barcodes, Barcode) else list(barcode_or_barcodes)
    for k, barcode in enumerate(barcodes):
        if not isinstance(barcode, Barcode):
            raise TypeError(f"barcodes[{k}] must be a Barcode, got {type(barcode).__name__}.")
    if not barcodes:
        raise ValueError("There must be at least one barcode, got an empty sequence.")
    return barcodes


def _range(barcodes: list[Barcode]) -> tuple[float, float]:
    """Smallest birth and a little more than the largest finite value."""
    values = np.concatenate([barcode.diagram.ravel() for barcode in barcodes])
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    low = 0.0 if 0.0 < low < 0.5 * high else low
    return low, high + _MARGIN * (high - low) if high > low else low + 1.0


def _bars(barcode: Barcode, middles: Number, thickness: float, end: float, color: str) -> PolyCollection:
    from matplotlib.collections import PolyCollection

    half = 0.375 if thickness == 1.0 else 0.5 * thickness  # no gaps between bars that are thinner than a pixel
    corners = np.empty((len(barcode), 4, 2))
    corners[:, [0, 3], 0] = barcode.births[:, np.newaxis]
    corners[:, [1, 2], 0] = np.minimum(barcode.deaths, end)[:, np.newaxis]
    corners[:, :2, 1] = middles[:, np.newaxis] - half
    corners[:, 2:, 1] = middles[:, np.newaxis] + half
    return PolyCollection(list(corners), facecolors=color, edgecolors=color, linewidths=0.25)
