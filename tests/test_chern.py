"""Chern numbers: the phase diagram of Haldane's model, gauge invariance, orientation."""

import numpy as np
import pytest

import tdainv
from tdainv.datasets import haldane_chern_number, make_haldane_bundle


@pytest.mark.parametrize("mass", [-0.7, -0.3, 0.0, 0.3, 0.7])
@pytest.mark.parametrize("phase", [-2.6, -1.5, -0.4, 0.4, 1.5, 2.6])
def test_the_phase_diagram(mass, phase):
    gap = 3 * np.sqrt(3) * 0.1 * np.sin(phase)
    expected = 0 if abs(mass) > abs(gap) else int(np.sign(gap))
    assert haldane_chern_number(mass, phase) == expected
    assert tdainv.chern_number(make_haldane_bundle(24, mass=mass, phase=phase)) == expected


def test_the_bundle_is_the_lower_band():
    n, mass, phase, t2 = 8, 0.2, 0.9, 0.15
    bundle = make_haldane_bundle(n, mass=mass, phase=phase, second_hopping=t2)
    for i, j in np.ndindex(n, n):
        first, second = 2 * np.pi * (i + 0.5) / n, 2 * np.pi * (j + 0.5) / n
        f = 1 + np.exp(1j * first) + np.exp(1j * second)
        m = mass - 2 * t2 * np.sin(phase) * (np.sin(first) - np.sin(second) + np.sin(second - first))
        h = np.array([[m, np.conj(f)], [f, -m]])
        np.testing.assert_allclose(h @ bundle[i, j], np.linalg.eigvalsh(h)[0] * bundle[i, j], atol=1e-12)
        assert np.linalg.norm(bundle[i, j]) == pytest.approx(1.0)


def test_phases_and_lengths_do_not_matter():
    rng = np.random.default_rng(0)
    bundle = make_haldane_bundle(16)
    factors = rng.uniform(0.1, 9, (16, 16, 1)) * np.exp(2j * np.pi * rng.random((16, 16, 1)))
    assert tdainv.chern_number(bundle) == tdainv.chern_number(bundle * factors) == 1
    assert tdainv.chern_number(1e200 * bundle) == 1
    turn = np.linalg.qr(rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2)))[0]
    assert tdainv.chern_number(bundle @ turn) == 1


def test_orientation_and_conjugation_change_the_sign():
    bundle = make_haldane_bundle(16)
    assert tdainv.chern_number(np.swapaxes(bundle, 0, 1)) == -1
    assert tdainv.chern_number(bundle.conj()) == -1
    assert tdainv.chern_number(np.roll(bundle, (3, 5), (0, 1))) == 1


def test_tensor_products_add():
    first, second = make_haldane_bundle(20), make_haldane_bundle(20, phase=1.0, mass=0.1)
    both = np.einsum("ijr,ijs->ijrs", first, second).reshape(20, 20, 4)
    assert tdainv.chern_number(both) == 2


def test_constant_and_real_bundles_are_trivial():
    rng = np.random.default_rng(1)
    assert tdainv.chern_number(np.ones((3, 4, 2))) == 0
    assert tdainv.chern_number(np.ones((1, 1, 3))) == 0
    assert tdainv.chern_number(1 + 0.2 * rng.normal(size=(5, 6, 3))) == 0


@pytest.mark.parametrize(
    ("states", "message"),
    [
        (np.zeros((2, 2)), "shape"),
        (np.zeros((2, 2, 1)), "r >= 2"),
        (np.zeros((0, 2, 2)), "shape"),
        (np.zeros((2, 2, 2)), r"states\[0, 0\] = 0"),
        (np.full((2, 2, 2), np.nan), "finite"),
        ([[["a", "b"]]], "numeric"),
        ([[[1, 0], [0, 1]]], r"states\[0, 0\] and the next one along axis 1"),
    ],
)
def test_bad_states_are_refused(states, message):
    with pytest.raises(ValueError, match=message):
        tdainv.chern_number(states)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resolution": 1}, "resolution"),
        ({"mass": np.nan}, "mass"),
        ({"phase": np.inf}, "phase"),
        ({"hopping": 0.0}, "hopping"),
        ({"second_hopping": -1.0}, "second_hopping"),
        ({"phase": 0.0}, "gap must be open"),
        ({"mass": 0.3 * np.sqrt(3)}, "gap must be open"),
    ],
)
def test_bad_bundles_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        make_haldane_bundle(**options)
