"""Clouds of different sizes in one batch: padded for networks, cut again for barcodes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tdainv.learn.tensor_items import TensorBatch


def padded(items: Sequence[Tensor]) -> tuple[Tensor, Tensor | None]:
    """Stack distance matrices (n_i, n_i) or clouds (n_i, dim), filled up with zeros to the largest n.

    Parameters
    ----------
    items : sequence of Tensor
        With the same number of axes; matrices are filled up along both.

    Returns
    -------
    Tensor of shape (b, n, n) or (b, n, dim)
    bool Tensor of shape (b, n) or None
        False at padding; None if all have the same number of points.

    Examples
    --------
    >>> import torch
    >>> stacked, mask = padded([torch.ones(1, 2), torch.ones(2, 2)])
    >>> stacked.shape, mask
    (torch.Size([2, 2, 2]), tensor([[ True, False],
            [ True,  True]]))
    """
    shapes = [tuple(item.shape) for item in items]
    if len(set(shapes)) == 1:
        return torch.stack(list(items)), None
    largest = [max(lengths) for lengths in zip(*shapes, strict=True)]
    stacked = items[0].new_zeros(len(items), *largest)
    for k, item in enumerate(items):
        stacked[k][tuple(slice(length) for length in item.shape)] = item
    sizes = torch.tensor([shape[0] for shape in shapes], device=stacked.device)
    return stacked, torch.arange(largest[0], device=stacked.device) < sizes.unsqueeze(1)


def on_items(network: nn.Module, distances: TensorBatch) -> TensorBatch:
    """Values of points (n_i,) of each item, by a network that takes a padded batch and its mask."""
    if isinstance(distances, Tensor):
        return network(distances, None)
    stacked, mask = padded(distances)
    values = network(stacked, mask)
    if mask is None:
        return values
    return [row[: len(item)] for row, item in zip(values, distances, strict=True)]
