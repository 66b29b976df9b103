# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schedule group: that of the stack, unless another one is meant."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.site import find_site

ROLE = "arn:aws:iam::123456789012:role/scheduler"
PUBLISHED = {"OUTPUT_EC2_SCHEDULER_GROUP": "theirs", "OUTPUT_EC2_SCHEDULER_ROLE_ARN": ROLE}


class Reader:
    """What a stack has published."""

    region = "eu-central-1"

    def get(self, names):
        return {name: SimpleNamespace(value=PUBLISHED[name]) for name in names if name in PUBLISHED}


def site(**options):
    """Find the site of a group and a role."""
    return find_site({"prefix": "OUTPUT_", **options}, Reader, ("schedule_group", "role_arn"))


def test_the_group_of_the_stack_is_taken() -> None:
    """Nothing is given: group and role are those that are published."""
    assert ("theirs", ROLE, True) == (site().group, site().role_arn, site().create_group)


def test_another_group_is_refused_by_name() -> None:
    """A mistyped group would be a world of its own, which the role doesn't serve."""
    with pytest.raises(OptionError, match=r"'thiers' is not the group .* publishes, 'theirs'.*create_group: true"):
        site(schedule_group="thiers")


def test_another_group_is_taken_where_that_is_said() -> None:
    """create_group: true is the way to mean it."""
    found = site(schedule_group="mine", create_group=True)

    assert ("mine", True) == (found.group, found.create_group)


def test_a_group_that_is_given_with_its_role_is_not_created_by_itself() -> None:
    """No call is made to compare it: that it is missing is told when it is used."""
    assert not site(schedule_group="mine", role_arn=ROLE).create_group
