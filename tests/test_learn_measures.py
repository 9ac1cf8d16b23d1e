"""Differentiable signed measures and module approximations of multifiltrations."""

import numpy as np
import pytest

import tdainv

torch = pytest.importorskip("torch")

from tdainv.learn import (  # noqa: E402
    HilbertMeasure,
    ModuleCorners,
    RankMeasure,
    function_rips,
    graded_complex,
    hilbert_measure,
    lower_star_complex,
    module_corners,
    rank_measure,
)

TRIANGLES = np.array([[0, 1, 2], [0, 2, 3], [1, 2, 4], [0, 1, 5]])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def clouds_of(rng, sizes=(9, 14, 1), n_functions=1):
    points = [torch.from_numpy(rng.normal(size=(n, 2))) for n in sizes]
    function = [torch.from_numpy(rng.normal(size=(n, n_functions))) for n in sizes]
    return points, function


def same_measures(batch, expected, dtype=torch.float64):
    """Whether a batch holds exactly the atoms of measures, in their order."""
    for i, measure in enumerate(expected):
        points, weights = batch[i]
        np.testing.assert_array_equal(points.detach().numpy(), torch.from_numpy(measure.points).to(dtype).numpy())
        np.testing.assert_array_equal(weights.numpy(), measure.weights)
    assert len(batch) == len(expected)


# --- values


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("n_functions", [1, 2])
def test_hilbert_measures_of_function_rips_are_those_of_the_core(rng, n_functions, dtype):
    points, function = ([each.to(dtype) for each in part] for part in clouds_of(rng, (7, 8, 1), n_functions))
    filtrations = [tdainv.function_rips(p.numpy(), f.numpy()) for p, f in zip(points, function, strict=True)]
    for degree, batch in enumerate(hilbert_measure(function_rips(points, function))):
        assert (batch.degree, batch.n_parameters, batch.points.dtype) == (degree, n_functions + 1, dtype)
        same_measures(batch, [tdainv.hilbert_signed_measure(each, degree) for each in filtrations], dtype)


def test_hilbert_measures_of_weighted_function_rips_are_those_of_the_core(rng):
    points, function = clouds_of(rng)
    weights = [torch.from_numpy(rng.uniform(0, 2, len(each))) for each in points]
    batch = function_rips(points, function, weights=weights)
    filtrations = [
        tdainv.weighted_rips(p.numpy(), w.numpy()).with_function(f.numpy())
        for p, f, w in zip(points, function, weights, strict=True)
    ]
    for degree, measures in enumerate(hilbert_measure(batch)):
        same_measures(measures, [tdainv.hilbert_signed_measure(each, degree) for each in filtrations])


def test_a_matrix_stands_for_its_points(rng):
    points, function = clouds_of(rng)
    matrices = [torch.from_numpy(tdainv.rips(each.numpy()).distances) for each in points]
    given = hilbert_measure(function_rips(matrices, function, metric="precomputed"))
    for batch, other in zip(given, hilbert_measure(function_rips(points, function)), strict=True):
        assert torch.equal(batch.points, other.points) and torch.equal(batch.items, other.items)


@pytest.mark.parametrize("essential", ["drop", 9.0, (8.0, 9.0)])
@pytest.mark.parametrize("resolution", [None, 4])
def test_rank_measures_are_those_of_the_core(rng, resolution, essential):
    points, function = clouds_of(rng, (6, 8))
    batches = rank_measure(function_rips(points, function), resolution=resolution, essential=essential)
    filtrations = [tdainv.function_rips(p, f) for p, f in zip(points, function, strict=True)]
    for degree, batch in enumerate(batches):
        expected = []
        for filtration in filtrations:
            values = [filtration.axis_values(axis) for axis in range(2)]
            places = [np.unique(np.linspace(0, len(v) - 1, min(resolution or 0, len(v))).astype(int)) for v in values]
            axes = None if resolution is None else [v[place] for v, place in zip(values, places, strict=True)]
            expected.append(tdainv.rank_signed_measure(filtration, degree, axes, essential=essential))
        same_measures(batch, expected)


def test_corners_are_those_of_module_approximations(rng):
    points, function = clouds_of(rng)
    filtrations = [tdainv.function_rips(p, f) for p, f in zip(points, function, strict=True)]
    for degree, batch in enumerate(module_corners(function_rips(points, function), n_lines=50)):
        for i, filtration in enumerate(filtrations):
            summands = list(tdainv.module_approximation(filtration, degree, n_lines=50))
            assert len(summands) == len(batch[i])
            for (births, deaths), summand in zip(batch[i], summands, strict=True):
                np.testing.assert_array_equal(births.numpy(), summand.births)
                np.testing.assert_array_equal(deaths.numpy(), summand.deaths)


