"""
Beyond the Hilbert function: fibered barcodes, signed barcodes, module approximations
=====================================================================================

The Hilbert function counts loops at each grade. It does not say whether the loops at two grades are the same ones. Rank
invariants do; so do barcodes along lines; and a module approximation puts such barcodes together to regions, each of
which is one loop as long as it lasts.
"""

import matplotlib.pyplot as plt
import numpy as np

import tdainv
from tdainv.plots import plot_fibered_barcode, plot_hilbert, plot_module, plot_signed_barcode

# %%
# Two circles of different density, and noise. The parameters are the radius of balls and the codensity of points.
rng = np.random.default_rng(0)
circle = tdainv.datasets.make_circle(150, noise=0.03, random_state=0)
sparse = 0.6 * tdainv.datasets.make_circle(60, noise=0.03, random_state=1) + [2.2, 0.0]
points = np.concatenate([circle, sparse, rng.uniform([-1.5, -1.5], [3.3, 1.5], (60, 2))])
filtration = tdainv.codensity_delaunay(points, n_neighbors=8)
filtration

# %%
# Barcodes along lines, exact: three in the direction of the radius, at levels of codensity, and one in which both grow.
# The barcode of a line is an update of that of the line before.
low, high = filtration.grades.min(axis=0), filtration.grades.max(axis=0)
levels = low[1] + np.array([0.3, 0.5, 0.7]) * (high[1] - low[1])
bases = [[0.0, level] for level in levels] + [low]
directions = [[1.0, 0.0]] * 3 + [[1.0, 1.0]]
fibered = tdainv.fibered_barcode(filtration, 1, (bases, directions))
plot_fibered_barcode(fibered, max_panels=4)
plt.show()

# %%
# The module approximation: its error, which is guaranteed, bounds how far its barcode along any diagonal line is from
# that of the filtration.
module = tdainv.module_approximation(filtration, degree=1)
module

# %%
# The two largest regions are the two circles. Behind them, the Hilbert function.
weights = module.interleaving_weights()
largest = module[np.argsort(weights)[-2:]]
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
left.scatter(*points.T, s=4, color="black")
left.set_aspect("equal")
plot_module(largest, hilbert=tdainv.hilbert_signed_measure(filtration, 1), labels=["radius", "codensity"], ax=right)
figure.tight_layout()
plt.show()

# %%
# The signed barcode of the rank invariant, on a grid of 12 x 12 grades: rectangles that add up to all ranks, some
# of them with negative sign. A bar is the diagonal of its rectangle. Right, the Hilbert function on this grid.
axes = [np.linspace(a, b, 12) for a, b in zip(low, high, strict=True)]
bars = tdainv.rank_signed_barcode(filtration, 1, axes)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
plot_signed_barcode(bars, ax=left)
plot_hilbert(bars.hilbert_measure(), ax=right)
figure.tight_layout()
plt.show()

# %%
# Features: an image of the module. Each summand counts by its size, so that what is noise hardly shows.
grid = [np.linspace(*axis, 60) for axis in module.box.T]
image = tdainv.module_image(module, grid, bandwidth=0.05)
plt.pcolormesh(*grid, image.T, shading="auto")
plt.xlabel("radius")
plt.ylabel("codensity")
plt.show()
