# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a change may be made to what is there: whose it is, which version it has, whether it exists.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import ConflictError

from .authority import version_of
from .changes import BookingChange, Observed
from .records import Record


def refuse_conflicts(view: Observed, change: BookingChange) -> None:
    """Refuse a change of what is somebody else's, or isn't as expected; raises ConflictError."""
    put = {record.booking.booking_id: record for record in change.put}
    named = [booking_id for booking_id in (*put, *change.drop) if booking_id in view.current]
    for booking_id in named:
        if not change.authority.covers(view.owners.get(booking_id, "")):
            raise ConflictError("not_yours", f"booking {booking_id!r} belongs to somebody else")
        version = version_of(view.current[booking_id].name)
        if change.authority.version not in ("", version):
            raise ConflictError("changed", f"booking {booking_id!r} has changed: its version is {version!r} now")
    for booking_id, record in put.items():
        _refuse_reuse(view.records, record)
        there = view.records.get(booking_id)
        same = there is None or there.booking == record.booking or there.books_as(record)
        if change.authority.create_only and there is not None and not same:
            raise ConflictError("exists", f"booking {booking_id!r} exists: {there.booking.describe()}")


def _refuse_reuse(records: Mapping[str, Record], record: Record) -> None:
    """Refuse a key that another request was made with: the first part is the key's digest, the rest the request's."""
    key = record.key.partition(".")[0]
    for there in records.values():
        same = bool(key) and (there.owner, there.key.partition(".")[0]) == (record.owner, key)
        if same and there.key != record.key:
            raise ConflictError("key_reused", "the idempotency key was used for another booking")
