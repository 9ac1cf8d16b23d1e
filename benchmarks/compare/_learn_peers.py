"""The same training step with a simplex tree of GUDHI for each cloud, and values gathered in torch."""

from __future__ import annotations

from typing import Any

import gudhi
import numpy as np
import torch


def prepare() -> None:
    torch.set_num_threads(1)
    step(False, np.zeros((1, 4, 4)), np.zeros((1, 4)))


def step(truncated: bool, distances: Any, weights: Any) -> tuple[float, Any]:
    """Loss and gradient; pairs from the 2-skeleton, all of it or up to the value from which it is a cone."""
    learned = torch.from_numpy(weights).requires_grad_()
    sums = learned[:, :, None] + learned[:, None]
    largest = 2 * torch.maximum(learned[:, :, None], learned[:, None])
    values = torch.maximum(torch.from_numpy(distances) + sums, largest)
    matrices = values.detach().numpy()
    loss = 0.0 * learned.sum()  # a batch without loops has a gradient too
    for matrix, of_cloud in zip(matrices, values, strict=True):
        births, deaths = _pairs(matrix, truncated)
        if len(births):
            loss = loss + (of_cloud[tuple(deaths.T)] - of_cloud[tuple(births.T)]).square().sum()
    loss.backward()
    return float(loss), learned.grad.numpy()


def _pairs(matrix: Any, truncated: bool) -> tuple[Any, Any]:
    """Edges that begin the loops of one cloud, and the longest edges of the triangles that end them."""
    last = matrix.max(axis=1).min() if truncated else np.inf
    tree = gudhi.SimplexTree.create_from_array(matrix, max_filtration=last)
    tree.expansion(2)
    tree.compute_persistence(homology_coeff_field=2)
    pairs = [(birth, death) for birth, death in tree.persistence_pairs() if len(birth) == 2]
    if not pairs:
        return np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64)
    triangles = np.array([death for _, death in pairs])
    edges = triangles[:, [[0, 1], [0, 2], [1, 2]]]
    longest = matrix[edges[..., 0], edges[..., 1]].argmax(axis=1)
    return np.array([birth for birth, _ in pairs]), edges[np.arange(len(edges)), longest]
