"""Draw the picture of the README: ``python docs/make_readme_picture.py``."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import tdainv

points = tdainv.datasets.make_circle(400, noise=0.05, outliers=200, random_state=1)
filtration = tdainv.codensity_rips(points, n_neighbors=10)
measure = tdainv.hilbert_signed_measure(filtration, degree=1)

figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
tdainv.plots.plot_points(points, values=filtration.vertex_grades[:, 0], ax=axes[0])
tdainv.plots.plot_barcode(tdainv.barcode(tdainv.rips(points), degree=1), ax=axes[1])
tdainv.plots.plot_hilbert(measure, labels=("diameter", "codensity"), ax=axes[2])
titles = ("400 points, half of them outliers", "Rips barcode of H1", "Hilbert function of codensity-Rips, H1")
for ax, title in zip(axes, titles, strict=True):
    ax.set_title(title, pad=20)
figure.savefig(Path(__file__).parent / "_static" / "outliers.png", dpi=110)
