"""What EventBridge Scheduler refuses, where moto does not. Limits are those of its API reference."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.scheduler.models import scheduler_backends

from tests.support.aws_answers import Answer, RefusedError, Request
from tests.support.schedule_rules import wire_refusal

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
_GROUP = re.compile(r"[0-9a-zA-Z_.-]{1,64}")
_CREATING = threading.Lock()


def operation(method: str, path: str) -> str:
    """Give the operation that a method and a path are, or both of them where it is none of Scheduler's."""
    for verb, pattern, name in _OPERATIONS:
        if verb == method and re.fullmatch(pattern, path.rstrip("/")):
            return name
    return f"{method} {path}"


# Scheduler's words for a role that IAM has only just made, and for one that doesn't trust it.
NEW_ROLE = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."


def _refuse_for_now(settings: Any) -> None:
    """Refuse what AWS refuses for a reason that the request doesn't show."""
    if settings.role_known_after:
        settings.role_known_after -= 1
        raise RefusedError("ValidationException", NEW_ROLE)
    if settings.schedules_left == 0:
        raise RefusedError("ServiceQuotaExceededException", "You have reached the maximum number of schedules.", 402)
    settings.schedules_left -= settings.schedules_left > 0


def _create_group(name: str, request: Request, ask: Ask) -> Answer:
    """Create a group; moto would replace one that exists, with all that is in it."""
    if not _GROUP.fullmatch(name):
        raise RefusedError("ValidationException", f"Invalid Name: {name!r}")
    with _CREATING:
        if name in scheduler_backends[DEFAULT_ACCOUNT_ID][request.region].schedule_groups:
            raise RefusedError("ConflictException", f"Schedule group {name} already exists.", 409)
        return ask(None)


def serve(request: Request, ask: Ask, settings: Any) -> Answer:
    """Refuse what AWS refuses, and answer as AWS does where moto fails."""
    name = request.path.rstrip("/").rsplit("/", 1)[-1]
    if settings.refuse and request.operation in {"CreateSchedule", "UpdateSchedule"}:
        refused = wire_refusal({"Name": name, **request.payload}, settings.now())
        if refused:
            raise RefusedError("ValidationException", refused)
    if request.operation == "CreateSchedule":
        _refuse_for_now(settings)
    if request.operation == "CreateScheduleGroup":
        return _create_group(name, request, ask)
    answer = ask(None)
    if answer.status >= 500:  # moto has no answer for a group that is missing
        group = request.payload.get("GroupName") or request.query.get("groupName", "default")
        raise RefusedError("ResourceNotFoundException", f"Schedule group {group} does not exist.", 404)
    return answer
