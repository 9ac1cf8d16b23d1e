"""Pictures of attributed graphs and merge trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.export import require_graph
from tdainv.attributed_graphs.merge_trees import MergeTree
from tdainv.plots._style import NEUTRAL, PALETTE, axes_or_current
from tdainv.plots.collections import classical_mds
from tdainv.plots.points import _axes_for, _coordinates

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_attributed_graph(
    graph: AttributedGraph,
    *,
    values: ArrayLike | None = None,
    value_label: str = "filter",
    ax: Axes | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw an attributed graph: nodes at their positions, larger with more points, coloured by values.

    Parameters
    ----------
    graph : AttributedGraph
        Without positions, nodes are placed by multidimensional scaling of the distances in the graph.
    values : array-like of shape (n_nodes,), optional
        Default: the first filter, if there is one.
    value_label : str, default "filter"
        Stands at the colour bar.
    ax : matplotlib Axes, optional
        Default: the current Axes, three-dimensional for positions in space if the figure is still empty.
    **kwargs
        Passed to :meth:`matplotlib.axes.Axes.scatter`.

    Returns
    -------
    matplotlib Axes
        Edges between the same two nodes are drawn over each other.

    Raises
    ------
    TypeError
        If this is no attributed graph.
    ValueError
        For values of another number.

    Examples
    --------
    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_attributed_graph
    >>> circle = tdainv.datasets.make_circle(60, random_state=0)
    >>> graph = tdainv.reeb_graph(circle, "coordinate", n_bins=4)
    >>> ax = plot_attributed_graph(graph, ax=Figure().subplots())
    >>> len(ax.lines), ax.collections[0].get_offsets().shape
    (6, (6, 2))
    """
    graph = require_graph(graph)
    if values is None and graph.filter_values.shape[1]:
        values = graph.filter_values[:, 0]
    positions = node_positions(graph)
    ax = _axes_for(positions.shape[1]) if ax is None else ax
    coordinates = _coordinates(positions, 3 if ax.name == "3d" else 2)[0]
    for u, v in graph.edges:
        ax.plot(*coordinates[[u, v]].T, color=NEUTRAL, linewidth=1.5, zorder=1)
    if values is not None:
        kwargs["c"] = check.vertex_values(values, graph.n_nodes, "values").reshape(graph.n_nodes, -1)[:, 0]
    else:
        kwargs.setdefault("color", PALETTE[0])
    shares = graph.sizes / max(graph.sizes.max(), 1)
    kwargs.setdefault("s", 20.0 + 130.0 * shares)
    kwargs.setdefault("zorder", 2)
    drawn = ax.scatter(*coordinates.T, **kwargs)
    ax.set_aspect("equal")
    if values is not None:
        ax.figure.colorbar(drawn, ax=ax, label=value_label, pad=0.12 if ax.name == "3d" else 0.04)
    return ax


def node_positions(graph: AttributedGraph) -> Float:
    """Positions of the nodes, or places in the plane by the distances in the graph."""
    if graph.positions is not None:
        return graph.positions
    paths = graph.distances()
    reached = np.isfinite(paths)
    apart = 1.5 * paths.max(initial=0.0, where=reached) or 1.0
    return classical_mds(np.where(reached, paths, apart), 2)[0]


def plot_merge_tree(tree: MergeTree, *, ax: Axes | None = None, **kwargs: Any) -> Axes:
    """Draw a merge tree: leaves side by side, branches upwards to where they join.

    Parameters
    ----------
    tree : MergeTree
    ax : matplotlib Axes, optional
        Default: the current Axes.
    **kwargs
        Passed to :meth:`matplotlib.axes.Axes.plot`.

    Returns
    -------
    matplotlib Axes
        The vertical axis is the height.

    Raises
    ------
    TypeError
        If this is no merge tree.

    Examples
    --------
    >>> import tdainv
    >>> from matplotlib.figure import Figure
    >>> from tdainv.plots import plot_merge_tree
    >>> tree = tdainv.merge_tree(tdainv.rips([[0.0], [1.0], [3.0]]))
    >>> ax = plot_merge_tree(tree, ax=Figure().subplots())
    >>> ax.get_ylabel(), len(ax.lines)
    ('height', 4)
    """
    if not isinstance(tree, MergeTree):
        raise TypeError(f"tree must be a MergeTree, got {type(tree).__name__}.")
    ax = axes_or_current(ax)
    places = _places(tree)
    kwargs.setdefault("color", PALETTE[0])
    for x, p in enumerate(tree.parents):
        if p >= 0:
            ax.plot([places[x], places[x], places[p]], [tree.heights[x], tree.heights[p], tree.heights[p]], **kwargs)
    ax.set_xticks([])
    ax.set_ylabel("height")
    return ax


def _places(tree: MergeTree) -> Float:
    """Horizontal places: leaves in an order without crossings, inner nodes in the middle of their children."""
    n_nodes = len(tree.parents)
    sizes = np.zeros(n_nodes)
    sizes[: tree.n_leaves] = 1.0
    for x, p in enumerate(tree.parents):
        if p >= 0:
            sizes[p] += sizes[x]
    starts, used, roots = np.zeros(n_nodes), np.zeros(n_nodes), 0.0
    for x in range(n_nodes - 1, -1, -1):
        p = tree.parents[x]
        if p < 0:
            starts[x] = roots
            roots += sizes[x]
        else:
            starts[x] = starts[p] + used[p]
            used[p] += sizes[x]
    places = starts.copy()
    children = np.zeros(n_nodes)
    for x, p in enumerate(tree.parents):
        if x >= tree.n_leaves:
            places[x] = children[x] / 2.0
        if p >= 0:
            children[p] += places[x]
    return places
