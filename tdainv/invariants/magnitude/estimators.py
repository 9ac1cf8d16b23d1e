"""Magnitude of many images: as images, and as rows of features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from tdainv import _validation as check
from tdainv._base import CollectionTransformer, map_items
from tdainv._typing import Float, Number
from tdainv.invariants.magnitude.edges import magnitude_edge_strength
from tdainv.invariants.magnitude.image import check_options, image_magnitude
from tdainv.invariants.magnitude.image_metric import ImageMetric, check_weights, checked_pixels, exponent_of

_QUANTILES = (0.1, 0.5, 0.9, 0.99)
STATISTICS = ("density", "border", "edge_mean", "edge_std", "edge_q10", "edge_median", "edge_q90", "edge_q99")


class MagnitudeTransform(CollectionTransformer):
    """Magnitude vector of each image, as an image of the same shape. See :func:`tdainv.image_magnitude`.

    Parameters
    ----------
    output : {"weights", "edges"}, default "weights"
        Weights of pixels, or their excess over those of a constant image, see
        :func:`tdainv.magnitude_edge_strength`.
    metric : {"l1", "l2", "linf", "hamming"} or float, default "l1"
    position_weight : float, default 1
    value_weight : float, default 1
    t : float, default 1
    channels : bool, default False
        Whether the last axis of an image holds the values of a pixel.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> from tdainv import MagnitudeTransform
    >>> [image.round(2) for image in MagnitudeTransform(output="edges").fit_transform([[0, 0, 0], [0, 0, 9]])]
    [array([0., 0., 0.]), array([0.  , 0.58, 0.37])]
    """

    _item = "image"

    def __init__(
        self,
        *,
        output: str = "weights",
        metric: ImageMetric = "l1",
        position_weight: float = 1.0,
        value_weight: float = 1.0,
        t: float = 1.0,
        channels: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.output = output
        self.metric = metric
        self.position_weight = position_weight
        self.value_weight = value_weight
        self.t = t
        self.channels = channels
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Float:
        return checked_pixels(item, self.channels, f"X[{i}]")

    def _item_function(self) -> Callable[[Any], Float]:
        check.option(self.output, ("weights", "edges"), "output")
        function: Callable[..., Float] = image_magnitude if self.output == "weights" else magnitude_edge_strength
        return partial(function, t=self.t, **_checked_metric(self, self.t), n_jobs=1)


class MagnitudeFeatures(TransformerMixin, BaseEstimator):
    """Features of images from their magnitude: weights pooled over blocks, statistics of edges, magnitude function.

    At each scale, an image has the density of its magnitude (magnitude over number of pixels: the magnitude function,
    without the size of the image), the mean weight of its border, mean, standard deviation and quantiles of the edge
    strength, see :func:`tdainv.magnitude_edge_strength`, and the mean weight in each of pool^d blocks.

    Parameters
    ----------
    ts : sequence of float, default (0.5, 1.0, 2.0)
        Positive scales, all different.
    pool : int, default 4
        Number of blocks along each axis; they overlap by a pixel where the axis is not a multiple. 0 for no blocks.
    metric : {"l1", "l2", "linf", "hamming"} or float, default "l1"
    position_weight : float, default 1
    value_weight : float, default 1
        See :func:`tdainv.image_magnitude`.
    channels : bool, default False
        Whether the last axis of an image holds the values of a pixel.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    n_dims_ : int
        Dimension d of the images of fit. Their sizes may differ.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import MagnitudeFeatures
    >>> features = MagnitudeFeatures(ts=(1.0,), pool=2).set_output(transform="pandas")
    >>> table = features.fit_transform([np.zeros((8, 8)), np.eye(8)])
    >>> table.shape
    (2, 12)
    >>> table["t1_edge_mean"].round(3).tolist()
    [0.0, 0.178]
    """

    def __init__(
        self,
        *,
        ts: Sequence[float] = (0.5, 1.0, 2.0),
        pool: int = 4,
        metric: ImageMetric = "l1",
        position_weight: float = 1.0,
        value_weight: float = 1.0,
        channels: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.ts = ts
        self.pool = pool
        self.metric = metric
        self.position_weight = position_weight
        self.value_weight = value_weight
        self.channels = channels
        self.n_jobs = n_jobs

    def fit(self, X: Sequence[Any], y: Any = None) -> MagnitudeFeatures:
        """Check the parameters and learn the dimension of the images.

        Parameters
        ----------
        X : sequence of images
        y : ignored

        Returns
        -------
        self
        """
        scales = self._scales()
        for t in scales:
            _checked_metric(self, t)
        if self.pool != 0 or isinstance(self.pool, bool):
            check.positive_integer(self.pool, "pool")
        images = self._images(X)
        dims = images[0].ndim - bool(self.channels)
        self._require_dims(images, dims, "X[0]")
        self.n_dims_ = dims
        return self

    def transform(self, X: Sequence[Any]) -> Float:
        """Return the row of each image.

        Parameters
        ----------
        X : sequence of images
            Of the dimension of those in fit.

        Returns
        -------
        ndarray of shape (n_samples, n_scales * (8 + pool^d))
        """
        check_is_fitted(self, "n_dims_")
        scales = self._scales()
        images = self._images(X)
        self._require_dims(images, self.n_dims_, "those of fit")
        row = partial(_row, scales=scales, pool=self.pool, metric=_checked_metric(self, scales[0]))
        return np.stack(map_items(row, images, self.n_jobs))

    def get_feature_names_out(self, input_features: Any = None) -> Number:
        """Names of the features: the scale, then the statistic, or "block" with its place along each axis.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects
        """
        check_is_fitted(self, "n_dims_")
        places = product(range(self.pool), repeat=self.n_dims_) if self.pool else ()
        names = [*STATISTICS, *("block_" + "_".join(map(str, place)) for place in places)]
        return np.array([f"t{t!r}_{name}".replace(".0_", "_", 1) for t in self._scales() for name in names], object)

    def _scales(self) -> list[float]:
        if not isinstance(self.ts, Sequence | np.ndarray) or isinstance(self.ts, str) or len(self.ts) == 0:
            raise ValueError(f"ts must be a non-empty sequence of positive numbers, got ts={self.ts!r}.")
        scales = [check.positive(t, f"ts[{k}]") for k, t in enumerate(self.ts)]
        if len(set(scales)) < len(scales):
            raise ValueError(f"ts must be different numbers, got ts={self.ts!r}.")
        return scales

    def _images(self, X: Any) -> list[Float]:
        items = check.collection(X, "image")
        return [checked_pixels(item, self.channels, f"X[{i}]") for i, item in enumerate(items)]

    def _require_dims(self, images: list[Float], dims: int, whose: str) -> None:
        for i, image in enumerate(images):
            if image.ndim - bool(self.channels) != dims:
                raise ValueError(
                    f"X[{i}] has dimension {image.ndim - bool(self.channels)}, {whose} {dims}: one dimension for all."
                )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags


def _checked_metric(estimator: Any, t: Any) -> dict[str, Any]:
    """Keyword arguments of the metric of an estimator, checked with a scale."""
    exponent_of(estimator.metric)
    check_options(1e-5, "auto", 1, estimator.metric)
    check_weights(estimator.position_weight, estimator.value_weight, t)
    if not isinstance(estimator.channels, bool | np.bool_):
        raise TypeError(f"channels must be True or False, got channels={estimator.channels!r}.")
    names = ("metric", "position_weight", "value_weight", "channels")
    return {name: getattr(estimator, name) for name in names}


def _row(image: Float, scales: list[float], pool: int, metric: dict[str, Any]) -> Float:
    return np.concatenate([_features(image, t, pool, metric) for t in scales])


def _features(image: Float, t: float, pool: int, metric: dict[str, Any]) -> Float:
    weights = image_magnitude(image, t=t, n_jobs=1, **metric)
    still = {name: metric[name] for name in ("metric", "position_weight")}
    strength = weights / image_magnitude(np.zeros(weights.shape), t=t, n_jobs=1, **still) - 1.0
    inside = tuple(slice(1, -1) for _ in weights.shape)
    border = np.ones(weights.shape, bool)
    border[inside] = False
    statistics = [weights.mean(), weights[border].mean(), strength.mean(), strength.std()]
    return np.concatenate([statistics, np.quantile(strength, _QUANTILES), _pooled(weights, pool)])


def _pooled(values: Float, pool: int) -> Float:
    """Means over pool^d blocks; none is empty, whatever the size of the image."""
    if not pool:
        return np.zeros(0)
    for axis, n in enumerate(values.shape):
        blocks = [slice(k * n // pool, -(-(k + 1) * n // pool)) for k in range(pool)]
        means = [np.take(values, range(n)[block], axis=axis).mean(axis=axis) for block in blocks]
        values = np.stack(means, axis=axis)
    return values.ravel()
