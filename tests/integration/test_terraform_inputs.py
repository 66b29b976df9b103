"""The ssm_inputs module, applied: what Ansible publishes is what Terraform plans with."""

from __future__ import annotations

import json
import re

import pytest

# Older ones can't list the parameters of a path.
newest = pytest.mark.parametrize("provider", ["newest"], indirect=True)

TEXT = """
provider "aws" {
  region = "eu-central-1"
}
module "inputs" {
  source   = "../../modules/ssm_inputs"
  path     = "/prod/web"
  strings  = { image = { default = "ami-0", pattern = "^ami-" } }
  numbers  = { memory = { default = 512, min = 128, max = 10240, step = 1 } }
  booleans = { debug = { default = false } }
  lists    = { zones = { default = [] } }
  objects  = { limits = { default = {} } }
  secrets  = var.secrets
}
variable "secrets" {
  type    = set(string)
  default = []
}
output "values" {
  value = module.inputs.values
}
output "secret" {
  value     = module.inputs.secrets
  sensitive = true
}
"""


def outputs(configuration):
    """What was applied."""
    shown = json.loads(configuration.run("output", "-json").stdout)
    return shown["values"]["value"]


@newest
def test_published_inputs_reach_terraform(aws, run, terraform):
    """Defaults first, then what the module published, with types; a second plan is empty."""
    configuration = terraform.configuration("inputs", TEXT)
    configuration.apply()
    assert {"debug": False, "image": "ami-0", "limits": {}, "memory": 512, "zones": []} == outputs(configuration)
    published = run.module(
        "ssm_inputs",
        region="eu-central-1",
        path="/prod/web",
        inputs=[
            {"name": "image", "value": "ami-1"},
            {"name": "memory", "value": 1536},
            {"name": "debug", "value": True},
            {"name": "zones", "value": ["a", "b"]},
            {"name": "limits", "value": {"text": "{{ no template }}", "deep": [1, None]}},
        ],
        secrets=[{"name": "token", "value": "hunter2"}],
    )
    assert published["changed"]
    configuration.apply(secrets=["token"])
    assert {
        "debug": True,
        "image": "ami-1",
        "limits": {"text": "{{ no template }}", "deep": [1, None]},
        "memory": 1536,
        "zones": ["a", "b"],
    } == outputs(configuration)
    assert {"token": "hunter2"} == json.loads(configuration.run("output", "-json").stdout)["secret"]["value"]
    assert not configuration.changes(secrets=["token"])


@newest
def test_every_refusal_names_the_parameter_and_what_it_got(aws, terraform):
    """All of them in one plan."""
    ssm = aws.client("ssm")
    for name, value in {"IMAGE": "lots", "MEMORY": "99999", "DEBUG": "maybe", "ZONES": "a,b", "LIMITS": "[1]"}.items():
        ssm.put_parameter(Name=f"/prod/web/INPUT_{name}", Value=value, Type="String")
    ssm.put_parameter(Name="/prod/web/INPUT_TOKEN", Value="no secret", Type="String")
    done = terraform.configuration("inputs", TEXT).run("plan", secrets=["token", "absent"])
    said = " ".join(done.output.replace("│", " ").split())
    assert 0 != done.rc
    for message in (
        'image: the parameter /prod/web/INPUT_IMAGE has "lots". It must match ^ami-',
        'memory: the parameter /prod/web/INPUT_MEMORY has "99999". The maximum is 10240',
        'debug: the parameter /prod/web/INPUT_DEBUG has "maybe", which is neither true nor false',
        'zones: the parameter /prod/web/INPUT_ZONES has "a,b", which is not a JSON list',
        'limits: the parameter /prod/web/INPUT_LIMITS has "[1]", which is not a JSON object',
        "token: the parameter /prod/web/INPUT_TOKEN is not a SecureString. Publish it as a secret",
        "absent: nothing is published as /prod/web/INPUT_ABSENT, and there is no default",
    ):
        assert message in said
    assert "no secret" not in said


@pytest.mark.full
@pytest.mark.parametrize("provider", ["oldest"], indirect=True)
def test_the_oldest_provider_reads_what_is_published_alone(aws, run, terraform):
    """As the module's page says: the text of the page fails without the parameter, and reads it when it is there."""
    page = (terraform.root / "modules" / "ssm_inputs" / "README.md").read_text()
    code = next(block for block in re.findall(r"```hcl\n(.*?)```", page, re.S) if block.startswith("data"))
    configuration = terraform.configuration("oldest_inputs", 'provider "aws" {\n  region = "eu-central-1"\n}\n' + code)
    assert "ParameterNotFound" in configuration.run("plan").output
    run.module("ssm_inputs", region="eu-central-1", path="/prod/web", inputs=[{"name": "worker_memory", "value": 1536}])
    configuration.apply()
    assert 1536 == json.loads(configuration.run("output", "-json").stdout)["worker_memory"]["value"]
