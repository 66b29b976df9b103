# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a booking is, how a person writes one and how a record holds one.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from typing import Any, Optional, Union
from zoneinfo import ZoneInfo

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError

UTC = timezone.utc
_EPOCH = date(1970, 1, 1)
_MINUTES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
_SECONDS = tuple(f":{second:02d}" for second in range(60))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Scheduler fires within the minute and retries for 60 s at least: anything shorter can't be switched on and off again.
SHORTEST = timedelta(minutes=2)
DESCRIPTION_MAX = 512
RECORD_VERSION = 1

_INSTANCE = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_NAME = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_.-]{0,34}")
_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.0+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2}(?::00)?)?"
)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")


@dataclass(frozen=True)
class OneOff:
    """One instance runs from start up to, but not including, end (UTC, whole seconds)."""

    instance_id: str
    start: datetime
    end: datetime
    name: str = ""
    cancelled: bool = False

    @cached_property
    def booking_id(self) -> str:
        """The name, or a digest of what is booked: booking the same twice is booking it once."""
        return self.name or _digest(self)

    def describe(self) -> str:
        """Write the booking for a person."""
        return f"{_iso(self.start)} to {_iso(self.end)}"


@dataclass(frozen=True)
class Weekly:
    """One instance runs on these days from start to end, local time; an end before its start is on the next day."""

    instance_id: str
    days: tuple[str, ...]
    start: str
    end: str
    timezone: str
    name: str = ""

    @cached_property
    def booking_id(self) -> str:
        """The name, or a digest of what is booked: booking the same twice is booking it once."""
        return self.name or _digest(self)

    def describe(self) -> str:
        """Write the booking for a person."""
        return f"{','.join(self.days)} {self.start} to {self.end} {self.timezone}"


Booking = Union[OneOff, Weekly]


def check_instance_id(value: str, option: str = "instance_ids") -> str:
    """Return an instance id as it is, or refuse it."""
    if not _INSTANCE.fullmatch(value):
        raise OptionError(f"{option}: {value!r} is not an EC2 instance id: i- and 17 (or, long ago, 8) hex digits")
    return value


def check_name(value: Optional[str], option: str = "name") -> str:
    """Return a booking's name as it is ("" for none), or refuse it."""
    if not value:
        return ""
    if not _NAME.fullmatch(value):
        raise OptionError(
            f"{option}: {value!r} ({len(value)} characters) can't name a booking: "
            "1 to 35 letters, digits, '-', '_' and '.', not starting with '.'"
        )
    return value


@lru_cache(maxsize=1024)
def zone_of(name: str, option: str = "timezone") -> ZoneInfo:
    """Return the time zone of an IANA name of at most 50 characters, which is what Scheduler takes."""
    try:
        return ZoneInfo(name if len(name) <= 50 else "")
    except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise OptionError(
            f"{option}: {name!r} is not a time zone known here: an IANA name like Europe/Paris or UTC "
            "(the zones come from the system's tzdata or from the Python package tzdata)"
        ) from error


def resolve(local: datetime, zone: ZoneInfo, *, later: bool) -> tuple[datetime, bool]:
    """Turn a naive local time into UTC, and say whether it names exactly one instant.

    A time that a fold has twice is its earlier or its later instant; one that a gap skips is moved past the gap.
    """
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    in_fold = first < second
    return (second if later and in_fold else first), first == second


