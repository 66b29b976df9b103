# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a calendar and prints seconds, MB and occurrences: ``python -m scripts.benchmark.calendar_reading EVENTS``.

One event in eight is a series of three days a week; all have a description and an attendee, as in a team's calendar.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
import time
from datetime import datetime, timedelta, timezone

from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.library import load_library
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.model import Horizon
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.occurrences import Reader
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.text import check_text

NOW = datetime(2027, 3, 1, tzinfo=timezone.utc)
_EVENT = """BEGIN:VEVENT
UID:{number}@team
DTSTAMP:20270101T000000Z
DTSTART;TZID=Europe/Paris:{start:%Y%m%dT%H%M%S}
DTEND;TZID=Europe/Paris:{end:%Y%m%dT%H%M%S}
SUMMARY:Load test {number}
DESCRIPTION:<p>Agenda</p><p>ec2: i-0a1b2c3d4e5f60718</p>
ATTENDEE;CN=Alice:mailto:alice@example.com
{rule}END:VEVENT
"""


def calendar(events: int) -> bytes:
    """Make one."""
    lines = ["BEGIN:VCALENDAR\nVERSION:2.0\n"]
    for number in range(events):
        start = NOW + timedelta(days=number % 60, hours=number % 24)
        rule = "" if number % 8 else "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR\n"
        lines.append(_EVENT.format(number=number, start=start, end=start + timedelta(hours=2), rule=rule))
    return "".join([*lines, "END:VCALENDAR\n"]).replace("\n", "\r\n").encode()


def main() -> None:
    """Read once, libraries imported before the clock is started."""
    library, body = load_library(), calendar(int(sys.argv[1]))
    began = time.process_time()
    reading = Reader(library, Horizon(NOW, NOW + timedelta(days=60))).read(check_text(body))
    taken = time.process_time() - began
    if reading.refused:
        sys.exit(f"{len(reading.refused)} events were refused: {reading.notes[0]}")
    print(json.dumps([reading.events, taken, _peak(), len(reading.occurrences)]))


def _peak() -> float:
    """Return the most memory that this process had, in MiB. ru_maxrss counts that of whoever started it, too."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[1]) / 1024


if __name__ == "__main__":
    main()
