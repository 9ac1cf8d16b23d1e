"""Hilbert signed measures: identities, invariance, stability, and two other computations of them."""

import importlib.util
import os
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from oracles import hilbert_functions
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

import tdainv
from tdainv import SignedMeasure


def random_function_rips(rng, n, p, *, ties=False, max_edge=None):
    cloud = rng.integers(0, 4, size=(n, 2)).astype(float) if ties else rng.normal(size=(n, 2))
    values = rng.integers(0, 4, size=(n, p - 1)).astype(float) if ties else rng.normal(size=(n, p - 1))
    if p == 1:
        return tdainv.rips(cloud, max_edge=max_edge)
    return tdainv.function_rips(cloud, values, max_edge=max_edge)


def projection(measure, axes):
    """Image of a measure under the projection to some axes: the Hilbert function at the end of the other axes."""
    return SignedMeasure(measure.points[:, axes], measure.weights)


def restriction(filtration, level):
    """One-parameter filtration of the points whose only function value is at most `level`."""
    kept = filtration.vertex_grades[:, 0] <= level
    return tdainv.rips(filtration.distances[np.ix_(kept, kept)], metric="precomputed")


# --- by hand


def test_two_points_that_meet():
    components, loops = tdainv.hilbert_signed_measures(tdainv.rips([[0.0], [3.0]]), (0, 1))
    assert components == SignedMeasure([[0], [3]], [2, -1])
    assert loops == SignedMeasure(np.zeros((0, 1)), np.zeros(0, int))


def test_the_square_whose_corners_arrive_one_by_one():
    # Corners 0 and 2 are opposite. The loop is there from the last corner (3) and the sides (1) on; at the length of
    # the diagonals all of it is filled.
    square = tdainv.function_rips([[0, 0], [1, 0], [1, 1], [0, 1]], [0, 1, 2, 3])
    components, loops = tdainv.hilbert_signed_measures(square, (0, 1))
    assert loops == SignedMeasure([[1, 3], [np.sqrt(2), 3]], [1, -1])
    # Each corner but the first is born alone and joins a neighbour at once; corner 3 has two neighbours, but they
    # are connected by then.
    assert components == SignedMeasure(
        [[0, 0], [0, 1], [0, 2], [0, 3], [1, 1], [1, 2], [1, 3]], [1, 1, 1, 1, -1, -1, -1]
    )


def test_a_late_point_in_the_middle_joins_earlier():
    # Ends at distance 2 join at 2 without the middle point, and at 1 with it.
    path = tdainv.function_rips([[0.0], [1.0], [2.0]], [0, 5, 0])
    measure = tdainv.hilbert_signed_measure(path, 0)
    assert measure == SignedMeasure([[0, 0], [0, 5], [1, 5], [2, 0], [2, 5]], [2, 1, -2, -1, 1])


@pytest.mark.parametrize("p", [1, 2, 3])
def test_one_point_is_one_atom(p):
    filtration = tdainv.rips([[7.0]]) if p == 1 else tdainv.function_rips([[7.0]], np.arange(3.0, 2 + p).reshape(1, -1))
    components, loops = tdainv.hilbert_signed_measures(filtration, (0, 1))
    assert components == SignedMeasure([[0, 3, 4][:p]], [1])
    assert loops.points.shape == (0, p)


def test_duplicates_add_nothing():
    rng = np.random.default_rng(0)
    cloud, values = rng.normal(size=(20, 2)), rng.normal(size=20)
    index = np.concatenate([np.arange(20), rng.integers(0, 20, size=10)])
    for degree in (0, 1):
        once = tdainv.hilbert_signed_measure(tdainv.function_rips(cloud, values), degree)
        assert tdainv.hilbert_signed_measure(tdainv.function_rips(cloud[index], values[index]), degree) == once


# --- identities


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("ties", [False, True])
def test_mass_is_the_homology_of_a_point(p, ties):
    for seed in range(3):
        filtration = random_function_rips(np.random.default_rng([seed, p]), 25 if p < 3 else 12, p, ties=ties)
        assert [mu.mass for mu in tdainv.hilbert_signed_measures(filtration, (0, 1))] == [1, 0]


