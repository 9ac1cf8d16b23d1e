"""Barcodes of images against plain matrix reduction, against gudhi, and against hand computation."""

from itertools import product

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from tdainv.persistence.cubical import CubicalPairs, cubical_pairs

CELLS = ("vertices", "top")
KINDS = ("distinct", "few values", "many ties", "holes", "negative", "constant")
SHAPES = [(1,), (7,), (30,), (1, 1), (1, 6), (5, 1), (6, 7), (12, 9), (1, 1, 1), (5, 1, 4), (1, 4, 5), (2, 3, 1)]
SHAPES += [(2, 2, 2), (3, 3, 3), (5, 4, 6), (7, 7, 7)]


def image_of(kind, shape, seed=0):
    rng = np.random.default_rng([seed, KINDS.index(kind), *shape])
    match kind:
        case "distinct":
            return rng.random(shape)
        case "few values":
            return rng.integers(0, 3, shape).astype(float)
        case "many ties":
            return rng.integers(0, 10, shape) / 7
        case "holes":
            return np.where(rng.random(shape) < 0.3, np.inf, rng.integers(0, 6, shape))
        case "negative":
            return rng.normal(size=shape).round(1)
        case "constant":
            return np.full(shape, 2.5)


def bars(values, cells, degree):
    pairs = cubical_pairs(values, cells, (degree,))[0]
    return np.column_stack([pairs.births, pairs.deaths])


def grid_cells(shape, cells):
    """Cells of the grid, with the pixels that are their vertices, or that they are faces of.

    A cell is a position with odd coordinates along its edges. Pixels have even coordinates as vertices, odd ones as
    cells of full dimension.
    """
    odd = int(cells == "top")
    for cell in product(*(range(2 * n - 1 + 2 * odd) for n in shape)):
        sides = [(c // 2,) if c % 2 == odd else ((c - 1 - odd) // 2, (c + 1 - odd) // 2) for c in cell]
        pixels = [p for p in product(*sides) if all(0 <= x < n for x, n in zip(p, shape, strict=True))]
        yield cell, [int(np.ravel_multi_index(p, shape)) for p in pixels]


def reduced_pairs(values, cells):
    """Pixels of the bars of positive length, by degree: reduction of the boundary matrix of all cells."""
    flat = values.ravel()
    rank = np.argsort(np.argsort(flat, kind="stable"))
    choose = max if cells == "vertices" else min
    owner = {cell: choose(pixels, key=rank.__getitem__) for cell, pixels in grid_cells(values.shape, cells)}
    dimension = {cell: sum(c % 2 for c in cell) for cell in owner}
    order = sorted(owner, key=lambda cell: (rank[owner[cell]], dimension[cell], cell))
    number = {cell: i for i, cell in enumerate(order)}
    columns, pairs, paired = {}, {k: [] for k in range(values.ndim)}, set()
    for cell in order:
        ends = [(*cell[:a], cell[a] + s, *cell[a + 1 :]) for a in range(len(cell)) if cell[a] % 2 for s in (-1, 1)]
        column = {number[end] for end in ends}
        while column and max(column) in columns:
            column ^= columns[max(column)]
        if column:
            columns[max(column)] = column
            birth = order[max(column)]
            paired |= {birth, cell}
            if flat[owner[birth]] < flat[owner[cell]]:
                last = owner[cell] if flat[owner[cell]] < np.inf else -1
                pairs[dimension[birth]].append((owner[birth], last))
    for cell in order:
        if cell not in paired and flat[owner[cell]] < np.inf:
            pairs[dimension[cell]].append((owner[cell], -1))
    return pairs


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(6,), (1, 5), (4, 5), (5, 5), (2, 1, 4), (3, 3, 3), (4, 3, 4)])
def test_pixels_of_the_bars_are_those_of_the_reduction_of_all_cells(shape, kind, cells):
    for seed in range(3):
        values = image_of(kind, shape, seed)
        expected = reduced_pairs(values, cells)
        for k, pairs in enumerate(cubical_pairs(values, cells, range(len(shape)))):
            assert sorted(zip(pairs.birth_pixels, pairs.death_pixels, strict=True)) == sorted(expected[k])


