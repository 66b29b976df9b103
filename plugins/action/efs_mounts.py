# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any, Optional

from ansible.plugins.action import ActionBase
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.entry import in_order, nested_paths, parse_entries
from ansible_collections.tfbridge.aws.plugins.module_utils._efs.specification import LIST, default_of
from ansible_collections.tfbridge.aws.plugins.modules.efs_mounts import main
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.data import plain
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import ActionFailedError

# ansible-lint looks for the options here, and not in the module of the same name.
__all__ = ["ActionModule", "main"]


def _shown(params: dict[str, Any]) -> dict[str, Any]:
    """Return the options that differ from their defaults: every task that loops over mounts prints them."""
    return {name: value for name, value in params.items() if value != default_of(name)}


class ActionModule(ActionBase):
    """Checks a list of mounts, on the controller."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Return the mounts in the order of work; nothing is asked of the host."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(dict(LIST))
        try:
            entries = in_order(parse_entries(plain(options["mounts"])))
        except BridgeError as exc:
            raise ActionFailedError(str(exc)) from exc
        mounts = [_shown({**entry.params, "nested_paths": nested_paths(entry, entries)}) for entry in entries]
        helpers = sorted({entry.mount.helper for entry in entries if entry.mount.state in ("mounted", "present")})
        result.update(changed=False, mounts=mounts, helpers=helpers)
        return result
