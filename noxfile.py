# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks of the project; `make test` runs them all, `.venv/bin/nox -s tests` one, `nox --list` names them.

`.venv/bin/nox -- all` adds what `make test` leaves out: tests marked `full`, the commands of the contract started from
scratch, all other tests that meet Ansible on the other releases of ansible-core, and all molecule scenarios. With
REQUIRE_ALL=1 a skipped test fails (tests/conftest.py).
"""

from __future__ import annotations

import os
import pathlib
import sys
from collections.abc import Sequence

import nox
from nox.command import CommandFailed

ROOT = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from scripts import collection, scenarios  # noqa: E402  needs the path above

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "none"
nox.options.reuse_venv = "yes"
# CI sets a variable that would make it an error; only another machine could have the interpreter.
nox.options.error_on_missing_interpreters = False

# The developer's own settings are kept out. Hundreds of short commands are slow without the bytecode of the first one.
for _name in [name for name in os.environ if name.startswith(("ANSIBLE_", "AWS_", "TF_", "PYTHONDONTWRITEBYTECODE"))]:
    del os.environ[_name]
os.environ["PATH"] = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(collection.COLLECTIONS)
collection.lay_link()

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
# Python 3.11 brings ansible-core 2.19, later ones bring 2.21 (requirements/dev.in); the oldest is 2.17 (oldest.in).
OTHER = "3.13" if sys.version_info < (3, 12) else "3.11"
# `uv` or pip of .venv installs, and tests that download by pip have one from dev.txt: to bring another is most of what
# making an environment takes.
OWN_ENVIRONMENT = {"venv_backend": "venv", "venv_params": ("--without-pip",)}
PACKAGE = "ansible_collections.tfbridge.aws.plugins"
# More than there are processors: Terraform waits ten seconds at a time for what it has asked for.
PYTEST = ("pytest", "-q", "-n", str((os.cpu_count() or 1) * 3 // 2), "--maxschedchunk", "1")
# Workers for tests that wait for more than half of their time.
WAITING = str((os.cpu_count() or 1) * 4)
# Their files alone: pytest takes half a minute to collect the others, on each core.
CORES_FILES = sorted(
    str(path.relative_to(ROOT)) for path in ROOT.glob("tests/**/test_*.py") if "pytest.mark.cores" in path.read_text()
)
# None of them waits, and other checks keep half of the processors busy. One worker is one process too many.
WORKERS = (os.cpu_count() or 1) // 2
CORES = ("-n", str(WORKERS if WORKERS > 1 else 0), "-m", "cores and not full", *CORES_FILES)
# What is marked `full` runs on one core, unless it is marked `cores` too.
NOT_PURE = (
    "-m",
    "not terraform and not lab and (cores or not full)",
    "--ignore=tests/unit/plugins/module_utils",
    "--ignore=tests/unit/plugins/plugin_utils/_contract",
)
ALL_ON_THE_OLDEST = (*NOT_PURE, "tests/unit/plugins", *CORES_FILES)


def _interpreter(version: str) -> str:
    """Return what nox shall look for: a shim of pyenv answers for no version that isn't activated."""
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    found = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))
    return str(found[-1]) if found else version


def _is_all(session: nox.Session) -> bool:
    return "all" in session.posargs


def _install(session: nox.Session, pins: str, *options: str) -> None:
    """Install by uv, in a third of pip's time; by pip, which has settings of its own, where uv reaches no index."""
    python = f"--python={pathlib.Path(session.bin) / 'python'}"
    arguments = ("--quiet", *options, f"--requirement=requirements/{pins}")
    try:
        session.run("uv", "pip", "install", python, *arguments, external=True, silent=True)
    except CommandFailed:
        session.run(sys.executable, "-m", "pip", python, "install", *arguments, external=True)


def _pytest(session: nox.Session, *arguments: str) -> None:
    session.run("python", "-m", *PYTEST, *arguments)


def _pytest_each(session: nox.Session, *runs: Sequence[str]) -> None:
    """Run the later ones after a failure too: it may be an hour to the next time."""
    failed = [arguments for arguments in runs if not _passes(session, *arguments)]
    if failed:
        session.error(f"{len(failed)} of {len(runs)} runs of pytest failed")


def _passes(session: nox.Session, *arguments: str) -> bool:
    try:
        _pytest(session, *arguments)
    except CommandFailed:
        return False
    return True


@nox.session(tags=["lint", "code"])
def ruff(session: nox.Session) -> None:
    """Check lint and format of Python."""
    session.run("ruff", "check", "--quiet", ".")
    session.run("ruff", "format", "--quiet", "--check", ".")


