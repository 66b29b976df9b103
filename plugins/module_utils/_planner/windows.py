# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When an instance has to run: the union of its bookings.

PRIVATE: not for use outside this collection, may change in any release.

All functions take the bookings of one instance. Instants are whole seconds since 1970 inside, and UTC outside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

from .booking import (
    DAYS,
    SHORTEST,
    UTC,
    Booking,
    OneOff,
    Weekly,
    minutes,
    resolve,
    zone_of,
)

MERGE_GAP = SHORTEST
DAY = 86400
_SHORTEST = int(SHORTEST.total_seconds())


@dataclass(frozen=True)
class Window:
    """An unbroken time that the instance runs, and the bookings that it is made of."""

    start: datetime
    end: datetime
    reasons: tuple[str, ...]


class Pattern(NamedTuple):
    """What of a weekly booking says when it runs."""

    days: tuple[str, ...]
    start: str
    end: str
    timezone: str


class Span(NamedTuple):
    """A window in seconds since 1970."""

    start: int
    end: int
    reasons: tuple[str, ...]


def windows(
    bookings: tuple[Booking, ...], now: datetime, until: datetime, merge_gap: timedelta = MERGE_GAP
) -> tuple[Window, ...]:
    """Return the windows that end after now and start before until; one that is cut off by until goes on after it."""
    first, last, gap = epoch(now), epoch(until), gap_seconds(merge_gap)
    spans = [span for span in one_off_spans(bookings) if span.end > first - DAY]
    for booking in bookings:
        if isinstance(booking, Weekly):
            # A week more on both sides, so that what is joined over midnight is seen whole.
            spans += occurrences(pattern_of(booking), first - 8 * DAY, last + DAY, (booking.booking_id,))
    return tuple(
        Window(moment(span.start), moment(span.end), span.reasons)
        for span in merge(spans, gap)
        if span.end > first and span.start < last
    )


def gap_seconds(merge_gap: timedelta) -> int:
    """Return merge_gap in seconds, or refuse it."""
    if merge_gap < SHORTEST:
        raise OptionError(f"merge_gap: {merge_gap} is too short: 2 minutes is the least that Scheduler can keep apart")
    return int(merge_gap.total_seconds())


def merge(spans: list[Span], gap: int) -> list[Span]:
    """Unite spans that overlap or are closer than gap seconds."""
    if not spans:
        return []
    merged: list[Span] = []
    (start, end, first), *others = sorted(spans)
    reasons = list(first)
    for begins, ends, more in others:
        if begins - end < gap:
            end = max(end, ends)
        else:
            merged.append(Span(start, end, once(reasons)))
            start, end, reasons = begins, ends, []
        reasons += more
    merged.append(Span(start, end, once(reasons)))
    return merged


def once(names: Collection[str]) -> tuple[str, ...]:
    """Return names sorted, each once; most often there is only one."""
    return tuple(names) if len(names) < 2 else tuple(sorted(set(names)))


def one_off_spans(bookings: Iterable[Booking]) -> list[Span]:
    """Return the one-off bookings as spans."""
    return [
        Span(int(booking.start.timestamp()), int(booking.end.timestamp()), (booking.booking_id,))
        for booking in bookings
        if isinstance(booking, OneOff)
    ]


def pattern_of(weekly: Weekly) -> Pattern:
    """Return what of a weekly booking says when it runs."""
    return Pattern(weekly.days, weekly.start, weekly.end, weekly.timezone)


def occurrences(pattern: Pattern, first: int, last: int, reasons: tuple[str, ...] = ()) -> list[Span]:
    """Return when a weekly pattern runs, from the local day of first up to that of last."""
    begin, finish = minutes(pattern.start), minutes(pattern.end)
    if finish <= begin:
        finish += 1440
    zone, days = pattern.timezone, {DAYS.index(day) for day in pattern.days}
    spans = []
    for day in range(ordinal(first) - 1, ordinal(last) + 2):
        if (day - 1) % 7 in days:  # ordinal 1 is a Monday
            start, end = instant(zone, day, begin, later=False)[0], instant(zone, day, finish, later=True)[0]
            if end > start:  # a gap can swallow the whole of it
                spans.append(Span(start, max(end, start + _SHORTEST), reasons))
    return spans


@lru_cache(maxsize=200_000)
def instant(zone: str, day: int, minute: int, *, later: bool) -> tuple[int, bool]:
    """Return the instant of a local minute of a day (proleptic ordinal), and whether it is exactly one."""
    days, minute = divmod(minute, 1440)
    local = datetime.combine(date.fromordinal(day + days), datetime.min.time()) + timedelta(minutes=minute)
    utc, exact = resolve(local, zone_of(zone), later=later)
    return int(utc.timestamp()), exact


def ordinal(second: int) -> int:
    """Return the proleptic ordinal of the UTC day of an instant."""
    return second // DAY + 719163


def epoch(value: datetime) -> int:
    """Return an aware datetime as seconds since 1970."""
    return int(value.timestamp())


def moment(second: int) -> datetime:
    """Return seconds since 1970 as a UTC datetime."""
    return datetime.fromtimestamp(second, UTC)
