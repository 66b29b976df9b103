# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the union of all bookings differs from what weekly crons fire by themselves.

PRIVATE: not for use outside this collection, may change in any release.

Away from one-off bookings, clock changes that matter and days that are left out, the windows of the local week are the
union, and crons fire exactly their edges. So the two are compared near those only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .clock import DAY_SECONDS, DAYS, WEEK_MINUTES, instant, minutes, start_of_year
from .days import excluded_days
from .week import Fired, LocalWeek, Occurrence, Series, series_of
from .windows import Coverage, Interval, WeeklyPattern, join_places, merge, occurrences

# One more than bookings may reach ahead: what is booked by a record that is older than this limit is cut off here.
_YEARS = 11


class Situation(NamedTuple):
    """What is booked on one instance, as the comparison needs it."""

    patterns: frozenset[WeeklyPattern]
    weeks: tuple[LocalWeek, ...]
    one_offs: list[Interval]
    gap: int
    now: int
    year: int


@dataclass
class Exceptions:
    """What has to be fired besides the crons, what they must not fire, and how near opposite edges come.

    Margins are the seconds from an edge to the next opposite one, where they are known.
    """

    one_off: set[Fired] = field(default_factory=set)
    skipped: dict[Series, set[int]] = field(default_factory=lambda: defaultdict(set))
    margins: dict[Fired, int] = field(default_factory=dict)
    series_margins: dict[Series, int] = field(default_factory=dict)

    def narrow(self, series: Series, margin: int) -> None:
        """Note that an edge of a series has no wider margin than this."""
        self.series_margins[series] = min(margin, self.series_margins.get(series, margin))


def exceptions(situation: Situation) -> Exceptions:
    """Compare the union of all bookings with what the weekly series fire."""
    found = Exceptions()
    for week in situation.weeks:
        _measure(week, found)
    irregular = _irregular(situation)
    marked = [Interval(one.start, one.end, ("one-off",)) for one in situation.one_offs]
    union = merge(marked + _weekly_intervals(situation, irregular), situation.gap)
    special = [bool(one.reasons) or _near(one.start, one.end, irregular) for one in union]
    looked_at = [one for one, is_special in zip(union, special) if is_special]
    wanted = {edge for one in looked_at for edge in (Fired(one.start, "start"), Fired(one.end, "stop"))}
    found.margins.update(_margins(union, special))
    curfews = Coverage(union, situation.gap)
    for at in _curfew_instants(situation, irregular):
        if _near(at, at, irregular) and not curfews.covers(at):
            wanted.add(Fired(at, "stop"))
            found.margins.setdefault(Fired(at, "stop"), curfews.margin(at))
    fired = set()
    starts = [one.start for one in looked_at]
    for week, occurrence in _weekly_occurrences(situation, irregular):
        compared = _near(occurrence.start, occurrence.start, irregular)
        if occurrence.start == occurrence.end:
            compared = compared or curfews.covers(occurrence.start)
            found.margins.setdefault(occurrence.firings[0].edge, curfews.margin(occurrence.start))
        else:
            compared = compared or _within(occurrence, looked_at, starts)
        for edge, series, exact in occurrence.firings:
            if not week.fires_at(edge.at):
                continue
            if compared and not (exact and edge in wanted):
                found.skipped[series].add(edge.at)
                continue
            fired.add(edge)
            if edge in found.margins and edge.at > situation.now:
                found.narrow(series, found.margins[edge])
    found.one_off.update(edge for edge in wanted - fired if edge.at > situation.now)
    return found


def _irregular(situation: Situation) -> list[int]:
    """Return the instants around which the local week is not the union: clock changes, and what is left out of it."""
    changes = {at for week in situation.weeks for at in week.irregular}
    left_out = {
        instant(pattern.timezone, day, minutes(pattern.start), later=False)[0]
        for pattern in situation.patterns
        for day in excluded_days(pattern.excluded)
        if DAYS[(day - 1) % 7] in pattern.days
    }
    return sorted(at for at in changes | left_out if at > situation.now - 2 * DAY_SECONDS)


