"""What EventBridge Scheduler refuses, for schedules of ours. Limits are those of its API reference."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.schedule import Schedule

UTC = timezone.utc
# How far ahead at() has to be. Writers keep to a minute; a call may take a while to arrive.
AHEAD = timedelta(seconds=30)
NAME = re.compile(r"[0-9a-zA-Z_.-]{1,64}")
CRON = re.compile(r"cron\(\d{1,2} \d{1,2} (\? \* [A-Z,]+(#[1-5])?|([\d,]+|L) \* \?) \*\)")
DAYS = {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"}
TARGET = re.compile(r"arn:aws(-[a-z-]+)?:scheduler:::aws-sdk:ec2:(startInstances|stopInstances)")
ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")
KEYS = {"startInstances": {"InstanceIds"}, "stopInstances": {"InstanceIds", "Hibernate"}}


def refusal(schedule: Schedule, now: datetime, ahead: timedelta = AHEAD) -> str | None:
    """Say why Scheduler would refuse a schedule, or would never fire it; None for one that it takes."""
    return wire_refusal(
        {
            "Name": schedule.name,
            "ScheduleExpression": schedule.expression,
            "ScheduleExpressionTimezone": schedule.timezone,
            "State": schedule.state,
            "Description": schedule.description,
            "StartDate": schedule.start_date,
            "EndDate": schedule.end_date,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": f"arn:aws:scheduler:::aws-sdk:ec2:{schedule.action}",
                "RoleArn": schedule.settings.role_arn,
                "Input": schedule.input,
                "RetryPolicy": {
                    "MaximumEventAgeInSeconds": schedule.event_age,
                    "MaximumRetryAttempts": schedule.settings.retries,
                },
            },
        },
        now,
        ahead,
    )


def wire_refusal(body: dict[str, Any], now: datetime, ahead: timedelta = AHEAD) -> str | None:
    """Say why Scheduler would refuse the body of a CreateSchedule or UpdateSchedule."""
    checks = (
        ("Name", lambda: NAME.fullmatch(body["Name"])),
        ("Description", lambda: len(body.get("Description") or "") <= 512),
        ("ScheduleExpressionTimezone", lambda: _zone(body.get("ScheduleExpressionTimezone", "UTC"))),
        ("ScheduleExpression", lambda: _expression(body["ScheduleExpression"])),
        ("ScheduleExpression in the past", lambda: _ahead(body, now + ahead)),
        ("FlexibleTimeWindow", lambda: body["FlexibleTimeWindow"]["Mode"] in ("OFF", "FLEXIBLE")),
        (
            "StartDate",
            lambda: _date(body.get("StartDate")) is None or _date(body["StartDate"]) >= now - timedelta(minutes=5),
        ),
        ("EndDate", lambda: _date(body.get("EndDate")) is None or _date(body["EndDate"]) > now),
        ("Target", lambda: _target(body["Target"])),
        ("Target: a FIFO queue is not supported as DeadLetterConfig", lambda: not _fifo(body["Target"])),
    )
    for what, good in checks:
        try:
            if good():
                continue
        except (KeyError, ValueError, TypeError, AttributeError):
            pass
        return f"Invalid {what}: {body.get(what.split()[0].rstrip(':'), body)!r}"
    return None


def _zone(name: str) -> bool:
    # Files of a zoneinfo folder that are none of IANA's zones; Python takes them.
    known = name not in {"localtime", "Factory", "posixrules"} and not name.startswith(("right/", "posix/"))
    return known and len(name) <= 50 and bool(ZoneInfo(name))


def _expression(text: str) -> bool:
    if text.startswith("at("):
        return bool(datetime.fromisoformat(text[3:-1])) and len(text) == 23
    if not CRON.fullmatch(text):
        return False
    minute, hour, numbers, _month, days, _year = text[5:-1].split()
    if numbers not in ("?", "L") and not all(1 <= int(number) <= 31 for number in numbers.split(",")):
        return False
    named = set() if days == "?" else set(days.partition("#")[0].split(","))
    return int(minute) < 60 and int(hour) < 24 and named <= DAYS


def _ahead(body: dict[str, Any], now: datetime) -> bool:
    text = body["ScheduleExpression"]
    if not text.startswith("at("):
        return True
    zone = ZoneInfo(body.get("ScheduleExpressionTimezone") or "UTC")
    return datetime.fromisoformat(text[3:-1]).replace(tzinfo=zone) >= now


def _date(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(str(value).replace("Z", "+00:00"))


def _fifo(target: dict[str, Any]) -> bool:
    return str((target.get("DeadLetterConfig") or {}).get("Arn", "")).endswith(".fifo")


def _target(target: dict[str, Any]) -> bool:
    match = TARGET.fullmatch(target["Arn"])
    retry = target.get("RetryPolicy", {})
    return bool(
        match
        and ROLE.fullmatch(target["RoleArn"])
        and set(json.loads(target["Input"])) <= KEYS[match[2]]
        and json.loads(target["Input"])["InstanceIds"]
        and 60 <= retry.get("MaximumEventAgeInSeconds", 86400) <= 86400
        and 0 <= retry.get("MaximumRetryAttempts", 185) <= 185
    )
