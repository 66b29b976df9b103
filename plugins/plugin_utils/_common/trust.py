# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values read from AWS, marked as the data that they are.

PRIVATE: not for use outside this collection, may change in any release.

ansible-core 2.19 and later template only strings that are marked as trusted; what a play takes from its variables
as an expression (C(when: "{{ flag }}"), C(debug: var=...)) needs no braces at all, so no string of AWS's is ever
trusted where plays run. Earlier releases template everything that isn't marked as unsafe.
"""

from __future__ import annotations

import functools
from typing import Any, Callable

from ansible import context
from ansible.utils.unsafe_proxy import wrap_var

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core 2.18 and earlier: every string is a template but for those that wrap_var marked

    def trust_as_template(value: str) -> str:
        """Return the text back."""
        return value


# What makes a string a template; the last sets other markers, at the beginning of a string.
_MARKERS = ("{{", "{%", "{#", "#jinja2:")


def as_data(value: Any) -> Any:
    """Mark all strings inside a value as what they are: no templates, and no expressions."""
    return _each_string(value, wrap_var)


def as_printed(value: Any) -> Any:
    """Mark the strings inside a value for the JSON of ansible-inventory, which prints data as it runs nothing of it.

    It shows what isn't trusted as C({"__ansible_unsafe": ...}). Strings without template markers are shown plainly.
    """
    return _each_string(value, _inert_as_trusted)


def marks_of_this_command() -> Callable[[Any], Any]:
    """Return how this command line marks data: for printing where that is all it does."""
    arguments = context.CLIARGS
    prints = "export" in arguments and (arguments.get("list") or arguments.get("host"))
    # Thousands of hosts have many values in common.
    return functools.partial(_each_string, mark=functools.cache(as_printed if prints else as_data))


def as_config(value: Any) -> Any:
    """Mark all strings inside a value that the inventory file's author wrote, or the collection: templates work."""
    return _each_string(value, trust_as_template)


def _inert_as_trusted(text: str) -> Any:
    return wrap_var(text) if any(marker in text for marker in _MARKERS) else trust_as_template(_text(text))


def _each_string(value: Any, mark: Callable[[str], Any]) -> Any:
    if isinstance(value, str):
        return mark(value)
    if isinstance(value, dict):
        return {key: _each_string(item, mark) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_string(item, mark) for item in value]
    return value


def _text(value: object) -> str:
    """Return a builtin string: in ansible-core 2.18 and earlier str() keeps a string that is marked as unsafe."""
    return str.__str__(value) if isinstance(value, str) else str(value)


def plain(value: Any) -> Any:
    """Return builtin types for what Ansible hands out tagged: boto3 and the cache want nothing else."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
