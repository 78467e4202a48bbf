# The two commands are `make run` and `make test`; both set up what they need.
PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python3.14; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

PARITY ?= yes
# Processes that test, a file to each at a time, in the order of tests/conftest.py; JOBS=0: one, without a worker, as a debugger wants it.
JOBS ?= auto
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help setup run test parity chaos check format bench docs-images catalogs clean

help: ## what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Lossroom needs Python 3.11 or newer (set PYTHON=/path/to/python3)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

setup: $(VENV)/.installed ## create .venv with everything pinned

run: $(VENV)/.installed ## serve the lab on http://127.0.0.1:8000 (PORT=, HOST=)
	@exec $(BIN)/lossroom serve --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-dev ## set up, then every test, the browser's and PyTorch's included (PARITY=no: without PyTorch)
	@sh scripts/ensure-browser.sh $(BIN)/python
	@test "$(PARITY)" = no || sh scripts/ensure-torch.sh $(BIN)/python
	$(PYTEST) $(ARGS)

parity: $(VENV)/.installed-dev ## only the comparison with PyTorch; fails where it cannot be had
	@sh scripts/ensure-torch.sh $(BIN)/python
	@$(BIN)/python -c 'import torch' 2>/dev/null
	$(BIN)/python -m pytest -m parity $(ARGS)

check: $(VENV)/.installed-dev ## ruff and mypy (strict)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev ## let ruff rewrite the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

chaos: $(VENV)/.installed-dev ## kill workers, servers, tabs and sockets 200 times (ARGS="--kills 1000 --seed 7")
	@sh scripts/ensure-browser.sh $(BIN)/python
	$(BIN)/python -m tests.chaos --browser $(ARGS)

bench: $(VENV)/.installed-dev ## measure against peers in the same run
	$(BIN)/python -m benchmarks $(ARGS)

docs-images: $(VENV)/.installed-dev ## take the pictures in docs/ again from running labs (ARGS="builder hover")
	@sh scripts/ensure-browser.sh $(BIN)/python
	$(BIN)/python scripts/docs_images.py $(ARGS)

clean: ## remove the environment and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
