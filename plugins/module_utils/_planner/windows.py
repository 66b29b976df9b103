# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When an instance has to run: the union of its bookings.

PRIVATE: not for use outside this collection, may change in any release.

All functions take the bookings of one instance.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

from .booking import Booking, Curfew, Monthly, OneOff, Recurring, Weekly
from .clock import DAY_SECONDS, DAYS, WEEK_MINUTES, epoch, instant, minutes, moment, ordinal
from .days import excluded_days
from .moments import FURTHEST, SHORTEST
from .monthly import runs

# A start that meets an instance which is still stopping is refused by EC2, and nobody documents that Scheduler tries it
# again: windows that are closer than this are one.
MERGE_GAP = timedelta(minutes=10)
_SHORTEST_SECONDS = int(SHORTEST.total_seconds())
# The 31st, or a fifth day of its name, comes within this.
_LONGEST_WAIT = 100 * DAY_SECONDS
_FURTHEST_SECONDS = int(FURTHEST.total_seconds()) + 8 * DAY_SECONDS


@dataclass(frozen=True)
class Window:
    """An unbroken time that the instance runs, and the bookings that it is made of."""

    start: datetime
    end: datetime
    reasons: tuple[str, ...]


class WeeklyPattern(NamedTuple):
    """What of a weekly booking decides when it runs; a curfew is one that ends when it starts."""

    days: tuple[str, ...]
    start: str
    end: str
    timezone: str
    excluded: tuple[str, ...] = ()

    @property
    def is_curfew(self) -> bool:
        """Whether it stops the instance and nothing else."""
        return self.start == self.end


class Interval(NamedTuple):
    """A window in seconds since 1970."""

    start: int
    end: int
    reasons: tuple[str, ...]


class Coverage:
    """What is booked around curfews."""

    def __init__(self, union: list[Interval], gap: int) -> None:
        self._union, self._gap = union, gap
        self._starts = [one.start for one in union]

    def covers(self, at: int) -> bool:
        """Return whether no curfew stops an instance at a time: it is booked for longer, or about to start."""
        index = bisect_left(self._starts, at + self._gap) - 1
        return index >= 0 and at < self._union[index].end

    def margin(self, at: int) -> int:
        """Return the seconds from a curfew to the next start."""
        index = bisect_right(self._starts, at)
        return self._starts[index] - at if index < len(self._starts) else WEEK_MINUTES * 60


def windows(
    bookings: Iterable[Booking], now: datetime, until: datetime, merge_gap: timedelta = MERGE_GAP
) -> tuple[Window, ...]:
    """Return the windows that end after now and start before until; one that is cut off by until goes on after it."""
    first, last = epoch(now), epoch(until)
    united = _united(tuple(bookings), [(first, last)], gap_seconds(merge_gap))
    return tuple(_window(one) for one in united if one.end > first and one.start < last)


def window_at(bookings: Iterable[Booking], at: datetime, merge_gap: timedelta = MERGE_GAP) -> Optional[Window]:
    """Return the window that a time is in."""
    around = windows(bookings, at, at + timedelta(seconds=1), merge_gap)
    return next((window for window in around if window.start <= at), None)


def windows_ahead(
    bookings: Iterable[Booking], now: datetime, until: datetime, merge_gap: timedelta = MERGE_GAP
) -> tuple[Window, ...]:
    """Return the windows that start before until, and those after it that one-off bookings are part of.

    Of a monthly booking its next time is shown, however far it is.
    """
    booked = tuple(bookings)
    first, last = epoch(now), epoch(until)
    following = [
        monthly_intervals((one,), first, first + _LONGEST_WAIT)[:1] for one in booked if isinstance(one, Monthly)
    ]
    far = [one for one in [*one_off_intervals(booked), *chain.from_iterable(following)] if one.end > last]
    united = _united(booked, [(first, last), *((one.start, one.end) for one in far)], gap_seconds(merge_gap))
    names = {name for one in far for name in one.reasons}
    return tuple(
        _window(one) for one in united if one.end > first and (one.start < last or names.intersection(one.reasons))
    )


def _united(bookings: tuple[Booking, ...], places: list[tuple[int, int]], gap: int) -> list[Interval]:
    """Return the union near some places in time."""
    intervals = [one for one in one_off_intervals(bookings) if one.end > places[0][0] - DAY_SECONDS]
    # A week more on both sides, so that what is joined over midnight is seen whole.
    wider = join_places(
        [(low - 8 * DAY_SECONDS, high + DAY_SECONDS) for low, high in places], places[0][0] + _FURTHEST_SECONDS
    )
    for booking in bookings:
        if isinstance(booking, Weekly):
            for low, high in wider:
                intervals += occurrences(pattern_of(booking), low, high, (booking.booking_id,))
        elif isinstance(booking, Monthly):
            for low, high in wider:
                intervals += monthly_intervals((booking,), low, high)
    return merge(sorted(set(intervals)), gap)


