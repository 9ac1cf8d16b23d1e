"""Differentiable corners of module approximations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv._typing import Int
from tdainv.invariants.interval_module import IntervalModule
from tdainv.invariants.module_approximation import check_lines, module_approximation
from tdainv.learn.filtrations import FiltrationBatch
from tdainv.learn.located_atoms import places_of, require_batch
from tdainv.learn.tensor_items import map_on_host


@dataclass(frozen=True, eq=False, repr=False)
class ModuleBatch:
    """Sums of intervals, one an item of a batch, in one degree, by their corners.

    Parameters
    ----------
    births : Tensor of shape (n_births, p)
        Birth corners of all summands of all items, one after another.
    deaths : Tensor of shape (n_deaths, p)
        Death corners; coordinates may be ``inf``.
    birth_summands : int64 Tensor of shape (n_births,)
        The summand of each birth corner, not decreasing; summands of all items are numbered on.
    death_summands : int64 Tensor of shape (n_deaths,)
        The summand of each death corner, not decreasing.
    items : int64 Tensor of shape (n_summands,)
        The item of each summand, not decreasing.
    n_items : int
    degree : int

    See Also
    --------
    tdainv.IntervalModule : What each item is without gradient; says what corners mean.
    """

    births: Tensor
    deaths: Tensor
    birth_summands: Tensor
    death_summands: Tensor
    items: Tensor
    n_items: int
    degree: int

    def __post_init__(self) -> None:
        for name, corners, summands in (
            ("births", self.births, self.birth_summands),
            ("deaths", self.deaths, self.death_summands),
        ):
            if corners.ndim != 2 or summands.shape != corners.shape[:1]:
                raise ValueError(
                    f"{name} must have shape (n, p), and one summand a row, got shapes {tuple(corners.shape)} and "
                    f"{tuple(summands.shape)}."
                )

    @property
    def n_parameters(self) -> int:
        """Number p of parameters."""
        return self.births.shape[1]

    def __len__(self) -> int:
        return self.n_items

    def __getitem__(self, item: int) -> list[tuple[Tensor, Tensor]]:
        """Birth corners and death corners of each summand of one item."""
        summands = torch.nonzero(self.items == range(self.n_items)[item]).ravel().tolist()
        return [(self.births[self.birth_summands == k], self.deaths[self.death_summands == k]) for k in summands]

    def to(self, device: torch.device | str) -> ModuleBatch:
        """Batch on another device."""
        names = ("births", "deaths", "birth_summands", "death_summands", "items")
        return replace(self, **{name: getattr(self, name).to(device) for name in names})

    def __repr__(self) -> str:
        corners = f"{len(self.births)} birth and {len(self.deaths)} death corners"
        return f"ModuleBatch(degree {self.degree}, {self.n_items} items, {len(self.items)} summands, {corners})"


@torch.compiler.disable
def module_corners(
    filtrations: FiltrationBatch,
    degrees: Sequence[int] = (0, 1),
    *,
    n_lines: int | None = None,
    spacing: float | None = None,
    error: float | None = None,
    n_jobs: int | None = None,
) -> tuple[ModuleBatch, ...]:
    """Module approximations, with gradients in the coordinates of corners that are grades.

    Parameters
    ----------
    filtrations : FiltrationBatch
        See :func:`hilbert_measure`.
    degrees : sequence of int, default (0, 1)
    n_lines, spacing, error
        See :func:`tdainv.module_approximation`.
    n_jobs : int, optional
        See :func:`rips_barcode`.

    Returns
    -------
    tuple of ModuleBatch
        One a degree, with exactly the corners of :func:`tdainv.module_approximation`, in its order, rounded to the
        dtype of the input.

    Raises
    ------
    TypeError
        For anything but a FiltrationBatch.
    ValueError
        For bad degrees, or more than one of n_lines, spacing and error.
    MemoryLimitError
        If the bars of the lines do not fit into memory.

    Notes
    -----
    Coordinates of corners that are coordinates of grades of cells have their gradients. Others are positions of the
    lines that were sampled, and constants: with more lines they are fewer, and nearer to the grades.

    References
    ----------
    Loiseaux, Carrière, Blumberg: Fast, stable and efficient approximation of multi-parameter persistence modules with
    MMA, arXiv:2206.02026. Scoccola, Setlur, Loiseaux, Carrière, Oudot: Differentiability and optimization of
    multiparameter persistent homology, ICML 2024.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import function_rips
    >>> batch = function_rips(torch.tensor([[[0.0], [3.0]]]), torch.tensor([[[0.0], [1.0]]]))
    >>> (module,) = module_corners(batch, degrees=(0,))
    >>> module
    ModuleBatch(degree 0, 1 items, 2 summands, 2 birth and 2 death corners)
    >>> module[0][1]
    (tensor([[0., 1.]]), tensor([[3., inf]]))
    """
    degrees = check.degrees(degrees)
    require_batch(filtrations)
    options = {"n_lines": n_lines, "spacing": spacing, "error": error}
    check_lines(**options)  # type: ignore[arg-type]
    arguments = [(filtrations, i, degrees, options) for i in range(len(filtrations))]
    found = map_on_host(_modules, arguments, n_jobs)
    return tuple(_batch(filtrations, [each[k] for each in found], degree) for k, degree in enumerate(degrees))


def _modules(
    filtrations: FiltrationBatch, item: int, degrees: Sequence[int], options: dict[str, Any]
) -> list[tuple[IntervalModule, Int, Int]]:
    """Modules of an item, with the places of the coordinates of births and of deaths."""
    modules = [module_approximation(filtrations.filtrations[item], degree, **options) for degree in degrees]
    return [
        (module, places_of(filtrations, item, module.births), places_of(filtrations, item, module.deaths))
        for module in modules
    ]


def _batch(filtrations: FiltrationBatch, found: list[tuple[IntervalModule, Int, Int]], degree: int) -> ModuleBatch:
    modules, births, deaths = zip(*found, strict=True)
    counts = [len(module) for module in modules]
    starts, ends = (
        np.repeat(np.arange(sum(counts)), np.concatenate([np.diff(getattr(module, name)) for module in modules]))
        for name in ("birth_offsets", "death_offsets")
    )
    items = np.repeat(np.arange(len(modules)), counts)
    device = filtrations.like.device
    return ModuleBatch(
        births=_gathered(filtrations, [module.births for module in modules], births),
        deaths=_gathered(filtrations, [module.deaths for module in modules], deaths),
        birth_summands=torch.from_numpy(starts).to(device),
        death_summands=torch.from_numpy(ends).to(device),
        items=torch.from_numpy(items).to(device),
        n_items=len(modules),
        degree=degree,
    )


def _gathered(filtrations: FiltrationBatch, points: Any, places: Any) -> Tensor:
    columns = [
        filtrations.gather(axis, [each[:, axis] for each in points], [each[:, axis] for each in places])
        for axis in range(filtrations.n_parameters)
    ]
    return torch.stack(columns, dim=1)


class ModuleCorners(nn.Module):
    """Layer of :func:`module_corners`, without parameters of its own.

    Parameters
    ----------
    degrees, n_lines, spacing, error, n_jobs
        See :func:`module_corners`.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import function_rips
    >>> batch = function_rips(torch.zeros(4, 1, 2), torch.zeros(4, 1, 1))
    >>> ModuleCorners(degrees=(0,))(batch)
    (ModuleBatch(degree 0, 4 items, 4 summands, 4 birth and 4 death corners),)
    """

    def __init__(
        self,
        degrees: Sequence[int] = (0, 1),
        *,
        n_lines: int | None = None,
        spacing: float | None = None,
        error: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__()
        self.degrees = check.degrees(degrees)
        check_lines(n_lines, spacing, error)
        self.options: dict[str, Any] = {"n_lines": n_lines, "spacing": spacing, "error": error}
        self.n_jobs = n_jobs

    def forward(self, filtrations: FiltrationBatch) -> tuple[ModuleBatch, ...]:
        """Module approximations of the filtrations of a batch, one ModuleBatch a degree."""
        return module_corners(filtrations, self.degrees, **self.options, n_jobs=self.n_jobs)

    def extra_repr(self) -> str:
        """What the layer shows of its parameters."""
        return f"degrees={self.degrees}"
