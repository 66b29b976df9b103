# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the crons of weekly bookings fire, worked out once for all instances that are booked alike.

PRIVATE: not for use outside this collection, may change in any release.

Away from clock changes that matter, the windows of the local week are the union of the weekly bookings, and a one-off
booking meets only those that it overlaps. Around such a change bookings are compared one by one (see truth.py).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, Optional

from .booking import DAYS
from .truth import Mixed, Series, Truth, compare, series_of
from .weekly import WEEK, LocalWeek, local_weeks, offset
from .windows import DAY, Pattern, Span, instant, ordinal


class Line(NamedTuple):
    """A weekly edge: the days of the week that one cron fires it on, and how that cron is written."""

    series: Series
    days: frozenset[int]
    expression: str
    stamp: str


class Row(NamedTuple):
    """One occurrence of a window of the local week, and the series that fire its edges."""

    start: int
    end: int
    starts: Series
    stops: Series


class Zone(NamedTuple):
    """A time around clock changes that matter."""

    low: int
    high: int
    odd: tuple[int, ...]


class _Week:
    """The windows of one time zone's week in seconds since its Monday, in order."""

    def __init__(self, week: LocalWeek) -> None:
        self._week = week
        self._starts = [window.start * 60 for window in week.windows]
        self._ends = [window.end * 60 for window in week.windows]
        self._series = [
            (series_of(week, "start", window.start), series_of(week, "stop", window.end)) for window in week.windows
        ]

    def between(self, low: int, high: int) -> Iterator[Row]:
        """Return the occurrences that touch the time from low to high."""
        # A day more on both sides: local weeks begin up to 14 hours before those of UTC, or 12 after.
        first = ordinal(low - self._ends[-1] - DAY)
        for monday in range(first + (1 - first) % 7, ordinal(high + DAY) + 1, 7):
            midnight = _midnight(self._week.zone, monday)
            if midnight is None:
                yield from self._over_a_change(monday, low, high)
                continue
            index = bisect_left(self._ends, low - midnight)
            while index < len(self._ends) and self._starts[index] <= high - midnight:
                yield Row(midnight + self._starts[index], midnight + self._ends[index], *self._series[index])
                index += 1

    def _over_a_change(self, monday: int, low: int, high: int) -> Iterator[Row]:
        for firing, series in zip(self._week.firings_of(monday), self._series):
            if firing.end >= low and firing.start <= high:
                yield Row(firing.start, firing.end, *series)


class Timetable:
    """The weekly part of an instance's bookings, from now on."""

    def __init__(self, patterns: frozenset[Pattern], gap: int, year: int, now: int) -> None:
        self.weeks = local_weeks(patterns, gap, year)
        self._patterns, self._gap, self._now = patterns, gap, now
        self._windows = [_Week(week) for week in self.weeks]
        self._quiet: dict[Zone, Truth] = {}
        longest = max((window.end - window.start for week in self.weeks for window in week.windows), default=0)
        # So far from a change reaches at most what it makes wrong, with what is near it.
        self._reach = longest * 60 + 2 * DAY + gap
        self.zones = tuple(self._zones())
        self.lines = [_lines(week) for week in self.weeks]
        self._room: dict[Series, int] = {}
        for week in self.weeks:
            _measure(week, self._room)

    @property
    def endless(self) -> bool:
        """Whether the weekly bookings leave no time in which the instance is stopped."""
        return any(week.endless for week in self.weeks)

    def truth(self, live: list[Span]) -> Truth:
        """Compare the union with one-off spans with what the crons fire."""
        truth = Truth(series_room=dict(self._room))
        if live:
            self._beside(live, truth)
        for zone in self.zones:
            near = [span for span in live if span.start < zone.high + self._reach and span.end > zone.low - self._reach]
            truth.add(self._around(zone, near))
        return truth

    def _zones(self) -> Iterator[Zone]:
        changes: list[int] = []
        for at in sorted({at for week in self.weeks for at in week.odd if at > self._now - 2 * DAY}):
            if changes and at - changes[-1] > 4 * self._reach:
                yield Zone(changes[0] - self._reach, changes[-1] + self._reach, tuple(changes))
                changes = []
            changes.append(at)
        if changes:
            yield Zone(changes[0] - self._reach, changes[-1] + self._reach, tuple(changes))

    def _around(self, zone: Zone, near: list[Span]) -> Truth:
        """Compare booking by booking; where nothing is booked besides, that is the same for all instances."""
        known = None if near else self._quiet.get(zone)
        if known is None:
            mixed = Mixed(self._patterns, self.weeks, near, list(zone.odd), self._gap)
            known = compare(mixed, self._now, lambda at: zone.low <= at <= zone.high)
            if not near:
                self._quiet[zone] = known
        return known

    def _beside(self, live: list[Span], truth: Truth) -> None:
        """Walk along one-off spans and the windows near them, and note the edges of each group that is one window."""
        gap, walk = self._gap, _Walk(truth, self._now, self.zones)
        items: list[tuple[int, int, Optional[Row]]] = [(span.start, span.end, None) for span in live]
        items += [(row.start, row.end, row) for row in self._near(live)]
        items.sort(key=_begins)
        start, end, _row = items[0]
        rows, mixed = list[Row](), False
        for begins, ends, row in items:
            if begins - end >= gap:
                walk.group(start, end, rows, mixed=mixed)
                rows, mixed, start, end = [], False, begins, ends
            elif ends > end:
                end = ends
            if row is None:
                mixed = True
            else:
                rows.append(row)
        walk.group(start, end, rows, mixed=mixed)

    def _near(self, live: list[Span]) -> Iterable[Row]:
        """Return the windows within a day of one-off spans."""
        found: dict[int, Row] = {}
        margin = self._gap + DAY
        for start, end, _reasons in live:
            for windows in self._windows:
                for row in windows.between(start - margin, end + margin):
                    found[row.start] = row
        return found.values()


