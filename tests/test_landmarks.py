"""Landmarks: farthest points against a plain implementation, the seeding of k-means++, covering radii, bad input."""

import numpy as np
import pytest

from tdainv.filtrations.flood_estimators import Landmarks
from tdainv.filtrations.landmarks import covering_radius, farthest_point_landmarks, kmeans_landmarks
from tdainv.filtrations.point_tree import point_tree


def plain_farthest(points, k, start=0):
    """Farthest points with all distances."""
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    chosen = [start]
    nearest = squares[start]
    while len(chosen) < k and nearest.max() > 0:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, squares[chosen[-1]])
    return chosen


def clouds():
    rng = np.random.default_rng(0)
    circle = rng.normal(size=(300, 2))
    return {
        "line": rng.random((200, 1)),
        "plane": circle / np.linalg.norm(circle, axis=1, keepdims=True),
        "space": rng.random((500, 3)),
        "grid with duplicates": rng.integers(0, 4, (400, 3)).astype(float),
        "cluster and outliers": np.concatenate([1e-3 * rng.random((300, 3)), 10 * rng.random((20, 3))]),
        "nine dimensions": rng.normal(size=(150, 9)),
        "one point": np.ones((1, 2)),
        "equal points": np.ones((70, 2)),
        "zeros": np.zeros((3, 1)),
    }


@pytest.mark.parametrize("name", clouds())
@pytest.mark.parametrize("start", [0, -1])
def test_farthest_points_are_those_of_the_definition(name, start):
    cloud = clouds()[name]
    start %= len(cloud)
    for k in (1, 2, 7, 90):
        assert farthest_point_landmarks(cloud, k, start=start).tolist() == plain_farthest(cloud, k, start)


def test_farthest_points_of_a_square_with_a_centre():
    square = [[0, 0], [1, 1], [2, 2], [0, 2], [2, 0]]
    # The opposite corner, then the others in the order of rows, and the centre last.
    assert farthest_point_landmarks(square, 5).tolist() == [0, 2, 3, 4, 1]
    assert [covering_radius(square, farthest_point_landmarks(square, k)) for k in (2, 4, 5)] == [2, 2**0.5, 0]


def test_fewer_landmarks_are_the_first_ones():
    cloud = clouds()["space"]
    many = farthest_point_landmarks(cloud, 50)
    assert np.array_equal(farthest_point_landmarks(cloud, 20), many[:20])


def test_landmarks_do_not_depend_on_the_unit_even_where_squares_overflow():
    cloud = clouds()["space"]
    for unit in (2.0**900, 2.0**-900):
        assert np.array_equal(farthest_point_landmarks(cloud * unit, 30), farthest_point_landmarks(cloud, 30))
        assert covering_radius(cloud * unit, [0, 1]) == covering_radius(cloud, [0, 1]) * unit


@pytest.mark.parametrize("name", clouds())
def test_seeds_are_different_places_and_all_of_them_if_asked_for(name):
    cloud = clouds()[name]
    places = len(np.unique(cloud, axis=0))
    for k in (1, 5, 1000):
        rows = kmeans_landmarks(cloud, k, random_state=0)
        assert len(rows) == len(np.unique(cloud[rows], axis=0)) == min(k, places)


