# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When events take place within a horizon. Pure: the text and the clocks are passed in.

PRIVATE: not for use outside this collection, may change in any release.

A UID that can't be read hides no other, and time spent on the calendar is bounded: what was not reached is refused by
name, so that its bookings stay as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Optional, Union, cast
from zoneinfo import ZoneInfo

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import in_gap, resolve, zone_of, zulu
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.moments import FURTHEST, SHORTEST

from .events import CANCELLED, PART_KEY, details_of, ignored_because, parse_event, sequence_of
from .library import Library
from .model import LEFT_OUT, REFUSED, Details, Horizon, Note, Occurrence, Part, Reading

Member = tuple[Any, Details, Optional[tzinfo]]

# Expanding stops after so many seconds of processor time, which a busy machine doesn't shorten, and an event may take
# place so often within the horizon.
PATIENCE = 8.0
MAX_OCCURRENCES = 2_000
_MARGIN = timedelta(days=2)


@dataclass
class Reader:
    """Reads the events of one calendar."""

    library: Library
    horizon: Horizon
    timezone: Optional[str] = None
    on_gap: str = "error"
    clock: Callable[[], float] = time.process_time
    _notes: list[Note] = field(default_factory=list)
    _found: list[Occurrence] = field(default_factory=list)
    _refused: set[str] = field(default_factory=set)

    def read(self, text: str) -> Reading:
        """Return what a text that check_text returned holds; raises DataError where it is no calendar at all."""
        deadline = self.clock() + PATIENCE
        try:
            calendars = self.library.icalendar.Calendar.from_ical(text, multiple=True)
        except Exception as error:
            raise DataError(f"the calendar can't be parsed: {error}") from error
        groups: dict[str, list[Member]] = {}
        events = 0
        for calendar in calendars:
            zone = self._floating_zone(calendar)
            for component in calendar.walk("VEVENT"):
                events += 1
                details = details_of(component)
                if not details.uid:
                    self._note(details, REFUSED, "UID is missing: without it nobody can tell when the event changes")
                    continue
                groups.setdefault(details.uid, []).append((component, details, zone))
        parsed = [parts for group in groups.values() if (parts := self._parts(group))]
        # What is quickly done comes first, so that a hostile rule hides as little as possible.
        for parts in sorted(parsed, key=_effort):
            if self.clock() > deadline:
                reason = f"not reached: reading the calendar took more than {PATIENCE:.0f} seconds of processor time"
                self._refuse(parts[0].details, reason)
                continue
            self._expand(parts)
        found = tuple(sorted(self._found, key=lambda one: (one.start, one.end, one.details.uid, one.recurrence)))
        kept = tuple(one for one in found if one.details.uid not in self._refused)
        return Reading(events, kept, tuple(self._notes), frozenset(self._refused))

    def _floating_zone(self, calendar: Any) -> Optional[tzinfo]:
        """Return the zone of times without one: the option, else what the calendar says of itself."""
        if self.timezone:
            return zone_of(self.timezone)
        name = str(calendar.get("X-WR-TIMEZONE", "")).strip()
        try:
            return zone_of(name, "X-WR-TIMEZONE") if name else None
        except OptionError:
            return None

    def _parts(self, group: Sequence[Member]) -> list[Part]:
        """Return the parts of an event, its series first; none where it is refused or left out."""
        try:
            latest = _latest(group)
            ignored = [reason for component, _details, _zone in latest if (reason := ignored_because(component))]
            if len(ignored) == len(latest):
                self._note(group[0][1], LEFT_OUT, ignored[0])
                return []
            parts = [parse_event(*member, self.horizon.until, self.library) for member in latest]
            parts.sort(key=_is_exception)
            _check_exceptions(parts)
        except Exception as error:  # noqa: BLE001  one event must not hide the others, whatever a parser makes of it
            self._refuse(group[0][1], _reason(error, "it can't be read"))
            return []
        return parts

    def _expand(self, parts: Sequence[Part]) -> None:
        first = parts[0]
        if first.ignored == CANCELLED and not _is_exception(first):
            self._note(first.details, LEFT_OUT, first.ignored)
            return
        try:
            times = [one for each in self._occurrences(parts) if (one := self._time(*each)) is not None]
        except Exception as error:  # noqa: BLE001  see _parts
            self._refuse(first.details, _reason(error, "it can't be expanded"))
            return
        self._found += [one for one in times if isinstance(one, Occurrence)]
        self._notes += [one for one in times if isinstance(one, Note)]
        if not times:
            self._note(first.details, LEFT_OUT, "it does not take place within the horizon")

    def _occurrences(self, parts: Sequence[Part]) -> Iterator[tuple[Part, Any, str]]:
        """Yield what takes place about the horizon: the part, its times, and what tells occurrences apart."""
        if _is_exception(parts[0]) or (len(parts) == 1 and not parts[0].recurs):
            for part in parts:
                yield part, part.component, _identity(part.component["RECURRENCE-ID"]) if _is_exception(part) else ""
            return
        calendar = self.library.icalendar.Calendar()
        for number, part in enumerate(parts):
            part.component[PART_KEY] = str(number)
            calendar.add_component(part.component)
        expander = self.library.recurring.of(calendar)
        found = expander.between(self.horizon.now - _MARGIN, self.horizon.until + _MARGIN)
        if len(found) > MAX_OCCURRENCES:
            raise DataError(f"it takes place {len(found):,} times within the horizon. Maximum: {MAX_OCCURRENCES:,}")
        for component in found:
            yield parts[int(component[PART_KEY])], component, _identity(component["RECURRENCE-ID"])

    def _time(self, part: Part, component: Any, recurrence: str) -> Union[Occurrence, Note, None]:
        """Return an occurrence, a note where it is left out or refused, None where it is outside the horizon."""
        start, end, exact = _times(part, component)
        if end <= self.horizon.now or start >= self.horizon.until:
            return None
        outcome, reason = LEFT_OUT if part.ignored else REFUSED, part.ignored
        if not reason and self.on_gap == "error" and not exact:
            reason = "clocks skip its local start or end (on_gap: shift moves it past the gap)"
        if not reason and end - start < SHORTEST:
            reason = "it takes less than two minutes"
        if not reason and end - self.horizon.now > FURTHEST:
            reason = f"it ends more than ten years ahead, {zulu(end)}"
        if reason:
            return Note(part.details.uid, part.details.summary, outcome, reason, start, recurrence)
        return Occurrence(part.details, start, end, recurrence)

    def _note(self, details: Details, outcome: str, reason: str) -> None:
        self._notes.append(Note(details.uid, details.summary, outcome, reason))

    def _refuse(self, details: Details, reason: str) -> None:
        self._refused.add(details.uid)
        self._note(details, REFUSED, reason)


