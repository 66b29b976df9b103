# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an instance's bookings to its lane of the timeline, by the planner that schedules them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, Curfew, Monthly, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS, zone_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.moments import parse_moment
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.stored import from_record
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import MERGE_GAP, curfew_stops, windows

from .state import problems, state_of
from .timeline import Booked, Lane, NextEdge, Place, Timeline
from .times import WEEKDAYS, Clock, Span

MAX_DAYS = 92


def timeline_of(result: Mapping[str, Any], timezone: str, days: object, now: datetime) -> Timeline:
    """Return the page of what M(tfbridge.aws.ec2_schedule_info) returned, from today on."""
    clock = Clock(zone_of(timezone), now)
    page = Timeline(clock.days_from_today(_day_count(days)), clock)
    try:
        place = Place(*(str(result.get(key) or "") for key in ("region", "account", "schedule_group")))
        lanes = [_lane(page, item) for item in result["instances"]]
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise DataError("the input is not a result of tfbridge.aws.ec2_schedule_info") from error
    return replace(page, place=place, lanes=tuple(sorted(lanes, key=_natural)))


def _day_count(days: object) -> int:
    try:
        count = int(str(days))
    except ValueError as error:
        raise OptionError(f"days: {days!r} is not a number of days, 1 to {MAX_DAYS}") from error
    if not 1 <= count <= MAX_DAYS:
        raise OptionError(f"days: {count} is not within 1 to {MAX_DAYS}")
    return count


def _natural(lane: Lane) -> tuple[bool, list[tuple[int, str]], str]:
    """Return what lanes are sorted by: names as people sort them, web-2 before web-10, then those without one."""
    parts = re.split(r"([0-9]+)", lane.name.casefold())
    return not lane.name, [(int(part) if part.isdecimal() else -1, part) for part in parts], lane.instance_id


def _lane(page: Timeline, item: Mapping[str, Any]) -> Lane:
    instance_id = str(item["instance_id"])
    bookings = tuple(from_record(instance_id, str(body["name"]), body) for body in item["bookings"])
    owners = {str(body["name"]): str(body.get("owner") or "") for body in item["bookings"]}
    gap = timedelta(seconds=int(item.get("merge_gap") or MERGE_GAP.total_seconds()))
    union = _spans(page, bookings, gap)
    stops = curfew_stops(bookings, page.bounds.start, page.bounds.end, gap)
    return Lane(
        instance_id,
        str(item.get("name") or ""),
        union,
        tuple(
            Booked(
                one.booking_id,
                rule(one, page.clock) + _by(owners[one.booking_id]),
                _spans(page, (one,), gap),
                tuple(stop.start for stop in stops if one.booking_id in stop.reasons),
            )
            for one in sorted(bookings, key=_order)
        ),
        _next_edge(item.get("next_edge")),
        state_of(item),
        problems(item, union, page.clock.now),
    )


def _by(owner: str) -> str:
    """Return who booked, in words: of an ARN the last part, which is a person's name or a role's with its session."""
    name = owner.partition("/")[2] if owner.startswith("arn:") else owner
    return f", by {name or owner}" if owner else ""


def _order(booking: Booking) -> tuple[int, str, str]:
    """Return what bookings are sorted by: weekly ones first, then by start; curfews last."""
    if isinstance(booking, Curfew):
        return 2, booking.at, booking.booking_id
    return int(isinstance(booking, OneOff)), str(booking.start), booking.booking_id


def _spans(page: Timeline, bookings: tuple[Booking, ...], gap: timedelta) -> tuple[Span, ...]:
    found = windows(bookings, page.bounds.start, page.bounds.end, gap)
    return tuple(Span(window.start, window.end) for window in found)


def _next_edge(edge: Mapping[str, Any] | None) -> NextEdge | None:
    return NextEdge(str(edge["action"]), parse_moment(edge["at"], "next_edge", None, later=False)) if edge else None


def rule(booking: Booking, clock: Clock) -> str:
    """Return when a booking is, in words; a weekly one in its own zone, which is named when it is not the page's."""
    if isinstance(booking, OneOff):
        return clock.span(Span(booking.start, booking.end)) + (", cancelled" if booking.cancelled else "")
    elsewhere = "" if booking.timezone == str(clock.zone) else f" {booking.timezone}"
    if isinstance(booking, Curfew):
        return f"Curfew {days_words(booking.days)} {booking.at}{elsewhere}"
    if isinstance(booking, Monthly):
        return f"Monthly on the {booking.days()}, {booking.start} to {booking.end}{elsewhere}"
    but = f", except {', '.join(booking.excluded)}" if booking.excluded else ""
    return f"{days_words(booking.days)} {booking.start} to {booking.end}{elsewhere}{but}"


def days_words(days: tuple[str, ...]) -> str:
    """Return days of the week in words: three or more in a row by the first and the last."""
    runs: list[list[int]] = []
    for number in sorted(DAYS.index(day) for day in days):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(_run_words([WEEKDAYS[number] for number in run]) for run in runs)


def _run_words(names: list[str]) -> str:
    return f"{names[0]}-{names[-1]}" if len(names) > 2 else ", ".join(names)