def join_places(places: Iterable[tuple[int, int]], horizon: int) -> list[tuple[int, int]]:
    """Return times with those joined that overlap, and nothing after the horizon: what is far costs nothing."""
    merged = merge([Interval(low, min(high, horizon), ()) for low, high in places if low < horizon], 1)
    return [(low, high) for low, high, _reasons in merged]


def curfew_stops(
    bookings: Iterable[Booking], now: datetime, until: datetime, merge_gap: timedelta = MERGE_GAP
) -> tuple[Window, ...]:
    """Return when curfews stop an instance after now and before until, each as a window without length."""
    booked = tuple(bookings)
    curfews = [booking for booking in booked if isinstance(booking, Curfew)]
    if not curfews:
        return ()
    first, last, gap = epoch(now), epoch(until), gap_seconds(merge_gap)
    coverage = Coverage(_united(booked, [(first, last + gap)], gap), gap)
    causes: dict[int, list[str]] = {}
    for booking in curfews:
        for one in occurrences(pattern_of(booking), first, last, (booking.booking_id,)):
            if first < one.start < last and not coverage.covers(one.start):
                causes.setdefault(one.start, []).extend(one.reasons)
    return tuple(_window(Interval(at, at, unique(causes[at]))) for at in sorted(causes))


def _window(interval: Interval) -> Window:
    return Window(moment(interval.start), moment(interval.end), interval.reasons)


def gap_seconds(merge_gap: timedelta) -> int:
    """Return merge_gap in seconds, or refuse it."""
    if merge_gap < SHORTEST:
        raise OptionError(f"merge_gap: {merge_gap} is too short. Minimum: 2 minutes")
    return int(merge_gap.total_seconds())


def merge(intervals: list[Interval], gap: int) -> list[Interval]:
    """Return the union of intervals; those that are closer than gap seconds are one."""
    merged: list[Interval] = []
    current: list[Interval] = []
    until = 0
    for one in sorted(intervals):
        if current and one.start - until >= gap:
            merged.append(_joined(current, until))
            current = []
        until = max(until, one.end) if current else one.end
        current.append(one)
    return [*merged, _joined(current, until)] if current else merged


def _joined(intervals: list[Interval], until: int) -> Interval:
    """Return intervals that touch as one; most often there is only one."""
    if len(intervals) == 1:
        return intervals[0]
    return Interval(intervals[0].start, until, unique([name for one in intervals for name in one.reasons]))


def unique(names: Collection[str]) -> tuple[str, ...]:
    """Return names sorted, without duplicates; most often there is only one."""
    return tuple(names) if len(names) < 2 else tuple(sorted(set(names)))


def one_off_intervals(bookings: Iterable[Booking]) -> list[Interval]:
    """Return the one-off bookings as intervals."""
    return [
        Interval(epoch(booking.start), epoch(booking.end), (booking.booking_id,))
        for booking in bookings
        if isinstance(booking, OneOff)
    ]


def monthly_intervals(bookings: Iterable[Monthly], first: int, last: int) -> list[Interval]:
    """Return when monthly bookings run, each time that ends after first and starts before last."""
    return [
        Interval(run.start, run.end, (booking.booking_id,))
        for booking in bookings
        for run in runs(booking, first, last)
    ]


def pattern_of(weekly: Recurring) -> WeeklyPattern:
    """Return what of a weekly booking or a curfew decides when it runs or stops."""
    if isinstance(weekly, Curfew):
        return WeeklyPattern(weekly.days, weekly.at, weekly.at, weekly.timezone)
    return WeeklyPattern(weekly.days, weekly.start, weekly.end, weekly.timezone, weekly.excluded)


def occurrences(pattern: WeeklyPattern, first: int, last: int, reasons: tuple[str, ...] = ()) -> list[Interval]:
    """Return when a weekly pattern runs, from the local week of first up to that of last."""
    monday = ordinal(first) - (ordinal(first) - 1) % 7  # ordinal 1 is a Monday
    return [one for week in range(monday - 7, ordinal(last) + 2, 7) for one in _of_week(pattern, week, reasons)]


@lru_cache(maxsize=100_000)
def _of_week(pattern: WeeklyPattern, monday: int, reasons: tuple[str, ...]) -> tuple[Interval, ...]:
    """Return when a weekly pattern runs in the local week that begins on this day (proleptic ordinal)."""
    begin, finish = minutes(pattern.start), minutes(pattern.end)
    if pattern.is_curfew:
        later = (instant(pattern.timezone, monday + DAYS.index(name), begin, later=True)[0] for name in pattern.days)
        return tuple(Interval(at, at, reasons) for at in sorted(later))
    if finish <= begin:
        finish += 1440
    found = []
    excluded = excluded_days(pattern.excluded)
    for day in sorted({monday + DAYS.index(name) for name in pattern.days} - excluded):
        start = instant(pattern.timezone, day, begin, later=False)[0]
        end = instant(pattern.timezone, day, finish, later=True)[0]
        if end > start:  # a gap can swallow the whole of it
            found.append(Interval(start, max(end, start + _SHORTEST_SECONDS), reasons))
    return tuple(found)