def test_listed_complexes_take_tables_of_grades(rng):
    table = torch.from_numpy(rng.normal(size=(3, 6, 2)))
    expected = [tdainv.FilteredComplex.lower_star([TRIANGLES], each.numpy()) for each in table]
    by_vertices = lower_star_complex(TRIANGLES, table)
    by_cells = graded_complex(expected[0], torch.from_numpy(np.stack([each.grades for each in expected])))
    for batch in (by_vertices, by_cells):
        assert batch.filtrations == expected
        for degree, measures in enumerate(hilbert_measure(batch)):
            same_measures(measures, [tdainv.hilbert_signed_measure(each, degree) for each in expected])


def test_the_mass_of_a_measure_is_the_homology_of_the_complex(rng):
    points, function = clouds_of(rng)
    components, loops = hilbert_measure(function_rips(points, function))
    assert components.sum_rows(components.weights).tolist() == [1.0, 1.0, 1.0]
    assert loops.sum_rows(loops.weights).tolist() == [0.0, 0.0, 0.0]


def test_threads_change_nothing(rng):
    points, function = clouds_of(rng)
    for batch, other in zip(
        hilbert_measure(function_rips(points, function, n_jobs=2), n_jobs=2),
        hilbert_measure(function_rips(points, function)),
        strict=True,
    ):
        assert torch.equal(batch.points, other.points) and torch.equal(batch.items, other.items)


# --- gradients


def test_gradients_of_hilbert_measures_are_right(rng):
    points, function = (part[0][None].requires_grad_() for part in clouds_of(rng, (9,)))
    weights = torch.from_numpy(rng.uniform(0.1, 0.4, size=(1, 9))).requires_grad_()

    def of_function_rips(*x):
        return tuple(batch.points for batch in hilbert_measure(function_rips(*x)))

    def of_weighted(x, f, w):
        return tuple(batch.points for batch in hilbert_measure(function_rips(x, f, weights=w)))

    assert torch.autograd.gradcheck(of_function_rips, (points, function), eps=1e-7)
    assert torch.autograd.gradcheck(of_weighted, (points, function, weights), eps=1e-7)


def test_gradients_of_listed_complexes_are_right(rng):
    vertex_grades = torch.from_numpy(rng.normal(size=(2, 6, 2))).requires_grad_()
    complex_ = tdainv.FilteredComplex.lower_star([TRIANGLES], np.zeros(6))
    rising = complex_.dimensions[:, np.newaxis] + rng.uniform(size=(1, len(complex_), 2))
    cells = torch.from_numpy(rising).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x: hilbert_measure(lower_star_complex(TRIANGLES, x))[0].points, vertex_grades
    )
    assert torch.autograd.gradcheck(
        lambda x: hilbert_measure(graded_complex(complex_, x))[1].points, cells.requires_grad_()
    )


@pytest.mark.parametrize("resolution", [None, 4])
def test_gradients_of_rank_measures_are_right(rng, resolution):
    points, function = (part[0][None].requires_grad_() for part in clouds_of(rng, (7,)))

    def measure(x, f):
        return rank_measure(function_rips(x, f), (0,), resolution=resolution, essential=50.0)[0].points

    assert torch.autograd.gradcheck(measure, (points, function), eps=1e-7)


def test_the_value_that_infinite_deaths_take_is_a_constant():
    heights = torch.tensor([[[0.0], [1.0]]], requires_grad=True)
    points = torch.tensor([[[0.0], [3.0]]], requires_grad=True)
    (measure,) = rank_measure(function_rips(points, heights), (0,), essential=9.0)
    assert measure.points.tolist() == [[0, 0, 9, 9], [0, 1, 3, 9]]
    measure.points[:, 2:].sum().backward()
    assert points.grad.ravel().tolist() == [-1.0, 1.0] and heights.grad.abs().sum() == 0


def test_corners_have_the_gradients_of_grades():
    points = torch.tensor([[[0.0], [3.0]]], dtype=torch.float64, requires_grad=True)
    heights = torch.tensor([[[0.0], [1.0]]], dtype=torch.float64, requires_grad=True)
    (module,) = module_corners(function_rips(points, heights), (0,))
    assert module.births.tolist() == [[0.0, 0.0], [0.0, 1.0]]
    (module.births[1, 1] + 10 * module.deaths[1, 0]).backward()
    assert points.grad.ravel().tolist() == [-10.0, 10.0] and heights.grad.ravel().tolist() == [0.0, 1.0]
    assert [len(module), len(module[0])] == [1, 2] and module.to("cpu").n_parameters == 2


