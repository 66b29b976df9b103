# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change the bookings of one instance, and make its edges follow.

PRIVATE: not for use outside this collection, may change in any release.

Look, plan, write own records, create edges, look again; when a look finds nothing to create, delete what is left over.
There are no locks: several writers may be at it at once, and each may die between any two calls. What keeps that safe:

- All objects are immutable and uniquely named (see names.py): no write or delete of one writer undoes another's.
- Nothing is deleted before a look after the last write has found all that has to be there. Of two writers who change
  what the other relies on, one at least sees the other's record, and goes on.
- An edge that was not wanted before a change is not relied on after it, but created anew (see steps.py): a writer with
  an older view may be about to delete it.
- Starts are created after stops and deleted before them.

A writer that is alone has a stop ahead of the instance after each of its calls. Of several at once, one may create a
start in the moment in which another deletes its stop; it sees that at its next look, and puts it right.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DataError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import UTC
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import Plan

from .changes import Baseline, BookingChange, DesiredRecords, Observed, plan_of, plan_or_none
from .conflicts import refuse_conflicts
from .edge_schedules import edge_schedule
from .guards import guard_at, is_guarded
from .names import EdgeName, RecordName, read_name
from .records import Record, read_owner, read_record, record_schedule
from .schedule import Schedule
from .steps import EdgeSteps, Evidence
from .store import Store

ROUNDS = 12


@dataclass(frozen=True)
class Tools:
    """The clock, the source of unique names, the way to wait, and who refuses calls that there is no time for.

    C(afford) is asked before the first write of all instances, with the number of calls to come one after the other,
    and raises an AwsError.
    """

    now: Callable[[], datetime] = partial(datetime.now, UTC)
    nonce: Callable[[], str] = partial(secrets.token_hex, 3)
    sleep: Callable[[float], None] = time.sleep
    afford: Optional[Callable[[int], None]] = None


@dataclass(frozen=True)
class Action:
    """One write, done or (in check mode) left undone."""

    action: str
    what: str
    name: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What was there, what is planned, what was done for it."""

    instance_id: str
    before: Observed
    plan: Plan
    records: dict[str, Record]
    actions: tuple[Action, ...]
    warnings: tuple[str, ...]
    cancelled: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was, or would be, written."""
        return bool(self.actions)


