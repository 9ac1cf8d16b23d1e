"""Differentiable barcodes of lower star, cubical and alpha filtrations."""

import numpy as np
import pytest

import tdainv
from tdainv.graphs import Graph
from tdainv.meshes import Mesh

torch = pytest.importorskip("torch")

from tdainv.learn import Alpha, Cubical, LowerStar, alpha_barcode, cubical_barcode, lower_star_barcode  # noqa: E402


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def same_bars(batch, expected, dtype=torch.float64):
    for i, bars in enumerate(expected):
        np.testing.assert_array_equal(batch[i].detach().numpy(), torch.from_numpy(bars.diagram).to(dtype).numpy())
    assert len(batch) == len(expected)


def octahedron():
    vertices = np.vstack([np.eye(3), -np.eye(3)])
    faces = np.array([[a, b, c] for a in (0, 3) for b in (1, 4) for c in (2, 5)])
    return vertices, faces


# --- lower star


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_lower_star_barcodes_are_those_of_the_core(rng, dtype):
    _, faces = octahedron()
    values = torch.from_numpy(rng.normal(size=(4, 6)).round(1)).to(dtype)  # some are equal
    for degree, batch in enumerate(lower_star_barcode(values, faces, (0, 1, 2))):
        filtrations = [tdainv.FilteredComplex.lower_star([faces], row.numpy()) for row in values]
        same_bars(batch, [tdainv.barcode(filtration, degree) for filtration in filtrations], dtype)


def test_complexes_come_in_several_forms(rng):
    vertices, faces = octahedron()
    values = torch.from_numpy(rng.normal(size=(1, 6)))
    forms = [faces, Mesh(vertices, faces), tdainv.FilteredComplex.lower_star([faces], np.zeros(6))]
    for form in (*forms, [faces]):
        batches = lower_star_barcode(values, form, (0, 1, 2))
        for batch, expected in zip(batches, lower_star_barcode(values, faces, (0, 1, 2)), strict=True):
            assert torch.equal(batch.diagram, expected.diagram)
    edges = np.array([[0, 1], [1, 2], [2, 3], [3, 0], [4, 5]])
    for batch, expected in zip(
        lower_star_barcode(values, Graph(6, edges), (0, 1)), lower_star_barcode(values, edges, (0, 1)), strict=True
    ):
        assert torch.equal(batch.diagram, expected.diagram)


def test_each_item_may_have_its_own_complex(rng):
    path, cycle = np.array([[0, 1], [1, 2]]), np.array([[0, 1], [1, 2], [2, 3], [3, 0]])
    values = [torch.from_numpy(rng.normal(size=n)) for n in (3, 4, 1)]
    components, loops = lower_star_barcode(values, [path, cycle, np.zeros((0, 2), int)], (0, 1))
    assert loops.items.tolist() == [1] and loops.births.tolist() == [float(values[1].max())]
    for i, edges in enumerate((path, cycle)):
        assert torch.equal(components[i], lower_star_barcode([values[i]], edges)[0][0])
    assert components[2].tolist() == [[float(values[2][0]), torch.inf]]


def test_gradients_of_lower_star_barcodes_are_right(rng):
    _, faces = octahedron()
    values = torch.from_numpy(rng.normal(size=(3, 6))).requires_grad_()

    def function(x):
        batches = lower_star_barcode(x, faces, (0, 1, 2))
        return tuple(each for batch in batches for each in (batch.births, batch.finite().deaths))

    assert torch.autograd.gradcheck(function, values)


def test_essential_bars_have_no_gradient_at_their_ends():
    values = torch.tensor([[3.0, 1.0, 2.0]], requires_grad=True)
    (components,) = lower_star_barcode(values, np.array([[0, 1], [1, 2]]))
    assert components[0].tolist() == [[1.0, torch.inf]]
    components.deaths.clamp(max=9.0).sum().backward()
    assert values.grad.tolist() == [[0.0, 0.0, 0.0]]


# --- cubical


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("cells", ["vertices", "top"])
@pytest.mark.parametrize("shape", [(9,), (6, 7), (4, 3, 5)])
def test_cubical_barcodes_are_those_of_the_core(rng, shape, cells, dtype):
    images = torch.from_numpy(rng.normal(size=(3, *shape)).round(1)).to(dtype)
    degrees = tuple(range(len(shape)))
    for degree, batch in enumerate(cubical_barcode(images, degrees, cells=cells)):
        filtrations = [tdainv.cubical(image.numpy(), cells=cells) for image in images]
        same_bars(batch, [tdainv.barcode(filtration, degree) for filtration in filtrations], dtype)


@pytest.mark.parametrize("cells", ["vertices", "top"])
def test_gradients_of_cubical_barcodes_are_right(rng, cells):
    images = [torch.from_numpy(rng.normal(size=shape)).requires_grad_() for shape in ((4, 5), (1, 3))]

    def function(*x):
        components, loops = cubical_barcode(list(x), cells=cells)
        return components.births, components.finite().deaths, loops.diagram

    assert torch.autograd.gradcheck(function, images)


def test_training_removes_the_spots_of_an_image(rng):
    image = torch.from_numpy(rng.normal(size=(1, 8, 8))).requires_grad_()
    optimizer = torch.optim.SGD([image], lr=0.2)
    for _ in range(60):
        optimizer.zero_grad()
        (components,) = cubical_barcode(image, (0,))
        components.finite().persistence.square().sum().backward()
        optimizer.step()
    before = cubical_barcode(torch.from_numpy(np.random.default_rng(0).normal(size=(1, 8, 8))), (0,))[0].finite()
    assert components.finite().persistence.square().sum() < 1e-3 * before.persistence.square().sum()


