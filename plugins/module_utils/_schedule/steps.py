# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which edges of one instance have to be created and deleted, so that they are those of its bookings.

PRIVATE: not for use outside this collection, may change in any release.

Nothing here calls anything: a plan and what was observed go in, writes come out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import moment
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import window_at, windows

from .changes import LINGER, Baseline, Observed, plan_or_none
from .edge_schedules import WantedEdge, want
from .guards import SETTLED, agrees, is_guarded, wanted_guards
from .names import EdgeName
from .records import Record


@dataclass(frozen=True)
class Evidence:
    """What a run relies on: the records of its last and its first look, and the edges and bookings that it created.

    confirmed says that those bookings were there at the time of the look that is being worked on.
    """

    before: dict[str, Record]
    baseline: Baseline
    fresh: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    confirmed: bool = False


class EdgeSteps:
    """Which edges have to be created, and which deleted once another look has confirmed the plan.

    An edge that is there is relied on only if this run created it, or if it was wanted all along: by the records
    before, those now, what they share and what they are together. Otherwise a writer who saw other records may be about
    to delete it. For the same reason a start is created only after its stop was, or, where it is the start of an own
    booking, after a look that found the stop and the booking: whoever takes that stop away has seen the booking.
    """

    def __init__(self, planned: Plan, records: dict[str, Record], observed: Observed, evidence: Evidence) -> None:
        self._plan, self._now, self._observed, self._evidence = planned, planned.now, observed, evidence
        # The plan counts in whole seconds: what is due within this one is neither ahead nor over for it.
        self._second = moment(math.ceil(planned.now.timestamp()))
        between = [(each, plan_or_none(each, self._now)) for each in _between(evidence.before, records)]
        # What could not be planned wanted nothing: no edge of it is relied on.
        self._once = [want(planned.edges, each) if planned else [] for each, planned in between]
        self._kept: dict[WantedEdge, EdgeName] = {}
        wanted = want(planned.edges, records)
        stops = [each for each in wanted if each.edge.kind == "stop"]
        starts = [each for each in wanted if each.edge.kind == "start"]
        self.create = self._missing(stops)
        self.waiting = [each for each in self._missing(starts) if not self._begin(each, stops)]
        guards = wanted_guards(evidence.baseline, records, self._now)
        self.create += [each for each in guards if not is_guarded(each, observed.edges)]
        kept = {edge.name for edge in self._kept.values()}
        delete = [edge for edge in observed.edges if edge.name not in kept and not self._lingers(edge)]
        # Starts are deleted before stops.
        self.delete = sorted(delete, key=lambda edge: (edge.kind, edge.name))

    def _missing(self, wanted: list[WantedEdge]) -> list[WantedEdge]:
        """Find the edge that does each, and return those that none does for certain."""
        for each in wanted:
            doing = [edge for edge in self._observed.edges if each.is_done_by(edge, self._now)]
            if any(self._relied_on(edge) for edge in doing):
                # The newest stays: what an older view condemned is older.
                self._kept[each] = max(doing, key=lambda edge: (edge.created, edge.name))
        return [each for each in wanted if each not in self._kept]

    def _relied_on(self, edge: EdgeName) -> bool:
        always = all(any(each.is_done_by(edge, self._now) for each in once) for once in self._once)
        return always or edge.name in self._evidence.fresh

    def _begin(self, start: WantedEdge, stops: list[WantedEdge]) -> bool:
        """Create a start if its stop is certain; say False for one that has to wait for the next look."""
        doubtful = [stop for stop in _stops_of(start, stops) if not self._is_fresh(stop)]
        if doubtful and self._evidence.own.intersection(start.edge.bookings):
            if not self._evidence.confirmed:
                return False
        else:
            for stop in doubtful:
                del self._kept[stop]
            self.create += doubtful
        self.create.append(start)
        return True

    def _is_fresh(self, stop: WantedEdge) -> bool:
        return stop not in self._kept or self._kept[stop].name in self._evidence.fresh

    def _lingers(self, edge: EdgeName) -> bool:
        """Return whether an edge that is not of the plan may be fired all the same, because it agrees with it."""
        if edge.at is None or not edge.enabled or edge.at + LINGER <= self._now:
            return False
        if edge.at <= self._second:
            running = window_at(self._plan.bookings, self._second, self._plan.merge_gap)
            return (edge.kind == "start") == (running is not None)
        around = windows(self._plan.bookings, edge.at, edge.at + 2 * SETTLED, self._plan.merge_gap)
        return edge.guard and agrees(edge.kind, edge.at, around)


def _between(before: dict[str, Record], after: dict[str, Record]) -> list[dict[str, Record]]:
    """Return the sets of records that may have been there between two looks, as far as they decide what was wanted."""
    if before == after:
        return []
    shared = {key: record for key, record in before.items() if after.get(key) == record}
    states = (before, shared, {**before, **after})
    return [state for at, state in enumerate(states) if state != after and state not in states[:at]]


def _stops_of(start: WantedEdge, stops: list[WantedEdge]) -> list[WantedEdge]:
    """Return the stop that ends what a start begins; the weekly ones where that is one of them."""
    at = start.edge.at
    later = [stop for stop in stops if at and stop.edge.at and stop.edge.at > at]
    if later:
        return [min(later, key=lambda stop: str(stop.edge.at))]
    return [stop for stop in stops if stop.edge.at is None]
