# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REPORT of an invocation, from the tail of its log: text or JSON.

PRIVATE: not for use outside this collection, may change in any release.

What a function prints is in the same log: only the report with the request's id counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json

TIMEOUT = "timeout"
OUT_OF_MEMORY = "out of memory"

_FIELD = re.compile(
    r"(?:^|\t)\s*(Billed Restore Duration|Restore Duration|Billed Duration|Init Duration|Duration|Memory Size|"
    r"Max Memory Used|Status|Error Type): *([^\t\n]+)"
)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TEXT = {
    "Duration": "duration",
    "Billed Duration": "billed",
    "Init Duration": "init",
    "Restore Duration": "restore",
    "Billed Restore Duration": "billed_restore",
    "Max Memory Used": "peak",
}
_JSON = {
    "durationMs": "duration",
    "billedDurationMs": "billed",
    "initDurationMs": "init",
    "restoreDurationMs": "restore",
    "billedRestoreDurationMs": "billed_restore",
    "maxMemoryUsedMB": "peak",
}


@dataclass(frozen=True)
class LogReport:
    """What Lambda reports of one invocation: milliseconds and megabytes. C(init) is None for a warm one.

    C(payload) is the number of what it was invoked with.
    """

    duration: float
    billed: float
    peak: int
    init: Optional[float] = None
    status: str = ""
    error_type: str = ""
    payload: int = 0


def parse_report(log: str, request_id: str, log_level: str = "") -> LogReport:
    """Return the report of a request; raises DataError where the log has none, naming the log level."""
    for line in reversed(log.splitlines()):
        found = _from_json(line, request_id) if line.lstrip().startswith("{") else _from_text(line, request_id)
        if found:
            return found
    level = f" Its system log level is {log_level}." if log_level else ""
    raise DataError(
        f"the log of request {request_id} has no REPORT, which says how long it took.{level} "
        "Set the function's system log level to INFO"
    )


def _from_text(line: str, request_id: str) -> Optional[LogReport]:
    if not line.startswith(f"REPORT RequestId: {request_id}"):
        return None
    fields = dict(_FIELD.findall(line))
    numbers = {ours: float(_NUMBER.findall(fields[theirs])[0]) for theirs, ours in _TEXT.items() if theirs in fields}
    return _report(numbers, fields.get("Status", ""), fields.get("Error Type", ""))


def _from_json(line: str, request_id: str) -> Optional[LogReport]:
    try:
        document = parse_json(line)
    except ValueError:
        return None
    record = (
        document.get("record") if isinstance(document, dict) and document.get("type") == "platform.report" else None
    )
    if not isinstance(record, Mapping) or record.get("requestId") != request_id:
        return None
    metrics = record.get("metrics")
    metrics = metrics if isinstance(metrics, dict) else {}
    numbers = {ours: metrics[theirs] for theirs, ours in _JSON.items() if _is_number(metrics.get(theirs))}
    return _report(numbers, str(record.get("status", "")), str(record.get("errorType", "")))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _report(numbers: Mapping[str, float], status: str, error_type: str) -> Optional[LogReport]:
    if "duration" not in numbers or "billed" not in numbers:
        return None
    started = numbers.get("init", numbers.get("restore"))
    billed = numbers["billed"] + numbers.get("billed_restore", 0.0)
    return LogReport(numbers["duration"], billed, int(numbers.get("peak", 0)), started, status, error_type)


def failure_of(report: LogReport, answer: Mapping[str, Any]) -> str:
    """Return why an invocation with a FunctionError failed: a timeout, out of memory, or the type of the error."""
    kind, message = str(answer.get("errorType", "")), str(answer.get("errorMessage", ""))
    if report.status == "timeout" or "Timedout" in kind or "Task timed out" in message:
        return TIMEOUT
    if "OutOfMemory" in f"{kind}{report.error_type}" or kind == "MemoryError" or "signal: killed" in message:
        return OUT_OF_MEMORY
    return kind or report.error_type or "unknown error"
