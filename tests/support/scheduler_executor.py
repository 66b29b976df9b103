"""EventBridge Scheduler's other half, which moto hasn't got: a clock that fires what is scheduled into moto's EC2.

Stands in for AWS: at() and weekly crons with their zones and their StartDate and EndDate, DELETE on completion,
retries within MaximumEventAge. A cron is skipped where clocks skip its time, and fires once where they show it twice.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

UTC = timezone.utc
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
# How long Scheduler waits between two tries is not documented; this is as good as any.
RETRY = timedelta(minutes=1)
# Answers of EC2 that Scheduler takes for final: it doesn't try again.
FINAL = frozenset(
    {
        "IncorrectInstanceState",
        "InvalidInstanceID.Malformed",
        "InvalidInstanceID.NotFound",
        "UnauthorizedOperation",
        "UnsupportedOperation",
    }
)


@dataclasses.dataclass(frozen=True)
class Fired:
    """A call that a schedule made, or tried to."""

    at: datetime
    name: str
    action: str
    error: str = ""


@dataclasses.dataclass
class Executor:
    """Fires the schedules of one group, in the order of their times, and moves its clock with them."""

    scheduler: Any
    ec2: Any
    group: str
    now: datetime
    fired: list[Fired] = dataclasses.field(default_factory=list)
    dead_letters: list[Fired] = dataclasses.field(default_factory=list)

    def run(self, until: datetime, each: Callable[[datetime], None] = lambda _at: None) -> None:
        """Let time pass; ``each`` is called after everything that was fired."""
        while True:
            schedules = list(self._schedules())
            ahead = sorted((at, schedule["Name"]) for schedule in schedules for at in self._next(schedule))
            if not ahead or ahead[0][0] > until:
                break
            at, name = ahead[0]
            self.now = max(self.now, at)
            self._fire(self.scheduler.get_schedule(Name=name, GroupName=self.group), at)
            each(at)
            # The next second: what was just fired isn't due again.
            self.now = max(self.now, at + timedelta(seconds=1))
        self.now = max(self.now, until)
        self._complete(schedules)

    def _complete(self, schedules: Iterable[Mapping[str, Any]]) -> None:
        """Delete what has fired for the last time: a cron past its EndDate, where it says so."""
        for schedule in schedules:
            over = schedule.get("EndDate") is not None and schedule["EndDate"] < self.now
            if over and schedule.get("ActionAfterCompletion") == "DELETE":
                self.scheduler.delete_schedule(Name=schedule["Name"], GroupName=self.group)

    def state(self, instance_id: str) -> str:
        """Give the state of an instance."""
        (reservation,) = self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
        return reservation["Instances"][0]["State"]["Name"]

    def _schedules(self) -> Iterator[dict[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = self.scheduler.list_schedules(GroupName=self.group, State="ENABLED", **token)
            for item in page["Schedules"]:
                yield self.scheduler.get_schedule(Name=item["Name"], GroupName=self.group)
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _next(self, schedule: dict[str, Any]) -> list[datetime]:
        """Give the next time that a schedule is due, nothing for one that never is again."""
        expression, zone = schedule["ScheduleExpression"], ZoneInfo(schedule["ScheduleExpressionTimezone"])
        if expression.startswith("at("):
            at = datetime.fromisoformat(expression[3:-1]).replace(tzinfo=zone).astimezone(UTC)
            return [at] if at >= self.now else []
        first = max(self.now, schedule.get("StartDate") or self.now)
        last = schedule.get("EndDate") or first + timedelta(days=64)
        times = (at for at in occurrences(expression, zone, first) if first <= at <= last)
        return [at] if (at := next(times, None)) else []

    def _fire(self, schedule: dict[str, Any], at: datetime) -> None:
        target = schedule["Target"]
        action = target["Arn"].rsplit(":", 1)[-1]
        policy = target.get("RetryPolicy", {})
        tried_until = at + timedelta(seconds=policy.get("MaximumEventAgeInSeconds", 86400))
        tries = 1 + policy.get("MaximumRetryAttempts", 185)
        fired = Fired(at, schedule["Name"], action)
        for number in range(tries):
            when = at + number * RETRY
            if number and when > tried_until:
                break
            try:
                self._call(action, json.loads(target["Input"]))
                fired = Fired(when, schedule["Name"], action)
                break
            except self.ec2.exceptions.ClientError as error:
                fired = Fired(when, schedule["Name"], action, str(error))
                if error.response["Error"]["Code"] in FINAL:
                    break
        (self.dead_letters if fired.error else self.fired).append(fired)
        if schedule["ScheduleExpression"].startswith("at(") and schedule.get("ActionAfterCompletion") == "DELETE":
            self.scheduler.delete_schedule(Name=schedule["Name"], GroupName=self.group)

    def _call(self, action: str, arguments: dict[str, Any]) -> None:
        if action == "startInstances":
            self.ec2.start_instances(**arguments)
        elif action == "stopInstances":
            self.ec2.stop_instances(**arguments)
        else:
            raise AssertionError(f"Scheduler can't call {action}")


def occurrences(expression: str, zone: ZoneInfo, first: datetime, ahead: int = 65) -> Iterator[datetime]:
    """Give the times of a weekly or monthly cron within so many days."""
    minute, hour, numbers, _month, days, _year = expression[len("cron(") : -1].split()
    start: date = first.astimezone(zone).date() - timedelta(days=1)
    for day in (start + timedelta(days=number) for number in range(ahead + 2)):
        if _is_day(day, numbers, days):
            local = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)
            there = local.astimezone(UTC)
            if there.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                yield there


def _is_day(day: date, numbers: str, days: str) -> bool:
    """Say whether the days of a cron have a day."""
    if numbers == "L":
        return (day + timedelta(days=1)).day == 1
    if numbers != "?":
        return str(day.day) in numbers.split(",")
    named, _sharp, nth = days.partition("#")
    return DAYS[day.weekday()] in named.split(",") and (not nth or (day.day + 6) // 7 == int(nth))
