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
from .statistics import FEW, Figures, bootstrap, interval, means, percentile


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
        return warm if len(warm) >= FEW else self.reports

    @property
    def groups(self) -> list[list[Figures]]:
        """Milliseconds that are paid for, and until the answer, of the samples of each payload."""
        found: dict[int, list[Figures]] = {}
        for report in self.samples:
            found.setdefault(report.payload, []).append((report.billed, report.duration))
        return [sorted(found[number]) for number in sorted(found)]

    def duration_percentile(self, share: float) -> float:
        """Return the duration that so many invocations don't exceed, whatever their payload."""
        return percentile([report.duration for report in self.samples], share)

    @property
    def starts(self) -> list[float]:
        """Milliseconds of each cold start."""
        return sorted(report.init for report in self.reports if report.init is not None)

    def random(self, purpose: str) -> random.Random:
        """Return a random source that depends on this size alone, so that no other size has a say in its figures."""
        return random.Random(f"{purpose}:{self.memory}:{self.groups}")  # noqa: S311  statistics


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
    billed, duration = means(measured.groups, trim)
    draws = zip(*bootstrap(measured.groups, trim, measured.random("interval")))
    paid, spread = (interval(column) for column in draws)
    row.update(
        duration_mean=duration,
        duration_p50=measured.duration_percentile(0.5),
        duration_p95=measured.duration_percentile(0.95),
        duration_interval=list(spread),
        billed_mean=billed,
        cost=prices.cost(billed, measured.memory),
        cost_interval=[prices.cost(bound, measured.memory) for bound in paid],
        init_mean=math.fsum(measured.starts) / len(measured.starts) if measured.starts else None,
        cold_starts=len(measured.starts),
        peak_memory=max(report.peak for report in measured.reports),
    )
    return row
