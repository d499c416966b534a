# Two commands matter: `make serve` and `make test`. Each sets up what it needs.
PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= ./var
CHANNEL ?= hostaway

RUN = .venv/bin/python
DEVELOPMENT = PROFILE=development PORT="$(PORT)" DATA_DIR="$(DATA_DIR)"

.PHONY: serve demo test lint schema bench lock clean
.DEFAULT_GOAL := serve

serve: .venv/base.installed  ## API, worker and sandbox on this machine; Ctrl-C stops them all
	@$(DEVELOPMENT) exec $(RUN) -m devtools.serve

demo: .venv/base.installed  ## the onboarding of one account, every request and response shown
	@$(DEVELOPMENT) CHANNEL="$(CHANNEL)" exec $(RUN) -m devtools.demo

test: .venv/dev.installed  ## all tests, on SQLite unless DATABASE_URL says otherwise
	@$(RUN) -m pytest -q -n 2

lint: .venv/dev.installed  ## style, types and the boundaries between rooms
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@PROFILE=development .venv/bin/mypy

schema: .venv/dev.installed  ## writes docs/openapi.yaml; fails on a warning
	@PROFILE=development $(RUN) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

bench: .venv/dev.installed  ## measures and writes docs/benchmarks.md; LARGE=1 for a million listings
	@PROFILE=development $(RUN) -m bench

lock: .venv/dev.installed  ## compiles requirements/*.in; needs uv
	@for name in base dev; do uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --quiet requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean:
	@rm -rf .venv var

.venv/%.installed: requirements/%.txt | .venv
	@echo "Installing requirements/$*.txt, which takes a minute ..."
	@.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/$*.txt
	@touch $@

.venv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; $(PYTHON) is not installed." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Python 3.11 or newer is needed; $(PYTHON) is {v[0]}.{v[1]}.")'
	@$(PYTHON) -m venv .venv
