# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the plugins: known ones only, templates filled in where amazon.aws does, builtin types.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ansible.module_utils.parsing.convert_bool import BOOLEANS
from ansible.vars.reserved import get_reserved_names

from .trust import plain

# The same options may be templates in amazon.aws's inventories; the others belong to Ansible or to our own templates.
_TEMPLATED = frozenset(
    (
        "access_key",
        "assume_role_arn",
        "endpoint_url",
        "prefix",
        "profile",
        "region",
        "regions",
        "secret_key",
        "session_token",
    )
)


# "a, b" is a list to Ansible, and a number is a string.
_FITTING = {"list": (list, str), "dict": (dict,), "str": (str, int, float)}


class Optioned(Protocol):
    """What is used of an Ansible plugin."""

    templar: Any
    option_definitions: dict[str, Any]

    def get_options(self) -> dict[str, Any]:
        """Give all options."""


def resolve_options(plugin: Optioned) -> dict[str, Any]:
    """Give the options in builtin types, with the templates in the connection options filled in."""
    options = {}
    for name, value in plugin.get_options().items():
        filled = plugin.templar.template(value) if name in _TEMPLATED and value else value
        options[name] = plain(filled)
    return options


def builtin_options(plugin: Optioned) -> dict[str, Any]:
    """Give the options in builtin types; those of a lookup have no templates left."""
    return {name: plain(value) for name, value in plugin.get_options().items()}


def check_config(plugin: Optioned, config: Mapping[str, Any]) -> None:
    """Raise OptionError for unknown options and wrong types, before Ansible sees them.

    Ansible takes some of it in silence, and leaves out of its messages what would be accepted.
    """
    definitions = plugin.option_definitions
    for name, value in config.items():
        if name in definitions and _fits(plain(value), definitions[name]):
            continue
        # Imported here: every task of every host imports this file.
        from .option_refusals import (  # noqa: PLC0415  see above
            misfit,
            unknown,
        )

        known = _with_aliases(definitions)
        if name not in known:
            raise unknown(str(name), known)
        if not _fits(plain(value), known[name]):
            raise misfit(name, plain(value), known[name])


def _with_aliases(definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Give the definitions by all names that an option may be given under."""
    aliases = {alias: known for known in definitions.values() for alias in known.get("aliases", ())}
    return {**aliases, **definitions}


def _fits(value: Any, definition: Mapping[str, Any]) -> bool:
    """Tell whether Ansible can use the value of an option, or it isn't given."""
    kind, choices = definition.get("type"), definition.get("choices")
    if value is None:
        return True
    if kind == "bool":
        return str(value).lower() in BOOLEANS
    if kind == "float":
        return _is_number(value)
    if kind in _FITTING and not isinstance(value, _FITTING[kind]):
        return False
    return not choices or value in choices


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def reserved_keywords() -> frozenset[str]:
    """Give the keywords of plays and tasks of this ansible-core."""
    return frozenset(get_reserved_names())
