# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of an inventory file, checked before anything is read.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import check_budget
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix

from .names import NameRules, group_name_problem
from .rules import HostRule, VariableRules, parse_host_rules, parse_variable_rules

_CONNECTION = ("access_key", "secret_key", "session_token", "profile", "endpoint_url", "assume_role_arn", "region")
_GROUP = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclasses.dataclass(frozen=True)
class InventoryOptions:
    """What an inventory file asks for. C(hosts) of None means: find hosts by their addresses."""

    hosts: Optional[tuple[HostRule, ...]] = None
    variables: VariableRules = dataclasses.field(default_factory=VariableRules)
    names: NameRules = dataclasses.field(default_factory=NameRules)
    regions: tuple[str, ...] = ()
    prefix: str = ""
    stack: tuple[str, ...] = ()
    source: str = "parameters"
    strict: bool = False
    decrypt: bool = False
    on_missing: str = "error"
    connection: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)


def parse_options(
    options: Mapping[str, Any],
    keywords: frozenset[str],
    core: frozenset[str],
    environment: Mapping[str, str],
    problems: Sequence[str] = (),
) -> InventoryOptions:
    """Return the checked options of an inventory file.

    Raises one OptionError for all that is wrong with them, and for the C(problems) that were found before.
    """
    refusals = Refusals(problems)
    refusals.checked(0.0, check_budget, options["retry_budget"])
    variables = refusals.checked(
        VariableRules(), parse_variable_rules, options["variables"], options["allow_variables"]
    )
    decrypt = options["secure_strings"] == "decrypt"
    parsed = InventoryOptions(
        hosts=refusals.checked(None, parse_host_rules, options["hosts"]),
        variables=variables,
        names=NameRules(frozenset(variables.allow), keywords, core),
        regions=refusals.checked((), _regions, options),
        prefix=refusals.checked("", check_prefix, options["prefix"]),
        stack=refusals.checked((), _stack, options["stack"]),
        source=options["source"],
        strict=options["strict"],
        decrypt=decrypt,
        on_missing=options["on_missing"],
        connection={name: options.get(name) for name in (*_CONNECTION, "retry_budget")},
    )
    if decrypt:
        refusals.checked(None, _check_secret_credentials, options.get("access_key"), environment)
    refusals.finish()
    return parsed


def _regions(options: Mapping[str, Any]) -> tuple[str, ...]:
    option = "regions" if options["regions"] else "region"
    regions = options["regions"] or ([options["region"]] if options["region"] else [])
    refusals = Refusals(f"regions: {show(region)} is listed twice" for region in regions if regions.count(region) > 1)
    checked = tuple(refusals.checked("", check_region, region, option) for region in regions)
    refusals.finish()
    return checked


def _stack(stack: Optional[str]) -> tuple[str, ...]:
    """Return the levels of a stack's name."""
    levels = tuple(stack.split("/")) if stack else ()
    for level in levels:
        problem = "" if _GROUP.match(level) else "it has characters other than letters, digits and underscores"
        problem = problem or group_name_problem(level)
        if problem:
            raise OptionError(
                f"stack: {show(stack)} can't name groups, because of {show(level)}: {problem}. "
                "Use a name, or levels separated by slashes: prod, prod/web"
            )
    return levels


def secret_template(options: InventoryOptions, output: str, region: str) -> str:
    """Return the template that reads a secret when a play uses it: its value is never part of the inventory."""
    names = ("profile", "endpoint_url", "assume_role_arn")
    arguments = {name: options.connection[name] for name in names if options.connection.get(name)}
    arguments.update(prefix=options.prefix, region=region, decrypt=True)
    if options.strict:
        arguments["strict"] = True
    text = ", ".join(f"{name}={_literal(value, name)}" for name, value in sorted(arguments.items()))
    return f"{{{{ lookup('tfbridge.aws.ssm_output', '{output}', {text}) }}}}"


def _check_secret_credentials(given: Optional[str], environment: Mapping[str, str]) -> None:
    """Refuse credentials that are only in the inventory file: the lookup of a secret could not have them."""
    if given and given not in (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_ACCESS_KEY")):
        raise OptionError(
            "secure_strings: 'decrypt' reads secrets while plays run, and can't hand on an access_key of the inventory "
            "file. Use the environment, a profile, assume_role_arn or an instance role"
        )


def _literal(value: object, option: str) -> str:
    if value is True:
        return "true"
    text = str(value)
    if "'" in text or "\\" in text or "{" in text:
        raise OptionError(f"{option}: {text!r} has a quote, a backslash or a brace, which no {option} has")
    return f"'{text}'"
