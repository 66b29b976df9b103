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
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, TypeVar, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError

from .apply import Outcome, Tools, Writer
from .ec2 import check_bookable, concerns, start
from .request import BookingRequest
from .result import outcome_dict
from .schedule import ScheduleSettings
from .store import Store

T = TypeVar("T")

# Each waits for answers most of the time; Scheduler takes hundreds of calls a second.
WORKERS = 16


def in_parallel(work: Callable[[str], T], keys: Sequence[str]) -> dict[str, Union[T, BridgeError]]:
    """Return what the work returns or raises for each key, in the order of the keys; a few are done at a time."""

    def attempt(key: str) -> Union[T, BridgeError]:
        try:
            return work(key)
        except BridgeError as error:
            return error

    with concurrent.futures.ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return dict(zip(keys, pool.map(attempt, keys)))


@dataclass(frozen=True)
class BookingResult:
    """What was, or in a dry run would be, done for one instance."""

    outcome: Outcome
    started: bool
    warnings: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was written, or the instance was started."""
        return self.outcome.changed or self.started

    def as_dict(self) -> dict[str, Any]:
        """Return it as a caller sees it."""
        shown = outcome_dict(self.outcome)
        shown.update(changed=self.changed, started=self.started, warnings=[*shown["warnings"], *self.warnings])
        return shown


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
        return in_parallel(lambda instance_id: self._change_one(instance_id, request, found), request.instance_ids)

    def _change_one(
        self, instance_id: str, request: BookingRequest, found: Mapping[str, Mapping[str, Any]]
    ) -> BookingResult:
        books = bool(request.put.get(instance_id))
        if books:
            check_bookable(instance_id, found, self.region)
        writer = Writer(self.store, instance_id, self.tools, self.dry_run)
        outcome = writer.apply(request.change(instance_id, self.settings))
        instance = found.get(instance_id)
        hibernate = bool(self.settings and self.settings.hibernate)
        warnings = list(concerns(instance_id, instance, hibernate=hibernate)) if instance else []
        started = False
        if books and outcome.plan.active is not None and self.start_if_active and instance:
            # Its start is past and will not be fired; its stop, which is scheduled by now, will be.
            started = self._start(instance_id, instance["state"], warnings)
        return BookingResult(outcome, started, tuple(warnings))

    def _start(self, instance_id: str, state: str, warnings: list[str]) -> bool:
        if state == "stopping":
            warnings.append(f"{instance_id} is stopping, and can't be started until it has stopped: run again then")
        if state != "stopped":
            return False
        if not self.dry_run:
            start(self.ec2, self.retrier, instance_id, self.region)
        return True
