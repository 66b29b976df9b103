# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a booking is, and what a record holds of one.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Union

from .clock import zulu


class BaseBooking:
    """What every booking has: an id, and a form in which it is stored."""

    name: str

    @cached_property
    def booking_id(self) -> str:
        """The name, or a digest of what is booked: booking the same twice is booking it once."""
        return self.name or automatic_name(self)

    def to_record(self) -> dict[str, Any]:
        """Return what a record holds of a booking; the instance and the booking id are in its name."""
        # Not an abstract method: isinstance() takes several times as long for classes that have one.
        raise NotImplementedError


@dataclass(frozen=True)
class OneOff(BaseBooking):
    """One instance runs from start up to, but not including, end (UTC, whole seconds)."""

    instance_id: str
    start: datetime
    end: datetime
    name: str = ""
    cancelled: bool = False

    def describe(self) -> str:
        """Return the booking in words."""
        return f"{zulu(self.start)} to {zulu(self.end)}"

    def to_record(self) -> dict[str, Any]:
        """Return what a record holds of it."""
        body: dict[str, Any] = {"start": zulu(self.start), "end": zulu(self.end)}
        return {**body, "cancelled": True} if self.cancelled else body


@dataclass(frozen=True)
class Weekly(BaseBooking):
    """One instance runs on these days from start to end, local time; an end before its start is on the next day."""

    instance_id: str
    days: tuple[str, ...]
    start: str
    end: str
    timezone: str
    name: str = ""
    # Local days on which it doesn't start: 2027-05-01, or 2026-12-24..2027-01-02 with its last day.
    excluded: tuple[str, ...] = ()

    def describe(self) -> str:
        """Return the booking in words."""
        but = f" except {', '.join(self.excluded)}" if self.excluded else ""
        return f"{','.join(self.days)} {self.start} to {self.end} {self.timezone}{but}"

    def to_record(self) -> dict[str, Any]:
        """Return what a record holds of it."""
        body: dict[str, Any] = {
            "days": list(self.days),
            "start": self.start,
            "end": self.end,
            "timezone": self.timezone,
        }
        return {**body, "except": list(self.excluded)} if self.excluded else body


@dataclass(frozen=True)
class Curfew(BaseBooking):
    """One instance is stopped on these days at this local time, unless it is booked for longer; nothing starts it."""

    instance_id: str
    days: tuple[str, ...]
    at: str
    timezone: str
    name: str = ""

    def describe(self) -> str:
        """Return the curfew in words."""
        return f"curfew {','.join(self.days)} at {self.at} {self.timezone}"

    def to_record(self) -> dict[str, Any]:
        """Return what a record holds of it."""
        return {"curfew": self.at, "days": list(self.days), "timezone": self.timezone}


@dataclass(frozen=True)
class Monthly(BaseBooking):
    """One instance runs from start to end, local time, on days of the month or on its nth day of that name; -1: last.

    An end before its start is on the next day; a month that has no such day is left out.
    """

    instance_id: str
    days_of_month: tuple[int, ...]
    nth: int
    day: str
    start: str
    end: str
    timezone: str
    name: str = ""

    def rule(self) -> dict[str, Any]:
        """Return on which days of a month it starts, as people write it."""
        return {"nth": self.nth, "day": self.day} if self.nth else {"day_of_month": list(self.days_of_month)}

    def days(self) -> str:
        """Return on which days of a month it starts, in words."""
        if self.nth:
            return f"{_ordinal(self.nth)} {self.day.capitalize()}"
        return ", ".join(map(_ordinal, self.days_of_month))

    def describe(self) -> str:
        """Return the booking in words."""
        return f"{self.days()} of the month {self.start} to {self.end} {self.timezone}"

    def to_record(self) -> dict[str, Any]:
        """Return what a record holds of it."""
        return {"monthly": self.rule(), "start": self.start, "end": self.end, "timezone": self.timezone}


def _ordinal(number: int) -> str:
    """Return a number as people count: 1st, 22nd, the last."""
    if number < 0:
        return "last"
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


Recurring = Union[Weekly, Curfew]
Booking = Union[OneOff, Recurring, Monthly]


def automatic_name(booking: BaseBooking, owner: str = "") -> str:
    """Return the name that follows from what is booked, and from the owner where bookings are not shared."""
    text = json.dumps({**booking.to_record(), **({"owner": owner} if owner else {})}, sort_keys=True)
    return "auto-" + hashlib.sha256(text.encode()).hexdigest()[:16]
