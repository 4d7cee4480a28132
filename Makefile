# The verbs to work on CosmoHub: run, test, check, bench.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin

.PHONY: run test check bench format clean

run: .venv/runtime web_static/vendor/.ready
	@exec $(BIN)/python -m hub serve

test: .venv/development web_static/vendor/.ready
	$(BIN)/python -m scripts.test

check: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/development web_static/vendor/.ready
	$(BIN)/python -m bench

format: .venv/development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv node_modules bench/node_modules web_static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "CosmoHub needs Python 3.11, 3.12 or 3.13; say which: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	@touch $@

.venv/development: requirements-dev.lock .venv/runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	@touch $@

web_static/vendor/.ready: package.json package-lock.json scripts/web_libraries.py .venv/runtime
	$(BIN)/python -m scripts.web_libraries
	@touch $@
