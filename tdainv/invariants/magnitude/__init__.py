"""Magnitude: the effective number of points of a metric space, and the weights that its points carry.

A room of its own below the invariants, because images and point clouds share solvers, not filtrations: nothing here
knows a chain complex. Public names are those of :mod:`tdainv`.
"""
