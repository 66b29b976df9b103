# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page: what is there to read, that nothing in it is markup, and that it stays small."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.pages import text
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.lanes import timeline_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.page import check_link, page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.timeline import (
    Booked,
    Lane,
    NextEdge,
    Place,
    Timeline,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.times import Clock, Span
from hypothesis import given
from hypothesis import strategies as st

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc)
EVIL = "<script>alert(1)</script>\"'&amp;{{ lookup('pipe', 'id') }}\u202e\x00"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment in November 2026, said in Paris."""
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS).astimezone(timezone.utc)


def timeline(*lanes: Lane, days: int = 7, now: datetime = NOW) -> Timeline:
    """Return a page from the day of `now` on."""
    clock = Clock(PARIS, now)
    return Timeline(clock.days_from_today(days), clock, lanes, Place("eu-central-1", "123456789012", "tfbridge"))


LANE = Lane(
    "i-0a1b2c3d4e5f60718",
    "workstation",
    (Span(at(24, 15), at(24, 20)),),
    (
        Booked("alice", "24 Nov 15:00 to 18:00", (Span(at(24, 15), at(24, 18)),)),
        Booked("bob", "24 Nov 17:00 to 20:00", (Span(at(24, 17), at(24, 20)),)),
    ),
    NextEdge("stop", at(24, 20)),
    "running",
)


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


def words(shown: Timeline, title: str = "EC2 schedule") -> str:
    """Return the text of a page, with single spaces."""
    return " ".join(" ".join(_Page(page(shown, title).partition("</style>")[2]).words).split())


def test_what_is_there_to_read() -> None:
    """Where and when it was read, the figures, the legend, the state, the next edge, windows and bookings."""
    said = words(timeline(LANE), "Our week")

    for part in (
        "Our week Tue 24 Nov 2026 to Mon 30 Nov 2026 Region eu-central-1 Account 123456789012 Schedule group tfbridge "
        "Times in Europe/Paris Written Tue 24 Nov 2026 16:20",
        "1 instance 5 h booked to run 163 h saved, 97 % less than always on 0 need attention",
        "should run: all its bookings together one booking now weekend",
        "November 2026 Tue 24 Wed 25",
        "workstation running i-0a1b2c3d4e5f60718 next: stop Tue 24 Nov 20:00 163 h saved, 97 %",
        "alice 24 Nov 15:00 to 18:00",
        "15:00\N{EN DASH}20:00",
        "runs 5 h of 168 h Booking When Hours alice 24 Nov 15:00 to 18:00 3 h bob 24 Nov 17:00 to 20:00 3 h",
        "Window Hours Tue 24 Nov 15:00 to 20:00 5 h",
    ):
        assert part in said
    assert "clock change" not in said
    assert "gone" not in said


def test_what_is_wrong_is_beside_the_plan() -> None:
    """The state, each problem in words, how many need attention; what is gone is not drawn as if it would run."""
    gone = replace(LANE, state="terminated", problems=("Is terminated.", "No stop is scheduled."))
    said, html = words(timeline(LANE, gone)), page(timeline(LANE, gone))

    assert "1 needs attention" in said
    assert "2 need attention" in words(timeline(gone, gone))
    assert "terminated i-0a1b2c3d4e5f60718" in said
    assert "Is terminated. No stop is scheduled." in said
    assert "booked, but gone" in said
    assert [html.count(f'<section class="lane{kind}">') for kind in ("", " gone")] == [1, 1]


def test_it_links_the_calendar_of_the_bookings() -> None:
    """Where there is one; never to what a browser would run."""
    assert "Subscribe" not in page(timeline(LANE))
    for link in ("https://api.example.com/bookings.ics", "webcal://host/x.ics?a=1&b=2", "calendars/ec2.ics"):
        html = page(timeline(LANE), calendar=check_link(link))
        assert f'<a href="{link.replace("&", "&amp;")}">Subscribe' in html
    for evil in ("javascript:alert(1)", "JavaScript:x", "java\nscript:x", " data:text/html,x", "vbscript:x"):
        with pytest.raises(OptionError, match="calendar: "):
            check_link(evil)


def test_a_lane_is_linked_to_its_list() -> None:
    """Which is collapsed, and opened by browsers that follow the link into it."""
    html = page(timeline(LANE, LANE))

    assert re.findall(r'href="#([\w-]+)"', html) == re.findall(r'<div id="([\w-]+)"', html) == ["list-1", "list-2"]
    assert html.count("<details>") == 2


def test_one_day_is_said_once() -> None:
    """A page of a day is not from it to itself."""
    assert "Tue 24 Nov 2026 Region" in words(timeline(LANE, days=1))


def test_a_clock_change_is_explained() -> None:
    """In the legend and in a sentence."""
    said = words(timeline(LANE, now=datetime(2027, 3, 26, 9, tzinfo=timezone.utc)))

    assert "clock change" in said
    assert "Sun 28 Mar: clocks go forward from 02:00 to 03:00" in said


def test_what_is_not_known_is_left_out() -> None:
    """No account without instances, no state of an older result, no name, nothing ahead."""
    said = words(replace(timeline(Lane("i-0a1b2c3d4e5f60718", "", (), ())), place=Place("eu-central-1")))

    assert "Account" not in said
    assert "Schedule group" not in said
    assert "i-0a1b2c3d4e5f60718 no start or stop ahead" in said


def test_nobody_booked_anything() -> None:
    """An empty page says so and divides nothing by zero."""
    html = page(timeline())

    assert "No instance has a booking." in html
    assert "<svg" not in html


def test_nothing_in_it_is_markup() -> None:
    """Names from AWS stay text in every place that they appear in."""
    spans = LANE.windows
    nasty = Lane(EVIL, EVIL, spans, (Booked(EVIL, EVIL, spans),), NextEdge(EVIL, at(24, 20)), EVIL, (EVIL,))
    long = "a name that is cut in the chart"
    harmless = Lane(long, long, spans, (Booked(long, long, spans),), NextEdge("stop", at(24, 20)), "running", ("p",))
    got, wanted = (
        _Page(page(replace(timeline(one), place=Place(title, title, title)), title))
        for one, title in ((nasty, EVIL), (harmless, long))
    )

    assert got.tags == wanted.tags
    assert [name for name, _value in got.attributes] == [name for name, _value in wanted.attributes]
    assert any("<script>alert(1)</script>\"'&amp;{{ lookup('pipe', 'id') }}\ufffd\ufffd" in word for word in got.words)


def test_it_is_no_template() -> None:
    """No brace of a name is left for a later templating, nor in the style a pair of them, and nothing reorders text."""
    style, _end, body = page(timeline(replace(LANE, name=EVIL))).partition("</style>")

    assert not re.search(r"{{|}}|{%|{#", style)
    assert not re.search(r"[{}\u202e]", body)


def test_it_needs_nothing_else() -> None:
    """No script, nothing fetched, links within the page only."""
    html = page(timeline(LANE))
    seen = _Page(html)

    assert not {"script", "link", "img", "iframe", "object"} & set(seen.tags)
    assert not {"src", "style", "onclick", "onload"} & {name for name, _value in seen.attributes}
    assert all(str(value).startswith("#") for name, value in seen.attributes if name == "href")
    assert "url(" not in html
    assert "@import" not in html


@given(st.text(max_size=80))
def test_escaping_loses_nothing_that_prints(value: str) -> None:
    """What a browser shows is what it was, but for what can't be shown."""
    shown = "".join(_Page(f"<p>{text(value)}</p>").words)

    assert shown == "".join(char if char.isprintable() else "\ufffd" for char in value)


