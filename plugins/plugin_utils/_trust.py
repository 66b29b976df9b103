# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values read from AWS, marked as the data that they are.

PRIVATE: not for use outside this collection, may change in any release.

ansible-core 2.19 and later template only strings that are marked as trusted, and show all others wrapped in
C(__ansible_unsafe). A string without template markers is the same trusted or not, so it is marked and shown
plainly. Earlier releases template everything that isn't marked as unsafe.
"""

from __future__ import annotations

from typing import Any, Optional

from ansible.utils.unsafe_proxy import wrap_var

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core 2.18 and earlier: every string is a template but for those that wrap_var marked

    def trust_as_template(value: str) -> str:
        """Give the text back."""
        return value


_MARKERS = ("{{", "{%", "{#")


def as_data(value: Any, marked: Optional[dict[str, str]] = None) -> Any:
    """Mark all strings inside a value, so that none is ever templated and inert ones are shown plainly.

    C(marked) remembers the strings that are marked already, which is quicker where thousands of values are alike.
    """
    if isinstance(value, str):
        if marked is None:
            return _mark(value)
        known = marked.get(value)
        if known is None:
            known = marked[value] = _mark(value)
        return known
    if isinstance(value, dict):
        return {key: as_data(item, marked) for key, item in value.items()}
    if isinstance(value, list):
        return [as_data(item, marked) for item in value]
    return value


def _mark(value: str) -> Any:
    return wrap_var(value) if any(marker in value for marker in _MARKERS) else trust_as_template(value)


def as_config(value: Any) -> Any:
    """Mark all strings inside a value that the inventory file's author wrote, or the collection: templates work."""
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, dict):
        return {key: as_config(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_config(item) for item in value]
    return value


def plain(value: Any) -> Any:
    """Give builtin types for what Ansible hands out tagged: boto3 and the cache want nothing else."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
