# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The booking API in this process: API Gateway's events, the handler, and boto3 clients of a cloud in memory."""

from __future__ import annotations

import functools
import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import Pace
from botocore.exceptions import ClientError

from tests.support.schedule_rules import wire_refusal

MODULE = Path(__file__).resolve().parents[2] / "terraform" / "modules" / "ec2_scheduler"
sys.path.insert(0, str(MODULE / "lambda"))

from access import Environment  # noqa: E402  from the function's own folder
from bookings import Cloud  # noqa: E402
from deadline import MARGIN, Deadline, OutOfTimeError  # noqa: E402
from events import CHANGES, FIELDS  # noqa: E402
from handler import ROUTES as HANDLED  # noqa: E402
from handler import SECONDS, respond  # noqa: E402

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
ONE, OTHER, UNTAGGED = "i-0123456789abcdef0", "i-0123456789abcdef1", "i-0123456789abcdef9"
ROLE = "arn:aws:iam::123456789012:role/tfbridge-ec2-eu-central-1"
ALICE, BOB, ADMIN = (f"arn:aws:iam::123456789012:user/{name}" for name in ("alice", "bob", "root"))


def event(
    route: str, path: str, *, body: Any = None, query: Any = None, parameters: Any = None, headers: Any = None
) -> dict[str, Any]:
    """Return an event as API Gateway sends it: payload format 2.0, authorised by IAM."""
    method = route.partition(" ")[0]
    made = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in (query or {}).items()),
        "headers": {
            "authorization": "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE, SignedHeaders=host, Signature=5ecre7",
            "content-type": "application/json",
            "host": "abcdef1234.execute-api.eu-central-1.amazonaws.com",
            "x-amz-security-token": "5ecre7-t0ken",
            **(headers or {}),
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "authorizer": {
                "iam": {
                    "accessKey": "AKIAEXAMPLE",
                    "accountId": "123456789012",
                    "callerId": "AIDAEXAMPLE",
                    "cognitoIdentity": None,
                    "principalOrgId": None,
                    "userArn": ALICE,
                    "userId": "AIDAEXAMPLE",
                }
            },
            "domainName": "abcdef1234.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abcdef1234",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "x"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route,
            "stage": "$default",
            "time": "24/Nov/2026:15:00:00 +0000",
            "timeEpoch": 1795532400000,
        },
        "isBase64Encoded": False,
    }
    optional = {"body": body, "queryStringParameters": query, "pathParameters": parameters}
    return {**made, **{name: value for name, value in optional.items() if value}}


def by(caller: str, made: dict[str, Any]) -> dict[str, Any]:
    """Return an event with another caller: an ARN, or the subject of a token."""
    iam = {**made["requestContext"]["authorizer"].get("iam", {}), "userArn": caller}
    authorizer = {"iam": iam} if caller.startswith("arn:") else {"jwt": {"claims": {"sub": caller}, "scopes": None}}
    return {**made, "requestContext": {**made["requestContext"], "authorizer": authorizer}}


class KilledError(BaseException):
    """The function ends here."""


