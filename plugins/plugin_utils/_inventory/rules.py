# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The C(hosts) and C(variables) options of the inventory, parsed into typed values.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest, show
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import output_name

from .names import group_name_problem

INSTANCE_ADDRESSES = ("private_ip", "public_ip", "private_dns", "public_dns", "instance_id")

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_VARIABLE_PREFIX = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)?\Z")


@dataclasses.dataclass(frozen=True)
class HostRule:
    """One entry of C(hosts): the output whose elements are hosts, and what they are to be.

    C(found) is set where no entry says so: the output's elements that are IP addresses are hosts.
    """

    output: str
    groups: tuple[str, ...] = ()
    hostname: Optional[str] = None
    address: Optional[str] = None
    variables: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    found: bool = False


@dataclasses.dataclass(frozen=True)
class VariableRules:
    """Which outputs become variables, and what their names begin with."""

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    prefix: str = ""
    allow: tuple[str, ...] = ()

    def selects(self, name: str) -> bool:
        """Return whether the output of that name becomes a variable."""
        return _matches(name, self.include) and not _matches(name, self.exclude)

    def excludes(self, name: str) -> bool:
        """Return whether the output of that name is left out of everything."""
        return _matches(name, self.exclude)


def parse_host_rules(option: object) -> Optional[tuple[HostRule, ...]]:
    """Parse C(hosts). None, where it isn't given, means that hosts are found by their addresses."""
    if option is None:
        return None
    rules = tuple(
        _host_rule(entry, f"hosts[{index}]") for index, entry in enumerate(_list(option, "hosts", "of entries"))
    )
    names = [rule.output for rule in rules]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise OptionError(
            f"hosts: the output {twice} has two entries. List each output once; an entry can have several groups"
        )
    return rules


def parse_variable_rules(option: object, allow: object = None) -> VariableRules:
    """Parse C(variables) and C(allow_variables)."""
    given = _mapping(option if option is not None else {}, "variables", ("include", "exclude", "prefix"))
    prefix = given.get("prefix") or ""
    if not isinstance(prefix, str) or not _VARIABLE_PREFIX.match(prefix):
        raise OptionError(
            f"variables.prefix: {show(prefix)} can't begin a variable's name. "
            "Use letters, digits and underscores, not starting with a digit"
        )
    include = given.get("include")
    return VariableRules(
        include=_patterns(["*"] if include is None else include, "variables.include"),
        exclude=_patterns(given.get("exclude") or [], "variables.exclude"),
        prefix=prefix,
        allow=tuple(_variable(name, "allow_variables") for name in _list(allow or [], "allow_variables", "of names")),
    )


def _host_rule(entry: object, option: str) -> HostRule:
    given = _mapping(entry, option, ("output", "groups", "hostname", "address", "vars"))
    if "output" not in given:
        raise OptionError(f"{option}: 'output' is missing. Name the output whose values are hosts")
    hostname, address = given.get("hostname"), given.get("address")
    for name, value in (("hostname", hostname), ("address", address)):
        if value is not None and (not isinstance(value, str) or not value):
            raise OptionError(f"{option}.{name}: {show(value)} is not a non-empty string")
    variables = given.get("vars") or {}
    if not isinstance(variables, dict):
        raise OptionError(f"{option}.vars: {show(variables)} is not a mapping of variables")
    output = output_name(given["output"], f"{option}.output")
    groups = given.get("groups")
    if groups is None:
        groups = [_own_group(output, f"{option}.groups")]
    return HostRule(
        output=output,
        groups=tuple(
            _group(group, f"{option}.groups") for group in _list(groups, f"{option}.groups", "of group names")
        ),
        hostname=hostname,
        address=address,
        variables={_variable(key, f"{option}.vars"): value for key, value in variables.items()},
    )


def _own_group(output: str, option: str) -> str:
    """Return the group that an output's hosts are in where the file doesn't say."""
    group = output.lower()
    problem = group_name_problem(group)
    if problem:
        raise OptionError(
            f"{option}: not given, and the output's name, {group!r}, can't be a group: {problem}. Name its groups"
        )
    return group


def _mapping(value: object, option: str, keys: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise OptionError(f"{option}: {show(value)} is not a mapping. Valid keys: {', '.join(keys)}")
    for key in value:
        if key not in keys:
            hint = nearest(str(key), keys)
            raise OptionError(f"{option}: {show(key)} is not a valid key.{hint} Valid keys: {', '.join(keys)}")
    return value


def _list(value: object, option: str, of_what: str) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise OptionError(f"{option}: {show(value)} is a {type(value).__name__}. Expected a list {of_what}")
    return list(value)


def _patterns(value: object, option: str) -> tuple[str, ...]:
    patterns = _list(value, option, "of names of outputs, in which * and ? are wildcards")
    for pattern in patterns:
        if not isinstance(pattern, str):
            raise OptionError(f"{option}: {show(pattern)} is a {type(pattern).__name__}, not a string")
    return tuple(pattern.upper() for pattern in patterns)


def _variable(name: object, option: str) -> str:
    if isinstance(name, str) and _VARIABLE.match(name):
        return str(name)
    raise OptionError(
        f"{option}: {show(name)} is not a variable's name. "
        "Use letters, digits and underscores, not starting with a digit"
    )


def _group(name: object, option: str) -> str:
    if isinstance(name, str) and name and not re.search(r"[\s,:!&*?\[\]{}~@]", name):
        return str(name)
    raise OptionError(f"{option}: {show(name)} is not a group's name. Use letters, digits and underscores")


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
