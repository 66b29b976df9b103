# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error and warning has a cause and a cure on the page of troubleshooting, where a person finds them."""

from __future__ import annotations

import re

import pytest

from scripts.messages import explained, explanations, messages, page, subject_of
from tests.conftest import ROOT


def test_every_message_is_explained():
    """And no explanation is left of messages that are gone."""
    found = explained(ROOT)

    assert [] == found.pop(None, [])
    assert len(messages(ROOT)) > 800
    assert [] == [group.title for group, mine in found.items() if not mine]
    groups, fragments = explanations(ROOT)
    texts = [message.text for message in messages(ROOT)]
    assert [] == [pattern for pattern in fragments if not any(re.search(pattern, text) for text in texts)]
    for group in groups:
        texts = [message.text for message in messages(ROOT) if group.subject == subject_of(message)]
        unused = [pattern for pattern in group.patterns if not any(re.search(pattern, text) for text in texts)]
        assert [] == unused, group.title


@pytest.mark.parametrize(
    ("seen", "title"),
    [
        ("nothing is published under OUTPUT_ in eu-central-1", "Nothing is published there"),
        (
            "access denied: x needs the IAM action ssm:GetParameters, which the caller's policies don't allow",
            "AWS refuses the credentials",
        ),
        ("worker is being measured by arn:aws:iam::1:role/x, run 7", "Another tuner works, or one was killed"),
        ("/mnt/efs: only root mounts, and this ran as user web", "The host refuses to write"),
        ("the calendar is cut off: END:VCALENDAR is missing after line 3", "The calendar isn't whole"),
        ("instance_ids: i-0123456789abcdef0 does not exist in eu-central-1", "Instances that can't be booked"),
        ("it has provisioned concurrency, which would be built anew for each size", "The function can't be measured"),
        ("strings.a (OUTPUT_A): the value has '{{' in it, which SSM refuses", "A value that Parameter Store refuses"),
        (
            "Neither efs_mounts nor efs_dns_url (which OUTPUT_EFS_DNS_URL becomes) is defined",
            "The role is told of no mount",
        ),
        ("name is not a variable of this playbook: use booking_name", "A variable is missing or misspelt"),
    ],
)
def test_a_message_finds_its_entry(seen, title):
    """Searching the page for the longest run of fixed words in it is enough."""
    sections = re.split("^### ", page(ROOT), flags=re.MULTILINE)[1:]
    found = set()
    for section in sections:
        for listed in re.findall(r"^- `(.*?)` \(\[source", section, re.MULTILINE):
            longest = max(listed.split("..."), key=len).strip()
            if len(longest) > 12 and longest.split(". ")[0] in seen:
                found.add(section.splitlines()[0])
                assert "**What to do:**" in section

    assert {title} <= found
