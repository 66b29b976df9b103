# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the commands round by round, so that whatever else the machine does meets all of them alike."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from scripts.benchmark.model import BenchError, Case, Cell, Results, Run
from scripts.benchmark.world import World

LAUNCH = pathlib.Path(__file__).resolve().with_name("launch.py")
PATIENCE = 10.0


@dataclasses.dataclass(frozen=True)
class Limits:
    """How often a command runs, and when it is too slow for that."""

    rounds: int = 5
    seconds: float = 100.0  # a command that is expected to take longer than this is not run
    row_seconds: float = 75.0  # a command whose runs would take longer than this, all together, is not run again

    def is_enough(self, cell: Cell) -> bool:
        """Tell whether a command has run often enough for its time."""
        return bool(cell.runs) and cell.spent + cell.seconds > self.row_seconds

    def reason(self, case: Case, results: Results) -> str:
        """Say why a command is not worth its run, judged by the next smaller size too; "" if it is."""
        if case.not_run:
            return case.not_run
        smaller = [size for table, row, size in results if (table, row) == case.cell[:2] and size < case.size]
        if not smaller:
            return ""
        cell = results[(*case.cell[:2], max(smaller))]
        if cell.not_run:
            return cell.not_run
        expected = cell.seconds * case.size / max(smaller)
        if expected <= self.seconds:
            return ""
        took = f"{max(smaller):,} hosts take {cell.seconds:.1f} s and {cell.calls:,} calls"
        return f"{took}, and the time grows with the hosts"


class Progress:
    """One line for each run: what, which round, since when, and until when."""

    def __init__(self, out: Callable[[str], object] = sys.stderr.write, clock: Callable[[], float] = time.monotonic):
        self._out = out
        self._clock = clock
        self._began = clock()

    def say(self, text: str) -> None:
        """Say something, with the time since the start."""
        minutes, seconds = divmod(int(self._clock() - self._began), 60)
        self._out(f"{minutes:3}:{seconds:02} {text}\n")


def run_rounds(cases: Sequence[Case], world: World, limits: Limits, progress: Progress) -> Results:
    """Run every case once a round."""
    results: Results = {}
    for number in range(1, limits.rounds + 1):
        for case in cases:
            cell = results.setdefault(case.cell, Cell())
            if number == 1:
                cell.not_run = limits.reason(case, {key: each for key, each in results.items() if key != case.cell})
            if cell.not_run or limits.is_enough(cell):
                continue
            if number == 1 and case.fill_cache:
                measure(case, world, 0)
            run = measure(case, world, number)
            cell.runs.append(run)
            left = _seconds_left(cases, results, limits, number, case)
            progress.say(
                f"round {number}/{limits.rounds}  {case.table:9} {case.size:5,} {case.unit}  {case.row:22} "
                f"{run.seconds:6.2f} s {run.call_count:5,} calls   {left}"
            )
    return results


def _seconds_left(cases: Sequence[Case], results: Results, limits: Limits, number: int, case: Case) -> str:
    """Estimate what is left, from what each command took until now."""
    if number == 1:
        return ""
    here = list(cases).index(case)
    left = 0.0
    for position, each in enumerate(cases):
        cell = results[each.cell]
        if cell.runs:
            due = limits.rounds - number + (position > here)
            affordable = max(0, int((limits.row_seconds - cell.spent) / cell.seconds))
            left += cell.seconds * min(due, affordable)
    return f"about {left / 60:.0f} min left" if left > 90 else f"about {left:.0f} s left"


def measure(case: Case, world: World, number: int) -> Run:
    """Run a command once; raises BenchError where it fails or gives something else than it should."""
    world.forget_calls()
    stdout, stderr = case.folder / "stdout", case.folder / "stderr"
    report = _launched([str(stdout), str(stderr), *case.command], case.folder, case.env)
    calls = world.calls()
    said = stdout.read_text()
    if report["returncode"]:
        raise BenchError(f"{case.row} of {case.size} hosts failed:\n{said[-2000:]}{stderr.read_text()[-2000:]}")
    case.check(said)
    return Run(number, report["seconds"], report["cpu_seconds"], report["peak_mib"], calls)


def _launched(arguments: Sequence[str], folder: pathlib.Path, env: Mapping[str, str]) -> Mapping[str, float]:
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCH), *arguments],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        return json.loads(process.communicate()[0])
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Interrupt a command as a person would: Ansible then ends its own workers. Kill it where it doesn't."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
