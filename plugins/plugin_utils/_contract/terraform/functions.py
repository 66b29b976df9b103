# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform's functions, those that names are made with, on values of which some parts aren't known.

PRIVATE: not for use outside this collection, may change in any release.

What can't be said exactly is Unknown. None of them looks at anything outside its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Callable, Union

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Name

from .values import Either, Entries, Items, Unknown, Value, is_known, joined, reason_of, text

# What count and for_each may make of one block before it is taken as a pattern.
MAX_INSTANCES = 2000
_VERB = re.compile(r"%(%|[-+ #0]*[0-9]*(?:\.[0-9]+)?[sdvqxXfg])")
_Text = Union[str, Name]


def call(name: str, arguments: Sequence[Value]) -> Value:
    """Return what a function gives, or Unknown with the function's name."""
    either = next((index for index, value in enumerate(arguments) if isinstance(value, Either)), None)
    if either is not None:
        choice = arguments[either]
        chosen = [call(name, [*arguments[:either], option, *arguments[either + 1 :]]) for option in choice.options]
        return Either(tuple(chosen), choice.reason)
    function = _FUNCTIONS.get(name)
    unknown = next((reason_of(value, "") for value in arguments if reason_of(value, "")), "")
    if function is None:
        return Unknown(f"{name}()")
    try:
        value = function(*arguments)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError):
        return Unknown(unknown or f"{name}()")
    return value


def _same(value: Value) -> Value:
    return value


def _each_part(change: Callable[[str], str]) -> Callable[[Value], Value]:
    """Return a function on texts that may be done part by part, as upper() may."""

    def function(value: Value) -> Value:
        given = text(value)
        return given.mapped(change) if isinstance(given, Name) else change(given)

    return function


def _whole(change: Callable[..., Value]) -> Callable[..., Value]:
    """Return a function that needs all of its arguments known."""

    def function(*arguments: Value) -> Value:
        for argument in arguments:
            if not is_known(argument):
                return Unknown(reason_of(argument, "an argument that isn't known"))
        return change(*arguments)

    return function


def _whole_text(change: Callable[..., Value]) -> Callable[..., Value]:
    """Return a function on a text that has to be known."""
    return _whole(lambda value, *others: change(str(text(value)), *others))


def _toset(value: Items) -> Value:
    """Return a set's elements in Terraform's order: texts sorted, each once."""
    if all(isinstance(item, str) for item in value.values):
        return Items(tuple(sorted(set(value.values))), value.open)
    return Items(tuple(dict.fromkeys(value.values)), value.open)


def _merge(*maps: Value) -> Value:
    values: dict[str, Value] = {}
    still_open = False
    for given in maps:
        if isinstance(given, Entries):
            values.update(given.values)
            still_open = still_open or given.open
        elif given is not None:
            still_open = True
    return Entries(values, still_open)


def _concat(*lists: Value) -> Value:
    found = [given for given in lists if isinstance(given, Items)]
    still_open = len(found) < len(lists) or any(given.open for given in found)
    return Items(tuple(value for given in found for value in given.values), still_open)


def _flatten(value: Items) -> Value:
    values: list[Value] = []
    still_open = value.open
    for item in value.values:
        if isinstance(item, Items):
            inner = _flatten(item)
            values += inner.values
            still_open = still_open or inner.open
        elif isinstance(item, Unknown):
            # It may be a list of any length.
            still_open = True
        else:
            values.append(item)
    return Items(tuple(values), still_open)


def _keys(value: Entries) -> Value:
    return Items(tuple(sorted(value.values)), value.open)


def _values(value: Entries) -> Value:
    return Items(tuple(value.values[key] for key in sorted(value.values)), value.open)


def _length(value: Value) -> Value:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, (Items, Entries)) and not value.open:
        return len(value.values)
    return Unknown(reason_of(value, "the length of something that isn't known"))


def _range(*bounds: Value) -> Value:
    numbers = [int(bound) for bound in bounds if isinstance(bound, (int, float))]
    if len(numbers) != len(bounds):
        return Items((), open=True)
    values = range(*numbers)
    return Items(tuple(values)) if len(values) <= MAX_INSTANCES else Items((), open=True)


def _join(separator: _Text, *lists: Items) -> Value:
    given = _concat(*lists)
    if given.open:
        return Unknown("a list that isn't known")
    parts = [piece for item in given.values for piece in (separator, item)]
    return joined(parts[1:])


