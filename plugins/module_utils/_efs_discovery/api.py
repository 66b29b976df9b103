# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to EFS. The boto3 client is passed in.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors, error_code

from .file_system import FileSystem, MountTarget, parse_file_system, parse_mount_target

# The most that one answer has (EFS API, MaxItems).
PAGE = 100


def file_systems(client: Any, retrier: Retrier, region: str, file_system_id: Optional[str]) -> list[FileSystem]:
    """Return the file systems of a region, or the one with an id, without their mount targets."""
    arguments: dict[str, Any] = {"FileSystemId": file_system_id} if file_system_id else {"MaxItems": PAGE}
    found = []
    while True:
        with aws_errors("elasticfilesystem:DescribeFileSystems", region, "looking for file systems"):
            page = _page(client, retrier, arguments)
        found += [parse_file_system(item, region) for item in page["FileSystems"]]
        if not page.get("NextMarker"):
            return found
        arguments["Marker"] = page["NextMarker"]


def _page(client: Any, retrier: Retrier, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a page of file systems; an empty one where there is none with the id."""
    try:
        page: Mapping[str, Any] = retrier.call(client.describe_file_systems, **arguments)
    except Exception as exc:
        if error_code(exc) == "FileSystemNotFound":
            return {"FileSystems": []}
        raise
    return page


def with_mount_targets(client: Any, retrier: Retrier, file_system: FileSystem) -> FileSystem:
    """Return a file system with its mount targets, ordered by zone."""
    targets = sorted(_mount_targets(client, retrier, file_system), key=lambda one: (one.az or "", one.mount_target_id))
    return dataclasses.replace(file_system, mount_targets=tuple(targets))


def _mount_targets(client: Any, retrier: Retrier, file_system: FileSystem) -> Iterator[MountTarget]:
    arguments: dict[str, Any] = {"FileSystemId": file_system.file_system_id, "MaxItems": PAGE}
    what = f"looking for mount targets of {file_system}"
    while True:
        with aws_errors("elasticfilesystem:DescribeMountTargets", file_system.region, what):
            page = retrier.call(client.describe_mount_targets, **arguments)
        yield from map(parse_mount_target, page["MountTargets"])
        if not page.get("NextMarker"):
            return
        arguments["Marker"] = page["NextMarker"]
