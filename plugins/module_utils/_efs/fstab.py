# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of C(/etc/fstab), changed one path at a time; everything else stays as it is, to the byte.

PRIVATE: not for use outside this collection, may change in any release.

Runs on managed hosts: Python 3.7.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Optional

from .mount_table import unescape

# Source, path and type; the rest has defaults.
_SHORTEST = 3


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
        return " ".join(map(_escape, astuple(self)))


def _escape(field: str) -> str:
    for character in "\\ \t\n":
        field = field.replace(character, f"\\{ord(character):03o}")
    return field


def parse_line(text: str) -> Optional[Line]:
    """Return what a line mounts; None for a comment, a blank line, or one that mount(8) wouldn't read."""
    # Of a file with line ends of Windows mount(8) drops both characters.
    fields = re.split(r"[ \t]+", re.sub(r"\r?\n?\Z", "", text).strip(" \t"))
    if len(fields) < _SHORTEST or fields[0].startswith("#"):
        return None
    source, path, fstype, *rest = map(unescape, fields)
    options, dump, check = (*rest, *("defaults", "0", "0")[len(rest) :])[:3]
    return Line(source, path, fstype, options, dump, check)


def lines_of(text: str, path: str, resolve: Callable[[str], str] = str) -> tuple[Line, ...]:
    """Return the lines for a path, given without symbolic links; resolve returns a path without them."""
    return tuple(line for line in map(parse_line, _lines(text)) if line and _is_of(line, path, resolve))


def replace(text: str, path: str, line: Optional[Line], resolve: Callable[[str], str] = str) -> str:
    """Return the text with this line alone for the path, in the place of the first that there was; or with none."""
    kept: list[str] = []
    placed = line is None
    for raw in _lines(text):
        found = parse_line(raw)
        if not found or not _is_of(found, path, resolve):
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
    # Not splitlines(): of all that it takes for the end of a line, mount(8) knows one.
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _is_of(line: Line, path: str, resolve: Callable[[str], str]) -> bool:
    if not line.path.startswith("/"):
        return False
    cleaned = "/" + "/".join(part for part in line.path.split("/") if part not in ("", "."))
    return cleaned == path or resolve(cleaned) == path
