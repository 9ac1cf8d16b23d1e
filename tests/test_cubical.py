"""Cubical filtrations against gudhi, against brute force, and against hand computation."""

from itertools import combinations, product

import numpy as np
import pytest
from oracles import betti_numbers_of_cells

import tdainv
from tdainv import FilteredComplex
from tdainv.exceptions import MemoryLimitError
from tdainv.filtrations.cubical import cubical
from tdainv.filtrations.image_estimators import Cubical

SHAPES = [(1,), (6,), (1, 1), (4, 5), (1, 6), (3, 2, 4), (2, 3, 2, 3)]

over_cells = pytest.mark.parametrize("cells", ["vertices", "top"])
over_shapes = pytest.mark.parametrize("shape", SHAPES, ids=str)


def grid(image, **options):
    """All cells of a grid."""
    return cubical(image, **options).expand()


def images(shape, highest=6):
    """Images with many ties."""
    return np.random.default_rng(sum(shape)).integers(0, highest, shape).astype(float)


def positions(shape, cells):
    """Positions of cells in the doubled grid, in the documented order; odd (even for "top") along no axis: a vertex."""
    more = 0 if cells == "vertices" else 1
    axes = range(len(shape))
    listed = []
    for k in range(len(shape) + 1):
        for kind in combinations(axes, k):
            lengths = [shape[i] + more - (i in kind) for i in axes]
            listed += [tuple(2 * x[i] + (i in kind) for i in axes) for x in product(*map(range, lengths))]
    return listed


# --- cells, boundaries and grades


@over_cells
@over_shapes
def test_cells_have_the_grades_of_gudhi_in_the_documented_order(shape, cells):
    gudhi = pytest.importorskip("gudhi")
    image = images(shape)
    name = "vertices" if cells == "vertices" else "top_dimensional_cells"
    doubled = gudhi.CubicalComplex(**{name: image}).all_cells()
    complex_ = grid(image, cells=cells)
    assert len(complex_) == doubled.size
    np.testing.assert_array_equal(complex_.grades[:, 0], [doubled[x] for x in positions(shape, cells)])


@over_cells
@over_shapes
def test_facets_are_the_ends_along_each_axis(shape, cells):
    complex_ = grid(images(shape), cells=cells)
    where = positions(shape, cells)
    number = {x: i for i, x in enumerate(where)}
    for i, x in enumerate(where):
        odd = [axis for axis in range(len(shape)) if x[axis] % 2]
        ends = {number[(*x[:axis], x[axis] + step, *x[axis + 1 :])] for axis in odd for step in (-1, 1)}
        facets = complex_.indices[complex_.indptr[i] : complex_.indptr[i + 1]]
        assert complex_.dimensions[i] == len(odd)
        assert list(facets) == sorted(ends)


@over_cells
@over_shapes
def test_the_result_passes_the_checks_of_a_filtered_complex_and_has_its_types(shape, cells):
    complex_ = grid(images(shape), cells=cells)
    checked = FilteredComplex(complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades)
    assert checked == complex_
    for name in ("dimensions", "indptr", "indices", "grades"):
        assert getattr(checked, name).dtype == getattr(complex_, name).dtype


def test_vertices_and_top_cells_are_the_pixels_in_c_order():
    image = images((3, 4, 2), highest=1000)
    np.testing.assert_array_equal(grid(image).grades[: image.size, 0], image.ravel())
    np.testing.assert_array_equal(grid(image, cells="top").grades[-image.size :, 0], image.ravel())


def test_channels_are_parameters_and_cubes_have_the_largest_grade_of_their_vertices():
    image = np.random.default_rng(0).normal(size=(3, 4, 2))
    both = grid(image, channels=True)
    assert both.n_parameters == 2
    for k in range(2):
        np.testing.assert_array_equal(both.grades[:, k], grid(image[..., k]).grades[:, 0])


def test_one_channel_is_an_image():
    image = images((4, 3))
    for cells in ("vertices", "top"):
        assert cubical(image[..., np.newaxis], cells=cells, channels=True) == cubical(image, cells=cells)


