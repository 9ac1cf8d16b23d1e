"""
Features, kernels and ready classifiers
=======================================

One bifiltration, several ways to learn from it: a table of features for trees, a kernel for a support vector machine,
or a ready classifier that searches its parameters inside the training folds.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.spatial.distance import pdist
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

import tdainv

# %%
# Seven kinds of noisy shapes, and the signed measures of their codensity-Rips bifiltrations, exact.
shapes = tdainv.datasets.make_shapes(n_per_class=10, n_points=80, random_state=0)
measures = make_pipeline(tdainv.CodensityRips(), tdainv.HilbertSignedMeasure()).fit_transform(shapes.clouds)
measures[0]

# %%
# **As a kernel.** Sliced Wasserstein distances of all pairs, in one sweep, and the Gram matrix that a support vector
# machine takes. Axes get a common unit first. Samples are in the order of their classes: a classifier looks for blocks.
order = np.argsort(shapes.labels, kind="stable")
kernel = make_pipeline(tdainv.GradeScaler(), tdainv.SlicedWassersteinKernel(balance="top"))
gram = kernel.fit_transform([measures[i] for i in order])
plt.imshow(gram)
plt.title("sliced Wasserstein kernel")
plt.colorbar()
plt.show()

# %%
# **As features.** Convolutions, statistics and cumulative surfaces, next to nothing but distances. Always look at such
# a baseline: these shapes are easy, and quantiles of distances tell them all apart. For real data there is a page on
# accuracy.
forest = ExtraTreesClassifier(200, random_state=0)
svm = SVC(kernel="precomputed", C=10.0)
distances = FunctionTransformer(lambda clouds: np.array([np.quantile(pdist(x), np.linspace(0, 1, 33)) for x in clouds]))
models = {
    "distance quantiles": (make_pipeline(distances, forest), shapes.clouds),
    "convolution": (make_pipeline(tdainv.MeasureConvolution(resolution=15), forest), measures),
    "cumulative surface": (make_pipeline(tdainv.CumulativeSurface(resolution=15), forest), measures),
    "statistics": (make_pipeline(tdainv.MeasurePersistenceStatistics(), forest), measures),
    "sliced Wasserstein": (make_pipeline(kernel, svm), measures),
}
scores = {name: cross_val_score(model, X, shapes.labels, cv=5) for name, (model, X) in models.items()}
{name: f"{values.mean():.3f} ± {values.std():.3f}" for name, values in scores.items()}

# %%
# **One parameter.** Barcodes have vectorizers in the same style, with one policy for bars that never die.
bars = make_pipeline(tdainv.Rips(), tdainv.PersistenceBarcode(degrees=(1,))).fit_transform(shapes.clouds)
times = np.linspace(0.0, 1.5, 200)
figure, axes = plt.subplots(1, 3, figsize=(11, 3), sharex=True)
for i in (order[0], order[-1]):
    barcode = bars[i][0]
    axes[0].plot(times, tdainv.betti_curve(barcode, times), label=shapes.class_names[shapes.labels[i]])
    axes[1].plot(times, tdainv.silhouette(barcode, times))
    axes[2].plot(times, tdainv.persistence_landscape(barcode, times, n_landscapes=2).T)
for ax, title in zip(axes, ("Betti curve", "silhouette", "landscapes"), strict=True):
    ax.set(title=title, xlabel="diameter")
axes[0].legend()
figure.tight_layout()
plt.show()

# %%
# **Ready.** The same for points, series, graphs, images and meshes; parameters are chosen inside the training folds.
search = tdainv.make_signed_barcode_classifier("points", degrees=(0, 1), cv=3, random_state=0)
search.param_grid = {"vectorizer__bandwidth": [0.05, 0.2]}  # a smaller grid, for this page
search.fit(shapes.clouds[::2], shapes.labels[::2])
search.best_params_, search.score(shapes.clouds[1::2], shapes.labels[1::2])
