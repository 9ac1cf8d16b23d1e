"""The objects of the algebra: what they accept, print, compare and pickle."""

import pickle

import numpy as np
import pytest

import tdainv
from tdainv import ChainComplex, FlagFiltration, GradedMatrix

POINTS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [3.0, 3.0]])


def edge(**changes):
    parts = {
        "indptr": [0, 2],
        "indices": [0, 1],
        "row_grades": np.zeros((2, 2)),
        "column_grades": np.ones((1, 2)),
    }
    return GradedMatrix(**{**parts, **changes})


def test_graded_matrix_prints_its_size():
    assert repr(edge()) == "GradedMatrix(2 rows, 1 column, 2 entries, 2 parameters)"
    assert edge().to_dense().tolist() == [[1], [1]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"row_grades": np.zeros(2)}, "two-dimensional"),
        ({"row_grades": np.zeros((2, 3))}, "one column a parameter"),
        ({"column_grades": np.full((1, 2), np.nan)}, "must not be NaN"),
        ({"indptr": [0, 1, 2]}, "n_columns \\+ 1 = 2"),
        ({"indptr": [0, 3]}, "number of entries 2, got 3"),
        ({"indices": [0, 2]}, "0..1, got 2"),
        ({"indices": [1, 0]}, "strictly increasing"),
        ({"indices": [1, 1]}, "strictly increasing"),
        ({"row_grades": np.full((2, 2), 5.0)}, r"Entry \(0, 0\) has row grade .* above its column grade"),
    ],
)
def test_graded_matrix_refuses(changes, message):
    with pytest.raises(ValueError, match=message):
        edge(**changes)


def test_rearranging_agrees_with_dense_indexing():
    rng = np.random.default_rng(0)
    matrix = tdainv.rips(rng.normal(size=(30, 2))).chain_complex(1).upper
    rows = rng.permutation(matrix.shape[0])[:20]
    columns = rng.permutation(matrix.shape[1])
    indptr, indices = matrix.rearrange(rows, columns)
    dense = np.zeros((len(rows), len(columns)), int)
    for j in range(len(columns)):
        dense[indices[indptr[j] : indptr[j + 1]], j] = 1
    np.testing.assert_array_equal(dense, matrix.to_dense()[np.ix_(rows, columns)])


def test_chain_complex_needs_matching_generators():
    complex_ = tdainv.rips(POINTS).chain_complex(1)
    assert repr(complex_).startswith("ChainComplex(degree 1, ")
    assert repr(complex_).endswith("→ 5 generators, 1 parameter)")
    with pytest.raises(ValueError, match="same generators"):
        ChainComplex(1, complex_.lower, complex_.lower)
    with pytest.raises(ValueError, match="simplices"):
        ChainComplex(1, complex_.upper, complex_.lower, (np.zeros((0, 2)), np.zeros((0, 3))))


def test_a_chain_complex_stands_for_its_filtration():
    for filtration in (tdainv.rips(POINTS), tdainv.codensity_rips(POINTS)):
        for degree in (0, 1):
            complex_ = filtration.chain_complex(degree)
            measure = tdainv.hilbert_signed_measure(filtration, degree)
            assert tdainv.hilbert_signed_measure(complex_, degree) == measure
    assert tdainv.barcode(tdainv.rips(POINTS).chain_complex(1), 1) == tdainv.barcode(tdainv.rips(POINTS), 1)
    with pytest.raises(ValueError, match="has degree 0"):
        tdainv.barcode(tdainv.rips(POINTS).chain_complex(0), 1)


def test_flag_filtration_prints_its_size():
    assert repr(tdainv.rips([[0.0]])) == "FlagFiltration(1 vertex, 1 parameter)"
    assert repr(tdainv.rips(POINTS, max_edge=2)) == "FlagFiltration(5 vertices, 1 parameter, max_edge=2)"
    assert tdainv.function_rips(POINTS, POINTS).n_parameters == 3


def test_an_edge_cannot_come_before_its_vertices():
    with pytest.raises(ValueError, match=r"distances\[0, 1\] = 1 lies below the birth 2 of one of its vertices"):
        FlagFiltration([[0, 1], [1, 0]], vertex_births=[0, 2])


def objects():
    filtration = tdainv.codensity_rips(POINTS, max_edge=2.5)
    return [filtration, filtration.chain_complex(1), filtration.chain_complex(1).upper]


@pytest.mark.parametrize("thing", objects(), ids=lambda thing: type(thing).__name__)
def test_objects_pickle_and_compare(thing):
    again = pickle.loads(pickle.dumps(thing))
    assert again == thing
    assert thing != "something else"
    assert repr(again) == repr(thing)


def test_different_objects_differ():
    assert tdainv.rips(POINTS) != tdainv.rips(POINTS, max_edge=2)
    assert tdainv.rips(POINTS) != tdainv.rips(2 * POINTS)
    assert tdainv.rips(POINTS).chain_complex(0) != tdainv.rips(POINTS).chain_complex(1)
    assert edge() != edge(column_grades=np.full((1, 2), 2.0))
