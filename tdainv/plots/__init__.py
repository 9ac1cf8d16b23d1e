"""Pictures of results: each function takes a result, draws it on a matplotlib Axes, and returns the Axes."""

from tdainv.plots.barcodes import plot_barcode, plot_diagram
from tdainv.plots.fibered import plot_fibered_barcode
from tdainv.plots.measures import plot_hilbert, plot_measure
from tdainv.plots.modules import plot_module
from tdainv.plots.points import plot_points
from tdainv.plots.signed_barcode import plot_signed_barcode

__all__ = [
    "plot_barcode",
    "plot_diagram",
    "plot_fibered_barcode",
    "plot_hilbert",
    "plot_measure",
    "plot_module",
    "plot_points",
    "plot_signed_barcode",
]
