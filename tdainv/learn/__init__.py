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
    "AttentionWeightNetwork": "weight_network",
    "BarGaussian": "bar_transforms",
    "BarLine": "bar_transforms",
    "BarRationalHat": "bar_transforms",
    "BarTent": "bar_transforms",
    "BarTransform": "bar_transforms",
    "BarcodeBatch": "batches",
    "BifiltrationLearner": "bifiltration_learner",
    "Cubical": "cubical",
    "DeepSets": "deep_sets",
    "DistanceMatrixDeepSets": "distance_matrix_deep_sets",
    "FiltrationBatch": "filtrations",
    "FiltrationLearner": "filtration_learner",
    "FrameAveraging": "frame_averaging",
    "GaussianMixtureWeight": "bar_weights",
    "GridWeight": "bar_weights",
    "HilbertMeasure": "hilbert",
    "ImageMagnitude": "magnitude",
    "LearnedFiltrationClassifier": "learned_filtration_classifier",
    "LowerStar": "lower_star",
    "MeasureConvolution": "measure_convolution",
    "ModuleBatch": "modules",
    "ModuleCorners": "modules",
    "PersLay": "perslay",
    "PersistenceLandscape": "persistence_landscape",
    "PersistenceWeight": "bar_weights",
    "PointMLP": "point_mlp",
    "PointNet": "point_net",
    "RankMeasure": "rank",
    "Rips": "rips",
    "SignedMeasureBatch": "batches",
    "TopologicalClassifier": "topological_classifier",
    "WeightNetwork": "weight_network",
    "WeightedRips": "weighted_rips",
    "alpha_barcode": "alpha",
    "bottleneck_loss": "matching_losses",
    "connectivity_loss": "bar_losses",
    "cubical_barcode": "cubical",
    "function_rips": "filtrations",
    "graded_complex": "filtrations",
    "hilbert_measure": "hilbert",
    "invariant_coordinates": "invariant_coordinates",
    "lower_star_barcode": "lower_star",
    "lower_star_complex": "filtrations",
    "magnitude_weights": "magnitude",
    "module_corners": "modules",
    "rank_measure": "rank",
    "rips_barcode": "rips",
    "sliced_wasserstein_loss": "sliced_wasserstein",
    "total_persistence": "bar_losses",
    "wasserstein_loss": "matching_losses",
    "weighted_rips_barcode": "weighted_rips",
}

__all__ = [*_HOMES]

__getattr__, __dir__ = lazy_names(globals(), _HOMES)
