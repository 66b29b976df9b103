# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which file systems are meant, and whether they can be mounted.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.source import check_file_system_id, check_zone

from .file_system import FileSystem

_SHOWN = 10


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What a file system has to be to be meant; None and no tags are all."""

    file_system_id: Optional[str]
    tags: Mapping[str, str]
    az: Optional[str]
    single: bool

    def __str__(self) -> str:
        parts = [f"file_system_id {self.file_system_id}"] if self.file_system_id else []
        parts += [f"tag {key}={value}" for key, value in self.tags.items()]
        parts += [f"a mount target in {self.az}"] if self.az else []
        return " and ".join(parts) or "any id and tags"


def parse_wanted(params: Mapping[str, Any]) -> Wanted:
    """Return what the options ask for; raises OptionError, which names all that can't be used."""
    refusals, tags = Refusals(), params["tags"] or {}
    for check, option in ((check_file_system_id, "file_system_id"), (check_zone, "az")):
        if params[option] is not None:
            refusals.checked(None, check, params[option])
    for key, value in tags.items():
        if not isinstance(value, str):
            refusals.refuse(f"tags: {show(key)}: {show(value)} must be a string")
    refusals.finish()
    return Wanted(params["file_system_id"], tags, params["az"], params["single"])


def with_tags(found: Sequence[FileSystem], tags: Mapping[str, str]) -> list[FileSystem]:
    """Return the file systems that have all of the tags."""
    return [one for one in found if tags.items() <= one.tags.items()]


def in_zone(found: Sequence[FileSystem], az: Optional[str]) -> list[FileSystem]:
    """Return the file systems that have a mount target in a zone, with that one alone; with None all as they are."""
    if az is None:
        return list(found)
    narrowed = (
        dataclasses.replace(one, mount_targets=tuple(target for target in one.mount_targets if target.az == az))
        for one in found
    )
    return [one for one in narrowed if one.mount_targets]


def check_single(wanted: Wanted, chosen: Sequence[FileSystem], found: Sequence[FileSystem], region: str) -> None:
    """Raise DataError where one file system is wanted, and there are others than one."""
    if not wanted.single or len(chosen) == 1:
        return
    if chosen:
        raise DataError(
            f"{len(chosen)} file systems in {region} have {wanted}: {_listed(chosen)}. Name one by file_system_id or "
            "more tags, or set single: false"
        )
    there = f"There are {_listed(found)}" if found else "There is none at all"
    raise DataError(f"no file system in {region} has {wanted}. {there}. Is the region right?")


def _listed(file_systems: Sequence[FileSystem]) -> str:
    names = [_described(one) for one in file_systems[:_SHOWN]]
    more = len(file_systems) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _described(file_system: FileSystem) -> str:
    zones = ", ".join(target.az or "?" for target in file_system.mount_targets)
    return f"{file_system} with mount targets in {zones}" if zones else str(file_system)


def problems_of(chosen: Sequence[FileSystem]) -> list[str]:
    """Return what keeps hosts from mounting any of the file systems, in words."""
    return [f"{one}: {', '.join(one.problems)}" for one in chosen if one.problems]
