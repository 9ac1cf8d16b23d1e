"""How accuracy is measured: everything that is learned or chosen comes from the training items of a fold.

Nothing but numpy and scikit-learn here, since the interpreter of multipers runs this file too.
"""

from __future__ import annotations

import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid, StratifiedKFold
from steps import TREES, classifiers

INNER_FOLDS = 3


@dataclass
class Method:
    """From samples (dicts) to a table, with the parameters to search; or to square kernels, with `kernel`.

    `prepare` learns once a fold, from all its training items, and makes other samples: for invariants on a grid that
    is learned. `kernel` says that the features are rows of a kernel matrix, for an SVC.
    """

    features: Any
    grid: Any = field(default_factory=dict)
    prepare: Any = None
    kernel: bool = False


@dataclass
class Scores:
    accuracies: list[float]
    fit_seconds: float  # all folds: search, features and classifier
    predict_seconds: float
    chosen: list[str]
    inner: float  # mean accuracy of the chosen parameters in the inner cross-validations


def evaluate(method: Method, samples: list[Any], labels: Any, folds: list[Any], seed: int, n_jobs: int = 1) -> Scores:
    """Accuracy on each fold, of the parameters that are best in an inner cross-validation of its training items."""
    repeated = Counter(_key(fold) for fold in folds)
    prepared = _Prepared(method, samples, {key for key, count in repeated.items() if count > 1})
    results = Parallel(n_jobs=n_jobs, prefer="threads")(
        delayed(_evaluate_fold)(method, prepared, labels, fold, seed + number) for number, fold in enumerate(folds)
    )
    accuracies, fits, predictions, chosen, inner = zip(*results, strict=True)
    return Scores(list(accuracies), sum(fits), sum(predictions), list(chosen), float(np.mean(inner)))


class _Prepared:
    """Training and test samples of folds, after what a method learns beforehand; kept for folds that come again."""

    def __init__(self, method: Method, samples: list[Any], repeated: set[bytes]) -> None:
        self.method = method
        self.samples = samples
        self.repeated = repeated
        self.kept: dict[bytes, Any] = {}

    def __call__(self, fold: Any) -> Any:
        if _key(fold) in self.kept:
            return self.kept[_key(fold)]
        training, tested = ([self.samples[i] for i in part] for part in fold)
        if self.method.prepare is not None:
            prepare = clone(self.method.prepare)
            training, tested = prepare.fit_transform(training), prepare.transform(tested)
        if _key(fold) in self.repeated:
            self.kept[_key(fold)] = training, tested
        return training, tested


def _key(fold: Any) -> bytes:
    return np.asarray(fold[0]).tobytes()


def _evaluate_fold(method: Method, prepared: _Prepared, labels: Any, fold: Any, seed: int) -> Any:
    train, test = fold
    start = time.perf_counter()
    training, tested = prepared(fold)
    candidates = _classifiers(method, seed)
    best, name, inner = _search(method, training, labels[train], candidates, seed)
    features, classifier = clone(method.features).set_params(**best), clone(candidates[name])
    if "n_estimators" in classifier.get_params():
        classifier.set_params(n_estimators=TREES)
    classifier.fit(features.fit_transform(training), labels[train])
    middle = time.perf_counter()
    accuracy = float((classifier.predict(features.transform(tested)) == labels[test]).mean())
    chosen = _text({**best, "classifier": name})
    return accuracy, middle - start, time.perf_counter() - middle, chosen, inner


def _search(method: Method, samples: list[Any], labels: Any, candidates: dict[str, Any], seed: int) -> Any:
    """Grid search; each table of features is made once an inner fold, for all classifiers."""
    settings = list(ParameterGrid(method.grid))
    accuracy = np.zeros((len(settings), len(candidates)))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        inner = list(StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=seed).split(labels, labels))
    for train, test in inner:
        training, tested = [samples[i] for i in train], [samples[i] for i in test]
        for i, setting in enumerate(settings):
            features = clone(method.features).set_params(**setting)
            rows, others = features.fit_transform(training), features.transform(tested)
            for j, classifier in enumerate(candidates.values()):
                predicted = clone(classifier).fit(rows, labels[train]).predict(others)
                accuracy[i, j] += (predicted == labels[test]).mean()
    i, j = np.unravel_index(accuracy.argmax(), accuracy.shape)
    return settings[i], list(candidates)[j], float(accuracy[i, j]) / INNER_FOLDS


def _classifiers(method: Method, seed: int) -> dict[str, Any]:
    if not method.kernel:
        return classifiers(seed)
    from sklearn.svm import SVC

    return {f"svc{c:g}": SVC(C=c, kernel="precomputed") for c in (0.1, 1.0, 10.0, 100.0)}


def _text(parameters: dict[str, Any]) -> str:
    """Parameters without the names of the steps that have them."""
    return " ".join(f"{name.split('__')[-1]}={value}" for name, value in sorted(parameters.items()))
