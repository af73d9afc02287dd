# Works with GNU make 3.81 and newer. `make` alone lists the commands.
.DEFAULT_GOAL := help
.PHONY: help demo serve test check build deploy prove bench bench-load bench-coldstart bench-serving bench-memory bench-faults bench-detection format invoke sam-env amazon clean setup
.SUFFIXES:

PY := .venv/bin/python
# Arguments for pytest and for the local Amazon: make test ARGS="-k netting"
ARGS ?=
SAM := SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: setup ## a synthetic seller's first sync, and what Amazon owes him
	@$(PY) -m devstack.demo

serve: setup ## the API and all behind it on this machine, port 8000 (or PORT)
	@$(PY) -m devstack.serve

# Where bytecode is not kept, each worker would rewrite all asserts anew: four seconds.
test: setup ## run the test suite
	@PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: setup ## format, lint, types, coverage of the domain, security, the template
	@devstack/environment.sh .tools/sam requirements/sam.txt
	@devstack/environment.sh .tools/checkov requirements/checkov.txt
	@$(PY) -m ruff format --check --quiet . && $(PY) -m ruff check --quiet .
	@$(PY) -m mypy
	@$(PY) -m coverage run -m pytest -q -p no:cacheprovider tests/unit/domain tests/unit/detection >/dev/null
	@$(PY) -m coverage report --skip-covered
	@$(PY) -m bandit --quiet --recursive layers functions --severity-level medium
	@# With --lint sam runs cfn-lint as well; it asks for a region and goes nowhere.
	@said=$$(AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint 2>&1) || { echo "$$said"; exit 1; }
	@said=$$(.tools/checkov/bin/checkov --config-file .checkov.yaml 2>&1) || { echo "$$said"; exit 1; }
	@echo "check: all good"

build: setup ## what is deployed: functions and layers for Lambda, with their sizes
	@devstack/environment.sh .tools/sam requirements/sam.txt
	@mkdir -p .aws-sam
	@$(SAM) build >.aws-sam/build.log 2>&1 || { sed -n '/^Build Failed/,$$p' .aws-sam/build.log >&2; exit 1; }
	@$(PY) -m devstack.packages

deploy: build ## build, migrate the database, deploy: make deploy ENV=dev
	@$(PY) -m devstack.deploy $(ENV)

prove: setup ## prove a deployed stack, ten minutes: make prove STACK=clario-dev [SELLER=id]
	@$(PY) -m devstack.proof $(STACK) $(SELLER)

bench: bench-load bench-memory bench-coldstart bench-serving bench-faults bench-detection ## all measurements

bench-load: setup ## how long the first load takes at Amazon's pace: a million orders, and a small seller to the end
	@$(PY) -m bench.first_load
	@$(PY) -m bench.first_load --orders 4000 --store

bench-serving: setup ## how fast the local Amazon itself is
	@$(PY) -m bench.serving

bench-memory: setup ## how much memory a worker needs for reports of a million rows
	@$(PY) -m bench.memory

bench-faults: setup ## every failure of Amazon, of every stream, with seeds: make bench-faults [ARGS="--seeds 20"]
	@$(PY) -m bench.faults $(ARGS)

bench-detection: setup ## how well claims meet what is owed; make bench-detection ARGS=full writes docs/detection-quality.md
	@$(PY) -m bench.detection $(ARGS)
	@$(PY) -m bench.detection_speed

bench-coldstart: setup ## how long each function takes to start: make bench-coldstart [PYTHON=3.13]
	@$(PY) -m bench.coldstart $(if $(PYTHON),--python $(PYTHON))

format: setup ## put the code into its form
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

invoke: setup ## one function as Lambda runs it: make invoke FN=fetch [EVENT=file]
	@$(PY) -m devstack.invoke $(FN) $(EVENT)

sam-env: setup ## what `sam local invoke` needs, until Ctrl-C; Docker Desktop: HOST=host.docker.internal
	@$(PY) -m devstack.sam_env $(HOST)

amazon: setup ## the local Amazon alone (make amazon ARGS="--profile us --profile eu")
	@$(PY) -m local_amazon serve $(ARGS)

clean: ## remove what was built and the local data
	@# Root behind a closed folder keeps the database elsewhere; a note says where (devstack/postgres/places.py).
	find .data -name WHERE-IS-THE-DATA.txt -exec sed -n 's/.*its data is in //p' {} + 2>/dev/null | \
	  while read -r place; do rm -rf "$$place"; done
	rm -rf .venv .tools .aws-sam .data .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: # the environment, when it is missing, of other pins, or was moved
	@devstack/setup.sh
