# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner against a brute-force union, minute by minute, and a fire-by-fire reading of what it schedules."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Curfew, OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS, minutes
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import LEAD, Edge, Plan, plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

UTC = timezone.utc
INSTANCE = "i-0123456789abcdef0"
# Each starts some days before clocks change somewhere, or in a quiet week.
BASES = (
    datetime(2027, 3, 25, 12, 0, tzinfo=UTC),
    datetime(2026, 10, 22, 12, 0, tzinfo=UTC),
    datetime(2027, 3, 11, 12, 0, tzinfo=UTC),
    datetime(2027, 6, 2, 12, 0, tzinfo=UTC),
    datetime(2027, 4, 1, 12, 0, tzinfo=UTC),
    datetime(2027, 9, 30, 12, 0, tzinfo=UTC),
    datetime(2027, 4, 27, 12, 0, tzinfo=UTC),
)
# Summer time of half an hour and of two, clocks that change at midnight, quarters of an hour, and far in the east.
ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
)
DAYS_SEEN = 10
MINUTES = DAYS_SEEN * 1440
GAP = 10


# -- the oracle: nothing of it is shared with the planner ----------------------------------------------------------


@cache
def local_minutes(zone: str, base: datetime) -> list[datetime]:
    """Return the local time of each minute from two days before base to after all that is looked at."""
    return [
        (base + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        for minute in range(-2 * 1440, MINUTES + 4 * 1440)
    ]


@cache
def shown_at(zone: str, base: datetime) -> dict[datetime, list[int]]:
    """Return the minutes at which a wall clock shows a time: one, two in a fold, and none in a gap."""
    found: dict[datetime, list[int]] = {}
    for at, local in enumerate(local_minutes(zone, base), start=-2 * 1440):
        found.setdefault(local, []).append(at)
    return found


@cache
def clock_shows(zone: str, base: datetime) -> dict[tuple[str, int, int], list[list[int]]]:
    """Return for a day of the week, hour and minute the minutes of each time that a clock shows them."""
    found: dict[tuple[str, int, int], list[list[int]]] = {}
    for local, shown in shown_at(zone, base).items():
        found.setdefault((DAYS[local.weekday()], local.hour, local.minute), []).append(shown)
    return found


def minute_of(zone: str, base: datetime, wanted: datetime, *, last: bool) -> int | None:
    """Return the first or last minute that a wall clock shows a time; a skipped time is moved past the gap."""
    if found := shown_at(zone, base).get(wanted):
        return found[-1 if last else 0]
    shown = local_minutes(zone, base)
    for at, (one, other) in enumerate(zip(shown, shown[1:]), start=-2 * 1440):
        if one < wanted < other:
            return at + int((wanted - one).total_seconds() // 60)
    return None


@cache
def weekly_minutes(weekly: Weekly, base: datetime) -> frozenset[int]:
    """Return the minutes after base in which one weekly booking runs."""
    covered: set[int] = set()
    day = local_minutes(weekly.timezone, base)[0].replace(hour=0, minute=0)
    length = (minutes(weekly.end) - minutes(weekly.start)) % 1440 or 1440
    for _day in range(DAYS_SEEN + 5):
        if DAYS[day.weekday()] in weekly.days and str(day.date()) not in weekly.excluded:
            begin = day + timedelta(minutes=minutes(weekly.start))
            start = minute_of(weekly.timezone, base, begin, last=False)
            end = minute_of(weekly.timezone, base, begin + timedelta(minutes=length), last=True)
            if start is not None and end is not None and start < end:
                covered.update(range(start, max(end, start + 2)))
        day += timedelta(days=1)
    return frozenset(covered)


def union(bookings, base: datetime, gap: int = GAP) -> set[int]:
    """Return each minute after base in which the instance has to run."""
    covered: set[int] = set()
    for booking in bookings:
        if isinstance(booking, Weekly):
            covered |= weekly_minutes(booking, base)
        elif isinstance(booking, OneOff):
            start, end = ((moment - base) // timedelta(minutes=1) for moment in (booking.start, booking.end))
            covered.update(range(start, end))
    last = None
    for minute in sorted(covered):
        if last is not None and 1 < minute - last <= gap:
            covered.update(range(last, minute))
        last = minute
    return covered


def curfew_minutes(curfew: Curfew, base: datetime) -> set[int]:
    """Return the minutes after base at which one curfew is."""
    day = local_minutes(curfew.timezone, base)[0].replace(hour=0, minute=0)
    days = [day + timedelta(days=ahead) for ahead in range(DAYS_SEEN + 5)]
    return {
        at
        for one in days
        if DAYS[one.weekday()] in curfew.days
        for at in [minute_of(curfew.timezone, base, one + timedelta(minutes=minutes(curfew.at)), last=True)]
        if at is not None
    }


def edges_of(bookings, base: datetime) -> set[tuple[int, str]]:
    """Return what has to be fired: the edges of the union, and curfews with nothing booked then or soon after."""
    covered = union(bookings, base)
    curfews = {at for each in bookings if isinstance(each, Curfew) for at in curfew_minutes(each, base)}
    stops = {at for at in curfews if covered.isdisjoint(range(at, at + GAP))}
    stops |= {minute + 1 for minute in covered if minute + 1 not in covered}
    starts = {minute for minute in covered if minute - 1 not in covered}
    return {(at, kind) for kind, found in (("start", starts), ("stop", stops)) for at in found if 0 < at < MINUTES}


def fires(edge: Edge, base: datetime, *, fold_last: bool) -> set[int]:
    """Return the minutes at which Scheduler fires an edge: a cron skips a gap and fires once in a fold."""
    if edge.at is not None:
        return {(datetime.fromisoformat(edge.expression[3:-1] + "+00:00") - base) // timedelta(minutes=1)}
    minute, hour, _any, _month, names, _year = edge.expression[5:-1].split()
    shows = clock_shows(edge.timezone, base)
    return {
        at
        for name in set(names.lower().split(","))
        for shown in shows.get((name, int(hour), int(minute)), ())
        for at in [shown[-1 if fold_last else 0]]
        if at > 0
        and (edge.start_date is None or base + timedelta(minutes=at) >= edge.start_date)
        and (edge.end_date is None or base + timedelta(minutes=at) <= edge.end_date)
    }


def firings(planned: Plan, base: datetime, *, fold_last: bool) -> list[tuple[int, str]]:
    """Return all that is fired in the days looked at, in order."""
    return sorted(
        (at, edge.kind) for edge in planned.edges for at in fires(edge, base, fold_last=fold_last) if at < MINUTES
    )


def running(planned: Plan, base: datetime, *, fold_last: bool) -> set[int]:
    """Return the minutes in which the instance runs if Scheduler does what was planned."""
    on, last, covered = planned.active is not None, 0, set()
    for at, kind in [*firings(planned, base, fold_last=fold_last), (MINUTES, "stop")]:
        if on:
            covered.update(range(last, at))
        on, last = kind == "start", at
    return covered


# -- strategies ----------------------------------------------------------------------------------------------------

bases = st.sampled_from(BASES)
names = st.integers(0, 99).map(lambda number: f"b{number}")


@st.composite
def one_offs(draw, base: datetime):
    """Book some hours, on round minutes often enough to touch others."""
    step = draw(st.sampled_from((1, 30, 60)))
    start = draw(st.integers(-600, 8 * 1440)) // step * step
    length = max(2, draw(st.integers(2, 1500)) // step * step)
    start, end = base + timedelta(minutes=start), base + timedelta(minutes=start + length)
    return OneOff(INSTANCE, start, end, draw(names))


@st.composite
def left_out(draw, base: datetime) -> tuple[str, ...]:
    """Leave out some days."""
    ahead = draw(st.sets(st.integers(-1, DAYS_SEEN), max_size=4)) if draw(st.booleans()) else set()
    return tuple(str((base + timedelta(days=day)).date()) for day in sorted(ahead))


@st.composite
def weeklies(draw, zone: str, base: datetime = BASES[0]):
    """Book some days of the week, often at the hours when clocks change."""
    step = draw(st.sampled_from((1, 30, 60)))
    start = draw(st.one_of(st.integers(0, 1439), st.integers(0, 200))) // step * step
    length = max(2, draw(st.one_of(st.integers(2, 1300), st.integers(2, 120))) // step * step)
    days = draw(st.sets(st.sampled_from(DAYS), min_size=1))
    end = (start + length) % 1440
    return Weekly(
        INSTANCE,
        tuple(day for day in DAYS if day in days),
        f"{start // 60:02d}:{start % 60:02d}",
        f"{end // 60:02d}:{end % 60:02d}",
        zone,
        draw(names),
        draw(left_out(base)),
    )


@st.composite
def curfews(draw, zone: str):
    """Stop what runs at some time of some days."""
    at = draw(st.one_of(st.integers(0, 1439), st.integers(0, 200), st.sampled_from((0, 480, 1080, 1200))))
    days = draw(st.sets(st.sampled_from(DAYS), min_size=1))
    return Curfew(INSTANCE, tuple(day for day in DAYS if day in days), f"{at // 60:02d}:{at % 60:02d}", zone, "curfew")


@st.composite
def situations(draw, weekly: int = 3, one_off: int = 5):
    """Take a moment, and what is booked on one instance: weekly bookings in one zone, and one-off ones."""
    base = draw(bases)
    zone = draw(st.sampled_from(ZONES))
    booked = draw(st.lists(weeklies(zone, base), max_size=weekly)) + draw(st.lists(one_offs(base), max_size=one_off))
    return base, booked


def planned_for(booked, base: datetime, gap: int = GAP) -> Plan:
    """Plan what can be planned: nothing can be left out of bookings that leave no minute of the week free."""
    try:
        return plan(booked, base, timedelta(minutes=gap))
    except OptionError as error:
        # The only refusals, of which the other is of bookings in several time zones.
        assert "cover the whole week" in str(error)  # noqa: PT017
        if "weekly.except" in str(error):
            without = [replace(booking, excluded=()) for booking in booked if isinstance(booking, Weekly)]
            assert set(range(MINUTES)) <= union(without, base, gap)
        reject()


def thorough(examples: int):
    """Return settings with so many examples of the 400 that stand for what the profile has."""
    most = settings.default.max_examples
    return settings(max_examples=examples * most // 400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# -- invariants of DESIGN, section 5 -------------------------------------------------------------------------------


@given(situations(), st.booleans())
@thorough(400)
def test_the_instance_runs_exactly_during_the_union(situation, fold_last) -> None:
    """Invariants 1 and 12: minute by minute, whichever of its two instants Scheduler fires in a fold."""
    base, booked = situation

    wanted = {minute for minute in union(booked, base) if 0 <= minute < MINUTES}

    assert wanted == running(planned_for(booked, base), base, fold_last=fold_last)


@given(situations())
@thorough(200)
def test_edges_alternate(situation) -> None:
    """Invariant 1: one start and one stop a window, none inside, and the first is a stop just when one is begun."""
    base, booked = situation
    planned = planned_for(booked, base)
    kinds = [kind for _at, kind in firings(planned, base, fold_last=False)]

    assert all(one != other for one, other in zip(kinds, kinds[1:]))
    assert not kinds or (kinds[0] == "stop") == (planned.active is not None)


@given(situations(), st.randoms(use_true_random=False))
@thorough(150)
def test_order_and_duplicates_do_not_matter(situation, random) -> None:
    """Invariant 2: the plan is a function of the set of bookings."""
    base, booked = situation
    shuffled = booked + booked[:2]
    random.shuffle(shuffled)

    assert planned_for(booked, base).edges == planned_for(shuffled, base).edges


@given(situations(), st.data())
@thorough(150)
def test_adding_never_takes_running_time_away(situation, data) -> None:
    """Invariant 3: what runs without a booking runs with it too."""
    base, booked = situation
    more = data.draw(one_offs(base))

    assert running(planned_for(booked, base), base, fold_last=False) <= running(
        planned_for([*booked, more], base), base, fold_last=False
    )


@given(situations(weekly=2), st.integers(0, 86400))
@thorough(150)
def test_nothing_is_sent_that_is_past_or_less_than_a_minute_ahead(situation, later) -> None:
    """Invariant 5: at() is UTC and a minute ahead at least; the bounds of crons that matter are ahead too."""
    base, booked = situation
    now = base + timedelta(seconds=later)
    for edge in planned_for(booked, now).edges:
        if edge.at is not None:
            assert edge.timezone == "UTC"
            assert datetime.fromisoformat(edge.expression[3:-1] + "+00:00") >= now + timedelta(seconds=LEAD)
        assert edge.start_date is None or edge.start_date > now
        assert edge.end_date is None or edge.end_date > now


@given(situations(), st.booleans())
@thorough(200)
def test_retries_end_before_the_next_opposite_edge(situation, fold_last) -> None:
    """Invariant 7: fired at its time and retried for its age, no edge reaches the next opposite one."""
    base, booked = situation
    fired = sorted(
        (at, edge.kind, edge.maximum_event_age)
        for edge in planned_for(booked, base).edges
        for at in fires(edge, base, fold_last=fold_last)
        if at < MINUTES
    )
    for (at, kind, age), (after, opposite, _age) in zip(fired, fired[1:]):
        assert kind == opposite or at * 60 + age < after * 60


@given(situations(), st.integers(2, 90))
@thorough(150)
def test_near_windows_are_one(situation, gap) -> None:
    """Invariant 8: windows closer than merge_gap are united, as the oracle unites them."""
    base, booked = situation
    found = windows(tuple(booked), base, base + timedelta(days=DAYS_SEEN), timedelta(minutes=gap))
    covered = {
        minute
        for window in found
        for minute in range((window.start - base) // timedelta(minutes=1), (window.end - base) // timedelta(minutes=1))
    }

    assert {m for m in union(booked, base, gap) if 0 <= m < MINUTES} == {m for m in covered if 0 <= m < MINUTES}
    planned = planned_for(booked, base, gap)
    assert {m for m in covered if 0 <= m < MINUTES} == running(planned, base, fold_last=False)


@given(situations(weekly=2, one_off=2), st.sampled_from(ZONES), st.data())
@thorough(300)
def test_zones_are_united_exactly(situation, zone, data) -> None:
    """Invariant 12: weekly bookings of two zones give their union, also across clock changes of one of them."""
    base, booked = situation
    booked = [*booked, data.draw(weeklies(zone, base))]

    planned = planned_for(booked, base)

    assert {m for m in union(booked, base) if 0 <= m < MINUTES} == running(planned, base, fold_last=False)


@given(situations(weekly=2, one_off=3), st.sampled_from((*ZONES, None)), st.booleans(), st.data())
@thorough(150)
def test_curfews_stop_what_nobody_booked_for_longer(situation, elsewhere, fold_last, data) -> None:
    """A curfew is a stop where nothing is booked then or about to start, starts nothing, and changes no other edge."""
    base, booked = situation
    zone = next((each.timezone for each in booked if isinstance(each, Weekly)), "Europe/Paris")
    booked = [*booked, *data.draw(st.lists(curfews(elsewhere or zone), min_size=1, max_size=2))]

    planned = planned_for(booked, base)

    assert edges_of(booked, base) == set(firings(planned, base, fold_last=fold_last))
    fired = sorted(
        (at, edge.kind, edge.maximum_event_age)
        for edge in planned.edges
        for at in fires(edge, base, fold_last=fold_last)
        if at < MINUTES
    )
    for at, kind, age in fired:
        later = [other for other, opposite, _age in fired if other > at and opposite != kind]
        assert not later or at * 60 + age < later[0] * 60


def test_a_curfew_within_weekly_windows_takes_no_schedule_of_its_own() -> None:
    """Office hours until 20:00 and a curfew at 20:00 on all days: one weekly stop, on all days."""
    office = Weekly(INSTANCE, DAYS[:5], "08:00", "20:00", "Europe/Paris", "office")
    planned = plan([office, Curfew(INSTANCE, DAYS, "20:00", "Europe/Paris", "night")], BASES[3])

    assert [(edge.kind, edge.expression) for edge in planned.edges] == [
        ("start", "cron(0 8 ? * MON,TUE,WED,THU,FRI *)"),
        ("stop", "cron(0 20 ? * MON,TUE,WED,THU,FRI,SAT,SUN *)"),
    ]


def test_zones_that_meet_are_planned_for_a_while_and_say_so() -> None:
    """Paris mornings and New York mornings overlap: a cron for each season, an end to all, and a warning of it."""
    booked = [
        Weekly(INSTANCE, ("mon",), "08:00", "18:00", "Europe/Paris", "paris"),
        Weekly(INSTANCE, ("mon",), "08:00", "18:00", "America/New_York", "york"),
    ]
    planned = plan(booked, BASES[0])

    (warning,) = planned.warnings
    assert "paris, york of time zones America/New_York, Europe/Paris overlap" in warning
    assert "planned until 2029-01-01T00:00:00Z" in warning
    assert all(edge.timezone == "UTC" and (edge.at or edge.end_date) for edge in planned.edges)
    assert max(edge.end_date or edge.at for edge in planned.edges) <= datetime(2029, 1, 2, tzinfo=UTC)
    assert len(planned.edges) < 60


def test_zones_that_never_change_their_clocks_are_planned_for_ever() -> None:
    """India and UTC: one week of UTC is their union, without an end."""
    booked = [
        Weekly(INSTANCE, ("mon",), "08:00", "18:00", "UTC", "utc"),
        Weekly(INSTANCE, ("mon",), "09:00", "18:30", "Asia/Kolkata", "india"),
    ]
    planned = plan(booked, BASES[0])

    assert planned.warnings == ()
    assert [(edge.kind, edge.expression, edge.end_date) for edge in planned.edges] == [
        ("start", "cron(30 3 ? * MON *)", None),
        ("stop", "cron(0 18 ? * MON *)", None),
    ]


def test_a_plan_of_several_zones_is_the_same_until_the_year_ends() -> None:
    """A later run changes nothing but what has become past: edges have the names that they had."""
    booked = [
        Weekly(INSTANCE, ("mon",), "08:00", "18:00", "Europe/Paris", "paris"),
        Weekly(INSTANCE, ("mon",), "08:00", "18:00", "America/New_York", "york"),
    ]
    first, later = plan(booked, BASES[4]), plan(booked, BASES[4] + timedelta(days=60))

    assert {edge._replace(start_date=None, name="") for edge in later.edges if not edge.at} <= {
        edge._replace(start_date=None, name="") for edge in first.edges if not edge.at
    }


def test_the_articles_example() -> None:
    """15 to 18 and 17 to 20 in Paris: one start, one stop, and nothing at 18:00."""
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    day = datetime(2026, 11, 24, tzinfo=ZoneInfo("Europe/Paris"))
    booked = [
        OneOff(INSTANCE, day.replace(hour=begin).astimezone(UTC), day.replace(hour=end).astimezone(UTC), str(begin))
        for begin, end in ((15, 18), (17, 20))
    ]

    assert [(edge.kind, edge.expression) for edge in plan(booked, now).edges] == [
        ("start", "at(2026-11-24T14:00:00)"),
        ("stop", "at(2026-11-24T19:00:00)"),
    ]


def test_a_whole_week_has_no_edges_and_says_so() -> None:
    """Seven whole days never stop: the plan has no edge, a window without an end in sight and a warning."""
    planned = plan([Weekly(INSTANCE, DAYS, "00:00", "24:00", "UTC", "always")], BASES[0])

    assert planned.edges == ()
    assert planned.active is not None
    assert "always cover the whole week" in planned.warnings[0]


def test_nothing_can_be_left_out_of_the_whole_week() -> None:
    """Also where two bookings cover it together, and only one of them has days to leave out."""
    night = Weekly(INSTANCE, DAYS, "20:00", "08:00", "UTC", "night")
    day = Weekly(INSTANCE, DAYS, "08:00", "20:00", "UTC", "day", ("2027-04-01",))

    with pytest.raises(OptionError, match=r"^weekly\.except: the weekly bookings day, night cover the whole week"):
        plan([night, day], BASES[0])


def calls_of(booked: list[OneOff | Weekly]) -> int:
    """Return how many functions planning calls: its effort, the same on every machine."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        plan(booked, BASES[0])
    finally:
        sys.setprofile(None)
    return count


def test_effort_grows_no_faster_than_n_log_n() -> None:
    """Four times the bookings of one instance, one in five weekly, cost four times the effort and little more."""

    def booked(count: int) -> list[OneOff | Weekly]:
        start = BASES[0] + timedelta(hours=1)
        each: list[OneOff | Weekly] = []
        for number in range(count):
            begin = start + timedelta(hours=3 * number)
            each.append(OneOff(INSTANCE, begin, begin + timedelta(hours=1), f"once-{number}"))
            if number % 5 == 0:
                clock = f"{number // 5 % 20:02d}"
                each.append(
                    Weekly(INSTANCE, ("mon",), f"{clock}:00", f"{clock}:30", "Europe/Paris", f"weekly-{number}")
                )
        return each

    few, many = calls_of(booked(250)), calls_of(booked(1000))

    assert many <= few * 4 * 1.25


@pytest.mark.parametrize("year", [2037, 2526, 9999])
def test_what_is_far_costs_nothing_and_can_be_planned(year) -> None:
    """Invariant 15: a record of whatever date, beside a weekly booking, has a plan and a result of a few windows."""
    far = OneOff(INSTANCE, BASES[3] + timedelta(hours=1), datetime(year, 12, 31, 23, 59, tzinfo=UTC), "far")
    late = OneOff(INSTANCE, datetime(year, 1, 1, tzinfo=UTC), datetime(year, 1, 2, tzinfo=UTC), "late")
    daily = Weekly(INSTANCE, DAYS, "08:00", "10:00", "Europe/Paris", "daily")
    for booked in ([far, daily], [late, daily]):
        planned = plan(booked, BASES[3])
        assert len(planned.windows) <= 12
        assert len(planned.edges) <= 60
        assert [edge for edge in planned.edges if edge.kind == "stop"]
