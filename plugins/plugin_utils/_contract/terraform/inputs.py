# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Terraform code reads of what Ansible publishes: calls of our C(ssm_inputs), and data sources.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Callable, Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Input, Place
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import (
    Hole,
    Name,
    input_name,
    is_input_name,
)

from .expressions import Bound
from .key_lines import line_of_key
from .module import Module
from .syntax import Attribute
from .values import Entries, Items, Value, as_name, entries_of, options, reason_of

# However the module is fetched: from a folder, a git repository or an archive.
_OURS = re.compile(r"(?:^|/)ssm_inputs(?:\.git)?(?:\?.*)?\Z")
_WITH_DEFAULTS = ("strings", "numbers", "booleans", "lists", "objects")
PlaceOf = Callable[[int, str], Place]


def reads_inputs(source: str) -> bool:
    """Return whether a module's source is our C(ssm_inputs)."""
    return _OURS.search(source) is not None


def inputs_of_call(
    module: Module, attributes: Mapping[str, Attribute], bound: Bound, condition: str, place_of: PlaceOf
) -> Iterator[Input]:
    """Yield the inputs that a call of C(ssm_inputs) reads."""
    path = as_name(module.evaluate(attributes["path"], bound)) if "path" in attributes else Name.of(Hole("path"))
    for form in _WITH_DEFAULTS:
        if form in attributes:
            for key, rule, choice in entries_of(module.evaluate(attributes[form], bound), form):
                place = place_of(line_of_key(attributes[form], key.literal), form)
                default = _has_default(rule)
                certain = not (condition or choice) and default is not None
                yield Input(input_name(path, key), place, default is not False, certain)
    if "secrets" in attributes:
        for name, choice in _elements(module.evaluate(attributes["secrets"], bound)):
            place = place_of(attributes["secrets"].line, "secrets")
            yield Input(input_name(path, name), place, certain=not (condition or choice))


def inputs_of_data(
    module: Module, attributes: Mapping[str, Attribute], bound: Bound, condition: str, place: Place
) -> Iterator[Input]:
    """Yield the input that a data source C(aws_ssm_parameter) reads, if it is one."""
    for value, choice in options(module.evaluate(attributes["name"], bound), condition):
        name = as_name(value)
        if is_input_name(name):
            yield Input(name, place, certain=not choice)


def _has_default(rule: Value) -> Optional[bool]:
    """Return whether an input has a default, or None where the code leaves that open."""
    if not isinstance(rule, Entries):
        return None
    if rule.values.get("default") is not None:
        return True
    return None if rule.open else False


def _elements(given: Value) -> Iterator[tuple[Name, str]]:
    """Yield the elements of a list or set, and what decides that they are there."""
    for value, condition in options(given):
        for element in value.values if isinstance(value, Items) else ():
            yield as_name(element), condition
        if not isinstance(value, Items) or value.open:
            yield Name.of(Hole(reason_of(value, "secrets"))), condition or "secrets"
