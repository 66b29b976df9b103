# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A result as a table in a terminal.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.text_table import Table, text_lines

from .chart import dollars, milliseconds
from .result import Size, TuningResult

_COLUMNS = ("Memory", "Cost of a million", "Mean", "Median", "95 of 100", "Cold start", "Peak", "")


def printed(result: TuningResult, width: Optional[int]) -> str:
    """Return the table of a result, what was chosen and why."""
    rows = [_row(result, size) for size in result.sizes]
    table = Table(_COLUMNS, rows, flexible="", expendable=("Cold start", "Median", "Peak"))
    published = [f"Published as {result.published}."] if result.published else []
    return "\n".join(
        [
            f"{result.function} in {result.region}, {result.architecture}, strategy {result.strategy}",
            "",
            *text_lines(table, width),
            "",
            f"{result.chosen} MB: {result.reason}.",
            *published,
        ]
    )


def _row(result: TuningResult, size: Size) -> tuple[object, ...]:
    word = "chosen" if size.memory == result.chosen else "current" if size.memory == result.current else ""
    note = size.failed or word
    found = size.figures
    if not found:
        return (f"{size.memory} MB", "", "", "", "", "", "", note)
    times = [milliseconds(found.get(key)) for key in ("duration_mean", "duration_p50", "duration_p95", "init_mean")]
    return (f"{size.memory} MB", dollars(found["cost"]), *times, f"{found['peak_memory']} MB", note)
