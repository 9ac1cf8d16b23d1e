# `make demo` and `make test` do everything on a machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test lint types format bench docs clean

demo: $(VENV)/installed
	$(BIN)/tdainv classify proteins --output demo-output

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n 2 -q

lint: $(VENV)/installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell

format: $(VENV)/installed-lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/compare/rips_barcodes.py
	$(BIN)/python benchmarks/compare/hilbert_measures.py
	$(BIN)/python benchmarks/compare/measures.py
	$(BIN)/python benchmarks/compare/presentations.py
	$(BIN)/python benchmarks/compare/complex_barcodes.py
	$(BIN)/python benchmarks/compare/builders.py
	$(BIN)/python benchmarks/compare/invariants.py
	$(BIN)/python benchmarks/compare/magnitude.py
	$(BIN)/python benchmarks/compare/pipelines.py
	$(BIN)/python benchmarks/compare/many_clouds.py
	$(BIN)/python benchmarks/compare/attributed_graphs.py
	$(BIN)/python benchmarks/compare/learn_step.py
	$(BIN)/python benchmarks/compare/cold_start.py

docs: $(VENV)/installed-docs
	$(BIN)/sphinx-build -W -b html docs docs/_build/html

clean:
	rm -rf $(VENV) docs/_build docs/gallery docs/generated demo-output

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e .
	touch $@

$(VENV)/installed-%: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -e ".[$*]"
	touch $@
