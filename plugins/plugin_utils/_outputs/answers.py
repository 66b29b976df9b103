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

from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Output, OutputSet, Severity
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import Reader
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.published import absence, read_selected
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import Connection

from .lookup import Answer, Request


def read_answers(
    plugin: str, options: Mapping[str, Any], region: Optional[str], request: Request, names: Sequence[str]
) -> dict[str, Answer]:
    """Read outputs by name and give an answer for each, published or not, and for what else came with them.

    Raises the BridgeError family.
    """
    reader = Connection(plugin, options).reader(region)
    found = read_selected(reader, names, request.prefix, request.source, request.decrypt)
    missing = {name: _missing(found, name, request, reader) for name in names if name not in found.outputs}
    return {**missing, **{name: _answer(output) for name, output in found.outputs.items()}}


def _missing(found: OutputSet, name: str, request: Request, reader: Reader) -> Answer:
    return Answer(missing=absence(found, name, request.prefix, reader.region, request.source))


def _answer(output: Output) -> Answer:
    return Answer(
        value=output.value,
        stored=output.stored,
        problems=[(problem.kind, problem.severity is Severity.ERROR, problem.message) for problem in output.problems],
        secret=output.parameters[0].name if output.secret else "",
    )
