# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters of SSM become outputs: typed values with the names that Terraform gave them.

PRIVATE: not for use outside this collection, may change in any release.

The contract: C(X_0 .. X_n) are one list C(X), read back in numeric order; a value that is a JSON array or
object is decoded; a StringList is split; a SecureString is a secret, whose value is not looked at; the rest
is a string.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
from collections.abc import Iterable, Mapping
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names

from .documents import looks_like_document, parse_document
from .names import element_of, is_output_name, is_snapshot_name

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
            return _stored(self.parameters[0])
        texts = [None] * (max(self.run) + 1)
        for position, parameter in self.run.items():
            texts[position] = _stored(parameter)
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


def assemble(parameters: Iterable[Parameter], prefix: str) -> OutputSet:
    """Make outputs of parameters whose names begin with the prefix. Never raises: problems are part of an output."""
    named: dict[str, Parameter] = {}
    strays: list[str] = []
    snapshot = False
    for parameter in parameters:
        name = parameter.name[len(prefix) :]
        if is_output_name(name):
            named[name] = parameter
        elif is_snapshot_name(name):
            snapshot = True
        else:
            strays.append(parameter.name)
    runs = _runs(named)
    in_runs = {parameter.name for run in runs.values() for parameter in run.values()}
    singles = {name for name, parameter in named.items() if parameter.name not in in_runs}
    outputs = {name: output_of(name, named.get(name), runs.get(name, {})) for name in sorted(singles | set(runs))}
    return OutputSet(outputs, tuple(sorted(strays)), snapshot)


def output_of(name: str, single: Optional[Parameter], run: Mapping[int, Parameter]) -> Output:
    """Make the output of a single parameter, of the numbered ones of a list, or of both, which is an ambiguity."""
    if 0 in run:
        return _list_output(name, run, single)
    if single is None:
        raise ValueError(f"no parameter for {name}")
    return _single_output(name, single)


def _runs(named: Mapping[str, Parameter]) -> dict[str, dict[int, Parameter]]:
    runs: dict[str, dict[int, Parameter]] = {}
    for name, parameter in named.items():
        element = element_of(name)
        # A run begins at 0: without that, X_1 is a single value of that name.
        if element and f"{element.name}_0" in named:
            runs.setdefault(element.name, {})[element.position] = parameter
    return runs


def _single_output(name: str, parameter: Parameter) -> Output:
    if parameter.type == SECURE_STRING and parameter.value is None:
        return Output(name, Kind.SECRET, None, (parameter,))
    value, problem = decode(parameter)
    if parameter.type == SECURE_STRING:
        kind = Kind.SECRET
    elif parameter.type == STRING_LIST:
        kind = Kind.STRING_LIST
    else:
        kind = Kind.STRING if isinstance(value, str) else Kind.JSON
    return Output(name, kind, value, (parameter,), (problem,) if problem else ())


def _list_output(name: str, run: Mapping[int, Parameter], single: Optional[Parameter]) -> Output:
    """Make one output of a run. A position that isn't published stays in the list, as null."""
    problems: list[Problem] = []
    values: list[Any] = [None] * (max(run) + 1)
    for index in sorted(run):
        values[index], problem = decode(run[index])
        if problem:
            problems.append(problem)
    parameters = tuple(run[index] for index in sorted(run))
    if single is not None:
        parameters = (single, *parameters)
        problems.append(_ambiguity(single, run[0]))
    if len(run) != len(values):
        problems.append(_hole(run))
    secret = any(parameter.type == SECURE_STRING for parameter in parameters)
    return Output(name, Kind.SECRET if secret else Kind.LIST, values, parameters, tuple(problems), run)


def decode(parameter: Parameter) -> tuple[Any, Optional[Problem]]:
    """Give the typed value of one parameter, and what is wrong with it. The text of a secret is never in a message."""
    value = parameter.value
    if value is None or parameter.type == TYPED:
        return value, None
    if parameter.type == STRING_LIST:
        return value.split(","), None
    if not looks_like_document(value):
        return value, None
    try:
        return parse_document(value), None
    except DataError as exc:
        # What is wrong with a secret may quote a part of it.
        reason = "what is wrong is not shown, it is a secret" if parameter.type == SECURE_STRING else str(exc)
        message = (
            f"parameter {parameter.name} begins like JSON but isn't: {reason}. "
            "Accepted are a valid JSON array or object, or text that doesn't look like one"
        )
        return value, Problem("broken_json", Severity.ERROR, message)


def _stored(parameter: Parameter) -> Any:
    if parameter.type == TYPED:
        return json.dumps(parameter.value, ensure_ascii=False, separators=(",", ":"))
    return parameter.value


def _ambiguity(single: Parameter, first: Parameter) -> Problem:
    return Problem(
        "ambiguous",
        Severity.ERROR,
        f"parameters {single.name} and {first.name} both claim the name of one output: the first is a single value, "
        "the second begins a list. Delete or rename one of them",
    )


def _hole(run: Mapping[int, Parameter]) -> Problem:
    base = run[0].name[: -len("_0")]
    missing = [f"{base}_{index}" for index in range(max(run)) if index not in run]
    return Problem(
        "hole",
        Severity.WARNING,
        f"parameters {base}_0 to {base}_{max(run)} are a list with holes, not published: {enumerate_names(missing)}. "
        "The other elements keep their positions. Publish the list again, or delete the rest of an older, longer one",
    )
