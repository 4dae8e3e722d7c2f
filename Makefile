# One line each; what they do in full stands in tools/setup.sh and the interlude command itself.
# Tests begin hundreds of processes: what one has compiled serves the next.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test quick check format bench faults lighthouse pictures locale docs lock setup setup-dev setup-check

PRETTIER := node_modules/.bin/prettier --config tools/browser/prettier.config.mjs --log-level warn
SCRIPTS := pwa tools/browser tests/pwa
SHEETS := 'static/*.css'

run: setup
	@.venv/bin/interlude run

test: setup-dev
	@.venv/bin/python -m pytest -n 2 --dist worksteal --durations=10 -m "not sweep" $(ARGS)

quick:
	@sh tools/setup.sh quick
	@.venv/bin/python -m pytest -n 2 --dist worksteal --quick $(ARGS)

check: setup-check
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy
	@.venv/bin/python -m pytest -q -n 2 -m source tests/test_*.py tests/questionnaires/test_readability.py
	@$(PRETTIER) --check $(SCRIPTS) $(SHEETS)
	@node_modules/.bin/tsc -p tools/browser/tsconfig.pages.json
	@node_modules/.bin/tsc -p tools/browser/tsconfig.worker.json
	@node_modules/.bin/eslint --max-warnings 0 -c tools/browser/eslint.config.mjs $(SCRIPTS)
	@node_modules/.bin/stylelint --max-warnings 0 --config tools/browser/stylelint.config.mjs $(SHEETS)
	@said=$$(node --test --test-reporter spec tests/pwa/*.test.mjs 2>&1) || { echo "$$said"; exit 1; }
	@.venv/bin/djlint --check --quiet server || .venv/bin/djlint --check server
	@.venv/bin/python tools/template_lines.py

format: setup-check
	@.venv/bin/ruff format --quiet .
	@$(PRETTIER) --write $(SCRIPTS) $(SHEETS)
	@.venv/bin/djlint --reformat --quiet server

faults: setup-dev
	@.venv/bin/python -m tests.faults $(ARGS)

lighthouse: setup-dev
	@.venv/bin/python -m tests.lighthouse

pictures: setup-dev
	@.venv/bin/python -m tests.browser.pictures

setup:
	@sh tools/setup.sh run

setup-dev:
	@sh tools/setup.sh dev

setup-check:
	@sh tools/setup.sh check

lock:
	@sh tools/setup.sh lock

bench: setup-dev
	@.venv/bin/python -m tests.bench $(ARGS)

locale: setup-dev
	@sh tools/locale.sh

docs: setup-dev
	@.venv/bin/python tools/triggers_table.py
	@.venv/bin/python tools/data_model.py
