# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose bookings a caller may change, and under which conditions.

PRIVATE: not for use outside this collection, may change in any release.

Ansible's callers may change everything: whoever may write schedules could do so without asking. The API holds its
callers to their own bookings, because it writes for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Authority:
    """Who asks, and what of what is there they may change.

    Without C(own_only) that is everything. C(create_only) refuses to move a booking that is there; C(version), where
    it is given, is the version that the changed bookings must have.
    """

    owner: str = ""
    own_only: bool = False
    create_only: bool = False
    version: str = ""

    def covers(self, owner: str) -> bool:
        """Return whether a booking of this owner may be seen and changed; one without an owner is everybody's."""
        return not self.own_only or owner in ("", self.owner)


EVERYTHING = Authority()


def version_of(record_name: str) -> str:
    """Return the version of a booking: records are never changed but replaced, under names that are used once."""
    return record_name.rsplit(".", 1)[-1]
