# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform's functions on texts, of which some parts aren't known.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Callable, Union

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Name

from .values import Items, Unknown, Value, is_known, joined, reason_of, text

_VERB = re.compile(r"%(%|[-+ #0]*[0-9]*(?:\.[0-9]+)?[sdvqxXfg])")
Text = Union[str, Name]


def _each_part(change: Callable[[str], str]) -> Callable[[Value], Value]:
    """Return a function on texts that may be done part by part, as upper() may."""

    def function(value: Value) -> Value:
        given = text(value)
        return given.mapped(change) if isinstance(given, Name) else change(given)

    return function


def whole(change: Callable[..., Value]) -> Callable[..., Value]:
    """Return a function that needs all of its arguments known."""

    def function(*arguments: Value) -> Value:
        for argument in arguments:
            if not is_known(argument):
                return Unknown(reason_of(argument, "an argument that isn't known"))
        return change(*arguments)

    return function


def _whole_text(change: Callable[..., Value]) -> Callable[..., Value]:
    """Return a function on a text that has to be known."""
    return whole(lambda value, *others: change(str(text(value)), *others))


def _split(separator: str, value: Text) -> Value:
    if isinstance(value, Name):
        return Items((), open=True)
    return Items(tuple(value.split(separator)))


def _format(pattern: Text, *arguments: Value) -> Value:
    if not isinstance(pattern, str):
        return Unknown(reason_of(pattern, "format()"))
    rest = iter(arguments)
    # Texts and verbs by turns.
    parts = [_formatted(part, rest) if index % 2 else part for index, part in enumerate(_VERB.split(pattern))]
    return Unknown("format()") if "%" in parts[-1] else joined(parts)


def _formatted(verb: str, rest: object) -> Value:
    if verb == "%":
        return "%"
    value = next(rest, Unknown("format()"))  # type: ignore[call-overload]
    if verb in ("s", "d", "v"):
        return value
    if is_known(value) and verb[-1] in "sdxXf" and "#" not in verb:
        number = value if verb[-1] == "s" else float(value) if verb[-1] == "f" else int(value)
        return f"%{verb}" % number
    return text(Unknown(reason_of(value, f"format(%{verb})"), number=verb[-1] == "d"))


def _replace(value: Text, old: str, new: str) -> Value:
    if old.startswith("/") and old.endswith("/") and len(old) > 1:
        return Unknown("replace() with a regular expression")
    # A text that is cut by a hole may have what is replaced on both sides of it.
    if isinstance(value, Name) and len(old) > 1:
        return Unknown(value.holes[0].reason)
    return _each_part(lambda part: part.replace(old, new))(value)


def _substring(value: str, offset: int, length: int) -> str:
    return value[offset:] if length == -1 else value[offset : offset + length]


TEXT_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "split": _split,
    "format": _format,
    "replace": _replace,
    "upper": _each_part(str.upper),
    "lower": _each_part(str.lower),
    "title": _whole_text(lambda value: re.sub(r"\b[a-z]", lambda match: match[0].upper(), value)),
    "trimspace": _whole_text(lambda value: value.strip()),
    "chomp": _whole_text(lambda value: value.rstrip("\r\n")),
    "trim": _whole_text(lambda value, chars: value.strip(chars)),
    "trimprefix": _whole_text(lambda value, prefix: value.removeprefix(prefix)),
    "trimsuffix": _whole_text(lambda value, suffix: value.removesuffix(suffix)),
    "substr": _whole_text(_substring),
    "startswith": _whole_text(lambda value, prefix: value.startswith(prefix)),
    "endswith": _whole_text(lambda value, suffix: value.endswith(suffix)),
}
