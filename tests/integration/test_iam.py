# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/iam.yml has the least rights of each feature: it works with exactly these, and without one it names that one."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import _has_high_throughput

from scripts import iam
from tests.conftest import ROOT
from tests.support import ics, snapshots
from tests.support.aws import IMAGE, Aws
from tests.support.booking_api import ALICE, ROLE, by, event
from tests.support.command_lines import CommandLines
from tests.support.in_process import InProcess
from tests.support.lambda_function import worker_function

FEATURES = iam.features()
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:tfbridge-ec2-dead-letters"
REGION = {"region": "eu-central-1", "retry_budget": 5}
OUTPUTS = {"MY_IP": ["10.0.0.1", "10.0.0.2"], "EFS_DNS_URL": "fs-1.efs.eu-central-1.amazonaws.com"}
STACK = {"EC2_SCHEDULER_ROLE_ARN": ROLE, "EC2_SCHEDULER_GROUP": "tfbridge", "EC2_SCHEDULER_DLQ_ARN": QUEUE}
NOW = datetime.now(timezone.utc).replace(microsecond=0)


@dataclasses.dataclass
class Stage:
    """What a story is played on, with an instance that is stopped."""

    aws: Aws
    run: CommandLines
    near: InProcess
    instance: str = ""

    def module(self, name: str, /, **options: Any) -> str:
        """Run a module, and return how it fails, if it does."""
        result = self.near.module(name, **REGION, **options)
        return str(result["msg"]) if result.get("failed") else ""

    def book(self, **options: Any) -> str:
        """Change bookings of the instance."""
        return self.module("ec2_schedule", instance_ids=[self.instance], **options)

    def inventory(self, **options: Any) -> str:
        """List an inventory."""
        done = self.run.inventory({"regions": ["eu-central-1"], "retry_budget": 5, **options})
        return "" if done.rc == 0 and "WARNING" not in done.stderr else done.said

    def play(self, *tasks: dict[str, Any], inventory: Any = None, hosts: str = "localhost") -> str:
        """Run tasks."""
        here = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "ansible_connection": "local"}
        plays = [{"hosts": hosts, "gather_facts": False, "vars": here, "tasks": list(tasks)}]
        done = self.run.playbook(plays, inventory=inventory)
        return "" if done.rc == 0 else done.said

    def shown(self, lookup: str, terms: str, **options: Any) -> str:
        """Show what a lookup returns."""
        given = ", ".join(f"{name}={value!r}" for name, value in {**REGION, **options}.items())
        return self.play(debug(f"{{{{ lookup('tfbridge.aws.{lookup}', {terms}, {given}) }}}}"))


def debug(message: str) -> dict[str, Any]:
    """Return a task that shows a message."""
    return {"ansible.builtin.debug": {"msg": message}}


def first_error(*steps: Callable[[], str]) -> str:
    """Run steps until one fails, and return how."""
    return next((error for step in steps if (error := step())), "")


def times(start: float, end: float) -> dict[str, str]:
    """Return times so many hours from now."""
    return {
        name: f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
        for name, hours in (("start_time", start), ("end_time", end))
    }


@dataclasses.dataclass(frozen=True)
class Story:
    """What somebody does; which features it is, and which of their conditional statements it needs."""

    act: Callable[[Stage], str]
    features: tuple[str, ...]
    needs: tuple[str, ...] = ()
    prepare: Callable[[Stage], Any] = lambda _stage: None

    def statements(self) -> list[iam.Statement]:
        """Return the statements without which it fails."""
        found = [one for feature in self.features for one in FEATURES[feature].statements]
        return [one for one in found if not one.without and (not one.when or one.sid in self.needs)]


def _outputs(stage: Stage) -> None:
    stage.aws.publish(OUTPUTS)
    stage.aws.publish(OUTPUTS, "/prod/web/")
    strings = {"EFS_DNS_URL": OUTPUTS["EFS_DNS_URL"]}
    document = snapshots.document(strings, {"MY_IP": OUTPUTS["MY_IP"]})
    stage.aws.publish_slices(snapshots.encode(document, 2))
    stage.aws.client("ssm").put_parameter(Name="OUTPUT_PASSWORD", Value="geheim", Type="SecureString", KeyId=KEY)


def _ids(stage: Stage) -> None:
    stage.aws.publish({"WORKER_IDS": [stage.instance]})


def _stack(stage: Stage) -> None:
    stage.aws.publish(STACK)
    stage.aws.client("sqs").create_queue(QueueName="tfbridge-ec2-dead-letters")


def _group(stage: Stage) -> None:
    _stack(stage)
    stage.aws.client("scheduler").create_schedule_group(Name="tfbridge")


