"""Mapper and Reeb graphs whose nodes carry topology: constructions, decorations, comparison, classification."""

from __future__ import annotations

from tdainv._lazy import lazy_names

_HOMES = {
    "AttributedGraph": "attributed_graph",
    "BalancedCover": "covers",
    "CubicalCover": "covers",
    "barcode_transform": "transforms",
    "connectivity_radius": "scale",
    "coordinate": "filters",
    "density": "filters",
    "eccentricity": "filters",
    "geodesic_centrality": "filters",
    "geodesic_distances": "filters",
    "laplacian_eigenfunction": "filters",
    "local_barcodes": "local",
    "mapper": "mapper_graph",
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
