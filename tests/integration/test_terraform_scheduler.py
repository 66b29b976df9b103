"""The ec2_scheduler module, applied: what it makes is what the Ansible module needs, and the API has its zip."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from scripts import terraform_provider
from tests.support.aws import IMAGE
from tests.support.terraform import Terraform

KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EXAMPLE = {"ami": IMAGE, "create_api": True}

CALL = """
provider "aws" {
  region = "eu-central-1"
}
module "scheduler" {
  source = "../../modules/ec2_scheduler"
}
"""
# How release 0.1.0 published, in place of published.tf.
RELEASE_0_1 = """
module "published" {
  source = "../ssm_outputs"
  count  = var.publish ? 1 : 0
  prefix = var.output_prefix
  tags   = var.tags
  strings = merge(
    {
      EC2_SCHEDULER_ROLE_ARN = aws_iam_role.execution.arn
      EC2_SCHEDULER_GROUP    = aws_scheduler_schedule_group.this.name
      EC2_SCHEDULER_DLQ_ARN  = aws_sqs_queue.dead_letters.arn
    },
    var.api == null ? {} : { EC2_SCHEDULER_API_URL = local.api_url },
  )
}
"""


@pytest.fixture
def terraform(tmp_path, aws, newest_provider):
    """Genuine Terraform with a provider that knows Scheduler, which 3.x doesn't."""
    return Terraform(tmp_path / "terraform", newest_provider, aws.env)


@pytest.fixture
def applied(terraform):
    """The example with its API."""
    # The zip's builder looks for the collection's files where they are in the collection.
    (terraform.root.parent / "plugins").symlink_to(terraform_provider.ROOT / "plugins")
    builder = terraform.root / "modules" / "ec2_scheduler" / "build_lambda.py"
    subprocess.run([sys.executable, builder], check=True, capture_output=True)
    with terraform.provider_reads("scheduler"):
        configuration = terraform.configuration("scheduler")
        example = configuration.folder / "main.tf"
        text = example.read_text()
        assert "  instance_tag = {" in text
        example.write_text(text.replace("  instance_tag = {", f'  schedule_kms_key_arn = "{KEY}"\n  instance_tag = {{'))
        configuration.apply(**EXAMPLE)
        yield configuration


