# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events become bookings by the map of the play, and by lines in events as far as the play allows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.lookup import read_bookings
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.plain_text import plain_text
from hypothesis import given
from hypothesis import strategies as st

from tests.support.ics import UTC, calendar, event, styled

NOW = dt.datetime(2027, 3, 1, tzinfo=UTC)
ONE, TWO, THREE = "i-0a1b2c3d4e5f60718", "i-0a1b2c3d4e5f60719", "i-0a1b2c3d4e5f60720"
OPTIONS: dict[str, Any] = {
    "calendar_id": "team",
    "events": [{"summary": "*load test*", "instance_ids": [ONE]}],
    "allow_instances": None,
    "timezone": "Europe/Paris",
    "start": None,
    "horizon_days": 60,
    "on_gap": "error",
    "min_events": 1,
    "max_bookings": 500,
    "username": None,
    "password": None,
    "headers": None,
    "ca_path": None,
    "allow_local": False,
    "cache_dir": None,
}


class FakeFleet:
    """Three instances, two of which are web servers."""

    def tagged(self, tags: Mapping[str, str]) -> list[str]:
        """Return those with these tags."""
        return [ONE, TWO] if tags == {"Name": "web"} else []

    def tags_of(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Return their tags."""
        known = {ONE: {"Name": "web", "Env": "a"}, TWO: {"Name": "web", "Env": "b"}, THREE: {"Name": "loadgen"}}
        return {one: known[one] for one in ids if one in known}

    def published(self, output: str) -> list[str]:
        """Return what an output holds."""
        return {"WORKERS": [TWO], "ADDRESS": ["10.0.0.1"]}[output]


def asked(body: bytes, **options: Any) -> dict[str, Any]:
    """Read a calendar as the lookup does."""
    return read_bookings([body.decode()], {**OPTIONS, **options}, FakeFleet, NOW)


def booked(body: bytes, **options: Any) -> list[tuple[str, list[str]]]:
    """Return start and instances of each booking."""
    return [(one["start_time"][5:16], one["instance_ids"]) for one in asked(body, **options)["bookings"]]


def test_one_booking_for_each_occurrence_and_rule() -> None:
    """Upper and lower case are the same; all patterns of an entry have to match."""
    body = calendar(
        event("LOAD TEST", "20270302T080000Z", "20270302T090000Z", "CATEGORIES:Ops,Training"),
        event("load testing", "20270303T080000Z", "20270303T090000Z", "LOCATION:Lab 7"),
        event("lunch", "20270304T080000Z", "20270304T090000Z"),
    )
    rules = [
        {"summary": "load test", "instance_ids": [ONE]},
        {"category": "training", "instance_ids": f"{ONE},{TWO}"},
        {"summary": "load*", "location": "lab *", "tags": {"Name": "web"}, "output": "WORKERS"},
    ]
    result = asked(body, events=rules)

    assert [(one["start_time"][5:10], one["instance_ids"]) for one in result["bookings"]] == [
        ("03-02", [ONE]),
        ("03-02", [TWO]),
        ("03-03", [ONE, TWO]),
    ]
    assert [(row["summary"], row["outcome"], row["instance_ids"]) for row in result["events"]] == [
        ("LOAD TEST", "booked", [ONE, TWO]),
        ("load testing", "booked", [ONE, TWO]),
        ("lunch", "left out", []),
    ]
    assert "matches no pattern" in result["events"][2]["reason"]
    assert len({one["name"] for one in result["bookings"]}) == 2
    assert all(len(one["name"]) == 35 and one["name"].startswith(result["purge_prefix"]) for one in result["bookings"])


def test_lines_of_events_count_within_what_is_allowed() -> None:
    """Whoever can send an invitation can write one."""
    body = calendar(
        event("a", "20270302T080000Z", "20270302T090000Z", f"DESCRIPTION:ec2: {ONE}\\nEC2: {THREE}"),
        event("b", "20270303T080000Z", "20270303T090000Z", "X-TFBRIDGE-INSTANCE:tag:Name=web"),
        event("c", "20270304T080000Z", "20270304T090000Z", "DESCRIPTION:ec2: tag:Name=*"),
        event("d", "20270305T080000Z", "20270305T090000Z", f"DESCRIPTION:see ec2: {ONE}"),
    )

    result = asked(body, events=None, allow_instances=[ONE, "tag:Name=web"])
    assert [row["instance_ids"] for row in result["events"]] == [[ONE], [ONE, TWO], [], []]
    assert f"'{THREE}' is not in allow_instances" in result["events"][0]["reason"]
    assert "'tag:Name=*' is the tag of no instance in allow_instances" in result["events"][2]["reason"]
    assert booked(body, events=[{"summary": "x", "instance_ids": [ONE]}]) == []


def test_what_google_and_outlook_make_of_a_description() -> None:
    """HTML, with the line somewhere in it."""
    assert booked(styled("google"), events=None, allow_instances=[ONE])[0] == ("03-01T08:00", [ONE])
    assert booked(styled("outlook"), events=None, allow_instances=[ONE, THREE])[0] == ("03-02T08:00", [THREE, ONE])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>ec2: x</p>", "a\n\nec2: x"),
        ("a<br>b &amp; c&nbsp;d", "a\nb & c d"),
        ("<style>p {}</style><b>a</b>", "a"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("plain &amp; simple", "plain &amp; simple"),
    ],
)
def test_html_becomes_lines(html: str, text: str) -> None:
    """Text that is none stays as it is."""
    assert plain_text(html).strip() == text


def test_what_cannot_be_read_keeps_its_bookings() -> None:
    """By a prefix of their names, or by the name of one occurrence."""
    fine = calendar(event("load test", "20270302T080000Z", "20270302T090000Z"))
    broken = calendar(event("load test", "20270302T080000Z", "20270301T090000Z"))
    (booking,) = asked(fine)["bookings"]
    (kept,) = asked(broken)["purge_keep"]

    assert booking["name"].startswith(kept)
    series = event(
        "load test",
        ";TZID=Europe/Paris:20270327T023000",
        ";TZID=Europe/Paris:20270327T040000",
        "RRULE:FREQ=DAILY;COUNT=3",
    )
    result = asked(calendar(series))
    assert len(result["bookings"]) == 2
    assert set(result["purge_keep"]) <= {one["name"] for one in asked(calendar(series), on_gap="shift")["bookings"]}


def test_a_calendar_keeps_its_names_wherever_it_is(tmp_path: Any) -> None:
    """With an id of its own; without one, they follow the file."""
    path = tmp_path / "team.ics"
    path.write_bytes(styled("google"))
    here = read_bookings([str(path)], OPTIONS, FakeFleet, NOW)
    there = asked(styled("google"))
    unnamed = read_bookings([str(path)], {**OPTIONS, "calendar_id": None}, FakeFleet, NOW)

    assert here["bookings"] == there["bookings"]
    assert unnamed["calendar"] != here["calendar"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"events": None}, "events: missing"),
    "two wrong": (
        {"events": [{"summary": "*"}, {"instance_ids": [ONE]}]},
        r"events\[0\]: no instances.*; events\[1\]: no pattern",
    ),
    "unknown key": ({"events": [{"sumary": "*"}]}, r"events\[0\]: unknown: sumary"),
    "not an id": ({"events": [{"summary": "*", "instance_ids": ["web"]}]}, r"events\[0\].instance_ids: 'web'"),
    "no such tag": ({"events": [{"summary": "*", "tags": {"Name": "gone"}}]}, "no instance has the tags Name=gone"),
    "an address": ({"events": [{"summary": "*", "output": "ADDRESS"}]}, "'10.0.0.1' is not an EC2 instance id"),
    "allowed what": ({"allow_instances": ["web"]}, "allow_instances: 'web'"),
    "two numbers": ({"horizon_days": 0, "max_bookings": 9999}, "horizon_days: 0.*; max_bookings: 9999"),
    "no zone": ({"timezone": "Mars/Base"}, "timezone: 'Mars/Base'"),
    "no time": ({"start": "soon"}, "start: 'soon'"),
    "few": ({"min_events": 100}, "has 5 events, and min_events is 100"),
    "many": ({"max_bookings": 2}, "makes 6 bookings, and max_bookings is 2"),
}


@pytest.mark.parametrize(("options", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_used_is_named(options: dict[str, Any], message: str) -> None:
    """The option, what it got and what is valid; all of them at once."""
    with pytest.raises(BridgeError, match=message):
        asked(styled("google"), **options)


@pytest.mark.parametrize("terms", [[], ["a.ics", "b.ics"], [7], [""], ["/nowhere/team.ics"]])
def test_one_calendar_is_read(terms: list[Any]) -> None:
    """A file, a text or an address."""
    with pytest.raises(BridgeError):
        read_bookings(terms, OPTIONS, FakeFleet, NOW)


def test_a_secret_that_is_taken_for_a_path_is_not_shown_whole() -> None:
    """Not a word of it: it may be an address without https://, or a text."""
    for secret in ("s3cret" * 500, "calendar.example.com/s3cret/basic.ics", "s3cret"):
        with pytest.raises(BridgeError) as caught:
            read_bookings([secret], OPTIONS, FakeFleet, NOW)
        assert "s3cret" not in str(caught.value)


def test_a_start_shows_what_would_be_booked_then() -> None:
    """A day, or a moment."""
    assert booked(styled("google"), start="2027-03-20", horizon_days=5) == [("03-22T08:00", [ONE])]
    with pytest.raises(OptionError):
        asked(styled("google"), start="2027-13-20")


@given(st.lists(st.sampled_from("abcd"), unique=True, min_size=1), st.sampled_from("abcd"), st.integers(1, 300))
def test_moving_an_event_moves_its_booking_and_nothing_else(uids: list[str], moved: str, hours: int) -> None:
    """The name stays, and so do all other bookings."""

    def bookings(shift: int) -> dict[str, tuple[str, str]]:
        start = {uid: NOW + dt.timedelta(hours=5 + number + shift * (uid == moved)) for number, uid in enumerate(uids)}
        events = [
            event(f"load test {uid}", f"{at:%Y%m%dT%H%M%SZ}", f"{at + dt.timedelta(hours=1):%Y%m%dT%H%M%SZ}")
            for uid, at in start.items()
        ]
        return {one["name"]: (one["start_time"], one["end_time"]) for one in asked(calendar(*events))["bookings"]}

    before, after = bookings(0), bookings(hours)

    assert set(before) == set(after)
    assert sum(before[name] != after[name] for name in before) == (moved in uids)
