#!/usr/bin/python
# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_schedule
short_description: Book EC2 instances, which run exactly while they are booked
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Books instances for a while, once or every week, and cancels bookings. An instance runs during the union of its
    bookings; two that overlap never stop it in between.
  - Bookings, and the starts and stops that follow from them, are schedules of EventBridge Scheduler in one group. No
    server or function has to run. Several playbooks, pipelines and people can book the same instance at once.
  - An instance that can't be booked is reported by its id; the others are still processed.
notes:
  - "IAM: C(scheduler:ListSchedules), C(scheduler:GetSchedule), C(scheduler:CreateSchedule),
    C(scheduler:DeleteSchedule), C(scheduler:GetScheduleGroup), C(iam:PassRole) on O(role_arn),
    C(ec2:DescribeInstances), C(ec2:StartInstances) where O(start_if_active), C(ssm:GetParameters) where O(role_arn) or
    O(schedule_group) is not given, C(scheduler:CreateScheduleGroup) where the group is missing,
    C(kms:DescribeKey), C(kms:GenerateDataKey) and C(kms:Decrypt) on O(kms_key_arn). The output C(booking_policy_json)
    of the Terraform module C(ec2_scheduler) is the policy."
  - Scheduler fires within the minute. Times are whole seconds, a booking has two minutes at least.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - tfbridge.aws.requirements
  - tfbridge.aws.outputs
  - tfbridge.aws.schedule
  - tfbridge.aws.attributes.writes
