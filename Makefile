# Every command of the project. `make` alone lists them.
# Needs: git, make, Python 3.11 or later. The rest is installed into .venv by the commands themselves.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= .data
DYNAMODB_ENDPOINT ?=
FILE ?=
PLATFORM ?= aarch64
WORKERS ?= 2
PYTEST_ARGS ?=
FAMILY ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
REQUIREMENTS := requirements.txt requirements-local.txt requirements-dev.txt
SOURCES := $(wildcard app.py benchmarks chalicelib functions local tests tools)

export RUFF_CACHE_DIR := .cache/ruff
# Tests start a hundred Python processes, which would each compile the whole project where the shell forbids bytecode.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help:  ## list the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-13s\033[0m %s\n", $$1, $$2}' Makefile

# ------------------------------------------------------------------------------------- setting up

.PHONY: venv
venv: $(STAMP)  ## make .venv with the pinned packages (other commands do it by themselves)

# uv installs the lock in seconds where pip takes a minute; where uv cannot run or reach an index, pip does it.
$(STAMP): requirements.lock requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "xPense needs Python 3.11 or later: make PYTHON=python3.12 ..." >&2; exit 2; }
	@echo "installing into $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@( $(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-uv.lock \
	   && $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock ) \
	 || { echo "uv could not, so pip does (about a minute)" >&2; \
	      $(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock; }
	@touch $@

.PHONY: lock
lock: $(STAMP)  ## pin what requirements*.txt ask for, transitively and with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" -o requirements.lock requirements-dev.txt
	$(BIN)/python -m tools.lock requirements.lock uv > requirements-uv.lock.new
	mv requirements-uv.lock.new requirements-uv.lock

# ---------------------------------------------------------------------------------------- running

.PHONY: run
run: $(STAMP)  ## the whole product on this machine: PORT=8000 DATA_DIR=.data DYNAMODB_ENDPOINT=
	@DYNAMODB_ENDPOINT="$(DYNAMODB_ENDPOINT)" exec $(BIN)/python -m local.serve --port $(PORT) --data-dir "$(DATA_DIR)"

.PHONY: demo
demo: $(STAMP)  ## give the running product a demo user with two years of data
	@exec $(BIN)/python -m local.demo --url http://127.0.0.1:$(PORT)

.PHONY: demo-import
demo-import: $(STAMP)  ## import a statement into the running product and show the sums: FILE=path
	@test -n "$(FILE)" || { echo "which file? make demo-import FILE=statement.csv" >&2; exit 2; }
	@exec $(BIN)/python -m local.demo_import --url http://127.0.0.1:$(PORT) "$(FILE)"

# --------------------------------------------------------------------------------------- checking

.PHONY: test
test: lint type arch unit  ## everything that must hold: lint, types, architecture, tests

# The second pass is for what an engine can differ in, and for what moto is too slow for: not for the routes' shapes.
ENGINE_TESTS := -m "durable or (slice and not engine and not attack)" tests/attack tests/slice
# A file stays on one worker. They come in the order of their names, not those with most tests first, as is the default: the
# longest (crashes, Terraform, journeys) have few tests, and would be what one worker still does when the other has nothing left.
SPREAD := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: unit
unit: $(STAMP)  ## the tests alone: PYTEST_ARGS="-k name"
	@rm -rf .cache/rights
	$(BIN)/python -m pytest $(SPREAD) -m "not durable" $(PYTEST_ARGS)
	XPENSE_TEST_ENGINE=durable $(BIN)/python -m pytest $(SPREAD) $(ENGINE_TESTS) $(PYTEST_ARGS)
	@$(if $(PYTEST_ARGS),,touch .cache/rights/whole)
	@$(BIN)/python -m tools.rights check

.PHONY: rights
rights: $(STAMP)  ## make infra/rights.json what the handlers did in AWS during the last `make unit`, or add what a part of it did
	@$(BIN)/python -m tools.rights write

.PHONY: test-all
test-all: lint type arch  ## the same with the full figures of every family, or of some: FAMILY="crash fuzz"
	@$(BIN)/python -m tools.quality $(FAMILY) --workers $(WORKERS) --pytest="$(PYTEST_ARGS)"

.PHONY: lint
lint: $(STAMP)  ## ruff: rules and format
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

.PHONY: format
format: $(STAMP)  ## let ruff repair what it can
	@$(BIN)/ruff check --fix $(SOURCES) || true
	@$(BIN)/ruff format $(SOURCES)

.PHONY: type
type: $(STAMP)  ## mypy, strict, tests included
	@$(BIN)/mypy $(SOURCES)

.PHONY: arch
arch: $(STAMP)  ## who may import whom
	@PYTHONPATH=. $(BIN)/lint-imports --no-cache

.PHONY: pr
pr:  ## what CI runs, before you push
	@.ci/run

