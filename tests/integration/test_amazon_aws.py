# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Without amazon.aws, or beside a version of it that isn't supported."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common import amazon_aws

from tests.conftest import ROOT

pytestmark = pytest.mark.cores

PLAY = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {"ansible.builtin.debug": {"msg": "{{ lookup('tfbridge.aws.ssm_output', 'X', region='eu-central-1') }}"}}
        ],
    }
]
HIDDEN = {"ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}
SAID = "tfbridge.aws needs amazon.aws >=10.1.0,<13: ansible-galaxy collection install 'amazon.aws:>=10.1.0,<13'"


def test_without_it_the_command_that_brings_it_is_named(aws, run):
    """By the inventory and by the lookup."""
    inventory = run.inventory({"regions": ["eu-central-1"]}, env=HIDDEN)
    lookup = run.playbook(PLAY, env=HIDDEN)

    assert (4, True) == (inventory.rc, SAID in inventory.said), inventory.output
    assert (2, True) == (lookup.rc, SAID in lookup.said), lookup.output
    assert "unexpected" not in inventory.said


@pytest.mark.parametrize(
    ("version", "warned"),
    [("10.1.0", False), ("12.9.9", False), ("11.4.0-dev0", False), ("10.0.9", True), ("13.0.0", True), ("9.5.2", True)],
)
def test_a_version_outside_the_range_is_warned_of(monkeypatch, version, warned):
    """By name, with the range."""
    messages = []
    monkeypatch.setattr(amazon_aws.Display, "warning", lambda _self, message: messages.append(message))
    amazon_aws.check_version(version)

    assert warned is bool(messages)
    assert all(f"needs amazon.aws >=10.1.0,<13, and {version} is installed" in message for message in messages)


def test_the_range_is_that_of_galaxy_yml():
    """It stands in the message too."""
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text())["dependencies"]["amazon.aws"] == amazon_aws.RANGE
