# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Book and cancel for many instances at once: the one way in for the module and the API.

PRIVATE: not for use outside this collection, may change in any release.

What fails for one instance is reported by its id; the others are still processed.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Optional, TypeVar, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import translated_code
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.clock import zulu

from .apply import Outcome, Tools, Writer
from .changes import plan_of
from .instances import GONE, check_bookable, concerns, mismatch, start
from .purge import Gone, Sweep, check_limit, find_gone
from .request import BookingRequest
from .result import outcome_dict
from .schedule import ScheduleSettings
from .store import Store

T = TypeVar("T")
# What EC2 answers to a start that meets an instance which is stopping.
_STOPPING_ERROR = "IncorrectInstanceState"

# Each waits for answers most of the time; Scheduler takes hundreds of calls a second.
WORKERS = 20


def in_parallel(work: Callable[[str], T], keys: Sequence[str]) -> dict[str, Union[T, BridgeError]]:
    """Return what the work returns or raises for each key, in the order of the keys; a few are done at a time."""

    def attempt(key: str) -> Union[T, BridgeError]:
        try:
            return work(key)
        except BridgeError as error:
            return error

    return all_in_parallel(attempt, keys)


def all_in_parallel(work: Callable[[str], T], keys: Sequence[str]) -> dict[str, T]:
    """Return what the work returns for each key, in the order of the keys; raises what it raises for the first."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return dict(zip(keys, pool.map(work, keys)))


@dataclass(frozen=True)
class BookingResult:
    """What was, or in a dry run would be, done for one instance."""

    outcome: Outcome
    started: bool
    warnings: tuple[str, ...]
    # What kept an instance from being started that is booked now; its bookings and their edges are in place.
    start_error: Optional[AwsError] = None

    @property
    def changed(self) -> bool:
        """Whether anything was written, or the instance was started."""
        return self.outcome.changed or self.started

    def as_dict(self) -> dict[str, Any]:
        """Return it as a caller sees it."""
        shown = outcome_dict(self.outcome)
        shown.update(changed=self.changed, started=self.started, warnings=[*shown["warnings"], *self.warnings])
        return {**shown, "error": str(self.start_error)} if self.start_error else shown


@dataclass
class BookingService:
    """Books and cancels for the instances of one region."""

    store: Store
    ec2: Any
    retrier: Retrier
    region: str
    settings: Optional[ScheduleSettings] = None
    start_if_active: bool = True
    dry_run: bool = False
    tools: Tools = field(default_factory=Tools)

    def change(
        self, request: BookingRequest, found: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Union[BookingResult, BridgeError]]:
        """Change the bookings of every instance of the request; found holds what EC2 says of them by their ids."""
        writers = {one: Writer(self.store, one, self.tools, self.dry_run) for one in request.instance_ids}
        drop = self._gone(request.sweep, request, writers) if request.sweep else request.drop
        request = replace(request, drop=drop)

        def apply(instance_id: str) -> Outcome:
            if request.put.get(instance_id):
                check_bookable(instance_id, found, self.region)
            return writers[instance_id].apply(request.change(instance_id, self.settings))

        refused = self._prepare(request, writers) if self.tools.afford else {}
        outcomes = {**in_parallel(apply, [one for one in request.instance_ids if one not in refused]), **refused}
        after, unread = self._states(outcomes, found)

        def settle(instance_id: str) -> BookingResult:
            outcome = outcomes[instance_id]
            if isinstance(outcome, BridgeError):
                raise outcome
            starts = self.start_if_active and bool(request.put.get(instance_id))
            states = (found.get(instance_id), after.get(instance_id))
            settled = self._settle(writers[instance_id], outcome, states, starts)
            return replace(settled, warnings=(*settled.warnings, *unread.get(instance_id, ())))

        return in_parallel(settle, request.instance_ids)

    def _prepare(self, request: BookingRequest, writers: Mapping[str, Writer]) -> dict[str, BridgeError]:
        """Look at all instances before anything is written, and return what is refused.

        Raises an AwsError where there is no time to finish the others: a request is begun as a whole or not at all.
        """
        prepared = in_parallel(
            lambda one: writers[one].prepare(request.change(one, self.settings)), request.instance_ids
        )
        if self.tools.afford:
            self.tools.afford(max((calls for calls in prepared.values() if isinstance(calls, int)), default=0))
        return {one: error for one, error in prepared.items() if isinstance(error, BridgeError)}

    def swept(self, request: BookingRequest) -> BookingRequest:
        """Return a request with all instances of the group that may have bookings to purge."""
        if request.sweep is None:
            return request
        found = request.sweep.instances(self.store.list(""))
        return replace(request, instance_ids=tuple(dict.fromkeys((*request.instance_ids, *sorted(found)))))

    def _gone(self, sweep: Sweep, request: BookingRequest, writers: Mapping[str, Writer]) -> dict[str, tuple[str, ...]]:
        """Return the bookings to purge of each instance; raises DataError where they are suspiciously many."""
        now = self.tools.now()

        def look(instance_id: str) -> Gone:
            wanted = {one.booking_id for one in request.put.get(instance_id, ())}
            return find_gone(sweep, writers[instance_id].look(), wanted, now)

        gone = all_in_parallel(look, request.instance_ids)
        check_limit(sweep, gone)
        return {instance_id: found.cancelled for instance_id, found in gone.items()}

    def _states(
        self, outcomes: Mapping[str, Union[Outcome, BridgeError]], found: Mapping[str, Mapping[str, Any]]
    ) -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, tuple[str, ...]]]:
        """Return what EC2 says of the instances now, and warnings of those of which it could not be asked.

        Edges may have been fired while schedules were written.
        """
        changed = [one for one, made in outcomes.items() if isinstance(made, Outcome) and made.changed and one in found]
        if self.dry_run or not changed:
            return found, {}
        try:
            return {**found, **describe(self.ec2, self.retrier, changed, self.region)}, {}
        except AwsError:
            # All is written: what was said of an instance before stands, and whether it is true is for the next run.
            unread = "the state of {} could not be read again: whether it runs as booked is not known. Run again to see"
            return found, {one: (unread.format(one),) for one in changed}

    def _settle(
        self,
        writer: Writer,
        outcome: Outcome,
        states: tuple[Optional[Mapping[str, Any]], Optional[Mapping[str, Any]]],
        starts: bool,
    ) -> BookingResult:
        """Start an instance that should run and does not, and warn of what keeps it from running as booked."""
        before, instance = states
        instance_id, plan = outcome.instance_id, plan_of(outcome.records, self.tools.now())
        if instance is None:
            return BookingResult(outcome, started=False, warnings=())
        hibernate = bool(self.settings and self.settings.hibernate)
        warnings, started = list(concerns(instance_id, instance, hibernate=hibernate)), False
        failed: Optional[AwsError] = None
        state = str(instance["state"])
        # One that ran until now was stopped by an edge that this run took away.
        starts = starts or (before is not None and before["state"] == "running" and self.start_if_active)
        if plan.active is not None and starts and state in ("stopped", "stopping"):
            # Its start is past and will not be fired; its stop, which is scheduled by now, will be.
            try:
                started = self._start(writer, outcome, state, warnings)
            except AwsError as error:
                failed = error
        if not started and not (self.dry_run and outcome.changed):
            wrong = mismatch(instance_id, state, plan.bookings, plan)
            warnings += [wrong] if wrong and state not in GONE else []
        return BookingResult(outcome, started, tuple(warnings), failed)

    def _start(self, writer: Writer, outcome: Outcome, state: str, warnings: list[str]) -> bool:
        """Start an instance, or have it started as soon as it has stopped."""
        instance_id = outcome.instance_id
        if self.dry_run:
            return True
        if state == "stopped":
            try:
                start(self.ec2, self.retrier, instance_id, self.region)
            except AwsError as error:
                if translated_code(error) != _STOPPING_ERROR:
                    raise
            else:
                return True
        at = writer.start_later(outcome)
        when = f"it will be started at {zulu(at)}" if at else "too little is left of its window to start it again"
        warnings.append(f"{instance_id} is stopping, and can't be started until it has stopped: {when}")
        return at is not None
