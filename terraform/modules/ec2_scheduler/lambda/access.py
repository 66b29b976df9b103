# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may do what: administrators, owners, and the quotas of everybody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.authority import Authority
from events import Caller, Refused

# Far enough to see an occurrence of every repeated booking: the fifth Monday of a month comes within 100 days.
_OCCURRENCES = timedelta(days=100)


@dataclass(frozen=True)
class Environment:
    """What Terraform tells the function; 0 is no quota."""

    role_arn: str
    group: str
    dead_letter_arn: str
    timezone: str
    tag_key: str
    tag_values: tuple[str, ...]
    admin_principals: tuple[str, ...] = ()
    admin_scopes: frozenset[str] = frozenset()
    max_bookings: int = 0
    max_hours: float = 0
    max_days_ahead: float = 0

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Environment:
        """Read the environment. Without a tag nothing may be booked: a KeyError here, on the first call."""
        tag = json.loads(environment["EC2_SCHEDULER_TAG"])
        access = json.loads(environment.get("EC2_SCHEDULER_ACCESS", "{}"))
        return cls(
            environment["EC2_SCHEDULER_ROLE_ARN"],
            environment["EC2_SCHEDULER_GROUP"],
            environment["EC2_SCHEDULER_DLQ_ARN"],
            environment.get("EC2_SCHEDULER_TIMEZONE", "UTC"),
            str(tag["key"]),
            tuple(sorted(map(str, tag["values"]))),
            tuple(access.get("admin_principals") or ()),
            frozenset(access.get("admin_scopes") or ()),
            access.get("max_bookings") or 0,
            access.get("max_hours") or 0,
            access.get("max_days_ahead") or 0,
        )

    def is_admin(self, caller: Caller) -> bool:
        """Return whether a caller may see and change the bookings of all."""
        patterns = [".*".join(map(re.escape, pattern.split("*"))) for pattern in self.admin_principals]
        return bool(self.admin_scopes & caller.scopes) or any(re.fullmatch(each, caller.name) for each in patterns)

    def authority(self, caller: Caller) -> Authority:
        """Return what a caller may change."""
        return Authority(caller.name, own_only=not self.is_admin(caller))

    def check_booking(self, booking: Booking, now: datetime) -> None:
        """Refuse a booking that is longer, or further ahead, than a caller may book."""
        if isinstance(booking, OneOff):
            longest = booking.end - booking.start
            if self.max_days_ahead and booking.end - now > timedelta(days=self.max_days_ahead):
                raise Refused(403, "quota_days_ahead", f"Bookings may end {self.max_days_ahead:g} days ahead at most.")
        else:
            ahead = windows((booking,), now, now + _OCCURRENCES)
            longest = max((one.end - one.start for one in ahead), default=timedelta(0))
        if self.max_hours and longest > timedelta(hours=self.max_hours):
            raise Refused(403, "quota_hours", f"A booking may take {self.max_hours:g} hours at most.")

    def check_count(self, theirs: Iterable[str], more: Iterable[str]) -> None:
        """Refuse more bookings than a caller may have."""
        count = len({*theirs, *more})
        if self.max_bookings and count > self.max_bookings:
            raise Refused(
                403, "quota_bookings", f"With this you would have {count} bookings. Maximum: {self.max_bookings}."
            )
