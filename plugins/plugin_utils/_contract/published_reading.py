# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published side, read from AWS by the same reader as the inventory's.

PRIVATE: not for use outside this collection, may change in any release.

Importing this file imports boto3.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._contract.specification import CONNECTION
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import OutputSet
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import Reader
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.published import SNAPSHOT, read_all
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.snapshot import SLICE_NAME
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import Connection

from .model.facts import Place, Published, Side, Unknown
from .published import published_of


def read_published(options: Mapping[str, Any]) -> tuple[list[Published], list[Unknown]]:
    """Return what is published, and what can't be said of it. Raises the BridgeError family."""
    connection = {name: options.get(name) for name in (*CONNECTION, "region", "retry_budget")}
    reader = Connection("tfbridge.aws.output_contract", connection).reader(options.get("region") or None)
    prefix = options["prefix"]
    found = read_all(reader, prefix, options["source"])
    snapshot, unknown = _in_snapshot(reader, prefix, options["source"], found)
    return published_of(found, prefix, snapshot), unknown


def _in_snapshot(
    reader: Reader, prefix: str, source: str, found: OutputSet
) -> tuple[Optional[Collection[str]], list[Unknown]]:
    """Return the names of the outputs in the snapshot. A snapshot that can't be read is no error: names are known."""
    if source == SNAPSHOT:
        return found.outputs, []
    if not found.snapshot:
        return (), []
    try:
        return read_all(reader, prefix, SNAPSHOT).outputs, []
    except BridgeError as exc:
        reason = f"which outputs the snapshot holds: {exc}"
        return None, [Unknown(Side.PUBLISHED, Place(f"{prefix}{SLICE_NAME}*"), reason)]