def _split(separator: str, value: _Text) -> Value:
    if isinstance(value, Name):
        return Items((), open=True)
    return Items(tuple(value.split(separator)))


def _format(pattern: _Text, *arguments: Value) -> Value:
    if not isinstance(pattern, str):
        return Unknown(reason_of(pattern, "format()"))
    rest = iter(arguments)
    parts: list[Value] = []
    position = 0
    for match in _VERB.finditer(pattern):
        parts += [pattern[position : match.start()], _formatted(match[1], rest)]
        position = match.end()
    if "%" in (left := pattern[position:]):
        return Unknown("format()")
    return joined([*parts, left])


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


def _replace(value: _Text, old: str, new: str) -> Value:
    if old.startswith("/") and old.endswith("/") and len(old) > 1:
        return Unknown("replace() with a regular expression")
    # A text that is cut by a hole may have what is replaced on both sides of it.
    if isinstance(value, Name) and len(old) > 1:
        return Unknown(value.holes[0].reason)
    return _each_part(lambda part: part.replace(old, new))(value)


def _lookup(mapping: Entries, key: str, *default: Value) -> Value:
    if key in mapping.values:
        return mapping.values[key]
    return default[0] if default and not mapping.open else Unknown(f"lookup() of {key}")


def _element(given: Items, index: int) -> Value:
    return given.values[int(index) % len(given.values)] if not given.open else Unknown("element()")


def _coalesce(*values: Value) -> Value:
    for value in values:
        if not is_known(value):
            return value if isinstance(value, Name) and value.head else Unknown(reason_of(value, "coalesce()"))
        if value not in (None, ""):
            return value
    return Unknown("coalesce()")


def _try(*values: Value) -> Value:
    """Return the first value that isn't an error for certain."""
    return next((value for value in values if not (isinstance(value, Unknown) and value.absent)), Unknown("try()"))


def _zipmap(names: Items, values: Items) -> Value:
    if names.open or values.open:
        return Entries({}, open=True)
    return Entries(dict(zip(names.values, values.values)))


def _substring(value: str, offset: int, length: int) -> str:
    return value[offset:] if length == -1 else value[offset : offset + length]


_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    **dict.fromkeys(("tolist", "tomap", "tostring", "tonumber", "nonsensitive", "sensitive", "ephemeralasnull"), _same),
    "toset": _toset,
    "distinct": lambda value: Items(tuple(dict.fromkeys(value.values)), value.open),
    "sort": lambda value: Items(tuple(sorted(value.values)), value.open),
    "compact": lambda value: Items(tuple(v for v in value.values if v not in (None, "")), value.open),
    "merge": _merge,
    "concat": _concat,
    "flatten": _flatten,
    "keys": _keys,
    "values": _values,
    "length": _length,
    "range": _range,
    "join": _join,
    "split": _split,
    "format": _format,
    "replace": _replace,
    "lookup": _lookup,
    "element": _element,
    "coalesce": _coalesce,
    "try": _try,
    "zipmap": _zipmap,
    "one": lambda value: value.values[0] if len(value.values) == 1 and not value.open else Unknown("one()"),
    "upper": _each_part(str.upper),
    "lower": _each_part(str.lower),
    "title": _whole_text(lambda value: re.sub(r"\b[a-z]", lambda match: match[0].upper(), value)),
    "trimspace": _whole_text(lambda value: value.strip()),
    "chomp": _whole_text(lambda value: value.rstrip("\r\n")),
    "trim": _whole_text(lambda value, chars: value.strip(chars)),
    "trimprefix": _whole_text(lambda value, prefix: value.removeprefix(prefix)),
    "trimsuffix": _whole_text(lambda value, suffix: value.removesuffix(suffix)),
    "substr": _whole_text(_substring),
    "abs": _whole(abs),
    "max": _whole(max),
    "min": _whole(min),
    "contains": _whole(lambda given, value: value in given.values),
    "startswith": _whole_text(lambda value, prefix: value.startswith(prefix)),
    "endswith": _whole_text(lambda value, suffix: value.endswith(suffix)),
    "can": _whole(lambda _value: True),
    "jsonencode": lambda value: value if isinstance(value, (Items, Entries)) else Unknown("jsonencode()"),
}