def test_what_is_made_is_what_booking_needs(aws, run, applied):
    """A second plan is empty; the role is found by the Ansible module, which books the example's instance."""
    the_api_is_authorised_and_has_its_function(aws)
    assert not applied.changes(**EXAMPLE)
    shown = json.loads(applied.run("output", "-json").stdout)
    instance_id = shown["instance_id"]["value"]

    aws.forget_calls()
    start = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    end = (datetime.now(timezone.utc) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    times = ["-e", f"start_time={start}", "-e", f"end_time={end}"]
    booked = run.playbook("tfbridge.aws.book_ec2", "-e", f"instance_id={instance_id}", *times)
    assert booked.rc == 0, booked.output
    (role,) = {sent["Target"]["RoleArn"] for sent in aws.app.requests("scheduler:CreateSchedule")}
    assert "arn:aws:iam::123456789012:role/tfbridge-ec2-eu-central-1" == role
    group = aws.client("scheduler").list_schedules(GroupName="tfbridge")["Schedules"]
    assert 3 == len(group)

    booked_and_read(aws, run, instance_id)
    assert actions_of_callers(aws) == allowed(json.loads(shown["booking_policy_json"]["value"]))
    policy = aws.client("iam").get_role_policy(RoleName="tfbridge-ec2-eu-central-1", PolicyName="start-stop")
    assert actions_of_targets(aws) == allowed(policy["PolicyDocument"])

    trust = aws.client("iam").get_role(RoleName="tfbridge-ec2-eu-central-1")["Role"]["AssumeRolePolicyDocument"]
    condition = trust["Statement"][0]["Condition"]["StringEquals"]
    assert "123456789012" == condition["aws:SourceAccount"]
    assert "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/tfbridge" == condition["aws:SourceArn"]

    applied.destroy(**EXAMPLE)
    assert [] == aws.client("scheduler").list_schedule_groups(NamePrefix="tfbridge")["ScheduleGroups"]


def the_api_is_authorised_and_has_its_function(aws) -> None:
    """Every route asks for IAM, and the function has the code of the zip and the tag of the allow-list."""
    gateway = aws.client("apigatewayv2")
    (api,) = gateway.get_apis()["Items"]
    routes = gateway.get_routes(ApiId=api["ApiId"])["Items"]
    assert 7 == len({route["RouteKey"] for route in routes})
    assert {"AWS_IAM"} == {route["AuthorizationType"] for route in routes}
    function = aws.client("lambda").get_function(FunctionName="tfbridge-booking-api")["Configuration"]
    assert "handler.handle" == function["Handler"]
    assert {"key": "Bookable", "values": ["true"]} == json.loads(
        function["Environment"]["Variables"]["EC2_SCHEDULER_TAG"]
    )
    assert function["CodeSize"] > 50_000


def booked_and_read(aws, run, instance_id: str) -> None:
    """Book, cancel and read in the ways that the documentation shows: with a key, at once, by lookup, dead letters."""
    options = {"region": "eu-central-1", "instance_ids": [instance_id]}
    now = datetime.now(timezone.utc)
    times = {
        "start_time": (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_time": (now + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    aws.client("ec2").stop_instances(InstanceIds=[instance_id])
    assert run.module("ec2_schedule", **options, name="now", kms_key_arn=KEY, **times)["instances"][0]["started"]
    assert run.module("ec2_schedule", **options, name="now", state="absent", on_cancel="stop_now")["changed"]
    queue = aws.client("sqs").get_queue_url(QueueName="tfbridge-ec2-dead-letters")["QueueUrl"]
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    info = run.module("ec2_schedule_info", region="eu-central-1", dead_letters=True)
    assert info["dead_letters"]["count"] == 1
    message = f"{{{{ lookup('tfbridge.aws.ec2_schedule', '{instance_id}', region='eu-central-1').state }}}}"
    tasks = [{"ansible.builtin.debug": {"msg": message}}]
    looked_up = run.playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    assert looked_up.rc == 0, looked_up.output


# Calls of this test itself, and one that IAM lets everybody make.
OF_THE_TEST = {"ec2:StopInstances", "sqs:SendMessage", "sts:GetCallerIdentity"}
# What Scheduler does with the caller's rights where a request has a customer managed key.
WITH_A_KEY = {"kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt"}


def actions_of_callers(aws) -> set[str]:
    """Return the IAM actions that the calls since the last count need."""
    created = aws.app.requests("scheduler:CreateSchedule")
    passed = {"iam:PassRole"} if created else set()
    encrypted = WITH_A_KEY if any(sent.get("KmsKeyArn") for sent in created) else set()
    return (set(aws.calls()) - OF_THE_TEST) | passed | encrypted


def actions_of_targets(aws) -> set[str]:
    """Return the IAM actions that firing what was created needs."""
    sent = aws.app.requests("scheduler:CreateSchedule")
    found = {f"ec2:{each['Target']['Arn'].rsplit(':', 1)[-1].replace('st', 'St', 1)}" for each in sent}
    found |= {"sqs:SendMessage" for each in sent if each["Target"].get("DeadLetterConfig")}
    return found | {"kms:Decrypt" for each in sent if each.get("KmsKeyArn")}


def allowed(policy: dict[str, Any]) -> set[str]:
    """Return the actions that a policy allows."""
    return {action for statement in policy["Statement"] for action in statement["Action"]}


@pytest.mark.full
def test_an_upgrade_replaces_no_parameter(aws, terraform):
    """Release 0.1.0 published through ssm_outputs: its parameters move, and nothing is made, deleted or changed."""
    old = terraform.root / "modules" / "ec2_scheduler_0_1"
    shutil.copytree(terraform.root / "modules" / "ec2_scheduler", old)
    (old / "published.tf").write_text(RELEASE_0_1)
    configuration = terraform.configuration("upgrade", CALL.replace("ec2_scheduler", "ec2_scheduler_0_1"))
    configuration.apply()
    (configuration.folder / "main.tf").write_text(CALL)
    initialised = configuration.run("init")
    assert initialised.rc == 0, initialised.output

    aws.forget_calls()
    applied = configuration.apply()

    assert "Resources: 0 added, 0 changed, 0 destroyed." in applied.output
    assert 3 == applied.output.count("has moved to")
    assert not {"ssm:PutParameter", "ssm:DeleteParameter"} & set(aws.calls())
    assert not configuration.changes()
