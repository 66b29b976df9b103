# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calendars become occurrences: real-world shapes, traps of the library, an oracle, and hostile ones."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.library import load_library
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.model import LEFT_OUT, REFUSED, Horizon, Reading
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.occurrences import PATIENCE, Reader
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.text import MAX_EVENTS, check_text
from dateutil import rrule
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.ics import UTC, calendar, event, styled

MARCH = Horizon(dt.datetime(2027, 3, 1, tzinfo=UTC), dt.datetime(2027, 4, 30, tzinfo=UTC))
LIBRARY = load_library()
PARIS = "Europe/Paris"


def read(body: bytes, horizon: Horizon = MARCH, **options: object) -> Reading:
    """Read a calendar as the lookup does."""
    return Reader(LIBRARY, horizon, **options).read(check_text(body))


def times(reading: Reading, uid: str = "") -> list[tuple[str, str]]:
    """Return starts and ends in UTC, short."""
    return [
        (f"{one.start:%m-%dT%H:%M}", f"{one.end:%m-%dT%H:%M}")
        for one in reading.occurrences
        if not uid or one.details.uid.startswith(uid)
    ]


def said(reading: Reading) -> dict[str, tuple[str, str]]:
    """Return what became of each event that has a note."""
    return {note.uid: (note.outcome, note.reason) for note in reading.notes}


class TestApplications:
    """What the five applications that most people use write."""

    def test_google(self) -> None:
        """A moved and a deleted occurrence, HTML, one that is free, one that is cancelled."""
        reading = read(styled("google"))

        assert times(reading, "weekly") == [
            ("03-01T08:00", "03-01T11:00"),
            ("03-15T13:00", "03-15T14:00"),
            ("03-22T08:00", "03-22T11:00"),
            ("03-29T07:00", "03-29T10:00"),
            ("04-05T07:00", "04-05T10:00"),
        ]
        assert times(reading, "single") == [("03-10T08:00", "03-10T10:00")]
        assert reading.occurrences[0].details.instances == ("i-0a1b2c3d4e5f60718",)
        assert said(reading) == {
            "holiday@google.com": (LEFT_OUT, "it is shown as free (TRANSP:TRANSPARENT)"),
            "cancelled@google.com": (LEFT_OUT, "it is cancelled"),
        }

    def test_outlook(self) -> None:
        """Windows names, every other week; a zone that nobody describes is refused and hides nothing."""
        reading = read(styled("outlook"))

        assert times(reading) == [
            ("03-02T08:00", "03-02T09:30"),
            ("03-05T08:00", "03-05T09:30"),
            ("03-19T08:00", "03-19T09:30"),
        ]
        details = reading.occurrences[0].details
        assert details.categories == ("Load test", "Blue category")
        assert details.instances == ("tag:Name=loadgen", "i-0a1b2c3d4e5f60718")
        assert reading.refused == {"040000008200E00074C5B7101A82E00822222222"}
        assert "'Customized Time Zone'" in said(reading)["040000008200E00074C5B7101A82E00822222222"][1]

    def test_apple(self) -> None:
        """THISANDFUTURE moves what follows; a weekend of whole days takes its midnights from the option."""
        reading = read(styled("apple"), timezone="America/New_York")

        series = times(reading, "1F6C")
        assert series[:4] == [(f"03-{day:02d}T22:00", f"03-{day:02d}T23:00") for day in (8, 9, 10, 11)]
        assert series[4:] == [
            ("03-13T00:00", "03-13T02:00"),
            ("03-14T00:00", "03-14T02:00"),
            *((f"03-{day:02d}T23:00", f"03-{day + 1:02d}T01:00") for day in (14, 15, 16, 17)),
        ]
        assert times(reading, "2F6C") == [("03-20T04:00", "03-22T04:00")]

    def test_apple_days_need_a_zone(self) -> None:
        """Which midnight is meant, nobody has said."""
        reading = read(styled("apple"))

        assert "set timezone" in said(reading)["2F6C9E0A-1111-4B6E-9A5E-0123456789AB"][1]

    def test_nextcloud(self) -> None:
        """DURATION is exact over a clock change, RDATE adds one."""
        reading = read(styled("nextcloud"))

        assert times(reading, "7d2a") == [
            ("03-27T21:00", "03-28T05:00"),
            ("03-28T20:00", "03-29T04:00"),
            ("03-29T20:00", "03-30T04:00"),
        ]
        assert times(reading, "8d2a") == [
            ("03-02T09:00", "03-02T10:00"),
            ("03-10T09:00", "03-10T10:00"),
            ("04-06T08:00", "04-06T09:00"),
        ]

    def test_thunderbird(self) -> None:
        """A zone with a path, an UNTIL without a time that includes its day, a floating time, a task."""
        reading = read(styled("thunderbird"), timezone=PARIS)

        assert times(reading, "c0ff") == [
            ("03-03T08:00", "03-03T09:00"),
            ("03-10T08:00", "03-10T09:00"),
            ("03-24T08:00", "03-24T09:00"),
            ("03-31T07:00", "03-31T08:00"),
        ]
        assert times(reading, "d0ff") == [("03-04T08:00", "03-04T09:00")]
        assert reading.events == 2


