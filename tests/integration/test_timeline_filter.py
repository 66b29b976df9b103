# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter schedule_timeline, in ansible-playbook."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

NOW = datetime.now(timezone.utc).replace(microsecond=0, second=0)
PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    # What a lookup reads is data, as what a module returns is.
    schedule: "{{ lookup('ansible.builtin.file', playbook_dir ~ '/schedule.json') | from_json }}"
  tasks:
    - ansible.builtin.copy:
        content: "{{ schedule | tfbridge.aws.schedule_timeline(%s) }}"
        dest: "{{ playbook_dir }}/page.html"
        mode: "0644"
"""


def schedule(name: str = "alice") -> dict[str, Any]:
    """Return what the info module says of one instance with two bookings."""
    booking = {
        "name": name,
        "start": (NOW - timedelta(hours=1)).isoformat(),
        "end": (NOW + timedelta(hours=1)).isoformat(),
    }
    weekly = {"name": "office", "days": ["mon"], "start": "08:00", "end": "18:00", "timezone": "Asia/Tokyo"}
    instance = {"instance_id": "i-0a1b2c3d4e5f60718", "bookings": [booking, weekly], "state": "stopped"}
    return {"instances": [instance], "region": "eu-central-1", "account": "123456789012", "schedule_group": "bookings"}


def play(run: Any, arguments: str = "", result: Any = None) -> Any:
    """Run the filter on a result."""
    run.write("schedule.json", json.dumps(schedule() if result is None else result))
    return run.playbook(PLAY % arguments)


@pytest.mark.cores
def test_it_writes_a_page(run: Any) -> None:
    """Its times are in the zone that was asked for, its days as many."""
    result = play(run, "timezone='Asia/Tokyo', days=2, title='Our week'")
    page = (run.folder / "page.html").read_text(encoding="utf-8")

    assert result.rc == 0, result.output
    assert page.startswith("<!doctype html>")
    assert "<h1>Our week</h1>" in page
    for said in ("Asia/Tokyo", "eu-central-1", "123456789012", "bookings"):
        assert f"<dd>{said}</dd>" in page
    assert "Should run now, but is stopped." in page
    assert "alice" in page
    assert "Mon 08:00 to 18:00<" in page


@pytest.mark.cores
def test_what_aws_says_is_not_a_template(run: Any) -> None:
    """A booking's name that looks like an expression is shown as it is and never run."""
    result = play(run, result=schedule("{{ lookup('pipe', 'touch pwned') }}"))
    page = (run.folder / "page.html").read_text(encoding="utf-8")

    assert result.rc == 0, result.output
    assert "&#123;&#123; lookup(&#39;pipe&#39;" in page
    assert not list(run.folder.rglob("pwned"))


@pytest.mark.parametrize(
    ("arguments", "result", "named"),
    [
        ("timezone='Europe/Atlantis'", None, "timezone: 'Europe/Atlantis' is not a known time zone"),
        ("days='many'", None, "days: 'many' is not a number of days, 1 to 92"),
        ("days=93", None, "days: 93 is not within 1 to 92"),
        ("", {"outputs": []}, "the input is not a result of tfbridge.aws.ec2_schedule_info"),
    ],
)
def test_what_is_wrong_is_named(run: Any, arguments: str, result: Any, named: str) -> None:
    """An argument or an input that can't be used fails the task by name; nothing is written."""
    failed = play(run, arguments, result)

    assert failed.rc != 0
    assert named in failed.said
    assert not (run.folder / "page.html").exists()