@pytest.mark.parametrize("p", [1, 2])
def test_mass_with_a_cut_off_is_the_homology_of_the_graph(p):
    filtration = random_function_rips(np.random.default_rng(p), 30, p, max_edge=0.7)
    _, betti = hilbert_functions(filtration.distances, filtration.vertex_births, np.zeros((30, 0)), filtration.max_edge)
    masses = [mu.mass for mu in tdainv.hilbert_signed_measures(filtration, (0, 1))]
    assert masses == betti[-1].tolist()
    assert masses[0] > 1


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("degree", [0, 1])
def test_atoms_in_one_parameter_are_births_and_deaths(degree, ties):
    filtration = random_function_rips(np.random.default_rng(1), 40, 1, ties=ties)
    bars = tdainv.barcode(filtration, degree)
    deaths = bars.deaths[np.isfinite(bars.deaths)]
    points = np.concatenate([bars.births, deaths])[:, np.newaxis]
    expected = SignedMeasure(points, np.repeat([1, -1], [len(bars), len(deaths)]))
    assert tdainv.hilbert_signed_measure(filtration, degree) == expected


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("degree", [0, 1])
def test_the_last_level_is_the_filtration_without_the_function(degree, ties):
    for seed in range(3):
        filtration = random_function_rips(np.random.default_rng([seed, 2]), 30, 2, ties=ties)
        plain = tdainv.rips(filtration.distances, metric="precomputed")
        measure = tdainv.hilbert_signed_measure(filtration, degree)
        assert projection(measure, [0]) == tdainv.hilbert_signed_measure(plain, degree)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("degree", [0, 1])
def test_each_level_is_the_filtration_of_the_points_below(degree, ties):
    filtration = random_function_rips(np.random.default_rng(3), 20, 2, ties=ties)
    measure = tdainv.hilbert_signed_measure(filtration, degree)
    for level in np.unique(filtration.vertex_grades):
        below = measure.points[:, 1] <= level
        flat = SignedMeasure(measure.points[below, :1], measure.weights[below])
        assert flat == tdainv.hilbert_signed_measure(restriction(filtration, level), degree)


def test_the_last_diameter_is_the_number_of_points_that_have_arrived():
    # All points that have arrived are joined at the end, so the function alone makes one component.
    filtration = random_function_rips(np.random.default_rng(4), 20, 2)
    components, loops = tdainv.hilbert_signed_measures(filtration, (0, 1))
    assert projection(components, [1]) == SignedMeasure([[filtration.vertex_grades.min()]], [1])
    assert len(projection(loops, [1])) == 0


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("degree", [0, 1])
def test_moebius_inversion_of_the_dimensions_is_the_measure(p, ties, degree):
    filtration = random_function_rips(np.random.default_rng([p, ties]), 9 if p < 3 else 6, p, ties=ties)
    nodes, betti = hilbert_functions(filtration.distances, filtration.vertex_births, filtration.vertex_grades)
    axes = [np.unique(column) for column in nodes.T]
    inverse = betti[:, degree].reshape([len(axis) for axis in axes])
    for axis in range(p):
        inverse = np.diff(inverse, axis=axis, prepend=0)
    measure = tdainv.hilbert_signed_measure(filtration, degree)
    assert measure == SignedMeasure(nodes, inverse.ravel())
    np.testing.assert_array_equal(
        measure.cumulative_on_grid(axes).ravel(), betti[:, degree], err_msg="summation inverts"
    )


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("ties", [False, True])
def test_a_constant_function_changes_nothing(degree, ties):
    rng = np.random.default_rng(5)
    one = random_function_rips(rng, 30, 1, ties=ties)
    with_constant = tdainv.FlagFiltration(one.distances, vertex_grades=np.full(30, 2.5))
    flat, plain = (tdainv.hilbert_signed_measure(f, degree) for f in (with_constant, one))
    assert flat == SignedMeasure(np.column_stack([plain.points, np.full(len(plain), 2.5)]), plain.weights)


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("place", [1, 2])
def test_a_constant_third_parameter_changes_nothing(degree, place):
    two = random_function_rips(np.random.default_rng(6), 20, 2)
    grades = np.insert(two.vertex_grades, place - 1, -1.5, axis=1)
    three = tdainv.hilbert_signed_measure(tdainv.FlagFiltration(two.distances, vertex_grades=grades), degree)
    plain = tdainv.hilbert_signed_measure(two, degree)
    assert three == SignedMeasure(np.insert(plain.points, place, -1.5, axis=1), plain.weights)


