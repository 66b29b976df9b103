# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a calendar's events, as a table.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.text_table import Table, text_lines

from .model import BOOKED, LEFT_OUT, REFUSED

_COLUMNS = ("OUTCOME", "START (UTC)", "END (UTC)", "EVENT", "INSTANCES", "WHY")


def events_table(calendar: Mapping[str, Any], width: Optional[int]) -> str:
    """Return a row for each event seen, and how many were booked, left out and refused."""
    events = calendar["events"]
    rows = [
        (
            one["outcome"],
            _short(one["start_time"]),
            _short(one["end_time"]),
            one["summary"] or one["uid"],
            ", ".join(one["instance_ids"]),
            one["reason"],
        )
        for one in events
    ]
    lines = text_lines(Table(_COLUMNS, rows, "WHY", ("END (UTC)", "INSTANCES")), width) if rows else []
    count = Counter(one["outcome"] for one in events)
    told = ", ".join(f"{count[outcome]} {outcome}" for outcome in (BOOKED, LEFT_OUT, REFUSED))
    return "\n".join([*lines, f"{len(events)} events: {told}."])


def _short(time: Optional[str]) -> str:
    return time[:16].replace("T", " ") if time else ""
