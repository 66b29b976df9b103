# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calendars for tests: written line by line, or in the manner of the applications that people use."""

from __future__ import annotations

import datetime as dt
import pathlib
from collections.abc import Sequence

CALENDARS = pathlib.Path(__file__).parent / "calendars"
UTC = dt.timezone.utc


def calendar(*events: Sequence[str], head: Sequence[str] = ()) -> bytes:
    """Return a calendar of events that are given by their lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", *head]
    for event in events:
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def event(uid: str, start: str, end: str, *more: str) -> list[str]:
    """Return the lines of an event; the times as they stand after DTSTART and DTEND."""
    return [f"UID:{uid}", f"DTSTART{_value(start)}", f"DTEND{_value(end)}", f"SUMMARY:{uid}", *more]


def _value(text: str) -> str:
    return text if text.startswith(";") else f":{text}"


def styled(name: str) -> bytes:
    """Return a calendar in the manner of an application."""
    text = (CALENDARS / f"{name}.ics").read_text(encoding="utf-8")
    return text.replace("\n", "\r\n").encode()
