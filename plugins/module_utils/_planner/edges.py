# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edges of the union: which starts and stops Scheduler has to fire, and why.

PRIVATE: not for use outside this collection, may change in any release.

A plan depends on the set of bookings and the clock only. One-off edges are instants in UTC. Weekly edges are crons of
the local week; an occurrence that a one-off booking or a clock change makes wrong is left out of them (they are split
by StartDate and EndDate) and written as a one-off edge of its own.
"""

from __future__ import annotations

import gc
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

from .booking import (
    Booking,
    OneOff,
    Weekly,
    minutes,
    stamp,
)
from .timetable import Line, timetable
from .truth import Truth, all_of
from .weekly import LocalWeek, nearest
from .windows import (
    DAY,
    MERGE_GAP,
    Span,
    Window,
    gap_seconds,
    instant,
    merge,
    moment,
    once,
    one_off_spans,
    ordinal,
    pattern_of,
    windows,
)

LEAD = 60
AGE_MIN, AGE_MAX = 60, 86400
WINDOWS_AHEAD = timedelta(days=8)
# Firings of one weekly edge are a day apart, so a bound this far from the one left out never touches its neighbours,
# and holds whichever of its two instants Scheduler takes in a fold.
_ASIDE = 3 * 3600
# One minute for Scheduler's precision, another for an edge that was planned in its last minute.
_AGE_MARGIN = 120


class Edge(NamedTuple):
    """One schedule to fire: a start or a stop of one instance."""

    instance_id: str
    kind: str
    expression: str
    timezone: str
    start_date: Optional[datetime]
    end_date: Optional[datetime]
    maximum_event_age: int
    name: str
    reason: str
    bookings: tuple[str, ...]
    at: Optional[datetime]


@dataclass(frozen=True)
class Plan:
    """What has to be scheduled for one instance."""

    edges: tuple[Edge, ...]
    warnings: tuple[str, ...]
    now: datetime
    bookings: tuple[Booking, ...] = field(repr=False)
    merge_gap: timedelta = MERGE_GAP

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The windows ahead: all that one-off bookings reach, and of weekly ones at least those of eight days."""
        until = max((booking.end for booking in self.bookings if isinstance(booking, OneOff)), default=self.now)
        if any(isinstance(booking, Weekly) for booking in self.bookings):
            until = max(until, self.now + WINDOWS_AHEAD)
        return windows(self.bookings, self.now, until, self.merge_gap)

    @cached_property
    def active(self) -> Optional[Window]:
        """The window that the instance is in now."""
        inside = windows(self.bookings, self.now, self.now + timedelta(seconds=1), self.merge_gap)
        return next((window for window in inside if window.start <= self.now), None)


class _Making(NamedTuple):
    """What an edge is made from."""

    instance_id: str
    now: int
    truth: Truth
    causes: dict[tuple[int, str], list[str]]


def plan(bookings: Iterable[Booking], now: datetime, merge_gap: timedelta = MERGE_GAP) -> Plan:
    """Plan the edges of one instance's bookings."""
    booked = tuple(bookings)
    gap, second = gap_seconds(merge_gap), math.ceil(now.timestamp())
    weekly = [booking for booking in booked if isinstance(booking, Weekly)]
    spans = one_off_spans(booked)
    table = timetable(frozenset(map(pattern_of, weekly)), gap, now.year, second)
    if table.endless:
        names = ", ".join(sorted({booking.booking_id for booking in weekly}))
        warning = f"the weekly bookings {names} cover the whole week: no stop is ahead"
        return Plan((), (warning,), now, booked, merge_gap)
    live = [span for span in merge(spans, gap) if span.end + gap > second]
    truth = table.truth(live) if weekly else all_of(live, second)
    if len(table.weeks) > 1:
        _keep_apart(table.weeks, weekly, truth, (gap, now.year))
    making = _Making(booked[0].instance_id if booked else "", second, truth, _causes(spans))
    edges = [_instant_edge(making, edge) for edge in sorted(truth.explicit)]
    for week, lines in zip(table.weeks, table.lines):
        edges += _weekly_edges(making, lines, _weekly_causes(week, weekly))
    return Plan(tuple(edges), (), now, booked, merge_gap)


