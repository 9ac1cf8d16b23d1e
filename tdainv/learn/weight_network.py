"""Weights of points, learned: the vertex values of weighted Rips filtrations."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.blocks import Perceptron, reset
from tdainv.learn.distance_matrix_deep_sets import DistanceMatrixDeepSets
from tdainv.learn.pairs import PairPooling, pairs_of

_OUTPUTS = ("relu", "softplus")


class WeightNetwork(nn.Module):
    """Weights w(x) ≥ 0 of the points x of clouds X, learned; isometries move them along with the points.

    w(x_i) = ψ([h(X), g(X, x_i)]): h is a :class:`DistanceMatrixDeepSets`, g(X, x_i) = ρ(Σ_j φ(d(x_i, x_j))), and φ, ρ,
    ψ are fully connected [1]_. Only distances are read, so isometries change nothing; an order of the points is one of
    the weights. Continuous weights that isometries do not change are limits of such functions [1]_.

    Parameters
    ----------
    cloud_features, point_features : int, default 16 and 8
        Numbers of features h(X) and g(X, x).
    pair_widths, row_widths, cloud_widths : sequences of int
        Of the layers of h, see :class:`DistanceMatrixDeepSets`. The pairs of g have `pair_widths` as well.
    point_widths : sequence of int, default (128, 64)
        Of the layers of ρ in g before its last one.
    weight_widths : sequence of int, default (256, 512, 256)
        Of the layers of ψ before its last one, which is linear.
    pooling : {"sum", "mean"}, default "sum"
        Sums grow with the number of points: for clouds of different sizes take "mean".
    normalization : {"batch", "layer"} or None, default "batch"
        After each layer but the last of ψ.
    dropout : float, default 0.3
        Between the layers of ρ in h and in g.
    output : {"relu", "softplus"}, default "relu"
        What makes weights non-negative. With "relu", a network whose weights are all 0 has no gradient any more.
    initial_scale : float, optional
        The last layer of ψ starts with normal coefficients of this standard deviation and without a constant: small
        weights, so that learning starts near the plain Rips filtration.
    generator : torch.Generator, optional
        For the initial parameters.

    See Also
    --------
    AttentionWeightNetwork : points that attend to each other in place of h.

    References
    ----------
    .. [1] Nishikawa, Ike, Yamanishi: Adaptive topological feature via persistent homology: filtration learning for
       point clouds, NeurIPS 2023.

    Examples
    --------
    >>> import torch
    >>> network = WeightNetwork(generator=torch.Generator().manual_seed(0)).eval()
    >>> points = torch.rand(2, 5, 3, generator=torch.Generator().manual_seed(1))
    >>> weights = network(torch.cdist(points, points))
    >>> weights.shape, bool((weights >= 0).all())
    (torch.Size([2, 5]), True)
    """

    def __init__(
        self,
        *,
        cloud_features: int = 16,
        point_features: int = 8,
        pair_widths: Sequence[int] = (64, 128, 256),
        row_widths: Sequence[int] = (256, 256, 256),
        cloud_widths: Sequence[int] = (128, 64),
        point_widths: Sequence[int] = (128, 64),
        weight_widths: Sequence[int] = (256, 512, 256),
        pooling: str = "sum",
        normalization: str | None = "batch",
        dropout: float = 0.3,
        output: str = "relu",
        initial_scale: float | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.output = check.option(output, _OUTPUTS, "output")
        self.initial_scale = None if initial_scale is None else check.positive(initial_scale, "initial_scale")
        self.cloud = DistanceMatrixDeepSets(
            cloud_features,
            pair_widths=pair_widths,
            row_widths=row_widths,
            cloud_widths=cloud_widths,
            pooling=pooling,
            normalization=normalization,
            dropout=dropout,
        )
        self.pairs = PairPooling(pair_widths, pooling=pooling, normalization=normalization)
        n_features = check.positive_integer(point_features, "point_features")
        point = (self.pairs.widths[-1], *_checks.widths(point_widths, "point_widths"), n_features)
        self.point = Perceptron(point, normalization=normalization, dropout=dropout)
        weight = (cloud_features + n_features, *_checks.widths(weight_widths, "weight_widths"))
        self.weight = Perceptron(weight, normalization=normalization)
        self.last = nn.Linear(weight[-1], 1)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw all parameters again."""
        reset(self, generator)
        reset_last(self.last, self.initial_scale, generator)

    def forward(self, distances: Tensor, mask: Tensor | None = None) -> Tensor:
        """Weights of the points.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n)
            Symmetric; the diagonal is read as 0.
        mask : bool Tensor of shape (b, n), optional
            False at padding, for clouds of different sizes.

        Returns
        -------
        Tensor of shape (b, n)
            At least 0; 0 at padding.
        """
        pairs = pairs_of(distances, mask, self)
        cloud = self.cloud.features_of(pairs)
        points = self.point(self.pairs(pairs), mask)
        both = torch.cat([cloud.unsqueeze(1).expand(-1, pairs.n_points, -1), points], dim=-1)
        return non_negative(self.last(self.weight(both, mask)), self.output, mask)


