# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The booking API's function, from the zip that Terraform uploads, called with API Gateway's own events."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from tests.support.aws import IMAGE, Aws
from tests.support.booking_api import event

MODULE = Path(__file__).resolve().parents[2] / "terraform" / "modules" / "ec2_scheduler"
GROUP = "tfbridge"
ROLE = "arn:aws:iam::123456789012:role/tfbridge-ec2-eu-central-1"
DEAD_LETTERS = "arn:aws:sqs:eu-central-1:123456789012:tfbridge-ec2-dead-letters"
# What Lambda's Python runtime has beside the standard library: boto3 and what it needs, and no Ansible.
RUNTIME_HAS = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py")

# Stands for Lambda: an event a line in, an answer a line out, logs elsewhere.
RUNTIME = """
import importlib, json, logging, sys
sys.path[:0] = sys.argv[1:]
logging.basicConfig(stream=sys.stderr, format="%(message)s")  # Lambda has a handler on the root logger
handle = importlib.import_module("handler").handle
for line in sys.stdin:
    print(json.dumps(handle(json.loads(line), None)), flush=True)
"""


class Function:
    """The function, in a process that has what Lambda has and nothing else, and that stays warm as Lambda's does."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log
        self._logged = log.stat().st_size

    def send(self, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send an event, and return the answer's status and body."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer["headers"]["content-type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])

    def post(self, body: object) -> tuple[int, dict[str, Any]]:
        """Ask for a booking."""
        return self.send(event("POST /provision", "/provision", body=json.dumps(body)))

    def get(self, **query: str) -> tuple[int, dict[str, Any]]:
        """List."""
        return self.send(event("GET /bookings", "/bookings", query=query))

    def delete(self, booking: str, **query: str) -> tuple[int, dict[str, Any]]:
        """Cancel."""
        path = f"/bookings/{booking}"
        return self.send(event("DELETE /bookings/{id}", path, query=query, parameters={"id": booking}))

    def log(self) -> str:
        """Return what it logged for this test."""
        return self._log.read_bytes()[self._logged :].decode()


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Build the zip, and lay out what a Lambda's Python finds: the zip's files, and boto3."""
    folder = tmp_path_factory.mktemp("function")
    subprocess.run([sys.executable, MODULE / "build_lambda.py", folder / "function.zip"], check=True)
    zipfile.ZipFile(folder / "function.zip").extractall(folder / "task")
    (folder / "runtime").mkdir()
    for name in RUNTIME_HAS:
        (folder / "runtime" / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    return [str(folder / "task"), str(folder / "runtime")]


@pytest.fixture(scope="module")
def started(
    aws_server: Aws, unpacked: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Start the function as Terraform configures it, with its log in a file."""
    environment = {
        **aws_server.env,
        "PATH": os.environ["PATH"],
        "EC2_SCHEDULER_ROLE_ARN": ROLE,
        "EC2_SCHEDULER_GROUP": GROUP,
        "EC2_SCHEDULER_DLQ_ARN": DEAD_LETTERS,
        "EC2_SCHEDULER_TIMEZONE": "Europe/Paris",
        "EC2_SCHEDULER_TAG": json.dumps({"key": "Bookable", "values": ["true", "yes"]}),
    }
    command = [sys.executable, "-I", "-S", "-c", RUNTIME, *unpacked]
    log = tmp_path_factory.mktemp("log") / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        yield process, log
        process.terminate()


@pytest.fixture
def function(aws: Any, started: tuple[subprocess.Popen[str], Path]) -> Function:
    """Give the function, beside an empty schedule group."""
    aws.client("scheduler").create_schedule_group(Name=GROUP)
    return Function(*started)


def instance(aws: Any, **tags: str) -> str:
    """Make an instance with some tags."""
    ec2 = aws.client("ec2")
    tagged = [{"ResourceType": "instance", "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}] if tags else []
    made = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, TagSpecifications=tagged)
    return str(made["Instances"][0]["InstanceId"])


def schedules(aws: Any) -> list[str]:
    """Return the names of what is in the group."""
    return sorted(one["Name"] for one in aws.client("scheduler").list_schedules(GroupName=GROUP)["Schedules"])


def tomorrow(clock: str) -> str:
    """Return a time of tomorrow, as somebody in Paris writes it."""
    return f"{(datetime.now(timezone.utc) + timedelta(days=1)).date()}T{clock}"


def wish(instance_id: object, start: str = "15:00", end: str = "18:00", **more: object) -> dict[str, object]:
    """Return a body."""
    return {"instance_id": instance_id, "start_time": tomorrow(start), "end_time": tomorrow(end), **more}


SOME_ID = "i-0a1b2c3d4e5f60718"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        (json.dumps({"start_time": "x", "end_time": "y"}), "instance_id or ec2_instances_id"),
        (json.dumps({**wish(SOME_ID), "ec2_instances_id": SOME_ID}), "one of the two"),
        (json.dumps(wish([])), "instance_id: got []"),
        (json.dumps(wish([SOME_ID] * 21)), "1 to 20"),
        (json.dumps(wish(7)), "instance_id: got 7"),
        (json.dumps(wish("workstation")), "'workstation'"),
        (json.dumps(wish(SOME_ID, endtime="18:00")), "Unknown: 'endtime'"),
        (json.dumps({"instance_id": SOME_ID, "start_time": tomorrow("15:00")}), "end_time: missing"),
        (json.dumps({"instance_id": SOME_ID, "end_time": tomorrow("15:00")}), "start_time: missing"),
        (json.dumps(wish(SOME_ID, "18:00", "15:00")), "before start_time"),
        (json.dumps(wish(SOME_ID, "15:00", "15:00")), "equal to start_time"),
        (
            json.dumps({**wish(SOME_ID), "start_time": "2020-01-01T15:00", "end_time": "2020-01-01T18:00"}),
            "in the past",
        ),
        (json.dumps({**wish(SOME_ID), "start_time": "tomorrow"}), "'tomorrow'"),
        (json.dumps({**wish(SOME_ID), "start_time": 1795532400}), "start_time: 1795532400"),
        (json.dumps(wish(SOME_ID, timezone="Europe/Atlantis")), "'Europe/Atlantis'"),
        (json.dumps(wish(SOME_ID, name="n" * 65)), "65 characters"),
        (json.dumps(wish(SOME_ID, on_gap="ignore")), "on_gap"),
        (json.dumps(wish(SOME_ID, weekly={"days": ["mon"]})), "mutually exclusive"),
        (json.dumps({"instance_id": SOME_ID, "weekly": "mon"}), "weekly: 'mon' must be a mapping"),
        (json.dumps({"instance_id": SOME_ID, "weekly": {"days": [], "start": "08:00", "end": "18:00"}}), "weekly.days"),
        ('{"instance_id": "' + "i" * 17000 + '"}', "more than 16384"),
    ],
)
def test_what_is_wrong_is_named(function: Function, aws: Any, body: str, named: str) -> None:
    """A body that can't be used is answered with 4xx and the field's name, and nothing is written."""
    status, answer = function.send(event("POST /provision", "/provision", body=body))

    assert status in {400, 413}
    assert named in answer["message"]
    assert schedules(aws) == []


def test_an_instance_without_the_tag_is_refused(function: Function, aws: Any) -> None:
    """404, by name; the bookable one that was asked for beside it is not booked either."""
    bookable, bare, other = instance(aws, Bookable="true"), instance(aws), instance(aws, Bookable="no")
    status, answer = function.post(wish([bookable, bare, other]))

    assert (status, answer["error"]) == (404, "not_bookable")
    assert bookable not in answer["message"]
    assert f"No instance with the tag Bookable=true or yes: {bare}, {other}." in answer["message"]
    assert schedules(aws) == []


def test_an_instance_that_is_not_there_is_refused(function: Function, aws: Any) -> None:
    """404 for an id that never was and for one that is terminated."""
    gone = instance(aws, Bookable="true")
    aws.client("ec2").terminate_instances(InstanceIds=[gone])
    status, answer = function.post(wish([SOME_ID, gone]))

    assert (status, answer["error"]) == (404, "not_bookable")
    assert f"{SOME_ID}, {gone}" in answer["message"]
    assert schedules(aws) == []


def test_a_body_may_be_encoded(function: Function) -> None:
    """API Gateway encodes what it takes for binary; what is no text then is refused."""
    encoded = base64.b64encode(json.dumps({"instance_id": SOME_ID}).encode()).decode()
    status, answer = function.send(event("POST /provision", "/provision", body=encoded) | {"isBase64Encoded": True})
    assert (status, answer["message"]) == (
        400,
        "start_time: missing. A booking has start_time and end_time, or weekly, monthly or curfew",
    )

    noise = base64.b64encode(b"\xff\xfe").decode()
    status, answer = function.send(event("POST /provision", "/provision", body=noise) | {"isBase64Encoded": True})
    assert (status, answer["message"]) == (400, "The body is not text in UTF-8.")


def test_other_routes_are_not_there(function: Function) -> None:
    """404 in JSON, should the function ever be wired to more than its routes."""
    status, answer = function.send(event("GET /", "/"))

    assert (status, answer["error"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["get", "delete"])
def test_an_unknown_query_is_named(function: Function, method: str) -> None:
    """A filter that would be ignored is refused, so that nobody takes a whole list for a part."""
    target = [f"{SOME_ID}.alice"] if method == "delete" else []
    status, answer = getattr(function, method)(*target, instance="i-1")

    assert status == 400
    assert "Unknown: instance" in answer["message"]


@pytest.mark.parametrize(
    ("booking", "query", "named"),
    [
        ("alice", {}, "<instance id>.<name>"),
        (f"{SOME_ID}.", {}, "<instance id>.<name>"),
        (f"{SOME_ID}.alice", {"on_cancel": "explode"}, "'explode'"),
    ],
)
def test_what_can_not_be_cancelled_is_named(
    function: Function, booking: str, query: dict[str, str], named: str
) -> None:
    """A booking's id has two parts, and there are two ways to cancel."""
    status, answer = function.delete(booking, **query)

    assert status == 400
    assert named in answer["message"]


def test_the_log_says_who_and_nothing_secret(function: Function) -> None:
    """One line a request with caller, route and status; no header, no body, no query."""
    function.send(event("POST /provision", "/provision", body='{"instance_id": "i-b0dy-t3xt"}'))
    function.get(instance="qu3ry-t3xt")
    lines = [json.loads(line) for line in function.log().splitlines()]

    assert [(line["caller"], line["route"], line["status"], line["request_id"]) for line in lines] == [
        ("arn:aws:iam::123456789012:user/alice", "POST /provision", 400, "JKJaXmPLvHcESHA="),
        ("arn:aws:iam::123456789012:user/alice", "GET /bookings", 400, "JKJaXmPLvHcESHA="),
    ]
    assert not [secret for secret in ("5ecre7", "t3xt", "AKIA") if secret in str(lines)]


def test_a_caller_with_a_token_is_logged_by_its_subject(function: Function) -> None:
    """With the JWT authorizer the log names the token's subject, not the token."""
    asked = event("GET /bookings", "/bookings", query={"instance": "x"})
    asked["requestContext"]["authorizer"] = {"jwt": {"claims": {"sub": "alice", "jti": "5ecre7"}, "scopes": None}}
    function.send(asked)
    (line,) = function.log().splitlines()

    assert json.loads(line)["caller"] == "alice"
    assert "5ecre7" not in line


def stops(aws: Any) -> list[str]:
    """Return when the enabled stops fire."""
    scheduler = aws.client("scheduler")
    found = [scheduler.get_schedule(Name=name, GroupName=GROUP) for name in schedules(aws)]
    enabled = [one for one in found if one["State"] == "ENABLED"]
    return [one["ScheduleExpression"] for one in enabled if one["Target"]["Arn"].endswith("stopInstances")]


def paris(clock: str) -> str:
    """Return tomorrow's time in Paris as UTC, as answers and schedules say it."""
    local = datetime.fromisoformat(tomorrow(clock)).replace(tzinfo=ZoneInfo("Europe/Paris"))
    return local.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def test_two_bookings_that_overlap_are_one_window(function: Function, aws: Any) -> None:
    """15-18 by the article's body, 17-20 by ours: one stop, at 20:00, with the module's role and dead-letter queue."""
    one = instance(aws, Bookable="true")
    article = {"ec2_instances_id": one, "start_time": tomorrow("15:00"), "end_time": tomorrow("18:00")}
    status, answer = function.post(article)
    assert (status, answer["bookings"][0]["changed"]) == (201, True)
    status, answer = function.post(wish(one, "17:00", "20:00", name="bob"))
    assert status == 201

    (booking,) = answer["bookings"]
    window = {"start": f"{paris('15:00')}Z", "end": f"{paris('20:00')}Z"}
    assert (booking["id"], booking["name"], booking["windows"]) == (f"{one}.bob", "bob", [window])
    assert stops(aws) == [f"at({paris('20:00')})"]
    targets = [aws.client("scheduler").get_schedule(Name=name, GroupName=GROUP)["Target"] for name in schedules(aws)]
    assert {target["RoleArn"] for target in targets} == {ROLE}
    assert {target["DeadLetterConfig"]["Arn"] for target in targets} == {DEAD_LETTERS}


def test_booking_twice_is_booking_once(function: Function, aws: Any) -> None:
    """A retried request changes nothing and says so: 200."""
    body = wish(instance(aws, Bookable="yes"))
    assert function.post(body)[0] == 201
    before = schedules(aws)
    status, answer = function.post(body)

    assert (status, answer["bookings"][0]["changed"]) == (200, False)
    assert schedules(aws) == before


def test_cancelling_one_leaves_the_other(function: Function, aws: Any) -> None:
    """What is left is what the other booking alone would be; cancelling again cancels nothing."""
    one = instance(aws, Bookable="true")
    function.post(wish(one, "15:00", "18:00", name="alice"))
    function.post(wish(one, "17:00", "20:00", name="bob"))
    status, answer = function.delete(f"{one}.bob")

    assert (status, answer["cancelled"]) == (200, True)
    assert answer["windows"] == [{"start": f"{paris('15:00')}Z", "end": f"{paris('18:00')}Z"}]
    assert stops(aws) == [f"at({paris('18:00')})"]
    assert function.delete(f"{one}.bob")[1]["cancelled"] is False
    assert function.delete(f"{one}.alice")[1]["windows"] == []
    assert schedules(aws) == []


def test_a_booking_that_has_begun_starts_the_instance(function: Function, aws: Any) -> None:
    """It runs from now on, and only its stop is scheduled."""
    one = instance(aws, Bookable="true")
    aws.client("ec2").stop_instances(InstanceIds=[one])
    now = datetime.now(timezone.utc).replace(microsecond=0)
    begun = {"start_time": (now - timedelta(hours=1)).isoformat(), "end_time": (now + timedelta(hours=1)).isoformat()}
    status, answer = function.post({"instance_id": one, **begun})

    assert (status, answer["bookings"][0]["started"]) == (201, True)
    (reservation,) = aws.client("ec2").describe_instances(InstanceIds=[one])["Reservations"]
    assert reservation["Instances"][0]["State"]["Name"] == "running"
    assert [name for name in schedules(aws) if ".e.start." in name] == []
    assert len(stops(aws)) == 1


def test_a_weekly_booking(function: Function, aws: Any) -> None:
    """Days and local times become crons in the zone."""
    one = instance(aws, Bookable="true")
    weekly = {"days": ["mon", "fri"], "start": "08:00", "end": "18:00"}
    status, answer = function.post({"instance_id": one, "name": "office", "weekly": weekly})

    assert status == 201
    assert stops(aws) == ["cron(0 18 ? * MON,FRI *)"]
    (booking,) = answer["bookings"]
    assert (booking["weekly"], booking["timezone"]) == (weekly, "Europe/Paris")


def test_the_list_shows_what_may_be_booked(function: Function, aws: Any) -> None:
    """All instances with bookings, or one; of one that lost its tag the bookings can still be cancelled."""
    one, other, lost = (instance(aws, Bookable="true") for _again in range(3))
    for each in (one, other, lost):
        function.post(wish(each, name="alice"))
    aws.client("ec2").delete_tags(Resources=[lost], Tags=[{"Key": "Bookable"}])
    status, answer = function.get()

    assert status == 200
    assert [each["instance_id"] for each in answer["instances"]] == sorted([one, other, lost])
    warnings = {each["instance_id"]: str(each.get("warnings")) for each in answer["instances"]}
    assert "can't be booked any more" in warnings[lost]
    (listed,) = function.get(instance_id=one)[1]["instances"]
    assert [booking["id"] for booking in listed["bookings"]] == [f"{one}.alice"]
    assert listed["windows"] == [{"start": f"{paris('15:00')}Z", "end": f"{paris('18:00')}Z"}]
    assert function.post(wish(lost, name="more"))[0] == 404
    assert function.delete(f"{lost}.alice")[1]["cancelled"]


def test_a_booking_of_a_lost_instance_can_be_cancelled(function: Function, aws: Any) -> None:
    """An instance that was terminated leaves no booking that nobody can remove."""
    one = instance(aws, Bookable="true")
    function.post(wish(one, name="alice"))
    aws.client("ec2").terminate_instances(InstanceIds=[one])

    assert function.delete(f"{one}.alice")[0] == 200
    assert schedules(aws) == []


def test_several_at_once_and_one_fails(function: Function, aws: Any) -> None:
    """What AWS refuses for one instance is 502 with its name; the other is booked."""
    one, other = instance(aws, Bookable="true"), instance(aws, Bookable="true")
    aws.fault("scheduler:CreateSchedule", "ServiceQuotaExceededException")
    status, answer = function.post(wish([one, other]))

    assert status == 502
    (failed,) = [each for each in answer["bookings"] if "error" in each]
    (booked,) = [each for each in answer["bookings"] if "error" not in each]
    assert failed["error"] == "aws"
    assert {failed["instance_id"], booked["instance_id"]} == {one, other}
    assert "ServiceQuotaExceededException" in failed["message"]
    assert booked["changed"]
    assert booked["instance_id"] in {name.partition(".")[0] for name in schedules(aws)}


def test_what_aws_refuses_is_named(function: Function, aws: Any) -> None:
    """A policy that lacks an action is 502; the log names the action, and nothing is written."""
    aws.fault("ec2:DescribeInstances", "UnauthorizedOperation", times=-1)
    status, answer = function.post(wish(SOME_ID))

    assert (status, answer["error"]) == (502, "denied")
    assert schedules(aws) == []
    assert "ec2:DescribeInstances" in function.log()


def test_cancelling_may_stop_at_once(function: Function, aws: Any) -> None:
    """With on_cancel=stop_now a running booking ends in two minutes; its stop is scheduled before its old one goes."""
    one = instance(aws, Bookable="true")
    now = datetime.now(timezone.utc).replace(microsecond=0)
    begun = {"start_time": (now - timedelta(hours=1)).isoformat(), "end_time": (now + timedelta(hours=1)).isoformat()}
    function.post({"instance_id": one, "name": "alice", **begun})
    status, _answer = function.delete(f"{one}.alice", on_cancel="stop_now")
    (stop,) = stops(aws)

    assert status == 200
    assert now < datetime.fromisoformat(stop[3:-1]).replace(tzinfo=timezone.utc) <= now + timedelta(minutes=3)
