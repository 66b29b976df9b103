# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outputs of a stack as text for people: what there is, how old it is, what is wrong.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError

from .text_table import Table, text_lines

COLUMNS = ("output", "type", "value", "version", "changed (UTC)", "flags")
_EXPENDABLE = ("version", "type", "changed (UTC)")


def check_days(value: object) -> int:
    """Return stale_after as a number of days; raises OptionError."""
    if re.fullmatch("[0-9]{1,6}", str(value)):
        return int(str(value))
    raise OptionError(f"stale_after: {value!r} is not a number of days. Valid values: whole numbers, at least 0")


def printed(result: Mapping[str, Any], stale_after: int, now: dt.datetime, width: Optional[int] = None) -> str:
    """Return what is printed for a result of ssm_outputs_info; values of secrets are not in it."""
    lines = text_lines(outputs_table(result, stale_after, now), width)
    return "\n".join(("", _heading(result), "", *lines, "", *_notes(result, stale_after, now)))


def outputs_table(result: Mapping[str, Any], stale_after: int, now: dt.datetime) -> Table:
    """Return a row for each output."""
    rows = [_row(output, stale_after, now) for output in result["outputs"]]
    return Table((_word(result), *COLUMNS[1:]), rows, "value", _EXPENDABLE)


def _notes(result: Mapping[str, Any], stale_after: int, now: dt.datetime) -> list[str]:
    outputs, strays = result["outputs"], result["strays"]
    flagged = sum(1 for output in outputs if _flags(output, stale_after, now))
    return [
        *(problem for output in outputs for problem in output["problems"]),
        *(f"not an {_word(result)}'s name: {name}" for name in strays),
        f"{len(outputs)} {_word(result)}s, {flagged} with flags, {len(strays)} other parameters",
    ]


def _word(result: Mapping[str, Any]) -> str:
    return "input" if result["prefix"].endswith("/INPUT_") else "output"


def _heading(result: Mapping[str, Any]) -> str:
    # Version and last change are the snapshot's own then, the same for all.
    name = "SNAPSHOT.*" if result.get("source") == "snapshot" else "*"
    return f"Published as {result['prefix']}{name} in {result['region']}"


def _row(output: Mapping[str, Any], stale_after: int, now: dt.datetime) -> list[str]:
    changed = _changed(output)
    when = changed.astimezone(dt.timezone.utc).strftime("%Y-%m-%d %H:%M") if changed else "unknown"
    version = str(output["version"] or "unknown")
    return [output["name"], _type(output), _value(output), version, when, ", ".join(_flags(output, stale_after, now))]


def _flags(output: Mapping[str, Any], stale_after: int, now: dt.datetime) -> list[str]:
    changed = _changed(output)
    stale = changed and stale_after and now - changed > dt.timedelta(days=stale_after)
    return [*output["flags"], *([f"stale ({(now - changed).days} days)"] if changed and stale else [])]


def _changed(output: Mapping[str, Any]) -> Optional[dt.datetime]:
    return dt.datetime.fromisoformat(output["last_modified"]) if output["last_modified"] else None


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
