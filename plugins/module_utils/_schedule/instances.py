# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EC2's part in bookings: which instances can be booked, what to warn of, and starting one that should run already.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import zulu
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows

# Scheduler fires within a minute, and an instance takes a while to start or stop.
GRACE = timedelta(minutes=3)
GONE = ("shutting-down", "terminated")
_GROUP_TAG = "aws:autoscaling:groupName"


def check_bookable(instance_id: str, found: Mapping[str, Mapping[str, Any]], region: str) -> None:
    """Refuse an instance that isn't there; raises OptionError."""
    if instance_id not in found:
        raise OptionError(f"instance_ids: {instance_id} does not exist in {region}")
    state = found[instance_id]["state"]
    if state in GONE:
        raise OptionError(
            f"instance_ids: {instance_id} is {state}: it will never run again. Its bookings can be cancelled"
        )


@dataclass(frozen=True)
class RequiredTag:
    """The tag that an instance needs for its stack to start it."""

    key: str
    values: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Optional[RequiredTag]:
        """Return what the stack published, None for what can't be one."""
        try:
            tag = parse_json(text)
            return cls(str(tag["key"]), tuple(map(str, tag["values"])))
        except (ValueError, KeyError, TypeError):
            return None

    def lacking(self, instance_id: str, instance: Mapping[str, Any]) -> Iterator[str]:
        """Yield a warning of an instance that does not carry the tag."""
        if instance["tags"].get(self.key) not in self.values:
            yield (
                f"{instance_id} does not carry the tag {self.key}={' or '.join(self.values)}: it won't be started as "
                "booked. Put the tag on it again, or cancel its bookings"
            )


def concerns(instance_id: str, instance: Mapping[str, Any], *, hibernate: bool = False) -> Iterator[str]:
    """Yield what keeps an instance from being started and stopped as booked."""
    if instance["state"] in GONE:
        yield f"{instance_id} is {instance['state']}: cancel its bookings"
    group = instance["tags"].get(_GROUP_TAG)
    if group:
        yield f"{instance_id} is a member of the Auto Scaling group {group}, which replaces what is stopped"
    if instance["lifecycle"] == "spot":
        yield f"{instance_id} is a spot instance: only one of a persistent request can be stopped"
    if instance["root_device_type"] == "instance-store":
        yield f"{instance_id} has an instance-store root: it can't be stopped"
    if hibernate and not instance["hibernation"]:
        yield f"{instance_id} was not launched for hibernation: stops that hibernate it will fail"


def mismatch(instance_id: str, state: Optional[str], bookings: Sequence[Booking], plan: Plan) -> Optional[str]:
    """Return how an instance's state differs from what is booked, None where it doesn't or an edge was just due."""
    recent = windows(bookings, plan.now - GRACE, plan.now + timedelta(seconds=1), plan.merge_gap)
    if plan.active is None:
        if state in ("pending", "running") and not recent:
            curfew = f", until its curfew at {zulu(plan.curfews[0].start)}" if plan.curfews else ""
            return f"{instance_id} is {state}, but nothing is booked now: it runs outside its bookings{curfew}"
        return None
    if state in ("pending", "running") or plan.active.start > plan.now - GRACE:
        return None
    until = zulu(plan.active.end)
    return f"{instance_id} is {state or 'not there'}, but it is booked now: it should run until {until}"


def start(client: Any, retrier: Retrier, instance_id: str, region: str) -> None:
    """Start an instance."""
    with aws_errors("ec2:StartInstances", region, f"starting {instance_id}"):
        retrier.call(client.start_instances, InstanceIds=[instance_id])
