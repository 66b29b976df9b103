# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.table import outputs_table


def _filter(result: Mapping[str, Any], stale_after: object = 0) -> dict[str, Any]:
    if not isinstance(result, Mapping) or "outputs" not in result:
        raise AnsibleFilterError("outputs_table: the input is not a result of tfbridge.aws.ssm_outputs_info")
    if not re.fullmatch("[0-9]{1,6}", str(stale_after)):
        raise AnsibleFilterError(
            f"outputs_table: stale_after: {stale_after!r} is not a number of days. Accepted are whole numbers from 0 on"
        )
    return outputs_table(result, int(str(stale_after)), dt.datetime.now(dt.timezone.utc))


class FilterModule:
    """Wires the filter to its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {"outputs_table": _filter}
