"""
From a hundred thousand points to a bifiltration
================================================

Three sizes of cloud, three ways. In the plane and in space, Delaunay complexes are exact and grow almost linearly; from
a hundred thousand points on, a thousand landmarks carry the complex and all points its values.
"""

# %%
# A circle with noise, and a fifth of the points anywhere: 20,000 points. Dense points come first; the measure of H1 is
# exact, at all of the roughly half a million grades.
import matplotlib.pyplot as plt
import numpy as np

import tdainv

points = tdainv.datasets.make_circle(20_000, noise=0.1, outliers=4_000, random_state=0)
bifiltration = tdainv.codensity_delaunay(points, n_neighbors=50)
measure = tdainv.hilbert_signed_measure(bifiltration, degree=1)
bifiltration, measure

# %%
# The loop is the large region of value one. Among the dense points, below, it lives until the radius 0.9; from 0.22 on
# the outliers are there, and fill it at once.
figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
tdainv.plots.plot_points(points[::10], ax=axes[0])
grid = [np.linspace(0, 1.2, 200), np.quantile(bifiltration.axis_values(1), np.linspace(0, 1, 200))]
loops = tdainv.hilbert_function(bifiltration, 1, grid)
axes[1].pcolormesh(*grid, loops.T, cmap="Greys", vmax=3, shading="auto")
axes[1].set(title="loops", xlabel="radius", ylabel="distance to the 50th neighbour")
plt.show()

# %%
# A hundred thousand points on a torus, by height: 300 landmarks, flooded by all points below each of 20 levels.
torus = tdainv.datasets.make_torus(100_000, noise=0.02, random_state=0)
flood = tdainv.sublevel_flood(torus, torus[:, 2], n_landmarks=300, n_levels=20)
measures = tdainv.hilbert_signed_measures(flood, (0, 1, 2))
flood, measures

# %%
# Betti numbers of the whole torus at a small radius, in the last row: one component, two loops, one cavity.
top = flood.levels[-1]
[int(measure.cumulative([[0.3, top]])[0]) for measure in measures]
