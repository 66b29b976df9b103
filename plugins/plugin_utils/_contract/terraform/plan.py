# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan says will be published, from the JSON of C(terraform show -json).

PRIVATE: not for use outside this collection, may change in any release.

Names are exact here, and so are lengths of lists. No value is kept.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import (
    UNKNOWN_SHAPE,
    Declared,
    Kind,
    Place,
    Shape,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name

from .parameter_shape import shape_of_text

# A plan has the whole configuration in it, and what was there before.
MAX_PLAN = 200_000_000
_HOW = "Make it by: terraform plan -out=p.tfplan && terraform show -json p.tfplan > plan.json"


def read_plan(path: pathlib.Path, name: str) -> list[Declared]:
    """Read a plan's parameters. Raises DataError with what is wrong about the file."""
    try:
        size = path.stat().st_size
        if size > MAX_PLAN:
            raise DataError(f"plan_json: {name} has {size:,} bytes, and {MAX_PLAN:,} is the limit")
        plan = parse_json(path.read_bytes().decode("utf-8-sig"))
    except OSError as exc:
        raise DataError(f"plan_json: {name} can't be read: {exc.strerror}. {_HOW}") from exc
    except ValueError as exc:
        raise DataError(f"plan_json: {name} is not JSON: {exc}. {_HOW}") from exc
    values = plan.get("planned_values") if isinstance(plan, dict) else None
    if not isinstance(values, dict):
        raise DataError(f"plan_json: {name} has no 'planned_values': it is not the JSON of a plan. {_HOW}")
    root = values.get("root_module")
    return [_declared(resource, name) for resource in _resources(root if isinstance(root, dict) else {})]


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    waiting = [module]
    while waiting:
        current = waiting.pop()
        waiting += _mappings(current.get("child_modules"))
        for resource in _mappings(current.get("resources")):
            if resource.get("type") == "aws_ssm_parameter":
                yield resource


def _mappings(value: object) -> list[dict[str, Any]]:
    """Return the mappings in a list, nothing of anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _declared(resource: Mapping[str, Any], file: str) -> Declared:
    address = str(resource.get("address", "aws_ssm_parameter"))
    values = resource.get("values")
    values = values if isinstance(values, dict) else {}
    name = values.get("name")
    known = Name.of(name) if isinstance(name, str) and name else Name.of(Hole(f"the name of {address}"))
    return Declared(known, _shape(values), Place(file, what=address))


def _shape(values: Mapping[str, Any]) -> Shape:
    kind = values.get("type")
    if kind == "SecureString":
        return Shape(Kind.SECRET)
    value = values.get("value") if values.get("value") is not None else values.get("insecure_value")
    if isinstance(value, str):
        return shape_of_text(str(kind), value)
    return Shape(Kind.LIST) if kind == "StringList" else UNKNOWN_SHAPE
