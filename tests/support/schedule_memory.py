"""Schedules in memory, and writers whose calls are interleaved one by one, in an order that a seed decides."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import Listed, Schedule

from tests.support.schedule_rules import refusal


class InMemoryStore:
    """A schedule group in memory. Like Scheduler, it has no transactions, locks or conditional writes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.schedules: dict[str, Schedule] = {}
        self.calls: list[str] = []
        self._created: dict[str, float] = {}
        self._now = now

    def list(self, prefix: str = "") -> list[Listed]:
        """List schedules, newest first."""
        self.calls.append("list")
        names = sorted(self.schedules, key=self._created.__getitem__, reverse=True)
        found = [name for name in names if name.startswith(prefix)]
        return [Listed(name, self.schedules[name].state, self._created[name]) for name in found]

    def get(self, name: str) -> Schedule | None:
        """Return a schedule."""
        self.calls.append("get")
        return self.schedules.get(name)

    def create(self, schedule: Schedule) -> None:
        """Create a schedule, unless Scheduler would refuse it."""
        self.calls.append("create")
        assert schedule.name not in self.schedules
        refused = refusal(schedule, self._now(), timedelta(seconds=60))
        assert refused is None, refused
        self.schedules[schedule.name] = schedule
        self._created[schedule.name] = float(len(self.calls))

    def delete(self, name: str) -> None:
        """Delete a schedule."""
        self.calls.append("delete")
        self.schedules.pop(name, None)


class Killed(BaseException):
    """The process of a writer ends here."""


class Turns:
    """Runs functions in threads, one call at a time, each step taken by one that the random source picks."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._writers: list[_Turn] = []

    def add(self, job: Callable[[Any], Any], store: Any, dies_at: int | None = None) -> _Turn:
        """Add a writer; it dies before its n-th call where that is given."""
        turn = _Turn(job, store, dies_at)
        self._writers.append(turn)
        return turn

    def run(self, check: Callable[[], None]) -> None:
        """Run all to their ends; check what holds after every call."""
        for turn in self._writers:
            turn.thread.start()
            turn.paused.acquire()
        while alive := [turn for turn in self._writers if not turn.done]:
            turn = self._rng.choice(alive)
            turn.go.release()
            turn.paused.acquire()
            check()
        for turn in self._writers:
            turn.thread.join()


class _Turn:
    """One writer, and the store as it sees it."""

    def __init__(self, job: Callable[[Any], Any], store: Any, dies_at: int | None) -> None:
        self.go, self.paused = threading.Semaphore(0), threading.Semaphore(0)
        self.done, self.died = False, False
        self.result: Any = None
        self.error: Exception | None = None
        self._job, self._store, self._left = job, store, dies_at
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.result = self._job(self)
        except Killed:
            self.died = True
        except Exception as error:  # noqa: BLE001  handed to the test
            self.error = error
        self.done = True
        self.paused.release()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Wait for this writer's turn before each call of the store."""
        if name not in {"list", "get", "create", "delete"}:
            raise AttributeError(name)

        def call(*arguments: Any) -> Any:
            self.paused.release()
            self.go.acquire()
            if self._left is not None:
                self._left -= 1
                if self._left < 0:
                    raise Killed
            return getattr(self._store, name)(*arguments)

        return call
