"""Persistence in torch: layers whose gradients flow through filtrations, and networks that learn the filtration.

Needs PyTorch: ``pip install "tdainv[learn]"``. Importing tdainv itself never imports torch.
"""

from __future__ import annotations

from importlib.util import find_spec

from tdainv._lazy import lazy_names

if find_spec("torch") is None:
    raise ImportError('tdainv.learn needs PyTorch: pip install "tdainv[learn]"')

_HOMES = {
    "Alpha": "alpha",
    "BarcodeBatch": "batches",
    "Cubical": "cubical",
    "FiltrationBatch": "filtrations",
    "HilbertMeasure": "hilbert",
    "LowerStar": "lower_star",
    "ModuleBatch": "modules",
    "ModuleCorners": "modules",
    "RankMeasure": "rank",
    "Rips": "rips",
    "SignedMeasureBatch": "batches",
    "WeightedRips": "weighted_rips",
    "alpha_barcode": "alpha",
    "cubical_barcode": "cubical",
    "function_rips": "filtrations",
    "graded_complex": "filtrations",
    "hilbert_measure": "hilbert",
    "lower_star_barcode": "lower_star",
    "lower_star_complex": "filtrations",
    "module_corners": "modules",
    "rank_measure": "rank",
    "rips_barcode": "rips",
    "weighted_rips_barcode": "weighted_rips",
}

__all__ = [*_HOMES]

__getattr__, __dir__ = lazy_names(globals(), _HOMES)
