# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print what M(tfbridge.aws.ssm_outputs_info) returned as a table; for the playbook beside it alone."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any, Optional

from ansible.plugins.action import ActionBase
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.utils.display import Display
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import ActionFailedError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.options import reserved_keywords
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.terminal import terminal_width
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.names import NameRules, core_variables
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.readers import readers_of
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.rows import check_days, printed
from ansible_collections.tfbridge.aws.plugins.plugin_utils._outputs.variable_flags import (
    variables_of,
    with_variable_flags,
)


class ActionModule(ActionBase):
    """Print the table on the controller."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Lay the table out and print it."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(
            {"stack": {"type": "dict", "required": True}, "stale_after": {"type": "raw", "default": 0}}
        )
        try:
            days = check_days(options["stale_after"])
        except OptionError as exc:
            raise ActionFailedError(str(exc)) from exc
        now = dt.datetime.now(dt.timezone.utc)
        readers = readers_of(variables_of(options["stack"]), AnsibleCollectionConfig.collection_paths)
        rules = NameRules(keywords=reserved_keywords(), core=core_variables())
        stack = with_variable_flags(options["stack"], readers, rules)
        Display().display(printed(stack, days, now, terminal_width(os.environ)))
        result.update(changed=False)
        return result
