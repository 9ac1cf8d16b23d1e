"""Graph networks for attributed graphs. Needs torch-geometric, so this module is imported when a network is made."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from tdainv.attributed_graphs._torch_geometric import GCNConv, GINConv, global_add_pool, global_mean_pool


class GCN(nn.Module):
    """Graph convolutions with ReLU between them, the mean over the nodes, dropout, and a linear layer.

    Parameters
    ----------
    n_features, n_hidden, n_layers, n_classes : int
    dropout : float

    References
    ----------
    Kipf, Welling: Semi-supervised classification with graph convolutional networks, ICLR 2017.
    """

    def __init__(self, n_features: int, n_hidden: int, n_layers: int, n_classes: int, dropout: float) -> None:
        super().__init__()
        sizes = [n_features] + [n_hidden] * n_layers
        self.layers = nn.ModuleList(GCNConv(a, b) for a, b in pairwise(sizes))
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Linear(n_hidden, n_classes)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        """Logits of the graphs of a batch, shape (n_graphs, n_classes)."""
        for k, layer in enumerate(self.layers):
            x = layer(torch.relu(x) if k else x, edge_index)
        return self.last(self.dropout(global_mean_pool(x, batch)))


class GIN(nn.Module):
    """Graph isomorphism network: sums over neighbours, perceptrons, sums over the nodes of all layers.

    Parameters
    ----------
    n_features, n_hidden, n_layers, n_classes : int
    dropout : float

    References
    ----------
    Xu, Hu, Leskovec, Jegelka: How powerful are graph neural networks?, ICLR 2019.
    """

    def __init__(self, n_features: int, n_hidden: int, n_layers: int, n_classes: int, dropout: float) -> None:
        super().__init__()
        sizes = [n_features] + [n_hidden] * n_layers
        self.layers = nn.ModuleList(
            GINConv(nn.Sequential(nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU(), nn.Linear(b, b), nn.ReLU()))
            for a, b in pairwise(sizes)
        )
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Linear(n_layers * n_hidden, n_classes)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
        """Logits of the graphs of a batch, shape (n_graphs, n_classes)."""
        pooled = []
        for layer in self.layers:
            x = layer(x, edge_index)
            pooled.append(global_add_pool(x, batch))
        return self.last(self.dropout(torch.cat(pooled, dim=1)))


NETWORKS: dict[str, type[nn.Module]] = {"gcn": GCN, "gin": GIN}
