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

import contextlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, show

from .names import is_output_name, is_snapshot_name, numbered_name
from .output import (
    SECURE_STRING,
    STRING_LIST,
    TYPED,
    Kind,
    Output,
    OutputSet,
    Parameter,
    Problem,
    Severity,
    stored_text,
)

# "[::1]:8080", "[section]" and "{name}" are strings that people publish. A document is what goes on like JSON
# after its first bracket; from there on a mistake is reported, not taken for a string.
_DOCUMENT = re.compile(
    r"\s*(?:\{\s*(?:\"|\})"
    r"|\[\s*(?:[\"{\]\[]|(?:-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)\s*[,\]]))"
)

# ansible-core gives up on what is nested much deeper, in a traceback.
MAX_DEPTH = 64
RESERVED_KEY = "__ansible_"


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
        element = numbered_name(name)
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
    """Return the typed value of one parameter, and what is wrong with it. No message has the text of a secret."""
    value = parameter.value
    if value is None:
        return None, None
    if parameter.type == TYPED:
        problem = _unfit(value, parameter)
        return (stored_text(parameter) if problem else value), problem
    if parameter.type == STRING_LIST:
        return _split(value), None
    if not looks_like_document(value):
        return value, None
    try:
        document = parse_document(value)
        problem = _unfit(document, parameter)
    except DataError as exc:
        return value, _broken(parameter, str(exc))
    return (value if problem else document), problem


def _split(text: str) -> list[Any]:
    """Return the elements of a StringList: at its commas, but for the JSON array that some modules write as one."""
    if looks_like_document(text):
        with contextlib.suppress(DataError):
            document = parse_document(text)
            if isinstance(document, list):
                return document
    return text.split(",")


def _unfit(document: Any, parameter: Parameter) -> Optional[Problem]:
    """Return what is wrong with a document for Ansible, whose own JSON has keys with a meaning."""
    try:
        key = reserved_key(document)
    except DataError as exc:
        return _broken(parameter, str(exc))
    if key is None:
        return None
    shown = f"{RESERVED_KEY}..." if parameter.type == SECURE_STRING else show(key)
    return Problem(
        "reserved_key",
        Severity.ERROR,
        f"parameter {parameter.name} has the key {shown}: Ansible reads keys that begin with "
        f"{RESERVED_KEY} as its own, in every file and result. Publish it under another key",
    )


def _broken(parameter: Parameter, reason: str) -> Problem:
    # What is wrong with a secret may quote a part of it.
    shown = "the reason is not shown because it is a secret" if parameter.type == SECURE_STRING else reason
    # It may be TOML, JSON lines, or JSON with comments.
    return Problem(
        "broken_json",
        Severity.WARNING,
        f"parameter {parameter.name} looks like JSON but is not valid: {shown}. It is read as a string. "
        "Publish a valid JSON array or object, or text that doesn't start like one",
    )


def reserved_key(value: Any, depth: int = MAX_DEPTH) -> Optional[str]:
    """Return the first key at any depth that Ansible reserves. Raises DataError for what is nested too deeply."""
    if not isinstance(value, (dict, list)):
        return None
    if not depth:
        raise DataError(f"it is nested too deeply, more than {MAX_DEPTH} levels")
    for key in value if isinstance(value, dict) else ():
        if key.startswith(RESERVED_KEY):
            return str(key)
    items = value.values() if isinstance(value, dict) else value
    return next((found for item in items if (found := reserved_key(item, depth - 1)) is not None), None)


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


def looks_like_document(value: str) -> bool:
    """Return whether a value claims to be a JSON array or object."""
    return _DOCUMENT.match(value) is not None


def parse_document(text: str) -> Any:
    """Parse JSON, strictly: no duplicate keys, no NaN, no lone surrogates. Raises DataError that says what is wrong."""
    try:
        document = json.loads(
            text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant, parse_float=_finite
        )
        # A lone surrogate ("\ud800") parses but can be written nowhere: not to a cache, not to a terminal.
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except DataError:
        raise
    except RecursionError as exc:
        raise DataError("it is nested too deeply") from exc
    except UnicodeError as exc:
        raise DataError("it has half of a surrogate pair in a string") from exc
    except ValueError as exc:
        raise DataError(str(exc)) from exc
    return document


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [key for key, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"the key {twice!r} appears twice in one object")
    return result


def _refuse_constant(name: str) -> Any:
    raise DataError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise DataError(f"{show(text)} is too large for a number")
    return number
