"""Multiparameter landscapes against ranks over Z/2, closed forms, barcodes and representations of modules."""

import pickle
from itertools import product

import numpy as np
import pytest
from oracles import rank_mod_2

import tdainv
from tdainv.invariants import landscape as home
from tdainv.invariants.interval_module import IntervalModule
from tdainv.invariants.landscape import multiparameter_landscape
from tdainv.vectorizers.module_representation import ModuleRepresentation
from tdainv.vectorizers.multiparameter_landscape import MultiparameterLandscape


def with_grades(complex_, grades):
    return tdainv.FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, grades)


def random_complex(rng, p, n_vertices=6, dimension=2):
    """A simplicial complex with small integer grades, in which cells come later than their faces."""
    complex_ = tdainv.FilteredComplex.lower_star(
        [rng.choice(n_vertices, size=dimension + 1, replace=False) for _ in range(n_vertices)],
        rng.integers(0, 4, size=(n_vertices, p)).astype(float),
    )
    grades = complex_.grades + rng.integers(0, 2, size=(len(complex_), p))
    for cell in range(len(complex_)):  # facets come first
        facets = complex_.indices[complex_.indptr[cell] : complex_.indptr[cell + 1]]
        grades[cell] = np.max([grades[cell], *grades[facets]], axis=0)
    return with_grades(complex_, grades)


def cycles(complex_, cells):
    """A basis of the cycles of some cells of one dimension, as bit masks of cells."""
    basis, kernel = {}, []
    for cell in cells:
        facets = complex_.indices[complex_.indptr[cell] : complex_.indptr[cell + 1]]
        boundary, chain = sum(1 << int(f) for f in facets), 1 << int(cell)
        while boundary and boundary.bit_length() in basis:
            other, its_chain = basis[boundary.bit_length()]
            boundary, chain = boundary ^ other, chain ^ its_chain
        if boundary:
            basis[boundary.bit_length()] = boundary, chain
        else:
            kernel.append(chain)
    return kernel


def rank_between(complex_, degree, start, end):
    """Rank of H(K_start) → H(K_end): cycles of K_start modulo boundaries of K_end."""
    early = np.flatnonzero((complex_.dimensions == degree) & (complex_.grades <= start).all(axis=1))
    late = np.flatnonzero((complex_.dimensions == degree + 1) & (complex_.grades <= end).all(axis=1))
    boundaries = [
        sum(1 << int(f) for f in complex_.indices[complex_.indptr[cell] : complex_.indptr[cell + 1]]) for cell in late
    ]
    return rank_mod_2(boundaries + cycles(complex_, early)) - rank_mod_2(boundaries)


def landscape_by_ranks(complex_, degree, x, n_landscapes, v, step):
    """λ_1, ..., λ_n at a point of the lattice, when they are multiples of `step`."""
    values = np.zeros(n_landscapes)
    for number in range(1, 20):
        between = (number - 0.5) * step * v
        values[: rank_between(complex_, degree, x - between, x + between)] = number * step
    return values


# --- against ranks


@pytest.mark.parametrize(("p", "degree", "seed"), [*product((1, 2), (0, 1), range(4)), (3, 0, 0), (3, 1, 0), (3, 1, 1)])
def test_landscapes_are_those_of_ranks(p, degree, seed):
    complex_ = random_complex(np.random.default_rng(seed), p)
    axes = [np.arange(0.0, 7.0) if p < 3 else np.array([1.0, 3.0, 4.0])] * p
    found = multiparameter_landscape(complex_, degree, axes, n_landscapes=3)
    for node, values in zip(product(*axes), found.reshape(3, -1).T, strict=True):
        np.testing.assert_allclose(
            values, landscape_by_ranks(complex_, degree, np.array(node), 3, np.ones(p), 1.0), atol=1e-12
        )


