# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs for Terraform: the values that a user gives, as the texts that Parameter Store holds.

PRIVATE: not for use outside this collection, may change in any release.

Limits are those of the PutParameter API reference: 4 KB in tier Standard, no empty value, no C({{).
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

from .decode import looks_like_document
from .names import check_prefix, numbered_name, output_name
from .output import SECURE_STRING

STRING = "String"
MAX_BYTES = 4096
TYPES = ("string", "number", "boolean", "list", "object")
SECRET = "secret"  # noqa: S105  the name of a type, not a secret
_BOOLEANS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


@dataclass(frozen=True)
class Input:
    """One value to publish. C(expected_version) is None where any version may be overwritten; 0 is "not there"."""

    name: str
    type: str
    text: str = field(repr=False)
    expected_version: Optional[int] = None
    reason: str = ""

    @property
    def secret(self) -> bool:
        """Whether it is a SecureString."""
        return self.type == SECRET

    @property
    def stored_type(self) -> str:
        """The type of its parameter."""
        return SECURE_STRING if self.secret else STRING


def inputs_prefix(path: object) -> str:
    """Return what the names of the parameters below a path begin with; raises OptionError."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise OptionError(f"path: {show(path)} doesn't begin with a slash. Give a path, such as /prod/web")
    return check_prefix(f"{path.rstrip('/')}/INPUT_", "path")


def parse_inputs(
    inputs: Sequence[Mapping[str, Any]], secrets: Sequence[Mapping[str, Any]], present: bool
) -> list[Input]:
    """Return the inputs of the module's options; raises one OptionError with all that is wrong."""
    refusals = Refusals()
    rows = [(f"inputs[{index}]", row, False) for index, row in enumerate(inputs)]
    rows += [(f"secrets[{index}]", row, True) for index, row in enumerate(secrets)]
    found = [refusals.checked(None, _parse, place, row, secret, present) for place, row, secret in rows]
    names = [one.name for one in found if one]
    for name in sorted(set(names)):
        if names.count(name) > 1:
            refusals.refuse(f"inputs: {name} is listed more than once")
    if not rows:
        refusals.refuse("inputs: nothing is listed. Give inputs or secrets")
    refusals.finish()
    return found


def _parse(place: str, row: Mapping[str, Any], secret: bool, present: bool) -> Input:
    name = output_name(row.get("name"), f"{place}.name")
    element = numbered_name(name)
    if element:
        raise OptionError(
            f"{place}.name: {name} would be read as an element of the list {element.name}. "
            "Use a name that doesn't end in an underscore and a number"
        )
    version, reason = row.get("expected_version"), row.get("reason") or ""
    if version is not None and version < 0:
        raise OptionError(
            f"{place}.expected_version: {version} is negative. Give a version, or 0 for an input that is new"
        )
    if not present:
        return Input(name, SECRET if secret else "string", "", version, reason)
    where = f"{place}.value ({name})"
    if secret:
        return Input(name, SECRET, _fitting(where, row.get("value") or "", secret=True), version, reason)
    kind = row.get("type") or type_of(where, row.get("value"))
    text = _fitting(where, _ENCODERS[kind](where, row.get("value")), secret=False)
    return Input(name, kind, text, version, reason)


def type_of(place: str, value: Any) -> str:
    """Return the type of a value of YAML; raises OptionError for one that can't be published."""
    kinds: tuple[tuple[Any, str], ...] = (
        (bool, "boolean"),
        ((int, float), "number"),
        (str, "string"),
        ((list, tuple), "list"),
        (dict, "object"),
    )
    for kind, name in kinds:
        if isinstance(value, kind):
            return name
    raise OptionError(f"{place}: is {'null' if value is None else type(value).__name__}. {_VALID}")


_VALID = f"Valid types: {', '.join(TYPES)}"


def _string(place: str, value: Any) -> str:
    if isinstance(value, (dict, list)) or value is None:
        raise OptionError(f"{place}: {show(value)} is not a string")
    text = _boolean(place, value) if isinstance(value, bool) else str(value)
    if looks_like_document(text):
        raise OptionError(f"{place}: the string would be read as a JSON document. Set type to list or object")
    return text


def _number(place: str, value: Any) -> str:
    """Return a number as JSON writes it, whether it came as a number or as the text that a template makes of one."""
    number = value
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            number = parse_json(value)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
        raise OptionError(f"{place}: {show(value)} is not a number")
    return json.dumps(number)


def _boolean(place: str, value: Any) -> str:
    text = _BOOLEANS.get(str(value).lower())
    if text is None:
        raise OptionError(f"{place}: {show(value)} must be true or false")
    return text


def _document(kind: type, word: str) -> Callable[[str, Any], str]:
    def encode(place: str, value: Any) -> str:
        if not isinstance(value, kind):
            raise OptionError(f"{place}: {show(value)} is not {word}")
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        except (TypeError, ValueError) as exc:
            raise OptionError(f"{place}: can't be written as JSON: {exc}") from exc
        # Braces that follow each other are inside a string: SSM refuses them, and JSON can spell them otherwise.
        return text.replace("{{", "\\u007b\\u007b")

    return encode


_ENCODERS: dict[str, Callable[[str, Any], str]] = {
    "string": _string,
    "number": _number,
    "boolean": _boolean,
    "list": _document(list, "a list"),
    "object": _document(dict, "an object"),
}


def _fitting(place: str, text: str, *, secret: bool) -> str:
    """Return the text back if SSM takes it. No message shows a value, which may be a secret's."""
    if not text:
        raise OptionError(f"{place}: is empty, and Parameter Store holds no empty value. Leave it out")
    if "{{" in text:
        raise OptionError(
            f"{place}: has '{{{{' in it, which SSM refuses{'' if secret else '. Publish it in an object'}"
        )
    size = len(text.encode())
    if size > MAX_BYTES:
        raise OptionError(f"{place}: has {size:,} bytes, and a parameter of tier Standard holds {MAX_BYTES:,}")
    return text
