# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of schedules that hold bookings and fire edges.

PRIVATE: not for use outside this collection, may change in any release.

A record  <instance>.r.<booking id>.<nonce>             DISABLED; its Description is the booking.
An edge   <instance>.e.<kind>.<when>.<digest>.<nonce>   ENABLED; the digest is of all that it says besides.
A guard   the same, with a g before <when>: it corrects what may have been fired while it was being replaced.

Both begin with the instance, so that one listing shows all of one instance. Neither is ever changed: whoever wants
another creates it under a fresh nonce and deletes the old one. So a name that was listed says all there is to know of
an edge, and a delete that comes late, from a writer with an old view, can't hit what somebody has written since.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import UTC

from .schedule import ENABLED, Listed

_INSTANCE = r"(?P<instance>i-[0-9a-f]{8}(?:[0-9a-f]{9})?)"
_RECORD = re.compile(_INSTANCE + r"\.r\.(?P<booking>[0-9A-Za-z_-][0-9A-Za-z_.-]{0,34})\.(?P<nonce>[0-9a-z]{6})")
_EDGE = re.compile(
    _INSTANCE
    + r"\.e\.(?P<kind>start|stop)\.(?:(?P<guard>g)?(?P<at>\d{8}T\d{6})Z|(?P<weekly>w\d{4})(?:-(?P<begin>\d{8}T\d{4}))?)"
    r"\.(?P<digest>[0-9a-f]{8})\.(?P<nonce>[0-9a-z]{6})"
)


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
    guard: bool = False


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
    guard = match["guard"] is not None
    return EdgeName(listed.name, match["instance"], kind, at, weekly, begin, digest, enabled, listed.created, guard)


def _stamp(text: Optional[str], form: str) -> Optional[datetime]:
    return datetime.strptime(text, form).replace(tzinfo=UTC) if text else None
