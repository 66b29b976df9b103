# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Parameter Store holds, as one side of the contract. Values are looked at for their shape, and let go.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import is_input
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Kind as StoredKind
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Output as StoredOutput
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import OutputSet

from .model.facts import Kind, Published, Shape
from .model.json_shape import shape_of_json
from .model.names import Name
from .outputs import Output


def published_of(found: OutputSet, prefix: str, snapshot: Optional[Collection[str]]) -> list[Published]:
    """Return what was read under a prefix. C(snapshot) has the names in the snapshot; None where it is not readable.

    Inputs for Terraform, which a prefix that is a path finds too, are not among them: nobody declares them as outputs.
    """
    return [
        _published(output, prefix, None if snapshot is None else output.name in snapshot)
        for output in found.outputs.values()
        if not is_input(f"{prefix}{output.name}")
    ]


def as_outputs(published: list[Published]) -> list[Output]:
    """Return what is published in the words that the sides are compared in."""
    return [Output(Name.of(one.name), one.shape, numbered=one.numbered) for one in published]


def _published(output: StoredOutput, prefix: str, in_snapshot: Optional[bool]) -> Published:
    changed = output.last_modified
    return Published(
        f"{prefix}{output.name}",
        Shape(Kind.SECRET) if output.secret else shape_of_json(output.value),
        output.version,
        changed.isoformat() if changed else "",
        not output.secret and _has_address(output.value),
        output.kind is StoredKind.LIST,
        output.kind.value,
        in_snapshot,
    )


def _has_address(value: Any) -> bool:
    """Return whether a value has something in it that the inventory would make a host of."""
    if isinstance(value, str):
        try:
            ipaddress.ip_address(value)
        except ValueError:
            return value.startswith("i-")
        return True
    if isinstance(value, (list, dict)):
        return any(map(_has_address, value.values() if isinstance(value, dict) else value))
    return False
