#!/usr/bin/python
# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_schedule_info
short_description: Say when EC2 instances are booked, and whether what is scheduled agrees
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Returns the bookings of instances, the windows in which they run, what happens next, and where the schedules in
    EventBridge Scheduler differ from what is booked. It changes nothing; M(tfbridge.aws.ec2_schedule) heals what
    differs.
notes:
  - "IAM: C(scheduler:ListSchedules), C(scheduler:GetSchedule), C(ec2:DescribeInstances); C(ssm:GetParameters) where
    O(schedule_group) is not given; C(sqs:GetQueueUrl), C(sqs:GetQueueAttributes), C(sqs:ReceiveMessage) where
    O(dead_letters)."
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - tfbridge.aws.requirements
  - tfbridge.aws.outputs
  - tfbridge.aws.schedule
  - tfbridge.aws.attributes
options:
  instance_ids:
    description: The instances; all that are booked in the group, where it is not given.
    type: list
    elements: str
    aliases: [instance_id]
  start_time:
    description: From when on windows are shown, in the form that M(tfbridge.aws.ec2_schedule) takes; from now on.
    type: str
  end_time:
    description: Until when windows are shown; for eight days.
    type: str
  timezone:
    description: The IANA name of the time zone of O(start_time) and O(end_time) without an offset.
    type: str
  dead_letters:
    description: Whether to look into the dead-letter queue for starts and stops that could not be delivered.
    type: bool
    default: false
  dead_letter_arn:
    description: The queue; the stack's output C(EC2_SCHEDULER_DLQ_ARN) where it is not given.
    type: str
  progress_file:
    description:
      - A file on the host that runs the module, to which a line is added for each hundred bookings of a group that are
        read. Without it Ansible shows the lines on stderr at C(-v), one in five seconds, where the module runs on the
        controller.
    type: path
    version_added: 0.2.0
"""

EXAMPLES = r"""
- name: See what is booked in the group
  tfbridge.aws.ec2_schedule_info:
    region: eu-central-1
  register: schedule

- name: Say what happens next
  ansible.builtin.debug:
    msg: "{{ item.instance_id }}: {{ item.next_edge }}"
  loop: "{{ schedule.instances }}"
"""

RETURN = r"""
instances:
  description: What is known of each instance.
  returned: success
  type: list
  elements: dict
  contains:
    instance_id:
      description: The instance.
      type: str
      sample: i-0a1b2c3d4e5f60718
    name:
      description: Its tag C(Name).
      type: str
      sample: web-0
    state:
      description: Its state; null where it does not exist.
      type: str
      sample: running
    bookings:
      description:
        - Its bookings, one-off ones with C(start) and C(end) in UTC, weekly ones with C(days) and C(timezone).
        - C(owner) is who booked, the ARN of an IAM principal or the subject of a token; bookings of releases before
          0.2.0 have none.
      type: list
      elements: dict
      sample: [{name: training, start: "2026-11-24T14:00:00Z", end: "2026-11-24T17:00:00Z"}]
    windows:
      description: When it runs in the time that was asked for, in UTC.
      type: list
      elements: dict
      sample: [{start: "2026-11-24T14:00:00Z", end: "2026-11-24T17:00:00Z", bookings: [training]}]
    curfews:
      description: When curfews stop it in the next eight days, in UTC.
      type: list
      elements: dict
      sample: [{at: "2026-11-24T19:00:00Z", bookings: [night]}]
    edges:
      description: The starts and stops that follow from its bookings.
      type: list
      elements: dict
    next_edge:
      description: What happens next; null for nothing.
      type: dict
      sample: {action: stop, at: "2026-11-24T17:00:00Z"}
    running_now:
      description: Whether it is booked now.
      type: bool
    merge_gap:
      description: The seconds below which windows that follow each other are one; the longest of its bookings counts.
      type: int
      sample: 600
    in_sync:
      description: Whether the schedules are those that follow from its bookings.
      type: bool
    drift:
      description: The C(missing) edges, and the schedules that are C(unexpected).
      type: dict
    expired:
      description: Names of bookings that have ended; the next change of the instance removes them.
      type: list
      elements: str
    damaged:
      description: What is wrong with records that can't be read.
      type: list
      elements: str
    warnings:
      description: What keeps it from being started and stopped as booked.
      type: list
      elements: str
