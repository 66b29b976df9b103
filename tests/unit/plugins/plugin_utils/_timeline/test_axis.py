# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where things are on the page: labels that never run into each other, bars where the time is, clock changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.axis import (
    CHARACTER,
    LAYOUTS,
    UNITS,
    Axis,
    Label,
    Scale,
    window_labels,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.times import Clock, Span
from hypothesis import given
from hypothesis import strategies as st

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc)
ZONES = ["Europe/Paris", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"]
CLOCKS = st.builds(
    Clock,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)


def axis(days: int, now: datetime = NOW, zone: ZoneInfo = PARIS) -> Axis:
    """Return the axis of a page from the day of `now` on."""
    clock = Clock(zone, now)
    return Axis(Scale(clock.days_from_today(days)), clock)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment in November 2026, said in Paris."""
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS).astimezone(timezone.utc)


def texts(labels: Sequence[Label], layout: str = "wide") -> list[str]:
    """Return what a layout shows."""
    return [label.text for label in labels if label.layout in ("", layout)]


def boxes(labels: Sequence[Label], layout: str) -> list[tuple[float, float, str]]:
    """Return from where to where the labels of a layout are, at its smallest width."""
    found = []
    for label in labels:
        if label.layout in ("", layout):
            wide = len(label.text) * CHARACTER
            left = LAYOUTS[layout] * label.share - {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
            found.append((left, left + wide, label.text))
    return sorted(found)


@given(CLOCKS, st.integers(1, 92), st.sampled_from(sorted(LAYOUTS)))
def test_no_label_of_the_axis_runs_into_another(clock: Clock, days: int, layout: str) -> None:
    """Months, days, and hours with the present among them: at any time, for any number of days."""
    one = Axis(Scale(clock.days_from_today(days)), clock)

    for row in (one.month_labels, one.day_labels, [*one.hour_labels, *([one.now] if one.now else [])]):
        placed = boxes(row, layout)
        assert all(left[1] <= right[0] for left, right in zip(placed, placed[1:])), placed


@given(
    st.integers(1, 92),
    st.lists(st.tuples(st.integers(0, 92 * 24 * 4), st.integers(1, 400)), min_size=1, max_size=40),
    st.sampled_from(sorted(LAYOUTS)),
)
def test_no_time_runs_into_another(days: int, quarters: list[tuple[int, int]], layout: str) -> None:
    """The times of windows are in their bars or in the gap behind them."""
    scale, windows, at_quarter = Scale(axis(days).scale.bounds), [], -40
    for gap, length in quarters:
        start = at_quarter + gap % 60 + 1
        at_quarter = start + length
        windows.append(Span(*(scale.bounds.start + timedelta(minutes=15 * quarter) for quarter in (start, at_quarter))))
    placed = boxes(window_labels(scale, Clock(PARIS, NOW), windows), layout)

    assert all(left[1] <= right[0] for left, right in zip(placed, placed[1:])), placed
    assert all(right <= LAYOUTS[layout] for _left, right, _text in placed)


@given(st.lists(st.integers(0, 7 * 24 * 60), min_size=2, max_size=20, unique=True))
def test_bars_are_where_the_time_is(minutes: list[int]) -> None:
    """Read back from the dashes, they begin and end within the width that a short one is given."""
    scale, edges = axis(7).scale, sorted(minutes)
    spans = [
        Span(*(scale.bounds.start + timedelta(minutes=edge) for edge in pair)) for pair in zip(edges[::2], edges[1::2])
    ]
    dashes = [int(dash) for dash in scale.bars(spans).split()]

    assert dashes[0] == 0
    assert dashes[-1] == UNITS
    position, drawn = 0, []
    for gap, width in zip(dashes[1:-1:2], dashes[2:-1:2]):
        drawn.append((position + gap, position + gap + width))
        position = drawn[-1][1]
    assert len(drawn) == len(spans)
    unit = scale.bounds.hours * 60 / UNITS
    assert all(right - left >= 5 for left, right in drawn)
    for (left, right), span in zip(drawn, spans):
        start, end = ((moment - scale.bounds.start) / timedelta(minutes=1) / unit for moment in (span.start, span.end))
        # Each short bar before it may have pushed it by the width that it needed.
        assert start - 6 <= left <= start + 5 * len(spans) + 1
        assert right >= end - 1


def test_a_minute_can_be_seen() -> None:
    """A window too short for the scale is still drawn, at the very end too; no window draws nothing."""
    scale = axis(7).scale
    last = Span(scale.bounds.end - timedelta(minutes=1), scale.bounds.end)

    assert scale.bars([Span(at(25, 12), at(25, 12, 1))]) == f"0 {round(1.5 / 7 * UNITS)} 5 {UNITS}"
    assert scale.bars([last]) == f"0 {UNITS - 5} 5 {UNITS}"
    assert scale.bars([]) == ""


def test_months_have_their_years() -> None:
    """Always, and short where there is little space for them."""
    assert texts(axis(7).month_labels) == ["November 2026"]
    assert texts(axis(92).month_labels) == ["Nov", "December 2026", "January 2027", "February 2027"]


@pytest.mark.parametrize(
    ("days", "layout", "first"),
    [
        (1, "wide", "Tue 24"),
        (7, "wide", "Tue 24"),
        (7, "narrow", "Tue 24"),
        (14, "wide", "Tue 24"),
        (14, "narrow", "24"),
        (30, "wide", "24"),
        (92, "wide", "Mon 30"),
        (92, "narrow", "30"),
    ],
)
def test_days_get_shorter_then_fewer(days: int, layout: str, first: str) -> None:
    """Each day has a label until there is no space: then each Monday has."""
    assert texts(axis(days).day_labels, layout)[0] == first


def test_hours_are_there_as_far_as_they_fit() -> None:
    """Every hour of one day, noon of a fortnight, none of a quarter; the present takes the place of those near it."""
    assert texts(axis(1).hour_labels)[:4] == ["01", "02", "03", "04"]
    assert "16" not in texts(axis(1).hour_labels)
    assert texts(axis(7).hour_labels)[-3:] == ["06", "12", "18"]
    assert set(texts(axis(14).hour_labels)) == {"12"}
    assert texts(axis(92).hour_labels) == []


def test_an_hour_that_does_not_exist_has_no_tick() -> None:
    """On the day that clocks go forward, 02:00 is missing from the axis."""
    spring = axis(1, datetime(2027, 3, 28, 20, tzinfo=timezone.utc))

    assert texts(spring.hour_labels)[:3] == ["01", "03", "04"]


@pytest.mark.parametrize(
    ("zone", "day", "words"),
    [
        (
            "Europe/Paris",
            "2027-03-28",
            "clocks go forward from 02:00 to 03:00: times in between do not exist, and that day is 1 h shorter",
        ),
        (
            "Europe/Paris",
            "2027-10-31",
            "clocks go back from 03:00 to 02:00: times in between come twice, and that day is 1 h longer",
        ),
        (
            "Australia/Lord_Howe",
            "2027-10-03",
            "clocks go forward from 02:00 to 02:30: times in between do not exist, and that day is 0.5 h shorter",
        ),
        (
            "Africa/Cairo",
            "2027-04-30",
            "clocks go forward from 00:00 to 01:00: times in between do not exist, and that day is 1 h shorter",
        ),
        ("Europe/Paris", "2027-04-02", None),
        ("Asia/Tokyo", "2027-03-28", None),
    ],
)
def test_a_clock_change_is_explained(zone: str, day: str, words: str | None) -> None:
    """What happens to the clocks, and what that does to the day."""
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)
    for days_before in (0, 2):
        shown = axis(5, noon - timedelta(days=days_before), ZoneInfo(zone)).changes

        assert [change.words for change in shown] == ([words] if words else [])


def test_the_present_is_there_on_its_page_only() -> None:
    """A page about another week has no line that says now."""
    clock = Clock(PARIS, NOW)
    here = clock.days_from_today(7)

    assert texts([Axis(Scale(here), clock).now or Label(0, "")]) == ["now 16:20"]
    assert Axis(Scale(here), Clock(PARIS, NOW - timedelta(days=3))).now is None
    assert Axis(Scale(here), Clock(PARIS, NOW + timedelta(days=30))).now is None


@pytest.mark.parametrize(
    ("window", "shown"),
    [
        (Span(at(24, 8), at(25, 18)), "08:00\N{EN DASH}18:00"),
        (Span(at(25, 8), at(25, 18)), "08:00\N{EN DASH}18:00"),  # right of its bar
        (Span(at(25, 15), at(25, 20)), "15:00\N{EN DASH}20:00"),
        (Span(at(25, 14), at(26, 0)), "14:00\N{EN DASH}24:00"),
        (Span(at(20, 8), at(25, 18)), "\N{EN DASH}18:00"),
        (Span(at(29, 8), at(30, 23) + timedelta(days=3)), "08:00\N{EN DASH}"),
        (Span(at(20, 8), at(30, 23) + timedelta(days=3)), None),
    ],
)
def test_times_are_there_to_read(window: Span, shown: str | None) -> None:
    """In the bar or right of it, as long as there is space; a time of another page is left out."""
    assert texts(window_labels(axis(7).scale, Clock(PARIS, NOW), [window])) == ([shown] if shown else [])


def test_all_times_of_a_lane_have_one_form() -> None:
    """The short one, where that fits more of them; and none where most would have none."""
    windows = [Span(at(day, 8), at(day, 18)) for day in (24, 25, 26, 27, 30)]

    assert texts(window_labels(axis(7).scale, Clock(PARIS, NOW), windows)) == ["08\N{EN DASH}18"] * 5
    assert texts(window_labels(axis(30).scale, Clock(PARIS, NOW), windows)) == []
