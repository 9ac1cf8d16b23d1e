"""Smallest balls by trying all supports, Čech complexes of all subsets, and clouds that are hard for geometry."""

from itertools import combinations

import numpy as np

from tdainv import FilteredComplex

DIGITS = 9  # radii of different computations are compared rounded to so many


def circumsphere(points):
    """Centre and radius of the smallest sphere through points, or None if there is none."""
    edges = points[1:] - points[0]
    gram = 2 * edges @ edges.T
    if len(edges) and abs(np.linalg.det(gram)) < 1e-9:
        return None
    centre = points[0] + (np.linalg.solve(gram, (edges**2).sum(axis=1)) @ edges if len(edges) else 0)
    return centre, np.linalg.norm(points[0] - centre)


def ball_radius(points):
    """Radius of the smallest enclosing ball: the least one that holds all points, over all supports."""
    best = np.inf
    for size in range(1, points.shape[1] + 2):
        for support in combinations(range(len(points)), size):
            sphere = circumsphere(points[list(support)])
            if sphere and (np.linalg.norm(points - sphere[0], axis=1) <= sphere[1] + 1e-10).all():
                best = min(best, sphere[1])
    return best


def cech(points, dimension, function=None):
    """Čech filtration by all subsets, with the function as second parameter; radii are rounded."""
    simplices, grades = [], []
    for size in range(1, dimension + 2):
        for simplex in map(list, combinations(range(len(points)), size)):
            simplices.append(simplex)
            radius = round(ball_radius(points[simplex]), DIGITS)
            grades.append([radius] if function is None else [radius, max(function[v] for v in simplex)])
    return FilteredComplex.from_simplices(simplices, np.array(grades, float))


def rounded(complex_):
    """The same complex with rounded radii."""
    grades = complex_.grades.copy()
    grades[:, 0] = grades[:, 0].round(DIGITS)
    return FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, grades)


CIRCLE = [(5, 0), (4, 3), (3, 4), (0, 5), (-3, 4), (-4, 3), (-5, 0), (-4, -3), (-3, -4), (0, -5), (3, -4), (4, -3)]


def hard_cloud(kind, rng, dimension, n):
    """Cloud of at most n points: generic, on a grid, on a sphere, flat, with equal points."""
    if kind == "random":
        return rng.normal(size=(n, dimension))
    if kind == "grid":
        return rng.permutation(np.stack(np.meshgrid(*[np.arange(3.0)] * dimension), -1).reshape(-1, dimension))[:n]
    if kind == "equal points":
        return rng.integers(0, 2, size=(n, dimension)).astype(float)
    if kind == "all equal":
        return np.ones((n, dimension))
    if kind == "on a line":
        return rng.integers(0, 6, size=(n, 1)) * np.arange(1.0, dimension + 1)
    if kind == "line first":  # the function of the tests of bifiltrations is often the row
        cloud = rng.integers(0, 4, size=(n, dimension)).astype(float)
        cloud[: n // 2, 1:] = 0
        return cloud
    if kind == "plane":
        flat = rng.integers(0, 4, size=(n, 2)).astype(float)
        return np.column_stack([flat, flat.sum(axis=1)])[:, :dimension] if dimension > 1 else flat[:, :1]
    circle = rng.permutation(np.array(CIRCLE, float))[:n]
    return np.column_stack([circle, np.zeros(len(circle))])[:, :dimension]


KINDS = ("random", "grid", "equal points", "all equal", "on a line", "line first", "plane", "circle")
