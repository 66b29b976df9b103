# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ical_bookings
short_description: Events of a calendar, as bookings of EC2 instances
version_added: 0.2.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Reads a calendar (an .ics file, as Google Calendar, Outlook, Apple Calendar, Nextcloud and Thunderbird publish it),
    and returns bookings as O(tfbridge.aws.ec2_schedule#module:bookings) takes them, one for each time that an event
    takes place within a horizon.
  - The playbook C(tfbridge.aws.sync_calendar) keeps the bookings of a calendar in step with it.
  - Recurrence rules, added and deleted occurrences, moved ones, changes of all that follow, whole days, durations, time
    zones by IANA's names, by Windows' and by their description in the calendar are understood. Events that are
    cancelled, or shown as free, book nothing.
  - An event that can't be read without guessing is refused by name, and hides no other.
requirements:
  - icalendar >= 7, < 8
  - recurring-ical-events >= 3.8, < 4
notes:
  - Addresses of private calendars are secrets. No message and no result shows the address, O(username), O(password) or
    O(headers). Keep them in a vaulted file.
  - Proxies of the environment are not used, since the address that was checked is the one that is connected to.
  - "IAM: none where O(events) names O(events[].instance_ids) only; C(ec2:DescribeInstances) for tags,
    C(ssm:GetParameters) for outputs."
seealso:
  - module: tfbridge.aws.ec2_schedule
extends_documentation_fragment:
  - tfbridge.aws.connection
  - tfbridge.aws.outputs
options:
  _terms:
    description:
      - The calendar. A file, the text itself (from a vaulted variable, say), or an address that begins with
        C(https://) or C(webcal://).
      - At most 5 MB, 10,000 events and 250,000 lines.
    required: true
    type: list
    elements: str
  calendar_id:
    description:
      - What tells this calendar's bookings from those of others, a name of your choice. Where it is not given, it is
        the file or the address; then bookings are made anew where that changes.
    type: str
  events:
    description:
      - Which events book which instances. An event that several entries match books the instances of all of them.
    type: list
    elements: dict
    suboptions:
      summary:
        description: A pattern for the event's title, like V(*load test*). Upper and lower case are the same.
        type: str
      category:
        description: A pattern for one of its categories.
        type: str
      location:
        description: A pattern for its location.
        type: str
      instance_ids:
        description: The instances that it books.
        type: list
        elements: str
      tags:
        description: The tags that the instances have, all of them. V(*) in a value matches any characters.
        type: dict
      output:
        description: An output of Terraform's that holds the instances' ids, like V(WORKER_INSTANCE_IDS).
        type: str
  allow_instances:
    description:
      - Instances that events may name themselves, by id or as V(tag:Name=web). An event names them in a line of its
        description, like C(ec2:) and an id or C(tag:Name=web), or in a property C(X-TFBRIDGE-INSTANCE).
      - Whoever can send an invitation can write such a line, so none counts that isn't allowed here.
    type: list
    elements: str
  timezone:
    description:
      - The IANA name of the time zone of whole days, and of times without one. Where it is not given, the calendar's
        own (C(X-WR-TIMEZONE)) counts, and without that such events are refused by name.
    type: str
  start:
    description: From when on, like V(2027-03-20) or V(2027-03-20T09:00). The default is now.
    type: str
  horizon_days:
    description: How many days from O(start) on, 1 to 366.
    type: int
    default: 60
  on_gap:
    description: What to do with an occurrence whose local start or end the clocks skip in spring.
    type: str
    choices: [error, shift]
    default: error
  min_events:
    description: How many events the calendar has at least, 0 to 10000. A calendar with fewer is refused.
    type: int
    default: 1
  max_bookings:
    description: How many bookings it may make, 1 to 5000. A calendar that makes more is refused.
    type: int
    default: 500
  username:
    description: The user name at the calendar's server.
    type: str
  password:
    description: The password at the calendar's server.
    type: str
  headers:
    description: Headers to send to the calendar's server.
    type: dict
  ca_path:
    description: A file with the certificates of the authorities to trust, instead of the system's.
    type: str
  allow_local:
    description: Whether the calendar's server may have a loopback or link-local address.
    type: bool
    default: false
  cache_dir:
    description:
      - A folder to keep the last copy of the calendar in, so that an unchanged one is not sent again (C(ETag),
        C(If-Modified-Since)). It is created for you alone.
    type: str
  details:
    description: Whether to return one mapping with the bookings and what became of every event.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Book what the team's calendar calls a load test
  tfbridge.aws.ec2_schedule:
    region: eu-central-1
    bookings: "{{ lookup('tfbridge.aws.ical_bookings', calendar_url, timezone='Europe/Paris', events=load_tests) }}"
  vars:
    load_tests:
      - summary: "*load test*"
        instance_ids: [i-0a1b2c3d4e5f60718]
      - category: training
        output: WORKER_INSTANCE_IDS

- name: Show what a calendar would book in April
  ansible.builtin.debug:
    msg: "{{ lookup('tfbridge.aws.ical_bookings', 'team.ics', start='2027-04-01', events=load_tests) }}"
  vars:
    load_tests:
      - summary: "*load test*"
        tags: {Name: loadgen-*}
"""

RETURN = r"""
_raw:
  description:
    - One list of bookings, mappings of C(name), C(instance_ids), C(start_time), C(end_time) and C(summary).
    - With O(details), one mapping of C(calendar), C(bookings), C(events), and of C(purge_prefix), C(purge_until) and
      C(purge_keep), which O(tfbridge.aws.ec2_schedule#module:purge_prefix) and its companions take. C(events) has a
      mapping for each event seen, with C(uid), C(summary), C(start_time), C(end_time), C(outcome) (V(booked),
      V(left out) or V(refused)), C(reason), C(instance_ids) and C(booking), the booking's name.
  type: list
  elements: raw
  sample:
    - - name: cal.1c0f6a3e.8d1f0a2b3c4d5e6f708192
        instance_ids: [i-0a1b2c3d4e5f60718]
        start_time: "2027-03-01T08:00:00Z"
        end_time: "2027-03-01T11:00:00Z"
        summary: Load test
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Optional

from ansible.plugins.lookup import LookupBase
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.lookup import read_bookings
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.data import as_data, plain
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import LookupFailedError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.options import (
    builtin_options,
    checked_config,
    is_vaulted,
)

NAME = "tfbridge.aws.ical_bookings"


class LookupModule(LookupBase):
    """Bookings of a calendar."""

    def run(self, terms: list[Any], variables: Optional[Mapping[str, Any]] = None, **kwargs: Any) -> list[Any]:
        """Return one list, so that lookup() returns a list and not a text; with details, one mapping."""
        try:
            self.set_options(var_options=variables, direct=checked_config(self, kwargs))
            options = builtin_options(self)

            def fleet() -> Any:
                # Imported here: most calendars are matched to ids, and need no AWS.
                from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.fleet import (  # noqa: PLC0415
                    AwsFleet,
                )

                return AwsFleet.connect(NAME, options)

            given = [plain(str(term)) if isinstance(term, str) or is_vaulted(term) else term for term in terms]
            found = read_bookings(given, options, fleet, dt.datetime.now(dt.timezone.utc))
        except BridgeError as exc:
            raise LookupFailedError(f"ical_bookings: {exc}") from exc
        return [as_data(found if options["details"] else found["bookings"])]
