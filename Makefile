# evalflow: `make run` to see it, `make test` to check everything. Needs python3 ≥ 3.11 and git; see README.md.

PYTHON ?= python3
PORT ?= 5000
VENV := .venv
BIN := $(VENV)/bin
FRONT := evalflow/static/vendor/package-lock.json
TEXTS := $(shell find evalflow/translations -name '*.po' 2>/dev/null)
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet

export EVALFLOW_INSTANCE ?= $(CURDIR)/var
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint prove bench mutate docs texts lock clean

## run: everything from nothing to a page at http://127.0.0.1:$(PORT)
run: $(VENV)/run $(FRONT) .fonts
	@$(BIN)/evalflow db upgrade
	@$(BIN)/evalflow demo --if-empty
	@echo; echo "Look at http://127.0.0.1:$(PORT) (stop with Ctrl-C)"; echo
	@EVALFLOW_INSECURE_COOKIES=1 PORT=$(PORT) $(BIN)/evalflow serve

## test: lint, types, contracts, and every test but the long proofs
test: $(VENV)/dev $(FRONT) .machine lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## prove: the long proofs
prove: $(VENV)/prove $(FRONT) .machine
	$(BIN)/python -m pytest -m slow

## bench: speeds, as ratios within one run
bench: $(VENV)/dev $(FRONT)
	$(BIN)/python -m benchmarks.cast
	$(BIN)/python -m benchmarks.tally
	$(BIN)/python -m benchmarks.ranked

## mutate: slips put into the arithmetic, and whether its tests notice; writes docs/mutation.md
mutate: $(VENV)/prove
	$(BIN)/python -m benchmarks.mutation --into docs/mutation.md

## docs: write the tables of the handbook that are made from the code
docs: $(VENV)/run
	$(BIN)/evalflow workflow reference --into docs

## texts: put new texts into the catalogues; translate what is empty there
texts: $(VENV)/run
	$(BIN)/pybabel -q extract -F babel.cfg -k "_ _l N_ say:2 Task:1 ngettext:1,2" --no-location --sort-output -w 120 -o messages.pot evalflow templates
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 120 -i messages.pot -d evalflow/translations
	rm messages.pot

## lock: resolve the dependencies anew; the locks name no host
lock:
	$(LOCK) pyproject.toml --group build -o requirements.txt
	$(LOCK) pyproject.toml --group build --group dev -o requirements-dev.txt
	$(LOCK) pyproject.toml --group build --group dev --group prove -o requirements-prove.txt
	$(LOCK) --group node -o requirements-node.txt

clean:
	rm -rf $(VENV) .machine .fonts node_modules evalflow/static/vendor dist build var

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: PYTHON=python3.11 make …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Install venv first: apt-get install python3-venv"; exit 1; }

$(VENV)/run: requirements.txt pyproject.toml hatch_build.py | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-node.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/prove: requirements-prove.txt $(VENV)/dev
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-prove.txt
	@touch $@

$(FRONT): package-lock.json $(TEXTS) hatch_build.py | $(VENV)/run
	$(BIN)/python hatch_build.py
	@touch $@

# Documents are set in Noto CJK; without it every page works, but no certificate can be printed.
.fonts:
	@if fc-list 2>/dev/null | grep -q "Noto Serif CJK"; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fonts-noto-cjk fontconfig >/dev/null; \
	fi; fc-list 2>/dev/null | grep -q "Noto Serif CJK" || echo "For certificates and minutes (PDF) install, as root: apt-get install fonts-noto-cjk fontconfig"
	@touch $@

# Browser tests drive Debian's Chromium and need fonts that have Chinese characters; LibreOffice recalculates workbooks.
.machine:
	@if command -v chromium >/dev/null && command -v soffice >/dev/null && fc-list 2>/dev/null | grep -q "Noto Sans CJK"; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig libreoffice-calc-nogui; \
	elif command -v chromium >/dev/null && fc-list 2>/dev/null | grep -q "Noto Sans CJK"; then echo "No workbook is recalculated without libreoffice-calc-nogui"; \
	else echo "Install first, as root: apt-get install chromium fonts-noto-cjk fontconfig libreoffice-calc-nogui"; exit 1; fi
	@touch $@
