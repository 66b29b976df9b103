# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup's answers, read from AWS.

PRIVATE: not for use outside this collection, may change in any release.

Importing this file imports boto3, so it is imported where the run's cache has no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._named_outputs import read_named
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs import Output, Severity
from ansible_collections.tfbridge.aws.plugins.module_utils._ssm_reader import Reader
from ansible_collections.tfbridge.aws.plugins.plugin_utils._connection import Connection
from ansible_collections.tfbridge.aws.plugins.plugin_utils._lookup import Answer, Request


def read_answers(
    plugin: str, options: Mapping[str, Any], region: Optional[str], request: Request, names: Sequence[str]
) -> dict[str, Answer]:
    """Read outputs by name and give an answer for each, published or not. Raises the BridgeError family."""
    reader = Connection(plugin, options).reader(region)
    found = read_named(reader, names, request.prefix, request.decrypt).outputs
    return {name: _answer(found[name]) if name in found else _missing(name, request, reader) for name in names}


def _missing(name: str, request: Request, reader: Reader) -> Answer:
    parameter = f"{request.prefix}{name}"
    return Answer(
        missing=f"the output {name} is not published in {reader.region}: there is no parameter {parameter} and no "
        f"{parameter}_0. Check name, prefix, region and account, or give 'default'"
    )


def _answer(output: Output) -> Answer:
    return Answer(
        value=output.value,
        stored=_stored(output),
        problems=[(problem.kind, problem.severity is Severity.ERROR, problem.message) for problem in output.problems],
        secret=output.parameters[0].name if output.secret else "",
    )


def _stored(output: Output) -> Any:
    """Give the text that is stored: one, or a list of them with null in the holes."""
    if not output.run:
        return output.parameters[0].value
    texts: list[Optional[str]] = [None] * len(output.value)
    for position, parameter in output.run.items():
        texts[position] = parameter.value
    return texts
