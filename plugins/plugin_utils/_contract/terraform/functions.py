# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform's functions, those that names are made with, on values of which some parts aren't known.

PRIVATE: not for use outside this collection, may change in any release.

What can't be said exactly is Unknown. None of them looks at anything outside its arguments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Name

from .text_functions import TEXT_FUNCTIONS, Text, whole
from .values import Either, Entries, Items, Unknown, Value, is_known, joined, reason_of

# What count and for_each may make of one block before it is taken as a pattern.
MAX_INSTANCES = 2000
# What changes the type at most, which isn't looked at.
_UNCHANGING = ("tolist", "tomap", "tostring", "tonumber", "nonsensitive", "sensitive", "ephemeralasnull")


def call(name: str, arguments: Sequence[Value]) -> Value:
    """Return what a function gives, or Unknown with the function's name."""
    either = next((index for index, value in enumerate(arguments) if isinstance(value, Either)), None)
    if either is not None:
        choice = arguments[either]
        chosen = [call(name, [*arguments[:either], option, *arguments[either + 1 :]]) for option in choice.options]
        return Either(tuple(chosen), choice.reason)
    function = _FUNCTIONS.get(name)
    if function is None:
        return Unknown(f"{name}()")
    try:
        return function(*arguments)
    except (TypeError, ValueError, IndexError, KeyError, AttributeError):
        return Unknown(next(filter(None, (reason_of(value, "") for value in arguments)), f"{name}()"))


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


def _join(separator: Text, *lists: Items) -> Value:
    given = _concat(*lists)
    if given.open:
        return Unknown("a list that isn't known")
    parts = [piece for item in given.values for piece in (separator, item)]
    return joined(parts[1:])


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


_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    **dict.fromkeys(_UNCHANGING, lambda value: value),
    **TEXT_FUNCTIONS,
    "toset": _toset,
    "distinct": lambda value: Items(tuple(dict.fromkeys(value.values)), value.open),
    "sort": lambda value: Items(tuple(sorted(value.values)), value.open),
    "compact": lambda value: Items(tuple(v for v in value.values if v not in (None, "")), value.open),
    "merge": _merge,
    "concat": _concat,
    "flatten": _flatten,
    "keys": lambda value: Items(tuple(sorted(value.values)), value.open),
    "values": lambda value: Items(tuple(value.values[key] for key in sorted(value.values)), value.open),
    "length": _length,
    "range": _range,
    "join": _join,
    "lookup": _lookup,
    "element": _element,
    "coalesce": _coalesce,
    "try": _try,
    "zipmap": _zipmap,
    "one": lambda value: value.values[0] if len(value.values) == 1 and not value.open else Unknown("one()"),
    "abs": whole(abs),
    "max": whole(max),
    "min": whole(min),
    "contains": whole(lambda given, value: value in given.values),
    "can": whole(lambda _value: True),
    "jsonencode": lambda value: value if isinstance(value, (Items, Entries)) else Unknown("jsonencode()"),
}
