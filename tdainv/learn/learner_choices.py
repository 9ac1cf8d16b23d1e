"""From the parameters of the learned classifier to modules."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from tdainv import _validation as check
from tdainv.learn.bifiltration_learner import BifiltrationLearner
from tdainv.learn.deep_sets import DeepSets
from tdainv.learn.distance_matrix_deep_sets import DistanceMatrixDeepSets
from tdainv.learn.filtration_learner import FiltrationLearner
from tdainv.learn.point_mlp import PointMLP
from tdainv.learn.point_net import PointNet

_WEIGHTS = {"learned": "learned", "dtm": "dtm", "rips": "none"}
FILTRATIONS = (*_WEIGHTS, "bifiltration")
_POINT_NETWORKS: dict[str, type[nn.Module]] = {"deepsets": DeepSets, "pointnet": PointNet, "pointmlp": PointMLP}
BACKBONES = (*_POINT_NETWORKS, "distances")


def check_choices(filtration: Any, backbone: Any, metric: Any) -> None:
    """Check what may be said of both parts, before any work is done."""
    for name, value, allowed in (("filtration", filtration, FILTRATIONS), ("backbone", backbone, BACKBONES)):
        if value is not None and not isinstance(value, nn.Module):
            if not isinstance(value, str):
                raise TypeError(f"{name} must be a name, a Module or None, got {name}={value!r}.")
            check.option(value, allowed, name)
    if filtration is None and backbone is None:
        raise ValueError("filtration and backbone must not both be None: there would be no features.")
    if isinstance(backbone, str) and backbone in _POINT_NETWORKS and _is_precomputed(metric):
        raise ValueError(
            f"backbone={backbone!r} reads points, which metric='precomputed' does not give. Use backbone='distances'."
        )


def reads_distances(backbone: Any, metric: Any) -> bool:
    """Whether a backbone gets distance matrices in place of points."""
    return backbone == "distances" or isinstance(backbone, DistanceMatrixDeepSets) or _is_precomputed(metric)


def _is_precomputed(metric: Any) -> bool:
    return isinstance(metric, str) and metric == "precomputed"


def make_learner(
    filtration: Any,
    *,
    n_features: int,
    degrees: Sequence[int],
    n_centers: int,
    width: int,
    mass: float,
    n_jobs: int | None,
    generator: torch.Generator,
) -> nn.Module | None:
    """A learner of the kind that is named; a module that was given is copied."""
    if filtration is None:
        return None
    common: dict[str, Any] = {"degrees": degrees, "width": width, "n_jobs": n_jobs, "generator": generator}
    if isinstance(filtration, str) and filtration == "bifiltration":
        return BifiltrationLearner(n_features, **common)
    weights = _WEIGHTS[filtration] if isinstance(filtration, str) else copy.deepcopy(filtration)
    return FiltrationLearner(n_features, weights=weights, n_centers=n_centers, mass=mass, **common)


def make_backbone(
    backbone: Any, *, dim: int | None, n_features: int, width: int, generator: torch.Generator
) -> nn.Module:
    """A network of the kind that is named; a module that was given is copied.

    The network on distances has layers of about twice `width`, and means in place of sums, for clouds of different
    sizes.
    """
    if isinstance(backbone, nn.Module):
        return copy.deepcopy(backbone)
    if backbone == "distances":
        return DistanceMatrixDeepSets(
            n_features,
            pair_widths=(width, 2 * width),
            row_widths=(2 * width,),
            cloud_widths=(2 * width,),
            pooling="mean",
            dropout=0.0,
            generator=generator,
        )
    return _POINT_NETWORKS[backbone](dim, n_features=n_features, generator=generator)


def checked_device(device: Any) -> torch.device:
    """Check that a device is there; None is the CPU."""
    try:
        chosen = torch.device("cpu" if device is None else device)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        words = str(error).splitlines()[0]
        raise ValueError(f"device must be a device that torch finds here, got device={device!r} ({words}).") from None
    return chosen
