# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings of a calendar's occurrences, their names, and what became of every event.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import zulu

from .matching import Allowed, EventRule
from .model import BOOKED, LEFT_OUT, REFUSED, Occurrence, Reading

# The rules of events, each with the instances that it books.
Rules = Sequence[tuple[EventRule, Sequence[str]]]

# cal.<8 hex of the calendar>.<12 hex of the UID><10 hex of the occurrence>: 35 characters, as many as a name may have.
# The UID has digits of its own so that all bookings of an event that can't be read any more can be told, and kept.
_UID_DIGITS, _OCCURRENCE_DIGITS = 12, 10
_EMPTY: dict[str, Any] = {"end_time": None, "instance_ids": [], "booking": None}


def prefix_of(calendar: str) -> str:
    """Return what the names of a calendar's bookings begin with."""
    return f"cal.{calendar}."


def event_prefix(calendar: str, uid: str) -> str:
    """Return what the names of an event's bookings begin with."""
    return prefix_of(calendar) + hashlib.sha256(uid.encode()).hexdigest()[:_UID_DIGITS]


def booking_name(calendar: str, uid: str, recurrence: str) -> str:
    """Return the name of an occurrence's booking, which stays the same when the occurrence is moved."""
    return event_prefix(calendar, uid) + hashlib.sha256(recurrence.encode()).hexdigest()[:_OCCURRENCE_DIGITS]


@dataclass
class Result:
    """What a calendar asks for."""

    bookings: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    keep: list[str] = field(default_factory=list)


def make_bookings(calendar: str, reading: Reading, rules: Rules, allowed: Allowed, max_bookings: int) -> Result:
    """Return one booking for each occurrence and rule; an instance that two rules name is booked once."""
    result = Result()
    for occurrence in reading.occurrences:
        _add(result, calendar, occurrence, rules, allowed)
    if len(result.bookings) > max_bookings:
        raise DataError(
            f"the calendar makes {len(result.bookings):,} bookings, and max_bookings is {max_bookings:,}: shorten "
            "horizon_days, narrow the patterns of events, or raise max_bookings"
        )
    for note in reading.notes:
        row = {"uid": note.uid, "summary": note.summary, "start_time": zulu(note.start) if note.start else None}
        result.events.append({**_EMPTY, **row, "outcome": note.outcome, "reason": note.reason})
        if note.outcome == REFUSED and note.recurrence is not None:
            result.keep.append(booking_name(calendar, note.uid, note.recurrence))
    result.keep += [event_prefix(calendar, uid) for uid in sorted(reading.refused)]
    result.events.sort(key=lambda row: (row["start_time"] or "", row["summary"], row["uid"]))
    return result


def _add(result: Result, calendar: str, occurrence: Occurrence, rules: Rules, allowed: Allowed) -> None:
    details = occurrence.details
    times = {"start_time": zulu(occurrence.start), "end_time": zulu(occurrence.end)}
    matching = [ids for rule, ids in rules if rule.matches(details)]
    named, refused = allowed.choose(details.instances)
    name = booking_name(calendar, details.uid, occurrence.recurrence)
    booked: list[str] = []
    for ids in (*matching, named):
        new = [one for one in ids if one not in booked]
        if new:
            booked += new
            result.bookings.append({"name": name, "instance_ids": new, **times, "summary": details.summary})
    if booked or refused:
        reason = enumerate_names(refused)
    elif matching:
        reason = "the rules of events that it matches name no instance"
    else:
        reason = "it matches no pattern of events, and names no instance"
    result.events.append(
        {
            "uid": details.uid,
            "summary": details.summary,
            **times,
            "outcome": BOOKED if booked else LEFT_OUT,
            "reason": reason,
            "instance_ids": booked,
            "booking": name if booked else None,
        }
    )
