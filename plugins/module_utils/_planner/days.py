# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Days of the week, dates and times of day as people write them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .clock import DAYS, minutes

# Each left out occurrence splits a cron: as many days as this are more than a year of them.
EXCLUDED_MAX = 400

_DAY_NAMES = {
    **{day: day for day in DAYS},
    **{day: day[:3] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")},
}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


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


def parse_clock(value: object, option: str) -> str:
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        hint = ' (YAML reads an unquoted 18:00 as the number 1080: write "18:00")' if str(value).isdigit() else ""
        raise OptionError(f"{option}: {show(value)} is not a time of day from 00:00 to 24:00{hint}")
    return "24:00" if match[1] is None else f"{int(match[1]):02d}:{match[2]}"


def check_clocks(start: str, end: str, option: str) -> None:
    """Refuse times of day that no window is between."""
    if start == "24:00":
        raise OptionError(f"{option}.start: '24:00' can only be an end: start the next day at 00:00")
    if start == end:
        raise OptionError(f"{option}.end: {end!r} is equal to {option}.start: whole days are '00:00' to '24:00'")
    if (minutes(end) - minutes(start)) % 1440 == 1:
        raise OptionError(f"{option}.end: {end!r} is less than 2 minutes after {option}.start {start!r}")