NINE, TEN = f";TZID={PARIS}:20270310T090000", f";TZID={PARIS}:20270310T100000"
TRAPS = {
    "unknown zone": (event("a", ";TZID=GMT+0100:20270310T090000", TEN), "'GMT+0100' is not a known name"),
    "interval 0": (event("a", NINE, TEN, "RRULE:FREQ=DAILY;INTERVAL=0"), "INTERVAL=0 must be 1 or more"),
    "count -1": (event("a", NINE, TEN, "RRULE:FREQ=DAILY;COUNT=-1"), "COUNT=-1 must be 1 or more"),
    "minutely": (event("a", NINE, TEN, "RRULE:FREQ=MINUTELY"), "FREQ=MINUTELY is not supported"),
    "secondly": (event("a", NINE, TEN, "RRULE:FREQ=SECONDLY"), "FREQ=SECONDLY is not supported"),
    "no frequency": (event("a", NINE, TEN, "RRULE:BYDAY=MO"), "RRULE"),
    "no such day": (event("a", NINE, TEN, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "no such day in any year"),
    "setpos": (event("a", NINE, TEN, "RRULE:FREQ=DAILY;BYSETPOS=2"), "BYSETPOS is not supported with FREQ=DAILY"),
    "month 13": (event("a", NINE, TEN, "RRULE:FREQ=YEARLY;BYMONTH=13"), "RRULE"),
    "typo": (event("a", NINE, TEN, "RRULE:FREQ=DAILY;UNTL=20270401"), "UNTL is not supported"),
    "hourly since 1970": (
        event("a", "19700101T000000Z", "19700101T003000Z", "RRULE:FREQ=HOURLY"),
        "recurs more than 50,000 times",
    ),
    "every second of a day": (
        event(
            "a",
            ";TZID=Europe/Paris:20250310T090000",
            TEN,
            "RRULE:FREQ=DAILY;BYSECOND=0,1,2;BYMINUTE=" + ",".join(map(str, range(60))),
        ),
        "recurs more than",
    ),
    "swapped": (event("a", TEN, NINE), "is before DTSTART"),
    "swapped series": (event("a", TEN, NINE, "RRULE:FREQ=DAILY"), "is before DTSTART"),
    "two rules": (event("a", NINE, TEN, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "RRULE is listed twice"),
    "exrule": (event("a", NINE, TEN, "RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY"), "EXRULE is not supported"),
    "exdate day": (
        event("a", NINE, TEN, "RRULE:FREQ=DAILY", "EXDATE;VALUE=DATE:20270311"),
        "EXDATE has a day, and the event has times",
    ),
    "periods": (event("a", NINE, TEN, "RDATE;VALUE=PERIOD:20270311T090000Z/PT1H"), "RDATE with periods"),
    "no start": (["UID:a", "SUMMARY:a", "DTEND:20270310T100000Z"], "DTSTART is missing"),
    "garbage": (event("a", "tomorrow", "20270310T100000Z"), "DTSTART"),
    "floating": (event("a", "20270310T090000", "20270310T100000"), "set timezone"),
    "both ends": (event("a", NINE, TEN, "DURATION:PT1H"), "mutually exclusive"),
    "negative": (["UID:a", f"DTSTART{NINE}", "DURATION:-PT1H"], "DURATION is negative"),
    "until a word": (event("a", NINE, TEN, "RRULE:FREQ=DAILY;UNTIL=later"), "RRULE"),
    "year 1": (event("a", "00010101T000000Z", "00010101T010000Z", "RRULE:FREQ=DAILY"), "recurs more than"),
}


@pytest.mark.parametrize(("lines", "message"), TRAPS.values(), ids=TRAPS)
def test_what_the_library_takes_wrongly_is_refused_and_hides_nothing(lines: list[str], message: str) -> None:
    """Refused by UID with its reason; the other event of the calendar is there."""
    reading = read(calendar(lines, event("other", "20270311T090000Z", "20270311T100000Z")))

    assert reading.refused == {"a"}
    assert said(reading)["a"][0] == REFUSED
    assert message in said(reading)["a"][1]
    assert times(reading) == [("03-11T09:00", "03-11T10:00")]


def test_a_uid_twice_with_one_sequence_is_refused_and_with_two_the_newer_counts() -> None:
    """Two that are equal to the last character are one."""
    old, new = event("a", NINE, TEN), event("a", TEN, f";TZID={PARIS}:20270310T110000")

    assert "same SEQUENCE, 0" in said(read(calendar(old, new)))["a"][1]
    assert times(read(calendar(old, old))) == [("03-10T08:00", "03-10T09:00")]
    assert times(read(calendar([*new, "SEQUENCE:1"], old))) == [("03-10T09:00", "03-10T10:00")]


def test_an_exception_that_is_a_day_is_refused_in_a_series_with_times() -> None:
    """The library would give both, the original and the exception."""
    series = event("a", NINE, TEN, "RRULE:FREQ=DAILY;COUNT=3")
    exception = event("a", TEN, f";TZID={PARIS}:20270310T110000", "RECURRENCE-ID;VALUE=DATE:20270311")

    assert "RECURRENCE-ID is a day, and the series has times" in said(read(calendar(series, exception)))["a"][1]


def test_a_cancelled_occurrence_is_left_out_and_the_others_stay() -> None:
    """The library would give it as any other."""
    series = event("a", NINE, TEN, "RRULE:FREQ=DAILY;COUNT=3")
    gone = event("a", ";TZID=Europe/Paris:20270311T090000", ";TZID=Europe/Paris:20270311T100000")
    reading = read(calendar(series, [*gone, "RECURRENCE-ID:20270311T080000Z", "STATUS:CANCELLED"]))

    assert times(reading) == [("03-10T08:00", "03-10T09:00"), ("03-12T08:00", "03-12T09:00")]


def test_the_calendars_zone_is_for_floating_times_only() -> None:
    """A series in UTC stays in UTC over a clock change, whatever X-WR-TIMEZONE says."""
    series = event("a", "20270322T080000Z", "20270322T090000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    reading = read(calendar(series, event("b", "20270310T090000", "20270310T100000"), head=[f"X-WR-TIMEZONE:{PARIS}"]))

    assert times(reading, "a") == [("03-22T08:00", "03-22T09:00"), ("03-29T08:00", "03-29T09:00")]
    assert times(reading, "b") == [("03-10T08:00", "03-10T09:00")]


def test_a_time_that_clocks_skip_is_refused_or_moved() -> None:
    """Of one that clocks show twice, a start is the earlier and an end the later."""
    body = calendar(
        event(
            "gap",
            ";TZID=Europe/Paris:20270327T023000",
            ";TZID=Europe/Paris:20270327T040000",
            "RRULE:FREQ=DAILY;COUNT=3",
        )
    )

    reading = read(body)
    assert times(reading) == [("03-27T01:30", "03-27T03:00"), ("03-29T00:30", "03-29T02:00")]
    assert "on_gap: shift" in said(reading)["gap"][1]
    assert times(read(body, on_gap="shift"))[1] == ("03-28T01:30", "03-28T02:00")
    autumn = Horizon(dt.datetime(2027, 10, 1, tzinfo=UTC), dt.datetime(2027, 11, 30, tzinfo=UTC))
    fold = calendar(event("fold", ";TZID=Europe/Paris:20271031T023000", ";TZID=Europe/Paris:20271031T024500"))
    assert times(read(fold, autumn)) == [("10-31T00:30", "10-31T01:45")]


def test_an_event_without_an_end_or_a_name_is_told_of() -> None:
    """It books nothing, and that is said."""
    reading = read(calendar(["UID:zero", f"DTSTART{NINE}"], ["SUMMARY:nameless", f"DTSTART{NINE}", f"DTEND{TEN}"]))

    assert said(reading)["zero"] == (REFUSED, "it takes less than two minutes")
    assert "UID is missing" in said(reading)[""][1]


def test_moving_an_occurrence_keeps_what_it_is_told_by() -> None:
    """So moving it moves its booking; the others keep theirs."""
    series = event("a", NINE, TEN, "RRULE:FREQ=DAILY;COUNT=3")
    moved = event("a", ";TZID=Europe/Paris:20270311T150000", ";TZID=Europe/Paris:20270311T160000")
    before = read(calendar(series))
    after = read(calendar(series, [*moved, "RECURRENCE-ID;TZID=Europe/Paris:20270311T090000"]))

    assert {one.recurrence for one in before.occurrences} == {one.recurrence for one in after.occurrences}
    assert len({one.start for one in before.occurrences} & {one.start for one in after.occurrences}) == 2


MINUTE = dt.timedelta(minutes=1)
UNTIL = "UNTIL=20270401T120000Z"
ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "UTC")
RULES = st.builds(
    lambda frequency, interval, days, bound: ";".join(
        [f"FREQ={frequency}", f"INTERVAL={interval}", *([f"BYDAY={','.join(days)}"] if days else []), *bound]
    ),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 4),
    st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), unique=True, max_size=3),
    st.sampled_from([[], ["COUNT=5"], ["COUNT=40"], [UNTIL]]),
)


