"""Convolution of signed measures with a kernel as a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.bar_transforms import store
from tdainv.learn.batches import SignedMeasureBatch
from tdainv.vectorizers.grid import axis_bandwidths
from tdainv.vectorizers.smoothing import KERNELS


class MeasureConvolution(nn.Module):
    """Convolution of signed measures with a kernel, at the points of a product grid.

    The value at a grid point g is Σ weights[i] K((g - points[i]) / h). The values are those of
    :func:`tdainv.measure_convolution`; gradients reach the points, and the bandwidths if they are learned.

    Parameters
    ----------
    axes : sequence of p array-likes, each increasing
        Finite coordinates of the grid along each axis.
    bandwidth : float or sequence of p floats
        Bandwidth h along each axis, in its unit.
    kernel : {"gaussian", "exponential", "linear"}, default "gaussian"
        K(u) is exp(-Σ u_k² / 2), exp(-Σ |u_k|) or Π max(0, 1 - |u_k|).
    learn_bandwidth : bool, default False
        Whether the bandwidths, one an axis, are a parameter; they stay positive.
    device, dtype : optional
        Of the grid and of the bandwidths.

    Notes
    -----
    The kernels are products of functions of one coordinate. For k atoms in all, resolution r and p axes the cost is
    p r k values of such functions, and one product of an r^(p-1) x k_i and a k_i x r matrix for each item of k_i atoms.
    Memory is r^(p-1) numbers an atom.

    References
    ----------
    Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology using signed
    barcodes as measures, NeurIPS 2023.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import SignedMeasureBatch
    >>> points = torch.tensor([[0.0, 0.0], [2.0, 1.0]])
    >>> mu = SignedMeasureBatch(points, torch.tensor([1.0, -2.0]), torch.tensor([0, 0]), 1, 0)
    >>> MeasureConvolution([[0, 1, 2], [0, 1]], bandwidth=2, kernel="linear")(mu)
    tensor([[ 1.0000,  0.5000,  0.0000, -0.7500, -1.0000, -2.0000]])
    """

    log_bandwidths: Tensor
    fixed_bandwidths: Tensor

    def __init__(
        self,
        axes: Sequence[Any],
        *,
        bandwidth: float | Sequence[float],
        kernel: str = "gaussian",
        learn_bandwidth: bool = False,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if not hasattr(axes, "__len__") or len(axes) == 0:
            raise ValueError(f"axes must be a non-empty sequence of arrays, got {axes!r}.")
        lines = check.finite_axes(axes, len(axes))
        for value in bandwidth if isinstance(bandwidth, Sequence | np.ndarray) else (bandwidth,):
            check.positive(value, "bandwidth")
        widths = torch.from_numpy(np.asarray(axis_bandwidths(lines, bandwidth, "absolute"), dtype=np.float64))
        self.kernel = check.option(kernel, KERNELS, "kernel")
        self.n_parameters = len(lines)
        self.learn_bandwidth = learn_bandwidth
        dtype = dtype or torch.get_default_dtype()
        for k, line in enumerate(lines):
            self.register_buffer(f"axis{k}", torch.tensor(line, device=device, dtype=dtype))
        self._start = widths.tolist()
        # Logarithms, so that steps of a gradient keep bandwidths positive.
        name, start = ("log_bandwidths", widths.log()) if learn_bandwidth else ("fixed_bandwidths", widths)
        store(self, name, start.to(device=device, dtype=dtype), learn_bandwidth)

    @property
    def axes(self) -> list[Tensor]:
        """Coordinates of the grid along each axis."""
        return [getattr(self, f"axis{k}") for k in range(self.n_parameters)]

    @property
    def bandwidths(self) -> Tensor:
        """Bandwidth along each axis, shape (p,)."""
        return self.log_bandwidths.exp() if self.learn_bandwidth else self.fixed_bandwidths

    @property
    def n_features(self) -> int:
        """Number of points of the grid."""
        return int(np.prod([len(axis) for axis in self.axes]))

    def reset_parameters(self) -> None:
        """Go back to the initial bandwidths."""
        if self.learn_bandwidth:
            with torch.no_grad():
                self.log_bandwidths.copy_(torch.tensor(self._start, dtype=torch.float64).log())

    def forward(self, measures: SignedMeasureBatch) -> Tensor:
        """Values on the grid for each item, shape (n_items, n_features), the last axis fastest."""
        measures = _checks.require_measures(measures)
        if measures.n_parameters != self.n_parameters:
            raise ValueError(f"measures must live on R^{self.n_parameters}, got R^{measures.n_parameters}.")
        _checks.require_like(measures.points, self, "measures")
        tables = [self._table(measures.points[:, k], k) for k in range(self.n_parameters)]
        left = measures.weights.to(measures.points.dtype).unsqueeze(-1)
        for table in tables[:-1]:
            left = (left.unsqueeze(2) * table.unsqueeze(1)).flatten(1)
        if self.n_parameters == 1:
            return measures.sum_rows(left * tables[0])
        return _products(left, tables[-1], measures)

    def _table(self, coordinates: Tensor, k: int) -> Tensor:
        """Values of the kernel along axis k, shape (len(coordinates), len(axis))."""
        scaled = (coordinates.unsqueeze(-1) - self.axes[k]) / self.bandwidths[k]
        if self.kernel == "gaussian":
            return torch.exp(-0.5 * scaled.square())
        return torch.exp(-scaled.abs()) if self.kernel == "exponential" else (1.0 - scaled.abs()).clamp(min=0.0)


@torch.compiler.disable  # sizes depend on the items: compiled code would be thrown away at each batch
def _products(left: Tensor, right: Tensor, measures: SignedMeasureBatch) -> Tensor:
    """Products of the rows of each item, summed: (k, q), (k, r) → (n_items, q r)."""
    sizes = measures.counts().tolist()
    pairs = zip(left.split(sizes), right.split(sizes), strict=True)
    grids = [(a.T @ b).flatten() for a, b in pairs]
    return torch.stack(grids) if grids else left.new_zeros(0, left.shape[1] * right.shape[1])
