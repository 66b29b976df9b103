# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a caller of ec2_schedule asks for, read from its options before anything is called.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.moments import SHORTEST
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import (
    BOOKING_KEYS,
    ParseContext,
    check_instance_id,
    check_name,
    parse_booking,
)

from .authority import EVERYTHING, Authority
from .changes import BookingChange
from .purge import Sweep, parse_sweep
from .records import Record
from .schedule import ScheduleSettings
from .store import check_role

# Limits of the RetryPolicy of EventBridge Scheduler (its API reference).
AGES = (60, 86400)
RETRIES = (0, 185)
LONGEST_GAP = 86400
_LEAST_GAP = int(SHORTEST.total_seconds())
# In the place of an instance id that is refused, while the other options are read.
_STAND_IN = "i-00000000"
_ARN = {"dead_letter_arn": "sqs", "kms_key_arn": "kms"}


@dataclass(frozen=True)
class BookingRequest:
    """Bookings to hold and ids of bookings to cancel, for each instance."""

    instance_ids: tuple[str, ...]
    put: Mapping[str, tuple[Booking, ...]] = field(default_factory=dict)
    drop: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    purge: bool = False
    stop_now: bool = False
    sweep: Optional[Sweep] = None
    authority: Authority = EVERYTHING
    key: str = ""

    def change(self, instance_id: str, settings: Optional[ScheduleSettings]) -> BookingChange:
        """Return the change of one instance; settings are needed where something is booked."""
        bookings = self.put.get(instance_id, ())
        owner = self.authority.owner
        put = tuple(Record(booking, settings, owner, self.key) for booking in bookings) if settings else ()
        return BookingChange(put, self.drop.get(instance_id, ()), self.purge, self.stop_now, self.authority)


@dataclass(frozen=True)
class _Entry:
    """One booking as it was written: its place in the options, its instances, and when they are booked."""

    place: str
    instance_ids: tuple[str, ...]
    times: Mapping[str, Any]


def parse_request(params: Mapping[str, Any], now: dt.datetime) -> BookingRequest:
    """Return what the options ask for; raises one OptionError for all that can't be used."""
    refusals = Refusals()
    common = _instances(params["instance_ids"], "instance_ids", refusals)
    entries = _entries(params, common, refusals)
    ids = tuple(dict.fromkeys((*common, *(one for entry in entries for one in entry.instance_ids))))
    _check_enough(params, entries, ids, refusals)
    sweep = refusals.checked(None, parse_sweep, params, now)
    purge, stop_now = bool(params["purge_bookings"]), params["on_cancel"] == "stop_now"
    if params["state"] == "absent":
        # A booking is cancelled by what names it, however long ago it was made.
        context = ParseContext(now, params["timezone"], "shift", any_time=True)
        drop = {
            one: tuple(
                refusals.checked("", _id_to_cancel, one, entry.times, context, place=entry.place)
                for entry in entries
                if one in entry.instance_ids
            )
            for one in ids
        }
        refusals.finish()
        return BookingRequest(ids, {}, drop, purge, stop_now)
    context = ParseContext(now, params["timezone"], params["on_gap"])
    put = {one: _bookings(one, entries, context, refusals) for one in ids}
    refusals.finish()
    return BookingRequest(ids, put, {}, purge, stop_now, sweep)


def _instances(values: Optional[Sequence[object]], option: str, refusals: Refusals) -> tuple[str, ...]:
    checked = (refusals.checked(_STAND_IN, check_instance_id, str(value), option) for value in values or ())
    return tuple(dict.fromkeys(checked))


def _entries(params: Mapping[str, Any], common: tuple[str, ...], refusals: Refusals) -> list[_Entry]:
    given = params["bookings"]
    if given is None:
        single = {key: params.get(key) for key in BOOKING_KEYS}
        given = [single] if any(value for key, value in single.items() if key != "timezone") else []
    return [
        _Entry(
            f"bookings[{number}]: " if len(given) > 1 else "",
            _instances(entry.get("instance_ids"), "bookings.instance_ids", refusals) or common,
            {key: value for key, value in entry.items() if key in BOOKING_KEYS},
        )
        for number, entry in enumerate(given)
    ]


