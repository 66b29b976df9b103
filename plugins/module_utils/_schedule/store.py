# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedules in EventBridge Scheduler. The boto3 client is passed in.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable, Optional, Protocol, TypeVar

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.pages import pages
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import (
    Pace,
    Policy,
    Retrier,
    check_budget,
    error_code,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DeniedError, OptionError

from .schedule import Listed, Schedule, ScheduleSettings

T = TypeVar("T")

LIST_PAGE = 100
# Scheduler allows 250 calls of an operation a second, and 1,000 at least in its primary regions (its quotas page): what
# reaches it in any second is at most a rate and the burst together.
RATE, PRIMARY_RATE, BURST = 230.0, 950.0, 20
PRIMARY_REGIONS = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-2", "sa-east-1", "eu-central-1", "eu-west-1", "eu-west-2"),
        *("ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    }
)
DEFAULT_GROUP = "tfbridge"
_MISSING = "ResourceNotFoundException"
_EXISTS = "ConflictException"
_GROUP = re.compile(r"[0-9a-zA-Z_.-]{1,64}")
_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+")


def scheduler_pace(region: str) -> Pace:
    """Return the pace of calls to Scheduler in a region; where an account is allowed less, it slows down."""
    return Pace(PRIMARY_RATE if region in PRIMARY_REGIONS else RATE, BURST)


def scheduler_retrier(budget: float, region: str) -> Retrier:
    """Return a retrier for calls to Scheduler, which has a pace of its own."""
    return Retrier(Policy(budget=check_budget(budget)), scheduler_pace(region))


def no_use(_page: Sequence[Listed]) -> None:
    """Do nothing with a page of a listing."""


class Store(Protocol):
    """What a writer of bookings needs of the place where they are."""

    def list(self, prefix: str) -> list[Listed]:
        """List the schedules of our group whose names begin with the prefix."""

    def get(self, name: str) -> Optional[Schedule]:
        """Return a schedule, None for one that is gone."""

    def create(self, schedule: Schedule) -> None:
        """Create a schedule; one that exists under this (unique) name was created by a call of ours."""

    def delete(self, name: str) -> None:
        """Delete a schedule, or see that it is gone."""


class ReadOnlyStore:
    """What a store for reading alone does with what a writer asks of it."""

    def create(self, schedule: Schedule) -> None:
        """Refuse."""
        raise NotImplementedError(schedule.name)

    def delete(self, name: str) -> None:
        """Refuse."""
        raise NotImplementedError(name)


def check_group(name: str) -> str:
    """Return a schedule group's name as it is, or refuse it."""
    if not _GROUP.fullmatch(name):
        raise OptionError(
            f"schedule_group: {name!r} ({len(name)} characters) can't name a schedule group: "
            "1 to 64 letters, digits, '-', '_' and '.'"
        )
    return name


def check_role(arn: str) -> str:
    """Return a role's ARN as it is, or refuse it."""
    if not _ROLE.fullmatch(arn):
        raise OptionError(f"role_arn: {arn!r} is not the ARN of a role, like arn:aws:iam::123456789012:role/scheduler")
    return arn


@dataclass
class SchedulerStore:
    """Schedules of one group of one region.

    C(client) is boto3's for "scheduler". Every method raises the BridgeError family only.
    """

    client: Any
    retrier: Retrier
    region: str
    group: str
    group_seen: bool = False
    create_group: bool = True

    def list(self, prefix: str = "", on_page: Callable[[Sequence[Listed]], None] = no_use) -> list[Listed]:
        """List the schedules of our group whose names begin with the prefix; a group that is missing holds none.

        C(on_page) is given each page as it comes.
        """
        found: list[Listed] = []
        what = f"listing the schedules of group {self.group}"
        errors = partial(aws_errors, "scheduler:ListSchedules", self.region, what)
        arguments = {"GroupName": self.group, "MaxResults": LIST_PAGE, **({"NamePrefix": prefix} if prefix else {})}
        for page in pages(self.retrier, _unless(self.client.list_schedules, _MISSING, {}), errors, **arguments):
            new = [_listed(item) for item in page.get("Schedules", [])]
            on_page(new)
            found += new
        self.group_seen = self.group_seen or bool(found)
        return found

    def get(self, name: str) -> Optional[Schedule]:
        """Return a schedule, None for one that is gone."""
        with aws_errors("scheduler:GetSchedule", self.region, f"reading schedule {name} of group {self.group}"):
            answer = self.retrier.call(_unless(self.client.get_schedule, _MISSING), Name=name, GroupName=self.group)
        return _from_wire(answer) if answer else None

    def create(self, schedule: Schedule) -> None:
        """Create a schedule; a conflict means that an earlier try of this call got through: no one shares our names."""
        self._ensure_group()
        arguments = {**_to_wire(schedule), "GroupName": self.group, "ClientToken": schedule.name.replace(".", "_")}
        what = f"creating schedule {schedule.name} in group {self.group}"
        try:
            with aws_errors("scheduler:CreateSchedule", self.region, what):
                self.retrier.call(_unless(self.client.create_schedule, _EXISTS), **arguments)
        except DeniedError as error:
            if "PassRole" in str(error):
                raise DeniedError(
                    f"access denied: the caller needs the IAM action iam:PassRole on {schedule.settings.role_arn} "
                    f"(role_arn), with iam:PassedToService scheduler.amazonaws.com. {error}"
                ) from error
            raise

    def delete(self, name: str) -> None:
        """Delete a schedule; one that is gone already is no error."""
        with aws_errors("scheduler:DeleteSchedule", self.region, f"deleting schedule {name} of group {self.group}"):
            self.retrier.call(_unless(self.client.delete_schedule, _MISSING), Name=name, GroupName=self.group)

    def _ensure_group(self) -> None:
        if self.group_seen:
            return
        what = f"schedule group {self.group} (schedule_group)"
        with aws_errors("scheduler:GetScheduleGroup", self.region, f"looking for {what}"):
            there = self.retrier.call(_unless(self.client.get_schedule_group, _MISSING), Name=self.group)
        if not there and not self.create_group:
            raise OptionError(
                f"schedule_group: there is no schedule group {self.group} in {self.region}. Correct the name, or set "
                "create_group: true to create it"
            )
        if not there:
            try:
                with aws_errors("scheduler:CreateScheduleGroup", self.region, f"creating {what}, which is missing,"):
                    self.retrier.call(_unless(self.client.create_schedule_group, _EXISTS), Name=self.group)
            except AwsError as error:
                raise type(error)(f"{what} is missing and can't be created: {error}") from error
        self.group_seen = True


def _unless(call: Callable[..., T], code: str, instead: Any = None) -> Callable[..., Any]:
    """Return the call with one error code turned into an answer."""

    def made(**arguments: Any) -> Any:
        try:
            return call(**arguments)
        except Exception as error:
            if error_code(error) != code:
                raise
            return instead

    return made


def _listed(item: Mapping[str, Any]) -> Listed:
    created = item.get("CreationDate")
    return Listed(item["Name"], item.get("State", ""), created.timestamp() if created else 0.0)


def _to_wire(schedule: Schedule) -> dict[str, Any]:
    settings = schedule.settings
    partition = settings.role_arn.split(":")[1]
    target: dict[str, Any] = {
        "Arn": f"arn:{partition}:scheduler:::aws-sdk:ec2:{schedule.action}",
        "RoleArn": settings.role_arn,
        "Input": schedule.input,
        "RetryPolicy": {
            "MaximumEventAgeInSeconds": schedule.event_age,
            "MaximumRetryAttempts": settings.retries,
        },
    }
    if settings.dead_letter_arn:
        target["DeadLetterConfig"] = {"Arn": settings.dead_letter_arn}
    wire: dict[str, Any] = {
        "Name": schedule.name,
        "State": schedule.state,
        "Description": schedule.description,
        "ScheduleExpression": schedule.expression,
        "ScheduleExpressionTimezone": schedule.timezone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE" if schedule.delete_after else "NONE",
        "Target": target,
    }
    optional = {"StartDate": schedule.start_date, "EndDate": schedule.end_date, "KmsKeyArn": settings.kms_key_arn}
    return {**wire, **{key: value for key, value in optional.items() if value}}


def _from_wire(answer: Mapping[str, Any]) -> Schedule:
    target = answer.get("Target") or {}
    retry = target.get("RetryPolicy") or {}
    age = int(retry.get("MaximumEventAgeInSeconds", 86400))
    settings = ScheduleSettings(
        role_arn=target.get("RoleArn", ""),
        dead_letter_arn=(target.get("DeadLetterConfig") or {}).get("Arn", ""),
        kms_key_arn=answer.get("KmsKeyArn") or "",
        retries=int(retry.get("MaximumRetryAttempts", 185)),
        event_age=age,
    )
    return Schedule(
        name=answer["Name"],
        state=answer.get("State", ""),
        expression=answer.get("ScheduleExpression", ""),
        timezone=answer.get("ScheduleExpressionTimezone") or "UTC",
        action=str(target.get("Arn", "")).rsplit(":", 1)[-1],
        input=target.get("Input") or "",
        description=answer.get("Description") or "",
        settings=settings,
        event_age=age,
        start_date=answer.get("StartDate"),
        end_date=answer.get("EndDate"),
        delete_after=answer.get("ActionAfterCompletion") == "DELETE",
    )
