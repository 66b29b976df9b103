# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings as a calendar, which applications subscribe to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._calendar.export import BookedInstance, export
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import check_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import Observed
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import booked_instances
from answers import Answer
from bookings import BookingDesk
from views import is_over

TITLE = "EC2 bookings"
FILTERS = ("instance_id",)


def feed(desk: BookingDesk, query: Mapping[str, str]) -> Answer:
    """Return the bookings that the caller may see and that are not over.

    Applications remove events that a calendar no longer has, so one that can't be read fails it all.
    """
    only = check_instance_id(query["instance_id"], "instance_id") if "instance_id" in query else ""
    group = desk.group(f"{only}." if only else "")
    instance_ids = booked_instances(group.listed)
    known = desk.described(instance_ids)
    instances = []
    for instance_id, found in desk.look(instance_ids, group).items():
        if isinstance(found, BridgeError):
            raise found
        instances.append(_booked(desk, instance_id, found[0], known.get(instance_id, {})))
    return 200, {"success": True, "calendar": export(instances, desk.region, TITLE, desk.now)}


def _booked(desk: BookingDesk, instance_id: str, view: Observed, known: Mapping[str, Any]) -> BookedInstance:
    bookings = [
        record.booking
        for record in view.records.values()
        if desk.authority.covers(record.owner) and not is_over(record.booking, desk.now)
    ]
    written = {key: datetime.fromtimestamp(int(name.created), timezone.utc) for key, name in view.current.items()}
    return BookedInstance(instance_id, known.get("tags", {}).get("Name", ""), bookings, written)