def refused(operation: str, code: str, message: str = "AWS's own words", status: int = 400) -> ClientError:
    """Return what boto3 raises."""
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def _operation(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what makes a method a call: slow, refused before it has an effect, or with an answer that is lost."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: CloudInMemory, **arguments: Any) -> Any:
            with self._lock:
                self.calls.append(name)
                self.before(name, arguments)
            if self.latency:
                time.sleep(self.latency)
            answer = method(self, **arguments)
            self.after(name, arguments)
            return answer

        return call

    return decorate


class CloudInMemory:
    """EventBridge Scheduler and EC2 as boto3 clients, with a clock; every call can be slow, refused or the last."""

    def __init__(self) -> None:
        self.now = NOW
        self.schedules: dict[str, dict[str, Any]] = {}
        self.instances: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.latency = 0.0
        self.heal()
        self.meta = SimpleNamespace(region_name="eu-central-1")
        self._lock = threading.RLock()
        for one in (ONE, OTHER):
            self.add(one, Bookable="true", Name=f"box {one[-1]}")
        self.add(UNTAGGED)

    def add(self, instance_id: str, state: str = "stopped", **tags: str) -> None:
        """Add an instance."""
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.instances[instance_id] = {"InstanceId": instance_id, "State": {"Name": state}, "Tags": pairs}

    def heal(self) -> None:
        """End all faults: before a call, and after it."""
        self.before: Callable[[str, Mapping[str, Any]], None] = lambda _operation, _arguments: None
        self.after: Callable[[str, Mapping[str, Any]], None] = lambda _operation, _arguments: None

    # -- Scheduler -------------------------------------------------------------------------------------------------

    @_operation("scheduler:ListSchedules")
    def list_schedules(self, **arguments: Any) -> dict[str, Any]:
        """List a page of schedules."""
        with self._lock:
            names = sorted(name for name in self.schedules if name.startswith(arguments.get("NamePrefix", "")))
            start = int(arguments.get("NextToken", 0))
            page = [
                {"Name": name, "State": self.schedules[name]["State"], "CreationDate": self.schedules[name]["created"]}
                for name in names[start : start + arguments["MaxResults"]]
            ]
        following = start + len(page)
        return {"Schedules": page, **({"NextToken": str(following)} if following < len(names) else {})}

    @_operation("scheduler:GetSchedule")
    def get_schedule(self, **arguments: Any) -> dict[str, Any]:
        """Return a schedule."""
        if arguments["Name"] not in self.schedules:
            raise refused("GetSchedule", "ResourceNotFoundException", status=404)
        return dict(self.schedules[arguments["Name"]])

    @_operation("scheduler:CreateSchedule")
    def create_schedule(self, **arguments: Any) -> None:
        """Create a schedule, unless AWS would refuse it."""
        wrong = wire_refusal(arguments, self.now)
        if wrong:
            raise refused("CreateSchedule", "ValidationException", wrong)
        with self._lock:
            if arguments["Name"] in self.schedules:
                raise refused("CreateSchedule", "ConflictException", status=409)
            created = self.now + timedelta(microseconds=len(self.calls))
            self.schedules[arguments["Name"]] = {**arguments, "created": created}

    @_operation("scheduler:DeleteSchedule")
    def delete_schedule(self, **arguments: Any) -> None:
        """Delete a schedule."""
        with self._lock:
            if self.schedules.pop(arguments["Name"], None) is None:
                raise refused("DeleteSchedule", "ResourceNotFoundException", status=404)

    # -- EC2 -------------------------------------------------------------------------------------------------------

    @_operation("ec2:DescribeInstances")
    def describe_instances(self, **arguments: Any) -> dict[str, Any]:
        """Return the instances that a filter by ids or by a tag finds."""
        filters = arguments["Filters"]
        found = [one for one in self.instances.values() if all(_matches(one, each) for each in filters)]
        return {"Reservations": [{"OwnerId": "123456789012", "Instances": found}]}

    @_operation("ec2:StartInstances")
    def start_instances(self, **arguments: Any) -> None:
        """Start an instance, unless it is stopping or gone."""
        for one in arguments["InstanceIds"]:
            if one not in self.instances:
                raise refused("StartInstances", "InvalidInstanceID.NotFound")
            if self.instances[one]["State"]["Name"] == "stopping":
                raise refused("StartInstances", "IncorrectInstanceState")
            self.instances[one]["State"] = {"Name": "running"}

    @property
    def names(self) -> list[str]:
        """The names of what is scheduled."""
        return sorted(self.schedules)

    def edges(self) -> list[tuple[str, str, str]]:
        """Return what will be fired, and for which instance."""
        return sorted(
            (
                json.loads(one["Target"]["Input"])["InstanceIds"][0],
                one["Target"]["Arn"].rsplit(":")[-1],
                one["ScheduleExpression"],
            )
            for one in self.schedules.values()
            if one["State"] == "ENABLED"
        )


def _matches(instance: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    if condition["Name"] == "instance-id":
        return instance["InstanceId"] in condition["Values"]
    if condition["Name"] == "instance-state-name":
        return instance["State"]["Name"] in condition["Values"]
    key = condition["Name"].removeprefix("tag:")
    return any(tag["Key"] == key and tag["Value"] in condition["Values"] for tag in instance["Tags"])


class Api:
    """The API as its callers see it."""

    def __init__(self, aws: CloudInMemory | None = None, **access: Any) -> None:
        self.aws = aws or CloudInMemory()
        self.access = {"admin_principals": (ADMIN,), **access}
        self.restart()
        self.headers: dict[str, str] = {}

    def restart(self) -> None:
        """Begin anew, as another process of the function does."""
        environment = Environment(
            ROLE, "tfbridge", "arn:aws:sqs:eu-central-1:123456789012:dead", "UTC", "Bookable", ("true",), **self.access
        )
        self.cloud = Cloud(environment, self.aws, self.aws, lambda: self.aws.now, _no_pace())
        self.cloud.scheduler_pace = _no_pace()

    def send(self, made: Any, seconds: float = SECONDS) -> tuple[int, dict[str, Any]]:
        """Send an event, and return the answer's status and body."""
        answer = respond(lambda: self.cloud, made, Deadline(seconds))
        if answer["headers"]["content-type"].startswith("text/calendar"):
            self.headers = answer["headers"]
            return answer["statusCode"], {"success": True, "calendar": answer["body"]}
        assert answer["headers"]["content-type"] == "application/json"
        self.headers = answer["headers"]
        body = json.loads(answer["body"])
        assert body["success"] == (answer["statusCode"] < 300 and "error" not in body)
        if answer["statusCode"] >= 300:
            assert {"error", "message", "request_id"} <= set(body), body
        return answer["statusCode"], body

    def post(self, body: Any, caller: str = ALICE, headers: Any = None, **more: Any) -> tuple[int, dict[str, Any]]:
        """Book."""
        made = event("POST /provision", "/provision", body=json.dumps(body), headers=headers)
        return self.send(by(caller, made), **more)

    def get(self, caller: str = ALICE, seconds: float = SECONDS, **query: str) -> tuple[int, dict[str, Any]]:
        """List bookings."""
        return self.send(by(caller, event("GET /bookings", "/bookings", query=query)), seconds)

    def calendar(self, caller: str = ALICE, **query: str) -> tuple[int, dict[str, Any]]:
        """Get bookings as a calendar."""
        return self.send(by(caller, event("GET /bookings.ics", "/bookings.ics", query=query)))

    def listed(self, caller: str = ALICE, **query: str) -> list[str]:
        """Return the ids of the bookings in a list."""
        status, body = self.get(caller, **query)
        assert status == 200, body
        return [booking["id"] for each in body["instances"] for booking in each["bookings"]]

    def instances(self, caller: str = ALICE, **query: str) -> tuple[int, dict[str, Any]]:
        """List instances."""
        return self.send(by(caller, event("GET /instances", "/instances", query=query)))

    def show(self, booking: str, caller: str = ALICE) -> tuple[int, dict[str, Any]]:
        """Show one booking."""
        return self.send(by(caller, event("GET /bookings/{id}", "/bookings/x", parameters={"id": booking})))

    def patch(
        self, booking: str, body: Any, caller: str = ALICE, headers: Any = None, seconds: float = SECONDS
    ) -> tuple[int, dict[str, Any]]:
        """Change one booking."""
        made = event(
            "PATCH /bookings/{id}",
            "/bookings/x",
            body=json.dumps(body),
            parameters={"id": booking},
            headers=headers,
        )
        return self.send(by(caller, made), seconds)

    def delete(
        self, booking: str, caller: str = ALICE, seconds: float = SECONDS, **query: str
    ) -> tuple[int, dict[str, Any]]:
        """Cancel one booking."""
        made = event("DELETE /bookings/{id}", "/bookings/x", query=query, parameters={"id": booking})
        return self.send(by(caller, made), seconds)


def _no_pace() -> Pace:
    return Pace(1e9, 1000)


def wish(instance_id: Any = ONE, start: float = 1, end: float = 2, **more: Any) -> dict[str, Any]:
    """Return a body that books from so many hours after noon to so many."""
    times = {
        name: (NOW + timedelta(hours=hours)).isoformat() for name, hours in (("start_time", start), ("end_time", end))
    }
    return {"instance_id": instance_id, **times, **more}


__all__ = ["CHANGES", "FIELDS", "HANDLED", "MARGIN", "Deadline", "OutOfTimeError"]
