"""Filters of many binary images: the list version of the functions, for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._base import CollectionTransformer
from tdainv._typing import Float, Number
from tdainv.images.binary import binarize, check_threshold, checked_binary, checked_grey
from tdainv.images.density import codensity
from tdainv.images.distance import dilation, erosion, signed_distance
from tdainv.images.position import directional, radial

_Filter: TypeAlias = str | Callable[[Number], Any]


def _negative(image: Number) -> Float:
    return 0.0 - np.asarray(image, np.float64)


_FUNCTIONS = (signed_distance, dilation, erosion, radial, directional, codensity)
_FILTERS: dict[str, Callable[..., Float]] = {function.__name__: function for function in _FUNCTIONS} | {
    "negative": _negative
}


class ImageFilter(CollectionTransformer):
    """Grey images of each binary image, one channel a filter, for :class:`tdainv.Cubical`.

    Parameters
    ----------
    filters : str, callable, or sequence of these, default ("signed_distance",)
        Names of functions of :mod:`tdainv.images`, with their default parameters: "signed_distance", "dilation",
        "erosion", "radial", "directional" or "codensity"; or "negative", minus the image itself, grey if it is, which
        is low where the image is light. A callable takes a bool array and returns an array of its shape;
        `functools.partial` gives a filter other parameters.
    threshold : float or "otsu", optional
        Images are grey, and their foreground is where they are lighter, see :func:`tdainv.images.binarize`. By default
        images are binary.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Notes
    -----
    The filters of a sequence are the channels of the output, its last axis, also if there is only one:
    ``Cubical(channels=True)`` is the next step. The output of a single filter, not in a sequence, has the shape of the
    image, for ``Cubical()``.

    Examples
    --------
    >>> from functools import partial
    >>> from tdainv import Cubical, images
    >>> from tdainv.filtrations.image_filter_estimators import ImageFilter
    >>> ImageFilter("signed_distance").fit_transform([[0, 1, 1, 0]])
    [array([ 0.5, -0.5, -0.5,  0.5])]
    >>> left = partial(images.directional, direction=[0, 1])
    >>> channels = ImageFilter(["dilation", left]).fit_transform([[[0, 1], [1, 1]]])
    >>> Cubical(channels=True).fit_transform(channels)
    [CubicalFiltration(2 x 2 pixels as vertices, 2 parameters)]
    """

    _item = "image"

    def __init__(
        self,
        filters: _Filter | Sequence[_Filter] = ("signed_distance",),
        *,
        threshold: float | str | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.filters = filters
        self.threshold = threshold
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Number:
        return checked_binary(item, f"X[{i}]") if self.threshold is None else checked_grey(item, f"X[{i}]")

    def _item_function(self) -> Callable[[Any], Float]:
        if self.threshold is not None:
            check_threshold(self.threshold)
        filters, single = self.filters, isinstance(self.filters, str) or callable(self.filters)
        if not single and (not isinstance(filters, Sequence | np.ndarray) or len(filters) == 0):
            raise ValueError(f"filters must be a filter or a non-empty sequence of filters, got filters={filters!r}.")
        chosen: Any = [filters] if single else filters
        functions = [(_name(choice), _function(choice)) for choice in chosen]
        return partial(_filtered, functions=functions, single=single, threshold=self.threshold)


def _function(choice: Any) -> Callable[..., Float]:
    return choice if callable(choice) else _FILTERS[check.option(choice, tuple(_FILTERS), "filters")]


def _name(choice: Any) -> str:
    """What errors call a filter."""
    return getattr(choice, "__name__", repr(choice))


def _filtered(image: Number, functions: list[tuple[str, Any]], single: bool, threshold: Any) -> Float:
    binary = image if threshold is None else binarize(image, threshold=threshold)
    values = [_values(function, image if function is _negative else binary, name) for name, function in functions]
    return values[0] if single else np.stack(values, axis=-1)


def _values(function: Callable[[Number], Any], binary: Number, name: str) -> Float:
    """Values of a filter, which may be anybody's function."""
    rule = f"must be an array of the shape {binary.shape} of the image"
    values = check.float_array(function(binary), f"The output of the filter {name}", rule)
    if values.shape != binary.shape or np.isnan(values).any():
        what = "NaN" if values.shape == binary.shape else f"shape {values.shape}"
        raise ValueError(f"The output of the filter {name} {rule}, without NaN, got {what}.")
    return values
