"""Each story over a network that fails at each of its calls in turn: the right outcome, or an honest error.

Never part of a result that is told as the whole, and a run after the fault does what the failed one did not.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.support import snapshots
from tests.support.aws import IMAGE
from tests.support.booking_api import ALICE, by, event
from tests.support.command_lines import CommandLines, Result
from tests.support.faulty_network import FAULTS, FaultyNetwork
from tests.support.in_process import InProcess
from tests.support.lambda_function import worker_function

ROLE = "arn:aws:iam::123456789012:role/tfbridge"
ADDRESSES = [f"10.0.0.{number}" for number in range(11, 24)]  # more than a page of names
OUTPUTS = {"MY_IP": ADDRESSES, "EFS_DNS_URL": "fs-1.efs.eu-central-1.amazonaws.com"}
SCHEDULER = {"EC2_SCHEDULER_ROLE_ARN": ROLE, "EC2_SCHEDULER_GROUP": "tfbridge"}
# Beyond a storm of throttling, and no longer than a test may take.
OPTIONS = {"region": "eu-central-1", "retry_budget": 8}
DAY = (datetime.now(timezone.utc) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def times(start: int, end: int) -> dict[str, str]:
    """Give times of tomorrow."""
    return {
        key: (DAY + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for key, hour in (("start_time", start), ("end_time", end))
    }


@dataclasses.dataclass(frozen=True)
class Done:
    """What a run came to: a value, or what it said when it failed."""

    value: Any = None
    error: str = ""
    warned: bool = False


def inventory(run: CommandLines, **options: Any) -> Done:
    """List the hosts of the outputs."""
    done = run.inventory({"plugin": "tfbridge.aws.ssm_outputs", **OPTIONS, **options})
    return Done(done.json) if done.rc == 0 and "WARNING" not in done.stderr else Done(error=done.said)


def played(run: CommandLines, expression: str) -> Done:
    """Evaluate an expression in a play."""
    task = {"ansible.builtin.debug": {"msg": "VALUE {{ " + expression + " | to_json }}"}}
    return shown_by(run.playbook([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))


def shown_by(done: Result) -> Done:
    """Return the value that a play has shown, or why it failed."""
    shown = re.search(r'"msg": ("VALUE .*")', done.stdout)
    return Done(json.loads(json.loads(shown.group(1)).removeprefix("VALUE "))) if shown else Done(error=done.said)


def module(on: Stage, name: str, /, *result: str, **options: Any) -> Done:
    """Run a module, and keep these parts of its result."""
    done = on.near.module(name, **OPTIONS, **options)
    if done.get("failed"):
        return Done(error=done["msg"])
    return Done({key: done[key] for key in result}, warned=UNREAD in json.dumps(done.get("warnings")))


def bookings(on: Stage, /, **options: Any) -> Done:
    """Change the bookings of the instance."""
    return module(on, "ec2_schedule", instance_ids=[on.instance], **options)


def asked(on: Stage) -> Done:
    """Book by the API, with a key: a client sends it again when it had no answer."""
    wished = {"instance_id": on.instance, **times(9, 12)}
    made = event("POST /provision", "/provision", body=json.dumps(wished), headers={"idempotency-key": "new"})
    status, body, logged = on.near.api(by(ALICE, made))
    assert status in (200, 201, 500, 502, 503), body
    if status >= 300:
        return Done(error=f"{body['message']} {logged}")
    return Done(body["bookings"][0]["id"], warned=UNREAD in json.dumps(body))


def tuned(on: Stage) -> Done:
    """Measure a function; an invocation isn't repeated, and so it may end with an error."""
    chosen = {"function": "worker", "memory_sizes": [256], "invocations": 5, "publish_to": "/prod/INPUT_MEMORY"}
    return module(on, "lambda_power_tuning", "chosen", "current", **chosen)


def compared(on: Stage) -> Done:
    """Compare a playbook with what is published."""
    on.run.write("ansible/site.yml", [{"hosts": "my_ip", "tasks": [{"debug": {"msg": "{{ efs_dns_url }}"}}]}])
    options = {"published": dict(OPTIONS), "playbooks": [str(on.run.folder / "ansible")], "fail_on": []}
    task = {"tfbridge.aws.output_contract": options, "register": "found"}
    shown = {"ansible.builtin.debug": {"msg": "VALUE {{ found.outputs | to_json }}"}}
    return shown_by(on.run.playbook([{"hosts": "localhost", "gather_facts": False, "tasks": [task, shown]}]))


