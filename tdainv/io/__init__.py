"""Interchange: files of other programs, and objects of other libraries."""

from tdainv.io.diagrams import from_giotto, from_gudhi, from_ripser, to_giotto, to_gudhi, to_ripser
from tdainv.io.firep import read_firep, write_firep
from tdainv.io.multipers import from_multipers, to_multipers
from tdainv.io.rivet import read_rivet, write_rivet
from tdainv.io.scc import read_scc, write_scc
from tdainv.io.simplex_trees import from_simplex_tree, to_simplex_tree

__all__ = [
    "from_giotto",
    "from_gudhi",
    "from_multipers",
    "from_ripser",
    "from_simplex_tree",
    "read_firep",
    "read_rivet",
    "read_scc",
    "to_giotto",
    "to_gudhi",
    "to_multipers",
    "to_ripser",
    "to_simplex_tree",
    "write_firep",
    "write_rivet",
    "write_scc",
]
