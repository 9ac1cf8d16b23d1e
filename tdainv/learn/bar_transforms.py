"""Functions of a bar with learnable parameters: the features that PersLay adds up."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.bar_pooling import kept_bars
from tdainv.learn.batches import BarcodeBatch


class BarTransform(nn.Module):
    """A map of bars to features, with one set of parameters for each feature: base of the transforms of PersLay.

    Bars are points (birth, persistence). At first, parameters are drawn so that features are spread over the box
    [low, high]², or with :meth:`reset_from` over the bars of data.
    """

    def __init__(self, n_features: int, low: float, high: float) -> None:
        super().__init__()
        self.n_features = check.positive_integer(n_features, "n_features")
        self.low, self.high = check.finite(low, "low"), check.finite(high, "high")
        if not low < high:
            raise ValueError(f"low must be less than high, got low={low!r} and high={high!r}.")

    def forward(self, births: Tensor, persistence: Tensor) -> Tensor:
        """Features of bars, (k,) and (k,) → (k, n_features)."""
        raise NotImplementedError

    def _place(self, points: Tensor, generator: torch.Generator | None) -> None:
        """Set the parameters such that feature q is about bars near points[q] = (birth, persistence)."""
        raise NotImplementedError

    def _like(self) -> Tensor:
        return next(values for values in (*self.parameters(), *self.buffers()))

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the parameters again, for points that are uniform in the box."""
        points = self._like().new_empty(self.n_features, 2)
        with torch.no_grad():
            self._place(points.uniform_(self.low, self.high, generator=generator), generator)

    def reset_from(
        self, bars: BarcodeBatch, *, essential: str | float = "drop", generator: torch.Generator | None = None
    ) -> None:
        """Draw the parameters again, for bars of data: different ones if there are as many as features.

        Raises ValueError if there are no bars.
        """
        kept = kept_bars(_checks.require_barcodes(bars), essential)
        points = torch.stack([kept.births, kept.persistence], dim=1)[kept.kept].detach().to(self._like())
        if len(points) == 0:
            raise ValueError(f"bars must hold at least one bar of positive finite length, got {bars!r}.")
        device = points.device if generator is None else generator.device
        order = torch.randperm(len(points), generator=generator, device=device).to(points.device)
        with torch.no_grad():
            self._place(points[order.repeat(-(-self.n_features // len(order)))[: self.n_features]], generator)


class BarGaussian(BarTransform):
    """Gaussians of bars as points (birth, persistence): exp(-‖p - θ‖² / (2 h²)) for each centre θ.

    Parameters
    ----------
    n_features : int, default 32
        Number of centres.
    low, high : float, default 0.0 and 4.0
        The centres are uniform in [low, high]² at first.
    bandwidth : float, default 0.5
        Standard deviation h, in the unit of the filtration.
    learn_centers, learn_bandwidth : bool, default True and False
        Whether they are parameters. There is one bandwidth for all centres.
    generator : torch.Generator, optional
        For the centres.
    device, dtype : optional
        Of the parameters.

    References
    ----------
    Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay: a neural network layer for persistence diagrams and new graph
    topological signatures, AISTATS 2020.

    Examples
    --------
    >>> import torch
    >>> gaussian = BarGaussian.on_grid([0.0, 1.0], [2.0], bandwidth=1.0)
    >>> gaussian(torch.tensor([0.0]), torch.tensor([2.0]))
    tensor([[1.0000, 0.6065]])
    """

    centers: Tensor
    log_bandwidth: Tensor

    def __init__(
        self,
        n_features: int = 32,
        *,
        low: float = 0.0,
        high: float = 4.0,
        bandwidth: float = 0.5,
        learn_centers: bool = True,
        learn_bandwidth: bool = False,
        generator: torch.Generator | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(n_features, low, high)
        width = check.positive(bandwidth, "bandwidth")
        store(self, "centers", torch.empty(n_features, 2, device=device, dtype=dtype), learn_centers)
        # Its logarithm, so that steps of a gradient keep it positive.
        store(self, "log_bandwidth", torch.full((), math.log(width), device=device, dtype=dtype), learn_bandwidth)
        self.reset_parameters(generator)

    @classmethod
    def on_grid(
        cls,
        births: Any,
        persistences: Any,
        *,
        bandwidth: float,
        learn_centers: bool = False,
        learn_bandwidth: bool = False,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> BarGaussian:
        """Gaussians at the points of a grid, those of a persistence image.

        `births` (r,) and `persistences` (s,) are the coordinates of the grid; features are in the order of an (r, s)
        array, as those of :class:`tdainv.PersistenceImage`.
        """
        axes = check.finite_axes([births, persistences], 2)
        r, s = len(axes[0]), len(axes[1])
        gaussian = cls(
            r * s,
            bandwidth=bandwidth,
            learn_centers=learn_centers,
            learn_bandwidth=learn_bandwidth,
            device=device,
            dtype=dtype,
        )
        grid = torch.cartesian_prod(*(torch.as_tensor(axis) for axis in axes)).reshape(-1, 2)
        with torch.no_grad():
            gaussian.centers.copy_(grid)
        return gaussian

    @property
    def bandwidth(self) -> Tensor:
        """The standard deviation h."""
        return self.log_bandwidth.exp()

    def _place(self, points: Tensor, generator: torch.Generator | None) -> None:
        self.centers.copy_(points)

    def forward(self, births: Tensor, persistence: Tensor) -> Tensor:
        """Features of bars, (k,) and (k,) → (k, n_features)."""
        squares = (births.unsqueeze(-1) - self.centers[:, 0]) ** 2
        squares = squares + (persistence.unsqueeze(-1) - self.centers[:, 1]) ** 2
        return torch.exp(-0.5 * squares / self.bandwidth**2)


class BarTent(BarTransform):
    """Tents of bars: max(0, min(t - birth, death - t)) for each time t, as in landscapes and silhouettes.

    Parameters
    ----------
    n_features : int, default 32
        Number of times.
    low, high : float, default 0.0 and 4.0
        The times are uniform in [low, high] at first.
    learn_times : bool, default True
        Whether times are parameters.
    generator : torch.Generator, optional
        For the times.
    device, dtype : optional
        Of the parameters.

    References
    ----------
    Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay: a neural network layer for persistence diagrams and new graph
    topological signatures, AISTATS 2020.

    Examples
    --------
    >>> import torch
    >>> tent = BarTent(1)
    >>> tent.times.data[0] = 1.0
    >>> tent(torch.tensor([0.0]), torch.tensor([4.0])).detach()
    tensor([[1.]])
    """

    times: Tensor

    def __init__(
        self,
        n_features: int = 32,
        *,
        low: float = 0.0,
        high: float = 4.0,
        learn_times: bool = True,
        generator: torch.Generator | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(n_features, low, high)
        store(self, "times", torch.empty(n_features, device=device, dtype=dtype), learn_times)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the times again, uniformly from [low, high]."""
        with torch.no_grad():
            self.times.uniform_(self.low, self.high, generator=generator)

    def _place(self, points: Tensor, generator: torch.Generator | None) -> None:
        self.times.copy_(points[:, 0] + 0.5 * points[:, 1])  # the tops of the tents

    def forward(self, births: Tensor, persistence: Tensor) -> Tensor:
        """Features of bars, (k,) and (k,) → (k, n_features)."""
        return tents(births, births + persistence, self.times)


class BarLine(BarTransform):
    """Signed distances of bars, as points (birth, persistence), from lines: cos α · birth + sin α · persistence + c.

    Parameters
    ----------
    n_features : int, default 32
        Number of lines, with angles α and offsets c.
    low, high : float, default 0.0 and 4.0
        The lines go through uniform points of [low, high]² in uniform directions at first.
    learnable : bool, default True
        Whether angles and offsets are parameters.
    generator : torch.Generator, optional
        For angles and offsets.
    device, dtype : optional
        Of the parameters.

    References
    ----------
    Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay: a neural network layer for persistence diagrams and new graph
    topological signatures, AISTATS 2020.

    Examples
    --------
    >>> import torch
    >>> line = BarLine(1)
    >>> line.angles.data[0], line.offsets.data[0] = 0.0, -1.0
    >>> line(torch.tensor([3.0]), torch.tensor([5.0])).detach()
    tensor([[2.]])
    """

    angles: Tensor
    offsets: Tensor

    def __init__(
        self,
        n_features: int = 32,
        *,
        low: float = 0.0,
        high: float = 4.0,
        learnable: bool = True,
        generator: torch.Generator | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(n_features, low, high)
        store(self, "angles", torch.empty(n_features, device=device, dtype=dtype), learnable)
        store(self, "offsets", torch.empty(n_features, device=device, dtype=dtype), learnable)
        self.reset_parameters(generator)

    def _place(self, points: Tensor, generator: torch.Generator | None) -> None:
        self.angles.uniform_(0.0, 2 * math.pi, generator=generator)
        self.offsets.copy_(-points[:, 0] * self.angles.cos() - points[:, 1] * self.angles.sin())

    def forward(self, births: Tensor, persistence: Tensor) -> Tensor:
        """Features of bars, (k,) and (k,) → (k, n_features)."""
        along = births.unsqueeze(-1) * self.angles.cos() + persistence.unsqueeze(-1) * self.angles.sin()
        return along + self.offsets


class BarRationalHat(BarTransform):
    """Rational hats of bars as points p = (birth, persistence): 1 / (1 + ρ) - 1 / (1 + | |r| - ρ |), ρ = ‖p - θ‖₁.

    Parameters
    ----------
    n_features : int, default 32
        Number of centres θ, each with a radius r.
    low, high : float, default 0.0 and 4.0
        The centres are uniform in [low, high]² at first.
    radius : float, default 1.0
        All radii at first.
    learnable : bool, default True
        Whether centres and radii are parameters.
    generator : torch.Generator, optional
        For the centres.
    device, dtype : optional
        Of the parameters.

    References
    ----------
    Hofer, Kwitt, Niethammer: Learning representations of persistence barcodes, JMLR 20 (2019).

    Examples
    --------
    At the centre of a hat of radius 1 it is 1 - 1 / 2:

    >>> import torch
    >>> hat = BarRationalHat(1)
    >>> hat.centers.data[0] = torch.tensor([0.0, 2.0])
    >>> hat(torch.tensor([0.0]), torch.tensor([2.0])).detach()
    tensor([[0.5000]])
    """

    centers: Tensor
    radii: Tensor

    def __init__(
        self,
        n_features: int = 32,
        *,
        low: float = 0.0,
        high: float = 4.0,
        radius: float = 1.0,
        learnable: bool = True,
        generator: torch.Generator | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(n_features, low, high)
        self.radius = check.positive(radius, "radius")
        store(self, "centers", torch.empty(n_features, 2, device=device, dtype=dtype), learnable)
        store(self, "radii", torch.empty(n_features, device=device, dtype=dtype), learnable)
        self.reset_parameters(generator)

    def _place(self, points: Tensor, generator: torch.Generator | None) -> None:
        self.centers.copy_(points)
        self.radii.fill_(self.radius)

    def forward(self, births: Tensor, persistence: Tensor) -> Tensor:
        """Features of bars, (k,) and (k,) → (k, n_features)."""
        away = (births.unsqueeze(-1) - self.centers[:, 0]).abs() + (
            persistence.unsqueeze(-1) - self.centers[:, 1]
        ).abs()
        return 1 / (1 + away) - 1 / (1 + (self.radii.abs() - away).abs())


def tents(births: Tensor, deaths: Tensor, times: Tensor) -> Tensor:
    """max(0, min(t - birth, death - t)), shape (k, n_times)."""
    return torch.minimum(times - births.unsqueeze(-1), deaths.unsqueeze(-1) - times).clamp(min=0.0)


def store(module: nn.Module, name: str, values: Tensor, learnable: bool) -> None:
    """Register values as a parameter or as a buffer of a module."""
    if learnable:
        module.register_parameter(name, nn.Parameter(values))
    else:
        module.register_buffer(name, values)