@pytest.mark.parametrize("direction", [(1, 2), (2, 1), (0, 1), (1, 0)])
@pytest.mark.parametrize("seed", range(2))
def test_landscapes_in_other_directions_are_those_of_ranks(direction, seed):
    complex_ = random_complex(np.random.default_rng(seed), 2)
    axes = [np.arange(0.0, 7.0, 2.0), np.arange(0.0, 7.0)]
    v = np.array(direction, float)
    for degree in (0, 1):
        found = multiparameter_landscape(complex_, degree, axes, n_landscapes=2, direction=direction)
        for node, values in zip(product(*axes), found.reshape(2, -1).T, strict=True):
            wanted = landscape_by_ranks(complex_, degree, np.array(node), 2, v, 1 / v.max())
            np.testing.assert_allclose(values, wanted, atol=1e-12)


def test_landscapes_between_grades_are_those_of_ranks():
    complex_ = random_complex(np.random.default_rng(5), 2)
    axes = [np.arange(0.25, 6.0, 1.0), np.arange(0.25, 6.0, 1.0)]
    found = multiparameter_landscape(complex_, 0, axes, n_landscapes=2)
    shifted = with_grades(complex_, 4 * complex_.grades)
    for node, values in zip(product(*axes), found.reshape(2, -1).T, strict=True):
        wanted = [landscape_by_ranks(shifted, 0, 4 * np.array(node), 2, np.ones(2), 1.0)]
        np.testing.assert_allclose(4 * values, wanted[0], atol=1e-12)


# --- by hand


def test_two_points_that_merge_by_hand():
    # Points at (0, 0) and (1, 1), joined at (3, 1): bars [0, inf) and [1, 3) on the diagonal.
    path = tdainv.FilteredComplex.lower_star([[0, 1]], [[0, 0], [1, 1]])
    edge = with_grades(path, [[0, 0], [1, 1], [3, 1]])
    axis = np.arange(5.0)
    found = multiparameter_landscape(edge, 0, [axis, axis], n_landscapes=3)
    np.testing.assert_allclose(np.diagonal(found[0]), [0, 1, 2, 3, 4])
    np.testing.assert_allclose(np.diagonal(found[1]), [0, 0, 1, 0, 0])
    np.testing.assert_array_equal(found[0], np.minimum.outer(axis, axis))
    np.testing.assert_allclose(found[1, 2], [0, 0, 1, 1, 1])  # at (2, 3): born at x = 1, dead at x = 3
    np.testing.assert_array_equal(found[2], 0)


def test_one_parameter_landscapes_are_those_of_the_barcode():
    cloud = np.random.default_rng(0).normal(size=(25, 2))
    filtration = tdainv.rips(cloud)
    t = np.linspace(0, 3, 40)
    for degree in (0, 1):
        bars = tdainv.barcode(filtration, degree)
        heights = np.maximum(np.minimum(t - bars.births[:, None], bars.deaths[:, None] - t), 0)
        wanted = -np.sort(-heights, axis=0)[:4]
        found = multiparameter_landscape(filtration, degree, [t], n_landscapes=4)
        np.testing.assert_allclose(found[: len(wanted)], wanted, atol=1e-12)
        np.testing.assert_array_equal(found[len(wanted) :], 0)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_free_modules_have_the_landscapes_of_their_interval_summands(p):
    rng = np.random.default_rng(p)
    births = rng.uniform(size=(7, p))
    points = tdainv.FilteredComplex.lower_star([[i] for i in range(7)], births)
    starts = np.arange(8)
    module = IntervalModule(births, starts, np.full((7, p), np.inf), starts, 0, [[0.0] * p, [1.0] * p])
    axes = [np.sort(rng.uniform(0, 2, size=size)) for size in (6, 5, 4)[:p]]
    found = multiparameter_landscape(points, 0, axes, n_landscapes=8)
    for k in range(8):
        np.testing.assert_allclose(found[k], ModuleRepresentation.landscape(k + 1)(module, axes), atol=1e-13)


# --- identities


def bifiltration(seed=0, n=30):
    cloud = np.random.default_rng(seed).normal(size=(n, 2))
    return tdainv.function_delaunay(cloud, np.abs(cloud[:, 0]))


GRID = [np.linspace(0, 2, 9), np.linspace(0, 2, 7)]


