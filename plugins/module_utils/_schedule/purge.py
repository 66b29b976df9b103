# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings of one origin, a calendar say, that nobody asks for any more: found in the whole group, and cancelled.

PRIVATE: not for use outside this collection, may change in any release.

Nothing is written before all of them were found and their number was judged.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.moments import FURTHEST, parse_moment

from .changes import Observed
from .names import RecordName, read_name
from .schedule import Listed

_PREFIX = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z_.-]{2,34}")


@dataclass(frozen=True)
class Sweep:
    """Which bookings are cancelled unless they are asked for: by the beginning of their names, up to a horizon."""

    prefix: str
    until: dt.datetime
    keep: tuple[str, ...] = ()
    limit: int = 50

    def covers(self, booking_id: str) -> bool:
        """Return whether a name is one of those that may be cancelled."""
        return booking_id.startswith(self.prefix) and not booking_id.startswith(self.keep)

    def instances(self, listed: Iterable[Listed]) -> set[str]:
        """Return the instances that have such bookings."""
        names = (read_name(one) for one in listed)
        return {one.instance_id for one in names if isinstance(one, RecordName) and self.covers(one.booking_id)}


@dataclass(frozen=True)
class Gone:
    """What of an instance's bookings is cancelled, of how many that were there."""

    cancelled: tuple[str, ...]
    total: int


def parse_sweep(params: Mapping[str, Any], now: dt.datetime) -> Optional[Sweep]:
    """Return what purge_prefix and its companions ask for; None where it isn't given."""
    prefix = params.get("purge_prefix")
    companions = [name for name in ("purge_until", "purge_keep") if params.get(name)]
    if not prefix:
        if companions:
            raise OptionError(f"{companions[0]}: needs purge_prefix")
        return None
    if params["state"] == "absent" or params["purge_bookings"]:
        other = "purge_bookings" if params["purge_bookings"] else "state: absent"
        raise OptionError(f"purge_prefix: mutually exclusive with {other}")
    if not _PREFIX.fullmatch(prefix):
        raise OptionError(
            f"purge_prefix: {prefix!r} can't begin the name of a booking. Valid values: 3 to 35 letters, digits, '-', "
            "'_' and '.', not starting with '.'"
        )
    limit = params["purge_limit"]
    if not 0 <= limit <= 100:
        raise OptionError(f"purge_limit: {limit} is out of range. Valid values: 0 to 100, in percent")
    until = params.get("purge_until")
    moment = parse_moment(until, "purge_until", params["timezone"], later=True, on_gap="shift") if until else None
    keep = tuple(one for one in params.get("purge_keep") or () if one)
    return Sweep(prefix, moment or now + FURTHEST, keep, limit)


def find_gone(sweep: Sweep, observed: Observed, wanted: Collection[str], now: dt.datetime) -> Gone:
    """Return which bookings of an instance are to be cancelled.

    One that runs now stays until its end, whoever deleted the event. One that starts after the horizon was not looked
    for in the calendar, and one that is over leaves by itself.
    """
    cancelled, total = [], 0
    for booking_id, record in observed.records.items():
        booking = record.booking
        if not booking_id.startswith(sweep.prefix) or not isinstance(booking, OneOff):
            continue
        if booking.end <= now or booking.start >= sweep.until:
            continue
        total += 1
        if booking_id not in wanted and sweep.covers(booking_id) and booking.start > now:
            cancelled.append(booking_id)
    return Gone(tuple(sorted(cancelled)), total)


def check_limit(sweep: Sweep, gone: Mapping[str, Gone]) -> None:
    """Refuse to cancel more of the bookings than the limit allows; raises DataError."""
    cancelled = sum(len(one.cancelled) for one in gone.values())
    total = sum(one.total for one in gone.values())
    if cancelled * 100 > total * sweep.limit:
        names = sorted({name for one in gone.values() for name in one.cancelled})
        raise DataError(
            f"purge_limit: {cancelled} of {total} bookings named {sweep.prefix}... would be cancelled, more than "
            f"{sweep.limit} %: {enumerate_names(names)}. Nothing was changed. If that is right, run once with "
            "purge_limit: 100"
        )
