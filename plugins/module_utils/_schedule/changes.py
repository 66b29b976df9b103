# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of one instance's bookings: from the records that are there to those that are desired.

PRIVATE: not for use outside this collection, may change in any release.

Nothing here calls anything: what was observed, a change and the clock go in, writes come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import epoch, moment
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Plan, plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import MERGE_GAP, Window, windows

from .names import EdgeName, RecordName
from .records import Record

# A booking that ended, and an edge whose time is past, are left this long: retries may still be under way.
LINGER = timedelta(hours=1)
# What is left of a booking that is cancelled while it runs: time enough for its stop to be scheduled and fired.
NOTICE = timedelta(minutes=2)


@dataclass(frozen=True)
class BookingChange:
    """What a caller wants changed: bookings to hold, ids of bookings to cancel (or all others), and how to cancel."""

    put: tuple[Record, ...] = ()
    drop: tuple[str, ...] = ()
    purge: bool = False
    stop_now: bool = False


@dataclass(frozen=True)
class Observed:
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


class DesiredRecords:
    """The records as they shall be, and what has to be written for it."""

    def __init__(self, view: Observed, change: BookingChange, now: datetime) -> None:
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

    def _cancelled_by(self, change: BookingChange, put: dict[str, Record]) -> list[str]:
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
