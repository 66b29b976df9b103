# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Optional

from ansible.errors import AnsibleFilterError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.page import page
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.result import parse_result


def _filter(result: object, title: Optional[object] = None) -> str:
    try:
        parsed = parse_result(result)
    except BridgeError as exc:
        raise AnsibleFilterError(f"tuning_report: {exc}") from exc
    heading = f"Memory of {parsed.function}" if title is None else str(title)
    return page(parsed, dt.datetime.now(dt.timezone.utc), heading)


class FilterModule:
    """The filter by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"tuning_report": _filter}
