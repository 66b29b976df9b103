"""The module ssm_inputs, through the genuine command lines."""

from __future__ import annotations

import json

import pytest

PLAY = {
    "hosts": "localhost",
    "gather_facts": False,
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "memory": 1536},
}
HIDDEN = "hunter2-geheim"


def options(memory, second="b"):
    """Return what is published."""
    return {
        "region": "eu-central-1",
        "path": "/prod/web",
        "inputs": [
            {"name": "memory", "value": memory, "type": "number", "reason": "measured"},
            {"name": "zones", "value": ["a", second]},
        ],
        "secrets": [{"name": "token", "value": HIDDEN}],
    }


def publish(run, *arguments):
    """Run the module in a play with templates, and return what Ansible said."""
    task = {"tfbridge.aws.ssm_inputs": options("{{ memory }}", "{{ 'b' }}")}
    done = run.playbook([{**PLAY, "tasks": [task]}], "--diff", "-vvv", *arguments)
    assert 0 == done.rc, done.output
    assert HIDDEN not in done.output
    return done.said


@pytest.mark.cores
def test_check_run_check_again_run_again(aws, run):
    """What changed is written once; a secret is in no log; the description says who, when and why."""
    ssm = aws.client("ssm")
    assert "changed=1" in publish(run, "--check")
    assert 0 == aws.calls()["ssm:PutParameter"]
    said = publish(run)
    assert "changed=1" in said
    assert '+ "/prod/web/INPUT_MEMORY": "1536"' in said.replace("+  ", "+ ").replace("+ +", "+")
    found = {p["Name"]: p for p in ssm.get_parameters_by_path(Path="/prod/web", WithDecryption=True)["Parameters"]}
    assert {
        "/prod/web/INPUT_MEMORY": "1536",
        "/prod/web/INPUT_ZONES": '["a","b"]',
        "/prod/web/INPUT_TOKEN": HIDDEN,
    } == {name: parameter["Value"] for name, parameter in found.items()}
    assert "SecureString" == found["/prod/web/INPUT_TOKEN"]["Type"]
    described = {p["Name"]: p["Description"] for p in ssm.describe_parameters()["Parameters"]}
    assert "Input for Terraform, number. measured. Written: 20" in described["/prod/web/INPUT_MEMORY"]
    for check in (True, False):
        assert not run.module("ssm_inputs", **options(1536), _ansible_check_mode=check)["changed"]
    assert 3 == aws.calls()["ssm:PutParameter"]
    assert run.module("ssm_inputs", **options(2048))["changed"]
    assert 4 == aws.calls()["ssm:PutParameter"]


def test_a_lost_update_is_refused(aws, run):
    """By the version that was read; then nothing of the task is written."""
    options = {"region": "eu-central-1", "path": "/prod/web"}
    first = run.module("ssm_inputs", **options, inputs=[{"name": "a", "value": 1, "expected_version": 0}])
    assert (1, True) == (first["inputs"][0]["version"], first["changed"])
    stale = [{"name": "b", "value": 1}, {"name": "a", "value": 2, "expected_version": 0}]
    refused = run.module("ssm_inputs", **options, inputs=stale)
    assert "/prod/web/INPUT_A: expected_version is 0, and it has version 1" in refused["msg"]
    assert 1 == aws.calls()["ssm:PutParameter"]
    assert run.module("ssm_inputs", **options, state="absent", inputs=[{"name": "a"}])["changed"]
    assert not run.module("ssm_inputs", **options, state="absent", inputs=[{"name": "a"}])["changed"]


def test_no_result_has_a_secret(run):
    """Whatever Ansible does with what the module returns."""
    returned = run.module(
        "ssm_inputs", region="eu-central-1", path="/p", secrets=[{"name": "token", "value": HIDDEN}], _ansible_diff=True
    )
    assert returned["changed"]
    assert (None, "secret") == (returned["inputs"][0]["value"], returned["inputs"][0]["type"])
    said = json.dumps({key: value for key, value in returned.items() if key != "invocation"})
    assert HIDDEN not in said


def test_show_outputs_shows_inputs_too(aws, run):
    """Those of the stack's path, in a table of their own; a secret without its value."""
    aws.publish({"VPC": "vpc-1"}, prefix="/prod/web/OUTPUT_")
    aws.publish({"MEMORY": "1536"}, prefix="/prod/web/INPUT_")
    aws.publish_secret("TOKEN", HIDDEN, prefix="/prod/web/INPUT_")
    done = run.playbook("tfbridge.aws.show_outputs", "-e", "prefix=/prod/web/OUTPUT_", "-e", "region=eu-central-1")
    assert 0 == done.rc, done.output
    assert "Published as /prod/web/INPUT_* in eu-central-1" in done.said
    assert "MEMORY string 1536" in done.said
    assert "2 inputs, 0 with flags, 0 other parameters" in done.said
    assert "1 outputs, 0 with flags" in done.said
    assert HIDDEN not in done.output


def test_a_short_secret_masks_its_text_everywhere(run):
    """Ansible's own masking, as the README says: what is published is right, what is shown has stars in it."""
    returned = run.module("ssm_inputs", region="eu-central-1", path="/prod", secrets=[{"name": "a", "value": "prod"}])
    assert returned["changed"]
    assert "prod" not in json.dumps({key: value for key, value in returned.items() if key != "invocation"})
    assert "********" in json.dumps(returned)
