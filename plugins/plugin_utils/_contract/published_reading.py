# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published side, read from AWS by the same reader as the inventory's.

PRIVATE: not for use outside this collection, may change in any release.

Importing this file imports boto3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.published import read_all
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import Connection

from .model.facts import Published
from .published import published_of


def read_published(options: Mapping[str, Any], connection: Mapping[str, Any]) -> list[Published]:
    """Read what is published. Raises the BridgeError family."""
    region = check_region(options["region"], "published.region") if options.get("region") else None
    reader = Connection("tfbridge.aws.output_contract", connection).reader(region)
    return published_of(read_all(reader, options["prefix"], options["source"]), options["prefix"])
