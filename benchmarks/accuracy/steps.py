"""Steps of pipelines that both interpreters use: nothing but numpy and scikit-learn here."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

SEARCH_TREES, TREES = 50, 300  # in the inner search, and in the classifier that is tested


class Choose(TransformerMixin, BaseEstimator):
    """Of samples that are dicts, one entry: which one may be searched for like any other parameter."""

    def __init__(self, key: str = "") -> None:
        self.key = key

    def fit(self, X: Any, y: Any = None) -> Choose:
        return self

    def transform(self, X: Any) -> list[Any]:
        return [sample[self.key] for sample in X]

    def __sklearn_is_fitted__(self) -> bool:
        return True


class Rows(Choose):
    """One entry of each sample, arrays of equal length, as a table."""

    def transform(self, X: Any) -> Any:
        return np.stack(super().transform(X))


class Components(TransformerMixin, BaseEstimator):
    """Principal components, as many as there are where there are fewer than `n_components`."""

    def __init__(self, n_components: int = 10) -> None:
        self.n_components = n_components

    def fit(self, X: Any, y: Any = None) -> Components:
        self.pca_ = PCA(min(self.n_components, *X.shape), random_state=0).fit(X)
        return self

    def transform(self, X: Any) -> Any:
        return self.pca_.transform(X)


class ScaledSVC(ClassifierMixin, BaseEstimator):
    """SVC with a Gaussian kernel of features scaled to unit variance; gamma is 1 / number of features."""

    def __init__(self, C: float = 1.0) -> None:
        self.C = C

    def fit(self, X: Any, y: Any) -> ScaledSVC:
        self.scaler_ = StandardScaler().fit(X)
        self.rows_ = self._scaled(X)
        self.machine_ = SVC(C=self.C, kernel="precomputed").fit(rbf_kernel(self.rows_), y)
        self.classes_ = self.machine_.classes_
        return self

    def predict(self, X: Any) -> Any:
        return self.machine_.predict(rbf_kernel(self._scaled(X), self.rows_))

    def _scaled(self, X: Any) -> Any:
        return np.clip(self.scaler_.transform(X), -10, 10)  # features that hardly vary in training may explode


def classifiers(seed: int) -> dict[str, Any]:
    """The classifiers that the inner search chooses from, the same for all tables of features."""
    return {
        "trees": ExtraTreesClassifier(SEARCH_TREES, random_state=seed),
        "svc1": ScaledSVC(1.0),
        "svc30": ScaledSVC(30.0),
    }
