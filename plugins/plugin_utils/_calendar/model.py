# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of a calendar: parts of events, occurrences, and what became of each event.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, Optional

BOOKED, LEFT_OUT, REFUSED = "booked", "left out", "refused"


@dataclass(frozen=True)
class Horizon:
    """The time that bookings are made for: occurrences that end after now and start before until."""

    now: datetime
    until: datetime


@dataclass(frozen=True)
class Details:
    """What people wrote into an event."""

    uid: str
    summary: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One VEVENT: an event of its own, a series, or the exception of one."""

    details: Details
    component: Any
    all_day: bool
    # Where the days of an event that takes whole days begin and end.
    zone: Optional[tzinfo] = None
    # How long it takes where DURATION says so; None where DTEND says when it ends.
    duration: Optional[timedelta] = None
    ignored: str = ""
    recurs: bool = False


@dataclass(frozen=True)
class Occurrence:
    """One time that an event takes place, in UTC; recurrence tells the occurrences of a series apart."""

    details: Details
    start: datetime
    end: datetime
    recurrence: str = ""


@dataclass(frozen=True)
class Note:
    """What became of an event, or of some of its occurrences, and why."""

    uid: str
    summary: str
    outcome: str
    reason: str
    start: Optional[datetime] = None
    # Of one occurrence; None where it is about the whole event.
    recurrence: Optional[str] = None


@dataclass(frozen=True)
class Reading:
    """What a calendar holds within a horizon. The bookings of refused events stay as they are."""

    events: int
    occurrences: tuple[Occurrence, ...] = ()
    notes: tuple[Note, ...] = ()
    refused: frozenset[str] = field(default_factory=frozenset)
