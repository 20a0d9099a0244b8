# `make` alone lists the targets. Variables: PORT, HOST, STANDING_HOME, PYTHON, ONLY, FILE.
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench shell manage backup restore lock clean
PY := .venv/bin/python
export PORT HOST STANDING_HOME PYTHON
# Packages are compiled as they are used: without a place to keep that, every start would repeat it.
unexport PYTHONDONTWRITEBYTECODE

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:  ## set up what is missing, then start everything on http://127.0.0.1:8000 (PORT=… for another)
	@sh config/setup.sh run && exec $(PY) -m config.run

test:  ## run all tests, on servers and a browser of their own (ARGS=… for pytest)
	@sh config/setup.sh dev
	@$(PY) -m tests.browser
	@$(PY) -m pytest -n auto --dist loadfile $(ARGS)

lint:  ## check style, types, imports, templates, migrations and the deployment settings
	@sh config/setup.sh dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet templates
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	HTTPS=1 $(PY) manage.py check --deploy --fail-level WARNING

format:  ## format code
	@sh config/setup.sh dev
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

bench:  ## measure against peers; writes var/bench.json (ONLY=kernel for one group)
	@sh config/setup.sh bench
	@$(PY) -m benchmarks $(if $(ONLY),--only $(ONLY))

shell:  ## a Python shell on the database
	@sh config/setup.sh run && exec $(PY) manage.py shell

manage:  ## any of Django's commands (CMD="createsuperuser")
	@sh config/setup.sh run && exec $(PY) manage.py $(CMD)

backup:  ## write the whole database into one file under var/backup
	@sh config/setup.sh run && exec $(PY) -m config.backup save

restore:  ## replace the whole database by a backup (FILE=…)
	@sh config/setup.sh run && exec $(PY) -m config.backup load "$(FILE)"

lock:  ## write requirements*.txt anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, and it is not on the PATH. Install it (pip install uv), then run this again." >&2; exit 1; }
	uv pip compile pyproject.toml --universal --generate-hashes --no-header -q -o requirements.txt
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header -q -c requirements.txt -o requirements-dev.txt
	uv pip compile pyproject.toml --group dev --group bench --universal --generate-hashes --no-header -q -c requirements-dev.txt -o requirements-bench.txt

clean:  ## remove the environment and caches; the data in var/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis var/test