@dataclasses.dataclass(frozen=True)
class Story:
    """What is there before, what is run, and what is there afterwards."""

    run: Callable[[Stage], Done]
    booked: tuple[str, ...] = ()
    writes: bool = False
    # Why it may end with an error where another attempt would cure it.
    may_fail: str = ""


# The warning that all is written, and that the state of an instance could not be read afterwards.
UNREAD = "could not be read again"
LOOKUP = "lookup('tfbridge.aws.{}', {}, region='eu-central-1', retry_budget=8)"
STORIES = {
    "inventory": Story(lambda on: inventory(on.run)),
    "inventory of a snapshot": Story(lambda on: inventory(on.run, prefix="SNAP_", source="snapshot")),
    "lookup": Story(lambda on: played(on.run, LOOKUP.format("ssm_output", "'MY_IP', 'EFS_DNS_URL'"))),
    "info": Story(lambda on: module(on, "ssm_outputs_info", "outputs")),
    "contract": Story(compared),
    "inputs": Story(
        lambda on: module(
            on, "ssm_inputs", path="/prod", inputs=[{"name": name, "value": name} for name in ("a", "b")]
        ),
        writes=True,
    ),
    "book": Story(
        lambda on: bookings(on, bookings=[{"name": "new", **times(9, 12)}, {"name": "day", **times(8, 20)}]),
        booked=("day", "night"),
        writes=True,
    ),
    "cancel": Story(lambda on: bookings(on, name="day", state="absent"), booked=("day", "night"), writes=True),
    "calendar": Story(
        lambda on: module(
            on,
            "ec2_schedule",
            purge_prefix="cal.0a1b2c3d.",
            purge_limit=100,
            bookings=[{"name": "cal.0a1b2c3d.a", "instance_ids": [on.instance], **times(9, 12)}],
        ),
        booked=("cal.0a1b2c3d.gone", "day"),
        writes=True,
    ),
    "booking API": Story(asked, booked=("day",), writes=True, may_fail="it has to answer in time"),
    "bookings": Story(
        lambda on: module(on, "ec2_schedule_info", "instances", instance_ids=[on.instance]), booked=("day",)
    ),
    "lookup of bookings": Story(
        lambda on: played(on.run, LOOKUP.format("ec2_schedule", repr(on.instance))), booked=("day", "night")
    ),
    "tuning": Story(tuned, writes=True, may_fail="no invocation is repeated"),
    "EFS": Story(lambda on: module(on, "efs_discover", "file_systems", tags={"Name": "shared"})),
}
HOURS = {"day": (8, 18), "night": (17, 23), "cal.0a1b2c3d.gone": (20, 22)}
# Of a longer story, so many calls are failed.
MOST_CALLS = 14


@pytest.fixture
def network(aws):
    """A network in front of the strict AWS."""
    made = FaultyNetwork(aws.url)
    yield made
    made.stop()


class Stage:
    """A story on an AWS that is as it was before each time."""

    def __init__(self, story, aws, run, network, near):
        self.story, self.aws, self.network = story, aws, network
        self.run, self.near = run, near
        self.run.env["AWS_ENDPOINT_URL"] = network.url
        self.instance = ""

    def act(self, faults=None, *, anew=True):
        """Run the story, and give what it came to, with ids and times left out."""
        if anew:
            self._prepare()
        self.network.plan(faults or {})
        done = self.story.run(self)
        return dataclasses.replace(done, value=self._plain(done.value))

    def _prepare(self):
        self.aws.reset()
        self.aws.publish({**OUTPUTS, **SCHEDULER})
        strings = {name: text for name, text in OUTPUTS.items() if isinstance(text, str)}
        document = snapshots.document(strings, {"MY_IP": ADDRESSES})
        self.aws.publish_slices(snapshots.encode(document, 3), "SNAP_")
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Bookable", "Value": "true"}]}]
        made = self.aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, TagSpecifications=tags)
        self.instance = made["Instances"][0]["InstanceId"]
        efs = self.aws.client("efs")
        shared = efs.create_file_system(CreationToken="a", Tags=[{"Key": "Name", "Value": "shared"}])
        subnet = min(self.aws.client("ec2").describe_subnets()["Subnets"], key=lambda one: one["CidrBlock"])
        address = subnet["CidrBlock"].replace(".0/", ".10/").partition("/")[0]
        efs.create_mount_target(FileSystemId=shared["FileSystemId"], SubnetId=subnet["SubnetId"], IpAddress=address)
        if self.story is STORIES["tuning"]:
            worker_function(self.aws)
        self.network.plan({})
        for name in self.story.booked:
            assert not bookings(self, name=name, **times(*HOURS[name])).error

    def _plain(self, value):
        """Leave out what differs from run to run: the id, when something was written, the ends of names."""
        text = re.sub(
            r"\b(fs|fsmt|subnet|vpc)-[0-9a-f]+", r"\1-ID", json.dumps(value).replace(self.instance, "INSTANCE")
        )
        text = re.sub(r"\b20[0-9]{2}-[0-9:T-]+\.[0-9]+Z?", "WRITTEN", text)
        return json.loads(re.sub(r"(INSTANCE\.[er]\.[^\"]+)\.[0-9a-f]{6}\b", r"\1.RANDOM", text))

    def state(self):
        """Return all that a story may write: schedules, inputs, and a function with its versions."""
        return [self._schedules(), self._inputs(), self._function()]

    def _inputs(self):
        return sorted(
            (one["Name"], one["Value"])
            for one in self.aws.client("ssm").get_parameters_by_path(Path="/", Recursive=True)["Parameters"]
            if "INPUT_" in one["Name"] or "tuning" in one["Name"]
        )

    def _function(self):
        if self.story is not STORIES["tuning"]:
            return None
        client = self.aws.client("lambda")
        found = client.get_function_configuration(FunctionName="worker")
        versions = client.list_versions_by_function(FunctionName="worker")["Versions"]
        return found["MemorySize"], found["Description"], [one["Version"] for one in versions]

    def _schedules(self):
        scheduler = self.aws.client("scheduler")
        names = [item["Name"] for item in scheduler.list_schedules(GroupName="tfbridge")["Schedules"]]
        found = [scheduler.get_schedule(GroupName="tfbridge", Name=name) for name in names]
        kept = ("Name", "ScheduleExpression", "State", "Target", "StartDate", "EndDate")
        return self._plain(sorted(({key: str(item.get(key)) for key in kept} for item in found), key=repr))


