"""What EventBridge Scheduler refuses, where moto does not. Limits are those of its API reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.aws_answers import Answer, Request

SERVICE = "scheduler"

Ask = Callable[[Mapping[str, Any] | None], Answer]

_OPERATIONS = (
    ("POST", r"/schedules/[^/]+", "CreateSchedule"),
    ("PUT", r"/schedules/[^/]+", "UpdateSchedule"),
    ("GET", r"/schedules/[^/]+", "GetSchedule"),
    ("DELETE", r"/schedules/[^/]+", "DeleteSchedule"),
    ("GET", r"/schedules", "ListSchedules"),
    ("POST", r"/schedule-groups/[^/]+", "CreateScheduleGroup"),
    ("GET", r"/schedule-groups/[^/]+", "GetScheduleGroup"),
    ("DELETE", r"/schedule-groups/[^/]+", "DeleteScheduleGroup"),
    ("GET", r"/schedule-groups", "ListScheduleGroups"),
)


def operation(method: str, path: str) -> str:
    """Give the operation that a method and a path are, or both of them where it is none of Scheduler's."""
    for verb, pattern, name in _OPERATIONS:
        if verb == method and re.fullmatch(pattern, path.rstrip("/")):
            return name
    return f"{method} {path}"


def serve(_request: Request, ask: Ask, _settings: Any) -> Answer:
    """Hand the call on."""
    return ask(None)
