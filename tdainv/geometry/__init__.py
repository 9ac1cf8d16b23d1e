"""Geometry of finite sets of points: exact predicates and Delaunay triangulations."""
