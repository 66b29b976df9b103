# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Without amazon.aws, or beside a version of it that isn't supported."""

from __future__ import annotations

import importlib.util
import pathlib
import re
import shutil

import pytest
import yaml
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import RANGE
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common import amazon_aws

from tests.conftest import ROOT

PLAY = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {"ansible.builtin.debug": {"msg": "{{ lookup('tfbridge.aws.ssm_output', 'X', region='eu-central-1') }}"}}
        ],
    }
]
# All that call AWS; what is wrong with their options can't be known.
MODULES = sorted(
    path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if "amazon.aws.common.modules" in path.read_text()
)
HIDDEN = {"ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}
SAID = "tfbridge.aws needs amazon.aws >=10.1.0,<13: ansible-galaxy collection install 'amazon.aws:>=10.1.0,<13'"


@pytest.mark.cores
def test_without_it_the_command_that_brings_it_is_named(aws, run):
    """By the inventory and by the lookup."""
    inventory = run.inventory({"regions": ["eu-central-1"]}, env=HIDDEN)
    lookup = run.playbook(PLAY, env=HIDDEN)

    assert (4, True) == (inventory.rc, SAID in inventory.said), inventory.output
    assert (2, True) == (lookup.rc, SAID in lookup.said), lookup.output
    assert "unexpected" not in inventory.said


def test_each_module_says_so_too(aws, run):
    """Whatever its options; those of amazon.aws are unknown then."""
    tasks = [
        {
            f"tfbridge.aws.{name}": {"region": "eu-central-1", "some": "option"},
            "ignore_errors": True,
            "register": "result",
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
        for name in MODULES
    ]

    result = run.playbook([{**PLAY[0], "tasks": tasks}], env=HIDDEN)

    assert {"ssm_outputs_info", "ssm_inputs"} <= set(MODULES)
    assert result.said.count(SAID) >= len(MODULES), result.output
    assert f"ok={len(MODULES)} changed=0 unreachable=0 failed=0" in result.said, result.output
    assert "Unsupported parameters" not in result.said
    assert "Looked for" not in result.said


@pytest.mark.cores
def test_a_module_beside_another_version_says_so_once(aws, run):
    """By name, however many tasks there are."""
    aws.publish({"X": "y"})
    task = {
        "tfbridge.aws.ssm_outputs_info": {"region": "eu-central-1"},
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    }
    installed = pathlib.Path(importlib.util.find_spec("ansible_collections.amazon.aws").submodule_search_locations[0])
    shutil.copytree(installed, run.folder / "ansible_collections" / "amazon" / "aws", ignore=_unused)
    for path in (run.folder / "ansible_collections").rglob("common.py"):
        path.write_text(re.sub('(AMAZON_AWS_COLLECTION_VERSION = )".*"', '\\1"13.4.0"', path.read_text()))
    path = f"{run.folder}:{run.env['ANSIBLE_COLLECTIONS_PATH']}"

    result = run.playbook([{**PLAY[0], "tasks": [task, task]}], env={"ANSIBLE_COLLECTIONS_PATH": path})

    assert 0 == result.rc, result.output
    assert 1 == result.said.count("needs amazon.aws >=10.1.0,<13, and 13.4.0 is installed"), result.output


def _unused(folder, names):
    """Leave out what no module of ours needs."""
    return [name for name in names if name in ("tests", "docs", "changelogs", "modules", "__pycache__")]


@pytest.mark.cores
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
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text())["dependencies"]["amazon.aws"] == RANGE
