"""
Two channels of an image: Hilbert function, Betti numbers, minimal presentation
===============================================================================

A picture with two values a pixel is a bifiltration of a grid of squares: a pixel is there at (s, t) if its first
value is at most s and its second at most t. Here the values are darkness and the distance from the centre of a
handwritten digit, a zero, so that the loop of the digit is born when it is dark enough and the disc is large enough.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import tdainv

# %%
# Darkness, as a sublevel filtration, and the distance from the centre.
digit = load_digits().images[0]
brightness = digit.max() - digit
rows, columns = np.indices(digit.shape)
radius = np.hypot(rows - 3.5, columns - 3.5)
image = np.stack([brightness, radius], axis=-1)
filtration = tdainv.cubical(image, channels=True)
filtration

# %%
# The minimal presentation of H1: where loops are born, and where relations fill them. No grid, no threshold.
presentation = tdainv.minimal_presentation(filtration, degree=1)
table = tdainv.betti_table(filtration, degree=1)
presentation

# %%
# Its Hilbert function, which counts loops at every grade, with the bigraded Betti numbers on top.
axes = [np.linspace(0, 17, 200), np.linspace(0, 5.5, 200)]
loops = tdainv.hilbert_function(filtration, 1, axes)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
left.imshow(digit, cmap="gray_r")
left.set_title("a digit")
right.pcolormesh(*axes, loops.T, cmap="Greys", shading="auto", vmax=max(loops.max(), 1) * 2)
for grades, marker, name in zip(table, "os^", ("generators", "relations", "syzygies"), strict=True):
    right.plot(*grades.T, marker, label=name, alpha=0.8)
right.set(title="loops", xlabel="brightness", ylabel="radius")
right.legend()
figure.tight_layout()
plt.show()

# %%
# The grey region is the loop of the zero. It is born in two ways (circles), which give the same loop once the disc is
# large enough for both (the upper square), and it is filled at brightness 15 (the lower one).
