# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pathlib
import tempfile
from typing import Any, Optional

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible_collections.tfbridge.aws.plugins.modules.lambda_power_tuning import main
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.progress import Progress, print_always
from ansible_collections.tfbridge.aws.plugins.plugin_utils._tuning.progress import followed

# ansible-lint looks for the options here, and not in the module of the same name.
__all__ = ["ActionModule", "main"]


class ActionModule(ActionBase):
    """Runs the module, and prints what it is doing where it works on the controller."""

    TRANSFERS_FILES = False

    def run(self, tmp: Any = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Return the module's result."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        if not self._is_followed(arguments):
            result.update(self._module(arguments, task_vars))
            return result
        with (
            tempfile.NamedTemporaryFile(dir=constants.DEFAULT_LOCAL_TMP, prefix="tuning-") as file,
            followed(pathlib.Path(file.name), Progress(print_always)),
        ):
            result.update(self._module({**arguments, "progress_file": file.name}, task_vars))
        return result

    def _is_followed(self, arguments: dict[str, Any]) -> bool:
        """Return whether the module can write a file of this user's, and its lines may be shown."""
        here = self._connection.transport == "local" and self._connection.become is None
        return here and not (arguments.get("progress_file") or self._task.no_log or self._task.async_val)

    def _module(self, arguments: dict[str, Any], task_vars: Optional[dict[str, Any]]) -> dict[str, Any]:
        answer: dict[str, Any] = self._execute_module(
            module_args=arguments, task_vars=task_vars, wrap_async=self._task.async_val
        )
        return answer
