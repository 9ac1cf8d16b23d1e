"""Weights of bars in PersLay: functions of (birth, persistence), fixed or learned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn.bar_transforms import store


class PersistenceWeight(nn.Module):
    """Weight of a bar: persistence^power.

    Parameters
    ----------
    power : float, default 1.0
        At least 0.
    learnable : bool, default False
        Whether the power is a parameter; it stays positive.
    device, dtype : optional
        Of the power.

    Examples
    --------
    >>> import torch
    >>> PersistenceWeight(2.0)(torch.tensor([0.0, 1.0]), torch.tensor([3.0, 0.5]))
    tensor([9.0000, 0.2500])
    """

    exponent: Tensor
    log_power: Tensor

    def __init__(
        self, power: float = 1.0, *, learnable: bool = False, device: Any = None, dtype: torch.dtype | None = None
    ) -> None:
        super().__init__()
        value = check.finite(power, "power")
        if value < 0 or (learnable and value == 0):
            raise ValueError(f"power must be at least 0, and positive if it is learned, got power={power!r}.")
        self.learnable = learnable
        self.power = value
        # Its logarithm, so that steps of a gradient keep it positive.
        start = math.log(value) if learnable else value
        store(
            self, "log_power" if learnable else "exponent", torch.tensor(start, device=device, dtype=dtype), learnable
        )

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Go back to the initial power."""
        if self.learnable:
            with torch.no_grad():
                self.log_power.fill_(math.log(self.power))

    def forward(self, births: Tensor, persistence: Tensor) -> Tensor:
        """Weights of bars, (k,) and (k,) → (k,)."""
        return persistence ** (self.log_power.exp() if self.learnable else self.exponent)


class GridWeight(nn.Module):
    """Weight of a bar: learned values at the points of a grid over (birth, persistence), interpolated between them.

    Interpolation is bilinear, so that gradients reach the bars as well. Outside the grid the nearest point of its
    border counts.

    Parameters
    ----------
    births, persistences : (float, float), default (0.0, 4.0)
        First and last coordinate of the grid along each axis.
    resolution : (int, int), default (10, 10)
        Number of points along each axis, at least 2. All values are 1 at first.
    device, dtype : optional
        Of the values.

    References
    ----------
    Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay: a neural network layer for persistence diagrams and new graph
    topological signatures, AISTATS 2020.

    Examples
    --------
    >>> import torch
    >>> weight = GridWeight((0.0, 1.0), (0.0, 2.0), resolution=(2, 2))
    >>> weight.values.data[:] = torch.tensor([[0.0, 2.0], [0.0, 4.0]])
    >>> weight(torch.tensor([0.5]), torch.tensor([1.0])).detach()
    tensor([1.5000])
    """

    low: Tensor
    step: Tensor

    def __init__(
        self,
        births: Sequence[float] = (0.0, 4.0),
        persistences: Sequence[float] = (0.0, 4.0),
        *,
        resolution: Sequence[int] = (10, 10),
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        spans = [_span(births, "births"), _span(persistences, "persistences")]
        if len(resolution) != 2 or any(check.positive_integer(size, "resolution") < 2 for size in resolution):
            raise ValueError(f"resolution must be two integers of at least 2, got resolution={resolution!r}.")
        low = torch.tensor([span[0] for span in spans], device=device, dtype=dtype)
        steps = [(b - a) / (size - 1) for (a, b), size in zip(spans, resolution, strict=True)]
        self.register_buffer("low", low)
        self.register_buffer("step", torch.tensor(steps, device=device, dtype=dtype))
        self.values = nn.Parameter(torch.ones(*resolution, device=device, dtype=dtype))

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Set all values to 1."""
        with torch.no_grad():
            self.values.fill_(1.0)

    def forward(self, births: Tensor, persistence: Tensor) -> Tensor:
        """Weights of bars, (k,) and (k,) → (k,)."""
        (i, s), (j, t) = (self._cell(values, axis) for axis, values in enumerate((births, persistence)))
        v = self.values
        return (1 - s) * ((1 - t) * v[i, j] + t * v[i, j + 1]) + s * ((1 - t) * v[i + 1, j] + t * v[i + 1, j + 1])

    def _cell(self, values: Tensor, axis: int) -> tuple[Tensor, Tensor]:
        """Number of the cell of the grid along one axis, and the place in it, in [0, 1]."""
        last = self.values.shape[axis] - 1
        place = ((values - self.low[axis]) / self.step[axis]).clamp(0, last)
        cell = place.detach().floor().clamp(max=last - 1)
        return cell.long(), place - cell


class GaussianMixtureWeight(nn.Module):
    """Weight of a bar: Σ a_k exp(-Σ_i (p_i - μ_ki)² / (2 s_ki²)) with p = (birth, persistence), all learned.

    Parameters
    ----------
    n_components : int, default 3
    low, high : float, default 0.0 and 4.0
        The means μ are uniform in [low, high]² at first.
    bandwidth : float, default 1.0
        All standard deviations s at first; the heights a are 1.
    generator : torch.Generator, optional
        For the means.
    device, dtype : optional
        Of the parameters.

    References
    ----------
    Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay: a neural network layer for persistence diagrams and new graph
    topological signatures, AISTATS 2020.

    Examples
    --------
    >>> import torch
    >>> weight = GaussianMixtureWeight(1)
    >>> weight.means.data[0] = torch.tensor([0.0, 2.0])
    >>> weight(torch.tensor([0.0, 1.0]), torch.tensor([2.0, 2.0])).detach()
    tensor([1.0000, 0.6065])
    """

    def __init__(
        self,
        n_components: int = 3,
        *,
        low: float = 0.0,
        high: float = 4.0,
        bandwidth: float = 1.0,
        generator: torch.Generator | None = None,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        n = check.positive_integer(n_components, "n_components")
        self.low, self.high = _span((low, high), "(low, high)")
        self.start = math.log(check.positive(bandwidth, "bandwidth"))
        self.means = nn.Parameter(torch.empty(n, 2, device=device, dtype=dtype))
        self.log_bandwidths = nn.Parameter(torch.empty(n, 2, device=device, dtype=dtype))
        self.heights = nn.Parameter(torch.empty(n, device=device, dtype=dtype))
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the means again; heights are 1, and standard deviations what they were at first."""
        with torch.no_grad():
            self.means.uniform_(self.low, self.high, generator=generator)
            self.log_bandwidths.fill_(self.start)
            self.heights.fill_(1.0)

    def forward(self, births: Tensor, persistence: Tensor) -> Tensor:
        """Weights of bars, (k,) and (k,) → (k,)."""
        points = torch.stack([births, persistence], dim=-1).unsqueeze(1)
        scaled = (points - self.means) * torch.exp(-self.log_bandwidths)
        return torch.exp(-0.5 * scaled.square().sum(dim=-1)) @ self.heights


def _span(values: Any, name: str) -> tuple[float, float]:
    if not isinstance(values, Sequence) or len(values) != 2:
        raise ValueError(f"{name} must be two numbers, first and last, got {values!r}.")
    low, high = (check.finite(value, name) for value in values)
    if not low < high:
        raise ValueError(f"{name} must be increasing, got {values!r}.")
    return low, high
