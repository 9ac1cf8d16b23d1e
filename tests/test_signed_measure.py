"""Signed measures: normal form, algebra, cumulative functions."""

import pickle
from itertools import product

import numpy as np
import pytest

import tdainv
from tdainv import SignedMeasure


def random_measure(rng, p, k=30, dtype=int):
    """Atoms on a small lattice, so that many coincide."""
    weights = rng.integers(-3, 4, size=k) if dtype is int else rng.normal(size=k)
    return SignedMeasure(rng.integers(0, 4, size=(k, p)).astype(float), weights)


def as_dict(measure):
    return {
        tuple(point): weight for point, weight in zip(measure.points.tolist(), measure.weights.tolist(), strict=True)
    }


def brute_cumulative(measure, grade):
    return sum(w for x, w in as_dict(measure).items() if all(a <= b for a, b in zip(x, grade, strict=True)))


# --- normal form


def test_atoms_at_equal_points_are_added_and_zeros_dropped():
    mu = SignedMeasure([[2, 0], [0, 1], [2, 0], [1, 1], [1, 1]], [1, 1, 2, 4, -4])
    np.testing.assert_array_equal(mu.points, [[0, 1], [2, 0]])
    np.testing.assert_array_equal(mu.weights, [1, 3])
    assert len(mu) == 2
    assert mu.mass == 4
    assert mu.n_parameters == 2


@pytest.mark.parametrize("p", [1, 2, 3])
def test_normal_form_is_a_dictionary_in_lexicographic_order(p):
    rng = np.random.default_rng(p)
    points, weights = rng.integers(0, 3, size=(40, p)), rng.integers(-2, 3, size=40)
    expected = {}
    for point, weight in zip(points.tolist(), weights.tolist(), strict=True):
        expected[tuple(map(float, point))] = expected.get(tuple(map(float, point)), 0) + weight
    mu = SignedMeasure(points, weights)
    assert list(as_dict(mu).items()) == sorted((x, w) for x, w in expected.items() if w)
    order = rng.permutation(40)
    assert SignedMeasure(points[order], weights[order]) == mu