def test_no_atom_leaves_no_gradient():
    points = torch.zeros(2, 1, 2, requires_grad=True)
    (loops,) = hilbert_measure(function_rips(points, torch.zeros(2, 1, 1)), (1,))
    assert loops.points.shape == (0, 2) and loops.counts().tolist() == [0, 0]
    loops.points.sum().backward()
    assert points.grad.abs().sum() == 0


def test_training_lowers_a_loss_of_hilbert_measures(rng):
    points = torch.from_numpy(rng.normal(size=(2, 15, 2)))
    function = torch.from_numpy(rng.uniform(size=(2, 15, 1))).requires_grad_()
    optimizer = torch.optim.SGD([function], lr=0.05)

    def loss():
        (loops,) = hilbert_measure(function_rips(points, function), (1,))
        return (loops.weights * loops.points.prod(dim=1)).sum() + function.square().sum()

    start = loss().item()
    for _ in range(20):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    assert loss().item() < 0.5 * start


# --- layers and errors


def test_layers_are_their_functions(rng):
    batch = function_rips(*clouds_of(rng))
    assert torch.equal(HilbertMeasure((1,))(batch)[0].points, hilbert_measure(batch, (1,))[0].points)
    rank = RankMeasure((0,), resolution=3, essential=9.0)
    assert torch.equal(rank(batch)[0].points, rank_measure(batch, (0,), resolution=3, essential=9.0)[0].points)
    module = ModuleCorners((0,), n_lines=20)(batch)[0]
    assert torch.equal(module.births, module_corners(batch, (0,), n_lines=20)[0].births)
    assert repr(rank) == "RankMeasure(degrees=(0,), resolution=3, essential=9.0)"


@pytest.mark.parametrize("function", [hilbert_measure, rank_measure, module_corners])
def test_only_batches_of_filtrations_are_taken(function):
    with pytest.raises(TypeError, match=r"filtrations must be a FiltrationBatch, .* got list"):
        function([tdainv.rips([[0.0]])])


def test_bad_function_rips_are_named():
    points = torch.zeros(2, 3, 2)
    with pytest.raises(ValueError, match=r"function\[0\] must have shape \(3, 1\), got \(2, 1\)"):
        function_rips(points, torch.zeros(2, 2, 1))
    with pytest.raises(ValueError, match=r"points and function must agree, got 2 items of torch.float32"):
        function_rips(points, torch.zeros(2, 3, 1).double())
    with pytest.raises(ValueError, match=r"function must be finite, got function\[1\]\[2, 0\] = nan"):
        function_rips(points, torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, torch.nan]])[:, :, None])
    with pytest.raises(ValueError, match=r"weights\[0\] must have shape \(3,\) and be at least 0"):
        function_rips(points, torch.zeros(2, 3, 1), weights=-torch.ones(2, 3))


def test_bad_tables_are_named():
    edge = tdainv.FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"grades\[0\] must have shape \(3, 2\), one row a cell, got \(2, 2\)"):
        graded_complex(edge, torch.zeros(1, 2, 2))
    with pytest.raises(ValueError, match=r"grades\[1\]: Grades must not decrease from facets to cells, got cell 2"):
        graded_complex(edge, torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]])[:, :, None])
    with pytest.raises(TypeError, match="complex_ must be a FilteredComplex, or one an item, got ndarray"):
        graded_complex(np.array([[0, 1]]), torch.zeros(1, 3, 2))
    with pytest.raises(ValueError, match="one an item, got 1 for 2 items"):
        graded_complex([edge], torch.zeros(2, 3, 2))
    with pytest.raises(ValueError, match=r"vertex_grades\[1\] must have 1 columns, as vertex_grades\[0\], got 2"):
        lower_star_complex(np.array([[0, 1]]), [torch.zeros(2, 1), torch.zeros(2, 2)])


def test_bad_options_are_refused():
    with pytest.raises(ValueError, match="resolution must be at least 2 or None, got resolution=1"):
        RankMeasure(resolution=1)
    with pytest.raises(ValueError, match="Only one of n_lines, spacing and error may be given"):
        ModuleCorners(n_lines=3, error=0.1)
    batch = function_rips(torch.zeros(1, 1, 1), torch.zeros(1, 1, 1))
    with pytest.raises(ValueError, match="essential must be one of 'error', 'drop'"):
        rank_measure(batch, essential="keep")
    with pytest.raises(ValueError, match="Deaths must be finite with essential='error'"):
        rank_measure(batch, (0,), essential="error")