def _measure(week: LocalWeek, found: Exceptions) -> None:
    """Note how near the next opposite edge of a weekly one gets: by the clock, less what a clock change may take."""
    following = [window.start for window in week.windows[1:]]
    following += [window.start + WEEK_MINUTES for window in week.windows[:1]]
    for window, after in zip(week.windows, following):
        found.narrow(series_of(week, "start", window.start), (window.end - window.start) * 60 - week.shift)
        found.narrow(series_of(week, "stop", window.end), (after - window.end) * 60 - week.shift)
    for curfew in week.curfews:
        ahead = min(((window.start - curfew) % WEEK_MINUTES for window in week.windows), default=WEEK_MINUTES)
        found.narrow(series_of(week, "stop", curfew), ahead * 60 - week.shift)


def _places(situation: Situation, irregular: list[int], margin: int) -> list[tuple[int, int]]:
    """Return the times near one-off bookings and irregular instants."""
    wider = situation.gap + margin
    near = [(one.start - wider, one.end + wider) for one in situation.one_offs]
    near += [(at - DAY_SECONDS - margin, at + DAY_SECONDS + margin) for at in irregular]
    return join_places(near, start_of_year(situation.year + _YEARS))


def _weekly_intervals(situation: Situation, irregular: list[int]) -> list[Interval]:
    """Return when the weekly bookings run, each for itself: their union is not that of the local week here."""
    horizon = max((week.last for week in situation.weeks), default=0)
    # Windows of the local week are shorter than a week: none that touches a place is cut off by this margin.
    return [
        one
        for low, high in (_places(situation, irregular, 9 * DAY_SECONDS) if situation.patterns else ())
        for pattern in situation.patterns
        if not pattern.is_curfew
        for one in occurrences(pattern, low, high)
        if not horizon or one.start < horizon
    ]


def _curfew_instants(situation: Situation, irregular: list[int]) -> Iterator[int]:
    """Yield when curfews are, covered or not, near what is irregular."""
    curfews = [pattern for pattern in situation.patterns if pattern.is_curfew]
    horizon = max((week.last for week in situation.weeks), default=0)
    for low, high in _places(situation, irregular, DAY_SECONDS) if curfews else ():
        for pattern in curfews:
            yield from (one.start for one in occurrences(pattern, low, high) if not horizon or one.start < horizon)


def _weekly_occurrences(situation: Situation, irregular: list[int]) -> Iterator[tuple[LocalWeek, Occurrence]]:
    """Yield the weekly occurrences within a day of what has to be looked at."""
    places = _places(situation, irregular, DAY_SECONDS) if situation.weeks else []
    for week in situation.weeks:
        seen = Occurrence(0, 0, ())
        for low, high in places:
            for occurrence in week.occurrences(low, high):
                if occurrence > seen:  # one may touch two places
                    seen = occurrence
                    yield week, occurrence


def _near(start: int, end: int, irregular: list[int]) -> bool:
    """Return whether an irregular instant is within a day of a time."""
    index = bisect_left(irregular, start - DAY_SECONDS)
    return index < len(irregular) and irregular[index] <= end + DAY_SECONDS


def _within(occurrence: Occurrence, union: list[Interval], starts: list[int]) -> bool:
    """Return whether an occurrence is part of one of these intervals."""
    index = bisect_right(starts, occurrence.start) - 1
    return index >= 0 and occurrence.start <= union[index].end


def _margins(union: list[Interval], special: list[bool]) -> Iterator[tuple[Fired, int]]:
    """Yield the margins of the edges of special windows, and of those next to them: others are of the local week."""
    for at, one in enumerate(union):
        if special[at]:
            yield Fired(one.start, "start"), one.end - one.start
        if at + 1 < len(union) and (special[at] or special[at + 1]):
            yield Fired(one.end, "stop"), union[at + 1].start - one.end
