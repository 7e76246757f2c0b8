# `make help` lists what one can do here. Everything runs inside .venv, which `make setup` makes and keeps current.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
ACCOUNTS ?= 500
SERVE ?= 1
SEEDS ?= 50
SECONDS ?= 600

.PHONY: help setup browser demo up down deploy test crash fuzz check bench bench-reference real-meters owrs fmt lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv and install what is locked (skipped when nothing changed)
	@.ci/setup

browser: setup ## install Chromium for the browser tests (skipped where it is)
	@.ci/setup browser

demo: setup ## bill a sample utility on the local cloud (ACCOUNTS=500, SERVE=0 ends after the run)
	@$(BIN)/headgate demo --accounts $(ACCOUNTS) $(if $(filter 0,$(SERVE)),--no-serve,--serve)

up: setup ## start the local cloud and deploy this work tree to it
	@$(BIN)/headgate up

down: ## stop the local cloud, keeping its state
	@$(BIN)/headgate down

deploy: setup ## deploy to a stage (STAGE=prod)
	@$(if $(filter-out local,$(STAGE)),.ci/setup checkov)
	@$(BIN)/headgate deploy --stage $(or $(STAGE),local)

test: browser ## run every test: first what needs no cloud, then one local cloud for the rest
	$(BIN)/pytest -n 2 -m "not emulator" tests
	$(BIN)/pytest -m emulator tests

crash: export CRASH_ONE_OF := 1
crash: export CRASH_SEEDS := $(SEEDS)
crash: setup ## break billing at every write, with SEEDS=50 towns and on the local cloud (docs/crash-safety.md; hours)
	$(BIN)/pytest -n 2 tests/scenarios/crash_safety
	$(BIN)/pytest -m emulator tests/integration/crash_safety

fuzz: setup ## feed tariff documents and formulas for SECONDS=600, keep what must not be in build/fuzz
	@$(BIN)/python -m fuzz --seconds $(SECONDS)

check: setup ## lint, types, layers, floats, locks, template (cfn-lint, own rules, checkov)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/lint_floats.py
	$(BIN)/python .ci/check_locks.py
	@.ci/setup checkov
	$(BIN)/python .ci/check_template.py

bench: setup ## measure what DESIGN promises, beside each target
	$(BIN)/python -m benchmarks

bench-reference: setup ## measure beside the reference interpreter, where it is (benchmarks/reference.py)
	@$(BIN)/python -m benchmarks.reference

real-meters: setup ## bill a year of 26 real meters, and check every liter (needs ../shared; docs/real-meters.md)
	@$(BIN)/python -m benchmarks.real_meters

owrs: setup ## rate a corpus of real OWRS files, and compare with the reference (needs ../shared; docs/owrs.md)
	@$(BIN)/python -m benchmarks.owrs

fmt: setup ## format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK_ANY := $(BIN)/uv pip compile --generate-hashes -q --custom-compile-command "make lock"
LOCK := $(LOCK_ANY) --universal --python-version 3.11
# A layer holds one interpreter's and one platform's files: no markers are left in its lock.
LOCK_LAMBDA := $(LOCK_ANY) --python-version 3.13 --python-platform x86_64-manylinux_2_34
lock: setup ## lock requirements/*.in, with hashes; a pin that still fits is kept
	$(LOCK) requirements/dev.in -o requirements/dev.txt
	$(LOCK) requirements/runtime.in -c requirements/dev.txt -o requirements.txt
	$(LOCK_LAMBDA) requirements/api.in -c requirements/dev.txt -o requirements/api.txt
	$(LOCK_LAMBDA) requirements/api.in requirements/documents.in -c requirements/dev.txt -o requirements/documents.txt
	$(LOCK_LAMBDA) requirements/api.in requirements/columns.in -c requirements/dev.txt -o requirements/columns.txt
	$(LOCK) requirements/checkov.in -o requirements/checkov.txt
