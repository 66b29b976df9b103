# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one parser of bookings: as people write them, in a play, a request to the API or a calendar, and as records.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Optional
from zoneinfo import ZoneInfo

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .booking import Booking, Curfew, OneOff, Weekly, automatic_name
from .clock import DAYS, UTC, in_gap, minutes, resolve, zone_of, zulu

# Scheduler fires within the minute and retries for 60 s at least: anything shorter can't be switched on and off again.
SHORTEST = timedelta(minutes=2)
# Nothing may cost more because a date is far: what is further ahead than this is refused.
FURTHEST = timedelta(days=3653)
# Older than EC2: with a start near the calendar's own, weeks around it don't exist and nothing can be planned.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
BOOKING_KEYS = ("name", "start_time", "end_time", "weekly", "curfew", "timezone")
WEEKLY_KEYS = ("days", "start", "end", "except")
CURFEW_KEYS = ("days", "at")
# Each left out occurrence splits a cron: as many days as this are more than a year of them.
EXCLUDED_MAX = 400

_DAY_NAMES = {
    **{day: day for day in DAYS},
    **{day: day[:3] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")},
}
_INSTANCE = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_NAME = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_.-]{0,34}")
_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.0+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2}(?::00)?)?",
    re.ASCII,
)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


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
                    f"{option}: missing. A booking has start_time and end_time, or {' or '.join(_RECURRING)}"
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


def parse_moment(
    value: object, option: str, timezone: Optional[str], *, later: bool, on_gap: str = "error"
) -> datetime:
    """Return the instant of an ISO 8601 text: with its offset, or a local time in the given time zone."""
    match = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise OptionError(
            f"{option}: {show(value)} is not a date and time in whole seconds, "
            "like 2026-11-24T15:00 or 2026-11-24T15:00:00Z"
        )
    try:
        local = datetime.fromisoformat(f"{match['date']}T{match['time']}")
        if match["zone"]:
            offset = "+00:00" if match["zone"] == "Z" else match["zone"]
            digits = offset[1:].replace(":", "")[:4]
            return datetime.fromisoformat(f"{local.isoformat()}{offset[0]}{digits[:2]}:{digits[2:]}").astimezone(UTC)
        if not timezone:
            raise OptionError(
                f"{option}: {show(value)} has no offset: end it in Z or +01:00, or set timezone to its time zone"
            )
        zone = zone_of(timezone)
        if on_gap == "error" and in_gap(local, zone):
            raise _gap_error(option, local, timezone)
        return resolve(local, zone, later=later)[0]
    except (ValueError, OverflowError) as error:
        raise OptionError(f"{option}: {show(value)} does not exist in the calendar: {error}") from error


def _gap_error(option: str, local: datetime, timezone: str) -> OptionError:
    return OptionError(
        f"{option}: {local.isoformat(sep=' ', timespec='minutes')} does not exist in {timezone}: clocks skip it. "
        "Choose another time, or on_gap: shift to move it past the gap"
    )


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
    start, end = _clock(given.get("start"), "weekly.start"), _clock(given.get("end"), "weekly.end")
    _check_clocks(start, end)
    excluded = parse_dates(given.get("except"), "weekly.except")
    booking = Weekly(instance_id, days, start, end, timezone, name, excluded)
    if context.on_gap == "error" and not context.any_time:
        _refuse_gaps(booking, zone, context.now)
    return replace(booking, name=name or automatic_name(booking, context.owner))


def parse_curfew(instance_id: str, curfew: object, context: ParseContext, name: Optional[str] = None) -> Curfew:
    """Return the curfew that a person wrote: days, at."""
    check_instance_id(instance_id)
    name = check_name(name)
    given = check_keys(curfew, CURFEW_KEYS, "curfew")
    timezone = context.timezone
    if not timezone:
        raise OptionError("timezone: missing. A curfew is in local time: set it, like Europe/Paris or UTC")
    zone_of(timezone)
    at = _clock(given.get("at"), "curfew.at")
    if at == "24:00":
        raise OptionError("curfew.at: '24:00' is 00:00 of the next day: write that")
    booking = Curfew(instance_id, parse_days(given.get("days"), "curfew.days"), at, timezone, name)
    return replace(booking, name=name or automatic_name(booking, context.owner))


_RECURRING: dict[str, Callable[[str, object, ParseContext, Optional[str]], Booking]] = {
    "weekly": parse_weekly,
    "curfew": parse_curfew,
}


def entry_of(booking: Booking) -> dict[str, Any]:
    """Return the entry that books this: what parse_booking reads."""
    if isinstance(booking, OneOff):
        return {"name": booking.booking_id, "start_time": zulu(booking.start), "end_time": zulu(booking.end)}
    if isinstance(booking, Curfew):
        recurring: dict[str, Any] = {"curfew": {"days": list(booking.days), "at": booking.at}}
    else:
        recurring = {"weekly": {"days": list(booking.days), "start": booking.start, "end": booking.end}}
        if booking.excluded:
            recurring["weekly"]["except"] = list(booking.excluded)
    return {"name": booking.booking_id, **recurring, "timezone": booking.timezone}


