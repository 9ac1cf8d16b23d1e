"""Pictures of sums of interval modules: regions in the plane, bodies in space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float
from tdainv.invariants.interval_module import IntervalModule
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode
from tdainv.plots._style import axes_or_current, color_of, say_nothing_to_draw
from tdainv.plots._supports import Support
from tdainv.plots.barcodes import plot_barcode
from tdainv.plots.measures import draw_cells, integer_bins

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABELS = ("diameter", "function", "second function")
_CELLS_OF_HILBERT = 200  # an axis
_CELLS_IN_SPACE = 40  # an axis: matplotlib draws some ten thousand faces, slowly


def plot_module(
    module: IntervalModule,
    *,
    hilbert: SignedMeasure | None = None,
    max_summands: int = 20,
    labels: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the summands of a sum of interval modules: translucent regions, the largest at the back.

    With two parameters these are regions in the plane, with three parameters the surfaces of bodies in space, both cut
    off at the box of the module. With one parameter the intervals are drawn as bars.

    Parameters
    ----------
    module : IntervalModule
        With at most three parameters.
    hilbert : SignedMeasure, optional
        With two parameters only: a Hilbert measure whose function is drawn below.
    max_summands : int, default 20
        Only so many summands are drawn, the largest ones inside the box; the title says so.
    labels : sequence of str, optional
        What the parameters are; by default "diameter", "function", "second function".
    ax : matplotlib Axes, optional
        In space if there are three parameters. Default: the current Axes, which are made so in an empty figure.

    Returns
    -------
    matplotlib Axes
        With one collection a summand, the largest first, after the heat map if there is one.

    Raises
    ------
    ValueError
        For more than three parameters, and for Axes or a measure of another dimension.

    Notes
    -----
    In space, a summand whose corners have more than 41 different coordinates along an axis is drawn a little too large,
    with 41 evenly spaced ones.

    Examples
    --------
    A region with one birth and two deaths: 2 x 1 and 1 x 2 with a common square.

    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_module
    >>> module = tdainv.IntervalModule([[0, 0]], [0, 1], [[2, 1], [1, 2]], [0, 2], degree=0, box=[[0, 0], [3, 3]])
    >>> ax = plot_module(module, ax=Figure().subplots())
    >>> [corner.tolist() for corner in ax.collections[0].get_paths()[0].vertices[:4]]
    [[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
    """
    if not isinstance(module, IntervalModule):
        raise TypeError(f"module must be an IntervalModule, got {type(module).__name__}.")
    check.positive_integer(max_summands, "max_summands")
    p = module.n_parameters
    names = _checked_labels(labels, p)
    if hilbert is not None:
        _check_hilbert(hilbert, p)
    if p == 1:
        bars = Barcode(module.births[:, 0], module.deaths[:, 0], module.degree)
        return plot_barcode(bars, label=names[0], ax=ax)
    ax = _axes_in_space(ax) if p == 3 else axes_or_current(ax)
    flat = module.box[0] == module.box[1]
    if hilbert is not None and not flat.any():
        _draw_hilbert(ax, hilbert, module.box)
    drawn = _largest_supports(module, max_summands)
    opacity = 0.3 if hilbert is None else 0.12  # so that the heat map shows
    for k, support in enumerate(drawn):
        (_draw_body if p == 3 else _draw_region)(ax, support, color_of(k), opacity)
    frame = module.box + np.outer([-0.5, 0.5], flat)  # Axes need some width
    for axis, name, limits in zip("xyz", names, frame.T, strict=False):
        ax.set(**{f"{axis}lim": limits, f"{axis}label": name})
    if max_summands == len(drawn) < len(module):
        ax.set_title(f"the largest {max_summands} of {len(module)} summands", fontsize="small")
    if not drawn:
        _say_no_summands(ax)
    return ax


def _checked_labels(labels: Sequence[str] | None, p: int) -> list[str]:
    if p > len(_LABELS):
        raise ValueError(f"A module with at most {len(_LABELS)} parameters can be drawn, got one with {p}.")
    names = list(_LABELS[:p] if labels is None else labels)
    if len(names) != p or isinstance(labels, str):
        raise ValueError(f"labels must be {p} strings, one a parameter, got labels={labels!r}.")
    return names


def _check_hilbert(hilbert: Any, p: int) -> None:
    if not isinstance(hilbert, SignedMeasure):
        raise TypeError(f"hilbert must be a SignedMeasure, got {type(hilbert).__name__}.")
    if p != 2 or hilbert.n_parameters != 2:
        raise ValueError(
            f"A Hilbert function on R^2 can be drawn below a module with 2 parameters, got one on "
            f"R^{hilbert.n_parameters} and a module with {p}."
        )


def _largest_supports(module: IntervalModule, most: int) -> list[Support]:
    """Supports of positive size in the box, the largest first."""
    volumes = module.volumes()
    largest = np.argsort(-volumes, kind="stable")[:most]
    most_cells = _CELLS_IN_SPACE if module.n_parameters == 3 else None
    return [Support.of(*module[int(i)], module.box, most_cells) for i in largest if volumes[i] > 0]


def _axes_in_space(ax: Axes | None) -> Axes:
    from matplotlib import pyplot as plt

    if ax is None:
        ax = plt.gca() if plt.gcf().axes else plt.gcf().add_subplot(projection="3d")
    if ax.name != "3d":
        raise ValueError('A module with 3 parameters needs Axes with projection="3d", got plane ones.')
    return ax


def _draw_hilbert(ax: Axes, hilbert: SignedMeasure, box: Float) -> None:
    edges = []
    for column, low, high in zip(hilbert.points.T, *box, strict=True):
        edge = np.unique([low, *column[(low < column) & (column < high)], high])
        edges.append(edge if len(edge) <= _CELLS_OF_HILBERT else np.linspace(low, high, _CELLS_OF_HILBERT + 1))
    values = hilbert.cumulative_on_grid([edge[:-1] for edge in edges])
    mesh = draw_cells(ax, edges, values)
    bar = ax.figure.colorbar(mesh, ax=ax, label="dimension", pad=0.03)
    if values.dtype.kind != "f":
        bounds, names = integer_bins(int(values.min()), int(values.max()))
        bar.set_ticks(((bounds[:-1] + bounds[1:]) / 2).tolist(), labels=names)
        bar.ax.tick_params(length=0)


def _draw_region(ax: Axes, support: Support, color: str, opacity: float) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgba

    region = PolyCollection(support.polygons(), facecolors=to_rgba(color, opacity), edgecolors=color, linewidths=1.2)
    ax.add_collection(region, autolim=False)


def _draw_body(ax: Any, support: Support, color: str, opacity: float) -> None:
    from matplotlib.colors import to_rgba
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    faces = list(support.faces())
    ax.add_collection3d(
        Poly3DCollection(faces, facecolors=to_rgba(color, opacity), edgecolors=to_rgba(color, 0.4), linewidths=0.3)
    )


def _say_no_summands(ax: Any) -> None:
    text = "no summands in the box"
    if ax.name == "3d":
        ax.text2D(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="0.4")
    else:
        say_nothing_to_draw(ax, text)
