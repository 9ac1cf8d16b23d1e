"""From clouds to rows in one step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from tdainv._base import BlockFunction, CollectionTransformer, Vectorizer, map_blocks
from tdainv._typing import Float, Number
from tdainv.filtrations.estimators import CodensityRips
from tdainv.invariants.estimators import HilbertSignedMeasure
from tdainv.vectorizers.measure_convolution import MeasureConvolution

_TIMES_AS_LONG = 5  # filtrations with their Hilbert measures, roughly


class TopologicalFeatures(TransformerMixin, BaseEstimator):
    """Filtration, invariant and vectorizer fused into one step, for many clouds.

    Gives the same rows as the pipeline of its three parts. The difference is that one task takes a cloud to its
    invariant, so that filtrations (n x n distances each) are neither all kept nor sent between processes.

    Parameters
    ----------
    filtration : estimator, optional
        Makes filtrations of clouds; by default ``CodensityRips()``.
    invariant : estimator, optional
        Makes invariants of filtrations; by default ``HilbertSignedMeasure()``.
    vectorizer : estimator, optional
        Makes rows of invariants; by default ``MeasureConvolution()``.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    vectorizer_ : estimator
        The fitted vectorizer.

    Examples
    --------
    >>> from tdainv import PersistenceBarcode, PersistenceImage, Rips, TopologicalFeatures, datasets
    >>> shapes = datasets.make_shapes(n_per_class=2, n_points=60, random_state=0)
    >>> features = TopologicalFeatures(Rips(), PersistenceBarcode(), PersistenceImage(resolution=10))
    >>> features.fit_transform(shapes.clouds).shape
    (14, 110)
    """

    def __init__(
        self,
        filtration: Any = None,
        invariant: Any = None,
        vectorizer: Any = None,
        *,
        n_jobs: int | None = None,
    ) -> None:
        self.filtration = filtration
        self.invariant = invariant
        self.vectorizer = vectorizer
        self.n_jobs = n_jobs

    def fit(self, X: Sequence[Any], y: Any = None) -> TopologicalFeatures:
        """Learn the grid of the vectorizer from the training clouds.

        Parameters
        ----------
        X : sequence of clouds
        y : ignored

        Returns
        -------
        self
        """
        self._fit(X)
        return self

    def fit_transform(self, X: Sequence[Any], y: Any = None) -> Float:
        """Fit, and return the rows of the training clouds; invariants are computed once.

        Parameters
        ----------
        X : sequence of clouds
        y : ignored

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        invariants = self._fit(X)
        return self.vectorizer_.transform(invariants)

    def transform(self, X: Sequence[Any]) -> Float:
        """Return the row of each cloud.

        Parameters
        ----------
        X : sequence of clouds

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self, "vectorizer_")
        return self.vectorizer_.transform(self._invariants(X))

    def get_feature_names_out(self, input_features: Any = None) -> Number:
        """Names of the features, those of the vectorizer.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects
        """
        check_is_fitted(self, "vectorizer_")
        return self.vectorizer_.get_feature_names_out()

    def _fit(self, X: Sequence[Any]) -> list[Any]:
        vectorizer = MeasureConvolution() if self.vectorizer is None else clone(self.vectorizer)
        _require_type("vectorizer", vectorizer, Vectorizer)
        vectorizer._check_params()
        if vectorizer.n_jobs is None:
            vectorizer.set_params(n_jobs=self.n_jobs)
        invariants = self._invariants(X)
        self.vectorizer_ = vectorizer.fit(invariants)
        return invariants

    def _invariants(self, X: Sequence[Any]) -> list[Any]:
        filtration = CodensityRips() if self.filtration is None else self.filtration
        invariant = HilbertSignedMeasure() if self.invariant is None else self.invariant
        for name, step in (("filtration", filtration), ("invariant", invariant)):
            _require_type(name, step, CollectionTransformer)
            if step.__sklearn_tags__().requires_fit:
                raise TypeError(
                    f"{name} must be an estimator that learns nothing from data, got {step!r}. Use a pipeline."
                )
        items = [filtration._check_item(item, i) for i, item in enumerate(filtration._collect(X))]
        seconds = filtration._seconds(items)
        task = _Composition(filtration._block_function(), invariant._block_function(), together=seconds < math.inf)
        whole = _TIMES_AS_LONG * seconds if isinstance(invariant, HilbertSignedMeasure) else math.inf
        return map_blocks(task, items, self.n_jobs, lambda _: whole)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags


def _require_type(name: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be an estimator of tdainv for this place, or None, got {value!r}.")


class _Composition:
    """First one function of blocks, then another: item by item, unless the items are small. Picklable if they are."""

    def __init__(self, first: BlockFunction, second: BlockFunction, together: bool) -> None:
        self.first = first
        self.second = second
        self.together = together

    def __call__(self, items: Sequence[Any], start: int) -> list[Any]:
        if self.together:
            return self.second(self.first(items, start), start)
        return [self.second(self.first([item], start + k), start + k)[0] for k, item in enumerate(items)]
