"""
A loop and its barcode
======================

The Rips filtration of a noisy circle has one long bar in degree 1.
"""

# %%
# Sixty points around a circle; simplices enter at their diameter.
import matplotlib.pyplot as plt

import tdainv

points = tdainv.datasets.make_circle(60, noise=0.05, random_state=0)
filtration = tdainv.rips(points)
components, loops = tdainv.barcodes(filtration, degrees=(0, 1))
loops

# %%
# A bar knows the simplices that give it birth and death: here the edge that closes the circle and the triangle that
# fills it.
longest = loops.persistence.argmax()
loops.birth_simplices[longest], loops.death_simplices[longest]

# %%
# One bar stands out; the others are noise.
figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
tdainv.plots.plot_points(points, ax=axes[0])
tdainv.plots.plot_barcode([components, loops], ax=axes[1])
tdainv.plots.plot_diagram([components, loops], ax=axes[2])
plt.show()
