# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
from typing import Any, Optional

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.table import table


def _terminal_width() -> int:
    """Give the columns of the terminal, or of the variable COLUMNS; 0 where the output goes elsewhere."""
    return shutil.get_terminal_size((0, 0)).columns


class ActionModule(ActionBase):
    """Print a table."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Lay the table out and print it."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(
            {
                "heading": {"type": "str"},
                "columns": {"type": "list", "elements": "str", "required": True},
                "rows": {"type": "list", "elements": "list", "required": True},
                "notes": {"type": "list", "elements": "str", "default": []},
            }
        )
        try:
            lines = table(options["columns"], options["rows"], _terminal_width())
        except ValueError as exc:
            raise AnsibleActionFail(f"rows: {exc}") from exc
        Display().display(
            "\n".join(("", *([options["heading"], ""] if options["heading"] else []), *lines, "", *options["notes"]))
        )
        result.update(changed=False, lines=lines)
        return result
