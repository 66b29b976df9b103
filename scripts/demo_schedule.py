# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo's step about time: book an instance twice with overlap, cancel once, write the timeline.

`python3 scripts/demo_schedule.py INSTANCE_ID FILE.html`, with the endpoint and credentials in the environment; the
scheduler's Terraform module must have been applied there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

ZONE = "Europe/Paris"


def run(environment: Mapping[str, str], instance_id: str, timeline: Path, now: datetime | None = None) -> Path:
    """Run the step's playbooks, showing each command, and return the page that was written."""
    day = (now or datetime.now(timezone.utc)).date() + timedelta(days=1)
    bookings = {"alice": ("15:00", "18:00"), "bob": ("17:00", "20:00"), "carol": ("21:00", "23:00")}
    for name, (start, end) in bookings.items():
        _play(
            environment,
            "book_ec2",
            instance_id=instance_id,
            booking_name=name,
            start_time=f"{day}T{start}",
            end_time=f"{day}T{end}",
            timezone=ZONE,
        )
    # Alice leaves. Bob's booking still begins at 17:00: cancelling one never touches the others.
    _play(environment, "book_ec2", instance_id=instance_id, booking_name="alice", cancel="true")
    _play(environment, "show_schedule", timezone=ZONE, timeline=str(timeline.resolve()))
    return timeline


def _play(environment: Mapping[str, str], playbook: str, **variables: str) -> None:
    command = ["ansible-playbook", f"tfbridge.aws.{playbook}"]
    for name, value in variables.items():
        command += ["-e", f"{name}={value}"]
    print("$", *command, flush=True)
    subprocess.run(command, check=True, env=dict(environment))


if __name__ == "__main__":
    print(run(os.environ, sys.argv[1], Path(sys.argv[2])))
