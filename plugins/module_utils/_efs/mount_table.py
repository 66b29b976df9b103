# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel's table of mounts, C(/proc/self/mountinfo): what is seen at a path, and what is only in the table.

PRIVATE: not for use outside this collection, may change in any release.

Reading the table never asks a file server, so it can't hang. Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

AUTOFS = "autofs"
_ESCAPE = re.compile(r"\\([0-7]{3})")
_NUMBER = re.compile(r"[0-9]{1,10}\Z")


def unescape(field: str) -> str:
    """Return a field of mountinfo or fstab without its octal escapes."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 8)), field)


@dataclass(frozen=True)
class Layer:
    """One mount of the table."""

    mount_id: int
    parent_id: int
    # What the kernel calls the file system (major:minor); all mounts of it have the same.
    device: str
    path: str
    source: str
    fstype: str
    # Of the mount alone, like nosuid.
    flags: tuple[str, ...]
    # Of its file system, like vers=4.1.
    super_options: tuple[str, ...]
    # Of both.
    options: tuple[str, ...]

    def option(self, name: str) -> Optional[str]:
        """Return an option's value; an empty text for an option without one, None where it isn't set."""
        for option in self.options:
            key, _mark, value = option.partition("=")
            if key == name:
                return value
        return None


def parse_mountinfo(text: str) -> tuple[Layer, ...]:
    """Read the table (proc_pid_mountinfo(5)); a line that is no mount is left out."""
    return tuple(layer for layer in map(_layer, text.splitlines()) if layer)


def _layer(line: str) -> Optional[Layer]:
    # 36 35 98:0 /root /mnt rw,noatime shared:1 - nfs4 host:/export rw,vers=4.1,addr=10.0.0.5
    front, mark, back = line.partition(" - ")
    fields, tail = front.split(" "), back.split(" ")
    if not mark or len(fields) < 6 or len(tail) < 3 or not all(map(_NUMBER.match, fields[:2])):
        return None
    # A mount may be read-only of itself or because its file system is.
    merged = dict.fromkeys((*fields[5].split(","), *tail[2].split(",")))
    if "ro" in merged:
        merged.pop("rw", None)
    return Layer(
        mount_id=int(fields[0]),
        parent_id=int(fields[1]),
        device=fields[2],
        path=unescape(fields[4]),
        source=unescape(tail[1]),
        fstype=tail[0],
        flags=tuple(fields[5].split(",")),
        super_options=tuple(map(unescape, tail[2].split(","))),
        options=tuple(map(unescape, merged)),
    )


@dataclass(frozen=True)
class View:
    """What the table says of one path."""

    # What is mounted on the path, the visible one last.
    stack: tuple[Layer, ...]
    # Mounted on the path, and out of sight since something was mounted above it later.
    hidden: tuple[Layer, ...]
    # The last mount that is crossed on the way to the path.
    parent: Optional[Layer]
    # Visible mounts below the path, the deepest first.
    below: tuple[Layer, ...]
    # Other paths at which a file system of the stack is mounted too.
    elsewhere: tuple[Layer, ...] = ()

    @property
    def armed(self) -> bool:
        """Whether an access to the path would trigger an automount."""
        return bool(self.stack) and self.stack[-1].fstype == AUTOFS


def view(table: Sequence[Layer], path: str) -> View:
    """Walk to a path as the kernel does, from the root of the host."""
    chain = _walk(table, path)
    stack = tuple(layer for layer in chain if layer.path == path)
    hidden = tuple(layer for layer in table if layer.path == path and layer not in stack)
    parents = [layer for layer in chain if layer.path != path]
    devices = {layer.device for layer in stack}
    elsewhere = tuple(layer for layer in table if layer.device in devices and layer.path != path)
    return View(stack, hidden, parents[-1] if parents else None, _below(table, path), elsewhere)


def _below(table: Sequence[Layer], path: str) -> tuple[Layer, ...]:
    found = [layer for layer in table if layer.path.startswith(path + "/") and layer in _walk(table, layer.path)]
    return tuple(sorted(found, key=lambda layer: layer.path.count("/"), reverse=True))


def _walk(table: Sequence[Layer], path: str) -> list[Layer]:
    """Return the mounts that are crossed on the way to a path."""
    ids = {layer.mount_id for layer in table}
    # In a chroot the parent of the first mount isn't in the table.
    chain: list[Layer] = []
    met = [layer for layer in table if layer.parent_id not in ids or layer.parent_id == layer.mount_id]
    while True:
        reachable = [layer for layer in met if _leads_to(layer.path, path) and layer not in chain]
        if not reachable:
            return chain
        chain.append(min(reachable, key=lambda layer: len(layer.path)))
        met = [layer for layer in table if layer.parent_id == chain[-1].mount_id]


def _leads_to(path: str, target: str) -> bool:
    return path in ("/", target) or target.startswith(path + "/")