def test_negative_zero_is_zero():
    mu = SignedMeasure([[-0.0], [0.0]], [1, 1])
    np.testing.assert_array_equal(mu.weights, [2])
    assert not np.signbit(mu.points).any()


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint16])
def test_integer_weights_stay_integers(dtype):
    mu = SignedMeasure([[0.0], [1.0]], np.array([1, 2], dtype))
    assert mu.weights.dtype == np.int64
    assert type(mu.mass) is int
    for other in (-mu, mu + mu, mu - mu, 3 * mu, mu * np.int32(2), mu.rescale(0.5)):
        assert other.weights.dtype == np.int64
    assert mu.cumulative([[1.0]]).dtype == np.int64
    assert mu.cumulative_on_grid([[0.0, 1.0]]).dtype == np.int64
    np.testing.assert_array_equal((-mu).weights, [-1, -2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_weights_stay_floats(dtype):
    mu = SignedMeasure([[0.0], [1.0]], np.array([0.5, 2], dtype))
    assert mu.weights.dtype == np.float64
    assert type(mu.mass) is float
    assert (0.5 * SignedMeasure([[0.0]], [1])).weights.dtype == np.float64
    assert (mu + SignedMeasure([[0.0]], [1])).weights.tolist() == [1.5, 2.0]


def test_construction_leaves_its_arguments_alone():
    points, weights = np.array([[1.0], [0.0], [1.0]]), np.array([1, 2, 3])
    SignedMeasure(points, weights)
    np.testing.assert_array_equal(points, [[1], [0], [1]])
    np.testing.assert_array_equal(weights, [1, 2, 3])


def test_the_measure_without_atoms():
    nothing = SignedMeasure(np.zeros((0, 2)), np.zeros(0, int))
    assert len(nothing) == nothing.mass == 0
    assert nothing.n_parameters == 2
    np.testing.assert_array_equal(nothing.cumulative([[1, 1], [0, 5]]), [0, 0])
    np.testing.assert_array_equal(nothing.cumulative_on_grid([[0, 1], [0]]), [[0], [0]])
    assert nothing + nothing == nothing == -nothing == 2 * nothing == nothing.rescale(2)


# --- algebra


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_measures_are_a_module(p, seed):
    rng = np.random.default_rng([p, seed])
    mu, nu, xi = (random_measure(rng, p) for _ in range(3))
    nothing = 0 * mu
    assert len(nothing) == 0
    assert nothing.n_parameters == p
    assert mu + nu == nu + mu
    assert (mu + nu) + xi == mu + (nu + xi)
    assert mu - mu == nothing == mu + -mu
    assert mu + nothing == mu
    assert 2 * mu == mu + mu == mu * 2
    assert 3 * (mu - nu) == 3 * mu - 3 * nu
    assert (-1) * mu == -mu
    assert 1 * mu == mu
    assert (mu + nu).mass == mu.mass + nu.mass
    assert (mu - nu).mass == mu.mass - nu.mass
    assert (5 * mu).mass == 5 * mu.mass


@pytest.mark.parametrize("factor", [2, 2.5, np.int64(2), np.float64(2.5), np.float32(0.5)], ids=repr)
def test_scalars_of_numpy_multiply_from_both_sides(factor):
    mu = SignedMeasure([[0.0], [1.0]], [1, -2])
    for product_ in (factor * mu, mu * factor):
        assert isinstance(product_, SignedMeasure)
        np.testing.assert_array_equal(product_.weights, [factor, -2 * factor])


def test_measures_of_different_dimension_are_not_added():
    line, plane = SignedMeasure([[0.0]], [1]), SignedMeasure([[0.0, 0.0]], [1])
    for operation in (lambda: line + plane, lambda: line - plane):
        with pytest.raises(ValueError, match=r"R\^1 and on R\^2 cannot be added"):
            operation()


@pytest.mark.parametrize("other", [1, 1.0, "text", None, np.zeros(2)], ids=repr)
def test_only_measures_are_added(other):
    mu = SignedMeasure([[0.0]], [1])
    with pytest.raises(TypeError):
        mu + other
    with pytest.raises(TypeError):
        mu - other


@pytest.mark.parametrize("factor", [None, "text", [1, 2], SignedMeasure([[0.0]], [1])], ids=repr)
def test_only_numbers_scale(factor):
    with pytest.raises(TypeError):
        SignedMeasure([[0.0]], [1]) * factor


# --- equality, copies, text


def test_equality_compares_points_and_weights():
    mu = SignedMeasure([[0, 1], [2, 0]], [1, -1])
    assert mu == SignedMeasure([[2, 0], [0, 1]], [-1.0, 1.0])
    assert mu != SignedMeasure([[0, 1], [2, 0]], [1, 1])
    assert mu != SignedMeasure([[0, 1], [2, 0.5]], [1, -1])
    assert mu != SignedMeasure([[0, 1]], [1])
    assert mu != "measure"
    assert SignedMeasure(np.zeros((0, 1)), np.zeros(0, int)) != SignedMeasure(np.zeros((0, 2)), np.zeros(0, int))
    with pytest.raises(TypeError, match="unhashable"):
        hash(mu)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("dtype", [int, float])
def test_pickle_round_trip(p, dtype):
    mu = random_measure(np.random.default_rng(p), p, dtype=dtype)
    again = pickle.loads(pickle.dumps(mu))
    assert again == mu
    assert again.weights.dtype == mu.weights.dtype


def test_a_measure_is_frozen():
    with pytest.raises(AttributeError):
        SignedMeasure([[0.0]], [1]).weights = np.zeros(1)


@pytest.mark.parametrize(
    ("points", "weights", "text"),
    [
        (np.zeros((0, 3)), [], "SignedMeasure(0 atoms in R^3, mass 0)"),
        ([[0]], [1], "SignedMeasure(1 atom in R^1, mass 1)"),
        ([[0, 0], [1, 0]], [1, -3], "SignedMeasure(2 atoms in R^2, mass -2)"),
        ([[0, 0], [1, 0]], [0.25, 0.5], "SignedMeasure(2 atoms in R^2, mass 0.75)"),
    ],
)
def test_representation(points, weights, text):
    assert repr(SignedMeasure(points, weights)) == text


# --- rescale


def test_rescale_multiplies_coordinates():
    mu = SignedMeasure([[1, 2], [3, 4]], [1, -1])
    assert mu.rescale([2, 10]) == SignedMeasure([[2, 20], [6, 40]], [1, -1])
    assert mu.rescale(2) == mu.rescale([2, 2]) == mu.rescale(np.float32(2))
    assert mu.rescale([2, 4]).rescale([0.5, 0.25]) == mu
    assert SignedMeasure([[1.0], [-1.0]], [1, 2]).rescale(3) == SignedMeasure([[-3.0], [3.0]], [2, 1])


def test_rescale_adds_up_points_that_meet():
    tiny = np.nextafter(0, 1)
    mu = SignedMeasure([[tiny], [0.0]], [1, 1]).rescale(0.25)
    assert mu == SignedMeasure([[0.0]], [2])


def test_rescale_and_cumulative_commute():
    rng = np.random.default_rng(0)
    mu = random_measure(rng, 2)
    grades = rng.uniform(0, 4, size=(20, 2))
    np.testing.assert_array_equal(mu.rescale([0.5, 8]).cumulative(grades * [0.5, 8]), mu.cumulative(grades))


@pytest.mark.parametrize("factors", [0, -1, [1, 0], [1, -2], np.inf, np.nan, [1, np.nan]], ids=repr)
def test_rescale_needs_positive_factors(factors):
    with pytest.raises(ValueError, match="factors must be positive and finite, got"):
        SignedMeasure([[1, 2]], [1]).rescale(factors)


@pytest.mark.parametrize("factors", [[1, 2, 3], [], [[1, 2], [3, 4]]], ids=repr)
def test_rescale_needs_one_factor_an_axis(factors):
    with pytest.raises(ValueError, match="factors"):
        SignedMeasure([[1, 2]], [1]).rescale(factors)


# --- cumulative functions


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("dtype", [int, float])
def test_cumulative_is_the_mass_below(p, dtype):
    rng = np.random.default_rng(p)
    mu = random_measure(rng, p, dtype=dtype)
    grades = np.concatenate([rng.integers(-1, 5, size=(40, p)), rng.uniform(-1, 5, size=(40, p)), mu.points])
    expected = [brute_cumulative(mu, grade) for grade in grades.tolist()]
    np.testing.assert_allclose(mu.cumulative(grades), expected, rtol=0, atol=0 if dtype is int else 1e-12)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("dtype", [int, float])
def test_cumulative_on_a_grid_is_the_cumulative_function_there(p, dtype):
    rng = np.random.default_rng([p, 1])
    mu = random_measure(rng, p, dtype=dtype)
    axes = [np.sort(rng.integers(-2, 10, size=n) / 2) for n in (5, 7, 4)[:p]]  # with repeats
    grid = mu.cumulative_on_grid(axes)
    assert grid.shape == tuple(len(axis) for axis in axes)
    expected = mu.cumulative(np.array(list(product(*axes)))).reshape(grid.shape)
    np.testing.assert_allclose(grid, expected, rtol=0, atol=0 if dtype is int else 1e-12)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_differences_of_the_cumulative_function_are_the_measure(p):
    mu = random_measure(np.random.default_rng([p, 2]), p)
    axes = [np.unique(column) for column in mu.points.T]
    grid = mu.cumulative_on_grid(axes)
    for axis in range(p):
        grid = np.diff(grid, axis=axis, prepend=0)
    assert SignedMeasure(list(product(*axes)), grid.ravel()) == mu


@pytest.mark.parametrize("p", [1, 2])
def test_cumulative_functions_are_linear(p):
    rng = np.random.default_rng([p, 3])
    mu, nu = random_measure(rng, p), random_measure(rng, p)
    grades = rng.uniform(-1, 5, size=(30, p))
    np.testing.assert_array_equal(
        (2 * mu - 3 * nu).cumulative(grades), 2 * mu.cumulative(grades) - 3 * nu.cumulative(grades)
    )


def test_cumulative_by_blocks_equals_cumulative_at_once():
    rng = np.random.default_rng(0)
    mu = SignedMeasure(rng.uniform(size=(3000, 2)), rng.integers(-2, 3, size=3000))
    grades = rng.uniform(size=(3000, 2))  # 9 million comparisons: three blocks
    expected = [mu.weights[(mu.points <= grade).all(axis=1)].sum() for grade in grades]
    np.testing.assert_array_equal(mu.cumulative(grades), expected)


def test_the_top_of_the_grid_holds_all_the_mass():
    mu = random_measure(np.random.default_rng(4), 3)
    assert mu.cumulative(np.full((1, 3), 100.0)).item() == mu.mass
    assert mu.cumulative_on_grid([[0.0, np.inf]] * 3)[-1, -1, -1] == mu.mass
    assert mu.cumulative(np.full((1, 3), -1.0)).item() == 0


# --- errors


@pytest.mark.parametrize(
    ("points", "weights", "message"),
    [
        ([0.0, 1.0], [1, 1], r"shapes \(2,\) and \(2,\)"),
        ([[0.0]], [1, 1], r"shapes \(1, 1\) and \(2,\)"),
        ([[0.0]], 1, r"shapes \(1, 1\) and \(\)"),
        ([[np.nan]], [1], "finite"),
        ([[np.inf]], [1], "finite"),
        ([[0.0]], [np.nan], "finite"),
        ([[0.0]], [-np.inf], "finite"),
        ([[0.0]], ["a"], "weights must be integers or floats, got dtype <U1"),
        ([[0.0]], [1j], "weights must be integers or floats, got dtype complex128"),
        ([[0.0]], [True], "weights must be integers or floats, got dtype bool"),
    ],
)
def test_wrong_atoms_are_refused(points, weights, message):
    with pytest.raises(ValueError, match=message):
        SignedMeasure(points, weights)


@pytest.mark.parametrize(
    ("grades", "message"),
    [
        ([1.0, 2.0], r"grades must have shape .* got shape \(2,\)"),
        ([[1.0]], r"grades must have shape \(m, 2\), got \(1, 1\)"),
        ([[1.0, np.nan]], r"grades must be finite, got grades\[0, 1\] = nan"),
    ],
)
def test_wrong_grades_are_refused(grades, message):
    with pytest.raises(ValueError, match=message):
        SignedMeasure([[0, 1]], [1]).cumulative(grades)


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ([[0.0]], "axes must be 2 arrays, one for each axis, got 1"),
        ([[0.0], [1.0, 0.0]], r"axes\[1\] must be a non-empty increasing"),
        ([[], [0.0]], r"axes\[0\] must be a non-empty increasing"),
        ([[0.0], [np.nan]], r"axes\[1\] must be a non-empty increasing"),
        ([[0.0], [[1.0]]], r"axes\[1\] must be a non-empty increasing"),
    ],
)
def test_wrong_axes_are_refused(axes, message):
    with pytest.raises(ValueError, match=message):
        SignedMeasure([[0, 1]], [1]).cumulative_on_grid(axes)


def test_the_measure_of_a_filtration_has_the_normal_form():
    filtration = tdainv.codensity_rips(np.random.default_rng(0).normal(size=(30, 2)))
    for mu in tdainv.hilbert_signed_measures(filtration, (0, 1)):
        assert mu.weights.dtype == np.int64
        assert (mu.weights != 0).all()
        assert mu.points.tolist() == sorted(mu.points.tolist())
        assert len(np.unique(mu.points, axis=0)) == len(mu)
