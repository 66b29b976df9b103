# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one parser of bookings as people write them, in a play, a request to the API or a calendar.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .booking import Booking, Curfew, Monthly, OneOff, Weekly, automatic_name
from .clock import zone_of, zulu
from .days import check_clocks, parse_clock, parse_dates, parse_days
from .days_of_month import parse_days_of_month
from .gaps import refuse_month_gaps, refuse_week_gaps
from .moments import FURTHEST, SHORTEST, parse_moment

BOOKING_KEYS = ("name", "start_time", "end_time", "weekly", "monthly", "curfew", "timezone")
WEEKLY_KEYS = ("days", "start", "end", "except")
MONTHLY_KEYS = ("day_of_month", "nth", "day", "start", "end")
CURFEW_KEYS = ("days", "at")

_INSTANCE = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_NAME = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_.-]{0,34}")


@dataclass(frozen=True)
class ParseContext:
    """What reading a booking depends on besides its text: the clock, the zone of local times, what a gap does.

    any_time accepts bookings of every time, as a cancellation needs: they name what was booked long ago. owner makes
    automatic names differ between callers who don't share bookings.
    """

    now: datetime
    timezone: Optional[str] = None
    on_gap: str = "error"
    any_time: bool = False
    owner: str = ""


def parse_booking(instance_id: str, entry: Mapping[str, Any], context: ParseContext) -> Booking:
    """Return the booking that an entry with BOOKING_KEYS describes; raises OptionError for anything else."""
    given = {key: value for key, value in check_keys(entry, BOOKING_KEYS, "").items() if value not in (None, "")}
    for key in ("name", "timezone"):
        _check_text(given, key)
    context = replace(context, timezone=given.get("timezone") or context.timezone)
    recurring = [option for option in _RECURRING if option in given]
    for option in () if recurring else ("start_time", "end_time"):
        if option not in given:
            raise OptionError(f"{option}: missing. A booking has start_time and end_time, or weekly, monthly or curfew")
    others = [option for option in ("start_time", "end_time", *recurring[1:]) if option in given]
    if recurring and others:
        raise OptionError(f"{recurring[0]}: mutually exclusive with {' and '.join(others)}")
    check_instance_id(instance_id)
    name = check_name(given.get("name"))
    booking: Booking
    if recurring:
        booking = _RECURRING[recurring[0]](instance_id, given[recurring[0]], context)
    else:
        booking = _one_off(instance_id, given["start_time"], given["end_time"], context)
    return replace(booking, name=name or automatic_name(booking, context.owner))


def check_keys(entry: object, known: tuple[str, ...], option: str) -> Mapping[str, Any]:
    """Return a mapping as it is, or refuse it for what it is or for an unknown key."""
    prefix = f"{option}: " if option else ""
    if not isinstance(entry, Mapping):
        raise OptionError(f"{prefix}{show(entry)} must be a mapping with the keys {', '.join(known)}")
    unknown = sorted(str(key) for key in entry if key not in known)
    if unknown:
        raise OptionError(f"{prefix}unknown: {', '.join(unknown)}. Valid keys: {', '.join(known)}")
    return entry


def _check_text(entry: Mapping[str, Any], option: str) -> None:
    if option in entry and not isinstance(entry[option], str):
        raise OptionError(f"{option}: {show(entry[option])} must be a string")


def check_instance_id(value: object, option: str = "instance_ids") -> str:
    """Return an instance id as it is, or refuse it."""
    if not isinstance(value, str) or not _INSTANCE.fullmatch(value):
        raise OptionError(f"{option}: {show(value)} is not an EC2 instance id: i- and 17 (or, long ago, 8) hex digits")
    return value


def check_name(value: Optional[str]) -> str:
    """Return a booking's name as it is ("" for none), or refuse it."""
    if not value:
        return ""
    if not _NAME.fullmatch(value):
        raise OptionError(
            f"name: {value!r} ({len(value)} characters) can't name a booking. "
            "Valid values: 1 to 35 letters, digits, '-', '_' and '.', not starting with '.'"
        )
    return value


def _one_off(instance_id: str, start: object, end: object, context: ParseContext) -> OneOff:
    """Return the one-off booking that a person wrote."""
    if context.timezone:
        zone_of(context.timezone)
    begin = parse_moment(start, "start_time", context.timezone, later=False, on_gap=context.on_gap)
    finish = parse_moment(end, "end_time", context.timezone, later=True, on_gap=context.on_gap)
    if finish <= begin:
        word = "equal to" if finish == begin else "before"
        raise OptionError(f"end_time: {end!r} ({zulu(finish)}) is {word} start_time {start!r} ({zulu(begin)})")
    if finish - begin < SHORTEST:
        raise OptionError(f"end_time: {end!r} is less than 2 minutes after start_time {start!r}")
    if not context.any_time:
        _check_end(end, finish, context.now)
        _check_start(start, begin, context.now)
    return OneOff(instance_id, begin, finish)


