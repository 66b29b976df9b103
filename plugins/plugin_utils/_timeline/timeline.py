# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a page shows: instances, their windows, bookings and actual state, and the figures that follow from them.

PRIVATE: not for use outside this collection, may change in any release.

Pure: the clock is passed in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from .times import Clock, Span, visible

MISSING = "missing"
GONE = (MISSING, "terminated", "shutting-down")


@dataclass(frozen=True)
class Booked:
    """One booking: its name, its rule in words, and when it applies; of a curfew, when it stops the instance."""

    name: str
    rule: str
    spans: tuple[Span, ...]
    stops: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class NextEdge:
    """The next start or stop of an instance."""

    action: str
    at: datetime


@dataclass(frozen=True)
class Lane:
    """One instance. `windows` is the union of its bookings' spans: when it should run.

    `state` is EC2's name for what it does, MISSING for one that does not exist, "" for not known; `problems` is where
    that or its schedules differ from the plan.
    """

    instance_id: str
    name: str
    windows: tuple[Span, ...]
    bookings: tuple[Booked, ...]
    next_edge: NextEdge | None = None
    state: str = ""
    problems: tuple[str, ...] = ()

    @property
    def gone(self) -> bool:
        """Return whether it can never run again."""
        return self.state in GONE

    @property
    def title(self) -> str:
        """Return its name, or its id where it has none."""
        return self.name or self.instance_id


@dataclass(frozen=True)
class Place:
    """Where the bookings were read; "" for what is not known."""

    region: str = ""
    account: str = ""
    group: str = ""


@dataclass(frozen=True)
class Timeline:
    """Instances over a span of whole days, in one time zone."""

    bounds: Span
    clock: Clock
    lanes: tuple[Lane, ...] = ()
    place: Place = Place()

    @property
    def last_day(self) -> datetime:
        """Return the midnight at which the last day begins."""
        return self.clock.midnights(self.bounds)[-1]

    def running_hours(self, *lanes: Lane) -> float:
        """Return the hours within the bounds that instances are booked to run."""
        return sum(span.hours for lane in lanes for span in visible(lane.windows, self.bounds))

    def saved_hours(self, *lanes: Lane) -> float:
        """Return the hours within the bounds that they are not, compared with instances that are always on."""
        return self.bounds.hours * len(lanes) - self.running_hours(*lanes)

    def saved_percent(self, *lanes: Lane) -> int:
        """Return the same as a share, rounded down: only an instance that never runs saves 100 %."""
        return math.floor(100 * self.saved_hours(*lanes) / (self.bounds.hours * len(lanes)) + 1e-9)
