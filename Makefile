# The two commands a newcomer needs are `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PYTHONS ?= python3.10 python3.11 python3.12 python3.13 python3.14
SYRUPY := 4.9.1/8.4.2 5.5.3/8.4.2 6.1.1/9.2.0 7.0.2/9.2.0

.DEFAULT_GOAL := help
.PHONY: corpus goldens syrupy help demo test lint docs docs-check bench lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "streamlift needs Python 3.10 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: .venv/ready ## take the bundled Pattern-1 app through the three phases and compare its bytes
	@$(BIN)/python -m examples.demo

test: .venv/ready ## run the test suite; ARGS=tests/runtime for a part of it
	@$(BIN)/python -m compileall -q src legacy codemods examples tests # many processes start, and may not be allowed to write this
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: .venv/ready ## ruff, the import contracts, and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

docs: .venv/ready ## write the generated parts of the documentation again
	$(BIN)/python -m streamlift_codemods.report.rule_table
	$(BIN)/python tests/transcripts.py

docs-check: .venv/ready ## fail if a generated table is stale
	$(BIN)/python -m streamlift_codemods.report.rule_table --check

corpus: .venv/ready ## run the slow tests, and those on the unpacked packages in STREAMLIFT_CORPUS
	$(BIN)/python -m pytest -m slow $(ARGS)

syrupy: ## run the tests of snapshots on each version of syrupy and pytest in SYRUPY
	@set -e; for pair in $(SYRUPY); do \
	  env=.venv/syrupy-$${pair%/*}; echo "syrupy $${pair%/*}, pytest $${pair#*/}"; \
	  test -e $$env/ready || { $(PYTHON) -m venv $$env; \
	    $$env/bin/python -m pip install --quiet --disable-pip-version-check syrupy==$${pair%/*} pytest==$${pair#*/} \
	      pytest-benchmark pytest-timeout pytest-xdist hatchling editables; touch $$env/ready; }; \
	  $$env/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	  $$env/bin/python -m pytest -q -m '' -p no:cacheprovider tests/testing/test_syrupy_extension.py tests/testing/test_pytest_plugin.py; \
	done

goldens: ## compare every form of the examples with the goldens, and run the gate, on each Python of PYTHONS
	@set -e; for python in $(PYTHONS); do \
	  version=$$($$python -c 'import platform; print(platform.python_version())'); \
	  env=.venv/python-$$version; echo "Python $$version"; \
	  test -e $$env/ready || { $$python -m venv $$env; \
	    $$env/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[all]' \
	      httpx pytest-benchmark pytest-timeout pytest-xdist uvicorn; touch $$env/ready; }; \
	  $$env/bin/python -m pytest -q -n 0 -p no:cacheprovider \
	    tests/examples/test_snapshots.py tests/testing/test_span_tracer.py tests/gate; \
	done

bench: .venv/ready ## measure the conversion overhead, as ratios against Pattern 1
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only -p no:xdist -q

lock: ## resolve requirements.lock again (needs uv)
	uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.10 \
	  --generate-hashes --no-emit-index-url --no-emit-package streamlift --upgrade -o requirements.lock -q

clean: ## remove the environment and every cache
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
