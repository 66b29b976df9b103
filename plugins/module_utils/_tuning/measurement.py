# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was measured at one memory size.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .log_report import LogReport
from .prices import Prices
from .request import MIN_INVOCATIONS
from .statistics import interval, mean_of_groups, percentile


@dataclass(frozen=True)
class Measurement:
    """The invocations at one size that ended, and why the others failed."""

    memory: int
    reports: Sequence[LogReport]
    failures: Mapping[str, int] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether it can be chosen: it was measured, and nothing failed."""
        return bool(self.reports) and not self.failures

    @property
    def samples(self) -> Sequence[LogReport]:
        """The warm invocations; all, where there are too few of them to tell a gain from noise."""
        warm = [report for report in self.reports if report.init is None]
        return warm if len(warm) >= MIN_INVOCATIONS else self.reports

    @property
    def groups(self) -> list[list[LogReport]]:
        """The samples of each payload."""
        found: dict[int, list[LogReport]] = {}
        for report in self.samples:
            found.setdefault(report.payload, []).append(report)
        return [sorted(found[number], key=_figures) for number in sorted(found)]

    @property
    def durations(self) -> list[list[float]]:
        """Milliseconds until each answer, by payload."""
        return [[report.duration for report in group] for group in self.groups]

    @property
    def billed(self) -> list[list[float]]:
        """Milliseconds that are paid for, by payload."""
        return [[report.billed for report in group] for group in self.groups]

    def duration_percentile(self, share: float) -> float:
        """Return the duration that so many invocations don't exceed, whatever their payload."""
        return percentile([report.duration for report in self.samples], share)

    @property
    def starts(self) -> list[float]:
        """Milliseconds of each cold start."""
        return sorted(report.init for report in self.reports if report.init is not None)

    def random(self, purpose: str) -> random.Random:
        """Return a random source that depends on this size alone, so that no other size has a say in its figures."""
        return random.Random(f"{purpose}:{self.memory}:{self.billed}:{self.durations}")  # noqa: S311  statistics


def _figures(report: LogReport) -> tuple[float, float]:
    return (report.billed, report.duration)


def row_of(measured: Measurement, prices: Prices, trim: float) -> dict[str, Any]:
    """Return a measurement as the module does: milliseconds, megabytes, dollars for an invocation."""
    row: dict[str, Any] = {
        "memory": measured.memory,
        "usable": measured.usable,
        "invocations": len(measured.reports) + sum(measured.failures.values()),
        "failures": dict(sorted(measured.failures.items())),
    }
    if not measured.reports:
        return row
    billed, durations = measured.billed, measured.durations
    bounds = interval(billed, trim, measured.random("interval"))
    spread = interval(durations, trim, measured.random("duration"))
    row.update(
        duration_mean=mean_of_groups(durations, trim),
        duration_p50=measured.duration_percentile(0.5),
        duration_p95=measured.duration_percentile(0.95),
        duration_interval=[spread.low, spread.high],
        billed_mean=mean_of_groups(billed, trim),
        cost=prices.cost(mean_of_groups(billed, trim), measured.memory),
        cost_interval=[prices.cost(bound, measured.memory) for bound in (bounds.low, bounds.high)],
        init_mean=math.fsum(measured.starts) / len(measured.starts) if measured.starts else None,
        cold_starts=len(measured.starts),
        peak_memory=max(report.peak for report in measured.reports),
    )
    return row
