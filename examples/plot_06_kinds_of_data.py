"""
Graphs, meshes, series, silhouettes
===================================

Every kind of data has its constructions, in one style: functions of the data, a filtration, and from there on all is
the same.
"""

# %%
# **A graph** with two functions on its nodes, and the bifiltration by both. A cycle with a tail: one component, one
# loop, which comes with its last node.
import matplotlib.pyplot as plt
import numpy as np

import tdainv

edges = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 0], [4, 5], [5, 6]])
graph = tdainv.graph_lower_star((edges, 7), functions=("degree", "heat_kernel_signature"))
graph, tdainv.hilbert_signed_measure(graph, degree=1)

# %%
# **A mesh**, filtered by height: the barcode of a torus that stands upright has two loops that never die.
angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
u, v = (grid.ravel() for grid in np.meshgrid(angles, angles, indexing="ij"))
vertices = np.column_stack([(2 + np.cos(v)) * np.cos(u), np.sin(v), (2 + np.cos(v)) * np.sin(u)])
i, j = (grid.ravel() for grid in np.meshgrid(np.arange(24), np.arange(24), indexing="ij"))
corner = [(i + a) % 24 * 24 + (j + b) % 24 for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
faces = np.concatenate([np.column_stack(corner[:3]), np.column_stack([corner[0], corner[2], corner[3]])])
mesh = tdainv.mesh_lower_star((vertices, faces), functions=("height",))
tdainv.barcode(mesh, degree=1).diagram.round(2)

# %%
# **A time series**: the delays of a tone make a circle. Delay and dimension are estimated unless they are given.
time = np.linspace(0, 60, 600)
cloud = tdainv.series.delay_embedding(np.sin(time), dimension=2, delay=16)
loop = tdainv.barcode(tdainv.alpha(cloud), degree=1)
loop.diagram[loop.persistence.argmax()].round(2)

# %%
# **A silhouette**: functions that turn a binary image into filtrations.
rows, columns = np.indices((40, 40))
ring = np.abs(np.hypot(rows - 20, columns - 20) - 12) < 4
filters = {
    "signed distance": tdainv.images.signed_distance(ring),
    "height": tdainv.images.directional(ring, direction=(1.0, 0.0)),
    "codensity": tdainv.images.codensity(ring, radius=4),
}
figure, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
for axis, (name, image) in zip(axes, filters.items(), strict=True):
    axis.imshow(image, cmap="viridis")
    axis.set_title(f"{name}, loops: {len(tdainv.barcode(tdainv.cubical(image), 1))}")
    axis.axis("off")
plt.show()
