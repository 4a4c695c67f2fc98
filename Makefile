# powersim. `make help` lists the targets. Needs Python >= 3.11 and make; everything else goes into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# The newest supported Python on the path; `make demo PYTHON=/path/to/python` overrides it.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
VENV ?= .venv
OUT ?= out
DEMO_RUNS ?= 60
DEMO_BRANCHES ?= replace,keep,cancel,trade,free,no_nato_shift,no_2014_sanctions,no_syrian_uprising
FIGURE_RUNS ?= 1000
SEED ?= 2009
WORKERS ?= auto
FUZZ ?= 20

# Compiled once for all the processes that tests start, whatever the surroundings prefer.
export PYTHONDONTWRITEBYTECODE :=

FLAGSHIP := scenarios/missile_defense_2009.yaml
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install -c constraints.txt
# Files go to workers whole, the longest first (tests/conftest.py); each has a processor, so numpy needs no threads.
TESTS := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q
TESTED ?= not slow and not long
USE := $(VENV)/.ready
DEV := $(VENV)/.ready-dev

.PHONY: help demo figures test quick slow all long fuzz compiled lint format docs site wheels bench calibrate constraints clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(USE) ## the 2009 question in a few minutes: keep, cancel or replace missile defence, with figures
	@echo "Comparing branches of $(FLAGSHIP), $(DEMO_RUNS) runs each. The first time, the rules are compiled."
	@rm -rf $(OUT)/demo
	@$(BIN)/powersim compare $(FLAGSHIP) --branches $(DEMO_BRANCHES) --runs $(DEMO_RUNS) --seed $(SEED) --out $(OUT)/demo
	@echo "Figures (PNG and SVG): $(OUT)/demo/figures; begin with lead.png and overview.png, or open index.html"
	@echo "Every effect with its interval: $(OUT)/demo/effects.csv"

figures: $(USE) ## the same with many runs, for narrow intervals (FIGURE_RUNS=1000)
	@rm -rf $(OUT)/figures
	@$(BIN)/powersim compare $(FLAGSHIP) --runs $(FIGURE_RUNS) --seed $(SEED) --out $(OUT)/figures
	@cp $(OUT)/figures/figures/lead.png $(OUT)/figures/figures/overview.png docs/figures/
	@echo "Figures (PNG and SVG): $(OUT)/figures/figures, the first two also in docs/figures; the rest: powersim figures $(OUT)/figures"

test: lint compiled ## style, types, layers, documents, all tests but the slow ones
	$(TESTS) -m "$(TESTED)"

quick: compiled ## the tests alone, without the slow ones
	$(TESTS) -m "$(TESTED)"

slow: compiled ## the slow tests: interpreted rules, calibration, browsers, clusters, killed processes, full disks
	$(TESTS) -m slow

all: ## what CI runs: test and slow in one
	@$(MAKE) test TESTED="not long"

long: compiled ## every command that the documents show, every example from the wheel: a quarter of an hour
	$(TESTS) -m long

fuzz: compiled ## hostile values in every option: all of them, where test tries a few (FUZZ=20)
	FUZZ=$(FUZZ) $(BIN)/python -m pytest -n $(WORKERS) -q tests/fuzz

compiled: $(DEV) # once here, instead of once in every worker of pytest
	@$(BIN)/powersim run scenarios/two_powers.yaml --runs 1 --quiet >/dev/null

lint: $(DEV) ## style, types, layers, generated documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_docs.py --check

format: $(DEV) ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(USE) ## write what of docs/ is made from the code: reference, parameters, mechanisms, theory and others
	$(BIN)/python scripts/generate_docs.py

site: $(DEV) ## the documents as a site, out/site/index.html, every link checked
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet --site-dir $(abspath $(OUT))/site

wheels: $(DEV) ## build the wheel, install and try it for every supported Python on the path (needs the network)
	$(BIN)/python scripts/wheels.py --tests

calibrate: $(USE) ## rank synthetic truths and their counterfactuals among conditioned worlds
	$(BIN)/python -m experiments.calibration

bench: $(USE) ## measure speed, scaling and memory; writes benchmarks/results.md and results.csv
	$(BIN)/python benchmarks/run.py

$(USE): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "powersim needs Python 3.11 or newer: none found on the path." \
		"Name one: make PYTHON=/path/to/python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual" \
		"environment. On Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@echo "Installing powersim into $(VENV) ..."
	@$(PIP) hatchling editables
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(DEV): $(USE)
	@echo "Installing the tools for development ..."
	@$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@

constraints: ## resolve everything anew and pin it (then run make test on each supported Python)
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip --quiet install hatchling editables
	$(BIN)/python -m pip --quiet install --no-build-isolation --editable '.[dev]'
	{ grep '^#' constraints.txt; $(BIN)/python -m pip freeze --exclude-editable; } > constraints.new
	mv constraints.new constraints.txt

clean: ## remove the environment, caches and output
	rm -rf $(VENV) $(OUT) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