def gudhi_bars(values, cells):
    """Bars of positive length by degree, sorted."""
    gudhi = pytest.importorskip("gudhi")
    grid = gudhi.CubicalComplex(**{"vertices" if cells == "vertices" else "top_dimensional_cells": values})
    grid.compute_persistence(homology_coeff_field=2, min_persistence=0)
    for k in range(values.ndim):
        found = np.asarray(grid.persistence_intervals_in_dimension(k)).reshape(-1, 2)
        found = found[found[:, 0] < found[:, 1]]
        yield found[np.lexsort((found[:, 1], found[:, 0]))]


def assert_equal_to_gudhi(values, cells):
    pairs = cubical_pairs(values, cells, range(values.ndim))
    for found, expected in zip(pairs, gudhi_bars(values, cells), strict=True):
        np.testing.assert_array_equal(np.column_stack([found.births, found.deaths]), expected)


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_bars_are_those_of_gudhi(shape, kind, cells):
    for seed in range(3):
        assert_equal_to_gudhi(image_of(kind, shape, seed), cells)


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("sigma", [0, 1, 2])
@pytest.mark.parametrize("shape", [(60, 70), (20, 20, 20)])
def test_bars_of_larger_images_are_those_of_gudhi(shape, sigma, cells):
    noise = np.random.default_rng(1).random(shape)
    assert_equal_to_gudhi(gaussian_filter(noise, sigma) if sigma else noise, cells)


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("threshold", [0.35, 0.5, 0.75])
def test_bars_of_binary_noise_are_those_of_gudhi(threshold, cells):
    noise = np.random.default_rng(2).random((16, 16, 16))
    assert_equal_to_gudhi((noise > threshold).astype(float), cells)


def test_bars_of_a_ring_have_the_pixels_that_close_and_fill_it():
    ring = np.zeros((3, 3))
    ring[1, 1] = 5.0
    components, loops = cubical_pairs(ring, "vertices", (0, 1))
    assert [array.tolist() for array in components] == [[0.0], [np.inf], [0], [-1]]
    assert [array.tolist() for array in loops] == [[0.0], [5.0], [8], [4]]


@pytest.mark.parametrize("cells", CELLS)
def test_a_hollow_cube_has_a_void_and_no_loop(cells):
    shell = np.zeros((3, 3, 3))
    shell[1, 1, 1] = 1.0
    assert [bars(shell, cells, k).tolist() for k in range(3)] == [[[0.0, np.inf]], [], [[0.0, 1.0]]]


@pytest.mark.parametrize("cells", CELLS)
def test_a_void_that_is_never_filled_is_essential(cells):
    shell = np.zeros((3, 3, 3))
    shell[1, 1, 1] = np.inf
    void = cubical_pairs(shell, cells, (2,))[0]
    assert (void.births.tolist(), void.deaths.tolist(), void.death_pixels.tolist()) == ([0.0], [np.inf], [-1])


@pytest.mark.parametrize("cells", CELLS)
def test_a_ring_of_pixels_in_space_has_a_loop_that_its_axis_fills(cells):
    values = np.full((3, 5, 5), 9.0)
    values[1, 1:4, 1:4] = 1.0
    values[1, 2, 2] = 4.0
    assert bars(values, cells, 1).tolist() == [[1.0, 4.0]]
    values[1, 2, 2] = np.inf
    assert bars(values, cells, 1).tolist() == [[1.0, 9.0]]  # filled by a dome


def test_pixels_with_a_common_corner_touch_only_as_cells():
    corner = np.array([[0.0, 9.0], [9.0, 0.0]])
    assert bars(corner, "vertices", 0).tolist() == [[0.0, 9.0], [0.0, np.inf]]
    assert bars(corner, "top", 0).tolist() == [[0.0, np.inf]]


@pytest.mark.parametrize(
    ("shape", "degree"), [((8, 9), 0), ((8, 9), 1), ((5, 6, 5), 0), ((5, 6, 5), 1), ((5, 6, 5), 2)]
)
def test_bars_with_pixels_as_cells_are_those_of_the_negated_image_the_other_way_round(shape, degree):
    values = np.random.default_rng(3).normal(size=shape)
    negated = np.pad(-values, 1, constant_values=-100.0)
    dual = -bars(negated, "vertices", len(shape) - 1 - degree)[:, ::-1]
    dual = dual[np.abs(dual).max(axis=1) < 100]  # without those of the padding
    found = bars(values, "top", degree)
    found = found[np.isfinite(found[:, 1])]
    np.testing.assert_array_equal(found, dual[np.lexsort((dual[:, 1], dual[:, 0]))])