# --- homology


@over_cells
@pytest.mark.parametrize("shape", [(7,), (4, 5), (3, 3, 2)], ids=str)
def test_barcodes_have_the_betti_numbers_of_sublevel_sets(shape, cells):
    complex_ = grid(images(shape), cells=cells)
    bars = [tdainv.barcode(complex_, k) for k in range(len(shape) + 1)]
    for value in range(6):
        expected = betti_numbers_of_cells(complex_, complex_.grades[:, 0] <= value)
        assert [((bar.births <= value) & (value < bar.deaths)).sum() for bar in bars] == expected


@over_cells
@pytest.mark.parametrize("shape", [(30,), (12, 9), (5, 6, 4), (3, 3, 4, 3)], ids=str)
def test_barcodes_of_images_with_ties_are_those_of_gudhi(shape, cells):
    gudhi = pytest.importorskip("gudhi")
    image = images(shape)
    name = "vertices" if cells == "vertices" else "top_dimensional_cells"
    theirs = gudhi.CubicalComplex(**{name: image})
    theirs.compute_persistence()
    ours = grid(image, cells=cells)
    for k in range(len(shape)):
        expected = theirs.persistence_intervals_in_dimension(k).reshape(-1, 2)
        expected = expected[np.lexsort((expected[:, 1], expected[:, 0]))]
        np.testing.assert_array_equal(tdainv.barcode(ours, k).diagram, expected)


def test_pixels_that_touch_in_a_corner_are_connected_only_as_top_cells():
    corner = [[0, 9], [9, 0]]
    assert len(tdainv.barcode(cubical(corner), 0)) == 2
    assert len(tdainv.barcode(cubical(corner, cells="top"), 0)) == 1


def test_a_hollow_cube_has_a_void_that_is_filled_by_its_middle():
    cube = np.zeros((3, 3, 3))
    cube[1, 1, 1] = 7
    np.testing.assert_array_equal(tdainv.barcode(cubical(cube), 2).diagram, [[0, 7]])
    np.testing.assert_array_equal(tdainv.barcode(cubical(cube, cells="top"), 2).diagram, [[0, 7]])


@pytest.mark.parametrize("shape", [(12,), (7, 6), (4, 3, 4)], ids=str)
def test_the_two_constructions_are_dual(shape):
    # Bleile et al., by Alexander duality in a sphere: framed by its largest value, here 10, an image has as top cells
    # in degree k the finite bars that its negative has as vertices in degree d - k - 1. The frame is a sphere that is
    # filled last: it stands for the one essential bar.
    image = np.pad(images(shape), 1, constant_values=10)
    for k in range(len(shape)):
        bars = tdainv.barcode(cubical(image, cells="top"), k).diagram
        bars[np.isinf(bars)] = 10
        dual = -tdainv.barcode(cubical(-image), len(shape) - k - 1).diagram[:, ::-1] + 0.0
        dual = dual[np.isfinite(dual).all(axis=1)]
        np.testing.assert_array_equal(bars, dual[np.lexsort((dual[:, 1], dual[:, 0]))])


def test_pixels_at_infinity_never_appear():
    ring = np.zeros((3, 3))
    ring[1, 1] = np.inf
    np.testing.assert_array_equal(tdainv.barcode(cubical(ring), 1).diagram, [[0, np.inf]])
    assert np.isinf(grid(ring).grades).sum() == 1 + 4 + 4
    np.testing.assert_array_equal(tdainv.barcode(cubical(ring, cells="top"), 1).diagram, [[0, np.inf]])


def test_two_channels_give_a_bifiltration():
    image = np.stack([[[0, 1], [2, 3]], [[3, 2], [1, 0]]], axis=-1)
    measure = tdainv.hilbert_signed_measure(cubical(image, channels=True), degree=0)
    assert measure.weights.sum() == 1  # all is connected in the end


