# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages for options that a plugin can't use.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, nearest, show

_EXPECTED = {"list": "a list", "dict": "a mapping", "str": "a string", "float": "a number", "bool": "true or false"}


def unknown(name: str, known: Collection[str]) -> str:
    """Return the message for an option that doesn't exist."""
    return f"{name!r} is not an option.{nearest(name, known)} Valid options: {enumerate_names(sorted(known))}"


def misfit(name: str, value: Any, definition: Mapping[str, Any], *, secret: bool) -> str:
    """Return the message for a value of the wrong type, or outside the choices; a secret one isn't shown."""
    kind, choices = str(definition.get("type")), definition.get("choices")
    got = "the value" if secret else show(value)
    if choices and not isinstance(value, (list, dict)):
        near = "" if secret else nearest(str(value), choices)
        return f"{name}: {got} is not a valid choice.{near} Valid values: {', '.join(map(str, choices))}"
    return f"{name}: {got} is a {type(value).__name__}. Expected {_EXPECTED[kind]}"
