"""The phases of one fit of the learned classifier: the backbone, then the filtration beside the frozen backbone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tdainv._typing import Int
from tdainv.learn.checkpoints import Checkpoint
from tdainv.learn.learner_choices import make_backbone, make_learner
from tdainv.learn.topological_classifier import TopologicalClassifier
from tdainv.learn.training import Phase, Schedule, recalibrate, seeded
from tdainv.learn.training_items import TrainingItems

_NAMES = ("backbone", "filtration")
_ITEMS_FOR_START = 100  # whose barcodes place the Gaussians or the grid at first


@dataclass
class Phases:
    """Phases "backbone" and "filtration", or one of them where there is one part only.

    Parameters
    ----------
    model : LearnedFiltrationClassifier
        Its parameters, checked.
    items : TrainingItems
    labels : int ndarray of shape (n_items,)
        Numbers of classes.
    parts : (int ndarray, int ndarray)
        Numbers of items for training and for validation.
    dim : int or None
        Of the points for the backbone.
    seed : int
    """

    model: Any
    items: TrainingItems
    labels: Int
    parts: tuple[Int, Int]
    dim: int | None
    seed: int

    def run(self, checkpoint: Checkpoint, saved: dict[str, Any] | None) -> tuple[TopologicalClassifier, dict[str, Any]]:
        """Train, from the state in a checkpoint on if there is one; return the module and the losses of each phase."""
        # Constructors of torch draw from its global generator, even where parameters are drawn again.
        with seeded(self.seed, self.items.device):
            return self._run(checkpoint, saved)

    def _run(
        self, checkpoint: Checkpoint, saved: dict[str, Any] | None
    ) -> tuple[TopologicalClassifier, dict[str, Any]]:
        backbone: nn.Module | None = None
        module: TopologicalClassifier | None = None
        history: dict[str, Any] = {} if saved is None else dict(saved["earlier"])
        for name in self._names():
            if name == "backbone":
                backbone = self._new_backbone()
            module = self._new_module(name, backbone)
            if name in history:
                continue  # the state of a later phase holds the backbone
            resumed = saved if saved is not None and saved["phase"] == name else None
            phase = self._phase(module, name)
            if resumed is not None:
                phase.resume(resumed)
            elif name == "filtration":
                self._place(module)
            extra = {"phase": name, "seed": self.seed, "earlier": dict(history)}
            phase.run(checkpoint, extra, f"training the {name}", self.model.verbose)
            history[name] = phase.state.history
        assert module is not None  # there is a filtration or a backbone
        return module, history

    def _names(self) -> list[str]:
        return [name for name in _NAMES if getattr(self.model, name) is not None]

    def _generator(self, stream: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.seed + stream)

    def _new_backbone(self) -> nn.Module:
        model = self.model
        return make_backbone(
            model.backbone,
            dim=self.dim,
            n_features=model.n_features,
            width=model.width,
            generator=self._generator(0),
        ).to(self.items.device)

    def _new_module(self, name: str, backbone: nn.Module | None) -> TopologicalClassifier:
        model, learner = self.model, None
        if name == "filtration":
            learner = make_learner(
                model.filtration,
                n_features=model.n_features,
                degrees=model.degrees,
                n_centers=model.n_centers,
                width=model.width,
                mass=model.mass,
                n_jobs=model.n_jobs,
                generator=self._generator(1),
            )
        module = TopologicalClassifier(
            int(self.labels.max()) + 1,
            learner=learner,
            backbone=backbone,
            backbone_features=None if backbone is None else self._width(backbone),
            frozen=name == "filtration",
            generator=self._generator(2),
        )
        return module.to(self.items.device)

    @torch.no_grad()
    def _width(self, backbone: nn.Module) -> int:
        """Number of features of a backbone, found by one call."""
        features = backbone.eval()(self.items.batch(self.parts[0][:1])["points"], None)
        if not isinstance(features, Tensor) or features.ndim != 2 or len(features) != 1:
            shape = tuple(features.shape) if isinstance(features, Tensor) else type(features).__name__
            raise ValueError(f"backbone must map one cloud to features of shape (1, n_features), got {shape}.")
        return features.shape[1]

    def _place(self, module: TopologicalClassifier) -> None:
        """Put the Gaussians or the grid of a learner where the data are."""
        learner: Any = module.learner
        chosen = self.parts[0][:: -(-len(self.parts[0]) // _ITEMS_FOR_START)]
        recalibrate(module.eval(), self.items, chosen, self.model.batch_size)
        learner.reset_from(self.items.batch(chosen)["distances"], self._generator(3))

    def _phase(self, module: TopologicalClassifier, name: str) -> Phase:
        model = self.model
        schedule = Schedule(
            epochs=model.epochs if name == "filtration" else model.backbone_epochs,
            batch_size=model.batch_size,
            learning_rate=model.learning_rate,
            warmup=model.warmup,
            weight_decay=model.weight_decay,
            patience=model.patience,
        )
        return Phase(module, self.items, self.labels, self.parts, schedule, (self.seed, _NAMES.index(name)))