@pytest.mark.parametrize("degree", [0, 1])
def test_a_repeated_function_puts_atoms_on_the_diagonal(degree):
    two = random_function_rips(np.random.default_rng(7), 15, 2)
    grades = np.repeat(two.vertex_grades, 2, axis=1)
    three = tdainv.hilbert_signed_measure(tdainv.FlagFiltration(two.distances, vertex_grades=grades), degree)
    plain = tdainv.hilbert_signed_measure(two, degree)
    assert three == SignedMeasure(plain.points[:, [0, 1, 1]], plain.weights)


@pytest.mark.parametrize("degree", [0, 1])
def test_exchanged_functions_exchange_axes(degree):
    filtration = random_function_rips(np.random.default_rng(8), 12, 3)
    exchanged = tdainv.FlagFiltration(filtration.distances, vertex_grades=filtration.vertex_grades[:, ::-1])
    measure = tdainv.hilbert_signed_measure(filtration, degree)
    other = tdainv.hilbert_signed_measure(exchanged, degree)
    assert other == SignedMeasure(measure.points[:, [0, 2, 1]], measure.weights)


@pytest.mark.parametrize("axis", [1, 2])
@pytest.mark.parametrize("degree", [0, 1])
def test_three_parameters_project_to_two(degree, axis):
    filtration = random_function_rips(np.random.default_rng(9), 14, 3)
    two = tdainv.FlagFiltration(filtration.distances, vertex_grades=filtration.vertex_grades[:, [axis - 1]])
    measure = tdainv.hilbert_signed_measure(filtration, degree)
    assert projection(measure, [0, axis]) == tdainv.hilbert_signed_measure(two, degree)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_degrees_share_work_without_changing_results(p):
    filtration = random_function_rips(np.random.default_rng(10), 15, p)
    alone = [tdainv.hilbert_signed_measure(filtration, degree) for degree in (0, 1)]
    assert tdainv.hilbert_signed_measures(filtration, (0, 1)) == alone
    assert tdainv.hilbert_signed_measures(filtration, [1, 0]) == alone[::-1]
    assert [tdainv.hilbert_signed_measure(filtration.chain_complex(k), k) for k in (0, 1)] == alone


def test_a_chain_complex_has_one_degree():
    complex_ = tdainv.rips([[0.0], [1.0]]).chain_complex(0)
    with pytest.raises(ValueError, match=r"degree 0, got degrees \(1,\)"):
        tdainv.hilbert_signed_measure(complex_, 1)


# --- invariance


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("degree", [0, 1])
def test_the_order_of_points_does_not_matter(p, ties, degree):
    rng = np.random.default_rng([11, p])
    n = 30 if p < 3 else 12
    filtration = random_function_rips(rng, n, p, ties=ties)
    measure = tdainv.hilbert_signed_measure(filtration, degree)
    order = rng.permutation(n)
    permuted = tdainv.FlagFiltration(
        filtration.distances[np.ix_(order, order)], vertex_grades=filtration.vertex_grades[order]
    )
    assert tdainv.hilbert_signed_measure(permuted, degree) == measure


@pytest.mark.parametrize("degree", [0, 1])
def test_isometries_do_not_matter(degree):
    rng = np.random.default_rng(12)
    cloud, values = rng.normal(size=(40, 3)), rng.normal(size=40)
    measure = tdainv.hilbert_signed_measure(tdainv.function_rips(cloud, values), degree)
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    moved = tdainv.hilbert_signed_measure(tdainv.function_rips(cloud @ rotation + 1, values), degree)
    # Rounding may exchange atoms in the lexicographic order, so they are sorted by level first.
    ours, theirs = (m.points[np.lexsort(np.round(m.points, 9).T)] for m in (measure, moved))
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-12)
    assert sorted(moved.weights) == sorted(measure.weights)
    assert kantorovich_rubinstein(measure, moved) <= 1e-12 * len(measure) * 2


@pytest.mark.parametrize("degree", [0, 1])
def test_increasing_reparametrization_moves_atoms_along(degree):
    filtration = random_function_rips(np.random.default_rng(13), 25, 2)
    other = tdainv.FlagFiltration(filtration.distances**2, vertex_grades=np.exp(filtration.vertex_grades))
    measure = tdainv.hilbert_signed_measure(filtration, degree)
    points = np.column_stack([measure.points[:, 0] ** 2, np.exp(measure.points[:, 1])])
    assert tdainv.hilbert_signed_measure(other, degree) == SignedMeasure(points, measure.weights)


