# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules of bookings share: the options that all of them have, and the store.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import client_of
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import check_connection
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix

from .service import WORKERS
from .site import Site
from .store import DEFAULT_GROUP, SchedulerStore, check_group, scheduler_retrier


def check_common(module: Any, refusals: Refusals) -> str:
    """Return the region of an AnsibleAWSModule; note what is wrong with it, the budget, the prefix and the group."""
    refusals.checked(None, check_prefix, module.params["prefix"])
    refusals.checked(None, check_group, module.params["schedule_group"] or DEFAULT_GROUP)
    return check_connection(module, refusals)


def store_of(module: Any, site: Site) -> SchedulerStore:
    """Return the store of a site's bookings, for an AnsibleAWSModule."""
    client = client_of(module, "scheduler", max_pool_connections=WORKERS)
    retrier = scheduler_retrier(module.params["retry_budget"], module.region)
    return SchedulerStore(client, retrier, module.region, site.group, create_group=site.create_group)
