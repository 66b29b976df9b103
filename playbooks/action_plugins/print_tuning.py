# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print what M(tfbridge.aws.lambda_power_tuning) returned as a table; for the playbook beside it alone."""

from __future__ import annotations

import os
from typing import Any, Optional

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.terminal import terminal_width
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.result import parse_result
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.shown import printed


class ActionModule(ActionBase):
    """Print the table on the controller."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Lay the table out and print it."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec({"tuning": {"type": "dict", "required": True}})
        try:
            Display().display(printed(parse_result(options["tuning"]), terminal_width(os.environ)))
        except OptionError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        result.update(changed=False)
        return result
