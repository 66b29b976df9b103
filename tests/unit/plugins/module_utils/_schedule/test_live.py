# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes made while edges are due: whatever the second, the instance ends up as it is booked."""

from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, Curfew, OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import curfew_stops, windows
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.request import BookingRequest
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ScheduleSettings
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import BookingResult, BookingService
from hypothesis import settings

from tests.support.live_scheduler import LiveWorld

UTC = timezone.utc
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
INSTANCE = "i-0123456789abcdef0"
SETTINGS = ScheduleSettings("arn:aws:iam::123456789012:role/scheduler")
SETTLES = timedelta(minutes=3)
HISTORIES = 2_000
CHUNKS = 8


class Run:
    """One instance that lives through some hours, and those who change its bookings."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = LiveWorld(self.rng, NOON - timedelta(hours=6), [INSTANCE])
        names = itertools.count()
        tools = Tools(lambda: self.world.now, lambda: f"{next(names):06d}", self.world.advance)
        pace = Pace(rate=1e9, clock=lambda: 0.0, sleep=lambda _seconds: None)
        self.retrier = Retrier(pace=pace, sleep=lambda _seconds: None)
        self.service = BookingService(self.world, self.world, self.retrier, "eu-central-1", SETTINGS, tools=tools)

    def change(self, *put: Booking, drop: tuple[str, ...] = (), stop_now: bool = False) -> BookingResult:
        """Change the bookings."""
        request = BookingRequest((INSTANCE,), {INSTANCE: put}, {INSTANCE: drop}, stop_now=stop_now)
        found = describe(self.world, self.retrier, [INSTANCE], "eu-central-1")
        result = self.service.change(request, found)[INSTANCE]
        if not isinstance(result, BookingResult):
            raise result
        return result


def one_off(name: str, start: float, end: float) -> OneOff:
    """Book from so many minutes after noon to so many."""
    return OneOff(INSTANCE, NOON + timedelta(minutes=start), NOON + timedelta(minutes=end), name)


def clock(minute: int) -> str:
    """Return a time of day so many minutes after noon."""
    return f"{12 + minute // 60:02d}:{minute % 60:02d}"


def some_booking(rng: random.Random, name: str) -> Booking:
    """Book some of the time around noon, once or weekly."""
    start, length = rng.randrange(-60, 90, 5), rng.choice((3, 5, 15, 30, 60, 90, 120))
    if rng.random() < 0.15:
        return Curfew(INSTANCE, DAYS, clock(start), "UTC", name)
    if rng.random() < 0.3:
        days = tuple(day for day in DAYS if day == "tue" or rng.random() < 0.5)
        return Weekly(INSTANCE, days, clock(start), clock(start + length), "UTC", name)
    return one_off(name, start, start + length)


def changed(rng: random.Random, booking: Booking) -> Booking:
    """Move an end or a start of a booking, or both, or all of it."""
    start, length = rng.randrange(-60, 120, 5), rng.choice((5, 30, 60, 120))
    if isinstance(booking, Curfew):
        return Curfew(INSTANCE, booking.days, clock(start), "UTC", booking.name)
    if isinstance(booking, Weekly):
        how = rng.randrange(3)
        if how == 0:
            return Weekly(INSTANCE, booking.days, booking.start, clock(start + length + 180), "UTC", booking.name)
        days = ("wed",) if how == 1 else booking.days
        return Weekly(INSTANCE, days, clock(start), clock(start + length), "UTC", booking.name)
    shift = timedelta(minutes=rng.choice((-90, -30, -5, 5, 30, 90)))
    begin = booking.start + (shift if rng.random() < 0.5 else timedelta(0))
    end = max(booking.end + (shift if rng.random() < 0.7 else timedelta(0)), begin + timedelta(minutes=3))
    return OneOff(INSTANCE, begin, end, booking.name)


def assert_runs_as_booked(run: Run, bookings: list[Booking], since: datetime) -> None:
    """Compare the instance with the union of bookings, where that has not changed for three minutes."""
    first, last = since - timedelta(hours=1), since + timedelta(hours=3)
    union = windows(bookings, first, last, timedelta(minutes=10))
    edges = [edge for window in union for edge in (window.start, window.end)]
    at = since + SETTLES
    while at < last:
        booked = any(window.start <= at < window.end for window in union)
        # Where the next edge is two minutes ahead, an edge that corrects nothing but these is left out.
        near = any(at - SETTLES < edge < at + timedelta(minutes=2) for edge in edges)
        state = run.world.was(INSTANCE, at)
        assert near or booked == (state in ("pending", "running")), (at, state, booked, run.world.history[INSTANCE])
        at += timedelta(seconds=20)


def live(seed: int) -> None:
    """Book, wait until an edge is due, change something then, and see what becomes of the instance."""
    run = Run(seed)
    rng = run.rng
    bookings = {name: some_booking(rng, name) for name in ("a", "b")[: rng.randrange(1, 3)]}
    run.change(*bookings.values())
    around = (list(bookings.values()), NOON - timedelta(hours=5), NOON + timedelta(hours=5), timedelta(minutes=10))
    union = windows(*around) + curfew_stops(*around)
    edge = rng.choice([edge for window in union for edge in (window.start, window.end)])
    run.world.run_until(edge + timedelta(seconds=rng.uniform(-130, 70)))
    run.world.moving = True
    try:
        if rng.random() < 0.4:
            result = run.change(drop=(rng.choice(list(bookings)),), stop_now=rng.random() < 0.5)
        elif rng.random() < 0.2:
            result = run.change(some_booking(rng, "c"), stop_now=rng.random() < 0.5)
        else:
            result = run.change(changed(rng, bookings[rng.choice(list(bookings))]), stop_now=rng.random() < 0.5)
    except Exception as error:
        if "has ended by now" in str(error):
            return
        raise
    done, run.world.moving = run.world.now, False
    run.world.run_until(done + timedelta(hours=3))
    assert_runs_as_booked(run, [record.booking for record in result.outcome.records.values()], done)


@pytest.mark.hypothesis  # `make soak` lives through many more
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_the_second_of_a_change_the_instance_ends_up_as_booked(chunk: int) -> None:
    """Invariants 13 and 14, in 2,000 histories: calls take time, edges are fired late, instances take a while."""
    histories = HISTORIES * settings().max_examples // 100
    for seed in range(chunk * histories // CHUNKS, (chunk + 1) * histories // CHUNKS):
        live(seed)


def live_one(*bookings: Booking, at: float, stop_now: bool = False, **changes: Any) -> tuple[Run, BookingResult]:
    """Book, change something so many minutes after noon, and let hours pass."""
    run = Run(1)
    run.change(*bookings)
    run.world.run_until(NOON + timedelta(minutes=at))
    run.world.moving = True
    result = run.change(*changes.get("put", ()), drop=changes.get("drop", ()), stop_now=stop_now)
    run.world.run_until(NOON + timedelta(hours=36))
    return run, result


def weekly(name: str, days: tuple[str, ...], start: str, end: str) -> Weekly:
    """Book every week."""
    return Weekly(INSTANCE, days, start, end, "UTC", name)


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
TAKEN_AWAY = {
    "weekly edited": (weekly("a", WEEKDAYS, "08:00", "18:00"), {"put": (weekly("a", WEEKDAYS, "08:00", "13:00"),)}),
    "day dropped": (weekly("a", WEEKDAYS, "08:00", "18:00"), {"put": (weekly("a", ("mon",), "08:00", "18:00"),)}),
    "moved": (one_off("a", 60, 360), {"put": (one_off("a", 480, 600),)}),
    "cancelled": (one_off("a", 60, 360), {"drop": ("a",)}),
}


@pytest.mark.parametrize("stop_now", [False, True])
@pytest.mark.parametrize(("booking", "change"), TAKEN_AWAY.values(), ids=TAKEN_AWAY)
def test_what_takes_now_away_is_a_cancellation(booking: Booking, change: dict[str, Any], stop_now: bool) -> None:
    """Invariant 13, at 14:00 of a window until 18:00: stop_now stops in minutes, keep at 18:00, and says so."""
    run, result = live_one(booking, at=120, stop_now=stop_now, **change)

    assert run.world.was(INSTANCE, NOON + timedelta(minutes=119)) == "running"
    assert run.world.was(INSTANCE, NOON + timedelta(minutes=125)) == ("stopped" if stop_now else "running")
    assert run.world.was(INSTANCE, NOON + timedelta(minutes=355)) == ("stopped" if stop_now else "running")
    assert run.world.was(INSTANCE, NOON + timedelta(minutes=363)) == "stopped"
    assert any("keeps running until 2026-11-24T18:00:00Z" in text for text in result.outcome.warnings) != stop_now


def test_keep_says_where_no_stop_was_scheduled() -> None:
    """Invariant 13: of a week without an end nothing is left that could stop it."""
    always = weekly("a", DAYS, "00:00", "24:00")
    run, result = live_one(always, at=120, drop=("a",))

    assert any("no stop was scheduled" in text for text in result.outcome.warnings)
    assert run.world.was(INSTANCE, NOON + timedelta(hours=30)) == run.world.was(INSTANCE, NOON + timedelta(hours=2))


@pytest.mark.parametrize("seconds", range(-5, 10, 3))
def test_a_booking_over_a_curfew_that_comes_is_kept(seconds: int) -> None:
    """Invariant 14: booked about 18:00, where a curfew is; its stop may be fired, and the instance is back."""
    curfew = Curfew(INSTANCE, DAYS, "18:00", "UTC", "night")
    run, result = live_one(curfew, at=360 + seconds / 60, put=(one_off("a", 300, 480),))

    assert isinstance(result, BookingResult)
    for minute in (364, 400, 470):
        assert run.world.was(INSTANCE, NOON + timedelta(minutes=minute)) == "running"
    assert run.world.was(INSTANCE, NOON + timedelta(minutes=484)) == "stopped"


def test_a_curfew_stops_what_was_started_by_hand() -> None:
    """Started at noon by a person, it stops at 18:00, and the next day again; nothing starts it."""
    run = Run(1)
    result = run.change(Curfew(INSTANCE, DAYS, "18:00", "UTC", "night"))
    run.world.run_until(NOON)
    run.world.call(INSTANCE, "start")
    run.world.run_until(NOON + timedelta(minutes=359))

    assert result.as_dict()["next_edge"] == {"action": "stop", "at": "2026-11-24T18:00:00Z"}
    assert run.world.states[INSTANCE] == "running"
    run.world.run_until(NOON + timedelta(minutes=363))
    assert run.world.states[INSTANCE] == "stopped"
    run.world.run_until(NOON + timedelta(hours=23))
    assert run.world.states[INSTANCE] == "stopped"
    run.world.call(INSTANCE, "start")
    run.world.run_until(NOON + timedelta(hours=30, minutes=3))
    assert run.world.states[INSTANCE] == "stopped"


@pytest.mark.parametrize("seconds", range(-5, 10))
def test_an_end_that_is_moved_as_it_comes_is_moved(seconds: int) -> None:
    """Invariant 14: 15-18 extended to 20 about 17:59:59; the old stop may be fired, and the instance is back."""
    run, _result = live_one(one_off("a", 180, 360), at=360 + seconds / 60, put=(one_off("a", 180, 480),))

    for minute in (364, 400, 470):
        assert run.world.was(INSTANCE, NOON + timedelta(minutes=minute)) == "running"
    assert run.world.was(INSTANCE, NOON + timedelta(minutes=484)) == "stopped"


def test_an_instance_that_is_stopping_is_started_when_it_has_stopped() -> None:
    """Booked again while it stops, it is started by a schedule, and the result says when."""
    run = Run(1)
    run.change(one_off("a", 180, 360))
    run.world.run_until(NOON + timedelta(minutes=359))
    while run.world.states[INSTANCE] != "stopping":
        run.world.advance(1)
    result = run.change(one_off("b", 355, 480))

    assert result.started
    assert any("is stopping" in text and "it will be started at 2026-11-24T18:0" in text for text in result.warnings)
    run.world.run_until(NOON + timedelta(minutes=366))
    assert run.world.states[INSTANCE] == "running"
