# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup of outputs answers, and why.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._errors import DataError, DeniedError, NothingFoundError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs import Output, Severity
from ansible_collections.tfbridge.aws.plugins.module_utils._sources import PARAMETERS, absence, read_selected
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
        found = read_selected(reader, request.names, request.prefix, request.source, request.decrypt)
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
                _note_missing(absence(found, name, request.prefix, reader.region, request.source), request, answers)
            answers.values.append(_default(request))
    return answers


def _default(request: Request) -> Any:
    return request.default[0] if request.default else None


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
    return output.stored if request.raw else output.value
