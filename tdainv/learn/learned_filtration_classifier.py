"""Classifier of point clouds that learns the filtration of their barcodes."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted
from torch import nn

from tdainv import _validation as check
from tdainv._typing import Float, Number
from tdainv.datasets._arguments import make_rng
from tdainv.learn.bifiltration_learner import BifiltrationLearner
from tdainv.learn.checkpoints import Checkpoint, fingerprint
from tdainv.learn.cloud_inputs import (
    centred,
    checked_clouds,
    checked_labels,
    mean_distance,
    require_dimension,
    split,
)
from tdainv.learn.learner_choices import check_choices, checked_device, reads_distances
from tdainv.learn.phases import Phases
from tdainv.learn.training import outputs
from tdainv.learn.training_items import TrainingItems

_COUNTS = (
    *("n_centers", "n_features", "width", "epochs", "backbone_epochs", "batch_size", "warmup", "patience"),
    "checkpoint_every",
)


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
    learning_rate : float, default 0.005
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
        The classes, sorted.
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
        learning_rate: float = 0.005,
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
        classes, labels = checked_labels(y, len(clouds))
        points = self._backbone_inputs(clouds, matrices, None)
        rng = make_rng(self.random_state)
        identity = fingerprint(self._identity([*clouds, labels, classes.tolist()]))
        checkpoint = Checkpoint(self.checkpoint, identity, self.checkpoint_every)
        saved = checkpoint.load()
        seed = int(rng.integers(2**31)) if saved is None else int(saved["seed"])
        unit = mean_distance(matrices)
        items = TrainingItems.of_arrays(matrices, points, unit, device)
        parts = split(labels, self.validation_fraction, np.random.default_rng(seed))
        dim = None if points is None or self._reads_distances() else clouds[0].shape[1]
        phases = Phases(self, items, labels, parts, dim, seed)
        module, history = phases.run(checkpoint, saved)
        self.classes_, self.unit_, self.n_points_dim_ = classes, unit, dim
        self.module_, self.history_ = module.cpu().eval(), history
        return self

    def decision_function(self, X: Sequence[Any]) -> Float:
        """Logarithms of the probabilities of classes, up to a constant for each cloud.

        Parameters
        ----------
        X : sequence
            As in fit, of any sizes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), or (n_samples,) for two classes
            For two classes, the score of the second one minus that of the first one.
        """
        scores = self._outputs(X)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict_proba(self, X: Sequence[Any]) -> Float:
        """Probabilities of classes.

        Parameters
        ----------
        X : sequence
            As in fit, of any sizes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        return softmax(self._outputs(X), axis=1)

    def predict(self, X: Sequence[Any]) -> Number:
        """Most probable class of each cloud.

        Parameters
        ----------
        X : sequence
            As in fit, of any sizes.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        best = self._outputs(X).argmax(axis=1)
        return self.classes_[best]

    def score(self, X: Sequence[Any], y: Any, sample_weight: Any = None) -> float:
        """Accuracy: the share of clouds whose class is predicted.

        Parameters
        ----------
        X : sequence
            As in fit, of any sizes.
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        float
        """
        return float(super().score(X, y, sample_weight))

    def transform(self, X: Sequence[Any]) -> Float:
        """Learned features of each cloud, on which the classifier is linear.

        Parameters
        ----------
        X : sequence
            As in fit, of any sizes.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            Features of the backbone, then those of the filtration.
        """
        return self._outputs(X, features=True)

    def point_weights(self, X: Sequence[Any]) -> list[Float]:
        """Weights of the points of each cloud in the learned filtration; for "bifiltration", the second grade.

        Parameters
        ----------
        X : sequence
            As in fit, of any sizes.

        Returns
        -------
        list of ndarray of shape (n_points,)
            In the unit of the data: :func:`tdainv.weighted_rips` of a cloud with them is its filtration. For
            "bifiltration", numbers in [0, 1).
        """
        check_is_fitted(self, "module_")
        learner: Any = self.module_.learner
        if learner is None:
            raise ValueError("filtration must not be None for weights of points.")
        _, matrices = checked_clouds(X, self.metric)
        items = TrainingItems.of_arrays(matrices, None, self.unit_, "cpu")
        with torch.no_grad():
            weights = [learner.weights_of([matrix])[0].double().numpy() for matrix in items.distances]
        return weights if isinstance(learner, BifiltrationLearner) else [self.unit_ * values for values in weights]

    def get_feature_names_out(self, input_features: Any = None) -> Number:
        """Names of the features: the part that they come from, and a number.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects
        """
        check_is_fitted(self, "module_")
        learner: Any = self.module_.learner
        n_topological = 0 if learner is None else learner.n_features
        names = [f"backbone{k}" for k in range(self.module_.n_features - n_topological)]
        return np.array([*names, *(f"filtration{k}" for k in range(n_topological))], dtype=object)

    def _outputs(self, X: Sequence[Any], *, features: bool = False) -> Float:
        check_is_fitted(self, "module_")
        device = checked_device(self.device)
        clouds, matrices = checked_clouds(X, self.metric)
        points = self._backbone_inputs(clouds, matrices, self.n_points_dim_)
        items = TrainingItems.of_arrays(matrices, points, self.unit_, device)
        # The module stays on the CPU, so that the estimator can be loaded on a machine without the device.
        module = self.module_ if device.type == "cpu" else copy.deepcopy(self.module_).to(device)
        rows = outputs(module, items, np.arange(len(items)), self.batch_size, features=features)
        return rows.cpu().double().numpy()

    def _reads_distances(self) -> bool:
        return reads_distances(self.backbone, self.metric)

    def _backbone_inputs(self, clouds: list[Float], matrices: list[Float], dim: int | None) -> list[Float] | None:
        if self.backbone is None:
            return None
        if self._reads_distances():
            return matrices
        require_dimension(clouds, dim, "X[0]" if dim is None else "the clouds of fit")
        return centred(clouds)

    def _check_params(self) -> torch.device:
        """Check what fit needs, before any work is done."""
        check_choices(self.filtration, self.backbone, self.metric)
        check.degrees(self.degrees)
        check.fraction(self.mass, "mass")
        check.positive(self.learning_rate, "learning_rate")
        for name in _COUNTS:
            check.positive_integer(getattr(self, name), name)
        if check.finite(self.weight_decay, "weight_decay") < 0:
            raise ValueError(f"weight_decay must be at least 0, got weight_decay={self.weight_decay!r}.")
        if not 0 <= check.finite(self.validation_fraction, "validation_fraction") < 1:
            raise ValueError(
                f"validation_fraction must lie in [0, 1), got validation_fraction={self.validation_fraction!r}."
            )
        if self.checkpoint is not None and not Path(self.checkpoint).absolute().parent.is_dir():
            raise ValueError(f"checkpoint must lie in a folder that exists, got checkpoint={str(self.checkpoint)!r}.")
        return checked_device(self.device)

    def _identity(self, data: list[Any]) -> list[Any]:
        """What the result of fit depends on; where it goes and how it is shown do not matter."""
        parameters = self.get_params(deep=False)
        for name in ("checkpoint", "checkpoint_every", "n_jobs", "verbose"):
            parameters.pop(name)
        for name in ("filtration", "backbone"):
            if isinstance(parameters[name], nn.Module):
                module = parameters.pop(name)
                data = [*data, repr(module), *module.state_dict().values()]
        if not isinstance(self.random_state, int):
            parameters.pop("random_state")
        if callable(self.metric):  # its repr is an address, which another process does not have
            parameters["metric"] = f"{self.metric.__module__}.{self.metric.__qualname__}"
        return [*data, sorted(parameters.items(), key=lambda pair: pair[0])]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags
