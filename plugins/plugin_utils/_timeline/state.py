# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an instance or its schedules are not as its bookings say.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from .timeline import GONE, MISSING
from .times import Span

UP, DOWN = ("running", "pending"), ("stopped", "stopping")
# Scheduler fires within a minute, and EC2 takes its own time to start and stop.
GRACE = timedelta(minutes=3)


def state_of(item: Mapping[str, Any]) -> str:
    """Return the state in an item of the result of ec2_schedule_info, "" where it has none."""
    return str(item["state"] or MISSING) if "state" in item else ""


def problems(item: Mapping[str, Any], windows: Sequence[Span], now: datetime) -> tuple[str, ...]:
    """Return what is wrong with an instance, in words, from its item in the result of ec2_schedule_info."""
    actual = tuple(_actual(item, windows, now))
    damaged = [_sentence(item, damage) for damage in item.get("damaged") or ()]
    return (*actual, *_drift(item.get("drift") or {}), *damaged, *_warnings(item, known=bool(actual)))


def _actual(item: Mapping[str, Any], windows: Sequence[Span], now: datetime) -> Iterator[str]:
    state = state_of(item)
    if state == MISSING:
        yield "Does not exist: cancel its bookings."
    elif state in GONE:
        yield f"Is {state} and will never run again: cancel its bookings."
    elif state in DOWN and any(window.start + GRACE <= now < window.end for window in windows):
        yield f"Should run now, but is {state}."
    elif state in UP and not any(window.start <= now < window.end + GRACE for window in windows):
        yield f"Is {state}, although nothing is booked now{_no_stop(item)}."
    elif state in UP and not item.get("next_edge"):
        yield "No stop is scheduled."


def _no_stop(item: Mapping[str, Any]) -> str:
    next_edge = item.get("next_edge") or {}
    return "" if next_edge.get("action") == "stop" else "; no stop is scheduled before its next window"


def _drift(drift: Mapping[str, Any]) -> Iterator[str]:
    parts = []
    for kind in ("missing", "unexpected"):
        edges = drift.get(kind) or ()
        if edges:
            actions = sorted({str(edge["action"]) for edge in edges})
            parts.append(f"{len(edges)} {kind} ({', '.join(actions)})")
    if parts:
        yield f"Schedules differ from its bookings: {', '.join(parts)}. The next run of ec2_schedule repairs them."


def _warnings(item: Mapping[str, Any], *, known: bool) -> Iterator[str]:
    """Yield what the module warns of, except of the state where that is known to be wrong: it is said already."""
    said = (f"{item['instance_id']} is {item.get('state') or 'not there'}", "no stop is scheduled")
    for warning in item.get("warnings") or ():
        if not (known and any(text in str(warning) for text in said)):
            yield _sentence(item, warning)


def _sentence(item: Mapping[str, Any], text: object) -> str:
    """Return what the module says of an instance as a sentence of its own lane, where its id goes without saying."""
    said = str(text).removeprefix(f"{item['instance_id']} ").removesuffix(".")
    return f"{said[:1].upper()}{said[1:]}."
