"""Mapper and Reeb graphs whose nodes carry topology: constructions, decorations, comparison, classification."""

from __future__ import annotations

from tdainv._lazy import lazy_names

_HOMES = {
    "AttributedGraph": "attributed_graph",
    "AttributedGraphClassifier": "classifier",
    "BalancedCover": "covers",
    "CubicalCover": "covers",
    "DecoratedMergeTree": "decorated_merge_trees",
    "GraphFeatures": "graph_features",
    "Mapper": "estimators",
    "MergeTree": "merge_trees",
    "ReebGraph": "estimators",
    "VectorAttributes": "vector_attributes",
    "barcode_transform": "transforms",
    "connectivity_radius": "scale",
    "coordinate": "filters",
    "decorated": "estimators",
    "decorated_merge_tree": "decorated_merge_trees",
    "density": "filters",
    "eccentricity": "filters",
    "fgw_distance": "fgw",
    "fgw_distances": "fgw",
    "fused_coupling": "transport",
    "geodesic_centrality": "filters",
    "geodesic_distances": "filters",
    "labelled_interleaving_bound": "decorated_merge_trees",
    "laplacian_eigenfunction": "filters",
    "local_barcodes": "local",
    "mapper": "mapper_graph",
    "merge_tree": "merge_trees",
    "mesh_reeb_graph": "exact_reeb_graph",
    "node_features": "export",
    "node_kinds": "exact_reeb_graph",
    "principal_component": "filters",
    "reeb_graph": "binned_reeb_graph",
    "signed_measure_transform": "transforms",
    "to_networkx": "export",
    "to_torch_geometric": "export",
    "write_graphml": "export",
}

__all__ = [*_HOMES]

__getattr__, __dir__ = lazy_names(globals(), _HOMES)
