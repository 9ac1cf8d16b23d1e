"""Synthetic data: single point clouds, the orbits of ORBIT5K and a collection of rotated shapes."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral

import numpy as np

from tdainv._typing import Float
from tdainv.datasets import _surfaces
from tdainv.datasets._arguments import RandomState, check_count, check_real, make_rng
from tdainv.datasets._dataset import Dataset

__all__ = ["make_circle", "make_gaussian", "make_orbit5k", "make_shapes", "make_torus", "make_uniform"]

_ORBIT_PARAMETERS = (2.5, 3.5, 4.0, 4.1, 4.3)
_OUTLIER_BOX = 1.5  # outliers of the unit circle fill [-1.5, 1.5]^2
_SHAPES: dict[str, Callable[[np.random.Generator, int], Float]] = {
    "circle": _surfaces.circle,
    "cluster": _surfaces.cluster,
    "cube": _surfaces.cube,
    "disk": _surfaces.disk,
    "linked_circles": _surfaces.linked_circles,
    "sphere": _surfaces.sphere,
    "torus": _surfaces.torus,
}


def make_orbit5k(n_per_class: int = 1000, n_points: int = 1000, random_state: RandomState = None) -> Dataset:
    r"""Generate orbits of a linked twist map for five parameters (ORBIT5K with the default sizes).

    From a uniformly random start in the unit square, each orbit follows the map

    .. math::
        x_{n+1} = x_n + r\, y_n (1 - y_n) \bmod 1, \qquad y_{n+1} = y_n + r\, x_{n+1} (1 - x_{n+1}) \bmod 1

    with r = 2.5, 3.5, 4.0, 4.1 or 4.3, which is the class. The start is the first point of the cloud.

    Parameters
    ----------
    n_per_class : int, default=1000
        Number of orbits of each of the five classes.
    n_points : int, default=1000
        Number of points of an orbit.
    random_state : int, Generator, RandomState or None, default=None
        Source of randomness.

    Returns
    -------
    Dataset
        `clouds` of shape (n_points, 2) with coordinates in [0, 1), class after class.

    References
    ----------
    .. [1] J. Hertzsch, R. Sturman and S. Wiggins, "DNA microarrays: design principles for maximizing ergodic,
       chaotic mixing", Small 3(2), 2007.
    .. [2] H. Adams et al., "Persistence images: a stable vector representation of persistent homology",
       Journal of Machine Learning Research 18, 2017.

    Examples
    --------
    >>> from tdainv.datasets import make_orbit5k
    >>> make_orbit5k(n_per_class=2, n_points=100, random_state=0)
    Dataset('orbit5k', 10 items, 100 points in R^2, classes: r=2.5, r=3.5, r=4.0, r=4.1, r=4.3)
    """
    n_per_class = check_count("n_per_class", n_per_class)
    n_points = check_count("n_points", n_points)
    labels = np.repeat(np.arange(len(_ORBIT_PARAMETERS), dtype=np.int64), n_per_class)
    r = np.array(_ORBIT_PARAMETERS)[labels]
    orbits = np.empty((len(labels), n_points, 2))
    x, y = make_rng(random_state).random((2, len(labels)))
    for step in range(n_points):
        orbits[:, step, 0] = x
        orbits[:, step, 1] = y
        x = (x + r * y * (1.0 - y)) % 1.0
        y = (y + r * x * (1.0 - x)) % 1.0
    return Dataset(
        name="orbit5k",
        clouds=list(orbits),
        labels=labels,
        class_names=tuple(f"r={value}" for value in _ORBIT_PARAMETERS),
        description="Orbits of the linked twist map, a model of mixing flows (Hertzsch et al., 2007).",
    )


def make_shapes(
    n_per_class: int = 20, n_points: int = 300, noise: float = 0.05, random_state: RandomState = None
) -> Dataset:
    """Draw seven shapes in space, sampled uniformly, randomly rotated and with noise.

    The classes are the unit circle, a normal blob of standard deviation 1/2 ("cluster"), the surface of the
    cube [-1, 1]^3, the unit disk, two linked unit circles, the unit sphere and the torus of radii 1 and 0.4.
    Curves are sampled by length and surfaces by area. Each item is rotated around the origin by a rotation
    that is uniform on SO(3).

    Parameters
    ----------
    n_per_class : int, default=20
        Number of items of each class.
    n_points : int, default=300
        Number of points of an item.
    noise : float, default=0.05
        Standard deviation of the normal noise that is added to each coordinate, in the units above.
    random_state : int, Generator, RandomState or None, default=None
        Source of randomness.

    Returns
    -------
    Dataset
        `clouds` of shape (n_points, 3), class after class.

    Examples
    --------
    >>> from tdainv.datasets import make_shapes
    >>> data = make_shapes(n_per_class=2, n_points=50, random_state=0)
    >>> data
    Dataset('shapes', 14 items, 50 points in R^3, 7 classes)
    >>> data.class_names
    ('circle', 'cluster', 'cube', 'disk', 'linked_circles', 'sphere', 'torus')
    """
    n_per_class = check_count("n_per_class", n_per_class)
    n_points = check_count("n_points", n_points)
    noise = check_real("noise", noise)
    rng = make_rng(random_state)
    clouds = []
    for sample in _SHAPES.values():
        for _ in range(n_per_class):
            points = sample(rng, n_points) @ _surfaces.random_rotation(rng).T
            clouds.append(points + rng.normal(scale=noise, size=points.shape))
    return Dataset(
        name="shapes",
        clouds=clouds,
        labels=np.repeat(np.arange(len(_SHAPES), dtype=np.int64), n_per_class),
        class_names=tuple(_SHAPES),
        description=f"Randomly rotated curves and surfaces in R^3, noise of standard deviation {noise:g}.",
    )


def make_circle(
    n_points: int = 100, noise: float = 0.0, outliers: int | float = 0, random_state: RandomState = None
) -> Float:
    """Draw points on the unit circle, with noise and outliers.

    Parameters
    ----------
    n_points : int, default=100
        Number of points, outliers included.
    noise : float, default=0.0
        Standard deviation of the normal noise that is added to each coordinate of the points of the circle.
    outliers : int or float, default=0
        How many of the points are outliers, uniform in the square [-1.5, 1.5]^2: their number if an integer,
        their fraction of `n_points`, between 0.0 and 1.0, if a float. They are the last rows.
    random_state : int, Generator, RandomState or None, default=None
        Source of randomness.

    Returns
    -------
    ndarray of shape (n_points, 2)
        The points.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv.datasets import make_circle
    >>> points = make_circle(50, outliers=10, random_state=0)
    >>> points.shape
    (50, 2)
    >>> int(np.isclose(np.linalg.norm(points, axis=1), 1.0).sum())
    40
    """
    n_points = check_count("n_points", n_points)
    noise = check_real("noise", noise)
    n_outliers = _number_of_outliers(outliers, n_points)
    rng = make_rng(random_state)
    on_circle = _surfaces.circle(rng, n_points - n_outliers)[:, :2]
    on_circle += rng.normal(scale=noise, size=on_circle.shape)
    return np.concatenate([on_circle, rng.uniform(-_OUTLIER_BOX, _OUTLIER_BOX, (n_outliers, 2))])


def make_torus(
    n_points: int = 500,
    noise: float = 0.0,
    random_state: RandomState = None,
    *,
    major_radius: float = 2.0,
    minor_radius: float = 1.0,
) -> Float:
    """Draw points on a torus in space, uniformly by area.

    With noise 0 the points satisfy (sqrt(x^2 + y^2) - R)^2 + z^2 = r^2 for the radii R and r.

    Parameters
    ----------
    n_points : int, default=500
        Number of points.
    noise : float, default=0.0
        Standard deviation of the normal noise that is added to each coordinate.
    random_state : int, Generator, RandomState or None, default=None
        Source of randomness.
    major_radius : float, default=2.0
        Distance R from the centre of the torus to the centre of the tube.
    minor_radius : float, default=1.0
        Radius r of the tube, less than `major_radius`.

    Returns
    -------
    ndarray of shape (n_points, 3)
        The points.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv.datasets import make_torus
    >>> x, y, z = make_torus(100, random_state=0).T
    >>> bool(np.allclose((np.hypot(x, y) - 2) ** 2 + z**2, 1))
    True
    """
    n_points = check_count("n_points", n_points)
    noise = check_real("noise", noise)
    minor_radius = check_real("minor_radius", minor_radius, strict=True)
    major_radius = check_real("major_radius", major_radius, minimum=minor_radius, strict=True)
    rng = make_rng(random_state)
    points = _surfaces.torus(rng, n_points, major_radius, minor_radius)
    return points + rng.normal(scale=noise, size=points.shape)


def make_uniform(n_points: int = 100, dim: int = 2, random_state: RandomState = None) -> Float:
    """Draw points uniformly from the unit cube.

    Parameters
    ----------
    n_points : int, default=100
        Number of points.
    dim : int, default=2
        Dimension of the cube.
    random_state : int, Generator, RandomState or None, default=None
        Source of randomness.

    Returns
    -------
    ndarray of shape (n_points, dim)
        The points, with coordinates in [0, 1).

    Examples
    --------
    >>> from tdainv.datasets import make_uniform
    >>> make_uniform(5, 3, random_state=0).shape
    (5, 3)
    """
    shape = check_count("n_points", n_points), check_count("dim", dim)
    return make_rng(random_state).random(shape)


def make_gaussian(n_points: int = 100, dim: int = 2, random_state: RandomState = None) -> Float:
    """Draw points from the standard normal distribution.

    Parameters
    ----------
    n_points : int, default=100
        Number of points.
    dim : int, default=2
        Dimension of the space.
    random_state : int, Generator, RandomState or None, default=None
        Source of randomness.

    Returns
    -------
    ndarray of shape (n_points, dim)
        The points.

    Examples
    --------
    >>> from tdainv.datasets import make_gaussian
    >>> make_gaussian(5, 3, random_state=0).shape
    (5, 3)
    """
    shape = check_count("n_points", n_points), check_count("dim", dim)
    return make_rng(random_state).normal(size=shape)


def _number_of_outliers(outliers: int | float, n_points: int) -> int:
    if isinstance(outliers, Integral):
        return check_count("outliers", outliers, minimum=0, maximum=n_points)
    fraction = check_real("outliers", outliers)
    if fraction > 1.0:
        raise ValueError(f"outliers must be a fraction of at most 1.0 when a float, got outliers={outliers!r}.")
    return round(fraction * n_points)
