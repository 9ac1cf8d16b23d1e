"""Pictures of results: each function takes a result, draws it on a matplotlib Axes, and returns the Axes."""

from tdainv.plots.barcodes import plot_barcode, plot_diagram
from tdainv.plots.measures import plot_hilbert, plot_measure
from tdainv.plots.points import plot_points

__all__ = ["plot_barcode", "plot_diagram", "plot_hilbert", "plot_measure", "plot_points"]
