# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An error says what it says once: Ansible appends the messages of causes, and ours have said those already."""

from __future__ import annotations

import json
import re

import pytest

FAILING = {
    "a lookup": (
        {"ansible.builtin.debug": {"msg": "{{ lookup('tfbridge.aws.ssm_output', 'a-b', region='eu-central-1') }}"}},
        "'a-b' is not the name of an output",
    ),
    "the lookup of holidays": (
        {"ansible.builtin.debug": {"msg": "{{ lookup('tfbridge.aws.holidays', 'FR', years=['x']) }}"}},
        "holidays: ",
    ),
    "the lookup of schedules": (
        {"ansible.builtin.debug": {"msg": "{{ lookup('tfbridge.aws.ec2_schedule', 'i-x', region='eu-central-1') }}"}},
        "'i-x'",
    ),
    "a filter": (
        {"ansible.builtin.debug": {"msg": "{{ 7 | tfbridge.aws.schedule_timeline }}"}},
        "schedule_timeline: ",
    ),
    "an action": ({"tfbridge.aws.efs_mounts": {"mounts": [{"path": "mnt"}]}}, "'mnt'"),
    "the contract": ({"tfbridge.aws.output_contract": {}}, "else there is nothing to check"),
    "a module": ({"tfbridge.aws.ssm_outputs_info": {"region": "Frankfurt"}}, "'Frankfurt' is not a region"),
}


@pytest.mark.cores
def test_a_task_says_it_once(aws, run):
    """Whichever plugin failed."""
    tasks = []
    for index, (task, _said) in enumerate(FAILING.values()):
        tasks.append({**task, "ignore_errors": True, "register": f"result{index}"})
        tasks.append({"ansible.builtin.debug": {"msg": f"SAID {{{{ result{index}.msg | to_json }}}}"}})
    here = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}

    result = run.playbook([{"hosts": "localhost", "gather_facts": False, "vars": here, "tasks": tasks}])

    found = [json.loads(json.loads(text)[5:]) for text in re.findall(r'^    "msg": ("SAID .*")$', result.stdout, re.M)]
    counted = {name: text.count(said) for (name, (_task, said)), text in zip(FAILING.items(), found)}
    assert dict.fromkeys(FAILING, 1) == counted, found


@pytest.mark.cores
def test_an_inventory_says_it_once(run):
    """Left to Ansible (abort_on_error: false), it is a warning that Ansible prints in its own way."""
    result = run.inventory({"regions": ["Frankfurt"]})

    assert 1 == result.said.count("'Frankfurt' is not a region"), result.output