@dataclass(frozen=True)
class Case:
    """An event, a series perhaps, some of whose occurrences are deleted or moved."""

    zone: str
    start: dt.datetime
    span: dt.timedelta
    rule: str | None
    left_out: frozenset[int]
    moved: tuple[int, int]

    def instant(self, local: dt.datetime, fold: int) -> dt.datetime:
        """Return a time on the wall in UTC."""
        return local.replace(tzinfo=ZoneInfo(self.zone), fold=fold).astimezone(UTC)

    def written(self, local: dt.datetime) -> str:
        """Return a time as it stands in a calendar."""
        return f";TZID={self.zone}:{local:%Y%m%dT%H%M%S}"

    def originals(self) -> list[dt.datetime]:
        """Return when it takes place on the wall, up to the end of the horizon."""
        if self.rule is None:
            return [self.start]
        until = dt.datetime(2027, 4, 1, 12, tzinfo=UTC).astimezone(ZoneInfo(self.zone))
        expanded = rrule.rrulestr(self.rule.replace(UNTIL, f"UNTIL={until:%Y%m%dT%H%M%S}"), dtstart=self.start)
        # What a DTSTART is that its rule doesn't give is undefined: RFC 5545, 3.8.5.3.
        assume(next(iter(expanded), None) == self.start)
        return expanded.between(self.start, MARCH.until.replace(tzinfo=None) + dt.timedelta(days=3), inc=True)

    def times(self) -> list[list[str]]:
        """Return its components."""
        originals = self.originals()
        lines = event("a", self.written(self.start), self.written(self.start + self.span))
        if self.rule is None:
            return [lines]
        lines.append(f"RRULE:{self.rule}")
        lines += [f"EXDATE{self.written(one)}" for number, one in enumerate(originals) if number in self.left_out]
        number, minutes = self.moved
        if number in self.left_out or number >= len(originals):
            return [lines]
        new = originals[number] + dt.timedelta(minutes=minutes)
        identity = f"RECURRENCE-ID{self.written(originals[number])}"
        return [lines, event("a", self.written(new), self.written(new + self.span), identity)]

    def expected(self) -> set[tuple[dt.datetime, dt.datetime]]:
        """Return its occurrences within the horizon."""
        found = set()
        for number, original in enumerate(self.originals()):
            shift = dt.timedelta(minutes=self.moved[1] if number == self.moved[0] else 0)
            local = original + (shift if self.rule else dt.timedelta())
            end = max(self.instant(local + self.span, 0), self.instant(local + self.span, 1))
            begin = self.instant(local, 0)
            left_out = self.rule and number in self.left_out
            if not left_out and end > MARCH.now and begin < MARCH.until and end - begin >= dt.timedelta(minutes=2):
                found.add((begin, end))
        return found


