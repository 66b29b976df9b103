# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans bookings of many instances and prints the seconds: ``python -m scripts.benchmark.planner INSTANCES ROUNDS``.

The bookings: ten an instance, spread over a month, some of them overlapping; the same in every run.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import datetime, timedelta, timezone

from ansible_collections.tfbridge.aws.plugins.module_utils._booking import OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._edges import plan_all

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


def seconds(instances: int) -> float:
    """Plan once."""
    booked = bookings(instances)
    began = time.perf_counter()
    plan_all(booked, NOW)
    return time.perf_counter() - began


def main() -> None:
    """Plan for a tenth of the instances and for all of them, in turns."""
    instances, rounds = int(sys.argv[1]), int(sys.argv[2])
    pairs = [(seconds(max(1, instances // 10)), seconds(instances)) for _round in range(rounds)]
    print(json.dumps(pairs))


if __name__ == "__main__":
    main()
