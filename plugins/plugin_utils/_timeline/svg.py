# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A timeline as one SVG: time from left to right, a row for each instance and, below it, for each of its bookings.

PRIVATE: not for use outside this collection, may change in any release.

A booking has a row of its own, so that no label can run into another however bookings overlap. Text is cut to the
column that it stands in; whole, it is in the element's <title> and in the page's table.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from html import escape

from .timeline import (
    WEEKDAYS,
    Booked,
    Lane,
    Span,
    Timeline,
    day_month,
    hours,
    visible,
)

WIDTH = 1180
NAMES = 265  # the column of names, on the left
FACTS = 215  # the column of facts, on the right
PLOT = WIDTH - NAMES - FACTS
DAY_ROW, NOW_ROW = 16, 36  # baselines of the two heading lines
GRID_TOP, HEAD = 42, 48
INSTANCE_ROW, BOOKING_ROW, GAP = 38, 20, 10
BOLD = 1.12  # how much wider bold letters are
WEEKEND = (5, 6)
NARROWEST_DAY = 22.0
# A bar thinner than this can't be seen, however short its time is.
THINNEST = 2.0


def text(value: object) -> str:
    """Return a value as HTML text or attribute that is what it says: nothing in it is markup, invisible or a template.

    Characters that don't print (controls, direction overrides) are shown as replaced; a brace is written as a
    reference, so that no later templating of the page finds an expression in a booking's name.
    """
    printable = "".join(char if char.isprintable() else "\ufffd" for char in str(value))
    return escape(printable).replace("{", "&#123;").replace("}", "&#125;")


def fit(value: str, room: float, size: float) -> str:
    """Cut a text so that it takes at most `room` at a font size, by a generous guess of its letters' widths."""
    width = 0.0
    limit = room - size  # room for the ellipsis
    kept = len(value)
    for index, char in enumerate(value):
        width += _em(char) * size
        if width > limit and kept == len(value):
            kept = index
        if width > room:
            return value[:kept].rstrip() + "…"
    return value


def _em(char: str) -> float:
    """Guess the width of a letter in the widest of the common fonts."""
    if unicodedata.east_asian_width(char) in "WF":
        return 1.1
    if char in "ijlI.,:;|'! ":
        return 0.4
    if char in "frt()[]-/·":
        return 0.47
    return 1.05 if char in "mwMW@%—…" or ord(char) > 0x2FF else 0.78 if char.isupper() else 0.66


