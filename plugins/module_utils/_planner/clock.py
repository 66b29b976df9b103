# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instants, local times and the clock changes of time zones.

PRIVATE: not for use outside this collection, may change in any release.

Instants are whole seconds since 1970 inside the planner, and datetimes in UTC outside.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

UTC = timezone.utc
DAY_SECONDS = 86400
WEEK_MINUTES = 7 * 1440
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Clock changes are looked up this many years ahead; whoever plans in between renews what follows from them.
YEARS_AHEAD = 3

# Of the limits of CreateSchedule (its API reference).
_ZONE_MAX = 50
# Files of a zoneinfo folder that aren't zones of IANA's database, and that Scheduler doesn't know.
_NO_ZONES = frozenset({"localtime", "Factory", "posixrules"})
_NO_ZONE_FOLDERS = ("right/", "posix/")
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class ClockChange(NamedTuple):
    """An instant at which the clocks of a zone change, with the offsets from UTC before and after, in seconds."""

    instant: int
    before: int
    after: int


@lru_cache(maxsize=1024)
def zone_of(name: str, option: str = "timezone") -> ZoneInfo:
    """Return the time zone of an IANA name that Scheduler takes."""
    usable = len(name) <= _ZONE_MAX and name not in _NO_ZONES and not name.startswith(_NO_ZONE_FOLDERS)
    try:
        return ZoneInfo(name if usable else "")
    except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        if not available_timezones():
            raise OptionError(
                f"{option}: {name!r} can't be looked up, because this machine knows no time zones. Install the Python "
                "package tzdata, or the system's"
            ) from error
        raise OptionError(
            f"{option}: {name!r} is not a known time zone. Valid values: IANA names like Europe/Paris or UTC "
            "(zones come from the system's tzdata or from the Python package tzdata)"
        ) from error


def resolve(local: datetime, zone: ZoneInfo, *, later: bool) -> tuple[datetime, bool]:
    """Return a naive local time in UTC, and whether it names exactly one instant.

    A time that a fold repeats is its earlier or its later instant; one that a gap skips is moved past the gap.
    """
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    in_fold = first < second
    return (second if later and in_fold else first), first == second


def in_gap(local: datetime, zone: ZoneInfo) -> bool:
    """Return whether clocks in the zone skip this local time."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC) > local.replace(tzinfo=zone, fold=1).astimezone(UTC)


def minutes(clock: str) -> int:
    """Return the minutes since midnight of "HH:MM"."""
    return int(clock[:2]) * 60 + int(clock[3:])


@lru_cache(maxsize=200_000)
def instant(zone: str, day: int, minute: int, *, later: bool) -> tuple[int, bool]:
    """Return the instant of a local minute of a day (proleptic ordinal), and whether it is exactly one."""
    days, minute = divmod(minute, 1440)
    local = datetime.combine(date.fromordinal(day + days), datetime.min.time()) + timedelta(minutes=minute)
    utc, exact = resolve(local, zone_of(zone), later=later)
    return int(utc.timestamp()), exact


def ordinal(second: int) -> int:
    """Return the proleptic ordinal of the UTC day of an instant."""
    return second // DAY_SECONDS + _EPOCH_ORDINAL


def epoch(value: datetime) -> int:
    """Return an aware datetime as seconds since 1970."""
    return int(value.timestamp())


@lru_cache(maxsize=100_000)
def moment(second: int) -> datetime:
    """Return seconds since 1970 as a UTC datetime."""
    return datetime.fromtimestamp(second, UTC)


@lru_cache(maxsize=100_000)
def stamp(second: int) -> str:
    """Return an instant as AWS takes it, 2026-11-24T15:00:00 in UTC."""
    return moment(second).replace(tzinfo=None).isoformat()


def zulu(value: datetime) -> str:
    """Return a datetime in UTC, 2026-11-24T15:00:00Z."""
    return stamp(epoch(value)) + "Z"


def start_of_year(year: int) -> int:
    """Return the instant at which a year begins in UTC."""
    return epoch(datetime(year, 1, 1, tzinfo=UTC))


@lru_cache(maxsize=4096)
def clock_changes(zone: str, year: int) -> tuple[ClockChange, ...]:
    """Return the clock changes of a zone from this year on."""
    found = []
    for low in range(start_of_year(year), start_of_year(year + YEARS_AHEAD), DAY_SECONDS):
        before, after = offset(zone, low), offset(zone, low + DAY_SECONDS)
        if before != after:
            found.append(ClockChange(_bisect(zone, low, low + DAY_SECONDS), before, after))
    return tuple(found)


def _bisect(zone: str, low: int, high: int) -> int:
    before = offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
    return high


def offset(zone: str, second: int) -> int:
    """Return a zone's offset from UTC at an instant, in seconds."""
    delta = datetime.fromtimestamp(second, zone_of(zone)).utcoffset()
    return int(delta.total_seconds()) if delta else 0
