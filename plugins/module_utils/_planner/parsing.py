# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one parser of bookings: as people write them, in a play, a request to the API or a calendar, and as records.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Optional
from zoneinfo import ZoneInfo

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .booking import Booking, Curfew, Monthly, OneOff, Weekly, automatic_name
from .clock import DAYS, UTC, in_gap, minutes, zone_of, zulu
from .days import check_clocks, excluded_days, parse_clock, parse_dates, parse_days
from .moments import FURTHEST, SHORTEST, gap_error, parse_moment
from .monthly import begin_days

# Older than EC2: with a start near the calendar's own, weeks around it don't exist and nothing can be planned.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
BOOKING_KEYS = ("name", "start_time", "end_time", "weekly", "monthly", "curfew", "timezone")
WEEKLY_KEYS = ("days", "start", "end", "except")
MONTHLY_KEYS = ("day_of_month", "nth", "day", "start", "end")
CURFEW_KEYS = ("days", "at")
# Where no cron says them, each occurrence of each of these days takes two schedules.
MONTH_DAYS_MAX = 10
LAST = -1

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
    if not recurring:
        for option in ("start_time", "end_time"):
            if option not in given:
                raise OptionError(
                    f"{option}: missing. A booking has start_time and end_time, or weekly, monthly or curfew"
                )
        return parse_one_off(instance_id, given["start_time"], given["end_time"], context, given.get("name"))
    others = [option for option in ("start_time", "end_time", *recurring[1:]) if option in given]
    if others:
        raise OptionError(f"{recurring[0]}: mutually exclusive with {' and '.join(others)}")
    option = recurring[0]
    return _RECURRING[option](instance_id, given[option], context, given.get("name"))


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


def check_name(value: Optional[str], option: str = "name") -> str:
    """Return a booking's name as it is ("" for none), or refuse it."""
    if not value:
        return ""
    if not _NAME.fullmatch(value):
        raise OptionError(
            f"{option}: {value!r} ({len(value)} characters) can't name a booking. "
            "Valid values: 1 to 35 letters, digits, '-', '_' and '.', not starting with '.'"
        )
    return value


def parse_one_off(
    instance_id: str, start: object, end: object, context: ParseContext, name: Optional[str] = None
) -> OneOff:
    """Return the one-off booking that a person wrote."""
    check_instance_id(instance_id)
    name = check_name(name)
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
    booking = OneOff(instance_id, begin, finish, name)
    return replace(booking, name=name or automatic_name(booking, context.owner))


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


def parse_weekly(instance_id: str, weekly: object, context: ParseContext, name: Optional[str] = None) -> Weekly:
    """Return the weekly booking that a person wrote: days, start, end."""
    check_instance_id(instance_id)
    name = check_name(name)
    given = check_keys(weekly, WEEKLY_KEYS, "weekly")
    timezone = context.timezone
    if not timezone:
        raise OptionError("timezone: missing. A weekly booking is in local time: set it, like Europe/Paris or UTC")
    zone = zone_of(timezone)
    days = parse_days(given.get("days"), "weekly.days")
    start, end = parse_clock(given.get("start"), "weekly.start"), parse_clock(given.get("end"), "weekly.end")
    check_clocks(start, end)
    excluded = parse_dates(given.get("except"), "weekly.except")
    booking = Weekly(instance_id, days, start, end, timezone, name, excluded)
    if context.on_gap == "error" and not context.any_time:
        _refuse_gaps(booking, zone, context.now)
    return replace(booking, name=name or automatic_name(booking, context.owner))


def parse_monthly(instance_id: str, monthly: object, context: ParseContext, name: Optional[str] = None) -> Monthly:
    """Return the monthly booking that a person wrote: day_of_month, or nth and day; start, end."""
    check_instance_id(instance_id)
    name = check_name(name)
    given = {key: value for key, value in check_keys(monthly, MONTHLY_KEYS, "monthly").items() if value is not None}
    timezone = context.timezone
    if not timezone:
        raise OptionError("timezone: missing. A monthly booking is in local time: set it, like Europe/Paris or UTC")
    zone = zone_of(timezone)
    numbers, nth, day = _month_days(given)
    start, end = parse_clock(given.get("start"), "monthly.start"), parse_clock(given.get("end"), "monthly.end")
    check_clocks(start, end, "monthly")
    booking = Monthly(instance_id, numbers, nth, day, start, end, timezone, name)
    if context.on_gap == "error" and not context.any_time:
        _refuse_month_gaps(booking, zone, context.now)
    return replace(booking, name=name or automatic_name(booking, context.owner))


def _month_days(given: Mapping[str, Any]) -> tuple[tuple[int, ...], int, str]:
    """Return the days of the month, or which of the month's days of that name; the others are empty."""
    if ("day_of_month" in given) == ("nth" in given) or ("nth" in given) != ("day" in given):
        raise OptionError(
            "monthly: needs day_of_month, or nth and day, like {day_of_month: [1, 15]} or {nth: 1, day: thu}"
        )
    if "nth" in given:
        (nth,) = _numbers([given["nth"]], 5, "monthly.nth")
        days = parse_days(given["day"], "monthly.day")
        if len(days) != 1:
            raise OptionError(f"monthly.day: {show(given['day'])} must be one day of the week")
        return (), nth, days[0]
    value = given["day_of_month"]
    numbers = _numbers(value if isinstance(value, (list, tuple)) else [value], 31, "monthly.day_of_month")
    if len(numbers) > MONTH_DAYS_MAX:
        raise OptionError(f"monthly.day_of_month: {len(numbers)} days. Maximum: {MONTH_DAYS_MAX}; or book weekly")
    return numbers, 0, ""


