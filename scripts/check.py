# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the checks of the project, and say at the end what passed, what failed, and what could not run and why.

Without --all, tests marked `full` are left out, the other releases of ansible-core run only tests marked `cores`, and
molecule runs one scenario for each verb of the role. With REQUIRE_ALL=1 what could not run is a failure, unless only
another machine could change that.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import collection, scenarios, terraform_provider, venvs  # noqa: E402  needs the path above

CACHE = ROOT / ".cache"
PACKAGE = "ansible_collections.tfbridge.aws.plugins"
# What another ansible-core runs of the tests.
CONTRACT = ("-m", "cores and not full", "tests/unit/plugins", "tests/integration")
NOT_PURE = (
    "-m",
    "not terraform and not lab",
    "--ignore=tests/unit/plugins/module_utils",
    "--ignore=tests/unit/plugins/plugin_utils/_contract",
)
# A skip that only another machine could change says so (tests/conftest.py).
NOT_HERE = "not on this machine: "


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a check found. What did not run has a reason."""

    passed: int = 0
    failed: int = 0
    not_run: list[str] = dataclasses.field(default_factory=list)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.not_run + other.not_run)


Check = Callable[[], Outcome]


def _run(command: Sequence[str | pathlib.Path], cwd: pathlib.Path = ROOT, **environment: str) -> bool:
    """Run a command; show what it says where it fails."""
    done = subprocess.run(
        command, cwd=cwd, env={**_environment(), **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def _environment() -> dict[str, str]:
    """Keep the developer's own Ansible, AWS and Terraform settings out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "TF_"))}
    kept["PATH"] = f"{_tool('python').parent}{os.pathsep}{os.environ['PATH']}"
    kept["ANSIBLE_COLLECTIONS_PATH"] = str(collection.COLLECTIONS)
    return kept


def _tool(name: str) -> pathlib.Path:
    return ROOT / ".venv" / "bin" / name


def _commands(*commands: Sequence[str | pathlib.Path]) -> Outcome:
    results = [_run(command) for command in commands]
    return Outcome(passed=results.count(True), failed=results.count(False))


def ruff() -> Outcome:
    """Lint and format of Python."""
    return _commands([_tool("ruff"), "check", "--quiet", "."], [_tool("ruff"), "format", "--quiet", "--check", "."])


def mypy() -> Outcome:
    """Strict types of module_utils and plugin_utils."""
    packages = [f"--package={PACKAGE}.module_utils", f"--package={PACKAGE}.plugin_utils"]
    typed = _run([_tool("mypy"), *packages], MYPYPATH=str(collection.COLLECTIONS))
    return Outcome(passed=int(typed), failed=int(not typed))


def tests() -> Outcome:
    """Run unit, property and integration tests on the main environment."""
    return _pytest(_tool("python"), "tests", ["-m", "not full"])


def tests_other_core() -> Outcome:
    """Run the tests marked `cores` on the other supported line of ansible-core."""
    return _on_core("tests-other-core", venvs.other_environment, CONTRACT)


def tests_oldest_core() -> Outcome:
    """Run the tests marked `cores` on the oldest supported ansible-core, amazon.aws and boto3."""
    return _on_core("tests-oldest-core", venvs.oldest_environment, CONTRACT)


def all_tests() -> Outcome:
    """Run all unit, property and integration tests on the main environment."""
    return _pytest(_tool("python"), "tests", ["--cold-start"])


def all_tests_other_core() -> Outcome:
    """Run all tests that meet Ansible on the other supported line of ansible-core."""
    return _on_core("tests-other-core", venvs.other_environment, NOT_PURE)


def all_tests_oldest_core() -> Outcome:
    """Run all tests of what users run on the oldest supported ansible-core, amazon.aws and boto3."""
    users = ("ec2_schedule", "efs_mount", "info", "inventory", "lookup", "lookup_cache", "snapshot", "timeline_filter")
    chosen = ["tests/unit/plugins", *(f"tests/integration/test_{name}.py" for name in users)]
    return _on_core("tests-oldest-core", venvs.oldest_environment, [*NOT_PURE, *chosen])


def _on_core(name: str, environment: Callable[[], pathlib.Path], arguments: Sequence[str]) -> Outcome:
    try:
        python = environment()
    except venvs.InterpreterMissingError as error:
        return Outcome(not_run=[f"{NOT_HERE}{error}"])
    except venvs.EnvironmentUnavailableError as error:
        return Outcome(not_run=[f"{name}: {error}"])
    return _pytest(python, name, arguments)


