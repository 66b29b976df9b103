# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schedule group: that of the stack, unless another one is meant."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import DeniedError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._schedule.site import find_site, find_tag

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


@pytest.mark.parametrize(
    ("value", "warned"),
    [('{"key":"Bookable","values":["true","yes"]}', True), ("null", False), ("{", False), (None, False)],
)
def test_the_tag_of_the_stack_is_warned_of(monkeypatch: pytest.MonkeyPatch, value: str | None, warned: bool) -> None:
    """An instance without it won't be started; what isn't published, or is no tag, warns of nothing."""
    if value is not None:
        monkeypatch.setitem(PUBLISHED, "OUTPUT_EC2_SCHEDULER_TAG", value)
    tag = find_tag("OUTPUT_", Reader())

    assert warned == (tag is not None)
    if tag:
        assert [] == list(tag.lacking("i-1", {"tags": {"Bookable": "yes"}}))
        assert "i-1 does not carry the tag Bookable=true or yes" in next(tag.lacking("i-1", {"tags": {}}))


def test_who_may_not_read_the_tag_is_told_nothing_of_it() -> None:
    """A policy of an earlier release doesn't allow it; the report is the same without."""

    class Denied(Reader):
        def get(self, names):
            raise DeniedError(str(names))

    assert find_tag("OUTPUT_", Denied()) is None
