# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup of a calendar's bookings, in ansible-playbook."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from tests.support.feed_server import feed_server, send
from tests.support.ics import calendar, event, styled

PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    rules: [{summary: "load test*", instance_ids: [i-0a1b2c3d4e5f60718]}]
    found: "{{ lookup('tfbridge.aws.ical_bookings', 'team.ics', start='2027-03-01', events=rules, calendar_id='t') }}"
  tasks:
    - ansible.builtin.debug:
        msg: "{{ found | type_debug }} {{ found | length }} {{ found[0].start_time }} {{ found[0].summary }}"
    - ansible.builtin.debug:
        msg: "{{ lookup('tfbridge.aws.ical_bookings', 'team.ics', horizon_days=0, events=rules) }}"
"""
FEED = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ lookup('tfbridge.aws.ical_bookings', url, username='me', password=password, details=true,
                 headers=headers, events=[{'summary': '*', 'instance_ids': ['i-0a1b2c3d4e5f60718']}],
                 start='2027-03-01', allow_local=true, ca_path=ca_path) }}"
"""


@pytest.mark.cores
def test_it_gives_a_list_of_bookings(run: Any) -> None:
    """As the module takes them; without the packages, how to get them."""
    run.write("team.ics", styled("google").decode())
    result = run.playbook(PLAY)

    assert result.rc != 0
    if find_spec("icalendar"):
        assert "list 6 2027-03-01T08:00:00Z Load test (weekly)" in result.said
        assert "horizon_days: 0 is out of range" in result.said
    else:
        assert "pip install 'icalendar>=7,<8' 'recurring-ical-events>=3.8,<4'" in result.said


def test_titles_of_events_are_never_templates(run: Any) -> None:
    """Whoever can send an invitation writes them."""
    hostile = event("load test {{ lookup('pipe', 'touch pwned') }}", "20270302T080000Z", "20270302T090000Z")
    run.write("team.ics", calendar(hostile).decode())
    result = run.playbook(PLAY)

    assert "list 1 2027-03-02T08:00:00Z load test {{ lookup('pipe'" in result.said
    assert not (run.folder / "pwned").exists()


@pytest.mark.parametrize("status", [200, 401])
def test_a_feeds_secrets_are_in_no_output(run: Any, tmp_path: Any, status: int) -> None:
    """At the highest verbosity, read or refused."""
    with feed_server(tmp_path, send(styled("google"), status)) as server:
        result = run.playbook(FEED, "-vvvvv", "-e", f"@{run.write('feed.yml', variables(server))}")

        assert server.requests[0]["authorization"].startswith("Basic")
    assert ("purge_prefix" in result.output) == (status == 200)
    assert ("answers 401" in result.said) == (status == 401)
    assert "s3cret" not in result.output


def variables(server: Any) -> dict[str, Any]:
    """Return what a vaulted file would hold."""
    secrets = {"password": "s3cret-password", "headers": {"X-Key": "s3cret-header"}}
    return {"url": server.url, "ca_path": str(server.ca_path), **secrets}
