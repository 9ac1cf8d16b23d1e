"""Module approximations of many filtrations, for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tdainv import _validation as check
from tdainv._base import CollectionTransformer
from tdainv._typing import ArrayLike
from tdainv.invariants.interval_module import IntervalModule
from tdainv.invariants.module_approximation import check_lines, module_approximation
from tdainv.persistence.barcode import complexes_of, require_filtration


class ModuleApproximation(CollectionTransformer):
    """Module approximation of each filtration. See :func:`tdainv.module_approximation`.

    Parameters
    ----------
    degrees : sequence of int, default (0, 1)
        Degrees of homology. A result is a tuple with one :class:`tdainv.IntervalModule` a degree, in this order.
    n_lines : int, optional
    spacing : float, optional
    error : float, optional
    box : array-like of shape (2, p), optional
    direction : array-like of shape (p,), optional
        As in the function. The box of a filtration is that of its own grades unless it is given.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import tdainv
    >>> filtrations = tdainv.FunctionRips().fit_transform([[[0.0], [3.0]]])
    >>> tdainv.ModuleApproximation(degrees=(0,), n_lines=100).fit_transform(filtrations)
    [(IntervalModule(degree 0, 2 summands, 2 parameters, error 0.015),)]
    """

    _item = "filtration"

    def __init__(
        self,
        *,
        degrees: Sequence[int] = (0, 1),
        n_lines: int | None = None,
        spacing: float | None = None,
        error: float | None = None,
        box: ArrayLike | None = None,
        direction: ArrayLike | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.degrees = degrees
        self.n_lines = n_lines
        self.spacing = spacing
        self.error = error
        self.box = box
        self.direction = direction
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], Any]:
        check_lines(self.n_lines, self.spacing, self.error)
        names = ("n_lines", "spacing", "error", "box", "direction")
        options = {name: getattr(self, name) for name in names}
        return partial(_modules, degrees=check.degrees(self.degrees), options=options)

    def _check_item(self, item: Any, i: int) -> Any:
        try:
            require_filtration(item)
        except TypeError as error:
            raise TypeError(f"X[{i}]: {error}") from None
        return item


def _modules(filtration: Any, degrees: tuple[int, ...], options: dict[str, Any]) -> tuple[IntervalModule, ...]:
    return tuple(module_approximation(each, each.degree, **options) for each in complexes_of(filtration, degrees))
