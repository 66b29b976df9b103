#!/usr/bin/python
# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_schedule_calendar
short_description: Write bookings of EC2 instances as a calendar to subscribe to
version_added: 0.2.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Writes the bookings that M(tfbridge.aws.ec2_schedule) made as an .ics file, which Google Calendar, Outlook, Apple
    Calendar, Nextcloud and Thunderbird subscribe to where a web server has it. AWS is only read.
  - Weekly bookings are recurring events in their time zone, with the days that are left out. An event keeps its UID for
    as long as its booking keeps its name, and its SEQUENCE grows when the booking is written anew.
  - The lookup P(tfbridge.aws.ical_bookings#lookup) refuses such a calendar, since it would book what is booked.
notes:
  - "IAM: C(scheduler:ListSchedules), C(scheduler:GetSchedule), C(ec2:DescribeInstances); C(ssm:GetParameters) where
    O(schedule_group) is not given."
seealso:
  - module: tfbridge.aws.ec2_schedule_info
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - tfbridge.aws.requirements
  - tfbridge.aws.outputs
  - tfbridge.aws.schedule
  - tfbridge.aws.attributes.writes
options:
  dest:
    description: The file to write. Its folder has to exist.
    type: path
    required: true
  mode:
    description: Its permissions, like V(0644).
    type: raw
  instance_ids:
    description: The instances; all that are booked in the group, where it is not given.
    type: list
    elements: str
    aliases: [instance_id]
  include:
    description:
      - What becomes an event. V(bookings) are what people booked, V(windows) the times that instances run, united of
        their bookings, shown as free.
    type: list
    elements: str
    choices: [bookings, windows]
    default: [bookings]
  days:
    description: For how many days windows are written, 1 to 366.
    type: int
    default: 60
  title:
    description: What calendar applications call the calendar.
    type: str
    default: EC2 bookings
"""

EXAMPLES = r"""
- name: Publish the bookings where calendars can subscribe to them
  tfbridge.aws.ec2_schedule_calendar:
    region: eu-central-1
    dest: /var/www/html/calendars/ec2-bookings.ics
    mode: "0644"
"""

RETURN = r"""
dest:
  description: The file.
  returned: success
  type: str
events:
  description: How many events it has.
  returned: success
  type: int
"""

import datetime as dt
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.common.text.converters import to_bytes
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.amazon_aws import aws_module
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import client_of
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._calendar.export import BookedInstance, export
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError, reported_by
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import reader_of, retrier_of
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.parsing import check_instance_id
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import windows
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.apply import Tools
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.changes import Observed
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.module import check_common, store_of
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.report import (
    ListedStore,
    booked_instances,
    observe,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.site import find_site


def main() -> None:
    """Wire the options to the export."""
    module = aws_module(
        argument_spec={
            "prefix": {"type": "str", "default": "OUTPUT_"},
            "schedule_group": {"type": "str"},
            "dest": {"type": "path", "required": True},
            "mode": {"type": "raw"},
            "instance_ids": {"type": "list", "elements": "str", "aliases": ["instance_id"]},
            "include": {"type": "list", "elements": "str", "choices": ["bookings", "windows"], "default": ["bookings"]},
            "days": {"type": "int", "default": 60},
            "title": {"type": "str", "default": "EC2 bookings"},
        },
    )
    with reported_by(module):
        text = calendar_of(module, checked_instances(module))
        result = write(module, text)
    module.exit_json(dest=module.params["dest"], events=text.count("BEGIN:VEVENT\r\n"), **result)


def checked_instances(module: Any) -> list[str]:
    """Return the instances that are chosen. Raises one OptionError for all options that are wrong."""
    params, refusals = module.params, Refusals()
    check_common(module, refusals)
    if not 1 <= params["days"] <= 366:
        refusals.refuse(f"days: {params['days']} is out of range. Valid values: 1 to 366")
    chosen = [refusals.checked("", check_instance_id, one) for one in params["instance_ids"] or ()]
    refusals.finish()
    return chosen


def calendar_of(module: Any, chosen: list[str]) -> str:
    """Read the bookings, all of them where no instance is chosen, and return them as a calendar."""
    params = module.params
    store = store_of(module, find_site(params, lambda: reader_of(module), ("schedule_group",)))
    listed = store.list()
    chosen = chosen or booked_instances(listed)
    observed = observe(ListedStore(store, listed), Tools(), chosen)
    found = describe(client_of(module, "ec2"), retrier_of(module), chosen, module.region)
    instances = [_booked(one, found.get(one) or {}, *observed[one], params) for one in chosen]
    return export(instances, module.region, params["title"], dt.datetime.now(dt.timezone.utc))


def _booked(
    instance_id: str, found: Mapping[str, Any], view: Observed, plan: Any, params: Mapping[str, Any]
) -> BookedInstance:
    written = {key: dt.datetime.fromtimestamp(int(name.created), dt.timezone.utc) for key, name in view.current.items()}
    until = plan.now + dt.timedelta(days=params["days"])
    shown = windows(view.bookings, plan.now, until, plan.merge_gap) if "windows" in params["include"] else ()
    bookings = view.bookings if "bookings" in params["include"] else ()
    return BookedInstance(instance_id, found.get("tags", {}).get("Name", ""), bookings, written, shown)


def write(module: Any, text: str) -> dict[str, Any]:
    """Write the file whole or not at all, where it differs."""
    dest, content = Path(module.params["dest"]), text.encode()
    try:
        before = dest.read_bytes()
    except FileNotFoundError:
        before = b""
    except OSError as error:
        raise OptionError(f"dest: {str(dest)!r} can't be read: {error.strerror}") from error
    if not dest.parent.is_dir():
        raise OptionError(f"dest: the folder {str(dest.parent)!r} does not exist")
    changed = before != content
    if changed and not module.check_mode:
        try:
            descriptor, path = tempfile.mkstemp(dir=module.tmpdir)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        except OSError as error:
            raise OptionError(f"dest: {str(dest)!r} can't be written: {error.strerror}") from error
        module.atomic_move(to_bytes(path), to_bytes(str(dest)))
    if module.params["mode"] is not None and dest.exists():
        changed = module.set_mode_if_different(str(dest), module.params["mode"], changed)
    result: dict[str, Any] = {"changed": changed}
    if module._diff and changed:  # noqa: SLF001  Ansible's name for it
        header = {"before_header": str(dest), "after_header": str(dest)}
        result["diff"] = {"before": before.decode(errors="replace"), "after": text, **header}
    return result


if __name__ == "__main__":
    main()
