# evalflow: `make run` to see it, `make test` to check everything, `make help` for the rest. What is needed: README.md.

PYTHON ?= python3
PORT ?= 5000
TESTS ?=
VENV := .venv
BIN := $(VENV)/bin
FRONT := evalflow/static/vendor/package-lock.json
TEXTS := $(shell find evalflow/translations -name '*.po' 2>/dev/null)
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
PIP := $(BIN)/python -m pip install --quiet --root-user-action=ignore

export EVALFLOW_INSTANCE ?= $(CURDIR)/var
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run fonts test lint prove bench mutate docs texts lock clean reset

## help: this list
help:
	@sed -n 's/^## \([a-z]*\): /  make \1	/p' Makefile | expand -t 16

## run: everything from nothing to a page at http://127.0.0.1:5000 (PORT=8000 make run: at another port)
run: $(VENV)/run $(FRONT) fonts
	@$(BIN)/evalflow db upgrade
	@$(BIN)/evalflow demo --if-empty
	@EVALFLOW_INSECURE_COOKIES=1 PORT=$(PORT) $(BIN)/evalflow serve

# Documents are set in Noto CJK; without it every page works, but no certificate can be printed.
fonts: $(VENV)/run
	@has() { $(BIN)/python -c 'from evalflow.documents import look_for_fonts; look_for_fonts()' 2>/dev/null; }; has || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing the fonts of certificates and minutes (fonts-noto-cjk): about a minute."; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fonts-noto-cjk; } >/dev/null 2>&1; \
	  fi; has || echo "For certificates and minutes (PDF) install, as root: apt-get install fonts-noto-cjk"; }

## test: lint, types, contracts, and every test but the long proofs (TESTS=tests/tally make test: these only)
test: $(VENV)/dev $(FRONT) lint
	@$(BIN)/python -m tests.machine install
	@marks=$$($(BIN)/python -m tests.machine marks); \
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow$$marks" $(TESTS); ended=$$?; \
	$(BIN)/python -m tests.machine told && exit $$ended

## lint: style, types and contracts only
lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## prove: the long proofs
prove: $(VENV)/prove $(FRONT)
	@$(BIN)/python -m tests.machine install
	$(BIN)/python -m pytest -m slow $(TESTS)

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
	$(BIN)/pybabel -q extract -F babel.cfg -k "_ _l N_ say:2 say_count:2,3 Task:1 ngettext:1,2 phrase" --no-location --sort-output -w 120 -o messages.pot evalflow templates
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 120 -i messages.pot -d evalflow/translations
	rm messages.pot

## lock: resolve the dependencies anew; the locks name no host
lock:
	$(LOCK) pyproject.toml --group build -o requirements.txt
	$(LOCK) pyproject.toml --group build --group dev -o requirements-dev.txt
	$(LOCK) pyproject.toml --group build --group dev --group prove -o requirements-prove.txt

## clean: remove what was installed and built; the database and the keys in var stay
clean:
	rm -rf $(VENV) node_modules evalflow/static/vendor dist build
	find evalflow/translations -name '*.mo' -delete

## reset: begin anew: delete the database and the keys in var, after asking
reset:
	@printf 'This deletes the database and the keys in %s for ever. Type yes: ' '$(CURDIR)/var'; \
	read answer && [ "$$answer" = yes ] && rm -rf var || { echo "Nothing was deleted."; exit 1; }

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: PYTHON=python3.11 make …"; exit 1; }
	@echo "Setting up Python in $(VENV): a few seconds."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Install venv first: apt-get install python3-venv"; exit 1; }

$(VENV)/run: requirements.txt pyproject.toml hatch_build.py | $(VENV)/bin/python
	@echo "Installing the Python packages (about 60 MB to fetch): about a minute."
	@$(PIP) --require-hashes -r requirements.txt
	@echo "Fetching the front end (about 15 MB) and compiling the texts: a few seconds."
	@$(BIN)/python hatch_build.py
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	@echo "Installing what the tests need (about 200 MB to fetch): two minutes."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/prove: requirements-prove.txt $(VENV)/dev
	@echo "Installing what the long proofs need: a minute."
	@$(PIP) --require-hashes -r requirements-prove.txt
	@touch $@

$(FRONT): package-lock.json $(TEXTS) hatch_build.py | $(VENV)/run
	@$(BIN)/python hatch_build.py
	@touch $@
