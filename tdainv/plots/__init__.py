"""Pictures of results: each function takes a result, draws it on a matplotlib Axes, and returns the Axes."""

from tdainv.plots.attributed_graphs import plot_attributed_graph, plot_merge_tree
from tdainv.plots.barcodes import plot_barcode, plot_diagram
from tdainv.plots.collections import plot_mds
from tdainv.plots.fibered import plot_fibered_barcode
from tdainv.plots.interactive import write_graph_html
from tdainv.plots.measures import plot_hilbert, plot_measure
from tdainv.plots.modules import plot_module
from tdainv.plots.points import plot_points
from tdainv.plots.signed_barcode import plot_signed_barcode

__all__ = [
    "plot_attributed_graph",
    "plot_barcode",
    "plot_diagram",
    "plot_fibered_barcode",
    "plot_hilbert",
    "plot_mds",
    "plot_measure",
    "plot_merge_tree",
    "plot_module",
    "plot_points",
    "plot_signed_barcode",
    "write_graph_html",
]
