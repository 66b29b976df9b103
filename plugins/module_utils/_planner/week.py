# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Weekly bookings united on the local week, and where clocks make that different from their union in time.

PRIVATE: not for use outside this collection, may change in any release.

Everything here depends on patterns (days, times, zone) and never on an instance, so it is worked out once for all
instances that are booked alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from .clock import (
    DAYS,
    WEEK_MINUTES,
    YEARS_AHEAD,
    ClockChange,
    clock_changes,
    instant,
    minutes,
    offset,
    ordinal,
    start_of_year,
)
from .windows import WeeklyPattern


class LocalWindow(NamedTuple):
    """A window of the local week in minutes since Monday 00:00; it may end in the week after."""

    start: int
    end: int


class Fired(NamedTuple):
    """A start or stop at an instant."""

    at: int
    kind: str


class Series(NamedTuple):
    """A weekly edge: its kind, zone, minute of the day and season. One cron fires it on some days of the week."""

    kind: str
    zone: str
    minute: int
    season: int


class Firing(NamedTuple):
    """What a series fires for one occurrence, and whether its local time is exactly one instant."""

    edge: Fired
    series: Series
    exact: bool


class Occurrence(NamedTuple):
    """One occurrence of a local window: where its start and end fall, and what fires them; a curfew's has no length."""

    start: int
    end: int
    firings: tuple[Firing, ...]


class LocalWeek(NamedTuple):
    """The union of the weekly patterns of one time zone.

    curfews are the minutes of the week at which one of them stops what may run outside of the windows. irregular are
    the clock changes around which it is not the union in time, shift is by how many seconds clocks change at most,
    endless says that it leaves no time in which the instance is stopped. first and last bound the time that it is valid
    for, 0 is no bound.
    """

    zone: str
    zones: tuple[str, ...]
    windows: tuple[LocalWindow, ...]
    endless: bool
    irregular: tuple[int, ...]
    shift: int
    first: int = 0
    last: int = 0
    curfews: tuple[int, ...] = ()

    def fires_at(self, at: int) -> bool:
        """Return whether an instant is in the time that the week is valid for."""
        return self.first <= at and (not self.last or at < self.last)

    def occurrences(self, first: int, last: int) -> list[Occurrence]:
        """Return the occurrences that touch the time from first to last."""
        monday = ordinal(first) - (ordinal(first) - 1) % 7
        return [
            occurrence
            for week in range(monday - 7, ordinal(last) + 2, 7)
            for occurrence in _of_week(self.zone, (self.windows, self.curfews), self.first, week)
            if occurrence.end >= first and occurrence.start <= last
        ]


@lru_cache(maxsize=100_000)
def _of_week(
    zone: str, local: tuple[tuple[LocalWindow, ...], tuple[int, ...]], season: int, monday: int
) -> tuple[Occurrence, ...]:
    """Return the occurrences of windows and curfews in the local week that begins on this day (proleptic ordinal)."""
    found = []
    for window in local[0]:
        start, start_exact = instant(zone, monday, window.start, later=False)
        end, end_exact = instant(zone, monday, window.end, later=True)
        starts = Firing(Fired(start, "start"), Series("start", zone, window.start % 1440, season), start_exact)
        stops = Firing(Fired(end, "stop"), Series("stop", zone, window.end % 1440, season), end_exact)
        found.append(Occurrence(start, end, (starts, stops)))
    for curfew in local[1]:
        at, exact = instant(zone, monday, curfew, later=True)
        found.append(
            Occurrence(at, at, (Firing(Fired(at, "stop"), Series("stop", zone, curfew % 1440, season), exact),))
        )
    found.sort()
    return tuple(found)


def series_of(week: LocalWeek, kind: str, minute: int) -> Series:
    """Return the series that fires an edge of the local week."""
    return Series(kind, week.zone, minute % 1440, week.first)


