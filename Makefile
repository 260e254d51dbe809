# make run, make test: each sets up all that it needs on a fresh machine with Python 3.11 to 3.13 and git.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := .run/sample.db

QT_PACKAGES := libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libxcb-cursor0 \
  libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0 fonts-dejavu-core
TEST_PACKAGES := xvfb xauth strace

.PHONY: help run test test-slow check format bench clean
help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.installed $(VENV)/.qt-libraries ## open the inspector on a sample storage; ARGS="--screenshot shot.png"
	@$(BIN)/python -m inspector.sample $(SAMPLE) $(ARGS)

test: $(VENV)/.installed $(VENV)/.qt-libraries $(VENV)/.test-tools $(VENV)/.foreign ## the quick suite, on all cores; ARGS="-k name"
	$(BIN)/python -m pytest -n auto $(ARGS)

test-slow: $(VENV)/.installed $(VENV)/.qt-libraries $(VENV)/.test-tools $(VENV)/.foreign ## the long ones: crashes, power cuts, stress
	$(BIN)/python -m pytest -m slow --timeout 0 $(ARGS)

check: $(VENV)/.installed ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed ## write what `check` asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed $(VENV)/.qt-libraries ## measure against the peers, side by side
	$(BIN)/python -m tests.benchmarks $(ARGS)

clean: ## remove the environment and the sample
	rm -rf $(VENV) .run

$(VENV)/.installed: pyproject.toml
	@set -e; for python in python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    echo "setting up $(VENV) with $$($$python --version)"; \
	    $$python -m venv $(VENV); $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[gui,dev]'; \
	    touch $@; exit 0; fi; done; \
	echo "State Inspector needs Python 3.11, 3.12 or 3.13: install one of them, then run make again." >&2; exit 1

$(VENV)/.foreign: tests/foreign/environments.py | $(VENV)/.installed
	$(BIN)/python -m tests.foreign.environments
	@touch $@

# $(call install,PACKAGES): with apt-get as root install them, else print the one command that does.
define install
	@missing=$$(for package in $(1); do dpkg -s $$package >/dev/null 2>&1 || echo -n "$$package "; done); \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ]; then echo "installing $$missing"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else echo "Please run: sudo apt-get install --no-install-recommends $$missing" >&2; exit 1; fi
endef

$(VENV)/.qt-libraries: | $(VENV)/.installed
	$(if $(shell command -v apt-get),$(call install,$(QT_PACKAGES)))
	@touch $@

$(VENV)/.test-tools: | $(VENV)/.installed
	$(if $(shell command -v apt-get),$(call install,$(TEST_PACKAGES)))
	@touch $@
