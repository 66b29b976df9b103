# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the API adds to the collection's booking service: who may book what, and one look at all for lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from access import Environment
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import (
    describe,
    describe_tagged,
    is_instance_id,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace, Policy, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, ConflictError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import (
    ParseContext,
    check_name,
    entry_of,
    parse_booking,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.authority import version_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import Observed
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.instances import GONE
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import (
    ListedStore,
    booked_instances,
    observe_each,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.request import BookingRequest
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import (
    Listed,
    Schedule,
    ScheduleSettings,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import BookingResult, BookingService
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import (
    ReadOnlyStore,
    SchedulerStore,
    no_use,
    scheduler_pace,
)
from answers import Answer, failed, refusal
from deadline import Deadline
from events import BookingBody, Caller, Refused
from views import booking_json, is_over, result_json

# What AWS throttles for longer than this is answered with 503, so that the caller tries again.
RETRY_BUDGET = 6.0
Seen = Mapping[str, tuple[Observed, Plan] | BridgeError]
Instances = Mapping[str, Mapping[str, Any]]


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass
class Cloud:
    """What the function keeps between requests: settings, connections, their pace, and records, which never change."""

    environment: Environment
    scheduler: Any
    ec2: Any
    now: Callable[[], datetime] = _utc_now
    ec2_pace: Pace = field(default_factory=Pace)
    records: dict[str, Schedule] = field(default_factory=dict)
    scheduler_pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        self.scheduler_pace = scheduler_pace(self.region)

    @property
    def region(self) -> str:
        """The region of the function."""
        return str(self.ec2.meta.region_name)


@dataclass
class RememberingStore(ReadOnlyStore):
    """A store that reads each record once: whoever changes a booking writes it under another name."""

    store: SchedulerStore
    memory: dict[str, Schedule]

    def list(self, prefix: str = "", on_page: Callable[[Sequence[Listed]], None] = no_use) -> list[Listed]:
        """List what there is."""
        return self.store.list(prefix, on_page)

    def get(self, name: str) -> Schedule | None:
        """Return a record that was listed."""
        if name not in self.memory:
            found = self.store.get(name)
            if found is None:
                return None
            self.memory[name] = found
        return self.memory[name]


class BookingDesk:
    """Books, changes and cancels for one caller, in the time that one request has."""

    def __init__(self, cloud: Cloud, caller: Caller, deadline: Deadline) -> None:
        self._cloud, self.environment = cloud, cloud.environment
        self.authority = self.environment.authority(caller)
        self.now = cloud.now()
        policy = Policy(budget=RETRY_BUDGET, deadline=deadline.at, watch=deadline.watch)
        self._retrier = Retrier(policy, cloud.ec2_pace)
        self.region = cloud.region
        paced = Retrier(policy, cloud.scheduler_pace)
        # Terraform made the group: nobody has to look for it.
        self._store = SchedulerStore(cloud.scheduler, paced, self.region, self.environment.group, group_seen=True)
        self._tools = Tools(now=cloud.now, afford=deadline.afford)
        # What failed for a part of the request, for the log.
        self.failures: list[BridgeError] = []

    # -- writing ---------------------------------------------------------------------------------------------------

    def book(self, body: BookingBody, key: str) -> list[Answer]:
        """Book each instance, after all were found bookable. One that fails does not keep the others from it."""
        owner = self.authority.owner if self.authority.own_only else ""
        context = ParseContext(self.now, self.environment.timezone, body.on_gap, owner=owner)
        put = {one: (parse_booking(one, body.entry, context),) for one in body.instance_ids}
        self._check_quotas(put)
        found = self._check_bookable(body.instance_ids)
        authority = replace(self.authority, create_only=not body.replace)
        request = BookingRequest(body.instance_ids, put, authority=authority, key=key)
        results = self._service(body.dry_run).change(request, found)
        return [self._booked(one, put[one][0].booking_id, results[one]) for one in body.instance_ids]

    def _booked(self, instance_id: str, booking_id: str, result: BookingResult | BridgeError) -> Answer:
        known = {"id": f"{instance_id}.{booking_id}", "instance_id": instance_id}
        if isinstance(result, BridgeError):
            self.failures.append(result)
            status, body = refusal(result)
            return status, {**known, **body}
        record = result.outcome.records[booking_id]
        shown = {**booking_json(record, "", self.now), **result_json(result)}
        if result.start_error is not None:
            self.failures.append(result.start_error)
            status, body = refusal(result.start_error)
            message = f"Booked, and its stop is scheduled; but the instance was not started. {body['message']}"
            return status, {**shown, **failed("not_started", message)}
        return 201 if result.changed else 200, shown

    def change(self, booking: str, body: BookingBody, version: str) -> Answer:
        """Change a booking: what the body doesn't name stays as it is."""
        instance_id, booking_id = split_id(booking)
        record, current = self._record(instance_id, booking_id)
        if version not in ("", current):
            raise Refused(412, "changed", f"The booking has changed: its version is {current!r} now.")
        entry = merged(entry_of(record.booking), body.entry)
        context = ParseContext(self.now, self.environment.timezone, body.on_gap)
        put = {instance_id: (parse_booking(instance_id, entry, context),)}
        self._check_quotas(put)
        found = self._check_bookable([instance_id])
        request = BookingRequest((instance_id,), put, authority=replace(self.authority, version=current))
        result = self._service(body.dry_run).change(request, found)[instance_id]
        status, shown = self._booked(instance_id, booking_id, result)
        return (200 if status == 201 else status), {"success": status < 300, **shown}

    def cancel(self, booking: str, on_cancel: str, *, dry_run: bool) -> Answer:
        """Cancel a booking, whatever has become of its instance; the others of the instance stay as they are."""
        instance_id, booking_id = split_id(booking)
        found = describe(self._cloud.ec2, self._retrier, [instance_id], self.region)
        drop = {instance_id: (booking_id,)}
        stop_now = on_cancel == "stop_now"
        request = BookingRequest((instance_id,), drop=drop, stop_now=stop_now, authority=self.authority)
        result = self._service(dry_run).change(request, found)[instance_id]
        if isinstance(result, ConflictError):
            raise Refused(403, result.reason, f"{result}.") from result
        if isinstance(result, BridgeError):
            raise result
        cancelled = booking_id in result.outcome.cancelled
        shown = {"success": True, "id": f"{instance_id}.{booking_id}", "cancelled": cancelled}
        if cancelled or not self._not_bookable([instance_id], found):
            # Of an instance that can't be booked a caller learns no more than what they cancel.
            shown.update(result_json(result))
        return 200, shown

    def _service(self, dry_run: bool) -> BookingService:
        settings = ScheduleSettings(self.environment.role_arn, self.environment.dead_letter_arn)
        return BookingService(
            self._store, self._cloud.ec2, self._retrier, self.region, settings, dry_run=dry_run, tools=self._tools
        )

    # -- reading ---------------------------------------------------------------------------------------------------

    def show(self, booking: str) -> Answer:
        """Show one booking."""
        record, version = self._record(*split_id(booking))
        return 200, {"success": True, **booking_json(record, version, self.now)}

    def _record(self, instance_id: str, booking_id: str) -> tuple[Record, str]:
        """Return a booking that the caller may see, and its version."""
        seen = self.look([instance_id], self.group(f"{instance_id}."))[instance_id]
        if isinstance(seen, BridgeError):
            raise seen
        view = seen[0]
        if booking_id in view.current and self.authority.covers(view.owners.get(booking_id, "")):
            if booking_id in view.damaged:
                raise Refused(409, "damaged", "The record of this booking can't be used: cancel it.")
            return view.records[booking_id], version_of(view.current[booking_id].name)
        raise Refused(404, "not_found", f"You have no booking {instance_id}.{booking_id}.")

    def look(self, instance_ids: Sequence[str], group: ListedStore) -> Seen:
        """Return what there is of each instance, or why it can't be told, by one listing."""
        return observe_each(group, self._tools, instance_ids)

    def group(self, prefix: str = "") -> ListedStore:
        """List the group, or a part of it, and read its records meanwhile; those that are gone are forgotten."""
        group = ListedStore.read(RememberingStore(self._store, self._cloud.records), prefix)
        known = {name for name in list(self._cloud.records) if name.startswith(prefix)}
        for name in known - {each.name for each in group.listed}:
            self._cloud.records.pop(name, None)
        return group

    def bookable(self) -> dict[str, dict[str, Any]]:
        """Return all instances that carry the tag."""
        tags = {self.environment.tag_key: self.environment.tag_values}
        return dict(sorted(describe_tagged(self._cloud.ec2, self._retrier, tags, self.region).items()))

    def described(self, instance_ids: Sequence[str]) -> Instances:
        """Return what EC2 says of instances."""
        return describe(self._cloud.ec2, self._retrier, instance_ids, self.region)

    # -- refusals --------------------------------------------------------------------------------------------------

    def _check_bookable(self, instance_ids: Sequence[str]) -> Instances:
        """Refuse what can't be booked, all of it by name. Why not is nobody's business: ids could be guessed."""
        found = self.described(instance_ids)
        refused = self._not_bookable(instance_ids, found)
        if refused:
            tag = f"{self.environment.tag_key}={' or '.join(self.environment.tag_values)}"
            names = ", ".join(refused)
            raise Refused(404, "not_bookable", f"No instance with the tag {tag}: {names}.")
        return found

    def _not_bookable(self, instance_ids: Sequence[str], found: Instances) -> list[str]:
        return [one for one in instance_ids if one not in found or not self.is_bookable(found[one])]

    def is_bookable(self, instance: Mapping[str, Any]) -> bool:
        """Return whether an instance is there and carries the tag."""
        tagged = instance["tags"].get(self.environment.tag_key) in self.environment.tag_values
        return tagged and instance["state"] not in GONE

    def _check_quotas(self, put: Mapping[str, Sequence[Any]]) -> None:
        if not self.authority.own_only:
            return
        bookings = [booking for each in put.values() for booking in each]
        for booking in bookings:
            self.environment.check_booking(booking, self.now)
        if self.environment.max_bookings:
            group = self.group()
            seen = self.look(booked_instances(group.listed), group)
            views = [found[0] for found in seen.values() if not isinstance(found, BridgeError)]
            theirs = [
                f"{record.booking.instance_id}.{key}"
                for view in views
                for key, record in view.records.items()
                if record.owner == self.authority.owner and not is_over(record.booking, self.now)
            ]
            self.environment.check_count(theirs, [f"{one.instance_id}.{one.booking_id}" for one in bookings])


def split_id(booking: str) -> tuple[str, str]:
    """Return the instance and the name of a booking's id, or refuse it."""
    instance_id, dot, booking_id = booking.partition(".")
    if not dot or not is_instance_id(instance_id) or not _is_name(booking_id):
        raise Refused(400, "bad_request", "id: a booking's id is <instance id>.<name>.")
    return instance_id, booking_id


def _is_name(text: str) -> bool:
    try:
        return bool(check_name(text))
    except BridgeError:
        return False


def merged(entry: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a booking's entry with changes; those of a mapping, like weekly, change its keys one by one."""
    new = {**entry, **changes}
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(entry.get(key), Mapping):
            new[key] = {**entry[key], **value}
    return new
