"""Features of barcodes of weighted Rips filtrations whose weights are learned."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.filtrations.codensity import dtm_of_distances
from tdainv.learn.bar_transforms import BarGaussian
from tdainv.learn.batches import BarcodeBatch
from tdainv.learn.blocks import reset_linear
from tdainv.learn.perslay import PersLay
from tdainv.learn.ragged import on_items
from tdainv.learn.tensor_items import TensorBatch
from tdainv.learn.weight_network import WeightNetwork
from tdainv.learn.weighted_rips import weighted_rips_barcode

WEIGHTS = ("learned", "dtm", "none")


def small_weight_network(width: int, generator: torch.Generator | None = None) -> WeightNetwork:
    """A weight network for clouds of different sizes whose layers have about `width` features.

    For some hundred clouds: means in place of sums, no dropout, and softplus at the end, so that weights never lose
    their gradient.
    """
    width = check.positive_integer(width, "width")
    return WeightNetwork(
        pair_widths=(max(1, width // 2), width),
        row_widths=(2 * width,),
        cloud_widths=(width,),
        point_widths=(width,),
        weight_widths=(2 * width,),
        pooling="mean",
        dropout=0.0,
        output="softplus",
        generator=generator,
    )


class Standardize(nn.Module):
    """Centre and scale features by their means and standard deviations over the clouds at the start of a training.

    Unlike in batch normalisation the numbers stay: a feature of a cloud is the same in training and afterwards.

    Parameters
    ----------
    n_features : int
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_features))
        self.register_buffer("scale", torch.ones(n_features))

    def reset_from(self, features: Tensor) -> None:
        """Take the statistics of features (b, n_features); features that are constant are only centred."""
        self.mean.copy_(features.mean(dim=0))
        spread = features.std(dim=0, unbiased=False)
        self.scale.copy_(torch.where(spread > 1e-6 * features.abs().amax(dim=0), 1 / spread, 1.0))

    def forward(self, features: Tensor) -> Tensor:
        """Standardised features, (b, n_features) → (b, n_features)."""
        return (features - self.mean) * self.scale


