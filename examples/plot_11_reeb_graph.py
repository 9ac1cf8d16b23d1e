"""
Reeb graphs that carry topology
===============================

A Reeb graph is the skeleton of a shape as one function sees it. Its nodes can say more than where they are: which loops
their points have, and how far away the loops of the whole shape are.
"""

# %%
# **The exact Reeb graph of a mesh**: a torus that stands upright, by height. Minimum, two saddles, maximum; the number
# of its loops is the genus.
import matplotlib.pyplot as plt
import numpy as np

import tdainv
from tdainv.plots import plot_attributed_graph, plot_barcode, plot_mds

angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
u, v = (grid.ravel() for grid in np.meshgrid(angles, angles, indexing="ij"))
vertices = np.column_stack([(3 + np.cos(v)) * np.cos(u), np.sin(v), (3 + np.cos(v)) * np.sin(u)])
i, j = (grid.ravel() for grid in np.meshgrid(np.arange(40), np.arange(40), indexing="ij"))
corner = [(i + a) % 40 * 40 + (j + b) % 40 for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
faces = np.concatenate([np.column_stack(corner[:3]), np.column_stack([corner[0], corner[2], corner[3]])])
tilted = vertices + 0.05 * vertices[:, [1, 2, 0]]  # no two critical points at one level
graph = tdainv.mesh_reeb_graph((tilted, faces), tilted[:, 2])
graph.n_loops, tdainv.attributed_graphs.node_kinds(graph).tolist()

# %%
# With arcs cut into pieces, each node stands for the vertices next to it. **Decorations** are barcodes of the nodes: of
# their own points (local), and of the distance from the node over the whole shape (global). Here nodes are
# coloured by the longest local bar: loops around the tube, and none at the lowest and highest point.
fine = tdainv.mesh_reeb_graph((tilted, faces), tilted[:, 2], max_length=0.8)
fine = tdainv.attributed_graphs.decorated(fine, tilted, ("local", "global"), radius=1.0, truncation=1.5)
longest = [bars.persistence.max(initial=0.0) for bars in fine.decorations["local"]]
figure = plt.figure(figsize=(7, 5))
space = figure.add_subplot(projection="3d")
space.plot_trisurf(*tilted.T, triangles=faces, color="0.8", alpha=0.15, linewidth=0)
plot_attributed_graph(fine, values=longest, value_label="longest local loop", ax=space)
space.set_axis_off()
space.view_init(12, -75)
plt.show()

# %%
# From the lowest node both loops of the torus are far: that around the tube is complete at the lower saddle, that
# around the hole at the upper one. They are loops of the whole shape, and are cut off at 1.5 times the diameter.
figure, axes = plt.subplots(2, 1, figsize=(7, 4), layout="constrained", sharex=True)
for axis, node in zip(axes, (0, len(fine) // 2), strict=True):
    plot_barcode([fine.decorations["global"][node]], ax=axis)
    axis.set_title(f"loops as seen from node {node}")
    axis.set_xlabel("distance in the Reeb graph")
plt.show()

# %%
# **Comparing shapes.** Hollow and solid rings have the same Reeb graph; only the loops tell them apart. The fused
# Gromov--Wasserstein distance compares graphs and vectors of nodes at once.
rng = np.random.default_rng(0)


def ring(solid):
    around, along = rng.uniform(0, 2 * np.pi, (2, 400))
    radius = np.sqrt(rng.random(400)) if solid else 1.0
    away = 4 + radius * np.cos(along)
    points = np.column_stack([away * np.cos(around), away * np.sin(around), radius * np.sin(along)])
    return points + 0.05 * rng.normal(size=points.shape)


clouds = [ring(solid) for solid in (False, True) for _ in range(4)]
graphs = tdainv.ReebGraph(n_bins=6, radius=1.5, decorations=("local",)).fit_transform(clouds)
graphs = tdainv.VectorAttributes(tdainv.PersistenceImage(resolution=8, bandwidth=0.15), standardize=True).fit_transform(
    graphs
)
figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
for axis, (title, alpha) in zip(axes, {"the graphs alone": 1.0, "with loops": 0.2}.items(), strict=True):
    distances = tdainv.fgw_distances(graphs, alpha=alpha)
    plot_mds(distances, labels=["hollow"] * 4 + ["solid"] * 4, ax=axis)
    axis.set_title(title)
plt.show()
