# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings become a calendar that gives them back, to this collection and to others."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._calendar.export import BookedInstance, export
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, Monthly, OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.monthly import runs
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import Window, occurrences, pattern_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.library import load_library
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.model import Horizon
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.occurrences import Reader
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.text import OWN_PRODUCT, check_text
from dateutil import parser, rrule, tz
from hypothesis import given
from hypothesis import strategies as st

UTC = dt.timezone.utc
NOW = dt.datetime(2026, 12, 30, 12, tzinfo=UTC)
YEAR = dt.timedelta(days=366)
MINUTE = dt.timedelta(minutes=1)
INSTANCE = "i-0123456789abcdef0"
ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "UTC",
)
LIBRARY = load_library()


def exported(*bookings: Booking, written: dt.datetime = NOW, name: str = "web") -> str:
    """Export bookings of one instance that were written at a time."""
    times = {one.booking_id: written for one in bookings}
    return export([BookedInstance(INSTANCE, name, bookings, times)], "eu-central-1", "Bookings", NOW)


def read_back(text: str, now: dt.datetime, until: dt.datetime) -> set[tuple[str, dt.datetime, dt.datetime]]:
    """Return name, start and end of what the calendar of bookings holds."""
    # The collection's own calendars are refused where calendars are read.
    others = check_text(text.replace(OWN_PRODUCT, "-//somebody else//").encode())
    reading = Reader(LIBRARY, Horizon(now, until), on_gap="shift").read(others)
    assert not reading.refused, reading.notes
    return {(one.details.uid.split(".")[0], one.start, one.end) for one in reading.occurrences}


def expected(
    bookings: list[Booking], now: dt.datetime, until: dt.datetime
) -> set[tuple[str, dt.datetime, dt.datetime]]:
    """Return the same of the bookings, as the planner understands them."""
    found = set()
    for one in bookings:
        if isinstance(one, OneOff):
            found.add((one.booking_id, one.start, one.end))
        else:
            spans = occurrences(pattern_of(one), int(now.timestamp()), int(until.timestamp()))
            found |= {(one.booking_id, *(dt.datetime.fromtimestamp(at, UTC) for at in span[:2])) for span in spans}
    return {one for one in found if one[2] > now and one[1] < until}


CLOCKS = st.integers(0, 287).map(lambda step: f"{step // 12:02d}:{step % 12 * 5:02d}")


def weekly(number: int, days: set[str], clocks: tuple[str, str], zone: str, excluded: list[dt.date]) -> Weekly:
    """Make a weekly booking."""
    begin, end = clocks if clocks[0] != clocks[1] else ("00:00", "24:00")
    chosen = tuple(day for day in DAYS if day in days)
    left_out = tuple(day.isoformat() for day in sorted(set(excluded)))
    return Weekly(INSTANCE, chosen, begin, end, zone, f"w{number}", left_out)


WEEKS = st.lists(
    st.builds(
        weekly,
        st.integers(0, 9),
        st.sets(st.sampled_from(DAYS), min_size=1),
        # Many about the hours at which clocks change.
        st.tuples(CLOCKS, CLOCKS) | st.sampled_from([("02:30", "03:30"), ("01:30", "02:30"), ("22:00", "02:15")]),
        st.sampled_from(ZONES),
        st.lists(st.dates(dt.date(2027, 1, 1), dt.date(2027, 12, 31)), max_size=4),
    ),
    max_size=3,
    unique_by=lambda one: one.name,
)
ONCE = st.lists(st.tuples(st.integers(0, 8000), st.integers(2, 3000)), max_size=3)


def booked(weeks: list[Weekly], ones: list[tuple[int, int]]) -> list[Booking]:
    """Return weekly bookings, and one-off ones of an hour after now and a length in minutes."""
    once = [
        OneOff(INSTANCE, NOW + start * 60 * MINUTE, NOW + start * 60 * MINUTE + length * MINUTE, f"o{number}")
        for number, (start, length) in enumerate(ones)
    ]
    return [*weeks, *once]


@given(WEEKS, ONCE)
def test_what_is_exported_and_read_is_what_was_booked(weeks: list[Weekly], ones: list[tuple[int, int]]) -> None:
    """Seven zones, over each clock change of a year."""
    bookings = booked(weeks, ones)

    assert read_back(exported(*bookings), NOW, NOW + YEAR) == expected(bookings, NOW, NOW + YEAR)


@given(WEEKS, ONCE)
def test_a_second_library_finds_the_same_times(weeks: list[Weekly], ones: list[tuple[int, int]]) -> None:
    """Dateutil reads each event of the export: zones by their descriptions, rules and days left out by its own."""
    bookings = booked(weeks, ones)

    assert read_by_dateutil(exported(*bookings), NOW, NOW + YEAR) == expected(bookings, NOW, NOW + YEAR)


