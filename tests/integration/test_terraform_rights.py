# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The job that publishes needs what docs/pipelines.md lets it do: all of it, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import ROOT

PUBLISHING = """
provider "aws" {
  region = "eu-central-1"
}
variable "address" {
  type = string
}
variable "tags" {
  type = map(string)
}
module "outputs" {
  source  = "../../modules/ssm_outputs"
  strings = { address = var.address, zone = "a" }
  tags    = var.tags
}
"""
STEPS = (
    ("apply", {"address": "10.0.0.1", "tags": {"owner": "platform", "old": "yes"}}),
    ("apply", {"address": "10.0.0.2", "tags": {"owner": "web"}}),
    ("destroy", {"address": "10.0.0.2", "tags": {"owner": "web"}}),
)


def documented():
    """Return the policy of the job that publishes, each action and resource as a list."""
    page = (ROOT / "docs" / "pipelines.md").read_text()
    policies = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    (policy,) = [one for one in policies if "PublishOutputs" in json.dumps(one)]
    for statement in policy["Statement"]:
        for name in ("Action", "Resource"):
            statement[name] = statement[name] if isinstance(statement[name], list) else [statement[name]]
    return policy


def publish(aws, terraform, name, without=""):
    """Create, change and destroy with the rights less one, and return what Terraform says where it fails."""
    policy = documented()
    for statement in policy["Statement"]:
        statement["Action"] = [action for action in statement["Action"] if action != without]
    aws.reset()
    configuration = terraform.configuration(name, PUBLISHING)
    aws.app.settings.policy = policy
    for command, variables in STEPS:
        done = configuration.run(command, "-auto-approve", **variables)
        if done.rc:
            return " ".join(done.output.replace("│", " ").split())
    return ""


@pytest.mark.full
def test_each_action_is_needed_and_no_other(aws, terraform):
    """With all of them every step works; without one of them AWS denies that one."""
    assert "" == publish(aws, terraform, "all")
    actions = sorted({action for statement in documented()["Statement"] for action in statement["Action"]})
    assert len(actions) > 5
    for number, action in enumerate(actions):
        said = publish(aws, terraform, f"without_{number}", action)
        assert f"not authorized to perform: {action} " in said, f"without {action}: {said or 'it works'}"
