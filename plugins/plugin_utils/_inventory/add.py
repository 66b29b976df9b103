# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A planned inventory becomes Ansible's: compose, groups and keyed_groups are worked out, then all of it is added.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.data import as_data, plain
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.trust import Mark, as_config, marks_of_this_command

from .names import group_name_problem
from .options import InventoryOptions, secret_template
from .plan import InventoryPlan, PlannedGroup, PlannedHost

# What each source says of itself.
_OF_EACH_SOURCE = frozenset(("tfbridge_outputs", "tfbridge_item"))


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

    def set_variable(self, host: str, name: str, value: Any) -> None:
        target = self._hosts[host]
        target.variables[name] = value
        # What the file's own text says of the name no longer holds.
        if name in target.from_file:
            target.from_file.remove(name)

    def add_group(self, group: str) -> str:
        name: str = plain(group)
        problem = group_name_problem(name)
        why = f": {problem}" if problem else ", which is also the name of a host" if name in self._hosts else ""
        if why:
            raise DataError(
                f"keyed_groups or groups would make a group named {group!r}{why}. Give keyed_groups a prefix"
            )
        self._plan.groups.setdefault(name, PlannedGroup())
        return name

    def add_host(self, host: str, group: str) -> None:
        self.add_child(group, host)

    def add_child(self, group: str, child: str) -> None:
        if child not in self._hosts:
            self._plan.groups[group].children.add(child)
        elif group not in self._hosts[child].groups:
            self._hosts[child].groups.append(group)


def add_plan(plugin: Constructing, plan: InventoryPlan, options: InventoryOptions) -> list[str]:
    """Add the hosts, groups and variables of a plan to the inventory of the plugin, and return warnings.

    Raises DataError, and adds nothing, for what Ansible can't have, or for what would be a warning under strict.
    """
    _construct(plugin, plan, options)
    inventory, mark = plugin.inventory, marks_of_this_command()
    variables = {name: _group_variables(group, options, mark) for name, group in plan.groups.items()}
    warnings = _changes(inventory, plan, variables, options)
    # Ansible may be told to change names that aren't identifiers (TRANSFORM_INVALID_GROUP_CHARS).
    names = {name: inventory.add_group(name) for name in plan.groups}
    for name, values in variables.items():
        for variable, value in values.items():
            inventory.set_variable(names[name], variable, value)
    children = {child for group in plan.groups.values() for child in group.children}
    # Ansible does this when all sources are read, which is too late for a constructed one to see variables of all.
    for name in plan.groups:
        if name not in children and name != "all":
            inventory.add_child("all", names[name])
    for name, group in plan.groups.items():
        for child in sorted(group.children):
            inventory.add_child(names[name], names[child])
    for host in plan.hosts:
        _add_host(inventory, host, [names[group] for group in host.groups] or ["ungrouped"], mark)
    return warnings


def _changes(
    inventory: Any, plan: InventoryPlan, variables: Mapping[str, Mapping[str, Any]], options: InventoryOptions
) -> list[str]:
    """Return what other sources have set otherwise, as warnings; under strict raise DataError for it."""
    changed = [
        f"{name} of the group {group}"
        for group, values in variables.items()
        for name in _differing(getattr(inventory.groups.get(group), "vars", {}), values)
    ]
    for host in plan.hosts:
        known = inventory.hosts.get(host.name)
        if known:
            ours = {name: value for name, value in host.variables.items() if name not in _OF_EACH_SOURCE}
            scoped = _inherited(host, variables) if options.stack else {}
            theirs = {name: value for group in known.get_groups() for name, value in group.vars.items()}
            theirs.update(known.vars)
            changed += [f"{name} of the host {host.name}" for name in _differing(theirs, {**scoped, **ours})]
    if not changed:
        return []
    message = (
        f"another source of this inventory has set other values before: {enumerate_names(changed)}. Hosts have those "
        "of this file now. Give each file a 'stack' of its own, or its variables a prefix"
    )
    if options.strict:
        raise DataError(message)
    return [message]


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [name for name, value in after.items() if name in before and plain(before[name]) != plain(value)]


def _inherited(host: PlannedHost, variables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the variables that a host has by the groups of the plan."""
    return {name: value for group in ("all", *host.groups) for name, value in variables.get(group, {}).items()}


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


def _construct(plugin: Constructing, plan: InventoryPlan, options: InventoryOptions) -> None:
    """Apply the constructed options of the inventory file to every host of the plan."""
    compose, groups, keyed = (plugin.get_option(name) for name in ("compose", "groups", "keyed_groups"))
    if not (compose or groups or keyed):
        return
    strict = plugin.get_option("strict")
    shared = {name: _group_variables(group, options, as_data) for name, group in plan.groups.items()}
    live, plugin.inventory = plugin.inventory, _Recorder(plan)
    try:
        for host in plan.hosts:
            inherited = _inherited(host, shared)
            own = {"inventory_hostname": as_data(host.name), "group_names": list(host.groups)}
            variables = {**inherited, **own, **_host_variables(host, as_data)}
            plugin._set_composite_vars(compose, variables, host.name, strict)
            variables = {**inherited, **own, **_host_variables(host, as_data)}
            plugin._add_host_to_composed_groups(groups, variables, host.name, strict, fetch_hostvars=False)
            plugin._add_host_to_keyed_groups(keyed, variables, host.name, strict, fetch_hostvars=False)
    finally:
        plugin.inventory = live