foreign:
  description: Schedules in the group that are not of this collection, which leaves them alone.
  returned: where O(instance_ids) is not given
  type: list
  elements: str
dead_letters:
  description: How many messages the queue holds (C(count)), and what up to ten of them say (C(messages)).
  returned: where O(dead_letters) is true
  type: dict
account:
  description: The AWS account that owns the instances; null where none of them exists.
  returned: success
  type: str
  sample: "123456789012"
region:
  description: The region that was read.
  returned: success
  type: str
  sample: eu-central-1
schedule_group:
  description: The group that was read.
  returned: success
  type: str
  sample: tfbridge
"""

import datetime as dt
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import aws_module
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import client_of
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import reported_by
from ansible_collections.tfbridge.aws.plugins.module_utils._common.progress_file import progress_to
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import reader_of, retrier_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import check_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.dead_letters import dead_letters
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.module import check_common, store_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import (
    ListedStore,
    Reporter,
    TimeRange,
    booked_instances,
    foreign_schedules,
    parse_range,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.site import find_site, find_tag


def main() -> None:
    """Wire the options to the reporter."""
    module = aws_module(
        argument_spec={
            "prefix": {"type": "str", "default": "OUTPUT_"},
            "schedule_group": {"type": "str"},
            "instance_ids": {"type": "list", "elements": "str", "aliases": ["instance_id"]},
            "start_time": {"type": "str"},
            "end_time": {"type": "str"},
            "timezone": {"type": "str"},
            "dead_letters": {"type": "bool", "default": False},
            "dead_letter_arn": {"type": "str"},
            "progress_file": {"type": "path"},
        },
    )
    with reported_by(module):
        result = read(module, *checked_options(module))
    module.exit_json(changed=False, **result)


def checked_options(module: Any) -> tuple[list[str], TimeRange]:
    """Return the instances that are chosen, and the range. Raises one OptionError for all options that are wrong."""
    params, refusals = module.params, Refusals()
    check_common(module, refusals)
    chosen = [refusals.checked("", check_instance_id, one) for one in params["instance_ids"] or ()]
    given = (params[option] for option in ("start_time", "end_time", "timezone"))
    shown = refusals.checked(None, parse_range, *given, dt.datetime.now(dt.timezone.utc))
    refusals.finish()
    return chosen, shown


def read(module: Any, chosen: list[str], shown: TimeRange) -> dict[str, Any]:
    """Read the bookings of the instances that are chosen, or of the whole group."""
    params, region, tools = module.params, module.region, Tools()
    needed = ("schedule_group", "dead_letter_arn") if params["dead_letters"] else ("schedule_group",)
    site = find_site(params, lambda: reader_of(module), needed)
    # Whoever names the group may have no stack, and no right to read parameters.
    tag = None if params["schedule_group"] else find_tag(params["prefix"], reader_of(module))
    retrier, store = retrier_of(module), store_of(module, site)
    result: dict[str, Any] = {"schedule_group": site.group, "region": region}
    if chosen:
        reporter = Reporter(store, tools, shown, tag)
    else:
        say = progress_to(params["progress_file"], f"schedule group {site.group}: listing it")
        group = ListedStore.read(store, on_read=lambda said: say(f"schedule group {site.group}: {said}"))
        chosen, result["foreign"] = booked_instances(group.listed), foreign_schedules(group.listed)
        reporter = Reporter(group, tools, shown, tag)
    found = describe(client_of(module, "ec2"), retrier, chosen, region)
    result["instances"] = reporter.report(chosen, found)
    result["account"] = next((instance["owner_id"] for instance in found.values()), None)
    if params["dead_letters"]:
        queue = client_of(module, "sqs")
        result["dead_letters"] = dead_letters(queue, retrier, site.dead_letter_arn, region)
    return result


if __name__ == "__main__":
    main()