def test_seeds_are_drawn_with_the_squared_distance_as_weight():
    cloud = np.repeat([[0.0], [1.0], [3.0]], 100, axis=0)  # several leaves of the tree
    counts = np.zeros((3, 3))
    random = np.random.RandomState(0)
    for _ in range(3000):
        first, second = kmeans_landmarks(cloud, 2, random_state=random)
        counts[first // 100, second // 100] += 1
    weights = np.array([[0, 1 / 10, 9 / 10], [1 / 5, 0, 4 / 5], [9 / 13, 4 / 13, 0]])
    # Standard deviations are at most sqrt(1000 / 4) = 16.
    assert np.abs(counts - 1000 * weights).max() < 80


def test_seeds_repeat_with_the_random_state():
    cloud = clouds()["space"]
    first, again, other = (kmeans_landmarks(cloud, 40, random_state=seed) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_covering_radius_takes_rows_or_coordinates():
    cloud = clouds()["plane"]
    rows = [4, 7, 100]
    expected = np.linalg.norm(cloud[:, None] - cloud[rows], axis=2).min(axis=1).max()
    assert covering_radius(cloud, rows) == pytest.approx(expected, rel=1e-14)
    assert covering_radius(cloud, cloud[rows]) == covering_radius(cloud, rows)
    assert covering_radius([[0.0], [4.0]], [[1.0]]) == 3


@pytest.mark.parametrize("leaf_size", [2, 8, 64])
@pytest.mark.parametrize("name", clouds())
def test_boxes_of_the_tree_are_those_of_its_points(name, leaf_size):
    cloud = clouds()[name]
    dim = cloud.shape[1]
    tree = point_tree(cloud, leaf_size)
    assert np.array_equal(np.sort(tree.order), np.arange(len(cloud)))
    assert np.array_equal(tree.points, cloud[tree.order])
    assert (np.diff(tree.starts) >= 1).all() and (np.diff(tree.starts) <= leaf_size).all()
    n_leaves = len(tree.starts) - 1
    for leaf in range(n_leaves):
        members = tree.points[tree.starts[leaf] : tree.starts[leaf + 1]]
        assert np.array_equal(tree.boxes[n_leaves + leaf], np.concatenate([members.min(axis=0), members.max(axis=0)]))
    for node in range(1, n_leaves):
        pair = tree.boxes[2 * node : 2 * node + 2]
        expected = np.concatenate([pair[:, :dim].min(axis=0), pair[:, dim:].max(axis=0)])
        assert np.array_equal(tree.boxes[node], expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: farthest_point_landmarks([[0.0, np.nan]], 1), "points must be finite"),
        (lambda: farthest_point_landmarks([0.0, 1.0], 1), "points must have shape"),
        (lambda: farthest_point_landmarks([[0.0]], 0), "n_landmarks must be an integer of at least 1, got .*=0"),
        (lambda: farthest_point_landmarks([[0.0]], 2.5), "n_landmarks must be an integer"),
        (lambda: farthest_point_landmarks([[0.0], [1.0]], 1, start=2), "row of points, 0 to 1, got start=2"),
        (lambda: farthest_point_landmarks([[0.0], [1.0]], 1, start=True), "got start=True"),
        (lambda: kmeans_landmarks([[0.0]], 0), "n_landmarks must be"),
        (lambda: kmeans_landmarks([[np.inf]], 1), "points must be finite"),
        (lambda: covering_radius([[0.0]], [1]), r"rows 0 to 0, got landmarks\[0\] = 1"),
        (lambda: covering_radius([[0.0]], []), "at least one landmark"),
        (lambda: covering_radius([[0.0]], [0.5]), "landmarks must be integers"),
        (lambda: covering_radius([[0.0]], [[0.0, 1.0]]), "the dimension of points, 1, got shape"),
        (lambda: covering_radius([[0.0]], [[np.nan]]), r"landmarks\[0, 0\] = nan"),
        (lambda: Landmarks(method="best").fit([[[0.0]]]), "method must be one of 'farthest', 'kmeans"),
        (lambda: Landmarks(n_landmarks=0).fit([[[0.0]]]), "n_landmarks must be"),
        (lambda: Landmarks().transform([[[0.0]], [[np.nan]]]), r"X\[1\] must be finite"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_estimator_returns_the_landmarks_as_clouds():
    items = [cloud for name, cloud in clouds().items() if name in ("line", "space", "one point")]
    for cloud, small in zip(items, Landmarks(n_landmarks=7).fit_transform(items), strict=True):
        assert np.array_equal(small, cloud[farthest_point_landmarks(cloud, 7)])
    seeded = Landmarks(n_landmarks=7, method="kmeans++", random_state=0)
    for once, again in zip(seeded.transform(items), seeded.transform(items), strict=True):
        assert np.array_equal(once, again)
