# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an instance's bookings to its lane of the timeline, by the planner that schedules them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS, zone_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import from_record
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows

from .timeline import (
    WEEKDAYS,
    Booked,
    Lane,
    NextEdge,
    Span,
    Timeline,
    bounds_of_days,
    span_words,
)

MAX_DAYS = 92


def lane_on(page: Timeline, instance_id: str, name: str, bookings: tuple[Booking, ...]) -> Lane:
    """Return an instance's lane on a page: what of its bookings lies in the page's bounds, and what happens next."""
    shown = [(booking, _spans((booking,), page.bounds)) for booking in sorted(bookings, key=_order)]
    booked = tuple(Booked(booking.booking_id, rule(booking, page.zone), spans) for booking, spans in shown)
    return Lane(instance_id, name, _spans(bookings, page.bounds), booked, next_edge(bookings, page.now))


def _order(booking: Booking) -> tuple[bool, str, str]:
    """Weekly bookings first, then by when they start."""
    return isinstance(booking, OneOff), str(booking.start), booking.booking_id


def _spans(bookings: tuple[Booking, ...], bounds: Span) -> tuple[Span, ...]:
    return tuple(Span(window.start, window.end) for window in windows(bookings, bounds.start, bounds.end))


def next_edge(bookings: tuple[Booking, ...], now: datetime) -> Optional[NextEdge]:
    """Return what happens next: the end of the window that the instance is in, or the start of the next one."""
    planned = plan(bookings, now)
    if not planned.edges or not planned.windows:
        return None
    window = planned.windows[0]
    return NextEdge("start", window.start) if window.start > now else NextEdge("stop", window.end)


def rule(booking: Booking, zone: tzinfo) -> str:
    """Say when a booking is; a weekly one is said in its own zone, which is named when it is not the page's."""
    if isinstance(booking, Weekly):
        elsewhere = "" if booking.timezone == str(zone) else f" {booking.timezone}"
        return f"{days_words(booking.days)} {booking.start} to {booking.end}{elsewhere}"
    return span_words(Span(booking.start, booking.end), zone) + (", cancelled" if booking.cancelled else "")


def days_words(days: tuple[str, ...]) -> str:
    """Say days of the week: three or more in a row by the first and the last."""
    numbers = sorted(DAYS.index(day) for day in days)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(_run_words(run) for run in runs)


def _run_words(run: list[int]) -> str:
    names = [WEEKDAYS[number] for number in run]
    return f"{names[0]}-{names[-1]}" if len(names) > 2 else ", ".join(names)


def timeline_of(result: Mapping[str, Any], timezone: str, days: object, now: datetime) -> Timeline:
    """Return the page of what M(tfbridge.aws.ec2_schedule_info) returned, from today on."""
    zone = zone_of(timezone)
    try:
        count = int(str(days))
    except ValueError as error:
        raise OptionError(f"days: {days!r} is not a number of days, 1 to {MAX_DAYS}") from error
    if not 1 <= count <= MAX_DAYS:
        raise OptionError(f"days: {count} is not within 1 to {MAX_DAYS}")
    page = Timeline(bounds_of_days(now, zone, count), now, zone, timezone, ())
    return replace(page, lanes=tuple(_read(page, result)))


def _read(page: Timeline, result: Mapping[str, Any]) -> Iterator[Lane]:
    try:
        for item in result["instances"]:
            bookings = tuple(_booking(item["instance_id"], body) for body in item["bookings"])
            yield lane_on(page, str(item["instance_id"]), str(item.get("name") or ""), bookings)
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError("the input is not a result of tfbridge.aws.ec2_schedule_info") from error


def _booking(instance_id: str, body: Mapping[str, Any]) -> Booking:
    return from_record(instance_id, str(body["name"]), body)
