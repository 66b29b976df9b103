# Everything that a developer needs, on a fresh machine with Python 3.11 or later, make and git.
PYTHON ?= python3
NOX = .venv/bin/nox
# Packages are compiled when they are first imported: all of `ansible` at once takes a minute and a half of a processor.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: docs release help demo test test-all check-code check-role check-tests soak lint bench molecule can-molecule venv clean

help:  ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: venv  ## Terraform to Ansible on this machine, without an AWS account
	@.venv/bin/python scripts/demo.py

test: $(if $(filter 1,$(REQUIRE_ALL)),can-molecule) venv  ## Run every check and the quick tests (20 minutes on two cores)
	@$(CHECKS)

test-all: can-molecule venv  ## Run every check, test and scenario; on the other cores all that meets Ansible (90 minutes)
	@$(CHECKS) ARGUMENTS="-- all"

# Two at a time: most of the checks use one processor, and half of a scenario's time is waiting.
CHECKS = $(MAKE) --no-print-directory --jobs=2 --keep-going check-code check-role check-tests
check-code:
	@$(NOX) --tags code $(ARGUMENTS)
check-role:
	@$(NOX) --session collect molecule $(ARGUMENTS)
check-tests:
	@$(NOX) --tags tests $(ARGUMENTS)

soak: venv  ## Run the property tests on ten times as many cases; N=5000 on 5,000 each
	@SOAK_EXAMPLES=$(or $(N),1000) .venv/bin/pytest -q -n auto --dist worksteal -m hypothesis --hypothesis-profile soak

lint: venv  ## Run the linters only
	@$(NOX) --tags lint

bench: venv  ## Measure against the peers and write docs/benchmarks.md (20 minutes); N=100 measures 100 hosts only
	@.venv/bin/python scripts/bench.py $(N)

docs: venv  ## Build the documentation into .cache/site
	@.venv/bin/python scripts/docs.py

release: venv  ## Make a release: VERSION=0.2.0; REHEARSE=1 changes nothing here
	@.venv/bin/python scripts/release.py $(if $(REHEARSE),--rehearse) $(VERSION)

molecule: can-molecule venv  ## Run the role on guests with kernels of their own; SCENARIO="automount two_mounts" runs some
	@.venv/bin/python scripts/scenarios.py $(SCENARIO)

can-molecule:
	@$(PYTHON) scripts/scenarios.py --check

venv: .venv/requirements.txt  ## Install the pinned packages into .venv

# The copy is made last, and so an interrupted installation is done anew. uv takes a third of pip's time; pip has its own
# settings, and may reach an index where uv reaches none.
.venv/requirements.txt: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ERROR: Python 3.11 or later is needed: make PYTHON=python3.12")'
	@echo "Installing the pinned packages into .venv (once, a minute or two) ..."
	@$(PYTHON) -m venv --clear .venv || { echo "ERROR: is python3-venv installed?"; exit 1; }
	@.venv/bin/pip install --quiet --constraint $< uv
	@.venv/bin/uv pip install --quiet --requirement $< || .venv/bin/pip install --quiet --requirement $<
	@cp $< $@

clean:  ## Remove what the other commands made
	rm -rf .venv* .nox .cache .hypothesis .pytest_cache .mypy_cache .ruff_cache .ansible
	find . -name __pycache__ -prune -exec rm -rf {} +
