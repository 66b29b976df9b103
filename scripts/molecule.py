# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run molecule's scenarios on one lab of guests with kernels of their own (extensions/molecule/README.md).

Each scenario is a `molecule test` of its own, so that one that fails does not keep the others from running.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "extensions" / "molecule"
sys.path.insert(0, str(SCENARIOS / "lab"))

import lab  # noqa: E402  needs the path above

# Beyond what the slowest scenario takes by far: something hangs.
TIMEOUT = 900
NOT_HERE = "not on this machine: "


@dataclasses.dataclass(frozen=True)
class Result:
    """How many scenarios did what, or why none was run."""

    passed: int = 0
    failed: int = 0
    not_run: str = ""


def why_not() -> str:
    """Say why this machine can't run the scenarios, or nothing."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return f"{NOT_HERE}the lab of guests needs Linux on x86-64, this is {platform.system()} on {platform.machine()}"
    return lab.missing()


def scenarios() -> list[str]:
    """Give the names of all scenarios; `default` only makes the lab."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml") if path.parent.name != "default")


def run(wanted: Sequence[str]) -> Result:
    """Make the lab, run the scenarios, remove the lab."""
    reason = why_not()
    if reason:
        return Result(not_run=reason)
    _lay_link()
    # A short path: sockets are made below it.
    with tempfile.TemporaryDirectory(prefix="tfbridge-molecule-") as scratch:
        environment = _environment(pathlib.Path(scratch))
        with _lab(environment) as made:
            if not made:
                return Result(failed=1)
            results = [_scenario(name, environment) for name in wanted]
    return Result(passed=results.count(True), failed=results.count(False))


def _environment(scratch: pathlib.Path) -> dict[str, str]:
    """Keep the user's own settings out, and everything that is written in a folder of this run."""
    settings = ("ANSIBLE_", "AWS_", "TF_", "MOLECULE_", "LAB_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    return {
        **kept,
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "MOLECULE_COMMAND_BORDERS": "false",
        "HOME": str(scratch / "home"),
        "ANSIBLE_HOME": str(scratch / "ansible"),
        "MOLECULE_EPHEMERAL_DIRECTORY": str(scratch / "state"),
        "LAB_FOLDER": str(scratch / "lab"),
        # The lab ends with this process, however that ends.
        "LAB_OWNER": str(os.getpid()),
    }


@contextlib.contextmanager
def _lab(environment: Mapping[str, str]) -> Iterator[bool]:
    """Have the lab; tell whether it was made."""
    try:
        yield _molecule("lab", ["create"], environment)
    finally:
        _molecule("the end", ["destroy"], environment)


def _scenario(name: str, environment: Mapping[str, str]) -> bool:
    return _molecule(name, ["test", "--scenario-name", name, "--destroy", "never"], environment)


def _molecule(name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Run molecule, say in one line how that ended, and show its output where it failed."""
    began = time.monotonic()
    command = [pathlib.Path(sys.executable).with_name("molecule"), *arguments]
    output, problem = _output_of(command, environment)
    if not problem and arguments[0] == "test":
        problem = _unverified(pathlib.Path(environment["MOLECULE_EPHEMERAL_DIRECTORY"]))
    if problem:
        print(output, end="")
    verdict = f"FAILED: {problem}" if problem else "passed" if arguments[0] == "test" else "done"
    print(f"{name:26} {time.monotonic() - began:4.0f} s  {verdict}", flush=True)
    return not problem


def _output_of(command: Sequence[str | pathlib.Path], environment: Mapping[str, str]) -> tuple[str, str]:
    """Give what a command said, and why it failed, if it did."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            output = process.communicate(timeout=TIMEOUT)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0], f"it did not end within {TIMEOUT} s"
        except BaseException:
            process.terminate()
            raise
    return output, f"exit code {process.returncode}" if process.returncode else ""


def _unverified(state: pathlib.Path) -> str:
    """Say what is wrong if molecule, which skips what it can't find, verified nothing."""
    try:
        runs = [json.loads(line) for line in (state / "runs.jsonl").read_text().splitlines()]
    except FileNotFoundError:
        runs = []
    verified = [run for run in runs if run["playbook"] == "verify.yml"]
    if not verified or not any(counts["ok"] for counts in verified[-1]["hosts"].values()):
        return "molecule verified nothing"
    return ""


def _lay_link() -> None:
    """Make the checkout importable as a collection (scripts/check.py does the same)."""
    link = ROOT / ".cache" / "collections" / "ansible_collections" / "tfbridge" / "aws"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.symlink_to(os.path.relpath(ROOT, link.parent), target_is_directory=True)


def _terminated(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Run the scenarios that are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(scenarios()))
    wanted = parser.parse_args().scenarios or scenarios()
    unknown = sorted(set(wanted) - set(scenarios()))
    if unknown or not wanted:
        print(f"ERROR: no scenario {', '.join(unknown)} in {SCENARIOS}; there are {', '.join(scenarios())}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _terminated)
    result = run(wanted)
    if result.not_run:
        print(f"did not run: {result.not_run}")
        return 1 if os.environ.get("REQUIRE_ALL") == "1" and not result.not_run.startswith(NOT_HERE) else 0
    print(f"{result.passed} passed, {result.failed} failed")
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
