# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists, filtered and in pages: bookings that a caller may see, and instances that can be booked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.booking import Booking, Curfew, OneOff
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.moments import FURTHEST, parse_moment
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import check_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.authority import version_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import Observed
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.instances import concerns, mismatch
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import booked_instances
from answers import Answer, failed, refusal
from bookings import BookingDesk
from events import Refused
from views import STATES, booking_json, instance_json, state_of, windows_json

LIMITS = (1, 1000)
DEFAULT_LIMIT = 200
# Within this a weekly booking is in force at least once, whatever it leaves out; a range that is longer shows all.
LONGEST_RANGE = timedelta(days=400)
BOOKING_FILTERS = ("instance_id", "from", "to", "owner", "state", "limit", "after")
INSTANCE_FILTERS = ("limit", "after")


@dataclass(frozen=True)
class Page:
    """A part of a list: so many entries after one."""

    limit: int
    after: str

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Page:
        """Read the part of a query that says which page."""
        limit = query.get("limit", str(DEFAULT_LIMIT))
        if not (limit.isascii() and limit.isdigit() and len(limit) < 6 and LIMITS[0] <= int(limit) <= LIMITS[1]):
            raise Refused(400, "bad_request", f"limit: got {limit[:20]!r}, expected {LIMITS[0]} to {LIMITS[1]}.")
        return cls(int(limit), query.get("after", ""))


@dataclass(frozen=True)
class BookingFilter:
    """Which bookings are asked for."""

    states: tuple[str, ...]
    owner: str
    start: datetime | None
    end: datetime | None

    @classmethod
    def of(cls, query: Mapping[str, str], zone: str, now: datetime) -> BookingFilter:
        """Read the part of a query that says which bookings. Those that have ended are there only if asked for."""
        states = tuple(query.get("state", "upcoming,running").split(","))
        if set(states) - set(STATES):
            wanted = ", ".join(STATES)
            raise Refused(400, "bad_request", f"state: got {query['state'][:60]!r}, expected some of {wanted}.")
        start, end = (
            parse_moment(query[name], name, zone, later=later, on_gap="shift") if name in query else None
            for name, later in (("from", False), ("to", True))
        )
        for name, value in (("from", start), ("to", end)):
            if value is not None and abs(value - now) > FURTHEST:
                raise Refused(400, "bad_request", f"{name}: more than ten years from now.")
        if start and end and end <= start:
            raise Refused(400, "bad_request", "to: is not after from.")
        return cls(states, query.get("owner", ""), start, end)

    def takes(self, booking: Booking, owner: str, now: datetime) -> bool:
        """Return whether a booking is asked for."""
        return (
            (not self.owner or owner == self.owner)
            and state_of(booking, now) in self.states
            and self._is_in_range(booking, now)
        )

    def _is_in_range(self, booking: Booking, now: datetime) -> bool:
        if isinstance(booking, OneOff):
            return (self.end is None or booking.start < self.end) and (self.start is None or booking.end > self.start)
        if isinstance(booking, Curfew) or (self.end is None and self.start is None):
            return True
        start = self.start or min(now, self.end - timedelta(days=1))  # type: ignore[operator, type-var]
        end = min(self.end or start + LONGEST_RANGE, start + LONGEST_RANGE)
        return any(window.end > start and window.start < end for window in windows((booking,), start, end))


def list_bookings(desk: BookingDesk, query: Mapping[str, str]) -> Answer:
    """List bookings by instance. What can't be read is named, and does not hide the rest."""
    page, wanted = Page.of(query), BookingFilter.of(query, desk.environment.timezone, desk.now)
    only = check_instance_id(query["instance_id"], "instance_id") if "instance_id" in query else ""
    group = desk.group(f"{only}." if only else "")
    after = page.after.partition(".")[0]
    instance_ids = [one for one in booked_instances(group.listed) if one >= after]
    known = desk.described(instance_ids)
    seen = desk.look(instance_ids, group)
    entries: list[dict[str, Any]] = []
    wrong: list[dict[str, Any]] = []
    left, last, more = page.limit, "", False
    for instance_id in instance_ids:
        found = seen[instance_id]
        if isinstance(found, BridgeError):
            desk.failures.append(found)
            wrong.append({"instance_id": instance_id, **refusal(found)[1]})
            continue
        view, plan = found
        theirs = [one for one in _theirs(desk, view, wanted) if one["id"] > page.after]
        more = more or len(theirs) > left
        shown, damaged = theirs[:left], _damaged(desk, view)
        if shown or (damaged and not more):
            entry: dict[str, Any] = {"instance_id": instance_id, "bookings": shown, "windows": windows_json(plan)}
            warnings = [*damaged, *_concerns(desk, instance_id, known.get(instance_id), plan)]
            entries.append({**entry, "warnings": warnings} if warnings else entry)
        left, last = left - len(shown), shown[-1]["id"] if shown else last
        if more:
            break
    return _answer({"instances": entries, "next": last if more else None}, wrong)


def _theirs(desk: BookingDesk, view: Observed, wanted: BookingFilter) -> Iterator[dict[str, Any]]:
    """Yield the bookings of an instance that the caller may see and asks for."""
    for key, record in sorted(view.records.items()):
        if desk.authority.covers(record.owner) and wanted.takes(record.booking, record.owner, desk.now):
            yield booking_json(record, version_of(view.current[key].name), desk.now)


def _damaged(desk: BookingDesk, view: Observed) -> list[str]:
    return [
        f"booking {key!r} can't be used, and nothing can be booked before it is cancelled"
        for key in sorted(view.damaged)
        if desk.authority.covers(view.owners.get(key, ""))
    ]


def _concerns(desk: BookingDesk, instance_id: str, instance: Mapping[str, Any] | None, plan: Any) -> list[str]:
    """Return what keeps an instance from running as booked: what is shown is what is."""
    if instance is None:
        return [f"{instance_id} does not exist any more: cancel its bookings"]
    wrong = mismatch(instance_id, str(instance["state"]), plan.bookings, plan)
    warnings = [*plan.warnings, *concerns(instance_id, instance), *([wrong] if wrong else [])]
    if not desk.is_bookable(instance):
        warnings.append(f"{instance_id} can't be booked any more: its bookings can be cancelled")
    return warnings


def list_instances(desk: BookingDesk, query: Mapping[str, str]) -> Answer:
    """List the instances that can be booked."""
    page = Page.of(query)
    found = desk.bookable()
    ids = [one for one in found if one > page.after]
    shown = ids[: page.limit]
    seen = desk.look(shown, desk.group())
    entries, wrong = [], []
    for one in shown:
        state = seen[one]
        if isinstance(state, BridgeError):
            desk.failures.append(state)
            wrong.append({"instance_id": one, **refusal(state)[1]})
        else:
            entries.append(instance_json(one, found[one], state[1]))
    return _answer({"instances": entries, "next": shown[-1] if len(ids) > len(shown) else None}, wrong)


def _answer(body: dict[str, Any], wrong: list[dict[str, Any]]) -> Answer:
    if not wrong:
        return 200, {"success": True, **body}
    return 200, {**failed("partial", f"{len(wrong)} instances could not be read."), **body, "failed": wrong}
