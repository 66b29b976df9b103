# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import FilterFailedError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.lanes import timeline_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._timeline.page import check_link, page


def _filter(
    result: Mapping[str, Any],
    timezone: object = "UTC",
    days: object = 7,
    title: object = "EC2 schedule",
    calendar: object = "",
) -> str:
    now = dt.datetime.now(dt.timezone.utc)
    try:
        return page(timeline_of(result, str(timezone), days, now), str(title), check_link(str(calendar or "")))
    except BridgeError as exc:
        raise FilterFailedError(f"schedule_timeline: {exc}") from exc


class FilterModule:
    """The filter by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"schedule_timeline": _filter}