def plan_all(bookings: Iterable[Booking], now: datetime, merge_gap: timedelta = MERGE_GAP) -> dict[str, Plan]:
    """Plan the edges of many instances."""
    by_instance: dict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        by_instance[booking.instance_id].append(booking)
    with _no_collecting():
        return {instance_id: plan(own, now, merge_gap) for instance_id, own in by_instance.items()}


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep the garbage collector from looking again and again at plans, which hold no cycles: a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _keep_apart(weeks: tuple[LocalWeek, ...], weekly: list[Weekly], truth: Truth, limits: tuple[int, int]) -> None:
    """Refuse weekly windows of different zones that meet: no set of crons fires their union exactly."""
    gap, year = limits
    distance = nearest(weeks, year)
    if distance.seconds < gap:
        names = "; ".join(sorted(f"{booking.booking_id} ({booking.describe()})" for booking in weekly))
        raise OptionError(
            f"weekly: the windows of time zones {distance.zones[0]} and {distance.zones[1]} overlap or touch and can't "
            f"be united exactly: {names}. Book them in one time zone, or keep them apart"
        )
    for series, room in truth.series_room.items():
        if series.kind == "stop":
            truth.series_room[series] = min(room, distance.seconds)


def _causes(spans: list[Span]) -> dict[tuple[int, str], list[str]]:
    """Return which one-off bookings start or end at an instant."""
    causes: dict[tuple[int, str], list[str]] = defaultdict(list)
    for start, end, reasons in spans:
        causes[start, "start"] += reasons
        causes[end, "stop"] += reasons
    return causes


def _age(room: int) -> int:
    """Return for how long an edge may be retried without reaching the next opposite one."""
    age = room - _AGE_MARGIN
    return AGE_MIN if age < AGE_MIN else AGE_MAX if age > AGE_MAX else age


def _instant_edge(making: _Making, edge: tuple[int, str]) -> Edge:
    second, kind = edge
    text, compact, at = _spelled(second)
    sent = text if second >= making.now + LEAD else stamp(making.now + LEAD)
    causes = once(making.causes.get(edge, ()))
    reason = f"{kind} of {', '.join(causes)}" if causes else f"{kind} of a weekly booking, instead of its cron"
    age = _age(making.truth.room.get(edge, AGE_MAX + _AGE_MARGIN))
    return Edge(
        making.instance_id, kind, f"at({sent})", "UTC", None, None, age, f"{kind}.{compact}Z", reason, causes, at
    )


@lru_cache(maxsize=100_000)
def _spelled(second: int) -> tuple[str, str, datetime]:
    """Return an instant as AWS takes it, as names have it, and as a datetime: most are those of many instances."""
    text = stamp(second)
    return text, _compact(text), moment(second)


def _compact(text: str) -> str:
    return text.replace("-", "").replace(":", "")


def _weekly_edges(making: _Making, lines: tuple[Line, ...], causes: dict[tuple[str, int], list[str]]) -> Iterator[Edge]:
    """Return the crons of one zone's week, each split around the occurrences that it must not fire."""
    for line in lines:
        series = line.series
        names = once(causes.get((series.kind, series.minute), ()))
        left_out = making.truth.left_out.get(series, ())
        cuts = sorted(at for at in left_out if at > making.now) if left_out else []
        for low, high in zip([0, *cuts], [*cuts, 0]):
            if not high or _fires(line, max(making.now, low + _ASIDE), high - _ASIDE):
                yield _cron_edge(making, line, (low, high), names)


def _weekly_causes(week: LocalWeek, weekly: list[Weekly]) -> dict[tuple[str, int], list[str]]:
    """Return which weekly bookings have an edge themselves, by its kind and minute of the day."""
    causes: dict[tuple[str, int], list[str]] = defaultdict(list)
    for booking in weekly:
        if booking.timezone in week.zones:
            causes["start", minutes(booking.start)].append(booking.booking_id)
            causes["stop", minutes(booking.end) % 1440].append(booking.booking_id)
    return causes


def _fires(line: Line, low: int, high: int) -> bool:
    """Whether a weekly edge fires after low and before high."""
    series = line.series
    if high - low > 8 * DAY:
        return True
    return any(
        low < instant(series.zone, day, series.minute, later=series.kind == "stop")[0] < high
        for day in range(ordinal(low) - 1, min(ordinal(high) + 2, ordinal(low) + 9))
        if (day - 1) % 7 in line.days
    )


def _cron_edge(making: _Making, line: Line, bounds: tuple[int, int], causes: tuple[str, ...]) -> Edge:
    low, high = bounds
    kind, zone, _minute = line.series
    begin, finish = (moment(low + _ASIDE) if low else None), (moment(high - _ASIDE) if high else None)
    since = f"-{_compact(stamp(low + _ASIDE)[:-3])}" if low else ""
    age, reason = _age(making.truth.series_room[line.series]), f"weekly {kind} of {', '.join(causes)}"
    name = f"{kind}.{line.stamp}{since}"
    return Edge(making.instance_id, kind, line.expression, zone, begin, finish, age, name, reason, causes, None)
