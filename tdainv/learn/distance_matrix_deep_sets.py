"""Deep sets on the rows of distance matrices: features of clouds that isometries do not change."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.blocks import Perceptron, reset
from tdainv.learn.pairs import PairPooling, Pairs, pairs_of, pool_points


class DistanceMatrixDeepSets(nn.Module):
    """Features of point clouds, or of finite metric spaces, that isometries and the order of points do not change.

    h(X) = ρ(Σ_i σ(Σ_j φ(d(x_i, x_j)))) with fully connected φ, σ and ρ [1]_.

    Parameters
    ----------
    n_features : int, default 16
    pair_widths, row_widths, cloud_widths : sequences of int, default (64, 128, 256), (256, 256, 256), (128, 64)
        Of the layers of φ, of σ, and of ρ before its last one.
    pooling : {"sum", "mean"}, default "sum"
        What Σ is. Sums grow with the number of points: for clouds of different sizes take "mean".
    normalization : {"batch", "layer"} or None, default "batch"
        After each layer. With "batch", a lone cloud in training mode is normalised with the running statistics where
        there is one row only.
    dropout : float, default 0.3
        Between the layers of ρ.
    generator : torch.Generator, optional
        For the initial parameters.

    Notes
    -----
    φ sees each pair of points once: b n² / 2 rows for b clouds of n points, in time and in memory.

    References
    ----------
    .. [1] Nishikawa, Ike, Yamanishi: Adaptive topological feature via persistent homology: filtration learning for
       point clouds, NeurIPS 2023.

    Examples
    --------
    >>> import torch
    >>> network = DistanceMatrixDeepSets(generator=torch.Generator().manual_seed(0)).eval()
    >>> points = torch.rand(2, 5, 3, generator=torch.Generator().manual_seed(1))
    >>> features = network(torch.cdist(points, points))
    >>> features.shape
    torch.Size([2, 16])
    >>> moved = 1 - points.flip(1)
    >>> torch.allclose(network(torch.cdist(moved, moved)), features, atol=1e-4)
    True
    """

    def __init__(
        self,
        n_features: int = 16,
        *,
        pair_widths: Sequence[int] = (64, 128, 256),
        row_widths: Sequence[int] = (256, 256, 256),
        cloud_widths: Sequence[int] = (128, 64),
        pooling: str = "sum",
        normalization: str | None = "batch",
        dropout: float = 0.3,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        n_features = check.positive_integer(n_features, "n_features")
        self.pooling = pooling
        self.pairs = PairPooling(pair_widths, pooling=pooling, normalization=normalization)
        rows = (self.pairs.widths[-1], *_checks.widths(row_widths, "row_widths"))
        self.rows = Perceptron(rows, normalization=normalization)
        cloud = (rows[-1], *_checks.widths(cloud_widths, "cloud_widths"), n_features)
        self.cloud = Perceptron(cloud, normalization=normalization, dropout=dropout)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw all parameters again."""
        reset(self, generator)

    def forward(self, distances: Tensor, mask: Tensor | None = None) -> Tensor:
        """Features of each cloud.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n)
            Symmetric; the diagonal is read as 0.
        mask : bool Tensor of shape (b, n), optional
            False at padding, for clouds of different sizes.

        Returns
        -------
        Tensor of shape (b, n_features)
        """
        return self.features_of(pairs_of(distances, mask, self))

    def features_of(self, pairs: Pairs) -> Tensor:
        """Features of clouds whose pairs are listed already, shape (b, n_features)."""
        points = self.rows(self.pairs(pairs), pairs.mask)
        return self.cloud(pool_points(points, pairs.mask, self.pooling))
