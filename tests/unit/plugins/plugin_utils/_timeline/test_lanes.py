# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings as lanes of the timeline."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Monthly, OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.lanes import days_words, rule, timeline_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.timeline import Lane, NextEdge, Place, Timeline
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.times import Clock, Span

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 15, 20, tzinfo=timezone.utc)  # a Tuesday
CLOCK = Clock(PARIS, NOW)
ID = "i-0a1b2c3d4e5f60718"


def at(day: int, hour: int) -> datetime:
    """Return a moment in November 2026, said in Paris."""
    return datetime(2026, 11, day, hour, tzinfo=PARIS).astimezone(timezone.utc)


def one_off(name: str, start: datetime, end: datetime) -> dict[str, Any]:
    """Return a booking as the info module shows it."""
    return {"name": name, "start": start.isoformat(), "end": end.isoformat()}


ALICE = one_off("alice", at(24, 15), at(24, 18))
BOB = one_off("bob", at(24, 17), at(24, 20))
OFFICE = {"name": "office", "days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "18:00"}
OFFICE["timezone"] = "Europe/Paris"


def read(*instances: dict[str, Any], **result: Any) -> Timeline:
    """Return the page of a week."""
    return timeline_of({"instances": list(instances), **result}, "Europe/Paris", 7, NOW)


def lane(*bookings: dict[str, Any], **item: Any) -> Lane:
    """Return the lane of an instance."""
    (one,) = read({"instance_id": ID, "bookings": list(bookings), **item}).lanes
    return one


def test_a_lane_is_what_the_planner_says() -> None:
    """Windows are the union, each booking keeps its own span, and the next edge is the module's."""
    one = lane(BOB, ALICE, name="workstation", next_edge={"action": "stop", "at": "2026-11-24T19:00:00Z"})

    assert one.windows == (Span(at(24, 15), at(24, 20)),)
    assert [(booked.name, booked.rule, booked.spans) for booked in one.bookings] == [
        ("alice", "Tue 24 Nov 15:00 to 18:00", (Span(at(24, 15), at(24, 18)),)),
        ("bob", "Tue 24 Nov 17:00 to 20:00", (Span(at(24, 17), at(24, 20)),)),
    ]
    assert one.next_edge == NextEdge("stop", at(24, 20))
    assert lane(ALICE, next_edge=None).next_edge is None


def test_a_week_is_laid_out() -> None:
    """A weekly booking is there on each of its days, and a one-off one adds to it."""
    one = lane(one_off("evening", at(25, 17), at(25, 23)), OFFICE)

    assert [booked.name for booked in one.bookings] == ["office", "evening"]
    assert [span.start for span in one.bookings[0].spans] == [at(day, 8) for day in (24, 25, 26, 27, 30)]
    assert Span(at(25, 8), at(25, 23)) in one.windows
    assert read().running_hours(one) == 5 * 10 + 5


def test_the_gap_that_joins_windows_is_the_bookings_own() -> None:
    """Windows that the planner joins are one on the page as well."""
    later = one_off("later", at(24, 21), at(24, 22))

    assert len(lane(BOB, later).windows) == 2
    assert lane(BOB, later, merge_gap=3601).windows == (Span(at(24, 17), at(24, 22)),)


def test_instances_are_sorted_as_people_do() -> None:
    """By name, numbers by their size; those without a name come last."""
    names = ["Alpha", "web-2", "web-10", "web-10b", "", ""]
    items = [{"instance_id": f"i-{n:017x}", "name": name, "bookings": []} for n, name in enumerate(names)]
    random.Random(7).shuffle(items)

    assert [(one.name, one.instance_id[-1]) for one in read(*items).lanes] == list(zip(names, "012345"))


def test_the_place_is_on_the_page() -> None:
    """As far as it is known."""
    known = read(region="eu-central-1", account="123456789012", schedule_group="tfbridge")

    assert known.place == Place("eu-central-1", "123456789012", "tfbridge")
    assert read(account=None).place == Place("", "", "")


@pytest.mark.parametrize(
    "result", [{}, {"instances": 1}, {"instances": ["i-1"]}, {"instances": [{"instance_id": ID}]}, "text", None]
)
def test_another_input_is_refused(result: Any) -> None:
    """With the module that it should come from."""
    with pytest.raises(DataError, match=r"not a result of tfbridge\.aws\.ec2_schedule_info"):
        timeline_of(result, "UTC", 7, NOW)


@pytest.mark.parametrize("days", ["many", 0, 93, 1.5, None])
def test_days_are_bounded(days: object) -> None:
    """The option is named."""
    with pytest.raises(OptionError, match=r"^days: .* 1 to 92"):
        timeline_of({"instances": []}, "UTC", days, NOW)


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


WEEKLY = Weekly(ID, ("mon", "tue", "wed", "thu", "fri"), "08:00", "18:00", "Europe/Paris", "office")


def test_another_zone_is_named() -> None:
    """A weekly booking of another zone says which."""
    assert rule(WEEKLY, CLOCK) == "Mon-Fri 08:00 to 18:00"
    assert rule(WEEKLY, Clock(ZoneInfo("Asia/Tokyo"), NOW)) == "Mon-Fri 08:00 to 18:00 Europe/Paris"


def test_days_that_are_left_out_are_said() -> None:
    """As the booking has them."""
    assert rule(replace(WEEKLY, excluded=("2026-12-24..2027-01-02", "2027-05-01")), CLOCK) == (
        "Mon-Fri 08:00 to 18:00, except 2026-12-24..2027-01-02, 2027-05-01"
    )


def test_a_cancelled_booking_says_so() -> None:
    """It is on the page until its end, since it ran."""
    assert rule(OneOff(ID, at(28, 22), at(29, 6), "night", True), CLOCK) == (
        "Sat 28 Nov 22:00 to Sun 29 Nov 06:00, cancelled"
    )


@pytest.mark.parametrize(
    ("days", "nth", "day", "words"),
    [((1, 22, -1), 0, "", "1st, 22nd, last"), ((), 1, "thu", "1st Thu"), ((), -1, "mon", "last Mon")],
)
def test_a_monthly_rule_is_in_words(days: tuple[int, ...], nth: int, day: str, words: str) -> None:
    """The days of the month as people say them, and the zone where it is not the page's."""
    booking = Monthly(ID, days, nth, day, "20:00", "23:00", "Europe/Paris")

    assert rule(booking, CLOCK) == f"Monthly on the {words}, 20:00 to 23:00"
    assert rule(booking, Clock(ZoneInfo("Asia/Tokyo"), NOW)).endswith(" Europe/Paris")
