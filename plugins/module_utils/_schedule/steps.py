# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be written so that records and edges are as they shall be.

PRIVATE: not for use outside this collection, may change in any release.

Nothing here calls anything: a view of what is there, a change and the clock go in, writes come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Plan, plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import (
    MERGE_GAP,
    Window,
    epoch,
    moment,
    windows,
)

from .names import (
    EdgeName,
    Record,
    RecordName,
    WantedEdge,
    want,
)

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


def plan_of(records: dict[str, Record], now: datetime) -> Plan:
    """Plan the edges of stored bookings; the widest merge_gap among them counts, so that every writer plans alike."""
    gap = max((_gap(record) for record in records.values()), default=MERGE_GAP)
    return plan([records[key].booking for key in sorted(records)], now, gap)


@dataclass(frozen=True)
class Standing:
    """What a run relies on: the records of its last look, the edges that it created, the bookings that it made.

    confirmed says that those bookings were there at the time of the look that is being worked on.
    """

    before: dict[str, Record]
    fresh: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    confirmed: bool = False


class Steps:
    """Which edges have to be created, and which deleted once another look has confirmed the plan.

    An edge that is there is relied on only if this run created it, or if it was wanted all along: by the records
    before, those now, what they share and what they are together. Otherwise a writer who saw other records may be about
    to delete it. For the same reason a start is created only after its stop was, or, where it is the start of an own
    booking, after a look that found the stop and the booking: whoever takes that stop away has seen the booking.
    """

    def __init__(self, planned: Plan, records: dict[str, Record], view: View, standing: Standing) -> None:
        self._plan, self._now, self._view, self._standing = planned, planned.now, view, standing
        self._once = [want(plan_of(each, self._now).edges, each) for each in _between(standing.before, records)]
        self._kept: dict[WantedEdge, EdgeName] = {}
        wanted = want(planned.edges, records)
        stops = [each for each in wanted if each.edge.kind == "stop"]
        starts = [each for each in wanted if each.edge.kind == "start"]
        self.create = self._missing(stops)
        self.waiting = [each for each in self._missing(starts) if not self._begin(each, stops)]
        kept = {edge.name for edge in self._kept.values()}
        delete = [edge for edge in view.edges if edge.name not in kept and not self._lingers(edge)]
        # Starts are deleted before stops.
        self.delete = sorted(delete, key=lambda edge: (edge.kind, edge.name))

    def _missing(self, wanted: list[WantedEdge]) -> list[WantedEdge]:
        """Find the edge that does each, and return those that none does for certain."""
        for each in wanted:
            doing = [edge for edge in self._view.edges if edge.does(each, self._now)]
            if any(self._relied_on(edge) for edge in doing):
                # The newest stays: what an older view condemned is older.
                self._kept[each] = max(doing, key=lambda edge: (edge.created, edge.name))
        return [each for each in wanted if each not in self._kept]

    def _relied_on(self, edge: EdgeName) -> bool:
        always = all(any(edge.does(each, self._now) for each in once) for once in self._once)
        return always or edge.name in self._standing.fresh

    def _begin(self, start: WantedEdge, stops: list[WantedEdge]) -> bool:
        """Create a start if its stop is certain; say False for one that has to wait for the next look."""
        doubtful = [stop for stop in _stops_of(start, stops) if not self._is_fresh(stop)]
        if doubtful and self._standing.own.intersection(start.edge.bookings):
            if not self._standing.confirmed:
                return False
        else:
            for stop in doubtful:
                del self._kept[stop]
            self.create += doubtful
        self.create.append(start)
        return True

    def _is_fresh(self, stop: WantedEdge) -> bool:
        return stop not in self._kept or self._kept[stop].name in self._standing.fresh

    def _lingers(self, edge: EdgeName) -> bool:
        """Whether an edge of the past may still be fired, and agrees with what is wanted now."""
        past = edge.at is not None and edge.enabled and edge.at <= self._now < edge.at + LINGER
        return past and (edge.kind == "start") == (self._plan.active is not None)


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
