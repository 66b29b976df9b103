# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON document of a snapshot, and the outputs in it: the same that parameters would make.

PRIVATE: not for use outside this collection, may change in any release.

C({"version": 1, "strings": {X: text}, "lists": {X: [text]}, "objects": {X: anything}, "secrets": [X]}), as the
inputs of the Terraform module, with names in upper case. A text, or null, is what a parameter would hold, and is
read as one; objects are typed already; of secrets there are the names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, show

from .decode import assemble, parse_document
from .names import is_output_name
from .output import SECURE_STRING, TYPED, Output, OutputSet, Parameter

VERSION = 1
_SECTIONS = {"strings": dict, "lists": dict, "objects": dict, "secrets": list}


def outputs_of(content: bytes, prefix: str, slices: tuple[Parameter, ...], label: str) -> OutputSet:
    """Return the outputs of a snapshot's JSON; raises DataError where it is not the document described above."""
    try:
        document = parse_document(content.decode("utf-8"))
        _check(document)
        parameters = list(_parameters(document, prefix))
        _check_names(parameters, prefix)
    except UnicodeDecodeError as exc:
        raise DataError(f"{label} is not UTF-8: {exc.reason} at byte {exc.start:,}") from exc
    except DataError as exc:
        raise DataError(f"{label} is not the JSON of a snapshot: {exc}") from exc
    outputs = assemble(parameters, prefix).outputs
    return OutputSet({name: _placed(output, slices, label) for name, output in outputs.items()}, snapshot=True)


def _check(document: Any) -> None:
    if not isinstance(document, dict):
        raise DataError(f"it is a {type(document).__name__}, not an object")
    version = document.get("version")
    # true and 1.0 equal 1 in Python.
    if repr(version) != repr(VERSION):
        raise DataError(f"its version is {show(version)}, and this version of the collection reads {VERSION}")
    for name, kind in _SECTIONS.items():
        if not isinstance(document.get(name), kind):
            raise DataError(f"{name!r} is missing, or is not an {'array' if kind is list else 'object'}")
    unknown = sorted(set(document) - set(_SECTIONS) - {"version"})
    if unknown:
        raise DataError(f"it has {enumerate_names([show(name) for name in unknown])} beside {', '.join(_SECTIONS)}")


def _parameters(document: Any, prefix: str) -> Iterator[Parameter]:
    """Return each parameter that the outputs would be published in, if each had its own."""
    for name, value in document["strings"].items():
        yield Parameter(f"{prefix}{name}", "String", _text(value, name))
    for name, elements in document["lists"].items():
        if not isinstance(elements, list):
            raise DataError(f"lists: {name!r} is {show(elements)}, not an array")
        if not elements:
            yield Parameter(f"{prefix}{name}", TYPED, [])
        for index, value in enumerate(elements):
            yield Parameter(f"{prefix}{name}_{index}", "String", _text(value, name))
    for name, value in document["objects"].items():
        yield Parameter(f"{prefix}{name}", TYPED, value)
    for name in document["secrets"]:
        if not isinstance(name, str):
            raise DataError(f"secrets: {show(name)} is not the name of an output")
        yield Parameter(f"{prefix}{name}", SECURE_STRING, None)


def _text(value: Any, name: str) -> Optional[str]:
    if value is None or isinstance(value, str):
        return value
    raise DataError(f"{name!r} has {show(value)} where a string belongs")


def _check_names(parameters: list[Parameter], prefix: str) -> None:
    seen: set[str] = set()
    for parameter in parameters:
        name = parameter.name[len(prefix) :]
        if not is_output_name(name):
            raise DataError(f"{show(name)} is not the name of an output")
        if name in seen:
            raise DataError(f"{name} is listed twice")
        seen.add(name)


def _placed(output: Output, slices: tuple[Parameter, ...], label: str) -> Output:
    """Say where an output was read, in its problems too."""
    problems = tuple(
        dataclasses.replace(problem, message=f"in {label}: {problem.message}") for problem in output.problems
    )
    return dataclasses.replace(output, slices=slices, problems=problems)
