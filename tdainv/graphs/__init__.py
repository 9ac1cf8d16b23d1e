"""Graphs and functions on their nodes and edges."""

from __future__ import annotations

from tdainv.graphs.curvature import edges_to_nodes, forman_ricci, ollivier_ricci
from tdainv.graphs.degrees import core_number, degree
from tdainv.graphs.distances import closeness, eccentricity, shortest_paths
from tdainv.graphs.graph import Graph
from tdainv.graphs.spectral import fiedler, heat_kernel_signature, laplacian

__all__ = [
    "Graph",
    "closeness",
    "core_number",
    "degree",
    "eccentricity",
    "edges_to_nodes",
    "fiedler",
    "forman_ricci",
    "heat_kernel_signature",
    "laplacian",
    "ollivier_ricci",
    "shortest_paths",
]
