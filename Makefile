# `make serve` and `make test` install what they need. `make help` lists all targets.
PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= ./var
CHANNEL ?= hostaway
SECONDS ?=
CLOCK ?=
LIMITS ?=
DAYS ?= 30

RUN = .venv/bin/python
DEVELOPMENT = PROFILE=development PORT="$(PORT)" DATA_DIR="$(DATA_DIR)"
LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet
SERVER = .venv/base.installed .venv/sandbox.installed
# What pip says when no package index answers, and what we say instead.
UNREACHABLE = after connection broken|from versions: none
NO_NETWORK = The libraries cannot be downloaded: no package index answers. The first start needs a network, or \
	PIP_INDEX_URL=<a mirror>; repeat the command then.
PAGES = $(wildcard *.md docs/*.md docs/*.yaml docs/pictures/* docs/site/*)

.PHONY: help serve demo days check test lint docs schema collections bench soak faults attack lock clean
.DEFAULT_GOAL := serve

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

serve: $(SERVER)  ## start API, worker and sandbox on this machine; Ctrl-C stops them all (PORT, DATA_DIR, CLOCK, LIMITS)
	@mkdir -p build && nice $(MAKE) -s docs >build/guides.log 2>&1 & $(DEVELOPMENT) CLOCK="$(CLOCK)" LIMITS="$(LIMITS)" exec $(RUN) -m devtools.serve

demo: $(SERVER)  ## onboard one account on a running server and show every request and response (CHANNEL)
	@$(DEVELOPMENT) CHANNEL="$(CHANNEL)" exec $(RUN) -m devtools.demo

days: $(SERVER)  ## let days pass on a running server, with their syncs, prices and pushes (DAYS)
	@$(DEVELOPMENT) DAYS="$(DAYS)" exec $(RUN) -m devtools.days

check: lint  ## run `make lint` and the fast tests: do this before each commit
	@$(RUN) -m pytest -q -n 2 -m "not slow"

test: .venv/dev.installed  ## run all tests, on SQLite unless DATABASE_URL names another database
	@$(RUN) -m pytest -q -n 2

lint: .venv/dev.installed  ## check style, types and the imports between rooms
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@PROFILE=development .venv/bin/mypy

schema: .venv/dev.installed  ## write docs/openapi.yaml; a warning is an error
	@PROFILE=development $(RUN) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

docs: build/guides.built  ## build the guides, which the server shows at /guides/; a broken link is an error

build/guides.built: .venv/base.installed .venv/docs.installed mkdocs.yml devtools/guide_pages.py $(PAGES)
	@said=$$(NO_MKDOCS_2_WARNING=1 $(RUN) -m mkdocs build 2>&1) || { echo "$$said" >&2; exit 1; }
	@$(RUN) -m whitenoise.compress --quiet build/guides
	@touch $@

collections: .venv/dev.installed  ## write docs/collections: the schema's operations as requests for Postman and Bruno
	@PROFILE=development $(RUN) manage.py request_collections docs/collections

bench: .venv/dev.installed  ## measure and write docs/benchmarks.md; LARGE=1 measures a million listings
	@PROFILE=development $(RUN) -m bench

soak: .venv/dev.installed  ## run everything under load while the channels misbehave, and prove that nothing is lost (SECONDS, RECORD=1)
	@SECONDS="$(SECONDS)" $(RUN) -m reliability soak

faults: .venv/dev.installed  ## kill, stop and freeze parts of an installation under load, and show how long it takes to recover
	@SECONDS="$(SECONDS)" $(RUN) -m reliability faults

attack: .venv/dev.installed  ## attack an installation, and compare the others' latency with the idle one
	@SECONDS="$(SECONDS)" $(RUN) -m reliability attack

lock:  ## compile requirements/*.in into *.txt with uv, which must be on the PATH
	@$(LOCK) -c requirements/lock.in requirements/base.in -o requirements/base.txt
	@$(LOCK) -c requirements/base.txt requirements/sandbox.in -o requirements/sandbox.txt
	@$(LOCK) -c requirements/base.txt -c requirements/sandbox.txt requirements/docs.in -o requirements/docs.txt
	@$(LOCK) -c requirements/base.txt -c requirements/sandbox.txt -c requirements/docs.txt requirements/dev.in -o requirements/dev.txt

clean:  ## remove the virtual environment, the data and the guides
	@rm -rf .venv var build

.venv/%.installed: requirements/%.txt | .venv
	@echo "Installing requirements/$*.txt, which takes a minute ..."
	@.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/$*.txt 2>$@.log || { \
		if grep -qE "$(UNREACHABLE)" $@.log; then echo "$(NO_NETWORK)"; else cat $@.log; fi >&2; exit 1; }
	@ln -sf ../../bin/partners .venv/bin/partners
	@touch $@

.venv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; $(PYTHON) is not installed." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Python 3.11 or newer is needed; $(PYTHON) is {v[0]}.{v[1]}.")'
	@$(PYTHON) -m venv .venv
