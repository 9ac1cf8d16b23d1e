"""tdainv: exact multi-parameter persistence for machine learning.

Data → filtration → small graded chain complex → invariant → numbers:

>>> import tdainv
>>> circle = tdainv.datasets.make_circle(60, random_state=0)
>>> filtration = tdainv.codensity_rips(circle)
>>> tdainv.hilbert_signed_measure(filtration, degree=1).n_parameters
2
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public names and where they live. Modules are loaded when a name is first used: importing tdainv stays fast, and
# functions work without scikit-learn's, matplotlib's or torch's import time.
_HOMES = {
    "Barcode": "persistence.barcode",
    "BettiTable": "persistence.presentation",
    "ChainComplex": "complexes.chain_complex",
    "CodensityRips": "filtrations.estimators",
    "Cubical": "filtrations.image_estimators",
    "CubicalFiltration": "complexes.cubical_filtration",
    "DegreeRips": "filtrations.degree_rips_estimator",
    "DegreeRipsFiltration": "complexes.rowwise",
    "DelayEmbedding": "filtrations.series_estimators",
    "EulerSignedMeasure": "invariants.estimators",
    "ExtendedBarcode": "persistence.extended",
    "FilteredComplex": "complexes.filtered_complex",
    "FlagFiltration": "complexes.flag_filtration",
    "FreeResolution": "persistence.presentation",
    "FunctionRips": "filtrations.estimators",
    "GradedMatrix": "complexes.chain_complex",
    "HilbertSignedMeasure": "invariants.estimators",
    "ImageFilter": "filtrations.image_filter_estimators",
    "MeasureConvolution": "vectorizers.measure_convolution",
    "MemoryLimitError": "exceptions",
    "MulticriticalComplex": "complexes.rowwise",
    "PersistenceBarcode": "invariants.estimators",
    "PersistenceImage": "vectorizers.persistence_image",
    "Presentation": "persistence.presentation",
    "Rips": "filtrations.estimators",
    "RowwiseBifiltration": "complexes.rowwise",
    "SeriesSublevel": "filtrations.series_estimators",
    "SignedMeasure": "invariants.signed_measure",
    "SlidingWindows": "filtrations.series_estimators",
    "TdainvWarning": "exceptions",
    "ToGrid": "filtrations.combining_estimators",
    "TopologicalFeatures": "features",
    "WeightedRips": "filtrations.estimators",
    "WithFunction": "filtrations.combining_estimators",
    "barcode": "persistence.barcode",
    "barcodes": "persistence.barcode",
    "betti_table": "persistence.presentation",
    "codensity_rips": "filtrations.codensity",
    "cubical": "filtrations.cubical",
    "degree_rips": "filtrations.degree_rips",
    "distance_to_measure": "filtrations.codensity",
    "dtm_rips": "filtrations.rips",
    "euler_signed_measure": "invariants.euler",
    "extended_persistence": "persistence.extended",
    "free_resolution": "persistence.presentation",
    "function_rips": "filtrations.rips",
    "hilbert_function": "invariants.hilbert_function",
    "hilbert_signed_measure": "invariants.hilbert",
    "hilbert_signed_measures": "invariants.hilbert",
    "kde_codensity": "filtrations.codensity",
    "knn_codensity": "filtrations.codensity",
    "minimal_presentation": "persistence.presentation",
    "multicritical_complex": "complexes.multicritical",
    "multicritical_simplices": "complexes.multicritical",
    "representative_cycles": "persistence.cycles",
    "rips": "filtrations.rips",
    "series_sublevel": "filtrations.series",
    "to_grid": "filtrations.grids",
    "weighted_rips": "filtrations.rips",
    "with_function": "filtrations.with_function",
}
_MODULES = ("datasets", "images", "io", "plots", "series")

__all__ = ["__version__", *_HOMES, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"tdainv.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'tdainv' has no attribute {name!r}")
    value = getattr(import_module(f"tdainv.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
