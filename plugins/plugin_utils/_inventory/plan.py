# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory before Ansible has it: hosts, groups and variables.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass
class PlannedGroup:
    """A group: plain variables, and the variables whose value is a secret (variable name to output name)."""

    variables: dict[str, Any] = dataclasses.field(default_factory=dict)
    secrets: dict[str, str] = dataclasses.field(default_factory=dict)
    children: set[str] = dataclasses.field(default_factory=set)
    region: str = ""


@dataclasses.dataclass
class PlannedHost:
    """One host of the inventory.

    C(from_file) names the variables that the inventory file gives, whose text is its author's: all others are data.
    C(label) names the parameter that first told of the host.
    """

    name: str
    groups: list[str]
    variables: dict[str, Any]
    from_file: list[str] = dataclasses.field(default_factory=list)
    label: str = ""


@dataclasses.dataclass
class InventoryPlan:
    """The whole inventory, in the order in which it is added."""

    hosts: list[PlannedHost] = dataclasses.field(default_factory=list)
    groups: dict[str, PlannedGroup] = dataclasses.field(default_factory=dict)
    warnings: list[str] = dataclasses.field(default_factory=list)
