# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup of public holidays, in ansible-playbook."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    days: "{{ lookup('tfbridge.aws.holidays', 'FR', years=[2027]) }}"
  tasks:
    - ansible.builtin.debug:
        msg: "{{ days | type_debug }} {{ days | length }} {{ days | first }} {{ days | last }}"
    - ansible.builtin.debug:
        msg: "{{ lookup('tfbridge.aws.holidays', 'FR', years='soon') }}"
"""


@pytest.mark.cores
def test_it_gives_a_list_of_days(run: Any) -> None:
    """As a booking takes them; without the package, how to get it."""
    result = run.playbook(PLAY)

    assert result.rc != 0
    if find_spec("holidays"):
        assert "list 11 2027-01-01 2027-12-25" in result.said
        assert "years" in result.said
        assert "'soon'" in result.said
    else:
        assert "pip install holidays" in result.said
