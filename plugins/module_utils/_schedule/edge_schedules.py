# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edges as schedules: what fires an edge, and whether one that is there does it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import epoch, stamp
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import AGE_MIN, LEAD, Edge

from .names import EdgeName
from .records import Record
from .schedule import DESCRIPTION_MAX, ENABLED, Schedule, ScheduleSettings


@dataclass(frozen=True)
class WantedEdge:
    """An edge of the plan with the settings to fire it by."""

    edge: Edge
    settings: ScheduleSettings

    @property
    def event_age(self) -> int:
        """The time to retry for: as the booking says, and never up to the next opposite edge."""
        return min(self.edge.maximum_event_age, self.settings.event_age)

    @property
    def digest(self) -> str:
        """A digest of all that the edge says and its name doesn't."""
        edge, settings = self.edge, self.settings
        said = [
            "" if edge.at else edge.expression,
            "" if edge.at else edge.timezone,
            edge.end_date.isoformat() if edge.end_date else "",
            self.event_age,
            settings.role_arn,
            settings.dead_letter_arn,
            settings.kms_key_arn,
            settings.retries,
            settings.hibernate and edge.kind == "stop",
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]

    def is_done_by(self, scheduled: EdgeName, now: datetime) -> bool:
        """Return whether a schedule does, from now on, what is wanted."""
        if not scheduled.enabled or (scheduled.kind, scheduled.digest) != (self.edge.kind, self.digest):
            return False
        if self.edge.at is not None:
            return scheduled.at == self.edge.at and not scheduled.guard
        begin = None if scheduled.begin is not None and scheduled.begin <= now else scheduled.begin
        return scheduled.weekly == self.edge.name.split(".")[1].split("-")[0] and begin == self.edge.start_date


def edge_schedule(wanted: WantedEdge, nonce: str, now: datetime) -> Optional[Schedule]:
    """Return the schedule that fires an edge, as it has to be sent now; None where it is too late for that.

    Calls take time, and AWS may throttle them for minutes: an edge whose time has come near since it was planned is
    sent for a minute from now, and tried for so much less, that it doesn't reach the next opposite edge.
    """
    edge, settings = wanted.edge, wanted.settings
    expression, age, earliest = edge.expression, wanted.event_age, math.ceil(now.timestamp()) + LEAD
    if edge.at is not None and epoch(edge.at) < earliest:
        expression = f"at({stamp(earliest)})"
        # Up to a minute is in the plan already.
        age = min(age, edge.maximum_event_age - max(0, earliest - epoch(edge.at) - LEAD))
    if age < AGE_MIN or (edge.end_date is not None and edge.end_date <= now):
        return None
    body: dict[str, object] = {"InstanceIds": [edge.instance_id]}
    if settings.hibernate and edge.kind == "stop":
        body["Hibernate"] = True
    return Schedule(
        name=f"{edge.instance_id}.e.{edge.name}.{wanted.digest}.{nonce}",
        state=ENABLED,
        expression=expression,
        timezone=edge.timezone,
        action=f"{edge.kind}Instances",
        input=json.dumps(body),
        description=edge.reason[:DESCRIPTION_MAX],
        settings=settings,
        event_age=age,
        start_date=edge.start_date if edge.start_date is not None and edge.start_date > now else None,
        end_date=edge.end_date,
        delete_after=edge.at is not None or edge.end_date is not None,
    )


def want(edges: Iterable[Edge], records: dict[str, Record]) -> list[WantedEdge]:
    """Return each edge with the settings of the first booking that it comes from."""
    first = records[min(records)].settings if records else None
    return [
        WantedEdge(edge, records[edge.bookings[0]].settings if edge.bookings else first)
        for edge in edges
        if first is not None
    ]
