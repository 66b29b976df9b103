# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was measured at one memory size.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import collections
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .log_report import LogReport
from .prices import Prices
from .statistics import interval, percentile, trimmed_mean


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
        """The warm invocations; all, where none was warm."""
        return [report for report in self.reports if report.init is None] or self.reports

    @property
    def durations(self) -> list[float]:
        """Milliseconds until each answer."""
        return sorted(report.duration for report in self.samples)

    @property
    def billed(self) -> list[float]:
        """Milliseconds that are paid for."""
        return sorted(report.billed for report in self.samples)

    @property
    def starts(self) -> list[float]:
        """Milliseconds of each cold start."""
        return sorted(report.init for report in self.reports if report.init is not None)

    def random(self, purpose: str) -> random.Random:
        """Return a random source that depends on this size alone, so that no other size has a say in its figures."""
        return random.Random(f"{purpose}:{self.memory}:{self.billed}:{self.durations}")  # noqa: S311  statistics


def row_of(measured: Measurement, prices: Prices, trim: float) -> dict[str, Any]:
    """Return a measurement as the module does: milliseconds, megabytes, dollars for an invocation."""
    row: dict[str, Any] = {
        "memory": measured.memory,
        "usable": measured.usable,
        "invocations": len(measured.reports) + sum(measured.failures.values()),
        "failures": dict(collections.OrderedDict(sorted(measured.failures.items()))),
    }
    if not measured.reports:
        return row
    billed, durations = measured.billed, measured.durations
    bounds = interval(billed, trim, measured.random("interval"))
    spread = interval(durations, trim, measured.random("duration"))
    row.update(
        duration_mean=trimmed_mean(durations, trim),
        duration_p50=percentile(durations, 0.5),
        duration_p95=percentile(durations, 0.95),
        duration_interval=[spread.low, spread.high],
        billed_mean=trimmed_mean(billed, trim),
        cost=prices.cost(trimmed_mean(billed, trim), measured.memory),
        cost_interval=[prices.cost(bound, measured.memory) for bound in (bounds.low, bounds.high)],
        init_mean=math.fsum(measured.starts) / len(measured.starts) if measured.starts else None,
        cold_starts=len(measured.starts),
        peak_memory=max(report.peak for report in measured.reports),
    )
    return row
