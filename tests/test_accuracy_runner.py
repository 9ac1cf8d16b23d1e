import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("TDAINV_DATA", ROOT.parent / "shared" / "data"))
RUN = ROOT / "benchmarks" / "accuracy" / "run.py"

pytestmark = [
    pytest.mark.skipif(not RUN.exists(), reason="benchmarks are not in this copy"),
    pytest.mark.skipif(not (DATA / "graphs" / "MUTAG.npz").exists(), reason="needs the folder of data, TDAINV_DATA"),
]


def run(*arguments):
    command = [sys.executable, str(RUN), "--quick", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


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
