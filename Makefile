# Works with GNU make 3.81 and newer. `make` alone lists the commands.
.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench format amazon clean setup
.SUFFIXES:

PY := .venv/bin/python
# Arguments for pytest and for the local Amazon: make test ARGS="-k netting"
ARGS ?=

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: setup ## a synthetic seller's first sync, and what Amazon owes him
	@$(PY) -m devstack.demo

serve: setup ## the API and all behind it on this machine, port 8000 (or PORT)
	@$(PY) -m devstack.serve

test: setup ## run the test suite
	@$(PY) -m pytest -n 2 $(ARGS)

check: setup ## format, lint, types, coverage of the domain, security
	@$(PY) -m ruff format --check --quiet . && $(PY) -m ruff check --quiet .
	@$(PY) -m mypy
	@$(PY) -m coverage run -m pytest -q -p no:cacheprovider tests/unit/domain tests/unit/detection >/dev/null
	@$(PY) -m coverage report --skip-covered
	@$(PY) -m bandit --quiet --recursive layers functions --severity-level medium
	@echo "check: all good"

bench: setup ## what it costs: the first load at Amazon's pace, and the local Amazon itself
	@$(PY) -m bench.serving
	@$(PY) -m bench.first_load

format: setup ## put the code into its form
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

amazon: setup ## the local Amazon alone (make amazon ARGS="--profile us --profile eu")
	@$(PY) -m local_amazon serve $(ARGS)

clean: ## remove what was built and the local data
	@# Root behind a closed folder keeps the database elsewhere; a note says where (devstack/postgres/places.py).
	find .data -name WHERE-IS-THE-DATA.txt -exec sed -n 's/.*its data is in //p' {} + 2>/dev/null | \
	  while read -r place; do rm -rf "$$place"; done
	rm -rf .venv .data .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: # the environment, when it is missing, of other pins, or was moved
	@devstack/setup.sh
