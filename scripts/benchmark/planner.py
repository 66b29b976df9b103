# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans bookings of many instances and prints the seconds: ``python -m scripts.benchmark.planner INSTANCES ROUNDS``.

The bookings: ten an instance, spread over a month, some of them overlapping; the same in every run. Where one in five
is weekly, instances have hundreds of different weeks, with clock changes in them.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff, Weekly
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import plan

BOOKINGS = 10
NOW = datetime(2027, 3, 1, tzinfo=timezone.utc)


def bookings(instances: int) -> list[OneOff]:
    """Make them."""
    source = random.Random(1)  # noqa: S311  no secret, and the same each time
    made = []
    for number in range(instances):
        for _booking in range(BOOKINGS):
            start = NOW + timedelta(minutes=15 * source.randrange(1, 4 * 24 * 30))
            made.append(OneOff(f"i-{number:017x}", start, start + timedelta(hours=source.randrange(1, 9))))
    return made


def with_weekly(booked: list[OneOff]) -> list[Booking]:
    """Make one in five of them weekly, after one of ten patterns."""
    source = random.Random(2)  # noqa: S311  as above
    patterns = [
        (tuple(day for day in DAYS if source.random() < 0.5) or DAYS[:1], f"{begin:02}:00", f"{begin + 9:02}:30")
        for begin in range(4, 14)
    ]
    return [
        Weekly(each.instance_id, *source.choice(patterns), "Europe/Paris", f"weekly-{number}")
        if source.random() < 0.2
        else each
        for number, each in enumerate(booked)
    ]


def seconds(booked: Sequence[Booking]) -> float:
    """Plan once."""
    by_instance: dict[str, list[Booking]] = defaultdict(list)
    for booking in booked:
        by_instance[booking.instance_id].append(booking)
    began = time.perf_counter()
    for own in by_instance.values():
        plan(own, NOW)
    return time.perf_counter() - began


def main() -> None:
    """Plan for a tenth of the instances, for all of them, and for all with weekly bookings too, in turns."""
    instances, rounds = int(sys.argv[1]), int(sys.argv[2])
    print(json.dumps([_round(instances) for _number in range(rounds)]))


def _round(instances: int) -> tuple[float, float, float]:
    # Made anew each time: an object that is planned again has its digests already.
    return (
        seconds(bookings(max(1, instances // 10))),
        seconds(bookings(instances)),
        seconds(with_weekly(bookings(instances))),
    )


if __name__ == "__main__":
    main()
