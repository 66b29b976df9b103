# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is booked and scheduled, and where the two differ. Reads only.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable, Optional, Protocol, Union

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.progress_file import silent
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.edges import WINDOWS_AHEAD, Plan
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.moments import parse_moment
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows

from .apply import Tools, Writer
from .changes import Baseline, BookingChange, DesiredRecords, Observed, plan_of
from .instances import RequiredTag, concerns, mismatch
from .names import EdgeName, RecordName, read_name
from .result import edge_dict, plan_dict, record_dict, window_dict, zulu
from .schedule import Listed, Schedule
from .service import WORKERS, all_in_parallel, in_parallel
from .steps import EdgeSteps, Evidence
from .store import ReadOnlyStore, Store

# Records between two words of progress: a second of reading.
TELL_EVERY = 100


@dataclass(frozen=True)
class TimeRange:
    """The time whose windows are shown."""

    start: dt.datetime
    end: dt.datetime


def parse_range(start: Optional[str], end: Optional[str], timezone: Optional[str], now: dt.datetime) -> TimeRange:
    """Read the time range of a report: from now on for eight days where it is not given."""
    first = parse_moment(start, "start_time", timezone, later=False, on_gap="shift") if start else now
    last = parse_moment(end, "end_time", timezone, later=True, on_gap="shift") if end else first + WINDOWS_AHEAD
    if last <= first:
        raise OptionError(f"end_time: {zulu(last)} is not after start_time, {zulu(first)}")
    return TimeRange(first, last)


class GroupStore(Store, Protocol):
    """A store that hands on what it lists, a page at a time."""

    def list(self, prefix: str = "", on_page: Callable[[Sequence[Listed]], None] = ...) -> list[Listed]:
        """List the schedules of the group."""


@dataclass
class ListedStore(ReadOnlyStore):
    """A store whose first listing of every instance comes from one listing of the group."""

    store: Store
    listed: Sequence[Listed]
    _seen: set[str] = field(default_factory=set)
    _records: dict[str, Optional[Schedule]] = field(default_factory=dict)

    @classmethod
    def read(cls, store: GroupStore, prefix: str = "", on_read: Callable[[str], None] = silent) -> ListedStore:
        """List a group, or what of it has this prefix, and read its records side by side meanwhile.

        One instance may have most of them. What can't be read now is read, and refused, when it is asked for.
        C(on_read) is told now and then how many are read, and of how many once all are listed.
        """
        counter = itertools.count(1)
        total: Optional[int] = None

        def get(name: str) -> Optional[Schedule]:
            found = store.get(name)
            count = next(counter)
            if count % TELL_EVERY == 0:
                of = "" if total is None else f" of {total}"
                on_read(f"{count}{of} bookings read")
            return found

        reads: dict[str, concurrent.futures.Future[Optional[Schedule]]] = {}
        with concurrent.futures.ThreadPoolExecutor(max_workers=WORKERS) as pool:

            def begin(page: Sequence[Listed]) -> None:
                names = [name.name for name in map(read_name, page) if isinstance(name, RecordName)]
                reads.update({name: pool.submit(get, name) for name in names})

            listed = store.list(prefix, on_page=begin)
            total = len(reads)
        read = {name: done.result() for name, done in reads.items() if not isinstance(done.exception(), BridgeError)}
        return cls(store, listed, _records=read)

    def list(self, prefix: str) -> list[Listed]:
        """List what the group had; asked again, what it has."""
        if prefix in self._seen:
            return self.store.list(prefix)
        self._seen.add(prefix)
        return [each for each in self.listed if each.name.startswith(prefix)]

    def get(self, name: str) -> Optional[Schedule]:
        """Return a schedule, None for one that is gone; what was read ahead, once."""
        return self._records.pop(name) if name in self._records else self.store.get(name)


def booked_instances(listed: Iterable[Listed]) -> list[str]:
    """Return the instances that have schedules of ours."""
    names = (read_name(each) for each in listed)
    return sorted({name.instance_id for name in names if name is not None})


def foreign_schedules(listed: Iterable[Listed]) -> list[str]:
    """Return the names of schedules in the group that are not of this collection."""
    return sorted(each.name for each in listed if read_name(each) is None)


def observe(store: Store, tools: Tools, instance_ids: Sequence[str]) -> dict[str, tuple[Observed, Plan]]:
    """Return what there is of each instance, and its plan; raises BridgeError where one can't be read."""
    return all_in_parallel(partial(_observed, store, tools), instance_ids)


def observe_each(
    store: Store, tools: Tools, instance_ids: Sequence[str]
) -> dict[str, Union[tuple[Observed, Plan], BridgeError]]:
    """Return what there is of each instance, and its plan, or why it can't be read or planned."""
    return in_parallel(partial(_observed, store, tools), instance_ids)


def _observed(store: Store, tools: Tools, instance_id: str) -> tuple[Observed, Plan]:
    observed = Writer(store, instance_id, tools, dry_run=True).look()
    return observed, plan_of(observed.records, tools.now())


@dataclass(frozen=True)
class Reporter:
    """Reports on instances of one group."""

    store: Store
    tools: Tools
    shown: TimeRange
    tag: Optional[RequiredTag] = None

    def report(self, instance_ids: Sequence[str], found: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Report on each instance; raises BridgeError where one can't be read."""
        observed = observe(self.store, self.tools, instance_ids)
        return [self._one(one, *observed[one], found.get(one)) for one in instance_ids]

    def _one(
        self, instance_id: str, view: Observed, planned: Plan, instance: Optional[Mapping[str, Any]]
    ) -> dict[str, Any]:
        drift = _drift(view, planned, planned.now)
        state = str(instance["state"]) if instance else None
        lacking = self.tag.lacking(instance_id, instance) if self.tag and instance else ()
        wrong = [text for text in (mismatch(instance_id, state, planned.bookings, planned),) if text]
        drift["in_sync"] = drift["in_sync"] and not wrong
        records = [view.records[key] for key in sorted(view.records)]
        shown = windows(view.bookings, self.shown.start, self.shown.end, planned.merge_gap)
        return {
            "instance_id": instance_id,
            "name": (instance or {}).get("tags", {}).get("Name", ""),
            "state": state,
            "bookings": [record_dict(record) for record in records],
            **plan_dict(planned),
            "windows": [window_dict(window) for window in shown],
            "merge_gap": int(planned.merge_gap.total_seconds()),
            "warnings": [*planned.warnings, *(concerns(instance_id, instance) if instance else ()), *lacking, *wrong],
            **drift,
        }


def _drift(view: Observed, planned: Plan, now: dt.datetime) -> dict[str, Any]:
    """Return how what is scheduled differs from what is booked."""
    steps = EdgeSteps(planned, view.records, view, Evidence(view.records, Baseline(view.records, now)))
    ended = [
        name.rsplit(".", 2)[1]
        for name, reason in DesiredRecords(view, BookingChange(), now, Baseline(view.records, now)).delete
        if reason == "has ended"
    ]
    missing = [edge_dict(wanted.edge) for wanted in (*steps.create, *steps.waiting)]
    unexpected = [_edge_name(edge) for edge in steps.delete]
    return {
        "drift": {"missing": missing, "unexpected": unexpected},
        "in_sync": not (missing or unexpected or view.damaged),
        "expired": sorted(ended),
        "damaged": sorted(view.damaged.values()),
    }


def _edge_name(edge: EdgeName) -> dict[str, Any]:
    return {"action": edge.kind, "schedule": edge.name, "at": zulu(edge.at), "enabled": edge.enabled}
