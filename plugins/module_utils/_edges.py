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

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._booking import (
    DAYS,
    Booking,
    OneOff,
    Weekly,
    minutes,
    utc_text,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._truth import Series, Truth, series_of, truth_of
from ansible_collections.tfbridge.aws.plugins.module_utils._weekly import LocalWeek, local_weeks, nearest, pattern_of
from ansible_collections.tfbridge.aws.plugins.module_utils._windows import (
    MERGE_GAP,
    Window,
    epoch,
    gap_seconds,
    instant,
    moment,
    ordinal,
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
    """One schedule to fire: a start or a stop of one instance. A named tuple, for there are a hundred thousand."""

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
    causes: dict[tuple[int, str], tuple[str, ...]]


def plan(bookings: Iterable[Booking], now: datetime, merge_gap: timedelta = MERGE_GAP) -> Plan:
    """Plan the edges of one instance's bookings."""
    booked = tuple(bookings)
    gap, second = gap_seconds(merge_gap), math.ceil(now.timestamp())
    weekly = [booking for booking in booked if isinstance(booking, Weekly)]
    weeks = _weeks(weekly, gap, now.year) if weekly else ()
    if any(week.endless for week in weeks):
        names = ", ".join(sorted({booking.booking_id for booking in weekly}))
        return Plan(
            (), (f"the weekly bookings {names} cover the whole week: no stop is ahead",), now, booked, merge_gap
        )
    truth = truth_of(booked, weeks, second, gap)
    if len(weeks) > 1:
        _keep_apart(weeks, weekly, truth, (gap, now.year))
    making = _Making(booked[0].instance_id if booked else "", second, truth, _causes(booked))
    edges = [_instant_edge(making, at, kind) for at, kind in sorted(truth.explicit)]
    for week in weeks:
        edges += _weekly_edges(making, week, weekly)
    return Plan(tuple(edges), (), now, booked, merge_gap)


def plan_all(bookings: Iterable[Booking], now: datetime, merge_gap: timedelta = MERGE_GAP) -> dict[str, Plan]:
    """Plan the edges of many instances."""
    by_instance: dict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        by_instance[booking.instance_id].append(booking)
    return {instance_id: plan(own, now, merge_gap) for instance_id, own in by_instance.items()}


def _weeks(weekly: list[Weekly], gap: int, year: int) -> tuple[LocalWeek, ...]:
    return local_weeks(frozenset(pattern_of(booking) for booking in weekly), gap, year)


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


def _causes(bookings: tuple[Booking, ...]) -> dict[tuple[int, str], tuple[str, ...]]:
    """Return which one-off bookings start or end at an instant, each once and in order."""
    causes: dict[tuple[int, str], tuple[str, ...]] = {}
    for booking in bookings:
        if isinstance(booking, OneOff):
            for edge in ((epoch(booking.start), "start"), (epoch(booking.end), "stop")):
                others = causes.get(edge)
                own = (booking.booking_id,)
                causes[edge] = tuple(sorted({*others, *own})) if others else own
    return causes


def _age(room: int) -> int:
    """Return for how long an edge may be retried without reaching the next opposite one."""
    return max(AGE_MIN, min(AGE_MAX, room - _AGE_MARGIN))


def _instant_edge(making: _Making, second: int, kind: str) -> Edge:
    text = utc_text(second)
    sent = text if second >= making.now + LEAD else utc_text(making.now + LEAD)
    causes = making.causes.get((second, kind), ())
    reason = f"{kind} of {', '.join(causes)}" if causes else f"{kind} of a weekly booking, instead of its cron"
    age = _age(making.truth.room.get((second, kind), AGE_MAX + _AGE_MARGIN))
    name = f"{kind}.{text.replace('-', '').replace(':', '')}Z"
    return Edge(making.instance_id, kind, f"at({sent})", "UTC", None, None, age, name, reason, causes, moment(second))


def _weekly_edges(making: _Making, week: LocalWeek, weekly: list[Weekly]) -> list[Edge]:
    """Return the crons of one zone's week, each split around the occurrences that it must not fire."""
    days: dict[Series, set[int]] = defaultdict(set)
    for window in week.windows:
        days[series_of(week, "start", window.start)].add(window.start // 1440 % 7)
        days[series_of(week, "stop", window.end)].add(window.end // 1440 % 7)
    edges = []
    for series in sorted(days):
        causes = _weekly_causes(series, week, weekly)
        cuts = sorted(at for at in making.truth.left_out.get(series, ()) if at > making.now)
        bounds = [making.now - _ASIDE, *cuts]
        for low, high in zip(bounds, [*cuts, 0]):
            if _fires(series, days[series], max(making.now, low + _ASIDE), high - _ASIDE if high else 0):
                edges.append(_cron_edge(making, series, days[series], (low if low in cuts else 0, high), causes))
    return edges


def _weekly_causes(series: Series, week: LocalWeek, weekly: list[Weekly]) -> tuple[str, ...]:
    """Return which weekly bookings have this edge themselves."""
    causes = {
        booking.booking_id
        for booking in weekly
        if booking.timezone in week.zones
        and minutes(booking.start if series.kind == "start" else booking.end) % 1440 == series.minute
    }
    return tuple(sorted(causes))


def _fires(series: Series, days: set[int], low: int, high: int) -> bool:
    """Whether a weekly edge fires after low and before high (0: for ever)."""
    if not high:
        return True
    return any(
        low < instant(series.zone, day, series.minute, later=series.kind == "stop")[0] < high
        for day in range(ordinal(low) - 1, min(ordinal(high) + 2, ordinal(low) + 9))
        if (day - 1) % 7 in days
    )


def _cron_edge(
    making: _Making, series: Series, days: set[int], bounds: tuple[int, int], causes: tuple[str, ...]
) -> Edge:
    low, high = bounds
    hour, minute = divmod(series.minute, 60)
    names = ",".join(DAYS[day].upper() for day in sorted(days))
    begin, finish = (moment(low + _ASIDE) if low else None), (moment(high - _ASIDE) if high else None)
    stamp = f"w{hour:02d}{minute:02d}" + (f"-{begin:%Y%m%dT%H%M}" if begin else "")
    return Edge(
        making.instance_id,
        series.kind,
        f"cron({minute} {hour} ? * {names} *)",
        series.zone,
        begin,
        finish,
        _age(making.truth.series_room[series]),
        f"{series.kind}.{stamp}",
        f"weekly {series.kind} of {', '.join(causes)}",
        causes,
        None,
    )
