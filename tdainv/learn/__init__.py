"""Persistence in torch: layers whose gradients flow through filtrations, and networks that learn the filtration.

Needs PyTorch: ``pip install "tdainv[learn]"``. Importing tdainv itself never imports torch.
"""

from __future__ import annotations

from importlib.util import find_spec

from tdainv._lazy import lazy_names

if find_spec("torch") is None:
    raise ImportError('tdainv.learn needs PyTorch: pip install "tdainv[learn]"')

_HOMES = {
    "BarcodeBatch": "batches",
    "Rips": "rips",
    "SignedMeasureBatch": "batches",
    "WeightedRips": "weighted_rips",
    "rips_barcode": "rips",
    "weighted_rips_barcode": "weighted_rips",
}

__all__ = [*_HOMES]

__getattr__, __dir__ = lazy_names(globals(), _HOMES)
