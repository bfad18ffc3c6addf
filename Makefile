.DEFAULT_GOAL := help
.PHONY: help run fresh test check format lock bench redteam chaos audit fuzz mutate

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin

.venv/stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 eller nyare behövs."; exit 1; }
	@echo "Gör i ordning .venv; första gången tar det någon minut ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

##@ Every day
run: .venv/stamp  ## Run the sandbox: phones, Slack and a clock on one page in the browser
	@$(BIN)/beredskapsbot sandbox

fresh: .venv/stamp  ## The same, started afresh
	@$(BIN)/beredskapsbot sandbox --fresh

test: .venv/stamp  ## All tests, on SQLite and PostgreSQL; one file with T=tests/domain/test_duty.py
	@$(BIN)/python -m pytest $(or $(T),-n 2 --dist loadfile)

check: .venv/stamp  ## Format, lint, types, import rules, manifest: exactly what CI runs
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/manifest
	@$(BIN)/python -m audit licences sbom

format: .venv/stamp  ## Format and mend what can be mended
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

##@ Now and then
lock: .venv/stamp  ## Pin the dependencies anew, with hashes and without addresses (needs uv)
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --upgrade -q -o requirements.lock

audit: .venv/stamp  ## Known vulnerabilities (needs the network), licences, and a list of all packages in build/sbom.json
	@$(BIN)/python -m audit

fuzz: .venv/stamp  ## Knock at every route with nonsense; for longer with N=2000
	@FUZZ_EXAMPLES=$(or $(N),400) $(BIN)/python -m pytest -q --timeout 3600 tests/fuzz

bench: .venv/stamp  ## Measure everything, on SQLite and PostgreSQL; some of it with P="ingest flow"
	@$(BIN)/python -m bench $(P)

redteam: .venv/stamp  ## Try, as each kind of person and as a stranger, what they may not; print the table
	@$(BIN)/python -m tests.redteam $(A)

chaos: .venv/stamp  ## Break everything at random and compare three ledgers; for instance with A="--events 2000 --seed 7"
	@$(BIN)/python -m bench.chaos $(A)

mutate: .venv/stamp  ## Make every small mistake in the rule of secrecy and in duty(), and see a test fail for each
	@$(BIN)/python -m tests.mutation $(A)

help:  ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {print "\n" substr($$0, 5)} \
	     /^[a-z-]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