def read_by_dateutil(text: str, now: dt.datetime, until: dt.datetime) -> set[tuple[str, dt.datetime, dt.datetime]]:
    """Return name, start and end of what the calendar holds."""
    unfolded = text.replace("\r\n ", "")
    described = tz.tzical(io.StringIO(unfolded.replace("\r\n", "\n"))) if "VTIMEZONE" in unfolded else None
    found = set()
    for event in unfolded.split("BEGIN:VEVENT\r\n")[1:]:
        lines = event.partition("END:VEVENT")[0].split("\r\n")
        value = {line.partition(":")[0].partition(";")[0]: line for line in lines}
        rules = "\n".join(line for line in lines if line.startswith(("DTSTART", "RRULE", "EXDATE")))
        once = "" if "RRULE" in value else "\nRRULE:FREQ=DAILY;COUNT=1"
        starts = rrule.rrulestr(rules + once, forceset=True, tzids=described.get if described else None)
        # On the wall: a clock change in between doesn't move the end.
        begin, end = (parser.isoparse(value[name].rpartition(":")[2]) for name in ("DTSTART", "DTEND"))
        for start in starts.between(now - dt.timedelta(days=8), until, inc=True):
            # Where clocks are set back the end is the later of two; where they skip a time it is that much later.
            stop = tz.enfold((start.replace(tzinfo=None) + (end - begin)).replace(tzinfo=start.tzinfo), fold=1)
            span = [tz.resolve_imaginary(at).astimezone(UTC) for at in (start, stop)]
            if span[0] < span[1] and span[1] > now and span[0] < until:
                found.add((value["UID"].partition(":")[2].partition(".")[0], *span))
    return found


MONTH_DAYS = st.one_of(
    st.tuples(st.sets(st.sampled_from([1, 15, 28, 30, 31, -1]), min_size=1, max_size=3), st.just(0), st.just("")),
    st.tuples(st.just(set()), st.sampled_from([1, 2, 5, -1]), st.sampled_from(DAYS)),
)


@given(MONTH_DAYS, st.tuples(CLOCKS, CLOCKS).filter(lambda clocks: clocks[0] != clocks[1]), st.sampled_from(ZONES))
def test_monthly_bookings_are_read_as_they_were_booked(days: tuple, clocks: tuple[str, str], zone: str) -> None:
    """On days of the month and on the nth of a name, overnight too, for a year."""
    numbers, nth, day = days
    booking = Monthly(INSTANCE, tuple(sorted(numbers)), nth, day, *clocks, zone, "monthly")
    until = NOW + YEAR
    planned = runs(booking, int(NOW.timestamp()), int(until.timestamp()))

    assert read_back(exported(booking), NOW, until) == {
        ("monthly", *(dt.datetime.fromtimestamp(at, UTC) for at in run[:2])) for run in planned
    }


@pytest.mark.parametrize("zone", ZONES)
def test_each_zone_is_described_as_it_is(zone: str) -> None:
    """A second library knows the zone by its description alone, at every hour of three years, and reads the rule."""
    text = exported(Weekly(INSTANCE, ("mon", "fri"), "08:00", "18:00", zone, "office"))
    lines = text.split("\r\n")
    rule = rrule.rrulestr(next(line for line in lines if line.startswith("RRULE")).partition(":")[2])
    assert [rule._byweekday, rule._freq] == [(0, 4), rrule.WEEKLY]
    if zone == "UTC":
        assert "VTIMEZONE" not in text
        return
    described = tz.tzical(io.StringIO(text.replace("\r\n ", "").replace("\r\n", "\n"))).get(zone)
    real = tz.gettz(zone)
    instants = (dt.datetime(2026, 12, 24, tzinfo=UTC) + hour * dt.timedelta(hours=7) for hour in range(3 * 1250))
    wrong = [at for at in instants if at.astimezone(described).utcoffset() != at.astimezone(real).utcoffset()]

    assert wrong == []


def test_a_booking_is_one_event_whose_revision_grows_when_it_is_written_anew() -> None:
    """Its UID stays; the text of what hasn't changed does, too."""
    before = OneOff(INSTANCE, NOW, NOW + 60 * MINUTE, "a")
    after = OneOff(INSTANCE, NOW, NOW + 90 * MINUTE, "a")
    old, new = exported(before), exported(after, written=NOW + MINUTE)

    def value(text: str, name: str) -> str:
        return next(line.partition(":")[2] for line in text.split("\r\n") if line.startswith(name))

    assert old == exported(before)
    assert value(old, "UID") == value(new, "UID") == f"a.{INSTANCE}@eu-central-1.tfbridge.aws"
    assert int(value(new, "SEQUENCE")) == int(value(old, "SEQUENCE")) + 60


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200))
def test_names_are_texts_and_nothing_else(name: str) -> None:
    """Whatever a tag says, no line of the file is longer than 75 octets, and none is a property of its own."""
    text = exported(OneOff(INSTANCE, NOW, NOW + 60 * MINUTE, "a"), name=name)
    lines = text.encode().split(b"\r\n")

    assert all(len(line) <= 75 for line in lines)
    assert [line for line in lines if line.startswith(b"UID")] == [
        line for line in lines if line.startswith(b"UID:a.i-0123456789abcdef0")
    ]
    calendar = LIBRARY.icalendar.Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == f"{name or INSTANCE}: a"


def test_windows_are_shown_as_free_and_book_nothing() -> None:
    """What is left of a cancelled window is no booking."""
    window = Window(NOW, NOW + 60 * MINUTE, ("a", "b"))
    left = OneOff(INSTANCE, NOW, NOW + 60 * MINUTE, "ending", cancelled=True)
    text = export([BookedInstance(INSTANCE, "", [left], {}, [window])], "eu-central-1", "Windows", NOW)

    assert text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:i-0123456789abcdef0 runs" in text
    assert read_back(text, NOW, NOW + YEAR) == set()


def test_an_export_is_refused_on_import() -> None:
    """It would book what is booked."""
    with pytest.raises(DataError, match="export of this collection"):
        check_text(exported(OneOff(INSTANCE, NOW, NOW + 60 * MINUTE, "a")).encode())


def test_it_asks_to_be_read_again() -> None:
    """By the standard's property, and by the one that Outlook knows."""
    text = exported()

    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M" in text
    assert "X-PUBLISHED-TTL:PT15M" in text