@pytest.mark.parametrize("degree", [0, 1])
def test_scaling_scales_the_points(degree):
    filtration = random_function_rips(np.random.default_rng(14), 25, 2, ties=True)
    other = tdainv.FlagFiltration(8 * filtration.distances, vertex_grades=filtration.vertex_grades / 4)
    measure = tdainv.hilbert_signed_measure(filtration, degree)
    assert tdainv.hilbert_signed_measure(other, degree) == measure.rescale([8, 0.25])


# --- stability


def kantorovich_rubinstein(mu, nu):
    """Signed 1-Wasserstein distance for the l1 distance on R^p: an exact assignment of unit masses."""
    difference = mu - nu
    assert difference.mass == 0
    sources, sinks = (
        np.repeat(difference.points, np.maximum(sign * difference.weights, 0), axis=0) for sign in (1, -1)
    )
    cost = cdist(sources, sinks, "cityblock")
    return cost[linear_sum_assignment(cost)].sum()


def steps_of_length(rng, shape, eps):
    steps = rng.normal(size=shape)
    return eps * steps / np.linalg.norm(steps, axis=1, keepdims=True)


def test_the_distance_of_measures_by_hand():
    mu, nu = SignedMeasure([[0, 0], [1, 1]], [2, -1]), SignedMeasure([[0, 0.5], [0, 0]], [1, 0])
    # mu - nu has mass 2 at (0, 0), -1 at (0, 0.5) and -1 at (1, 1).
    assert kantorovich_rubinstein(mu, nu) == 2.5
    assert kantorovich_rubinstein(mu, mu) == 0


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("eps", [1e-6, 1e-3, 1e-1])
def test_components_of_moved_points_are_stable(eps, ties):
    # Distances change by at most 2 eps, so the number of components at t + 2 eps after the move is at most that at t
    # before, and the other way round. Hence the k-th deaths differ by at most 2 eps for each k < n; matching them
    # costs at most 2 eps (n - 1). The births do not move.
    rng = np.random.default_rng(15)
    n = 40
    cloud = rng.integers(0, 5, size=(n, 2)).astype(float) if ties else rng.normal(size=(n, 2))
    moved = cloud + steps_of_length(rng, cloud.shape, eps)
    mu, nu = (tdainv.hilbert_signed_measure(tdainv.rips(c), 0) for c in (cloud, moved))
    distance = kantorovich_rubinstein(mu, nu)
    assert 0 < distance <= 2 * eps * (n - 1) * (1 + 1e-9)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("eps", [1e-6, 1e-3, 1e-1])
@pytest.mark.parametrize("what", ["function", "points", "both"])
def test_components_in_two_parameters_are_stable(eps, ties, what):
    # H0 is that of the graph on the connecting edges E of both filtrations: their union has the components of each
    # complete graph. On a straight path from one grading of that graph to the other, the orders of coordinates
    # change finitely often. In between, the measure is δ(vertices) - δ(E) + δ(kernel), and generators of the free
    # kernel have the first coordinates of different edges, and the second coordinates of different edges. So the l1
    # distance of measures is at most Σ_vertices |change of grade| + 2 Σ_E |change of grade|
    # (Loiseaux et al., NeurIPS 2023, Theorem 1, has the same constant).
    rng = np.random.default_rng(16)
    n = 30
    cloud = rng.integers(0, 5, size=(n, 2)).astype(float) if ties else rng.normal(size=(n, 2))
    values = rng.integers(0, 4, size=n).astype(float) if ties else rng.normal(size=n)
    before = tdainv.function_rips(cloud, values)
    if what != "function":
        cloud = cloud + steps_of_length(rng, cloud.shape, eps)
    if what != "points":
        values = values + rng.uniform(-eps, eps, size=n)
    after = tdainv.function_rips(cloud, values)
    edges = np.unique(np.concatenate([f.chain_complex(0).simplices[1] for f in (before, after)]), axis=0)
    bound = np.abs(after.vertex_grades - before.vertex_grades).sum()
    bound += 2 * np.abs(edge_grades(after, edges) - edge_grades(before, edges)).sum()
    mu, nu = (tdainv.hilbert_signed_measure(f, 0) for f in (before, after))
    distance = kantorovich_rubinstein(mu, nu)
    assert 0 < distance <= bound * (1 + 1e-9) + 1e-12