class _Drawing:
    """Draws one timeline."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.scale = PLOT / timeline.bounds.hours

    def x(self, moment: datetime) -> float:
        """Return where a moment stands."""
        return NAMES + Span(self.timeline.bounds.start, moment).hours * self.scale

    def svg(self) -> str:
        """Return the whole drawing."""
        rows: list[str] = []
        height = HEAD
        for lane in self.timeline.lanes:
            rows.extend(self._lane(lane, height))
            height += lane_height(lane)
        count = len(self.timeline.lanes)
        title = f"When {count_instances(count)} {'run' if count != 1 else 'runs'}"
        parts = [
            f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="chart-title chart-desc">',
            f'<title id="chart-title">{title}</title>',
            f'<desc id="chart-desc">{text(self._description())}</desc>',
            *self._grid(height),
            *rows,
            *self._now(height),
            "</svg>",
        ]
        return "\n".join(parts)

    def _description(self) -> str:
        return f"{self.timeline.days_words()}, {self.timeline.zone_name}. The tables below say the same in words."

    def _grid(self, height: int) -> Iterator[str]:
        """Draw the days. Labels get shorter, then fewer, as days get narrower."""
        days = self.timeline.day_starts()
        edges = [self.x(day) for day in days] + [float(NAMES + PLOT)]
        width = 24 * self.scale
        every = max(1, math.ceil(NARROWEST_DAY / width))
        for number, (left, right) in enumerate(zip(edges, edges[1:])):
            day = days[number].astimezone(self.timeline.zone)
            if day.weekday() in WEEKEND:
                shade = f'width="{right - left:.1f}" height="{height - GRID_TOP}"'
                yield f'<rect class="weekend" x="{left:.1f}" y="{GRID_TOP}" {shade}/>'
            yield self._upright("day", left, height)
            if number % every == 0:
                words, middle = _day_label(day, width), (left + right) / 2
                yield f'<text class="day-label" text-anchor="middle" x="{middle:.1f}" y="{DAY_ROW}">{words}</text>'
        yield self._upright("day", edges[-1], height)

    def _upright(self, kind: str, x: float, height: int) -> str:
        return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{GRID_TOP}" y2="{height}"/>'

    def _now(self, height: int) -> Iterator[str]:
        bounds, now = self.timeline.bounds, self.timeline.now
        if not bounds.start <= now < bounds.end:
            return
        x = self.x(now)
        words = f"now {now.astimezone(self.timeline.zone):%H:%M}"
        yield self._upright("now", x, height)
        yield f'<text class="now-label" text-anchor="middle" x="{x:.1f}" y="{NOW_ROW}">{words}</text>'

    def _lane(self, lane: Lane, top: int) -> Iterator[str]:
        yield f'<line class="rule" x1="0" x2="{WIDTH}" y1="{top}" y2="{top}"/>'
        yield from self._heading(lane, top)
        middle = top + INSTANCE_ROW / 2
        for span in visible(lane.windows, self.timeline.bounds):
            yield self._bar("window", span, middle - 9, 18, f"{lane.instance_id} runs {self.timeline.span_words(span)}")
        for number, booking in enumerate(lane.bookings):
            yield from self._booking(booking, top + INSTANCE_ROW + number * BOOKING_ROW)

    def _heading(self, lane: Lane, top: int) -> Iterator[str]:
        """Write who it is on the left, and on the right what comes next and what it saves."""
        name = lane.name or lane.instance_id
        yield _text("name", 0, top + 17, fit(name, NAMES - 16, BOLD * 14), name)
        if lane.name:
            yield _text("id", 0, top + 32, fit(lane.instance_id, NAMES - 16, 12), lane.instance_id)
        edge = lane.next_edge
        comes = f"next: {edge.action} {self.timeline.when(edge.at)}" if edge else "nothing comes next"
        saved = self.timeline.saved_hours(lane)
        saves = f"{hours(saved)} saved, {self.timeline.saved_percent(saved, 1)} %"
        left = WIDTH - FACTS + 14
        yield _text("fact", left, top + 17, fit(comes, FACTS - 14, 12), comes)
        yield _text("fact", left, top + 32, fit(saves, FACTS - 14, 12), saves)

    def _booking(self, booking: Booked, top: int) -> Iterator[str]:
        words = f"{booking.name} · {booking.rule}"
        room = NAMES - 28
        shown = words if fit(words, room, 12) == words else fit(booking.name, room, 12)  # never half a time
        yield _text("booking-name", 12, top + 13, shown, words)
        for span in visible(booking.spans, self.timeline.bounds):
            yield self._bar("booking", span, top + 4, 10, f"{words}: {self.timeline.span_words(span)}")

    def _bar(self, kind: str, span: Span, y: float, height: int, words: str) -> str:
        x, right = self.x(span.start), self.x(span.end)
        width = max(THINNEST, right - x)
        return (
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" rx="2">'
            f"<title>{text(words)}</title></rect>"
        )


def draw(timeline: Timeline) -> str:
    """Return the drawing of a timeline."""
    return _Drawing(timeline).svg()


def lane_height(lane: Lane) -> int:
    """Return how high an instance's rows are."""
    return INSTANCE_ROW + BOOKING_ROW * len(lane.bookings) + GAP


def _text(kind: str, x: float, y: float, shown: str, whole: str) -> str:
    title = f"<title>{text(whole)}</title>" if shown != whole else ""
    return f'<text class="{kind}" x="{x}" y="{y}">{text(shown)}{title}</text>'


def count_instances(count: int) -> str:
    """Say how many instances."""
    return "1 instance" if count == 1 else f"{count} instances"


def _day_label(day: datetime, width: float) -> str:
    """Write a day as its column's width allows."""
    if width >= 90:
        return f"{WEEKDAYS[day.weekday()]} {day_month(day)}"
    if width >= 50:
        return f"{WEEKDAYS[day.weekday()]} {day.day}"
    return str(day.day)