def in_gap(local: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks in the zone skip this local time."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC) > local.replace(tzinfo=zone, fold=1).astimezone(UTC)


def parse_moment(value: str, option: str, timezone: Optional[str], *, later: bool, on_gap: str = "error") -> datetime:
    """Read an instant: ISO 8601 with its offset, or a local time in the time zone given beside it."""
    match = _MOMENT.fullmatch(str(value).strip())
    if not match:
        raise OptionError(
            f"{option}: {value!r} is not a date and time in whole seconds, "
            "like 2026-11-24T15:00 or 2026-11-24T15:00:00Z"
        )
    try:
        local = datetime.fromisoformat(f"{match['date']}T{match['time']}")
        if match["zone"]:
            offset = "+00:00" if match["zone"] == "Z" else match["zone"]
            digits = offset[1:].replace(":", "")[:4]
            return datetime.fromisoformat(f"{local.isoformat()}{offset[0]}{digits[:2]}:{digits[2:]}").astimezone(UTC)
    except ValueError as error:
        raise OptionError(f"{option}: {value!r} does not exist in the calendar: {error}") from error
    if not timezone:
        raise OptionError(
            f"{option}: {value!r} has no offset: end it in Z or +01:00, or say which time zone it is in (timezone)"
        )
    zone = zone_of(timezone)
    if on_gap == "error" and in_gap(local, zone):
        raise _gap_error(option, local, timezone)
    return resolve(local, zone, later=later)[0]


def _gap_error(option: str, local: datetime, timezone: str) -> OptionError:
    return OptionError(
        f"{option}: {local.isoformat(sep=' ', timespec='minutes')} does not exist in {timezone}: clocks skip it. "
        "Choose another time, or on_gap: shift to move it past the gap"
    )


@dataclass(frozen=True)
class Reading:
    """What reading a booking depends on besides its text: the clock, the zone of local times, what a gap does."""

    now: datetime
    timezone: Optional[str] = None
    on_gap: str = "error"


def parse_one_off(instance_id: str, start: str, end: str, reading: Reading, name: Optional[str] = None) -> OneOff:
    """Read a one-off booking as a person writes it."""
    check_instance_id(instance_id)
    name = check_name(name)
    now, on_gap = reading.now, reading.on_gap
    if reading.timezone:
        zone_of(reading.timezone)
    begin = parse_moment(start, "start_time", reading.timezone, later=False, on_gap=on_gap)
    finish = parse_moment(end, "end_time", reading.timezone, later=True, on_gap=on_gap)
    if finish <= begin:
        word = "equal to" if finish == begin else "before"
        raise OptionError(f"end_time: {end!r} ({_iso(finish)}) is {word} start_time {start!r} ({_iso(begin)})")
    if finish - begin < SHORTEST:
        raise OptionError(f"end_time: {end!r} is less than 2 minutes after start_time {start!r}")
    if finish <= now:
        raise OptionError(f"end_time: {end!r} ({_iso(finish)}) is in the past: it is {_iso(now)} now")
    booking = OneOff(instance_id, begin, finish, name)
    return replace(booking, name=booking.booking_id)


def parse_weekly(instance_id: str, weekly: dict[str, Any], reading: Reading, name: Optional[str] = None) -> Weekly:
    """Read a weekly booking as a person writes it: days, start, end."""
    check_instance_id(instance_id)
    name = check_name(name)
    timezone = reading.timezone
    if not timezone:
        raise OptionError("timezone: a weekly booking is in local time: name its time zone, like Europe/Paris or UTC")
    zone = zone_of(timezone)
    start, end = _clock(weekly.get("start"), "weekly.start"), _clock(weekly.get("end"), "weekly.end")
    if start == "24:00":
        raise OptionError("weekly.start: '24:00' can only end a day: start the next day at 00:00")
    if start == end:
        raise OptionError(f"weekly.end: {end!r} is equal to weekly.start: for whole days say '00:00' to '24:00'")
    if (minutes(end) - minutes(start)) % 1440 == 1:
        raise OptionError(f"weekly.end: {end!r} is less than 2 minutes after weekly.start {start!r}")
    booking = Weekly(instance_id, _parse_days(weekly.get("days")), start, end, timezone, name)
    if reading.on_gap == "error":
        _refuse_gaps(booking, zone, reading.now)
    return replace(booking, name=booking.booking_id)


def _parse_days(days: Any) -> tuple[str, ...]:
    wanted = [str(day).strip().lower()[:3] for day in days or []]
    wrong = [str(given) for given, day in zip(days or [], wanted) if day not in DAYS]
    if wrong or not wanted:
        raise OptionError(f"weekly.days: {', '.join(wrong) or 'none'} given: accepted are {', '.join(DAYS)}")
    return tuple(day for day in DAYS if day in wanted)


def _clock(value: Any, option: str) -> str:
    match = _CLOCK.fullmatch(str(value).strip())
    if not match:
        hint = ' (YAML reads an unquoted 18:00 as the number 1080: write "18:00")' if str(value).isdigit() else ""
        raise OptionError(f"{option}: {value!r} is not a time of day from 00:00 to 24:00{hint}")
    return "24:00" if match[1] is None else f"{int(match[1]):02d}:{match[2]}"


def minutes(clock: str) -> int:
    """Minutes since midnight of "HH:MM"."""
    return int(clock[:2]) * 60 + int(clock[3:])


def _refuse_gaps(weekly: Weekly, zone: ZoneInfo, now: datetime) -> None:
    """Refuse a weekly time that clocks will skip within the next two years."""
    today = now.astimezone(zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    last = minutes(weekly.end) - minutes(weekly.start)
    for days_ahead in range(-1, 731):
        date = today + timedelta(days=days_ahead)
        if DAYS[date.weekday()] not in weekly.days:
            continue
        for option, minute in (
            ("weekly.start", minutes(weekly.start)),
            ("weekly.end", minutes(weekly.end) + (0 if last > 0 else 1440)),
        ):
            if in_gap(date + timedelta(minutes=minute), zone):
                raise _gap_error(option, date + timedelta(minutes=minute), weekly.timezone)


def to_record(booking: Booking) -> dict[str, Any]:
    """Return what a record holds of a booking; the instance and the booking id are in its name."""
    if isinstance(booking, Weekly):
        return {
            "days": list(booking.days),
            "start": booking.start,
            "end": booking.end,
            "timezone": booking.timezone,
        }
    body: dict[str, Any] = {"start": _iso(booking.start), "end": _iso(booking.end)}
    return {**body, "cancelled": True} if booking.cancelled else body


def from_record(instance_id: str, booking_id: str, body: Any) -> Booking:
    """Read back what to_record wrote; anything else is damage, named as such."""
    try:
        if "days" in body:
            start, end, zone = _clock(body["start"], "start"), _clock(body["end"], "end"), str(body["timezone"])
            zone_of(zone)
            return Weekly(instance_id, _parse_days(body["days"]), start, end, zone, booking_id)
        begin, finish = (parse_moment(body[key], key, None, later=False) for key in ("start", "end"))
        cancelled = bool(body.get("cancelled", False))
    except (OptionError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"the record of booking {booking_id!r} of {instance_id} is damaged: {error}") from error
    if finish <= begin:
        raise DataError(f"the record of booking {booking_id!r} of {instance_id} is damaged: it ends before it starts")
    return OneOff(instance_id, begin, finish, booking_id, cancelled)


def _digest(booking: Booking) -> str:
    if isinstance(booking, OneOff) and not booking.cancelled:
        # What json.dumps writes of the record, without its cost: a planner asks this of every booking.
        text = f'{{"end": "{_iso(booking.end)}", "start": "{_iso(booking.start)}"}}'
    else:
        text = json.dumps(to_record(booking), sort_keys=True)
    return "auto-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _iso(moment: datetime) -> str:
    return stamp(int(moment.timestamp())) + "Z"


def stamp(second: int) -> str:
    """Write seconds since 1970 in UTC as AWS takes it, 2026-11-24T15:00:00: isoformat does the same, much slower."""
    day, rest = divmod(second, 86400)
    return f"{_date(day)}T{_MINUTES[rest // 60]}{_SECONDS[rest % 60]}"


@lru_cache(maxsize=100_000)
def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()
