# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings as lanes of the timeline."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Optional
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.lanes import days_words, lane_on, next_edge, rule
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.timeline import (
    NextEdge,
    Span,
    Timeline,
    bounds_of_days,
)

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc)  # a Tuesday
ID = "i-0a1b2c3d4e5f60718"
WEEK = Timeline(bounds_of_days(NOW, PARIS, 7), NOW, PARIS, "Europe/Paris", ())


def at(day: int, hour: int) -> datetime:
    """Return a moment in November 2026, said in Paris."""
    return datetime(2026, 11, day, hour, tzinfo=PARIS).astimezone(timezone.utc)


def one_off(name: str, start: datetime, end: datetime) -> OneOff:
    """Book once."""
    return OneOff(ID, start, end, name)


ALICE = one_off("alice", at(24, 15), at(24, 18))
BOB = one_off("bob", at(24, 17), at(24, 20))
OFFICE = Weekly(ID, ("mon", "tue", "wed", "thu", "fri"), "08:00", "18:00", "Europe/Paris", "office")
ALWAYS = Weekly(ID, ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00", "24:00", "UTC", "always")


def test_a_lane_is_what_the_planner_says() -> None:
    """Windows are the union, each booking keeps its own span, and the stop is the union's."""
    lane = lane_on(WEEK, ID, "workstation", (BOB, ALICE))

    assert lane.windows == (Span(at(24, 15), at(24, 20)),)
    assert [(booked.name, booked.rule, booked.spans) for booked in lane.bookings] == [
        ("alice", "Tue 24 Nov 15:00 to 18:00", (Span(at(24, 15), at(24, 18)),)),
        ("bob", "Tue 24 Nov 17:00 to 20:00", (Span(at(24, 17), at(24, 20)),)),
    ]
    assert lane.next_edge == NextEdge("stop", at(24, 20))


def test_a_week_is_laid_out() -> None:
    """A weekly booking is there on each of its days, and a one-off one adds to it."""
    evening = one_off("evening", at(25, 17), at(25, 23))
    lane = lane_on(WEEK, ID, "", (evening, OFFICE))

    assert [booked.name for booked in lane.bookings] == ["office", "evening"]
    assert [span.start for span in lane.bookings[0].spans] == [at(day, 8) for day in (24, 25, 26, 27, 30)]
    assert Span(at(25, 8), at(25, 23)) in lane.windows
    assert WEEK.running_hours(lane) == 5 * 10 + 5


@pytest.mark.parametrize(
    ("bookings", "edge"),
    [
        ((), None),
        ((one_off("later", at(26, 9), at(26, 10)),), NextEdge("start", at(26, 9))),
        ((OFFICE,), NextEdge("stop", at(24, 18))),
        ((ALWAYS,), None),
    ],
)
def test_what_comes_next(bookings: tuple[Booking, ...], edge: Optional[NextEdge]) -> None:
    """A stop inside a window, a start before one, nothing where nothing is booked or everything is."""
    assert next_edge(bookings, NOW) == edge


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("mon", "tue", "wed", "thu", "fri"), "Mon-Fri"),
        (("mon", "wed", "fri"), "Mon, Wed, Fri"),
        (("sat", "sun"), "Sat, Sun"),
        (("mon", "tue", "wed", "sun"), "Mon-Wed, Sun"),
        (("thu",), "Thu"),
    ],
)
def test_days_are_said_short(days: tuple[str, ...], said: str) -> None:
    """Three days in a row are said by the first and the last."""
    assert days_words(days) == said


def test_another_zone_is_named() -> None:
    """A weekly booking of another zone says which."""
    assert rule(OFFICE, PARIS) == "Mon-Fri 08:00 to 18:00"
    assert rule(OFFICE, ZoneInfo("Asia/Tokyo")) == "Mon-Fri 08:00 to 18:00 Europe/Paris"


def test_a_booking_over_midnight_says_both_days() -> None:
    """The day is said twice where it changes."""
    assert rule(one_off("night", at(28, 22), at(29, 6)), PARIS) == "Sat 28 Nov 22:00 to Sun 29 Nov 06:00"
