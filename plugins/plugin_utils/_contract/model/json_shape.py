# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of a value that is known, as JSON has it.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Any

from .facts import UNKNOWN_SHAPE, Kind, Shape

# Deeper, nobody's play takes keys of it.
MAX_DEPTH = 8


def shape_of_json(value: Any, depth: int = 0) -> Shape:
    """Return the shape of a value without the value."""
    if depth > MAX_DEPTH:
        return UNKNOWN_SHAPE
    if isinstance(value, list):
        return Shape(Kind.LIST, tuple(shape_of_json(item, depth + 1) for item in value))
    if isinstance(value, dict):
        return Shape(Kind.OBJECT, keys={str(key): shape_of_json(item, depth + 1) for key, item in value.items()})
    return UNKNOWN_SHAPE if value is None else Shape(Kind.STRING)
