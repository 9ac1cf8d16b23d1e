"""Features of Hilbert measures of function-Rips bifiltrations whose function is learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn.batches import SignedMeasureBatch
from tdainv.learn.blocks import reset_linear
from tdainv.learn.filtration_learner import Standardize, from_zero, small_weight_network
from tdainv.learn.filtrations import function_rips
from tdainv.learn.hilbert import hilbert_measure
from tdainv.learn.measure_convolution import MeasureConvolution
from tdainv.learn.ragged import on_items
from tdainv.learn.tensor_items import TensorBatch

_FAR = 0.98  # quantile of the coordinates of data at which the grid ends


class BifiltrationLearner(nn.Module):
    """Features of clouds from a bifiltration by distance and by a function on the points that is learned.

    Distances → f(x) in [0, 1) for each point → function-Rips bifiltration (edges by length, points by f) → Hilbert
    signed measure → :class:`MeasureConvolution` on a grid in each degree → a linear map. With one parameter, a point
    that enters late also lengthens its edges; here both are seen apart: which points, and at which scale. Gradients
    reach f through the grades of the atoms [1]_.

    Parameters
    ----------
    n_features : int, default 16
    degrees : sequence of int, default (1,)
    function : Module, optional
        Maps distances (b, n, n) and a mask (b, n), or None where all clouds have n points, to values w ≥ 0 (b, n); f
        is w / (1 + w). By default a :class:`WeightNetwork`, with layers of about `width` features.
    width : int, default 32
    resolution : (int, int), default (10, 6)
        Points of the grid along distance and along f.
    longest : float, default 2.0
        Where the grid ends along distance at first; :meth:`reset_from` takes it from data instead.
    n_jobs : int, optional
        Threads for measures, see :func:`rips_barcode`.
    generator : torch.Generator, optional
        For the initial parameters.

    Notes
    -----
    The bandwidths of the convolution, one spacing of the grid along each axis at first, are learned.

    References
    ----------
    .. [1] Scoccola, Setlur, Loiseaux, Carrière, Oudot: Differentiability and optimization of multiparameter persistent
       homology, ICML 2024.

    Examples
    --------
    >>> import torch
    >>> points = torch.rand(2, 12, 2, generator=torch.Generator().manual_seed(0))
    >>> learner = BifiltrationLearner(4, generator=torch.Generator().manual_seed(1))
    >>> features = learner(torch.cdist(points, points))
    >>> features.shape
    torch.Size([2, 4])
    >>> features.sum().backward()
    >>> bool(learner.network.last.weight.grad.any())
    True
    """

    is_fixed = False

    def __init__(
        self,
        n_features: int = 16,
        *,
        degrees: Sequence[int] = (1,),
        function: nn.Module | None = None,
        width: int = 32,
        resolution: Sequence[int] = (10, 6),
        longest: float = 2.0,
        n_jobs: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.n_features = check.positive_integer(n_features, "n_features")
        self.degrees = check.degrees(degrees)
        if function is not None and not isinstance(function, nn.Module):
            raise TypeError(f"function must be a Module or None, got {type(function).__name__}.")
        if len(resolution) != 2 or any(check.positive_integer(size, "resolution") < 2 for size in resolution):
            raise ValueError(f"resolution must be two integers of at least 2, got resolution={resolution!r}.")
        self.n_jobs = n_jobs
        self.network = small_weight_network(width, generator) if function is None else function
        axes = [np.linspace(0.0, check.positive(longest, "longest"), resolution[0]), np.linspace(0, 1, resolution[1])]
        self.layers = nn.ModuleList(
            MeasureConvolution(axes, bandwidth=[float(axis[1]) for axis in axes], learn_bandwidth=True)
            for _ in self.degrees
        )
        n_inputs = len(self.degrees) * len(axes[0]) * len(axes[1])
        self.standardize = Standardize(n_inputs)
        self.last = nn.Linear(n_inputs, self.n_features)
        reset_linear(self.last, generator)

    def weights_of(self, distances: TensorBatch) -> TensorBatch:
        """Values f in [0, 1) of the points of each cloud.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)

        Returns
        -------
        Tensor of shape (b, n), or list of Tensor of shape (n,)
        """
        values = from_zero(on_items(self.network, distances))
        if isinstance(values, Tensor):
            return values / (1 + values)
        return [row / (1 + row) for row in values]

    def measures(self, distances: TensorBatch) -> tuple[SignedMeasureBatch, ...]:
        """Hilbert signed measures of the bifiltrations, one batch a degree.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)
            See :func:`function_rips`.

        Returns
        -------
        tuple of SignedMeasureBatch
        """
        columns = [row.unsqueeze(-1) for row in self.weights_of(distances)]
        filtrations = function_rips(distances, columns, metric="precomputed", n_jobs=self.n_jobs)
        return hilbert_measure(filtrations, self.degrees, n_jobs=self.n_jobs)

    def forward(self, distances: TensorBatch) -> Tensor:
        """Features of each cloud.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)
            float32 or float64 as the parameters are.

        Returns
        -------
        Tensor of shape (b, n_features)
        """
        return self.last(self.standardize(self._on_grid(self.measures(distances))))

    def _on_grid(self, measures: Sequence[SignedMeasureBatch]) -> Tensor:
        return torch.cat([layer(measure) for layer, measure in zip(self.layers, measures, strict=True)], dim=1)

    @torch.no_grad()
    def reset_from(self, distances: TensorBatch, generator: torch.Generator | None = None) -> None:
        """Fit the grid along distance to the measures of clouds: from 0 to the 98% quantile of the atoms.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)
        generator : ignored
        """
        measures = self.measures(distances)
        for layer, measure in zip(self.layers, measures, strict=True):
            grid: Any = layer
            if len(measure.points) == 0:
                continue
            end = np.quantile(measure.points[:, 0].cpu().double().numpy(), _FAR)
            if end > 0:
                grid.axis0.copy_(torch.linspace(0.0, float(end), len(grid.axis0)))
                grid.log_bandwidths[0] = torch.log(grid.axis0[1])
        self.standardize.reset_from(self._on_grid(measures))
