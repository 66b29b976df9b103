# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings as records hold them, read back.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError

from .booking import Booking, Curfew, Monthly, OneOff, Weekly
from .clock import UTC, zone_of, zulu
from .days import check_clocks, parse_clock, parse_dates, parse_days
from .days_of_month import parse_days_of_month
from .moments import parse_moment

# Older than EC2: with a start near the calendar's own, weeks around it don't exist and nothing can be planned.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def from_record(instance_id: str, booking_id: str, body: Any) -> Booking:
    """Return the booking that to_record wrote; raises DataError for anything else."""
    damaged = f"the record of booking {booking_id!r} of {instance_id} is damaged"
    try:
        if "curfew" in body:
            zone, at = _zone(body), parse_clock(body["curfew"], "curfew")
            return Curfew(instance_id, parse_days(body["days"], "days"), at, zone, booking_id)
        if "monthly" in body:
            times = _times(body, "monthly")
            return Monthly(instance_id, *parse_days_of_month(body["monthly"]), *times, booking_id)
        if "days" in body:
            times, excluded = _times(body, "weekly"), parse_dates(body.get("except"), "except")
            return Weekly(instance_id, parse_days(body["days"], "days"), *times, booking_id, excluded)
        begin, finish = (parse_moment(body[key], key, None, later=False) for key in ("start", "end"))
        cancelled = bool(body.get("cancelled", False))
    except (OptionError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{damaged}: {error}") from error
    if finish <= begin:
        raise DataError(f"{damaged}: it ends before it starts")
    if begin < _EARLIEST:
        raise DataError(f"{damaged}: it starts at {zulu(begin)}, which can't be planned")
    return OneOff(instance_id, begin, finish, booking_id, cancelled)


def _times(body: Any, option: str) -> tuple[str, str, str]:
    """Return start, end and time zone of what recurs."""
    start, end = parse_clock(body["start"], "start"), parse_clock(body["end"], "end")
    zone = _zone(body)
    check_clocks(start, end, option)
    return start, end, zone


def _zone(body: Any) -> str:
    return zone_of(str(body["timezone"])).key
