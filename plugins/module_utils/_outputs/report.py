# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outputs as a module returns them, with what is wrong about them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, NothingFoundError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, together

from .addresses import mixed_addresses
from .output import Output, OutputSet, Severity
from .published import PARAMETERS, lacking


@dataclasses.dataclass(frozen=True)
class Rules:
    """Which outputs are reported (all, where none is named), and what is an error."""

    names: Sequence[str] = ()
    on_missing: str = "error"
    on_problem: str = "error"
    strict: bool = False


def report(
    outputs: OutputSet, rules: Rules, region: str, prefix: str, source: str = PARAMETERS
) -> tuple[dict[str, Any], list[str]]:
    """Return the result and the warnings. Raises NothingFoundError and DataError as the rules say."""
    chosen = [output for output in outputs.outputs.values() if not rules.names or output.name in rules.names]
    refused: list[str] = []
    warnings: list[str] = []
    missing = _missing(outputs, rules, region, prefix, source)
    if missing and rules.on_missing != "skip":
        (refused if rules.on_missing == "error" else warnings).append(missing)
    for problem in (problem for output in chosen for problem in output.problems):
        is_error = rules.strict or problem.severity is Severity.ERROR
        if rules.on_problem != "skip":
            (refused if is_error and rules.on_problem == "error" else warnings).append(problem.message)
    if refused:
        raise (NothingFoundError if refused == [missing] else DataError)(together(refused))
    result = {
        "outputs": [_described(output) for output in chosen],
        "values": {output.name.lower(): output.value for output in chosen if not output.secret},
        "strays": list(outputs.strays),
        "region": region,
        "prefix": prefix,
        "source": source,
    }
    return result, warnings


def _missing(outputs: OutputSet, rules: Rules, region: str, prefix: str, source: str) -> str:
    """Return the message about outputs that aren't published; nothing where all are."""
    absent = [name for name in rules.names if name not in outputs.outputs]
    lack = lacking(outputs, prefix, region, source)
    if lack:
        return f"{lack}. Check region, prefix and account"
    if not absent:
        return ""
    published = enumerate_names(list(outputs.outputs))
    return f"names: not published under {prefix!r} in {region}: {enumerate_names(absent)}. There are {published}"


def _described(output: Output) -> dict[str, Any]:
    changed = output.last_modified
    mixed = mixed_addresses(output)
    problems = (*output.problems, *((mixed,) if mixed else ()))
    return {
        "name": output.name,
        "kind": output.kind.value,
        "value": None if output.secret else output.value,
        "parameters": [parameter.name for parameter in output.stored_in],
        "version": output.version or None,
        "last_modified": changed.isoformat() if changed else None,
        "flags": [problem.kind.replace("_", " ") for problem in problems],
        "problems": [problem.message for problem in problems],
    }
