"""Cubical filtrations of many images: the list version of the function, for pipelines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tdainv._base import CollectionTransformer
from tdainv._typing import Float
from tdainv.complexes.cubical_filtration import CubicalFiltration, check_options, checked_image
from tdainv.filtrations.cubical import cubical


class Cubical(CollectionTransformer):
    """Cubical filtration of each image. See :func:`tdainv.cubical`.

    Parameters
    ----------
    cells : {"vertices", "top"}, default "vertices"
        Whether pixels are the vertices of the grid or its cells of full dimension.
    channels : bool, default False
        Whether the last axis of an image holds the parameters of the filtration.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import Cubical
    >>> Cubical().fit_transform([np.eye(2), np.eye(3)])
    [CubicalFiltration(2 x 2 pixels as vertices, 1 parameter), CubicalFiltration(3 x 3 pixels as vertices, 1 parameter)]
    """

    _item = "image"

    def __init__(self, *, cells: str = "vertices", channels: bool = False, n_jobs: int | None = None) -> None:
        self.cells = cells
        self.channels = channels
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Float:
        return checked_image(item, self.cells, self.channels, f"X[{i}]")

    def _item_function(self) -> Callable[[Any], CubicalFiltration]:
        check_options(self.cells, self.channels)
        return partial(cubical, cells=self.cells, channels=self.channels)
