# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments and spans of time, and how a page writes them for a reader in one time zone.

PRIVATE: not for use outside this collection, may change in any release.

Every moment is in UTC: two times of one local zone compare and subtract as wall clocks, which a clock change makes
wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, order=True)
class Span:
    """A half-open piece of time."""

    start: datetime
    end: datetime

    def clipped(self, bounds: Span) -> Span | None:
        """Return the part inside `bounds`, None for nothing."""
        start, end = max(self.start, bounds.start), min(self.end, bounds.end)
        return Span(start, end) if start < end else None

    @property
    def hours(self) -> float:
        """Return its length."""
        return (self.end - self.start) / HOUR


def visible(spans: Iterable[Span], bounds: Span) -> list[Span]:
    """Return the parts of some spans that are inside the bounds."""
    clipped = (span.clipped(bounds) for span in spans)
    return [span for span in clipped if span is not None]


def hours(value: float) -> str:
    """Return a number of hours in words: without a fraction where it is whole."""
    return f"{value:,.1f}".removesuffix(".0") + " h"


@dataclass(frozen=True)
class Clock:
    """The reader's time zone and present."""

    zone: tzinfo
    now: datetime

    def local(self, moment: datetime) -> datetime:
        """Return a moment on the reader's wall clock."""
        return moment.astimezone(self.zone)

    def midnights(self, bounds: Span) -> list[datetime]:
        """Return each local midnight in the bounds. A day of 23 or 25 hours is as long as it is."""
        midnight, days = _midnight_before(self.local(bounds.start)), []
        while midnight.astimezone(timezone.utc) < bounds.end:
            days.append(midnight.astimezone(timezone.utc))
            midnight += timedelta(days=1)  # on the wall clock, so it stays midnight
        return [day for day in days if day >= bounds.start]

    def days_from_today(self, count: int) -> Span:
        """Return whole local days, today's the first."""
        midnight = _midnight_before(self.local(self.now))
        return Span(midnight.astimezone(timezone.utc), (midnight + timedelta(days=count)).astimezone(timezone.utc))

    def date(self, moment: datetime, *, year: bool = False) -> str:
        """Return a date in words, independent of the machine's locale; with its year unless that is this one."""
        local = self.local(moment)
        shown = f" {local.year}" if year or local.year != self.local(self.now).year else ""
        return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1][:3]}{shown}"

    def time(self, moment: datetime) -> str:
        """Return a time of day, with seconds only where there are some."""
        local = self.local(moment)
        return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"

    def when(self, moment: datetime, *, year: bool = False) -> str:
        """Return date and time in words."""
        return f"{self.date(moment, year=year)} {self.time(moment)}"

    def span(self, span: Span) -> str:
        """Return a span in words: the day once when it starts and ends on the same one."""
        same_day = self.local(span.start).date() == self.local(span.end).date()
        return f"{self.when(span.start)} to {self.time(span.end) if same_day else self.when(span.end)}"


def _midnight_before(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
