# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sizes of one run: a version of each, and its invocations.

PRIVATE: not for use outside this collection, may change in any release.

The function itself has another size only while versions are published, and what is measured are those versions:
callers of the function don't meet its test sizes.
"""

from __future__ import annotations

import collections
import concurrent.futures
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError

from .journal import Lease
from .lambda_function import LambdaFunction
from .log_report import OUT_OF_MEMORY, TIMEOUT, LogReport, failure_of, parse_report
from .measurement import Measurement
from .request import TuningRequest

_HOPELESS = (TIMEOUT, OUT_OF_MEMORY)


@dataclass(frozen=True)
class Job:
    """One invocation: of which version, and with which payload, which has a number."""

    version: str
    number: int
    payload: bytes = field(repr=False)


@dataclass(frozen=True)
class SizesRun:
    """What the tuner does between its journal's first and last line."""

    function: LambdaFunction
    request: TuningRequest
    lease: Lease
    hooks: Mapping[str, LambdaFunction]
    progress: Callable[[str], None]
    log_level: str

    def publish(self, revision: str) -> dict[int, list[str]]:
        """Return the versions of all sizes, the largest first: one beyond the account's limit is refused at once."""
        journal = self.lease.journal
        versions: dict[int, list[str]] = {}
        for memory in sorted({*self.request.memory_sizes, journal.memory}, reverse=True):
            self.progress(f"{self.function.name}: publishing a version of {memory} MB")
            versions[memory] = []
            for number in range(1 + self.request.cold_starts):
                self.lease.keep()
                mark = f"{journal.mark} {memory} MB {number}"
                revision = self._revision(self.function.configure(memory, mark, revision), mark)
                versions[memory].append(self.function.publish(mark, revision))
                revision = self._revision(self.function.wait(), mark)
        return versions

    def _revision(self, found: Mapping[str, Any], mark: str) -> str:
        """Return the revision of what was set; raises DataError where it is somebody else's by now."""
        if found.get("Description") != mark:
            raise DataError(f"{self.function.name}: somebody else changes it at the same time. Run again after that")
        return str(found["RevisionId"])

    def measure(self, versions: Mapping[int, Sequence[str]]) -> list[Measurement]:
        """Return what was measured at each size."""
        measured = []
        for position, (memory, those) in enumerate(versions.items(), 1):
            said = f"{self.function.name}: measuring {memory} MB, size {position} of {len(versions)}"
            measured.append(self._measure_size(memory, those, said))
        return measured

    def _measure_size(self, memory: int, versions: Sequence[str], said: str) -> Measurement:
        for version in versions:
            self.function.wait(version)
        work = self._work(versions)
        reports: list[LogReport] = []
        failures: collections.Counter[str] = collections.Counter()
        total = sum(map(len, work))
        for batch in work:
            self.progress(f"{said}, {len(reports) + sum(failures.values())} of {total} invocations")
            for report, failure in self._batch(batch):
                if failure:
                    failures[failure] += 1
                else:
                    reports.append(report)
            if any(failures[hopeless] for hopeless in _HOPELESS):
                break  # the size is unfit, and each further attempt costs as much as this one
            self.lease.sleep(self.request.pause)
        return Measurement(memory, reports, dict(failures))

    def _work(self, versions: Sequence[str]) -> list[list[Job]]:
        """Return batches of what is done at a time.

        The first ones start environments, as many as are needed at a time, and one of each further version. They count
        as cold starts, and a failed one as a failure.
        """
        numbers = {payload: number for number, payload in enumerate(dict.fromkeys(self.request.payloads))}
        jobs = [Job(versions[0], numbers[payload], payload) for payload in self.request.payloads]
        at_a_time = self.request.parallel
        batches = [jobs[start : start + at_a_time] for start in range(0, len(jobs), at_a_time)]
        return [jobs[:1] * len(batches[0]), *([replace(jobs[0], version=one)] for one in versions[1:]), *batches]

    def _batch(self, batch: Sequence[Job]) -> list[tuple[LogReport, str]]:
        if len(batch) == 1:
            return [self._once(batch[0])]
        with concurrent.futures.ThreadPoolExecutor(max_workers=len(batch)) as pool:
            return list(pool.map(self._once, batch))

    def _once(self, job: Job) -> tuple[LogReport, str]:
        """Return the report of one invocation, and why it failed, if it did."""
        self._hook("pre_function", job.payload)
        self.lease.keep()
        answer = self.function.invoke(job.payload, job.version)
        report = replace(parse_report(answer.log, answer.request_id, self.log_level), payload=job.number)
        self._hook("post_function", job.payload)
        if not answer.error:
            return report, ""
        reason = failure_of(report, answer.payload)
        return report, "" if reason in self.request.allowed_errors else reason

    def _hook(self, option: str, payload: bytes) -> None:
        hook = self.hooks.get(option)
        if hook is None:
            return
        self.lease.keep()
        answer = hook.invoke(payload)
        if answer.error:
            kind = answer.payload.get("errorType", "an error")
            raise DataError(f"{option}: {hook.name} failed with {kind}; its log says why")
