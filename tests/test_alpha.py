"""Alpha filtrations: by hand, against another implementation, and by the homology of all subsets."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from balls_oracle import CIRCLE, KINDS, cech, hard_cloud, rounded

import tdainv
from tdainv.filtrations.alpha import alpha
from tdainv.filtrations.delaunay import delaunay
from tdainv.filtrations.delaunay_estimators import Alpha


def grid(n, dimension, step=1.0):
    return step * np.stack(np.meshgrid(*[np.arange(float(n))] * dimension, indexing="ij"), -1).reshape(-1, dimension)


def values(complex_):
    """Value of each simplex, by its vertices."""
    return {
        tuple(row): complex_.grades[cell, 0]
        for k in range(complex_.dimension + 1)
        for row, cell in zip(complex_.simplices(k).tolist(), complex_.cells_of(k), strict=True)
    }


def gudhi_values(cloud):
    gudhi = pytest.importorskip("gudhi")
    tree = gudhi.AlphaComplex(points=cloud, precision="exact").create_simplex_tree()
    return {tuple(sorted(simplex)): np.sqrt(value) for simplex, value in tree.get_filtration()}


def bars(complex_, dimension):
    return [np.round(barcode.diagram, 9).tolist() for barcode in tdainv.barcodes(complex_, range(dimension))]


# --- by hand


def test_the_longest_edge_of_a_blunt_triangle_waits_for_the_triangle():
    # Vertex 2 lies in the ball around the edge {0, 1}. The circle through all has radius 2.5, as the height of the
    # triangle is 1 and half its base is 2: r^2 = 2^2 + (r - 1)^2.
    found = values(alpha([[0, 0], [4, 0], [2, 1]]))
    assert found[0, 1] == found[0, 1, 2] == 2.5
    assert found[0, 2] == found[1, 2] == np.sqrt(5) / 2


def test_a_square_is_filled_at_half_its_diagonal():
    square = alpha([[0, 0], [2, 0], [0, 2], [2, 2]])
    assert np.sort(square.grades[:, 0]).tolist() == [0] * 4 + [1] * 4 + [np.sqrt(2)] * 3
    assert bars(square, 2) == [[[0, 1], [0, 1], [0, 1], [0, np.inf]], [[1, round(np.sqrt(2), 9)]]]


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_all_triangles_and_chords_in_a_circle_have_one_radius(scale):
    # Twelve points with integer coordinates on the circle of radius 5. Times 0.1 they are not on a circle any more.
    complex_ = alpha(np.array(CIRCLE) * scale)
    outside = {round(np.hypot(*np.subtract(p, q)) / 2 * scale, 9) for p, q in pairwise(CIRCLE)}
    radii = np.unique(complex_.grades[complex_.grades > 0])
    assert set(radii.round(9)) == outside | {round(5 * scale, 9)}
    if scale == 1:
        assert (radii >= 4.9).sum() == 1
        assert [len(barcode) for barcode in tdainv.barcodes(complex_, (0, 1))] == [12, 1]


def test_points_on_a_sphere_with_integer_coordinates_enclose_one_void():
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    rows = [np.multiply(v, signs) for v in ((1, 2, 2), (2, 1, 2), (2, 2, 1), (3, 0, 0), (0, 3, 0), (0, 0, 3))]
    sphere = np.unique(np.concatenate(rows), axis=0)  # radius 3
    complex_ = alpha(sphere)
    assert complex_.grades[complex_.cells_of(3)].ravel().tolist() == [3.0] * len(complex_.cells_of(3))
    void = tdainv.barcode(complex_, degree=2).diagram
    assert len(void) == 1
    assert void[0, 1] == 3


def test_points_on_a_line_are_joined_to_their_neighbours():
    found = values(alpha([[5.0], [1.0], [2.0]]))
    assert found == {(0,): 0, (1,): 0, (2,): 0, (1, 2): 0.5, (0, 2): 1.5}


def test_equal_points_are_joined_at_0():
    found = values(alpha([[1, 1], [3, 1], [1, 1], [1, 1]]))
    assert found == {(0,): 0, (1,): 0, (2,): 0, (3,): 0, (0, 1): 1, (0, 2): 0, (0, 3): 0}
    assert values(alpha([[1.0, 2.0, 3.0]])) == {(0,): 0}


# --- against gudhi


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("make", ["normal", "random"])
def test_cells_and_values_agree_with_gudhi(dimension, make):
    cloud = getattr(np.random.default_rng(dimension), make)(size=(300, dimension))
    found, expected = values(alpha(cloud)), gudhi_values(cloud)
    assert found.keys() == expected.keys()
    assert all(abs(found[simplex] - value) < 1e-12 for simplex, value in expected.items())


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("step", [1.0, 1 / 3])
def test_grids_have_the_values_and_barcodes_of_gudhi(dimension, step):
    cloud = np.random.default_rng(0).permutation(grid(9 if dimension == 2 else 5, dimension, step))
    complex_, peer = alpha(cloud), gudhi_values(cloud)
    # Triangulations differ; the values that occur do not, nor does homology.
    expected = np.unique(np.round(list(peer.values()), 11))
    assert np.array_equal(np.unique(complex_.grades.round(11)), expected)
    other = tdainv.FilteredComplex.from_simplices(list(peer), np.round(list(peer.values()), 11))
    for degree in range(dimension):
        found, known = (tdainv.barcode(c, degree).diagram for c in (complex_, other))
        assert len(found) == len(known)
        assert np.allclose(found, known, rtol=0, atol=1e-10)


def test_ties_of_a_cubic_grid_are_ties_in_floats():
    for step in (1.0, 3.0, 2.0**-7):
        complex_ = alpha(grid(5, 3, step))
        expected = [0, 0.5 * step, np.sqrt(0.5) * step, np.sqrt(0.75) * step]
        assert np.unique(complex_.grades) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("noise", [1e-17, 1e-16, 1e-12, 1e-8])
@pytest.mark.parametrize("dimension", [2, 3])
def test_almost_flat_cells_have_the_values_of_gudhi(noise, dimension):
    # Cells at the hull of a perturbed grid have radii of up to the inverse of the noise.
    rng = np.random.default_rng(1)
    cloud = grid(4, dimension) / 4 + noise * rng.normal(size=(4**dimension, dimension))
    found, expected = values(alpha(cloud)), gudhi_values(cloud)
    common = found.keys() & expected.keys()
    assert len(common) > 0.5 * len(expected)
    assert noise < 1e-15 or len(common) == len(found) == len(expected)  # below, ties are left
    if len(common) == len(found):
        assert max(abs(found[simplex] / expected[simplex] - 1) for simplex in common if expected[simplex]) < 1e-12


# --- identities


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_homology_is_that_of_delaunay_and_cech(kind, dimension):
    if kind == "circle" and dimension == 1:
        pytest.skip("no circle on a line")
    for seed in range(3):
        cloud = hard_cloud(kind, np.random.default_rng([seed, dimension]), dimension, 8)
        found = tdainv.hilbert_signed_measures(rounded(alpha(cloud)), range(dimension))
        assert found == tdainv.hilbert_signed_measures(cech(cloud, dimension), range(dimension))
        assert found == tdainv.hilbert_signed_measures(rounded(delaunay(cloud)), range(dimension))


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_cells_are_those_of_delaunay_and_enter_no_earlier(dimension):
    rng = np.random.default_rng(dimension)
    for cloud in (rng.normal(size=(200, dimension)), rng.integers(0, 5, size=(80, dimension))):
        early, late = delaunay(cloud), alpha(cloud)
        assert np.array_equal(early.indices, late.indices)
        assert (early.grades <= late.grades).all()
        tdainv.FilteredComplex(late.dimensions, late.indptr, late.indices, late.grades)  # grades do not decrease


def test_radii_lie_between_half_the_diameter_and_its_jung_multiple():
    cloud = np.random.default_rng(4).normal(size=(100, 3))
    complex_ = delaunay(cloud)
    for k in (1, 2, 3):
        rows, radii = complex_.simplices(k), complex_.grades[complex_.cells_of(k), 0]
        pairs = combinations(range(k + 1), 2)
        diameters = np.max([np.linalg.norm(cloud[rows[:, i]] - cloud[rows[:, j]], axis=1) for i, j in pairs], axis=0)
        assert (radii >= diameters / 2 - 1e-15).all()
        assert (radii <= diameters * np.sqrt(k / (2 * (k + 1))) + 1e-15).all()


def test_components_are_those_of_rips_at_half_the_length():
    cloud = np.random.default_rng(6).normal(size=(80, 3))
    deaths = tdainv.barcode(alpha(cloud), 0).deaths
    assert np.allclose(2 * deaths, tdainv.barcode(tdainv.rips(cloud), 0).deaths, rtol=1e-14)


def test_order_and_exact_motions_do_not_matter():
    rng = np.random.default_rng(7)
    cloud = rng.integers(-4, 4, size=(50, 3)).astype(float)
    expected = bars(alpha(cloud), 3)
    assert bars(alpha(cloud[rng.permutation(50)]), 3) == expected
    assert bars(alpha(cloud[:, [2, 0, 1]] * [1, -1, 1] + [512, 0, -7]), 3) == expected


@pytest.mark.parametrize("scale", [2.0, 2.0**-40, 2.0**90])
def test_scaling_by_a_power_of_two_is_exact(scale):
    cloud = np.random.default_rng(8).normal(size=(60, 3))
    assert np.array_equal(alpha(scale * cloud).grades, scale * alpha(cloud).grades)


@pytest.mark.parametrize("scale", [1e-306, 1e150, 1.7e308])
def test_sizes_at_the_ends_of_the_range_of_floats(scale):
    cloud = np.random.default_rng(9).uniform(-1, 1, size=(100, 3))
    largest = np.finfo(float).max / max(scale, 1)
    assert np.allclose(alpha(scale * cloud).grades / scale, np.minimum(alpha(cloud).grades, largest), rtol=1e-6)


def test_points_of_very_different_sizes_are_allowed_or_refused():
    cloud = np.random.default_rng(10).uniform(-1, 1, size=(50, 3))
    complex_ = alpha(np.concatenate([cloud, 1e-38 * cloud]))
    tdainv.FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades)
    assert np.isfinite(complex_.grades).all()
    with pytest.raises(ValueError, match="differ in size by less than a factor of about 1e44"):
        alpha(np.concatenate([cloud, 1e-60 * cloud]))


# --- the cut-off


@pytest.mark.parametrize("cut", [0.1, 0.5, np.sqrt(0.5), 100.0, np.inf])
def test_the_cut_off_leaves_out_what_is_larger(cut):
    cloud = np.concatenate([np.random.default_rng(9).normal(size=(50, 2)), grid(3, 2)])
    full, part = values(alpha(cloud)), alpha(cloud, max_radius=cut)
    assert values(part) == {simplex: value for simplex, value in full.items() if value <= cut}
    tdainv.FilteredComplex(part.dimensions, part.indptr, part.indices, part.grades)


# --- bad input


@pytest.mark.parametrize("value", [0, -1.0, np.nan, "1", True])
def test_bad_cut_offs_are_refused(value):
    with pytest.raises(ValueError, match="max_radius must be a positive finite number, got max_radius="):
        alpha(np.eye(3), max_radius=value)
    with pytest.raises(ValueError, match="max_radius must be a positive finite number"):
        Alpha(max_radius=value).fit([np.eye(3)])


def test_bad_clouds_are_refused():
    with pytest.raises(ValueError, match=r"at most 3 .* got shape \(2, 4\)\. Use a Rips filtration, or project"):
        alpha(np.zeros((2, 4)))
    with pytest.raises(ValueError, match="points must be finite"):
        alpha([[np.inf, 0.0]])
    with pytest.raises(ValueError, match=r"points must have shape .* got shape \(0, 2\)"):
        alpha(np.zeros((0, 2)))
    with pytest.raises(ValueError, match=r"X\[1\] must have shape"):
        Alpha().transform([np.eye(2), np.zeros((3, 0))])


def test_the_estimator_does_as_the_function():
    clouds = [np.random.default_rng(n).normal(size=(n, 3)) for n in (5, 8)]
    assert Alpha(max_radius=0.8).fit_transform(clouds) == [alpha(cloud, max_radius=0.8) for cloud in clouds]
