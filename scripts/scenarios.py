# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run molecule's scenarios on one lab of guests with kernels of their own (extensions/molecule/README.md).

Each scenario is a `molecule test` of its own, so that one that fails does not keep the others from running.
"""

from __future__ import annotations

import argparse
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
from collections.abc import Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "extensions" / "molecule"
BIN = ROOT / ".venv" / "bin"
sys.path.insert(0, str(ROOT))

from extensions.molecule.lab import lab  # noqa: E402  needs the path above
from scripts import collection, signals  # noqa: E402  needs the path above

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


def names() -> list[str]:
    """Give the names of all scenarios; `default` only makes the lab."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml") if path.parent.name != "default")


def run(wanted: Sequence[str]) -> Result:
    """Make the lab, run the scenarios, remove the lab."""
    reason = why_not()
    if reason:
        return Result(not_run=reason)
    if not wanted:
        print(f"FAILED: there is no scenario in {SCENARIOS}")
        return Result(failed=1)
    collection.lay_link()
    # A short path: sockets are made below it.
    with tempfile.TemporaryDirectory(prefix="tfbridge-molecule-") as scratch:
        molecule = Molecule(pathlib.Path(scratch))
        try:
            if not molecule.run("the lab boots", "create"):
                return Result(failed=1)
            results = [molecule.test(name) for name in wanted]
        finally:
            ended = molecule.run("the lab ends", "destroy")
    return Result(passed=results.count(True), failed=results.count(False) + (not ended))


class Molecule:
    """The command line of molecule, with everything that it writes in one folder."""

    def __init__(self, scratch: pathlib.Path) -> None:
        # The user's own settings are kept out.
        others = ("ANSIBLE_", "AWS_", "TF_", "MOLECULE_", "LAB_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        self._state = scratch / "state"
        self._log = scratch / "molecule.log"
        self._environment = {
            **kept,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
            "HOME": str(scratch / "home"),
            "ANSIBLE_HOME": str(scratch / "ansible"),
            "MOLECULE_COMMAND_BORDERS": "false",
            "MOLECULE_EPHEMERAL_DIRECTORY": str(self._state),
            "LAB_FOLDER": str(scratch / "lab"),
            # The lab ends with this process, however that ends.
            "LAB_OWNER": str(os.getpid()),
        }

    def test(self, scenario: str) -> bool:
        """Run a scenario; tell whether it passed."""
        return self.run(scenario, "test", "--scenario-name", scenario, "--destroy", "never")

    def run(self, title: str, *arguments: str) -> bool:
        """Run molecule, say in one line how that ended, and show its output where it failed."""
        began = time.monotonic()
        with self._log.open("w") as log:
            process = subprocess.Popen(
                [BIN / "molecule", *arguments],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            problem = _end(process)
        if not problem and arguments[0] == "test":
            problem = _unverified(self._state)
        if problem:
            print(self._log.read_text(errors="replace"), end="")
        verdict = f"FAILED: {problem}" if problem else "passed" if arguments[0] == "test" else "done"
        print(f"{title:28} {time.monotonic() - began:4.0f} s  {verdict}", flush=True)
        return not problem


def _end(process: subprocess.Popen[bytes]) -> str:
    """Wait for the end of a process; give why it failed, if it did."""
    try:
        code = process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        return f"it did not end within {TIMEOUT} s"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return f"exit code {code}" if code else ""


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


def main() -> int:
    """Run the scenarios that are named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(names()))
    wanted = parser.parse_args().scenarios or names()
    unknown = ", ".join(sorted(set(wanted) - set(names())))
    if unknown:
        parser.error(f"no scenario {unknown} in {SCENARIOS}; there are {', '.join(names())}")
    signals.raise_in_main()
    try:
        result = run(wanted)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if result.not_run:
        print(f"did not run: {result.not_run}")
        return 1 if os.environ.get("REQUIRE_ALL") == "1" and not result.not_run.startswith(NOT_HERE) else 0
    print(f"{result.passed} passed, {result.failed} failed")
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
