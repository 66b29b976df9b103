# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters that are declared, put together to the outputs that readers see.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import is_snapshot_name, numbered_name

from .model.facts import Declared, Kind, Place, Shape
from .model.names import Hole, Name


@dataclasses.dataclass(frozen=True)
class Output:
    """An output under the name that its parameters begin with, and everywhere it comes from."""

    name: Name
    shape: Shape
    places: tuple[Place, ...] = ()
    condition: str = ""
    numbered: bool = False


def outputs_of(declared: Iterable[Declared], prefixes: Sequence[str]) -> list[Output]:
    """Put numbered parameters together to lists, and parameters that several roots declare to one output."""
    grouped: dict[Name, list[Declared]] = {}
    elements: dict[Name, list[tuple[int, Declared]]] = {}
    for one in declared:
        prefix = next((prefix for prefix in prefixes if one.name.head.startswith(prefix)), None)
        if prefix is not None and is_snapshot_name((one.name.literal or "")[len(prefix) :]):
            continue
        base, position = _element(one.name, prefix)
        if base is not None and not one.numbered:
            elements.setdefault(base, []).append((position, one))
        else:
            grouped.setdefault(one.name, []).append(one)
    found = []
    for base, parts in elements.items():
        if any(position <= 0 for position, _one in parts):
            found.append(_numbered(base, parts))
        else:
            # A run begins at 0: without that, X_1 is an output of that name.
            for _position, one in parts:
                grouped.setdefault(one.name, []).append(one)
    return found + [_merged(name, parts) for name, parts in grouped.items()]


def _element(name: Name, prefix: Optional[str]) -> tuple[Optional[Name], int]:
    """Return the list that a parameter is an element of, and its position; -1 for any."""
    if prefix is None:
        return None, 0
    literal = name.literal
    if literal is not None:
        element = numbered_name(literal[len(prefix) :])
        return (Name.of(prefix, element.name), element.position) if element else (None, 0)
    last = name.parts[-1]
    if isinstance(last, Hole) and last.number and len(name.parts) > 1 and str(name.parts[-2]).endswith("_"):
        return Name.of(*name.parts[:-2], str(name.parts[-2])[:-1]), -1
    return None, 0


def _numbered(base: Name, parts: list[tuple[int, Declared]]) -> Output:
    positions = {position for position, _one in parts}
    closed = -1 not in positions and not any(one.condition for _position, one in parts)
    items = (Shape(Kind.STRING),) * (max(positions) + 1) if closed else None
    secret = any(one.shape.kind is Kind.SECRET for _position, one in parts)
    places = tuple(dict.fromkeys(one.place for _position, one in parts))
    certain = any(not one.condition for _position, one in parts)
    # A count that isn't known is a list of unknown length, not one that may not be there.
    condition = "" if certain or -1 in positions else parts[0][1].condition
    return Output(base, Shape(Kind.SECRET if secret else Kind.LIST, items), places, condition, numbered=True)


def _merged(name: Name, parts: list[Declared]) -> Output:
    places = tuple(dict.fromkeys(part.place for part in parts))
    condition = "" if any(not part.condition for part in parts) else parts[0].condition
    numbered = all(part.numbered for part in parts)
    return Output(name, _common([part.shape for part in parts]), places, condition, numbered)


def _common(shapes: list[Shape]) -> Shape:
    """Return what shapes from several places have in common."""
    first = shapes[0]
    if all(shape == first for shape in shapes):
        return first
    return Shape(first.kind) if all(shape.kind is first.kind for shape in shapes) else Shape()