def _numbers(values: Sequence[object], most: int, option: str) -> tuple[int, ...]:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or not (1 <= value <= most or value == LAST):
            raise OptionError(
                f"{option}: {show(value)} is out of range. Valid values: 1 to {most}, and -1 for the last"
            )
    if not values:
        raise OptionError(f"{option}: empty. Valid values: 1 to {most}, and -1 for the last")
    return tuple(sorted({int(str(value)) for value in values}))


def _refuse_month_gaps(monthly: Monthly, zone: ZoneInfo, now: datetime) -> None:
    """Refuse a monthly time that clocks will skip within the next two years."""
    start, end = minutes(monthly.start), minutes(monthly.end)
    times = (("monthly.start", start), ("monthly.end", end if end > start else end + 1440))
    for month in range(now.year * 12 + now.month - 2, now.year * 12 + now.month + 24):
        for number in begin_days(monthly.days_of_month, monthly.nth, monthly.day, month):
            day = datetime.fromordinal(number)
            for option, minute in times:
                if in_gap(day + timedelta(minutes=minute), zone):
                    raise gap_error(option, day + timedelta(minutes=minute), monthly.timezone)


def parse_curfew(instance_id: str, curfew: object, context: ParseContext, name: Optional[str] = None) -> Curfew:
    """Return the curfew that a person wrote: days, at."""
    check_instance_id(instance_id)
    name = check_name(name)
    given = check_keys(curfew, CURFEW_KEYS, "curfew")
    timezone = context.timezone
    if not timezone:
        raise OptionError("timezone: missing. A curfew is in local time: set it, like Europe/Paris or UTC")
    zone_of(timezone)
    at = parse_clock(given.get("at"), "curfew.at")
    if at == "24:00":
        raise OptionError("curfew.at: '24:00' is 00:00 of the next day: write that")
    booking = Curfew(instance_id, parse_days(given.get("days"), "curfew.days"), at, timezone, name)
    return replace(booking, name=name or automatic_name(booking, context.owner))


_RECURRING: dict[str, Callable[[str, object, ParseContext, Optional[str]], Booking]] = {
    "weekly": parse_weekly,
    "monthly": parse_monthly,
    "curfew": parse_curfew,
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


def _refuse_gaps(weekly: Weekly, zone: ZoneInfo, now: datetime) -> None:
    """Refuse a weekly time that clocks will skip within the next two years."""
    today = now.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    start, end = minutes(weekly.start), minutes(weekly.end)
    times = (("weekly.start", start), ("weekly.end", end if end > start else end + 1440))
    excluded = excluded_days(weekly.excluded)
    for days_ahead in range(-1, 731):
        day = today + timedelta(days=days_ahead)
        if DAYS[day.weekday()] not in weekly.days or day.toordinal() in excluded:
            continue
        for option, minute in times:
            if in_gap(day + timedelta(minutes=minute), zone):
                raise gap_error(option, day + timedelta(minutes=minute), weekly.timezone)


def from_record(instance_id: str, booking_id: str, body: Any) -> Booking:
    """Return the booking that to_record wrote; raises DataError for anything else."""
    damaged = f"the record of booking {booking_id!r} of {instance_id} is damaged"
    try:
        if "curfew" in body:
            zone_of(str(body["timezone"]))
            at = parse_clock(body["curfew"], "curfew")
            return Curfew(instance_id, parse_days(body["days"], "days"), at, str(body["timezone"]), booking_id)
        if "monthly" in body:
            start, end, zone = (
                parse_clock(body["start"], "start"),
                parse_clock(body["end"], "end"),
                str(body["timezone"]),
            )
            zone_of(zone)
            check_clocks(start, end, "monthly")
            return Monthly(instance_id, *_month_days(body["monthly"]), start, end, zone, booking_id)
        if "days" in body:
            start, end, zone = (
                parse_clock(body["start"], "start"),
                parse_clock(body["end"], "end"),
                str(body["timezone"]),
            )
            zone_of(zone)
            check_clocks(start, end)
            excluded = parse_dates(body.get("except"), "except")
            return Weekly(instance_id, parse_days(body["days"], "days"), start, end, zone, booking_id, excluded)
        begin, finish = (parse_moment(body[key], key, None, later=False) for key in ("start", "end"))
        cancelled = bool(body.get("cancelled", False))
    except (OptionError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{damaged}: {error}") from error
    if finish <= begin:
        raise DataError(f"{damaged}: it ends before it starts")
    if begin < _EARLIEST:
        raise DataError(f"{damaged}: it starts at {zulu(begin)}, which can't be planned")
    return OneOff(instance_id, begin, finish, booking_id, cancelled)
