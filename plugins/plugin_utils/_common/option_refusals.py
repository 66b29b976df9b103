# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said about options that a plugin can't use.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names, nearest, show

_ACCEPTED = {"list": "a list", "dict": "a mapping", "str": "a string", "float": "a number"}


def unknown(name: str, known: Collection[str]) -> OptionError:
    """Refuse an option that isn't one."""
    accepted = enumerate_names(sorted(known))
    return OptionError(f"{name!r} is not an option.{nearest(name, known)} Accepted are {accepted}")


def misfit(name: str, value: Any, definition: Mapping[str, Any]) -> OptionError:
    """Refuse a value that has not the option's type, or is none of its choices."""
    kind, choices = definition.get("type"), definition.get("choices")
    if kind == "bool":
        return OptionError(f"{name}: {show(value)} is neither true nor false")
    if choices and not isinstance(value, (list, dict)):
        near = nearest(str(value), choices)
        return OptionError(f"{name}: {show(value)} is not a choice.{near} Accepted are {', '.join(choices)}")
    return OptionError(f"{name}: {show(value)} is a {type(value).__name__}. Accepted is {_ACCEPTED[str(kind)]}")