def _reason(error: Exception, otherwise: str) -> str:
    """Return what is wrong with an event; an error that nobody foresaw is named too."""
    return str(error) if isinstance(error, DataError) else f"{otherwise}: {type(error).__name__}: {error}"


def _times(part: Part, component: Any) -> tuple[datetime, datetime, bool]:
    """Return start and end, and whether clocks show both."""
    begin = component["DTSTART"].dt
    start, exact = _instant(begin, part.zone, later=False)
    if part.duration is None or part.all_day:
        end, exact_end = _instant(component["DTEND"].dt, part.zone, later=True)
        return start, end, exact and exact_end
    # RFC 5545, 3.3.6: days of a duration are days of the calendar, the rest is exact.
    days, rest = timedelta(days=part.duration.days), timedelta(seconds=part.duration.seconds)
    end, exact_end = _instant(begin + days, part.zone, later=False) if days else (start, exact)
    return start, end + rest, exact and exact_end


def _instant(value: date, days_zone: Optional[tzinfo], *, later: bool) -> tuple[datetime, bool]:
    """Return the instant of a local time, and whether clocks show that time at all; a day begins at midnight."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time(), days_zone)
    zone, local = cast(ZoneInfo, moment.tzinfo), moment.replace(tzinfo=None, fold=0, microsecond=0)
    return resolve(local, zone, later=later)[0], not in_gap(local, zone)


def _latest(group: Sequence[Member]) -> list[Member]:
    """Return the newest revision of the event and of each exception; raises DataError where two are as new."""
    newest: dict[str, Member] = {}
    for member in group:
        component = member[0]
        original = component.get("RECURRENCE-ID")
        key = original.to_ical().decode() + str(original.params.get("TZID", "")) if original is not None else ""
        other = newest.get(key)
        if other is None or sequence_of(component) > sequence_of(other[0]):
            newest[key] = member
        elif sequence_of(component) == sequence_of(other[0]) and component.to_ical() != other[0].to_ical():
            raise DataError(
                f"its UID is listed twice with the same SEQUENCE, {sequence_of(component)}"
                f"{', for ' + show(key) if key else ''}: nobody can tell which one is meant"
            )
    return list(newest.values())


def _check_exceptions(parts: Sequence[Part]) -> None:
    """Refuse exceptions that the library would add to the occurrence that they replace."""
    series, *exceptions = parts
    for exception in exceptions:
        is_day = not isinstance(exception.component["RECURRENCE-ID"].dt, datetime)
        if not _is_exception(series) and is_day != series.all_day:
            kinds = ("a day", "times") if is_day else ("a time", "days")
            raise DataError(f"RECURRENCE-ID is {kinds[0]}, and the series has {kinds[1]}")


def _is_exception(part: Part) -> bool:
    return "RECURRENCE-ID" in part.component


def _identity(original: Any) -> str:
    """Return what tells the occurrences of a series apart: when it would have started, had nobody moved it."""
    value = original.dt
    return zulu(value) if isinstance(value, datetime) else value.isoformat()


def _effort(parts: Sequence[Part]) -> int:
    """Return how long expanding may take, compared with others."""
    rule = parts[0].component.get("RRULE", {})
    return len(set(rule) - {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY"}) + bool(rule)
