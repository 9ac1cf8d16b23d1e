import numpy as np
import pytest

from tdainv.complexes.order import lexicographic_order


@pytest.mark.parametrize("n", [0, 1, 2, 200, 256, 3000])
@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("n_values", [1, 5, 60, 1000, 10**6])  # runs of equal values: long, short, none
def test_the_order_is_lexicographic_and_stable(n, p, n_values):
    rng = np.random.default_rng(n + p + n_values)
    grades = rng.integers(0, n_values, (n, p)).astype(float)
    np.testing.assert_array_equal(lexicographic_order(grades), np.lexsort(grades.T[::-1]))
    grades[:, 1:] = rng.integers(0, 2, (n, p - 1))
    np.testing.assert_array_equal(lexicographic_order(grades), np.lexsort(grades.T[::-1]))


def test_infinite_grades_come_last():
    grades = np.tile([[np.inf, 0.0], [1.0, np.inf], [1.0, 2.0]], (100, 1))
    order = lexicographic_order(grades)
    np.testing.assert_array_equal(order, np.lexsort(grades.T[::-1]))
    assert np.isinf(grades[order[200:], 0]).all()
