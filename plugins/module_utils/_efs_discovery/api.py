# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls to EFS. The boto3 client is passed in.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.pages import pages
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors, translated_code
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError

from .file_system import FileSystem, MountTarget, parse_file_system, parse_mount_target

# The most that one answer has (EFS API, MaxItems).
PAGE = 100


def file_systems(client: Any, retrier: Retrier, region: str, file_system_id: Optional[str]) -> list[FileSystem]:
    """Return the file systems of a region, or the one with an id, without their mount targets."""
    arguments: dict[str, Any] = {"FileSystemId": file_system_id} if file_system_id else {"MaxItems": PAGE}
    errors = partial(aws_errors, "elasticfilesystem:DescribeFileSystems", region, "looking for file systems")
    try:
        found = list(pages(retrier, client.describe_file_systems, errors, **arguments))
    except AwsError as exc:
        if translated_code(exc) == "FileSystemNotFound":
            return []
        raise
    return [parse_file_system(item, region) for page in found for item in page["FileSystems"]]


def with_mount_targets(client: Any, retrier: Retrier, file_system: FileSystem) -> FileSystem:
    """Return a file system with its mount targets, ordered by zone."""
    targets = sorted(_mount_targets(client, retrier, file_system), key=lambda one: (one.az or "", one.mount_target_id))
    return dataclasses.replace(file_system, mount_targets=tuple(targets))


def _mount_targets(client: Any, retrier: Retrier, file_system: FileSystem) -> Iterator[MountTarget]:
    what = f"looking for mount targets of {file_system}"
    errors = partial(aws_errors, "elasticfilesystem:DescribeMountTargets", file_system.region, what)
    arguments = {"FileSystemId": file_system.file_system_id, "MaxItems": PAGE}
    for page in pages(retrier, client.describe_mount_targets, errors, **arguments):
        yield from map(parse_mount_target, page["MountTargets"])
