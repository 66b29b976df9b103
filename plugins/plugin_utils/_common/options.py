# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the plugins: known ones only, vaulted ones decrypted, templates filled in, builtin types.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ansible.module_utils.parsing.convert_bool import BOOLEANS
from ansible.vars.reserved import get_reserved_names
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals

from .data import plain

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
# By every name that amazon.aws knows them under; and those of a calendar's server.
_CREDENTIALS = frozenset(
    (
        "access_key",
        "aws_access_key",
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_secret_key",
        "aws_session_token",
        "headers",
        "password",
        "secret_key",
        "session_token",
        "username",
    )
)
# What Ansible makes of !vault in YAML: ansible-core 2.19 and later, and before.
_VAULTED = frozenset(("EncryptedString", "AnsibleVaultEncryptedUnicode"))

# "a, b" is a list to Ansible, and a number is a string.
_FITTING = {"list": (list, str), "dict": (dict,), "str": (str, int, float)}


class Optioned(Protocol):
    """What is used of an Ansible plugin."""

    templar: Any
    option_definitions: dict[str, Any]

    def get_options(self) -> dict[str, Any]:
        """Return all options."""


def resolve_options(plugin: Optioned) -> dict[str, Any]:
    """Return the options in builtin types, with the templates in the connection options filled in."""
    options = {}
    for name, value in plugin.get_options().items():
        filled = plugin.templar.template(value) if name in _TEMPLATED and value else value
        options[name] = plain(filled)
    return options


def builtin_options(plugin: Optioned) -> dict[str, Any]:
    """Return the options in builtin types; those of a lookup have no templates left."""
    return {name: plain(value) for name, value in plugin.get_options().items()}


def checked_config(plugin: Optioned, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a user gave, vaulted ones decrypted. Raises one OptionError for all that are wrong."""
    given, problems = sorted_config(plugin, config)
    Refusals(problems).finish()
    return given


def sorted_config(plugin: Optioned, config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the options that Ansible can have, vaulted ones decrypted, and what is wrong with the others.

    Those are unknown or of the wrong type: Ansible takes some of it in silence, shows secrets in its messages, and
    leaves out what would be valid. Raises OptionError for what can't be decrypted.
    """
    known = _with_aliases(plugin.option_definitions)
    given = {name: _decrypted(str(name), value) if _has_vaulted(value) else value for name, value in config.items()}
    wrong = [name for name in given if name not in known or not _fits(plain(given[name]), known[name])]
    problems = _problems(wrong, config, given, known) if wrong else []
    return {name: value for name, value in given.items() if name not in wrong}, problems


def _problems(
    names: list[str], config: Mapping[str, Any], given: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    # Imported here: every task of every host imports this file.
    from .option_refusals import (  # noqa: PLC0415  see above
        misfit,
        unknown,
    )

    problems = []
    for name in names:
        if name in known:
            secret = name in _CREDENTIALS or bool(known[name].get("no_log")) or _has_vaulted(config[name])
            problems.append(misfit(str(name), plain(given[name]), known[name], secret=secret))
        else:
            problems.append(unknown(str(name), known))
    return problems


def _with_aliases(definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definitions by all names that an option may be given under."""
    aliases = {alias: known for known in definitions.values() for alias in known.get("aliases", ())}
    return {**aliases, **definitions}


def _has_vaulted(value: Any) -> bool:
    """Return whether a value is vaulted, or a list or mapping has one that is."""
    if isinstance(value, Mapping):
        return any(_has_vaulted(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_vaulted(item) for item in value)
    return is_vaulted(value)


def is_vaulted(value: object) -> bool:
    """Return whether a value is vaulted itself."""
    return type(value).__name__ in _VAULTED


def _decrypted(name: str, value: Any) -> Any:
    """Return a value with what is vaulted in it decrypted. Variables of hosts stay vaulted: they are the play's."""
    if isinstance(value, Mapping):
        return {key: item if key == "vars" else _decrypted(name, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_decrypted(name, item) for item in value]
    if not is_vaulted(value):
        return value
    try:
        return plain(str(value))
    except Exception as exc:
        raise OptionError(f"{name}: can't be decrypted: {exc}") from exc


def _fits(value: Any, definition: Mapping[str, Any]) -> bool:
    """Return whether Ansible can use the value of an option, or it isn't given."""
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
    """Return the keywords of plays and tasks of this ansible-core."""
    return frozenset(get_reserved_names())
