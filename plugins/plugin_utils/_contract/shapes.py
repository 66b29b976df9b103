# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a use fits the shape of what it reads.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from .model.facts import Kind, Shape, Use
from .targets import Match


def misfit(use: Use, match: Match) -> str:
    """Return what is wrong with a use of a shape; nothing where nothing is."""
    shape = match.output.shape
    path: list[object] = list(use.path)
    if match.element >= 0:
        return _beyond(shape, match.element)
    for depth, key in enumerate(path):
        problem = _missing_key(shape, key, _said(match, path[:depth]))
        if problem:
            return problem
        shape = _inside(shape, key)
    if use.iterates and shape.kind is Kind.STRING:
        return f"{_said(match, path)} is a string, and is looped over"
    return ""


def takes_a_character(use: Use, match: Match) -> bool:
    """Return whether a use takes an index of a string, which is a character and hardly ever meant."""
    return match.output.shape.kind is Kind.STRING and bool(use.path) and isinstance(use.path[0], int)


def _said(match: Match, path: list[object]) -> str:
    keys = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return f"{match.output.name}{keys}"


def _beyond(shape: Shape, position: int) -> str:
    if shape.items is not None and position >= len(shape.items):
        return f"it has {len(shape.items)} elements, and element {position} is read"
    return ""


def _missing_key(shape: Shape, key: object, said: str) -> str:
    if shape.kind is Kind.LIST and isinstance(key, str):
        return f"{said} is a {shape.words}, and the key {key!r} is read of it"
    if shape.kind is Kind.LIST and isinstance(key, int) and shape.items is not None:
        size = len(shape.items)
        if not -size <= key < size:
            return f"{said} has {size} elements, and [{key}] is read"
    if shape.kind is Kind.OBJECT and shape.keys is not None and isinstance(key, str) and key not in shape.keys:
        return f"{said} has no key {key!r}; it has {', '.join(sorted(shape.keys)) or 'none'}"
    if shape.kind is Kind.STRING and isinstance(key, str):
        return f"{said} is a string, and the key {key!r} is read of it"
    return ""


def _inside(shape: Shape, key: object) -> Shape:
    if shape.keys is not None and isinstance(key, str):
        return shape.keys.get(key, Shape())
    if shape.items is not None and isinstance(key, int) and -len(shape.items) <= key < len(shape.items):
        return shape.items[key]
    return Shape()
