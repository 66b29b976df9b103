# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a calendar: checked to be whole, and cut down to what bookings depend on, before anything parses it.

PRIVATE: not for use outside this collection, may change in any release.

What is left out here (attendees, alarms, attachments, tasks) can't slow the parser down or confuse it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError

MAX_BYTES = 5 * 1024 * 1024
MAX_EVENTS = 10_000
MAX_LINES = 250_000
# Of the lines that bookings depend on: ten thousand events have about as many.
MAX_KEPT = 120_000
# Of a property with its continuations. Descriptions are cut there; nothing else is as long.
MAX_LENGTH = 100_000
_CUT = frozenset(("DESCRIPTION", "X-ALT-DESC"))
_MAX_DEPTH = 8

# The product id of calendars that this collection writes. Reading one back would book what is booked already.
OWN_PRODUCT = "-//tfbridge.aws//"

# What an event's times depend on.
TIMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "SEQUENCE")
_SEASON = frozenset(("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE", "RDATE"))
_WORDS = frozenset(("UID", "STATUS", "TRANSP", "SUMMARY", "LOCATION", "CATEGORIES", "X-TFBRIDGE-INSTANCE"))
_KEPT = {
    "VCALENDAR": frozenset(("PRODID", "VERSION", "X-WR-TIMEZONE")),
    "VTIMEZONE": frozenset(("TZID", "X-LIC-LOCATION")),
    "STANDARD": _SEASON,
    "DAYLIGHT": _SEASON,
    "VEVENT": _WORDS.union(TIMES, _CUT),
}
_NAME = re.compile(r"[A-Za-z0-9-]+")
_HTML = re.compile(r"\s*(<!doctype html|<html|<head|<\?xml|<!--)", re.IGNORECASE)


def check_text(body: bytes) -> str:
    """Return the text of a calendar with what bookings depend on; raises DataError for what isn't whole."""
    if len(body) > MAX_BYTES:
        raise DataError(f"the calendar is larger than {MAX_BYTES // 1024 // 1024} MB, which is the maximum")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"the calendar is not text in UTF-8 (byte {error.start:,}), as every .ics file is") from error
    if _HTML.match(text):
        raise DataError(
            "a web page was received instead of a calendar, perhaps a sign-in page. Use the address of the calendar in "
            "iCal format, which can be read without signing in"
        )
    if not text.strip():
        raise DataError("the calendar is empty: there is not even a BEGIN:VCALENDAR")
    # Only CRLF and LF end a line: other separators of Unicode may be part of a value.
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > MAX_LINES:
        raise DataError(f"the calendar has {len(lines):,} lines. Maximum: {MAX_LINES:,}")
    return "\r\n".join(_Filter().kept(lines)) + "\r\n"


@dataclass
class _Filter:
    """Lets through what bookings depend on, and refuses components that don't begin and end as they should."""

    stack: list[str] = field(default_factory=list)
    events: int = 0
    # How deep the component is that is left out with all that is in it; 0 where none is.
    dropped: int = 0

    def kept(self, lines: list[str]) -> Iterator[str]:
        """Yield the lines that are kept."""
        keeping, name, length, count = False, "", 0, 0
        for number, line in enumerate(lines, 1):
            if line[:1] not in (" ", "\t"):
                match = _NAME.match(line)
                name, length = match[0].upper() if match else "", 0
                keeping = self._keeps(name, line, number) if match else _check_blank(line, number)
            if keeping:
                count += 1
                if count > MAX_KEPT:
                    raise DataError(f"the events of the calendar have more than {MAX_KEPT:,} lines, the maximum")
                room, length = MAX_LENGTH - length, length + len(line)
                _check_length(name, length, number)
                yield line[: max(1, room)]
        if self.stack:
            raise DataError(f"the calendar is cut off: END:{self.stack[-1]} is missing after line {len(lines)}")

    def _keeps(self, name: str, line: str, number: int) -> bool:
        if name == "BEGIN":
            return self._begin(line.partition(":")[2].strip().upper(), number)
        if name == "END":
            return self._end(line.partition(":")[2].strip().upper(), number)
        if not self.stack:
            raise DataError(f"line {number} of the calendar is outside BEGIN:VCALENDAR: it is not a calendar")
        if name == "PRODID" and OWN_PRODUCT in line:
            raise DataError(
                "the calendar is an export of this collection: reading it would book again what is booked already"
            )
        return not self.dropped and name in _KEPT[self.stack[-1]]

    def _begin(self, component: str, number: int) -> bool:
        _check_begin(component, self.stack, number)
        self.stack.append(component)
        self.dropped = self.dropped or (0 if component in _KEPT else len(self.stack))
        self.events += component == "VEVENT"
        if self.events > MAX_EVENTS:
            raise DataError(f"the calendar has more than {MAX_EVENTS:,} events, which is the maximum")
        return not self.dropped

    def _end(self, component: str, number: int) -> bool:
        _check_end(component, self.stack, number)
        keeping = not self.dropped
        self.dropped = 0 if self.dropped == len(self.stack) else self.dropped
        self.stack.pop()
        return keeping


def _check_blank(line: str, number: int) -> bool:
    if line.strip():
        raise DataError(f"line {number} of the calendar is not a line of an .ics file")
    return False


def _check_length(name: str, length: int, number: int) -> None:
    if length > MAX_LENGTH and name not in _CUT:
        raise DataError(
            f"{name} in line {number} of the calendar is longer than {MAX_LENGTH:,} characters, the maximum"
        )


def _check_begin(component: str, stack: list[str], number: int) -> None:
    if not stack and component != "VCALENDAR":
        raise DataError(f"line {number} of the calendar begins {component[:40]!r} outside a VCALENDAR")
    if stack and component == "VCALENDAR":
        raise DataError(f"the calendar is cut off: END:{stack[-1]} is missing before line {number}")
    if len(stack) >= _MAX_DEPTH:
        raise DataError(f"components are nested more than {_MAX_DEPTH} deep in line {number} of the calendar")


def _check_end(component: str, stack: list[str], number: int) -> None:
    if not stack or stack[-1] != component:
        opened = f"END:{stack[-1]} was expected" if stack else "nothing had begun"
        raise DataError(f"line {number} of the calendar ends {component[:40]!r} where {opened}")
