# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Weekly bookings united on the local week, and where clocks make that different from their union in time.

PRIVATE: not for use outside this collection, may change in any release.

Everything here depends on patterns (days, times, zone) and never on an instance, so it is worked out once for all
instances that are booked alike.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from .booking import DAYS, UTC, minutes, zone_of
from .windows import DAY, Pattern, instant, ordinal

WEEK = 7 * 1440
# Clock changes are looked up this many years ahead; whoever plans in between renews what follows from them.
YEARS_AHEAD = 3


class LocalWindow(NamedTuple):
    """A window of the local week in minutes since Monday 00:00; it may end in the week after."""

    start: int
    end: int


class Change(NamedTuple):
    """An instant at which the clocks of a zone change, with the offsets from UTC before and after."""

    instant: int
    before: int
    after: int


class Firing(NamedTuple):
    """One occurrence of a local window: where its start and end fall, and whether each is exactly one instant."""

    start: int
    end: int
    exact: tuple[bool, bool]
    window: LocalWindow


class LocalWeek(NamedTuple):
    """The union of the weekly patterns of one time zone."""

    zone: str
    zones: tuple[str, ...]
    windows: tuple[LocalWindow, ...]
    endless: bool
    odd: tuple[int, ...]
    shift: int

    def firings(self, first: int, last: int) -> list[Firing]:
        """Return the occurrences that touch the time from first to last."""
        monday = ordinal(first) - (ordinal(first) - 1) % 7
        return [
            firing
            for week in range(monday - 7, ordinal(last) + 2, 7)
            for firing in self.firings_of(week)
            if firing.end >= first and firing.start <= last
        ]

    def firings_of(self, monday: int) -> list[Firing]:
        """Return the occurrences of the local week that begins on this day (proleptic ordinal)."""
        found = []
        for window in self.windows:
            start, one = instant(self.zone, monday, window.start, later=False)
            end, other = instant(self.zone, monday, window.end, later=True)
            found.append(Firing(start, end, (one, other), window))
        return found


@lru_cache(maxsize=10_000)
def local_weeks(patterns: frozenset[Pattern], gap: int, year: int) -> tuple[LocalWeek, ...]:
    """Unite patterns zone by zone; zones whose clocks agree from this year on are one zone."""
    zones: dict[tuple[object, ...], list[Pattern]] = {}
    for pattern in sorted(patterns):
        zones.setdefault(_clock_of(pattern.timezone, year), []).append(pattern)
    return tuple(_unite(group, gap, year) for group in zones.values())


def _unite(patterns: list[Pattern], gap: int, year: int) -> LocalWeek:
    zones = tuple(sorted({pattern.timezone for pattern in patterns}))
    zone = zones[0]
    raw = sorted({window for pattern in patterns for window in local_windows(pattern)})
    united: list[LocalWindow] = []
    for window in raw:
        if united and (window.start - united[-1].end) * 60 < gap:
            united[-1] = LocalWindow(united[-1].start, max(united[-1].end, window.end))
        else:
            united.append(window)
    while len(united) > 1 and (united[0].start + WEEK - united[-1].end) * 60 < gap:
        first = united.pop(0)
        united[-1] = LocalWindow(united[-1].start, max(united[-1].end, first.end + WEEK))
    endless = len(united) == 1 and (WEEK - united[0].end + united[0].start) * 60 < gap
    found = changes(zone, year)
    edges = sorted({edge % WEEK for window in raw for edge in window})
    known: dict[tuple[int, int], bool] = {}
    for change in found:
        place = _place(change)
        if place not in known:
            known[place] = _matters(*place, edges, united, gap)
    odd = tuple(change.instant for change in found if known[_place(change)])
    shift = max((abs(change.after - change.before) for change in found), default=0)
    return LocalWeek(zone, zones, tuple(united), endless, odd, shift)


def local_windows(pattern: Pattern) -> list[LocalWindow]:
    """Return a pattern's windows in the local week."""
    start, end = minutes(pattern.start), minutes(pattern.end)
    length = end - start if end > start else end - start + 1440
    begins = [DAYS.index(day) * 1440 + start for day in pattern.days]
    return [LocalWindow(begin, begin + length) for begin in begins]


def _place(change: Change) -> tuple[int, int]:
    """Return the minute of the local week at which clocks change, and by how many minutes, rounded up."""
    low = _minute_of_week(change.instant + min(change.before, change.after))
    return low, abs(change.after - change.before) // 60 + 1


def _matters(low: int, width: int, edges: list[int], united: list[LocalWindow], gap: int) -> bool:
    """Whether a clock change moves an edge, or joins or parts windows; in doubt it does."""
    margin = gap // 60 + 2
    if any((edge - low + margin) % WEEK <= width + 2 * margin for edge in edges):
        return True
    gaps = [(one.end, other.start) for one, other in zip(united, united[1:])]
    gaps.append((united[-1].end, united[0].start + WEEK))
    return any((end - start - width) * 60 < gap and _inside(low, start, end) for start, end in gaps)


def _inside(minute: int, start: int, end: int) -> bool:
    return (minute - start) % WEEK <= end - start


def _minute_of_week(local_second: int) -> int:
    # 1 January 1970 was a Thursday.
    return (local_second // 60 + 3 * 1440) % WEEK


@lru_cache(maxsize=4096)
def changes(zone: str, year: int) -> tuple[Change, ...]:
    """Return the clock changes of a zone from this year on."""
    first, last = (int(datetime(at, 1, 1, tzinfo=UTC).timestamp()) for at in (year, year + YEARS_AHEAD))
    found = []
    for low in range(first, last, DAY):
        before, after = offset(zone, low), offset(zone, low + DAY)
        if before != after:
            found.append(Change(_bisect(zone, low, low + DAY), before, after))
    return tuple(found)


def _bisect(zone: str, low: int, high: int) -> int:
    before = offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
    return high


def offset(zone: str, second: int) -> int:
    """Return a zone's offset from UTC at an instant, in seconds."""
    delta = datetime.fromtimestamp(second, zone_of(zone)).utcoffset()
    return int(delta.total_seconds()) if delta else 0


def _clock_of(zone: str, year: int) -> tuple[object, ...]:
    return (offset(zone, int(datetime(year, 1, 1, tzinfo=UTC).timestamp())), *changes(zone, year))


class Distance(NamedTuple):
    """How near the weekly windows of different zones come to each other, and which patterns' zones these are."""

    seconds: int
    zones: tuple[str, str]


@lru_cache(maxsize=10_000)
def nearest(weeks: tuple[LocalWeek, ...], year: int) -> Distance:
    """Return how near windows of different zones come to each other (0: they overlap) until the horizon."""
    first, last = (int(datetime(at, 1, 1, tzinfo=UTC).timestamp()) for at in (year, year + YEARS_AHEAD))
    spans = sorted((f.start, f.end, week.zone) for week in weeks for f in week.firings(first, last))
    best = Distance(WEEK * 60, (weeks[0].zone, weeks[-1].zone))
    reach: dict[str, int] = {}
    for start, end, zone in spans:
        for other, until in reach.items():
            if other != zone and start - until < best.seconds:
                best = Distance(max(0, start - until), (other, zone))
        reach[zone] = max(end, reach.get(zone, 0))
    return best
