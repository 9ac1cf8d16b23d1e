"""Data sets: the class, the embedded data, the generators and the registry."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import tdainv.datasets as datasets
from tdainv.datasets import (
    Dataset,
    list_datasets,
    load_dataset,
    load_digits_clouds,
    load_protein_matrices,
    load_proteins,
    make_circle,
    make_gaussian,
    make_orbit5k,
    make_shapes,
    make_torus,
    make_uniform,
)
from tdainv.datasets import _surfaces as surfaces

SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def small(**changes):
    arguments = {
        "name": "small",
        "clouds": [SQUARE, SQUARE[:3], 2.0 * SQUARE],
        "labels": np.array([0, 1, 0]),
        "class_names": ("square", "half"),
    }
    return Dataset(**{**arguments, **changes})


# --- Dataset


def test_representation_is_one_short_line():
    assert repr(small()) == "Dataset('small', 3 items, 3 to 4 points in R^2, classes: square, half)"
    assert repr(small(clouds=[SQUARE] * 3)) == "Dataset('small', 3 items, 4 points in R^2, classes: square, half)"
    many = small(class_names=tuple(f"a long class name {i}" for i in range(9)))
    assert repr(many) == "Dataset('small', 3 items, 3 to 4 points in R^2, 9 classes)"
    mixed = small(clouds=[SQUARE, np.ones((4, 3)), SQUARE])
    assert repr(mixed) == "Dataset('small', 3 items, 4 points, classes: square, half)"
    empty = small(clouds=[], labels=np.zeros(0, dtype=int))
    assert repr(empty) == "Dataset('small', 0 items, classes: square, half)"


def test_length_is_the_number_of_items():
    assert len(small()) == 3


def test_fields_cannot_be_assigned():
    with pytest.raises(FrozenInstanceError):
        small().name = "other"


@pytest.mark.parametrize("copied", [lambda data: pickle.loads(pickle.dumps(data)), copy.deepcopy])
def test_pickle_round_trip_keeps_every_field(copied):
    data = small(groups=np.array([0, 1, 1]), description="d", names=("a", "b", "c"))
    again = copied(data)
    assert repr(again) == repr(data)
    for cloud, other in zip(data.clouds, again.clouds, strict=True):
        np.testing.assert_array_equal(cloud, other)
    np.testing.assert_array_equal(again.labels, data.labels)
    np.testing.assert_array_equal(again.groups, data.groups)
    assert (again.names, again.description, again.metric) == (data.names, data.description, data.metric)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metric": "cosine"}, r"metric must be 'euclidean' or 'precomputed', got metric='cosine'"),
        ({"clouds": [SQUARE, SQUARE[0], SQUARE]}, r"clouds\[1\] must be .* got float64 of shape \(2,\)"),
        ({"clouds": [SQUARE, SQUARE[:0], SQUARE]}, r"clouds\[1\] must be .* got float64 of shape \(0, 2\)"),
        ({"clouds": [SQUARE.astype(np.float32)] * 3}, r"clouds\[0\] must be .* got float32"),
        ({"clouds": [[[0.0]]] * 3}, r"clouds\[0\] must be .* got list"),
        ({"metric": "precomputed"}, r"clouds\[0\] must be square .* got shape \(4, 2\)"),
        ({"labels": np.array([0.0, 1.0, 0.0])}, r"labels must be a 1-D integer array"),
        ({"labels": [0, 1, 0]}, r"labels must be a 1-D integer array"),
        ({"labels": np.array([0, 1, 2])}, r"labels must be between 0 and 1 .* got labels from 0 to 2"),
        ({"labels": np.array([0, 1])}, r"labels must have one entry for each of the 3 clouds, got 2"),
        ({"groups": np.array([0, 1])}, r"groups must have one entry for each of the 3 clouds, got 2"),
        ({"names": ("a",)}, r"names must have one entry for each of the 3 clouds, got 1"),
    ],
)
def test_inconsistent_fields_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        small(**changes)


# --- proteins


@pytest.fixture(scope="module")
def matrices():
    return load_protein_matrices()


def test_protein_matrices_are_dissimilarities(matrices):
    assert len(matrices) == 14
    for matrix in matrices.clouds:
        assert matrix.shape == (370, 370)
        np.testing.assert_array_equal(matrix, matrix.T)
        np.testing.assert_array_equal(np.diagonal(matrix), 0.0)
        assert matrix.min() >= 0.0 and matrix.max() <= 1.0


def test_protein_matrices_hold_the_published_classes_and_paired_groups(matrices):
    closed = {"1anf", "1fqc", "1fqd", "1mpd", "3hpi", "3mbp", "4mbp"}
    assert {matrices.names[i] for i in np.flatnonzero(matrices.labels == 0)} == closed
    assert matrices.class_names == ("closed", "open")
    for group in range(7):
        assert sorted(matrices.labels[matrices.groups == group]) == [0, 1]


def test_a_protein_entry_is_one_minus_the_absolute_stored_correlation(matrices):
    path = Path(datasets.__file__).parent / "data" / "proteins_mbp.npz"
    with np.load(path, allow_pickle=False) as stored:
        correlations = stored["upper"][5]
    # The strict upper triangle is stored row by row: (0, 1) is first and (1, 2) is number 369.
    assert matrices.clouds[5][0, 1] == 1.0 - abs(float(correlations[0]))
    assert matrices.clouds[5][2, 1] == 1.0 - abs(float(correlations[369]))


def test_protein_instances_without_noise_are_restrictions_of_their_structure(matrices):
    data = load_proteins(n_samples=6, n_residues=12, noise=0.0, random_state=3)
    for cloud, name, label, group in zip(data.clouds, data.names, data.labels, data.groups, strict=True):
        structure = matrices.names.index(name[:4])
        assert (matrices.labels[structure], matrices.groups[structure]) == (label, group)
        full = matrices.clouds[structure][:340, :340]
        assert np.isin(cloud, full).all()
        np.testing.assert_array_equal(np.diagonal(cloud), 0.0)
        assert (cloud + 2 * np.eye(12) > 0).all()  # no residue twice: it would be at dissimilarity 0


def test_protein_noise_is_symmetric_and_has_the_stated_deviation():
    arguments = {"n_samples": 40, "n_residues": 60}
    # A tiny noise takes the same draws and is never cut off, so that the quotient shows the distribution.
    exact = load_proteins(**arguments, noise=0.0, random_state=1)
    noisy = load_proteins(**arguments, noise=1e-6, random_state=1)
    upper = np.triu_indices(60, 1)
    draws = np.concatenate([(b - a)[upper] for a, b in zip(exact.clouds, noisy.clouds, strict=True)]) / 1e-6
    assert len(draws) == 40 * 1770
    assert abs(draws.std() - 1.0) < 0.01  # standard error 0.0027
    assert abs(draws.mean()) < 0.015  # standard error 0.0038
    for cloud in noisy.clouds:
        np.testing.assert_array_equal(cloud, cloud.T)


def test_protein_noise_is_cut_at_zero_off_a_zero_diagonal():
    data = load_proteins(n_samples=4, n_residues=30, noise=2.0)
    for cloud in data.clouds:
        assert cloud.min() == 0.0
        np.testing.assert_array_equal(np.diagonal(cloud), 0.0)
        np.testing.assert_array_equal(cloud, cloud.T)


@pytest.mark.parametrize(("n_samples", "n_closed"), [(10, 5), (7, 4), (2, 1)])
def test_half_of_the_protein_instances_are_closed(n_samples, n_closed):
    data = load_proteins(n_samples=n_samples, n_residues=5)
    assert np.bincount(data.labels).tolist() == [n_closed, n_samples - n_closed]
    assert data.metric == "precomputed" and data.clouds[0].shape == (5, 5)


def test_protein_instances_use_all_structures_and_all_of_the_first_340_residues(matrices):
    assert {name[:4] for name in load_proteins(n_samples=200, n_residues=1).names} == set(matrices.names)
    data = load_proteins(n_samples=2, n_residues=340, noise=0.0)
    structure = matrices.names.index(data.names[0][:4])
    np.testing.assert_allclose(
        np.sort(data.clouds[0].sum(axis=0)), np.sort(matrices.clouds[structure][:340, :340].sum(axis=0))
    )


def test_every_fold_over_protein_groups_keeps_structures_apart():
    from sklearn.model_selection import GroupKFold

    data = load_proteins(n_samples=140, n_residues=5)
    codes = np.array([name[:4] for name in data.names])
    for train, test in GroupKFold(n_splits=7).split(data.clouds, data.labels, data.groups):
        assert not set(codes[train]) & set(codes[test])
        assert set(data.labels[test]) == {0, 1}


# --- digits


def test_digits_are_the_bright_pixels_upright():
    from sklearn.datasets import load_digits

    digits = load_digits()
    data = load_digits_clouds(threshold=10.0, n_samples=20, intensity=True)
    np.testing.assert_array_equal(data.labels, digits.target[:20])
    for image, cloud in zip(digits.images, data.clouds, strict=False):
        redrawn = np.zeros((8, 8))
        redrawn[7 - cloud[:, 1].astype(int), cloud[:, 0].astype(int)] = 16.0 * cloud[:, 2]
        np.testing.assert_array_equal(redrawn, np.where(image > 10.0, image, 0.0))


def test_all_digits_are_taken_by_default():
    data = load_digits_clouds()
    assert len(data) == 1797
    assert data.class_names == tuple("0123456789")
    assert {cloud.shape[1] for cloud in data.clouds} == {2}


def test_a_threshold_that_empties_an_image_is_refused():
    with pytest.raises(ValueError, match=r"threshold must leave .* got threshold=16, but image 0 .* above 15"):
        load_digits_clouds(threshold=16)


# --- generators


def test_orbits_follow_the_recurrence_of_their_class():
    data = make_orbit5k(n_per_class=3, n_points=50, random_state=0)
    parameters = np.array([2.5, 3.5, 4.0, 4.1, 4.3])
    assert data.class_names == ("r=2.5", "r=3.5", "r=4.0", "r=4.1", "r=4.3")
    np.testing.assert_array_equal(data.labels, np.repeat(np.arange(5), 3))
    for cloud, r in zip(data.clouds, parameters[data.labels], strict=True):
        assert cloud.shape == (50, 2) and cloud.min() >= 0.0 and cloud.max() < 1.0
        for (x, y), (next_x, next_y) in pairwise(cloud):
            assert next_x == pytest.approx((x + r * y * (1 - y)) % 1, abs=1e-12)
            assert next_y == pytest.approx((y + r * next_x * (1 - next_x)) % 1, abs=1e-12)


def test_orbits_start_at_different_points():
    starts = np.array([cloud[0] for cloud in make_orbit5k(n_per_class=20, n_points=1, random_state=0).clouds])
    assert len(np.unique(starts, axis=0)) == 100


def test_shapes_have_balanced_classes_of_equal_size():
    data = make_shapes(n_per_class=3, n_points=40, random_state=0)
    np.testing.assert_array_equal(np.bincount(data.labels), [3] * 7)
    assert {cloud.shape for cloud in data.clouds} == {(40, 3)}


def test_shapes_are_rotated_copies_of_their_surface():
    data = make_shapes(n_per_class=4, n_points=100, noise=0.0, random_state=0)
    of_class = {name: [] for name in data.class_names}
    for cloud, label in zip(data.clouds, data.labels, strict=True):
        of_class[data.class_names[label]].append(cloud)
    for cloud in of_class["sphere"] + of_class["circle"]:
        np.testing.assert_allclose(np.linalg.norm(cloud, axis=1), 1.0)
    planes = [np.linalg.svd(cloud)[2][2] for cloud in of_class["circle"] + of_class["disk"]]
    for cloud, normal in zip(of_class["circle"] + of_class["disk"], planes, strict=True):
        np.testing.assert_allclose(cloud @ normal, 0.0, atol=1e-12)
    assert np.linalg.matrix_rank(np.array(planes)) == 3  # each in a plane of its own


def test_noise_of_shapes_has_the_stated_deviation():
    data = make_shapes(n_per_class=1, n_points=20_000, noise=0.01, random_state=0)
    sphere = data.clouds[data.class_names.index("sphere")]
    assert np.linalg.norm(sphere, axis=1).std() == pytest.approx(0.01, rel=0.03)  # radial part


def test_random_rotations_are_rotations_and_uniform(rng):
    rotations = np.array([surfaces.random_rotation(rng) for _ in range(3000)])
    np.testing.assert_allclose(
        rotations @ rotations.transpose(0, 2, 1), np.broadcast_to(np.eye(3), rotations.shape), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(rotations), 1.0)
    np.testing.assert_allclose(rotations.mean(axis=0), 0.0, atol=0.05)  # standard error 0.01
    # By the theorem of Archimedes each coordinate of a uniform direction is uniform on [-1, 1].
    assert uniformity((rotations[:, 2, 0] + 1) / 2) < 0.035  # 1.9 / sqrt(3000): exceeded once in 700 seeds


def uniformity(values):
    """Kolmogorov-Smirnov distance to the uniform distribution on [0, 1]."""
    values = np.sort(values)
    grid = np.arange(len(values) + 1) / len(values)
    return max(np.abs(values - grid[:-1]).max(), np.abs(values - grid[1:]).max())


def test_torus_points_satisfy_the_equation():
    x, y, z = make_torus(500, random_state=0, major_radius=3.0, minor_radius=0.5).T
    np.testing.assert_allclose((np.hypot(x, y) - 3.0) ** 2 + z**2, 0.25)


def test_torus_is_uniform_by_area():
    x, y, z = make_torus(20_000, random_state=0).T
    tube = np.arctan2(z, np.hypot(x, y) - 2.0)
    # The area with tube angle in [-pi, t] is proportional to R (t + pi) + r sin t, here with R = 2 and r = 1.
    assert uniformity((2.0 * (tube + np.pi) + np.sin(tube)) / (4.0 * np.pi)) < 0.0134  # 1.9 / sqrt(20000)
    assert uniformity((np.arctan2(y, x) + np.pi) / (2.0 * np.pi)) < 0.0134


def test_disk_sphere_and_circle_are_uniform(rng):
    bound = 0.0134
    assert uniformity(np.linalg.norm(surfaces.disk(rng, 20_000), axis=1) ** 2) < bound
    assert uniformity((surfaces.sphere(rng, 20_000)[:, 2] + 1.0) / 2.0) < bound
    x, y, _ = surfaces.circle(rng, 20_000).T
    assert uniformity((np.arctan2(y, x) + np.pi) / (2.0 * np.pi)) < bound


def test_cube_points_lie_on_the_six_faces_equally_often(rng):
    points = surfaces.cube(rng, 12_000)
    on_face = np.abs(points) == 1.0
    np.testing.assert_array_equal(on_face.sum(axis=1), 1)
    counts = [np.sum(points[:, axis] == side) for axis in range(3) for side in (-1.0, 1.0)]
    np.testing.assert_allclose(counts, 2000, atol=165)  # 4 standard deviations
    assert np.abs(points).max() == 1.0


def test_linked_circles_pass_through_each_other(rng):
    points = surfaces.linked_circles(rng, 2000)
    first = points[points[:, 2] == 0.0]
    second = points[points[:, 1] == 0.0]
    assert len(first) + len(second) == 2000 and 900 < len(first) < 1100
    np.testing.assert_allclose(np.hypot(first[:, 0] + 0.5, first[:, 1]), 1.0)
    np.testing.assert_allclose(np.hypot(second[:, 0] - 0.5, second[:, 2]), 1.0)
    # The second circle meets the plane of the first in its centre (-1/2, 0) and in (3/2, 0), outside of it.
    distances = np.linalg.norm(first[:, None] - second[None], axis=2)
    assert distances.min() > 0.3


def test_circle_has_its_outliers_last():
    points = make_circle(100, 0.0, 20, 0)
    radii = np.linalg.norm(points, axis=1)
    np.testing.assert_allclose(radii[:80], 1.0)
    assert points.shape == (100, 2)
    assert not np.isclose(radii[80:], 1.0).any() and np.abs(points).max() <= 1.5


@pytest.mark.parametrize(("outliers", "n_outliers"), [(0, 0), (0.25, 10), (1.0, 40), (40, 40), (np.int64(3), 3)])
def test_outliers_are_a_number_or_a_fraction(outliers, n_outliers):
    points = make_circle(40, outliers=outliers, random_state=0)
    assert len(points) == 40
    assert np.isclose(np.linalg.norm(points, axis=1), 1.0).sum() == 40 - n_outliers


def test_noise_of_the_circle_has_the_stated_deviation():
    radii = np.linalg.norm(make_circle(20_000, noise=0.01, random_state=0), axis=1)
    assert radii.std() == pytest.approx(0.01, rel=0.03)


def test_uniform_and_gaussian_have_their_moments():
    uniform = make_uniform(20_000, 3, random_state=0)
    gaussian = make_gaussian(20_000, 3, random_state=0)
    assert uniform.shape == gaussian.shape == (20_000, 3)
    assert uniform.min() >= 0.0 and uniform.max() < 1.0
    np.testing.assert_allclose(uniform.mean(axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose(np.cov(gaussian.T), np.eye(3), atol=0.04)


GENERATORS = [
    lambda seed: load_proteins(4, 10, random_state=seed).clouds,
    lambda seed: make_orbit5k(2, 10, random_state=seed).clouds,
    lambda seed: make_shapes(1, 10, random_state=seed).clouds,
    lambda seed: make_circle(10, 0.1, 3, random_state=seed),
    lambda seed: make_torus(10, 0.1, random_state=seed),
    lambda seed: make_uniform(10, random_state=seed),
    lambda seed: make_gaussian(10, random_state=seed),
]


@pytest.mark.parametrize("generate", GENERATORS)
def test_random_state_determines_the_result(generate):
    for make_state in (lambda: 5, lambda: np.random.default_rng(5), lambda: np.random.RandomState(5)):
        first, second = generate(make_state()), generate(make_state())
        np.testing.assert_array_equal(np.concatenate(first), np.concatenate(second))
    state = np.random.RandomState(5)
    for draws in ((5, 6), (None, None), (state, state)):
        first, second = (np.concatenate(generate(draw)) for draw in draws)
        assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: load_proteins(n_samples=1), "n_samples must be an integer of at least 2, got n_samples=1"),
        (
            lambda: load_proteins(n_residues=341),
            "n_residues must be an integer between 1 and 340, got n_residues=341",
        ),
        (lambda: load_proteins(noise=-0.1), "noise must be a finite number of at least 0, got noise=-0.1"),
        (lambda: load_proteins(noise=np.nan), "noise must be a finite number of at least 0, got noise=nan"),
        (lambda: load_proteins(noise=True), "noise must be a finite number of at least 0, got noise=True"),
        (lambda: load_digits_clouds(threshold="8"), "threshold must be a finite number"),
        (lambda: load_digits_clouds(n_samples=1798), "n_samples must be an integer between 1 and 1797"),
        (
            lambda: make_orbit5k(n_per_class=0),
            "n_per_class must be an integer of at least 1, got n_per_class=0",
        ),
        (lambda: make_orbit5k(n_points=2.0), "n_points must be an integer of at least 1, got n_points=2.0"),
        (lambda: make_shapes(n_points=True), "n_points must be an integer of at least 1, got n_points=True"),
        (
            lambda: make_circle(10, outliers=11),
            "outliers must be an integer between 0 and 10, got outliers=11",
        ),
        (
            lambda: make_circle(10, outliers=1.5),
            "outliers must be a fraction of at most 1.0 .* got outliers=1.5",
        ),
        (lambda: make_circle(10, outliers=-0.5), "outliers must be a finite number of at least 0"),
        (
            lambda: make_torus(minor_radius=0),
            "minor_radius must be a finite number greater than 0, got minor_radius=0",
        ),
        (
            lambda: make_torus(minor_radius=2.0),
            "major_radius must be a finite number greater than 2, got major_radius=2",
        ),
        (lambda: make_uniform(5, 0), "dim must be an integer of at least 1, got dim=0"),
        (lambda: make_gaussian(5, random_state=-1), "random_state must be None, .* got random_state=-1"),
        (lambda: make_gaussian(5, random_state="x"), "random_state must be None, .* got random_state='x'"),
    ],
)
def test_bad_arguments_are_named_with_rule_and_value(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- registry and package


@pytest.mark.parametrize("name", ["digits", "marked_rings", "orbit5k", "proteins", "shapes"])
def test_listed_data_sets_load_and_repeat(name):
    description = list_datasets()[name]
    assert description.endswith("classes.") and "\n" not in description
    first, second = load_dataset(name), load_dataset(name)
    assert first.name == name
    assert f"{len(first.class_names)} classes" in description
    for cloud, other in zip(first.clouds, second.clouds, strict=True):
        np.testing.assert_array_equal(cloud, other)


def test_only_these_data_sets_are_listed():
    assert sorted(list_datasets()) == ["digits", "marked_rings", "orbit5k", "proteins", "shapes"]


def test_arguments_of_load_dataset_take_precedence():
    data = load_dataset("orbit5k", n_per_class=2, n_points=7)
    assert (len(data), len(data.clouds[0])) == (10, 7)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("protein", " Did you mean 'proteins'"), ("orbit", " Did you mean 'orbit5k'"), ("xyz", "$"), (3, "$")],
)
def test_an_unknown_name_lists_the_known_ones(name, hint):
    with pytest.raises(ValueError, match=rf"name must be one of 'digits', .*, got name={name!r}\.{hint}"):
        load_dataset(name)


def test_public_names_are_exported_and_documented():
    for name in datasets.__all__:
        thing = getattr(datasets, name)
        assert "Examples\n" in inspect.getdoc(thing), name


def test_importing_the_package_is_cheap():
    # An empty parent keeps what `tdainv` itself imports out of this test.
    code = (
        "import sys, types; parent = types.ModuleType('tdainv'); parent.__path__ = [sys.argv[1]];"
        "sys.modules['tdainv'] = parent; import tdainv.datasets;"
        "heavy = {'trimesh', 'PIL', 'matplotlib', 'sklearn', 'numba'} & set(sys.modules);"
        "sys.exit(str(heavy or ''))"
    )
    package = str(Path(datasets.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", code, package], capture_output=True, text=True)
    assert done.stderr.strip() == ""


def test_bundled_data_come_with_their_licence():
    text = (Path(datasets.__file__).parent / "data" / "LICENSES.md").read_text(encoding="utf-8")
    assert "proteins_mbp.npz" in text and "MIT License" in text and "Kovacev-Nikolic" in text
