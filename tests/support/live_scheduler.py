# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EventBridge Scheduler and EC2 in memory and in motion: the clock moves with each call, and schedules are fired late.

What is scheduled when its time comes is fired up to a minute later, even if it is deleted in between: that is the worst
that Scheduler may do. An instance takes most of a minute to start and to stop, refuses a start while it is stopping and
a stop while it is pending, and such an error is final.
"""

from __future__ import annotations

import heapq
import itertools
import json
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ENABLED, Listed, Schedule

from tests.support.schedule_memory import InMemoryStore
from tests.support.scheduler_executor import occurrences

UTC = timezone.utc
LATEST = 60
CALL_SECONDS = 1.0
TRANSITIONS = {"start": ("stopped", "pending", "running"), "stop": ("running", "stopping", "stopped")}


class LiveWorld:
    """A clock, schedules and instances."""

    def __init__(self, rng: random.Random, now: datetime, instances: Sequence[str]) -> None:
        self.rng, self.now, self.moving = rng, now, False
        self.store = InMemoryStore(lambda: self.now)
        self.states = dict.fromkeys(instances, "stopped")
        self.history: dict[str, list[tuple[datetime, str]]] = {one: [(now, "stopped")] for one in instances}
        self.refused: list[tuple[datetime, str, str]] = []
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    # -- time ------------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let time pass, and everything happen that is due."""
        until = self.now + timedelta(seconds=seconds)
        while self._events and self._events[0][0] <= until:
            self.now, _number, happen = heapq.heappop(self._events)
            happen()
        self.now = until

    def run_until(self, until: datetime) -> None:
        """Let time pass until then."""
        self.advance(max(0.0, (until - self.now).total_seconds()))

    def take_time(self, longest: float = CALL_SECONDS) -> None:
        """Let a call take its time."""
        if self.moving:
            self.advance(self.rng.uniform(0, longest))

    def _at(self, when: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._numbers), happen))

    # -- EC2 -------------------------------------------------------------------------------------------------------

    def call(self, instance_id: str, kind: str) -> bool:
        """Start or stop an instance, and return whether EC2 does it; what is so already is left as it is."""
        start, between, end = TRANSITIONS[kind]
        state = self.states[instance_id]
        if state in (between, end):
            return True
        if state != start:
            self.refused.append((self.now, instance_id, kind))
            return False
        self._become(instance_id, between)
        self._at(
            self.now + timedelta(seconds=self.rng.uniform(10, 55)),
            lambda: self._become(instance_id, end) if self.states[instance_id] == between else None,
        )
        return True

    def _become(self, instance_id: str, state: str) -> None:
        self.states[instance_id] = state
        self.history[instance_id].append((self.now, state))

    def was(self, instance_id: str, at: datetime) -> str:
        """Return the state that an instance was in at a time."""
        return [state for since, state in self.history[instance_id] if since <= at][-1]

    def describe_instances(self, **arguments: Any) -> dict[str, Any]:
        """Answer as EC2; a slow call stands for the many instances of a run."""
        ids = arguments["Filters"][0]["Values"]
        answer = [{"InstanceId": one, "State": {"Name": self.states[one]}} for one in ids if one in self.states]
        self.take_time(self.rng.choice((1, 20, 90)))
        return {"Reservations": [{"OwnerId": "123456789012", "Instances": answer}]}

    def start_instances(self, **arguments: Any) -> None:
        """Start instances, as a caller does."""
        self.take_time()
        for one in arguments["InstanceIds"]:
            self.call(one, "start")

    # -- Scheduler -------------------------------------------------------------------------------------------------

    def list(self, prefix: str) -> list[Listed]:
        """List schedules."""
        answer = self.store.list(prefix)
        self.take_time()
        return answer

    def get(self, name: str) -> Schedule | None:
        """Return a schedule."""
        self.take_time()
        return self.store.get(name)

    def create(self, schedule: Schedule) -> None:
        """Create a schedule, which is fired from now on."""
        self.store.create(schedule)
        if schedule.state == ENABLED:
            self._expect(schedule, self.now)
        self.take_time()

    def delete(self, name: str) -> None:
        """Delete a schedule; what was picked up to be fired is fired."""
        self.take_time()
        self.store.delete(name)

    def _expect(self, schedule: Schedule, after: datetime) -> None:
        at = self._next(schedule, after)
        if at is not None:
            self._at(at, lambda: self._pick_up(schedule))

    def _pick_up(self, schedule: Schedule) -> None:
        if schedule.name not in self.store.schedules:
            return
        delay = timedelta(seconds=self.rng.uniform(0, LATEST))
        self._at(self.now + delay, lambda: self._fire(schedule))
        if schedule.expression.startswith("cron"):
            self._expect(schedule, self.now + timedelta(seconds=1))

    def _fire(self, schedule: Schedule) -> None:
        (instance_id,) = json.loads(schedule.input)["InstanceIds"]
        self.call(instance_id, schedule.action.removesuffix("Instances"))
        if schedule.expression.startswith("at("):
            self.store.schedules.pop(schedule.name, None)

    def _next(self, schedule: Schedule, after: datetime) -> datetime | None:
        if schedule.expression.startswith("at("):
            return datetime.fromisoformat(schedule.expression[3:-1]).replace(tzinfo=UTC)
        first = max(after, schedule.start_date or after)
        found = occurrences(schedule.expression, ZoneInfo(schedule.timezone), first)
        at = next((one for one in found if one >= first), None)
        return at if at and (schedule.end_date is None or at <= schedule.end_date) else None
