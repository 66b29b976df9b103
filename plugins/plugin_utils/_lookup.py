# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup of outputs answers, and why.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._errors import DataError, DeniedError, NothingFoundError
from ansible_collections.tfbridge.aws.plugins.module_utils._named_outputs import read_named
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs import (
    TYPED,
    Output,
    OutputSet,
    Parameter,
    Severity,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._snapshot import SLICE_NAME
from ansible_collections.tfbridge.aws.plugins.module_utils._sources import (
    PARAMETERS,
    SNAPSHOT,
    lacking,
    read_snapshot,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._ssm_reader import Reader


@dataclasses.dataclass(frozen=True)
class Request:
    """What a lookup was asked for. C(default) is a tuple, empty where the user gave none."""

    names: Sequence[str]
    prefix: str
    default: tuple[Any, ...] = ()
    raw: bool = False
    decrypt: bool = False
    on_missing: str = "error"
    on_denied: str = "error"
    source: str = PARAMETERS


@dataclasses.dataclass
class Answers:
    """A value for each name, and what the user has to know."""

    values: list[Any] = dataclasses.field(default_factory=list, repr=False)
    warnings: list[str] = dataclasses.field(default_factory=list)


def look_up(reader: Reader, request: Request) -> Answers:
    """Read the outputs that the request names. Raises the BridgeError family."""
    answers = Answers()
    try:
        found = _read(reader, request)
    except DeniedError as exc:
        if request.on_denied == "error":
            raise
        if request.on_denied == "warn":
            answers.warnings.append(str(exc))
        answers.values = [_default(request)] * len(request.names)
        return answers
    for name in request.names:
        if name in found.outputs:
            answers.values.append(_value(found.outputs[name], request, answers))
        else:
            if not request.default:
                _note_missing(_absence(found, name, reader.region, request), request, answers)
            answers.values.append(_default(request))
    return answers


def _read(reader: Reader, request: Request) -> OutputSet:
    if request.source == PARAMETERS:
        return read_named(reader, request.names, request.prefix, request.decrypt)
    published = read_snapshot(reader, request.prefix)
    secrets = [name for name in request.names if name in published.outputs and published.outputs[name].secret]
    if not secrets or not request.decrypt:
        return published
    # A snapshot has no more than their names.
    outputs = {name: output for name, output in published.outputs.items() if name not in secrets}
    outputs.update(read_named(reader, secrets, request.prefix, decrypt=True).outputs)
    return dataclasses.replace(published, outputs=outputs)


def _default(request: Request) -> Any:
    return request.default[0] if request.default else None


def _absence(found: OutputSet, name: str, region: str, request: Request) -> str:
    parameter = f"{request.prefix}{name}"
    where = f"there is no parameter {parameter} and no {parameter}_0"
    if request.source == SNAPSHOT:
        where = lacking(found, request.prefix, region, SNAPSHOT) or f"it is not in {request.prefix}{SLICE_NAME}*"
    return (
        f"the output {name} is not published in {region}: {where}. "
        "Check name, prefix, region and account, or give 'default'"
    )


def _note_missing(message: str, request: Request, answers: Answers) -> None:
    if request.on_missing == "error":
        raise NothingFoundError(message)
    if request.on_missing == "warn":
        answers.warnings.append(message)


def _value(output: Output, request: Request, answers: Answers) -> Any:
    if output.secret and not request.decrypt:
        raise DataError(
            f"the output {output.name} is a SecureString (parameter {output.parameters[0].name}). "
            "Give 'decrypt=true' to read it"
        )
    for problem in output.problems:
        if problem.kind == "broken_json" and request.raw:
            continue
        if problem.severity is Severity.ERROR:
            raise DataError(problem.message)
        answers.warnings.append(problem.message)
    return _stored(output) if request.raw else output.value


def _stored(output: Output) -> Any:
    """Give the text that is stored: one, or a list of them with null in the holes."""
    if not output.run:
        return _text_of(output.parameters[0])
    texts: list[Optional[str]] = [None] * len(output.value)
    for position, parameter in output.run.items():
        texts[position] = _text_of(parameter)
    return texts


def _text_of(parameter: Parameter) -> Optional[str]:
    if parameter.type == TYPED:
        return json.dumps(parameter.value, ensure_ascii=False, separators=(",", ":"))
    return None if parameter.value is None else str(parameter.value)
