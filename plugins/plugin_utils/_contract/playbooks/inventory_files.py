# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our inventory files: which outputs they turn into which groups and variables.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import By, InventoryRule, Place, Use
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Name

from .template_names import name_of
from .yaml_files import child, items, line, text

PLUGIN = "tfbridge.aws.ssm_outputs"
# Expressions without braces, or mappings of them.
EXPRESSIONS = ("compose", "groups")


def is_inventory(node: yaml.Node) -> bool:
    """Return whether a document is an inventory file of ours."""
    return text(child(node, "plugin")) == PLUGIN


def rule_of(node: yaml.Node) -> InventoryRule:
    """Return what a file makes of outputs."""
    hosts, variables = child(node, "hosts"), child(node, "variables")
    groups: Optional[dict[str, tuple[str, ...]]] = None
    if hosts is not None:
        groups = {}
        for entry in items(hosts):
            output = (text(child(entry, "output")) or "").upper()
            named = child(entry, "groups")
            groups[output] = _texts(named) if named is not None else (output.lower(),)
    return InventoryRule(
        prefix=text(child(node, "prefix")) or "OUTPUT_",
        variable_prefix=text(child(variables, "prefix")) or "",
        include=_patterns(child(variables, "include")) or ("*",),
        exclude=_patterns(child(variables, "exclude")),
        groups=groups,
    )


def host_uses(node: yaml.Node, file: str) -> Iterator[Use]:
    """Yield the outputs that a file names as hosts: the inventory fails without them, unless it says otherwise."""
    optional = text(child(node, "on_missing")) in ("skip", "warn")
    prefix = name_of(text(child(node, "prefix")) or "OUTPUT_")
    for entry in items(child(node, "hosts")):
        output = text(child(entry, "output"))
        if output:
            where = Place(file, line(entry), "hosts of the inventory")
            yield Use(By.OUTPUT, Name.of(output.upper()), where, prefix, optional=optional)


def _texts(node: Optional[yaml.Node]) -> tuple[str, ...]:
    return tuple(value for value in map(text, items(node)) if value)


def _patterns(node: Optional[yaml.Node]) -> tuple[str, ...]:
    return tuple(value.upper() for value in _texts(node))
