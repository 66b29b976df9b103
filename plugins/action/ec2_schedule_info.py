# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.tfbridge.aws.plugins.modules.ec2_schedule_info import main
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.followed_module import FollowedModule
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.progress import is_verbose

# ansible-lint looks for the options here, and not in the module of the same name.
__all__ = ["ActionModule", "main"]


class ActionModule(FollowedModule):
    """Runs the module, and prints at -v how much of a large group is read."""

    def is_heard(self) -> bool:
        """Return whether the run is verbose."""
        return is_verbose()
