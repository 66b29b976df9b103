# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of Terraform as far as code alone tells them.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.facts import UNKNOWN_SHAPE, Kind, Shape
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.names import Hole, Name


@dataclasses.dataclass(frozen=True)
class Unknown:
    """A value that code alone doesn't tell, and what it depends on.

    C(absent) says that Terraform would refuse it, for nothing of that name is there; C(number) that it is a number.
    """

    reason: str
    absent: bool = False
    number: bool = False


@dataclasses.dataclass(frozen=True)
class Items:
    """A list, tuple or set. C(open) says that there may be more elements, or fewer."""

    values: tuple[Any, ...] = ()
    open: bool = False


@dataclasses.dataclass(frozen=True)
class Entries:
    """A map or object. C(open) says that there may be more keys, or fewer."""

    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    open: bool = False


@dataclasses.dataclass(frozen=True)
class Either:
    """One of two values, and what decides which."""

    options: tuple[Any, ...]
    reason: str


# A scalar, Name (a text with holes), Unknown, Items, Entries or Either.
Value = Any


def is_known(value: Value) -> bool:
    """Return whether a value is wholly known."""
    if isinstance(value, (Unknown, Either, Name)):
        return False
    if isinstance(value, Items):
        return not value.open and all(map(is_known, value.values))
    if isinstance(value, Entries):
        return not value.open and all(map(is_known, value.values.values()))
    return True


def reason_of(value: Value, otherwise: str) -> str:
    """Return what an unknown value depends on."""
    if isinstance(value, (Unknown, Either)):
        return value.reason
    if isinstance(value, Name) and value.holes:
        return value.holes[0].reason
    return otherwise


def text(value: Value) -> Union[str, Name]:
    """Return a value as Terraform writes it into a string, with a hole where it isn't known."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (str, Name)):
        return value
    number = isinstance(value, Unknown) and value.number
    return Name.of(Hole(reason_of(value, "a value that is not a string"), number))


def joined(parts: Iterable[Value]) -> Union[str, Name]:
    """Return the text that parts make one after the other."""
    name = Name.of(*map(text, parts))
    literal = name.literal
    return name if literal is None else literal


def as_name(value: Value) -> Name:
    """Return a value that is to be a name."""
    return Name.of(text(value))


def options(value: Value, condition: str = "") -> Iterator[tuple[Value, str]]:
    """Yield every value that it may be, with what decides that it is this one."""
    if isinstance(value, Either):
        for option in value.options:
            yield from options(option, condition or value.reason)
    else:
        yield value, condition


def entries_of(value: Value, otherwise: str) -> Iterator[tuple[Name, Value, str]]:
    """Yield the keys of a map, their values, and what decides that they exist; one with a hole for what isn't known."""
    given = [(option, condition) for option, condition in options(value) if option is not None]
    always = set.intersection(
        *(set(o.values) if isinstance(o, Entries) else set() for o, _condition in given or [(0, "")])
    )
    told: set[str] = set()
    for option, condition in given:
        if isinstance(option, Entries):
            for key, item in option.values.items():
                if key not in told:
                    yield Name.of(key), item, "" if key in always else condition
            told |= always
        if not isinstance(option, Entries) or option.open:
            yield Name.of(Hole(reason_of(option, otherwise))), None, condition


def shape_of(value: Value) -> Shape:
    """Return what is known of an output's value when it is published as JSON."""
    if isinstance(value, Items):
        return Shape(Kind.LIST, None if value.open else tuple(map(shape_of, value.values)))
    if isinstance(value, Entries):
        keys = None if value.open else {key: shape_of(item) for key, item in value.values.items()}
        return Shape(Kind.OBJECT, keys=keys)
    if isinstance(value, (str, int, float, Name)):
        return Shape(Kind.STRING)
    return UNKNOWN_SHAPE


def item(value: Value, key: Value) -> Value:
    """Return what a value has under a key."""
    if isinstance(value, Entries) and isinstance(key, str) and key in value.values:
        return value.values[key]
    if isinstance(value, Items) and isinstance(key, int) and not value.open and key < len(value.values):
        return value.values[key]
    if isinstance(value, Either):
        return Either(tuple(item(option, key) for option in value.options), value.reason)
    if isinstance(value, Unknown) and isinstance(key, str):
        return Unknown(f"{value.reason}.{key}")
    closed = isinstance(value, (Items, Entries)) and not value.open and is_known(key)
    return Unknown(reason_of(value, "") or reason_of(key, "") or f"a value under {key!r}", absent=closed)
