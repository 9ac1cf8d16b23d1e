import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("TDAINV_DATA", ROOT.parent / "shared" / "data"))
RUN = ROOT / "benchmarks" / "accuracy" / "run.py"

pytestmark = pytest.mark.skipif(not RUN.exists(), reason="benchmarks are not in this copy")
needs_data = pytest.mark.skipif(
    not (DATA / "graphs" / "MUTAG.npz").exists(), reason="needs the folder of data, TDAINV_DATA"
)


def run(*arguments):
    command = [sys.executable, str(RUN), "--quick", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@needs_data
def test_a_run_writes_one_row_a_method_and_goes_on_where_it_was(tmp_path):
    output = tmp_path / "accuracy.csv"
    first = run("--data", DATA, "--output", output, "--sets", "MUTAG", "--methods", "distances", "raw")
    assert first.returncode == 0, first.stderr
    rows = output.read_text().splitlines()
    assert len(rows) == 3
    assert run("--data", DATA, "--output", output, "--sets", "MUTAG", "--methods", "raw").returncode == 0
    assert output.read_text().splitlines() == rows


def test_data_that_are_not_there_are_named(tmp_path):
    result = run("--data", tmp_path, "--output", tmp_path / "a.csv", "--sets", "MUTAG", "--methods", "raw")
    assert result.returncode != 0
    assert "MUTAG is not in" in result.stderr
    assert "--data" in result.stderr


def test_nothing_is_chosen_by_the_labels_of_test_items(monkeypatch):
    monkeypatch.syspath_prepend(str(RUN.parent))
    from protocol import Method, evaluate
    from steps import Rows

    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 15)
    samples = [{"good": rng.normal(label, 0.3, 3), "bad": rng.normal(size=3)} for label in labels]
    fold = np.arange(0, 30, 2), np.arange(1, 30, 2)
    hidden = labels.copy()
    hidden[fold[1]] = 1 - hidden[fold[1]]
    method = Method(Rows("bad"), {"key": ["bad", "good"]})
    truth, wrong = (evaluate(method, samples, each, [fold], 0) for each in (labels, hidden))
    assert truth.chosen == wrong.chosen
    assert truth.inner == wrong.inner
    assert "key=good" in truth.chosen[0]
    assert truth.accuracies[0] == 1 - wrong.accuracies[0] > 0.8


def test_kernels_of_subsets_take_the_columns_of_their_training_samples(monkeypatch):
    monkeypatch.syspath_prepend(str(RUN.parent))
    from kernels import DistanceKernel, SlicedDistances, name

    from tdainv import SignedMeasure

    rng = np.random.default_rng(0)
    samples = [{"view": (SignedMeasure(rng.random((4, 2)), [1, 1, -1, -1]),)} for _ in range(6)]
    training = SlicedDistances(((1.0, 1.0),)).fit_transform(samples)
    kernel = DistanceKernel(name("view", (1.0, 1.0)))
    gram = kernel.fit_transform(training[::2])
    np.testing.assert_allclose(np.diag(gram), 1)
    np.testing.assert_allclose(gram, gram.T)
    assert kernel.transform(training[1::2]).shape == (3, 3)