# --- input


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_images_of_any_numeric_type_are_read_and_not_changed(dtype):
    image = images((4, 4)).astype(dtype)
    before = image.copy()
    image.flags.writeable = False
    assert cubical(image) == cubical(image.astype(float))
    np.testing.assert_array_equal(image, before)


def test_results_do_not_share_memory_with_the_image():
    image = images((4, 4, 1))
    assert not np.shares_memory(grid(image, channels=True).grades, image)


def test_views_that_are_not_contiguous_are_read():
    image = images((6, 8))
    assert cubical(image.T[::2]) == cubical(image.T[::2].copy())


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (3.0, {}, r"image must have shape \(n_1, \.\.\., n_d\) with d >= 1 and no axis of length 0, got shape \(\)"),
        (np.zeros((3, 0)), {}, r"no axis of length 0, got shape \(3, 0\)"),
        ([1.0, 2.0], {"channels": True}, r"shape \(n_1, \.\.\., n_d, p\) .* got shape \(2,\)"),
        ([[0.0, np.nan]], {}, r"image must hold numbers or inf, got image\[0, 1\] = nan"),
        ([0.0, -np.inf], {}, r"image\[1\] = -inf"),
        ([["a"]], {}, "do not form a numeric array"),
        ([1j], {}, "complex numbers"),
        ([0.0], {"cells": "pixels"}, "cells must be one of 'vertices', 'top', got cells='pixels'"),
        (np.zeros((2, 2)), {"cells": "top", "channels": True}, 'one channel with cells="top", got 2.*multicritical'),
    ],
)
def test_bad_images_are_refused(image, options, message):
    with pytest.raises(ValueError, match=message):
        cubical(image, **options)


def test_channels_must_be_true_or_false():
    with pytest.raises(TypeError, match="channels must be True or False, got channels=2"):
        cubical([0.0], channels=2)


def test_what_does_not_fit_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e6")
    with pytest.raises(MemoryLimitError, match=r"image of shape \(300, 300\).*Downsample"):
        grid(np.zeros((300, 300)))


def test_the_estimator_maps_the_function_and_names_the_bad_image():
    batch = [images((3, 4)), images((5, 2))]
    expected = [cubical(image, cells="top") for image in batch]
    assert Cubical(cells="top").fit_transform(batch) == expected
    assert Cubical(channels=True).fit_transform(np.zeros((2, 3, 2)))[0].n_parameters == 2
    with pytest.raises(ValueError, match=r"X\[1\] must hold numbers or inf, got X\[1\]\[0\] = nan"):
        Cubical().transform([[0.0], [np.nan]])
    with pytest.raises(ValueError, match="cells must be one of"):
        Cubical(cells="faces").fit(batch)


def test_a_function_is_a_channel_more():
    rng = np.random.default_rng(5)
    image = rng.normal(size=(3, 4, 3))
    one = cubical(image[..., 0])
    assert one.with_function(image[..., 1]) == cubical(image[..., :2], channels=True)
    assert one.with_function(image[..., 1:]) == cubical(image, channels=True)
    assert one.with_function(image[..., 1]).expand() == one.expand().with_function(image[..., 1].ravel())


@pytest.mark.parametrize(
    "values", [np.zeros((4, 3)), np.zeros(12), np.zeros((3, 4, 1, 1)), [["a"]], np.full((3, 4), np.nan)]
)
def test_a_function_must_fit_the_image(values):
    with pytest.raises(ValueError, match="values must"):
        cubical(np.zeros((3, 4))).with_function(values)


def test_the_shape_of_a_function_is_named():
    message = r"values must have shape \(3, 4\) or \(3, 4, q\), got shape \(4, 3\)\."
    with pytest.raises(ValueError, match=message):
        cubical(np.zeros((3, 4))).with_function(np.zeros((4, 3)))


def test_squares_take_no_second_function():
    with pytest.raises(ValueError, match='must have one channel with cells="top", got 2'):
        cubical(np.zeros((3, 4)), cells="top").with_function(np.zeros((3, 4)))
