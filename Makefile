# Everything that a developer needs, on a fresh machine with Python 3.11 or later, make and Terraform.
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help demo test test-all soak lint bench molecule venv clean

help:  ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: venv  ## Terraform to Ansible on this machine, without an AWS account
	@.venv/bin/python scripts/demo.py

test:  ## Run every check and the quick tests (20 minutes on two cores)
	@$(PYTHON) scripts/check.py

test-all:  ## Run every check, every test on every ansible-core, and every scenario (an hour)
	@$(PYTHON) scripts/check.py --all

soak: venv  ## Run the property tests on fifty times as many cases
	@.venv/bin/pytest -q -n auto --dist worksteal -m hypothesis --hypothesis-profile soak

lint:  ## Run the linters only
	@$(PYTHON) scripts/check.py lint

bench: venv  ## Measure against the peers and write docs/benchmarks.md (20 minutes); N=100 measures 100 hosts only
	@.venv/bin/python scripts/bench.py $(N)

molecule:  ## Run the role on guests with kernels of their own; SCENARIO="reboot absent" runs some
	@$(PYTHON) scripts/scenarios.py $(SCENARIO)

venv:  ## Install the pinned packages into .venv
	@$(PYTHON) scripts/venvs.py

clean:  ## Remove what the other commands made
	rm -rf .venv* .cache .hypothesis .pytest_cache .mypy_cache .ruff_cache .ansible
