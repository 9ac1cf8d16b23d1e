"""A training step of a learned weighted Rips filtration, by us: sum of squared persistences and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from tdainv.learn import weighted_rips_barcode


def prepare() -> None:
    torch.set_num_threads(1)
    step(np.zeros((1, 4, 4)), np.zeros((1, 4)))


def step(distances: Any, weights: Any) -> tuple[float, Any]:
    """Loss and its gradient in the weights, of a batch (b, n, n) and (b, n)."""
    learned = torch.from_numpy(weights).requires_grad_()
    (loops,) = weighted_rips_barcode(torch.from_numpy(distances), learned, degrees=(1,))
    loss = loops.persistence.square().sum()
    loss.backward()
    return float(loss), learned.grad.numpy()
