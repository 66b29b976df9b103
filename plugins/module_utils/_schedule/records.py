# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings as schedules: DISABLED ones, whose Description is the booking.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import (
    Booking,
    Curfew,
    Monthly,
    OneOff,
    Recurring,
    Weekly,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import DAYS, epoch, minutes, stamp
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import LEAD
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.monthly import cron_days
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.stored import from_record
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import pattern_of

from .names import RecordName
from .schedule import DESCRIPTION_MAX, DISABLED, Schedule, ScheduleSettings

# Records with what an older release would overlook have a later version, which it refuses to read: the second for days
# that are left out, the third for curfews, the fourth for monthly bookings.
VERSIONS = (1, 2, 3, 4)
# So many characters of a record are left to its owner; most ARNs are shorter.
_OWNER_MAX = 160


@dataclass(frozen=True)
class Record:
    """A booking as it is stored.

    C(owner) is who booked, "" where an older release did not store it; C(key) is the digest of the request that a
    client may repeat.
    """

    booking: Booking
    settings: ScheduleSettings
    owner: str = ""
    key: str = ""

    def books_as(self, other: Record) -> bool:
        """Return whether another record books the same in the same way, or is of the same request, made again."""
        repeated = bool(self.key) and (self.owner, self.key) == (other.owner, other.key)
        return repeated or (self.booking, self.settings) == (other.booking, other.settings)

    def after(self, there: Record) -> Record:
        """Return the record that takes the place of another of the same booking: its owner's, found by its key."""
        return replace(self, owner=there.owner or self.owner, key=self.key or there.key)


def owner_name(caller: str) -> str:
    """Return a caller as records hold it: one that is too long for a record is cut, and told apart by a digest."""
    if len(json.dumps(caller)) <= _OWNER_MAX:
        return caller
    cut = caller
    while len(json.dumps(cut)) > _OWNER_MAX - 20:
        cut = cut[: len(cut) * 3 // 4]
    return f"{cut}~{hashlib.sha256(caller.encode()).hexdigest()[:16]}"


def record_schedule(record: Record, nonce: str, now: datetime) -> Schedule:
    """Return the schedule that holds a booking."""
    booking, settings = record.booking, record.settings
    body = {
        "v": _version(booking),
        **booking.to_record(),
        "merge_gap": settings.merge_gap,
    }
    if settings.hibernate:
        body["hibernate"] = True
    body.update({key: value for key, value in (("owner", record.owner), ("key", record.key)) if value})
    description = json.dumps(body, separators=(",", ":"), sort_keys=True)
    if len(description) > DESCRIPTION_MAX:
        raise OptionError(
            f"booking {booking.booking_id!r} takes {len(description)} characters, and a schedule holds "
            f"{DESCRIPTION_MAX}: leave out fewer days (weekly.except), or join them to ranges"
        )
    if isinstance(booking, OneOff):
        ends = max(epoch(booking.end), epoch(now) + LEAD + 1)
        expression, zone = f"at({stamp(ends)})", "UTC"
    else:
        expression, zone = _cron(booking), booking.timezone
    return Schedule(
        name=f"{booking.instance_id}.r.{booking.booking_id}.{nonce}",
        state=DISABLED,
        expression=expression,
        timezone=zone,
        action="stopInstances",
        input=json.dumps({"InstanceIds": [booking.instance_id]}),
        description=description,
        settings=settings,
        event_age=settings.event_age,
        delete_after=False,
    )


def _version(booking: Booking) -> int:
    if isinstance(booking, Monthly):
        return 4
    if isinstance(booking, Curfew):
        return 3
    return 2 if isinstance(booking, Weekly) and booking.excluded else 1


def _cron(booking: Union[Recurring, Monthly]) -> str:
    """Return when a booking ends every week, or about when every month.

    A record's expression is for those who look at it in the console.
    """
    if isinstance(booking, Monthly):
        end, days = minutes(booking.end) % 1440, cron_days(booking) or "L * ?"
        return f"cron({end % 60} {end // 60} {days} *)"
    pattern = pattern_of(booking)
    end = minutes(pattern.end)
    later = 1 if end < minutes(pattern.start) or end == 1440 else 0
    days = ",".join(DAYS[(DAYS.index(day) + later) % 7].upper() for day in pattern.days)
    return f"cron({end % 60} {end // 60 % 24} ? * {days} *)"


def read_owner(schedule: Schedule) -> str:
    """Return who made a record, which may be damaged; "" where it doesn't say."""
    try:
        return _text(parse_json(schedule.description), "owner")
    except (ValueError, AttributeError):
        return ""


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def read_record(name: RecordName, schedule: Schedule) -> Record:
    """Read back what record_schedule wrote; raises DataError for what it didn't."""
    damaged = f"the record {name.name!r} is damaged and was left alone"
    try:
        body = parse_json(schedule.description)
        version, merge_gap, hibernate = body["v"], int(body.get("merge_gap", 120)), bool(body.get("hibernate"))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise DataError(f"{damaged}: its Description is not the JSON of a booking: {schedule.description!r}") from error
    if version not in VERSIONS:
        raise DataError(f"{damaged}: its version is {version!r}, this release reads {VERSIONS[0]} to {VERSIONS[-1]}")
    try:
        booking = from_record(name.instance_id, name.booking_id, body)
    except DataError as error:
        raise DataError(f"{damaged}: {error}") from error
    settings = replace(schedule.settings, hibernate=hibernate, merge_gap=max(120, merge_gap))
    return Record(booking, settings, _text(body, "owner"), _text(body, "key"))
