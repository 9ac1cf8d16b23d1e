"""
A loop among outliers
=====================

With outliers the one-parameter barcode loses the circle. A second parameter, the codensity, brings it back.
"""

# %%
# A circle, and a third of the points anywhere in the square.
import matplotlib.pyplot as plt

import tdainv

points = tdainv.datasets.make_circle(150, noise=0.05, outliers=50, random_state=0)
codensity = tdainv.kde_codensity(points)

# %%
# The Hilbert function of degree 1 counts loops at each (diameter, codensity). Its Möbius inversion is a signed measure
# with finitely many atoms, computed exactly, without a grid.
measure = tdainv.hilbert_signed_measure(tdainv.function_rips(points, codensity), degree=1)
measure

# %%
# The large region of value one is the circle: it is there for a wide range of diameters once the outliers, which come
# last, are left out.
figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
tdainv.plots.plot_points(points, values=codensity, ax=axes[0])
tdainv.plots.plot_barcode(tdainv.barcode(tdainv.rips(points), 1), ax=axes[1])
tdainv.plots.plot_hilbert(measure, labels=("diameter", "codensity"), ax=axes[2])
plt.show()
