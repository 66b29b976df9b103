# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages are found wherever they are written: in calls and tables of Python, in tasks, in Terraform."""

from __future__ import annotations

import pytest

from scripts.message_sources import in_python, in_tasks, in_terraform


@pytest.mark.parametrize(
    "source",
    [
        "raise OptionError(f'{name}: this is wrong')",
        "module.fail_json(msg=name + ': this is wrong')",
        "problems = [(broken, f'{name}: this is wrong')]",
        "REASONS = {'code': f'{name}: this is wrong'}",
        "def f():\n    return f'{name}: this is wrong' if broken else None",
        "def f():\n    yield f'{name}: this is wrong'",
    ],
)
def test_python(source):
    """Texts that are raised, returned, or chosen from a table."""
    assert [("...: this is wrong", len(source.splitlines()))] == [
        found for found in in_python(source) if "wrong" in found[0]
    ]


def test_tasks():
    """In blocks too, with templates as holes; what succeeds is no message."""
    source = """
- hosts: all
  tasks:
    - block:
        - ansible.builtin.fail:
            msg: >-
              {{ name }} is missing
              here
        - ansible.builtin.assert:
            that: yes
            fail_msg: "{{ name }} is wrong"
            success_msg: all is well
        - ansible.builtin.debug: {msg: "{{ name | mandatory('Give the name') }}"}
"""
    assert [("... is missing here", 6), ("... is wrong", 11), ("Give the name", 13)] == list(in_tasks(source))


def test_terraform():
    """Refusals, and the parts that they are chosen from; descriptions are none."""
    source = """
locals {
  problem = var.a == "" ? "the value is empty" : "the value ${join(", ", var.b)} is \\"wrong\\""
}
variable "a" {
  description = "A value that is described."
  validation {
    condition     = true
    error_message = "a: not a value."
  }
}
"""
    found = [(text, line) for text, line in in_terraform(source) if " " in text.strip()]
    assert [("the value is empty", 3), ('the value ... is "wrong"', 3), ("a: not a value.", 9)] == found
