# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision: which starts and stops Scheduler has to fire for one instance's bookings, and why.

PRIVATE: not for use outside this collection, may change in any release.

A plan depends on the set of bookings and the clock only. One-off edges are instants in UTC. Weekly edges are crons of
the local week; an occurrence that a one-off booking or a clock change makes wrong is left out of them (they are split
by StartDate and EndDate) and written as a one-off edge of its own.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

from .booking import Booking, Curfew, Monthly, Recurring, Weekly
from .clock import DAY_SECONDS, DAYS, instant, minutes, moment, ordinal, stamp, start_of_year
from .exceptions import Exceptions, Situation, exceptions
from .monthly import Run, cron_days, said_by_crons
from .week import Fired, LocalWeek, Series, local_weeks, season_weeks, series_days, zone_distance
from .windows import (
    MERGE_GAP,
    Interval,
    WeeklyPattern,
    Window,
    curfew_stops,
    gap_seconds,
    merge,
    monthly_intervals,
    one_off_intervals,
    pattern_of,
    unique,
    window_at,
    windows_ahead,
)

LEAD = 60
AGE_MIN, AGE_MAX = 60, 86400
WINDOWS_AHEAD = timedelta(days=8)
# Firings of one weekly edge are a day apart, so a bound this far from the one left out never touches its neighbours,
# and holds whichever of its two instants Scheduler takes in a fold.
_CLEARANCE = 3 * 3600
# One minute for Scheduler's precision, another for an edge that was planned in its last minute.
_AGE_MARGIN = 120


class Edge(NamedTuple):
    """One schedule to fire: a start or a stop of one instance."""

    instance_id: str
    kind: str
    expression: str
    timezone: str
    maximum_event_age: int
    name: str
    reason: str
    bookings: tuple[str, ...] = ()
    at: Optional[datetime] = None
    start_date: Optional[datetime] = None
    end_date: Optional[datetime] = None


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
        """The windows of the next eight days, and those later ones that one-off bookings are part of."""
        return windows_ahead(self.bookings, self.now, self.now + WINDOWS_AHEAD, self.merge_gap)

    @cached_property
    def curfews(self) -> tuple[Window, ...]:
        """When curfews stop the instance in the next eight days, each a window without length."""
        return curfew_stops(self.bookings, self.now, self.now + WINDOWS_AHEAD, self.merge_gap)

    @cached_property
    def active(self) -> Optional[Window]:
        """The window that the instance is in now."""
        return window_at(self.bookings, self.now, self.merge_gap)


def plan(bookings: Iterable[Booking], now: datetime, merge_gap: timedelta = MERGE_GAP) -> Plan:
    """Plan the edges of one instance's bookings."""
    booked = tuple(bookings)
    gap, second = gap_seconds(merge_gap), math.ceil(now.timestamp())
    recurring: list[Recurring] = [booking for booking in booked if isinstance(booking, (Weekly, Curfew))]
    patterns = frozenset(map(pattern_of, recurring))
    weeks = local_weeks(patterns, gap, now.year)
    if len(weeks) > 1:
        distance = zone_distance(weeks, now.year)
        if distance < gap:
            weeks = _seasons(patterns, recurring, gap, now.year)
    if any(week.endless for week in weeks):
        return Plan((), _endless(recurring), now, booked, merge_gap)
    monthly = [booking for booking in booked if isinstance(booking, Monthly)]
    # Weekly bookings and curfews are near at some time.
    by_cron = {} if recurring else said_by_crons(monthly, [one[:2] for one in one_off_intervals(booked)], gap, now)
    by_time = [booking for booking in monthly if booking not in by_cron]
    one_offs = [*one_off_intervals(booked), *monthly_intervals(by_time, second - 2 * DAY_SECONDS, _horizon(now.year))]
    live = [one for one in merge(one_offs, gap) if one.end + gap > second]
    found = exceptions(Situation(patterns, weeks, live, gap, second, now.year))
    if len({week.zone for week in weeks}) > 1:
        for series in [each for each in found.series_margins if each.kind == "stop"]:
            found.narrow(series, distance)
    instance_id = booked[0].instance_id if booked else ""
    edges = [
        *_one_off_edges(found, instance_id, second, one_offs),
        *_weekly_edges(found, instance_id, second, weeks, recurring),
        *(edge for booking, times in by_cron.items() for edge in _monthly_edges(booking, times)),
    ]
    warnings = (*_until(weeks, recurring), *_until_horizon(by_time, now.year))
    return Plan(tuple(edges), warnings, now, booked, merge_gap)


