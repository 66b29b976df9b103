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
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show, unknown_key
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
        return _matches(name, self.include) and not self.excludes(name)

    def excludes(self, name: str) -> bool:
        """Return whether the output of that name is left out of everything."""
        return _matches(name, self.exclude)


def parse_host_rules(option: object) -> Optional[tuple[HostRule, ...]]:
    """Parse C(hosts). None, where it isn't given, means that hosts are found by their addresses."""
    if option is None:
        return None
    refusals = Refusals()
    rules = [
        refusals.checked(None, _host_rule, entry, f"hosts[{index}]")
        for index, entry in enumerate(_list(option, "hosts", "of entries"))
    ]
    names = [rule.output for rule in rules if rule]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            refusals.refuse(
                f"hosts: the output {name} has two entries. List each output once; an entry can have several groups"
            )
    refusals.finish()
    return tuple(rule for rule in rules if rule)


def parse_variable_rules(option: object, allow: object = None) -> VariableRules:
    """Parse C(variables) and C(allow_variables)."""
    refusals = Refusals()
    given: dict[str, Any] = refusals.checked(
        {}, _mapping, option if option is not None else {}, "variables", ("include", "exclude", "prefix"), refusals
    )
    prefix = given.get("prefix") or ""
    if not isinstance(prefix, str) or not _VARIABLE_PREFIX.match(prefix):
        refusals.refuse(
            f"variables.prefix: {show(prefix)} can't begin a variable's name. "
            "Use letters, digits and underscores, not starting with a digit"
        )
    include = given.get("include")
    rules = VariableRules(
        include=refusals.checked((), _patterns, ["*"] if include is None else include, "variables.include"),
        exclude=refusals.checked((), _patterns, given.get("exclude") or [], "variables.exclude"),
        prefix=prefix,
        allow=tuple(_each(_variable, allow or [], "allow_variables", "of names", refusals)),
    )
    refusals.finish()
    return rules


def _host_rule(entry: object, option: str) -> HostRule:
    refusals = Refusals()
    given = _mapping(entry, option, ("output", "groups", "hostname", "address", "vars"), refusals)
    hostname, address = given.get("hostname"), given.get("address")
    for name, value in (("hostname", hostname), ("address", address)):
        if value is not None and (not isinstance(value, str) or not value):
            refusals.refuse(f"{option}.{name}: {show(value)} is not a non-empty string")
    variables: dict[str, Any] = refusals.checked({}, _host_variables, given.get("vars") or {}, f"{option}.vars")
    groups = given.get("groups")
    if "output" not in given:
        refusals.refuse(f"{option}: 'output' is missing. Name the output whose values are hosts")
        output = ""
    else:
        output = refusals.checked("", output_name, given["output"], f"{option}.output")
    if groups is None and output:
        groups = [refusals.checked("", _own_group, output, f"{option}.groups")]
    else:
        groups = _each(_group, [] if groups is None else groups, f"{option}.groups", "of group names", refusals)
    refusals.finish()
    return HostRule(output, tuple(groups), hostname, address, variables)


def _host_variables(variables: object, option: str) -> dict[str, Any]:
    if not isinstance(variables, dict):
        raise OptionError(f"{option}: {show(variables)} is not a mapping of variables")
    refusals = Refusals()
    checked = {refusals.checked("", _variable, name, option): value for name, value in variables.items()}
    refusals.finish()
    return checked


def _own_group(output: str, option: str) -> str:
    """Return the group that an output's hosts are in where the file doesn't say."""
    group = output.lower()
    problem = group_name_problem(group)
    if problem:
        raise OptionError(
            f"{option}: not given, and the output's name, {group!r}, can't be a group: {problem}. Name its groups"
        )
    return group


def _mapping(value: object, option: str, keys: Sequence[str], refusals: Refusals) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise OptionError(f"{option}: {show(value)} is not a mapping. Valid keys: {', '.join(keys)}")
    for key in value:
        if key not in keys:
            refusals.refuse(unknown_key(option, key, keys))
    return value


def _each(
    parse: Callable[[object, str], str], value: object, option: str, of_what: str, refusals: Refusals
) -> list[str]:
    """Return the elements of a list, each parsed; what is wrong with them is noted."""
    items: list[Any] = refusals.checked([], _list, value, option, of_what)
    return [refusals.checked("", parse, item, option) for item in items]


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
