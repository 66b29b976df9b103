# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outputs become an inventory: hosts, groups and variables, all checked before the first host is added.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, NothingFoundError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, nearest, show
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Output, OutputSet, Severity

from .addresses import host_name_problem
from .candidates import (
    Candidate,
    candidates,
    instance_ids,
    is_host_output,
)
from .merge import HostBook
from .options import InventoryOptions
from .plan import InventoryPlan, PlannedGroup
from .rules import ANSIBLES_GROUPS, HostRule

Render = Callable[[str, Mapping[str, Any]], Any]
Resolve = Callable[[str, Sequence[str]], Mapping[str, Mapping[str, Any]]]


_WAYS_OUT = (
    "Check region, prefix and account, and that terraform apply has run; 'on_missing: warn' or 'skip' accepts an "
    "empty inventory"
)


def build_plan(
    published: Mapping[str, OutputSet],
    missing: Sequence[str],
    options: InventoryOptions,
    render: Render,
    resolve: Resolve,
) -> InventoryPlan:
    """Return the inventory of one or several regions.

    C(missing) says what the regions lack; C(render) fills in a hostname template; C(resolve) returns instances of a
    region by id. Raises DataError for what can't be an inventory, NothingFoundError for what isn't published.
    """
    result = InventoryPlan(warnings=_missing(missing, options.on_missing))
    book = HostBook(options.names)
    for region, outputs in published.items():
        rules, absent = _rules_for(region, outputs, options)
        result.warnings += _problems(region, outputs, rules, options) + absent
        # The variables of one region are everybody's. Of several, each region's hosts get their own.
        home = "all" if len(published) == 1 else region.replace("-", "_")
        result.groups[home] = _variables(outputs, rules, options, region)
        for rule in rules:
            for candidate in _hosts_of(outputs.outputs[rule.output], rule, region, resolve):
                book.add(candidate, rule, _hostname(candidate, rule, render), () if home == "all" else (home,))
    result.hosts = book.finish()
    _add_groups(result, published, options)
    return result


def _missing(messages: Sequence[str], on_missing: str) -> list[str]:
    """Return what is missing as warnings, or raise NothingFoundError for it, as the option says."""
    if messages and on_missing == "error":
        raise NothingFoundError(" ".join(f"{message} {_WAYS_OUT}" for message in messages))
    return [f"{message} {_WAYS_OUT}" for message in messages] if on_missing == "warn" else []


def _rules_for(region: str, outputs: OutputSet, options: InventoryOptions) -> tuple[list[HostRule], list[str]]:
    """Return the rules whose outputs are published, in the order of the file, or one for each output of addresses."""
    if options.hosts is None:
        found = (o for o in outputs.outputs.values() if not options.variables.excludes(o.name))
        return [HostRule(output.name, (_own_group(output),)) for output in found if is_host_output(output)], []
    warnings = []
    for rule in options.hosts:
        if rule.output not in outputs.outputs and options.on_missing != "skip":
            published = enumerate_names(list(outputs.outputs)) or "nothing"
            message = (
                f"hosts: the output {rule.output} is not published in {region}."
                f"{nearest(rule.output, outputs.outputs)} Published are: {published}"
            )
            if options.on_missing == "error":
                raise NothingFoundError(message)
            warnings.append(message)
    return [rule for rule in options.hosts if rule.output in outputs.outputs], warnings


def _own_group(output: Output) -> str:
    group = output.name.lower()
    if group in ANSIBLES_GROUPS:
        raise DataError(
            f"{output.label} has addresses and would name the group {group!r}, which is "
            "reserved by Ansible. Name its groups in 'hosts', or leave it out with variables.exclude"
        )
    return group


def _problems(region: str, outputs: OutputSet, rules: Iterable[HostRule], options: InventoryOptions) -> list[str]:
    """Raise the problems of the outputs that are used, or give them as warnings."""
    hosts = {rule.output for rule in rules}
    warnings = []
    for output in outputs.outputs.values():
        if output.name not in hosts and not options.variables.selects(output.name):
            continue
        for problem in output.problems:
            message = f"{problem.message} (in {region})"
            if options.strict or problem.severity is Severity.ERROR:
                raise DataError(message)
            warnings.append(message)
    if outputs.strays:
        message = (
            f"parameters in {region} are not outputs, their names are not upper-case letters, digits and underscores: "
            f"{enumerate_names(outputs.strays)}"
        )
        if options.strict:
            raise DataError(message)
        warnings.append(message)
    return warnings


def _hosts_of(output: Output, rule: HostRule, region: str, resolve: Resolve) -> Iterable[Candidate]:
    ids = instance_ids(output, rule)
    return candidates(output, rule, region, resolve(region, ids) if ids else {})


def _hostname(candidate: Candidate, rule: HostRule, render: Render) -> Optional[str]:
    """Return the name that the file's template or the publisher gives; None means that the address is the name."""
    name: Any = candidate.given_name
    if rule.hostname is not None:
        position = candidate.position
        name = render(
            rule.hostname,
            {
                "output": candidate.output,
                "name": candidate.name,
                "address": candidate.address,
                "index": position if isinstance(position, int) else None,
                "key": position if isinstance(position, str) else None,
                "region": candidate.region,
                "value": candidate.value,
                "item": candidate.item,
                "instance": candidate.instance,
            },
        )
    inventory_hostname = candidate.address if name is None else name
    problem = host_name_problem(inventory_hostname)
    if problem:
        raise DataError(
            f"{candidate.label} in {candidate.region} would make a host named {show(inventory_hostname)}: {problem}. "
            "A host name is an IP address, or made of letters, digits, '_', '.' and '-'. See 'hostname' in 'hosts'"
        )
    return None if name is None else str(name)


def _variables(outputs: OutputSet, rules: Iterable[HostRule], options: InventoryOptions, region: str) -> PlannedGroup:
    hosts = {rule.output for rule in rules}
    group = PlannedGroup(region=region)
    for output in outputs.outputs.values():
        if output.name in hosts or not options.variables.selects(output.name):
            continue
        if output.secret and not options.decrypt:
            continue
        variable = options.variables.prefix + output.name.lower()
        reason = options.names.steering(variable) or options.names.reserved(variable)
        if reason:
            raise DataError(
                f"{output.label} in {region} would set the variable {variable!r}: {reason}. "
                f"Leave it out with 'variables: {{exclude: [{output.name}]}}', give variables a prefix with "
                f"'variables: {{prefix: tf_}}', or accept it with 'allow_variables: [{variable}]'"
            )
        if output.secret:
            group.secrets[variable] = output.name
        else:
            group.variables[variable] = output.value
    return group


def _add_groups(result: InventoryPlan, published: Mapping[str, OutputSet], options: InventoryOptions) -> None:
    """Name every group once, empty ones too, and refuse a host that has a group's name."""
    homes = set(result.groups)
    for rule in options.hosts or ():
        for group in rule.groups:
            result.groups.setdefault(group, PlannedGroup())
    for host in result.hosts:
        for group in host.groups:
            result.groups.setdefault(group, PlannedGroup())
    for region, outputs in published.items():
        for name in outputs.outputs:
            if options.hosts is None and len(published) > 1 and name.lower() in homes:
                raise DataError(
                    f"output {name} in {region} has the name of the group that holds a region's hosts. "
                    "Read one region an inventory file, or name the hosts' groups in 'hosts'"
                )
    for host in result.hosts:
        if host.name in result.groups:
            raise DataError(
                f"{host.label} would make a host named {host.name!r}, which is also the name of a group. "
                "Give the hosts other names with 'hostname' in 'hosts'"
            )
