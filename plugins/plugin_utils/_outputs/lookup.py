# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup of outputs gives for what was found, and why.

PRIVATE: not for use outside this collection, may change in any release.

Every task of every host imports this file anew, so it imports little: what reads AWS is in C(_answers.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import (
    DataError,
    DeniedError,
    NothingFoundError,
)


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
    source: str = "parameters"


@dataclasses.dataclass(frozen=True)
class Answer:
    """What AWS has under one name.

    C(missing) says that it isn't published, C(secret) is the parameter's name where it is a SecureString. C(stored)
    is the text of the value, or of each element. C(problems) are (kind, whether it is an error, message).
    """

    value: Any = dataclasses.field(default=None, repr=False)
    stored: Any = dataclasses.field(default=None, repr=False)
    problems: Sequence[tuple[str, bool, str]] = ()
    missing: str = ""
    secret: str = ""


Read = Callable[[Sequence[str]], Mapping[str, Answer]]


@dataclasses.dataclass
class Answers:
    """A value for each name, and what the user has to know."""

    values: list[Any] = dataclasses.field(default_factory=list, repr=False)
    warnings: list[str] = dataclasses.field(default_factory=list)


def look_up(read: Read, request: Request) -> Answers:
    """Give the outputs that the request names; C(read) has an answer for each. Raises the BridgeError family."""
    answers = Answers()
    try:
        found = read(request.names)
    except DeniedError as exc:
        if request.on_denied == "error":
            raise
        if request.on_denied == "warn":
            answers.warnings.append(str(exc))
        answers.values = [_default(request)] * len(request.names)
        return answers
    for name in request.names:
        if found[name].missing:
            _note_missing(found[name].missing, request, answers)
            answers.values.append(_default(request))
        else:
            answers.values.append(_value(name, found[name], request, answers))
    return answers


def _default(request: Request) -> Any:
    return request.default[0] if request.default else None


def _note_missing(message: str, request: Request, answers: Answers) -> None:
    if request.default:
        return
    if request.on_missing == "error":
        raise NothingFoundError(message)
    if request.on_missing == "warn":
        answers.warnings.append(message)


def _value(name: str, answer: Answer, request: Request, answers: Answers) -> Any:
    if answer.secret and not request.decrypt:
        raise DataError(
            f"the output {name} is a SecureString (parameter {answer.secret}). Give 'decrypt=true' to read it"
        )
    for kind, is_error, message in answer.problems:
        if kind == "broken_json" and request.raw:
            continue
        if is_error:
            raise DataError(message)
        answers.warnings.append(message)
    return answer.stored if request.raw else answer.value
