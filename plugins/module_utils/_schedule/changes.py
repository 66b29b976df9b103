# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of one instance's bookings: from the records that are there to those that are desired.

PRIVATE: not for use outside this collection, may change in any release.

Nothing here calls anything: what was observed, a change and the clock go in, writes come out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import epoch, moment, zulu
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import WINDOWS_AHEAD, Plan, plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import (
    MERGE_GAP,
    Window,
    curfew_stops,
    windows,
    windows_ahead,
)

from .authority import EVERYTHING, Authority
from .names import EdgeName, RecordName
from .records import Record

# A booking that ended, and an edge whose time is past, are left this long: retries may still be under way.
LINGER = timedelta(hours=1)
# What is left of a window that is to be stopped now: time enough for its stop to be scheduled and fired.
NOTICE = timedelta(minutes=2)


@dataclass(frozen=True)
class BookingChange:
    """What a caller wants changed: bookings to hold, ids of bookings to cancel (or all others), and how to cancel.

    C(authority) is whose bookings may be changed.
    """

    put: tuple[Record, ...] = ()
    drop: tuple[str, ...] = ()
    purge: bool = False
    stop_now: bool = False
    authority: Authority = EVERYTHING


@dataclass(frozen=True)
class Observed:
    """What a listing and the records in it say of one instance; owners holds those of damaged records, too."""

    records: dict[str, Record] = field(default_factory=dict)
    objects: tuple[RecordName, ...] = ()
    current: dict[str, RecordName] = field(default_factory=dict)
    edges: tuple[EdgeName, ...] = ()
    foreign: tuple[str, ...] = ()
    damaged: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    @property
    def bookings(self) -> tuple[Booking, ...]:
        """The bookings."""
        return tuple(record.booking for record in self.records.values())


@dataclass(frozen=True)
class Baseline:
    """The records that a run found first, and when: what it changes is measured against them."""

    records: dict[str, Record]
    at: datetime

    def running_window(self, now: datetime) -> Optional[Window]:
        """Return the window that the instance was in then, if it isn't over."""
        bookings = [record.booking for record in self.records.values()]
        ahead = windows_ahead(bookings, self.at, self.at + WINDOWS_AHEAD, widest_gap(self.records))
        return next((one for one in ahead if one.start <= self.at and one.end > now), None)


