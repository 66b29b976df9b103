# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup of outputs answers, and why.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._errors import DataError, DeniedError, NothingFoundError
from ansible_collections.tfbridge.aws.plugins.module_utils._named_outputs import read_named
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs import Output, Severity
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


@dataclasses.dataclass
class Answers:
    """A value for each name, and what the user has to know."""

    values: list[Any] = dataclasses.field(default_factory=list, repr=False)
    warnings: list[str] = dataclasses.field(default_factory=list)


def look_up(reader: Reader, request: Request) -> Answers:
    """Read the outputs that the request names. Raises the BridgeError family."""
    answers = Answers()
    try:
        found = read_named(reader, request.names, request.prefix, request.decrypt).outputs
    except DeniedError as exc:
        if request.on_denied == "error":
            raise
        if request.on_denied == "warn":
            answers.warnings.append(str(exc))
        answers.values = [_default(request)] * len(request.names)
        return answers
    for name in request.names:
        if name in found:
            answers.values.append(_value(found[name], request, answers))
        else:
            _note_missing(f"{request.prefix}{name}", name, reader.region, request, answers)
            answers.values.append(_default(request))
    return answers


def _default(request: Request) -> Any:
    return request.default[0] if request.default else None


def _note_missing(parameter: str, name: str, region: str, request: Request, answers: Answers) -> None:
    if request.default:
        return
    message = (
        f"the output {name} is not published in {region}: there is no parameter {parameter} and no {parameter}_0. "
        "Check name, prefix, region and account, or give 'default'"
    )
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
        return output.parameters[0].value
    texts: list[Optional[str]] = [None] * len(output.value)
    for position, parameter in output.run.items():
        texts[position] = parameter.value
    return texts