options:
  state:
    description: V(present) books, V(absent) cancels.
    type: str
    choices: [present, absent]
    default: present
  instance_ids:
    description:
      - The instances. Required, except where each of O(bookings) names its own, or with O(purge_prefix).
    type: list
    elements: str
    aliases: [instance_id]
  create_group:
    description:
      - Whether to create O(schedule_group) where it is missing, and to use it where the stack publishes another one.
        The role that the stack publishes starts and stops for its own group only.
      - Where O(schedule_group) is not set, its default is created in any case.
    type: bool
    default: false
    version_added: 0.2.0
  name:
    description:
      - The booking's name, unique for its instance. 1 to 35 letters, digits, C(-), C(_) and C(.). Booking
        again under the same name moves the booking.
      - Where it is not given, the name follows from the times, so that booking the same twice is booking it once.
    type: str
  start_time:
    description:
      - When it starts, like V(2026-11-24T15:00) in O(timezone), or with an offset of its own, V(2026-11-24T15:00:00Z).
        The start may be in the past.
    type: str
  end_time:
    description: When it ends, in the same form. It must be in the future, at most ten years ahead.
    type: str
  weekly:
    description: Every week instead. An end before its start is on the next day, V(24:00) is the end of the day.
    type: dict
    suboptions:
      days:
        description: The days on which it starts, V(mon) to V(sun), full English names, or ranges like V(mon-fri).
        type: list
        elements: str
        required: true
      start:
        description: When it starts, V(08:00). Quote it, YAML reads a number otherwise.
        type: str
        required: true
      end:
        description: When it ends, V(18:00).
        type: str
        required: true
      except:
        description:
          - Days on which it doesn't start, in its time zone, like V(2027-05-01), and ranges with their last day, like
            V(2026-12-24..2027-01-02). 400 days at most, and as many as fit into a schedule's description, about 30
            entries. What starts the evening before still runs to its end.
        type: list
        elements: str
        version_added: 0.2.0
  monthly:
    description:
      - Every month instead, on days of the month, or on its first, second, ... day of a name. A month without such a
        day is left out.
      - Where nothing else is booked within a day, and it ends on the day on which it starts, two recurring schedules
        fire it for ever. Otherwise its times are scheduled one by one to the end of the next year, which a warning
        says, and any later run schedules more.
    type: dict
    version_added: 0.2.0
    suboptions:
      day_of_month:
        description: The days of the month on which it starts, V(1) to V(31), and V(-1) for the last; ten at most.
        type: list
        elements: int
      nth:
        description: Which of the month's days of the name O(monthly.day) it is, V(1) to V(5), or V(-1) for the last.
        type: int
      day:
        description: A day of the week, V(mon) to V(sun) or its full English name.
        type: str
      start:
        description: When it starts, as O(weekly.start).
        type: str
        required: true
      end:
        description: When it ends, as O(weekly.end).
        type: str
        required: true
  curfew:
    description:
      - Stops the instance at a time of day, unless it is booked then or about to start; starts nothing. For instances
        that people start by hand, and forget.
    type: dict
    version_added: 0.2.0
    suboptions:
      days:
        description: The days on which it stops, as in O(weekly.days).
        type: list
        elements: str
        required: true
      at:
        description: When it stops, V(20:00), in O(timezone).
        type: str
        required: true
  timezone:
    description:
      - The IANA name of the time zone of times without an offset, like V(Europe/Paris). A weekly booking needs it, and
        keeps to it when clocks change.
    type: str
  bookings:
    description: Several bookings, of every instance in O(instance_ids) or of instances of their own.
    type: list
    elements: dict
    suboptions:
      instance_ids:
        description: The instances of this booking, instead of O(instance_ids).
        type: list
        elements: str
        version_added: 0.2.0
      summary:
        description: What it is for, as the lookup P(tfbridge.aws.ical_bookings#lookup) returns it. It is not stored.
        type: str
        version_added: 0.2.0
      name:
        description: As O(name).
        type: str
      start_time:
        description: As O(start_time).
        type: str
      end_time:
        description: As O(end_time).
        type: str
      weekly:
        description: As O(weekly).
        type: dict
        suboptions:
          days:
            description: As O(weekly.days).
            type: list
            elements: str
            required: true
          start:
            description: As O(weekly.start).
            type: str
            required: true
          end:
            description: As O(weekly.end).
            type: str
            required: true
          except:
            description: As O(weekly.except).
            type: list
            elements: str
            version_added: 0.2.0
      monthly:
        description: As O(monthly).
        type: dict
        version_added: 0.2.0
        suboptions:
          day_of_month:
            description: As O(monthly.day_of_month).
            type: list
            elements: int
          nth:
            description: As O(monthly.nth).
            type: int
          day:
            description: As O(monthly.day).
            type: str
          start:
            description: As O(monthly.start).
            type: str
            required: true
          end:
            description: As O(monthly.end).
            type: str
            required: true
      curfew:
        description: As O(curfew).
        type: dict
        version_added: 0.2.0
        suboptions:
          days:
            description: As O(curfew.days).
            type: list
            elements: str
            required: true
          at:
            description: As O(curfew.at).
            type: str
            required: true
      timezone:
        description: As O(timezone), which it is by default.
        type: str
  purge_bookings:
    description: Whether to cancel all other bookings of the instances.
    type: bool
    default: false
  purge_prefix:
    description:
      - Whether to cancel one-off bookings whose names begin with this, 3 to 35 characters, and that are not in
        O(bookings). All instances of the group are looked through, so that one whose last booking is gone is found.
      - A booking whose instance runs for it now stays until its end.
    type: str
    version_added: 0.2.0
  purge_until:
    description: Only bookings that start before this are cancelled, in the form of O(start_time).
    type: str
    version_added: 0.2.0
  purge_keep:
    description: Names, and beginnings of names, of bookings that stay.
    type: list
    elements: str
    version_added: 0.2.0
  purge_limit:
    description:
      - The percentage of upcoming bookings matching O(purge_prefix) that one run may cancel, 0 to 100. Where it would
        be more, the module fails and changes nothing.
    type: int
    default: 50
    version_added: 0.2.0
  role_arn:
    description:
      - The role that Scheduler starts and stops instances with. Where it is not given, it is the stack's output
        C(EC2_SCHEDULER_ROLE_ARN), which the Terraform module C(ec2_scheduler) publishes.
    type: str
  dead_letter_arn:
    description:
      - The queue for starts and stops that can't be delivered; the stack's output C(EC2_SCHEDULER_DLQ_ARN) where
        O(role_arn) is found in the stack too.
    type: str
  kms_key_arn:
    description: A key of your own to encrypt the schedules with.
    type: str
  retry_policy:
    description: How long Scheduler tries to deliver a start or a stop. It gives up before the next opposite one.
    type: dict
    suboptions:
      maximum_event_age:
        description:
          - In seconds, 60 to 86400.
          - The default is less than most bookings last, so that one booking more leaves those before and after it as
            they are.
        type: int
        default: 1800
      maximum_attempts:
        description: 0 to 185.
        type: int
        default: 185
  merge_gap:
    description:
      - Windows of an instance that are closer than this are one, in seconds, 120 to 86400. Of all its bookings the
        widest counts.
      - A start that meets an instance which is still stopping is refused by EC2, and an instance may take minutes to
        stop. The default was 120 before release 0.2.0.
    type: int
    default: 600
  on_gap:
    description:
      - What to do with a local time that the clocks skip in spring. V(shift) moves it past the gap. Of a time that
        occurs twice in autumn, a start takes the earlier, an end the later.
    type: str
    choices: [error, shift]
    default: error
  on_cancel:
    description:
      - What happens to an instance that runs for a booking which is cancelled, moved or edited so that nothing is
        booked now. V(keep) lets it run until the end of the window that it is in, and warns of that. V(stop_now) has
        Scheduler stop it within three minutes.
    type: str
    choices: [keep, stop_now]
    default: keep
  start_if_active:
    description: Whether to start an instance at once whose booking has begun already.
    type: bool
    default: true
  hibernate:
    description: Whether to hibernate instead of stopping. The instance must have been launched for it.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Book an instance for an afternoon in Paris
  tfbridge.aws.ec2_schedule:
    instance_ids: i-0a1b2c3d4e5f60718
    name: training
    start_time: 2036-11-24T15:00
    end_time: 2036-11-24T18:00
    timezone: Europe/Paris
    region: eu-central-1

- name: Office hours, but Friday until late
  tfbridge.aws.ec2_schedule:
    instance_ids: [i-0a1b2c3d4e5f60718, i-0a1b2c3d4e5f60719]
    timezone: Europe/Paris
    bookings:
      - name: office
        weekly: {days: [mon, tue, wed, thu, fri], start: "08:00", end: "18:00"}
      - name: friday
        weekly: {days: [fri], start: "17:00", end: "22:00"}
    purge_bookings: true
    region: eu-central-1

- name: Stop whatever runs at 20:00 and isn't booked for longer
  tfbridge.aws.ec2_schedule:
    instance_ids: i-0a1b2c3d4e5f60718
    name: night
    curfew: {days: [mon-sun], at: "20:00"}
    timezone: Europe/Paris
    region: eu-central-1

- name: Run it for the patches of the first Thursday of every month
  tfbridge.aws.ec2_schedule:
    instance_ids: i-0a1b2c3d4e5f60718
    name: patches
    monthly: {nth: 1, day: thu, start: "20:00", end: "23:00"}
    timezone: Europe/Paris
    region: eu-central-1

- name: Cancel one, and stop the instance if nobody else has booked it
  tfbridge.aws.ec2_schedule:
    state: absent
    instance_ids: i-0a1b2c3d4e5f60718
    name: training
    on_cancel: stop_now
    region: eu-central-1
"""

RETURN = r"""
instances:
  description: What was, or in check mode would be, done for each instance, in the order of O(instance_ids).
  returned: always, once the options were read
  type: list
  elements: dict
  contains:
    instance_id:
      description: The instance.
      type: str
      sample: i-0a1b2c3d4e5f60718
    changed:
      description: Whether anything was written or started for it.
      type: bool
    started:
      description: Whether it was started, because it is booked now.
      type: bool
    bookings:
      description:
        - All of its bookings, one-off ones with C(start) and C(end) in UTC. C(owner) is who booked, the ARN of an IAM
          principal or the subject of a token; bookings of releases before 0.2.0 have none.
      type: list
      elements: dict
      sample: [{name: training, start: "2026-11-24T14:00:00Z", end: "2026-11-24T17:00:00Z"}]
    windows:
      description: The times ahead that it runs, in UTC; of weekly bookings those of eight days.
      type: list
      elements: dict
      sample: [{start: "2026-11-24T14:00:00Z", end: "2026-11-24T17:00:00Z", bookings: [training]}]
    curfews:
      description: When curfews stop it in the next eight days, in UTC. What is booked then, or starts soon after, is
        not stopped.
      type: list
      elements: dict
      sample: [{at: "2026-11-24T19:00:00Z", bookings: [night]}]
    edges:
      description: The starts and stops that Scheduler fires, with the reason of each.
      type: list
      elements: dict
    next_edge:
      description: What happens next; null for nothing.
      type: dict
      sample: {action: start, at: "2026-11-24T14:00:00Z"}
    running_now:
      description: Whether it is booked now.
      type: bool
    actions:
      description: What was written, with the reason of each.
      type: list
      elements: dict
      sample: [{action: create, what: booking, reason: "2026-11-24T14:00:00Z to 2026-11-24T17:00:00Z"}]
    summary:
      description: Its bookings, when it runs and the next start and stop, in words. Times are in O(timezone), else in
        the time zone of a weekly booking, else in UTC.
      type: list
      elements: str
      sample:
        - "i-0a1b2c3d4e5f60718: training is booked, Tue 24 Nov 2026 15:00 to 18:00 (Europe/Paris)."
        - "i-0a1b2c3d4e5f60718: runs Tue 24 Nov 2026 15:00 to 18:00 (Europe/Paris)."
        - "i-0a1b2c3d4e5f60718: next start Tue 24 Nov 2026 15:00, stop Tue 24 Nov 2026 18:00 (Europe/Paris)."
    cancelled:
      description: The names of bookings that were cancelled.
      type: list
      elements: str
    warnings:
      description: What keeps it from being started and stopped as booked.
      type: list
      elements: str
    error:
      description: Why nothing, or not everything, was done for it.
      type: str
schedule_group:
  description: The group that the bookings are in.
  returned: always, once it is known
  type: str
  sample: tfbridge
"""

import dataclasses
import datetime as dt
from typing import Any

from ansible.module_utils.common.warnings import warn
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import aws_module
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import client_of
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import reported_by
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import caller_of, reader_of, retrier_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.authority import Authority
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.module import check_common, store_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.records import owner_name
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.request import (
    BookingRequest,
    parse_request,
    parse_settings,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.result import diff_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.service import BookingResult, BookingService
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.site import find_site
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.summary import summary

WEEKLY: dict[str, Any] = {
    "type": "dict",
    "options": {
        "days": {"type": "list", "elements": "str", "required": True},
        "start": {"type": "str", "required": True},
        "end": {"type": "str", "required": True},
        "except": {"type": "list", "elements": "str"},
    },
}
MONTHLY: dict[str, Any] = {
    "type": "dict",
    "options": {
        "day_of_month": {"type": "list", "elements": "int"},
        "nth": {"type": "int"},
        "day": {"type": "str"},
        "start": {"type": "str", "required": True},
        "end": {"type": "str", "required": True},
    },
}
CURFEW: dict[str, Any] = {
    "type": "dict",
    "options": {
        "days": {"type": "list", "elements": "str", "required": True},
        "at": {"type": "str", "required": True},
    },
}
TIMES: dict[str, Any] = {
    "name": {"type": "str"},
    "start_time": {"type": "str"},
    "end_time": {"type": "str"},
    "weekly": WEEKLY,
    "monthly": MONTHLY,
    "curfew": CURFEW,
    "timezone": {"type": "str"},
}
BOOKING: dict[str, Any] = {
    "instance_ids": {"type": "list", "elements": "str"},
    "summary": {"type": "str"},
    **TIMES,
}
ARGUMENTS: dict[str, Any] = {
    "prefix": {"type": "str", "default": "OUTPUT_"},
    "schedule_group": {"type": "str"},
    "create_group": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "instance_ids": {"type": "list", "elements": "str", "aliases": ["instance_id"]},
    **TIMES,
    "bookings": {"type": "list", "elements": "dict", "options": BOOKING},
    "purge_bookings": {"type": "bool", "default": False},
    "purge_prefix": {"type": "str"},
    "purge_until": {"type": "str"},
    "purge_keep": {"type": "list", "elements": "str", "no_log": False},
    "purge_limit": {"type": "int", "default": 50},
    "role_arn": {"type": "str"},
    "dead_letter_arn": {"type": "str"},
    "kms_key_arn": {"type": "str", "no_log": False},
    "retry_policy": {
        "type": "dict",
        "options": {
            "maximum_event_age": {"type": "int", "default": 1800},
            "maximum_attempts": {"type": "int", "default": 185},
        },
    },
    "merge_gap": {"type": "int", "default": 600},
    "on_gap": {"type": "str", "choices": ["error", "shift"], "default": "error"},
    "on_cancel": {"type": "str", "choices": ["keep", "stop_now"], "default": "keep"},
    "start_if_active": {"type": "bool", "default": True},
    "hibernate": {"type": "bool", "default": False},
}


def main() -> None:
    """Wire the options to the booking service."""
    module = aws_module(
        argument_spec=ARGUMENTS,
        mutually_exclusive=[("bookings", option) for option in TIMES if option != "timezone"],
    )
    with reported_by(module):
        result, results = book(module, checked_request(module))
    finish(module, result, results)


def checked_request(module: Any) -> BookingRequest:
    """Return what the options ask for. Raises one OptionError for all that are wrong."""
    params, refusals = module.params, Refusals()
    check_common(module, refusals)
    request = refusals.checked(None, parse_request, params, dt.datetime.now(dt.timezone.utc))
    if params["state"] == "present":
        refusals.checked(None, parse_settings, params, params["role_arn"] or "", params["dead_letter_arn"] or "")
    refusals.finish()
    return request


def book(module: Any, request: BookingRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """Carry the request out, and give what is common to all instances and what came of each."""
    params, region = module.params, module.region
    present = params["state"] == "present"
    needed = ("schedule_group", "role_arn") if present else ("schedule_group",)
    site = find_site(params, lambda: reader_of(module), needed)
    settings = parse_settings(params, site.role_arn, site.dead_letter_arn) if present else None
    retrier, ec2 = retrier_of(module), client_of(module, "ec2")
    store = store_of(module, site)
    service = BookingService(store, ec2, retrier, region, settings, params["start_if_active"], module.check_mode)
    request = service.swept(request)
    found = describe(ec2, retrier, request.instance_ids, region)
    if present:
        request = dataclasses.replace(request, authority=Authority(owner_name(caller_of(module))))
    return {"schedule_group": site.group}, service.change(request, found)


def finish(module: Any, result: dict[str, Any], results: dict[str, Any]) -> None:
    """Report every instance, and fail where one failed."""
    done = [one for one in results.values() if isinstance(one, BookingResult)]
    result["instances"] = [
        {**one.as_dict(), "summary": summary(one.outcome, module.params["timezone"])}
        if isinstance(one, BookingResult)
        else {"instance_id": key, "changed": False, "error": str(one)}
        for key, one in results.items()
    ]
    result["changed"] = any(one.changed for one in done)
    if module._diff:  # noqa: SLF001  Ansible's name for it
        result["diff"] = diff_of(one.outcome for one in done)
    for instance in result["instances"]:
        for message in instance.get("warnings", ()):
            warn(message)
    failed = {one["instance_id"]: one["error"] for one in result["instances"] if "error" in one}
    if failed:
        others = f" {len(done)} of {len(results)} instances are done." if done else ""
        module.fail_json(msg="; ".join(f"{key}: {text}" for key, text in failed.items()) + f".{others}", **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
