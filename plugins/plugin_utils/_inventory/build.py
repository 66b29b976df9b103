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
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, show
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.addresses import has_hosts, mixed_addresses
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import nearest_output, why_no_output
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Output, OutputSet, Severity
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.findings import Findings

from .candidates import Candidate, candidates, instance_ids
from .merge import HostBook
from .names import group_name_problem, host_name_problem
from .options import InventoryOptions
from .plan import InventoryPlan, PlannedGroup
from .rules import HostRule

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
    region by id. Raises one DataError for all that can't be in an inventory, NothingFoundError for what is missing.
    """
    lacks = [*missing, *_only_secrets(published, options)]
    result = InventoryPlan(warnings=_missing(lacks, options.on_missing))
    findings = Findings(options.strict)
    book = HostBook(options.names, findings)
    for region, outputs in published.items():
        rules, absent = _rules_for(region, outputs, options, findings)
        result.warnings += absent
        _note_problems(region, outputs, rules, options, findings)
        scope = _add_scope(result, region, options.stack, len(published) > 1)
        result.groups[scope] = _variables(outputs, rules, options, region, findings)
        for rule in rules:
            with findings.noted():
                for candidate in _hosts_of(outputs.outputs[rule.output], rule, region, resolve):
                    with findings.noted():
                        name = _hostname(candidate, rule, render)
                        book.add(candidate, rule, name, () if scope == "all" else (scope,))
    result.hosts = book.finish()
    _add_groups(result, published, options, findings)
    result.warnings += findings.finish()
    return result


def _add_scope(result: InventoryPlan, region: str, stack: Sequence[str], several: bool) -> str:
    """Add the groups whose hosts have the variables of a region, from the outermost in, and return the innermost.

    The variables of one region are everybody's, where the file names no stack. Of several, each region's hosts get
    their own.
    """
    levels = [*stack, region.replace("-", "_")] if several else [*stack]
    names = ["_".join(levels[: depth + 1]) for depth in range(len(levels))]
    for outer, inner in zip(names, names[1:]):
        result.groups.setdefault(outer, PlannedGroup()).children.add(inner)
    return names[-1] if names else "all"


def _only_secrets(published: Mapping[str, OutputSet], options: InventoryOptions) -> list[str]:
    """Return the regions where there are secrets and nothing else, and secrets are skipped."""
    if options.decrypt:
        return []
    return [
        f"all that is published under {options.prefix!r} in {region} are SecureStrings, which are skipped. "
        "'secure_strings: decrypt' makes variables of them."
        for region, outputs in published.items()
        if outputs and all(output.secret and not has_hosts(output) for output in outputs.outputs.values())
        if not (outputs.snapshot and options.source == "parameters")
    ]


def _missing(messages: Sequence[str], on_missing: str) -> list[str]:
    """Return what is missing as warnings, or raise NothingFoundError for it, as the option says."""
    told = [f"{message} {_WAYS_OUT}" for message in messages]
    if told and on_missing == "error":
        raise NothingFoundError(" ".join(told))
    return told if on_missing == "warn" else []


def _rules_for(
    region: str, outputs: OutputSet, options: InventoryOptions, findings: Findings
) -> tuple[list[HostRule], list[str]]:
    """Return the rules whose outputs are published, in the order of the file, or one for each output of addresses."""
    if options.hosts is None:
        return [
            HostRule(output.name, (_own_group(output, findings),), found=True)
            for output in outputs.outputs.values()
            if not options.variables.excludes(output.name) and has_hosts(output)
        ], []
    absent = [rule.output for rule in options.hosts if rule.output not in outputs.outputs]
    warnings = []
    if absent and options.on_missing != "skip":
        listed = enumerate_names(list(outputs.outputs)) or "nothing"
        messages = [
            f"hosts: the output {name} is not published in {region}."
            f"{nearest_output(name, outputs.outputs, options.prefix)}"
            for name in absent
        ]
        messages[-1] += f" Published are: {listed}"
        if options.on_missing == "error":
            raise NothingFoundError(" ".join(messages))
        warnings = messages
    return [rule for rule in options.hosts if rule.output in outputs.outputs], warnings


def _own_group(output: Output, findings: Findings) -> str:
    group = output.name.lower()
    problem = group_name_problem(group)
    if problem:
        findings.refuse(
            f"{output.label} has addresses and would name the group {group!r}: {problem}. Name its groups in 'hosts', "
            "or leave it out with variables.exclude"
        )
    return group


def _note_problems(
    region: str, outputs: OutputSet, rules: Iterable[HostRule], options: InventoryOptions, findings: Findings
) -> None:
    """Note the problems of the outputs that are used, and the parameters that are no outputs."""
    hosts = {rule.output for rule in rules}
    for output in outputs.outputs.values():
        if output.name not in hosts and not options.variables.selects(output.name):
            continue
        mixed = (
            mixed_addresses(output) if options.hosts is None and not options.variables.excludes(output.name) else None
        )
        for problem in (*output.problems, *((mixed,) if mixed else ())):
            note = findings.refuse if problem.severity is Severity.ERROR else findings.warn
            note(f"{problem.message} (in {region})")
    if outputs.strays:
        reasons = [f"{name} ({why_no_output(name[len(options.prefix) :])})" for name in outputs.strays]
        findings.warn(
            f"parameters in {region} are not outputs, whose names are upper-case letters, digits and underscores: "
            f"{enumerate_names(reasons)}"
        )


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


def _variables(
    outputs: OutputSet, rules: Iterable[HostRule], options: InventoryOptions, region: str, findings: Findings
) -> PlannedGroup:
    hosts = {rule.output: rule for rule in rules}
    group = PlannedGroup(region=region)
    for output in outputs.outputs.values():
        if not options.variables.selects(output.name) or (output.secret and not options.decrypt):
            continue
        # What has other elements than hosts is of use as a variable too.
        if output.name in hosts and not (hosts[output.name].found and mixed_addresses(output)):
            continue
        variable = options.variables.prefix + output.name.lower()
        reason = options.names.steering(variable, options.variables.prefix) or options.names.reserved(variable)
        if reason:
            findings.refuse(
                f"{output.label} in {region} would set the variable {variable!r}: {reason}. "
                f"Leave it out with 'variables: {{exclude: [{output.name}]}}', give variables a prefix with "
                f"'variables: {{prefix: tf_}}', or accept it with 'allow_variables: [{variable}]'"
            )
        elif output.secret:
            group.secrets[variable] = output.name
        else:
            group.variables[variable] = output.value
    return group


def _add_groups(
    result: InventoryPlan, published: Mapping[str, OutputSet], options: InventoryOptions, findings: Findings
) -> None:
    """Name every group once, empty ones too, and refuse a host that has a group's name."""
    scopes = set(result.groups) - {"all"}
    named = [group for rule in options.hosts or () for group in rule.groups]
    named += [group for host in result.hosts for group in host.groups]
    for group in named:
        result.groups.setdefault(group, PlannedGroup())
    for region, outputs in published.items():
        for name, output in outputs.outputs.items():
            if options.hosts is None and name.lower() in scopes and has_hosts(output):
                findings.refuse(
                    f"output {name} in {region} has the name of the group that holds the hosts of a stack or region. "
                    "Name the hosts' groups in 'hosts', or read one region an inventory file"
                )
    for host in result.hosts:
        if host.name in result.groups:
            findings.refuse(
                f"{host.label} would make a host named {host.name!r}, which is also the name of a group. "
                "Give the hosts other names with 'hostname' in 'hosts'"
            )
