# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the API adds to the collection's booking service: the allow-list by tag, and bookings as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, Curfew, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import zulu
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import (
    ParseContext,
    check_instance_id,
    parse_booking,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import Observed
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.ec2 import GONE
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import (
    ListedStore,
    booked_instances,
    observe,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.request import BookingRequest
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import ScheduleSettings
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import BookingResult, BookingService
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import SchedulerStore, scheduler_retrier
from events import BookingBody, Refused

# The function has 25 seconds in all; a call that AWS throttles for longer than this is answered with 502.
RETRY_BUDGET = 6.0


@dataclass(frozen=True)
class Environment:
    """What Terraform tells the function."""

    role_arn: str
    group: str
    dead_letter_arn: str
    timezone: str
    tag_key: str
    tag_values: frozenset[str]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Environment:
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


class BookingApi:
    """Books and cancels for the instances that carry the tag, through the collection's booking service."""

    def __init__(self, environment: Environment, scheduler: Any, ec2: Any) -> None:
        self._environment = environment
        self._ec2 = ec2
        self._region = str(ec2.meta.region_name)
        self._retrier = Retrier(Policy(budget=RETRY_BUDGET))
        self._store = SchedulerStore(scheduler, scheduler_retrier(RETRY_BUDGET), self._region, environment.group)
        settings = ScheduleSettings(environment.role_arn, environment.dead_letter_arn)
        self._service = BookingService(self._store, ec2, self._retrier, self._region, settings)

    def book(self, body: BookingBody, now: datetime) -> list[dict[str, Any]]:
        """Book each instance, after all were found bookable. One that fails does not keep the others from it."""
        context = ParseContext(now, self._environment.timezone, body.on_gap)
        put = {one: (parse_booking(one, body.entry, context),) for one in body.instance_ids}
        found = self._check(body.instance_ids)
        results = self._service.change(BookingRequest(body.instance_ids, put), found)
        return [self._booked(put[one][0], result) for one, result in results.items()]

    def _booked(self, booking: Booking, result: BookingResult | BridgeError) -> dict[str, Any]:
        if isinstance(result, BridgeError):
            return {"instance_id": booking.instance_id, "error": "failed", "message": str(result)}
        shown = {**booking_json(booking), "changed": result.changed, "started": result.started}
        return {**shown, **_windows(result.outcome.plan), **_warnings(result)}

    def cancel(self, instance_id: str, booking_id: str, on_cancel: str) -> dict[str, Any]:
        """Cancel a booking; the others of its instance stay as they are."""
        check_instance_id(instance_id, "id")
        found = self._check([instance_id], gone_too=True)
        drop = {instance_id: (booking_id,)}
        request = BookingRequest((instance_id,), drop=drop, stop_now=on_cancel == "stop_now")
        result = self._service.change(request, found)[instance_id]
        if isinstance(result, BridgeError):
            raise result
        if booking_id not in result.outcome.cancelled:
            raise Refused(404, "not_found", f"{instance_id} has no booking {booking_id!r}.")
        shown = {"id": f"{instance_id}.{booking_id}", "cancelled": True}
        return {**shown, **_windows(result.outcome.plan), **_warnings(result)}

    def listed(self, instance_id: str | None, now: datetime) -> list[dict[str, Any]]:
        """List the bookings of one instance, or of all that carry the tag, or are gone and can only be cancelled."""
        if instance_id:
            self._check([check_instance_id(instance_id, "instance_id")], gone_too=True)
        listing = self._store.list(f"{instance_id}." if instance_id else "")
        booked = booked_instances(listing)
        refused = set() if instance_id else set(self._without_tag(self._describe(booked)))
        chosen = [one for one in booked if one not in refused]
        found = observe(ListedStore(self._store, listing), Tools(now=lambda: now), chosen)
        return [_listed(one, *found[one]) for one in chosen if found[one][0].current]

    def _describe(self, instance_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        return describe(self._ec2, self._retrier, instance_ids, self._region)

    def _check(self, instance_ids: Sequence[str], *, gone_too: bool = False) -> dict[str, dict[str, Any]]:
        """Refuse what does not exist (unless that is fine, too) or does not carry the tag, all of it by name."""
        found = self._describe(instance_ids)
        missing = [one for one in instance_ids if one not in found or found[one]["state"] in GONE]
        if missing and not gone_too:
            raise Refused(404, "not_found", f"No such instance: {', '.join(missing)}.")
        refused = self._without_tag(found)
        if refused:
            values = " or ".join(sorted(self._environment.tag_values))
            tag = f"{self._environment.tag_key}={values}"
            raise Refused(403, "not_bookable", f"Without the tag {tag}: {', '.join(refused)}.")
        return found

    def _without_tag(self, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Return which instances exist without the tag."""
        key, values = self._environment.tag_key, self._environment.tag_values
        return [one for one in found if found[one]["state"] not in GONE and found[one]["tags"].get(key) not in values]


def _listed(instance_id: str, observed: Observed, plan: Plan) -> dict[str, Any]:
    bookings = [booking_json(booking) for booking in sorted(observed.bookings, key=lambda one: one.booking_id)]
    damaged = {"warnings": sorted(observed.damaged.values())} if observed.damaged else {}
    return {"instance_id": instance_id, "bookings": bookings, **_windows(plan), **damaged}


def booking_json(booking: Booking) -> dict[str, Any]:
    """Return a booking as it was asked for."""
    known = {"id": f"{booking.instance_id}.{booking.booking_id}", "instance_id": booking.instance_id}
    if isinstance(booking, OneOff):
        times = {"start_time": zulu(booking.start), "end_time": zulu(booking.end)}
        return {**known, "name": booking.booking_id, **times, **({"cancelled": True} if booking.cancelled else {})}
    if isinstance(booking, Curfew):
        curfew = {"days": list(booking.days), "at": booking.at}
        return {**known, "name": booking.booking_id, "curfew": curfew, "timezone": booking.timezone}
    weekly: dict[str, Any] = {"days": list(booking.days), "start": booking.start, "end": booking.end}
    if booking.excluded:
        weekly["except"] = list(booking.excluded)
    return {**known, "name": booking.booking_id, "weekly": weekly, "timezone": booking.timezone}


def _windows(plan: Plan) -> dict[str, Any]:
    """Return when the instance will run, which is the union of all its bookings."""
    return {"windows": [{"start": zulu(window.start), "end": zulu(window.end)} for window in plan.windows]}


def _warnings(result: BookingResult) -> dict[str, Any]:
    warnings = [*result.outcome.warnings, *result.warnings]
    return {"warnings": warnings} if warnings else {}
