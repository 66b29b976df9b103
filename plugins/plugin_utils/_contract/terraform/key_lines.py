# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""On which line of an expression a key is written.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Optional

from .syntax import Attribute, kids, rule, word


def line_of_key(attribute: Attribute, key: Optional[str]) -> int:
    """Return the line of a key that is written out in an argument, else the argument's own."""
    waiting = [attribute.expression]
    while waiting:
        node = waiting.pop()
        if rule(node) == "object_elem":
            name = node
            while kids(name) and rule(name) != "string":
                name = kids(name)[0]
            if word(name) == key:
                return int(node.meta.line)
        waiting += kids(node)
    return attribute.line
