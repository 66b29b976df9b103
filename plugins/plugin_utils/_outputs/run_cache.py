# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the run knows already: answers of the lookup that some process of this run has read, and its options.

PRIVATE: not for use outside this collection, may change in any release.

Every task of every host loads the lookup anew, and Ansible parses a plugin's documentation each time, which takes
longer than all else. So this file, which is all that most tasks need, is small and imports little, and the options are
kept as parsed; C(lookup.py) has the rest.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Protocol

from ansible import constants
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.account import (
    SECRET_OPTIONS,
    account_files,
    account_of,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.entry_reading import EntryReader

# Options that change what is made of an answer, or how it is got, and not the answer. Any other is part of its key.
_OF_NO_MATTER = SECRET_OPTIONS | {
    "_terms",
    "cache",
    "debug_botocore_endpoint_logs",
    "decrypt",
    "default",
    "on_denied",
    "on_missing",
    "raw",
    "strict",
}
_TYPE = "lookup"
_USABLE: Mapping[Any, Any] = {"bool": bool, "float": (int, float), "raw": (str, bool, int, float), "str": str}


class Plugin(Protocol):
    """What is used of a lookup."""

    option_definitions: Mapping[str, Mapping[str, Any]]

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Take options, and what isn't given from elsewhere."""

    def get_options(self) -> dict[str, Any]:
        """Return all options."""


def values_of_this_run(
    plugin: Plugin, name: str, terms: Sequence[object], variables: Any, given: Mapping[str, Any]
) -> Optional[list[Any]]:
    """Return the values of all terms; None unless each is known, and the options need no closer look."""
    if not are_usable(plugin.option_definitions, given):
        return None
    plugin.set_options(var_options=variables, direct=given)
    options = plugin.get_options()
    return known_values(answer_files(name, options, os.environ), terms, options["raw"]) if options["cache"] else None


def are_usable(definitions: Mapping[str, Mapping[str, Any]], given: Mapping[str, Any]) -> bool:
    """Return whether options are known ones, of a type that needs neither a conversion nor a decryption."""
    for name, value in given.items():
        definition = definitions.get(name, {})
        choices = definition.get("choices")
        if not isinstance(value, _USABLE.get(definition.get("type"), ())) or (choices and value not in choices):
            return False
    return True


def run_files(plugin: str, scope: Mapping[str, Any]) -> EntryReader:
    """Return the entries that the processes of this run share within a scope."""
    # Ansible's own folder for the run: mode 0700, the same in all forks, removed at the end.
    return EntryReader(f"{constants.DEFAULT_LOCAL_TMP}/{plugin}", scope)


def answer_files(plugin: str, options: Mapping[str, Any], environment: Mapping[str, str]) -> EntryReader:
    """Return the entries that lookups share with the same account, region, prefix and source."""
    scope = {
        "plugin": plugin,
        "options": {name: value for name, value in options.items() if name not in _OF_NO_MATTER},
        "environment": account_of(environment),
        "files": account_files(environment),
    }
    return run_files(plugin, scope)


def known_values(files: EntryReader, terms: Sequence[object], raw: bool) -> Optional[list[Any]]:
    """Return the values of all terms; None unless each is known, with nothing to say about it.

    Only what was checked and read is ever stored, under options that were checked, so neither needs a check here.
    """
    # Beyond ASCII, upper() makes letters of other letters.
    entries = [files.load(term.upper()) if isinstance(term, str) and term.isascii() else None for term in terms]
    values = [entry["stored" if raw else "value"] for entry in entries if entry and _is_plain(entry)]
    return values if len(values) == len(entries) else None


def _is_plain(entry: Mapping[str, Any]) -> bool:
    return entry["kind"] == "value" and not entry["problems"]


def recall_options(plugin: str, module: str, documentation: str) -> None:
    """Let Ansible know the options of a lookup as another process of this run has parsed them, if one has.

    C(module) is the name that Ansible knows the lookup's file by.
    """
    if not constants.config.has_configuration_definition(_TYPE, module):
        entry = option_files(plugin, documentation).load("options")
        if entry:
            constants.config.initialize_plugin_configuration_definitions(_TYPE, module, entry)


def option_files(plugin: str, documentation: str) -> EntryReader:
    """Return the entry that has the options of a lookup."""
    return run_files(plugin, {"documentation": documentation})
