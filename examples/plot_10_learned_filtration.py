"""
A filtration learned for the task
=================================

Which of two rings counts is said by a cluster of points beside it. Barcodes of a fixed filtration cannot tell: the two
rings look alike. Weights of points that are learned make the ring that does not count enter later.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import tdainv
from tdainv.learn import LearnedFiltrationClassifier

torch.set_num_threads(1)

# %%
# Each cloud has a cluster, a ring near it and a ring far from it, turned at random. Its class is whether the *near*
# ring is closed; the far one is closed in half of the clouds of either class.
train = tdainv.datasets.make_marked_rings(n_per_class=50, n_points=40, random_state=0)
test = tdainv.datasets.make_marked_rings(n_per_class=50, n_points=40, random_state=1)

# %%
# The same classifier, once with the Rips filtration and once with a filtration that is learned with it. No classifier
# of loops of the Rips filtration can get beyond three quarters, up to luck.
options = {"epochs": 15, "warmup": 5, "width": 16, "validation_fraction": 0, "random_state": 0}
fixed = LearnedFiltrationClassifier("rips", **options).fit(train.clouds, train.labels)
learned = LearnedFiltrationClassifier("learned", **options).fit(train.clouds, train.labels)
{name: model.score(test.clouds, test.labels) for name, model in (("rips", fixed), ("learned", learned))}

# %%
# **What was learned.** Weights depend on distances only, so no rotation changes them. In the unit of the data they are
# input for :func:`tdainv.weighted_rips`. The cloud shown is of the class "open", and its far ring is closed.
cloud = test.clouds[1]
(weights,) = learned.point_weights([cloud])
figure, axes = plt.subplots(1, 3, figsize=(12, 3.4))
points = axes[0].scatter(*cloud.T, c=weights, cmap="viridis")
axes[0].set(title="learned weights", aspect="equal")
figure.colorbar(points, ax=axes[0])
filtrations = {"Rips": tdainv.rips(cloud), "learned": tdainv.weighted_rips(cloud, weights)}
for ax, (title, filtration) in zip(axes[1:], filtrations.items(), strict=True):
    tdainv.plots.plot_barcode(tdainv.barcode(filtration, 1), ax=ax)
    ax.set(title=f"loops, {title}")
figure.tight_layout()
plt.show()

# %%
# **How it was learned.** The loss on the training clouds, epoch by epoch.
for name, model in (("rips", fixed), ("learned", learned)):
    plt.plot([row["training_loss"] for row in model.history_["filtration"]], label=name)
plt.axhline(np.log(2), color="0.8", zorder=0, label="chance")
plt.xlabel("epoch")
plt.ylabel("training loss")
plt.legend()
plt.show()
