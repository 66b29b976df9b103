# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schedules that hold bookings and fire edges: their names and what they say.

PRIVATE: not for use outside this collection, may change in any release.

A record  <instance>.r.<booking id>.<nonce>             DISABLED; its Description is the booking.
An edge   <instance>.e.<kind>.<when>.<digest>.<nonce>   ENABLED; the digest is of all that it says besides.

Both begin with the instance, so that one listing shows all of one instance. Neither is ever changed: whoever wants
another creates it under a fresh nonce and deletes the old one. So a name that was listed says all there is to know of
an edge, and a delete that comes late, from a writer with an old view, can't hit what somebody has written since.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import (
    DAYS,
    DESCRIPTION_MAX,
    UTC,
    Booking,
    OneOff,
    from_record,
    minutes,
    stamp,
    to_record,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import AGE_MIN, LEAD, Edge
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import epoch

ENABLED, DISABLED = "ENABLED", "DISABLED"
VERSION = 1

_INSTANCE = r"(?P<instance>i-[0-9a-f]{8}(?:[0-9a-f]{9})?)"
_RECORD = re.compile(_INSTANCE + r"\.r\.(?P<booking>[0-9A-Za-z_-][0-9A-Za-z_.-]{0,34})\.(?P<nonce>[0-9a-z]{6})")
_EDGE = re.compile(
    _INSTANCE + r"\.e\.(?P<kind>start|stop)\.(?:(?P<at>\d{8}T\d{6})Z|(?P<weekly>w\d{4})(?:-(?P<begin>\d{8}T\d{4}))?)"
    r"\.(?P<digest>[0-9a-f]{8})\.(?P<nonce>[0-9a-z]{6})"
)


@dataclass(frozen=True)
class Settings:
    """How the edges of a booking are fired; kept in its record, so that every writer derives the same edges."""

    role_arn: str
    dead_letter_arn: str = ""
    kms_key_arn: str = ""
    retries: int = 185
    # Where it reaches beyond the next opposite edge, that cuts it, and a neighbour moving means a new edge: less than
    # most bookings last.
    event_age: int = 1800
    hibernate: bool = False
    merge_gap: int = 120


@dataclass(frozen=True)
class Record:
    """A booking as it is stored."""

    booking: Booking
    settings: Settings


@dataclass(frozen=True)
class Schedule:
    """One EventBridge Scheduler schedule, with every field that we ever send."""

    name: str
    state: str
    expression: str
    timezone: str
    action: str
    input: str
    description: str
    settings: Settings
    event_age: int
    start_date: Optional[datetime] = None
    end_date: Optional[datetime] = None
    delete_after: bool = True


@dataclass(frozen=True)
class Listed:
    """What a listing says of a schedule."""

    name: str
    state: str
    created: float


@dataclass(frozen=True)
class RecordName:
    """The parts of a record's name."""

    name: str
    instance_id: str
    booking_id: str
    created: float


@dataclass(frozen=True)
class EdgeName:
    """The parts of an edge's name, and whether it is enabled."""

    name: str
    instance_id: str
    kind: str
    at: Optional[datetime]
    weekly: str
    begin: Optional[datetime]
    digest: str
    enabled: bool
    created: float

    def does(self, wanted: WantedEdge, now: datetime) -> bool:
        """Whether this schedule does, from now on, what is wanted."""
        if not self.enabled or (self.kind, self.digest) != (wanted.edge.kind, wanted.digest):
            return False
        if wanted.edge.at is not None:
            return self.at == wanted.edge.at
        begin = None if self.begin is not None and self.begin <= now else self.begin
        return self.weekly == wanted.edge.name.split(".")[1].split("-")[0] and begin == wanted.edge.start_date


@dataclass(frozen=True)
class WantedEdge:
    """An edge of the plan with the settings to fire it by."""

    edge: Edge
    settings: Settings

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


def read_name(listed: Listed) -> Union[RecordName, EdgeName, None]:
    """Return what a schedule is by its name; None for one that isn't ours."""
    match = _RECORD.fullmatch(listed.name)
    if match:
        return RecordName(listed.name, match["instance"], match["booking"], listed.created)
    match = _EDGE.fullmatch(listed.name)
    if not match:
        return None
    try:
        at = _stamp(match["at"], "%Y%m%dT%H%M%S")
        begin = _stamp(match["begin"], "%Y%m%dT%H%M")
    except ValueError:
        return None
    enabled = listed.state == ENABLED
    weekly = match["weekly"] or ""
    kind, digest = match["kind"], match["digest"]
    return EdgeName(listed.name, match["instance"], kind, at, weekly, begin, digest, enabled, listed.created)


def _stamp(text: Optional[str], form: str) -> Optional[datetime]:
    return datetime.strptime(text, form).replace(tzinfo=UTC) if text else None


def record_schedule(record: Record, nonce: str, now: datetime) -> Schedule:
    """Return the schedule that holds a booking."""
    booking, settings = record.booking, record.settings
    body = {"v": VERSION, **to_record(booking), "merge_gap": settings.merge_gap}
    if settings.hibernate:
        body["hibernate"] = True
    description = json.dumps(body, separators=(",", ":"), sort_keys=True)
    if len(description) > DESCRIPTION_MAX:
        raise DataError(f"booking {booking.booking_id!r} takes {len(description)} characters: 512 are the most")
    if isinstance(booking, OneOff):
        ends = max(epoch(booking.end), epoch(now) + LEAD + 1)
        expression, zone = f"at({stamp(ends)})", "UTC"
    else:
        end = minutes(booking.end)
        later = 1 if end <= minutes(booking.start) or end == 1440 else 0
        days = ",".join(DAYS[(DAYS.index(day) + later) % 7].upper() for day in booking.days)
        expression, zone = f"cron({end % 60} {end // 60 % 24} ? * {days} *)", booking.timezone
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


def read_record(name: RecordName, schedule: Schedule) -> Record:
    """Read back what record_schedule wrote; raises DataError for what it didn't."""
    damaged = f"the record {name.name!r} is damaged and was left alone"
    try:
        body = json.loads(schedule.description)
        version, merge_gap, hibernate = body["v"], int(body.get("merge_gap", 120)), bool(body.get("hibernate"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{damaged}: its Description is not the JSON of a booking: {schedule.description!r}") from error
    if version != VERSION:
        raise DataError(f"{damaged}: its version is {version!r}, this release reads {VERSION}")
    try:
        booking = from_record(name.instance_id, name.booking_id, body)
    except DataError as error:
        raise DataError(f"{damaged}: {error}") from error
    given = schedule.settings
    settings = Settings(
        given.role_arn,
        given.dead_letter_arn,
        given.kms_key_arn,
        given.retries,
        given.event_age,
        hibernate,
        max(120, merge_gap),
    )
    return Record(booking, settings)


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
    """Give each edge the settings of the first booking that it comes from."""
    first = records[min(records)].settings if records else None
    return [
        WantedEdge(edge, records[edge.bookings[0]].settings if edge.bookings else first)
        for edge in edges
        if first is not None
    ]
