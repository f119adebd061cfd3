# Two commands matter: `make run` and `make test`. Both set up all they need.

# The distribution's own Python where it will do: it is built with profile-guided optimisation, and pages take
# about a sixth less time on it than on one compiled without. PYTHON=... takes another.
FITS = import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for each in /usr/bin/python3 python3; do \
  $$each -c '$(FITS)' 2>/dev/null && echo $$each && break; done),python3)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
export UV_NO_PROGRESS := 1
# What is compiled once is kept: without, every start takes two seconds longer.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check bench pictures lock format wheel clean

run: $(VENV)/.core
	@PORT=$(PORT) $(BIN)/ictsupport demo run

test: $(VENV)/.dev
	$(BIN)/python -m tests.run

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench $(BENCH)

pictures: $(VENV)/.dev
	$(BIN)/python -m tests.browser.handbook

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/.dev
	$(BIN)/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .

# The lock: hash-pinned files that plain pip can install too, without any address in them.
lock: $(VENV)/.uv
	for set in uv core dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	    $(UPGRADE) requirements/$$set.in -o requirements/$$set.txt || exit 1; done

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ictsupport needs Python 3.11 or newer (found: $$($(PYTHON) --version 2>&1))."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python cannot make an environment here. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.uv: requirements/uv.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# The environment holds the run-time set, or that and the development set; never less than was asked for.
$(VENV)/.core: requirements/core.txt pyproject.toml $(VENV)/.uv
	@test -e $(VENV)/.dev || VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/core.txt requirements/uv.txt
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml $(VENV)/.uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/dev.txt requirements/uv.txt
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(VENV)/.core $@
