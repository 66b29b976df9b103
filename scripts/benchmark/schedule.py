# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of the schedule: how long planning takes, and what one more booking costs in calls."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import subprocess
import sys
from datetime import datetime, timedelta, timezone

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Writer
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import BookingChange
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ScheduleSettings
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import SchedulerStore

from scripts.benchmark.model import BenchError
from scripts.benchmark.planner import BOOKINGS
from scripts.benchmark.world import LOOKUP_REGION, ROOT, World
from scripts.collection import COLLECTIONS

INSTANCES = 10_000
BOOKED = 20
SETTINGS = ScheduleSettings("arn:aws:iam::123456789012:role/scheduler")
# Where the one more booking lies, in hours after the first of those there are: they last one hour of each three.
PLACES = {
    "apart from all others": (70.0, 71.0),
    "longer than one": (0.5, 1.5),
    "over the time between two": (0.5, 3.5),
    "earlier than one": (2.5, 3.5),
    "around one": (2.5, 4.5),
}


@dataclasses.dataclass(frozen=True)
class Planned:
    """The planner's times: for a tenth of the instances, for all, and for all where one in five bookings is weekly."""

    instances: int
    rounds: list[tuple[float, float, float]]

    @property
    def bookings(self) -> int:
        """The bookings of all instances."""
        return self.instances * BOOKINGS

    @property
    def seconds(self) -> float:
        """The median for all of them."""
        return statistics.median(full for _tenth, full, _weekly in self.rounds)

    @property
    def tenth(self) -> float:
        """The median for a tenth."""
        return statistics.median(tenth for tenth, _full, _weekly in self.rounds)

    @property
    def weekly(self) -> float:
        """The median for all of them, one in five weekly."""
        return statistics.median(weekly for _tenth, _full, weekly in self.rounds)

    @property
    def growth(self) -> float:
        """How much longer ten times the bookings take, the median of the rounds."""
        return statistics.median(full / tenth for tenth, full, _weekly in self.rounds)


@dataclasses.dataclass(frozen=True)
class Booked:
    """What one booking more cost."""

    place: str
    lists: int
    gets: int
    writes: int


def plan(instances: int, rounds: int) -> Planned:
    """Time the planner, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.benchmark.planner", str(instances), str(rounds)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(done.stderr)
    return Planned(instances, [tuple(each) for each in json.loads(done.stdout)])


def book(world: World) -> list[Booked]:
    """Book one more window on instances that have twenty, and count the calls."""
    return [_book_one(world, f"i-{number:017x}", place) for number, place in enumerate(PLACES)]


def _book_one(world: World, instance_id: str, place: str) -> Booked:
    # A store of its own for each: it remembers that the group is there.
    day = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)

    def writer() -> Writer:
        store = SchedulerStore(world.client("scheduler", LOOKUP_REGION), Retrier(), LOOKUP_REGION, "tfbridge")
        return Writer(store, instance_id)

    def record(first: float, last: float) -> Record:
        return Record(OneOff(instance_id, day + timedelta(hours=first), day + timedelta(hours=last)), SETTINGS)

    writer().apply(BookingChange(put=tuple(record(3 * number, 3 * number + 1) for number in range(BOOKED))))
    world.forget_calls()
    writer().apply(BookingChange(put=(record(*PLACES[place]),)))
    calls = {name.removeprefix("scheduler:"): count for name, count in world.calls().items()}
    writes = sum(count for name, count in calls.items() if not name.startswith(("List", "Get")))
    return Booked(place, calls.get("ListSchedules", 0), calls.get("GetSchedule", 0), writes)