def edge_grades(filtration, edges):
    values = filtration.distances[edges[:, 0], edges[:, 1]]
    return np.column_stack([values, filtration.vertex_grades[edges].max(axis=1)])


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("eps", [1e-9, 1e-6, 1e-3])
def test_loops_are_stable(eps, ties):
    # As for components, with all edges and triangles: Σ_edges |change| + 2 Σ_triangles |change|.
    rng = np.random.default_rng(17)
    n = 20
    angles = rng.uniform(0, 2 * np.pi, size=n)
    circle = np.column_stack([np.cos(angles), np.sin(angles)]) + rng.normal(scale=0.2, size=(n, 2))
    cloud = np.round(2 * circle) if ties else circle
    values = rng.integers(0, 3, size=n).astype(float) if ties else rng.normal(size=n)
    before = tdainv.function_rips(cloud, values)
    after = tdainv.function_rips(
        cloud + steps_of_length(rng, cloud.shape, eps), values + rng.uniform(-eps, eps, size=n)
    )
    edges, triangles = (np.array(list(combinations(range(n), k))) for k in (2, 3))
    bound = np.abs(edge_grades(after, edges) - edge_grades(before, edges)).sum()
    bound += 2 * np.abs(triangle_grades(after, triangles) - triangle_grades(before, triangles)).sum()
    mu, nu = (tdainv.hilbert_signed_measure(f, 1) for f in (before, after))
    assert len(mu) >= 4
    assert 0 < kantorovich_rubinstein(mu, nu) <= bound * (1 + 1e-6)


def triangle_grades(filtration, triangles):
    sides = [filtration.distances[triangles[:, i], triangles[:, j]] for i, j in combinations(range(3), 2)]
    return np.column_stack([np.max(sides, axis=0), filtration.vertex_grades[triangles].max(axis=1)])


# --- multipers, in a process of its own

MULTIPERS = """
import sys
import numpy as np
import multipers
from multipers.filtrations import RipsLowerstar

data = np.load(sys.argv[1])
tree = RipsLowerstar(distance_matrix=data["distances"], function=data["function"], threshold_radius=np.inf)
if tree.num_parameters == 2:
    tree.collapse_edges(-1)
tree.expansion(2)
results = {}
for degree in (0, 1):
    ((points, weights),) = multipers.signed_measure(tree, degree=degree, grid_strategy="exact", n_jobs=1)
    results[f"points{degree}"], results[f"weights{degree}"] = points, weights
np.savez(sys.argv[2], **results)
"""


def multipers_measures(filtration, folder):
    """Hilbert signed measures of degrees 0 and 1 by multipers, without what it puts at infinity."""
    python = os.environ.get("TDAINV_MULTIPERS_PYTHON")
    if not python:
        if importlib.util.find_spec("multipers") is None:
            pytest.skip("needs multipers, or an interpreter that has it in TDAINV_MULTIPERS_PYTHON")
        python = sys.executable
    source, target = folder / "filtration.npz", folder / "measures.npz"
    np.savez(source, distances=filtration.distances, function=filtration.vertex_grades)
    run = subprocess.run([python, "-c", MULTIPERS, source, target], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    result = np.load(target)
    measures = []
    for degree in (0, 1):
        points, weights = result[f"points{degree}"], result[f"weights{degree}"]
        finite = np.isfinite(points).all(axis=1)
        measures.append(SignedMeasure(points[finite].reshape(-1, filtration.n_parameters), weights[finite]))
    return measures


@pytest.mark.parametrize(("n", "p", "ties"), [(40, 2, False), (25, 2, True), (20, 3, False)])
def test_measures_equal_those_of_multipers(n, p, ties, tmp_path):
    rng = np.random.default_rng([n, p])
    filtration = random_function_rips(rng, n, p, ties=ties)
    theirs = multipers_measures(filtration, tmp_path)
    ours = tdainv.hilbert_signed_measures(filtration, (0, 1))
    top = np.array([filtration.distances.max(), *filtration.vertex_grades.max(axis=0)])
    bottom = np.array([0.0, *filtration.vertex_grades.min(axis=0)])
    grades = rng.uniform(bottom, top, size=(2000, p))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine.cumulative(grades), other.cumulative(grades))
        assert mine == other
        assert len(mine) >= 2