class AttentionWeightNetwork(nn.Module):
    """Weights w(x) ≥ 0 of points, learned, from features of points that attend to each other.

    A transformer encoder on g(X, x_i) = ρ(Σ_j φ(d(x_i, x_j))), which sees no order of the points, and a linear layer.

    Parameters
    ----------
    n_features : int, default 32
        Number of features g(X, x), a multiple of the number of heads.
    n_heads, n_layers : int, default 4
        Of the transformer encoder, whose hidden layers have `feedforward_width` features.
    feedforward_width : int, default 128
    pair_widths, point_widths : sequences of int, default (64, 128, 256), (128, 64)
        Of the layers of φ, and of ρ before its last one.
    pooling : {"sum", "mean"}, default "sum"
    normalization : {"batch", "layer"} or None, default "batch"
        In φ and ρ. The encoder has layer normalisation.
    dropout : float, default 0.3
        Between the layers of ρ, and in the encoder.
    output : {"relu", "softplus"}, default "relu"
    initial_scale : float, optional
        Both as in :class:`WeightNetwork`.
    generator : torch.Generator, optional
        For the initial parameters.

    References
    ----------
    Nishikawa, Ike, Yamanishi: Adaptive topological feature via persistent homology: filtration learning for point
    clouds, NeurIPS 2023.

    Examples
    --------
    >>> import torch
    >>> network = AttentionWeightNetwork(n_layers=1, generator=torch.Generator().manual_seed(0)).eval()
    >>> points = torch.rand(2, 5, 3, generator=torch.Generator().manual_seed(1))
    >>> network(torch.cdist(points, points)).shape
    torch.Size([2, 5])
    """

    def __init__(
        self,
        *,
        n_features: int = 32,
        n_heads: int = 4,
        n_layers: int = 4,
        feedforward_width: int = 128,
        pair_widths: Sequence[int] = (64, 128, 256),
        point_widths: Sequence[int] = (128, 64),
        pooling: str = "sum",
        normalization: str | None = "batch",
        dropout: float = 0.3,
        output: str = "relu",
        initial_scale: float | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        n_features = check.positive_integer(n_features, "n_features")
        n_heads = check.positive_integer(n_heads, "n_heads")
        if n_features % n_heads:
            raise ValueError(f"n_features must be a multiple of n_heads={n_heads}, got n_features={n_features}.")
        self.output = check.option(output, _OUTPUTS, "output")
        self.initial_scale = None if initial_scale is None else check.positive(initial_scale, "initial_scale")
        self.pairs = PairPooling(pair_widths, pooling=pooling, normalization=normalization)
        point = (self.pairs.widths[-1], *_checks.widths(point_widths, "point_widths"), n_features)
        self.point = Perceptron(point, normalization=normalization, dropout=dropout)
        width = check.positive_integer(feedforward_width, "feedforward_width")
        layer = nn.TransformerEncoderLayer(n_features, n_heads, width, dropout, batch_first=True)
        n_layers = check.positive_integer(n_layers, "n_layers")
        # Nested tensors would cut the padding off, and with it the shape of the weights.
        self.encoder = nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False)
        self.last = nn.Linear(n_features, 1)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw all parameters again."""
        reset(self, generator)
        reset_last(self.last, self.initial_scale, generator)

    def forward(self, distances: Tensor, mask: Tensor | None = None) -> Tensor:
        """Weights of the points, (b, n, n) → (b, n), as :class:`WeightNetwork` gives them."""
        pairs = pairs_of(distances, mask, self)
        points = self.point(self.pairs(pairs), mask)
        points = self.encoder(points, src_key_padding_mask=None if mask is None else ~mask)
        return non_negative(self.last(points), self.output, mask)


def reset_last(layer: nn.Linear, scale: float | None, generator: torch.Generator | None) -> None:
    """Start the last layer with small coefficients, if a scale is given."""
    if scale is not None:
        with torch.no_grad():
            layer.weight.normal_(0.0, scale, generator=generator)
            layer.bias.zero_()


def non_negative(values: Tensor, output: str, mask: Tensor | None) -> Tensor:
    """Weights of at least 0 from the values (b, n, 1) of the last layer, 0 at padding."""
    values = values.squeeze(-1)
    weights = torch.relu(values) if output == "relu" else nn.functional.softplus(values)
    return weights if mask is None else torch.where(mask, weights, 0.0)
