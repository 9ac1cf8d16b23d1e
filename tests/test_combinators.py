"""Further functions and coarser grades for any filtration."""

import numpy as np
import pytest

import tdainv


def cloud(seed=0, n=14):
    return np.random.default_rng(seed).normal(size=(n, 2))


def filtrations():
    """One of each kind that takes both combinators, with one or two parameters."""
    points = cloud()
    image = np.random.default_rng(1).integers(0, 20, (5, 6)).astype(float)
    return {
        "rips": tdainv.rips(points),
        "codensity": tdainv.codensity_rips(points, bandwidth=0.5),
        "weighted": tdainv.weighted_rips(points, np.abs(points[:, 0])),
        "cut": tdainv.rips(points, max_edge=1.5),
        "expanded": tdainv.rips(points).expand(2),
        "vertices": tdainv.cubical(image),
        "top": tdainv.cubical(image, cells="top"),
        "channels": tdainv.cubical(np.stack([image, image[::-1]], axis=-1), channels=True),
    }


KINDS = sorted(filtrations())


# --- grids


@pytest.mark.parametrize("strategy", ["regular", "quantile"])
@pytest.mark.parametrize("kind", KINDS)
def test_homology_at_the_points_of_the_grid_stays_the_same(kind, strategy):
    filtration = filtrations()[kind]
    coarse = tdainv.to_grid(filtration, resolution=5, strategy=strategy)
    assert type(coarse) is type(filtration)
    axes = [coarse.axis_values(axis) for axis in range(filtration.n_parameters)]
    assert max(map(len, axes)) <= 5
    for degree in (0, 1):
        exact = tdainv.hilbert_function(filtration, degree, axes)
        np.testing.assert_array_equal(tdainv.hilbert_signed_measure(coarse, degree).cumulative_on_grid(axes), exact)


@pytest.mark.parametrize("kind", KINDS)
def test_a_grid_of_all_values_changes_nothing(kind):
    filtration = filtrations()[kind]
    fine = tdainv.to_grid(filtration, resolution=10**6)
    for degree in (0, 1):
        measures = [tdainv.hilbert_signed_measure(f, degree) for f in (filtration, fine)]
        assert measures[0] == measures[1]


def test_regular_and_quantile_grids_by_hand():
    path = tdainv.FilteredComplex.from_simplices([[0], [1], [2], [3]], [0.0, 1.0, 2.0, 12.0])
    assert tdainv.to_grid(path, resolution=3).grades.ravel().tolist() == [0, 6, 6, 12]
    assert tdainv.to_grid(path, resolution=2, strategy="quantile").grades.ravel().tolist() == [2, 2, 2, 12]
    assert tdainv.to_grid(path, resolution=1).grades.ravel().tolist() == [12, 12, 12, 12]
    assert tdainv.to_grid(path, [[1.5, 5.0]]).grades.ravel().tolist() == [1.5, 1.5, 5, np.inf]


def test_each_axis_may_have_its_own_resolution():
    filtration = tdainv.codensity_rips(cloud(), bandwidth=0.5)
    coarse = tdainv.to_grid(filtration, resolution=(7, 2))
    assert len(coarse.axis_values(0)) <= 7 and len(coarse.axis_values(1)) == 2


def test_vertices_beyond_the_grid_are_left_out():
    filtration = tdainv.function_rips([[0.0], [1.0], [2.0]], [0.0, 5.0, 1.0])
    assert tdainv.to_grid(filtration, [[0, 1, 2], [0, 1]]).n_vertices == 2
    with pytest.raises(ValueError, match="at or above the grade of some vertex"):
        tdainv.to_grid(filtration, [[0, 1, 2], [-1.0]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resolution": 0}, "resolution must be an integer of at least 1"),
        ({"resolution": (3, 3)}, "one number for each of the 1 parameters, got 2"),
        ({"strategy": "exact"}, "strategy must be one of 'regular', 'quantile'"),
        ({"axes": [[2.0, 1.0]]}, r"axes\[0\] must be a non-empty increasing"),
        ({"axes": []}, "axes must be 1 array"),
    ],
)
def test_bad_grids_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        tdainv.to_grid(tdainv.rips(cloud()), **options)


def test_only_filtrations_have_grades_to_move():
    with pytest.raises(TypeError, match="must be a filtration whose grades can be moved to a grid, got ndarray"):
        tdainv.to_grid(cloud())


