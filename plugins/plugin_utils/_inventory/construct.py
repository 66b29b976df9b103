# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""compose, groups and keyed_groups, worked out on the plan before anything is added to the inventory.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Any, Callable, Optional, Protocol

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.trust import as_config, as_data, plain

from .plan import Group, Host, Plan
from .rules import ANSIBLES_GROUPS


class Constructing(Protocol):
    """What is used of an inventory plugin with Ansible's Constructable mixed in."""

    inventory: Any

    def get_option(self, option: str) -> Any:
        """Give an option of the inventory file."""

    def _set_composite_vars(self, compose: Any, variables: Any, host: str, strict: bool) -> None: ...

    def _add_host_to_composed_groups(
        self, groups: Any, variables: Any, host: str, strict: bool, fetch_hostvars: bool
    ) -> None: ...

    def _add_host_to_keyed_groups(
        self, keys: Any, variables: Any, host: str, strict: bool, fetch_hostvars: bool
    ) -> None: ...


class _Recorder:
    """Stands where Ansible's inventory is, and writes what is added to it into the plan."""

    def __init__(self, plan: Plan) -> None:
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
                f"keyed_groups or groups would make a group named {group!r}, which is Ansible's own. "
                "Give keyed_groups a prefix"
            )
        if group in self._hosts:
            raise DataError(
                f"keyed_groups or groups would make a group named {group!r}, which is the name of a host too. "
                "Give keyed_groups a prefix"
            )
        name: str = plain(group)
        self._plan.groups.setdefault(name, Group())
        return name

    def add_host(self, host: str, group: Optional[str] = None) -> None:
        if group:
            self.add_child(group, host)

    def add_child(self, group: str, child: str) -> None:
        if child not in self._hosts:
            self._plan.groups[group].children.add(child)
        elif group not in self._hosts[child].groups:
            self._hosts[child].groups.append(group)


def marked_variables(host: Host, mark: Callable[[Any], Any]) -> dict[str, Any]:
    """Give the variables of a host: those of the inventory file as templates, all others marked as data."""
    return {name: as_config(value) if name in host.from_file else mark(value) for name, value in host.variables.items()}


def construct(plugin: Constructing, plan: Plan) -> None:
    """Apply the constructed options of the inventory file to every host of the plan."""
    compose, groups, keyed = (plugin.get_option(name) for name in ("compose", "groups", "keyed_groups"))
    if not (compose or groups or keyed):
        return
    strict = plugin.get_option("strict")
    live, plugin.inventory = plugin.inventory, _Recorder(plan)
    try:
        for host in plan.hosts:
            shared = {"inventory_hostname": as_data(host.name), "group_names": list(host.groups)}
            plugin._set_composite_vars(compose, {**shared, **marked_variables(host, as_data)}, host.name, strict)
            variables = {**shared, **marked_variables(host, as_data)}
            plugin._add_host_to_composed_groups(groups, variables, host.name, strict, fetch_hostvars=False)
            plugin._add_host_to_keyed_groups(keyed, variables, host.name, strict, fetch_hostvars=False)
    finally:
        plugin.inventory = live
