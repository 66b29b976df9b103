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

from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import numbered_name
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Output, OutputSet, Severity
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import DESCRIBE_PAGE, Reader
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.published import absence, read_selected
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import Connection

from .answer import Answer


def fetch_answers(
    plugin: str, options: Mapping[str, Any], names: Sequence[str], suggest: bool, seconds: Optional[float]
) -> dict[str, Answer]:
    """Read outputs by name and return an answer for each, published or not, and for what else came with them.

    With C(suggest) the message for one that is missing names what is published under a similar name. Raises the
    BridgeError family.
    """
    prefix, source = options["prefix"], options["source"]
    reader = Connection(plugin, options, seconds).reader(options["region"] or None)
    found = read_selected(reader, names, prefix, source, options["decrypt"])
    missing = [name for name in names if name not in found.outputs]
    published = _published(reader, found, prefix) if missing and suggest else []
    answers = {name: _answer(output) for name, output in found.outputs.items()}
    for name in missing:
        message = absence(found, name, prefix, reader.region, source)
        answers[name] = Answer(missing=f"{message}.{_suggestion(name, prefix, published)}{reader.hint()}")
    return answers


def _answer(output: Output) -> Answer:
    return Answer(
        value=output.value,
        stored=output.stored,
        problems=[(problem.kind, problem.severity is Severity.ERROR, problem.message) for problem in output.problems],
        secret=output.parameters[0].name if output.secret else "",
    )


def _published(reader: Reader, found: OutputSet, prefix: str) -> list[str]:
    """Return names that are published, as far as one call tells and the caller's policies allow it."""
    if found.snapshot:
        return list(found.outputs)
    filters = [{"Key": "Name", "Option": "BeginsWith", "Values": [prefix]}]
    try:
        page = reader.client.describe_parameters(ParameterFilters=filters, MaxResults=DESCRIBE_PAGE)
    except Exception:  # noqa: BLE001  the error is that an output is missing, whatever this call says
        return []
    names = [str(item["Name"])[len(prefix) :] for item in page.get("Parameters", [])]
    return [element.name if (element := numbered_name(name)) else name for name in names]


def _suggestion(name: str, prefix: str, published: Sequence[str]) -> str:
    bare = name.removeprefix(prefix.rsplit("/", 1)[-1].upper())
    if bare != name and bare in published:
        return f" Names are given without the prefix: did you mean {bare!r}?"
    return nearest(name, published)
