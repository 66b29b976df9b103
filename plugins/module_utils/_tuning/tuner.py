# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run: checks, a journal, a version for each size, the measurements, and everything as it was.

PRIVATE: not for use outside this collection, may change in any release.

The function itself has another size only while versions are published, and what is measured are those versions:
callers of the function don't meet its test sizes. All that a run makes has its mark in the description, so healing
needs no more than the journal.
"""

from __future__ import annotations

import collections
import concurrent.futures
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.progress_file import silent

from .journal import Journal, JournalStore, busy
from .lambda_function import Answer, LambdaFunction
from .log_report import OUT_OF_MEMORY, TIMEOUT, LogReport, failure_of, parse_report
from .measurement import Measurement
from .request import TuningRequest

# A lease covers the longest invocation (the function's timeout) and this; it is renewed when half of it is over.
LEASE = 120.0
_HOPELESS = (TIMEOUT, OUT_OF_MEMORY)


@dataclass
class Tuner:
    """Measures one function. The id of a run, the clock and the sleep are passed in."""

    function: LambdaFunction
    journals: JournalStore
    request: TuningRequest
    run_id: str
    owner: str
    hooks: Mapping[str, LambdaFunction] = field(default_factory=dict)
    progress: Callable[[str], None] = silent
    sleep: Callable[[float], None] = time.sleep
    _lease: float = LEASE
    _log_level: str = ""

    def check(self) -> dict[str, Any]:
        """Return the function's configuration; raises one DataError with all that is against measuring it."""
        found = self.function.configuration()
        problems = [text for broken, text in self._obstacles(found) if broken]
        if problems:
            raise DataError(f"{self.function.name}: {'; '.join(problems)}")
        self.function.dry_run()
        return found

    def _obstacles(self, found: Mapping[str, Any]) -> list[tuple[bool, str]]:
        state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        reserved = self.function.reserved()
        needed = self.request.parallel
        latest = [arn for arn in self.function.provisioned() if arn.endswith(":$LATEST")]
        return [
            (state not in ("Active", "Inactive"), f"its state is {state}. Wait until it is Active"),
            (update == "InProgress", "an update is in progress. Wait for its end"),
            (update == "Failed", "its last update failed. Deploy it again first"),
            (bool(latest), "it has provisioned concurrency, which would be built anew for each size. Remove it first"),
            (
                reserved is not None and reserved < needed,
                f"it has {reserved} reserved concurrent executions, and parallel is {needed}",
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
        self._lease = LEASE + float(found.get("Timeout", 3))
        self._log_level = str(found.get("LoggingConfig", {}).get("SystemLogLevel", ""))
        journal = Journal(
            self.run_id,
            self.owner,
            self.journals.clock() + self._lease,
            int(found["MemorySize"]),
            str(found.get("Description", "")),
        )
        self.journals.open(journal)
        try:
            measured = self._measure(journal, found)
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
        found = self.function.wait()
        if str(found.get("Description", "")).startswith(journal.mark):
            self.function.configure(journal.memory, journal.description, found["RevisionId"])
        for version in self.function.versions():
            if str(version.get("Description", "")).startswith(journal.mark):
                self.function.delete_version(version["Version"])
        self.journals.close(journal)

    def _measure(self, journal: Journal, found: Mapping[str, Any]) -> list[Measurement]:
        sizes = sorted({*self.request.memory_sizes, journal.memory}, reverse=True)
        versions = self._publish(journal, sizes, found)
        self._unmark(journal)
        measured = []
        for position, memory in enumerate(sizes):
            journal = self._renew(journal)
            said = f"{self.function.name}: measuring {memory} MB, size {position + 1} of {len(sizes)}"
            one, journal = self._measure_size(memory, versions[memory], journal, said)
            measured.append(one)
        return measured

    def _publish(self, journal: Journal, sizes: Sequence[int], found: Mapping[str, Any]) -> dict[int, list[str]]:
        """Publish the versions of all sizes, the largest first: one beyond the account's limit is refused at once."""
        revision = found["RevisionId"]
        versions: dict[int, list[str]] = {}
        for memory in sizes:
            self.progress(f"{self.function.name}: publishing a version of {memory} MB")
            versions[memory] = []
            for number in range(1 + self.request.cold_starts):
                mark = f"{journal.mark} {memory} MB {number}"
                revision = self.function.configure(memory, mark, revision)["RevisionId"]
                versions[memory].append(self.function.publish(mark, revision))
                revision = self.function.wait()["RevisionId"]
        return versions

    def _unmark(self, journal: Journal) -> None:
        """Give the function its own size back before the measuring begins."""
        found = self.function.wait()
        self.function.configure(journal.memory, journal.description, found["RevisionId"])

    def _renew(self, journal: Journal) -> Journal:
        if journal.lease_until - self.journals.clock() > self._lease / 2:
            return journal
        return self.journals.renew(journal, self._lease)

    def _measure_size(
        self, memory: int, versions: Sequence[str], journal: Journal, said: str
    ) -> tuple[Measurement, Journal]:
        reports: list[LogReport] = []
        failures: collections.Counter[str] = collections.Counter()
        for version in versions:
            self.function.wait(version)
        # One more at the beginning starts the environment; it counts as a cold start, and a failed one as a failure.
        first = self.request.payloads[0]
        work = [[(first, version)] for version in versions]
        rest = [(payload, versions[0]) for payload in self.request.payloads]
        work += [rest[start : start + self.request.parallel] for start in range(0, len(rest), self.request.parallel)]
        total = sum(map(len, work))
        for batch in work:
            self.progress(f"{said}, {len(reports) + sum(failures.values())} of {total} invocations")
            journal = self._renew(journal)
            for report, failure in self._batch(batch):
                if failure:
                    failures[failure] += 1
                else:
                    reports.append(report)
            if any(failures[hopeless] for hopeless in _HOPELESS):
                break  # the size is unfit, and each further attempt costs as much as this one
            if self.request.pause:
                self.sleep(self.request.pause)
        return Measurement(memory, reports, dict(failures)), journal

    def _batch(self, batch: Sequence[tuple[bytes, str]]) -> list[tuple[LogReport, str]]:
        if len(batch) == 1:
            return [self._once(*batch[0])]
        with concurrent.futures.ThreadPoolExecutor(max_workers=len(batch)) as pool:
            return list(pool.map(lambda job: self._once(*job), batch))

    def _once(self, payload: bytes, version: str) -> tuple[LogReport, str]:
        """Return the report of one invocation, and why it failed, if it did."""
        self._hook("pre_function", payload)
        answer = self.function.invoke(payload, version)
        report = parse_report(answer.log, answer.request_id, self._log_level)
        self._hook("post_function", payload)
        if not answer.error:
            return report, ""
        reason = failure_of(report, answer.payload)
        return report, "" if reason in self.request.allowed_errors else reason

    def _hook(self, option: str, payload: bytes) -> None:
        hook = self.hooks.get(option)
        if hook is None:
            return
        answer: Answer = hook.invoke(payload)
        if answer.error:
            kind = answer.payload.get("errorType", "an error")
            raise DataError(f"{option}: {hook.name} failed with {kind}; its log says why")
