# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option retry_budget.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from ansible_collections.tfbridge.aws.plugins.module_utils._errors import OptionError

MAX_BUDGET = 3600


def check_budget(budget: float) -> float:
    """Give a budget in seconds back; raises OptionError for one out of bounds."""
    if not 0 < budget <= MAX_BUDGET:
        raise OptionError(f"retry_budget: {budget} is not within 0 to {MAX_BUDGET} seconds")
    return budget
