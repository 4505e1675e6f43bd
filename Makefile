# Everything here sets itself up in .venv with plain python3 (3.11 or newer), venv and pip. No root, except for `lab`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
BIN := .venv/bin

# The set-up holds for this folder and this lock: a moved checkout, another lock or a broken-off installation starts afresh.
LOCKED := .venv/locked-$(shell { pwd; cat requirements-dev.txt; } | sha256sum | cut -c 1-16)
READY := $(LOCKED)-$(shell sha256sum pyproject.toml | cut -c 1-16)

LAB_VERSIONS ?= 1.37.1 1.34.4

.DEFAULT_GOAL := help
.PHONY: help demo test lint lab bench lock setup

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: setup ## file trees of nodes and managed clusters: checked, deployed to, checked again (no root, no cluster)
	@PATH="$(CURDIR)/$(BIN):$$PATH" demo/run.sh

test: setup ## all tests but those that need the lab
	@$(BIN)/pytest -q

lint: setup ## ruff, mypy --strict, shellcheck
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo 'lint: not formatted; run .venv/bin/ruff format' >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/shellcheck $$(git ls-files '*.sh') .ci/run
	@echo 'lint: clean'

lab: setup ## as root: the tests on real nodes, for each of LAB_VERSIONS; every fault of every shipper; a million decisions
	@$(BIN)/python -m tests.differential --policies 100000 --at-least-decisions 1000000
	@for version in $(LAB_VERSIONS); do \
	  echo "lab: Kubernetes $$version"; \
	  KUBEWITNESS_LAB_VERSION=$$version $(BIN)/pytest -q --lab -m lab --ignore tests/delivery; \
	done
	@$(BIN)/pytest -q --lab tests/delivery
	@$(BIN)/python -m tests.delivery

bench: setup ## what starting up costs; policies beside a Go program (needs Go); discovery beside Prowler (some minutes)
	@$(BIN)/python tests/bench/bench_help.py
	@$(BIN)/python -m tests.bench.bench_eval
	@$(BIN)/python -m tests.bench.bench_simulate
	@$(BIN)/python -m tests.bench.bench_discover

lock: ## write requirements-dev.txt anew (needs uv): every file hashed, no address of a package index
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --quiet --custom-compile-command 'make lock' -o requirements-dev.txt

setup: $(READY) ## the locked packages and the two commands, in .venv (the others do it themselves)

$(LOCKED):
	@echo 'setup: installing the locked packages into .venv (about half a minute, once)'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'setup: Python 3.11 or newer is needed: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(READY): $(LOCKED)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