class FiltrationLearner(nn.Module):
    """Features of clouds from the barcodes of a weighted Rips filtration, with weights of points that are learned.

    Distances → weights w(x) ≥ 0 of the points → weighted Rips filtration, an edge entering at
    max(2 w(x), 2 w(y), d(x, y) + w(x) + w(y)) → barcodes → :class:`PersLay` in each degree → a linear map [1]_.
    Gradients go through all of it, so that points which mislead the task can be made to enter late.

    Parameters
    ----------
    n_features : int, default 16
    degrees : sequence of int, default (1,)
    weights : {"learned", "dtm", "none"} or Module, default "learned"
        "learned" is a :class:`WeightNetwork` with layers of about `width` features; "dtm" are distances to the
        empirical measure, as in :func:`tdainv.dtm_rips`; "none" is the Rips filtration. A module maps distances
        (b, n, n) and a mask (b, n), or None where all clouds have n points, to weights (b, n).
    from_zero : bool, default True
        Whether the least weight of each cloud is subtracted from its weights, if they come from a module. A constant
        that is added to all weights moves the whole barcode and says nothing about the shape; the network could use it
        to pass its own opinion of the class by, and in a training it takes barcodes away from the Gaussians.
    n_centers : int, default 32
        Gaussians of PersLay, one set for each degree. Centres and bandwidths are learned.
    width : int, default 32
        See `weights`. The network of [1]_ is ``WeightNetwork()``, about eight times as wide, with sums
        over points where this one has means.
    mass : float in (0, 1], default 0.1
        For "dtm": share of the points that a neighbourhood holds.
    low, high, bandwidth : float, default 0.0, 4.0 and 0.5
        Of the Gaussians at first, see :class:`BarGaussian`; :meth:`reset_from` draws them from data instead.
    n_jobs : int, optional
        Threads for barcodes, see :func:`rips_barcode`.
    generator : torch.Generator, optional
        For the initial parameters.

    Attributes
    ----------
    is_fixed : bool
        Whether the filtration has no parameters: then barcodes may be computed once, by :meth:`barcodes`, and
        :meth:`features_of` makes features of them.

    Notes
    -----
    The code that came with [1]_ leaves the maximum out of the values of edges, but not out of the pairing, and its
    experiment with distances does not train the weights. Here values and pairing agree, and `weights` has gradients.
    A forward and backward pass takes the time of the network, b n² rows, and of b barcodes.

    References
    ----------
    .. [1] Nishikawa, Ike, Yamanishi: Adaptive topological feature via persistent homology: filtration learning for
       point clouds, NeurIPS 2023.

    Examples
    --------
    >>> import torch
    >>> angles = torch.arange(12) * torch.pi / 6
    >>> circle = torch.stack([angles.cos(), angles.sin()], dim=1)
    >>> points = torch.stack([circle, 2 * circle])
    >>> learner = FiltrationLearner(4, generator=torch.Generator().manual_seed(1))
    >>> features = learner(torch.cdist(points, points))
    >>> features.shape
    torch.Size([2, 4])
    >>> features.sum().backward()
    >>> bool(learner.network.last.weight.grad.any())
    True
    """

    def __init__(
        self,
        n_features: int = 16,
        *,
        degrees: Sequence[int] = (1,),
        weights: str | nn.Module = "learned",
        from_zero: bool = True,
        n_centers: int = 32,
        width: int = 32,
        mass: float = 0.1,
        low: float = 0.0,
        high: float = 4.0,
        bandwidth: float = 0.5,
        n_jobs: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.n_features = check.positive_integer(n_features, "n_features")
        self.degrees = check.degrees(degrees)
        self.weights = "module" if isinstance(weights, nn.Module) else check.option(weights, WEIGHTS, "weights")
        self.from_zero = from_zero
        self.mass = check.fraction(mass, "mass")
        self.n_jobs = n_jobs
        self.network: nn.Module | None = weights if isinstance(weights, nn.Module) else None
        if weights == "learned":
            self.network = small_weight_network(width, generator)
        self.layers = nn.ModuleList(
            PersLay(
                BarGaussian(
                    n_centers, low=low, high=high, bandwidth=bandwidth, learn_bandwidth=True, generator=generator
                )
            )
            for _ in self.degrees
        )
        n_inputs = len(self.degrees) * check.positive_integer(n_centers, "n_centers")
        self.standardize = Standardize(n_inputs)
        self.last = nn.Linear(n_inputs, self.n_features)
        reset_linear(self.last, generator)

    @property
    def is_fixed(self) -> bool:
        """Whether the filtration has no parameters."""
        return self.network is None

    def weights_of(self, distances: TensorBatch) -> TensorBatch:
        """Weights of the points of each cloud.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)
            Symmetric, finite, with a zero diagonal.

        Returns
        -------
        Tensor of shape (b, n), or list of Tensor of shape (n,)
        """
        if self.network is not None:
            values = on_items(self.network, distances)
            return from_zero(values) if self.from_zero else values
        weigh = self._dtm if self.weights == "dtm" else _zeros
        if isinstance(distances, Tensor):
            return torch.stack([weigh(matrix) for matrix in distances])
        return [weigh(matrix) for matrix in distances]

    def _dtm(self, distances: Tensor) -> Tensor:
        matrix = distances.detach().cpu().double().numpy()
        return torch.from_numpy(dtm_of_distances(matrix, self.mass)).to(distances)

    def barcodes(self, distances: TensorBatch) -> tuple[BarcodeBatch, ...]:
        """Barcodes of the weighted Rips filtrations, one batch a degree.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)
            See :func:`weighted_rips_barcode`.

        Returns
        -------
        tuple of BarcodeBatch
        """
        return weighted_rips_barcode(distances, self.weights_of(distances), self.degrees, n_jobs=self.n_jobs)

    def features_of(self, bars: Sequence[BarcodeBatch]) -> Tensor:
        """Features of clouds whose barcodes, one batch a degree, are there already; shape (b, n_features)."""
        return self.last(self.standardize(self._pooled(bars)))

    def _pooled(self, bars: Sequence[BarcodeBatch]) -> Tensor:
        return torch.cat([layer(batch) for layer, batch in zip(self.layers, bars, strict=True)], dim=1)

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
        return self.features_of(self.barcodes(distances))

    @torch.no_grad()
    def reset_from(self, distances: TensorBatch, generator: torch.Generator | None = None) -> None:
        """Draw the Gaussians of PersLay again, from the barcodes of clouds with the present weights.

        Centres are bars, and the bandwidth is half the standard deviation of births and persistences. A degree with
        fewer than two bars is left as it is. Sums over bars are then centred and scaled by their means and standard
        deviations over these clouds.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)
        generator : torch.Generator, optional
        """
        bars = self.barcodes(distances)
        for layer, batch in zip(self.layers, bars, strict=True):
            assert isinstance(layer, PersLay) and isinstance(layer.transform, BarGaussian)
            finite = batch.finite()
            if len(finite.births) < 2:
                continue
            spread = torch.stack([finite.births, finite.persistence]).var(dim=1).mean().sqrt()
            layer.transform.reset_from(finite, generator=generator)
            if spread > 0:
                layer.transform.log_bandwidth.copy_(torch.log(0.5 * spread))
        self.standardize.reset_from(self._pooled(bars))


def _zeros(distances: Tensor) -> Tensor:
    return distances.new_zeros(distances.shape[0])


def from_zero(values: TensorBatch) -> TensorBatch:
    """Values of the points of each cloud minus the least of them."""
    if isinstance(values, Tensor):
        return values - values.amin(dim=1, keepdim=True)
    return [row - row.amin() for row in values]
