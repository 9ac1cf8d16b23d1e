"""Data sets: protein conformations, digits, synthetic shapes, orbits and bundles, and folders of files."""

from tdainv.datasets._bundles import haldane_chern_number, make_haldane_bundle
from tdainv.datasets._dataset import Dataset
from tdainv.datasets._embedded import load_digits_clouds, load_protein_matrices, load_proteins
from tdainv.datasets._generators import (
    make_circle,
    make_gaussian,
    make_orbit5k,
    make_shapes,
    make_torus,
    make_uniform,
)
from tdainv.datasets._readers import read_folder, read_points
from tdainv.datasets._registry import list_datasets, load_dataset
from tdainv.datasets._rings import make_marked_rings

__all__ = [
    "Dataset",
    "haldane_chern_number",
    "list_datasets",
    "load_dataset",
    "load_digits_clouds",
    "load_protein_matrices",
    "load_proteins",
    "make_circle",
    "make_gaussian",
    "make_haldane_bundle",
    "make_marked_rings",
    "make_orbit5k",
    "make_shapes",
    "make_torus",
    "make_uniform",
    "read_folder",
    "read_points",
]
