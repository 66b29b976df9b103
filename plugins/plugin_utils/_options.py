# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the plugins: known ones only, templates filled in where amazon.aws does, builtin types.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Protocol

from ansible.module_utils.parsing.convert_bool import BOOLEANS
from ansible.vars.reserved import get_reserved_names
from ansible_collections.tfbridge.aws.plugins.module_utils._errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._text import enumerate_names, nearest, show
from ansible_collections.tfbridge.aws.plugins.plugin_utils._trust import plain

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


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


class _Type(NamedTuple):
    """What Ansible can make of a value from a file, and how it is called."""

    fits: Callable[[Any], bool]
    text: str


_ACCEPTED = {
    # "a, b" is a list to Ansible, and a number is a string.
    "list": _Type(lambda value: isinstance(value, (list, str)), "a list"),
    "dict": _Type(lambda value: isinstance(value, dict), "a mapping"),
    "str": _Type(lambda value: isinstance(value, (str, int, float)), "a string"),
    "float": _Type(_is_number, "a number"),
}


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
    known = {alias for definition in definitions.values() for alias in definition.get("aliases", ())} | set(definitions)
    for name, value in config.items():
        if name not in known:
            accepted = enumerate_names(sorted(known))
            raise OptionError(f"{name!r} is not an option.{nearest(str(name), known)} Accepted are {accepted}")
        problem = _type_problem(plain(value), definitions.get(name, {}))
        if problem:
            raise OptionError(f"{name}: {problem}")


def _type_problem(value: Any, definition: Mapping[str, Any]) -> str:
    """Tell what is wrong about the value of an option; nothing where Ansible can use it, or it isn't given."""
    kind, choices = definition.get("type"), definition.get("choices")
    if value is None:
        return ""
    if kind == "bool":
        return "" if str(value).lower() in BOOLEANS else f"{show(value)} is neither true nor false"
    if kind in _ACCEPTED and not _ACCEPTED[kind].fits(value):
        return f"{show(value)} is a {type(value).__name__}. Accepted is {_ACCEPTED[kind].text}"
    if choices and value not in choices:
        return f"{show(value)} is not a choice.{nearest(str(value), choices)} Accepted are {', '.join(choices)}"
    return ""


def reserved_keywords() -> frozenset[str]:
    """Give the keywords of plays and tasks of this ansible-core."""
    return frozenset(get_reserved_names())
