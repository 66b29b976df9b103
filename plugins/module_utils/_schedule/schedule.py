# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one schedule of EventBridge Scheduler says, and what a listing says of it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Optional

ENABLED, DISABLED = "ENABLED", "DISABLED"
DESCRIPTION_MAX = 512


@dataclass(frozen=True)
class ScheduleSettings:
    """How the edges of a booking are fired; kept in its record, so that every writer derives the same edges."""

    role_arn: str
    dead_letter_arn: str = ""
    kms_key_arn: str = ""
    retries: int = 185
    # Where it reaches beyond the next opposite edge, that cuts it, and a neighbour moving means a new edge: less than
    # most bookings last.
    event_age: int = 1800
    hibernate: bool = False
    merge_gap: int = 600


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
    settings: ScheduleSettings
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
