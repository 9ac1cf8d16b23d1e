"""Euler characteristic transforms of many shapes, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from tdainv import _validation as check
from tdainv._base import map_items
from tdainv._typing import Float, Number
from tdainv.invariants.euler_transform import Shape, shape_of, sphere_directions, transform_of

_MARGIN = 1e-9  # the heights end a little beyond the radius, so that no vertex is left out by rounding


class EulerCharacteristicTransform(TransformerMixin, BaseEstimator):
    """Euler characteristic transforms of shapes, in evenly spaced directions and at evenly spaced heights.

    A shape is a mesh, a tuple (points, simplices) or a binary image; its features are the entries of
    :func:`tdainv.euler_characteristic_transform`.

    Parameters
    ----------
    n_directions : int, default 32
        Directions are those of :func:`tdainv.sphere_directions`; for shapes on a line there are at most two.
    resolution : int, default 50
        Number of heights, at least 2. They run from -R to R, where R is the radius of the training shapes: the
        largest distance of a point of one of them to the origin.
    smooth : bool, default False
        Whether to take the smooth transform.
    center : bool, default True
        Whether to move each shape first: the mean of its vertices, or of its foreground pixels, becomes the origin.
        Otherwise shapes lie as they are given; pixel [0, 0] of an image is at the origin.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    directions_ : ndarray of shape (n_directions, d)
    heights_ : ndarray of shape (resolution,)

    Notes
    -----
    Heights reach beyond R by a billionth of it, so that rounding leaves no vertex out: the first feature of a direction
    is 0 for all training shapes, the last one their Euler characteristic (0 if smooth). Parts of a shape beyond R do
    not count. Features change if shapes are scaled or turned: normalize and align shapes first where that matters.

    References
    ----------
    Turner, Mukherjee, Boyer: Persistent homology transform for modeling shapes and surfaces, Information and
    Inference 3 (2014).

    Examples
    --------
    Two points at distance 2, and the edge between them. To the right, the points come at -1 and at 1; the heights are
    -1, 0 and 1, a hair further apart:

    >>> import tdainv
    >>> ends = [[0, 0], [2, 0]]
    >>> shapes = [(ends, []), (ends, [[0, 1]])]
    >>> tdainv.EulerCharacteristicTransform(n_directions=1, resolution=3).fit_transform(shapes)
    array([[0., 1., 2.],
           [0., 1., 1.]])
    """

    def __init__(
        self,
        *,
        n_directions: int = 32,
        resolution: int = 50,
        smooth: bool = False,
        center: bool = True,
        n_jobs: int | None = None,
    ) -> None:
        self.n_directions = n_directions
        self.resolution = resolution
        self.smooth = smooth
        self.center = center
        self.n_jobs = n_jobs

    def fit(self, X: Sequence[Any], y: Any = None) -> EulerCharacteristicTransform:
        """Learn the directions, one sphere for the dimension of the shapes, and the range of heights.

        Parameters
        ----------
        X : sequence of shapes
        y : ignored

        Returns
        -------
        self
        """
        self._fit(X)
        return self

    def fit_transform(self, X: Sequence[Any], y: Any = None) -> Float:
        """Fit, and return the rows of the training shapes; they are read once.

        Parameters
        ----------
        X : sequence of shapes
        y : ignored

        Returns
        -------
        ndarray of shape (n_samples, n_directions * resolution)
        """
        return self._rows(self._fit(X))

    def transform(self, X: Sequence[Any]) -> Float:
        """Return the row of each shape.

        Parameters
        ----------
        X : sequence of shapes
            Of the same dimension as in fit.

        Returns
        -------
        ndarray of shape (n_samples, n_directions * resolution)
        """
        check_is_fitted(self, "directions_")
        return self._rows(self._shapes(X))

    def get_feature_names_out(self, input_features: Any = None) -> Number:
        """Names of the features: numbers of direction and height, such as ``ect_3_17``, or ``sect_3_17`` if smooth.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects
        """
        check_is_fitted(self, "directions_")
        prefix = "sect_" if self.smooth else "ect_"
        names = [f"{prefix}{i}_{j}" for i in range(len(self.directions_)) for j in range(len(self.heights_))]
        return np.array(names, dtype=object)

    def _fit(self, X: Sequence[Any]) -> list[Shape]:
        check.positive_integer(self.n_directions, "n_directions")
        if check.positive_integer(self.resolution, "resolution") == 1:
            raise ValueError("resolution must be an integer of at least 2, got resolution=1.")
        for name in ("smooth", "center"):
            if not isinstance(getattr(self, name), bool | np.bool_):
                raise TypeError(f"{name} must be True or False, got {name}={getattr(self, name)!r}.")
        shapes = self._shapes(X)
        dimension = shapes[0].dimension
        _require_dimension(shapes, dimension, "X[0]")
        radius = max(shape.radius for shape in shapes) or 1.0
        self.directions_ = sphere_directions(self.n_directions, dimension)
        self.heights_ = np.linspace(-1.0, 1.0, self.resolution) * (radius * (1.0 + _MARGIN))
        return shapes

    def _shapes(self, X: Sequence[Any]) -> list[Shape]:
        return map_items(partial(_read, center=self.center), check.collection(X, "shape"), self.n_jobs)

    def _rows(self, shapes: list[Shape]) -> Float:
        _require_dimension(shapes, self.directions_.shape[1], "those of fit")
        row = partial(_row, directions=self.directions_, heights=self.heights_, smooth=bool(self.smooth))
        return np.stack(map_items(row, shapes, self.n_jobs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags


def _read(item: Any, center: bool) -> Shape:
    shape = shape_of(item)
    return shape.centered() if center else shape


def _row(shape: Shape, directions: Float, heights: Float, smooth: bool) -> Float:
    return transform_of(shape, directions, heights, smooth).ravel().astype(np.float64)


def _require_dimension(shapes: list[Shape], dimension: int, whose: str) -> None:
    for i, shape in enumerate(shapes):
        if shape.dimension != dimension:
            raise ValueError(f"X[{i}] lies in R^{shape.dimension}, {whose} in R^{dimension}: one dimension for all.")
