# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of a calendar, each checked for what the expanding library would take wrongly.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .library import Library
from .model import Details, Part
from .plain_text import plain_text
from .recurrence import Moment, check_rule
from .text import TIMES

# What a Part is found by again when the library has made occurrences of it.
PART_KEY = "X-PART"
CANCELLED = "it is cancelled"
_INSTANCE_LINE = re.compile(r"^[ \t]*ec2[ \t]*:[ \t]*(\S[^\r\n]*)$", re.IGNORECASE | re.MULTILINE)


def details_of(component: Any) -> Details:
    """Return what people wrote into an event."""
    description = plain_text(_text(component, "DESCRIPTION")) or plain_text(_text(component, "X-ALT-DESC"))
    lines = [*map(str, _all(component, "X-TFBRIDGE-INSTANCE")), *_INSTANCE_LINE.findall(description)]
    categories = (name for one in _all(component, "CATEGORIES") for name in getattr(one, "cats", [one]))
    return Details(
        uid=_text(component, "UID").strip(),
        summary=_text(component, "SUMMARY").strip(),
        location=_text(component, "LOCATION").strip(),
        categories=tuple(str(name).strip() for name in categories),
        instances=tuple(entry.strip() for line in lines for entry in line.split(",") if entry.strip()),
    )


def parse_event(component: Any, details: Details, zone: Optional[tzinfo], until: datetime, library: Library) -> Part:
    """Return a VEVENT that can be expanded; raises DataError that says why it can't."""
    broken = {str(name).upper(): message for name, message in component.errors}
    for name in TIMES:
        if name in broken:
            raise DataError(f"{name}: {broken[name]}")
    if "EXRULE" in component:
        raise DataError("EXRULE is not supported: it was removed from the standard. Use EXDATE")
    if "DTSTART" not in component:
        raise DataError("DTSTART is missing")
    start = _moment(component, "DTSTART", zone)
    if zone is None and not isinstance(start, datetime):
        raise DataError("it takes whole days, and the calendar has no time zone (X-WR-TIMEZONE): set timezone")
    duration = _duration(component, start)
    event = library.icalendar.Event()
    event.add("UID", details.uid)
    event.add("DTSTART", start)
    event.add("SEQUENCE", sequence_of(component))
    if "DTEND" in component:
        event.add("DTEND", _end(component, start, zone))
    elif duration is not None:
        event.add("DTEND", start + duration)
    if "RECURRENCE-ID" in component:
        event.add("RECURRENCE-ID", _moment(component, "RECURRENCE-ID", zone))
        event["RECURRENCE-ID"].params.update(_range(component))
    _add_recurrence(event, component, start, zone, until)
    return Part(
        details=details,
        component=event,
        all_day=not isinstance(start, datetime),
        zone=zone,
        duration=duration,
        ignored=ignored_because(component),
        recurs="RRULE" in event or "RDATE" in event,
    )


def sequence_of(component: Any) -> int:
    """Return how often an event was revised."""
    return max(map(int, _all(component, "SEQUENCE")), default=0)


def ignored_because(component: Any) -> str:
    """Return why an event takes nobody's time; "" where it does."""
    if _text(component, "STATUS").strip().upper() == "CANCELLED":
        return CANCELLED
    if _text(component, "TRANSP").strip().upper() == "TRANSPARENT":
        return "it is shown as free (TRANSP:TRANSPARENT)"
    return ""


def _moment(component: Any, name: str, zone: Optional[tzinfo]) -> Moment:
    """Return a date, or a date and time with its zone."""
    prop = _only(component, name)
    return _zoned(name, prop.dt, prop.params.get("TZID"), zone)


def _zoned(name: str, value: object, zone_id: Optional[str], zone: Optional[tzinfo]) -> Moment:
    if not isinstance(value, date):
        raise DataError(f"{name} is not a date or a date and time")
    if not isinstance(value, datetime) or value.tzinfo is not None:
        return value
    if zone_id:
        raise DataError(
            f"{name}: the time zone {show(str(zone_id))} is not a known name, and the calendar has no VTIMEZONE for it"
        )
    if zone is None:
        raise DataError(f"{name} has no time zone, and neither has the calendar (X-WR-TIMEZONE): set timezone")
    return value.replace(tzinfo=zone)


def _end(component: Any, start: Moment, zone: Optional[tzinfo]) -> Moment:
    if "DURATION" in component:
        raise DataError("DTEND and DURATION are mutually exclusive")
    end = _moment(component, "DTEND", zone)
    if isinstance(end, datetime) != isinstance(start, datetime):
        raise DataError("DTSTART and DTEND are not both days, or both days and times")
    if end < start:
        raise DataError(f"DTEND ({end}) is before DTSTART ({start})")
    return end


def _duration(component: Any, start: Moment) -> Optional[timedelta]:
    if "DTEND" in component:
        return None
    if "DURATION" not in component:
        return timedelta(0) if isinstance(start, datetime) else timedelta(days=1)
    duration = _only(component, "DURATION").dt
    if not isinstance(duration, timedelta) or duration < timedelta(0):
        raise DataError("DURATION is negative")
    if not isinstance(start, datetime) and duration.seconds:
        raise DataError("DURATION is not in whole days, and DTSTART is a day")
    return duration


def _range(component: Any) -> dict[str, str]:
    value = str(component["RECURRENCE-ID"].params.get("RANGE", "")).upper()
    if value not in ("", "THISANDFUTURE"):
        raise DataError(f"RECURRENCE-ID: RANGE={show(value)} is not supported. Valid values: THISANDFUTURE")
    return {"RANGE": value} if value else {}


def _add_recurrence(event: Any, component: Any, start: Moment, zone: Optional[tzinfo], until: datetime) -> None:
    if "RRULE" in component:
        event.add("RRULE", check_rule(_only(component, "RRULE"), start, until))
    for name in ("RDATE", "EXDATE"):
        moments = list(_moments(component, name, zone))
        if any(isinstance(one, datetime) != isinstance(start, datetime) for one in moments):
            kinds = ("a day", "times") if isinstance(start, datetime) else ("a time", "days")
            raise DataError(f"{name} has {kinds[0]}, and the event has {kinds[1]}")
        for one in moments:
            event.add(name, one)


def _moments(component: Any, name: str, zone: Optional[tzinfo]) -> Iterable[Moment]:
    for prop in _all(component, name):
        for entry in prop.dts:
            if isinstance(entry.dt, tuple):
                raise DataError(f"{name} with periods is not supported")
            yield _zoned(name, entry.dt, prop.params.get("TZID"), zone)


def _text(component: Any, name: str) -> str:
    return next(map(str, _all(component, name)), "")


def _all(component: Any, name: str) -> list[Any]:
    """Return a property as often as an event has it."""
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]


def _only(component: Any, name: str) -> Any:
    """Return a property that an event has; raises DataError where it has it twice."""
    if isinstance(component[name], list):
        raise DataError(f"{name} is listed twice")
    return component[name]
