# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the variables that an inventory makes of outputs mean to Ansible and to collections, as flags of the outputs.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class NameRules(Protocol):
    """What the inventory refuses; each returns the reason, nothing for a name that is fine."""

    def steering(self, name: str) -> str:
        """Return what is dangerous about a variable of that name."""

    def reserved(self, name: str) -> str:
        """Return why a name is no good as a variable though it is not dangerous."""


def variables_of(result: Mapping[str, Any]) -> set[str]:
    """Return the variables of all outputs in a result of ssm_outputs_info."""
    return {name for output in result["outputs"] for name in (output["name"].lower(), *_attributes(output))}


def with_variable_flags(result: Mapping[str, Any], readers: Mapping[str, str], rules: NameRules) -> dict[str, Any]:
    """Return a result of ssm_outputs_info with flags for outputs whose variables are refused, or are read as options.

    C(readers) are collections by the variable that one of their plugins reads.
    """
    return {**result, "outputs": [_flagged(output, readers, rules) for output in result["outputs"]]}


def _flagged(output: Mapping[str, Any], readers: Mapping[str, str], rules: NameRules) -> dict[str, Any]:
    variable, attributes = output["name"].lower(), _attributes(output)
    reasons = {variable: rules.steering(variable) or rules.reserved(variable)}
    reasons.update({name: reason for name in attributes if (reason := rules.steering(name))})
    refused = [
        f"{output['name']}: the inventory refuses the variable {name!r}: {reason}"
        for name, reason in reasons.items()
        if reason
    ]
    read_by = [f"read by {readers[name]}" for name in (variable, *attributes) if name in readers]
    return {
        **output,
        "flags": [*output["flags"], *(["refused name"] if refused else []), *dict.fromkeys(read_by)],
        "problems": [*output["problems"], *refused],
    }


def _attributes(output: Mapping[str, Any]) -> list[str]:
    """Return the keys of objects that may be hosts: they become the hosts' variables."""
    value = output["value"]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sorted({key for item in items if isinstance(item, dict) for key in item})
