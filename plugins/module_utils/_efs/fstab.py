# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of C(/etc/fstab), changed one path at a time; everything else stays as it is, to the byte.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from .mount_table import unescape


@dataclass(frozen=True)
class Line:
    """A line that mounts something (fstab(5)); what isn't written is zero."""

    source: str
    path: str
    fstype: str
    options: str
    dump: str = "0"
    check: str = "0"

    def __str__(self) -> str:
        fields = (self.source, self.path, self.fstype, self.options, self.dump, self.check)
        return " ".join(map(_escape, fields))


def _escape(field: str) -> str:
    for character in "\\ \t\n":
        field = field.replace(character, f"\\{ord(character):03o}")
    return field


def parse_line(text: str) -> Optional[Line]:
    """Read a line; None for a comment, a blank line, or one that mount(8) wouldn't read."""
    fields = re.split(r"[ \t]+", text.strip(" \t\n"))
    if len(fields) < 3 or fields[0].startswith("#"):
        return None
    source, path, fstype, options, dump, check = (*map(unescape, fields), *("defaults", "0", "0")[len(fields) - 3 :])[
        :6
    ]
    return Line(source, path, fstype, options, dump, check)


def lines_of(text: str, path: str) -> tuple[Line, ...]:
    """Return the lines for a path."""
    return tuple(line for line in map(parse_line, _lines(text)) if line and _same_path(line.path, path))


def replace(text: str, path: str, line: Optional[Line]) -> str:
    """Return the text with exactly this line for the path, in the place of the first that there was; or with none."""
    kept: list[str] = []
    placed = line is None
    for raw in _lines(text):
        found = parse_line(raw)
        if not found or not _same_path(found.path, path):
            kept.append(raw)
        elif not placed:
            # A line that says the same in other white space, or with a comment behind it, is right.
            kept.append(raw if found == line else f"{line}\n")
            placed = True
    if not placed:
        if kept and not kept[-1].endswith("\n"):
            kept[-1] += "\n"
        kept.append(f"{line}\n")
    return "".join(kept)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _same_path(found: str, path: str) -> bool:
    return found.startswith("/") and (found.rstrip("/") or "/") == path
