"""Training of a classifier, epoch by epoch, with early stopping and checkpoints; every epoch has its own seed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from tdainv._progress import progress
from tdainv._typing import Int
from tdainv.learn.blocks import WeightedBatchNorm
from tdainv.learn.checkpoints import Checkpoint
from tdainv.learn.topological_classifier import TopologicalClassifier
from tdainv.learn.training_items import TrainingItems, batches_of

_LARGEST_GRADIENT = 5.0
_NORMALIZATIONS = (WeightedBatchNorm, torch.nn.modules.batchnorm._BatchNorm)


@dataclass(frozen=True)
class Schedule:
    """How a phase is trained.

    Adam with the learning rate ``learning_rate * min(epoch / warmup, sqrt(warmup / epoch))`` in epochs 1, 2, …
    """

    epochs: int
    batch_size: int
    learning_rate: float
    warmup: int
    weight_decay: float
    patience: int

    def rate(self, epoch: int) -> float:
        """Learning rate of an epoch, counted from 1."""
        return self.learning_rate * min(epoch / self.warmup, (self.warmup / epoch) ** 0.5)


@dataclass
class PhaseState:
    """Where a phase is: what a checkpoint holds besides the parameters."""

    epoch: int = 0
    best_loss: float = float("inf")
    stale: int = 0  # epochs since the best one
    history: list[dict[str, float]] = field(default_factory=list)
    best: dict[str, Tensor] | None = None  # parameters of the best epoch


class Phase:
    """One phase of training: a classifier, items and labels, and the numbers of those for training and validation.

    Without items for validation all epochs are done, and the last one counts; else training ends after `patience`
    epochs without a lower loss, and the epoch with the lowest one counts.
    """

    def __init__(
        self,
        module: TopologicalClassifier,
        items: TrainingItems,
        labels: Int,
        parts: tuple[Int, Int],
        schedule: Schedule,
        seed: tuple[int, int],
    ) -> None:
        self.module = module
        self.items = items
        self.labels = torch.from_numpy(labels).to(items.device)
        self.training, self.validation = parts
        self.schedule = schedule
        self.seed = seed
        parameters = [values for values in module.parameters() if values.requires_grad]
        self.optimizer = torch.optim.Adam(parameters, lr=schedule.learning_rate, weight_decay=schedule.weight_decay)
        self.state = PhaseState()

    def resume(self, saved: dict[str, Any]) -> None:
        """Go on from what :meth:`saved` returned."""
        self.module.load_state_dict(saved["module"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.state = PhaseState(**saved["state"])

    def saved(self) -> dict[str, Any]:
        """Everything that the rest of the phase depends on: each epoch draws its random numbers from its own seed."""
        return {
            "module": self.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "state": dict(vars(self.state)),
        }

    def run(self, checkpoint: Checkpoint, extra: dict[str, Any], label: str, verbose: bool) -> None:
        """Train to the end, and set the parameters of the epoch that counts."""
        state, last = self.state, self.schedule.epochs
        self.items = self.items.with_known(self.module, self.schedule.batch_size)
        for epoch in progress(range(state.epoch + 1, last + 1), last - state.epoch, label, verbose):
            if self._is_over():
                break
            self._epoch(epoch)
            if checkpoint.due(epoch):
                checkpoint.save(self.saved() | extra)
        checkpoint.save(self.saved() | extra)
        if state.best is not None:
            self.module.load_state_dict(state.best)
        self.module.eval()

    def _is_over(self) -> bool:
        return len(self.validation) > 0 and self.state.stale >= self.schedule.patience

    def _epoch(self, epoch: int) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule.rate(epoch)
        seed = int(np.random.SeedSequence([*self.seed, epoch]).generate_state(1)[0])
        with seeded(seed, self.items.device):
            loss = self._train(np.random.default_rng(seed))
        recalibrate(self.module, self.items, self.training, self.schedule.batch_size)
        row = {"epoch": epoch, "training_loss": loss}
        state = self.state
        state.epoch = epoch
        if len(self.validation):
            row["validation_loss"], row["validation_accuracy"] = self._validate()
            if row["validation_loss"] < state.best_loss:
                state.best_loss, state.stale = row["validation_loss"], 0
                state.best = copy.deepcopy(self.module.state_dict())
            else:
                state.stale += 1
        state.history.append(row)

    def _train(self, rng: np.random.Generator) -> float:
        self.module.train()
        order = rng.permutation(self.training)
        total = 0.0
        for batch in batches_of(len(order), self.schedule.batch_size):
            index = order[batch]
            loss = cross_entropy(self.module(**self.items.batch(index)), self.labels[index])
            value = float(loss.detach())
            if not np.isfinite(value):
                raise ValueError(
                    f"The training diverged: the loss is {value}. Use a smaller learning_rate than "
                    f"{self.schedule.learning_rate:g}."
                )
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.optimizer.param_groups[0]["params"], _LARGEST_GRADIENT)
            self.optimizer.step()
            total += value * len(index)
        return total / len(order)

    def _validate(self) -> tuple[float, float]:
        scores = outputs(self.module, self.items, self.validation, self.schedule.batch_size)
        truth = self.labels[self.validation]
        return float(cross_entropy(scores, truth)), float((scores.argmax(dim=1) == truth).double().mean())


@torch.no_grad()
def outputs(
    module: TopologicalClassifier, items: TrainingItems, index: Int, batch_size: int, *, features: bool = False
) -> Tensor:
    """Scores or features of items, in evaluation mode."""
    module.eval()
    function = module.features if features else module
    return torch.cat([function(**items.batch(index[batch])) for batch in batches_of(len(index), batch_size)])


@torch.no_grad()
def recalibrate(module: TopologicalClassifier, items: TrainingItems, index: Int, batch_size: int) -> None:
    """Set running statistics of batch normalisations to means over all batches, with the present parameters.

    Pooled features of different clouds are close together. Statistics that lag a few steps behind the parameters are
    then off by many standard deviations, and a network that is good in training guesses in evaluation mode.
    """
    parts = [part for part in (module.learner, None if module.frozen else module.backbone) if part is not None]
    norms = [norm for part in parts for norm in part.modules() if isinstance(norm, _NORMALIZATIONS)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    module.eval()
    for norm in norms:
        norm.train()
    for k, batch in enumerate(batches_of(len(index), batch_size)):
        for norm in norms:
            norm.momentum = 1 / (k + 1)  # a mean over all batches so far
        known = items.batch(index[batch])
        if module.learner is not None and "distances" in known:
            # The network of weights is all of a learner that is normalised: no barcodes are needed.
            getattr(module.learner, "weights_of", module.learner)(known["distances"])
        if module.backbone is not None and "points" in known:
            module.backbone_feature(known["points"])
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    module.eval()


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch, and put its generators back afterwards."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield
