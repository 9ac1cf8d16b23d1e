"""Colours that all plots share, and where to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's palette, which colour-blind readers can tell apart; the first three are degrees 0, 1 and 2.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#000000")
MARKERS = ("o", "^", "s", "D")
POSITIVE, NEGATIVE = "#D55E00", "#000000"  # atoms of signed measures
NEUTRAL = "#7F7F7F"


def axes_or_current(ax: Axes | None) -> Axes:
    """Return `ax`, or the current Axes of pyplot."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.gca()


def color_of(k: int) -> str:
    """Colour number `k` of the palette, which starts again at its end."""
    return PALETTE[k % len(PALETTE)]


def say_nothing_to_draw(ax: Axes, text: str) -> None:
    """Write in the middle of an empty Axes what is missing, so that a blank picture is no riddle."""
    box = {"facecolor": "white", "edgecolor": "none", "pad": 2.0}
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="0.4", bbox=box)
