# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module that writes bookings as a calendar."""

from __future__ import annotations

import stat
from typing import Any

import pytest

from tests.integration.test_sync_calendar import booking, instances

__all__ = ["instances"]


@pytest.fixture
def write(run: Any) -> Any:
    """Run the module once."""

    def call(check: bool = False, fails: bool = False, **options: Any) -> dict[str, Any]:
        given = {"region": "eu-central-1", "dest": str(run.folder / "bookings.ics"), **options}
        result = run.module("ec2_schedule_calendar", _ansible_check_mode=check, _ansible_diff=True, **given)
        assert fails == result.get("failed", False), result
        return result

    return call


def test_bookings_are_written_once_and_again_when_they_change(run: Any, aws: Any, write: Any, instances: Any) -> None:
    """Check, run, check again, run again; what has changed has a higher SEQUENCE."""
    weekly = {"days": ["mon"], "start": "22:00", "end": "06:00"}
    run.module(
        "ec2_schedule",
        region="eu-central-1",
        bookings=[
            booking("a", 0, instances[0]),
            {"name": "night", "instance_ids": instances[1:], "weekly": weekly, "timezone": "Europe/Paris"},
        ],
    )
    aws.client("ec2").create_tags(Resources=[instances[0]], Tags=[{"Key": "Name", "Value": "web; one"}])
    path = run.folder / "bookings.ics"

    checked = write(check=True, mode="0640")
    assert (checked["changed"], checked["events"], path.exists()) == (True, 3, False)
    assert write(mode="0640")["changed"]
    text = path.read_text()
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO" in text
    assert "SUMMARY:web\\; one: cal.0a1b2c3d.a" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not write(check=True, mode="0640")["changed"]
    assert not write(mode="0640")["changed"]

    both = write(include=["bookings", "windows"], days=7, instance_ids=[instances[0]])
    assert both["events"] == 2
    assert "-RRULE" not in both["diff"]["after"]


def test_bad_options(run: Any, write: Any, instances: Any) -> None:
    """Each is named."""
    assert "days: 0 is out of range" in write(fails=True, days=0)["msg"]
    assert "does not exist" in write(fails=True, dest=str(run.folder / "nowhere" / "x.ics"))["msg"]
    assert "can't be read" in write(fails=True, dest=str(run.folder))["msg"]
