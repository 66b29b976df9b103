# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the booking API's function takes for large requests, where each call of AWS takes 25 ms."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import scheduler_pace

from scripts.benchmark.model import BenchError
from tests.support.booking_api import Api, wish

LATENCY = 0.025
# In the first region Scheduler allows a thousand calls a second, in the other 250.
REGIONS = ("eu-central-1", "eu-north-1")


@dataclasses.dataclass(frozen=True)
class Answered:
    """A request, the region whose pace was kept, how long its answer took, and how long it may take."""

    request: str
    region: str
    seconds: float
    bound: float


def answer() -> list[Answered]:
    """Send the requests, each to a function that has just been started."""
    return [
        each for region in REGIONS for each in (_list(420, 1, region), _list(35, 20, region), _book(20, 30, region))
    ]


def _list(instances: int, bookings: int, region: str) -> Answered:
    api = _booked(instances, bookings, region)
    seconds = _timed(lambda: len(api.listed(limit="1000")) == min(1000, instances * bookings))
    what = f"`GET /bookings`, {instances * bookings} bookings of {instances} instances"
    # 700 calls at 250 a second take nearly three seconds by themselves.
    slow = region != REGIONS[0] and instances * bookings > 600
    return Answered(what, region, seconds, 4.0 if slow else 3.0)


def _book(instances: int, bookings: int, region: str) -> Answered:
    api = _booked(instances, bookings, region)
    body = wish(_ids(instances), 2 * bookings + 1, 2 * bookings + 2, name="more")
    seconds = _timed(lambda: api.post(body)[0] == 201)
    return Answered(f"`POST /provision`, {instances} instances with {bookings} bookings each", region, seconds, 10.0)


def _booked(instances: int, bookings: int, region: str) -> Api:
    """Return an API with so many bookings, slow from now on."""
    api, ids = Api(), _ids(instances)
    for one in ids:
        api.aws.add(one, Bookable="true")
    for number in range(bookings):
        for first in range(0, instances, 20):
            api.post(wish(ids[first : first + 20], 2 * number + 1, 2 * number + 2, name=f"n{number}"))
    api.restart()
    api.cloud.scheduler_pace = scheduler_pace(region)
    api.aws.latency = LATENCY
    return api


def _ids(count: int) -> list[str]:
    return [f"i-{number:017x}" for number in range(count)]


def _timed(request: Callable[[], bool]) -> float:
    began = time.perf_counter()
    if not request():
        raise BenchError("the booking API did not answer as it should")
    return time.perf_counter() - began
