# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outputs of a stack as rows for people: what there is, how old it is, what is wrong.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

COLUMNS = ("output", "type", "value", "version", "last change", "flags")


def outputs_table(result: Mapping[str, Any], stale_after: int, now: dt.datetime) -> dict[str, Any]:
    """Give heading, columns, rows and notes for a result of ssm_outputs_info. Secrets are masked there already."""
    rows = [_row(output, stale_after, now) for output in result["outputs"]]
    flagged = sum(1 for row in rows if row[-1])
    notes = [problem for output in result["outputs"] for problem in output["problems"]]
    notes += [f"not an output's name: {name}" for name in result["strays"]]
    notes.append(f"{len(rows)} outputs, {flagged} with flags, {len(result['strays'])} other parameters")
    return {
        "heading": _heading(result),
        "columns": list(COLUMNS),
        "rows": rows,
        "notes": notes,
    }


def _heading(result: Mapping[str, Any]) -> str:
    # Version and last change are the snapshot's own then, the same for all.
    name = "SNAPSHOT.*" if result.get("source") == "snapshot" else "*"
    return f"Published as {result['prefix']}{name} in {result['region']}"


def _row(output: Mapping[str, Any], stale_after: int, now: dt.datetime) -> list[str]:
    changed = dt.datetime.fromisoformat(output["last_modified"]) if output["last_modified"] else None
    flags = list(output["flags"])
    if changed and stale_after and now - changed > dt.timedelta(days=stale_after):
        flags.append(f"stale ({(now - changed).days} days)")
    when = changed.astimezone(dt.timezone.utc).strftime("%Y-%m-%d %H:%M UTC") if changed else "unknown"
    return [output["name"], _type(output), _value(output), str(output["version"] or "unknown"), when, ", ".join(flags)]


def _type(output: Mapping[str, Any]) -> str:
    value, kind = output["value"], output["kind"]
    if isinstance(value, list):
        return f"list of {len(value)}"
    return "object" if kind == "json" else str(kind)


def _value(output: Mapping[str, Any]) -> str:
    value = output["value"]
    if output["kind"] == "secret":
        return "********"
    if isinstance(value, list) and all(isinstance(item, (str, type(None))) for item in value):
        return ", ".join("(missing)" if item is None else item for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
