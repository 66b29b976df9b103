# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time zones as calendars describe them: by each change of their clocks, so that no rule is guessed.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import (
    YEARS_AHEAD,
    clock_changes,
    moment,
    offset,
    start_of_year,
)

from .lines import local


def time_zone(name: str, first_year: int, last_year: int) -> Iterator[str]:
    """Yield the lines of a VTIMEZONE that is right from one year to another, both included."""
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{name}"
    before = offset(name, start_of_year(first_year))
    yield from _observance("STANDARD", "19700101T000000", before, before)
    changes = {change for year in range(first_year, last_year + 1, YEARS_AHEAD) for change in clock_changes(name, year)}
    for change in sorted(changes):
        kind = "DAYLIGHT" if change.after > change.before else "STANDARD"
        begins = local(moment(change.instant + change.before))  # what clocks showed until then
        yield from _observance(kind, begins, change.before, change.after)
    yield "END:VTIMEZONE"


def _observance(kind: str, begins: str, before: int, after: int) -> Iterator[str]:
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{begins}"
    yield f"TZOFFSETFROM:{_offset(before)}"
    yield f"TZOFFSETTO:{_offset(after)}"
    yield f"END:{kind}"


def _offset(seconds: int) -> str:
    sign, size = ("-", -seconds) if seconds < 0 else ("+", seconds)
    rest = f"{size % 60:02d}" if size % 60 else ""
    return f"{sign}{size // 3600:02d}{size // 60 % 60:02d}{rest}"
