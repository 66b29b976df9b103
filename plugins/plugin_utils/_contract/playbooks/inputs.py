# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that publish inputs for Terraform.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable, Optional

import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import Input, Place
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import (
    Hole,
    Name,
    input_name,
    is_input_name,
)

from .template_names import name_of
from .yaml_files import child, items, line, text

PlaceOf = Callable[[int], Place]


def published_inputs(key: str, value: yaml.Node, place_of: PlaceOf) -> Iterator[Input]:
    """Yield what a key of a task or play publishes."""
    if key.removeprefix("tfbridge.aws.") == "ssm_inputs" and isinstance(value, yaml.MappingNode):
        yield from _module(value, place_of)
    elif key == "publish_to":
        # Of lambda_power_tuning, and a variable of the playbook tune_lambda.
        name = _name(value)
        if is_input_name(name):
            yield Input(name, place_of(line(value)))


def _module(given: yaml.Node, place_of: PlaceOf) -> Iterator[Input]:
    if text(child(given, "state")) not in (None, "present"):
        return
    path = _name(child(given, "path"))
    for option in ("inputs", "secrets"):
        for item in items(child(given, option)):
            yield Input(input_name(path, _name(child(item, "name"))), place_of(line(item)))


def _name(node: Optional[yaml.Node]) -> Name:
    value = text(node)
    return name_of(value) if value else Name.of(Hole("what is computed"))
