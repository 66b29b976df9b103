# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts told of by several outputs become one host each, or an error that names both outputs.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.findings import Findings

from .candidates import Candidate
from .names import NameRules
from .plan import PlannedHost
from .rules import HostRule


@dataclasses.dataclass
class _Entry:
    """A host while outputs are still being read: the variables, and the parameter that set each."""

    address: str
    region: str
    label: str
    given_name: Optional[str] = None
    named_by: str = ""
    groups: list[str] = dataclasses.field(default_factory=list)
    variables: dict[str, Any] = dataclasses.field(default_factory=dict)
    set_by: dict[str, str] = dataclasses.field(default_factory=dict)
    outputs: dict[str, Any] = dataclasses.field(default_factory=dict)
    item: dict[str, Any] = dataclasses.field(default_factory=dict)
    from_file: set[str] = dataclasses.field(default_factory=set)

    @property
    def name(self) -> str:
        return self.given_name or self.address


class HostBook:
    """Collects candidates. One address in one region is one host."""

    def __init__(self, names: NameRules, findings: Findings) -> None:
        self._names = names
        self._findings = findings
        self._entries: dict[tuple[str, str], _Entry] = {}

    def add(self, candidate: Candidate, rule: HostRule, name: Optional[str], groups: Sequence[str] = ()) -> None:
        """Add what one output tells of a host; raises DataError where two outputs contradict each other."""
        key = (candidate.region, candidate.address)
        entry = self._entries.setdefault(key, _Entry(candidate.address, candidate.region, candidate.label))
        if rule.found and name is not None and entry.outputs and candidate.output not in entry.outputs:
            self._keep_name(entry, candidate, name)
        else:
            _adopt_name(entry, candidate, name)
        for group in (*rule.groups, *groups):
            if group not in entry.groups:
                entry.groups.append(group)
        entry.outputs[candidate.output] = candidate.position
        entry.item.update(candidate.item)
        entry.from_file.update(rule.variables)
        for variable, value in self._variables(candidate, rule).items():
            _set(entry, variable, value, candidate)

    def finish(self) -> list[PlannedHost]:
        """Return the hosts in the order in which they came. Two hosts with one name are refused."""
        owners: dict[str, _Entry] = {}
        for entry in self._entries.values():
            other = owners.setdefault(entry.name, entry)
            if other is not entry:
                self._findings.refuse(
                    f"{other.label} in {other.region} and {entry.label} in {entry.region} give two hosts one name, "
                    f"{entry.name!r}: {other.address} and {entry.address}. Give them names of their own with "
                    "'hostname' in 'hosts', for example '{{ name }}-{{ region }}'"
                )
        return [_host(entry) for entry in self._entries.values()]

    def _keep_name(self, entry: _Entry, candidate: Candidate, name: str) -> None:
        """Keep the first name of a host that several outputs were found to have, and say so."""
        if name == entry.name:
            return
        if entry.given_name is not None:
            _adopt_name(entry, candidate, name)
        self._findings.warn(
            f"{entry.label} and {candidate.label} in {entry.region} both have the address {entry.address}: it is one "
            f"host, named {entry.name!r} and not {name!r}, with the variables of both. Name the outputs that are hosts "
            "in 'hosts', or leave one out with variables.exclude"
        )

    def _variables(self, candidate: Candidate, rule: HostRule) -> Mapping[str, Any]:
        """Return the attributes of an object that may be variables; all of them are in tfbridge_item."""
        variables: dict[str, Any] = {}
        for key, value in candidate.item.items():
            reason = self._names.steering(key)
            if reason:
                self._findings.refuse(
                    f"{candidate.label} in {candidate.region} has the attribute {show(key)}: {reason}. Publish it "
                    f"without, or accept it with 'allow_variables: [{key}]'"
                )
            if not self._names.reserved(key):
                variables[key] = value
        if candidate.instance:
            variables["tfbridge_instance"] = dict(candidate.instance)
        return {**variables, **rule.variables}


def _adopt_name(entry: _Entry, candidate: Candidate, name: Optional[str]) -> None:
    """Let a given name win over the address, and refuse a second given name."""
    if name is None or name == entry.given_name:
        return
    if entry.given_name is not None:
        raise DataError(
            f"{entry.named_by} and {candidate.label} in {entry.region} both name {entry.address}: as "
            f"{entry.given_name!r} and as {name!r}. One address is one host; give it one name"
        )
    entry.given_name, entry.named_by = name, candidate.label


def _set(entry: _Entry, variable: str, value: Any, candidate: Candidate) -> None:
    if variable in entry.variables and not _same(entry.variables[variable], value):
        raise DataError(
            f"{entry.set_by[variable]} and {candidate.label} in {entry.region} both describe {entry.address} and set "
            f"{variable!r}: to {show(entry.variables[variable])} and to {show(value)}. Publish one of the two, "
            "or give the address to one output only"
        )
    entry.variables[variable] = value
    entry.set_by.setdefault(variable, candidate.label)


def _same(one: Any, other: Any) -> bool:
    # 1, 1.0 and True are equal to Python, and not the same to a playbook.
    return type(one) is type(other) and bool(one == other)


def _host(entry: _Entry) -> PlannedHost:
    variables = dict(entry.variables)
    if entry.name != entry.address:
        variables.setdefault("ansible_host", entry.address)
    variables["tfbridge_region"] = entry.region
    variables["tfbridge_outputs"] = entry.outputs
    if entry.item:
        variables["tfbridge_item"] = entry.item
    return PlannedHost(entry.name, entry.groups, variables, sorted(entry.from_file), entry.label)
