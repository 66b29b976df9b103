# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Monthly bookings: when they run, and whether crons say exactly that.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Optional

from .booking import Monthly
from .clock import DAY_SECONDS, DAYS, YEARS_AHEAD, epoch, instant, minutes, moment, start_of_year

# Nothing that is so far away is reached by what is retried for longest, a day.
_APART = DAY_SECONDS + 2 * 3600


class Run(NamedTuple):
    """One time that a monthly booking runs, in seconds since 1970, and whether its local times are one instant each."""

    start: int
    end: int
    exact: bool


@lru_cache(maxsize=10_000)
def begin_days(days_of_month: tuple[int, ...], nth: int, day: str, month: int) -> tuple[int, ...]:
    """Return the days (proleptic ordinals) of a month, counted from year 0, on which a monthly booking starts."""
    year, index = divmod(month, 12)
    first_weekday, length = calendar.monthrange(year, index + 1)
    if nth:
        named = range(1 + (DAYS.index(day) - first_weekday) % 7, length + 1, 7)
        chosen = {named[nth - 1 if nth > 0 else nth]} if nth <= len(named) else set()
    else:
        chosen = {number if number > 0 else length for number in days_of_month if number <= length}
    return tuple(date(year, index + 1, number).toordinal() for number in sorted(chosen))


def runs(booking: Monthly, first: int, last: int) -> list[Run]:
    """Return when a monthly booking runs, each that ends after first and starts before last."""
    low, high = moment(first - 2 * DAY_SECONDS), moment(last + 2 * DAY_SECONDS)
    months = range(low.year * 12 + low.month - 1, high.year * 12 + high.month)
    times = (booking.start, booking.end, booking.timezone)
    found = chain.from_iterable(
        _of_month(booking.days_of_month, booking.nth, booking.day, times, month) for month in months
    )
    return [run for run in found if run.end > first and run.start < last]


@lru_cache(maxsize=100_000)
def _of_month(
    days_of_month: tuple[int, ...], nth: int, day: str, times: tuple[str, str, str], month: int
) -> tuple[Run, ...]:
    start, end, zone = times
    begin, finish = minutes(start), minutes(end)
    finish += 0 if finish > begin else 1440
    found = []
    for number in begin_days(days_of_month, nth, day, month):
        at, at_exact = instant(zone, number, begin, later=False)
        until, until_exact = instant(zone, number, finish, later=True)
        if until > at:  # a gap can swallow the whole of it
            found.append(Run(at, max(until, at + 120), at_exact and until_exact))
    return tuple(found)


def cron_days(booking: Monthly) -> Optional[str]:
    """Return the fields of a cron for the days on which a booking both starts and stops; None where none says them."""
    overnight = minutes(booking.end) % 1440 <= minutes(booking.start)
    if booking.nth:
        return None if overnight or booking.nth < 0 else f"? * {booking.day.upper()}#{booking.nth}"
    if booking.days_of_month == (-1,):
        return None if overnight else "L * ?"
    if overnight or min(booking.days_of_month) < 0:
        return None
    return f"{','.join(map(str, booking.days_of_month))} * ?"


def said_by_crons(
    monthly: Sequence[Monthly], once: Iterable[tuple[int, int]], gap: int, now: datetime
) -> dict[Monthly, list[Run]]:
    """Return the bookings that crons say exactly, with their times while clocks are known.

    A cron can't leave out a time near others: it is used where no other monthly booking, and nothing that is booked
    once, is within a day, and where the local times are one instant each.
    """
    first, last = epoch(now) - DAY_SECONDS, start_of_year(now.year + YEARS_AHEAD)
    times = {booking: runs(booking, first, last) for booking in monthly}
    booked_once = list(once)
    return {
        booking: own
        for booking, own in times.items()
        if cron_days(booking)
        and own
        and all(run.exact for run in own)
        and all(after.start - one.end >= gap for one, after in zip(own, own[1:]))
        and not any(_is_near(booking, *span) for span in booked_once)
        and not any(_is_near(booking, *run[:2]) for other in monthly if other != booking for run in times[other])
    }


def _is_near(booking: Monthly, start: int, end: int) -> bool:
    return bool(runs(booking, start - _APART, end + _APART))
