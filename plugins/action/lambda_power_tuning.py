# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.tfbridge.aws.plugins.modules.lambda_power_tuning import main
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.followed_module import FollowedModule

# ansible-lint looks for the options here, and not in the module of the same name.
__all__ = ["ActionModule", "main"]


class ActionModule(FollowedModule):
    """Runs the module, and prints what it is measuring."""
