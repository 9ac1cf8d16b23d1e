"""Distances between invariants: how far apart two barcodes or two modules are."""
