# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of an .ics file: texts escaped, long lines folded, times in UTC or with their zone.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

# Of a line, without its end: RFC 5545, 3.1.
_OCTETS = 75
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def text(value: str) -> str:
    """Return a text as a property holds it."""
    escaped = _CONTROL.sub("", value.replace("\r\n", "\n")).replace("\\", "\\\\")
    return escaped.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def utc(moment: datetime) -> str:
    """Return an instant, 20261124T150000Z."""
    return moment.strftime("%Y%m%dT%H%M%SZ")


def local(moment: datetime) -> str:
    """Return a local time, 20261124T150000."""
    return moment.strftime("%Y%m%dT%H%M%S")


def document(lines: Iterable[str]) -> str:
    """Return lines as a file: folded where they are long, each ended by CRLF."""
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _folded(line: str) -> Iterable[str]:
    """Yield the parts of a line; no character is cut in two, and those after the first begin with a space."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _OCTETS:
            yield part
            part, size = " ", 1
        part += character
        size += octets
    yield part
