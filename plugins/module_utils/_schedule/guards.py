# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guards: edges that correct what may have been fired while it was being replaced.

PRIVATE: not for use outside this collection, may change in any release.

A stop at 18:00 that is taken away at 17:59:59 may be fired all the same, up to a minute late. A guard, a start at
18:02, brings the instance back then; where the stop was not fired, it starts what runs already, which does nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import epoch, moment, stamp
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import AGE_MAX, AGE_MIN, LEAD, Edge
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import Window

from .changes import Baseline, curfews_of, windows_of
from .edge_schedules import WantedEdge
from .names import EdgeName
from .records import Record

# Scheduler fires within a minute, and an instance takes most of another to start or stop.
SETTLED = timedelta(minutes=2)
# An edge that is due this long before or after now may be fired by the time that it is deleted.
_BEFORE, _AFTER = timedelta(minutes=1), timedelta(minutes=2)


def wanted_guards(baseline: Baseline, records: dict[str, Record], now: datetime) -> Iterator[WantedEdge]:
    """Yield a guard for each edge of the baseline that is due about now, and that its successor contradicts."""
    if baseline.records == records:
        return
    after = windows_of(records, now - _BEFORE, now + timedelta(minutes=10))
    for window in windows_of(baseline.records, now - _BEFORE, now + _AFTER + SETTLED):
        for due, kind, opposite in ((window.start, "start", "stop"), (window.end, "stop", "start")):
            inside = _window_at(after, due)
            if now - _BEFORE <= due <= now + _AFTER and (inside is None) == (kind == "start"):
                yield from _guard(opposite, due, records or baseline.records, after, now)
    for curfew in curfews_of(baseline.records, now - _BEFORE, now + _AFTER):
        if _window_at(after, curfew.start) is not None:
            yield from _guard("start", curfew.start, records or baseline.records, after, now)


def guard_at(kind: str, records: dict[str, Record], now: datetime) -> Optional[WantedEdge]:
    """Return a guard for an edge that has just been fired against what is booked, None where the next edge is near."""
    after = windows_of(records, now - _BEFORE, now + timedelta(minutes=10))
    return next(_guard(kind, now, records, after, now), None)


def _guard(
    kind: str, due: datetime, records: dict[str, Record], after: tuple[Window, ...], now: datetime
) -> Iterator[WantedEdge]:
    at = max(due + SETTLED, now + timedelta(seconds=LEAD))
    at = moment(math.ceil(at.timestamp()))
    if not agrees(kind, at, after):
        return
    ahead = [edge - at for window in after for edge in (window.start, window.end) if edge > at]
    margin = int(min(ahead, default=timedelta(days=1)).total_seconds()) - LEAD
    first = records[min(records)]
    yield WantedEdge(
        Edge(
            first.booking.instance_id,
            kind,
            f"at({stamp(epoch(at))})",
            "UTC",
            min(max(margin, AGE_MIN), AGE_MAX),
            f"{kind}.g{at:%Y%m%dT%H%M%S}Z",
            f"{kind} again, should the opposite edge have been fired while it was being replaced",
            at=at,
        ),
        first.settings,
    )


def agrees(kind: str, at: datetime, windows: tuple[Window, ...]) -> bool:
    """Return whether an edge does what is booked, and has time to before the next opposite one."""
    inside = _window_at(windows, at)
    if kind == "start":
        return inside is not None and inside.end - at >= SETTLED
    return inside is None and not any(at < window.start < at + SETTLED for window in windows)


def is_guarded(wanted: WantedEdge, edges: tuple[EdgeName, ...]) -> bool:
    """Return whether a guard that is there corrects the same."""
    at = wanted.edge.at
    return at is not None and any(
        edge.guard and edge.enabled and edge.kind == wanted.edge.kind and edge.at and abs(edge.at - at) < SETTLED
        for edge in edges
    )


def _window_at(windows: tuple[Window, ...], at: datetime) -> Optional[Window]:
    return next((window for window in windows if window.start <= at < window.end), None)
