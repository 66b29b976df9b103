# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be written so that records and edges are as they shall be.

PRIVATE: not for use outside this collection, may change in any release.

Nothing here calls anything: a view of what is there, a change and the clock go in, writes come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._booking import Booking, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._edges import Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule_names import (
    EdgeName,
    Record,
    RecordName,
    WantedEdge,
    want,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._windows import Window, epoch, moment, windows

# A booking that ended, and an edge whose time is past, are left this long: retries may still be under way.
LINGER = timedelta(hours=1)
# What is left of a booking that is cancelled while it runs: time enough for its stop to be scheduled and fired.
NOTICE = timedelta(minutes=2)


@dataclass(frozen=True)
class Change:
    """What a caller wants changed: bookings to hold, ids of bookings to cancel (or all others), and how to cancel."""

    put: tuple[Record, ...] = ()
    drop: tuple[str, ...] = ()
    purge: bool = False
    stop_now: bool = False


@dataclass(frozen=True)
class View:
    """What a listing and the records in it say of one instance."""

    records: dict[str, Record] = field(default_factory=dict)
    objects: tuple[RecordName, ...] = ()
    current: dict[str, RecordName] = field(default_factory=dict)
    edges: tuple[EdgeName, ...] = ()
    foreign: tuple[str, ...] = ()
    damaged: dict[str, str] = field(default_factory=dict)

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """The bookings."""
        return tuple(record.booking for record in self.records.values())


class WantedRecords:
    """The records as they shall be, and what has to be written for it."""

    def __init__(self, view: View, change: Change, now: datetime) -> None:
        self.records = dict(view.records)
        self.create: list[Record] = []
        self.delete: list[tuple[str, str]] = []
        self.cancelled: list[str] = []
        self._view = view
        put = {record.booking.booking_id: record for record in change.put}
        self._sweep(put, now)
        for booking_id in self._cancelled_by(change, put):
            self._cancel(booking_id, change.stop_now, now)
        for booking_id, record in put.items():
            if self.records.get(booking_id) != record:
                self._replace(booking_id, record)

    def _sweep(self, put: dict[str, Record], now: datetime) -> None:
        """Remove what has ended, and what a newer record of the same booking has replaced."""
        for booking_id, record in self._view.records.items():
            booking = record.booking
            over = isinstance(booking, OneOff) and booking.end + max(LINGER, _gap(record)) < now
            if over and booking_id not in put:
                self._drop(booking_id, "has ended")
        names = {name.name for name in self._view.current.values()}
        self.delete += [(name.name, "was replaced") for name in self._view.objects if name.name not in names]

    def _cancelled_by(self, change: Change, put: dict[str, Record]) -> list[str]:
        known = [key for key in self._view.current if key in self.records or key in self._view.damaged]
        return sorted(key for key in known if key not in put and (change.purge or key in change.drop))

    def _cancel(self, booking_id: str, stop_now: bool, now: datetime) -> None:
        """Cancel a booking. One that runs, or is about to, and shall stop, is cut short: so a stop is always ahead."""
        record = self.records.get(booking_id)
        window = running_window(record.booking, now) if record else None
        if record and isinstance(record.booking, OneOff) and record.booking.cancelled:
            return
        self.cancelled.append(booking_id)
        if record is None or not stop_now or window is None:
            self._drop(booking_id, "was cancelled")
            return
        start = min(window.start, now)
        end = moment(epoch(now) + int(NOTICE.total_seconds()))
        short = OneOff(record.booking.instance_id, moment(epoch(start)), end, booking_id, cancelled=True)
        self._replace(booking_id, replace(record, booking=short))

    def _replace(self, booking_id: str, record: Record) -> None:
        self._drop(booking_id, "was replaced")
        self.records[booking_id] = record
        self.create.append(record)

    def _drop(self, booking_id: str, reason: str) -> None:
        self.records.pop(booking_id, None)
        if booking_id in self._view.current:
            self.delete.append((self._view.current[booking_id].name, reason))


def _gap(record: Record) -> timedelta:
    return timedelta(seconds=record.settings.merge_gap)


def running_window(booking: Booking, now: datetime) -> Optional[Window]:
    """Return the window of one booking that runs, or begins before a notice of its end could be given."""
    return next(iter(windows((booking,), now, now + NOTICE)), None)


class Steps:
    """Which edges have to be created and deleted, in the order to do it."""

    def __init__(
        self,
        planned: Plan,
        records: dict[str, Record],
        view: View,
        seen: Sequence[Booking],
        fresh: frozenset[str],
    ) -> None:
        self._plan, self._now, self._fresh, self._seen = planned, planned.now, fresh, seen
        wanted = want(planned.edges, records)
        doing = [(each, [edge for edge in view.edges if edge.does(each, self._now)]) for each in wanted]
        keep = {each: min(edges, key=_name) for each, edges in doing if edges}
        kept = {edge.name for edge in keep.values()}
        create = [each for each, edges in doing if not edges]
        delete = [edge for edge in view.edges if edge.name not in kept and not self._lingers(edge)]
        for guard in self._guards(keep, delete):
            create.append(guard)
            delete.append(keep[guard])
        # Stops are created first and deleted last.
        self.create = sorted(create, key=lambda each: each.edge.kind, reverse=True)
        self.delete = sorted(delete, key=lambda edge: (edge.kind, edge.name))

    def _lingers(self, edge: EdgeName) -> bool:
        """Whether an edge of the past may still be fired, and agrees with what is wanted now."""
        past = edge.at is not None and edge.enabled and edge.at <= self._now < edge.at + LINGER
        return past and (edge.kind == "start") == (self._plan.active is not None)

    def _guards(self, keep: dict[WantedEdge, EdgeName], delete: Iterable[EdgeName]) -> list[WantedEdge]:
        """Return the stops to write anew because another is taken away on the strength of them."""
        gone = [edge.at for edge in delete if edge.kind == "stop" and edge.at and edge.enabled and edge.at > self._now]
        relied_on = {at for stop in gone for at in self._covers(stop, keep)}
        return [each for each, edge in keep.items() if edge.at in relied_on and edge.name not in self._fresh]

    def _covers(self, stop: datetime, keep: dict[WantedEdge, EdgeName]) -> list[datetime]:
        for window in self._plan.windows:
            if window.start < stop < window.end:
                return [window.end]
        before = [edge.at for edge in keep.values() if edge.kind == "stop" and edge.at and edge.at < stop]
        if not before:
            return []
        last = max(before)
        inside = windows(tuple(self._seen), last, last + timedelta(seconds=1), self._plan.merge_gap)
        return [last] if any(window.start < last < window.end for window in inside) else []


def _name(edge: EdgeName) -> str:
    return edge.name