@pytest.mark.parametrize("degree", [0, 1])
def test_every_kind_of_filtration_of_the_same_module_has_the_same_landscapes(degree):
    filtration = bifiltration()
    wanted = multiparameter_landscape(filtration, degree, GRID)
    for other in (tdainv.minimal_presentation(filtration, degree), filtration.chain_complexes((degree,))[0]):
        np.testing.assert_allclose(multiparameter_landscape(other, degree, GRID), wanted, atol=1e-12)
    assert (wanted > 0).any()


def test_images_have_landscapes():
    image = np.random.default_rng(0).integers(0, 5, size=(4, 4, 2)).astype(float)
    found = multiparameter_landscape(tdainv.cubical(image, channels=True), 0, [np.arange(7.0)] * 2, n_landscapes=2)
    least = image.reshape(-1, 2)  # a component is there once a pixel is
    x = np.arange(7.0)
    depth = np.minimum(x[:, None, None] - least[:, 0], x[None, :, None] - least[:, 1])
    np.testing.assert_allclose(found[0], np.maximum(depth.max(axis=2), 0), atol=1e-12)


@pytest.mark.parametrize("degree", [0, 1])
def test_landscapes_are_decreasing_finite_and_lipschitz(degree):
    found = multiparameter_landscape(bifiltration(), degree, GRID, n_landscapes=6)
    assert np.isfinite(found).all() and (found >= 0).all()
    assert (np.diff(found, axis=0) <= 0).all()
    for axis, line in enumerate(GRID):
        assert (np.abs(np.diff(found, axis=axis + 1)) <= line[1] - line[0] + 1e-12).all()


@pytest.mark.parametrize("p", [2, 3])
def test_exchanging_parameters_exchanges_axes(p):
    complex_ = random_complex(np.random.default_rng(1), p)
    axes = [np.linspace(0, 5, size) for size in (5, 4, 3)[:p]]
    found = multiparameter_landscape(complex_, 0, axes)
    back = multiparameter_landscape(with_grades(complex_, complex_.grades[:, ::-1]), 0, axes[::-1])
    np.testing.assert_allclose(back, found.transpose(0, *range(p, 0, -1)), atol=1e-12)


def test_landscapes_move_with_their_module():
    complex_ = random_complex(np.random.default_rng(2), 2)
    axes, shift = [np.linspace(0, 5, 6)] * 2, np.array([100.0, -3.0])
    wanted = multiparameter_landscape(complex_, 1, axes)
    moved = with_grades(complex_, complex_.grades + shift)
    found = multiparameter_landscape(moved, 1, [axis + s for axis, s in zip(axes, shift, strict=True)])
    np.testing.assert_allclose(found, wanted, atol=1e-11)
    scaled = with_grades(complex_, complex_.grades * [1e-6, 1e4])
    found = multiparameter_landscape(scaled, 1, [axes[0] * 1e-6, axes[1] * 1e4], direction=(1e-6, 1e4))
    np.testing.assert_allclose(found, wanted, atol=1e-11)


@pytest.mark.parametrize("p", [2, 3])
@pytest.mark.parametrize("epsilon", [0.01, 0.3])
def test_moving_grades_changes_landscapes_by_at_most_as_much(p, epsilon):
    rng = np.random.default_rng(p)
    for seed in range(3):
        cells = [rng.choice(7, size=3, replace=False) for _ in range(6)]
        values = rng.uniform(0, 4, size=(7, p))
        moved = values + rng.uniform(-epsilon, epsilon, size=values.shape)
        axes = [np.linspace(0, 5, 7 if p == 2 else 4)] * p
        one, two = (
            multiparameter_landscape(tdainv.FilteredComplex.lower_star(cells, each), seed % 2, axes)
            for each in (values, moved)
        )
        assert np.abs(one - two).max() <= epsilon * (1 + 1e-9)


# --- lines and blocks