@nox.session(tags=["lint", "code"])
def mypy(session: nox.Session) -> None:
    """Check the types of module_utils and plugin_utils."""
    packages = (f"--package={PACKAGE}.module_utils", f"--package={PACKAGE}.plugin_utils")
    session.run("mypy", *packages, env={"MYPYPATH": str(collection.COLLECTIONS)})


@nox.session(tags=["lint", "code"])
def bandit(session: nox.Session) -> None:
    """Look for insecure code; ruff has the rules of low severity, with a reason at each exception."""
    session.run("bandit", "--quiet", "-ll", "--recursive", "plugins", "roles", "scripts")


@nox.session(tags=["lint", "code"])
def docs(session: nox.Session) -> None:
    """Check documentation and changelog of the collection."""
    lint = ("lint-collection-docs", "--plugin-docs", "--validate-collection-refs=dependent", ".")
    # antsibull-docs copies what git lists; of the collections in .venv, which git ignores, it shall copy everything.
    session.run("antsibull-docs", *lint, env={"GIT_CEILING_DIRECTORIES": str(ROOT / ".venv")})
    session.run("antsibull-changelog", "lint")


@nox.session(name="ansible-lint", tags=["lint", "code"])
def ansible_lint(session: nox.Session) -> None:
    """Check playbooks, roles and metadata at the production profile."""
    session.run("ansible-lint", "--offline", "--profile", "production", "-q", "--strict")


@nox.session(tags=["lint", "code"], python=_interpreter("3.11"), **OWN_ENVIRONMENT)
def checkov(session: nox.Session) -> None:
    """Check what the Terraform modules create, with all that they can create."""
    _install(session, "checkov.txt")
    session.run("checkov", "--config-file", "tests/checkov/config.yml")


# Not among the checks of `make test`: it needs the internet, and a new advisory is no fault of a change.
@nox.session(default=False, **OWN_ENVIRONMENT)
def audit(session: nox.Session) -> None:
    """Look for known vulnerabilities in what users install, and in what the development installs."""
    _install(session, "audit.txt")
    # A package that the database doesn't know is no pass.
    options = ("--strict", "--progress-spinner", "off")
    session.run("pip-audit", "--requirement", "requirements.txt", *options)
    for pins in ("dev.txt", "checkov.txt", "runner.txt", "audit.txt"):
        pinned = ("--requirement", f"requirements/{pins}", "--no-deps", "--disable-pip")
        session.run("pip-audit", *pinned, *options)


@nox.session(tags=["code"])
def sanity(session: nox.Session) -> None:
    """Run the sanity suite of ansible-test; what another check says too in `make test-all` only."""
    session.run("python", "scripts/sanity.py", *session.posargs)


@nox.session(name="tests-other-core", tags=["tests"], python=_interpreter(OTHER), **OWN_ENVIRONMENT)
def tests_other_core(session: nox.Session) -> None:
    """Run the tests marked `cores` on the line of ansible-core that .venv does not have."""
    _install(session, "dev.txt")
    _pytest(session, *(NOT_PURE if _is_all(session) else CORES))


@nox.session(name="tests-oldest-core", tags=["tests"], python=_interpreter("3.11"), **OWN_ENVIRONMENT)
def tests_oldest_core(session: nox.Session) -> None:
    """Run the tests marked `cores` on the oldest supported ansible-core, amazon.aws and boto3."""
    # Nobody has released these together: amazon.aws of a later Ansible works on an older ansible-core.
    _install(session, "oldest.txt", "--no-deps")
    _pytest(session, *(ALL_ON_THE_OLDEST if _is_all(session) else CORES))


@nox.session(tags=["tests"])
def tests(session: nox.Session) -> None:
    """Run unit, property and integration tests, with genuine Terraform."""
    if not _is_all(session):
        _pytest(session, "-m", "not full", "tests")
        return
    _pytest_each(
        session,
        ("-m", "not waits", "--hypothesis-profile", "all", "tests"),
        ("-n", WAITING, "-m", "waits", "tests/integration"),
        ("--cold-start", *CORES),
    )


@nox.session
def collect(session: nox.Session) -> None:
    """Check that all tests can be collected; what they import is compiled once, and not by all workers at a time."""
    session.run("pytest", "-qq", "--collect-only", "tests", silent=True)


@nox.session
def molecule(session: nox.Session) -> None:
    """Run one molecule scenario for each verb of the role, on guests with kernels of their own."""
    if reason := scenarios.why_not():
        session.skip(reason) if reason.startswith(scenarios.NOT_HERE) or not REQUIRE_ALL else session.error(reason)
    # Other checks keep the second processor busy, and a lab takes one for most of a minute.
    quick = ("--labs", "1", *scenarios.QUICK)
    session.run("python", "scripts/scenarios.py", *(() if _is_all(session) else quick))
