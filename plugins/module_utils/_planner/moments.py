# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instants as people write them, and the bounds of what can be booked.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .clock import UTC, in_gap, resolve, zone_of

# Scheduler fires within the minute and retries for 60 s at least: anything shorter can't be switched on and off again.
SHORTEST = timedelta(minutes=2)
# Nothing may cost more because a date is far: what is further ahead than this is refused.
FURTHEST = timedelta(days=3653)

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.0+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2}(?::00)?)?",
    re.ASCII,
)


def parse_moment(
    value: object, option: str, timezone: Optional[str], *, later: bool, on_gap: str = "error"
) -> datetime:
    """Return the instant of an ISO 8601 text: with its offset, or a local time in the given time zone."""
    match = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise OptionError(
            f"{option}: {show(value)} is not a date and time in whole seconds, "
            "like 2026-11-24T15:00 or 2026-11-24T15:00:00Z"
        )
    try:
        local = datetime.fromisoformat(f"{match['date']}T{match['time']}")
        if match["zone"]:
            offset = "+00:00" if match["zone"] == "Z" else match["zone"]
            digits = offset[1:].replace(":", "")[:4]
            return datetime.fromisoformat(f"{local.isoformat()}{offset[0]}{digits[:2]}:{digits[2:]}").astimezone(UTC)
        if not timezone:
            raise OptionError(
                f"{option}: {show(value)} has no offset: end it in Z or +01:00, or set timezone to its time zone"
            )
        zone = zone_of(timezone)
        if on_gap == "error" and in_gap(local, zone):
            raise gap_error(option, local, timezone)
        return resolve(local, zone, later=later)[0]
    except (ValueError, OverflowError) as error:
        raise OptionError(f"{option}: {show(value)} does not exist in the calendar: {error}") from error


def gap_error(option: str, local: datetime, timezone: str) -> OptionError:
    """Return the refusal of a local time that clocks skip."""
    return OptionError(
        f"{option}: {local.isoformat(sep=' ', timespec='minutes')} does not exist in {timezone}: clocks skip it. "
        "Choose another time, or on_gap: shift to move it past the gap"
    )