def _check_end(end: object, finish: datetime, now: datetime) -> None:
    if finish <= now:
        raise OptionError(f"end_time: {end!r} ({zulu(finish)}) is in the past: it is {zulu(now)} now")
    if finish - now > FURTHEST:
        raise OptionError(
            f"end_time: {end!r} ({zulu(finish)}) is more than ten years ahead. Latest valid value: "
            f"{zulu(now + FURTHEST)}. For an open end, book weekly"
        )


def _check_start(start: object, begin: datetime, now: datetime) -> None:
    if now - begin > FURTHEST:
        raise OptionError(
            f"start_time: {start!r} ({zulu(begin)}) is more than ten years ago. Earliest valid value: "
            f"{zulu(now - FURTHEST)}"
        )


def _weekly(instance_id: str, weekly: object, context: ParseContext) -> Weekly:
    """Return the weekly booking that a person wrote: days, start, end."""
    given = check_keys(weekly, WEEKLY_KEYS, "weekly")
    timezone = _timezone(context, "weekly booking")
    days = parse_days(given.get("days"), "weekly.days")
    start, end = _clocks(given, "weekly")
    excluded = parse_dates(given.get("except"), "weekly.except")
    booking = Weekly(instance_id, days, start, end, timezone, excluded=excluded)
    if context.on_gap == "error" and not context.any_time:
        refuse_week_gaps(booking, context.now)
    return booking


def _monthly(instance_id: str, monthly: object, context: ParseContext) -> Monthly:
    """Return the monthly booking that a person wrote: day_of_month, or nth and day; start, end."""
    given = {key: value for key, value in check_keys(monthly, MONTHLY_KEYS, "monthly").items() if value is not None}
    timezone = _timezone(context, "monthly booking")
    days = parse_days_of_month(given)
    start, end = _clocks(given, "monthly")
    booking = Monthly(instance_id, *days, start, end, timezone)
    if context.on_gap == "error" and not context.any_time:
        refuse_month_gaps(booking, context.now)
    return booking


def _curfew(instance_id: str, curfew: object, context: ParseContext) -> Curfew:
    """Return the curfew that a person wrote: days, at."""
    given = check_keys(curfew, CURFEW_KEYS, "curfew")
    timezone = _timezone(context, "curfew")
    at = parse_clock(given.get("at"), "curfew.at")
    if at == "24:00":
        raise OptionError("curfew.at: '24:00' is 00:00 of the next day: write that")
    return Curfew(instance_id, parse_days(given.get("days"), "curfew.days"), at, timezone)


def _timezone(context: ParseContext, what: str) -> str:
    """Return the time zone of what recurs, or refuse it."""
    if not context.timezone:
        raise OptionError(f"timezone: missing. A {what} is in local time: set it, like Europe/Paris or UTC")
    return zone_of(context.timezone).key


def _clocks(given: Mapping[str, Any], option: str) -> tuple[str, str]:
    """Return the times of day at which a booking that recurs starts and ends."""
    start, end = parse_clock(given.get("start"), f"{option}.start"), parse_clock(given.get("end"), f"{option}.end")
    check_clocks(start, end, option)
    return start, end


_RECURRING: dict[str, Callable[[str, object, ParseContext], Booking]] = {
    "weekly": _weekly,
    "monthly": _monthly,
    "curfew": _curfew,
}


def entry_of(booking: Booking) -> dict[str, Any]:
    """Return the entry that books this: what parse_booking reads."""
    if isinstance(booking, OneOff):
        return {"name": booking.booking_id, "start_time": zulu(booking.start), "end_time": zulu(booking.end)}
    if isinstance(booking, Curfew):
        recurring: dict[str, Any] = {"curfew": {"days": list(booking.days), "at": booking.at}}
    elif isinstance(booking, Monthly):
        recurring = {"monthly": {**booking.rule(), "start": booking.start, "end": booking.end}}
    else:
        recurring = {"weekly": {"days": list(booking.days), "start": booking.start, "end": booking.end}}
        if booking.excluded:
            recurring["weekly"]["except"] = list(booking.excluded)
    return {"name": booking.booking_id, **recurring, "timezone": booking.timezone}
