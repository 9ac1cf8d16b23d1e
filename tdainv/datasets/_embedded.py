"""Real data that come with tdainv or with scikit-learn: protein conformations and handwritten digits."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv.datasets._arguments import RandomState, check_count, check_real, make_rng
from tdainv.datasets._dataset import Dataset

__all__ = ["load_digits_clouds", "load_protein_matrices", "load_proteins"]

_N_RESIDUES = 370
_N_SAMPLED_RESIDUES = 340  # the recipe of load_proteins looks at the first 340 residues only
_N_PER_CONFORMATION = 7
_DIGIT_SIDE = 8
_DIGIT_LEVELS = 16  # scikit-learn's digits have grey values 0..16

_SOURCE = (
    "Maltose-binding protein, 7 closed and 7 open conformations (Kovacev-Nikolic et al., 2016); "
    "dissimilarity 1 - |correlation of residue motions|. Data from the GUDHI TDA-tutorial, MIT licence."
)


def load_proteins(
    n_samples: int = 1000,
    n_residues: int = 60,
    noise: float = 0.1,
    random_state: RandomState = 0,
) -> Dataset:
    r"""Draw noisy sub-samples of 14 protein structures, to be told apart as closed or open.

    The maltose-binding protein closes around its ligand. For seven closed and seven open structures the data
    give the correlations :math:`c_{ij}` of the motions of residues i and j; the dissimilarity is
    :math:`d_{ij} = 1 - |c_{ij}|`. An instance is made in four steps:

    1. choose one of the seven structures of its class at random;
    2. choose `n_residues` of the first 340 residues at random, without replacement, in random order;
    3. restrict :math:`d` to them;
    4. add to each pair i < j an independent :math:`\varepsilon_{ij} \sim N(0, \mathrm{noise}^2)`, the same in
       both triangles, and replace negative values by 0; the diagonal stays 0.

    So each off-diagonal entry has noise of standard deviation exactly `noise` before the values are cut at 0.
    Entries may exceed 1 and need not satisfy the triangle inequality.

    The task follows the protein experiment of [2]_. It is a reconstruction from the description there: the
    instances are not the ones of that paper.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of instances, at least 2: the first half closed, the second half open. If it is odd, there is
        one more closed instance.
    n_residues : int, default=60
        Number of residues in an instance, from 1 to 340.
    noise : float, default=0.1
        Standard deviation of the noise, in units of the dissimilarity (which lies between 0 and 1).
    random_state : int, Generator, RandomState or None, default=0
        Source of randomness.

    Returns
    -------
    Dataset
        ``metric="precomputed"``; `clouds` of shape (n_residues, n_residues); classes "closed" (0) and "open"
        (1); `names` such as ``"1anf-0017"``, the Protein Data Bank code and the number of the instance.
        `groups` has values 0 to 6 and joins the i-th closed with the i-th open structure: a fold that leaves
        out a group is tested on proteins that were never seen, with both classes present. Without groups,
        instances of one and the same structure are in the training and the test set, and scores are far too
        good.

    References
    ----------
    .. [1] V. Kovacev-Nikolic, P. Bubenik, D. Nikolić and G. Heo, "Using persistent homology and dynamical
       distances to analyze protein binding", Statistical Applications in Genetics and Molecular Biology
       15(1), 2016.
    .. [2] N. Nishikawa, Y. Ike and K. Yamanishi, "Adaptive topological feature via persistent homology:
       filtration learning for point clouds", NeurIPS 2023.

    Examples
    --------
    >>> from tdainv.datasets import load_proteins
    >>> data = load_proteins(n_samples=10, n_residues=20)
    >>> data
    Dataset('proteins', 10 items, 20 points, precomputed, classes: closed, open)
    >>> data.labels
    array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    >>> bool((data.clouds[0] == data.clouds[0].T).all())
    True
    """
    n_samples = check_count("n_samples", n_samples, minimum=2)
    n_residues = check_count("n_residues", n_residues, maximum=_N_SAMPLED_RESIDUES)
    noise = check_real("noise", noise)
    rng = make_rng(random_state)
    matrices, codes, structure_labels, class_names = _read_proteins()
    structure_groups = _groups_of_structures(structure_labels)
    n_closed = n_samples - n_samples // 2
    labels = np.repeat(np.array([0, 1], dtype=np.int64), [n_closed, n_samples - n_closed])
    of_class = [np.flatnonzero(structure_labels == label) for label in (0, 1)]
    structures = np.array([rng.choice(of_class[label]) for label in labels])
    return Dataset(
        name="proteins",
        clouds=[_noisy_submatrix(matrices[s], n_residues, noise, rng) for s in structures],
        labels=labels,
        class_names=class_names,
        metric="precomputed",
        groups=structure_groups[structures],
        description=f"{_SOURCE} {n_residues} random residues per instance, noise of deviation {noise:g}.",
        names=tuple(f"{codes[s]}-{i:04d}" for i, s in enumerate(structures)),
    )


def load_protein_matrices() -> Dataset:
    """Load the full dissimilarity matrices of the 14 structures from which :func:`load_proteins` draws.

    Entry (i, j) of a matrix, between 0 and 1, is 1 minus the absolute correlation of the motions of residues
    i and j.

    Returns
    -------
    Dataset
        ``metric="precomputed"``; 14 `clouds` of shape (370, 370); classes "closed" (0) and "open" (1);
        `groups` 0 to 6 as in :func:`load_proteins`; `names` are the Protein Data Bank codes.

    Examples
    --------
    >>> from tdainv.datasets import load_protein_matrices
    >>> data = load_protein_matrices()
    >>> data
    Dataset('protein_matrices', 14 items, 370 points, precomputed, classes: closed, open)
    >>> data.names[:3]
    ('1anf', '1fqc', '1fqd')
    """
    matrices, codes, labels, class_names = _read_proteins()
    return Dataset(
        name="protein_matrices",
        clouds=list(matrices),
        labels=labels,
        class_names=class_names,
        metric="precomputed",
        groups=_groups_of_structures(labels),
        description=_SOURCE,
        names=codes,
    )


def load_digits_clouds(
    threshold: float = 8.0,
    n_samples: int | None = None,
    *,
    intensity: bool = False,
) -> Dataset:
    """Turn scikit-learn's handwritten digits (8 x 8 pixels) into point clouds.

    Each pixel brighter than `threshold` is a point. The pixel in row r (counted from the top) and column c is
    at x = c, y = 7 - r: x runs to the right and y upwards, both from 0 to 7 in units of pixels, so that a
    scatter plot shows the digit upright.

    Parameters
    ----------
    threshold : float, default=8.0
        Pixels with a grey value greater than this become points. Grey values run from 0 (background) to 16.
    n_samples : int or None, default=None
        Number of images, the first ones in the order of scikit-learn, which mixes the digits. None takes all
        1797.
    intensity : bool, default=False
        Add the grey value divided by 16, between 0 and 1, as a third coordinate.

    Returns
    -------
    Dataset
        `clouds` of shape (n_points, 2), or (n_points, 3) with `intensity`; classes "0" to "9".

    Examples
    --------
    >>> from tdainv.datasets import load_digits_clouds
    >>> data = load_digits_clouds(n_samples=100)
    >>> data
    Dataset('digits', 100 items, 14 to 24 points in R^2, classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    """
    threshold = check_real("threshold", threshold)
    from sklearn.datasets import load_digits  # scikit-learn takes a second to import

    digits = load_digits()
    n_samples = len(digits.images) if n_samples is None else n_samples
    n_samples = check_count("n_samples", n_samples, maximum=len(digits.images))
    return Dataset(
        name="digits",
        clouds=[_bright_pixels(digits.images[i], threshold, intensity, i) for i in range(n_samples)],
        labels=np.asarray(digits.target[:n_samples], dtype=np.int64),
        class_names=tuple(str(name) for name in digits.target_names),
        description=f"Pixels brighter than {threshold:g} of scikit-learn's 8 x 8 handwritten digits.",
    )


def _read_proteins() -> tuple[Float, tuple[str, ...], Int, tuple[str, ...]]:
    """Return dissimilarities (14, 370, 370), codes, labels and class names, closed structures first."""
    path = files("tdainv.datasets") / "data" / "proteins_mbp.npz"
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        matrices = np.zeros((len(stored["names"]), _N_RESIDUES, _N_RESIDUES))
        i, j = np.triu_indices(_N_RESIDUES, 1)
        matrices[:, i, j] = 1.0 - np.abs(stored["upper"].astype(np.float64))
        codes = tuple(str(code) for code in stored["names"])
        class_names = tuple(str(name) for name in stored["label_names"])
        labels = stored["labels"].astype(np.int64)
    matrices[:, j, i] = matrices[:, i, j]
    return matrices, codes, labels, class_names


def _groups_of_structures(labels: Int) -> Int:
    """Return numbers 0..6 within each class, so that a group holds one structure of each class."""
    groups = np.empty_like(labels)
    for label in (0, 1):
        groups[labels == label] = np.arange(_N_PER_CONFORMATION)
    return groups


def _noisy_submatrix(matrix: Float, n_residues: int, noise: float, rng: np.random.Generator) -> Float:
    residues = rng.choice(_N_SAMPLED_RESIDUES, size=n_residues, replace=False)
    # One draw per pair: a full noise matrix averaged with its transpose has deviation noise / sqrt(2) only.
    upper = np.triu(rng.normal(scale=noise, size=(n_residues, n_residues)), 1)
    # The diagonals of the matrix and of the noise are both 0.
    return np.maximum(matrix[np.ix_(residues, residues)] + upper + upper.T, 0.0)


def _bright_pixels(image: Float, threshold: float, intensity: bool, i: int) -> Float:
    rows, columns = np.nonzero(image > threshold)
    if not len(rows):
        raise ValueError(
            f"threshold must leave at least one pixel in every image, got threshold={threshold:g}, "
            f"but image {i} has no value above {image.max():g}. Use a smaller threshold."
        )
    coordinates: list[Number] = [columns, _DIGIT_SIDE - 1 - rows]
    if intensity:
        coordinates.append(image[rows, columns] / _DIGIT_LEVELS)
    return np.column_stack(coordinates).astype(np.float64)