def _endless(recurring: list[Recurring]) -> tuple[str, ...]:
    """Return a warning of weekly bookings that never end, or refuse them."""
    names = _names(booking for booking in recurring if isinstance(booking, Weekly))
    if any(isinstance(booking, Weekly) and booking.excluded for booking in recurring):
        raise OptionError(
            f"weekly.except: the weekly bookings {names} cover the whole week, and nothing can be left "
            "out of it. Leave some minutes of the week free, or cancel and book again instead"
        )
    return (f"the weekly bookings {names} cover the whole week: no stop is scheduled",)


def _seasons(
    patterns: frozenset[WeeklyPattern], recurring: list[Recurring], gap: int, year: int
) -> tuple[LocalWeek, ...]:
    """Return the weeks of zones whose windows meet: season by season, for no local week is their union."""
    weeks = season_weeks(patterns, gap, year)
    if any(week.endless for week in weeks):
        names = "; ".join(sorted(f"{booking.booking_id} ({booking.describe()})" for booking in recurring))
        raise OptionError(
            f"weekly: the bookings {names} are of several time zones, and together they cover the whole week in one "
            "season: no stop would be scheduled. Book them in one time zone, or leave some minutes of the week free"
        )
    return weeks


def _until(weeks: tuple[LocalWeek, ...], recurring: list[Recurring]) -> Iterator[str]:
    """Yield a warning of weekly bookings that are not planned for ever."""
    horizon = max((week.last for week in weeks), default=0)
    if horizon:
        yield (
            f"the weekly bookings {_names(recurring)} of time zones {', '.join(weeks[0].zones)} overlap or touch: they "
            f"are planned until {stamp(horizon)}Z, and any later run plans them further"
        )


def _horizon(year: int) -> int:
    """Return until when monthly bookings are planned that no cron says: to the end of the next year."""
    return start_of_year(year + 2)


def _until_horizon(monthly: list[Monthly], year: int) -> Iterator[str]:
    """Yield a warning of monthly bookings that are not planned for ever."""
    if monthly:
        yield (
            f"the monthly bookings {_names(monthly)} are near others, or no cron can say when they are: they are "
            f"planned until {stamp(_horizon(year))}Z, and any later run plans them further"
        )


def _monthly_edges(booking: Monthly, times: list[Run]) -> Iterator[Edge]:
    """Yield the two crons of a monthly booking."""
    length = min(one.end - one.start for one in times)
    pause = min((after.start - one.end for one, after in zip(times, times[1:])), default=AGE_MAX + _AGE_MARGIN)
    names = (booking.booking_id,)
    for kind, clock, margin in (("start", booking.start, length), ("stop", booking.end, pause)):
        hour, minute = divmod(minutes(clock), 60)
        cron, name = f"cron({minute} {hour} {cron_days(booking)} *)", f"{kind}.w{hour:02d}{minute:02d}"
        reason = f"monthly {kind} of {booking.booking_id}"
        yield Edge(booking.instance_id, kind, cron, booking.timezone, _age(margin), name, reason, names)


def _names(bookings: Iterable[Booking]) -> str:
    return ", ".join(unique([booking.booking_id for booking in bookings]))