@dataclass
class Writer:
    """Changes the bookings of one instance in a store."""

    store: Store
    instance_id: str
    tools: Tools = field(default_factory=Tools)
    dry_run: bool = False
    actions: list[Action] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _read: dict[str, Record] = field(default_factory=dict)
    _fresh: set[str] = field(default_factory=set)
    _written: set[str] = field(default_factory=set)
    _touched: bool = False
    _prepared: Optional[Observed] = None

    def prepare(self, change: BookingChange) -> int:
        """Look, refuse what can't be done, and return how many calls the change takes, one after the other."""
        view = self._prepared = self._checked(change)
        now = self.tools.now()
        baseline = Baseline(view.records, now)
        wanted = DesiredRecords(view, change, now, baseline)
        planned = plan_or_none(wanted.records, now)
        if planned is None or self.dry_run:
            return 0
        steps = EdgeSteps(planned, wanted.records, view, Evidence(view.records, baseline))
        records, edges = len(wanted.create) + len(wanted.delete), len(steps.create) + len(steps.waiting)
        writes = records + edges + len(steps.delete)
        # Two more looks, and what EC2 says then.
        return writes + 3 if writes else 0

    def apply(self, change: BookingChange) -> Outcome:
        """Make the change and its edges; in a dry run only say what would be done."""
        before = view = self._prepared or self._checked(change)
        self._prepared = None
        for name in before.foreign:
            self.warnings.append(f"schedule {name!r} in the group was not made by this collection and was left alone")
        now = self.tools.now()
        _refuse_past(change, now)
        baseline = Baseline(before.records, now)
        wanted = DesiredRecords(view, change, now, baseline)
        cancelled, own = tuple(wanted.cancelled), frozenset(record.booking.booking_id for record in wanted.create)
        seen = view.records
        for attempt in range(ROUNDS):
            try:
                planned = plan_of(wanted.records, now)
            except OptionError as error:
                if change.put or not cancelled:
                    raise
                return self._cancel_unplanned(before, wanted, error, now)
            evidence = Evidence(seen, baseline, frozenset(self._fresh), own, confirmed=attempt > 0)
            steps = EdgeSteps(planned, wanted.records, view, evidence)
            self.warnings += [text for text in wanted.warnings if text not in self.warnings]
            with self._half_way():
                settled = self._write(wanted, steps) or self.dry_run
                if settled:
                    self._delete_edges(steps)
            if settled:
                warnings = (*self.warnings, *planned.warnings)
                return Outcome(
                    self.instance_id, before, planned, wanted.records, tuple(self.actions), warnings, cancelled
                )
            self.tools.sleep(0.05 * attempt)
            with self._half_way():
                seen, view, now = view.records, self.look(), self.tools.now()
            self._refuse_damage(view, BookingChange())
            wanted = DesiredRecords(view, BookingChange(stop_now=change.stop_now), now, baseline)
        raise AwsError(
            f"the schedules of {self.instance_id} still change after {ROUNDS} rounds: others book it at the same time, "
            "or something rewrites them. Its bookings are stored; run again to make the edges follow"
        )

    def _cancel_unplanned(self, before: Observed, wanted: DesiredRecords, error: OptionError, now: datetime) -> Outcome:
        """Cancel bookings of several that can't be planned together, and leave the edges until the others can be."""
        with self._half_way():
            for name, reason in wanted.delete:
                self._delete("booking", name, reason)
        left = (
            f"the other bookings of {self.instance_id} can't be planned, so its starts and stops were left as they "
            f"are. Cancel one more: {error}"
        )
        warnings = (*self.warnings, *wanted.warnings, left)
        planned = Plan((), (), now, ())
        cancelled = tuple(wanted.cancelled)
        return Outcome(self.instance_id, before, planned, wanted.records, tuple(self.actions), warnings, cancelled)

    def _checked(self, change: BookingChange) -> Observed:
        """Look, and refuse a change of what isn't the caller's or can't be read."""
        view = self.look()
        refuse_conflicts(view, change)
        self._refuse_damage(view, change)
        return view

    @contextmanager
    def _half_way(self) -> Iterator[None]:
        """Add to an error between two writes what it leaves behind: what is stored comes alive with the next run."""
        try:
            yield
        except AwsError as error:
            if not self._touched:
                raise
            told = type(error)(
                f"{error}. This came half way: the bookings of {self.instance_id} are stored, but some of their starts "
                "and stops may be missing or left over. Run again to complete them, or cancel the bookings"
            )
            told.half_way = True
            raise told from error

    def look(self) -> Observed:
        """List what there is of the instance, and read the records that weren't read before."""
        for attempt in range(ROUNDS):
            view = self._look()
            if view is not None:
                return view
            self.tools.sleep(min(0.05 * 2**attempt, 2.0))
        raise AwsError(
            f"the schedules of {self.instance_id} are not listed as they are, {ROUNDS} times in a row: others change "
            "them at the same time, or AWS's listing is late. Run again to make the edges follow"
        )

    def _look(self) -> Optional[Observed]:
        """Look once; None if the listing is older than what is there: a record is gone, or one of ours is missing."""
        everything = self.store.list(f"{self.instance_id}.")
        if self._misses_ours({listed.name for listed in everything}):
            return None
        names = {listed.name: read_name(listed) for listed in everything}
        foreign = tuple(name for name, read in names.items() if read is None)
        edges = tuple(name for name in names.values() if isinstance(name, EdgeName))
        objects = tuple(name for name in names.values() if isinstance(name, RecordName))
        current = {name.booking_id: name for name in sorted(objects, key=lambda each: (each.created, each.name))}
        records, damaged, owners = {}, {}, {}
        for booking_id, record_name in current.items():
            try:
                record = self._record(record_name)
            except DamagedError as error:
                damaged[booking_id], owners[booking_id] = str(error), error.owner
                continue
            if record is None:
                return None
            records[booking_id], owners[booking_id] = record, record.owner
        return Observed(records, objects, current, edges, foreign, damaged, owners)

    def _misses_ours(self, listed: set[str]) -> bool:
        """Return whether a listing lacks what this run has written and nobody has deleted: it may be late."""
        for name in sorted(self._written - listed):
            if self.store.get(name) is not None:
                return True
            self._written.discard(name)
        return False

    def _record(self, name: RecordName) -> Optional[Record]:
        if name.name not in self._read:
            schedule = self.store.get(name.name)
            if schedule is None:
                return None
            try:
                self._read[name.name] = read_record(name, schedule)
            except DataError as error:
                raise DamagedError(str(error), read_owner(schedule)) from error
        return self._read[name.name]

    def _refuse_damage(self, view: Observed, change: BookingChange) -> None:
        """Without a record's window nobody can tell which edges are right: nothing is written but its cancellation."""
        for booking_id, text in view.damaged.items():
            if booking_id not in change.drop:
                raise DataError(f"{text}. Nothing was changed; cancel booking {booking_id!r} by its name to remove it")

    def _write(self, wanted: DesiredRecords, steps: EdgeSteps) -> bool:
        """Write records and create edges; say whether there was nothing to write."""
        for record in wanted.create:
            schedule = record_schedule(record, self.tools.nonce(), self.tools.now())
            self._create("booking", schedule, record.booking.describe())
            self._read[schedule.name] = record
        for name, reason in wanted.delete:
            self._delete("booking", name, reason)
        for edge in steps.create + (steps.waiting if self.dry_run else []):
            due = edge_schedule(edge, self.tools.nonce(), self.tools.now())
            if due is None:
                continue  # its time passed on the way here: the next round plans without it
            self._create(edge.edge.kind, due, edge.edge.reason)
            self._fresh.add(due.name)
        return not (wanted.create or wanted.delete or steps.create or steps.waiting)

    def _create(self, what: str, schedule: Schedule, reason: str) -> None:
        self._note("create", what, schedule.name, reason)
        if not self.dry_run:
            self.store.create(schedule)
            self._written.add(schedule.name)
            self._touched = True

    def _delete_edges(self, steps: EdgeSteps) -> None:
        for old in steps.delete:
            self._delete(old.kind, old.name, "no longer an edge of the bookings")

    def _delete(self, what: str, name: str, reason: str) -> None:
        self._note("delete", what, name, reason)
        if not self.dry_run:
            self.store.delete(name)
            self._touched = True
            self._written.discard(name)
            self._read.pop(name, None)  # listed once more, it is read again, and found to be gone

    def start_later(self, outcome: Outcome) -> Optional[datetime]:
        """Have Scheduler start an instance that is stopping while it is booked; return when, None for not at all."""
        now = self.tools.now()
        wanted = guard_at("start", outcome.records, now)
        if wanted is None:
            return None
        if not is_guarded(wanted, self.look().edges):
            due = edge_schedule(wanted, self.tools.nonce(), now)
            if due is None:
                return None
            self._create(wanted.edge.kind, due, wanted.edge.reason)
        return wanted.edge.at

    def _note(self, action: str, what: str, name: str, reason: str) -> None:
        self.actions.append(Action(action, what, name.rsplit(".", 1)[0] if self.dry_run else name, reason))


class DamagedError(DataError):
    """A record that can't be read or planned, and who it belongs to."""

    def __init__(self, message: str, owner: str) -> None:
        super().__init__(message)
        self.owner = owner


def _refuse_past(change: BookingChange, now: datetime) -> None:
    """Refuse a booking that has ended while calls were waited for; nothing is written yet."""
    for record in change.put:
        booking = record.booking
        if isinstance(booking, OneOff) and booking.end <= now:
            raise OptionError(
                f"end_time: {booking.booking_id!r}, {booking.describe()}, has ended by now, {now:%H:%M:%S}Z"
            )