@pytest.mark.parametrize(("p", "n_lines"), [(1, 1), (2, 2 * 8 - 1), (3, 8**3 - 7**3)])
def test_points_on_a_line_share_it(p, n_lines):
    axes = [np.linspace(0.1, 0.8, 8)] * p
    grid = home._Grid.of(axes, np.ones(p))
    assert len(grid.lines) == n_lines
    nodes = np.array(list(product(*axes)))[grid.points]
    on_lines = grid.lines.points(np.broadcast_to(grid.times, (n_lines, 8**p)))[grid.line_of, np.arange(8**p)]
    np.testing.assert_allclose(on_lines, nodes, atol=1e-14)


@pytest.mark.parametrize("p", [2, 3])
def test_neighbouring_lines_are_close(p):
    axes = [np.linspace(0, 1, 6)] * p
    bases = home._Grid.of(axes, np.ones(p)).lines.bases
    steps = np.abs(np.diff(bases, axis=0)).max(axis=1)
    assert np.median(steps) <= 0.2 + 1e-12


@pytest.mark.parametrize("block", [1, 60, 1000])
@pytest.mark.parametrize("p", [2, 3])
def test_small_blocks_give_the_same(p, block, monkeypatch):
    complex_ = random_complex(np.random.default_rng(3), p)
    axes = [np.linspace(0, 5, size) for size in (5, 4, 3)[:p]]
    wanted = multiparameter_landscape(complex_, 0, axes)
    monkeypatch.setattr(home, "_BLOCK_NUMBERS", block)
    np.testing.assert_allclose(multiparameter_landscape(complex_, 0, axes), wanted, atol=1e-13)


def test_modules_that_are_zero_have_zero_landscapes():
    point = tdainv.FilteredComplex.lower_star([[0]], [[0.0, 0.0]])
    np.testing.assert_array_equal(multiparameter_landscape(point, 1, GRID, n_landscapes=2), np.zeros((2, 9, 7)))


# --- the estimator


FILTRATIONS = [bifiltration(seed, 20 + seed) for seed in range(4)]


def test_rows_are_landscapes_on_the_learned_grids():
    estimator = MultiparameterLandscape(resolution=(4, 5), n_landscapes=2)
    rows = estimator.fit_transform(FILTRATIONS)
    assert rows.shape == (4, 2 * 2 * 20)
    for place, plan in enumerate(estimator.plans_):
        axes = plan.grid.axes
        tables = [tdainv.betti_table(f, place) for f in FILTRATIONS]
        grades = np.concatenate([each for t in tables for each in (t.generators, t.relations)])
        for k, axis in enumerate(axes):
            wanted = np.linspace(grades[:, k].min(), np.quantile(grades[:, k], 0.99), (4, 5)[k])
            np.testing.assert_allclose(axis, wanted, atol=1e-14)
        extent = [axis[-1] - axis[0] for axis in axes]
        for row, filtration in zip(rows, FILTRATIONS, strict=True):
            wanted = multiparameter_landscape(filtration, place, axes, n_landscapes=2, direction=extent)
            np.testing.assert_allclose(row[40 * place : 40 * place + 40], wanted.ravel(), atol=1e-13)


def test_rows_in_the_unit_of_the_parameters_are_plain_landscapes():
    estimator = MultiparameterLandscape(degrees=(1,), resolution=4, direction=(1, 2), direction_unit="absolute")
    (row, *_) = estimator.fit_transform(FILTRATIONS)
    axes = estimator.plans_[0].grid.axes
    wanted = multiparameter_landscape(FILTRATIONS[0], 1, axes, direction=(1, 2))
    np.testing.assert_allclose(row, wanted.ravel(), atol=1e-13)


def test_fitting_and_transforming_at_once_and_in_threads_is_the_same():
    rows = MultiparameterLandscape(resolution=4).fit(FILTRATIONS).transform(FILTRATIONS)
    np.testing.assert_array_equal(MultiparameterLandscape(resolution=4).fit_transform(FILTRATIONS), rows)
    np.testing.assert_array_equal(MultiparameterLandscape(resolution=4, n_jobs=2).fit_transform(FILTRATIONS), rows)
    again = pickle.loads(pickle.dumps(MultiparameterLandscape(resolution=4).fit(FILTRATIONS)))
    np.testing.assert_array_equal(again.transform(FILTRATIONS[:2]), rows[:2])


