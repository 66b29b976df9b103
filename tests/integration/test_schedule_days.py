"""Days of an instance: bookings in moto's Scheduler, fired into moto's EC2, against their union by the minute."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools, Writer
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import BookingChange
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ScheduleSettings
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import SchedulerStore

from tests.support.aws import IMAGE
from tests.support.scheduler_executor import RETRY, Executor

UTC = timezone.utc
GROUP = "tfbridge"
SETTINGS = ScheduleSettings("arn:aws:iam::123456789012:role/scheduler")
MINUTE = timedelta(minutes=1)
GAP = timedelta(minutes=2)
# Where, and from when on: weeks in which nothing happens to clocks, and nights in which they are put on or back.
STARTS = {
    "plain": ("Asia/Kathmandu", datetime(2037, 11, 9, 5, 0, tzinfo=UTC)),
    "spring": ("Europe/Paris", datetime(2037, 3, 27, 5, 0, tzinfo=UTC)),
    "autumn": ("Europe/Paris", datetime(2037, 10, 23, 5, 0, tzinfo=UTC)),
    "york": ("America/New_York", datetime(2037, 3, 6, 15, 0, tzinfo=UTC)),
    "half": ("Australia/Lord_Howe", datetime(2037, 10, 2, 5, 0, tzinfo=UTC)),
}


class Life:
    """One instance under a clock of its own."""

    def __init__(self, aws, start: datetime) -> None:
        ec2 = aws.client("ec2")
        (instance,) = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
        self.instance_id = instance["InstanceId"]
        ec2.stop_instances(InstanceIds=[self.instance_id])
        scheduler = aws.client("scheduler")
        self.clock = Executor(scheduler, ec2, GROUP, start)
        aws.app.settings.now = lambda: self.clock.now
        self.store = SchedulerStore(scheduler, Retrier(Policy(budget=10)), "eu-central-1", GROUP)
        self.bookings: dict[str, OneOff | Weekly] = {}
        self.changes = [(start, "stopped")]

    def apply(self, put=(), drop=()) -> None:
        """Change bookings, as the module does."""
        tools = Tools(now=lambda: self.clock.now, sleep=lambda _seconds: None)
        change = BookingChange(tuple(Record(booking, SETTINGS) for booking in put), tuple(drop))
        outcome = Writer(self.store, self.instance_id, tools).apply(change)
        self.bookings.update({booking.booking_id: booking for booking in put})
        for name in drop:
            del self.bookings[name]
        if outcome.plan.active is not None:
            self.clock.ec2.start_instances(InstanceIds=[self.instance_id])
        self.note(self.clock.now)

    def note(self, at: datetime) -> None:
        """Remember the state from now on."""
        self.changes.append((at, self.clock.state(self.instance_id)))

    def live(self, until: datetime) -> None:
        """Let time pass."""
        self.clock.run(until, self.note)

    def state_at(self, when: datetime) -> str:
        """Give the state at a time that is past."""
        return [state for at, state in self.changes if at <= when][-1]


def booked(booking, minute: datetime) -> bool:
    """Say by brute force whether a booking covers a minute."""
    if isinstance(booking, OneOff):
        return booking.start <= minute < booking.end
    zone = ZoneInfo(booking.timezone)
    for back in (0, 1):
        day = minute.astimezone(zone).date() - timedelta(days=back)
        if DAYS[day.weekday()] in booking.days:
            start = _instant(day, booking.start, zone, fold=0)
            last = day + timedelta(days=booking.end <= booking.start)
            # The later of two; past the gap where clocks skip it.
            end = max(_instant(last, booking.end, zone, fold=fold) for fold in (0, 1))
            if start <= minute < end:
                return True
    return False


def _instant(day, clock: str, zone: ZoneInfo, fold: int) -> datetime:
    local = datetime(day.year, day.month, day.day, int(clock[:2]), int(clock[3:]), tzinfo=zone, fold=fold)
    return local.astimezone(UTC)


def union(bookings, start: datetime, end: datetime) -> list[bool]:
    """Say for each minute whether it is in the union, gaps of less than two minutes filled."""
    count = int((end - start) / MINUTE)
    raw = [any(booked(booking, start + at * MINUTE) for booking in bookings) for at in range(count)]
    filled = list(raw)
    for at in range(1, count - 1):
        filled[at] = raw[at] or (raw[at - 1] and raw[at + 1])
    return filled


def some_booking(rng: random.Random, start: datetime, zone: str, name: str) -> OneOff | Weekly:
    """Book something in the next three days, or every week, often in the hours when clocks change."""
    if rng.random() < 0.4:
        begin, end = rng.choice((rng.sample(range(24), 2), rng.sample(range(4), 2)))
        days = tuple(day for day in DAYS if rng.random() < 0.6) or ("sun",)
        return Weekly("", days, f"{begin:02d}:{rng.choice(('00', '15'))}", f"{end:02d}:30", zone, name)
    begin = start + timedelta(minutes=rng.randrange(5, 3 * 1440, 5))
    return OneOff("", begin, begin + timedelta(minutes=rng.randrange(5, 900, 5)), name)


@pytest.mark.parametrize("season", STARTS)
@pytest.mark.parametrize("seed", range(2))
def test_the_instance_runs_exactly_during_the_union(aws, season, seed):
    """Five bookings are made, two cancelled and one added on the way; each of 5,760 minutes is compared."""
    rng = random.Random(f"{season}{seed}")
    zone, start = STARTS[season]
    life = Life(aws, start)

    def for_this(name):
        booking = some_booking(rng, life.clock.now, zone, name)
        return type(booking)(**{**booking.__dict__, "instance_id": life.instance_id})

    life.apply([for_this(f"b{number}") for number in range(5)])
    stages = [(start, list(life.bookings.values()))]
    middle = start + timedelta(hours=rng.randrange(20, 50), minutes=2)
    life.live(middle)
    life.apply([for_this("late")], rng.sample(sorted(life.bookings), 2))
    stages.append((middle, list(life.bookings.values())))
    end = start + timedelta(days=4)
    life.live(end)

    compared = 0
    for (begin, bookings), until in zip(stages, [middle, end], strict=True):
        wanted = union(bookings, begin, until)
        for at in range(1, len(wanted) - 1):
            when = begin + at * MINUTE + timedelta(seconds=30)
            actual = life.state_at(when) == "running"
            # A booking that is cancelled while its instance runs lets it run (on_cancel: keep), until the next stop.
            if begin == middle and actual and not wanted[at] and _kept(life, middle, when):
                continue
            assert wanted[at] == actual, f"{when}: {wanted[at]} is booked of {bookings}"
            compared += 1
    assert compared > 3000
    assert [] == life.clock.dead_letters


def _kept(life: Life, middle: datetime, when: datetime) -> bool:
    """Say whether the instance has simply run on since the bookings were changed."""
    return all(state == "running" for at, state in life.changes if middle <= at <= when)


@pytest.mark.parametrize(
    ("error", "times", "delivered", "tries"),
    [
        ("InternalError", 5, True, 6),
        ("InternalError", -1, False, None),
        ("IncorrectInstanceState", 1, False, 1),
    ],
)
def test_a_stop_that_ec2_refuses_never_comes_in_the_next_window(aws, error, times, delivered, tries):
    """A passing error makes a stop late, a lasting or final one a dead letter, and that before the next start."""
    life = Life(aws, STARTS["plain"][1])
    start = life.clock.now
    first = OneOff(life.instance_id, start + timedelta(hours=1), start + timedelta(hours=2), "first")
    second = OneOff(life.instance_id, start + timedelta(hours=2, minutes=30), start + timedelta(hours=4), "second")
    life.apply([first, second])
    life.live(start + timedelta(hours=1, minutes=59))
    aws.forget_calls()
    aws.fault("ec2:StopInstances", error, times=times)
    life.live(start + timedelta(hours=3))

    (stop,) = [each for each in (*life.clock.fired, *life.clock.dead_letters) if each.action == "stopInstances"]
    called = aws.calls()["ec2:StopInstances"]
    assert delivered == (stop in life.clock.fired)
    assert first.end + (called - 1) * RETRY == stop.at < second.start
    assert called == tries if tries else called > 5
    assert "running" == life.clock.state(life.instance_id)
