# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the run knows already: answers of the lookup that some process of this run has read, and its options.

PRIVATE: not for use outside this collection, may change in any release.

Every task of every host loads the lookup anew: Ansible compiles a collection's files each time, and parses a plugin's
documentation, which takes longer than all else. So this file, which is all that most tasks need, is small and imports
little, and the options are kept as parsed; C(lookup.py) has the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible import constants
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.account import (
    SECRET_OPTIONS,
    account_files,
    account_of,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.entry_files import EntryFiles

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


def run_files(plugin: str, scope: Mapping[str, Any]) -> EntryFiles:
    """Return the entries that the processes of this run share within a scope."""
    # Ansible's own folder for the run: mode 0700, the same in all forks, removed at the end.
    return EntryFiles(f"{constants.DEFAULT_LOCAL_TMP}/{plugin}", scope)


def answer_files(plugin: str, options: Mapping[str, Any], environment: Mapping[str, str]) -> EntryFiles:
    """Return the entries that lookups share with the same account, region, prefix and source."""
    scope = {
        "plugin": plugin,
        "options": {name: value for name, value in options.items() if name not in _OF_NO_MATTER},
        "environment": account_of(environment),
        "files": account_files(environment),
    }
    return run_files(plugin, scope)


def known_values(files: EntryFiles, terms: Sequence[object], raw: bool) -> Optional[list[Any]]:
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
        entry = _option_files(plugin, documentation).load("options")
        if entry:
            constants.config.initialize_plugin_configuration_definitions(_TYPE, module, entry)


def share_options(plugin: str, documentation: str, definitions: Mapping[str, Mapping[str, Any]]) -> None:
    """Let the other processes of this run have the options of a lookup as they were parsed. Raises OSError."""
    files = _option_files(plugin, documentation)
    with files.locked(["options"], patience=0):
        files.store(
            "options",
            {
                name: {key: value for key, value in definition.items() if key != "description"}
                for name, definition in definitions.items()
            },
        )


def _option_files(plugin: str, documentation: str) -> EntryFiles:
    return run_files(plugin, {"documentation": documentation})
