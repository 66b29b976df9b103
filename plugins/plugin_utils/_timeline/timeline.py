# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a timeline shows: instances, their windows and bookings, and the numbers that follow from them.

PRIVATE: not for use outside this collection, may change in any release.

Pure: the clock and the time zone are passed in. Every moment is in UTC: two times of one local zone compare and
subtract as wall clocks, which a DST change makes wrong. How it is drawn is next door, in _timeline_svg.py and
_timeline_html.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOUR = timedelta(hours=1)


@dataclass(frozen=True, order=True)
class Span:
    """A piece of time, half-open."""

    start: datetime
    end: datetime

    def clipped(self, bounds: Span) -> Span | None:
        """Return what of it lies inside `bounds`, None for nothing."""
        start, end = max(self.start, bounds.start), min(self.end, bounds.end)
        return Span(start, end) if start < end else None

    @property
    def hours(self) -> float:
        """Its length."""
        return (self.end - self.start) / HOUR


@dataclass(frozen=True)
class Booked:
    """One booking: its name, what it says in words, and when it applies in the time that is shown."""

    name: str
    rule: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class NextEdge:
    """What happens to an instance next."""

    action: str
    at: datetime


@dataclass(frozen=True)
class Lane:
    """One instance. `windows` is the union of the bookings' spans: when the instance runs."""

    instance_id: str
    name: str
    windows: tuple[Span, ...]
    bookings: tuple[Booked, ...]
    next_edge: NextEdge | None = None


@dataclass(frozen=True)
class Timeline:
    """A page: instances over a stretch of time, in one time zone."""

    bounds: Span
    now: datetime
    zone: tzinfo
    zone_name: str
    lanes: tuple[Lane, ...]

    def running_hours(self, lane: Lane) -> float:
        """Hours in the bounds that an instance is booked to run."""
        return sum(span.hours for span in visible(lane.windows, self.bounds))

    def saved_hours(self, lane: Lane) -> float:
        """Hours in the bounds that it is not, against an instance that is always on."""
        return self.bounds.hours - self.running_hours(lane)

    def saved_percent(self, saved: float, instances: int) -> int:
        """Return the share of always-on that `saved` hours of some instances are. Rounded down: only all is 100 %."""
        return math.floor(100 * saved / (self.bounds.hours * instances) + 1e-9)

    def when(self, moment: datetime) -> str:
        """Write a moment as a reader in this zone says it."""
        return when(moment, self.zone)

    def days_words(self) -> str:
        """Say which days are shown, the last one included."""
        last = self.bounds.end - timedelta(seconds=1)
        days = [moment.astimezone(self.zone) for moment in (self.bounds.start, last)]
        return " to ".join(f"{WEEKDAYS[day.weekday()]} {day_month(day)} {day.year}" for day in days)

    def span_words(self, span: Span) -> str:
        """Say a span in this zone."""
        return span_words(span, self.zone)

    def day_starts(self) -> list[datetime]:
        """Return each local midnight in the bounds. A day of 23 or 25 hours is as long as it is."""
        midnight = midnight_before(self.bounds.start, self.zone)
        days = []
        while midnight.astimezone(timezone.utc) < self.bounds.end:
            days.append(midnight.astimezone(timezone.utc))
            midnight += timedelta(days=1)  # on the wall clock, so it stays midnight
        return [day for day in days if day >= self.bounds.start]


def visible(spans: Iterable[Span], bounds: Span) -> list[Span]:
    """Return what of some spans lies inside the bounds."""
    clipped = (span.clipped(bounds) for span in spans)
    return [span for span in clipped if span is not None]


def day_month(local: datetime) -> str:
    """Write a date without asking the machine's locale."""
    return f"{local.day} {MONTHS[local.month - 1]}"


def when(moment: datetime, zone: tzinfo) -> str:
    """Write a moment as a reader in a zone says it."""
    local = moment.astimezone(zone)
    seconds = f":{local.second:02}" if local.second else ""
    return f"{WEEKDAYS[local.weekday()]} {day_month(local)} {local:%H:%M}{seconds}"


def span_words(span: Span, zone: tzinfo) -> str:
    """Say a span: the day once when it starts and ends on one."""
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    until = f"{end:%H:%M}" if start.date() == end.date() else when(span.end, zone)
    return f"{when(span.start, zone)} to {until}"


def hours(value: float) -> str:
    """Write a number of hours: whole where it is whole."""
    return f"{value:,.1f}".removesuffix(".0") + " h"


def midnight_before(moment: datetime, zone: tzinfo) -> datetime:
    """Return the local midnight at or before a moment, in the zone, so that days can be added on the wall clock."""
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def bounds_of_days(now: datetime, zone: tzinfo, days: int) -> Span:
    """Return whole local days from today's midnight on."""
    midnight = midnight_before(now, zone)
    return Span(midnight.astimezone(timezone.utc), (midnight + timedelta(days=days)).astimezone(timezone.utc))