def _booked(stage: Stage) -> None:
    _group(stage)
    assert not stage.book(name="day", **times(24, 30))


def _input(stage: Stage) -> None:
    assert not stage.module("ssm_inputs", path="/prod/web", inputs=[{"name": "a", "value": "1"}])


def _file_system(stage: Stage) -> None:
    made = stage.aws.client("efs").create_file_system(CreationToken="a", Tags=[{"Key": "Name", "Value": "shared"}])
    subnet = stage.aws.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    stage.aws.client("efs").create_mount_target(FileSystemId=made["FileSystemId"], SubnetId=subnet)


def _function(stage: Stage) -> None:
    worker_function(stage.aws)
    s3 = stage.aws.client("s3")
    s3.create_bucket(Bucket="payloads", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="payloads", Key="worker.json", Body=b"{}")


def _tune(stage: Stage, **options: Any) -> str:
    return stage.module("lambda_power_tuning", function="worker", memory_sizes=[256], invocations=5, **options)


def _api(stage: Stage) -> str:
    """Book from now on, change it and cancel it; what is missing is in the function's log, and in no answer."""

    def send(made: dict[str, Any]) -> tuple[str, Any]:
        status, body, logged = stage.near.api(by(ALICE, made))
        assert "IAM action" not in json.dumps(body)
        return (logged if status >= 300 else ""), body

    wished = {"instance_id": stage.instance, **times(-1, 2)}
    error, body = send(event("POST /provision", "/provision", body=json.dumps(wished)))
    if error:
        return error
    one = {"id": body["bookings"][0]["id"]}
    later = json.dumps({"end_time": times(0, 3)["end_time"]})
    return first_error(
        lambda: send(event("PATCH /bookings/{id}", "/bookings/x", parameters=one, body=later))[0],
        lambda: send(event("GET /bookings", "/bookings"))[0],
        lambda: send(event("DELETE /bookings/{id}", "/bookings/x", parameters=one))[0],
    )


def _book_and_cancel(stage: Stage) -> str:
    return first_error(
        lambda: stage.book(name="day", **times(24, 30)),
        lambda: stage.book(name="longer", **times(26, 34)),
        lambda: stage.book(name="day", state="absent"),
    )


def _read_calendar(stage: Stage, rule: dict[str, Any]) -> str:
    start = NOW + timedelta(days=2)
    body = ics.calendar(
        ics.event("load test", f"{start:%Y%m%dT%H%M%SZ}", f"{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}")
    )
    (stage.run.folder / "calendar.ics").write_bytes(body)
    path = str(stage.run.folder / "calendar.ics")
    return stage.shown("ical_bookings", repr(path), timezone="UTC", events=[{"summary": "*", **rule}])


def _contract(**published: Any) -> Callable[[Stage], str]:
    options = {"published": {**REGION, **published}, "playbooks": ["."], "fail_on": []}
    return lambda stage: stage.play({"tfbridge.aws.output_contract": options})


