# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the plugins: known ones only, templates filled in where amazon.aws does, builtin types.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from ansible.module_utils.parsing.convert_bool import BOOLEANS
from ansible.vars.reserved import get_reserved_names
from ansible_collections.tfbridge.aws.plugins.module_utils._errors import OptionError
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
    """Raise OptionError for what Ansible takes in silence: unknown options, and text where true or false belongs."""
    definitions = plugin.option_definitions
    known = {alias for definition in definitions.values() for alias in definition.get("aliases", ())} | set(definitions)
    for name in config:
        if name not in known:
            raise _unknown(str(name), known)
        if definitions.get(name, {}).get("type") == "bool" and str(config[name]).lower() not in BOOLEANS:
            raise OptionError(f"{name}: {plain(config[name])!r} is neither true nor false")


def _unknown(name: str, known: Collection[str]) -> OptionError:
    # Imported here: every task of every host imports this file.
    from ansible_collections.tfbridge.aws.plugins.module_utils._text import (  # noqa: PLC0415  see above
        enumerate_names,
        nearest,
    )

    accepted = enumerate_names(sorted(known))
    return OptionError(f"{name!r} is not an option.{nearest(name, known)} Accepted are {accepted}")


def reserved_keywords() -> frozenset[str]:
    """Give the keywords of plays and tasks of this ansible-core."""
    return frozenset(get_reserved_names())