class DesiredRecords:
    """The records as they shall be, and what has to be written for it."""

    def __init__(self, observed: Observed, change: BookingChange, now: datetime, baseline: Baseline) -> None:
        self.records = dict(observed.records)
        self.create: list[Record] = []
        self.delete: list[tuple[str, str]] = []
        self.cancelled: list[str] = []
        self.warnings: list[str] = []
        self._observed = observed
        put = {record.booking.booking_id: record for record in change.put}
        self._sweep(put, now)
        for booking_id in self._cancelled_by(change, put):
            self._cancel(booking_id, change.stop_now, now)
        self._name_unknown(change)
        for booking_id, record in put.items():
            there = self.records.get(booking_id)
            if there is None or not there.books_as(record):
                # A booking stays its owner's, whoever moves it.
                self._replace(booking_id, record.after(there) if there else record)
        if self.records != baseline.records:
            self._end_running_window(change, now, baseline)

    def _sweep(self, put: dict[str, Record], now: datetime) -> None:
        """Remove what has ended, and what a newer record of the same booking has replaced."""
        for booking_id, record in self._observed.records.items():
            booking = record.booking
            over = isinstance(booking, OneOff) and now - booking.end > max(LINGER, _gap(record))
            if over and booking_id not in put:
                self._drop(booking_id, "has ended")
        names = {name.name for name in self._observed.current.values()}
        self.delete += [(name.name, "was replaced") for name in self._observed.objects if name.name not in names]

    def _cancelled_by(self, change: BookingChange, put: dict[str, Record]) -> list[str]:
        known = [key for key in self._observed.current if key in self.records or key in self._observed.damaged]
        return sorted(key for key in known if key not in put and (change.purge or key in change.drop))

    def _name_unknown(self, change: BookingChange) -> None:
        """Warn of bookings to cancel that aren't there: a name may be mistyped."""
        for booking_id in change.drop:
            if booking_id not in self._observed.current:
                theirs = change.authority.covers
                hint = nearest(booking_id, [key for key, owner in self._observed.owners.items() if theirs(owner)])
                self.warnings.append(f"there is no booking {booking_id!r} to cancel.{hint}")

    def _cancel(self, booking_id: str, stop_now: bool, now: datetime) -> None:
        """Cancel a booking; what is left of a window that was cancelled before can only be cut short."""
        record = self.records.get(booking_id)
        left = record.booking if record and isinstance(record.booking, OneOff) and record.booking.cancelled else None
        if left and (not stop_now or left.end <= now + NOTICE):
            return
        self.cancelled.append(booking_id)
        self._drop(booking_id, "was cancelled")

    def _end_running_window(self, change: BookingChange, now: datetime, baseline: Baseline) -> None:
        """End a window that the instance is in, and that nobody books any more: so a stop is always ahead.

        Whatever takes it away, be it a cancellation, a move or a day that was dropped, is treated alike.
        """
        window, stop_now = baseline.running_window(now), change.stop_now
        if window is None or not baseline.records or _contains(self.records, baseline.at):
            return
        notice = moment(epoch(now) + int(NOTICE.total_seconds()))
        before = plan_or_none(baseline.records, baseline.at)
        if not stop_now and before is not None and not before.edges:
            self.warnings.append("nothing is booked now, but no stop was scheduled: the instance keeps running")
            return
        end = min(window.end, notice) if stop_now else window.end
        first = baseline.records[min(baseline.records)]
        booking = OneOff(first.booking.instance_id, window.start, end, _ending_id(window), cancelled=True)
        owner = change.authority.owner or first.owner
        self._replace(booking.booking_id, replace(first, booking=booking, owner=owner, key=""))
        if not stop_now:
            self.warnings.append(
                f"the instance keeps running until {zulu(end)}, when its current window was due to end; "
                "on_cancel: stop_now stops it at once"
            )

    def _replace(self, booking_id: str, record: Record) -> None:
        self._drop(booking_id, "was replaced")
        self.records[booking_id] = record
        self.create.append(record)

    def _drop(self, booking_id: str, reason: str) -> None:
        self.records.pop(booking_id, None)
        if booking_id in self._observed.current:
            self.delete.append((self._observed.current[booking_id].name, reason))


def _ending_id(window: Window) -> str:
    """Return the id of what is left of a window; the same for all who end it."""
    return f"ending-{hashlib.sha256(zulu(window.start).encode()).hexdigest()[:12]}"


def _contains(records: dict[str, Record], at: datetime) -> bool:
    return any(one.start <= at for one in windows_of(records, at, at + timedelta(seconds=1)))


def windows_of(records: dict[str, Record], first: datetime, last: datetime) -> tuple[Window, ...]:
    """Return the windows of stored bookings that touch a time."""
    return windows([record.booking for record in records.values()], first, last, widest_gap(records))


def curfews_of(records: dict[str, Record], first: datetime, last: datetime) -> tuple[Window, ...]:
    """Return when curfews of stored bookings stop an instance within a time."""
    return curfew_stops([record.booking for record in records.values()], first, last, widest_gap(records))


def _gap(record: Record) -> timedelta:
    return timedelta(seconds=record.settings.merge_gap)


def widest_gap(records: dict[str, Record]) -> timedelta:
    """Return the widest merge_gap of stored bookings: it counts for all of them, so that every writer plans alike."""
    return max((_gap(record) for record in records.values()), default=MERGE_GAP)


def plan_of(records: dict[str, Record], now: datetime) -> Plan:
    """Plan the edges of stored bookings."""
    return plan([records[key].booking for key in sorted(records)], now, widest_gap(records))


def plan_or_none(records: dict[str, Record], now: datetime) -> Optional[Plan]:
    """Plan the edges of stored bookings; None where they can't be planned together."""
    try:
        return plan_of(records, now)
    except OptionError:
        return None
