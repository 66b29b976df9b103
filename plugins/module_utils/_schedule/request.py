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


def parse_request(params: Mapping[str, Any], now: dt.datetime) -> BookingRequest:
    """Return what the options ask for; raises OptionError for what can't be used."""
    common = tuple(dict.fromkeys(check_instance_id(str(value)) for value in params["instance_ids"] or ()))
    entries = _entries(params)
    absent, purge = params["state"] == "absent", bool(params["purge_bookings"])
    stop_now = params["on_cancel"] == "stop_now"
    sweep = parse_sweep(params, now)
    ids = tuple(dict.fromkeys((*common, *(one for entry in entries for one in _own_instances(entry)))))
    homeless = [number for number, entry in enumerate(entries) if not entry.get("instance_ids") and not common]
    if homeless and ids:
        raise OptionError(f"bookings[{homeless[0]}].instance_ids: missing, and so are instance_ids of the task")
    if (not ids or homeless) and (entries or sweep is None):
        raise OptionError("instance_ids: empty. Name at least one instance")
    if not entries and not purge and sweep is None:
        raise OptionError(
            f"bookings: nothing to {'cancel' if absent else 'book'}. Give start_time and end_time, weekly, monthly, "
            f"curfew, {'name, ' if absent else ''}bookings, or purge_bookings: true for all bookings of the instances"
        )
    if absent:
        # A booking is cancelled by what names it, however long ago it was made.
        context = ParseContext(now, params["timezone"], "shift", any_time=True)
        drop = {
            one: tuple(
                _id_to_cancel(one, _times_of(entry), context) for entry in entries if _is_for(one, entry, common)
            )
            for one in ids
        }
        return BookingRequest(ids, {}, drop, purge, stop_now)
    context = ParseContext(now, params["timezone"], params["on_gap"])
    put = {one: _bookings(one, entries, common, context) for one in ids}
    return BookingRequest(ids, put, {}, purge, stop_now, sweep)


def _own_instances(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the instances that an entry of bookings names itself."""
    return tuple(check_instance_id(str(value), "bookings.instance_ids") for value in entry.get("instance_ids") or ())


def _is_for(instance_id: str, entry: Mapping[str, Any], common: Sequence[str]) -> bool:
    return instance_id in (entry.get("instance_ids") or common)


def _times_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an entry says when it is booked."""
    return {key: value for key, value in entry.items() if key in BOOKING_KEYS}


def _entries(params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if params["bookings"] is not None:
        return list(params["bookings"])
    single = {key: params.get(key) for key in BOOKING_KEYS}
    return [single] if any(value for key, value in single.items() if key != "timezone") else []


def _bookings(
    instance_id: str, entries: Sequence[Mapping[str, Any]], common: Sequence[str], context: ParseContext
) -> tuple[Booking, ...]:
    """Return what the entries book; raises one OptionError that names all that can't be read."""
    found: dict[str, Booking] = {}
    errors = []
    for number, entry in enumerate(entries):
        if not _is_for(instance_id, entry, common):
            continue
        place = f"bookings[{number}]: " if len(entries) > 1 else ""
        try:
            booking = parse_booking(instance_id, _times_of(entry), context)
        except OptionError as error:
            errors.append(f"{place}{error}")
            continue
        if found.get(booking.booking_id, booking) != booking:
            errors.append(f"{place}{booking.booking_id!r} names two bookings: give each a name of its own")
        found[booking.booking_id] = booking
    if errors:
        raise OptionError("; ".join(errors))
    return tuple(found.values())


def _id_to_cancel(instance_id: str, entry: Mapping[str, Any], context: ParseContext) -> str:
    """Return the id of a booking to cancel: its name, or what follows from its times."""
    if entry.get("name"):
        return check_name(entry["name"])
    return parse_booking(instance_id, entry, context).booking_id


def parse_settings(params: Mapping[str, Any], role_arn: str, dead_letter_arn: str) -> ScheduleSettings:
    """Read how edges are fired; raises OptionError for what Scheduler would refuse."""
    policy = params["retry_policy"] or {}
    return ScheduleSettings(
        role_arn=check_role(role_arn),
        dead_letter_arn=_check_arn("dead_letter_arn", dead_letter_arn),
        kms_key_arn=_check_arn("kms_key_arn", params["kms_key_arn"] or ""),
        retries=_within("retry_policy.maximum_attempts", policy.get("maximum_attempts", RETRIES[1]), *RETRIES),
        event_age=_within(
            "retry_policy.maximum_event_age", policy.get("maximum_event_age", ScheduleSettings.event_age), *AGES
        ),
        hibernate=bool(params["hibernate"]),
        merge_gap=_within("merge_gap", params["merge_gap"], int(SHORTEST.total_seconds()), LONGEST_GAP),
    )


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