@given(
    st.builds(
        Case,
        zone=st.sampled_from(ZONES),
        start=st.integers(0, 40_000).map(lambda step: dt.datetime.fromisoformat("2026-12-01") + 5 * step * MINUTE),
        span=st.integers(2, 3000).map(lambda minutes: minutes * MINUTE),
        rule=st.none() | RULES,
        left_out=st.frozensets(st.integers(0, 6), max_size=3),
        moved=st.tuples(st.integers(0, 6), st.integers(-3000, 3000)),
    )
)
def test_occurrences_agree_with_an_oracle(case: Case) -> None:
    """It expands rules on the wall clock, and turns each end of each occurrence into an instant."""
    expected = case.expected()

    found = {(one.start, one.end) for one in read(calendar(*case.times()), on_gap="shift").occurrences}

    assert found == expected


HEAD = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n"


class TestHostile:
    """Refused or bounded by name, soon."""

    def test_truncated_at_any_byte(self) -> None:
        """A part of a calendar is never taken for the whole."""
        body = styled("google").rstrip()
        for length in range(len(body)):
            with pytest.raises(DataError):
                check_text(body[:length])
        assert check_text(body)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (b"", "is empty"),
            (b"\r\n \r\n", "is empty"),
            (b"<!DOCTYPE html><html><body>Sign in</body></html>", "sign-in page"),
            (b"\xef\xbb\xbf<html>", "sign-in page"),
            (b"\xff\xfeB\x00", "not text in UTF-8"),
            (b'{"error": "no"}', "not a line of an .ics file"),
            (b"hello: world", "is not a calendar"),
            (b"BEGIN:VEVENT\r\nEND:VEVENT", "outside a VCALENDAR"),
            (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "ends 'VEVENT'"),
            (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 50, "nested more than"),
            (b"BEGIN:VCALENDAR\r\n" + b"A:b\r\n" * 300_000, "lines. Maximum"),
            (b"x" * 50_000_000, "larger than 5 MB"),
            (HEAD + b"RDATE:20270301T090000Z\r\n" * 125_000, "more than 120,000 lines"),
            (HEAD + b"EXDATE:" + b"20270301T090000Z," * 6_000, "EXDATE in line 4 .* longer than 100,000"),
            (HEAD + b"CATEGORIES:" + b"\r\n a,a" * 30_000, "CATEGORIES in line .* longer than 100,000"),
            (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * (MAX_EVENTS + 1), "more than 10,000 events"),
            (b"BEGIN:VCALENDAR\r\nPRODID:-//tfbridge.aws//bookings//EN\r\nEND:VCALENDAR", "export of this collection"),
        ],
    )
    def test_what_is_no_calendar_is_named(self, body: bytes, message: str) -> None:
        """One sentence says what came instead."""
        with pytest.raises(DataError, match=message):
            check_text(body)

    def test_a_byte_order_mark_is_no_obstacle(self) -> None:
        """Outlook on Windows writes one."""
        assert read(b"\xef\xbb\xbf" + styled("outlook")).events == 3

    @pytest.mark.parametrize("part", ["<a ", "<b><!--", "<style>", "<", "&lt;"])
    def test_a_hostile_description_is_read_in_a_moment(self, part: str) -> None:
        """It is cut, and what there is of it is looked at once."""
        lines = [*event("a", NINE, TEN), f"DESCRIPTION:<b>{part * 200_000}"]
        begun = time.process_time()

        assert times(read(calendar(lines))) == [("03-10T08:00", "03-10T09:00")]
        assert time.process_time() - begun < 2

    def test_what_was_not_reached_in_time_is_refused_by_name(self) -> None:
        """What is quickly done comes first, whatever its place in the calendar."""
        ticks = iter([0.0, 1.0, PATIENCE + 1])
        slow = event("slow", NINE, TEN, "RRULE:FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2")
        body = calendar(slow, event("quick", "20270311T090000Z", "20270311T100000Z"))

        reading = read(body, clock=lambda: next(ticks))

        assert times(reading, "quick")
        assert reading.refused == {"slow"}
        assert "not reached" in said(reading)["slow"][1]

    def test_rules_that_never_match_end(self) -> None:
        """Each costs a moment at most: seven that a search would follow to the year 9999."""
        rules = (
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
            "FREQ=DAILY;INTERVAL=7;BYDAY=TH",
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300",
            "FREQ=HOURLY;BYHOUR=5",
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        )
        begun = time.process_time()
        read(calendar(*(event(f"u{number}", NINE, TEN, f"RRULE:{rule}") for number, rule in enumerate(rules))))

        assert time.process_time() - begun < 15
