# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From time to places on the page: the scale, labels that fit, bars, and the axis with its days, hours and months.

PRIVATE: not for use outside this collection, may change in any release.

A plot is as wide as the reader's window allows. Places are therefore shares of its width, and labels are chosen twice:
for the wide layout, with names beside the plot, and for the narrow one, with names above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Callable

from .times import MONTHS, WEEKDAYS, Clock, Span, hours, visible

LAYOUTS = {"wide": 700, "narrow": 440}  # the smallest width of the plot in pixels that page.css gives it
UNITS = 2000  # the width of a plot's coordinates: finer than a pixel, and short to write
THINNEST = 5  # units: a bar thinner than this can't be seen, however short its time is
CHARACTER, PADDING = 6.6, 4  # pixels: a generous guess for the fonts that browsers choose
NOW_LABEL = 78  # pixels that the label of the present takes
HOUR_LABEL = 18
NARROWEST_DAY = 16
HOUR_STEPS = (1, 2, 3, 6, 12)
SATURDAY = 5


@dataclass(frozen=True)
class Label:
    """A text at a share of the width. `layout` is the only one that it is for, "" for both."""

    share: float
    text: str
    anchor: str = "middle"
    layout: str = ""

    @property
    def x(self) -> str:
        """Return its place as SVG takes it."""
        return f"{100 * self.share:.2f}%"


def for_layouts(choose: Callable[[int], Iterable[Label]]) -> list[Label]:
    """Return the labels chosen for each layout's width; one that is the same in both is there once."""
    wide, narrow = (list(choose(width)) for width in LAYOUTS.values())
    chosen = [Label(one.share, one.text, one.anchor, "" if one in narrow else "wide") for one in wide]
    return chosen + [Label(one.share, one.text, one.anchor, "narrow") for one in narrow if one not in wide]


def fitting(texts: Sequence[str], pixels: float) -> str:
    """Return the first text that fits, "" for none."""
    return next((text for text in texts if len(text) * CHARACTER + PADDING <= pixels), "")


@dataclass(frozen=True)
class Scale:
    """Moments to places in the bounds of a page."""

    bounds: Span

    def share(self, moment: datetime) -> float:
        """Return where a moment is, 0 to 1."""
        return Span(self.bounds.start, moment).hours / self.bounds.hours

    def pixels(self, start: datetime, end: datetime, width: int) -> float:
        """Return the length of a time in a plot of this width."""
        return Span(start, end).hours / self.bounds.hours * width

    def bars(self, spans: Iterable[Span]) -> str:
        """Return spans as the dashes of a line from side to side, which is half as long as a shape for each."""
        dashes, at = [0], 0
        for span in visible(spans, self.bounds):
            left, right = (round(UNITS * self.share(moment)) for moment in (span.start, span.end))
            left = max(at, min(left, UNITS - THINNEST))
            width = max(THINNEST, right - left)
            dashes += [left - at, width]
            at = left + width
        return " ".join(map(str, [*dashes, UNITS])) if at else ""

    def lines(self, moments: Iterable[datetime]) -> str:
        """Return upright lines as an SVG path."""
        return "".join(f"M{round(UNITS * self.share(moment))} 0v1" for moment in moments)


@dataclass(frozen=True)
class ClockChange:
    """An instant at which clocks in the reader's zone are set forward or back."""

    at: datetime
    before: datetime
    after: datetime

    @property
    def words(self) -> str:
        """Return what it means for somebody who reads the page."""
        shift = self.after.replace(tzinfo=None) - self.before.replace(tzinfo=None)
        forward, size = shift > timedelta(0), hours(abs(shift) / timedelta(hours=1))
        return (
            f"clocks go {'forward' if forward else 'back'} from {self.before:%H:%M} to {self.after:%H:%M}: times in "
            f"between {'do not exist' if forward else 'come twice'}, and that day is {size} "
            f"{'shorter' if forward else 'longer'}"
        )


