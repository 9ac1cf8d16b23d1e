"""Data sets by name, for the command line and for scripts."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, NamedTuple

from tdainv.datasets._dataset import Dataset
from tdainv.datasets._embedded import load_digits_clouds, load_proteins
from tdainv.datasets._generators import make_orbit5k, make_shapes
from tdainv.datasets._rings import make_marked_rings

__all__ = ["list_datasets", "load_dataset"]


class _Entry(NamedTuple):
    load: Callable[..., Dataset]
    defaults: dict[str, Any]
    description: str


# The defaults make the synthetic sets repeatable, and orbit5k small enough to be classified in a minute.
_DATASETS = {
    "digits": _Entry(load_digits_clouds, {}, "Handwritten digits as point clouds in the plane, 10 classes."),
    "marked_rings": _Entry(
        make_marked_rings,
        {"random_state": 0},
        "A cluster and two rings in the plane: is the near ring closed? 2 classes.",
    ),
    "orbit5k": _Entry(
        make_orbit5k,
        {"n_per_class": 40, "n_points": 300, "random_state": 0},
        "Orbits of a linked twist map in the plane, 5 classes.",
    ),
    "proteins": _Entry(
        load_proteins, {}, "Closed and open conformations of a protein as dissimilarity matrices, 2 classes."
    ),
    "shapes": _Entry(
        make_shapes,
        {"random_state": 0},
        "Rotated noisy curves and surfaces in space as point clouds, 7 classes.",
    ),
}


def list_datasets() -> dict[str, str]:
    """List the names that :func:`load_dataset` knows, each with a description of one line.

    Returns
    -------
    dict of str to str
        Description of each data set, by name.

    Examples
    --------
    >>> from tdainv.datasets import list_datasets
    >>> list(list_datasets())
    ['digits', 'marked_rings', 'orbit5k', 'proteins', 'shapes']
    """
    return {name: entry.description for name, entry in _DATASETS.items()}


def load_dataset(name: str, **kwargs: Any) -> Dataset:
    """Load or generate a data set by its name; no files or network are needed.

    Parameters
    ----------
    name : {"digits", "marked_rings", "orbit5k", "proteins", "shapes"}
        Calls :func:`load_digits_clouds`, :func:`make_marked_rings`, :func:`make_orbit5k`, :func:`load_proteins` or
        :func:`make_shapes`. Here "orbit5k" has 40 orbits per class of 300 points each, and "marked_rings", "orbit5k"
        and "shapes" have ``random_state=0``.
    **kwargs
        Arguments of that function, which take precedence.

    Returns
    -------
    Dataset
        The data set.

    Examples
    --------
    >>> from tdainv.datasets import load_dataset
    >>> load_dataset("orbit5k", n_points=50)
    Dataset('orbit5k', 200 items, 50 points in R^2, classes: r=2.5, r=3.5, r=4.0, r=4.1, r=4.3)
    """
    if name not in _DATASETS:
        close = get_close_matches(str(name), _DATASETS, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"name must be one of {', '.join(map(repr, _DATASETS))}, got name={name!r}.{hint}")
    entry = _DATASETS[name]
    return entry.load(**{**entry.defaults, **kwargs})