@pytest.mark.parametrize("cells", CELLS)
def test_bars_do_not_depend_on_the_order_and_direction_of_the_axes(cells):
    values = image_of("many ties", (5, 6, 4))
    for moved in (values.transpose(2, 0, 1), values[::-1], values[:, ::-1, ::-1]):
        for k in range(3):
            np.testing.assert_array_equal(bars(moved, cells, k), bars(values, cells, k))


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("scale", [2.0**-20, 1.0, 2.0**20])
def test_integers_fractions_and_large_numbers_are_ordered_alike(scale, cells):
    values = np.random.default_rng(4).integers(0, 20, (6, 6, 6)).astype(float)
    for plain, scaled in zip(
        cubical_pairs(values, cells, (0, 1, 2)), cubical_pairs(scale * values, cells, (0, 1, 2)), strict=True
    ):
        np.testing.assert_array_equal(scale * plain.deaths, scaled.deaths)
        np.testing.assert_array_equal(plain.birth_pixels, scaled.birth_pixels)
        np.testing.assert_array_equal(plain.death_pixels, scaled.death_pixels)


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("kind", KINDS)
def test_bars_are_sorted_and_have_the_values_of_their_pixels(kind, cells):
    values = image_of(kind, (9, 8, 7))
    flat = values.ravel()
    for pairs in cubical_pairs(values, cells, (0, 1, 2)):
        rows = list(zip(*(array.tolist() for array in pairs), strict=True))
        assert rows == sorted(rows)
        np.testing.assert_array_equal(flat[pairs.birth_pixels], pairs.births)
        ends = pairs.death_pixels >= 0
        np.testing.assert_array_equal(flat[pairs.death_pixels[ends]], pairs.deaths[ends])
        assert np.isinf(pairs.deaths[~ends]).all()
        assert (pairs.births < pairs.deaths).all()


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("shape", [(9,), (8, 9), (6, 5, 7)])
def test_degrees_alone_and_in_any_order_are_those_of_all_together(shape, cells):
    values = image_of("many ties", shape)
    together = cubical_pairs(values, cells, range(4))
    for degrees in [(0,), (1,), (2, 0), (3, 1, 0), (2,)]:
        for k, alone in zip(degrees, cubical_pairs(values, cells, degrees), strict=True):
            for array, expected in zip(alone, together[k], strict=True):
                np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 3)])
def test_an_image_that_never_appears_has_no_bars(shape, cells):
    for pairs in cubical_pairs(np.full(shape, np.inf), cells, (0, 1, 2)):
        assert isinstance(pairs, CubicalPairs)
        assert all(array.shape == (0,) for array in pairs)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.float64])
def test_images_of_other_types_and_layouts_are_read_and_left_alone(dtype):
    values = np.random.default_rng(5).integers(0, 9, (5, 6, 7)).astype(dtype)
    values.flags.writeable = False
    expected = cubical_pairs(values.astype(float), "vertices", (0, 1, 2))
    for same in (values, np.asfortranarray(values), values.tolist()):
        for found, wanted in zip(cubical_pairs(same, "vertices", (0, 1, 2)), expected, strict=True):
            for array, right in zip(found, wanted, strict=True):
                np.testing.assert_array_equal(array, right)


@pytest.mark.parametrize(
    ("values", "cells", "degrees", "message"),
    [
        (np.zeros((2, 2, 2, 2)), "top", (0,), r"values must have one to three axes.* got shape \(2, 2, 2, 2\)"),
        (np.zeros((2, 0)), "top", (0,), r"got shape \(2, 0\)"),
        (3.0, "top", (0,), r"got shape \(\)"),
        ([0.0, np.nan], "top", (0,), "values must be numbers or inf, got a value nan"),
        ([0.0, -np.inf], "top", (0,), "values must be numbers or inf, got a value -inf"),
        ([0.0], "faces", (0,), "cells must be one of 'vertices', 'top', got cells='faces'"),
        ([0.0], "top", (-1,), "degree must be an integer of at least 0"),
    ],
)
def test_bad_input_is_refused(values, cells, degrees, message):
    with pytest.raises(ValueError, match=message):
        cubical_pairs(values, cells, degrees)


def test_an_image_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1000")
    with pytest.raises(MemoryError, match=r"The barcode of an image of shape \(9, 9\) needs about"):
        cubical_pairs(np.zeros((9, 9)), "top", (0,))
