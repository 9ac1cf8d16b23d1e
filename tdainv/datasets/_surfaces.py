"""Uniform samples of curves and surfaces in R^3, and random rotations.

Every sampler takes a generator and a number of points and returns an array of shape (n_points, 3). Curves are
sampled uniformly by length, surfaces uniformly by area.
"""

from __future__ import annotations

import numpy as np

from tdainv._typing import Float

__all__ = ["circle", "cluster", "cube", "disk", "linked_circles", "random_rotation", "sphere", "torus"]


def circle(rng: np.random.Generator, n_points: int) -> Float:
    """Sample the unit circle in the plane z = 0."""
    angle = rng.uniform(0.0, 2.0 * np.pi, n_points)
    return np.column_stack([np.cos(angle), np.sin(angle), np.zeros(n_points)])


def linked_circles(rng: np.random.Generator, n_points: int) -> Float:
    """Sample two unit circles, each through the disk that the other spans: a Hopf link.

    The first has centre (-1/2, 0, 0) and lies in z = 0; the second has centre (1/2, 0, 0) and lies in y = 0.
    """
    points = circle(rng, n_points)
    second = rng.random(n_points) < 0.5
    points[second] = points[second][:, [0, 2, 1]]
    points[:, 0] += np.where(second, 0.5, -0.5)
    return points


def disk(rng: np.random.Generator, n_points: int) -> Float:
    """Sample the unit disk in the plane z = 0; the square root makes it uniform by area."""
    return circle(rng, n_points) * np.sqrt(rng.random((n_points, 1)))


def sphere(rng: np.random.Generator, n_points: int) -> Float:
    """Sample the unit sphere, by the rotational symmetry of the normal distribution."""
    points = rng.normal(size=(n_points, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def cube(rng: np.random.Generator, n_points: int) -> Float:
    """Sample the surface of the cube [-1, 1]^3."""
    points = rng.uniform(-1.0, 1.0, (n_points, 3))
    axis = rng.integers(0, 3, n_points)
    points[np.arange(n_points), axis] = rng.choice([-1.0, 1.0], n_points)
    return points


def torus(rng: np.random.Generator, n_points: int, major_radius: float = 1.0, minor_radius: float = 0.4) -> Float:
    """Sample the torus of revolution around the z axis.

    The area element is (R + r cos t) dt du for the angle t around the tube: angles t are drawn uniformly and
    kept with probability (R + r cos t) / (R + r).
    """
    kept: list[Float] = []
    while sum(map(len, kept)) < n_points:
        t = rng.uniform(0.0, 2.0 * np.pi, 2 * n_points)
        height = rng.uniform(0.0, major_radius + minor_radius, 2 * n_points)
        kept.append(t[height < major_radius + minor_radius * np.cos(t)])
    t = np.concatenate(kept)[:n_points]
    u = rng.uniform(0.0, 2.0 * np.pi, n_points)
    radius = major_radius + minor_radius * np.cos(t)
    return np.column_stack([radius * np.cos(u), radius * np.sin(u), minor_radius * np.sin(t)])


def cluster(rng: np.random.Generator, n_points: int) -> Float:
    """Sample a normal blob around the origin with standard deviation 1/2 in each direction."""
    return rng.normal(scale=0.5, size=(n_points, 3))


def random_rotation(rng: np.random.Generator) -> Float:
    """Draw a rotation matrix of shape (3, 3), uniform on SO(3).

    The QR decomposition of a normal matrix gives the uniform distribution on O(3) once the signs of R's
    diagonal are made positive (Mezzadri 2007); changing the sign of a matrix of determinant -1 maps it into
    SO(3).
    """
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diagonal(r))
    return q * np.sign(np.linalg.det(q))
