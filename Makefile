# Every target that a person or CI needs. `make` lists them.
SHELL := /bin/bash
UV    ?= $(shell command -v uv || echo .venv-tools/bin/uv)
PY    := .venv/bin/python
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test check lab bench docs fmt lint types rooms db unit wheel clean system deb schemas db-bundle accuracy soak fuzz

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv-tools/bin/uv:
	python3 -m venv .venv-tools
	.venv-tools/bin/pip install --quiet uv

$(STAMP): pyproject.toml uv.lock | $(if $(findstring .venv-tools,$(UV)),.venv-tools/bin/uv)
	UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 $(UV) sync --quiet --locked --all-extras
	@$(PY) -m compileall -q auditor
	@touch $(STAMP)

demo: $(STAMP) ## scan the simulated fleet; reports under demo-report/
	.venv/bin/audit demo

system: ## what the tests need of the system (as root, through apt; else said)
	@.ci/system

test: $(STAMP) system ## every test
	$(PY) -m pytest -q -n 2 --dist loadgroup -m "not lab"
	$(PY) -m pytest -q -m lab

check: $(STAMP) fmt lint types rooms db unit ## lint, types, rooms, db, unit tests: under a minute

fmt: $(STAMP)
	.venv/bin/ruff format --check --quiet auditor tests benchmarks docs examples packaging

lint: $(STAMP)
	.venv/bin/ruff check --quiet auditor tests benchmarks docs examples packaging

types: $(STAMP)
	.venv/bin/mypy

rooms: $(STAMP)
	.venv/bin/lint-imports

db: $(STAMP)
	.venv/bin/audit db verify

unit: $(STAMP)
	$(PY) -m pytest -q -n 2 --dist worksteal -m "not slow and not browser" tests/unit tests/property

lab: $(STAMP) system ## tests in network namespaces (root)
	$(PY) -m pytest -q -m lab

bench: $(STAMP) ## measure against peers in the namespace lab (root; hours; ARGS=--quick: minutes)
	$(PY) benchmarks/run.py $(ARGS)

accuracy: $(STAMP) ## how often the attribution is right, on the labelled corpus
	$(PY) -m benchmarks.accuracy.measure

soak: $(STAMP) system ## the long tests: repeated scans, 100 kills, 60 nights, full disks (root; an hour)
	SOAK_SCANS=20 $(PY) -m pytest -q tests/lab/test_steady.py
	SOAK_KILLS=100 SOAK_NIGHTS=60 SOAK_DEVICES=200 SOAK_REAL_NIGHTS=60 SOAK_REAL_DEVICES=200 \
	  $(PY) -m pytest -q tests/soak
	$(PY) -m benchmarks.nights

fuzz: $(STAMP) ## fuzz every decoder; SECONDS=600 each, TARGETS="xml http" to choose
	$(UV) sync --quiet --locked --all-extras --group fuzz
	$(PY) -m tests.fuzz.run --seconds $(or $(SECONDS),600) $(TARGETS)

docs: $(STAMP) ## regenerate docs/reference from the code and the database
	$(PY) -m docs.generate

wheel: $(STAMP) ## build the wheel
	$(UV) build --quiet --wheel

deb: $(STAMP) ## build the Debian package: dist/camera-auditor_*.deb
	$(PY) packaging/build_deb.py --out dist

schemas: $(STAMP) ## write vendor_db/schema, which editors pick up
	$(PY) -m auditor.catalog.schemas

db-bundle: $(STAMP) ## a signed database for machines without internet; KEY=ssh key file
	@test -n "$(KEY)" || { echo "make db-bundle KEY=~/.ssh/id_ed25519" >&2; exit 2; }
	@mkdir -p dist
	.venv/bin/audit db bundle --key $(KEY) -o dist/auditor-db.tar.gz

clean: ## remove what the targets made
	rm -rf .venv .venv-tools dist demo-report .mypy_cache .ruff_cache .pytest_cache .hypothesis
