# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was booked, in words and in the booking's own time zone.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Optional
from zoneinfo import ZoneInfo

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS, zone_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import Window

from .apply import Outcome

# More windows than these are counted and not listed.
WINDOWS_SHOWN = 5
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def summary(outcome: Outcome, timezone: Optional[str]) -> list[str]:
    """Return an instance's bookings, its windows and what happens next, a sentence each.

    Times are in the time zone of the request, else in that of a weekly booking, else in UTC.
    """
    bookings = sorted((record.booking for record in outcome.records.values()), key=lambda one: one.booking_id)
    zones = [booking.timezone for booking in bookings if not isinstance(booking, OneOff)]
    zone = zone_of(timezone or (zones[0] if zones else "UTC"))
    return [f"{outcome.instance_id}: {text}." for text in _sentences(outcome, bookings, zone)]


def _sentences(outcome: Outcome, bookings: list[Booking], zone: ZoneInfo) -> Iterator[str]:
    for name in outcome.cancelled:
        yield f"{name} is cancelled"
    for booking in bookings:
        yield f"{booking.booking_id} is booked, {_rule(booking, zone)}"
    if not bookings:
        yield "nothing is booked"
        return
    windows = outcome.plan.windows
    shown = "; ".join(_span(one.start, one.end, zone) for one in windows[:WINDOWS_SHOWN])
    more = f" and {len(windows) - WINDOWS_SHOWN} more times" if len(windows) > WINDOWS_SHOWN else ""
    if shown:
        yield f"runs {shown}{more} ({zone})"
    yield from _next(outcome, windows, zone)


def _rule(booking: Booking, zone: ZoneInfo) -> str:
    if isinstance(booking, OneOff):
        ending = ", which is what is left of a window" if booking.cancelled else ""
        return f"{_span(booking.start, booking.end, zone)} ({zone}){ending}"
    return booking.describe()


def _next(outcome: Outcome, windows: tuple[Window, ...], zone: ZoneInfo) -> Iterator[str]:
    """Yield the next start and the next stop, sooner first."""
    plan = outcome.plan
    if not plan.edges:
        return
    starts = [one.start for one in windows if one.start > plan.now][:1]
    stops = sorted([one.end for one in windows[:1]] + [one.start for one in plan.curfews[:1]])[:1]
    ahead = sorted([*((at, "start") for at in starts), *((at, "stop") for at in stops)])
    if ahead:
        yield "next " + ", ".join(f"{action} {_when(at, zone)}" for at, action in ahead) + f" ({zone})"


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return a span of time; its day once where it ends on the day on which it starts."""
    same_day = start.astimezone(zone).date() == end.astimezone(zone).date()
    return f"{_when(start, zone)} to {_clock(end, zone) if same_day else _when(end, zone)}"


def _when(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    day = DAYS[local.weekday()].capitalize()
    return f"{day} {local.day} {_MONTHS[local.month - 1]} {local.year} {_clock(at, zone)}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
