# The same targets locally and in CI. Needs make and Python 3.11 or newer, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATASET ?= invoices
BENCHMARKS := replay scoring simulations sequential_runs slices clusters judge citation published report_page

.DEFAULT_GOAL := help
.PHONY: help setup shadow report sandbox dataset check format test test-slow docs bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  make shadow DATASET=invoices INCUMBENT=openai/gpt-4o CANDIDATE=together/meta-llama/Llama-3.3-70B-Instruct-Turbo"
	@echo "  More: CANDIDATE=\"a b\" for two runs, ARGS=\"--limit 50 --plan\" for any option of harness shadow."

setup: $(VENV)/.installed ## Make the virtual environment and install the package

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "Installing into $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

shadow: setup ## Replay DATASET to both arms and report the failures
	@$(BIN)/harness shadow "$(DATASET)" $(if $(INCUMBENT),--incumbent "$(INCUMBENT)") $(foreach arm,$(CANDIDATE),--candidate "$(arm)") $(ARGS)

report: setup ## Write the report of RUN again (default: the latest run of DATASET)
	@$(BIN)/harness report "$(or $(RUN),$(DATASET))"

sandbox: setup ## Start the stand-in model server for DATASET
	@$(BIN)/harness sandbox "$(DATASET)" $(ARGS)

dataset: setup ## Make a new dataset folder: make dataset NAME=my-workload
	@$(BIN)/harness dataset new "$(NAME)"

check: $(VENV)/.installed-dev ## Formatting, lint, types, import contracts, sizes
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy harness tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/architecture

format: $(VENV)/.installed-dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(VENV)/.installed-dev ## The tests CI runs
	$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not slow" $(ARGS)

test-slow: $(VENV)/.installed-dev ## The long ones: kill -9 at 50 moments, 100,000 records
	$(BIN)/python -m pytest -q -m slow $(ARGS)

docs: $(VENV)/.installed-dev ## Write docs/settings.md and docs/analysis-json.md from the code
	@$(BIN)/python docs/build_reference.py
	@$(BIN)/python docs/build_analysis_reference.py

bench: $(VENV)/.installed-dev ## Measure or simulate the figures that the docs name; ARGS=--quick for a first look
	@set -e; for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python benchmarks/$$name.py $(ARGS); done

clean: ## Remove the virtual environment and caches (never datasets or reports)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
