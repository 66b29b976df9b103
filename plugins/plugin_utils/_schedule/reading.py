# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bookings of instances, read on the controller.

PRIVATE: not for use outside this collection, may change in any release.

Importing this file imports boto3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import Reporter, parse_range
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.site import find_site
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import SchedulerStore
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import Connection


def read_schedules(
    plugin: str, options: Mapping[str, Any], ids: Sequence[str], region: Optional[str], now: dt.datetime
) -> list[dict[str, Any]]:
    """Return what is known of each instance's bookings. Raises the BridgeError family only."""
    connection = Connection(plugin, options)
    reader = connection.reader(region)
    site = find_site(options, lambda: reader, ("schedule_group",))
    client = connection.client_for("scheduler", reader.region)
    store = SchedulerStore(client, connection.retrier, reader.region, site.group)
    return Reporter(store, Tools(), parse_range(None, None, None, now)).report(
        ids, connection.instances(reader.region, ids)
    )
