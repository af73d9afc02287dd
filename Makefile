# Works with GNU make 3.81 and newer. `make` alone lists the commands.
.DEFAULT_GOAL := help
.PHONY: help demo test check format amazon clean setup
.SUFFIXES:

PY := .venv/bin/python
# Arguments for pytest: make test ARGS="-k netting"
ARGS ?=

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: setup ## a synthetic seller's first sync, and what Amazon owes him
	@$(PY) -m devstack.demo

test: setup ## run the test suite
	@$(PY) -m pytest -n 2 $(ARGS)

check: setup ## format, lint, types, security
	@$(PY) -m ruff format --check --quiet . && $(PY) -m ruff check --quiet .
	@$(PY) -m mypy
	@$(PY) -m bandit --quiet --recursive layers functions --severity-level medium
	@echo "check: all good"

format: setup ## put the code into its form
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

amazon: setup ## the local Amazon alone
	@$(PY) -m local_amazon serve

clean: ## remove what was built and the local data
	rm -rf .venv .data .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: # the environment, when it is missing, of other pins, or was moved
	@devstack/setup.sh
