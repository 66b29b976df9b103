# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Monthly bookings against a day-by-day reading of the calendar, and a clock that fires what is scheduled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import (
    Booking,
    Curfew,
    Monthly,
    OneOff,
    Weekly,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Edge, Plan, plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import ParseContext, entry_of, parse_booking
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.stored import from_record
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scheduler_executor import occurrences

UTC = timezone.utc
INSTANCE = "i-0123456789abcdef0"
SEEN = timedelta(days=95)
GAP = timedelta(minutes=10)
ZONES = ("UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
# A leap year's February, a year's end, a quiet month, and weeks before clocks change.
BASES = tuple(
    datetime(*day, 12, 0, tzinfo=UTC)
    for day in ((2028, 1, 20), (2026, 12, 5), (2027, 6, 2), (2027, 3, 1), (2026, 10, 2))
)


# -- the oracle: nothing of it is shared with the planner ----------------------------------------------------------


def is_day(booking: Monthly, day: date) -> bool:
    """Return whether a booking starts on a day."""
    if booking.nth:
        last = (day + timedelta(days=7)).month != day.month
        right = last if booking.nth < 0 else (day.day - 1) // 7 + 1 == booking.nth
        return right and day.strftime("%a").lower() == booking.day
    last = (day + timedelta(days=1)).month != day.month
    return day.day in booking.days_of_month or (last and -1 in booking.days_of_month)


def times(booking: Monthly | Weekly, base: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield when a recurring booking runs, day by day."""
    zone = ZoneInfo(booking.timezone)
    for ahead in range(-3, SEEN.days + 5):
        day = base.astimezone(zone).date() + timedelta(days=ahead)
        starts = is_day(booking, day) if isinstance(booking, Monthly) else DAYS[day.weekday()] in booking.days
        if starts:
            later = day + timedelta(days=booking.end <= booking.start)
            start, end = at(day, booking.start, zone), max(at(later, booking.end, zone, fold) for fold in (0, 1))
            if end > start:
                yield start, max(end, start + timedelta(minutes=2))


def at(day: date, clock: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    """Return a local time in UTC."""
    hour, minute = map(int, clock.split(":"))
    naive = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour, minutes=minute)
    return naive.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def union(bookings: Sequence[Booking], base: datetime) -> list[tuple[datetime, datetime]]:
    """Return the windows of bookings from the base on."""
    spans: list[tuple[datetime, datetime]] = []
    for booking in bookings:
        spans += [(booking.start, booking.end)] if isinstance(booking, OneOff) else times(booking, base)
    united: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if united and start - united[-1][1] < GAP:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return [(start, end) for start, end in united if end > base and start < base + SEEN]


def fired(edge: Edge, base: datetime) -> list[datetime]:
    """Return when an edge is fired."""
    if edge.at is not None:
        return [edge.at]
    first = max(base, edge.start_date or base)
    last = edge.end_date or base + SEEN + timedelta(days=3)
    found = occurrences(edge.expression, ZoneInfo(edge.timezone), first, SEEN.days + 4)
    return [one for one in found if first <= one <= last]


def ran(planned: Plan, base: datetime) -> list[tuple[datetime, datetime]]:
    """Return when the instance runs by what is fired; it is running at the base if it should."""
    calls = sorted((one, edge.kind) for edge in planned.edges for one in fired(edge, base))
    since = planned.active.start if planned.active else None
    found = []
    for when, kind in calls:
        if kind == "start":
            since = since or when
        elif since:
            found.append((since, when))
            since = None
    return [(start, end) for start, end in found if end > base and start < base + SEEN]


CLOCKS = st.integers(0, 287).map(lambda step: f"{step // 12:02}:{step % 12 * 5:02}")
RULES = st.one_of(
    st.tuples(st.lists(st.sampled_from([*range(1, 32), -1]), min_size=1, max_size=3), st.just(0), st.just("")),
    st.tuples(st.just([]), st.sampled_from([1, 2, 3, 4, 5, -1]), st.sampled_from(DAYS)),
)


@st.composite
def monthlies(draw: st.DrawFn) -> Monthly:
    """Draw a monthly booking; half of them end on the day on which they start."""
    numbers, nth, day = draw(RULES)
    start, end = draw(st.lists(CLOCKS, min_size=2, max_size=2, unique=True))
    if draw(st.booleans()):
        start, end = sorted([start, end])
    name = draw(st.sampled_from(["m", "n"]))
    return Monthly(INSTANCE, tuple(sorted(set(numbers))), nth, day, start, end, draw(st.sampled_from(ZONES)), name)


@st.composite
def others(draw: st.DrawFn, base: datetime) -> list[Booking]:
    """Draw what else may be booked."""
    booked: list[Booking] = []
    for number in range(draw(st.integers(0, 2))):
        start = base + timedelta(minutes=5 * draw(st.integers(-200, 80 * 288)))
        length = timedelta(minutes=5 * draw(st.integers(1, 400)))
        if start + length > base:
            booked.append(OneOff(INSTANCE, start, start + length, f"once{number}"))
    if draw(st.integers(0, 3)) == 0:
        start, end = sorted(draw(st.lists(CLOCKS, min_size=2, max_size=2, unique=True)))
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True))
        booked.append(Weekly(INSTANCE, tuple(days), start, end, draw(st.sampled_from(ZONES)), "week"))
    return booked


@given(st.data(), st.sampled_from(BASES), st.lists(monthlies(), min_size=1, max_size=2, unique_by=lambda one: one.name))
def test_the_instance_runs_exactly_during_the_union(data: st.DataObject, base: datetime, monthly: list) -> None:
    """By crons or one by one, alone or beside others: what is fired makes the union."""
    booked = [*monthly, *data.draw(others(base))]
    wanted = union(booked, base)

    assert [(one.start, one.end) for one in windows(booked, base, base + SEEN)] == wanted
    assert [max(start, base) for start, _end in ran(plan(booked, base), base)] == [
        max(one, base) for one, _end in wanted
    ]
    assert [end for _start, end in ran(plan(booked, base), base)] == [end for _start, end in wanted]


@given(monthlies())
def test_records_and_entries_hold_it(booking: Monthly) -> None:
    """What is written is what is read, by people and in records."""
    context = ParseContext(BASES[0], on_gap="shift")

    assert from_record(INSTANCE, booking.name, booking.to_record()) == booking
    assert parse_booking(INSTANCE, entry_of(booking), context) == booking


def patches(**changes: object) -> Monthly:
    """Return a booking of the first Thursday's evening."""
    rule = {"days_of_month": (), "nth": 1, "day": "thu", "start": "20:00", "end": "23:00", "timezone": "Europe/Paris"}
    return Monthly(INSTANCE, **{**rule, "name": "patches", **changes})


@pytest.mark.parametrize(
    ("booking", "days"),
    [
        (patches(), "? * THU#1"),
        (patches(nth=0, day="", days_of_month=(1, 15)), "1,15 * ?"),
        (patches(nth=0, day="", days_of_month=(-1,)), "L * ?"),
    ],
)
def test_a_cron_says_what_it_can(booking: Monthly, days: str) -> None:
    """Two schedules for ever, and no warning."""
    planned = plan([booking], BASES[2])

    assert [edge.expression for edge in planned.edges] == [f"cron(0 20 {days} *)", f"cron(0 23 {days} *)"]
    assert planned.warnings == ()


@pytest.mark.parametrize(
    "booked",
    [
        [patches(end="02:00")],
        [patches(nth=-1)],
        [patches(start="02:30", end="05:00", nth=0, day="", days_of_month=(26,), timezone="Europe/Paris")],
        [patches(), Weekly(INSTANCE, ("mon",), "08:00", "18:00", "UTC", "week")],
        [patches(), Curfew(INSTANCE, ("mon",), "22:00", "UTC", "night")],
        [patches(), OneOff(INSTANCE, datetime(2034, 6, 2, tzinfo=UTC), datetime(2034, 6, 2, 8, tzinfo=UTC), "far")],
        [patches(), OneOff(INSTANCE, datetime(2027, 7, 2, tzinfo=UTC), datetime(2027, 7, 2, 8, tzinfo=UTC), "near")],
    ],
)
def test_else_its_times_are_planned_one_by_one(booked: list[Booking]) -> None:
    """Overnight, the last Thursday, what clocks skip, others near: until the end of the next year, as is said."""
    planned = plan(booked, BASES[2])
    starts = [edge for edge in planned.edges if edge.at and edge.kind == "start" and "patches" in edge.bookings]

    assert 18 <= len(starts) <= 20
    assert "patches are near others, or no cron can say when they are: they are planned until 2029-01-01" in str(
        planned.warnings
    )


def test_its_next_time_is_shown_however_far_it_is() -> None:
    """Eight days are shown, and what comes next of a monthly booking."""
    (window,) = plan([patches(nth=0, day="", days_of_month=(31,))], BASES[2]).windows

    assert (window.start, window.reasons) == (datetime(2027, 7, 31, 18, 0, tzinfo=UTC), ("patches",))


@pytest.mark.parametrize(
    ("monthly", "named"),
    [
        ({}, "day_of_month, or nth and day"),
        ({"nth": 1}, "day_of_month, or nth and day"),
        ({"day": "thu"}, "day_of_month, or nth and day"),
        ({"nth": 1, "day": "thu", "day_of_month": 1}, "day_of_month, or nth and day"),
        ({"nth": 6, "day": "thu"}, "monthly.nth: 6 is out of range"),
        ({"nth": True, "day": "thu"}, "monthly.nth: True"),
        ({"nth": 1, "day": "mon-fri"}, "must be one day"),
        ({"nth": 1, "day": "thursdy"}, "monthly.day"),
        ({"day_of_month": 0}, "monthly.day_of_month: 0"),
        ({"day_of_month": [1, 32]}, "monthly.day_of_month: 32"),
        ({"day_of_month": "1"}, "monthly.day_of_month: '1'"),
        ({"day_of_month": []}, "monthly.day_of_month: empty"),
        ({"day_of_month": [*range(1, 12)]}, "11 days. Maximum: 10"),
        ({"day_of_month": 1, "end": "20:00"}, "monthly.end: '20:00' is equal to monthly.start"),
        ({"day_of_month": 28, "start": "02:30", "timezone": "x"}, "unknown: timezone"),
        ({"day_of_month": 26, "start": "02:30"}, "clocks skip it"),
    ],
)
def test_what_is_no_monthly_booking_is_refused(monthly: dict, named: str) -> None:
    """Each by the option's name."""
    entry = {"timezone": "Europe/Paris", "monthly": {"start": "20:00", "end": "23:00", **monthly}}

    with pytest.raises(OptionError, match=named.replace("(", r"\(")):
        parse_booking(INSTANCE, entry, ParseContext(BASES[2]))