def _begins(item: tuple[int, int, Optional[Row]]) -> int:
    return item[0]


def _measure(week: LocalWeek, rooms: dict[Series, int]) -> None:
    """Note how near the next opposite edge of a weekly one gets: by the clock, less what a clock change may take."""
    truth = Truth(series_room=rooms)
    following = [window.start for window in week.windows[1:]] + [week.windows[0].start + WEEK]
    for window, after in zip(week.windows, following):
        truth.narrow(series_of(week, "start", window.start), (window.end - window.start) * 60 - week.shift)
        truth.narrow(series_of(week, "stop", window.end), (after - window.end) * 60 - week.shift)


class _Walk:
    """Takes groups in the order of time, and keeps to times without clock changes that matter."""

    def __init__(self, truth: Truth, now: int, zones: tuple[Zone, ...]) -> None:
        self._truth, self._now, self._zones = truth, now, zones
        self._last: Optional[tuple[int, list[Row], bool]] = None

    def group(self, start: int, end: int, rows: list[Row], *, mixed: bool) -> None:
        """Note the edges of one window; what it is made of fires none inside it."""
        if self._last is not None and (mixed or self._last[2]):
            self._note_stop(self._last[0], self._last[1], start - self._last[0])
        self._last = (end, rows, mixed)
        if not mixed:
            return
        if self._counts(start):
            self._truth.explicit.add((start, "start"))
            self._truth.room[start, "start"] = end - start
        if self._counts(end):
            self._truth.explicit.add((end, "stop"))
        for row in rows:
            self._fire((row.start, "start"), row.starts, start, end - start)
            self._fire((row.end, "stop"), row.stops, end, DAY * 7)

    def _fire(self, edge: tuple[int, str], series: Series, wanted: int, room: int) -> None:
        """Have a cron fire an edge that is wanted, and leave one out that isn't."""
        at, _kind = edge
        if not self._counts(at):
            return
        if at == wanted:
            self._truth.explicit.discard(edge)
            self._truth.narrow(series, room)
        else:
            self._truth.left_out[series].add(at)

    def _note_stop(self, end: int, rows: list[Row], room: int) -> None:
        if self._counts(end):
            self._truth.room[end, "stop"] = room
            for row in rows:
                if row.end == end:
                    self._truth.narrow(row.stops, room)

    def _counts(self, at: int) -> bool:
        """Whether an edge is ahead, and far from clock changes that matter."""
        return at > self._now and not (self._zones and any(zone.low <= at <= zone.high for zone in self._zones))


@lru_cache(maxsize=16_384)
def timetable(patterns: frozenset[Pattern], gap: int, year: int, now: int) -> Timetable:
    """Return the timetable of weekly patterns; many instances are booked alike, and planned at the same time."""
    return Timetable(patterns, gap, year, now)


@lru_cache(maxsize=100_000)
def _midnight(zone: str, monday: int) -> Optional[int]:
    """Return the instant at which a local week begins; None where clocks change while its windows may last."""
    noons = [(monday + day - 719163) * DAY + DAY // 2 for day in range(-2, 17)]
    if len({offset(zone, noon) for noon in noons}) > 1:
        return None
    return instant(zone, monday, 0, later=False)[0]


def _lines(week: LocalWeek) -> tuple[Line, ...]:
    """Return the crons of a local week."""
    days: dict[Series, set[int]] = {}
    for window in week.windows:
        days.setdefault(series_of(week, "start", window.start), set()).add(window.start // 1440 % 7)
        days.setdefault(series_of(week, "stop", window.end), set()).add(window.end // 1440 % 7)
    return tuple(_line(series, frozenset(days[series])) for series in sorted(days))


def _line(series: Series, days: frozenset[int]) -> Line:
    hour, minute = divmod(series.minute, 60)
    names = ",".join(DAYS[day].upper() for day in sorted(days))
    return Line(series, days, f"cron({minute} {hour} ? * {names} *)", f"w{hour:02d}{minute:02d}")