def _pytest(python: pathlib.Path, name: str, arguments: Sequence[str]) -> Outcome:
    report = CACHE / f"{name}.xml"
    report.unlink(missing_ok=True)
    # More than there are processors: Terraform waits ten seconds at a time for what it has asked for.
    workers = str((os.cpu_count() or 1) * 3 // 2)
    command = [python, "-m", "pytest", "-q", "-n", workers, "--maxschedchunk", "1", f"--junitxml={report}", *arguments]
    finished = subprocess.run(command, cwd=ROOT, env=_environment(), check=False)
    if not report.exists():
        return Outcome(failed=1)
    outcome = _counted(ET.parse(report).getroot())  # noqa: S314  written by our own pytest
    # Anything else that went wrong, such as no test at all.
    return outcome + Outcome(failed=int(finished.returncode != 0 and not outcome.failed))


def _counted(report: ET.Element) -> Outcome:
    outcome = Outcome()
    for case in report.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            outcome += Outcome(failed=1)
        elif (skipped := case.find("skipped")) is not None:
            outcome += Outcome(not_run=[skipped.get("message", f"{case.get('name')} without a reason")])
        else:
            outcome += Outcome(passed=1)
    return outcome


def terraform() -> Outcome:
    """Format, validation and tests of every Terraform module and example, each in a copy."""
    try:
        binary, provider = terraform_provider.find_terraform(), terraform_provider.any_provider()
    except terraform_provider.TerraformUnavailableError as error:
        return Outcome(not_run=[str(error)])
    copy = CACHE / "terraform-check"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT / "terraform", copy, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    formatted = _run([binary, "fmt", "-check", "-diff", "-recursive", copy])
    outcome = Outcome(passed=int(formatted), failed=int(not formatted))
    for folder in sorted({path.parent for path in copy.glob("*/*/*.tf")}):
        outcome += _terraform_folder(binary, folder, dict(provider.environment))
    return outcome


def _terraform_folder(binary: str, folder: pathlib.Path, environment: dict[str, str]) -> Outcome:
    commands = [["init", "-backend=false", "-input=false"], ["validate"]]
    if any(folder.glob("tests/*.tftest.hcl")):
        commands.append(["test"])
    environment["AWS_REGION"] = "eu-central-1"
    for count, command in enumerate(commands):
        if not _run([binary, *command, "-no-color"], cwd=folder, **environment):
            print(f"^ terraform {command[0]} in terraform/{folder.relative_to(CACHE / 'terraform-check')}", flush=True)
            return Outcome(passed=count, failed=1)
    return Outcome(passed=len(commands))


def sanity() -> Outcome:
    """Run the sanity suite of ansible-test."""
    return _commands([_tool("python"), "scripts/sanity.py"])


def ansible_lint() -> Outcome:
    """Playbooks, roles and metadata at the production profile."""
    return _commands([_tool("ansible-lint"), "--offline", "--profile", "production", "-q", "--strict"])


def docs() -> Outcome:
    """Documentation and changelog of the collection."""
    lint_docs = [
        _tool("antsibull-docs"),
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs=dependent",
    ]
    # antsibull-docs copies what git lists; of the collections in .venv, which git ignores, it shall copy everything.
    documented = _run([*lint_docs, "."], GIT_CEILING_DIRECTORIES=str(ROOT / ".venv"))
    return Outcome(passed=int(documented), failed=int(not documented)) + _commands(
        [_tool("antsibull-changelog"), "lint"]
    )


def molecule() -> Outcome:
    """Run one molecule scenario for each verb of the role, on guests with kernels of their own."""
    return _scenarios(scenarios.QUICK)


def all_molecule() -> Outcome:
    """Run all molecule scenarios, on guests with kernels of their own."""
    return _scenarios(scenarios.names())


def _scenarios(names: Sequence[str]) -> Outcome:
    result = scenarios.run(names)
    return Outcome(result.passed, result.failed, [result.not_run] if result.not_run else [])


CHECKS: dict[str, Check] = {
    "ruff": ruff,
    "mypy": mypy,
    "docs": docs,
    "ansible-lint": ansible_lint,
    "terraform": terraform,
    "sanity": sanity,
    "tests": tests,
    "tests-other-core": tests_other_core,
    "tests-oldest-core": tests_oldest_core,
    "molecule": molecule,
}
ALL: dict[str, Check] = {
    **CHECKS,
    "tests": all_tests,
    "tests-other-core": all_tests_other_core,
    "tests-oldest-core": all_tests_oldest_core,
    "molecule": all_molecule,
}
LINT = ("ruff", "mypy", "docs", "ansible-lint")


def _chosen(names: Iterable[str], checks: Mapping[str, Check]) -> Mapping[str, Check]:
    wanted = [name for given in names for name in (LINT if given == "lint" else (given,))]
    return {name: checks[name] for name in wanted} or checks


def main() -> int:
    """Run the checks that are named, or every one."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = ["lint", *CHECKS]
    listed = f"{', '.join(names)}; without any, every one"
    parser.add_argument("checks", nargs="*", metavar="CHECK", choices=[[], *names], help=listed)
    parser.add_argument("--all", action="store_true", help="run what takes long too")
    given = parser.parse_args()
    checks = _chosen(given.checks, ALL if given.all else CHECKS)
    if "molecule" in checks and _is_failure(scenarios.why_not()):
        # Now, and not after all other checks.
        print(f"ERROR: {scenarios.why_not()}", file=sys.stderr)
        return 1
    try:
        venvs.main_environment()
    except venvs.EnvironmentUnavailableError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    collection.lay_link()
    total = Outcome()
    lines: list[str] = []
    for name, check in checks.items():
        print(f"== {name}: {check.__doc__}", flush=True)
        began = time.monotonic()
        outcome = check()
        total += outcome
        seconds = time.monotonic() - began
        lines.append(f"{name:17} {outcome.passed:4} passed {outcome.failed:3} failed {seconds:5.0f} s")
    return _summarise(total, lines)


def _is_failure(reason: str) -> bool:
    """Return whether what did not run for this reason fails the run."""
    return os.environ.get("REQUIRE_ALL") == "1" and bool(reason) and not reason.startswith(NOT_HERE)


def _summarise(total: Outcome, lines: Sequence[str]) -> int:
    print("\n" + "\n".join(lines))
    for reason in sorted(set(total.not_run)):
        print(f"did not run: {reason}")
    total += Outcome(failed=sum(map(_is_failure, total.not_run)))
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
