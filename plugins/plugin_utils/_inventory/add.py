# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A planned inventory becomes Ansible's: compose, groups and keyed_groups are worked out, then all of it is added.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional, Protocol

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.trust import (
    as_config,
    as_data,
    marks_of_this_command,
    plain,
)

from .options import InventoryOptions, secret_template
from .plan import InventoryPlan, PlannedGroup, PlannedHost
from .rules import ANSIBLES_GROUPS

Mark = Callable[[Any], Any]


class Constructing(Protocol):
    """What is used of an inventory plugin with Ansible's Constructable mixed in."""

    inventory: Any

    def get_option(self, option: str) -> Any:
        """Return an option of the inventory file."""

    def _set_composite_vars(self, compose: Any, variables: Any, host: str, strict: bool) -> None: ...

    def _add_host_to_composed_groups(
        self, groups: Any, variables: Any, host: str, strict: bool, fetch_hostvars: bool
    ) -> None: ...

    def _add_host_to_keyed_groups(
        self, keys: Any, variables: Any, host: str, strict: bool, fetch_hostvars: bool
    ) -> None: ...


class _Recorder:
    """Stands where Ansible's inventory is, and writes what is added to it into the plan."""

    def __init__(self, plan: InventoryPlan) -> None:
        self._plan = plan
        self._hosts = {host.name: host for host in plan.hosts}
        self.parents: dict[str, set[str]] = {}

    def set_variable(self, host: str, name: str, value: Any) -> None:
        target = self._hosts[host]
        target.variables[name] = value
        # What the file's own text says of the name no longer holds.
        if name in target.from_file:
            target.from_file.remove(name)

    def add_group(self, group: str) -> str:
        if group in ANSIBLES_GROUPS:
            raise DataError(
                f"keyed_groups or groups would make a group named {group!r}, which Ansible reserves. "
                "Give keyed_groups a prefix"
            )
        if group in self._hosts:
            raise DataError(
                f"keyed_groups or groups would make a group named {group!r}, which is also the name of a host. "
                "Give keyed_groups a prefix"
            )
        name: str = plain(group)
        self._plan.groups.setdefault(name, PlannedGroup())
        return name

    def add_host(self, host: str, group: Optional[str] = None) -> None:
        if group:
            self.add_child(group, host)

    def add_child(self, group: str, child: str) -> None:
        if child not in self._hosts:
            self._plan.groups[group].children.add(child)
        elif group not in self._hosts[child].groups:
            self._hosts[child].groups.append(group)


def add_plan(plugin: Constructing, plan: InventoryPlan, options: InventoryOptions) -> None:
    """Add the hosts, groups and variables of a plan to the inventory of the plugin."""
    _construct(plugin, plan)
    mark = marks_of_this_command()
    # Ansible may be told to change names that aren't identifiers (TRANSFORM_INVALID_GROUP_CHARS).
    names = {name: plugin.inventory.add_group(name) for name in plan.groups}
    for name, group in plan.groups.items():
        for variable, value in _group_variables(group, options, mark).items():
            plugin.inventory.set_variable(names[name], variable, value)
    for name, group in plan.groups.items():
        for child in sorted(group.children):
            plugin.inventory.add_child(names[name], names[child])
    for host in plan.hosts:
        _add_host(plugin.inventory, host, [names[group] for group in host.groups], mark)


def _add_host(inventory: Any, host: PlannedHost, groups: list[str], mark: Mark) -> None:
    inventory.add_host(host.name)
    for group in groups:
        inventory.add_child(group, host.name)
    for variable, value in _host_variables(host, mark).items():
        inventory.set_variable(host.name, variable, value)


def _group_variables(group: PlannedGroup, options: InventoryOptions, mark: Mark) -> Mapping[str, Any]:
    """Return the variables of a group: those that read a secret as templates, all others marked as data."""
    secrets = {name: secret_template(options, output, group.region) for name, output in group.secrets.items()}
    return {**{name: mark(value) for name, value in group.variables.items()}, **as_config(secrets)}


def _host_variables(host: PlannedHost, mark: Mark) -> dict[str, Any]:
    """Return the variables of a host: those of the inventory file as templates, all others marked as data."""
    return {name: as_config(value) if name in host.from_file else mark(value) for name, value in host.variables.items()}


def _construct(plugin: Constructing, plan: InventoryPlan) -> None:
    """Apply the constructed options of the inventory file to every host of the plan."""
    compose, groups, keyed = (plugin.get_option(name) for name in ("compose", "groups", "keyed_groups"))
    if not (compose or groups or keyed):
        return
    strict = plugin.get_option("strict")
    live, plugin.inventory = plugin.inventory, _Recorder(plan)
    try:
        for host in plan.hosts:
            shared = {"inventory_hostname": as_data(host.name), "group_names": list(host.groups)}
            plugin._set_composite_vars(compose, {**shared, **_host_variables(host, as_data)}, host.name, strict)
            variables = {**shared, **_host_variables(host, as_data)}
            plugin._add_host_to_composed_groups(groups, variables, host.name, strict, fetch_hostvars=False)
            plugin._add_host_to_keyed_groups(keyed, variables, host.name, strict, fetch_hostvars=False)
    finally:
        plugin.inventory = live
