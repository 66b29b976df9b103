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
from tests.support.command_lines import CommandLines
from tests.support.faulty_network import FAULTS, FaultyNetwork

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


def inventory(run: CommandLines, **options: Any) -> Done:
    """List the hosts of the outputs."""
    done = run.inventory({"plugin": "tfbridge.aws.ssm_outputs", **OPTIONS, **options})
    return Done(done.json) if done.rc == 0 and "WARNING" not in done.stderr else Done(error=done.said)


def played(run: CommandLines, expression: str) -> Done:
    """Evaluate an expression in a play."""
    task = {"ansible.builtin.debug": {"msg": "VALUE {{ " + expression + " | to_json }}"}}
    done = run.playbook([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
    shown = re.search(r'"msg": ("VALUE .*")', done.stdout)
    return Done(json.loads(json.loads(shown.group(1)).removeprefix("VALUE "))) if shown else Done(error=done.said)


def module(run: CommandLines, name: str, /, *result: str, **options: Any) -> Done:
    """Run a module, and keep these parts of its result."""
    done = run.module(name, **OPTIONS, **options)
    return Done(error=done["msg"]) if done.get("failed") else Done({key: done[key] for key in result})


@dataclasses.dataclass(frozen=True)
class Story:
    """What is there before, what is run, and what is there afterwards."""

    run: Callable[[CommandLines, str], Done]
    booked: tuple[str, ...] = ()
    writes: bool = False


def bookings(run: CommandLines, instance: str, /, **options: Any) -> Done:
    """Change the bookings of the instance."""
    return module(run, "ec2_schedule", instance_ids=[instance], **options)


LOOKUP = "lookup('tfbridge.aws.{}', {}, region='eu-central-1', retry_budget=8)"
STORIES = {
    "inventory": Story(lambda run, _: inventory(run)),
    "inventory of a snapshot": Story(lambda run, _: inventory(run, prefix="SNAP_", source="snapshot")),
    "lookup": Story(lambda run, _: played(run, LOOKUP.format("ssm_output", "'MY_IP', 'EFS_DNS_URL'"))),
    "info": Story(lambda run, _: module(run, "ssm_outputs_info", "outputs")),
    "book": Story(
        lambda run, instance: bookings(
            run, instance, bookings=[{"name": "new", **times(9, 12)}, {"name": "day", **times(8, 20)}]
        ),
        booked=("day", "night"),
        writes=True,
    ),
    "cancel": Story(
        lambda run, instance: bookings(run, instance, name="day", state="absent"), booked=("day", "night"), writes=True
    ),
    "bookings": Story(
        lambda run, instance: module(run, "ec2_schedule_info", "instances", instance_ids=[instance]), booked=("day",)
    ),
    "lookup of bookings": Story(
        lambda run, instance: played(run, LOOKUP.format("ec2_schedule", repr(instance))), booked=("day", "night")
    ),
}
HOURS = {"day": (8, 18), "night": (17, 23)}


@pytest.fixture
def network(aws):
    """A network in front of the strict AWS."""
    made = FaultyNetwork(aws.url)
    yield made
    made.stop()


class Stage:
    """A story on an AWS that is as it was before each time."""

    def __init__(self, story, aws, run, network):
        self.story, self.aws, self.network = story, aws, network
        self.run = run
        self.run.env["AWS_ENDPOINT_URL"] = network.url
        self.instance = ""

    def act(self, faults=None, *, anew=True):
        """Run the story, and give what it came to, with ids and times left out."""
        if anew:
            self._prepare()
        self.network.plan(faults or {})
        done = self.story.run(self.run, self.instance)
        return dataclasses.replace(done, value=self._plain(done.value))

    def _prepare(self):
        self.aws.reset()
        self.aws.publish({**OUTPUTS, **SCHEDULER})
        strings = {name: text for name, text in OUTPUTS.items() if isinstance(text, str)}
        document = snapshots.document(strings, {"MY_IP": ADDRESSES})
        self.aws.publish_slices(snapshots.encode(document, 3), "SNAP_")
        made = self.aws.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"]
        self.instance = made[0]["InstanceId"]
        self.network.plan({})
        for name in self.story.booked:
            assert not bookings(self.run, self.instance, name=name, **times(*HOURS[name])).error

    def _plain(self, value):
        """Leave out what differs from run to run: the id, when something was written, the ends of names."""
        text = json.dumps(value).replace(self.instance, "INSTANCE")
        text = re.sub(r"\b20[0-9]{2}-[0-9:T-]+\.[0-9]+Z?", "WRITTEN", text)
        return json.loads(re.sub(r"(INSTANCE\.[er]\.[^\"]+)\.[0-9a-f]{6}\b", r"\1.RANDOM", text))

    def state(self):
        """Give all schedules: what fires when, and what is recorded."""
        scheduler = self.aws.client("scheduler")
        names = [item["Name"] for item in scheduler.list_schedules(GroupName="tfbridge")["Schedules"]]
        found = [scheduler.get_schedule(GroupName="tfbridge", Name=name) for name in names]
        kept = ("Name", "ScheduleExpression", "State", "Target", "StartDate", "EndDate")
        return self._plain(sorted(({key: str(item.get(key)) for key in kept} for item in found), key=repr))


@pytest.fixture
def stage(request, aws, run, network):
    """The story of the test's name."""
    return Stage(STORIES[request.param], aws, run, network)


def check(stage, fault, calls):
    """Fail at each of these calls in turn."""
    healthy = stage.act()
    count = stage.network.calls
    assert not healthy.error
    expected = stage.state() if stage.story.writes else None
    seen = []
    for call in [range(count)[which] for which in calls] if calls else range(count):
        done = stage.act({call: fault})
        seen.append("error" if done.error else "right")
        if done.error:
            assert re.search(r"[a-z0-9]+:[A-Z][A-Za-z]+", done.error), f"no call is named: {done.error}"
            assert "Traceback" not in done.error, done.error
        else:
            assert healthy.value == done.value, f"{fault} at call {call}"
        again = stage.act(anew=False)
        assert not again.error, f"{fault} at call {call}, run again: {again.error}"
        if stage.story.writes:
            assert expected == stage.state(), f"{fault} at call {call}"
        else:
            assert healthy.value == again.value, f"{fault} at call {call}"
    return seen


@pytest.mark.parametrize(
    ("stage", "fault"),
    [("inventory", "cut"), ("lookup", "reset_after"), ("book", "reset_after"), ("bookings", "cut")],
    indirect=["stage"],
)
def test_what_was_lost_on_the_way_is_neither_lost_nor_invented(stage, fault):
    """At the last call: a reader has all the rest, and a writer doesn't know whether it was done."""
    assert check(stage, fault, [-1]) == ["right"]


@pytest.mark.full
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stage", STORIES, indirect=True)
def test_a_fault_at_any_call(stage, fault):
    """Whatever a second attempt can cure is cured; a wrong clock is not, and is told."""
    assert set(check(stage, fault, None)) == ({"error"} if fault == "skewed" else {"right"})
