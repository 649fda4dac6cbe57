# The two commands of the README, `make demo` and `make test`, and what the checks call.

VENV := .venv
BIN := $(VENV)/bin
export FINMASTER_ENV_FILE := $(CURDIR)/development.env
export UV_PYTHON_DOWNLOADS := never

COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet

.PHONY: setup demo clean-demo bench test lint check-locks format lock messages hooks

setup: $(VENV)/.installed

$(BIN)/uv:
	@python3 -c 'import sys; sys.exit("python3 is %d.%d; FinMaster needs 3.11 or newer" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv==0.13.9'

$(VENV)/.installed: requirements-dev.txt | $(BIN)/uv
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.txt
	touch $@

demo: setup  ## Start FinMaster with an example office on this machine
	env -u FINMASTER_ENV_FILE $(BIN)/python -m loket_import.demo

clean-demo:  ## Forget what was done in the demo
	rm -rf "$${VAR_DIR:-var}"

test: setup  ## Every test that needs no service of its own
	$(BIN)/python -m pytest -n 2 -m "not service"

bench: setup  ## What closing months of the connection fee costs; takes minutes
	$(BIN)/python bench/billing.py

lint: setup  ## Formatting, rules, types, templates, layers, locks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/lint-imports
	$(BIN)/python manage.py check
	$(MAKE) --no-print-directory check-locks

# The locks hold what pyproject.toml asks for: resolving anew, from what they say, changes nothing.
check-locks: setup
	mkdir -p var/locks
	cp requirements.txt requirements-dev.txt var/locks
	$(COMPILE) pyproject.toml --output-file var/locks/requirements.txt
	$(COMPILE) pyproject.toml --group dev --output-file var/locks/requirements-dev.txt
	diff requirements.txt var/locks/requirements.txt
	diff requirements-dev.txt var/locks/requirements-dev.txt

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup  ## Resolve the dependencies of pyproject.toml anew
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) pyproject.toml --group dev --output-file requirements-dev.txt

messages: setup  ## Collect the texts of the interface (needs gettext) and compile the catalogue
	$(BIN)/python manage.py makemessages --locale nl --no-location --no-obsolete --ignore var --ignore .venv --ignore tests
	$(BIN)/pybabel compile --directory locale --domain django --locale nl

hooks: setup
	$(BIN)/pre-commit install