def booked(number: int) -> list[dict[str, object]]:
    """Return three bookings of an instance, as the info module shows them, of which two are on every working day."""
    days = ["mon", "tue", "wed", "thu", "fri"]
    weekly = {"days": days, "timezone": "Europe/Paris"}
    night = {"start": "2026-12-01T20:00:00Z", "end": f"2026-12-02T0{number % 9}:00:00Z"}
    return [
        {"name": "office", "start": f"{number % 9:02}:00", "end": "18:15", **weekly},
        {"name": "nightly-build", "start": "22:00", "end": "23:30", **weekly},
        {"name": "load-test", **night},
    ]


def test_a_large_page_is_small() -> None:
    """A quarter of fifty instances is less than 200 KB; what is not listed is counted."""
    instances = [
        {"instance_id": f"i-{n:017x}", "name": f"worker-{n}", "state": "running", "bookings": booked(n)}
        for n in range(50)
    ]
    html = page(timeline_of({"instances": instances}, "Europe/Paris", 92, NOW))

    assert len(html.encode()) < 200_000
    assert html.count("<section") == 50
    assert "more windows until Tue 23 Feb 2027" in html


@pytest.mark.parametrize(("count", "left"), [(400, None), (401, "1 more window until"), (410, "10 more windows until")])
def test_windows_that_are_not_listed_are_counted(count: int, left: str | None) -> None:
    """One instance may fill the page's lists."""
    start = timeline().bounds.start
    many = tuple(Span(start + n * timedelta(hours=1), start + (n + 0.5) * timedelta(hours=1)) for n in range(count))
    html = page(timeline(replace(LANE, windows=many), days=92))

    assert re.findall(r"\d+ more windows? until", html) == ([left] if left else [])


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

    pairs = [(ink, "ground", 4.5) for ink in ("ink", "soft", "now", "change")]
    pairs += [("soft", "panel", 4.5), ("warn", "warn-ground", 4.5), ("on-run", "run", 4.5), ("ground", "soft", 4.5)]
    pairs += [(drawn, ground, 3) for drawn in ("run", "book", "soft", "now") for ground in ("ground", "weekend")]
    assert dict.fromkeys(pairs, True) == {pair: contrast(named[pair[0]], named[pair[1]]) >= pair[2] for pair in pairs}
