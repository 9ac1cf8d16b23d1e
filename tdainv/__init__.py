"""tdainv: exact multi-parameter persistence for machine learning.

Data → filtration → small graded chain complex → invariant → numbers:

>>> import tdainv
>>> circle = tdainv.datasets.make_circle(60, random_state=0)
>>> filtration = tdainv.codensity_rips(circle)
>>> tdainv.hilbert_signed_measure(filtration, degree=1).n_parameters
2
"""

from __future__ import annotations

from tdainv._lazy import lazy_names

__version__ = "0.1.0"

# Public names and where they live. Modules are loaded when a name is first used: importing tdainv stays fast, and
# functions work without scikit-learn's, matplotlib's or torch's import time.
_HOMES = {
    "Alpha": "filtrations.delaunay_estimators",
    "Barcode": "persistence.barcode",
    "BettiTable": "persistence.presentation",
    "ChainComplex": "complexes.chain_complex",
    "CodensityDelaunay": "filtrations.delaunay_estimators",
    "CodensityRips": "filtrations.estimators",
    "CoreDelaunay": "filtrations.delaunay_estimators",
    "Cubical": "filtrations.image_estimators",
    "CubicalFiltration": "complexes.cubical_filtration",
    "DegreeRips": "filtrations.degree_rips_estimator",
    "DegreeRipsFiltration": "complexes.rowwise",
    "Delaunay": "filtrations.delaunay_estimators",
    "DelayEmbedding": "filtrations.series_estimators",
    "EulerSignedMeasure": "invariants.estimators",
    "ExtendedBarcode": "persistence.extended",
    "FilteredComplex": "complexes.filtered_complex",
    "FlagFiltration": "complexes.flag_filtration",
    "Flood": "filtrations.flood_estimators",
    "FreeResolution": "persistence.presentation",
    "FunctionDelaunay": "filtrations.delaunay_estimators",
    "FunctionRips": "filtrations.estimators",
    "GradedMatrix": "complexes.chain_complex",
    "GraphLowerStar": "filtrations.graph_estimators",
    "HilbertSignedMeasure": "invariants.estimators",
    "ImageFilter": "filtrations.image_filter_estimators",
    "Landmarks": "filtrations.flood_estimators",
    "MeasureConvolution": "vectorizers.measure_convolution",
    "MemoryLimitError": "exceptions",
    "Mesh": "meshes.mesh",
    "MeshLowerStar": "filtrations.mesh_estimators",
    "MulticriticalComplex": "complexes.rowwise",
    "PersistenceBarcode": "invariants.estimators",
    "PersistenceImage": "vectorizers.persistence_image",
    "Presentation": "persistence.presentation",
    "Rips": "filtrations.estimators",
    "RowwiseBifiltration": "complexes.rowwise",
    "SeriesSublevel": "filtrations.series_estimators",
    "SignedMeasure": "invariants.signed_measure",
    "SlidingWindows": "filtrations.series_estimators",
    "SparseRips": "filtrations.sparse_estimators",
    "SublevelFlood": "filtrations.flood_estimators",
    "TdainvWarning": "exceptions",
    "ToGrid": "filtrations.combining_estimators",
    "TopologicalFeatures": "features",
    "WeightedRips": "filtrations.estimators",
    "WithFunction": "filtrations.combining_estimators",
    "alpha": "filtrations.alpha",
    "barcode": "persistence.barcode",
    "barcodes": "persistence.barcode",
    "betti_table": "persistence.presentation",
    "codensity_delaunay": "filtrations.delaunay",
    "codensity_rips": "filtrations.codensity_rips",
    "core_delaunay": "filtrations.core_delaunay",
    "covering_radius": "filtrations.landmarks",
    "cubical": "filtrations.cubical",
    "degree_rips": "filtrations.degree_rips",
    "delaunay": "filtrations.delaunay",
    "distance_to_measure": "filtrations.codensity",
    "dtm_rips": "filtrations.rips",
    "euler_signed_measure": "invariants.euler",
    "extended_persistence": "persistence.extended",
    "farthest_point_landmarks": "filtrations.landmarks",
    "flood": "filtrations.flood",
    "free_resolution": "persistence.presentation",
    "function_delaunay": "filtrations.delaunay",
    "function_rips": "filtrations.rips",
    "graph_lower_star": "filtrations.graphs",
    "hilbert_function": "invariants.hilbert_function",
    "hilbert_signed_measure": "invariants.hilbert",
    "hilbert_signed_measures": "invariants.hilbert",
    "kde_codensity": "filtrations.codensity",
    "kmeans_landmarks": "filtrations.landmarks",
    "knn_codensity": "filtrations.codensity",
    "mesh_lower_star": "filtrations.meshes",
    "minimal_presentation": "persistence.presentation",
    "multicritical_complex": "complexes.multicritical",
    "multicritical_simplices": "complexes.multicritical",
    "representative_cycles": "persistence.cycles",
    "rips": "filtrations.rips",
    "series_sublevel": "filtrations.series",
    "sparse_rips": "filtrations.sparse_rips",
    "sublevel_flood": "filtrations.flood",
    "to_grid": "filtrations.grids",
    "weighted_rips": "filtrations.rips",
    "with_function": "filtrations.with_function",
}
_MODULES = ("datasets", "graphs", "images", "io", "meshes", "plots", "series")

__all__ = ["__version__", *_HOMES, *_MODULES]

__getattr__, __dir__ = lazy_names(globals(), _HOMES, _MODULES)
