# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where requests become bookings: the allow-list by tag, then the collection's planner and store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import (
    Booking,
    OneOff,
    Reading,
    check_instance_id,
    parse_one_off,
    parse_weekly,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Outcome, Writer, plan_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.ec2 import GONE, start
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.names import Record, RecordName, read_name
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.names import Settings as Firing
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.steps import Change
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import SchedulerStore
from asking import Refused, Wish

# The function has 25 seconds in all; a call that AWS throttles for longer than this is answered with 502.
RETRY_BUDGET = 6.0


@dataclass(frozen=True)
class Settings:
    """What Terraform tells the function."""

    role_arn: str
    group: str
    dead_letter_arn: str
    timezone: str
    tag_key: str
    tag_values: frozenset[str]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read the environment. Without a tag nothing may be booked: a KeyError here, on the first call."""
        tag = json.loads(environment["EC2_SCHEDULER_TAG"])
        return cls(
            environment["EC2_SCHEDULER_ROLE_ARN"],
            environment["EC2_SCHEDULER_GROUP"],
            environment["EC2_SCHEDULER_DLQ_ARN"],
            environment.get("EC2_SCHEDULER_TIMEZONE", "UTC"),
            str(tag["key"]),
            frozenset(map(str, tag["values"])),
        )


class Desk:
    """Books and cancels for the instances that carry the tag."""

    def __init__(self, settings: Settings, scheduler: Any, ec2: Any) -> None:
        self._settings = settings
        self._ec2 = ec2
        self._region = str(ec2.meta.region_name)
        self._retrier = Retrier(Policy(budget=RETRY_BUDGET))
        self._store = SchedulerStore(scheduler, self._retrier, self._region, settings.group)

    def book(self, wish: Wish, now: datetime) -> list[dict[str, Any]]:
        """Book each instance, after all were found bookable. One that fails does not keep the others from it."""
        bookings = [self._booking(instance_id, wish, now) for instance_id in wish.instance_ids]
        self._check(wish.instance_ids)
        return [self._book(booking) for booking in bookings]

    def _booking(self, instance_id: str, wish: Wish, now: datetime) -> Booking:
        reading = Reading(now, wish.timezone or self._settings.timezone, wish.on_gap)
        if wish.weekly is not None:
            return parse_weekly(instance_id, dict(wish.weekly), reading, wish.name)
        return parse_one_off(instance_id, str(wish.start_time), str(wish.end_time), reading, wish.name)

    def _book(self, booking: Booking) -> dict[str, Any]:
        record = Record(booking, Firing(self._settings.role_arn, self._settings.dead_letter_arn))
        try:
            outcome = Writer(self._store, booking.instance_id).apply(Change(put=(record,)))
            # Its start is past and will not be fired; its stop, which is scheduled by now, will be.
            started = outcome.plan.active is not None and self._start(booking.instance_id)
        except BridgeError as error:
            return {"instance_id": booking.instance_id, "error": "failed", "message": str(error)}
        changed = outcome.changed or started
        return {**said(booking), "changed": changed, "started": started, **ahead(outcome.plan), **warned(outcome)}

    def _start(self, instance_id: str) -> bool:
        """Start an instance that should run already; one that does is left alone."""
        if describe(self._ec2, self._retrier, [instance_id], self._region)[instance_id]["state"] != "stopped":
            return False
        start(self._ec2, self._retrier, instance_id, self._region)
        return True

    def cancel(self, instance_id: str, booking_id: str, on_cancel: str) -> dict[str, Any]:
        """Cancel a booking; the others of its instance stay as they are."""
        check_instance_id(instance_id, "id")
        self._check([instance_id], gone_too=True)
        change = Change(drop=(booking_id,), stop_now=on_cancel == "stop_now")
        outcome = Writer(self._store, instance_id).apply(change)
        if booking_id not in outcome.cancelled:
            raise Refused(404, "not_found", f"{instance_id} has no booking {booking_id!r}.")
        return {"id": f"{instance_id}.{booking_id}", "cancelled": True, **ahead(outcome.plan), **warned(outcome)}

    def listed(self, instance_id: str | None, now: datetime) -> list[dict[str, Any]]:
        """List the bookings of one instance, or of all that carry the tag, or are gone and can only be cancelled."""
        if instance_id:
            self._check([check_instance_id(instance_id, "instance_id")], gone_too=True)
        names = [read_name(listed) for listed in self._store.list(f"{instance_id}." if instance_id else "")]
        booked = sorted({name.instance_id for name in names if isinstance(name, RecordName)})
        barred = set() if instance_id else set(self._barred(describe(self._ec2, self._retrier, booked, self._region)))
        return [self._listed(one, now) for one in booked if one not in barred]

    def _listed(self, instance_id: str, now: datetime) -> dict[str, Any]:
        view = Writer(self._store, instance_id, dry_run=True).look()
        bookings = [said(booking) for booking in sorted(view.bookings, key=lambda booking: booking.booking_id)]
        damaged = {"warnings": sorted(view.damaged.values())} if view.damaged else {}
        return {"instance_id": instance_id, "bookings": bookings, **ahead(plan_of(view.records, now)), **damaged}

    def _check(self, instance_ids: Sequence[str], *, gone_too: bool = False) -> None:
        """Refuse what does not exist (unless that is fine, too) or does not carry the tag, all of it by name."""
        found = describe(self._ec2, self._retrier, instance_ids, self._region)
        missing = [one for one in instance_ids if one not in found or found[one]["state"] in GONE]
        if missing and not gone_too:
            raise Refused(404, "not_found", f"No such instance: {', '.join(missing)}.")
        barred = self._barred(found)
        if barred:
            values = " or ".join(sorted(self._settings.tag_values))
            tag = f"{self._settings.tag_key}={values}"
            raise Refused(403, "not_bookable", f"Without the tag {tag}: {', '.join(barred)}.")

    def _barred(self, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Return which instances exist without the tag."""
        key, values = self._settings.tag_key, self._settings.tag_values
        return [one for one in found if found[one]["state"] not in GONE and found[one]["tags"].get(key) not in values]


def said(booking: Booking) -> dict[str, Any]:
    """Say a booking as it was asked for."""
    known = {"id": f"{booking.instance_id}.{booking.booking_id}", "instance_id": booking.instance_id}
    if isinstance(booking, OneOff):
        times = {"start_time": zulu(booking.start), "end_time": zulu(booking.end)}
        return {**known, "name": booking.booking_id, **times, **({"cancelled": True} if booking.cancelled else {})}
    weekly = {"days": list(booking.days), "start": booking.start, "end": booking.end}
    return {**known, "name": booking.booking_id, "weekly": weekly, "timezone": booking.timezone}


def ahead(plan: Plan) -> dict[str, Any]:
    """Say when the instance will run, which is the union of all its bookings."""
    return {"windows": [{"start": zulu(window.start), "end": zulu(window.end)} for window in plan.windows]}


def warned(outcome: Outcome) -> dict[str, Any]:
    """Say what the planner and the store warn of, if anything."""
    return {"warnings": list(outcome.warnings)} if outcome.warnings else {}


def zulu(moment: datetime) -> str:
    """Write a moment in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
