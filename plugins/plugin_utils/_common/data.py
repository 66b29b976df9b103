# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values read from AWS as the data that they are, and Ansible's values as builtin types.

PRIVATE: not for use outside this collection, may change in any release.

Every task of every host loads this file anew, so it has no more than all of them need; C(trust.py) has the rest.
"""

from __future__ import annotations

from typing import Any, Callable

from ansible import template


def as_data(value: Any) -> Any:
    """Mark all strings inside a value as what they are: no templates, and no expressions."""
    return each_string(value, _DATA_MARK)


def each_string(value: Any, mark: Callable[[str], Any]) -> Any:
    """Return a value with all strings inside it marked, but for the keys of mappings."""
    if isinstance(value, str):
        return mark(value)
    if isinstance(value, dict):
        return {key: each_string(item, mark) for key, item in value.items()}
    if isinstance(value, list):
        return [each_string(item, mark) for item in value]
    return value


def text_of(value: object) -> str:
    """Return a builtin string: in ansible-core 2.18 and earlier str() keeps a string that is marked as unsafe."""
    return str.__str__(value) if isinstance(value, str) else str(value)


def plain(value: Any) -> Any:
    """Return builtin types for what Ansible hands out tagged: boto3 and the cache want nothing else."""
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, dict):
        return {text_of(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


if hasattr(template, "trust_as_template"):  # ansible-core 2.19 and later: a builtin string is data, as it is
    _DATA_MARK: Callable[[str], Any] = text_of
else:
    from ansible.utils.unsafe_proxy import wrap_var

    _DATA_MARK = wrap_var
