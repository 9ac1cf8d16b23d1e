"""Classifier of point clouds that learns the filtration of their barcodes."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted
from torch import nn

from tdainv import _validation as check
from tdainv._typing import Float, Int, Number
from tdainv.learn.checkpoints import Checkpoint, fingerprint
from tdainv.learn.cloud_inputs import (
    centred,
    checked_clouds,
    checked_labels,
    mean_distance,
    require_dimension,
    split,
)
from tdainv.learn.learner_choices import make_backbone, make_learner
from tdainv.learn.topological_classifier import TopologicalClassifier
from tdainv.learn.training import Phase, Schedule, outputs, seeded
from tdainv.learn.training_items import TrainingItems, batches_of

_ITEMS_FOR_START = 100  # whose barcodes place the Gaussians at first


class LearnedFiltrationClassifier(ClassifierMixin, TransformerMixin, BaseEstimator):
    """Classify clouds by barcodes of a filtration that is learned for the task, alone or beside a point network.

    Distances → weights of the points, from a network → weighted Rips filtration → barcodes → PersLay → linear layer,
    all trained at once. With a backbone there are two phases [1]_: the backbone is trained first and then frozen, and
    the filtration learns what to add to its feature.

    Parameters
    ----------
    filtration : {"learned", "dtm", "rips", "bifiltration"}, Module or None, default "learned"
        "learned", "dtm" and "rips" are the weights "learned", "dtm" and "none" of :class:`FiltrationLearner`;
        "bifiltration" is a :class:`BifiltrationLearner`. A module gives weights of points, see
        :class:`FiltrationLearner`. None: the backbone alone.
    backbone : {"deepsets", "pointnet", "pointmlp", "distances"}, Module or None, default None
        :class:`DeepSets`, :class:`PointNet`, :class:`PointMLP`, or a :class:`DistanceMatrixDeepSets`, which isometries
        do not change. A module maps points (b, n, dim) and a mask (b, n), or None where all clouds have n points, to
        features; with ``metric="precomputed"``, distances in place of points.
    degrees : sequence of int, default (1,)
    n_centers : int, default 32
        Gaussians of PersLay, one set for each degree; for "bifiltration" there is a grid instead.
    n_features : int, default 16
        Features of the filtration, and of a named backbone.
    width : int, default 32
        Of the layers of the weight network, see :class:`FiltrationLearner`.
    mass : float in (0, 1], default 0.1
        For "dtm".
    metric : str or callable, default "euclidean"
        See :func:`tdainv.rips`. With "precomputed" the items are distance matrices.
    epochs, backbone_epochs : int, default 100
        The most epochs of the phase with the filtration, and of the phase of the backbone. With one part only, its
        number counts.
    batch_size : int, default 40
    learning_rate : float, default 0.01
        The largest one, reached after `warmup` epochs; then it falls with the square root of the epoch.
    warmup : int, default 10
    weight_decay : float, default 0.0
    validation_fraction : float in [0, 1), default 0.1
        Share of the training clouds of each class that early stopping looks at, and that are not trained on. With 0 all
        epochs are done, and the last one counts.
    patience : int, default 20
        Epochs without a lower loss on those clouds after which a phase stops. The epoch with the lowest loss counts.
    checkpoint : path-like, optional
        A file that keeps the state of the training. If it exists when fit begins, with the same data and parameters,
        training goes on from there, and the result is that of a training without interruption, to the last bit on a
        CPU. A file of another training is refused.
    checkpoint_every : int, default 5
        Epochs between two writings of that file.
    device : str or torch.device, optional
        "cpu" by default. Barcodes are always found on the host.
    random_state : int, Generator, RandomState or None, default None
    n_jobs : int, optional
        Threads for barcodes, see :func:`rips_barcode`. torch has its own number of threads.
    verbose : bool, default False
        Whether to show progress on the standard error stream.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    module_ : TopologicalClassifier
        The trained modules, on the CPU, in evaluation mode.
    unit_ : float
        Mean distance of two points of a training cloud, by which all distances are divided.
    history_ : dict of str to list of dict
        Losses of the epochs of each phase, "backbone" and "filtration".
    n_points_dim_ : int or None
        Dimension of the points that the backbone reads; None if it reads distances or there is none.

    Notes
    -----
    Predictions depend on distances only, and so on no isometry and no order of the points, unless a point network is
    the backbone: pass :class:`FrameAveraging` around it for that. Clouds are centred before it.

    Random numbers of an epoch come from `random_state` and the number of the epoch. While it trains, the generators of
    torch are seeded, and put back after each epoch; other threads that draw from them at that time are disturbed.

    References
    ----------
    .. [1] Nishikawa, Ike, Yamanishi: Adaptive topological feature via persistent homology: filtration learning for
       point clouds, NeurIPS 2023.

    Examples
    --------
    Whether the ring near a cluster of points is closed, while a second ring is there as well:

    >>> import tdainv
    >>> from tdainv.learn import LearnedFiltrationClassifier
    >>> rings = tdainv.datasets.make_marked_rings(n_per_class=8, n_points=40, random_state=0)
    >>> model = LearnedFiltrationClassifier(epochs=2, width=8, random_state=0).fit(rings.clouds, rings.labels)
    >>> model.predict_proba(rings.clouds).shape
    (16, 2)
    >>> model.transform(rings.clouds[:3]).shape
    (3, 16)
    """

    def __init__(
        self,
        filtration: Any = "learned",
        backbone: Any = None,
        *,
        degrees: Sequence[int] = (1,),
        n_centers: int = 32,
        n_features: int = 16,
        width: int = 32,
        mass: float = 0.1,
        metric: Any = "euclidean",
        epochs: int = 100,
        backbone_epochs: int = 100,
        batch_size: int = 40,
        learning_rate: float = 0.01,
        warmup: int = 10,
        weight_decay: float = 0.0,
        validation_fraction: float = 0.1,
        patience: int = 20,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_every: int = 5,
        device: Any = None,
        random_state: Any = None,
        n_jobs: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.filtration = filtration
        self.backbone = backbone
        self.degrees = degrees
        self.n_centers = n_centers
        self.n_features = n_features
        self.width = width
        self.mass = mass
        self.metric = metric
        self.epochs = epochs
        self.backbone_epochs = backbone_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.warmup = warmup
        self.weight_decay = weight_decay
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.checkpoint = checkpoint
        self.checkpoint_every = checkpoint_every
        self.device = device
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X: Sequence[Any], y: Any) -> LearnedFiltrationClassifier:
        """Train the filtration, the backbone if there is one, and the classifier.

        Parameters
        ----------
        X : sequence of clouds (n_points, dim), or of distance matrices (n_points, n_points)
        y : array-like of shape (n_samples,)
            At least two classes.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For bad clouds (the error names the item), labels or parameters, a checkpoint of another training, and a
            training that diverges.
        TypeError
            For a filtration or a backbone of the wrong type.
        """
        device = self._check_params()
        clouds, matrices = checked_clouds(X, self.metric)
        classes, labels = checked_labels(y, len(clouds), self._is_fixed())
        self._fit(clouds, matrices, classes, labels, device)
        return self
