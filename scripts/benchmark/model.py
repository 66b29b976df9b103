# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured, and what came of it."""

from __future__ import annotations

import dataclasses
import pathlib
import statistics
from collections.abc import Callable, Mapping, Sequence


class BenchError(Exception):
    """The benchmark can't go on: a command failed, or gave something else than what it was measured for."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One command for one cell of a table. ``check`` raises BenchError for output that isn't what was asked for."""

    table: str
    row: str
    size: int
    command: Sequence[str]
    folder: pathlib.Path
    env: Mapping[str, str]
    check: Callable[[str], None]
    fill_cache: bool = False  # whether the command runs once before, to fill its cache
    not_run: str = ""  # why it isn't run at all
    unit: str = "hosts"  # what its size counts

    @property
    def cell(self) -> tuple[str, str, int]:
        """Where in the results it belongs."""
        return self.table, self.row, self.size


@dataclasses.dataclass(frozen=True)
class Run:
    """What one run of a command took."""

    round: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    calls: Mapping[str, int]

    @property
    def call_count(self) -> int:
        """The API calls, all services together."""
        return sum(self.calls.values())


@dataclasses.dataclass
class Cell:
    """The runs of one command, or why there are none."""

    runs: list[Run] = dataclasses.field(default_factory=list)
    not_run: str = ""

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """The fastest and the slowest run."""
        return min(run.seconds for run in self.runs), max(run.seconds for run in self.runs)

    @property
    def spent(self) -> float:
        """The time that its runs took together."""
        return sum(run.seconds for run in self.runs)

    @property
    def peak_mib(self) -> float:
        """The median of the memory of the largest process."""
        return statistics.median(run.peak_mib for run in self.runs)

    @property
    def calls(self) -> int:
        """The API calls of a run, the most there were."""
        return max(run.call_count for run in self.runs)

    def ratio(self, floor: Cell, measure: Callable[[Run], float] = lambda run: run.seconds) -> float | None:
        """Give the median over the rounds of this cell divided by another in the same round."""
        others = {run.round: measure(run) for run in floor.runs}
        pairs = [measure(run) / others[run.round] for run in self.runs if run.round in others]
        return statistics.median(pairs) if pairs else None


Results = dict[tuple[str, str, int], Cell]


def peak(run: Run) -> float:
    """Give the memory of a run, for ratios."""
    return run.peak_mib
