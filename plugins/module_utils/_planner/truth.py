# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which edges of the union the weekly crons fire by themselves, which they get wrong, and how far apart edges are.

PRIVATE: not for use outside this collection, may change in any release.

compare() works it out booking by booking, as is needed near clock changes; _timetable has what is quicker elsewhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Callable, NamedTuple

from .weekly import Firing, LocalWeek
from .windows import DAY, Pattern, Span, merge, occurrences


class Series(NamedTuple):
    """A weekly edge: its kind, zone and minute of the day. One cron fires it on some days of the week."""

    kind: str
    zone: str
    minute: int


@dataclass
class Truth:
    """What has to be fired besides, or left out of, the crons."""

    explicit: set[tuple[int, str]] = field(default_factory=set)
    left_out: dict[Series, set[int]] = field(default_factory=lambda: defaultdict(set))
    # Seconds from an edge to the next opposite one, where it is known.
    room: dict[tuple[int, str], int] = field(default_factory=dict)
    series_room: dict[Series, int] = field(default_factory=dict)

    def narrow(self, series: Series, room: int) -> None:
        """Note that an edge of a series has no more room than this."""
        known = self.series_room.get(series)
        if known is None or room < known:
            self.series_room[series] = room

    def add(self, other: Truth) -> None:
        """Take over what is known of another time."""
        self.explicit |= other.explicit
        for series, cuts in other.left_out.items():
            self.left_out[series] |= cuts
        self.room.update(other.room)
        for series, room in other.series_room.items():
            self.narrow(series, room)


def series_of(week: LocalWeek, kind: str, minute: int) -> Series:
    """Return the series that fires an edge of the local week."""
    return Series(kind, week.zone, minute % 1440)


def all_of(spans: list[Span], now: int) -> Truth:
    """Without weekly bookings every edge ahead is fired at its instant."""
    truth, last = Truth(), 0
    for start, end, _reasons in spans:
        if end <= now:
            continue
        if last:
            truth.room[last, "stop"] = start - last
        if start > now:
            truth.explicit.add((start, "start"))
            truth.room[start, "start"] = end - start
        truth.explicit.add((end, "stop"))
        last = end
    return truth


class Mixed(NamedTuple):
    """Weekly patterns and one-off spans near clock changes that matter."""

    patterns: frozenset[Pattern]
    weeks: tuple[LocalWeek, ...]
    live: list[Span]
    odd: list[int]
    gap: int

    def firings(self) -> list[tuple[LocalWeek, Firing]]:
        """Return the weekly occurrences within a day of what has to be looked at."""
        near: dict[tuple[str, int], tuple[LocalWeek, Firing]] = {}
        for low, high in self.places():
            for week in self.weeks:
                for firing in week.firings(low - DAY, high + DAY):
                    near[week.zone, firing.start] = (week, firing)
        return list(near.values())

    def places(self) -> list[tuple[int, int]]:
        """Return the times that have to be looked at."""
        return [(span.start - self.gap, span.end + self.gap) for span in self.live] + [
            (at - DAY, at + DAY) for at in self.odd
        ]

    def spans(self) -> list[Span]:
        """Return when the weekly bookings run, each for itself: their union is not that of the local week here."""
        found = set()
        for low, high in self.places():
            for pattern in self.patterns:
                # No window of less than a whole week is cut off inside the place by this margin.
                found.update(occurrences(pattern, low - 16 * DAY, high + 16 * DAY))
        return list(found)


def compare(mixed: Mixed, now: int, counts: Callable[[int], bool]) -> Truth:
    """Compare the union with what the crons fire, for the instants that count."""
    truth = Truth()
    marked = [Span(span.start, span.end, ("one-off",)) for span in mixed.live]
    united = merge(marked + mixed.spans(), mixed.gap)
    looked_at = [span for span in united if "one-off" in span.reasons or _touches(span, mixed.odd)]
    wanted = {edge for span in looked_at for edge in ((span.start, "start"), (span.end, "stop"))}
    room = {edge: seconds for edge, seconds in _rooms(united) if counts(edge[0])}
    starts = [span.start for span in looked_at]
    fired = set()
    for week, firing in mixed.firings():
        inside = _within(firing, looked_at, starts) or any(abs(firing.start - at) <= DAY for at in mixed.odd)
        for kind, at, minute, exact in (
            ("start", firing.start, firing.window.start, firing.exact[0]),
            ("stop", firing.end, firing.window.end, firing.exact[1]),
        ):
            series = series_of(week, kind, minute)
            if inside and not (exact and (at, kind) in wanted):
                if counts(at):
                    truth.left_out[series].add(at)
                continue
            fired.add((at, kind))
            if (at, kind) in room and at > now:
                truth.narrow(series, room[at, kind])
    truth.explicit.update(edge for edge in wanted - fired if edge[0] > now and counts(edge[0]))
    truth.room.update(room)
    return truth


def _touches(span: Span, odd: list[int]) -> bool:
    return any(span.start - DAY <= at <= span.end + DAY for at in odd)


def _within(firing: Firing, spans: list[Span], starts: list[int]) -> bool:
    """Whether an occurrence is part of one of these spans."""
    index = bisect_right(starts, firing.start) - 1
    return index >= 0 and firing.start <= spans[index].end


def _rooms(spans: list[Span]) -> Iterable[tuple[tuple[int, str], int]]:
    for one, other in zip(spans, spans[1:]):
        yield (one.start, "start"), one.end - one.start
        yield (one.end, "stop"), other.start - one.end
    if spans:
        yield (spans[-1].start, "start"), spans[-1].end - spans[-1].start