PLAYED = {"regions": ["eu-central-1"], "secure_strings": "decrypt", "hosts": [{"output": "MY_IP"}]}
STORIES = {
    "inventory": Story(lambda on: on.inventory(), ("inventory",), (), _outputs),
    "inventory of instances": Story(
        lambda on: on.inventory(hosts=[{"output": "WORKER_IDS", "address": "private_ip"}]),
        ("inventory",),
        ("FindInstances",),
        _ids,
    ),
    "secrets in a play": Story(
        lambda on: on.play(debug("{{ password }}"), inventory=PLAYED, hosts="10.0.0.1"),
        ("inventory",),
        ("DecryptSecrets",),
        _outputs,
    ),
    "inventory with a role": Story(
        lambda on: on.inventory(assume_role_arn="arn:aws:iam::123456789012:role/reader"),
        ("inventory", "assume_role"),
        (),
        _outputs,
    ),
    "info": Story(lambda on: on.module("ssm_outputs_info"), ("inventory",), (), _outputs),
    "contract": Story(_contract(), ("inventory",), (), _outputs),
    "inventory by path": Story(lambda on: on.inventory(prefix="/prod/web/"), ("inventory_by_path",), (), _outputs),
    "info by path": Story(
        lambda on: on.module("ssm_outputs_info", prefix="/prod/web/"), ("inventory_by_path",), (), _outputs
    ),
    "contract by path": Story(_contract(prefix="/prod/web/"), ("inventory_by_path",), (), _outputs),
    "inventory of a snapshot": Story(
        lambda on: on.inventory(source="snapshot"), ("inventory_by_snapshot",), (), _outputs
    ),
    "info of a snapshot": Story(
        lambda on: on.module("ssm_outputs_info", source="snapshot"), ("inventory_by_snapshot",), (), _outputs
    ),
    "contract of a snapshot": Story(_contract(source="snapshot"), ("inventory_by_snapshot",), (), _outputs),
    "lookup": Story(lambda on: on.shown("ssm_output", "'EFS_DNS_URL'"), ("lookup",), (), _outputs),
    "lookup of a secret": Story(
        lambda on: on.shown("ssm_output", "'EFS_DNS_URL'", decrypt=True),
        ("lookup",),
        ("DecryptSecrets",),
        lambda on: on.aws.client("ssm").put_parameter(
            Name="OUTPUT_EFS_DNS_URL", Value="geheim", Type="SecureString", KeyId=KEY
        ),
    ),
    "inputs": Story(
        lambda on: on.module("ssm_inputs", path="/prod/web", inputs=[{"name": "a", "value": "2"}]),
        ("inputs",),
        ("PublishInputs",),
    ),
    "inputs that change": Story(
        lambda on: on.module("ssm_inputs", path="/prod/web", inputs=[{"name": "a", "value": "2"}]),
        ("inputs",),
        ("PublishInputs", "KeepTheHistory"),
        _input,
    ),
    "inputs that go": Story(
        lambda on: on.module("ssm_inputs", path="/prod/web", state="absent", inputs=[{"name": "a"}]),
        ("inputs",),
        ("DeleteInputs",),
        _input,
    ),
    "secret inputs": Story(
        lambda on: first_error(
            *(
                lambda value=value: on.module(
                    "ssm_inputs", path="/prod/web", kms_key_id=KEY, secrets=[{"name": "token", "value": value}]
                )
                for value in ("first", "second")
            )
        ),
        ("inputs",),
        ("PublishInputs", "KeepTheHistory", "EncryptSecrets"),
    ),
    "bookings made and cancelled": Story(_book_and_cancel, ("booking",), ("FindTheStack", "ReplaceSchedules"), _group),
    "a booking in a new group": Story(
        lambda on: on.book(name="day", create_group=True, schedule_group="tfbridge", role_arn=ROLE, **times(24, 30)),
        ("booking",),
        ("MakeTheGroup",),
    ),
    "a booking that has begun": Story(
        lambda on: on.book(name="now", **times(-1, 2)), ("booking",), ("FindTheStack", "StartWhatIsBooked"), _group
    ),
    "a booking under a key": Story(
        lambda on: on.book(name="day", kms_key_arn=KEY, **times(24, 30)),
        ("booking",),
        ("FindTheStack", "EncryptSchedules"),
        _group,
    ),
    "bookings": Story(lambda on: on.module("ec2_schedule_info", schedule_group="tfbridge"), ("bookings",), (), _booked),
    "bookings of a stack": Story(
        lambda on: on.module("ec2_schedule_info", dead_letters=True),
        ("bookings",),
        ("FindTheStack", "PeekIntoTheDeadLetters"),
        lambda on: (
            _booked(on),
            on.aws.client("sqs").send_message(
                QueueUrl=on.aws.client("sqs").get_queue_url(QueueName=QUEUE.rsplit(":", 1)[-1])["QueueUrl"],
                MessageBody="{}",
            ),
        ),
    ),
    "lookup of bookings": Story(
        lambda on: on.shown("ec2_schedule", repr(on.instance)), ("bookings",), ("FindTheStack",), _booked
    ),
    "calendar of bookings": Story(
        lambda on: on.module("ec2_schedule_calendar", dest=str(on.run.folder / "out.ics")),
        ("bookings",),
        ("FindTheStack",),
        _booked,
    ),
    "a calendar and tags": Story(
        lambda on: _read_calendar(on, {"tags": {"Bookable": "true"}}), ("calendar",), ("FindInstances",), _group
    ),
    "a calendar and outputs": Story(
        lambda on: _read_calendar(on, {"output": "WORKER_IDS"}), ("calendar",), ("ReadOutputs",), _ids
    ),
    "booking API": Story(_api, ("booking_api",), (), _group),
    "tuning": Story(_tune, ("tuning",), (), _function),
    "tuning that publishes": Story(
        lambda on: _tune(on, publish_to="/prod/web/INPUT_WORKER_MEMORY", payload_s3="s3://payloads/worker.json"),
        ("tuning",),
        ("PublishTheSize", "ReadThePayload"),
        _function,
    ),
    "EFS": Story(lambda on: on.module("efs_discover", tags={"Name": "shared"}), ("efs_discovery",), (), _file_system),
}
# Played in this process, and so within milliseconds.
QUICK = ("inputs", "EFS")


