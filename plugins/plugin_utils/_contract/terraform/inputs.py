# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Terraform code reads of what Ansible publishes: calls of our C(ssm_inputs), and data sources.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Input
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import (
    Hole,
    Name,
    input_name,
    is_input_name,
)

from .expressions import Bound
from .key_lines import line_of_key
from .module import Located
from .values import Entries, Items, Value, as_name, entries_of, options, reason_of

_WITH_DEFAULTS = ("strings", "numbers", "booleans", "lists", "objects")


def inputs_of_call(call: Located, bound: Bound, condition: str) -> Iterator[Input]:
    """Yield the inputs that a call of C(ssm_inputs) reads."""
    attributes = call.block.attributes
    path = as_name(call.value("path", bound, Name.of(Hole("path"))))
    for form in _WITH_DEFAULTS:
        for key, rule, choice in entries_of(call.value(form, bound), form):
            place = call.place(line_of_key(attributes[form], key.literal), form)
            default = _has_default(rule)
            certain = not (condition or choice) and default is not None
            yield Input(input_name(path, key), place, default is not False, certain)
    if "secrets" in attributes:
        for name, choice in _elements(call.value("secrets", bound)):
            place = call.place(attributes["secrets"].line, "secrets")
            yield Input(input_name(path, name), place, certain=not (condition or choice))


def inputs_of_data(data: Located) -> Iterator[Input]:
    """Yield the inputs that a data source C(aws_ssm_parameter) reads, if it reads any."""
    for bound, condition in data.instances():
        for value, choice in options(data.value("name", bound), condition):
            name = as_name(value)
            if is_input_name(name):
                yield Input(name, data.place(data.block.attributes["name"].line), certain=not choice)


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
