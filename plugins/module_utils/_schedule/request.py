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
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import (
    SHORTEST,
    UTC,
    Booking,
    Reading,
    check_instance_id,
    check_name,
    parse_one_off,
    parse_weekly,
)

from .names import Record, Settings
from .steps import Change
from .store import check_role

# Limits of the RetryPolicy of EventBridge Scheduler (its API reference).
AGES = (60, 86400)
RETRIES = (0, 185)
LONGEST_GAP = 86400
_ARN = {"dead_letter_arn": "sqs", "kms_key_arn": "kms"}


@dataclass(frozen=True)
class Request:
    """Bookings to hold and ids of bookings to cancel, for each instance."""

    instance_ids: tuple[str, ...]
    put: Mapping[str, tuple[Booking, ...]]
    drop: Mapping[str, tuple[str, ...]]
    purge: bool
    stop_now: bool

    def change(self, instance_id: str, settings: Optional[Settings]) -> Change:
        """Give the change of one instance; settings are needed where there is something to hold."""
        bookings = self.put.get(instance_id, ())
        put = tuple(Record(booking, settings) for booking in bookings) if settings else ()
        return Change(put, self.drop.get(instance_id, ()), self.purge, self.stop_now)


def parse_request(params: Mapping[str, Any], now: dt.datetime) -> Request:
    """Read the options; raises OptionError for what can't be used."""
    ids = tuple(dict.fromkeys(check_instance_id(str(value)) for value in params["instance_ids"]))
    if not ids:
        raise OptionError("instance_ids: none given: name at least one instance")
    entries = _entries(params)
    absent, purge = params["state"] == "absent", bool(params["purge_bookings"])
    if not entries and not purge:
        raise OptionError(
            f"bookings: nothing to {'cancel' if absent else 'book'}. Accepted are start_time and end_time, weekly, "
            f"{'name, ' if absent else ''}bookings, or purge_bookings: true for all bookings of the instances"
        )
    if absent:
        # A booking is cancelled by what names it, however long ago it was made.
        past = dt.datetime.min.replace(tzinfo=UTC)
        drop = {one: tuple(_id_of(one, entry, params["timezone"], past) for entry in entries) for one in ids}
        return Request(ids, {}, drop, purge, params["on_cancel"] == "stop_now")
    put = {one: _bookings(one, entries, params, now) for one in ids}
    return Request(ids, put, {}, purge, params["on_cancel"] == "stop_now")


def _entries(params: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if params["bookings"] is not None:
        return list(params["bookings"])
    keys = ("name", "start_time", "end_time", "weekly")
    return [params] if any(params.get(key) for key in keys) else []


def _bookings(
    instance_id: str, entries: Sequence[Mapping[str, Any]], params: Mapping[str, Any], now: dt.datetime
) -> tuple[Booking, ...]:
    found: dict[str, Booking] = {}
    for entry in entries:
        reading = Reading(now, entry.get("timezone") or params["timezone"], params["on_gap"])
        booking = _booking(instance_id, entry, reading)
        if found.get(booking.booking_id, booking) != booking:
            raise OptionError(f"bookings: {booking.booking_id!r} names two bookings: give each a name of its own")
        found[booking.booking_id] = booking
    return tuple(found.values())


def _booking(instance_id: str, entry: Mapping[str, Any], reading: Reading) -> Booking:
    start, end, weekly = entry.get("start_time"), entry.get("end_time"), entry.get("weekly")
    if weekly:
        if start or end:
            raise OptionError("weekly: start_time and end_time are given too; a booking is either one-off or weekly")
        return parse_weekly(instance_id, weekly, reading, entry.get("name"))
    for option, value in (("start_time", start), ("end_time", end)):
        if not value:
            raise OptionError(f"{option}: not given. A booking has start_time and end_time, or weekly")
    return parse_one_off(instance_id, str(start), str(end), reading, entry.get("name"))


def _id_of(instance_id: str, entry: Mapping[str, Any], timezone: Optional[str], past: dt.datetime) -> str:
    """Give the id of a booking to cancel: its name, or what follows from its times."""
    if entry.get("name"):
        return check_name(entry["name"])
    reading = Reading(past, entry.get("timezone") or timezone, "shift")
    return _booking(instance_id, entry, reading).booking_id


def parse_settings(params: Mapping[str, Any], role_arn: str, dead_letter_arn: str) -> Settings:
    """Read how edges are fired; raises OptionError for what Scheduler would refuse."""
    policy = params["retry_policy"] or {}
    return Settings(
        role_arn=check_role(role_arn),
        dead_letter_arn=_check_arn("dead_letter_arn", dead_letter_arn),
        kms_key_arn=_check_arn("kms_key_arn", params["kms_key_arn"] or ""),
        retries=_within("retry_policy.maximum_attempts", policy.get("maximum_attempts", RETRIES[1]), *RETRIES),
        event_age=_within("retry_policy.maximum_event_age", policy.get("maximum_event_age", Settings.event_age), *AGES),
        hibernate=bool(params["hibernate"]),
        merge_gap=_within("merge_gap", params["merge_gap"], int(SHORTEST.total_seconds()), LONGEST_GAP),
    )


def _within(option: str, value: int, least: int, most: int) -> int:
    if least <= value <= most:
        return value
    raise OptionError(f"{option}: {value} is not within {least} to {most}")


def _check_arn(option: str, arn: str) -> str:
    if arn and not re.fullmatch(rf"arn:[a-z-]+:{_ARN[option]}:[a-z0-9-]+:\d{{12}}:.+", arn):
        raise OptionError(f"{option}: {arn!r} is not an ARN of {_ARN[option].upper()}")
    return arn