def _check_clocks(start: str, end: str) -> None:
    if start == "24:00":
        raise OptionError("weekly.start: '24:00' can only be an end: start the next day at 00:00")
    if start == end:
        raise OptionError(f"weekly.end: {end!r} is equal to weekly.start: whole days are '00:00' to '24:00'")
    if (minutes(end) - minutes(start)) % 1440 == 1:
        raise OptionError(f"weekly.end: {end!r} is less than 2 minutes after weekly.start {start!r}")


def parse_days(value: object, option: str) -> tuple[str, ...]:
    """Return days of the week from their names, short or full, and ranges of them, like mon-fri."""
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, (list, tuple)) or not entries:
        raise _days_error(option, value)
    found: set[str] = set()
    for entry in entries:
        if not isinstance(entry, str):
            raise _days_error(option, entry)
        for part in entry.split(","):
            names = [_DAY_NAMES.get(name.strip().lower(), "") for name in part.split("-")]
            if len(names) > 2 or "" in names:
                raise _days_error(option, part.strip())
            first, last = DAYS.index(names[0]), DAYS.index(names[-1])
            found.update(DAYS[(first + step) % 7] for step in range((last - first) % 7 + 1))
    return tuple(day for day in DAYS if day in found)


def parse_dates(value: object, option: str) -> tuple[str, ...]:
    """Return days and ranges of days, like 2027-05-01 and 2026-12-24..2027-01-02, in order and joined."""
    entries = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, str) for entry in entries):
        raise _dates_error(option, value)
    ranges: list[tuple[date, date]] = []
    for first, last in sorted(_date_range(part, option) for entry in entries for part in entry.split(",") if part):
        if ranges and first <= ranges[-1][1] + timedelta(days=1):
            ranges[-1] = (ranges[-1][0], max(last, ranges[-1][1]))
        else:
            ranges.append((first, last))
    count = sum((last - first).days + 1 for first, last in ranges)
    if count > EXCLUDED_MAX:
        raise OptionError(f"{option}: {count} days are left out. Maximum: {EXCLUDED_MAX}")
    return tuple(str(first) if first == last else f"{first}..{last}" for first, last in ranges)


def _date_range(text: str, option: str) -> tuple[date, date]:
    parts = [part.strip() for part in text.split("..")]
    try:
        first, last = date.fromisoformat(parts[0]), date.fromisoformat(parts[-1])
    except ValueError as error:
        raise _dates_error(option, text) from error
    if len(parts) > 2 or last < first or any(len(part) != 10 for part in parts):
        raise _dates_error(option, text)
    return first, last


def _dates_error(option: str, value: object) -> OptionError:
    return OptionError(
        f"{option}: {show(value)} is not a day. Valid values: days like 2027-05-01, and ranges with their last day "
        "like 2026-12-24..2027-01-02"
    )


@lru_cache(maxsize=10_000)
def excluded_days(excluded: tuple[str, ...]) -> frozenset[int]:
    """Return the days (proleptic ordinals) that a weekly booking leaves out."""
    ranges = (_date_range(text, "except") for text in excluded)
    return frozenset(day for first, last in ranges for day in range(first.toordinal(), last.toordinal() + 1))


def _days_error(option: str, value: object) -> OptionError:
    return OptionError(
        f"{option}: {show(value)} is not a day of the week. Valid values: {', '.join(DAYS)}, their full English names, "
        "and ranges like mon-fri"
    )


def _clock(value: object, option: str) -> str:
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        hint = ' (YAML reads an unquoted 18:00 as the number 1080: write "18:00")' if str(value).isdigit() else ""
        raise OptionError(f"{option}: {show(value)} is not a time of day from 00:00 to 24:00{hint}")
    return "24:00" if match[1] is None else f"{int(match[1]):02d}:{match[2]}"


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
                raise _gap_error(option, day + timedelta(minutes=minute), weekly.timezone)


def from_record(instance_id: str, booking_id: str, body: Any) -> Booking:
    """Return the booking that to_record wrote; raises DataError for anything else."""
    damaged = f"the record of booking {booking_id!r} of {instance_id} is damaged"
    try:
        if "curfew" in body:
            zone_of(str(body["timezone"]))
            at = _clock(body["curfew"], "curfew")
            return Curfew(instance_id, parse_days(body["days"], "days"), at, str(body["timezone"]), booking_id)
        if "days" in body:
            start, end, zone = _clock(body["start"], "start"), _clock(body["end"], "end"), str(body["timezone"])
            zone_of(zone)
            _check_clocks(start, end)
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
