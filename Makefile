# Everything a developer or a first-time user types. Needs Python 3.11+ and make, nothing else.
# `make help` lists the targets; ARGS="..." is passed on to the program behind a target.

PYTHON ?=
ARGS ?=
BIN := .venv/bin
STAMP := .venv/.complete
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# With it, every process that a test starts would compile slackbridge again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test long browser matrix soak mutants screenshots lint format coverage bench audit clean
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: $(STAMP) ## make .venv with slackbridge installed; quick when nothing changed
	@:

$(STAMP): pyproject.toml constraints.txt
	@rm -f $@
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			found=$$python; break; \
		fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "slackbridge needs Python 3.11 or later, and none was found." >&2; \
		echo "Install one (python.org, apt, brew, uv), or name it: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
		echo "Making .venv with $$($$found --version)"; \
		rm -rf .venv; \
		$$found -m venv .venv || { \
			rm -rf .venv; \
			echo "$$found cannot make a virtual environment (on Debian: apt install python3-venv)." >&2; \
			exit 1; \
		}; \
	fi
	@echo "Installing slackbridge and what it needs (once; about a minute)"
	@$(BIN)/python -m pip install --quiet --no-compile -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup ## the whole product with no account anywhere, on http://127.0.0.1:8030
	@$(BIN)/slackbridge demo $(ARGS)

test: setup ## run the tests, but for those of `make browser` and `make long`
	@$(BIN)/python -m pytest -m "not browser and not long" $(ARGS)

long: setup ## run the tests that take long, such as those with Sentinels; properties with more examples
	@$(BIN)/python -m pytest -m "(long or hypothesis) and not browser" --hypothesis-profile thorough \
		-n 2 --dist loadfile $(ARGS)

browser: setup ## test the demo's page in Chromium
	@$(BIN)/python -m pytest -m browser -n 2 --dist loadfile $(ARGS)

matrix: setup ## inject a fault at every call of every scene
	@$(BIN)/python -m tests.rig $(ARGS)

soak: setup ## fifty thousand tickets while 2 % of all calls fail (ARGS="--tickets 2000")
	@$(BIN)/python -m tests.faults.soak $(ARGS)

mutants: setup ## insert deliberate bugs and see whether the tests or the matrix catch them
	@$(BIN)/python -m tests.rig.mutants $(ARGS)

screenshots: setup ## take the pictures of the demo for the README (needs chromium and an emoji font)
	@$(BIN)/python -m tests.demo_page.screenshots

lint: setup ## format check, ruff, mypy
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: setup ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage: setup ## run the tests and show what they reach
	@$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(ARGS)

bench: setup ## measure, against the floors
	@$(BIN)/python -m bench $(ARGS)

audit: setup ## known vulnerabilities of what constraints.txt names (fails where the advisories cannot be read)
	@$(BIN)/python -m venv .venv/audit
	@.venv/audit/bin/pip install --quiet pip-audit==2.10.1
	.venv/audit/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt

clean: ## remove everything that can be made again (not var/, which holds data)
	rm -rf .venv .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis dist *.egg-info
	find slackbridge tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
