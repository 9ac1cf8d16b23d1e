"""The objects of the algebra: graded matrices, chain complexes and filtrations."""
