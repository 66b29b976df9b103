"""What `terraform apply` publishes is what Ansible's command lines read, with the oldest and the newest provider."""

from __future__ import annotations

import json

import pytest

from tests.support.aws import IMAGE
from tests.support.terraform import MOSTLY_OLDEST, SERVERS

COMPLETE = {"ami": IMAGE, "db_password": "hunter2-is-secret"}
ALL = {"regions": ["eu-central-1"]}
# Where both are named, the names that the map gives are those of the hosts.
NAMED = {**ALL, "hosts": [{"output": "MY_IP"}, {"output": "WEB"}]}
MY_IP = "<{{ lookup('tfbridge.aws.ssm_output', 'MY_IP') | join(' ') }}>"
ASK = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": MY_IP}}]}]

GROWING = (
    SERVERS
    + """
variable "instances" {
  type = number
}
module "outputs" {
  source  = "../../modules/ssm_outputs"
  lists   = { my_ip = local.addresses }
  objects = { web = { for index, address in local.addresses : "web-${index}" => address } }
}
"""
)


def addresses(aws):
    """Give what EC2 says, in the order of the instances' names."""
    reservations = aws.client("ec2").describe_instances(
        Filters=[{"Name": "instance-state-name", "Values": ["running"]}]
    )["Reservations"]
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    return {
        tag["Value"]: instance["PrivateIpAddress"]
        for instance in instances
        for tag in instance.get("Tags", [])
        if tag["Key"] == "Name"
    }


@pytest.fixture
def complete(terraform):
    """The example with everything, applied."""
    configuration = terraform.configuration("complete")
    configuration.apply(**COMPLETE)
    return configuration


# With the newest provider, `make demo` goes the same way from apply to play in the quick suite.
@MOSTLY_OLDEST
def test_applied_values_are_hosts_and_variables(aws, run, complete):
    """Addresses that were unknown at plan become hosts; a second plan is empty; after destroy nothing is found."""
    assert not complete.changes(**COMPLETE)

    listed = run.inventory(NAMED).json
    hosts = ["web-0", "web-1", "web-2"]
    assert hosts == listed["my_ip"]["hosts"] == listed["web"]["hosts"]
    real = {name: listed["_meta"]["hostvars"][name]["ansible_host"] for name in hosts}
    assert addresses(aws) == real
    hostvars = listed["_meta"]["hostvars"]["web-1"]
    assert hostvars["efs_dns_url"].endswith(".efs.eu-central-1.amazonaws.com")
    assert "hunter2" not in json.dumps(listed)

    complete.destroy(**COMPLETE)
    gone = run.inventory(ALL)
    assert gone.rc != 0
    assert "OUTPUT_" in gone.said and "nothing" in gone.said.lower()


@MOSTLY_OLDEST
def test_lists_grow_and_shrink(run, terraform):
    """Hosts follow the number of instances, in numeric order."""
    growing = terraform.configuration("growing", GROWING)
    growing.apply(instances=3)
    growing.apply(instances=12)
    assert not growing.changes(instances=12)
    listed = run.inventory(NAMED).json
    assert [f"web-{index}" for index in range(12)] == listed["my_ip"]["hosts"]
    looked_up = run.playbook(ASK)
    assert " ".join(f"10.0.{index}.1" for index in range(12)) in looked_up.said

    growing.apply(instances=1)
    assert ["web-0"] == run.inventory(NAMED).json["my_ip"]["hosts"]

    growing.apply(instances=0)
    assert "<>" in run.playbook(ASK).said


@MOSTLY_OLDEST
def test_a_plan_shows_no_secret_and_a_policy_fits(aws, complete):
    """The reader's policy names the account's parameters; the secret is in no output of Terraform."""
    shown = complete.run("output", "-json")
    policy = json.loads(json.loads(shown.stdout)["reader_policy_json"]["value"])
    assert ["arn:aws:ssm:eu-central-1:123456789012:parameter/OUTPUT_*"] == policy["Statement"][0]["Resource"]
    replaced = complete.run("plan", ami=IMAGE, db_password="another-secret")
    assert replaced.rc == 0, replaced.output
    assert "1 to change" in replaced.output
    assert "another-secret" not in replaced.output
    assert "hunter2" not in replaced.output


@MOSTLY_OLDEST
def test_written_by_hand_reads_the_same(run, terraform):
    """Numbered parameters made with count are the list that the module publishes."""
    handwritten = terraform.configuration("handwritten")
    handwritten.apply(ami=IMAGE)
    by_hand = run.inventory(ALL).json
    handwritten.destroy(ami=IMAGE)
    module = terraform.configuration(
        "by_module",
        f"""
        provider "aws" {{
          region = "eu-central-1"
        }}
        module "outputs" {{
          source  = "../../modules/ssm_outputs"
          strings = {{ efs_dns_url = "fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com" }}
          lists = {{
            my_ip = {json.dumps(by_hand["my_ip"]["hosts"])}
            zones = ["eu-central-1a", "eu-central-1b"]
          }}
        }}
        """,
    )
    module.apply()
    assert 3 == len(by_hand["my_ip"]["hosts"])
    assert by_hand == run.inventory(ALL).json


@MOSTLY_OLDEST
def test_a_parameter_of_somebody_else_is_left_alone_unless_overwrite_says_so(aws, terraform):
    """Creating a parameter that exists is an error; overwrite takes it over."""
    aws.publish({"VPC_ID": "vpc-of-somebody-else"})
    text = """
    provider "aws" {
      region = "eu-central-1"
    }
    variable "overwrite" {
      type = bool
    }
    module "outputs" {
      source    = "../../modules/ssm_outputs"
      strings   = { vpc_id = "vpc-1" }
      overwrite = var.overwrite
    }
    """
    configuration = terraform.configuration("overwrite", text)

    refused = configuration.run("apply", "-auto-approve", overwrite=False)
    assert refused.rc != 0
    assert "ParameterAlreadyExists" in refused.output
    ssm = aws.client("ssm")
    assert "vpc-of-somebody-else" == ssm.get_parameter(Name="OUTPUT_VPC_ID")["Parameter"]["Value"]

    configuration.apply(overwrite=True)
    assert "vpc-1" == ssm.get_parameter(Name="OUTPUT_VPC_ID")["Parameter"]["Value"]
    assert not configuration.changes(overwrite=True)


@MOSTLY_OLDEST
def test_what_is_known_at_apply_only_is_refused_there(aws, terraform):
    """A value that turns out empty is refused before SSM is asked, with the output's name."""
    text = """
    provider "aws" {
      region = "eu-central-1"
    }
    resource "aws_ssm_parameter" "source" {
      name  = "SOURCE"
      type  = "String"
      value = "x"
    }
    module "outputs" {
      source  = "../../modules/ssm_outputs"
      strings = { vpc_id = substr(aws_ssm_parameter.source.arn, 0, 0), account = aws_ssm_parameter.source.arn }
    }
    """
    configuration = terraform.configuration("late", text)
    assert configuration.changes()
    applied = configuration.run("apply", "-auto-approve")
    assert applied.rc != 0
    assert "strings.vpc_id (OUTPUT_VPC_ID): the value is empty or null" in " ".join(
        applied.output.replace("│", " ").split()
    )
    names = [item["Name"] for item in aws.client("ssm").describe_parameters()["Parameters"]]
    assert "OUTPUT_VPC_ID" not in names