def test_features_are_named_by_degree_landscape_and_grid_point():
    estimator = MultiparameterLandscape(resolution=(1, 2), n_landscapes=2).set_output(transform="pandas")
    table = estimator.fit_transform(FILTRATIONS)
    assert list(table.columns) == [f"landscape_h{h}_k{k}_0_{j}" for h in range(2) for k in (1, 2) for j in range(2)]
    assert list(estimator.transform(FILTRATIONS).columns) == list(table.columns)


def test_modules_that_are_zero_give_rows_of_zeros():
    point = tdainv.FilteredComplex.lower_star([[0]], [[0.0, 0.0]])
    for training in ([point], [point, *FILTRATIONS]):
        rows = MultiparameterLandscape(resolution=3).fit(training).transform([point, *FILTRATIONS])
        assert np.isfinite(rows).all()
        names = MultiparameterLandscape(resolution=3).fit(training).get_feature_names_out()
        of_loops = [name.startswith("landscape_h1") for name in names]
        np.testing.assert_array_equal(rows[0, of_loops], 0)


# --- bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_landscapes": 0}, "n_landscapes must be an integer of at least 1, got n_landscapes=0"),
        ({"direction": (1, -1)}, "direction must be 2 finite numbers of at least 0, one of them positive"),
        ({"direction": (0, 0)}, "direction must be 2 finite numbers of at least 0, one of them positive"),
        ({"direction": (1, np.inf)}, "direction must be 2 finite numbers of at least 0, one of them positive"),
        ({"direction": (1, 1, 1)}, "direction must be 2 finite numbers of at least 0, one of them positive"),
    ],
)
def test_wrong_parameters_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        multiparameter_landscape(FILTRATIONS[0], 0, GRID, **options)
    with pytest.raises(ValueError, match=message):
        MultiparameterLandscape(**options).fit(FILTRATIONS)


def test_wrong_estimator_parameters_are_refused():
    for options, message in (
        ({"resolution": 0}, "resolution must be .* got resolution=0"),
        ({"degrees": ()}, r"degrees must be .* got degrees=\(\)"),
        ({"coverage": 2}, "coverage must .* got coverage=2"),
        ({"direction_unit": "inch"}, "direction_unit must be .* got direction_unit='inch'"),
    ):
        with pytest.raises(ValueError, match=message):
            MultiparameterLandscape(**options).fit(FILTRATIONS)


def test_wrong_axes_and_filtrations_are_refused():
    with pytest.raises(ValueError, match="axes must be 2 arrays, one for each axis, got 1"):
        multiparameter_landscape(FILTRATIONS[0], 0, [[0.0]])
    with pytest.raises(ValueError, match=r"axes\[0\] must be finite"):
        multiparameter_landscape(FILTRATIONS[0], 0, [[0.0, np.inf], [0.0]])
    with pytest.raises(TypeError, match="filtration must be a filtration or a ChainComplex, got list"):
        multiparameter_landscape([[0.0]], 0, [[0.0]])
    with pytest.raises(TypeError, match=r"^X\[1\]: filtration must be a filtration or a ChainComplex, got ndarray"):
        MultiparameterLandscape().fit([FILTRATIONS[0], np.zeros((3, 2))])


def test_filtrations_with_other_numbers_of_parameters_are_refused():
    line = tdainv.rips([[0.0], [1.0]])
    with pytest.raises(ValueError, match=r"All filtrations must have as many parameters, got \[1, 2\]"):
        MultiparameterLandscape().fit([FILTRATIONS[0], line])
    with pytest.raises(ValueError, match=r"^X\[1\]: the filtration has p = 1 parameters, those of fit have 2"):
        MultiparameterLandscape().fit(FILTRATIONS).transform([FILTRATIONS[0], line])


def test_grids_that_do_not_fit_into_memory_are_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "10000")
    presentation = tdainv.FilteredComplex.lower_star([[0]], [[0.0, 0.0]])
    with pytest.raises(MemoryError, match="A grid of 10000 points needs"):
        multiparameter_landscape(presentation, 0, [np.arange(100.0)] * 2)
