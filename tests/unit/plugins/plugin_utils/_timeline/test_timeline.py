# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The timeline: its numbers, its words, and that nothing in it is markup."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.page import page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.svg import NAMES, PLOT, draw, fit, text
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.timeline import (
    Booked,
    Lane,
    NextEdge,
    Span,
    Timeline,
    bounds_of_days,
    hours,
)
from hypothesis import given
from hypothesis import strategies as st

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc)
EVIL = "<script>alert(1)</script>\"'&amp;{{ lookup('pipe', 'id') }}\u202e\x00"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment in November 2026, said in Paris."""
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS).astimezone(timezone.utc)


def lane(*windows: Span, name: str = "workstation", bookings: tuple[Booked, ...] = ()) -> Lane:
    """Return an instance with some windows."""
    return Lane("i-0a1b2c3d4e5f60718", name, windows, bookings, NextEdge("stop", at(24, 20)))


def timeline(*lanes: Lane, now: datetime = NOW, zone: ZoneInfo = PARIS, days: int = 7) -> Timeline:
    """Return a week from the day of `now` on."""
    return Timeline(bounds_of_days(now, zone, days), now, zone, str(zone), lanes)


TWO_BOOKINGS = lane(
    Span(at(24, 15), at(24, 20)),
    bookings=(
        Booked("alice", "24 Nov 15:00 to 18:00", (Span(at(24, 15), at(24, 18)),)),
        Booked("bob", "24 Nov 17:00 to 20:00", (Span(at(24, 17), at(24, 20)),)),
    ),
)


def bars(svg: str) -> list[tuple[float, float]]:
    """Return left and width of each window's bar."""
    found = re.findall(r'<rect class="window" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)
    return [(float(x), float(width)) for x, width in found]


class _Page(HTMLParser):
    """What a browser would see: elements, and the text that is shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.words.append(data)


def test_overlapping_bookings_count_once() -> None:
    """Hours are those of the union: 15-18 and 17-20 are five hours, not six."""
    week = timeline(TWO_BOOKINGS)

    assert week.running_hours(TWO_BOOKINGS) == 5
    assert week.saved_hours(TWO_BOOKINGS) == 163
    assert "Runs 5 h of 168 h, saves 163 h" in page(week)


def test_only_what_is_shown_counts() -> None:
    """A window that began before the first day or ends after the last counts with the part that is shown."""
    week = timeline(lane(Span(at(20, 0), at(24, 6)), Span(at(30, 22), datetime(2026, 12, 5, tzinfo=timezone.utc))))

    assert week.running_hours(week.lanes[0]) == 6 + 2


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-24", 24)])
def test_a_day_is_as_long_as_it_is(day: str, length: int) -> None:
    """The days on which the clocks change have 23 and 25 hours, and the grid says so."""
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=PARIS).astimezone(timezone.utc)
    shown = timeline(now=noon, days=2)
    first, second = shown.day_starts()

    assert (second - first) / timedelta(hours=1) == length
    assert shown.bounds.hours == length + 24


def test_hours_across_a_clock_change() -> None:
    """A window over the night in which the clocks go back is an hour longer than its wall clock says."""
    evening = datetime(2026, 10, 24, 22, tzinfo=PARIS).astimezone(timezone.utc)
    morning = datetime(2026, 10, 25, 6, tzinfo=PARIS).astimezone(timezone.utc)
    shown = timeline(lane(Span(evening, morning)), now=evening, days=2)

    assert shown.running_hours(shown.lanes[0]) == 9


def test_only_all_is_a_hundred_percent() -> None:
    """A machine that runs at all does not save 100 %."""
    week = timeline(lane(Span(at(24, 15), at(24, 15, 30))), lane())

    assert week.saved_percent(week.saved_hours(week.lanes[0]), 1) == 99
    assert week.saved_percent(week.saved_hours(week.lanes[1]), 1) == 100


def test_figures_are_over_all_instances() -> None:
    """The numbers on top add up the instances."""
    shown = _Page(page(timeline(TWO_BOOKINGS, lane(Span(at(25, 8), at(25, 18))))))
    start = shown.words.index("instances") - 1

    assert [word for word in shown.words[start:] if word.strip()][:8] == [
        "2",
        "instances",
        "15 h",
        "booked to run",
        "321 h",
        "saved against always on",
        "95 %",
        "less than always on",
    ]


@pytest.mark.parametrize(("value", "written"), [(5.0, "5 h"), (0.5, "0.5 h"), (10.0, "10 h"), (0, "0 h")])
def test_hours_are_written_short(value: float, written: str) -> None:
    """A whole number of hours has no fraction."""
    assert hours(value) == written


def test_bars_stand_where_the_time_is() -> None:
    """The second day's noon is one and a half days from the left."""
    shown = timeline(lane(Span(at(25, 12), at(26, 0))))

    assert bars(draw(shown)) == [pytest.approx((NAMES + PLOT * 1.5 / 7, PLOT * 0.5 / 7), abs=0.1)]


def test_a_minute_can_be_seen() -> None:
    """A window too short for the scale is still drawn."""
    shown = timeline(lane(Span(at(25, 12), at(25, 12, 1))))
    ((_x, width),) = bars(draw(shown))

    assert width == 2


@pytest.mark.parametrize(("now", "lines"), [(NOW, 1), (NOW - timedelta(days=3), 0), (NOW + timedelta(days=30), 0)])
def test_now_is_drawn_where_it_is_shown(now: datetime, lines: int) -> None:
    """A page about another week has no line that says now."""
    week = Timeline(bounds_of_days(NOW, PARIS, 7), now, PARIS, "Europe/Paris", (TWO_BOOKINGS,))

    assert draw(week).count('class="now"') == lines


def test_what_is_there_to_read() -> None:
    """Title, description, next edge, and every window and booking in words."""
    html = page(timeline(TWO_BOOKINGS))
    words = " ".join(_Page(html).words)

    assert '<svg viewBox="0 0 1180 136" role="img" aria-labelledby="chart-title chart-desc">' in html
    for said in (
        "When 1 instance runs",
        "Tue 24 Nov 2026 to Mon 30 Nov 2026",
        "Europe/Paris",
        "Next: stop Tue 24 Nov 20:00.",
        "booking alice",
        "24 Nov 17:00 to 20:00",
        "i-0a1b2c3d4e5f60718",
    ):
        assert said in words


def test_nobody_booked_anything() -> None:
    """An empty page says so and divides nothing by zero."""
    html = page(timeline())

    assert "No instance has a booking." in html
    assert "<svg" not in html


def test_nothing_in_it_is_markup() -> None:
    """Names from AWS stay text in every place that they appear in."""
    booked = Booked(EVIL, EVIL, (Span(at(24, 15), at(24, 20)),))
    nasty = Lane(EVIL, EVIL, booked.spans, (booked,), NextEdge(EVIL, at(24, 20)))
    harmless = Lane("i", "n", booked.spans, (Booked("b", "r", booked.spans),), NextEdge("stop", at(24, 20)))
    got, wanted = _Page(page(timeline(nasty), EVIL)), _Page(page(timeline(harmless), "t"))

    assert set(got.tags) == set(wanted.tags)
    assert {name for name, _value in got.attributes} == {name for name, _value in wanted.attributes}
    assert any("<script>alert(1)</script>\"'&amp;{{ lookup('pipe', 'id') }}\ufffd\ufffd" in word for word in got.words)


def test_it_is_no_template() -> None:
    """No brace of a name is left for a later templating, and nothing that reorders text."""
    body = page(timeline(lane(name=EVIL))).partition("</style>")[2]

    assert "{" not in body
    assert "}" not in body
    assert "\u202e" not in body


def test_it_needs_nothing_else() -> None:
    """No script, nothing fetched."""
    seen = _Page(page(timeline(TWO_BOOKINGS)))

    assert not {"script", "link", "img", "iframe", "object"} & set(seen.tags)
    assert not {"src", "href", "style", "onclick", "onload"} & {name for name, _value in seen.attributes}
    assert "url(" not in page(timeline(TWO_BOOKINGS))


@given(st.text(max_size=80))
def test_escaping_loses_nothing_that_prints(value: str) -> None:
    """What a browser shows is what it was, but for what can't be shown."""
    shown = "".join(_Page(f"<p>{text(value)}</p>").words)

    assert shown == "".join(char if char.isprintable() else "\ufffd" for char in value)


@given(st.text(max_size=80), st.floats(30, 400), st.sampled_from([12.0, 14.0]))
def test_cutting_keeps_the_front(value: str, room: float, size: float) -> None:
    """A cut text is the front of the whole with an ellipsis; what is short stays."""
    shown = fit(value, room, size)

    assert shown == value or value.startswith(shown.removesuffix("…"))
    assert len(shown) <= room / (0.4 * size) + 1


def test_days_crowd_out_their_labels() -> None:
    """Ninety days have no ninety labels."""
    assert 20 < draw(timeline(TWO_BOOKINGS, days=90)).count('class="day-label"') < 46


def colours(scheme: int) -> dict[str, str]:
    """Return the page's colours by name; scheme 0 is the light one, 1 the dark one."""
    block = re.findall(r":root \{(.*?)\}", page(timeline()), re.DOTALL)[scheme]
    found = dict(re.findall(r"--([\w-]+): #([0-9a-f]+)", block))
    return {name: value if len(value) == 6 else "".join(char * 2 for char in value) for name, value in found.items()}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_it_can_be_read_in_both_schemes(scheme: int) -> None:
    """Texts have a contrast of 4.5 and bars one of 3 on every ground they stand on (WCAG AA)."""
    named = colours(scheme)

    for text_colour in ("ink", "soft", "now"):
        assert contrast(named[text_colour], named["ground"]) >= 4.5
    assert contrast(named["soft"], named["panel"]) >= 4.5
    for colour in ("run", "book-edge"):
        assert min(contrast(named[colour], named[ground]) for ground in ("ground", "weekend")) >= 3
