# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a caller gets to see of bookings, windows, edges and actions.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Edge, Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import Window

from .apply import Outcome
from .changes import plan_of
from .edge_schedules import WantedEdge, want
from .names import EdgeName
from .records import Record


def zulu(moment: Optional[datetime]) -> Optional[str]:
    """Write a moment in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def record_dict(record: Record) -> dict[str, Any]:
    """Return a booking as callers see it, with who booked it where that is known."""
    booking = {"name": record.booking.booking_id, **record.booking.to_record()}
    return {**booking, "owner": record.owner} if record.owner else booking


def window_dict(window: Window) -> dict[str, Any]:
    """Return a window, and which bookings it is made of."""
    return {"start": zulu(window.start), "end": zulu(window.end), "bookings": list(window.reasons)}


def curfew_dicts(plan: Plan) -> list[dict[str, Any]]:
    """Return when curfews stop the instance, and which curfews these are."""
    return [{"at": zulu(one.start), "bookings": list(one.reasons)} for one in plan.curfews]


def edge_dict(edge: Edge) -> dict[str, Any]:
    """Return an edge of the plan."""
    return {
        "action": edge.kind,
        "expression": edge.expression,
        "timezone": edge.timezone,
        "start_date": zulu(edge.start_date),
        "end_date": zulu(edge.end_date),
        "reason": edge.reason,
    }


def plan_dict(plan: Plan) -> dict[str, Any]:
    """Return what is planned for one instance."""
    return {
        "windows": [window_dict(window) for window in plan.windows],
        "curfews": curfew_dicts(plan),
        "edges": [edge_dict(edge) for edge in plan.edges],
        "next_edge": next_edge(plan),
        "running_now": plan.active is not None,
    }


def next_edge(plan: Plan) -> Optional[dict[str, Any]]:
    """Return what happens next: the end of the window that the instance is in, a curfew or the next window's start."""
    if not plan.edges:
        return None
    ahead = [("stop", curfew.start) for curfew in plan.curfews[:1]]
    ahead += [("start", one.start) if one.start > plan.now else ("stop", one.end) for one in plan.windows[:1]]
    if not ahead:
        return None
    action, at = min(ahead, key=lambda edge: edge[1])
    return {"action": action, "at": zulu(at)}


def outcome_dict(outcome: Outcome) -> dict[str, Any]:
    """Return what was, or would be, done for one instance."""
    records = [outcome.records[key] for key in sorted(outcome.records)]
    return {
        "instance_id": outcome.instance_id,
        "changed": outcome.changed,
        "bookings": [record_dict(record) for record in records],
        **plan_dict(outcome.plan),
        "actions": [{"action": one.action, "what": one.what, "reason": one.reason} for one in outcome.actions],
        "cancelled": list(outcome.cancelled),
        "warnings": list(outcome.warnings),
    }


def diff_of(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the edges before and after, a line each."""
    before: list[str] = []
    after: list[str] = []
    for outcome in outcomes:
        known = want(plan_of(outcome.before.records, outcome.plan.now).edges, outcome.before.records)
        before += sorted(
            _line(outcome.instance_id, *_said(edge, known, outcome.plan.now))
            for edge in outcome.before.edges
            if edge.enabled
        )
        after += sorted(_line(outcome.instance_id, *_planned(edge)) for edge in outcome.plan.edges)
    return {"before": "".join(before), "after": "".join(after)}


def _said(edge: EdgeName, known: list[WantedEdge], now: datetime) -> tuple[str, str]:
    """Return what a schedule does: what it was planned for, or, where nothing plans it any more, what its name says."""
    if edge.at is not None:
        return edge.kind, str(zulu(edge.at))
    planned = next((each for each in known if each.is_done_by(edge, now)), None)
    if planned is not None:
        return _planned(planned.edge)
    since = f" from {zulu(edge.begin)}" if edge.begin else ""
    return edge.kind, f"weekly at {edge.weekly[1:3]}:{edge.weekly[3:5]}{since}"


def _planned(edge: Edge) -> tuple[str, str]:
    if edge.at is not None:
        return edge.kind, str(zulu(edge.at))
    since = f" from {zulu(edge.start_date)}" if edge.start_date else ""
    minute, hour, day, _month, days = edge.expression[len("cron(") : -1].split()[:5]
    if day != "?" or "#" in days:
        said = f"day {day}" if day != "?" else days.lower()
        return edge.kind, f"monthly {said} at {int(hour):02d}:{int(minute):02d} {edge.timezone}{since}"
    return edge.kind, f"weekly {days.lower()} at {int(hour):02d}:{int(minute):02d} {edge.timezone}{since}"


def _line(instance_id: str, kind: str, when: str) -> str:
    return f"{instance_id}  {kind:5}  {when}\n"
