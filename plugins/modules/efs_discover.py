# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: efs_discover
short_description: Find EFS file systems by id or tags, and check that they can be mounted
version_added: 0.2.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Asks EFS for file systems and their mount targets, for where no output of Terraform names them.
  - Fails where not exactly one file system is meant, and where the file system or one of its mount targets is not
    available, so that a play ends before its hosts wait for what can't be mounted.
  - Runs where the credentials are, which is usually the controller, with C(delegate_to=localhost) and C(run_once=true).
notes:
  - "IAM: C(elasticfilesystem:DescribeFileSystems) and C(elasticfilesystem:DescribeMountTargets)."
  - Security groups and routes are not looked at; P(tfbridge.aws.efs_mount#module) shows on the host itself whether the
    port can be reached.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - tfbridge.aws.requirements
  - tfbridge.aws.attributes
options:
  file_system_id:
    description: The id of the file system, like C(fs-0123456789abcdef0).
    type: str
  tags:
    description: Tags that the file system must have, all of them, with these values. C(Name) is one.
    type: dict
    default: {}
  az:
    description:
      - Return mount targets of this Availability Zone alone, and file systems that have one there.
    type: str
  single:
    description: Fail unless there is exactly one such file system. Otherwise any number is right, none included.
    type: bool
    default: true
  on_problem:
    description:
      - What to do with a file system that has no mount target, or that is, itself or one of its mount targets, neither
        C(available) nor C(updating). With V(warn) and V(skip) it is returned with its RV(file_systems[].problems).
    type: str
    choices: [error, warn, skip]
    default: error
  retry_budget:
    description: How many seconds to repeat one call for while AWS throttles it or fails. More than 0, at most 3600.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Find the file system
  tfbridge.aws.efs_discover:
    region: eu-central-1
    tags:
      Name: shared
      Environment: production
  delegate_to: localhost
  run_once: true
  register: efs

- name: Mount it
  ansible.builtin.include_role:
    name: tfbridge.aws.efs_mount
  vars:
    efs_mounts:
      - path: /mnt/efs
        dns_name: "{{ efs.file_system.dns_name }}"
"""

RETURN = r"""
file_system:
  description: The one file system, as in RV(file_systems).
  returned: success, if O(single=true)
  type: dict
  sample: {file_system_id: fs-0123456789abcdef0, dns_name: fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com}
file_systems:
  description: The file systems, by their ids.
  returned: success
  type: list
  elements: dict
  contains:
    file_system_id:
      description: Its id.
      type: str
      sample: fs-0123456789abcdef0
    name:
      description: Its tag C(Name); null without one.
      type: str
      sample: shared
    region:
      description: Its region.
      type: str
      sample: eu-central-1
    dns_name:
      description: The name that hosts mount it by.
      type: str
      sample: fs-0123456789abcdef0.efs.eu-central-1.amazonaws.com
    state:
      description: Its state, as EFS calls it.
      type: str
      sample: available
    az:
      description: The Availability Zone of a One Zone file system; null for others.
      type: str
      sample: null
    encrypted:
      description: Whether it is encrypted at rest.
      type: bool
      sample: true
    performance_mode:
      description: Its performance mode.
      type: str
      sample: generalPurpose
    throughput_mode:
      description: Its throughput mode.
      type: str
      sample: elastic
    tags:
      description: Its tags.
      type: dict
      sample: {Name: shared}
    mount_targets:
      description: Its mount targets, by their zones.
      type: list
      elements: dict
      contains:
        mount_target_id:
          description: Its id.
          type: str
          sample: fsmt-0123456789abcdef0
        ip_address:
          description: Its address.
          type: str
          sample: 10.0.1.5
        az:
          description: Its Availability Zone.
          type: str
          sample: eu-central-1a
        subnet_id:
          description: Its subnet.
          type: str
          sample: subnet-0123456789abcdef0
        vpc_id:
          description: Its VPC.
          type: str
          sample: vpc-0123456789abcdef0
        state:
          description: Its state, as EFS calls it.
          type: str
          sample: available
    problems:
      description: What keeps hosts from mounting it.
      type: list
      elements: str
      sample: []
region:
  description: The region that was asked.
  returned: success
  type: str
  sample: eu-central-1
"""

from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import aws_module
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import client_of
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DataError, reported_by
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._efs_discovery.api import file_systems, with_mount_targets
from ansible_collections.tfbridge.aws.plugins.module_utils._efs_discovery.choice import (
    Wanted,
    check_single,
    in_zone,
    parse_wanted,
    problems_of,
    with_tags,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import check_connection, retrier_of


def main() -> None:
    """Wire the options to the calls."""
    module = aws_module(
        argument_spec={
            "file_system_id": {"type": "str"},
            "tags": {"type": "dict", "default": {}},
            "az": {"type": "str"},
            "single": {"type": "bool", "default": True},
            "on_problem": {"type": "str", "choices": ["error", "warn", "skip"], "default": "error"},
        },
    )
    with reported_by(module):
        result = discover(module, checked_options(module))
    module.exit_json(changed=False, **result)


def checked_options(module: Any) -> Wanted:
    """Return what is looked for. Raises one OptionError for all options that are wrong."""
    refusals = Refusals()
    check_connection(module, refusals)
    wanted = refusals.checked(None, parse_wanted, module.params)
    refusals.finish()
    return wanted


def discover(module: Any, wanted: Wanted) -> dict[str, Any]:
    """Return the file systems that the options ask for; raises the BridgeError family."""
    params, region = module.params, module.region
    retrier, client = retrier_of(module), client_of(module, "efs")
    found = file_systems(client, retrier, region, wanted.file_system_id)
    tagged = [with_mount_targets(client, retrier, one) for one in with_tags(found, wanted.tags)]
    chosen = in_zone(tagged, wanted.az)
    check_single(wanted, chosen, tagged or found, region)
    problems = problems_of(chosen)
    if problems and params["on_problem"] == "error":
        raise DataError(f"{'; '.join(problems)}. Wait until it is available, or set on_problem: warn")
    for problem in problems if params["on_problem"] == "warn" else ():
        module.warn(problem)
    results = [one.as_result() for one in sorted(chosen, key=lambda one: one.file_system_id)]
    single = {"file_system": results[0]} if wanted.single else {}
    return {**single, "file_systems": results, "region": region}


if __name__ == "__main__":
    main()