def test_grid_of_an_estimator_is_that_of_the_training_filtrations():
    train = [tdainv.rips(3 * cloud()), tdainv.rips(cloud(1))]
    snapper = tdainv.ToGrid(resolution=4).fit(train)
    largest = max(f.axis_values(0).max() for f in train)
    np.testing.assert_allclose(snapper.axes_[0], np.linspace(0, largest, 4))
    moved = snapper.transform([tdainv.rips(cloud(2))])[0]
    assert set(moved.axis_values(0)) <= set(snapper.axes_[0])


def test_training_filtrations_must_have_the_same_number_of_parameters():
    with pytest.raises(ValueError, match=r"X\[0\] has 1, X\[1\] has 2"):
        tdainv.ToGrid().fit([tdainv.rips(cloud()), tdainv.codensity_rips(cloud())])


# --- automatic cut-off


@pytest.mark.parametrize("kind", ["rips", "codensity", "weighted", "cut"])
def test_exact_truncation_lists_fewer_simplices_with_the_same_homology(kind):
    filtration = filtrations()[kind]
    cut = filtration.truncated()
    assert len(cut.expand(2)) < len(filtration.expand(2)) or kind == "cut"
    for degree in (0, 1):
        exact = tdainv.hilbert_signed_measure(filtration, degree)
        assert tdainv.hilbert_signed_measure(cut.expand(2), degree) == exact


def test_truncation_with_two_functions_changes_no_homology():
    points = cloud(n=9)
    filtration = tdainv.function_rips(points, points)
    for degree in (0, 1):
        measure = tdainv.hilbert_signed_measure(filtration.truncated().expand(2), degree)
        assert measure == tdainv.hilbert_signed_measure(filtration.expand(2), degree)


def test_cone_value_is_the_enclosing_radius():
    assert tdainv.rips([[0.0], [1.0], [5.0]]).cone_value == 4.0
    # The first two points alone have a larger enclosing radius than all three.
    assert tdainv.function_rips([[0.0], [10.0], [5.0]], [0, 0, 1]).cone_value == 10.0
    assert tdainv.rips([[0.0]]).cone_value == 0.0


# --- functions


@pytest.mark.parametrize("kind", ["rips", "expanded", "codensity"])
def test_a_further_function_restricts_to_its_sublevel_sets(kind):
    filtration = filtrations()[kind]
    heights = cloud()[:, 1]
    taller = tdainv.with_function(filtration, heights)
    assert taller.n_parameters == filtration.n_parameters + 1
    listed = taller if kind == "expanded" else taller.expand(2)
    plain = filtration if kind == "expanded" else filtration.expand(2)
    np.testing.assert_array_equal(listed.grades[:, :-1], plain.grades)
    for dimension in range(3):
        corners = listed.simplices(dimension)
        np.testing.assert_array_equal(listed.grades[listed.cells_of(dimension), -1], heights[corners].max(axis=1))


def test_one_parameter_and_a_function_make_the_function_rips_filtration():
    points = cloud()
    assert tdainv.with_function(tdainv.rips(points), points[:, 0]) == tdainv.function_rips(points, points[:, 0])


def test_an_image_gets_a_second_channel():
    image = np.arange(6.0).reshape(2, 3)
    both = tdainv.with_function(tdainv.cubical(image), image[::-1])
    np.testing.assert_array_equal(both.pixels, np.stack([image, image[::-1]], axis=-1))


def test_a_multicritical_bifiltration_takes_no_further_function():
    with pytest.raises(TypeError, match="takes further functions, got DegreeRipsFiltration"):
        tdainv.with_function(tdainv.degree_rips(cloud()), cloud()[:, 0])


def test_estimator_takes_pairs_or_a_callable():
    filtration = tdainv.rips(cloud())
    pairs = tdainv.WithFunction().fit_transform([(filtration, cloud()[:, 0])])
    assert pairs == tdainv.WithFunction(function=lambda f: cloud()[:, 0]).fit_transform([filtration])
    with pytest.raises(ValueError, match=r"X\[0\] must be a pair \(filtration, values\)"):
        tdainv.WithFunction().fit_transform([filtration])
    with pytest.raises(TypeError, match="function must be callable or None"):
        tdainv.WithFunction(function="height").fit([filtration])


def test_fused_features_refuse_steps_that_learn():
    features = tdainv.TopologicalFeatures(tdainv.Rips(), tdainv.ToGrid(), tdainv.PersistenceImage())
    with pytest.raises(TypeError, match="invariant must be an estimator that learns nothing from data, got ToGrid"):
        features.fit([cloud()])
