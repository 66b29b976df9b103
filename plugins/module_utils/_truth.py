# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which edges of the union the weekly crons fire by themselves, which they get wrong, and how far apart edges are.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from ansible_collections.tfbridge.aws.plugins.module_utils._booking import Booking, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._weekly import WEEK, Firing, LocalWeek
from ansible_collections.tfbridge.aws.plugins.module_utils._windows import DAY, Span, merge, occurrences, one_off_spans


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


def series_of(week: LocalWeek, kind: str, minute: int) -> Series:
    """Return the series that fires an edge of the local week."""
    return Series(kind, week.zone, minute % 1440)


def truth_of(bookings: tuple[Booking, ...], weeks: tuple[LocalWeek, ...], now: int, gap: int) -> Truth:
    """Compare the union of the bookings with what the crons of their weekly part fire."""
    truth = Truth()
    one_offs = merge(one_off_spans(bookings), gap)
    if not weeks:
        _take_all(one_offs, now, truth)
        return truth
    live = [span for span in one_offs if span.end + gap > now]
    odd = sorted({at for week in weeks for at in week.odd if at > now - 2 * DAY})
    for week in weeks:
        _series_room(week, truth)
    if live or odd:
        _compare(_Mixed(bookings, weeks, live, odd, gap), now, truth)
    return truth


def _take_all(spans: list[Span], now: int, truth: Truth) -> None:
    """Without weekly bookings every edge ahead is fired at its instant."""
    for index, (start, end, _reasons) in enumerate(spans):
        if end <= now:
            continue
        if start > now:
            truth.explicit.add((start, "start"))
            truth.room[start, "start"] = end - start
        truth.explicit.add((end, "stop"))
        if index + 1 < len(spans):
            truth.room[end, "stop"] = spans[index + 1].start - end


def _series_room(week: LocalWeek, truth: Truth) -> None:
    """Note how near the next opposite edge of a weekly edge gets: by the clock, less what a clock change may take."""
    following = [window.start for window in week.windows[1:]] + [week.windows[0].start + WEEK]
    for window, after in zip(week.windows, following):
        _narrow(truth, series_of(week, "start", window.start), (window.end - window.start) * 60 - week.shift)
        _narrow(truth, series_of(week, "stop", window.end), (after - window.end) * 60 - week.shift)


def _narrow(truth: Truth, series: Series, room: int) -> None:
    truth.series_room[series] = min(room, truth.series_room.get(series, room))


class _Mixed(NamedTuple):
    bookings: tuple[Booking, ...]
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
        return [(span.start - self.gap, span.end + self.gap) for span in self.live] + [
            (at - DAY, at + DAY) for at in self.odd
        ]

    def spans(self, firings: list[tuple[LocalWeek, Firing]]) -> list[Span]:
        """Return the weekly part as spans: booking by booking where clock changes matter, else by local windows."""
        if not self.odd:
            return [Span(firing.start, firing.end, ()) for _week, firing in firings]
        found = set()
        for low, high in self.places():
            for booking in self.bookings:
                if isinstance(booking, Weekly):
                    # No window of less than a whole week is cut off inside the place by this margin.
                    found.update(occurrences(booking, low - 16 * DAY, high + 16 * DAY))
        return list(found)


def _compare(mixed: _Mixed, now: int, truth: Truth) -> None:
    firings = mixed.firings()
    marked = [Span(span.start, span.end, ("one-off",)) for span in mixed.live]
    plain = [Span(span.start, span.end, ("weekly",)) for span in mixed.spans(firings)]
    united = merge(marked + plain, mixed.gap)
    looked_at = [span for span in united if "one-off" in span.reasons or _touches(span, mixed.odd)]
    wanted = {edge for span in looked_at for edge in ((span.start, "start"), (span.end, "stop"))}
    _rooms(united, truth)
    starts = [span.start for span in looked_at]
    fired = set()
    for week, firing in firings:
        inside = _within(firing, looked_at, starts) or any(abs(firing.start - at) <= DAY for at in mixed.odd)
        for kind, at, minute, exact in (
            ("start", firing.start, firing.window.start, firing.exact[0]),
            ("stop", firing.end, firing.window.end, firing.exact[1]),
        ):
            series = series_of(week, kind, minute)
            if inside and not (exact and (at, kind) in wanted):
                truth.left_out[series].add(at)
                continue
            fired.add((at, kind))
            if (at, kind) in truth.room and at > now:
                _narrow(truth, series, truth.room[at, kind])
    truth.explicit.update(edge for edge in wanted - fired if edge[0] > now)


def _touches(span: Span, odd: list[int]) -> bool:
    return any(span.start - DAY <= at <= span.end + DAY for at in odd)


def _within(firing: Firing, spans: list[Span], starts: list[int]) -> bool:
    """Whether an occurrence is part of one of these spans."""
    index = bisect_right(starts, firing.start) - 1
    return index >= 0 and firing.start <= spans[index].end


def _rooms(spans: list[Span], truth: Truth) -> None:
    for one, other in zip(spans, spans[1:]):
        truth.room[one.start, "start"] = one.end - one.start
        truth.room[one.end, "stop"] = other.start - one.end
    if spans:
        truth.room[spans[-1].start, "start"] = spans[-1].end - spans[-1].start
