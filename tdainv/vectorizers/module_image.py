"""Images of interval modules: representations on a grid, as arrays, their inner products, and rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tdainv import _validation as check
from tdainv._base import Vectorizer
from tdainv._typing import ArrayLike, Float, Number
from tdainv.invariants.interval_module import IntervalModule
from tdainv.vectorizers.grid import GaussianGrid, check_grid, fit_grid, grid_lines
from tdainv.vectorizers.module_representation import (
    Corners,
    Local,
    ModuleRepresentation,
    Operation,
    Weight,
    corners_of,
    require_module,
)


def module_image(
    module: IntervalModule,
    axes: Sequence[ArrayLike],
    *,
    bandwidth: float | Sequence[float] | None = None,
    local: Local = "interleaving",
    weight: Weight = "interleaving",
    op: Operation = "mean",
    power: float = 1.0,
) -> Float:
    """Image of an interval module: a representation at the points of a product grid.

    The same as ``ModuleRepresentation(bandwidth, local, weight, op, power)(module, axes)``, where the parameters are
    explained: see :class:`tdainv.ModuleRepresentation`.

    Parameters
    ----------
    module : IntervalModule
    axes : sequence of p array-likes, each increasing
        Finite coordinates of the grid along each axis.
    bandwidth, local, weight, op, power
        Those of :class:`tdainv.ModuleRepresentation`.

    Returns
    -------
    ndarray of shape (len(axes[0]), ..., len(axes[p - 1]))

    Raises
    ------
    TypeError
        If the module is not an IntervalModule.
    ValueError
        For axes or parameters that do not fit.

    Examples
    --------
    The rectangle [0, 2) x [0, 2). A quarter of the square of side 2 about a corner lies in it:

    >>> import tdainv
    >>> module = tdainv.IntervalModule([[0, 0]], [0, 1], [[2, 2]], [0, 1], degree=1, box=[[0, 0], [2, 2]])
    >>> tdainv.module_image(module, [[0, 1, 2], [0, 1, 2]], bandwidth=1.0, local="volume")
    array([[0.25, 0.5 , 0.25],
           [0.5 , 1.  , 0.5 ],
           [0.25, 0.5 , 0.25]])
    """
    return ModuleRepresentation(bandwidth, local, weight, op, power)(module, axes)


def multiparameter_persistence_kernel(
    modules: Sequence[IntervalModule],
    others: Sequence[IntervalModule] | None = None,
    *,
    axes: Sequence[ArrayLike],
    representation: ModuleRepresentation,
) -> Float:
    """Multiparameter persistence kernel: inner products of representations of modules in L² of a grid.

    k(M, N) = ∫ V(M)(x) V(N)(x) dx by the trapezoidal rule. If V is a sum of terms, this is the sum
    Σ w(M_i) w(N_j) ∫ φ(M_i) φ(N_j) over the pairs of summands. As a Gram matrix it is positive semidefinite.

    Parameters
    ----------
    modules, others : sequence of IntervalModule
        If `others` is left out, they are the same.
    axes : sequence of p array-likes, each increasing
        Finite coordinates of the grid. An axis of one point counts once.
    representation : ModuleRepresentation

    Returns
    -------
    ndarray of shape (len(modules), len(others))

    Raises
    ------
    TypeError
        For items that are not interval modules.
    ValueError
        For axes that do not fit the modules.

    Notes
    -----
    One representation a module and one matrix product; not one integral a pair of summands.

    References
    ----------
    .. [1] Corbet, Fugacci, Kerber, Landi, Wang: A kernel for multi-parameter persistent homology, Computers & Graphics:
       X 2 (2019).
    .. [2] Loiseaux, Carrière, Blumberg: A framework for fast and stable representations of multiparameter persistent
       homology decompositions, NeurIPS 2023.

    Examples
    --------
    The representation of [0, 2) with δ = 1 is 1/2 at 0 and 2 and 1 at 1:

    >>> import tdainv
    >>> module = tdainv.IntervalModule([[0]], [0, 1], [[2]], [0, 1], degree=1, box=[[0], [2]])
    >>> representation = tdainv.ModuleRepresentation(bandwidth=1.0)
    >>> tdainv.multiparameter_persistence_kernel([module], axes=[[0, 1, 2]], representation=representation)
    array([[1.25]])
    """
    if not isinstance(representation, ModuleRepresentation):
        raise TypeError(f"representation must be a ModuleRepresentation, got {type(representation).__name__}.")
    rows = _rows(modules, axes, representation)
    return rows @ (rows if others is None else _rows(others, axes, representation)).T


def _rows(modules: Sequence[IntervalModule], axes: Sequence[ArrayLike], representation: ModuleRepresentation) -> Float:
    """Representations, one a row, scaled such that their scalar products are integrals over the grid."""
    items = check.collection(modules, "IntervalModule")
    for i, module in enumerate(items):
        require_module(module, f"X[{i}]")
    density = np.ones(())
    for line in grid_lines(axes, items[0].n_parameters):
        gaps = np.diff(line)
        shares = (np.append(0.0, gaps) + np.append(gaps, 0.0)) / 2 if len(gaps) else np.ones(1)
        density = np.multiply.outer(density, shares)
    return np.stack([representation(module, axes).ravel() for module in items]) * np.sqrt(density.ravel())


class ModuleImage(Vectorizer):
    """Images of interval modules on a grid that spans the boxes of the training modules.

    Each feature is the value at a point of the grid of a :class:`tdainv.ModuleRepresentation`.

    Parameters
    ----------
    resolution : int or sequence of int, default 50
        Number of grid points along each axis.
    bandwidth : float or sequence of float, default 0.1
        Half the side δ of the cubes in which supports are measured, or the scale of distances to them.
    bandwidth_unit : {"range", "absolute"}, default "range"
        Whether the extent of the grid along an axis is the unit of length along it, or that of the parameter is. The
        unit holds for bandwidths, weights and values of landscapes, and for what callable local functions get.
    local : str or callable, default "interleaving"
        ``"interleaving"``, ``"volume"``, ``"rectangle"``, ``"gaussian"``, ``"exponential"``, ``"linear"``,
        ``"landscape"`` or a function: see :class:`tdainv.ModuleRepresentation`.
    weight : {"interleaving", "volume", "uniform"} or callable, default "interleaving"
        Weight of a summand, in the box that the grid spans; a function gets the module as it is.
    op : {"mean", "sum", "max"}, int or callable, default "mean"
        How weighted local functions of summands are put together; k stands for the k-th largest.
    power : float, default 1.0
        Power of the weights; ``inf`` with ``op="mean"`` is the supremum of the local functions.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        The fitted grid of each place, with ``plans_[k].grid.axes``.

    Notes
    -----
    A module without summands gives a row of zeros.

    References
    ----------
    Loiseaux, Carrière, Blumberg: A framework for fast and stable representations of multiparameter persistent homology
    decompositions, NeurIPS 2023.

    Examples
    --------
    >>> from tdainv import IntervalModule, ModuleImage
    >>> bar = IntervalModule([[0.0]], [0, 1], [[2.0]], [0, 1], degree=1, box=[[0.0], [4.0]])
    >>> ModuleImage(resolution=5, bandwidth=0.25).fit_transform([bar])
    array([[0.5, 1. , 0.5, 0. , 0. ]])
    """

    _kind = IntervalModule

    def __init__(
        self,
        *,
        resolution: int | Sequence[int] = 50,
        bandwidth: float | Sequence[float] = 0.1,
        bandwidth_unit: str = "range",
        local: Local = "interleaving",
        weight: Weight = "interleaving",
        op: Operation = "mean",
        power: float = 1.0,
        n_jobs: int | None = None,
    ) -> None:
        self.resolution = resolution
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.local = local
        self.weight = weight
        self.op = op
        self.power = power
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check_grid(self.resolution, self.bandwidth, self.bandwidth_unit, 1.0)
        ModuleRepresentation(self.bandwidth, self.local, self.weight, self.op, self.power)

    @staticmethod
    def _label(invariant: IntervalModule, place: int) -> str:
        return f"module{place}_h{invariant.degree}"

    def _make_plan(self, invariants: list[IntervalModule], place: int) -> _Image:
        dimensions = {module.n_parameters for module in invariants}
        if len(dimensions) > 1:
            raise ValueError(f"All modules must live on the same R^p, got p in {sorted(dimensions)} at place {place}.")
        corners = np.concatenate([module.box for module in invariants])
        grid = fit_grid(corners, self.resolution, self.bandwidth, self.bandwidth_unit, 1.0)
        box = np.array([corners.min(axis=0), corners.max(axis=0)])
        extent = box[1] - box[0]
        unit = np.where(extent > 0, extent, 1.0) if self.bandwidth_unit == "range" else np.ones(len(extent))
        widths = tuple((grid.bandwidths / unit).tolist())
        return _Image(grid, box, unit, ModuleRepresentation(widths, self.local, self.weight, self.op, self.power))


@dataclass(frozen=True)
class _Image:
    grid: GaussianGrid  # its bandwidths are those of the representation
    box: Float
    unit: Float
    representation: ModuleRepresentation

    def row(self, module: IntervalModule) -> Float:
        if module.n_parameters != len(self.unit):
            raise ValueError(f"the module lives on R^{module.n_parameters}, those of fit on R^{len(self.unit)}.")
        its = corners_of(module)
        corners = Corners(
            its.births / self.unit, its.birth_offsets, its.deaths / self.unit, its.death_offsets, self.box / self.unit
        )
        lines = [axis / unit for axis, unit in zip(self.grid.axes, self.unit, strict=True)]
        return self.representation.on_grid(module, corners, lines).ravel()

    def names(self, label: str) -> Number:
        return self.grid.names(label)
