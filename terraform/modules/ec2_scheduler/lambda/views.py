# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings and results as JSON. Nothing here calls anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, Curfew, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import zulu
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import WINDOWS_AHEAD, Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import entry_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import window_at
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.instances import concerns, mismatch
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import Record
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import BookingResult

STATES = ("upcoming", "running", "ended")


def is_over(booking: Booking, now: datetime) -> bool:
    """Return whether a booking will never be in force again."""
    return isinstance(booking, OneOff) and booking.end <= now


def state_of(booking: Booking, now: datetime) -> str:
    """Return which of STATES a booking is in."""
    if is_over(booking, now):
        return "ended"
    if isinstance(booking, Curfew):
        # It keeps nothing running, and nothing will ever end it: it holds, as a booking does while it runs.
        return "running"
    return "running" if window_at((booking,), now) else "upcoming"


def booking_json(record: Record, version: str, now: datetime) -> dict[str, Any]:
    """Return a booking as it was asked for, and what has become of it."""
    booking = record.booking
    shown: dict[str, Any] = {
        "id": f"{booking.instance_id}.{booking.booking_id}",
        "instance_id": booking.instance_id,
        **entry_of(booking),
        "state": state_of(booking, now),
        "owner": record.owner or None,
    }
    if isinstance(booking, OneOff) and booking.cancelled:
        shown["cancelled"] = True
    return {**shown, "version": version} if version else shown


def windows_json(plan: Plan) -> list[dict[str, Any]]:
    """Return when the instance will run, which is the union of all its bookings, within the horizon."""
    until = plan.now + WINDOWS_AHEAD
    return [
        {"start": zulu(window.start), "end": zulu(window.end)}
        for number, window in enumerate(plan.windows)
        if not number or window.start < until
    ]


def result_json(result: BookingResult) -> dict[str, Any]:
    """Return what was, or in a dry run would be, done."""
    warnings = [*result.outcome.warnings, *result.warnings]
    shown = {"changed": result.changed, "started": result.started, "windows": windows_json(result.outcome.plan)}
    return {**shown, "warnings": warnings} if warnings else shown


def instance_json(instance_id: str, instance: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """Return an instance that can be booked: its name, its state, and its window now or next."""
    ahead = windows_json(plan)
    wrong = mismatch(instance_id, str(instance["state"]), plan.bookings, plan)
    warnings = [*plan.warnings, *concerns(instance_id, instance), *([wrong] if wrong else [])]
    return {
        "id": instance_id,
        "name": instance["tags"].get("Name", ""),
        "state": instance["state"],
        "booked_now": plan.active is not None,
        "window": ahead[0] if ahead else None,
        "warnings": warnings,
    }
