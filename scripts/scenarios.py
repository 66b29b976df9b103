# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run molecule's scenarios on guests with kernels of their own (extensions/molecule/README.md).

Each scenario is a `molecule test` of its own, so that one that fails does not keep the others from running. Lanes run
side by side, each on a lab of its own: half of a scenario's time is waiting.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent import futures

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "extensions" / "molecule"
BIN = ROOT / ".venv" / "bin"
sys.path.insert(0, str(ROOT))

from extensions.molecule.lab import lab  # noqa: E402  needs the path above
from scripts import collection, signals  # noqa: E402  needs the path above

# Beyond what the slowest scenario takes by far: something hangs.
TIMEOUT = 900
# How often the main thread looks for signals, in seconds.
WAKE = 0.5
LANES = 2
# Begun first, so that the lanes end at about the same time.
LONGEST = ("whole_story", "server_down_then_up", "server_down")
# Each verb of the role: mount, remount and unmount, recover, boot and remove; and all of it from Terraform on.
QUICK = ("first_mount", "source_changed", "server_down_then_up", "reboot_then_absent", "whole_story")
NOT_HERE = "not on this machine: "


@dataclasses.dataclass(frozen=True)
class Result:
    """How many scenarios did what, or why none was run."""

    passed: int = 0
    failed: int = 0
    not_run: str = ""


def why_not() -> str:
    """Return why this machine can't run the scenarios, or nothing."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return f"{NOT_HERE}the lab of guests needs Linux on x86-64, this is {platform.system()} on {platform.machine()}"
    return lab.missing()


def names() -> list[str]:
    """Return the names of all scenarios; `default` only makes the lab."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml") if path.parent.name != "default")


def run(wanted: Sequence[str], labs: int = LANES) -> Result:
    """Run the scenarios, in so many lanes where there are that many scenarios."""
    reason = why_not()
    if reason:
        return Result(not_run=reason)
    if not wanted:
        print(f"FAILED: there is no scenario in {SCENARIOS}")
        return Result(failed=1)
    collection.lay_link()
    waiting = collections.deque(sorted(wanted, key=lambda name: name not in LONGEST))
    # A short path: sockets are made below it.
    with tempfile.TemporaryDirectory(prefix="tfbridge-molecule-") as scratch:
        lanes = [Lane(number, pathlib.Path(scratch)) for number in range(1, min(labs, len(wanted)) + 1)]
        with futures.ThreadPoolExecutor(len(lanes)) as threads:
            try:
                # An interrupt that comes before all have begun stops those that have.
                running = [threads.submit(lane.run, waiting) for lane in lanes]
                # A signal that comes just before a wait without an end would be seen only after it.
                while futures.wait(running, timeout=WAKE).not_done:
                    pass
                results = [passed for lane in running for passed in lane.result()]
            except BaseException:
                for lane in lanes:
                    lane.stop()
                raise
    return Result(passed=results.count(True), failed=results.count(False))


class Lane:
    """A lab, and the scenarios that run on it one after the other; what they write is in one folder."""

    def __init__(self, number: int, scratch: pathlib.Path) -> None:
        # The user's own settings are kept out.
        others = ("ANSIBLE_", "AWS_", "TF_", "MOLECULE_", "LAB_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        self._folder = scratch / str(number)
        self._folder.mkdir()
        self._name = f"lab {number}"
        self._state = self._folder / "state"
        self._environment = {
            **kept,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
            "HOME": str(self._folder / "home"),
            "ANSIBLE_HOME": str(self._folder / "ansible"),
            "MOLECULE_COMMAND_BORDERS": "false",
            "MOLECULE_EPHEMERAL_DIRECTORY": str(self._state),
            "LAB_FOLDER": str(self._folder / "lab"),
            # The lab ends with this process, however that ends.
            "LAB_OWNER": str(os.getpid()),
        }
        self._lock = threading.Lock()
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, waiting: collections.deque[str]) -> list[bool]:
        """Make the lab, run what is waiting, remove the lab; return whether each passed, False for a lab that fails."""
        if not self._molecule(f"{self._name} boots", "create"):
            return [False]
        results = []
        while not self._stopped and (scenario := _next(waiting)):
            results.append(self._molecule(scenario, "test", "--scenario-name", scenario, "--destroy", "never"))
        if not self._molecule(f"{self._name} ends", "destroy"):
            results.append(False)
        return results

    def stop(self) -> None:
        """End what is running, and begin nothing more."""
        with self._lock:
            self._stopped = True
            if self._process:
                _kill(self._process)

    def _molecule(self, title: str, *arguments: str) -> bool:
        """Run molecule, say in one line how that ended, and show its output where it failed."""
        began = time.monotonic()
        path = self._folder / "molecule.log"
        with path.open("w") as log:
            with self._lock:
                if self._stopped:
                    return False
                self._process = subprocess.Popen(
                    [BIN / "molecule", *arguments],
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            problem = _end(self._process)
        if self._stopped:
            return False
        if not problem and arguments[0] == "test":
            problem = _unverified(self._state)
        verdict = f"FAILED: {problem}" if problem else "passed" if arguments[0] == "test" else "done"
        output = path.read_text(errors="replace") if problem else ""
        # In one piece, for the other lane prints too.
        print(f"{output}{title:28} {time.monotonic() - began:4.0f} s  {verdict}\n", end="", flush=True)
        return not problem


def _next(waiting: collections.deque[str]) -> str:
    """Take a scenario that no lane has taken; nothing where none is left."""
    try:
        return waiting.popleft()
    except IndexError:  # asked before, the other lane may have taken it by now
        return ""


def _end(process: subprocess.Popen[bytes]) -> str:
    """Wait for the end of a process; return why it failed, if it did."""
    try:
        code = process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        _kill(process)
        return f"it did not end within {TIMEOUT} s"
    return f"exit code {code}" if code else ""


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process, if it still runs, and all that it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _unverified(state: pathlib.Path) -> str:
    """Return what is wrong if molecule, which skips what it can't find, verified nothing."""
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
    parser.add_argument("--check", action="store_true", help="only say whether this machine can run them")
    parser.add_argument("--labs", type=int, choices=range(1, 9), default=LANES, help=f"side by side ({LANES})")
    given = parser.parse_args()
    wanted = given.scenarios or names()
    unknown = ", ".join(sorted(set(wanted) - set(names())))
    if unknown:
        parser.error(f"no scenario {unknown} in {SCENARIOS}; there are {', '.join(names())}")
    signals.raise_in_main()
    if reason := why_not():
        print(f"ERROR: {reason}", file=sys.stderr)
        return 1
    if given.check:
        return 0
    try:
        result = run(wanted, given.labs)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print(f"{result.passed} passed, {result.failed} failed")
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
