"""A snapshot that `terraform apply` writes is what Ansible's command lines read, with both lines of the provider."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from tests.support.snapshots import document, encode, terraform_json
from tests.support.terraform import MOSTLY_OLDEST, SERVERS

PARAMETERS = {"regions": ["eu-central-1"]}
SNAPSHOT = {**PARAMETERS, "source": "snapshot"}
# Where both are named, the names that the map gives are those of the hosts.
NAMED = {"hosts": [{"output": "MY_IP"}, {"output": "WEB"}]}

# The text has what jsonencode escapes.
MIXED = (
    SERVERS
    + """
variable "instances" {
  default = 3
}
variable "chunks" {
  default = 2
}
variable "parameters" {
  default = true
}
module "outputs" {
  source          = "../../modules/ssm_outputs"
  snapshot        = true
  snapshot_chunks = var.chunks
  parameters      = var.parameters
  strings         = { motd = "<a & b> \\"é\\" \\u2028", conf = jsonencode({ a = [1, null, true] }), id = "0012" }
  lists           = { my_ip = local.addresses, nobody = [] }
  objects = {
    web   = { for index, address in local.addresses : "web-${index}" => address }
    deep  = { list = [{ text = "{{ x }}", number = 1.5 }], empty = "", nothing = null }
    ports = [80, 443]
  }
  secrets = { db_password = "hunter2-is-secret" }
}
"""
)


@pytest.fixture
def mixed(terraform):
    """A stack with every kind of output."""
    return terraform.configuration("mixed", MIXED)


@MOSTLY_OLDEST
def test_a_snapshot_and_parameters_give_the_same_inventory(aws, run, mixed):
    """Values were unknown at plan; a second plan is empty; secrets are in neither; one call reads it."""
    mixed.apply()
    assert not mixed.changes()

    by_parameters = run.inventory({**PARAMETERS, **NAMED, "secure_strings": "decrypt"})
    aws.forget_calls()
    by_snapshot = run.inventory({**SNAPSHOT, **NAMED, "secure_strings": "decrypt"})

    assert 0 == by_snapshot.rc, by_snapshot.output
    assert by_parameters.json == by_snapshot.json
    assert {"ssm:GetParameters": 1} == dict(aws.calls())
    assert ["web-0", "web-1", "web-2"] == by_snapshot.json["my_ip"]["hosts"]
    variables = by_snapshot.json["_meta"]["hostvars"]["web-1"]
    shown = tuple(unwrapped(variables[name]) for name in ("motd", "conf", "id"))
    assert ('<a & b> "é" \u2028', {"a": [1, None, True]}, "0012") == shown
    assert {"list": [{"text": "{{ x }}", "number": 1.5}], "empty": "", "nothing": None} == unwrapped(variables["deep"])
    assert "lookup('tfbridge.aws.ssm_output', 'DB_PASSWORD'" in json.dumps(variables["db_password"])
    assert "hunter2" not in by_snapshot.output


@MOSTLY_OLDEST
def test_the_tests_encode_as_terraform_does(aws, mixed):
    """The JSON is the same to the character, so what holds for the one holds for the other."""
    mixed.apply(instances=0)
    values = [aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] for name in slices(aws)]
    packed = "".join(value.split(":", 3)[3] for value in values)
    motd = '<a & b> "é" \u2028'
    content = document(
        {"MOTD": motd, "CONF": '{"a":[1,null,true]}', "ID": "0012"},
        {"MY_IP": [], "NOBODY": []},
        {
            "WEB": {},
            "DEEP": {"list": [{"text": "{{ x }}", "number": 1.5}], "empty": "", "nothing": None},
            "PORTS": [80, 443],
        },
        ["DB_PASSWORD"],
    )

    assert terraform_json(content) == gzip.decompress(base64.b64decode(packed)).decode()
    headers = [value.rsplit(":", 1)[0] for value in encode(content, 2)]
    assert headers == [value.rsplit(":", 1)[0] for value in values]


def unwrapped(value):
    """Leave out Ansible's mark of texts that are no templates."""
    if isinstance(value, dict):
        if "__ansible_unsafe" in value:
            return value["__ansible_unsafe"]
        return {key: unwrapped(item) for key, item in value.items()}
    return [unwrapped(item) for item in value] if isinstance(value, list) else value


@MOSTLY_OLDEST
def test_it_follows_what_changes(aws, run, mixed):
    """More hosts, more chunks, fewer, no parameters, nothing; each second plan is empty."""
    mixed.apply()
    for change in ({"instances": 12}, {"chunks": 4}, {"chunks": 1}, {"parameters": False}):
        mixed.apply(**change)
        assert not mixed.changes(**change)
        listed = run.inventory(SNAPSHOT)
        assert 0 == listed.rc, listed.output
        assert change.get("instances", 3) == len(listed.json["my_ip"]["hosts"])
        assert change.get("chunks", 2) == len(slices(aws))
    names = [item["Name"] for item in aws.client("ssm").describe_parameters()["Parameters"]]
    published = sorted(name for name in names if not name.startswith("SERVER_"))
    assert ["OUTPUT_DB_PASSWORD", "OUTPUT_SNAPSHOT.0", "OUTPUT_SNAPSHOT.1"] == published
    half = run.inventory(PARAMETERS)
    assert (4, True) == (half.rc, "Give 'source: snapshot'" in half.said)

    mixed.destroy(parameters=False)
    gone = run.inventory(SNAPSHOT)
    assert (4, True) == (gone.rc, "nothing is published under OUTPUT_SNAPSHOT.0" in gone.said)


def slices(aws):
    """Names of the slices that there are, in their order: Terraform writes them side by side."""
    filters = [{"Key": "Name", "Option": "BeginsWith", "Values": ["OUTPUT_SNAPSHOT."]}]
    found = [item["Name"] for item in aws.client("ssm").describe_parameters(ParameterFilters=filters)["Parameters"]]
    return sorted(found, key=lambda name: int(name.rpartition(".")[2]))


@MOSTLY_OLDEST
def test_what_does_not_fit_is_refused_and_the_old_snapshot_stays(aws, run, terraform):
    """At apply, where the values were unknown at plan: by name, with the number of slices, before one is written."""
    text = """
    provider "aws" {
      region = "eu-central-1"
    }
    variable "length" {
      type = number
    }
    resource "aws_ssm_parameter" "source" {
      name  = "SOURCE${var.length}"
      type  = "String"
      value = "x"
    }
    module "outputs" {
      source          = "../../modules/ssm_outputs"
      parameters      = false
      snapshot        = true
      snapshot_chunks = 2
      objects         = { noise = [for i in range(var.length) : sha256("${aws_ssm_parameter.source.arn}${i}")] }
    }
    """
    configuration = terraform.configuration("fit", text)
    configuration.apply(length=100)
    before = run.inventory(SNAPSHOT).json

    planned = configuration.run("plan", length=400)
    applied = configuration.run("apply", "-auto-approve", length=400)

    said = " ".join(applied.output.replace("│", " ").split())
    assert planned.rc == 0, planned.output
    assert applied.rc != 0
    for index in range(2):
        assert f"snapshot (OUTPUT_SNAPSHOT.{index}): the outputs take 5 slices, and snapshot_chunks is 2." in said
    assert "Set snapshot_chunks to 5 or more" in said
    assert before == run.inventory(SNAPSHOT).json