@lru_cache(maxsize=10_000)
def series_days(week: LocalWeek) -> dict[Series, frozenset[int]]:
    """Return the series of a local week, each with the days of the week on which it fires."""
    days: dict[Series, set[int]] = {}
    for window in week.windows:
        days.setdefault(series_of(week, "start", window.start), set()).add(window.start // 1440 % 7)
        days.setdefault(series_of(week, "stop", window.end), set()).add(window.end // 1440 % 7)
    for curfew in week.curfews:
        days.setdefault(series_of(week, "stop", curfew), set()).add(curfew // 1440)
    return {series: frozenset(days[series]) for series in sorted(days)}


@lru_cache(maxsize=10_000)
def local_weeks(patterns: frozenset[WeeklyPattern], gap: int, year: int) -> tuple[LocalWeek, ...]:
    """Unite patterns zone by zone; zones whose clocks agree from this year on are one zone."""
    zones: dict[tuple[object, ...], list[WeeklyPattern]] = {}
    for pattern in sorted(patterns):
        zones.setdefault(_clock_of(pattern.timezone, year), []).append(pattern)
    return tuple(_unite(group, gap, year) for group in zones.values())


def _clock_of(zone: str, year: int) -> tuple[object, ...]:
    return (offset(zone, start_of_year(year)), *clock_changes(zone, year))


def _unite(patterns: list[WeeklyPattern], gap: int, year: int) -> LocalWeek:
    zones = tuple(sorted({pattern.timezone for pattern in patterns}))
    raw, curfews = _raw(patterns, dict.fromkeys(zones, 0))
    united = _merge(raw, gap)
    edges = sorted({edge % WEEK_MINUTES for window in raw for edge in window} | set(curfews))
    changes = clock_changes(zones[0], year)
    places = {_place(change) for change in changes}
    irregular = {place for place in places if _matters(*place, edges, united, gap)}
    return LocalWeek(
        zones[0],
        zones,
        tuple(united),
        _is_endless(united, gap),
        tuple(change.instant for change in changes if _place(change) in irregular),
        max((abs(change.after - change.before) for change in changes), default=0),
        curfews=_uncovered(curfews, united, gap),
    )


def _raw(patterns: Iterable[WeeklyPattern], shifts: Mapping[str, int]) -> tuple[list[LocalWindow], list[int]]:
    """Return the windows and curfews of patterns in a week that is so many minutes behind that of each zone."""
    windows, curfews = set(), set()
    for pattern in patterns:
        for window in _local_windows(pattern):
            begin = (window.start - shifts[pattern.timezone]) % WEEK_MINUTES
            if pattern.is_curfew:
                curfews.add(begin)
            else:
                windows.add(LocalWindow(begin, begin + window.end - window.start))
    return sorted(windows), sorted(curfews)


def _is_endless(united: list[LocalWindow], gap: int) -> bool:
    """Return whether windows leave no time in which the instance is stopped."""
    return len(united) == 1 and (WEEK_MINUTES - united[0].end + united[0].start) * 60 < gap


def _uncovered(curfews: list[int], united: list[LocalWindow], gap: int) -> tuple[int, ...]:
    """Return the curfews at which nothing is booked for longer, or about to start."""
    week = WEEK_MINUTES * 60
    return tuple(
        at
        for at in curfews
        if not any(
            0 < ((at - window.start) * 60 + gap) % week < (window.end - window.start) * 60 + gap for window in united
        )
    )


@lru_cache(maxsize=10_000)
def season_weeks(patterns: frozenset[WeeklyPattern], gap: int, year: int) -> tuple[LocalWeek, ...]:
    """Unite patterns of several zones on weeks of UTC, one for each season between two clock changes of any of them.

    They reach to the end of the next year; where no zone changes its clocks, there is one week without an end.
    """
    zones = tuple(sorted({pattern.timezone for pattern in patterns}))
    horizon = start_of_year(year + 2)
    changes = {change.instant for zone in zones for change in clock_changes(zone, year)}
    bounds = sorted({at for at in changes if at < horizon} | ({horizon} if changes else set()))
    seasons = list(zip([0, *bounds], bounds)) if bounds else [(0, 0)]
    return tuple(_season(patterns, gap, season, year) for season in seasons)


def _season(patterns: frozenset[WeeklyPattern], gap: int, bounds: tuple[int, int], year: int) -> LocalWeek:
    """Return the week of UTC that patterns make while no clocks change."""
    first, last = bounds
    zones = tuple(sorted({pattern.timezone for pattern in patterns}))
    # The offsets are those of any instant of the season.
    shifts = {zone: offset(zone, last - 1 if last else start_of_year(year)) // 60 for zone in zones}
    raw, curfews = _raw(patterns, shifts)
    united = _merge(raw, gap)
    irregular = tuple(at for at in bounds if at)
    stops = _uncovered(curfews, united, gap)
    return LocalWeek("UTC", zones, tuple(united), _is_endless(united, gap), irregular, 0, first, last, stops)


def _local_windows(pattern: WeeklyPattern) -> list[LocalWindow]:
    """Return a pattern's windows in the local week."""
    start, end = minutes(pattern.start), minutes(pattern.end)
    length = 0 if pattern.is_curfew else end - start if end > start else end - start + 1440
    begins = [DAYS.index(day) * 1440 + start for day in pattern.days]
    return [LocalWindow(begin, begin + length) for begin in begins]


def _merge(raw: list[LocalWindow], gap: int) -> list[LocalWindow]:
    """Return the union of sorted windows on the circle of the week; those closer than gap seconds are one."""
    united: list[LocalWindow] = []
    for window in raw:
        if united and (window.start - united[-1].end) * 60 < gap:
            united[-1] = LocalWindow(united[-1].start, max(united[-1].end, window.end))
        else:
            united.append(window)
    while len(united) > 1 and (united[0].start + WEEK_MINUTES - united[-1].end) * 60 < gap:
        first = united.pop(0)
        united[-1] = LocalWindow(united[-1].start, max(united[-1].end, first.end + WEEK_MINUTES))
    return united


def _place(change: ClockChange) -> tuple[int, int]:
    """Return the minute of the local week at which clocks change, and by how many minutes, rounded up."""
    low = _minute_of_week(change.instant + min(change.before, change.after))
    return low, abs(change.after - change.before) // 60 + 1


def _minute_of_week(local_second: int) -> int:
    # 1 January 1970 was a Thursday.
    return (local_second // 60 + 3 * 1440) % WEEK_MINUTES


def _matters(low: int, width: int, edges: list[int], united: list[LocalWindow], gap: int) -> bool:
    """Return whether a clock change moves an edge, or joins or parts windows; in doubt it does."""
    margin = gap // 60 + 2
    if any((edge - low + margin) % WEEK_MINUTES <= width + 2 * margin for edge in edges):
        return True
    gaps = [(one.end, other.start) for one, other in zip(united, united[1:])]
    gaps += [(united[-1].end, united[0].start + WEEK_MINUTES)] if united else []
    return any((end - start - width) * 60 < gap and (low - start) % WEEK_MINUTES <= end - start for start, end in gaps)


@lru_cache(maxsize=10_000)
def zone_distance(weeks: tuple[LocalWeek, ...], year: int) -> int:
    """Return the seconds between windows of different zones (0: they overlap), the fewest while clocks are known."""
    first, last = start_of_year(year), start_of_year(year + YEARS_AHEAD)
    found = sorted((one.start, one.end, week.zone) for week in weeks for one in week.occurrences(first, last))
    nearest = WEEK_MINUTES * 60
    reach: dict[str, int] = {}
    for start, end, zone in found:
        for other, until in reach.items():
            # A curfew after a window, or another curfew, does no harm however near it is.
            harmless = start == end and until <= start
            if other != zone and not harmless:
                nearest = min(nearest, max(0, start - until))
        reach[zone] = max(end, reach.get(zone, 0))
    return nearest
