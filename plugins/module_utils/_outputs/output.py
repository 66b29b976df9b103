# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is published: parameters of SSM, and the outputs of Terraform that they make.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
from collections.abc import Mapping
from typing import Any, Optional

SECURE_STRING = "SecureString"
STRING_LIST = "StringList"
# Not a type of SSM's: the value came typed, out of a snapshot.
TYPED = "typed"


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A parameter as AWS returned it. The value of a SecureString is None unless somebody asked to decrypt it.

    Or what a snapshot holds in the place of one: a text, or, with the type TYPED, whatever JSON has.
    """

    name: str
    type: str
    value: Any = dataclasses.field(repr=False)
    version: int = 0
    last_modified: Optional[dt.datetime] = None


class Kind(enum.Enum):
    """The form in which an output is published."""

    STRING = "string"
    LIST = "list"
    STRING_LIST = "string_list"
    JSON = "json"
    SECRET = "secret"  # noqa: S105  the name of a kind, not a secret


class Severity(enum.Enum):
    """What a problem is to a reader: an error, or a warning that is an error under strict."""

    ERROR = "error"
    WARNING = "warning"


@dataclasses.dataclass(frozen=True)
class Problem:
    """Something about an output that its readers have to know."""

    kind: str
    severity: Severity
    message: str


@dataclasses.dataclass(frozen=True)
class Output:
    """One output: its value, and where it came from. The value of a secret that isn't decrypted is None.

    C(run) has the parameters of a numbered list by position; it is empty for an output that is one parameter.
    C(slices) are the parameters of the snapshot that it was read from; C(parameters) then need not exist.
    """

    name: str
    kind: Kind
    value: Any = dataclasses.field(repr=False)
    parameters: tuple[Parameter, ...] = dataclasses.field(repr=False)
    problems: tuple[Problem, ...] = ()
    run: Mapping[int, Parameter] = dataclasses.field(default_factory=dict, repr=False)
    slices: tuple[Parameter, ...] = dataclasses.field(default=(), repr=False)

    @property
    def secret(self) -> bool:
        """Whether any part of it is a SecureString."""
        return self.kind is Kind.SECRET

    @property
    def label(self) -> str:
        """What it is called in messages: by its parameter, or by its place in the snapshot."""
        if self.slices:
            return f"output {self.name} of the snapshot {self.slices[0].name}"
        return f"parameter {self.parameters[0].name}"

    @property
    def stored_in(self) -> tuple[Parameter, ...]:
        """The parameters that hold it: its own, or all slices of the snapshot. Secrets have their own always."""
        return self.slices if self.slices and not self.secret else self.parameters

    @property
    def stored(self) -> Any:
        """The text that is stored: one, or a list of them with null in the holes."""
        if not self.run:
            return stored_text(self.parameters[0])
        texts = [None] * (max(self.run) + 1)
        for position, parameter in self.run.items():
            texts[position] = stored_text(parameter)
        return texts

    @property
    def version(self) -> int:
        """The highest version among the parameters that hold it."""
        return max((parameter.version for parameter in self.stored_in), default=0)

    @property
    def last_modified(self) -> Optional[dt.datetime]:
        """The latest change among the parameters that hold it."""
        return max((p.last_modified for p in self.stored_in if p.last_modified), default=None)


@dataclasses.dataclass(frozen=True)
class OutputSet:
    """What is published under one prefix: outputs by name, in the order of their names, and stray parameters.

    C(snapshot) tells that there is a snapshot, whether they were read from it or not.
    """

    outputs: Mapping[str, Output]
    strays: tuple[str, ...] = ()
    snapshot: bool = False

    def __bool__(self) -> bool:
        return bool(self.outputs)


def stored_text(parameter: Parameter) -> Any:
    """Return the text of a parameter; for what a snapshot holds typed, its JSON."""
    if parameter.type == TYPED:
        return json.dumps(parameter.value, ensure_ascii=False, separators=(",", ":"))
    return parameter.value