@pytest.fixture
def stage(request, aws, run, network, monkeypatch):
    """The story of the test's name."""
    near = InProcess(monkeypatch, {**aws.env, "AWS_ENDPOINT_URL": network.url})
    return Stage(STORIES[request.param], aws, run, network, near)


def spread(count):
    """Return which of so many calls are failed: all, or some from the first to the last."""
    steps = min(count, MOST_CALLS) - 1
    return sorted({round(step * (count - 1) / steps) for step in range(steps + 1)}) if steps else [0]


def check(stage, fault, calls):
    """Fail at each of these calls in turn."""
    healthy = stage.act()
    count = stage.network.calls
    assert not healthy.error
    expected = stage.state() if stage.story.writes else None
    seen = []
    for call in [range(count)[which] for which in calls] if calls else spread(count):
        done = stage.act({call: fault})
        seen.append("error" if done.error else "warned" if done.warned else "right")
        if done.error:
            named = re.search(r"[a-z0-9]+:[A-Z][A-Za-z]+", done.error)
            assert named or "Nothing was done" in done.error, f"no call is named: {done.error}"
            assert "Traceback" not in done.error, done.error
        else:
            assert healthy.value == done.value, f"{fault} at call {call}"
        again = run_again(stage)
        assert not again.error, f"{fault} at call {call}, run again: {again.error}"
        if stage.story.writes:
            assert expected == stage.state(), f"{fault} at call {call}"
        else:
            assert healthy.value == again.value, f"{fault} at call {call}"
    return seen


def run_again(stage):
    """Do what the message says, where the last call of a tuning was refused and its lease is still there."""
    again = stage.act(anew=False)
    if "'state: restored'" not in again.error:
        return again
    assert not module(stage, "lambda_power_tuning", function="worker", state="restored").error
    return stage.act(anew=False)


@pytest.mark.parametrize(
    ("stage", "fault"),
    [("inventory", "cut"), ("lookup", "reset_after"), ("book", "reset_after"), ("bookings", "cut")],
    indirect=["stage"],
)
def test_what_was_lost_on_the_way_is_neither_lost_nor_invented(stage, fault):
    """At the last call: a reader has all the rest, and a writer doesn't know whether it was done."""
    assert check(stage, fault, [-1]) == ["right"]


@pytest.mark.full
@pytest.mark.waits
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stage", STORIES, indirect=True)
def test_a_fault_at_any_call(stage, fault):
    """Whatever a second attempt can cure is cured; a wrong clock is not, and is told."""
    seen = set(check(stage, fault, None))
    if fault == "skewed":
        # What is read once all is written can only be warned of.
        assert {"error"} <= seen <= {"error", "warned"}
    else:
        assert {"right"} <= seen <= {"right", *(["error"] if stage.story.may_fail else [])}
