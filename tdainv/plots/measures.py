"""Pictures of signed measures, and of the functions they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float, Number
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.plots._style import NEGATIVE, NEUTRAL, PALETTE, POSITIVE, axes_or_current, say_nothing_to_draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARGIN = 0.06  # the function is drawn this much further than the last atom, as a share of the range
_FEW_VALUES = 8  # up to here each integer has a colour of its own


def plot_hilbert(
    measure: SignedMeasure,
    *,
    resolution: int = 200,
    atoms: bool = True,
    labels: tuple[str, str] = ("diameter", "function"),
    ax: Axes | None = None,
) -> Axes:
    """Draw the cumulative function of a signed measure: for a Hilbert signed measure, the Hilbert function.

    With two parameters, a heat map with the atoms on top. A cell has the value at its lower left corner; along an
    axis with at most `resolution` different coordinates the cells end there, so that nothing is lost. Integers up
    to 8 have a colour each, larger ones share colours by powers of two. With one parameter, a step function.

    Parameters
    ----------
    measure : SignedMeasure
        On R^1 or R^2.
    resolution : int, default 200
        Largest number of cells along an axis.
    atoms : bool, default True
        Whether to draw the atoms of a measure on R^2, see :func:`plot_measure`.
    labels : (str, str), default ("diameter", "function")
        What the parameters are.
    ax : matplotlib Axes, optional
        Default: the current Axes.

    Returns
    -------
    matplotlib Axes
        The heat map is its first collection.

    Raises
    ------
    ValueError
        For a measure on R^p with p > 2.

    Examples
    --------
    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_hilbert
    >>> mu = tdainv.SignedMeasure([[0.0, 0.0], [0.0, 1.0], [3.0, 1.0]], [1, 1, -1])
    >>> ax = plot_hilbert(mu, ax=Figure().subplots())
    >>> ax.collections[0].get_array().tolist()
    [[1, 1], [2, 1]]
    """
    check.positive_integer(resolution, "resolution")
    _check_parameters(measure)
    ax = axes_or_current(ax)
    if measure.n_parameters == 1:
        _draw_steps(ax, measure, labels[0])
        return ax
    edges = [cell_edges(column, resolution) for column in measure.points.T]
    values = measure.cumulative_on_grid([edge[:-1] for edge in edges])
    mesh = draw_cells(ax, edges, values)
    bar = ax.figure.colorbar(mesh, ax=ax, label="dimension", pad=0.03)
    if values.dtype.kind != "f":
        bounds, names = integer_bins(int(values.min()), int(values.max()))
        bar.set_ticks(((bounds[:-1] + bounds[1:]) / 2).tolist(), labels=names)
        bar.ax.tick_params(length=0)
    if atoms and len(measure):
        _draw_atoms(ax, measure)
    ax.set(xlabel=labels[0], ylabel=labels[1], xlim=edges[0][[0, -1]], ylim=edges[1][[0, -1]])
    if not len(measure):
        say_nothing_to_draw(ax, "no atoms: 0 everywhere")
    return ax


def plot_measure(
    measure: SignedMeasure, *, labels: tuple[str, str] = ("diameter", "function"), ax: Axes | None = None
) -> Axes:
    """Draw the atoms of a signed measure: points in the plane, or stems on a line.

    Parameters
    ----------
    measure : SignedMeasure
        On R^1 or R^2. In the plane the area of a marker grows with |weight|; positive atoms are disks, negative
        ones diamonds.
    labels : (str, str), default ("diameter", "function")
        What the parameters are.
    ax : matplotlib Axes, optional
        Default: the current Axes.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError
        For a measure on R^p with p > 2.

    Examples
    --------
    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_measure
    >>> mu = tdainv.SignedMeasure([[0.0, 0.0], [0.0, 1.0], [3.0, 1.0]], [1, 1, -1])
    >>> ax = plot_measure(mu, ax=Figure().subplots())
    >>> [len(atoms.get_offsets()) for atoms in ax.collections]
    [2, 1]
    """
    _check_parameters(measure)
    ax = axes_or_current(ax)
    ax.set_xlabel(labels[0])
    if not len(measure):
        say_nothing_to_draw(ax, "no atoms")
    elif measure.n_parameters == 2:
        _draw_atoms(ax, measure)
        ax.set_ylabel(labels[1])
        ax.margins(_MARGIN)
    else:
        x, heights = measure.points[:, 0], measure.weights
        ax.vlines(x, 0.0, heights, colors=[POSITIVE if h > 0 else NEGATIVE for h in heights], linewidth=1.2)
        ax.axhline(0.0, color=NEUTRAL, linewidth=0.8)
        ax.set_ylabel("weight")
    return ax


def cell_edges(coordinates: Float, resolution: int) -> Float:
    """Edges of the cells along an axis: at the coordinates themselves, if these are few enough."""
    values = np.unique(coordinates) if len(coordinates) else np.zeros(1)
    end = values[-1] + _MARGIN * (values[-1] - values[0] if len(values) > 1 else 1.0 / _MARGIN)
    return np.append(values, end) if len(values) <= resolution else np.linspace(values[0], end, resolution + 1)


def draw_cells(
    ax: Axes, edges: Sequence[Float], values: Number, *, largest: float | None = None, gamma: float = 1.0
) -> Any:
    """Draw a function that is constant on cells, integers in discrete colours.

    Of a real function, `largest` is the end of the colour scale, for panels that share one; a `gamma` below 1 gives
    small values more of the colours, if none is negative.
    """
    from matplotlib.colors import BoundaryNorm, ListedColormap, Normalize, PowerNorm

    cmap: Any
    norm: Any
    if values.dtype.kind == "f":
        bound = float(np.abs(values).max()) if largest is None else largest
        signed = bool(values.min() < -1e-9 * bound)
        cmap = _shades(signed)
        norm = Normalize(-bound, bound) if signed else PowerNorm(gamma, 0.0, bound or 1.0)
    else:
        bounds, _ = integer_bins(int(values.min()), int(values.max()))
        middles = (bounds[:-1] + bounds[1:]) / 2
        n_negative, n_positive = int((middles < 0).sum()), int((middles > 0).sum())
        colors = [_shades(True)(0.5 - 0.5 * (k + 1) / n_negative) for k in range(n_negative)][::-1]
        steps = max(n_positive, 4)  # a function with values 0 and 1 only is not painted dark
        colors += [_shades(False)(0.12 + 0.88 * (k / steps)) if k else "white" for k in range(n_positive + 1)]
        cmap, norm = ListedColormap(colors), BoundaryNorm(bounds, len(colors))
    # One image a panel, also in vector formats: thousands of cells as paths would be slow to open.
    return ax.pcolormesh(*edges, values.T, cmap=cmap, norm=norm, rasterized=True)


def integer_bins(low: int, high: int) -> tuple[Float, list[str]]:
    """Boundaries (at half integers) and names of bins that cover the integers from min(low, 0) to max(high, 0).

    Each integer up to 8 in absolute value has a bin of its own if none is larger; otherwise bins are 0, 1, 2, 3-4,
    5-8 and so on, up to the largest value.
    """
    above, below = _starts(max(high, 0)), _starts(max(-low, 0))
    ends = np.append(above[1:] - 1, max(high, 0))
    names = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(above, ends, strict=True)]
    ends_below = np.append(below[1:] - 1, max(-low, 0))
    names_below = [f"−{a}" if a == b else f"−{b} to −{a}" for a, b in zip(below, ends_below, strict=True)]
    bounds = np.concatenate([-(ends_below[1:][::-1] + 0.5), above - 0.5, [ends[-1] + 0.5]])
    return bounds, names_below[1:][::-1] + names


def _starts(high: int) -> Number:
    """First integers of the bins of 0 to `high`."""
    if high <= _FEW_VALUES:
        return np.arange(high + 1)
    powers = 2 ** np.arange(int(high).bit_length())
    starts = np.concatenate([[0, 1], powers + 1])
    return starts[starts <= high]


def _shades(signed: bool) -> Any:
    """White to blue, or brown over white to blue; not too dark for markers on top."""
    from matplotlib.colors import LinearSegmentedColormap

    blues = ["#FFFFFF", "#DCE9F6", "#A9CCE8", "#67A5D2", "#3279B7", "#1A4F8B"]
    browns = ["#7A4B12", "#B98337", "#DDBB7D", "#F2E2C3"]
    return LinearSegmentedColormap.from_list("hilbert", browns + blues if signed else blues)


def _draw_atoms(ax: Axes, measure: SignedMeasure) -> None:
    sizes = np.abs(measure.weights) / np.median(np.abs(measure.weights))
    area = float(np.clip(2500 / len(measure), 2.5, 40.0))
    areas = area * np.clip(sizes, 0.25, 6.0)
    for sign, marker, color, name in ((1, "o", POSITIVE, "positive"), (-1, "D", NEGATIVE, "negative")):
        kept = np.sign(measure.weights) == sign
        if kept.any():
            ax.scatter(
                measure.points[kept, 0],
                measure.points[kept, 1],
                s=areas[kept] * (1.0 if sign > 0 else 0.7),
                marker=marker,
                color=color,
                edgecolors="white",
                linewidths=0.4 if len(measure) < 200 else 0.0,
                clip_on=False,  # many atoms lie on the edge, at the smallest value of a parameter
                zorder=3,
                label=name,
            )
    ax.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderaxespad=0.1,
        ncols=2,
        frameon=False,
        markerscale=float(np.sqrt(25.0 / area)),
        handletextpad=0.0,
        columnspacing=0.8,
        fontsize="small",
    )


def _draw_steps(ax: Axes, measure: SignedMeasure, label: str) -> None:
    from matplotlib.ticker import MaxNLocator

    edges = cell_edges(measure.points[:, 0], max(len(measure), 1))
    values = measure.cumulative_on_grid([edges[:-1]])
    ax.stairs(values, edges, baseline=0, fill=True, color=PALETTE[0], alpha=0.2, linewidth=0)
    ax.stairs(values, edges, baseline=None, color=PALETTE[0], linewidth=1.5)
    ax.set(
        xlabel=label,
        ylabel="dimension",
        xlim=edges[[0, -1]],
        ylim=(min(0.0, 1.06 * values.min()), max(1.06 * values.max(), 1.06)),
    )
    if values.dtype.kind != "f":
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    if not len(measure):
        say_nothing_to_draw(ax, "no atoms: 0 everywhere")


def _check_parameters(measure: SignedMeasure) -> None:
    if not isinstance(measure, SignedMeasure):
        raise TypeError(f"measure must be a SignedMeasure, got {type(measure).__name__}.")
    if measure.n_parameters not in (1, 2):
        raise ValueError(f"A measure on R^1 or R^2 can be drawn, got one on R^{measure.n_parameters}.")
