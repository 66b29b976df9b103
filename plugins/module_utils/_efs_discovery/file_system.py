# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file system and its mount targets, as AWS describes them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._efs.source import efs_name

# A file system or mount target that is being updated serves its clients meanwhile (EFS API, LifeCycleState).
_SERVING = ("available", "updating")


@dataclasses.dataclass(frozen=True)
class MountTarget:
    """The address of a file system in one Availability Zone."""

    mount_target_id: str
    ip_address: Optional[str]
    az: Optional[str]
    subnet_id: Optional[str]
    vpc_id: Optional[str]
    state: str


@dataclasses.dataclass(frozen=True)
class FileSystem:
    """A file system, and what would keep hosts from mounting it."""

    file_system_id: str
    name: Optional[str]
    region: str
    dns_name: str
    state: str
    az: Optional[str]
    encrypted: bool
    performance_mode: Optional[str]
    throughput_mode: Optional[str]
    tags: Mapping[str, str]
    mount_targets: tuple[MountTarget, ...] = ()

    @property
    def problems(self) -> list[str]:
        """What keeps hosts from mounting it, in words."""
        problems = [] if self.state in _SERVING else [f"its state is {self.state}"]
        if not self.mount_targets:
            problems.append("it has no mount target")
        return problems + [
            f"mount target {target.mount_target_id} in {target.az} is {target.state}"
            for target in self.mount_targets
            if target.state not in _SERVING
        ]

    def __str__(self) -> str:
        return f"{self.file_system_id} ({self.name})" if self.name else self.file_system_id

    def as_result(self) -> dict[str, Any]:
        """Return it as a module returns it."""
        return {**dataclasses.asdict(self), "problems": self.problems}


def parse_file_system(item: Mapping[str, Any], region: str) -> FileSystem:
    """Return a file system from an item of DescribeFileSystems."""
    tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags", ())}
    return FileSystem(
        file_system_id=item["FileSystemId"],
        name=item.get("Name") or tags.get("Name"),
        region=region,
        dns_name=efs_name(item["FileSystemId"], region),
        state=item["LifeCycleState"],
        az=item.get("AvailabilityZoneName"),
        encrypted=bool(item.get("Encrypted")),
        performance_mode=item.get("PerformanceMode"),
        throughput_mode=item.get("ThroughputMode"),
        tags=tags,
    )


def parse_mount_target(item: Mapping[str, Any]) -> MountTarget:
    """Return a mount target from an item of DescribeMountTargets."""
    return MountTarget(
        mount_target_id=item["MountTargetId"],
        ip_address=item.get("IpAddress"),
        az=item.get("AvailabilityZoneName"),
        subnet_id=item.get("SubnetId"),
        vpc_id=item.get("VpcId"),
        state=item["LifeCycleState"],
    )