# --- alpha


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_alpha_barcodes_are_those_of_the_core(rng, dim, dtype):
    clouds = [torch.from_numpy(rng.normal(size=(n, dim))).to(dtype) for n in (20, 1, 2, 7)]
    for degree, batch in enumerate(alpha_barcode(clouds, tuple(range(dim)))):
        same_bars(batch, [tdainv.barcode(tdainv.alpha(cloud.numpy()), degree) for cloud in clouds], dtype)


@pytest.mark.parametrize(("dim", "n"), [(1, 6), (2, 12), (3, 13)])
def test_gradients_of_alpha_barcodes_are_right(rng, dim, n):
    points = torch.from_numpy(rng.normal(size=(1, n, dim))).requires_grad_()

    def function(x):
        batches = alpha_barcode(x, tuple(range(dim)))
        return tuple(each for batch in batches for each in (batch.births, batch.finite().deaths))

    assert all(len(each) > 0 for each in function(points))
    assert torch.autograd.gradcheck(function, points, eps=1e-7, atol=1e-4)


def test_the_radius_of_an_acute_triangle_moves_with_its_corners():
    # The circumradius of an isosceles triangle of base 2 and height h is (1 + h²) / (2 h): at h = 2, slope 3/8.
    points = torch.tensor([[[-1.0, 0.0], [1.0, 0.0], [0.0, 2.0]]], dtype=torch.float64, requires_grad=True)
    (loops,) = alpha_barcode(points, (1,))
    assert loops.deaths.tolist() == [1.25]
    loops.deaths.sum().backward()
    assert points.grad[0, 2].tolist() == pytest.approx([0.0, 3 / 8])


def test_grids_and_equal_points_have_finite_gradients():
    grid = np.stack(np.meshgrid([0.0, 1.0, 2.0], [0.0, 1.0, 2.0]), axis=-1).reshape(-1, 2)
    points = torch.from_numpy(np.vstack([grid, grid[:2]])[np.newaxis]).requires_grad_()
    components, loops = alpha_barcode(points)
    (components.finite().persistence.sum() + loops.persistence.sum()).backward()
    assert torch.isfinite(points.grad).all() and len(loops.births) == 4


def test_huge_and_tiny_clouds_have_finite_gradients(rng):
    for scale in (1e-120, 1e120):
        points = torch.from_numpy(scale * rng.normal(size=(1, 8, 2))).requires_grad_()
        components, _ = alpha_barcode(points)
        components.finite().deaths.sum().backward()
        assert torch.isfinite(points.grad).all() and points.grad.abs().max() > 0.1


# --- layers and errors


def test_layers_are_their_functions(rng):
    images = torch.from_numpy(rng.normal(size=(2, 5, 5)))
    assert torch.equal(
        Cubical((1,), cells="top")(images)[0].births, cubical_barcode(images, (1,), cells="top")[0].births
    )
    points = torch.from_numpy(rng.normal(size=(2, 9, 2)))
    assert torch.equal(Alpha((1,))(points)[0].deaths, alpha_barcode(points, (1,))[0].deaths)
    edges = np.array([[0, 1], [1, 2]])
    values = torch.from_numpy(rng.normal(size=(2, 3)))
    expected = lower_star_barcode(values, edges)[0].diagram
    assert torch.equal(LowerStar(edges)(values)[0].diagram, expected)
    assert torch.equal(LowerStar()(values, edges)[0].diagram, expected)
    with pytest.raises(ValueError, match="LowerStar needs a complex"):
        LowerStar()(values)


@pytest.mark.parametrize(
    ("complex_", "error", "message"),
    [
        ("edges", TypeError, "complex_ must be a FilteredComplex, .* got str"),
        (np.zeros((1, 2)), TypeError, "complex_ must be a FilteredComplex, .* got ndarray"),
        ([np.array([[0, 1]])], ValueError, "complex_ must be one complex, or one an item, got 1 for 2 items"),
        ([np.array([[0, 1]]), 3], TypeError, r"complex_\[1\] must be a FilteredComplex, .* got int"),
        (Graph(5, np.array([[0, 1]])), ValueError, "complex_ must have one vertex for each value, got 5 for 2 values"),
        (np.array([[0, 2]]), ValueError, r"Vertices must lie in 0\.\.1"),
    ],
)
def test_bad_complexes_are_named(complex_, error, message):
    with pytest.raises(error, match=message):
        lower_star_barcode(torch.zeros(2, 2), complex_)


def test_bad_items_are_named():
    nan = torch.tensor([[0.0, 1.0], [0.0, torch.nan]])
    with pytest.raises(ValueError, match=r"values must be finite, got values\[1\]\[1\] = nan"):
        lower_star_barcode(nan, np.array([[0, 1]]))
    with pytest.raises(ValueError, match=r"images must be finite, got images\[1\]\[1\] = nan"):
        cubical_barcode(nan)
    with pytest.raises(ValueError, match="images must have 1 to 3 axes each, got 4"):
        cubical_barcode(torch.zeros(1, 1, 1, 1, 1))
    with pytest.raises(ValueError, match=r"images\[1\] must have 2 axes"):
        cubical_barcode([torch.zeros(2, 2), torch.zeros(2)])
    with pytest.raises(ValueError, match="cells must be one of 'vertices', 'top'"):
        Cubical(cells="edges")
    with pytest.raises(ValueError, match=r"one dimension of at most 3, got 4 for points\[0\]"):
        alpha_barcode(torch.zeros(1, 3, 4))
    with pytest.raises(ValueError, match=r"got 2 for points\[0\] and 3 for points\[1\]"):
        alpha_barcode([torch.zeros(3, 2), torch.zeros(3, 3)])
    with pytest.raises(ValueError, match="max_radius must be a positive finite number"):
        Alpha(max_radius=0)
