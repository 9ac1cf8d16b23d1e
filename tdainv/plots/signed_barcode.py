"""Pictures of signed barcodes: a segment for each bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tdainv._typing import Float, Number
from tdainv.invariants.signed_barcode import SignedBarcode
from tdainv.plots._style import NEGATIVE, POSITIVE, axes_or_current, say_nothing_to_draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARGIN = 0.05  # share of the range of values


def plot_signed_barcode(
    signed_barcode: SignedBarcode, *, labels: tuple[str, str] = ("diameter", "function"), ax: Axes | None = None
) -> Axes:
    """Draw a signed barcode over the plane: a segment from birth to death for each bar, coloured by sign.

    A segment is the diagonal of a rectangle; that of a hook goes from its corner to the corner of what is cut out.
    Wide and opaque segments have large weights. Infinite deaths lie on the edge of the picture.

    Parameters
    ----------
    signed_barcode : SignedBarcode
        With two parameters.
    labels : (str, str), default ("diameter", "function")
        What the parameters are.
    ax : matplotlib Axes, optional
        Default: the current Axes.

    Returns
    -------
    matplotlib Axes
        With two collections, the positive and the negative bars, without those of a sign that does not occur.

    Raises
    ------
    ValueError
        For another number of parameters.

    References
    ----------
    Botnan, Oppermann, Oudot: Signed barcodes for multi-parameter persistence via rank decompositions and rank-exact
    resolutions, Found. Comput. Math. 25 (2025).

    Examples
    --------
    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_signed_barcode
    >>> bars = tdainv.SignedBarcode([[0, 0], [0, 1]], [[2, 3], [2, 3]], [2, -1], degree=0)
    >>> ax = plot_signed_barcode(bars, ax=Figure().subplots())
    >>> ax.collections[0].get_segments()[0].tolist()
    [[0.0, 0.0], [2.0, 3.0]]
    """
    if not isinstance(signed_barcode, SignedBarcode):
        raise TypeError(f"signed_barcode must be a SignedBarcode, got {type(signed_barcode).__name__}.")
    if signed_barcode.n_parameters != 2:
        raise ValueError(
            f"A signed barcode with 2 parameters can be drawn, got one with {signed_barcode.n_parameters}."
        )
    ax = axes_or_current(ax)
    ax.set(xlabel=labels[0], ylabel=labels[1])
    if not len(signed_barcode):
        say_nothing_to_draw(ax, "no bars")
        return ax
    corners = np.concatenate([signed_barcode.births, signed_barcode.deaths])
    low = signed_barcode.births.min(axis=0)
    high = np.where(np.isfinite(corners), corners, -np.inf).max(axis=0)
    margin = _MARGIN * np.where(high > low, high - low, 1.0)
    low, high = low - margin, high + margin
    segments = np.stack([signed_barcode.births, np.minimum(signed_barcode.deaths, high)], axis=1)
    _draw_segments(ax, segments, signed_barcode.weights, signed_barcode.kind)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    return ax


def _draw_segments(ax: Axes, segments: Float, weights: Number, kind: str) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    sizes = np.abs(weights) / np.abs(weights).max()
    thin = float(np.clip(30.0 / np.sqrt(len(weights)), 0.6, 2.0))
    for sign, color, name in ((1, POSITIVE, "positive"), (-1, NEGATIVE, "negative")):
        kept = np.sign(weights) == sign
        if kept.any():
            colors = np.tile(to_rgba(color), (int(kept.sum()), 1))
            colors[:, 3] = 0.3 + 0.6 * sizes[kept]
            lines = LineCollection(list(segments[kept]), colors=colors, linewidths=thin * (0.5 + 1.5 * sizes[kept]))
            lines.set_label(f"{name} {kind}{'s' if kept.sum() > 1 else ''}")
            ax.add_collection(lines, autolim=False)
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1, ncols=2, frameon=False, fontsize="small")
