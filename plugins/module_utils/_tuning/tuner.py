# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run: checks, a journal, the measurements, and everything as it was.

PRIVATE: not for use outside this collection, may change in any release.

All that a run makes has its mark in the description, so healing needs no more than the journal.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import translated_code
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, BridgeError, DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.progress_file import silent

from .journal import MARK, Journal, JournalStore, Lease, busy
from .lambda_function import MAX_TIMEOUT, LambdaFunction
from .measurement import Measurement
from .request import TuningRequest
from .sizes import SizesRun

_TRIES = 5
_CHANGED_MEANWHILE = frozenset({"PreconditionFailedException", "ResourceConflictException"})


@dataclass(frozen=True)
class Tuner:
    """Measures one function. The id of a run, the clock and the sleep are passed in.

    C(patience) is how many seconds a call may take beside what it is called for: it is repeated while AWS throttles.
    """

    function: LambdaFunction
    journals: JournalStore
    request: TuningRequest
    run_id: str
    owner: str
    hooks: Mapping[str, LambdaFunction] = field(default_factory=dict)
    progress: Callable[[str], None] = silent
    sleep: Callable[[float], None] = time.sleep
    patience: float = 0.0

    def check(self) -> dict[str, Any]:
        """Return the function's configuration; raises one DataError with all that is against measuring it."""
        found = self.function.configuration()
        problems = [text for broken, text in self._obstacles(found) if broken]
        if problems:
            raise DataError(f"{self.function.name}: {'; '.join(problems)}")
        self.function.dry_run()
        for option, hook in self.hooks.items():
            _check_hook(option, hook)
        return found

    def _obstacles(self, found: Mapping[str, Any]) -> list[tuple[bool, str]]:
        state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        reserved = self.function.reserved()
        needed = self.request.parallel
        latest = [arn for arn in self.function.provisioned() if arn.endswith(":$LATEST")]
        return [
            (state not in ("Active", "Inactive"), f"its state is {state}. Wait until it is Active"),
            (update == "InProgress", "an update is in progress. Wait until it has ended"),
            (update == "Failed", "its last update failed. Deploy it again first"),
            (bool(latest), "it has provisioned concurrency, which would be built anew for each size. Remove it first"),
            (
                reserved is not None and reserved < needed,
                f"it has {reserved} reserved concurrent executions, and parallel is {needed}",
            ),
            (
                str(found.get("Description", "")).startswith(MARK),
                "its description is that of a run whose journal is gone. Run terraform apply first",
            ),
        ]

    def refuse_a_second_tuner(self) -> None:
        """Raise DataError where another tuner works on the function now."""
        other = self.journals.read()
        if other and other.lease_until > self.journals.clock():
            raise DataError(busy(self.function.name, other))

    def heal(self) -> bool:
        """Bring the function back to what a journal says, and return whether there was one."""
        journal = self.journals.read()
        if journal is None:
            return False
        self.progress(f"{self.function.name}: restoring it after run {journal.run}, which did not end")
        self._restore(journal)
        return True

    def measure(self, found: Mapping[str, Any]) -> list[Measurement]:
        """Return what was measured at each size. The function is as before, also where this raises."""
        memory, described = int(found["MemorySize"]), str(found.get("Description", ""))
        journal = Journal(self.run_id, self.owner, 0.0, memory, described)
        timeouts = [float(found.get("Timeout", 3)), *(MAX_TIMEOUT for _hook in self.hooks)]
        lease = Lease(self.journals, journal, max(timeouts) + self.patience, self.sleep)
        run = SizesRun(
            replace(self.function, sleep=lease.sleep),
            self.request,
            lease,
            {option: replace(hook, sleep=lease.sleep) for option, hook in self.hooks.items()},
            self.progress,
            str(found.get("LoggingConfig", {}).get("SystemLogLevel", "")),
        )
        lease.open()
        try:
            versions = run.publish(found["RevisionId"])
            # The function has its own size again before the measuring begins.
            self._give_back(journal, run.function)
            measured = run.measure(versions)
        except BaseException as exc:
            self._restore_after(journal, exc)
            raise
        self._restore(journal)
        return measured

    def _restore_after(self, journal: Journal, exc: BaseException) -> None:
        """Restore after an error, and say so where that fails too."""
        try:
            self._restore(journal)
        except BridgeError as second:
            raise type(second)(
                f"{exc}. Restoring the function failed too: {second}. Run again with 'state: restored'"
            ) from exc

    def _restore(self, journal: Journal) -> None:
        self._give_back(journal, self.function)
        for version in self.function.versions():
            if str(version.get("Description", "")).startswith(journal.mark):
                self.function.delete_version(version["Version"])
        self.journals.close(journal)

    def _give_back(self, journal: Journal, function: LambdaFunction) -> None:
        """Give the function its own size and description back, unless somebody else has given it others by now."""
        for attempt in range(1, _TRIES + 1):
            found = function.settled()
            if not _is_ours(found, journal):
                return
            try:
                function.configure(journal.memory, journal.description, found["RevisionId"])
            except BridgeError as exc:
                # Somebody changes it at the same time, or the update failed later: what it is like now counts.
                code = translated_code(exc)
                if attempt == _TRIES or not (isinstance(exc, DataError) or code in _CHANGED_MEANWHILE):
                    raise
                function.sleep(1.0)


def _is_ours(found: Mapping[str, Any], journal: Journal) -> bool:
    """Return whether the function is as a run has left it: at a test size, or its own after an update that failed."""
    memory, description = int(found["MemorySize"]), str(found.get("Description", ""))
    own = (memory, description) == (journal.memory, journal.description)
    return description.startswith(journal.mark) or (own and found.get("LastUpdateStatus") == "Failed")


def _check_hook(option: str, hook: LambdaFunction) -> None:
    try:
        hook.dry_run()
    except AwsError as exc:
        raise AwsError(f"{option}: {exc}") from exc
