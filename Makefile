# Every recipe has a line of help: `make help`.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes
export YIBEN_HOME ?= $(CURDIR)/var/demo

.DEFAULT_GOAL := help
.PHONY: help demo serve test lock budget peers clean

help: ## Show the recipes
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: $(VENV)/run.stamp ## Install, load the demo county, serve it on loopback
	$(BIN)/yiben demo
	$(BIN)/yiben serve --port $(PORT)

serve: $(VENV)/run.stamp ## Serve what is in YIBEN_HOME
	$(BIN)/yiben serve --port $(PORT)

test: $(VENV)/test.stamp ## Install what the tests need and run them all
	$(BIN)/ruff check src tests scripts
	$(BIN)/ruff format --check src tests scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_house.py
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lock: $(VENV)/test.stamp ## Pin all requirements anew, with hashes and without addresses
	$(BIN)/python scripts/lock_requirements.py

budget: $(VENV)/run.stamp ## Print the house's budget: lines, functions, docstrings
	$(BIN)/python scripts/check_house.py --print

peers: $(VENV)/run.stamp ## Install what `yiben bench reading` is measured beside
	$(PIP) -r requirements/bench.txt

clean: ## Remove what was installed and built; keeps var/
	rm -rf $(VENV) build node_modules src/yiben/web/static/built

$(VENV)/bin/python:
	$(PYTHON) scripts/make_environment.py $(VENV)

$(VENV)/run.stamp: $(VENV)/bin/python requirements/base.txt package-lock.json vite.config.js $(shell find src/yiben/web/front -type f 2>/dev/null)
	$(PIP) -r requirements/base.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python scripts/build_front.py
	@touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(PIP) -r requirements/dev.txt
	@if command -v java >/dev/null; then $(PIP) -r requirements/spark.txt; else echo "no Java here: the Spark tests will be skipped"; fi
	@touch $@
