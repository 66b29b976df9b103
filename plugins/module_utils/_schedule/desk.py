# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings of many instances, side by side: what fails for one is said by its name, and the others get done.

PRIVATE: not for use outside this collection, may change in any release.
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
from .names import Settings
from .request import Request
from .result import outcome_dict
from .store import Store

T = TypeVar("T")

# Each waits for answers most of the time; Scheduler takes hundreds of calls a second.
WORKERS = 8


def side_by_side(work: Callable[[str], T], keys: Sequence[str]) -> dict[str, Union[T, BridgeError]]:
    """Do the work for each key, a few at a time, and give what came of it in the order of the keys."""

    def tried(key: str) -> Union[T, BridgeError]:
        try:
            return work(key)
        except BridgeError as error:
            return error

    with concurrent.futures.ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return dict(zip(keys, pool.map(tried, keys)))


@dataclass
class Desk:
    """Books and cancels for the instances of one region."""

    store: Store
    ec2: Any
    retrier: Retrier
    region: str
    settings: Optional[Settings] = None
    start_if_active: bool = True
    dry_run: bool = False
    tools: Tools = field(default_factory=Tools)

    def carry_out(
        self, request: Request, found: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Union[Done, BridgeError]]:
        """Change the bookings of every instance of the request. Instances that were found are known by their ids."""
        return side_by_side(lambda instance_id: self._one(instance_id, request, found), request.instance_ids)

    def _one(self, instance_id: str, request: Request, found: Mapping[str, Mapping[str, Any]]) -> Done:
        if request.put.get(instance_id):
            check_bookable(instance_id, found, self.region)
        writer = Writer(self.store, instance_id, self.tools, self.dry_run)
        outcome = writer.apply(request.change(instance_id, self.settings))
        instance = found.get(instance_id)
        hibernate = bool(self.settings and self.settings.hibernate)
        warnings = list(concerns(instance_id, instance, hibernate=hibernate)) if instance else []
        started = False
        if request.put.get(instance_id) and outcome.plan.active is not None and self.start_if_active and instance:
            # Its start is past and will not be fired; its stop, which is scheduled by now, will be.
            started = self._start(instance_id, instance["state"], warnings)
        return Done(outcome, started, tuple(warnings))

    def _start(self, instance_id: str, state: str, warnings: list[str]) -> bool:
        if state == "stopping":
            warnings.append(f"{instance_id} is stopping, and can't be started until it has stopped: run again then")
        if state != "stopped":
            return False
        if not self.dry_run:
            start(self.ec2, self.retrier, instance_id, self.region)
        return True


@dataclass(frozen=True)
class Done:
    """What was, or in a dry run would be, done for one instance."""

    outcome: Outcome
    started: bool
    warnings: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was written, or the instance was started."""
        return self.outcome.changed or self.started

    def as_dict(self) -> dict[str, Any]:
        """Show it."""
        shown = outcome_dict(self.outcome)
        shown.update(changed=self.changed, started=self.started, warnings=[*shown["warnings"], *self.warnings])
        return shown
