"""An interactive page of an attributed graph: choose a node, see its topology."""

from __future__ import annotations

import html
import json
import os
from typing import Any

import numpy as np

from tdainv._typing import Float
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.export import require_graph
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode
from tdainv.plots._style import NEUTRAL, PALETTE
from tdainv.plots.attributed_graphs import node_positions
from tdainv.plots.points import _coordinates

_MOST_BARS = 200

# A click on a node, or the address of the page ending in "#3", shows the decorations of that node.
_SCRIPT = """
const plot = document.getElementById('{plot_id}');
const chosen = CHOSEN_TRACES;
function show(node) {
  const visible = plot.data.map((trace, i) => chosen[i] === -1 || chosen[i] === node);
  return Plotly.update(plot, {visible: visible}, {'title.text': TITLE + ': node ' + node}).then(() => {
    plot.setAttribute('data-node', node);
  });
}
plot.on('plotly_click', event => {
  const node = event.points[0].customdata;
  if (node !== undefined) { show(Array.isArray(node) ? node[0] : node); }
});
const start = parseInt(window.location.hash.slice(1));
show(Number.isNaN(start) ? 0 : start);
"""


def write_graph_html(graph: AttributedGraph, path: str | os.PathLike[str], *, title: str = "Attributed graph") -> None:
    """Write a page that shows an attributed graph, and the barcodes and measures of the node that is clicked.

    The file needs nothing else, no network either, and about 5 MB.

    Parameters
    ----------
    graph : AttributedGraph
        Positions with more than two coordinates are projected to their first two principal components.
    path : str or path-like
    title : str, default "Attributed graph"

    Raises
    ------
    ImportError
        If plotly is not installed.
    TypeError
        If this is no attributed graph.
    OSError
        If the file cannot be written.

    Notes
    -----
    The first decorations of the kinds :class:`~tdainv.Barcode` and :class:`~tdainv.SignedMeasure` are drawn, in
    panels beside the graph; of a barcode the 200 longest bars. An address that ends in "#3" opens with node 3.

    Examples
    --------
    >>> import tempfile, pathlib, tdainv
    >>> from tdainv.plots import write_graph_html
    >>> circle = tdainv.datasets.make_circle(60, random_state=0)
    >>> graph = tdainv.ReebGraph(filter="coordinate", n_bins=4).fit_transform([circle])[0]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "circle.html"
    ...     write_graph_html(graph, path)
    ...     path.stat().st_size > 1_000_000
    True
    """
    graph = require_graph(graph)
    try:
        from plotly import graph_objects
        from plotly.subplots import make_subplots
    except ImportError:
        raise ImportError('write_graph_html needs plotly: pip install "tdainv[graphs]"') from None
    names = [name for name, each in graph.decorations.items() if isinstance(each[0], Barcode | SignedMeasure)]
    rows = max(len(names), 1)
    specs: list[Any] = [[{"rowspan": rows if row == 0 else 1} if row == 0 else None, {}] for row in range(rows)]
    title = html.escape(title, quote=False)  # plotly takes some tags for formatting
    titles = ["graph", *(html.escape(name, quote=False) for name in names)]
    figure = make_subplots(rows, 2, specs=specs, subplot_titles=titles, column_widths=[0.6, 0.4])
    chosen = []
    for trace in _graph_traces(graph, graph_objects):
        figure.add_trace(trace, row=1, col=1)
        chosen.append(-1)
    for row, name in enumerate(names):
        for node, decoration in enumerate(graph.decorations[name]):
            figure.add_trace(_decoration_trace(decoration, graph_objects), row=row + 1, col=2)
            chosen.append(node)
        if isinstance(graph.decorations[name][0], Barcode):
            figure.update_yaxes(showticklabels=False, row=row + 1, col=2)
    figure.update_yaxes(scaleanchor="x", row=1, col=1)
    figure.update_layout(title_text=title, showlegend=False, template="simple_white")
    script = _SCRIPT.replace("CHOSEN_TRACES", str(chosen)).replace("TITLE", _as_javascript(title))
    figure.write_html(os.fspath(path), include_plotlyjs=True, post_script=script)


def _as_javascript(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")  # no tag of the text may end the script


def _graph_traces(graph: AttributedGraph, graph_objects: Any) -> list[Any]:
    """Edges as one trace with gaps, nodes as one trace that knows their numbers."""
    places = _coordinates(node_positions(graph), 2)[0]
    gaps = np.full((graph.n_edges, 1), np.nan)
    lines = [np.hstack([places[graph.edges, k], gaps]).ravel() for k in range(2)]
    edges = graph_objects.Scatter(
        x=lines[0], y=lines[1], mode="lines", line={"color": NEUTRAL, "width": 2}, hoverinfo="skip"
    )
    sizes = graph.sizes / max(graph.sizes.max(), 1)
    colors = graph.filter_values[:, 0] if graph.filter_values.shape[1] else np.zeros(graph.n_nodes)
    nodes = graph_objects.Scatter(
        x=places[:, 0],
        y=places[:, 1],
        mode="markers",
        marker={"size": 8 + 16 * sizes, "color": colors, "colorscale": "Viridis", "opacity": 1},
        text=[_hover(graph, v) for v in range(graph.n_nodes)],
        hoverinfo="text",
        customdata=np.arange(graph.n_nodes),
    )
    return [edges, nodes]


def _hover(graph: AttributedGraph, v: int) -> str:
    filters = ", ".join(f"{value:.4g}" for value in graph.filter_values[v])
    parts = [f"node {v}", f"{len(graph.members[v])} points", *([f"filter {filters}"] if filters else [])]
    parts += [
        f"{name}: {len(each[v])} bars" for name, each in graph.decorations.items() if isinstance(each[v], Barcode)
    ]
    return "<br>".join(parts)


def _decoration_trace(decoration: Any, graph_objects: Any) -> Any:
    """Bars as lines one above the other; a measure as points, one colour a sign."""
    if isinstance(decoration, Barcode):
        x, y = _bars(decoration.diagram)
        return graph_objects.Scatter(x=x.tolist(), y=y.tolist(), mode="lines", line={"color": PALETTE[1], "width": 3})
    first = decoration.points[:, 0]
    second = decoration.points[:, 1] if decoration.n_parameters > 1 else np.zeros(len(first))
    colors = [PALETTE[1] if weight > 0 else PALETTE[7] for weight in decoration.weights]
    return graph_objects.Scatter(x=first, y=second, mode="markers", marker={"color": colors, "size": 8})


def _bars(diagram: Float) -> tuple[Float, Float]:
    """Ends of the longest bars, with gaps between; infinite ones end a tenth beyond everything else."""
    finite = diagram[np.isfinite(diagram)]
    end = finite.max(initial=0.0) + 0.1 * (np.ptp(finite) if len(finite) else 0.0)
    bars = np.where(np.isinf(diagram), end if end > finite.max(initial=0.0) else end + 1.0, diagram)
    kept = np.sort(np.argsort(bars[:, 0] - bars[:, 1], kind="stable")[:_MOST_BARS])
    bars = bars[kept]
    x = np.column_stack([bars, np.full(len(bars), np.nan)])
    y = np.repeat(np.arange(len(bars), dtype=np.float64), 3)
    return x.ravel(), y
