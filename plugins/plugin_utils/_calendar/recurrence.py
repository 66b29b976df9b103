# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recurrence rules: what the expanding library would take wrongly, or never come back from, is refused before.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Optional, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import UTC

Moment = Union[date, datetime]

# How often a rule may recur up to the end of the horizon: a day since 1900 is within it.
MAX_STEPS = 50_000

_STEP = {"HOURLY": 1 / 24, "DAILY": 1.0, "WEEKLY": 7.0, "MONTHLY": 30.0, "YEARLY": 365.0}
_BOUNDS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (1, 31),
    "BYYEARDAY": (1, 366),
    "BYWEEKNO": (1, 53),
    "BYSETPOS": (1, 366),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 59),
}
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_BOUNDS}
_SIGNED = frozenset(("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"))
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Dates fall on the same days of the week again after 28 years.
_CYCLE = [date(2000, 1, 1) + timedelta(days=day) for day in range(28 * 365 + 7)]


def check_rule(rule: Mapping[str, Sequence[Any]], start: Moment, until: datetime) -> dict[str, list[Any]]:
    """Return the parts of a rule with an UNTIL that fits the start; raises DataError for what can't be expanded."""
    parts: dict[str, list[Any]] = {
        str(key).upper(): list(value) if isinstance(value, list) else [value] for key, value in rule.items()
    }
    unknown = sorted(set(parts) - _PARTS)
    if unknown:
        raise DataError(f"RRULE: {unknown[0]} is not supported")
    frequency = str(parts.get("FREQ", [""])[0]).upper()
    if frequency not in _STEP:
        raise DataError(f"RRULE: FREQ={frequency or 'missing'} is not supported. Valid values: {', '.join(_STEP)}")
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (isinstance(parts[name][0], int) and parts[name][0] >= 1):
            raise DataError(f"RRULE: {name}={parts[name][0]} must be 1 or more")
    _check_bounds(parts)
    _check_effort(frequency, parts, start, until)
    if not _is_possible(parts):
        raise DataError("RRULE: there is no such day in any year")
    if "UNTIL" in parts:
        if "COUNT" in parts:
            raise DataError("RRULE: COUNT and UNTIL are mutually exclusive")
        parts["UNTIL"] = [_until(parts["UNTIL"][0], start)]
    return parts


def _check_bounds(parts: Mapping[str, Sequence[Any]]) -> None:
    for name, (low, high) in _BOUNDS.items():
        for value in parts.get(name, ()):
            number = _number(value)
            if number is not None and name in _SIGNED:
                number = abs(number)
            if number is None or not low <= number <= high:
                signs = ", or the same with a minus" if name in _SIGNED else ""
                raise DataError(f"RRULE: {name}={value} is out of range. Valid values: {low} to {high}{signs}")


def _number(value: object) -> Optional[int]:
    try:
        return int(str(value))
    except ValueError:
        return None


def _check_effort(frequency: str, parts: Mapping[str, Sequence[Any]], start: Moment, until: datetime) -> None:
    """Refuse what would take long: too many steps, and parts with which a library may look for a match for ever."""
    if "BYSETPOS" in parts and frequency not in ("MONTHLY", "YEARLY"):
        raise DataError(f"RRULE: BYSETPOS is not supported with FREQ={frequency}")
    if frequency == "HOURLY" and any(name.startswith("BY") for name in parts):
        raise DataError("RRULE: FREQ=HOURLY is not supported with BY... parts")
    days = (until.date() - (start.date() if isinstance(start, datetime) else start)).days
    times = math.prod(max(1, len(parts.get(name, ()))) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    interval = parts.get("INTERVAL", [1])[0]
    steps = max(0, days) / (_STEP[frequency] * interval) * times
    if frequency in ("YEARLY", "MONTHLY") and times > 1:
        steps *= _STEP[frequency]
    if steps > MAX_STEPS:
        raise DataError(f"RRULE: it recurs more than {MAX_STEPS:,} times until the end of the horizon")


def _is_possible(parts: Mapping[str, Sequence[Any]]) -> bool:
    """Return whether a day exists that has all of BYMONTH, BYMONTHDAY, BYYEARDAY, BYWEEKNO and BYDAY."""
    if len({"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"} & set(parts)) <= 1:
        return True  # each alone is, within its bounds
    months, days, yeardays, weeks = (
        frozenset(int(value) for value in parts.get(name, ()))
        for name in ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")
    )
    weekdays = frozenset(_WEEKDAYS.index(str(value)[-2:].upper()) for value in parts.get("BYDAY", ()))
    return any(
        (not months or day.month in months)
        and (not weekdays or day.weekday() in weekdays)
        and (not days or not days.isdisjoint(_month_days(day)))
        and (not yeardays or not yeardays.isdisjoint(_year_days(day)))
        and (not weeks or day.isocalendar()[1] in weeks or min(weeks) < 0)
        for day in _CYCLE
    )


def _month_days(day: date) -> tuple[int, int]:
    return day.day, day.day - calendar.monthrange(day.year, day.month)[1] - 1


def _year_days(day: date) -> tuple[int, int]:
    number = day.timetuple().tm_yday
    return number, number - (367 if calendar.isleap(day.year) else 366)


def _until(value: object, start: Moment) -> Moment:
    """Return UNTIL as the start needs it: a date for days, else an instant; a date includes its whole day."""
    if not isinstance(value, date):
        raise DataError("RRULE: UNTIL is not a date or a date and time")
    if not isinstance(start, datetime):
        return value.date() if isinstance(value, datetime) else value
    local = value if isinstance(value, datetime) else datetime.combine(value, time(23, 59, 59))
    return (local if local.tzinfo else local.replace(tzinfo=start.tzinfo)).astimezone(UTC)