# -------------------------------------------------------------------------------------- operating

ENV ?= local
STAGE_OF := --env $(ENV) --data-dir "$(DATA_DIR)" --port $(PORT)

.PHONY: logs
logs: $(STAMP)  ## what the services logged: ENV=local ABOUT=<id> SERVICE= SINCE=1h LEVEL=INFO
	@$(BIN)/python -m tools.logs $(STAGE_OF) --about "$(ABOUT)" --service "$(SERVICE)" --since $(or $(SINCE),1h) --level $(or $(LEVEL),INFO)

.PHONY: meter
meter: $(STAMP)  ## who takes how many reads, writes, bytes and milliseconds: ENV=local BY=operation SINCE=1d
	@$(BIN)/python -m tools.meter $(STAGE_OF) --by $(or $(BY),operation) --since $(or $(SINCE),1d)

.PHONY: dlq
dlq: $(STAMP)  ## dead letters: ENV=local; DO=show|redrive|drop QUEUE=expenses-inbox ID=
	@$(BIN)/python -m tools.dlq $(STAGE_OF) $(DO) $(QUEUE) $(if $(ID),--id $(ID))

.PHONY: cost
cost: $(STAMP)  ## measure what each act takes, and write docs/cost.md and the tables of docs/scale.md
	@$(BIN)/python -m tools.cost_month docs/costs.json
	@$(BIN)/python -m tools.cost
	@$(BIN)/python -m tools.scale

# ------------------------------------------------------------------------------- making artefacts

.PHONY: openapi
openapi: $(STAMP)  ## write docs/openapi.json and the paths of each service from the routes; BREAKING=yes where that is meant
	@$(BIN)/python -m tools.paths
	@$(BIN)/python -m tools.openapi docs/openapi.json $(if $(BREAKING),--accept-breaking)

.PHONY: manifest
manifest: $(STAMP)  ## write build/manifest/<service>.json from the registered app
	@$(BIN)/python -m tools.manifest build/manifest

.PHONY: package
package: manifest  ## write dist/<service>.zip with its bill of materials: SERVICE= PLATFORM=aarch64 or host
	@$(BIN)/python -m tools.package --platform $(PLATFORM) dist $(SERVICE)

.PHONY: audit
audit: $(STAMP)  ## what is known to be broken in the packages that zips ship (asks PyPI; SOURCE=osv)
	@$(BIN)/python -m tools.audit --source $(or $(SOURCE),pypi)

.PHONY: site
site: $(STAMP)  ## write build/site: openapi.json, the page of the API, the web app where it is built
	@XPENSE_STAGE=manifest $(BIN)/python -m tools.site build/site >/dev/null

.PHONY: bench
bench: $(STAMP)  ## print the figures of benchmarks/, one command after another: BENCH="cold_import parse"
	@for name in $(or $(BENCH),$(sort $(basename $(notdir $(wildcard benchmarks/[a-z]*.py))))); do \
		echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

# -------------------------------------------------------------------------------------- deploying

DEPLOY = $(BIN)/python -m tools.deploy $(1) $(ENV) $(addprefix --service ,$(SERVICE)) \
	$(if $(REGION),--region $(REGION)) $(if $(STATE_BUCKET),--state-bucket $(STATE_BUCKET)) \
	$(if $(BAKE),--bake $(BAKE)) $(if $(AT_ONCE),--at-once $(AT_ONCE)) $(if $(CONFIRM),--confirm $(CONFIRM)) \
	$(if $(filter yes,$(DESPITE_ALARMS)),--despite-alarms)

# First of all, so that what the machine or the account lacks is told before a minute of packing.
.PHONY: stage
stage: $(STAMP)  ## check that a stage can be deployed from here: Terraform, credentials, its files: ENV=dev
	@test "$(ENV)" != local || { echo "which stage? ENV=dev, or whatever has .tfvars files; make run is the local one" >&2; exit 2; }
	@$(call DEPLOY,check)

.PHONY: plan
plan: stage package  ## show what a deploy would change: ENV=dev SERVICE=expenses
	@$(call DEPLOY,plan)

.PHONY: deploy
deploy: stage package site  ## deploy a stage, or some services of it: ENV=dev SERVICE="expenses" BAKE=300
	@$(call DEPLOY,deploy)

.PHONY: destroy
destroy: stage manifest  ## remove a stage and all its data, which it asks for first: ENV=dev (CONFIRM=dev answers)
	@$(call DEPLOY,destroy)

.PHONY: unlock
unlock: stage  ## forget the locks of a stage's states that a killed deploy has left: ENV=dev
	@$(call DEPLOY,unlock)

.PHONY: clean
clean:  ## remove what the commands made, except the data of `make run`
	rm -rf $(VENV) .cache build dist
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