@dataclass(frozen=True)
class Axis:
    """The heading of a plot, and the lines behind it."""

    scale: Scale
    clock: Clock

    @cached_property
    def midnights(self) -> list[datetime]:
        """Return the beginning of each day."""
        return self.clock.midnights(self.scale.bounds)

    @cached_property
    def days(self) -> list[Span]:
        """Return each day, as long as it is."""
        return [Span(*pair) for pair in zip(self.midnights, [*self.midnights[1:], self.scale.bounds.end])]

    @cached_property
    def now(self) -> Label | None:
        """Return the label of the present, None where it is on another page."""
        share = self.scale.share(self.clock.now)
        if not 0 <= share < 1:
            return None
        anchor = "start" if share < 0.08 else "end" if share > 0.92 else "middle"
        return Label(share, f"now {self.clock.local(self.clock.now):%H:%M}", anchor)

    @property
    def month_labels(self) -> list[Label]:
        """Return the months with their years."""
        return for_layouts(self._months)

    @property
    def day_labels(self) -> list[Label]:
        """Return the days, or where they are too narrow for a label, the Mondays."""
        return for_layouts(lambda width: self._weeks(width) if self._day(width) < NARROWEST_DAY else self._days(width))

    @property
    def hour_labels(self) -> list[Label]:
        """Return hours of the day, as many as there is space for."""
        return for_layouts(self._hours)

    @property
    def weekends(self) -> list[Span]:
        """Return Saturdays and Sundays."""
        return [day for day in self.days if self.clock.local(day.start).weekday() >= SATURDAY]

    @property
    def day_lines(self) -> str:
        """Return the beginning of each day, or of each week where those would be too close."""
        narrow = self._day(LAYOUTS["wide"]) < NARROWEST_DAY
        return self.scale.lines(day for day in self.midnights if not (narrow and self.clock.local(day).weekday()))

    def hour_lines(self, layout: str) -> str:
        """Return the hours that have a label as a path."""
        return self.scale.lines(self._ticks(LAYOUTS[layout]))

    @property
    def changes(self) -> list[ClockChange]:
        """Return the clock changes within the bounds."""
        points = [self.scale.bounds.start - timedelta(seconds=1), *self.midnights[1:], self.scale.bounds.end]
        found = (_clock_change(self.clock, Span(*pair)) for pair in zip(points, points[1:]))
        return [change for change in found if change is not None]

    def _day(self, width: int) -> float:
        return self.scale.pixels(self.days[0].start, self.days[0].end, width)

    def _months(self, width: int) -> Iterator[Label]:
        firsts = [day for day in self.midnights if day == self.midnights[0] or self.clock.local(day).day == 1]
        for start, end in zip(firsts, [*firsts[1:], self.scale.bounds.end]):
            local = self.clock.local(start)
            month = MONTHS[local.month - 1]
            texts = (f"{month} {local.year}", f"{month[:3]} {local.year}", month[:3])
            yield from _label(self.scale.share(start), texts, self.scale.pixels(start, end, width), "start")

    def _days(self, width: int) -> Iterator[Label]:
        for day in self.days:
            local, middle = self.clock.local(day.start), day.start + (day.end - day.start) / 2
            texts = (f"{WEEKDAYS[local.weekday()]} {local.day}", str(local.day))
            yield from _label(self.scale.share(middle), texts, self._day(width))

    def _weeks(self, width: int) -> Iterator[Label]:
        for day in self.midnights:
            local = self.clock.local(day)
            if local.weekday() == 0:
                left = self.scale.pixels(day, self.scale.bounds.end, width)
                texts = (f"{WEEKDAYS[0]} {local.day}", str(local.day))
                yield from _label(self.scale.share(day), texts, min(left, 7 * self._day(width)), "start")

    def _hours(self, width: int) -> Iterator[Label]:
        for tick in self._ticks(width):
            share = self.scale.share(tick)
            if not self.now or not _covers(self.now, share, width):
                yield Label(share, f"{self.clock.local(tick):%H}")

    def _ticks(self, width: int) -> list[datetime]:
        """Return hours of each day, as close as their labels allow; those that a clock change skips are left out."""
        day = self._day(width)
        step = next((step for step in HOUR_STEPS if day * step / 24 >= 24), 24)
        locals_ = (
            self.clock.local(midnight).replace(hour=hour)
            for midnight in self.midnights
            for hour in range(step, 24, step)
        )
        ticks = ((local, local.astimezone(timezone.utc)) for local in locals_)
        return [tick for local, tick in ticks if self.clock.local(tick).hour == local.hour]


def _covers(label: Label, share: float, width: int) -> bool:
    """Return whether the label of the present leaves no space for that of an hour."""
    left = (label.share * width) - {"start": 0, "middle": NOW_LABEL / 2, "end": NOW_LABEL}[label.anchor]
    return left - HOUR_LABEL / 2 < share * width < left + NOW_LABEL + HOUR_LABEL / 2


def _label(share: float, texts: Sequence[str], pixels: float, anchor: str = "middle") -> Iterator[Label]:
    text = fitting(texts, pixels)
    if text:
        yield Label(share, text, anchor)


def _clock_change(clock: Clock, span: Span) -> ClockChange | None:
    """Return the clock change after the first instant of a span, None for none."""
    low, high = span.start, span.end
    before, after = clock.local(low).utcoffset(), clock.local(high).utcoffset()
    if before == after or before is None:
        return None
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if clock.local(middle).utcoffset() == before else (low, middle)
    return ClockChange(high, high.astimezone(timezone(before)), clock.local(high))


@dataclass(frozen=True)
class _Bar:
    """A window on a page: the part of it that is drawn, and when the next one begins."""

    window: Span
    drawn: Span
    free_until: datetime

    def times(self, clock: Clock) -> str:
        """Return its times, without the one that is on another page."""
        start = f"{clock.local(self.window.start):%H:%M}" if self.window.start == self.drawn.start else ""
        end = f"{clock.local(self.window.end):%H:%M}" if self.window.end == self.drawn.end else ""
        return f"{start}\N{EN DASH}{end.replace('00:00', '24:00')}" if start or end else ""

    def label(self, scale: Scale, width: int, text: str) -> Iterator[Label]:
        """Yield the label where there is space for it: in the bar, or right of it."""
        drawn = self.drawn
        if fitting([text], scale.pixels(drawn.start, drawn.end, width)):
            yield Label(scale.share(drawn.start + (drawn.end - drawn.start) / 2), text)
        elif fitting([text], scale.pixels(drawn.end, self.free_until, width) - PADDING):
            yield Label(scale.share(drawn.end), text, "start")


def window_labels(scale: Scale, clock: Clock, windows: Iterable[Span]) -> list[Label]:
    """Return the times of bars, all in one form: 08:00-18:00, or 08-18 where that fits more of them.

    Where most have no space for either, none has a label: those that happen to have it would look special.
    """
    shown = [(window, drawn) for window in windows if (drawn := window.clipped(scale.bounds))]
    ends = [*(drawn.start for _window, drawn in shown[1:]), scale.bounds.end]
    bars = [_Bar(*pair, end) for pair, end in zip(shown, ends)]
    full = [each.times(clock) for each in bars]

    def choose(width: int) -> list[Label]:
        forms = (full, [text.replace(":00", "") for text in full])
        found = [
            [label for each, text in zip(bars, form) if text for label in each.label(scale, width, text)]
            for form in forms
        ]
        labels = max(found, key=len)
        return labels if 2 * len(labels) >= len(bars) else []

    return for_layouts(choose)
