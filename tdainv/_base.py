"""What all estimators share: the scikit-learn contract for collections of objects."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from tdainv import _validation as check
from tdainv._typing import Float, Number
from tdainv.exceptions import MemoryLimitError

_BLOCKS_OF_WORKER = 16
_BLOCKS_OF_SMALL = 3  # what is done to several small items at once is worth more than even shares
_LEAST_SECONDS = 0.02  # that a block of small items takes: starting threads takes half of it
_LARGEST_BLOCK = 256


def map_items(function: Callable[[Any], Any], items: Sequence[Any], n_jobs: int | None) -> list[Any]:
    """Apply a picklable function to each item; errors name the item."""
    return map_blocks(partial(_apply_to_block, function=function), items, n_jobs)


BlockFunction: TypeAlias = Callable[[Sequence[Any], int], list[Any]]


def map_blocks(
    function: BlockFunction,
    items: Sequence[Any],
    n_jobs: int | None,
    estimate: Callable[[Sequence[Any]], float] = lambda _: math.inf,
) -> list[Any]:
    """Apply a picklable function to blocks of items; it gets the number of the first one and returns a list.

    Threads by preference, because kernels release the GIL; any joblib backend that is active overrides it. Many items
    are sent in blocks, since a task costs 0.1 ms and a small barcode less; there are always enough blocks to share.
    Where an estimate says how many seconds all of it takes, roughly, there are only as many blocks as are worth it.
    """
    n_workers = effective_n_jobs(n_jobs)
    seconds = estimate(items) if n_workers > 1 else 0.0
    if n_workers == 1:
        size = _LARGEST_BLOCK
    elif seconds < math.inf:
        size = -(-len(items) // worthwhile_blocks(seconds, n_workers))
    else:
        size = max(1, len(items) // (_BLOCKS_OF_WORKER * n_workers))
    starts = range(0, len(items), min(size, _LARGEST_BLOCK))
    blocks = [(items[start : start + starts.step], start) for start in starts]
    if n_workers == 1 or len(blocks) == 1:
        return [result for block in blocks for result in function(*block)]
    results = Parallel(n_jobs=n_jobs, prefer="threads")(delayed(function)(*block) for block in blocks)
    return list(chain.from_iterable(results))


def worthwhile_blocks(seconds: float, n_workers: int) -> int:
    """Into how many blocks to divide what takes so many seconds, roughly: few if threads would cost more than it."""
    return min(max(1, int(seconds / _LEAST_SECONDS)), _BLOCKS_OF_SMALL * n_workers) if n_workers > 1 else 1


def _apply_to_block(items: Sequence[Any], start: int, function: Callable[[Any], Any]) -> list[Any]:
    return [apply_to_item(function, item, start + k) for k, item in enumerate(items)]


_ERRORS = (MemoryLimitError, FileNotFoundError, TypeError, ValueError)


def apply_to_item(function: Callable[[Any], Any], item: Any, i: int) -> Any:
    """Apply a function to an item of a collection; its errors name the item, X[i]."""
    try:
        return function(item)
    except _ERRORS as error:
        # A subclass may not take one message: raise the class that callers know.
        kind = next(base for base in _ERRORS if isinstance(error, base))
        raise kind(f"X[{i}]: {error}") from error


class CollectionTransformer(TransformerMixin, BaseEstimator):
    """Map a list of objects to a list of objects, item by item, with nothing to learn from the data.

    A subclass says what happens to one item in ``_item_function``, and what an item must be in ``_check_item``. If
    several small items take less time together, it says so in ``_block_function`` and ``_seconds``.
    """

    n_jobs: int | None
    _item = "item"

    @abstractmethod
    def _item_function(self) -> Callable[[Any], Any]:
        """Check the parameters; return a picklable function of one item."""

    def _block_function(self) -> BlockFunction:
        """Check the parameters; return a picklable function of several items and the number of the first one."""
        return partial(_apply_to_block, function=self._item_function())

    def _seconds(self, items: Sequence[Any]) -> float:
        """Roughly how long all checked items take if each takes little time and memory, and less together; or inf."""
        return math.inf

    def _collect(self, X: Any) -> list[Any]:
        """Return the items of a collection, not checked one by one."""
        return check.collection(X, self._item)

    def _check_item(self, item: Any, i: int) -> Any:
        """Return the item, or raise an error that names X[i]: called for all items before any work is done."""
        return item

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # Lists of objects are no tables: scikit-learn must not wrap the output of any subclass.
        super().__init_subclass__(auto_wrap_output_keys=None, **kwargs)

    def fit(self, X: Sequence[Any], y: Any = None) -> CollectionTransformer:
        """Check the parameters; there is nothing to learn.

        Parameters
        ----------
        X : sequence
        y : ignored

        Returns
        -------
        self
        """
        self._item_function()
        self._collect(X)
        return self

    def transform(self, X: Sequence[Any]) -> list[Any]:
        """Transform each item.

        Parameters
        ----------
        X : sequence

        Returns
        -------
        list
            One result an item, in order.
        """
        check_is_fitted(self)
        function = self._block_function()
        items = [self._check_item(item, i) for i, item in enumerate(self._collect(X))]
        return map_blocks(function, items, self.n_jobs, self._seconds)

    def get_feature_names_out(self, input_features: Any = None) -> Number:
        """Return the name of the output: one object a sample.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of one str object
        """
        return np.array([type(self).__name__.lower()], dtype=object)

    def set_output(self, *, transform: Any = None) -> CollectionTransformer:
        """Do nothing: the output is a list of topological objects, not a table.

        Parameters
        ----------
        transform : ignored

        Returns
        -------
        self
        """
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.requires_fit = False
        return tags


class FittedCollectionTransformer(CollectionTransformer):
    """Map a list of objects to a list of objects, item by item, with something learned from the training items.

    A subclass says in ``_learn`` what that is: it sets attributes whose names end in an underscore.
    """

    @abstractmethod
    def _learn(self, items: list[Any]) -> None:
        """Check the parameters and learn from checked items."""

    def fit(self, X: Sequence[Any], y: Any = None) -> FittedCollectionTransformer:
        """Learn from the training items.

        Parameters
        ----------
        X : sequence
        y : ignored

        Returns
        -------
        self
        """
        self._learn([self._check_item(item, i) for i, item in enumerate(self._collect(X))])
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return any(name.endswith("_") and not name.startswith("_") for name in vars(self))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        return tags


class Vectorizer(TransformerMixin, BaseEstimator):
    """Map a list of invariants to a table, one row a sample.

    A sample is one invariant, or a tuple of invariants (one a degree of homology) whose features are put side by
    side. A subclass gives the type of an invariant and learns one ``plan`` (its grid, ...) for each place in the
    tuple; the plan makes rows and names.
    """

    n_jobs: int | None
    _kind: type | tuple[type, ...]
    _join: Callable[[list[Float]], Float] = staticmethod(np.concatenate)  # rows of the invariants of a sample

    @abstractmethod
    def _check_params(self) -> None:
        """Check the parameters."""

    def _check_places(self, n_places: int) -> None:
        """Check parameters that are given one a place in the tuple of invariants."""

    @abstractmethod
    def _make_plan(self, invariants: list[Any], place: int) -> Any:
        """Learn from the invariants at one place of all samples: an object with `row(invariant)` and `names(label)`."""

    @staticmethod
    @abstractmethod
    def _label(invariant: Any, place: int) -> str:
        """Prefix of the names of the features of an invariant at this place."""

    def fit(self, X: Sequence[Any], y: Any = None) -> Vectorizer:
        """Learn the grid from the invariants of the training samples.

        Parameters
        ----------
        X : sequence of invariants, or of tuples of invariants
        y : ignored

        Returns
        -------
        self
        """
        self._check_params()
        samples = self._samples(X)
        places = list(zip(*samples, strict=True))
        self._check_places(len(places))
        self.plans_ = [self._make_plan(list(invariants), k) for k, invariants in enumerate(places)]
        self.labels_ = [self._label(invariants[0], k) for k, invariants in enumerate(places)]
        self.n_features_out_ = len(self.get_feature_names_out())
        return self

    def transform(self, X: Sequence[Any]) -> Float:
        """Vectorize each sample.

        Parameters
        ----------
        X : sequence of invariants, or of tuples of invariants
            As many a sample as in fit.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self, "plans_")
        samples = self._samples(X)
        require_places(samples, len(self.plans_), type(self).__name__)
        return np.stack(map_items(_Row(self.plans_, self._join), samples, self.n_jobs))

    def get_feature_names_out(self, input_features: Any = None) -> Number:
        """Names of the features: the place or degree of the invariant, then the position on its grid.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects
        """
        check_is_fitted(self, "plans_")
        names = [plan.names(label) for plan, label in zip(self.plans_, self.labels_, strict=True)]
        return np.concatenate(names).astype(object)

    def _samples(self, X: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Check the input; every sample becomes a tuple."""
        return invariant_samples(X, self._kind)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


class _Row:
    """Row of a sample: the rows of its invariants, joined. Picklable, without the estimator."""

    def __init__(self, plans: list[Any], join: Callable[[list[Float]], Float]) -> None:
        self.plans = plans
        self.join = join

    def __call__(self, sample: tuple[Any, ...]) -> Float:
        return self.join([plan.row(invariant) for plan, invariant in zip(self.plans, sample, strict=True)])


def invariant_samples(X: Sequence[Any], kind: type | tuple[type, ...]) -> list[tuple[Any, ...]]:
    """Check samples, each one invariant or a tuple of invariants of a kind; every sample becomes a tuple."""
    name = " or ".join(each.__name__ for each in (kind if isinstance(kind, tuple) else (kind,)))
    samples: list[tuple[Any, ...]] = []
    for i, sample in enumerate(check.collection(X, name)):
        invariants = tuple(sample) if isinstance(sample, tuple | list) or _holds_objects(sample) else (sample,)
        for invariant in invariants:
            if not isinstance(invariant, kind):
                raise TypeError(f"X[{i}] must be a {name} or a tuple of them, got {type(invariant).__name__}.")
        if samples and len(invariants) != len(samples[0]):
            raise ValueError(
                f"All samples must have the same number of invariants: X[0] has {len(samples[0])}, "
                f"X[{i}] has {len(invariants)}."
            )
        if not invariants:
            raise ValueError(f"X[{i}] must hold at least one {name}, got an empty tuple.")
        samples.append(invariants)
    return samples


def _holds_objects(sample: Any) -> bool:
    return isinstance(sample, np.ndarray) and sample.dtype == object


def require_places(samples: list[tuple[Any, ...]], n_places: int, fitted: str) -> None:
    """Raise ValueError unless samples have as many invariants as those of fit."""
    if len(samples[0]) != n_places:
        raise ValueError(f"X[0] has {len(samples[0])} invariants, but {fitted} was fitted with {n_places} a sample.")