def _one_off_edges(found: Exceptions, instance_id: str, now: int, one_offs: list[Interval]) -> Iterator[Edge]:
    """Yield the edges that are fired once, each with the bookings that start or end then."""
    causes: dict[Fired, list[str]] = defaultdict(list)
    for start, end, names in one_offs:
        causes[Fired(start, "start")] += names
        causes[Fired(end, "stop")] += names
    for edge in sorted(found.one_off):
        at, kind = edge
        names = unique(causes.get(edge, ()))
        reason = f"{kind} of {', '.join(names)}" if names else f"{kind} of a weekly booking, instead of its cron"
        age = _age(found.margins.get(edge, AGE_MAX + _AGE_MARGIN))
        expression, name = f"at({stamp(max(at, now + LEAD))})", f"{kind}.{_compact(stamp(at))}Z"
        yield Edge(instance_id, kind, expression, "UTC", age, name, reason, names, moment(at))


def _weekly_edges(
    found: Exceptions, instance_id: str, now: int, weeks: tuple[LocalWeek, ...], recurring: list[Recurring]
) -> Iterator[Edge]:
    """Yield the crons of the weeks, each split around the occurrences that it must not fire."""
    for week in weeks:
        if week.last and week.last <= now:
            continue
        causes: dict[tuple[str, int], list[str]] = defaultdict(list)
        for booking in recurring:
            if booking.timezone in week.zones:
                pattern = pattern_of(booking)
                causes["stop", minutes(pattern.end) % 1440].append(booking.booking_id)
                if not pattern.is_curfew:
                    causes["start", minutes(pattern.start)].append(booking.booking_id)
        everybody = [booking.booking_id for booking in recurring] if week.last or len(week.zones) > 1 else []
        for series, days in series_days(week).items():
            names = unique(causes.get((series.kind, series.minute)) or everybody)
            cuts = sorted(at for at in found.skipped.get(series, ()) if at > now)
            cron = _cron_edge(instance_id, series, days, _age(found.series_margins[series]), names)
            begins = [week.first if week.first > now else 0, *(cut + _CLEARANCE for cut in cuts)]
            ends = [*(cut - _CLEARANCE for cut in cuts), week.last - 60 if week.last else 0]
            for begin, end in zip(begins, ends):
                if not end or _fires(series, days, max(now, begin), end):
                    yield _bounded(cron, begin, end)


def _cron_edge(instance_id: str, series: Series, days: frozenset[int], age: int, names: tuple[str, ...]) -> Edge:
    kind, zone, minute, _season = series
    on = ",".join(DAYS[day].upper() for day in sorted(days))
    expression, name = f"cron({minute % 60} {minute // 60} ? * {on} *)", f"{kind}.w{minute // 60:02d}{minute % 60:02d}"
    reason = f"weekly {kind} of {', '.join(names)}"
    return Edge(instance_id, kind, expression, zone, age, name, reason, names)


def _bounded(cron: Edge, begin: int, end: int) -> Edge:
    """Return a cron that fires from one instant to another; 0 is no bound."""
    if begin:
        cron = cron._replace(start_date=moment(begin), name=f"{cron.name}-{_compact(stamp(begin)[:-3])}")
    return cron._replace(end_date=moment(end)) if end else cron


def _fires(series: Series, days: frozenset[int], low: int, high: int) -> bool:
    """Return whether a weekly edge fires after low and before high."""
    if high - low > 8 * DAY_SECONDS:
        return True
    return any(
        low <= instant(series.zone, day, series.minute, later=series.kind == "stop")[0] <= high
        for day in range(ordinal(low) - 1, min(ordinal(high) + 2, ordinal(low) + 9))
        if (day - 1) % 7 in days
    )


def _age(margin: int) -> int:
    """Return for how long an edge may be retried without reaching the next opposite one."""
    return min(max(margin - _AGE_MARGIN, AGE_MIN), AGE_MAX)


def _compact(text: str) -> str:
    return text.replace("-", "").replace(":", "")
