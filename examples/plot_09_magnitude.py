"""
Magnitude: effective numbers, edges, and a bundle
=================================================

The weights of a space's points say where its boundary is; the weights of an image's pixels say where its edges are.
"""

# %%
# Points in a square. At a small scale they are one point, at a large one they are all apart; in between, the slope is
# near the dimension 2. Points near the boundary weigh more.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_sample_image

import tdainv

points = tdainv.datasets.make_uniform(800, random_state=0)
ts = np.geomspace(0.1, 1000, 30)
magnitudes = tdainv.magnitude_function(points, ts)
slopes = tdainv.magnitude_dimension(points, ts)

figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
axes[0].loglog(ts, magnitudes)
axes[0].set(xlabel="scale t", ylabel="magnitude")
axes[1].semilogx(ts, slopes)
axes[1].set(xlabel="scale t", ylabel="dimension")
shown = axes[2].scatter(*points.T, c=tdainv.magnitude_weights(points, 20.0), s=12)
axes[2].set_aspect("equal")
figure.colorbar(shown, label="weight at t = 20")
plt.show()

# %%
# A photograph. The magnitude vector has a weight for each pixel; its excess over that of a constant image marks edges.
# The error bound is proved.
image = load_sample_image("china.jpg")[60:260:1, 200:440:1].mean(axis=2) / 255
solution = tdainv.image_magnitude_solution(image, value_weight=10.0)
solution.error, solution.n_iterations

# %%
strength = tdainv.magnitude_edge_strength(image, value_weight=10.0)
figure, axes = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
axes[0].imshow(image, cmap="gray")
axes[1].imshow(strength, cmap="magma")
plt.show()

# %%
# Chern numbers of the lower band of Haldane's model, on a grid of masses and phases: the analytic boundary is
# mass = ± 3 √3 t2 sin(phase).
masses, phases = np.linspace(-0.8, 0.8, 21), np.linspace(-np.pi, np.pi, 24)
numbers = [
    [tdainv.chern_number(tdainv.datasets.make_haldane_bundle(24, mass=m + 1e-3, phase=p)) for p in phases]
    for m in masses
]
fine = np.linspace(-np.pi, np.pi, 200)
plt.figure(figsize=(5, 3.6), layout="constrained")
plt.pcolormesh(phases, masses, numbers, cmap="coolwarm")
plt.plot(fine, 0.3 * np.sqrt(3) * np.sin(fine), "k", fine, -0.3 * np.sqrt(3) * np.sin(fine), "k")
plt.xlabel("phase")
plt.ylabel("mass")
plt.colorbar(label="Chern number", ticks=[-1, 0, 1])
plt.show()
