# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On which line of an expression a key is written.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from .syntax import Attribute, kids, rule, word


def line_of_key(attribute: Attribute, key: Optional[str]) -> int:
    """Return the line of a key that is written out in an argument, else the argument's own."""
    found = (line for name, line in _keys(attribute.expression) if name == key)
    return next(found, attribute.line)


def _keys(expression: Any) -> Iterator[tuple[str, int]]:
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if rule(node) == "object_elem":
            key = node
            while kids(key) and rule(key) != "string":
                key = kids(key)[0]
            yield word(key), node.meta.line
        waiting += kids(node)
