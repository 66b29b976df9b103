# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Days of a month as people write them: day_of_month, or nth and day.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .days import parse_days

# Where no cron says them, each occurrence of each of these days takes two schedules.
DAYS_OF_MONTH_MAX = 10
LAST = -1


def parse_days_of_month(given: Mapping[str, Any]) -> tuple[tuple[int, ...], int, str]:
    """Return the days of the month, or which of the month's days of that name; the others are empty."""
    if ("day_of_month" in given) == ("nth" in given) or ("nth" in given) != ("day" in given):
        raise OptionError(
            "monthly: needs day_of_month, or nth and day, like {day_of_month: [1, 15]} or {nth: 1, day: thu}"
        )
    if "nth" in given:
        (nth,) = _numbers([given["nth"]], 5, "monthly.nth")
        days = parse_days(given["day"], "monthly.day")
        if len(days) != 1:
            raise OptionError(f"monthly.day: {show(given['day'])} must be one day of the week")
        return (), nth, days[0]
    value = given["day_of_month"]
    numbers = _numbers(value if isinstance(value, (list, tuple)) else [value], 31, "monthly.day_of_month")
    if len(numbers) > DAYS_OF_MONTH_MAX:
        raise OptionError(f"monthly.day_of_month: {len(numbers)} days. Maximum: {DAYS_OF_MONTH_MAX}; or book weekly")
    return numbers, 0, ""


def _numbers(values: Sequence[object], most: int, option: str) -> tuple[int, ...]:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int) or not (1 <= value <= most or value == LAST):
            raise OptionError(
                f"{option}: {show(value)} is out of range. Valid values: 1 to {most}, and -1 for the last"
            )
    if not values:
        raise OptionError(f"{option}: empty. Valid values: 1 to {most}, and -1 for the last")
    return tuple(sorted({int(str(value)) for value in values}))