def _check_enough(params: Mapping[str, Any], entries: Sequence[_Entry], ids: Sequence[str], refusals: Refusals) -> None:
    """Note where instances or bookings are missing."""
    sweeps = bool(params.get("purge_prefix"))
    if not ids and (entries or not sweeps):
        refusals.refuse("instance_ids: empty. Name at least one instance")
    for number, entry in enumerate(entries if ids else ()):
        if not entry.instance_ids:
            refusals.refuse(f"bookings[{number}].instance_ids: missing, and so are instance_ids of the task")
    if not entries and not params["purge_bookings"] and not sweeps:
        absent = params["state"] == "absent"
        refusals.refuse(
            f"bookings: nothing to {'cancel' if absent else 'book'}. Give start_time and end_time, weekly, monthly, "
            f"curfew, {'name, ' if absent else ''}bookings, or purge_bookings: true for all bookings of the instances"
        )


def _bookings(
    instance_id: str, entries: Sequence[_Entry], context: ParseContext, refusals: Refusals
) -> tuple[Booking, ...]:
    """Return what the entries book for an instance; note all that can't be read."""
    found: dict[str, Booking] = {}
    for entry in entries:
        if instance_id not in entry.instance_ids:
            continue
        booking = refusals.checked(None, parse_booking, instance_id, entry.times, context, place=entry.place)
        if not booking:
            continue
        if found.get(booking.booking_id, booking) != booking:
            refusals.refuse(f"{entry.place}{booking.booking_id!r} names two bookings: give each a name of its own")
        found[booking.booking_id] = booking
    return tuple(found.values())


def _id_to_cancel(instance_id: str, times: Mapping[str, Any], context: ParseContext) -> str:
    """Return the id of a booking to cancel: its name, or what follows from its times."""
    if times.get("name"):
        return check_name(times["name"])
    return parse_booking(instance_id, times, context).booking_id


def parse_settings(params: Mapping[str, Any], role_arn: str, dead_letter_arn: str) -> ScheduleSettings:
    """Return how edges are fired; raises one OptionError for all that Scheduler would refuse.

    An ARN that isn't known yet is "".
    """
    refusals, policy = Refusals(), params["retry_policy"] or {}
    attempts = policy.get("maximum_attempts", RETRIES[1])
    age = policy.get("maximum_event_age", ScheduleSettings.event_age)
    settings = ScheduleSettings(
        role_arn=refusals.checked("", check_role, role_arn) if role_arn else "",
        dead_letter_arn=refusals.checked("", _check_arn, "dead_letter_arn", dead_letter_arn),
        kms_key_arn=refusals.checked("", _check_arn, "kms_key_arn", params["kms_key_arn"] or ""),
        retries=refusals.checked(0, _within, "retry_policy.maximum_attempts", attempts, *RETRIES),
        event_age=refusals.checked(0, _within, "retry_policy.maximum_event_age", age, *AGES),
        hibernate=bool(params["hibernate"]),
        merge_gap=refusals.checked(0, _within, "merge_gap", params["merge_gap"], _LEAST_GAP, LONGEST_GAP),
    )
    refusals.finish()
    return settings


def _within(option: str, value: int, least: int, most: int) -> int:
    if least <= value <= most:
        return value
    raise OptionError(f"{option}: {value} is out of range. Valid values: {least} to {most}")


def _check_arn(option: str, arn: str) -> str:
    if arn and not re.fullmatch(rf"arn:[a-z-]+:{_ARN[option]}:[a-z0-9-]+:\d{{12}}:.+", arn):
        raise OptionError(f"{option}: {arn!r} is not an ARN of {_ARN[option].upper()}")
    if arn.endswith(".fifo"):
        raise OptionError(f"{option}: {arn!r} is a FIFO queue, which Scheduler does not support: use a standard queue")
    return arn