def policy_of(statements: list[iam.Statement], without: str = "") -> dict[str, Any]:
    """Return the policy of statements, less one action of all of them."""
    found = [copy.deepcopy(one.as_policy()) for one in statements]
    for one in found:
        one["Action"] = [action for action in one["Action"] if action != without]
    return {"Version": "2012-10-17", "Statement": found}


@pytest.fixture
def stage(aws, run, monkeypatch):
    """AWS, and what is run against it."""
    return Stage(aws, run, InProcess(monkeypatch, aws.env))


def play(stage: Stage, story: Story, policy: dict[str, Any]) -> str:
    """Play a story from its beginning with these rights, and return how it fails, if it does."""
    stage.aws.reset()
    ec2 = stage.aws.client("ec2")
    made = ec2.run_instances(
        ImageId=IMAGE, MinCount=1, MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Bookable", "Value": "true"}]}],
    )["Instances"]  # fmt: skip
    stage.instance = made[0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[stage.instance])
    story.prepare(stage)
    stage.aws.app.settings.policy = policy
    return story.act(stage)


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.full) for name in STORIES]
)
def test_each_action_is_needed_and_no_other(stage, name):
    """With all of them it works; without one of them an error names that one."""
    story = STORIES[name]
    statements = story.statements()
    assert "" == play(stage, story, policy_of(statements))
    for action in sorted({action for statement in statements for action in statement.actions}):
        error = play(stage, story, policy_of(statements, action))
        assert re.search(rf"needs the IAM action {action}\b", error), f"without {action}: {error or 'it works'}"


def test_each_statement_is_in_a_story():
    """Nothing is allowed on the page that no test needs."""
    needed = {
        (feature, one.sid)
        for story in STORIES.values()
        for feature in story.features
        for one in story.statements()
        if one in FEATURES[feature].statements
    }
    written = {(one.id, each.sid) for one in FEATURES.values() for each in one.statements if not each.without}

    assert written == needed


@pytest.mark.full
def test_what_may_be_left_out(stage):
    """A lookup fails for the same reason, and reading goes on at the usual pace."""
    story = dataclasses.replace(STORIES["lookup"], act=lambda on: on.shown("ssm_output", "'EFS_DNS_URI'"))
    statements = story.statements()
    refused = play(stage, story, policy_of([dataclasses.replace(statements[0], resources=("parameter/*",))]))
    assert "there is no parameter OUTPUT_EFS_DNS_URI and no OUTPUT_EFS_DNS_URI_0" in refused
    assert "IAM" not in refused

    assert not _has_high_throughput(stage.aws.client("ssm"))
    assert 1 == stage.aws.calls()["ssm:GetServiceSetting"]


def test_the_page_is_the_tables():
    """`python -m scripts.iam` writes it."""
    assert iam.page() == (ROOT / "docs" / "iam.md").read_text()


def noted(plugin: str) -> set[str]:
    """Return the actions in the note on IAM of a plugin's documentation."""
    source = (ROOT / "plugins" / f"{plugin}.py").read_text()
    documentation = yaml.safe_load(re.search(r'DOCUMENTATION = r"""(.*?)"""', source, re.DOTALL)[1])
    (note,) = [one for one in documentation["notes"] if one.startswith("IAM")]
    return set(re.findall(r"C\(([a-z0-9]+:[A-Z]\w+)\)", note))


STATEMENTS = [one for feature in FEATURES.values() for one in feature.statements]


@pytest.mark.parametrize("plugin", sorted({name for one in STATEMENTS for name in one.documented}))
def test_documentation_names_the_same(plugin):
    """The note on IAM of each plugin has the actions of its features, and no other."""
    assert noted(plugin) == {action for one in STATEMENTS if plugin in one.documented for action in one.actions}


def test_terraform_writes_the_same_policies():
    """The actions of the modules' policies are those of the features that they are for."""
    folder = ROOT / "terraform" / "modules" / "ec2_scheduler"
    pattern = r'"((?:scheduler|ec2|iam|ssm|sqs):\w+)"(?! =)'
    mine = set(re.findall(pattern, (folder / "booking_policy.tf").read_text()))
    booked = {action for name in ("booking", "bookings") for one in FEATURES[name].statements for action in one.actions}
    assert booked - mine == {"scheduler:CreateScheduleGroup", "kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"}
    assert mine <= booked

    function = (folder / "api.tf").read_text()
    used = set(re.findall(pattern, function))
    assert used == {action for one in FEATURES["booking_api"].statements for action in one.actions}
