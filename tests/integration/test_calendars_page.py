# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/calendars.md is true: its variables, its commands and its play, as somebody would follow them."""

from __future__ import annotations

import re
import shlex
from datetime import datetime, timedelta, timezone

import pytest
import yaml

from tests.conftest import ROOT
from tests.integration.test_sync_calendar import instances, records
from tests.support.ics import calendar, event

__all__ = ["instances"]

PAGE = (ROOT / "docs" / "calendars.md").read_text()
PLAYBOOK = (ROOT / "playbooks" / "sync_calendar.yml").read_text()
VARIABLES, EXPORT = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
(LINES,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def test_names():
    """Each variable is one of the playbook; the packages are those that the message without them names."""
    assert [] == [name for name in VARIABLES if name not in PLAYBOOK]
    assert [] == [name for name in re.findall(r"`-e (\w+)=", PAGE) if name not in PLAYBOOK and name != "calendar"]
    for constraint in re.findall(r"'((?:icalendar|recurring)[^']+)'", PAGE):
        assert constraint in (ROOT / "plugins/plugin_utils/_calendar/library.py").read_text()


@pytest.mark.full
def test_from_a_calendar_to_bookings_and_back(aws, run, instances):
    """The check changes nothing, the run books, another changes nothing; then the export has what was booked."""
    ec2 = aws.client("ec2")
    ec2.create_tags(Resources=instances[:1], Tags=[{"Key": "Name", "Value": "loadgen"}])
    ec2.create_tags(Resources=instances[2:], Tags=[{"Key": "Team", "Value": "web"}])
    aws.publish({"WORKER_INSTANCE_IDS": instances[1:2]})
    day = datetime.now(timezone.utc).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=2)
    times = f"{day:%Y%m%dT%H%M%SZ}", f"{day + timedelta(hours=1):%Y%m%dT%H%M%SZ}"
    own = LINES.splitlines()[0].replace("i-0a1b2c3d4e5f60718", instances[2])
    events = [
        event("a load test of ours", *times),
        event("first aid", *times, "CATEGORIES:Training"),
        event("mine", *times, f"DESCRIPTION:{own}"),
        event("lunch", *times),
    ]
    run.write("team.ics", calendar(*events).decode())
    # A file in place of the address of a private calendar.
    run.write("calendar.yml", yaml.safe_dump({**VARIABLES, "calendar": "team.ics"}))

    booked = []
    for command in [*COMMANDS, COMMANDS[-1]]:
        result = run.command(shlex.split(command))
        assert 0 == result.rc, result.output
        assert "4 events: 3 booked, 1 left out, 0 refused." in result.said
        booked.append(len(records(aws)))
    assert [0, 3, 3] == booked
    assert "changed=0" in result.stdout

    (play,) = EXPORT
    (task,) = play["tasks"]
    task["tfbridge.aws.ec2_schedule_calendar"]["dest"] = str(run.folder / "ec2-bookings.ics")
    exported = run.playbook(EXPORT)
    assert 0 == exported.rc, exported.output
    text = (run.folder / "ec2-bookings.ics").read_text()
    assert 3 == text.count("BEGIN:VEVENT")
    assert "SUMMARY:loadgen: cal." in text
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT15M" in text
