# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings, and the windows in which instances run, as events.

PRIVATE: not for use outside this collection, may change in any release.

The same bookings give the same text at any time of a year: what an event is revised by is when its booking was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Union

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import (
    Booking,
    Curfew,
    Monthly,
    OneOff,
    Weekly,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS, UTC, YEARS_AHEAD, zone_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.days import excluded_days
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.monthly import begin_days
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import Window

from .lines import document, local, text, utc
from .zones import time_zone

PRODUCT = "-//tfbridge.aws//bookings//EN"
# How often applications are asked to read the calendar again.
REFRESH = timedelta(minutes=15)
# SEQUENCE counts the seconds from then on: a booking that is written anew has a higher one.
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
# A weekly booking is shown from so long before it was written: somebody may look at the week that it was written in.
_BACK = timedelta(days=7)


@dataclass(frozen=True)
class BookedInstance:
    """An instance with its bookings, when each was written, and the windows that are shown."""

    instance_id: str
    name: str = ""
    bookings: Sequence[Booking] = ()
    written: Mapping[str, datetime] = field(default_factory=dict)
    windows: Sequence[Window] = ()

    @property
    def label(self) -> str:
        """What people know it by."""
        return self.name or self.instance_id


def export(instances: Iterable[BookedInstance], region: str, title: str, now: datetime) -> str:
    """Return a calendar."""
    everything = sorted(instances, key=lambda one: one.instance_id)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{text(title)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:PT{int(REFRESH.total_seconds()) // 60}M",
        f"X-PUBLISHED-TTL:PT{int(REFRESH.total_seconds()) // 60}M",
    ]
    first_years: dict[str, int] = {}
    events: list[str] = []
    for instance in everything:
        for booking in sorted(instance.bookings, key=lambda one: one.booking_id):
            if isinstance(booking, Curfew) or (isinstance(booking, OneOff) and booking.cancelled):
                continue  # a curfew books nothing, and what is left of a cancelled window is nobody's booking
            written = instance.written.get(booking.booking_id, _EPOCH)
            if not isinstance(booking, OneOff) and booking.timezone != "UTC":
                year = (written - _BACK).year
                first_years[booking.timezone] = min(year, first_years.get(booking.timezone, year))
            events += _event(
                instance, booking.booking_id, region, written, _booking(instance, booking, written, region)
            )
        for window in instance.windows:
            # Another start or end makes it another event, since it has no identity beyond them.
            digest = hashlib.sha256(f"{utc(window.start)}/{utc(window.end)}".encode()).hexdigest()[:16]
            events += _event(instance, f"window-{digest}", region, _EPOCH, _window(instance, window))
    for zone, year in sorted(first_years.items()):
        lines += time_zone(zone, year, now.year + YEARS_AHEAD)
    return document([*lines, *events, "END:VCALENDAR"])


def _event(instance: BookedInstance, uid: str, region: str, written: datetime, details: Iterable[str]) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}.{instance.instance_id}@{region}.tfbridge.aws"
    yield f"DTSTAMP:{utc(written)}"
    yield f"LAST-MODIFIED:{utc(written)}"
    yield f"SEQUENCE:{max(0, int((written - _EPOCH).total_seconds()))}"
    yield from details
    yield f"X-TFBRIDGE-INSTANCE:{instance.instance_id}"
    yield "END:VEVENT"


def _booking(
    instance: BookedInstance, booking: Union[OneOff, Weekly, Monthly], written: datetime, region: str
) -> Iterator[str]:
    if isinstance(booking, Weekly):
        yield from _weekly(booking, written)
    elif isinstance(booking, Monthly):
        yield from _monthly(booking, written)
    else:
        yield from _once(booking)
    yield f"SUMMARY:{text(f'{instance.label}: {booking.booking_id}')}"
    yield f"DESCRIPTION:{text(f'{instance.instance_id} in {region} is booked: {booking.describe()}')}"
    yield f"LOCATION:{text(region)}"
    yield "CATEGORIES:EC2 booking"


def _once(booking: OneOff) -> Iterator[str]:
    yield f"DTSTART:{utc(booking.start)}"
    yield f"DTEND:{utc(booking.end)}"


def _weekly(booking: Weekly, written: datetime) -> Iterator[str]:
    """Yield times on the wall of the booking's zone, which clock changes don't move."""
    zone = zone_of(booking.timezone)
    day = (written.astimezone(zone) - _BACK).date()
    while DAYS[day.weekday()] not in booking.days:
        day += timedelta(days=1)
    later = 1 if booking.end <= booking.start else 0
    begin, end = _at(day, booking.start), _at(day + timedelta(days=later), booking.end)
    yield f"DTSTART{_value(begin, booking.timezone)}"
    yield f"DTEND{_value(end, booking.timezone)}"
    yield f"RRULE:FREQ=WEEKLY;BYDAY={','.join(name[:2].upper() for name in booking.days)}"
    for ordinal in sorted(excluded_days(booking.excluded)):
        left_out = date.fromordinal(ordinal)
        if left_out >= day and DAYS[left_out.weekday()] in booking.days:
            yield f"EXDATE{_value(_at(left_out, booking.start), booking.timezone)}"


def _monthly(booking: Monthly, written: datetime) -> Iterator[str]:
    """Yield times on the wall of the booking's zone, on the days of the month that it has."""
    day = _first_day(booking, (written.astimezone(zone_of(booking.timezone)) - _BACK).date())
    later = 1 if booking.end <= booking.start else 0
    yield f"DTSTART{_value(_at(day, booking.start), booking.timezone)}"
    yield f"DTEND{_value(_at(day + timedelta(days=later), booking.end), booking.timezone)}"
    by = (
        f"BYDAY={booking.nth}{booking.day[:2].upper()}"
        if booking.nth
        else f"BYMONTHDAY={','.join(map(str, booking.days_of_month))}"
    )
    yield f"RRULE:FREQ=MONTHLY;{by}"


def _first_day(booking: Monthly, earliest: date) -> date:
    """Return the first day from this one on that a monthly booking begins on."""
    month = earliest.year * 12 + earliest.month - 1
    found = (
        number
        for ahead in range(100)
        for number in begin_days(booking.days_of_month, booking.nth, booking.day, month + ahead)
    )
    return date.fromordinal(next(number for number in found if number >= earliest.toordinal()))


def _at(day: date, clock: str) -> datetime:
    if clock == "24:00":
        return datetime.combine(day + timedelta(days=1), time())
    return datetime.combine(day, time.fromisoformat(clock))


def _value(moment: datetime, zone: str) -> str:
    return f":{utc(moment)}" if zone == "UTC" else f";TZID={zone}:{local(moment)}"


def _window(instance: BookedInstance, window: Window) -> Iterator[str]:
    yield f"DTSTART:{utc(window.start)}"
    yield f"DTEND:{utc(window.end)}"
    yield f"SUMMARY:{text(f'{instance.label} runs')}"
    yield f"DESCRIPTION:{text('Booked by ' + ', '.join(window.reasons))}"
    yield "CATEGORIES:EC2 window"
    yield "TRANSP:TRANSPARENT"
