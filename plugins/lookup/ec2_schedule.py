# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ec2_schedule
short_description: Return when an EC2 instance is booked, and what happens next
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Returns the bookings of instances that M(tfbridge.aws.ec2_schedule) made, the windows in which they run and what
    happens next.
notes:
  - "IAM: C(scheduler:ListSchedules), C(scheduler:GetSchedule) and C(ec2:DescribeInstances); C(ssm:GetParameters) where
    O(schedule_group) is not given."
seealso:
  - module: tfbridge.aws.ec2_schedule_info
extends_documentation_fragment:
  - tfbridge.aws.connection
  - tfbridge.aws.outputs
  - tfbridge.aws.schedule
options:
  _terms:
    description: The instances' ids.
    required: true
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Deploy only while the instance is booked
  ansible.builtin.debug:
    msg: Deploying
  when: lookup('tfbridge.aws.ec2_schedule', 'i-0a1b2c3d4e5f60718', region='eu-central-1').running_now
"""

RETURN = r"""
_raw:
  description: For each instance a mapping of C(instance_id), C(state), C(bookings), C(windows), C(curfews),
    C(next_edge), C(running_now), C(in_sync) and C(warnings), as M(tfbridge.aws.ec2_schedule_info) returns them.
  type: list
  elements: dict
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Optional

from ansible.plugins.lookup import LookupBase
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import check_budget
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import check_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.store import DEFAULT_GROUP, check_group
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.data import as_data
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import LookupFailedError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.options import builtin_options, checked_config

NAME = "tfbridge.aws.ec2_schedule"
RETURNED = ("instance_id", "state", "bookings", "windows", "curfews", "next_edge", "running_now", "in_sync", "warnings")


class LookupModule(LookupBase):
    """Bookings by instance."""

    def run(self, terms: list[Any], variables: Optional[Mapping[str, Any]] = None, **kwargs: Any) -> list[Any]:
        """Return one mapping for each instance."""
        try:
            given = checked_config(self, kwargs)
            self.set_options(var_options=variables, direct=given)
            return self._run(terms, builtin_options(self))
        except BridgeError as exc:
            raise LookupFailedError(str(exc)) from exc

    def _run(self, terms: list[Any], options: Mapping[str, Any]) -> list[Any]:
        refusals, region = Refusals(), options["region"] or None
        ids = [refusals.checked("", check_instance_id, str(term), "_terms") for term in terms]
        refusals.checked(None, check_prefix, options["prefix"])
        refusals.checked(None, check_group, options["schedule_group"] or DEFAULT_GROUP)
        refusals.checked(None, check_budget, options["retry_budget"])
        if region:
            refusals.checked(None, check_region, region, "region")
        refusals.finish()
        # Imported here: a wrong option is refused without waiting for boto3.
        from ansible_collections.tfbridge.aws.plugins.plugin_utils._schedule.reading import (  # noqa: PLC0415  see above
            read_schedules,
        )

        found = read_schedules(NAME, options, ids, region, dt.datetime.now(dt.timezone.utc))
        return [as_data({key: instance[key] for key in RETURNED}) for instance in found]
